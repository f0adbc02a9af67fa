#include "portal/desk/ticket_bulk.h"

#include "base/clock.h"
#include "db/job.h"
#include "db/where.h"
#include "portal/desk/ticket_bulk_act.h"

#include <string.h>

const struct err_kind ERR_TICKET_BULK_NONE = {ERR_CLASS_INVALID, "BULK_NONE",
                                              "Choose at least one ticket."};
const struct err_kind ERR_TICKET_BULK_EMPTY = {ERR_CLASS_INVALID, "BULK_EMPTY",
                                               "Say what is to be changed."};
const struct err_kind ERR_TICKET_BULK_STATE = {ERR_CLASS_CONFLICT, "BULK_STATE",
                                               "This change was started already."};
const struct err_kind ERR_TICKET_BULK_OTHERS = {
    ERR_CLASS_DENIED, "BULK_OTHERS",
    "Only the person who chose these tickets can say what is to be done and start it."};
const struct err_kind ERR_TICKET_BULK_UNDO = {ERR_CLASS_CONFLICT, "BULK_UNDO",
                                              "There is nothing here that can be undone."};
const struct err_kind ERR_TICKET_BULK_LEFT = {ERR_CLASS_CONFLICT, "BULK_LEFT",
                                              "The ticket was changed again since then."};
const struct err_kind ERR_TICKET_BULK_RIGHT = {
    ERR_CLASS_DENIED, "BULK_RIGHT", "The right to change tickets was taken away meanwhile."};

static const char *const STATES[] = {
    [TICKET_BULK_CHOSEN] = "chosen",       [TICKET_BULK_READY] = "ready",
    [TICKET_BULK_RUNNING] = "running",     [TICKET_BULK_DONE] = "done",
    [TICKET_BULK_CANCELLED] = "cancelled", [TICKET_BULK_STOPPED] = "stopped",
};
_Static_assert(COUNT(STATES) == TICKET_BULK_STATES, "name every state");

static const char SQL_TICKET_BULK_ADD[] =
    "INSERT INTO ticket_bulk (tenant_id, id, starter_id, origin, state, created_at) "
    "VALUES (?, ?, ?, ?, 'chosen', ?)";
static const char SQL_TICKET_BULK_ADD_ROWS[] =
    "INSERT IGNORE INTO ticket_bulk_row (tenant_id, bulk_id, ticket_id) "
    "SELECT ?, ?, j.id FROM JSON_TABLE(?, '$[*]' COLUMNS (id CHAR(36) PATH '$')) j";
static const char SQL_TICKET_BULK_COUNTED[] =
    "UPDATE ticket_bulk SET is_cut = ?, total = (SELECT COUNT(*) FROM ticket_bulk_row "
    "WHERE tenant_id = ? AND bulk_id = ?) WHERE tenant_id = ? AND id = ?";
static const char SQL_TICKET_BULK_SAY[] =
    "UPDATE ticket_bulk SET act = ?, state = 'ready' "
    "WHERE tenant_id = ? AND id = ? AND state IN ('chosen', 'ready')";
static const char SQL_TICKET_BULK_SELECT[] =
    "SELECT b.id, b.starter_id, p.full_name, b.origin, b.act, b.state, b.total, b.is_cut, "
    "b.undo_of, u.id, b.created_at, b.started_at, b.ended_at FROM ticket_bulk b "
    "JOIN person p ON p.tenant_id = b.tenant_id AND p.id = b.starter_id "
    "LEFT JOIN ticket_bulk u ON u.tenant_id = b.tenant_id AND u.undo_of = b.id "
    "WHERE b.tenant_id = ?";
static const char SQL_TICKET_BULK_COUNTS[] =
    "SELECT state, COUNT(*) FROM ticket_bulk_row WHERE tenant_id = ? AND bulk_id = ? GROUP BY state";
static const char SQL_TICKET_BULK_START[] =
    "UPDATE ticket_bulk SET state = 'running', started_at = ? "
    "WHERE tenant_id = ? AND id = ? AND state = 'ready'";
