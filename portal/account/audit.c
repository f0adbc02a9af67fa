#include "portal/account/audit.h"

#include "db/where.h"

static const char SQL_AUDIT_LIST[] =
    "SELECT e.id, e.name, e.subject_id, e.at, e.actor_kind, COALESCE(p.full_name, ''), "
    "COALESCE(p.email, ''), COALESCE(e.address, ''), e.data, e.erased_at, "
    "COALESCE(s.full_name, '') FROM event e LEFT JOIN person s ON s.tenant_id = e.tenant_id "
    "AND s.id = e.subject_id "
    "LEFT JOIN person p ON p.tenant_id = e.tenant_id AND p.id = e.actor_id WHERE e.tenant_id = ?";

static void add_filter(struct where *w, const struct audit_filter *f)
{
    if (f->what) /* names hold no % */
        where_add(w, " AND e.name LIKE CONCAT(?, '%')", DB_TEXT(f->what));
    if (f->who)
        where_add(w, " AND INSTR(CONCAT(p.full_name, ' ', p.email), ?) > 0", DB_TEXT(f->who));
    if (f->address)
        where_add(w, " AND INSTR(e.address, ?) = 1", DB_TEXT(f->address));
    if (!id_is_zero(f->subject_id))
        where_add(w, " AND e.subject_id = ?", DB_ID(f->subject_id));
    if (f->from != 0)
        where_add(w, " AND e.at >= ?", DB_TIME(f->from));
    if (f->until != 0)
        where_add(w, " AND e.at < ?", DB_TIME(f->until));
    if (!id_is_zero(f->before_id))
        where_add(w, " AND e.id < ?", DB_ID(f->before_id));
    where_add(w, " ORDER BY e.id DESC LIMIT ?", DB_INT(f->limit));
}

static struct audit_row row_of(const struct db_row *row)
{
    return (struct audit_row){.id = db_id(row, 0),
                              .name = db_text(row, 1),
                              .subject_id = db_id(row, 2),
                              .at = db_time(row, 3),
                              .actor_kind = db_text(row, 4),
                              .actor_name = db_text(row, 5),
                              .actor_email = db_text(row, 6),
                              .address = db_text(row, 7),
                              .data = db_text(row, 8),
                              .is_erased = !db_is_null(row, 9),
                              .about = db_text(row, 10)};
}

bool audit_list(struct ctx *cx, const struct audit_filter *filter, struct audit_row **out,
                size_t *count)
{
    struct audit_row *list;
    struct db_rows rows;
    struct where w;
    size_t n = 0;

    if (cx->viewer.kind == VIEWER_CUSTOMER || !viewer_has(&cx->viewer, RIGHT_SETTINGS_READ))
        return err_set(&cx->err, &ERR_DENIED, "the audit trail");
    where_start(&w, cx, SQL_AUDIT_LIST, (const struct db_arg[]){DB_ID(cx->tenant_id)}, 1);
    add_filter(&w, filter);
    if (!db_query_args(cx, &rows, w.text.p, w.args, w.count))
        return false;
    list = arena_array(cx->mem, struct audit_row, rows.count ? rows.count : 1);
    while (db_next(&rows))
        list[n++] = row_of(&rows.row);
    *out = list;
    *count = n;
    return true;
}
