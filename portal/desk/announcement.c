#include "portal/desk/announcement.h"

#include "base/utf8.h"
#include "db/event.h"
#include "db/where.h"
#include "portal/sales/sales_scope.h"

#include <string.h>

const struct err_kind ERR_ANNOUNCEMENT_CODE = {ERR_CLASS_INVALID, "ANNOUNCEMENT_CODE",
                                               "There is no customer with the code {}."};
const struct err_kind ERR_ANNOUNCEMENT_CLASH = {
    ERR_CLASS_CONFLICT, "ANNOUNCEMENT_CHANGED",
    "Somebody else saved this announcement meanwhile. Look at it in another window, then save "
    "again."};

static const char SQL_ANNOUNCEMENT_ALL[] =
    "SELECT a.id, a.audience, a.product_id, a.is_outage, a.topic, a.by_mail, a.is_published, "
    "a.show_from, a.show_until, a.version, a.told_at, (SELECT COUNT(*) FROM announcement_receipt r "
    "WHERE r.tenant_id = a.tenant_id AND r.announcement_id = a.id) FROM announcement a "
    "WHERE a.tenant_id = ? AND a.deleted_at IS NULL";
static const char SQL_ANNOUNCEMENT_TEXTS[] =
    "SELECT language, title, body FROM announcement_text "
    "WHERE tenant_id = ? AND announcement_id = ? ORDER BY language LIMIT ?";
static const char SQL_ANNOUNCEMENT_CODES[] =
    "SELECT o.code FROM announcement_organisation x JOIN organisation o "
    "ON o.tenant_id = x.tenant_id AND o.id = x.organisation_id "
    "WHERE x.tenant_id = ? AND x.announcement_id = ? ORDER BY o.code";
static const char SQL_ANNOUNCEMENT_ADD[] =
    "INSERT INTO announcement (tenant_id, id, audience, product_id, is_outage, topic, by_mail, "
    "is_published, show_from, show_until, created_by, created_at, updated_at) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
static const char SQL_ANNOUNCEMENT_CHANGE[] =
    "UPDATE announcement SET audience = ?, product_id = ?, is_outage = ?, topic = ?, by_mail = ?, "
    "is_published = ?, show_from = ?, show_until = ?, updated_at = ?, version = version + 1 "
    "WHERE tenant_id = ? AND id = ? AND version = ? AND deleted_at IS NULL";
static const char SQL_ANNOUNCEMENT_TEXTS_REMOVE[] =
    "DELETE FROM announcement_text WHERE tenant_id = ? AND announcement_id = ?";
static const char SQL_ANNOUNCEMENT_TEXT_ADD[] =
    "INSERT INTO announcement_text (tenant_id, announcement_id, language, title, body) "
    "VALUES (?, ?, ?, ?, ?)";
static const char SQL_ANNOUNCEMENT_CODES_REMOVE[] =
    "DELETE FROM announcement_organisation WHERE tenant_id = ? AND announcement_id = ?";
static const char SQL_ANNOUNCEMENT_CODE_ADD[] =
    "INSERT IGNORE INTO announcement_organisation (tenant_id, announcement_id, organisation_id) "
    "SELECT tenant_id, ?, id FROM organisation "
    "WHERE tenant_id = ? AND code = ? AND deleted_at IS NULL";
static const char SQL_ANNOUNCEMENT_CODE_FIND[] =
    "SELECT 1 FROM organisation WHERE tenant_id = ? AND code = ? AND deleted_at IS NULL";
static const char SQL_ANNOUNCEMENT_PRODUCT[] =
    "SELECT 1 FROM product WHERE tenant_id = ? AND id = ?";
static const char SQL_ANNOUNCEMENT_REMOVE[] =
    "UPDATE announcement SET deleted_at = ?, deleted_by = ? "
    "WHERE tenant_id = ? AND id = ? AND deleted_at IS NULL";
