/* What a provider publishes of itself: where it is asked, and its keys. Kept in its row. */
#pragma once

#include "portal/oidc/oidc_provider.h"
#include "portal/oidc/oidc_token.h"

extern const struct err_kind ERR_OIDC_DOWN; /* no answer that is any use */

struct oidc_net { /* how providers may be asked; from the settings oidc.… */
    bool allows_local;
    int64_t timeout_ms;
};

/* One request: a GET, or a POST of a form. A redirect is not followed, no address but a public one
 * is connected to. authorization NULL: none. The answer is JSON. Not inside a transaction. Fails:
 * ERR_OIDC_DOWN. */
bool oidc_metadata_ask(struct ctx *cx, const struct oidc_net *net, const char *url,
                       const char *authorization, const char *form, int *code,
                       json_t **out) MUST_CHECK;

struct oidc_metadata { /* in cx->mem */
    const char *authorize_url, *token_url, *keys_url;
    bool wants_secret_in_form;
};
/* What a provider says of itself, the issuer that was asked for. Fails: ERR_OIDC_DOWN a place is
 * absent or none that may be asked, ERR_OIDC_ISSUER. */
bool oidc_metadata_read(struct arena *mem, struct err *err, const struct oidc_net *net,
                        const char *issuer, const json_t *json,
                        struct oidc_metadata *out) MUST_CHECK;
/* At most OIDC_METADATA_HOURS old. Fails: ERR_OIDC_DOWN, ERR_OIDC_ISSUER it names another issuer
 * than it was asked for. */
enum { OIDC_METADATA_HOURS = 1, OIDC_METADATA_PAUSE_SECONDS = 60 };
bool oidc_metadata_get(struct ctx *cx, const struct oidc_net *net,
                       const struct oidc_provider *provider, struct oidc_metadata *out) MUST_CHECK;
/* again: a key was not among them, so they are fetched anew, unless that was done
 * OIDC_METADATA_PAUSE_SECONDS ago or less: tokens with made up keys do not drive us to it. Fails:
 * ERR_OIDC_DOWN, ERR_OIDC_KEYS. */
bool oidc_metadata_keys(struct ctx *cx, const struct oidc_net *net,
                        const struct oidc_provider *provider, const struct oidc_metadata *metadata,
                        bool again, struct oidc_keys *out) MUST_CHECK;
