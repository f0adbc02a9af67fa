/* Mail domains that staff know to be an organisation's. */
#pragma once

#include "db/db.h"

enum { SIGNUP_DOMAINS_MAX = 500 };

extern const struct err_kind ERR_SIGNUP_DOMAIN_NAME;   /* no name of a mail domain */
extern const struct err_kind ERR_SIGNUP_DOMAIN_PUBLIC; /* anybody can have an address under it */
extern const struct err_kind ERR_SIGNUP_DOMAIN_TAKEN;

struct signup_domain { /* in cx->mem */
    struct id id, organisation_id;
    const char *domain, *organisation_name, *organisation_code;
};
/* A domain as it is kept. Fails: ERR_SIGNUP_DOMAIN_NAME, ERR_SIGNUP_DOMAIN_PUBLIC. In cx->mem. */
bool signup_domain_clean(struct ctx *cx, const char *text, const char **out) MUST_CHECK;

/* By name. Needs RIGHT_SETTINGS_READ. */
bool signup_domain_list(struct ctx *cx, struct signup_domain **out, size_t *count) MUST_CHECK;
/* Need RIGHT_SETTINGS_UPDATE. code: the organisation's. Fail: ERR_DENIED, ERR_SIGNUP_DOMAIN_NAME,
 * ERR_SIGNUP_DOMAIN_PUBLIC, ERR_SIGNUP_DOMAIN_TAKEN, ERR_NOT_FOUND at organisation. Emit
 * tenant.updated. */
bool signup_domain_add(struct ctx *cx, const char *domain, const char *code) MUST_CHECK;
bool signup_domain_remove(struct ctx *cx, struct id id) MUST_CHECK;
