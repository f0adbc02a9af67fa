#include "portal/desk/ticket_article.h"

#include "base/parse.h"
#include "db/db.h"

#include <string.h>

enum { DIGITS_MAX = 10, LINKS_MAX = 20 };

static const char SQL_TICKET_ARTICLE_NOTE[] =
    "INSERT IGNORE INTO ticket_article (tenant_id, ticket_id, article_id, created_at) "
    "SELECT tenant_id, ?, id, ? FROM article WHERE tenant_id = ? AND number = ?";
static const char SQL_TICKET_ARTICLE_SOURCE[] =
    "INSERT INTO ticket_article (tenant_id, ticket_id, article_id, is_source, created_at) "
    "VALUES (?, ?, ?, TRUE, ?) ON DUPLICATE KEY UPDATE is_source = TRUE";
static const char SQL_TICKET_ARTICLE_SOLVED[] =
    "SELECT COUNT(*) FROM ticket_article x JOIN ticket t ON t.tenant_id = x.tenant_id "
    "AND t.id = x.ticket_id WHERE x.tenant_id = ? AND x.article_id = ? "
    "AND t.category IN ('solved', 'closed') AND t.deleted_at IS NULL";

bool ticket_article_note(struct ctx *cx, struct id ticket_id, const char *text)
{
    static const char LINK[] = "/kb/article/";
    const char *at = text;

    for (int i = 0; i < LINKS_MAX && (at = strstr(at, LINK)) != NULL; i++) {
        size_t digits;
        int64_t number;

        at += strlen(LINK);
        digits = strspn(at, "0123456789");
        if (digits == 0 || digits > DIGITS_MAX ||
            !parse_i64(arena_dup_bytes(cx->mem, at, digits), 1, UINT32_MAX, &number))
            continue;
        if (!db_exec(cx, NULL, SQL_TICKET_ARTICLE_NOTE, DB_ID(ticket_id), DB_TIME(cx->now),
                     DB_ID(cx->tenant_id), DB_INT(number)))
            return false;
    }
    return true;
}

bool ticket_article_source(struct ctx *cx, struct id ticket_id, struct id article_id)
{
    struct ticket *t;

    return ticket_get(cx, ticket_id, &t) &&
           db_exec(cx, NULL, SQL_TICKET_ARTICLE_SOURCE, DB_ID(cx->tenant_id), DB_ID(t->id),
                   DB_ID(article_id), DB_TIME(cx->now));
}

bool ticket_article_solved(struct ctx *cx, struct id article_id, int64_t *out)
{
    struct db_rows rows;

    *out = 0;
    if (!ticket_sees_notes(cx))
        return true;
    if (!db_query(cx, &rows, SQL_TICKET_ARTICLE_SOLVED, DB_ID(cx->tenant_id), DB_ID(article_id)) ||
        !db_next(&rows))
        return false;
    *out = db_i64(&rows.row, 0);
    return true;
}