static const char SQL_TICKET_BULK_CANCEL[] =
    "UPDATE ticket_bulk SET state = 'cancelled', ended_at = ? "
    "WHERE tenant_id = ? AND id = ? AND state IN ('chosen', 'ready', 'running')";
static const char SQL_TICKET_BULK_ADD_UNDO[] =
    "INSERT INTO ticket_bulk (tenant_id, id, starter_id, origin, act, state, total, undo_of, "
    "created_at, started_at) VALUES (?, ?, ?, ?, ?, 'running', ?, ?, ?, ?)";
static const char SQL_TICKET_BULK_ADD_UNDO_ROWS[] =
    "INSERT INTO ticket_bulk_row (tenant_id, bulk_id, ticket_id, was, version) "
    "SELECT tenant_id, ?, ticket_id, was, version FROM ticket_bulk_row "
    "WHERE tenant_id = ? AND bulk_id = ? AND state = 'changed'";
static const char SQL_TICKET_BULK_ROWS[] =
    "SELECT r.ticket_id, COALESCE(t.number, ''), COALESCE(t.subject, ''), r.state, r.reason "
    "FROM ticket_bulk_row r JOIN ticket t ON t.tenant_id = r.tenant_id AND t.id = r.ticket_id "
    "WHERE r.tenant_id = ? AND r.bulk_id = ? AND r.state IN ('refused', 'left')";

static const char SQL_TICKET_BULK_PURGE_ANY_TENANT[] =
    "DELETE FROM ticket_bulk WHERE created_at < ? OR (state IN ('chosen', 'ready') AND created_at "
    "< ?) ORDER BY created_at LIMIT ?";

static bool check_right(struct ctx *cx)
{
    return (cx->viewer.kind == VIEWER_STAFF && viewer_has(&cx->viewer, RIGHT_DESK_UPDATE)) ||
           err_set(&cx->err, &ERR_DENIED, "changing many tickets is for staff");
}

/* --- choosing --- */

static bool add_rows(struct ctx *cx, struct id id, const json_t *ids)
{
    return json_array_size(ids) == 0 ||
           db_exec(cx, NULL, SQL_TICKET_BULK_ADD_ROWS, DB_ID(cx->tenant_id), DB_ID(id),
                   DB_TEXT(json_write(cx->mem, ids)));
}

static bool add_single(struct ctx *cx, struct id id, const struct ticket_bulk_choice *choice)
{
    json_t *ids = json_own(cx->mem, json_array());
    struct ticket *t;

    for (size_t i = 0; i < choice->id_count; i++) {
        if (ticket_get(cx, choice->ids[i], &t)) {
            json_array_append_new(ids, json_string(id_text(cx->mem, t->id)));
            continue;
        }
        if (cx->err.kind != &ERR_NOT_FOUND)
            return false;
        err_clear(&cx->err);
    }
    return add_rows(cx, id, ids);
}

static bool list(struct ctx *cx, const struct ticket_bulk_choice *choice, const char *after,
                 struct ticket_page_of *out)
{
    if (choice->query != NULL)
        return ticket_list_query(cx, choice->query, TICKET_SORT_CREATED, after, TICKET_BULK_PAGE,
                                 out);
    return ticket_list_view(cx, choice->view, after, TICKET_BULK_PAGE, out);
}

/* A page at a time: none of these statements holds much for long. */
static bool add_all(struct ctx *cx, struct id id, const struct ticket_bulk_choice *choice,
                    bool *is_cut)
{
    struct ticket_page_of page = {.next = NULL};
    size_t count = 0;

    do {
        json_t *ids = json_own(cx->mem, json_array());

        if (!list(cx, choice, page.next, &page))
            return false;
        for (size_t i = 0; i < page.count; i++)
            json_array_append_new(ids, json_string(id_text(cx->mem, page.rows[i]->id)));
        if (!add_rows(cx, id, ids))
            return false;
        count += page.count;
    } while (page.next != NULL && count < TICKET_BULK_MAX);
    *is_cut = page.next != NULL;
    return true;
}

