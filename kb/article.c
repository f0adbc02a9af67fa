#include "kb/article.h"

#include "base/utf8.h"
#include "db/series.h"
#include "db/where.h"
#include "kb/article_markdown.h"
#include "kb/article_search.h"

#include <string.h>

const struct err_kind ERR_ARTICLE_TITLE = {
    ERR_CLASS_INVALID, "TITLE_INVALID",
    "An article needs a title of at most 200 characters and a summary of at most 400."};

/* The order of the joins is settled: looking for a better one costs more than the rows. */
#define SQL_ARTICLE_COLUMNS                                                                 \
    "SELECT STRAIGHT_JOIN a.id, a.document_id, a.number, a.locale, a.category_id, c.slug, " \
    "COALESCE(x.title, c.slug), a.product_id, p.name, a.state, a.audience, a.valid_from, "  \
    "a.valid_to, a.title, a.summary, a.published_at, a.updated_at"
#define SQL_ARTICLE_TABLES                                                                      \
    " FROM article a JOIN category c ON c.tenant_id = a.tenant_id AND c.id = a.category_id "    \
    "LEFT JOIN category_text x ON x.tenant_id = a.tenant_id AND x.category_id = a.category_id " \
    "AND x.locale = a.locale "                                                                  \
    "LEFT JOIN product p ON p.tenant_id = a.tenant_id AND p.id = a.product_id "

static const char SQL_ARTICLE_GET[] =
    SQL_ARTICLE_COLUMNS ", r.html, r.contents" SQL_ARTICLE_TABLES
                        "JOIN article_revision r ON r.tenant_id = a.tenant_id "
                        "AND r.id = a.revision_id WHERE a.tenant_id = ? AND a.number = ?";
static const char SQL_ARTICLE_LIST[] =
    SQL_ARTICLE_COLUMNS SQL_ARTICLE_TABLES "WHERE a.tenant_id = ?";
static const char SQL_ARTICLE_TRANSLATIONS[] =
    "SELECT a.number, a.locale, a.title FROM article a WHERE a.tenant_id = ? "
    "AND a.document_id = ?";
static const char SQL_ARTICLE_IN_LOCALE[] =
    "SELECT id, number FROM article WHERE tenant_id = ? AND document_id = ? AND locale = ?";
static const char SQL_ARTICLE_ADD[] =
    "INSERT INTO article (tenant_id, id, document_id, number, locale, category_id, product_id, "
    "state, audience, valid_from, valid_to, is_featured, title, summary, revision_id, "
    "published_at, created_at, updated_at) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, 'published', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
static const char SQL_ARTICLE_UPDATE[] =
    "UPDATE article SET category_id = ?, product_id = ?, state = 'published', audience = ?, "
    "valid_from = ?, valid_to = ?, is_featured = ?, title = ?, summary = ?, revision_id = ?, "
    "published_at = COALESCE(published_at, ?), updated_at = ? WHERE tenant_id = ? AND id = ?";
static const char SQL_ARTICLE_REVISION_ADD[] =
    "INSERT INTO article_revision (tenant_id, id, article_id, author_id, note, markdown, html, "
    "contents, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)";

enum { COLUMN_HTML = 17, COLUMN_CONTENTS = 18 };

static struct article article_from_row(const struct db_row *row)
{
    return (struct article){.id = db_id(row, 0),
                            .document_id = db_id(row, 1),
                            .number = db_i64(row, 2),
                            .locale = db_text(row, 3),
                            .category_id = db_id(row, 4),
                            .category_slug = db_text(row, 5),
                            .category_title = db_text(row, 6),
                            .product_id = db_id(row, 7),
                            .product_name = db_text(row, 8),
                            .state = db_text(row, 9),
                            .audience = db_text(row, 10),
                            .valid_from = db_text(row, 11),
                            .valid_to = db_text(row, 12),
                            .title = db_text(row, 13),
                            .summary = db_text(row, 14),
                            .published_at = db_time(row, 15),
                            .updated_at = db_time(row, 16)};
}

void article_visible(struct ctx *cx, struct where *w)
{
    switch (cx->viewer.kind) {
    case VIEWER_SYSTEM:
        return;
    case VIEWER_STAFF:
        if (!viewer_has(&cx->viewer, RIGHT_KNOWLEDGE_READ))
            where_add(w, " AND a.state = 'published'", DB_NONE);
        return;
    case VIEWER_CUSTOMER:
        where_add(w, " AND a.state = 'published' AND a.audience IN ('public', 'customer')",
                  DB_NONE);
        return;
    case VIEWER_NOBODY:
        where_add(w, " AND a.state = 'published' AND a.audience = 'public'", DB_NONE);
        return;
    }
}

