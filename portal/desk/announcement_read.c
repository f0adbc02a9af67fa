#include "portal/desk/announcement.h"

#include <string.h>

static const char SQL_ANNOUNCEMENT_SEEN[] =
    "SELECT a.id, x.title, x.body, a.is_outage, a.show_from, EXISTS (SELECT 1 FROM "
    "announcement_receipt r WHERE r.tenant_id = a.tenant_id AND r.announcement_id = a.id "
    "AND r.person_id = ?) AS is_read FROM announcement a JOIN announcement_text x "
    "ON x.tenant_id = a.tenant_id AND x.announcement_id = a.id AND x.language = (SELECT y.language "
    "FROM announcement_text y JOIN tenant t ON t.id = y.tenant_id WHERE y.tenant_id = a.tenant_id "
    "AND y.announcement_id = a.id ORDER BY y.language <> ?, y.language <> t.language, y.language "
    "LIMIT 1) WHERE a.tenant_id = ?";
static const char SQL_ANNOUNCEMENT_RECEIPT[] =
    "INSERT IGNORE INTO announcement_receipt (tenant_id, announcement_id, person_id, read_at) "
    "VALUES (?, ?, ?, ?)";
static const char SQL_ANNOUNCEMENT_UNTOLD[] =
    "SELECT id, audience, product_id, by_mail, told_after FROM announcement "
    "WHERE tenant_id = ? AND told_at IS NULL AND is_published = TRUE AND deleted_at IS NULL "
    "AND show_from <= ? AND (show_until IS NULL OR show_until > ?) ORDER BY show_from LIMIT 1";
static const char SQL_ANNOUNCEMENT_UNTOLD_TITLES[] =
    "SELECT language, title FROM announcement_text WHERE tenant_id = ? AND announcement_id = ? "
    "ORDER BY language LIMIT ?";
/* The row is locked before anybody is read: two nodes tell one after the other. */
static const char SQL_ANNOUNCEMENT_CLAIM[] =
    "UPDATE announcement SET told_at = told_at WHERE tenant_id = ? AND id = ?";
static const char SQL_ANNOUNCEMENT_MEMBERS[] =
    "SELECT DISTINCT m.person_id FROM membership m "
    "JOIN person p ON p.tenant_id = m.tenant_id AND p.id = m.person_id "
    "JOIN announcement a ON a.tenant_id = m.tenant_id AND a.id = ? "
    "WHERE m.tenant_id = ? AND (a.told_after IS NULL OR m.person_id > a.told_after) "
    "AND p.is_disabled = FALSE AND p.deleted_at IS NULL "
    "AND (a.audience IN ('everybody', 'customers') "
    "OR (a.audience = 'organisations' AND EXISTS (SELECT 1 FROM announcement_organisation o "
    "WHERE o.tenant_id = a.tenant_id AND o.announcement_id = a.id "
    "AND o.organisation_id = m.organisation_id)) "
    "OR (a.audience = 'product' AND EXISTS (SELECT 1 FROM licence l WHERE l.tenant_id = a.tenant_id "
    "AND l.organisation_id = m.organisation_id AND l.product_id = a.product_id "
    "AND l.deleted_at IS NULL))) "
    "ORDER BY m.person_id LIMIT ?";
static const char SQL_ANNOUNCEMENT_COLLEAGUES[] =
    "SELECT s.person_id FROM staff_member s "
    "JOIN person p ON p.tenant_id = s.tenant_id AND p.id = s.person_id "
    "JOIN announcement a ON a.tenant_id = s.tenant_id AND a.id = ? "
    "WHERE s.tenant_id = ? AND (a.told_after IS NULL OR s.person_id > a.told_after) "
    "AND p.is_disabled = FALSE AND p.deleted_at IS NULL ORDER BY s.person_id LIMIT ?";
static const char SQL_ANNOUNCEMENT_TOLD[] =
    "UPDATE announcement SET told_after = COALESCE(?, told_after), told_at = ? "
    "WHERE tenant_id = ? AND id = ?";

void announcement_visible(struct ctx *cx, struct where *w)
{
    where_add(w, " AND a.deleted_at IS NULL AND a.is_published = TRUE AND a.show_from <= ?",
              DB_TIME(cx->now));
    where_add(w, " AND (a.show_until IS NULL OR a.show_until > ?)", DB_TIME(cx->now));
    if (cx->viewer.kind == VIEWER_STAFF || cx->viewer.kind == VIEWER_SYSTEM)
        return;
    if (cx->viewer.kind == VIEWER_NOBODY || id_is_zero(cx->viewer.organisation_id)) {
        where_add(w, " AND a.audience = 'everybody'", DB_NONE);
        return;
    }
    where_add(w, " AND (a.audience IN ('everybody', 'customers')", DB_NONE);
    where_add(w,
              " OR (a.audience = 'organisations' AND EXISTS (SELECT 1 FROM "
              "announcement_organisation o WHERE o.tenant_id = a.tenant_id "
              "AND o.announcement_id = a.id AND o.organisation_id = ?))",
              DB_ID(cx->viewer.organisation_id));
    where_add(w,
              " OR (a.audience = 'product' AND EXISTS (SELECT 1 FROM licence l "
              "WHERE l.tenant_id = a.tenant_id AND l.organisation_id = ? "
              "AND l.product_id = a.product_id AND l.deleted_at IS NULL)))",
              DB_ID(cx->viewer.organisation_id));
}

