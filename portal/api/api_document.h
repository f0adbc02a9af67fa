/* JSON:API documents: written in one order of members, by appending. */
#pragma once

#include "licensing/machine.h"
#include "licensing/product.h"
#include "portal/api/api.h"

struct person;
struct tenant_account;

void api_document_text(struct str *s, const char *text);   /* NULL: null */
void api_document_time(struct str *s, int64_t at);         /* 0: null */
void api_document_limit(struct str *s, int64_t limit);     /* POLICY_NO_LIMIT: null */
void api_document_json(struct str *s, const json_t *json); /* any value */

/* Resource objects as the request's API version shows them. */
void api_document_licence(struct str *s, const struct api *api, const struct snapshot *licence,
                          int64_t now);
/* is_created: the answer to the machine's creation, which version 1.2 shows without a heartbeat. */
void api_document_machine(struct str *s, const struct api *api, const struct machine *machine,
                          bool is_created);
void api_document_token(struct str *s, const struct api *api, const struct token *token);
void api_document_product(struct str *s, const struct api *api, const struct product *product);
void api_document_user(struct str *s, const struct api *api, const struct person *person);
void api_document_account(struct str *s, const struct api *api,
                          const struct tenant_account *account,
                          const uint8_t public_key[CRYPTO_PUBLIC_SIZE]);
/* The path of a resource, as in its links.self. */
const char *api_document_self(const struct api *api, const char *type, struct id id);
