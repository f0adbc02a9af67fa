/* Text in whatever encoding it is, or claims to be, as UTF-8. */
#pragma once

#include "base/str.h"

/* Never fails: what is not what it claims to be is read as what it seems to be, and what cannot be
 * read shows as U+FFFD. NUL and control characters are taken out, line ends are \n. In mem. */
char *mail_charset_text(struct arena *mem, struct span bytes, const char *charset);
/* The name of what a claimed encoding is in practice: GB2312 is GB18030. Borrowed, or the name. */
const char *mail_charset_real(const char *charset);
/* Opens what is known once, so that later calls need no file: for a process that gives up its
 * rights. */
void mail_charset_warm(void);
