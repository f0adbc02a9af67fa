#include "portal/desk/ticket.h"

#include "base/clock.h"
#include "base/parse.h"
#include "base/utf8.h"
#include "db/series.h"
#include "db/where.h"
#include "portal/desk/filing.h"
#include "portal/desk/ticket_change.h"
#include "portal/desk/ticket_row.h"
#include "portal/desk/ticket_thread.h"
#include "portal/field/custom_value.h"

#include <string.h>

const struct err_kind ERR_TICKET_TRANSITION = {ERR_CLASS_CONFLICT, "TICKET_TRANSITION",
                                               "This state cannot follow the present one."};
const struct err_kind ERR_TICKET_CLASH = {
    ERR_CLASS_CONFLICT, "TICKET_CHANGED",
    "Somebody else changed this meanwhile. Yours was not set: choose again if it should be."};
const struct err_kind ERR_TICKET_OVERTAKEN = {
    ERR_CLASS_CONFLICT, "TICKET_ANSWERED",
    "{} answered while you were writing. Read it above, then send yours if it is still needed."};
const struct err_kind ERR_TICKET_CLOSED = {
    ERR_CLASS_CONFLICT, "TICKET_CLOSED",
    "This ticket is closed. Open it again, or file a new one."};

const struct err_kind ERR_TICKET_MERGED = {ERR_CLASS_CONFLICT, "TICKET_MERGED",
                                           "This ticket was merged into another one."};

static const char *const CATEGORY_NAMES[] = {
    [TICKET_OPEN] = "open",
    [TICKET_WAITING] = "waiting",
    [TICKET_SOLVED] = "solved",
    [TICKET_CLOSED] = "closed",
};
_Static_assert(COUNT(CATEGORY_NAMES) == TICKET_CATEGORIES, "name every category");

static const char SQL_TICKET_GET[] = "SELECT " TICKET_ROW_COLUMNS TICKET_ROW_JOINS;

static const char SQL_TICKET_TAGS[] =
    "SELECT tag FROM ticket_tag "
    "WHERE tenant_id = ? AND ticket_id = ? ORDER BY tag LIMIT ?";
static const char SQL_TICKET_TAG_ADD[] =
    "INSERT IGNORE INTO ticket_tag (tenant_id, ticket_id, tag) VALUES (?, ?, ?)";
static const char SQL_TICKET_TAG_REMOVE[] =
    "DELETE FROM ticket_tag WHERE tenant_id = ? AND ticket_id = ? AND tag = ?";
static const char SQL_TICKET_ASSIGN[] =
    "UPDATE ticket SET assignee_id = ? WHERE tenant_id = ? AND id = ?";
static const char SQL_TICKET_STAFF_NAME[] =
    "SELECT p.full_name FROM staff_member s "
    "JOIN person p ON p.tenant_id = s.tenant_id AND p.id = s.person_id "
    "WHERE s.tenant_id = ? AND s.person_id = ? AND p.is_disabled = FALSE AND p.deleted_at IS NULL";
static const char SQL_TICKET_TEAM_BY_NAME[] =
    "SELECT id FROM team WHERE tenant_id = ? AND name = ?";
static const char SQL_TICKET_FIRST_TEXT[] =
    "SELECT body FROM message WHERE tenant_id = ? AND ticket_id = ? AND kind = 'reply' "
    "ORDER BY id LIMIT 1";

const char *ticket_category_name(enum ticket_category category)
{
    return CATEGORY_NAMES[category];
}

bool ticket_category_parse(const char *name, enum ticket_category *out)
{
    for (size_t i = 0; i < COUNT(CATEGORY_NAMES); i++)
        if (name != NULL && strcmp(name, CATEGORY_NAMES[i]) == 0) {
            *out = (enum ticket_category)i;
            return true;
        }
    return false;
}

/* One's own: tracked by oneself, or by nobody yet and in one's team, or where one was added, or
 * sent to oneself or one's team. The team's: all that is the team's or tracked by one of its
 * people, besides. The lists behind IN name no column of t: they are read once, not once a ticket;
 * the columns are in each index that a queue is read from. */
