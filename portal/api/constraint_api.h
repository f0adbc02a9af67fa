/* What a release needs: entitlements, attached to it as constraints. */
#pragma once

#include "portal/api/api_input.h"

bool constraint_api_list(struct req *rq) MUST_CHECK;
bool constraint_api_entitlements(struct req *rq) MUST_CHECK;
bool constraint_api_attach(struct req *rq) MUST_CHECK;
bool constraint_api_detach(struct req *rq) MUST_CHECK;

/* relationships.constraints of a new release, which may be absent. */
bool constraint_api_read_new(const struct api_object *relationships, const struct id **out,
                             size_t *count) MUST_CHECK;
