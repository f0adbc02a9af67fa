/* Gaps: places in a text that somebody has to fill in before it is sent. */
#pragma once

#include "base/err.h"

#include <stdbool.h>

#define TICKET_GAP_OPEN  "\xe2\x9f\xa6" /* U+27E6, that nobody types by chance */
#define TICKET_GAP_CLOSE "\xe2\x9f\xa7" /* U+27E7 */

extern const struct err_kind ERR_TICKET_GAP;

bool ticket_gap_is_in(const char *text);
