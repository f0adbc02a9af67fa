/* Making an account oneself: an address asks, its mail has a link, and only whoever follows it
 * becomes a person. Until then there is nothing that could see or join anything. */
#pragma once

#include "portal/account/person.h"
#include "portal/account/sign_in_rule.h"

enum { SIGNUP_HOURS = 72, SIGNUP_HOURLY = 3, SIGNUP_NOTE_MAX = 1000 };

extern const struct err_kind ERR_SIGNUP_CLOSED; /* the tenant does not let this address */

/* Whether anybody can make an account by himself. */
bool signup_is_possible(const struct sign_in_rule *rule);
/* The organisation that an address belongs to by its mail domain; zero: none. */
bool signup_organisation_of(struct ctx *cx, const char *email, struct id *out) MUST_CHECK;

/* A link for an address that nobody has; *token is NULL where the tenant's rule does not let it, or
 * where SIGNUP_HOURLY were made within the hour. The system alone. Fails: ERR_DENIED. */
bool signup_make(struct ctx *cx, const char *email, const char **token) MUST_CHECK;

/* Whom a link is for; changes nothing. Fails: ERR_PERSON_LINK_OVER, ERR_SIGNUP_CLOSED the rule was
 * changed meanwhile. */
bool signup_find(struct ctx *cx, const char *token, const char **email) MUST_CHECK;

struct signup_spec {
    const char *full_name;
    const char *organisation_name; /* his own words; "" none */
    const char *note;              /* to those who decide; "" none */
    const char *language;
    const char *password_hash; /* of credential_hash_for */
    /* In the same transaction, with what became of it. */
    bool (*then)(struct ctx *cx, struct id person_id, void *arg);
    void *arg;
};
/* Makes the person with a confirmed address, once for all that try. He belongs to the organisation
 * of his mail domain where nobody has to approve, with RIGHT_TICKET_OWN; else he waits
 * (portal/account/signup_wait.h). Fails as signup_find, and ERR_PERSON_TAKEN. Emits
 * person.registered. */
bool signup_use(struct ctx *cx, const char *token, const struct signup_spec *spec) MUST_CHECK;
