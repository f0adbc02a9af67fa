/* Links by mail: to choose a password (invited, forgotten), to end a lock, to sign in once, to
 * confirm an address. Looking at one changes nothing, since programs that look into mails open them
 * all. */
#pragma once

#include "portal/account/membership.h"
#include "portal/account/person.h"

enum { PERSON_LINK_HOURS = 72, PERSON_LINK_MINUTES = 30 };

enum person_link_purpose {
    PERSON_LINK_WELCOME, /* an invitation: a password is chosen; PERSON_LINK_HOURS */
    PERSON_LINK_RESET,   /* the same for somebody who asked; PERSON_LINK_MINUTES */
    PERSON_LINK_UNLOCK,  /* only ends a lock; PERSON_LINK_MINUTES */
    PERSON_LINK_LOGIN,   /* signs in, instead of a password; PERSON_LINK_MINUTES */
    PERSON_LINK_VERIFY,  /* confirms the address; PERSON_LINK_HOURS */
    PERSON_LINK_ADDRESS, /* adds a further address (person_address.h); PERSON_LINK_HOURS */
    PERSON_LINK_PURPOSE_COUNT
};

extern const struct err_kind ERR_PERSON_LINK_OVER;    /* used, too old, replaced or never made */
extern const struct err_kind ERR_PERSON_LINK_INVITES; /* customers invite nobody (SIGNUP_OFF) */

/* A new link for a person, known by its token; earlier ones end. Staff make them for customers with
 * RIGHT_CUSTOMERS and for staff with RIGHT_SETTINGS; an organisation's administrator (RIGHT_ADMIN)
 * only for somebody who never had a password and belongs to that organisation alone, so that nobody
 * gets into another organisation through it. Fails: ERR_DENIED, ERR_NOT_FOUND. The token is in
 * cx->mem and nowhere else. */
bool person_link_make(struct ctx *cx, struct id person_id, const char **token) MUST_CHECK;

/* A link of a purpose, for a mail to the person itself: the system alone. Earlier ones of that
 * purpose end. Fails: ERR_DENIED, ERR_NOT_FOUND. */
bool person_link_make_for(struct ctx *cx, struct id person_id, enum person_link_purpose purpose,
                          const char **token) MUST_CHECK;

/* A link that shows that an address, not the person's main one, reaches him. The person himself:
 * see person_address_ask. Earlier ones for that address end. */
bool person_link_make_address(struct ctx *cx, struct id person_id, const char *email,
                              const char **token) MUST_CHECK;

/* A new person with a membership (spec's person_id is ignored) and a link, in one transaction.
 * Fails as person_create, membership_add and person_link_make, and ERR_PERSON_LINK_INVITES. */
bool person_link_invite(struct ctx *cx, const struct person_spec *person,
                        const struct membership_spec *spec, struct person **out,
                        const char **token) MUST_CHECK;

struct person_link { /* who a link is for */
    struct id person_id;
    const char *full_name, *email; /* email: where the link went, or the main one */
    int64_t created_at;
    enum person_link_purpose purpose;
};
/* A link to choose a password by. Fails: ERR_PERSON_LINK_OVER. */
bool person_link_find(struct ctx *cx, const char *token, struct person_link *out) MUST_CHECK;
/* Stores the password (made by credential_hash) and ends the link, once for all that try; then is
 * called in the same transaction (NULL: nothing). Fails: ERR_PERSON_LINK_OVER. */
bool person_link_use(struct ctx *cx, const char *token, const char *password_hash,
                     bool (*then)(struct ctx *cx, struct id person_id, void *arg),
                     void *arg) MUST_CHECK;

/* Who a link of this purpose is for. Fails: ERR_PERSON_LINK_OVER. */
bool person_link_find_as(struct ctx *cx, const char *token, enum person_link_purpose purpose,
                         struct person_link *out) MUST_CHECK;
/* Ends it, once for all that try, inside the open transaction; whoever has a mailed one reads that
 * address, which is confirmed thereby. Fails: ERR_PERSON_LINK_OVER. */
bool person_link_spend(struct ctx *cx, const char *token, enum person_link_purpose purpose,
                       struct id *person_id) MUST_CHECK;
/* Their use, once. Fail: ERR_PERSON_LINK_OVER. */
bool person_link_unlock(struct ctx *cx, const char *token) MUST_CHECK;
bool person_link_verify(struct ctx *cx, const char *token) MUST_CHECK;
