/* How people sign in to a tenant. */
#pragma once

#include "db/db.h"

enum { SIGN_IN_RULE_DAYS = 30, SIGN_IN_RULE_DAYS_MAX = 365 };

enum signup_mode {
    SIGNUP_OFF,     /* staff alone make accounts */
    SIGNUP_INVITED, /* organisations' administrators invite their people too */
    SIGNUP_DOMAIN,  /* and whoever has an address under an organisation's mail domain signs up */
    SIGNUP_OPEN,    /* and whoever has any address */
    SIGNUP_MODE_COUNT
};
extern const char *const SIGNUP_MODE_NAMES[SIGNUP_MODE_COUNT + 1]; /* ended by NULL */

struct sign_in_rule {
    int64_t remember_days; /* how long a device stays signed in; 0: not beyond its session */
    bool remembers_staff;  /* theirs too */
    enum signup_mode signup;
    bool signup_approves; /* staff decide before somebody belongs to the organisation of his domain
                           */
};

/* Whoever looks. */
bool sign_in_rule_get(struct ctx *cx, struct sign_in_rule *out) MUST_CHECK;
/* Needs RIGHT_SETTINGS_UPDATE. Fails: ERR_DENIED, ERR_INVALID at remember_days. Emits
 * tenant.updated where something changed. */
bool sign_in_rule_set(struct ctx *cx, const struct sign_in_rule *rule) MUST_CHECK;
