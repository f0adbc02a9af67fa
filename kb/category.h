/* Categories: the shelves of the knowledge base. */
#pragma once

#include "db/db.h"

struct category {
    struct id id;
    const char *slug;
    const char *icon;
    const char *title; /* in the asked language, else in any */
    const char *summary;
    int64_t article_count; /* in that language, as far as the viewer may see them */
};

enum { CATEGORY_LIST_MAX = 100 };

/* By position. */
bool category_list(struct ctx *cx, const char *locale, struct category **out,
                   size_t *count) MUST_CHECK;
/* Fails: ERR_NOT_FOUND. */
bool category_get(struct ctx *cx, const char *slug, const char *locale,
                  struct category **out) MUST_CHECK;

struct category_title {
    const char *locale, *title, *summary;
};
/* A new category at the end. Needs the system or staff with RIGHT_KNOWLEDGE. Fails: ERR_DENIED,
 * ERR_CONFLICT (slug taken). */
bool category_add(struct ctx *cx, const char *slug, const char *icon,
                  const struct category_title *titles, size_t title_count,
                  struct id *out) MUST_CHECK;