static bool translations(struct ctx *cx, const struct article *article, json_t **out)
{
    const struct db_arg head[] = {DB_ID(cx->tenant_id), DB_ID(article->document_id)};
    struct where w;
    struct db_rows rows;

    where_start(&w, cx, SQL_ARTICLE_TRANSLATIONS, head, COUNT(head));
    article_visible(cx, &w);
    where_add(&w, " AND a.number <> ?", DB_INT(article->number));
    if (!db_query_args(cx, &rows, w.text.p, w.args, w.count))
        return false;
    *out = json_own(cx->mem, json_array());
    while (db_next(&rows))
        json_array_append_new(
            *out, json_pack("{s:I,s:s,s:s}", "number", (json_int_t)db_i64(&rows.row, 0), "locale",
                            db_text(&rows.row, 1), "title", db_text(&rows.row, 2)));
    return true;
}

bool article_get(struct ctx *cx, int64_t number, struct article **out, struct article_body *body)
{
    const struct db_arg head[] = {DB_ID(cx->tenant_id), DB_INT(number)};
    struct article *article;
    struct where w;
    struct db_rows rows;
    const char *contents;

    where_start(&w, cx, SQL_ARTICLE_GET, head, COUNT(head));
    article_visible(cx, &w);
    if (!db_query_args(cx, &rows, w.text.p, w.args, w.count))
        return false;
    if (!db_next(&rows))
        return err_set(&cx->err, &ERR_NOT_FOUND, "article %lld", (long long)number);
    article = arena_new(cx->mem, struct article);
    *article = article_from_row(&rows.row);
    body->html = db_text(&rows.row, COLUMN_HTML);
    contents = db_text(&rows.row, COLUMN_CONTENTS);
    if (!json_read(cx->mem, &cx->err, contents, strlen(contents), &body->contents) ||
        !translations(cx, article, &body->translations))
        return false;
    *out = article;
    return true;
}

static bool read_list(struct ctx *cx, const struct where *w, struct article **out, size_t *count)
{
    struct article *list;
    struct db_rows rows;
    size_t n = 0;

    if (!db_query_args(cx, &rows, w->text.p, w->args, w->count))
        return false;
    list = arena_array(cx->mem, struct article, rows.count + 1);
    while (db_next(&rows))
        list[n++] = article_from_row(&rows.row);
    *out = list;
    *count = n;
    return true;
}

bool article_list(struct ctx *cx, const struct article_filter *filter, struct article **out,
                  size_t *count)
{
    const struct db_arg head[] = {DB_ID(cx->tenant_id)};
    struct where w;

    where_start(&w, cx, SQL_ARTICLE_LIST, head, COUNT(head));
    article_visible(cx, &w);
    if (!id_is_zero(filter->category_id))
        where_add(&w, " AND a.category_id = ?", DB_ID(filter->category_id));
    if (!id_is_zero(filter->product_id))
        where_add(&w, " AND a.product_id = ?", DB_ID(filter->product_id));
    if (filter->locale != NULL)
        where_add(&w, " AND a.locale = ?", DB_TEXT(filter->locale));
    if (filter->is_featured)
        where_add(&w, " AND a.is_featured = TRUE", DB_NONE);
    where_add(&w, " ORDER BY a.updated_at DESC, a.number LIMIT ?",
              DB_INT(filter->limit > 0 ? filter->limit : ARTICLE_LIST_MAX));
    return read_list(cx, &w, out, count);
}

bool article_list_numbers(struct ctx *cx, const int64_t *numbers, size_t number_count,
                          struct article **out, size_t *count)
{
    struct db_arg args[ARTICLE_LIST_MAX + 1];
    struct where w;
    struct db_rows rows;
    struct article *found;
    struct article *list;
    size_t found_count = 0;
    size_t n = 0;

    *count = 0;
    if (number_count > ARTICLE_LIST_MAX)
        number_count = ARTICLE_LIST_MAX;
    if (number_count == 0)
        return true;
    args[0] = DB_ID(cx->tenant_id);
    where_start(&w, cx, SQL_ARTICLE_LIST, args, 1);
    article_visible(cx, &w);
    str_add(&w.text, " AND a.number IN (?");
    for (size_t i = 0; i < number_count; i++) {
        if (i > 0)
            str_add(&w.text, ", ?");
        args[i + 1] = DB_INT(numbers[i]);
    }
    str_add(&w.text, ")");
    if (!db_query_args(cx, &rows, w.text.p, args, number_count + 1))
        return false;
    found = arena_array(cx->mem, struct article, rows.count + 1);
    while (db_next(&rows))
        found[found_count++] = article_from_row(&rows.row);
    list = arena_array(cx->mem, struct article, found_count + 1);
    for (size_t i = 0; i < number_count; i++)
        for (size_t k = 0; k < found_count; k++)
            if (found[k].number == numbers[i])
                list[n++] = found[k];
    *out = list;
    *count = n;
    return true;
}