static void visible_to_staff(struct ctx *cx, struct where *w)
{
    const struct viewer *v = &cx->viewer;
    enum right_scope scope = viewer_scope(v, MODULE_DESK);

    if (scope == SCOPE_ALL)
        return;
    where_add(w, " AND (t.assignee_id = ?", DB_ID(v->person_id));
    if (scope == SCOPE_TEAM) {
        where_add(w, " OR t.team_id = ?", DB_ID(v->team_id));
        where_add(w,
                  " OR t.assignee_id IN (SELECT tm.person_id FROM staff_member tm "
                  "WHERE tm.tenant_id = ?",
                  DB_ID(cx->tenant_id));
        where_add(w, " AND tm.team_id = ?)", DB_ID(v->team_id));
    } else {
        where_add(w, " OR (t.assignee_id IS NULL AND t.team_id = ?)", DB_ID(v->team_id));
    }
    where_add(w, " OR t.dispatch_to IN (?", DB_ID(v->person_id));
    where_add(w, ", ?)", DB_ID(v->team_id));
    where_add(w, " OR t.id IN (SELECT x.ticket_id FROM participant x WHERE x.tenant_id = ?",
              DB_ID(cx->tenant_id));
    where_add(w, " AND x.person_id = ?))", DB_ID(v->person_id));
}

void ticket_visible(struct ctx *cx, struct where *w)
{
    const struct viewer *v = &cx->viewer;

    if (v->kind == VIEWER_SYSTEM)
        return;
    if (v->kind == VIEWER_STAFF && viewer_has(v, RIGHT_DESK_READ)) {
        visible_to_staff(cx, w);
        return;
    }
    if (v->kind != VIEWER_CUSTOMER || !(v->rights & (RIGHT_TICKET_ALL | RIGHT_TICKET_OWN))) {
        where_add(w, " AND FALSE", DB_NONE);
        return;
    }
    where_add(w, " AND t.organisation_id = ?", DB_ID(v->organisation_id));
    if (viewer_has(v, RIGHT_TICKET_ALL))
        return;
    where_add(w, " AND (t.person_id = ?", DB_ID(v->person_id));
    where_add(w,
              " OR EXISTS (SELECT 1 FROM participant x WHERE x.tenant_id = t.tenant_id "
              "AND x.ticket_id = t.id AND x.person_id = ?)",
              DB_ID(v->person_id));
    /* Whoever called before he had an account finds his ticket by his addresses. */
    where_add(w,
              " OR EXISTS (SELECT 1 FROM reporter y JOIN person z ON z.tenant_id = y.tenant_id "
              "AND z.email = y.email WHERE y.tenant_id = t.tenant_id AND y.id = t.reporter_id "
              "AND z.id = ?)",
              DB_ID(v->person_id));
    where_add(w,
              " OR EXISTS (SELECT 1 FROM reporter y JOIN person_address z "
              "ON z.tenant_id = y.tenant_id AND z.email = y.email WHERE y.tenant_id = t.tenant_id "
              "AND y.id = t.reporter_id AND z.person_id = ?))",
              DB_ID(v->person_id));
}

bool ticket_sees_notes(const struct ctx *cx)
{
    return cx->viewer.kind == VIEWER_SYSTEM ||
           (cx->viewer.kind == VIEWER_STAFF && viewer_has(&cx->viewer, RIGHT_DESK_READ));
}

/* *out is NULL when there is none that the viewer may see. */
static bool find(struct ctx *cx, const char *fragment, struct db_arg value, struct ticket **out)
{
    struct where w;
    struct db_rows rows;

    where_start(&w, cx, SQL_TICKET_GET, (const struct db_arg[]){DB_ID(cx->tenant_id)}, 1);
    where_add(&w, fragment, value);
    ticket_visible(cx, &w);
    if (!db_query_args(cx, &rows, w.text.p, w.args, w.count))
        return false;
    *out = db_next(&rows) ? ticket_row_read(cx, &rows.row) : NULL;
    return true;
}

bool ticket_get(struct ctx *cx, struct id id, struct ticket **out)
{
    struct ticket *t;

    if (!find(cx, " AND t.id = ?", DB_ID(id), &t))
        return false;
    if (t == NULL)
        return err_set(&cx->err, &ERR_NOT_FOUND, "ticket %s", id_text(cx->mem, id));
    *out = t;
    return true;
}

bool ticket_find_number(struct ctx *cx, const char *number, struct ticket **out)
{
    return find(cx, " AND t.number = ?", DB_TEXT(number), out);
}

bool ticket_find_typed(struct ctx *cx, const char *text, struct ticket **out)
{
    const char *format, *number = text != NULL ? text : "";
    int64_t digits, next;

    if (!ticket_find_number(cx, number, out) || *out != NULL ||
        !parse_i64(number, 0, INT32_MAX, &digits))
        return cx->err.kind == NULL;
    if (!series_get(cx, "ticket", &format, &next))
        return false;
    number = series_text(cx, format, digits);
    return number == NULL || ticket_find_number(cx, number, out);
}

