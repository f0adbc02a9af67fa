/* What is new in a mail's text: without what it answers to and without its signature. */
#pragma once

#include "base/str.h"

/* The new part, in mem; the whole where nothing would be left or where answers stand between the
 * quoted lines. *is_cut tells whether something was taken off. */
char *mail_quote_strip(struct arena *mem, const char *text, bool *is_cut);
