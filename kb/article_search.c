#include "kb/article_search.h"

#include "base/utf8.h"
#include "kb/search_terms.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    QUERY_TERMS_MAX = 16,
    POSTINGS_MAX = 3000,  /* the newest articles of each term: bounds the work of a common word */
    CANDIDATES_EXTRA = 4, /* fetched beyond the limit, since some may be hidden from the viewer */
    WEIGHT_TITLE = 4,
    WEIGHT_SUMMARY = 2,
    WEIGHT_TEXT = 1,
    INSERT_BATCH = 100
};

static const char SQL_ARTICLE_TERM_FIND[] =
    "SELECT number, weight FROM article_term WHERE tenant_id = ? AND term = ? "
    "ORDER BY number DESC LIMIT ?";
static const char SQL_ARTICLE_TERM_CLEAR[] =
    "DELETE FROM article_term WHERE tenant_id = ? AND number = ?";
static const char SQL_ARTICLE_COUNT[] = "SELECT COUNT(*) FROM article WHERE tenant_id = ?";
/* A row of values as text: one statement writes a batch of postings. */
#define SQL_POSTING_ROW "(?, ?, ?, ?)"
static const char SQL_ARTICLE_TERM_ADD[] =
    "INSERT INTO article_term (tenant_id, term, number, weight) VALUES " SQL_POSTING_ROW;
static const char SQL_ARTICLE_TERM_MORE[] = ", " SQL_POSTING_ROW;

struct hit {
    int64_t number;
    double score;
};

struct hits { /* open addressing by number; number 0 is an empty place */
    struct hit *list;
    size_t cap;
};

static struct hit *hit_of(struct hits *hits, int64_t number)
{
    size_t at = (size_t)((uint64_t)number * UINT64_C(0x9E3779B97F4A7C15) >> 32) & (hits->cap - 1);

    while (hits->list[at].number != 0 && hits->list[at].number != number)
        at = (at + 1) & (hits->cap - 1);
    hits->list[at].number = number;
    return &hits->list[at];
}

static int by_score(const void *a, const void *b)
{
    const struct hit *x = a;
    const struct hit *y = b;

    if (x->score != y->score)
        return x->score < y->score ? 1 : -1;
    return x->number < y->number ? 1 : -1;
}

/* Adds a term's postings: each is worth the term's rarity, log(1 + N / df), times where it stands.
 */
static void add_postings(struct hits *hits, struct db_rows *rows, int64_t articles)
{
    double rarity = rows->count > 0 ? log(1.0 + (double)articles / (double)rows->count) : 0.0;

    while (db_next(rows))
        hit_of(hits, db_i64(&rows->row, 0))->score += rarity * sqrt((double)db_i64(&rows->row, 1));
}

static bool collect(struct ctx *cx, const char *query, struct hits *hits)
{
    struct search_terms terms = search_terms_new(cx->mem);
    struct db_rows postings[QUERY_TERMS_MAX];
    struct db_rows rows;
    size_t total = 0;
    unsigned asked = 0;

    search_terms_add_query(&terms, query);
    for (size_t i = 0; i < terms.cap && asked < QUERY_TERMS_MAX; i++) {
        if (terms.weight[i] == 0)
            continue;
        if (!db_query(cx, &postings[asked], SQL_ARTICLE_TERM_FIND, DB_ID(cx->tenant_id),
                      DB_INT(terms.hash[i]), DB_INT(POSTINGS_MAX)))
            return false;
        total += postings[asked++].count;
    }
    for (hits->cap = 2; hits->cap < 2 * total;)
        hits->cap *= 2;
    hits->list = arena_array(cx->mem, struct hit, hits->cap);
    if (!db_query(cx, &rows, SQL_ARTICLE_COUNT, DB_ID(cx->tenant_id)) || !db_next(&rows))
        return false;
    for (unsigned i = 0; i < asked; i++)
        add_postings(hits, &postings[i], db_i64(&rows.row, 0));
    return true;
}

/* Moves the hits to the front, best first. */
static size_t rank(struct hits *hits)
{
    size_t n = 0;

    for (size_t i = 0; i < hits->cap; i++)
        if (hits->list[i].number != 0)
            hits->list[n++] = hits->list[i];
    qsort(hits->list, n, sizeof *hits->list, by_score);
    return n;
}

