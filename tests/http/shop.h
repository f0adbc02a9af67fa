/* A tenant with an API, for tests of /api/v1 on a real socket. */
#pragma once

#include "base/json.h"
#include "licensing/token.h"
#include "tests/http/site.h"

struct shop {
    struct ctx *cx;
    struct id organisation_id, other_id, person_id;
};

/* Two organisations, and Anna Keller, a customer of the first. */
struct shop shop_open(void **state);
/* A new token's text; a person's own with TOKEN_USER. */
const char *shop_token(struct ctx *cx, enum token_kind kind, struct id person_id);
/* Fails the test unless the answer has the status and the text is in it. */
void shop_says(const struct site_answer *a, int status, const char *text);
struct site_answer shop_get(struct ctx *cx, const char *token, const char *path);
/* The answer's "data", borrowed. */
json_t *shop_data(struct ctx *cx, const struct site_answer *a);
/* Files about a fault; the ticket's id as text. */
const char *shop_file(struct shop *s, const char *token, const char *subject,
                      struct id organisation_id);
