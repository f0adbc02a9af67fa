/* Mails in HTML, as text. */
#pragma once

#include "base/str.h"

/* Blocks become lines, quoted blocks begin with "> ", what is not shown is left out. html is valid
 * UTF-8. In mem. */
char *mail_html_text(struct arena *mem, const char *html);