static const char SQL_ANNOUNCEMENT_READERS[] =
    "SELECT p.full_name, COALESCE((SELECT o.name FROM membership m JOIN organisation o "
    "ON o.tenant_id = m.tenant_id AND o.id = m.organisation_id WHERE m.tenant_id = r.tenant_id "
    "AND m.person_id = r.person_id ORDER BY o.name LIMIT 1), ''), r.read_at "
    "FROM announcement_receipt r JOIN person p ON p.tenant_id = r.tenant_id AND p.id = r.person_id "
    "WHERE r.tenant_id = ? AND r.announcement_id = ? AND (EXISTS (SELECT 1 FROM staff_member s "
    "WHERE s.tenant_id = r.tenant_id AND s.person_id = r.person_id)";

static const char *const AUDIENCES[] = {
    [ANNOUNCEMENT_EVERYBODY] = "everybody",
    [ANNOUNCEMENT_CUSTOMERS] = "customers",
    [ANNOUNCEMENT_ORGANISATIONS] = "organisations",
    [ANNOUNCEMENT_PRODUCT] = "product",
    [ANNOUNCEMENT_STAFF] = "staff",
};
_Static_assert(COUNT(AUDIENCES) == ANNOUNCEMENT_AUDIENCES, "name every audience");

const char *announcement_audience_name(enum announcement_audience audience)
{
    return AUDIENCES[audience];
}

bool announcement_audience_parse(const char *name, enum announcement_audience *out)
{
    for (size_t i = 0; i < COUNT(AUDIENCES); i++) {
        if (strcmp(AUDIENCES[i], name) == 0) {
            *out = (enum announcement_audience)i;
            return true;
        }
    }
    return false;
}

/* --- reading, for those who write --- */

static bool may(struct ctx *cx, uint64_t right)
{
    return (cx->viewer.kind != VIEWER_CUSTOMER && viewer_has(&cx->viewer, right)) ||
           err_set(&cx->err, &ERR_DENIED, "announcements are the staff's");
}

static bool add_texts(struct ctx *cx, struct announcement *a)
{
    struct db_rows rows;

    if (!db_query(cx, &rows, SQL_ANNOUNCEMENT_TEXTS, DB_ID(cx->tenant_id), DB_ID(a->id),
                  DB_INT(ANNOUNCEMENT_LANGUAGES_MAX)))
        return false;
    for (a->text_count = 0; db_next(&rows); a->text_count++)
        a->texts[a->text_count] = (struct announcement_text){.language = db_text(&rows.row, 0),
                                                             .title = db_text(&rows.row, 1),
                                                             .body = db_text(&rows.row, 2)};
    return true;
}

static bool add_codes(struct ctx *cx, struct announcement *a)
{
    struct str s = str_new(cx->mem);
    struct db_rows rows;

    if (!db_query(cx, &rows, SQL_ANNOUNCEMENT_CODES, DB_ID(cx->tenant_id), DB_ID(a->id)))
        return false;
    str_add(&s, "");
    while (db_next(&rows))
        str_fmt(&s, "%s%s", s.len > 0 ? "\n" : "", db_text(&rows.row, 0));
    a->codes = s.p;
    return true;
}

static bool from_row(struct ctx *cx, const struct db_row *row, struct announcement **out)
{
    struct announcement *a = arena_new(cx->mem, struct announcement);

    a->id = db_id(row, 0);
    if (!announcement_audience_parse(db_text(row, 1), &a->audience))
        return err_set(&cx->err, &ERR_INTERNAL, "audience %s", db_text(row, 1));
    a->product_id = db_id(row, 2);
    a->is_outage = db_bool(row, 3);
    a->topic = db_text(row, 4);
    a->by_mail = db_bool(row, 5);
    a->is_published = db_bool(row, 6);
    a->show_from = db_time(row, 7);
    a->show_until = db_time(row, 8);
    a->version = db_i64(row, 9);
    a->told_at = db_time(row, 10);
    a->read_count = db_i64(row, 11);
    a->codes = "";
    *out = a;
    return add_texts(cx, a);
}

