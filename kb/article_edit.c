#include "kb/article_edit.h"

const struct err_kind ERR_ARTICLE_CLASH = {
    ERR_CLASS_CONFLICT, "ARTICLE_CHANGED",
    "Somebody else published this article meanwhile. Look at it in another window, then publish "
    "again."};

static const char SQL_ARTICLE_EDIT[] =
    "SELECT a.document_id, a.locale, a.category_id, a.product_id, a.audience, a.valid_from, "
    "a.valid_to, a.is_featured, a.title, a.summary, r.markdown, a.revision_id FROM article a "
    "JOIN article_revision r ON r.tenant_id = a.tenant_id AND r.id = a.revision_id "
    "WHERE a.tenant_id = ? AND a.number = ?";
/* Written first, so that two editors follow each other. */
static const char SQL_ARTICLE_EDIT_QUEUE[] =
    "UPDATE article SET number = number WHERE tenant_id = ? AND number = ?";
static const char SQL_ARTICLE_EDIT_NOW[] =
    "SELECT revision_id FROM article WHERE tenant_id = ? AND number = ?";

bool article_edit_get(struct ctx *cx, int64_t number, struct article_draft *out,
                      struct id *revision_id)
{
    struct db_rows rows;

    if (cx->viewer.kind == VIEWER_CUSTOMER || !viewer_has(&cx->viewer, RIGHT_KNOWLEDGE_READ))
        return err_set(&cx->err, &ERR_DENIED, "articles are written by staff");
    if (!db_query(cx, &rows, SQL_ARTICLE_EDIT, DB_ID(cx->tenant_id), DB_INT(number)))
        return false;
    if (!db_next(&rows))
        return err_set(&cx->err, &ERR_NOT_FOUND, "article %lld", (long long)number);
    *out = (struct article_draft){.document_id = db_id(&rows.row, 0),
                                  .locale = db_text(&rows.row, 1),
                                  .category_id = db_id(&rows.row, 2),
                                  .product_id = db_id(&rows.row, 3),
                                  .audience = db_text(&rows.row, 4),
                                  .valid_from = db_text(&rows.row, 5),
                                  .valid_to = db_text(&rows.row, 6),
                                  .is_featured = db_bool(&rows.row, 7),
                                  .title = db_text(&rows.row, 8),
                                  .summary = db_text(&rows.row, 9),
                                  .markdown = db_text(&rows.row, 10),
                                  .note = ""};
    *revision_id = db_id(&rows.row, 11);
    return true;
}

bool article_edit_check(struct ctx *cx, int64_t number, struct id revision_id)
{
    struct db_rows rows;

    if (!db_exec(cx, NULL, SQL_ARTICLE_EDIT_QUEUE, DB_ID(cx->tenant_id), DB_INT(number)) ||
        !db_query(cx, &rows, SQL_ARTICLE_EDIT_NOW, DB_ID(cx->tenant_id), DB_INT(number)))
        return false;
    return (db_next(&rows) && id_equal(db_id(&rows.row, 0), revision_id)) ||
           err_set(&cx->err, &ERR_ARTICLE_CLASH, "article %lld", (long long)number);
}
