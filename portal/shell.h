/* The frame's figures: what waits, beside the menu's entries. */
#pragma once

#include "portal/http/req.h"

/* struct app's shell: fills in "count" of the menu entries that the viewer has. A failure leaves
 * the counts out; the page is not worth less. */
void shell_fill(struct req *rq, json_t *shell);

struct shell_cache; /* Threads: any. */
/* Figures of the last seconds by person and organisation, so that a page costs no counting. Owned,
 * free with shell_cache_free. */
struct shell_cache *shell_cache_make(void);
void shell_cache_free(struct shell_cache *cache);
/* What the viewer has just read is not to be counted on this page any more. */
void shell_forget(struct req *rq);
