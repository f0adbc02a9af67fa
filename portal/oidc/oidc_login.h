/* Signing in by a provider: the code flow with PKCE (RFC 7636), state and nonce. */
#pragma once

#include "portal/account/login.h"
#include "portal/oidc/oidc_metadata.h"

enum { OIDC_LOGIN_MINUTES = 10 };

extern const struct err_kind ERR_OIDC_STATE;   /* unknown, over, used, or another browser's */
extern const struct err_kind ERR_OIDC_REFUSED; /* the provider says no */
extern const struct err_kind ERR_OIDC_DOMAIN;  /* it speaks of an address that is not its own */
extern const struct err_kind ERR_OIDC_EMAIL;   /* it tells no confirmed address */
extern const struct err_kind ERR_OIDC_ACCOUNT; /* there is no account, or not of this side */

struct oidc_browser { /* the visitor at the beginning and at the end: the same, or it is refused */
    const char *secret;   /* of his session: what its forms carry */
    const char *callback; /* the whole address that the provider sends him back to */
};

/* Where to send the visitor. Fails: ERR_OIDC_DOWN, ERR_OIDC_ISSUER, written to the audit trail. */
bool oidc_login_begin(struct ctx *cx, const struct oidc_net *net,
                      const struct oidc_provider *provider, const struct oidc_browser *browser,
                      const char *next, const char **url) MUST_CHECK;

struct oidc_return { /* what he came back with; NULL where it is absent */
    const char *state, *code, *error, *issuer;
};
/* Finds out who he is and hands him to login_known: `then` or `halfway` of the try are called. The
 * account is the one that was linked to issuer and subject, else the one with the confirmed
 * address, else a new one where the provider joins. Each refusal is an event sso.refused with its
 * code. Fails: ERR_OIDC_*, ERR_LOGIN_REFUSED. */
bool oidc_login_finish(struct ctx *cx, const struct oidc_net *net, const struct oidc_return *came,
                       const struct oidc_browser *browser, const struct login_try *attempt,
                       const char **next) MUST_CHECK;
