/* Which releases a bearer of the licensing protocol sees, and the one that a path names. */
#pragma once

#include "licensing/release.h"
#include "portal/api/api_permission.h"

/* Asks the right (of those who show a credential), and what they may have. A licence that is
 * suspended or banned, or whose expiry revokes access, has nothing: ERR_DENIED. */
bool release_scope_read(struct req *rq, enum permit what, struct release_reader *out) MUST_CHECK;
/* The product of ?product= (id or code), else the bearer's own, else zero. Fails: ERR_NOT_FOUND. */
bool release_scope_product(struct req *rq, struct id *out) MUST_CHECK;
/* The release of the path's first variable: by id, version or tag. */
bool release_scope_find(struct req *rq, enum permit what, struct release_reader *by,
                        struct release **out) MUST_CHECK;
