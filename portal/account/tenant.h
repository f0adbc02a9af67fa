/* Tenants: the vendors that share an installation, found by the name that the browser asks for. */
#pragma once

#include "db/db.h"
#include "portal/account/tenant_cache.h"

enum {
    TENANT_SLUG_MAX = 63,
    TENANT_NAME_MAX = 200,
    TENANT_HOST_MAX = 253,
    TENANT_SECRET_SIZE = 32
};

extern const struct err_kind ERR_TENANT_SLUG;  /* not a slug */
extern const struct err_kind ERR_TENANT_TAKEN; /* slug or host is in use */

/* The tenant of a Host header (port, case and a final dot ignored; NULL: none came); an unknown
 * name gets the tenant with default_slug unless that is "". Sets cx->tenant_id. *out is in cx->mem,
 * its zone is the cache's. Fails: ERR_NOT_FOUND; ERR_BUSY, with *out recalled or NULL. */
bool tenant_by_host(struct ctx *cx, struct tenant_cache *cache, const char *host,
                    const char *default_slug, struct req_tenant **out) MUST_CHECK;

/* The tenant that a path of the licensing protocol names: its id, or its slug in any case. As
 * tenant_by_host otherwise. */
bool tenant_by_account(struct ctx *cx, struct tenant_cache *cache, const char *account,
                       struct req_tenant **out) MUST_CHECK;

struct tenant {
    struct id id;
    const char *slug;
    const char *name;
    const char *language;
    const char *time_zone;
    const char *currency;
    int64_t created_at;
};

struct tenant_spec { /* NULL: the default */
    const char *slug;
    const char *name;
    const char *host;
    const char *language;  /* "en" */
    const char *time_zone; /* "UTC" */
    const char *currency;  /* "EUR" */
    const char *admin_email;
    const char *admin_name;     /* the part before the @ */
    const char *admin_password; /* NULL: the administrator cannot sign in yet */
    bool wants_setup;           /* staff are led through the first steps (portal/account/setup.h) */
    bool (*then)(struct ctx *cx, void *arg); /* in the same transaction, as the new one; or NULL */
    void *arg;
};

/* A new tenant with its preset roles, a default team, a token secret of TENANT_SECRET_SIZE bytes
 * sealed by cx->master for "tenant.token_secret:<id>", and, with admin_email, its first
 * administrator; cx->tenant_id becomes the new one. Hashes the password before its transaction.
 * Fails: ERR_TENANT_SLUG, ERR_TENANT_TAKEN, ERR_PERSON_EMAIL, ERR_CREDENTIAL_SHORT, ERR_INVALID.
 * Emits tenant.created. */
bool tenant_create(struct ctx *cx, const struct tenant_spec *spec, struct tenant **out) MUST_CHECK;
bool tenant_by_slug(struct ctx *cx, const char *slug, struct tenant **out) MUST_CHECK;
/* All tenants by slug, after the given one ("" starts). */
bool tenant_list(struct ctx *cx, const char *after_slug, unsigned limit, struct tenant **out,
                 size_t *count) MUST_CHECK;
/* A further name that the tenant answers to. Fails: ERR_TENANT_TAKEN, ERR_INVALID. */
bool tenant_add_host(struct ctx *cx, const char *host) MUST_CHECK;

/* What the licensing protocol calls the account: the current tenant. */
struct tenant_account {
    const char *name;
    const char *slug;
    const char *api_version;
    bool is_protected;
    const char
        *wire_rights; /* what customers' credentials may do beyond their roles, with commas */
    int64_t created_at, updated_at;
};
/* names: with commas. is_protected: nobody makes itself a user. Needs RIGHT_SETTINGS. Emits
 * tenant.updated. */
bool tenant_set_wire_rights(struct ctx *cx, const char *names, bool is_protected) MUST_CHECK;
bool tenant_account_get(struct ctx *cx, struct tenant_account *out) MUST_CHECK;
/* api_version: what programs get that do not ask for one ("1.2" to "1.8"), NULL as it is.
 * is_protected: new policies begin protected. Needs RIGHT_SETTINGS. Fails: ERR_TENANT_API_VERSION.
 * Emits tenant.updated. */
extern const struct err_kind ERR_TENANT_API_VERSION;
bool tenant_set_account(struct ctx *cx, const char *api_version, bool is_protected) MUST_CHECK;

struct tenant_look { /* how a tenant presents itself; NULL leaves a value as it is */
    const char *name;
    const char *accent;
    const char *mark;
    const char *support_phone;
    const char *support_email;
    const char *support_hours;
    const char *language;
    const char *time_zone;
    const char *currency;
};
bool tenant_change(struct ctx *cx, const struct tenant_look *look) MUST_CHECK;

enum { TENANT_RATE_MAX = 100000, TENANT_RATE_DEFAULT = -1 };
/* How many requests a second the tenant's pages and its licence service answer: 0 for no limit,
 * TENANT_RATE_DEFAULT for the installation's. The operator's to say: needs the system. */
bool tenant_set_rates(struct ctx *cx, int64_t portal, int64_t licensing) MUST_CHECK;
bool tenant_rates(struct ctx *cx, int64_t *portal, int64_t *licensing) MUST_CHECK;