bool ticket_find_team(struct ctx *cx, const char *name, struct id *out)
{
    struct db_rows rows;

    if (!db_query(cx, &rows, SQL_TICKET_TEAM_BY_NAME, DB_ID(cx->tenant_id), DB_TEXT(name)))
        return false;
    *out = db_next(&rows) ? db_id(&rows.row, 0) : (struct id){{0}};
    return true;
}

/* --- snapshots --- */

static json_t *id_json(struct ctx *cx, struct id id)
{
    return id_is_zero(id) ? json_null() : json_string(id_text(cx->mem, id));
}

static json_t *time_json(int64_t us)
{
    char iso[CLOCK_ISO_SIZE];

    if (us == 0)
        return json_null();
    clock_iso(us, iso);
    return json_string(iso);
}

static json_t *named_json(struct ctx *cx, struct id id, const char *name)
{
    if (id_is_zero(id))
        return json_null();
    return json_pack("{s:s, s:s}", "id", id_text(cx->mem, id), "name", name);
}

json_t *ticket_to_json(struct ctx *cx, const struct ticket *t)
{
    json_t *j =
        json_own(cx->mem, json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "id",
                                    id_text(cx->mem, t->id), "number", t->number, "subject",
                                    t->subject, "topic", t->topic, "status", t->status, "category",
                                    ticket_category_name(t->category), "city", t->city, "store",
                                    t->store, "product_version", t->product_version));

    json_object_set_new(j, "organisation",
                        named_json(cx, t->organisation_id, t->organisation_name));
    json_object_set_new(j, "person", named_json(cx, t->person_id, t->person_name));
    json_object_set_new(j, "assignee", named_json(cx, t->assignee_id, t->assignee_name));
    json_object_set_new(j, "product", named_json(cx, t->product_id, t->product_name));
    json_object_set_new(j, "licence_id", id_json(cx, t->licence_id));
    json_object_set_new(j, "machine_id", id_json(cx, t->machine_id));
    json_object_set_new(j, "site_id", id_json(cx, t->site_id));
    json_object_set_new(j, "created_at", time_json(t->created_at));
    json_object_set_new(j, "updated_at", time_json(t->updated_at));
    json_object_set_new(j, "first_answer_at", time_json(t->first_answer_at));
    json_object_set_new(j, "resolved_at", time_json(t->resolved_at));
    json_object_set_new(j, "closed_at", time_json(t->closed_at));
    json_object_set_new(j, "due_at", time_json(t->due_at));
    json_object_set_new(j, "solve_due_at", time_json(t->solve_due_at));
    if (t->fields != NULL)
        json_object_set(j, "fields", t->fields);
    return j;
}

bool ticket_to_event_json(struct ctx *cx, const struct ticket *t, json_t **out)
{
    return ticket_snapshot(cx, t, NULL, NULL, out);
}

static bool first_text(struct ctx *cx, const struct ticket *t, const char **text)
{
    struct db_rows rows;

    if (!db_query(cx, &rows, SQL_TICKET_FIRST_TEXT, DB_ID(cx->tenant_id), DB_ID(t->id)))
        return false;
    *text = db_next(&rows) ? db_text(&rows.row, 0) : "";
    return true;
}

bool ticket_snapshot(struct ctx *cx, const struct ticket *t, const char *text, json_t *tags,
                     json_t **out)
{
    json_t *j = ticket_to_json(cx, t);
    struct filing_licence *licence;
    json_t *fields;

    if ((tags == NULL && !ticket_tags(cx, t->id, &tags)) ||
        (text == NULL && !first_text(cx, t, &text)) || !filing_licence_of(cx, t, &licence) ||
        !custom_value_all(cx, t->id, &fields))
        return false;
    json_object_set(j, "fields", fields);
    json_object_set_new(j, "fields_missing", json_boolean(t->fields_missing));
    json_object_set_new(j, "licence", filing_licence_json(cx, licence));
    json_object_set_new(j, "text", json_text(text));
    json_object_set(j, "tags", tags);
    json_object_set_new(j, "source", json_string(t->source));
    json_object_set_new(j, "level", json_integer(t->level));
    json_object_set_new(j, "impact", json_integer(t->impact));
    json_object_set_new(j, "urgency", json_integer(t->urgency));
    json_object_set_new(j, "severity", t->severity != 0 ? json_integer(t->severity) : json_null());
    json_object_set_new(j, "needs_review", json_boolean(t->needs_review));
    json_object_set_new(j, "team", named_json(cx, t->team_id, t->team_name));
    if (!id_is_zero(t->organisation_id))
        json_object_set_new(json_object_get(j, "organisation"), "code",
                            json_string(t->organisation_code));
    json_object_set_new(j, "reporter",
                        json_pack("{s:s, s:s, s:s, s:s}", "name", t->reporter_name, "phone",
                                  t->reporter_phone, "email", t->reporter_email, "address",
                                  t->reporter_address));
    *out = j;
    return true;
}

