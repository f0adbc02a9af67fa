/* Search: own posting lists over Latin words and CJK pairs, ranked by rarity. */
#pragma once

#include "kb/article.h"

enum { ARTICLE_SEARCH_MAX = 50, ARTICLE_SEARCH_QUERY_MAX = 200 };

/* The best articles for what somebody typed, as far as the viewer may see them; those in `locale`
 * count half as much again. An empty query finds nothing. Full-width forms and case do not matter.
 */
bool article_search(struct ctx *cx, const char *query, const char *locale, unsigned limit,
                    struct article **out, size_t *count) MUST_CHECK;

/* Replaces the postings of an article; inside its transaction. */
bool article_search_index(struct ctx *cx, int64_t number, const char *title, const char *summary,
                          const char *text) MUST_CHECK;
