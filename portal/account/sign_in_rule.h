/* How people sign in to a tenant. */
#pragma once

#include "db/db.h"

enum { SIGN_IN_RULE_DAYS = 30, SIGN_IN_RULE_DAYS_MAX = 365 };

struct sign_in_rule {
    int64_t remember_days; /* how long a device stays signed in; 0: not beyond its session */
    bool remembers_staff;  /* theirs too */
};

/* Whoever looks. */
bool sign_in_rule_get(struct ctx *cx, struct sign_in_rule *out) MUST_CHECK;
/* Needs RIGHT_SETTINGS. Fails: ERR_DENIED, ERR_INVALID at remember_days. Emits tenant.updated where
 * something changed. */
bool sign_in_rule_set(struct ctx *cx, const struct sign_in_rule *rule) MUST_CHECK;
