/* Articles: what a reader may see, and publishing a revision. */
#pragma once

#include "db/event.h"

enum {
    ARTICLE_TITLE_MAX = 200, /* characters */
    ARTICLE_SUMMARY_MAX = 400,
    ARTICLE_LIST_MAX = 100
};

extern const struct err_kind ERR_ARTICLE_TITLE;

struct article { /* a record: open, lives in cx->mem */
    struct id id;
    struct id document_id; /* shared by its translations */
    int64_t number;        /* people's: KB-118 */
    const char *locale;    /* "en", "zh" */
    struct id category_id;
    const char *category_slug;
    const char *category_title; /* in the article's language */
    struct id product_id;       /* zero: of no single product */
    const char *product_name;   /* NULL: none */
    const char *state;
    const char *audience;
    const char *valid_from, *valid_to; /* versions, "" where open */
    const char *title;
    const char *summary;
    int64_t published_at;
    int64_t updated_at;
};

struct article_body {     /* of the current revision */
    const char *html;     /* made by article_markdown_html */
    json_t *contents;     /* [{"id","text"}]: the sections */
    json_t *translations; /* [{"number","locale","title"}]: in other languages, as far as visible */
};

/* The only rule of who sees which article, as a WHERE fragment on article a for cx->viewer: nobody
 * the published public ones, customers those for customers too, staff all published, staff with
 * RIGHT_KNOWLEDGE and the system all. */
struct where;
void article_visible(struct ctx *cx, struct where *w);

/* Fails: ERR_NOT_FOUND, also for what the viewer may not see. */
bool article_get(struct ctx *cx, int64_t number, struct article **out,
                 struct article_body *body) MUST_CHECK;

struct article_filter { /* zero and NULL: any */
    struct id category_id;
    struct id product_id;
    const char *locale;
    bool is_featured;
    unsigned limit; /* 0: ARTICLE_LIST_MAX */
};
/* Newest change first. */
bool article_list(struct ctx *cx, const struct article_filter *filter, struct article **out,
                  size_t *count) MUST_CHECK;
/* The articles with these numbers that the viewer may see, in the order of the numbers; at most
 * ARTICLE_LIST_MAX. */
bool article_list_numbers(struct ctx *cx, const int64_t *numbers, size_t number_count,
                          struct article **out, size_t *count) MUST_CHECK;

struct article_draft {
    struct id document_id; /* zero: a new document */
    const char *locale;
    struct id category_id;
    struct id product_id;
    const char *audience; /* "public", "customer", "staff" */
    const char *valid_from, *valid_to;
    bool is_featured;
    const char *title;
    const char *summary;
    const char *markdown;
    const char *note; /* what changed */
};
/* Publishes a text: a new article, or a new revision where the document has one in that language.
 * Renders, indexes and emits article.published in one transaction. Needs the system or staff with
 * RIGHT_KNOWLEDGE. Fails: ERR_DENIED, ERR_ARTICLE_TITLE, ERR_ARTICLE_MARKDOWN. */
bool article_publish(struct ctx *cx, const struct article_draft *draft,
                     struct article **out) MUST_CHECK;