static double score_of(const struct hits *hits, size_t n, int64_t number)
{
    for (size_t i = 0; i < n; i++)
        if (hits->list[i].number == number)
            return hits->list[i].score;
    return 0.0;
}

struct ranked {
    struct article article;
    double score;
};

static int by_rank(const void *a, const void *b)
{
    const struct ranked *x = a;
    const struct ranked *y = b;

    if (x->score != y->score)
        return x->score < y->score ? 1 : -1;
    return x->article.number < y->article.number ? 1 : -1;
}

static const double LOCALE_FACTOR = 1.5;

/* Orders what the viewer may see by score, the reader's language first among equals. */
static struct article *order(struct ctx *cx, const struct hits *hits, size_t n,
                             const struct article *articles, size_t count, const char *locale)
{
    struct ranked *ranked = arena_array(cx->mem, struct ranked, count + 1);
    struct article *out = arena_array(cx->mem, struct article, count + 1);

    for (size_t i = 0; i < count; i++) {
        ranked[i].article = articles[i];
        ranked[i].score = score_of(hits, n, articles[i].number);
        if (locale != NULL && strcmp(articles[i].locale, locale) == 0)
            ranked[i].score *= LOCALE_FACTOR;
    }
    qsort(ranked, count, sizeof *ranked, by_rank);
    for (size_t i = 0; i < count; i++)
        out[i] = ranked[i].article;
    return out;
}

bool article_search(struct ctx *cx, const char *query, const char *locale, unsigned limit,
                    struct article **out, size_t *count)
{
    char *bounded = arena_dup_bytes(cx->mem, query, utf8_prefix(query, ARTICLE_SEARCH_QUERY_MAX));
    int64_t numbers[ARTICLE_LIST_MAX];
    struct article *articles;
    struct hits hits;
    size_t n;
    size_t asked;
    size_t found;

    if (!collect(cx, bounded, &hits))
        return false;
    n = rank(&hits);
    asked = n < (size_t)limit * CANDIDATES_EXTRA ? n : (size_t)limit * CANDIDATES_EXTRA;
    asked = asked < ARTICLE_LIST_MAX ? asked : ARTICLE_LIST_MAX;
    for (size_t i = 0; i < asked; i++)
        numbers[i] = hits.list[i].number;
    if (!article_list_numbers(cx, numbers, asked, &articles, &found))
        return false;
    *out = order(cx, &hits, n, articles, found, locale);
    *count = found < limit ? found : limit;
    return true;
}

static bool write_batch(struct ctx *cx, const struct db_arg *args, size_t rows)
{
    struct str sql = str_new(cx->mem);

    str_add(&sql, SQL_ARTICLE_TERM_ADD);
    for (size_t i = 1; i < rows; i++)
        str_add(&sql, SQL_ARTICLE_TERM_MORE);
    return rows == 0 || db_exec_args(cx, NULL, sql.p, args, rows * 4);
}

bool article_search_index(struct ctx *cx, int64_t number, const char *title, const char *summary,
                          const char *text)
{
    struct search_terms terms = search_terms_new(cx->mem);
    struct db_arg *args = arena_array(cx->mem, struct db_arg, INSERT_BATCH * 4);
    size_t rows = 0;

    search_terms_add(&terms, title, WEIGHT_TITLE);
    search_terms_add(&terms, summary, WEIGHT_SUMMARY);
    search_terms_add(&terms, text, WEIGHT_TEXT);
    if (!db_exec(cx, NULL, SQL_ARTICLE_TERM_CLEAR, DB_ID(cx->tenant_id), DB_INT(number)))
        return false;
    for (size_t i = 0; i < terms.cap; i++) {
        if (terms.weight[i] == 0)
            continue;
        args[rows * 4] = DB_ID(cx->tenant_id);
        args[rows * 4 + 1] = DB_INT(terms.hash[i]);
        args[rows * 4 + 2] = DB_INT(number);
        args[rows * 4 + 3] = DB_INT(terms.weight[i]);
        if (++rows == INSERT_BATCH) {
            if (!write_batch(cx, args, rows))
                return false;
            rows = 0;
        }
    }
    return write_batch(cx, args, rows);
}