bool ticket_bulk_choose(struct ctx *cx, const struct ticket_bulk_choice *choice, struct id *id)
{
    const bool is_single = choice->query == NULL && choice->view == TICKET_VIEW_COUNT;
    const struct id made = ctx_new_id(cx);
    struct ticket_bulk *bulk;
    bool is_cut = false;

    if (!check_right(cx))
        return false;
    if (is_single && choice->id_count == 0)
        return err_set_at(&cx->err, &ERR_TICKET_BULK_NONE, "tick", "none");
    if (!db_exec(cx, NULL, SQL_TICKET_BULK_ADD, DB_ID(cx->tenant_id), DB_ID(made),
                 DB_ID(cx->viewer.person_id), DB_TEXT(is_single ? "" : choice->origin),
                 DB_TIME(cx->now)) ||
        !(is_single ? add_single(cx, made, choice) : add_all(cx, made, choice, &is_cut)) ||
        !db_exec(cx, NULL, SQL_TICKET_BULK_COUNTED, DB_BOOL(is_cut), DB_ID(cx->tenant_id),
                 DB_ID(made), DB_ID(cx->tenant_id), DB_ID(made)) ||
        !ticket_bulk_get(cx, made, &bulk))
        return false;
    if (bulk->total == 0)
        return err_set_at(&cx->err, &ERR_TICKET_BULK_NONE, "tick", "none of them is there");
    *id = made;
    return true;
}

bool ticket_bulk_is_own(const struct ctx *cx, const struct ticket_bulk *bulk)
{
    return id_equal(bulk->starter_id, cx->viewer.person_id);
}

/* What is done is done as the starter, who sees more, or is trusted with more, than the viewer. */
static bool check_own(struct ctx *cx, const struct ticket_bulk *bulk)
{
    return ticket_bulk_is_own(cx, bulk) ||
           err_set(&cx->err, &ERR_TICKET_BULK_OTHERS, "bulk change %s", id_text(cx->mem, bulk->id));
}

bool ticket_bulk_say(struct ctx *cx, struct id id, const struct ticket_bulk_act *act)
{
    struct ticket_bulk *bulk;
    struct ticket_bulk_plan plan;
    int64_t changed;

    if (!check_right(cx) || !ticket_bulk_get(cx, id, &bulk) || !check_own(cx, bulk))
        return false;
    if (!ticket_bulk_act_has_fields(act) && act->text == NULL && act->merge_number == NULL)
        return err_set_at(&cx->err, &ERR_TICKET_BULK_EMPTY, "status", "nothing to do");
    if (!ticket_bulk_act_plan(cx, act, &plan) ||
        !db_exec(cx, &changed, SQL_TICKET_BULK_SAY, DB_TEXT(ticket_bulk_act_write(cx, &plan.act)),
                 DB_ID(cx->tenant_id), DB_ID(id)))
        return false;
    return bulk->state <= TICKET_BULK_READY || changed > 0 ||
           err_set(&cx->err, &ERR_TICKET_BULK_STATE, "bulk change %s", id_text(cx->mem, id));
}

/* --- reading --- */

static bool from_row(struct ctx *cx, const struct db_row *row, struct ticket_bulk *b)
{
    size_t state = 0;

    while (state < COUNT(STATES) && strcmp(STATES[state], db_text(row, 5)) != 0)
        state++;
    if (state == COUNT(STATES))
        return err_set(&cx->err, &ERR_INTERNAL, "bulk change in state %s", db_text(row, 5));
    *b = (struct ticket_bulk){.id = db_id(row, 0),
                              .starter_id = db_id(row, 1),
                              .starter_name = db_text(row, 2),
                              .origin = db_text(row, 3),
                              .act = db_text(row, 4),
                              .state = (enum ticket_bulk_state)state,
                              .total = db_i64(row, 6),
                              .is_cut = db_bool(row, 7),
                              .undo_of = db_id(row, 8),
                              .undone_by = db_id(row, 9),
                              .created_at = db_time(row, 10),
                              .started_at = db_time(row, 11),
                              .ended_at = db_time(row, 12)};
    return true;
}