/* --- changes --- */

bool ticket_note(struct ctx *cx, struct id id, const char *text, struct id *message_id)
{
    struct ticket *t;
    struct message_new note = {.ticket_id = id, .kind = "note", .body = text};
    size_t length = text != NULL ? utf8_count(text) : 0;
    json_t *extra;

    if (length == 0 || length > TICKET_BODY_MAX)
        return err_set_at(&cx->err, &ERR_INVALID, "text", "%zu characters", length);
    if (!ticket_change_start_staff(cx, id, &t))
        return false;
    if (!ticket_thread_insert(cx, &note, message_id))
        return ticket_change_undo(cx);
    extra = json_own(cx->mem, json_pack("{s:{s:s, s:s, s:b}}", "message", "id",
                                        id_text(cx->mem, *message_id), "text", text, "public", 0));
    return ticket_change_finish(cx, EVENT_TICKET_NOTED, t, extra);
}

static bool staff_name(struct ctx *cx, struct id person_id, const char **out)
{
    struct db_rows rows;

    *out = NULL;
    if (id_is_zero(person_id))
        return true;
    if (!db_query(cx, &rows, SQL_TICKET_STAFF_NAME, DB_ID(cx->tenant_id), DB_ID(person_id)))
        return false;
    if (!db_next(&rows))
        return err_set_at(&cx->err, &ERR_INVALID, "assignee", "person %s is no staff",
                          id_text(cx->mem, person_id));
    *out = db_text(&rows.row, 0);
    return true;
}

bool ticket_assign(struct ctx *cx, struct id id, struct id person_id)
{
    struct ticket *t;
    const char *name;

    if (!ticket_change_start_staff(cx, id, &t))
        return false;
    if (id_equal(t->assignee_id, person_id))
        return ticket_change_nothing(cx);
    if (!staff_name(cx, person_id, &name) ||
        !db_exec(cx, NULL, SQL_TICKET_ASSIGN, DB_ID_OR_NULL(person_id), DB_ID(cx->tenant_id),
                 DB_ID(id)) ||
        !ticket_change_line(cx, id, true, "assignee",
                            id_is_zero(t->assignee_id) ? NULL : t->assignee_name, name))
        return ticket_change_undo(cx);
    return ticket_change_finish(cx, EVENT_TICKET_ASSIGNED, t, NULL);
}

bool ticket_tags(struct ctx *cx, struct id id, json_t **out)
{
    struct db_rows rows;
    json_t *tags;

    if (!db_query(cx, &rows, SQL_TICKET_TAGS, DB_ID(cx->tenant_id), DB_ID(id),
                  DB_INT(TICKET_TAGS_MAX)))
        return false;
    tags = json_own(cx->mem, json_array());
    while (db_next(&rows))
        json_array_append_new(tags, json_string(db_text(&rows.row, 0)));
    *out = tags;
    return true;
}

static bool change_tag(struct ctx *cx, struct id id, const char *tag, bool add)
{
    const char *folded = utf8_fold(cx->mem, tag != NULL ? tag : "");
    const size_t length = utf8_count(folded);
    struct ticket *t;
    json_t *tags;
    int64_t changed = 0;

    if (length == 0 || length > TICKET_TAG_MAX)
        return err_set_at(&cx->err, &ERR_INVALID, "tag", "%zu characters", length);
    if (!ticket_change_start_staff(cx, id, &t))
        return false;
    if (!ticket_tags(cx, id, &tags))
        return ticket_change_undo(cx);
    if (add && json_array_size(tags) >= TICKET_TAGS_MAX) {
        err_set_at(&cx->err, &ERR_INVALID, "tag", "more than %d tags", TICKET_TAGS_MAX);
        return ticket_change_undo(cx);
    }
    if (!db_exec(cx, &changed, add ? SQL_TICKET_TAG_ADD : SQL_TICKET_TAG_REMOVE,
                 DB_ID(cx->tenant_id), DB_ID(id), DB_TEXT(folded)))
        return ticket_change_undo(cx);
    if (changed == 0)
        return ticket_change_nothing(cx);
    if (!ticket_change_line(cx, id, false, "tag", add ? NULL : folded, add ? folded : NULL))
        return ticket_change_undo(cx);
    return ticket_change_finish(cx, EVENT_TICKET_UPDATED, t, NULL);
}

bool ticket_tag(struct ctx *cx, struct id id, const char *tag)
{
    return change_tag(cx, id, tag, true);
}

bool ticket_untag(struct ctx *cx, struct id id, const char *tag)
{
    return change_tag(cx, id, tag, false);
}