bool announcement_all(struct ctx *cx, struct announcement ***out, size_t *count)
{
    struct announcement **all;
    struct db_rows rows;
    struct where w;

    if (!may(cx, RIGHT_KNOWLEDGE_READ))
        return false;
    where_start(&w, cx, SQL_ANNOUNCEMENT_ALL, (const struct db_arg[]){DB_ID(cx->tenant_id)}, 1);
    where_add(&w, " ORDER BY a.show_from DESC, a.id DESC LIMIT ?", DB_INT(ANNOUNCEMENT_LIST_MAX));
    if (!db_query_args(cx, &rows, w.text.p, w.args, w.count))
        return false;
    all = arena_array(cx->mem, struct announcement *, rows.count + 1);
    for (*count = 0; db_next(&rows); (*count)++)
        if (!from_row(cx, &rows.row, &all[*count]))
            return false;
    *out = all;
    return true;
}

static bool find(struct ctx *cx, struct id id, struct announcement **out)
{
    struct db_rows rows;
    struct where w;

    where_start(&w, cx, SQL_ANNOUNCEMENT_ALL, (const struct db_arg[]){DB_ID(cx->tenant_id)}, 1);
    where_add(&w, " AND a.id = ?", DB_ID(id));
    if (!db_query_args(cx, &rows, w.text.p, w.args, w.count))
        return false;
    if (!db_next(&rows))
        return err_set(&cx->err, &ERR_NOT_FOUND, "announcement %s", id_text(cx->mem, id));
    return from_row(cx, &rows.row, out) && add_codes(cx, *out);
}

bool announcement_get(struct ctx *cx, struct id id, struct announcement **out)
{
    return may(cx, RIGHT_KNOWLEDGE_READ) && find(cx, id, out);
}

bool announcement_readers(struct ctx *cx, struct id id, unsigned limit,
                          struct announcement_reader **out, size_t *count)
{
    const struct db_arg first[] = {DB_ID(cx->tenant_id), DB_ID(id)};
    const enum sales_scope scope = sales_scope_of(&cx->viewer, &SALES_SCOPE_ORGANISATION);
    struct announcement_reader *all;
    struct db_rows rows;
    struct where w;

    if (!may(cx, RIGHT_KNOWLEDGE_READ))
        return false;
    where_start(&w, cx, SQL_ANNOUNCEMENT_READERS, first, COUNT(first));
    if (scope == SALES_SCOPE_ALL) {
        where_add(&w, " OR TRUE", DB_NONE);
    } else if (scope != SALES_SCOPE_NONE) {
        where_add(&w,
                  " OR EXISTS (SELECT 1 FROM membership x WHERE x.tenant_id = r.tenant_id "
                  "AND x.person_id = r.person_id",
                  DB_NONE);
        sales_scope_where(cx, &w, scope, SALES_SCOPE_COLUMN("x.organisation_id"));
        where_add(&w, ")", DB_NONE);
    }
    where_add(&w, ") ORDER BY r.read_at DESC, p.id LIMIT ?", DB_INT(limit));
    if (!db_query_args(cx, &rows, w.text.p, w.args, w.count))
        return false;
    all = arena_array(cx->mem, struct announcement_reader, rows.count + 1);
    for (*count = 0; db_next(&rows); (*count)++)
        all[*count] = (struct announcement_reader){.name = db_text(&rows.row, 0),
                                                   .organisation = db_text(&rows.row, 1),
                                                   .read_at = db_time(&rows.row, 2)};
    *out = all;
    return true;
}

/* --- writing --- */

