/* Settings: the tenant's own fields. */
#pragma once

#include "portal/field/custom_field_words.h"
#include "portal/http/req.h"

bool field_settings_page_list(struct req *rq);
bool field_settings_page_move(struct req *rq);
bool field_settings_page_retire(struct req *rq);

const char *field_settings_page_kind(enum field_kind kind);          /* English */
const char *field_settings_page_subject(enum field_subject subject); /* English */
/* The tenant's topics and states by their codes, levels by their numbers, for conditions in words.
 */
bool field_settings_page_words(struct req *rq, struct field_word **out, size_t *count) MUST_CHECK;