static bool check_draft(struct ctx *cx, const struct article_draft *draft)
{
    size_t title = utf8_count(draft->title);

    if (title == 0 || title > ARTICLE_TITLE_MAX)
        return err_set_at(&cx->err, &ERR_ARTICLE_TITLE, "title", "%zu characters", title);
    if (draft->summary != NULL && utf8_count(draft->summary) > ARTICLE_SUMMARY_MAX)
        return err_set_at(&cx->err, &ERR_ARTICLE_TITLE, "summary", "too long");
    return true;
}

static const char *or_empty(const char *text)
{
    return text != NULL ? text : "";
}

/* The row to write: an existing translation's, or a new one with the next number. */
static bool find_row(struct ctx *cx, const struct article_draft *draft, struct article *row,
                     bool *is_new)
{
    struct db_rows rows;
    const char *text;

    if (!id_is_zero(draft->document_id)) {
        if (!db_query(cx, &rows, SQL_ARTICLE_IN_LOCALE, DB_ID(cx->tenant_id),
                      DB_ID(draft->document_id), DB_TEXT(draft->locale)))
            return false;
        if (db_next(&rows)) {
            row->id = db_id(&rows.row, 0);
            row->number = db_i64(&rows.row, 1);
            *is_new = false;
            return true;
        }
    }
    *is_new = true;
    row->id = ctx_new_id(cx);
    row->document_id = id_is_zero(draft->document_id) ? row->id : draft->document_id;
    return series_next(cx, "article", &text, &row->number);
}

static bool write_row(struct ctx *cx, const struct article_draft *d, const struct article *row,
                      bool is_new, struct id revision)
{
    if (!is_new)
        return db_exec(cx, NULL, SQL_ARTICLE_UPDATE, DB_ID(d->category_id),
                       DB_ID_OR_NULL(d->product_id), DB_TEXT(d->audience),
                       DB_TEXT(or_empty(d->valid_from)), DB_TEXT(or_empty(d->valid_to)),
                       DB_BOOL(d->is_featured), DB_TEXT(d->title), DB_TEXT(or_empty(d->summary)),
                       DB_ID(revision), DB_TIME(cx->now), DB_TIME(cx->now), DB_ID(cx->tenant_id),
                       DB_ID(row->id));
    return db_exec(cx, NULL, SQL_ARTICLE_ADD, DB_ID(cx->tenant_id), DB_ID(row->id),
                   DB_ID(row->document_id), DB_INT(row->number), DB_TEXT(d->locale),
                   DB_ID(d->category_id), DB_ID_OR_NULL(d->product_id), DB_TEXT(d->audience),
                   DB_TEXT(or_empty(d->valid_from)), DB_TEXT(or_empty(d->valid_to)),
                   DB_BOOL(d->is_featured), DB_TEXT(d->title), DB_TEXT(or_empty(d->summary)),
                   DB_ID(revision), DB_TIME(cx->now), DB_TIME(cx->now), DB_TIME(cx->now));
}

static bool write_revision(struct ctx *cx, const struct article_draft *draft,
                           const struct article *row, struct id revision)
{
    const char *html;
    json_t *contents;

    return article_markdown_html(cx->mem, &cx->err, draft->markdown, &html, &contents) &&
           db_exec(cx, NULL, SQL_ARTICLE_REVISION_ADD, DB_ID(cx->tenant_id), DB_ID(revision),
                   DB_ID(row->id), DB_ID_OR_NULL(cx->actor_id), DB_TEXT(or_empty(draft->note)),
                   DB_TEXT(draft->markdown), DB_TEXT(html), DB_TEXT(json_write(cx->mem, contents)),
                   DB_TIME(cx->now)) &&
           article_search_index(cx, row->number, draft->title, or_empty(draft->summary),
                                draft->markdown);
}

bool article_publish(struct ctx *cx, const struct article_draft *draft, struct article **out)
{
    struct article row = {.number = 0};
    struct article_body body;
    struct id revision;
    json_t *data;
    bool is_new = true;

    if (!check_draft(cx, draft) || !find_row(cx, draft, &row, &is_new))
        return false;
    if (!viewer_has(&cx->viewer, is_new ? RIGHT_KNOWLEDGE_CREATE : RIGHT_KNOWLEDGE_UPDATE))
        return err_set(&cx->err, &ERR_DENIED, "article");
    if (!db_begin(cx))
        return false;
    revision = ctx_new_id(cx);
    if (!write_row(cx, draft, &row, is_new, revision) || !write_revision(cx, draft, &row, revision))
        goto rollback;
    data =
        json_own(cx->mem, json_pack("{s:I,s:s,s:s,s:b}", "number", (json_int_t)row.number, "locale",
                                    draft->locale, "title", draft->title, "is_new", is_new));
    if (!event_emit(cx, EVENT_ARTICLE_PUBLISHED, row.id, data) ||
        !article_get(cx, row.number, out, &body))
        goto rollback;
    return db_commit(cx);

rollback:
    db_rollback(cx);
    return false;
}
