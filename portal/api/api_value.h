/* Values of JSON, by appending. */
#pragma once

#include "portal/api/api.h"

/* A literal with its length: these are most of what each answer is made of. */
#define API_ADD(s, literal)     str_add_n((s), literal, sizeof(literal) - 1)
#define API_MEMBER(s, name)     API_ADD(s, ",\"" name "\":")
#define API_TEXT(s, name, text) (API_ADD(s, name), api_value_text((s), (text)))

void api_value_text(struct str *s, const char *text); /* NULL: null */
void api_value_time(struct str *s, int64_t at);       /* 0: null */
void api_value_limit(struct str *s, int64_t limit);   /* POLICY_NO_LIMIT: null */
void api_value_bool(struct str *s, bool value);
void api_value_json(struct str *s, const json_t *json); /* any value */
