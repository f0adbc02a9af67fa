/* OpenID providers: the tenant's own, and those that an organisation looks after itself. */
#pragma once

#include "base/crypto.h"
#include "db/db.h"

enum {
    OIDC_PROVIDER_NAME_MAX = 100,
    OIDC_PROVIDER_ISSUER_MAX = 500,
    OIDC_PROVIDER_CLIENT_MAX = 255,
    OIDC_PROVIDER_SECRET_MAX = 500,
    OIDC_PROVIDERS_MAX = 50, /* of a tenant or an organisation */
    OIDC_DOMAINS_MAX = 20    /* of a provider */
};

extern const char *const OIDC_PROVIDER_AUDIENCES[]; /* "staff" "customer" "both", NULL */

extern const struct err_kind ERR_OIDC_PROVIDER_ISSUER; /* no address that may be asked */
extern const struct err_kind ERR_OIDC_PROVIDER_MANY;
extern const struct err_kind ERR_OIDC_DOMAIN_NAME; /* no name of a mail domain */
extern const struct err_kind ERR_OIDC_DOMAIN_TAKEN;
extern const struct err_kind ERR_OIDC_DOMAIN_PROOF; /* the record is not there */

struct oidc_provider { /* a record, in cx->mem */
    struct id id;
    struct id organisation_id;     /* zero: the tenant's */
    const char *organisation_name; /* NULL: the tenant's */
    const char *audience;          /* of OIDC_PROVIDER_AUDIENCES; an organisation's: "customer" */
    const char *name;
    const char *issuer;
    const char *client_id;
    bool has_secret;
    bool joins; /* whoever is unknown gets an account */
    bool is_enabled;
};
struct oidc_provider_draft {
    const char *name, *issuer, *client_id;
    const char *secret;   /* NULL: none for a new one, unchanged for another */
    const char *audience; /* NULL: "customer" */
    bool joins, is_enabled;
    bool allows_local; /* config oidc.allow_local */
};

/* What a client secret is sealed for: crypto_seal's context. */
const char *oidc_provider_context(struct arena *mem, struct id id);

/* All below: staff with RIGHT_SETTINGS for every provider, an organisation's administrator
 * (RIGHT_ADMIN) for its own alone, another's are not found; ERR_DENIED for all others. */
bool oidc_provider_list(struct ctx *cx, struct oidc_provider **out, size_t *count) MUST_CHECK;
bool oidc_provider_get(struct ctx *cx, struct id id, struct oidc_provider **out) MUST_CHECK;
/* Staff's is the tenant's, an administrator's the organisation's. Fail: ERR_OIDC_PROVIDER_ISSUER,
 * ERR_OIDC_PROVIDER_MANY. Emit sso.changed. Another issuer or client forgets who was who there. */
bool oidc_provider_add(struct ctx *cx, const struct oidc_provider_draft *draft,
                       struct id *out) MUST_CHECK;
bool oidc_provider_change(struct ctx *cx, struct id id,
                          const struct oidc_provider_draft *draft) MUST_CHECK;
bool oidc_provider_remove(struct ctx *cx, struct id id) MUST_CHECK;

/* --- for signing in: whoever looks --- */

/* Enabled ones that are offered to everybody: the tenant's own, by name. */
bool oidc_provider_offered(struct ctx *cx, struct oidc_provider **out, size_t *count) MUST_CHECK;
/* The enabled one that an address belongs to by its domain; *out NULL: none. */
bool oidc_provider_of_email(struct ctx *cx, const char *email,
                            struct oidc_provider **out) MUST_CHECK;
/* An enabled one. Fails: ERR_NOT_FOUND. */
bool oidc_provider_enabled(struct ctx *cx, struct id id, struct oidc_provider **out) MUST_CHECK;
/* Its secret in the clear, "" where it has none; in cx->mem: wipe it after use. */
bool oidc_provider_secret(struct ctx *cx, struct id id, char **out) MUST_CHECK;
