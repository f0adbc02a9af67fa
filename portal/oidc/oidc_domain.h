/* Mail domains of a provider: named by whoever looks after it, and shown to be theirs by a record
 * in the DNS, or by staff's word. */
#pragma once

#include "portal/account/domain_claim.h"
#include "portal/oidc/oidc_provider.h"

/* Where the record has to be, in front of the domain, and what it says in front of the challenge.
 */
#define OIDC_DOMAIN_LABEL DOMAIN_CLAIM_LABEL
#define OIDC_DOMAIN_VALUE DOMAIN_CLAIM_VALUE

struct oidc_domain { /* in cx->mem */
    struct id id;
    const char *name;
    const char *challenge;
    const char *proven_how; /* "dns" "staff"; NULL: not yet */
    int64_t proven_at;
};
/* Those of a provider that the viewer looks after (oidc_provider_get). */
bool oidc_domain_list(struct ctx *cx, struct id provider_id, struct oidc_domain **out,
                      size_t *count) MUST_CHECK;
/* Fails: ERR_OIDC_DOMAIN_NAME, ERR_OIDC_DOMAIN_TAKEN. */
bool oidc_domain_add(struct ctx *cx, struct id provider_id, const char *name) MUST_CHECK;
bool oidc_domain_remove(struct ctx *cx, struct id provider_id, struct id id) MUST_CHECK;

/* Whether a name has this text among its TXT records; false also where nobody answers. */
typedef bool (*oidc_domain_ask)(const char *name, const char *text);
/* Looks for the record, outside any transaction. Fails: ERR_OIDC_DOMAIN_PROOF,
 * ERR_OIDC_DOMAIN_TAKEN another provider has shown it. Emits sso.changed. */
bool oidc_domain_prove(struct ctx *cx, struct id provider_id, struct id id,
                       oidc_domain_ask ask) MUST_CHECK;
/* Staff (RIGHT_SETTINGS) say so. Fails: ERR_DENIED, ERR_OIDC_DOMAIN_TAKEN. */
bool oidc_domain_trust(struct ctx *cx, struct id provider_id, struct id id) MUST_CHECK;

/* Whether an address is under a proven domain of this provider, whoever looks. */
bool oidc_domain_covers(struct ctx *cx, struct id provider_id, const char *email,
                        bool *covers) MUST_CHECK;
