/* Articles as their editors take them up again. */
#pragma once

#include "kb/article.h"

/* The newest text of an article, ready for article_publish. Staff with RIGHT_KNOWLEDGE_READ; fails:
 * ERR_DENIED, ERR_NOT_FOUND. *revision_id is what it is now: article_edit_check fails with
 * ERR_ARTICLE_CLASH, in the open transaction, when somebody published meanwhile. */
extern const struct err_kind ERR_ARTICLE_CLASH;
bool article_edit_get(struct ctx *cx, int64_t number, struct article_draft *out,
                      struct id *revision_id) MUST_CHECK;
bool article_edit_check(struct ctx *cx, int64_t number, struct id revision_id) MUST_CHECK;
