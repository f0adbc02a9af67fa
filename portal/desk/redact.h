/* Secrets in texts that a program sends about itself (logs, settings) are masked on arrival: what
 * is never stored cannot leak. A help, not a proof: it knows the usual shapes. */
#pragma once

#include "base/str.h"

#define REDACT_MASK "[removed]"

/* Masks, in mem: values whose name says that they are secret (password=, "api_key": "", <token>),
 * Authorization and Cookie lines, private keys and licence files, passwords in addresses, tokens by
 * their shape (ours, JWT, a few clouds'), payment cards, and the text `known` (a licence key)
 * wherever it is; NULL: none. *count is how many there were. */
const char *redact_text(struct arena *mem, struct span text, const char *known, size_t *count);