static bool check_texts(struct ctx *cx, const struct announcement *a)
{
    if (a->text_count == 0)
        return err_set_at(&cx->err, &ERR_INVALID, "title", "no title in any language");
    for (size_t i = 0; i < a->text_count; i++) {
        const struct announcement_text *t = &a->texts[i];

        if (*t->title == '\0' || utf8_count(t->title) > ANNOUNCEMENT_TITLE_MAX)
            return err_set_at(&cx->err, &ERR_INVALID, "title", "title of %s", t->language);
        if (utf8_count(t->body) > ANNOUNCEMENT_BODY_MAX)
            return err_set_at(&cx->err, &ERR_INVALID, "body", "body of %s", t->language);
    }
    return true;
}

static bool check(struct ctx *cx, const struct announcement *a)
{
    struct db_rows rows;

    if (!check_texts(cx, a))
        return false;
    if (a->show_until != 0 && a->show_until <= (a->show_from != 0 ? a->show_from : cx->now))
        return err_set_at(&cx->err, &ERR_INVALID, "until", "it ends before it begins");
    if (a->audience != ANNOUNCEMENT_PRODUCT)
        return true;
    if (!db_query(cx, &rows, SQL_ANNOUNCEMENT_PRODUCT, DB_ID(cx->tenant_id), DB_ID(a->product_id)))
        return false;
    return rows.count > 0 || err_set_at(&cx->err, &ERR_INVALID, "product", "no such product");
}

static bool add_code(struct ctx *cx, const struct announcement *a, const char *code)
{
    struct db_rows rows;

    if (!db_query(cx, &rows, SQL_ANNOUNCEMENT_CODE_FIND, DB_ID(cx->tenant_id), DB_TEXT(code)))
        return false;
    if (rows.count == 0) {
        err_set_at(&cx->err, &ERR_ANNOUNCEMENT_CODE, "codes", "no organisation %.40s", code);
        err_arg(&cx->err, code);
        return false;
    }
    return db_exec(cx, NULL, SQL_ANNOUNCEMENT_CODE_ADD, DB_ID(a->id), DB_ID(cx->tenant_id),
                   DB_TEXT(code));
}

static bool write_codes(struct ctx *cx, const struct announcement *a)
{
    static const char BREAKS[] = " \t\n\r,;";
    size_t count = 0;

    if (!db_exec(cx, NULL, SQL_ANNOUNCEMENT_CODES_REMOVE, DB_ID(cx->tenant_id), DB_ID(a->id)))
        return false;
    if (a->audience != ANNOUNCEMENT_ORGANISATIONS)
        return true;
    for (const char *at = a->codes + strspn(a->codes, BREAKS); *at != '\0'; count++) {
        const size_t len = strcspn(at, BREAKS);

        if (count == ANNOUNCEMENT_CODES_MAX)
            return err_set_at(&cx->err, &ERR_INVALID, "codes", "too many");
        if (!add_code(cx, a, arena_dup_bytes(cx->mem, at, len)))
            return false;
        at += len + strspn(at + len, BREAKS);
    }
    return count > 0 || err_set_at(&cx->err, &ERR_INVALID, "codes", "no organisation is named");
}

static bool write_texts(struct ctx *cx, const struct announcement *a)
{
    if (!db_exec(cx, NULL, SQL_ANNOUNCEMENT_TEXTS_REMOVE, DB_ID(cx->tenant_id), DB_ID(a->id)))
        return false;
    for (size_t i = 0; i < a->text_count; i++)
        if (!db_exec(cx, NULL, SQL_ANNOUNCEMENT_TEXT_ADD, DB_ID(cx->tenant_id), DB_ID(a->id),
                     DB_TEXT(a->texts[i].language), DB_TEXT(a->texts[i].title),
                     DB_TEXT(a->texts[i].body)))
            return false;
    return true;
}

