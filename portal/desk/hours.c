#include "portal/desk/hours.h"

#include "base/utf8.h"
#include "db/db.h"
#include "db/event.h"
#include "portal/sales/sales_scope.h"

#include <string.h>

enum { PERCENT = 100 };

const struct err_kind ERR_HOURS_REVERSED = {ERR_CLASS_CONFLICT, "HOURS_REVERSED",
                                            "This entry was taken back already."};

static const char SQL_HOURS_BALANCE[] =
    "SELECT COALESCE((SELECT SUM(b.minutes) FROM prepaid_hours b WHERE b.tenant_id = ? AND "
    "b.organisation_id = ?), 0), COALESCE((SELECT SUM(e.minutes) FROM time_entry e WHERE "
    "e.tenant_id = ? AND e.organisation_id = ? AND e.is_billable = TRUE), 0)";
static const char SQL_HOURS_LIST[] =
    "SELECT b.id, b.minutes, b.note, COALESCE(c.number, ''), COALESCE(p.full_name, ''), "
    "b.created_at, r.id IS NOT NULL, b.reverses_id IS NOT NULL FROM prepaid_hours b "
    "LEFT JOIN contract c ON c.tenant_id = b.tenant_id AND c.id = b.contract_id "
    "LEFT JOIN person p ON p.tenant_id = b.tenant_id AND p.id = b.created_by "
    "LEFT JOIN prepaid_hours r ON r.tenant_id = b.tenant_id AND r.reverses_id = b.id "
    "WHERE b.tenant_id = ? AND b.organisation_id = ? ORDER BY b.id DESC LIMIT ?";
static const char SQL_HOURS_GET[] =
    "SELECT organisation_id, minutes, contract_id, reverses_id IS NOT NULL FROM prepaid_hours "
    "WHERE tenant_id = ? AND id = ?";
static const char SQL_HOURS_ADD[] =
    "INSERT INTO prepaid_hours (tenant_id, id, organisation_id, contract_id, minutes, note, "
    "created_by, created_at, reverses_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)";
static const char SQL_HOURS_CONTRACT[] =
    "SELECT 1 FROM contract WHERE tenant_id = ? AND id = ? AND organisation_id = ?";

static bool check_looks(struct ctx *cx, struct id organisation_id)
{
    const struct viewer *v = &cx->viewer;

    if (v->kind == VIEWER_SYSTEM || v->kind == VIEWER_STAFF ||
        (v->kind == VIEWER_CUSTOMER && viewer_has(v, RIGHT_ORDER) &&
         id_equal(v->organisation_id, organisation_id)))
        return true;
    return err_set(&cx->err, &ERR_DENIED, "hours of another");
}

bool hours_balance_of(struct ctx *cx, struct id organisation_id, struct hours_balance *out)
{
    struct db_rows rows;

    if (!check_looks(cx, organisation_id) ||
        !db_query(cx, &rows, SQL_HOURS_BALANCE, DB_ID(cx->tenant_id), DB_ID(organisation_id),
                  DB_ID(cx->tenant_id), DB_ID(organisation_id)) ||
        !db_next(&rows))
        return false;
    *out = (struct hours_balance){.bought = db_i64(&rows.row, 0), .billed = db_i64(&rows.row, 1)};
    out->left = out->bought - out->billed;
    return true;
}

json_t *hours_to_json(struct ctx *cx, const struct hours_balance *b)
{
    if (b->bought <= 0)
        return NULL;
    return json_own(cx->mem, json_pack("{s:I,s:I,s:I,s:I}", "bought_minutes", (json_int_t)b->bought,
                                       "billed_minutes", (json_int_t)b->billed, "left_minutes",
                                       (json_int_t)b->left, "left_percent",
                                       (json_int_t)(b->left * PERCENT / b->bought)));
}

