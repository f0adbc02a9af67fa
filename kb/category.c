#include "kb/category.h"

#include "db/where.h"
#include "kb/article.h"

/* Title in the asked language, else whichever there is. */
#define SQL_CATEGORY_COLUMNS                                                             \
    "c.id, c.slug, c.icon, COALESCE(x.title, (SELECT MIN(y.title) FROM category_text y " \
    "WHERE y.tenant_id = c.tenant_id AND y.category_id = c.id), c.slug), COALESCE(x.summary, '') "

static const char SQL_CATEGORY_LIST[] =
    "SELECT " SQL_CATEGORY_COLUMNS
    "FROM category c LEFT JOIN category_text x ON x.tenant_id = c.tenant_id "
    "AND x.category_id = c.id AND x.locale = ? "
    "WHERE c.tenant_id = ? ORDER BY c.position, c.slug LIMIT ?";
static const char SQL_CATEGORY_GET[] =
    "SELECT " SQL_CATEGORY_COLUMNS
    "FROM category c LEFT JOIN category_text x ON x.tenant_id = c.tenant_id "
    "AND x.category_id = c.id AND x.locale = ? "
    "WHERE c.tenant_id = ? AND c.slug = ?";
static const char SQL_CATEGORY_COUNT[] =
    "SELECT a.category_id, COUNT(*) FROM article a WHERE a.tenant_id = ? AND a.locale = ?";
static const char SQL_CATEGORY_ADD[] =
    "INSERT INTO category (tenant_id, id, slug, icon, position) "
    "SELECT ?, ?, ?, ?, COALESCE(MAX(c.position), 0) + 1 FROM category c WHERE c.tenant_id = ?";
static const char SQL_CATEGORY_TEXT_ADD[] =
    "INSERT INTO category_text (tenant_id, category_id, locale, title, summary) "
    "VALUES (?, ?, ?, ?, ?)";

static struct category category_from_row(const struct db_row *row)
{
    return (struct category){.id = db_id(row, 0),
                             .slug = db_text(row, 1),
                             .icon = db_text(row, 2),
                             .title = db_text(row, 3),
                             .summary = db_text(row, 4)};
}

static bool count_articles(struct ctx *cx, const char *locale, struct category *list, size_t count)
{
    const struct db_arg head[] = {DB_ID(cx->tenant_id), DB_TEXT(locale)};
    struct where w;
    struct db_rows rows;

    where_start(&w, cx, SQL_CATEGORY_COUNT, head, COUNT(head));
    article_visible(cx, &w);
    where_add(&w, " GROUP BY a.category_id", DB_NONE);
    if (!db_query_args(cx, &rows, w.text.p, w.args, w.count))
        return false;
    while (db_next(&rows))
        for (size_t i = 0; i < count; i++)
            if (id_equal(list[i].id, db_id(&rows.row, 0)))
                list[i].article_count = db_i64(&rows.row, 1);
    return true;
}

bool category_list(struct ctx *cx, const char *locale, struct category **out, size_t *count)
{
    struct category *list;
    struct db_rows rows;
    size_t n = 0;

    if (!db_query(cx, &rows, SQL_CATEGORY_LIST, DB_TEXT(locale), DB_ID(cx->tenant_id),
                  DB_INT(CATEGORY_LIST_MAX)))
        return false;
    list = arena_array(cx->mem, struct category, rows.count + 1);
    while (db_next(&rows))
        list[n++] = category_from_row(&rows.row);
    if (!count_articles(cx, locale, list, n))
        return false;
    *out = list;
    *count = n;
    return true;
}

bool category_get(struct ctx *cx, const char *slug, const char *locale, struct category **out)
{
    struct category *found;
    struct db_rows rows;

    if (!db_query(cx, &rows, SQL_CATEGORY_GET, DB_TEXT(locale), DB_ID(cx->tenant_id),
                  DB_TEXT(slug)))
        return false;
    if (!db_next(&rows))
        return err_set(&cx->err, &ERR_NOT_FOUND, "category %s", slug);
    found = arena_new(cx->mem, struct category);
    *found = category_from_row(&rows.row);
    if (!count_articles(cx, locale, found, 1))
        return false;
    *out = found;
    return true;
}

bool category_add(struct ctx *cx, const char *slug, const char *icon,
                  const struct category_title *titles, size_t title_count, struct id *out)
{
    struct id id = ctx_new_id(cx);

    if (!viewer_has(&cx->viewer, RIGHT_KNOWLEDGE_CREATE))
        return err_set(&cx->err, &ERR_DENIED, "category %s", slug);
    if (!db_begin(cx))
        return false;
    if (!db_exec(cx, NULL, SQL_CATEGORY_ADD, DB_ID(cx->tenant_id), DB_ID(id), DB_TEXT(slug),
                 DB_TEXT(icon), DB_ID(cx->tenant_id)))
        goto rollback;
    for (size_t i = 0; i < title_count; i++)
        if (!db_exec(cx, NULL, SQL_CATEGORY_TEXT_ADD, DB_ID(cx->tenant_id), DB_ID(id),
                     DB_TEXT(titles[i].locale), DB_TEXT(titles[i].title),
                     DB_TEXT(titles[i].summary)))
            goto rollback;
    if (!db_commit(cx))
        return false;
    *out = id;
    return true;

rollback:
    db_rollback(cx);
    return false;
}