static void start(struct ctx *cx, struct where *w, const char *language)
{
    const struct db_arg args[] = {DB_ID(cx->viewer.person_id), DB_TEXT(language),
                                  DB_ID(cx->tenant_id)};

    where_start(w, cx, SQL_ANNOUNCEMENT_SEEN, args, COUNT(args));
    announcement_visible(cx, w);
}

static struct announcement_seen seen_from_row(const struct db_row *row)
{
    return (struct announcement_seen){.id = db_id(row, 0),
                                      .title = db_text(row, 1),
                                      .body = db_text(row, 2),
                                      .is_outage = db_bool(row, 3),
                                      .show_from = db_time(row, 4),
                                      .is_read = db_bool(row, 5)};
}

bool announcement_list(struct ctx *cx, enum announcement_which which, const char *topic,
                       const char *language, unsigned limit, struct announcement_seen **out,
                       size_t *count)
{
    struct announcement_seen *all;
    struct db_rows rows;
    struct where w;

    start(cx, &w, language);
    if (which == ANNOUNCEMENT_OUTAGES)
        where_add(&w, " AND a.is_outage = TRUE", DB_NONE);
    if (which == ANNOUNCEMENT_OUTAGES && topic != NULL)
        where_add(&w, " AND a.topic IN ('', ?)", DB_TEXT(topic));
    if (which == ANNOUNCEMENT_UNREAD)
        where_add(&w, " HAVING is_read = FALSE", DB_NONE);
    where_add(&w, " ORDER BY a.show_from DESC, a.id DESC LIMIT ?",
              DB_INT(limit == 0 || limit > ANNOUNCEMENT_LIST_MAX ? ANNOUNCEMENT_LIST_MAX : limit));
    if (!db_query_args(cx, &rows, w.text.p, w.args, w.count))
        return false;
    all = arena_array(cx->mem, struct announcement_seen, rows.count + 1);
    for (*count = 0; db_next(&rows); (*count)++)
        all[*count] = seen_from_row(&rows.row);
    *out = all;
    return true;
}

bool announcement_read(struct ctx *cx, struct id id, const char *language,
                       struct announcement_seen **out)
{
    struct db_rows rows;
    struct where w;

    start(cx, &w, language);
    where_add(&w, " AND a.id = ?", DB_ID(id));
    if (!db_query_args(cx, &rows, w.text.p, w.args, w.count))
        return false;
    if (!db_next(&rows))
        return err_set(&cx->err, &ERR_NOT_FOUND, "announcement %s", id_text(cx->mem, id));
    *out = arena_new(cx->mem, struct announcement_seen);
    **out = seen_from_row(&rows.row);
    if (id_is_zero(cx->viewer.person_id) || (*out)->is_read || cx->is_read_only)
        return true;
    return db_exec(cx, NULL, SQL_ANNOUNCEMENT_RECEIPT, DB_ID(cx->tenant_id), DB_ID(id),
                   DB_ID(cx->viewer.person_id), DB_TIME(cx->now));
}

/* --- telling --- */

bool announcement_untold(struct ctx *cx, struct announcement **out)
{
    struct announcement *a;
    struct db_rows rows;

    *out = NULL;
    if (!db_query(cx, &rows, SQL_ANNOUNCEMENT_UNTOLD, DB_ID(cx->tenant_id), DB_TIME(cx->now),
                  DB_TIME(cx->now)))
        return false;
    if (!db_next(&rows))
        return true;
    a = arena_new(cx->mem, struct announcement);
    a->id = db_id(&rows.row, 0);
    a->product_id = db_id(&rows.row, 2);
    a->by_mail = db_bool(&rows.row, 3);
    if (!announcement_audience_parse(db_text(&rows.row, 1), &a->audience) ||
        !db_query(cx, &rows, SQL_ANNOUNCEMENT_UNTOLD_TITLES, DB_ID(cx->tenant_id), DB_ID(a->id),
                  DB_INT(ANNOUNCEMENT_LANGUAGES_MAX)))
        return false;
    for (; db_next(&rows); a->text_count++)
        a->texts[a->text_count] = (struct announcement_text){
            .language = db_text(&rows.row, 0), .title = db_text(&rows.row, 1), .body = ""};
    *out = a;
    return true;
}

bool announcement_next_people(struct ctx *cx, const struct announcement *a, unsigned limit,
                              struct id **out, size_t *count)
{
    const char *sql =
        a->audience == ANNOUNCEMENT_STAFF ? SQL_ANNOUNCEMENT_COLLEAGUES : SQL_ANNOUNCEMENT_MEMBERS;
    struct db_rows rows;
    struct id *all;

    if (!db_exec(cx, NULL, SQL_ANNOUNCEMENT_CLAIM, DB_ID(cx->tenant_id), DB_ID(a->id)) ||
        !db_query(cx, &rows, sql, DB_ID(a->id), DB_ID(cx->tenant_id), DB_INT(limit)))
        return false;
    all = arena_array(cx->mem, struct id, rows.count + 1);
    for (*count = 0; db_next(&rows); (*count)++)
        all[*count] = db_id(&rows.row, 0);
    *out = all;
    return true;
}

bool announcement_told(struct ctx *cx, struct id id, struct id last)
{
    return db_exec(cx, NULL, SQL_ANNOUNCEMENT_TOLD, DB_ID_OR_NULL(last),
                   DB_TIME(id_is_zero(last) ? cx->now : 0), DB_ID(cx->tenant_id), DB_ID(id));
}
