/* Signatures for a process that has no signing keys open: asked of the licensing role. */
#pragma once

#include "licensing/signing_key.h"

struct config;
/* address: "http://host:port", or "" for where this installation's licensing role listens. Owned,
 * free with sign_link_free. Fails: ERR_INVALID, no such address. */
bool sign_link_make(struct err *err, const struct config *config,
                    struct ctx_signer **out) MUST_CHECK;
void sign_link_free(struct ctx_signer *signer);
