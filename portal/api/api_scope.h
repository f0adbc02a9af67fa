/* The scope of a validation: what a client ties its question to (section 4.2). */
#pragma once

#include "licensing/verdict.h"
#include "portal/api/api_input.h"

enum { API_SCOPE_ITEMS_MAX = 1000 }; /* of an array */

/* Reads meta.scope. An absent one is a scope without members. */
bool api_scope_parse(const struct api_object *meta, struct verdict_scope *out) MUST_CHECK;
