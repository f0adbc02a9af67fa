/* Markdown to HTML: CommonMark through cmark in safe mode, with bounds that keep it linear. */
#pragma once

#include "base/err.h"
#include "base/json.h"

enum {
    ARTICLE_MARKDOWN_MAX = 64 * 1024, /* bytes */
    ARTICLE_MARKDOWN_DEPTH = 32       /* container markers that a line may begin with */
};

extern const struct err_kind ERR_ARTICLE_MARKDOWN; /* too long, nested too deep, not UTF-8 */

/* The only maker of HTML that templates do not escape. Raw HTML and dangerous links are left out;
 * headings move one level down (the page's title is its h1) and second-level ones get ids.
 * *contents, if not NULL, lists them as [{"id","text"}]. Both in mem. */
bool article_markdown_html(struct arena *mem, struct err *err, const char *markdown,
                           const char **html, json_t **contents) MUST_CHECK;
