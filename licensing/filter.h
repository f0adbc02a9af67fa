/* What the lists of this folder have in common: pages, and filters that more than one list knows.
 */
#pragma once

#include "db/where.h"
#include "licensing/licence.h"

enum { FILTER_TEXTS_MAX = 16, FILTER_METADATA_MAX = 4 };

enum filter_choice { FILTER_ANY, FILTER_YES, FILTER_NO };

struct filter_times { /* instants and spans; 0: not asked for */
    int64_t within_us, outside_us;
    int64_t before, after, on;
};

struct filter_numbers { /* each as asked for, where its has_ is set */
    bool has_eq, has_gt, has_gte, has_lt, has_lte;
    int64_t eq, gt, gte, lt, lte;
};

struct filter_texts {
    const char *items[FILTER_TEXTS_MAX];
    size_t count;
};

struct filter_metadata { /* every pair has to be there */
    struct {
        const char *key, *value;
    } pairs[FILTER_METADATA_MAX];
    size_t count;
};

/* A table's clauses for pages in the order of creation: FILTER_ORDER("licence", "l"). */
struct filter_order {
    const char *after_up, *after_down, *order_up, *order_down;
};
#define FILTER_AFTER(table, t, than)                                    \
    " AND (" t ".created_at, " t ".id) " than                           \
    " (SELECT page_row.created_at, "                                    \
    "page_row.id FROM " table " page_row WHERE page_row.tenant_id = " t \
    ".tenant_id AND page_row.id = ?)"
#define FILTER_ORDER(table, t)                                       \
    {                                                                \
        FILTER_AFTER(table, t, ">"), FILTER_AFTER(table, t, "<"),    \
            " ORDER BY " t ".created_at, " t ".id LIMIT ?",          \
            " ORDER BY " t ".created_at DESC, " t ".id DESC LIMIT ?" \
    }

/* The end of a list's statement: where the page begins, its order, LIMIT and OFFSET. */
void filter_page(struct where *w, const struct licence_page *page,
                 const struct filter_order *order);
/* Pairs against a column of JSON: scalars are compared by how they are written ("7", "true",
 * "null"). extract is a constant fragment with the column,
 * " AND JSON_UNQUOTE(JSON_EXTRACT(l.metadata, ?))". */
void filter_metadata(struct where *w, struct ctx *cx, const char *extract,
                     const struct filter_metadata *metadata);