bool hours_list(struct ctx *cx, struct id organisation_id, struct hours_bought **out, size_t *count)
{
    struct db_rows rows;

    if (!check_looks(cx, organisation_id) ||
        !db_query(cx, &rows, SQL_HOURS_LIST, DB_ID(cx->tenant_id), DB_ID(organisation_id),
                  DB_INT(HOURS_LIST_MAX)))
        return false;
    *out = arena_array(cx->mem, struct hours_bought, rows.count + 1);
    for (*count = 0; db_next(&rows); (*count)++)
        (*out)[*count] = (struct hours_bought){.id = db_id(&rows.row, 0),
                                               .minutes = db_i64(&rows.row, 1),
                                               .note = db_text(&rows.row, 2),
                                               .contract = db_text(&rows.row, 3),
                                               .by = db_text(&rows.row, 4),
                                               .at = db_time(&rows.row, 5),
                                               .is_reversed = db_bool(&rows.row, 6),
                                               .is_reversal = db_bool(&rows.row, 7)};
    return true;
}

/* --- changes --- */

struct purchase {
    struct id id, organisation_id, contract_id, reverses_id;
    int64_t minutes;
    const char *note;
};

static bool write(struct ctx *cx, const struct purchase *p)
{
    if (!db_begin(cx))
        return false;
    if (db_exec(cx, NULL, SQL_HOURS_ADD, DB_ID(cx->tenant_id), DB_ID(p->id),
                DB_ID(p->organisation_id), DB_ID_OR_NULL(p->contract_id), DB_INT(p->minutes),
                DB_TEXT(p->note), DB_ID_OR_NULL(cx->viewer.person_id), DB_TIME(cx->now),
                DB_ID_OR_NULL(p->reverses_id)) &&
        event_emit(cx, EVENT_HOURS_CHANGED, p->organisation_id,
                   json_own(cx->mem, json_pack("{s:I,s:s}", "minutes", (json_int_t)p->minutes,
                                               "note", p->note))))
        return db_commit(cx);
    db_rollback(cx);
    return false;
}

static bool check_right(struct ctx *cx)
{
    return cx->viewer.kind == VIEWER_SYSTEM ||
           (cx->viewer.kind == VIEWER_STAFF && viewer_has(&cx->viewer, RIGHT_SALES_CREATE)) ||
           err_set(&cx->err, &ERR_DENIED, "hours are sold by sales");
}

bool hours_buy(struct ctx *cx, struct id organisation_id, int64_t minutes, struct id contract_id,
               const char *note, struct id *out)
{
    const struct purchase p = {.id = ctx_new_id(cx),
                               .organisation_id = organisation_id,
                               .contract_id = contract_id,
                               .minutes = minutes,
                               .note = note != NULL ? note : ""};
    struct db_rows rows;

    if (!check_right(cx))
        return false;
    if (minutes <= 0 || minutes > HOURS_MINUTES_MAX)
        return err_set_at(&cx->err, &ERR_INVALID, "minutes", "%lld", (long long)minutes);
    if (utf8_count(p.note) > HOURS_NOTE_MAX)
        return err_set_at(&cx->err, &ERR_INVALID, "note", "too long");
    if (!id_is_zero(contract_id)) {
        if (!db_query(cx, &rows, SQL_HOURS_CONTRACT, DB_ID(cx->tenant_id), DB_ID(contract_id),
                      DB_ID(organisation_id)))
            return false;
        if (rows.count == 0)
            return err_set_at(&cx->err, &ERR_INVALID, "contract", "not of this organisation");
    }
    *out = p.id;
    return write(cx, &p);
}

bool hours_reverse(struct ctx *cx, struct id id, struct id *organisation_id)
{
    struct purchase p = {.id = ctx_new_id(cx), .reverses_id = id, .note = ""};
    struct db_rows rows;

    if (!check_right(cx) || !db_query(cx, &rows, SQL_HOURS_GET, DB_ID(cx->tenant_id), DB_ID(id)))
        return false;
    if (!db_next(&rows))
        return err_set(&cx->err, &ERR_NOT_FOUND, "hours %s", id_text(cx->mem, id));
    *organisation_id = p.organisation_id = db_id(&rows.row, 0);
    if (!sales_scope_check(cx, &SALES_SCOPE_ORGANISATION, p.organisation_id))
        return false;
    p.minutes = -db_i64(&rows.row, 1);
    p.contract_id = db_id(&rows.row, 2);
    if (db_bool(&rows.row, 3))
        return err_set(&cx->err, &ERR_HOURS_REVERSED, "a reversal");
    if (write(cx, &p))
        return true;
    if (cx->err.kind == &ERR_CONFLICT)
        cx->err.kind = &ERR_HOURS_REVERSED;
    return false;
}