static bool count_rows(struct ctx *cx, struct ticket_bulk *b)
{
    struct db_rows rows;

    if (!db_query(cx, &rows, SQL_TICKET_BULK_COUNTS, DB_ID(cx->tenant_id), DB_ID(b->id)))
        return false;
    while (db_next(&rows)) {
        const char *state = db_text(&rows.row, 0);
        const int64_t count = db_i64(&rows.row, 1);

        b->waiting += strcmp(state, "waiting") == 0 ? count : 0;
        b->changed += strcmp(state, "changed") == 0 ? count : 0;
        b->same += strcmp(state, "same") == 0 ? count : 0;
        b->refused += strcmp(state, "refused") == 0 ? count : 0;
        b->left += strcmp(state, "left") == 0 ? count : 0;
    }
    return true;
}

static void own(struct ctx *cx, struct where *w)
{
    where_start(w, cx, SQL_TICKET_BULK_SELECT, (const struct db_arg[]){DB_ID(cx->tenant_id)}, 1);
    if (!viewer_has(&cx->viewer, RIGHT_SETTINGS_UPDATE))
        where_add(w, " AND b.starter_id = ?", DB_ID(cx->viewer.person_id));
}

bool ticket_bulk_get(struct ctx *cx, struct id id, struct ticket_bulk **out)
{
    struct ticket_bulk *b = arena_new(cx->mem, struct ticket_bulk);
    struct where w;
    struct db_rows rows;

    if (!check_right(cx))
        return false;
    own(cx, &w);
    where_add(&w, " AND b.id = ?", DB_ID(id));
    if (!db_query_args(cx, &rows, w.text.p, w.args, w.count))
        return false;
    if (!db_next(&rows))
        return err_set(&cx->err, &ERR_NOT_FOUND, "bulk change %s", id_text(cx->mem, id));
    if (!from_row(cx, &rows.row, b) || !count_rows(cx, b))
        return false;
    *out = b;
    return true;
}

bool ticket_bulk_list(struct ctx *cx, struct ticket_bulk **out, size_t *count)
{
    struct where w;
    struct db_rows rows;

    if (!check_right(cx))
        return false;
    own(cx, &w);
    where_add(&w, " AND b.state <> 'chosen' ORDER BY b.id DESC LIMIT ?",
              DB_INT(TICKET_BULK_LIST_MAX));
    if (!db_query_args(cx, &rows, w.text.p, w.args, w.count))
        return false;
    *out = arena_array(cx->mem, struct ticket_bulk, rows.count + 1);
    for (*count = 0; db_next(&rows); (*count)++)
        if (!from_row(cx, &rows.row, &(*out)[*count]) || !count_rows(cx, &(*out)[*count]))
            return false;
    return true;
}

bool ticket_bulk_rows(struct ctx *cx, struct id id, struct ticket_bulk_row **out, size_t *count)
{
    const struct db_arg args[] = {DB_ID(cx->tenant_id), DB_ID(id)};
    struct ticket_bulk *bulk;
    struct db_rows rows;
    struct where w;

    if (!ticket_bulk_get(cx, id, &bulk))
        return false;
    where_start(&w, cx, SQL_TICKET_BULK_ROWS, args, COUNT(args));
    ticket_visible(cx, &w);
    where_add(&w, " ORDER BY r.ticket_id LIMIT ?", DB_INT(TICKET_BULK_PAGE));
    if (!db_query_args(cx, &rows, w.text.p, w.args, w.count))
        return false;
    *out = arena_array(cx->mem, struct ticket_bulk_row, rows.count + 1);
    for (*count = 0; db_next(&rows); (*count)++)
        (*out)[*count] = (struct ticket_bulk_row){.ticket_id = db_id(&rows.row, 0),
                                                  .number = db_text(&rows.row, 1),
                                                  .subject = db_text(&rows.row, 2),
                                                  .state = db_text(&rows.row, 3),
                                                  .reason = db_text(&rows.row, 4)};
    return true;
}