static bool write_row(struct ctx *cx, struct announcement *a)
{
    const int64_t from = a->show_from != 0 ? a->show_from : cx->now;
    const struct id product =
        a->audience == ANNOUNCEMENT_PRODUCT ? a->product_id : (struct id){{0}};
    int64_t changed;

    if (id_is_zero(a->id)) {
        a->id = ctx_new_id(cx);
        return db_exec(cx, NULL, SQL_ANNOUNCEMENT_ADD, DB_ID(cx->tenant_id), DB_ID(a->id),
                       DB_TEXT(AUDIENCES[a->audience]), DB_ID_OR_NULL(product),
                       DB_BOOL(a->is_outage), DB_TEXT(a->topic), DB_BOOL(a->by_mail),
                       DB_BOOL(a->is_published), DB_TIME(from), DB_TIME(a->show_until),
                       DB_ID_OR_NULL(cx->viewer.person_id), DB_TIME(cx->now), DB_TIME(cx->now));
    }
    if (!db_exec(cx, &changed, SQL_ANNOUNCEMENT_CHANGE, DB_TEXT(AUDIENCES[a->audience]),
                 DB_ID_OR_NULL(product), DB_BOOL(a->is_outage), DB_TEXT(a->topic),
                 DB_BOOL(a->by_mail), DB_BOOL(a->is_published), DB_TIME(from),
                 DB_TIME(a->show_until), DB_TIME(cx->now), DB_ID(cx->tenant_id), DB_ID(a->id),
                 DB_INT(a->version)))
        return false;
    return changed > 0 ||
           err_set(&cx->err, &ERR_ANNOUNCEMENT_CLASH, "announcement %s, version %lld",
                   id_text(cx->mem, a->id), (long long)a->version);
}

/* For the trail; null for none. A new reference. */
static json_t *snapshot(const struct announcement *a)
{
    json_t *titles;

    if (a == NULL)
        return json_null();
    titles = json_object();
    for (size_t i = 0; i < a->text_count; i++)
        json_object_set_new(titles, a->texts[i].language, json_string(a->texts[i].title));
    return json_pack("{s:o, s:s, s:s, s:b, s:b, s:b}", "title", titles, "audience",
                     AUDIENCES[a->audience], "codes", a->codes, "outage", a->is_outage, "mail",
                     a->by_mail, "published", a->is_published);
}

static bool tell(struct ctx *cx, const struct announcement *before,
                 const struct announcement *after)
{
    return event_emit(cx, EVENT_ANNOUNCEMENT_CHANGED, after != NULL ? after->id : before->id,
                      json_own(cx->mem, json_pack("{s:o, s:o}", "before", snapshot(before), "after",
                                                  snapshot(after))));
}

bool announcement_save(struct ctx *cx, struct announcement *a)
{
    const bool is_new = id_is_zero(a->id);
    struct announcement *before = NULL;

    if (!may(cx, is_new ? RIGHT_KNOWLEDGE_CREATE : RIGHT_KNOWLEDGE_UPDATE) || !check(cx, a) ||
        !db_begin(cx))
        return false;
    if ((!is_new && !find(cx, a->id, &before)) || !write_row(cx, a) || !write_texts(cx, a) ||
        !write_codes(cx, a) || !tell(cx, before, a)) {
        if (is_new)
            a->id = (struct id){{0}};
        db_rollback(cx);
        return false;
    }
    return db_commit(cx);
}

bool announcement_remove(struct ctx *cx, struct id id)
{
    struct announcement *before;

    if (!may(cx, RIGHT_KNOWLEDGE_DELETE) || !db_begin(cx))
        return false;
    if (!find(cx, id, &before) ||
        !db_exec(cx, NULL, SQL_ANNOUNCEMENT_REMOVE, DB_TIME(cx->now),
                 DB_ID_OR_NULL(cx->viewer.person_id), DB_ID(cx->tenant_id), DB_ID(id)) ||
        !tell(cx, before, NULL)) {
        db_rollback(cx);
        return false;
    }
    return db_commit(cx);
}
