/* What a notice says in one line, and what a mail adds to it. */
#pragma once

#include "portal/http/format.h"
#include "portal/notice/notice.h"

/* One sentence in the reader's language, without the ticket's number. In mem. */
bool notice_text_line(struct ctx *cx, const struct format *f, const struct notice *n,
                      const char **out) MUST_CHECK;
/* The part of a mail that one notice fills: the sentence with its time, and what was written. */
bool notice_text_change(struct ctx *cx, const struct format *f, const struct notice *n,
                        const char **out) MUST_CHECK;
/* Where it leads, after the host's name. In mem. */
const char *notice_text_path(struct ctx *cx, const struct notice *n);
