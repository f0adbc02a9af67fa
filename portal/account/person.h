/* People: everybody with a name in a tenant, staff and customers alike. */
#pragma once

#include "base/json.h"
#include "db/db.h"

enum {
    PERSON_NAME_MAX = 200,
    PERSON_GIVEN_MAX = 100,
    PERSON_EMAIL_MAX = 254,
    PERSON_PHONE_MAX = 64,
    PERSON_HOME_MAX = 400
};

extern const struct err_kind ERR_PERSON_EMAIL; /* not an address */
extern const struct err_kind ERR_PERSON_TAKEN; /* somebody has this address */

struct person {
    struct id id;
    const char *full_name;
    const char *given_name; /* "" where there is none */
    const char *email;
    const char *phone;
    const char *home_address;
    const char *language;  /* "" is the tenant's */
    const char *time_zone; /* "" is the tenant's */
    bool is_disabled;
    bool is_verified; /* the address was shown to reach this person */
    int64_t created_at;
};

struct person_spec {        /* NULL is "" */
    struct id id;           /* as another installation has it; zero: a new one */
    const char *full_name;  /* NULL: the part of the address before the @ */
    const char *given_name; /* NULL: made of the full name */
    const char *email;
    const char *phone;
    const char *language;
    const char *time_zone;
};

/* Trimmed and in lower case, in mem; NULL when it is no address. */
const char *person_email_clean(struct arena *mem, const char *email);

/* Fails: ERR_PERSON_EMAIL, ERR_PERSON_TAKEN. Emits person.registered. No right comes with it: see
 * role_staff_set and membership_add. */
bool person_create(struct ctx *cx, const struct person_spec *spec, struct person **out) MUST_CHECK;
bool person_get(struct ctx *cx, struct id id, struct person **out) MUST_CHECK;
/* By any of his addresses (person_address.h). */
bool person_find_by_email(struct ctx *cx, const char *email, struct person **out) MUST_CHECK;
struct person_change { /* NULL leaves a value as it is */
    const char *full_name;
    const char *given_name;
    const char *email;
    const char *phone;
    const char *language;
    const char *time_zone;
    const char *home_address;
};
/* A person changes himself (but for the e-mail address, and a customer only what the tenant lets
 * customers edit: profile_field.h), others need RIGHT_SETTINGS for staff and
 * RIGHT_CUSTOMERS for customers. Fails: ERR_DENIED, ERR_NOT_FOUND, ERR_INVALID with the field,
 * ERR_PERSON_EMAIL, ERR_PERSON_TAKEN. Emits person.updated. */
bool person_change(struct ctx *cx, struct id id, const struct person_change *change) MUST_CHECK;
/* What person.updated says of another main address; both hear of it. In mem. */
json_t *person_email_changed(struct arena *mem, const char *before, const char *after);

/* Writes the name, and the given one made of it, inside the open transaction; rights and the event
 * are the caller's. */
bool person_rename(struct ctx *cx, struct id id, const char *full_name) MUST_CHECK;

/* Whether the viewer may give somebody another address. Fails: ERR_DENIED. */
bool person_may_change_address(struct ctx *cx, struct id id) MUST_CHECK;

/* Nobody signs in as a disabled person, and the sessions end. */
bool person_set_disabled(struct ctx *cx, struct id id, bool is_disabled) MUST_CHECK;
