/* QR codes, as pictures that a page carries in itself. */
#pragma once

#include "base/arena.h"

/* "data:image/svg+xml;base64,…" for an img, in mem: black on white in any theme, with the quiet
 * zone that readers need. NULL when the text is too long for a code. */
const char *qr_data(struct arena *mem, const char *text);
