/* Memberships: what a person may do for an organisation; from them comes who looks. */
#pragma once

#include "base/json.h"
#include "db/db.h"

enum { MEMBERSHIP_LIST_MAX = 200 };

struct membership {
    struct id person_id;
    struct id organisation_id;
    const char *organisation_name;
    const char *full_name;
    const char *email;
    const char *phone;
    const char *position;
    struct id site_id;     /* zero: none */
    const char *site_name; /* NULL: none */
    uint64_t rights;       /* RIGHT_TICKET_OWN .. RIGHT_ADMIN */
    uint64_t reads_only;   /* of these, what is seen only */
};
/* All that a membership allows in one number, to see whether it has changed. */
uint64_t membership_seen(const struct membership *m);

struct membership_spec {
    struct id person_id;
    struct id organisation_id;
    struct id site_id; /* zero: none */
    const char *position;
    uint64_t rights;
    uint64_t reads_only; /* of these, what is seen only */
    bool has_seen;       /* whoever changes it saw these (membership_seen): */
    uint64_t seen;
};

extern const struct err_kind ERR_MEMBERSHIP_CHANGED;    /* they are others by now */
extern const struct err_kind ERR_MEMBERSHIP_LAST_ADMIN; /* nobody would be left who may do this */

/* Adds the membership, or replaces its position, site and rights. Needs RIGHT_CUSTOMERS, or
 * RIGHT_ADMIN in that organisation. Fails: ERR_NOT_FOUND, ERR_DENIED, ERR_MEMBERSHIP_CHANGED, and,
 * for its own administrators, ERR_MEMBERSHIP_LAST_ADMIN: staff may leave it without one. */
bool membership_add(struct ctx *cx, const struct membership_spec *spec) MUST_CHECK;
bool membership_remove(struct ctx *cx, struct id person_id, struct id organisation_id) MUST_CHECK;
/* A person's organisations by name. Shows all, whoever looks. */
bool membership_list_of_person(struct ctx *cx, struct id person_id, struct membership **out,
                               size_t *count) MUST_CHECK;
/* A person's organisations by name, with what he may do there: for the session. The texts about the
 * person and the site stay empty. The caller knows that the person is there and not deleted. */
bool membership_rights_of_person(struct ctx *cx, struct id person_id, struct membership **out,
                                 size_t *count) MUST_CHECK;
/* An organisation's people by name: for staff with RIGHT_CUSTOMERS and that organisation's
 * customers with RIGHT_ADMIN; others see none. */
bool membership_list_of_organisation(struct ctx *cx, struct id organisation_id,
                                     struct membership **out, size_t *count) MUST_CHECK;

/* Whether anybody of the organisation may do what administrators do; whoever looks. */
bool membership_has_admin(struct ctx *cx, struct id organisation_id, bool *out) MUST_CHECK;

/* Fills in who looks: staff with the rights of the role, or a customer within `wanted` if it is one
 * of the person's organisations, else the first by name; a person with neither has no rights. */
bool membership_viewer(struct ctx *cx, struct id person_id, struct id wanted,
                       struct viewer *out) MUST_CHECK;

/* Rights as programs name them: ["ticket_own","order"]. A new reference. */
json_t *membership_rights_json(uint64_t rights);
/* Fails at the first name that is none. */
bool membership_rights_read(const json_t *names, uint64_t *out) MUST_CHECK;