/* --- starting and ending --- */

static const char *job_data(struct ctx *cx, struct id id)
{
    return arena_printf(cx->mem, "{\"bulk\":\"%s\"}", id_text(cx->mem, id));
}

bool ticket_bulk_start(struct ctx *cx, struct id id)
{
    struct ticket_bulk *bulk;
    int64_t changed;

    if (!ticket_bulk_get(cx, id, &bulk) || !check_own(cx, bulk) || !db_begin(cx))
        return false;
    if (!db_exec(cx, &changed, SQL_TICKET_BULK_START, DB_TIME(cx->now), DB_ID(cx->tenant_id),
                 DB_ID(id)) ||
        (changed == 0 &&
         !err_set(&cx->err, &ERR_TICKET_BULK_STATE, "bulk change %s", id_text(cx->mem, id))) ||
        !job_add(cx, TICKET_BULK_JOB, id_text(cx->mem, id), cx->now, job_data(cx, id))) {
        db_rollback(cx);
        return false;
    }
    return db_commit(cx);
}

bool ticket_bulk_cancel(struct ctx *cx, struct id id)
{
    struct ticket_bulk *bulk;
    int64_t changed;

    return ticket_bulk_get(cx, id, &bulk) &&
           db_exec(cx, &changed, SQL_TICKET_BULK_CANCEL, DB_TIME(cx->now), DB_ID(cx->tenant_id),
                   DB_ID(id)) &&
           (changed > 0 ||
            err_set(&cx->err, &ERR_TICKET_BULK_STATE, "bulk change %s", id_text(cx->mem, id)));
}

static bool add_undo(struct ctx *cx, const struct ticket_bulk *bulk, struct id made)
{
    return db_exec(cx, NULL, SQL_TICKET_BULK_ADD_UNDO, DB_ID(cx->tenant_id), DB_ID(made),
                   DB_ID(cx->viewer.person_id), DB_TEXT(bulk->origin), DB_TEXT(bulk->act),
                   DB_INT(bulk->changed), DB_ID(bulk->id), DB_TIME(cx->now), DB_TIME(cx->now)) &&
           db_exec(cx, NULL, SQL_TICKET_BULK_ADD_UNDO_ROWS, DB_ID(made), DB_ID(cx->tenant_id),
                   DB_ID(bulk->id)) &&
           job_add(cx, TICKET_BULK_JOB, id_text(cx->mem, made), cx->now, job_data(cx, made));
}

bool ticket_bulk_undo(struct ctx *cx, struct id id, struct id *undo)
{
    const struct id made = ctx_new_id(cx);
    struct ticket_bulk *bulk;
    struct ticket_bulk_act act;

    if (!ticket_bulk_get(cx, id, &bulk) || !ticket_bulk_act_read(cx, bulk->act, &act))
        return false;
    if (bulk->state <= TICKET_BULK_RUNNING || bulk->changed == 0 || !id_is_zero(bulk->undo_of) ||
        !id_is_zero(bulk->undone_by) || act.merge_number != NULL ||
        !ticket_bulk_act_has_fields(&act))
        return err_set(&cx->err, &ERR_TICKET_BULK_UNDO, "bulk change %s", id_text(cx->mem, id));
    if (!db_begin(cx))
        return false;
    if (!add_undo(cx, bulk, made)) {
        db_rollback(cx);
        return false;
    }
    *undo = made;
    return db_commit(cx);
}

bool ticket_bulk_purge(struct ctx *cx, unsigned limit, int64_t *removed)
{
    return db_exec(cx, removed, SQL_TICKET_BULK_PURGE_ANY_TENANT,
                   DB_TIME(cx->now - TICKET_BULK_KEPT_DAYS * CLOCK_DAY),
                   DB_TIME(cx->now - CLOCK_DAY), DB_INT(limit));
}
