/* Whose account a provider's word is good for. */
#pragma once

#include "portal/oidc/oidc_login.h"

/* The account linked to issuer and subject, else the one with the confirmed address, else a new one
 * where the provider joins; a new link is kept. Fails: ERR_OIDC_DOMAIN, ERR_OIDC_EMAIL,
 * ERR_OIDC_ACCOUNT. */
bool oidc_account_find(struct ctx *cx, const struct oidc_provider *provider,
                       const struct oidc_claims *claims, struct id *person_id) MUST_CHECK;
