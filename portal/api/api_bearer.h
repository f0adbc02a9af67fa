/* Those who ask, as resource objects: tokens, products, people; and the account. */
#pragma once

#include "licensing/product.h"
#include "portal/api/api.h"

struct user;
struct tenant_account;

void api_bearer_token(struct str *s, const struct api *api, const struct token *token);
void api_bearer_product(struct str *s, const struct api *api, const struct product *product);
void api_bearer_user(struct str *s, const struct api *api, const struct user *user);
void api_bearer_account(struct str *s, const struct api *api, const struct tenant_account *account,
                        const uint8_t public_key[CRYPTO_PUBLIC_SIZE]);
