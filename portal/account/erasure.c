#include "portal/account/erasure.h"

#include "base/utf8.h"
#include "db/event.h"
#include "portal/account/erasure_rows.h"

#include <string.h>

const struct err_kind ERR_ERASURE_STAFF = {
    ERR_CLASS_CONFLICT, "ERASURE_STAFF",
    "This is a staff account. Remove it under Settings first; then the person can be erased."};
const struct err_kind ERR_ERASURE_WAITING = {ERR_CLASS_CONFLICT, "ERASURE_WAITING",
                                             "You have asked for this already."};
const struct err_kind ERR_ERASURE_OVER = {ERR_CLASS_CONFLICT, "ERASURE_OVER",
                                          "Somebody has decided this already, or it was "
                                          "withdrawn."};

/* --- asking --- */

static const char SQL_ERASURE_IS_STAFF[] =
    "SELECT 1 FROM staff_member WHERE tenant_id = ? AND person_id = ?";
static const char SQL_ERASURE_WAITS[] =
    "SELECT 1 FROM erasure_request WHERE tenant_id = ? AND person_id = ? AND state = 'waiting'";
static const char SQL_ERASURE_INSERT[] =
    "INSERT INTO erasure_request (tenant_id, id, person_id, requested_at, state) "
    "VALUES (?, ?, ?, ?, 'waiting')";
static const char SQL_ERASURE_WITHDRAW[] =
    "UPDATE erasure_request SET state = 'withdrawn', decided_at = ? WHERE tenant_id = ? "
    "AND person_id = ? AND state = 'waiting'";

static bool check_no_staff(struct ctx *cx, struct id person_id)
{
    struct db_rows rows;

    if (!db_query(cx, &rows, SQL_ERASURE_IS_STAFF, DB_ID(cx->tenant_id), DB_ID(person_id)))
        return false;
    return rows.count == 0 || err_set(&cx->err, &ERR_ERASURE_STAFF, "a staff account");
}

static bool tell(struct ctx *cx, struct id person_id, const char *what)
{
    return event_emit(cx, EVENT_PERSON_ERASURE_ASKED, person_id,
                      json_own(cx->mem, json_pack("{s:s}", "change", what)));
}

bool erasure_ask(struct ctx *cx)
{
    struct id self = cx->viewer.person_id;
    struct db_rows rows;

    if (id_is_zero(self))
        return err_set(&cx->err, &ERR_DENIED, "nobody asks");
    if (!check_no_staff(cx, self) || !db_begin(cx))
        return false;
    if (!db_query(cx, &rows, SQL_ERASURE_WAITS, DB_ID(cx->tenant_id), DB_ID(self)))
        goto rollback;
    if (rows.count > 0) {
        err_set(&cx->err, &ERR_ERASURE_WAITING, "waits already");
        goto rollback;
    }
    if (!db_exec(cx, NULL, SQL_ERASURE_INSERT, DB_ID(cx->tenant_id), DB_ID(ctx_new_id(cx)),
                 DB_ID(self), DB_TIME(cx->now)) ||
        !tell(cx, self, "asked"))
        goto rollback;
    return db_commit(cx);

rollback:
    db_rollback(cx);
    return false;
}

bool erasure_withdraw(struct ctx *cx)
{
    struct id self = cx->viewer.person_id;
    int64_t changed = 0;

    if (!db_begin(cx))
        return false;
    if (!db_exec(cx, &changed, SQL_ERASURE_WITHDRAW, DB_TIME(cx->now), DB_ID(cx->tenant_id),
                 DB_ID(self)) ||
        (changed > 0 && !tell(cx, self, "withdrawn"))) {
        db_rollback(cx);
        return false;
    }
    return db_commit(cx);
}

/* --- looking --- */

#define ERASURE_SELECT                                                                     \
    "SELECT x.id, x.person_id, p.full_name, p.email, x.state, COALESCE(d.full_name, ''), " \
    "x.reason, x.requested_at, x.decided_at FROM erasure_request x JOIN person p "         \
    "ON p.tenant_id = x.tenant_id AND p.id = x.person_id LEFT JOIN person d "              \
    "ON d.tenant_id = x.tenant_id AND d.id = x.decided_by WHERE x.tenant_id = ? "
static const char SQL_ERASURE_OWN[] =
    ERASURE_SELECT "AND x.person_id = ? ORDER BY x.requested_at DESC, x.id DESC LIMIT 1";
static const char SQL_ERASURE_LIST[] =
    ERASURE_SELECT "AND x.state = 'waiting' ORDER BY x.requested_at, x.id LIMIT ?";
static const char SQL_ERASURE_GET[] = ERASURE_SELECT "AND x.id = ?";

static struct erasure from_row(const struct db_row *row)
{
    return (struct erasure){.id = db_id(row, 0),
                            .person_id = db_id(row, 1),
                            .person_name = db_text(row, 2),
                            .email = db_text(row, 3),
                            .state = db_text(row, 4),
                            .decided_by = db_text(row, 5),
                            .reason = db_text(row, 6),
                            .requested_at = db_time(row, 7),
                            .decided_at = db_time(row, 8)};
}

bool erasure_own(struct ctx *cx, struct erasure **out)
{
    struct db_rows rows;

    if (!db_query(cx, &rows, SQL_ERASURE_OWN, DB_ID(cx->tenant_id), DB_ID(cx->viewer.person_id)))
        return false;
    *out = NULL;
    if (db_next(&rows)) {
        *out = arena_new(cx->mem, struct erasure);
        **out = from_row(&rows.row);
    }
    return true;
}

static bool check_right(struct ctx *cx)
{
    return (cx->viewer.kind != VIEWER_CUSTOMER &&
            viewer_has(&cx->viewer, RIGHT_CUSTOMERS_DELETE | RIGHT_ALL_OF(MODULE_CUSTOMERS))) ||
           err_set(&cx->err, &ERR_DENIED, "erasing");
}

bool erasure_list(struct ctx *cx, struct erasure **out, size_t *count)
{
    struct db_rows rows;
    size_t n = 0;

    if (!check_right(cx) ||
        !db_query(cx, &rows, SQL_ERASURE_LIST, DB_ID(cx->tenant_id), DB_INT(ERASURE_LIST_MAX)))
        return false;
    *out = arena_array(cx->mem, struct erasure, rows.count ? rows.count : 1);
    while (db_next(&rows))
        (*out)[n++] = from_row(&rows.row);
    *count = n;
    return true;
}

/* --- deciding --- */

static const char SQL_ERASURE_DECIDE[] =
    "UPDATE erasure_request SET state = ?, decided_by = ?, decided_at = ?, reason = ? "
    "WHERE tenant_id = ? AND id = ? AND state = 'waiting'";

/* Of several at once, one changes the row. */
static bool decide(struct ctx *cx, struct id id, const char *state, const char *reason,
                   struct erasure *out)
{
    struct db_rows rows;
    int64_t changed;

    if (!db_query(cx, &rows, SQL_ERASURE_GET, DB_ID(cx->tenant_id), DB_ID(id)))
        return false;
    if (!db_next(&rows))
        return err_set(&cx->err, &ERR_NOT_FOUND, "request %s", id_text(cx->mem, id));
    *out = from_row(&rows.row);
    if (!db_exec(cx, &changed, SQL_ERASURE_DECIDE, DB_TEXT(state),
                 DB_ID_OR_NULL(cx->viewer.person_id), DB_TIME(cx->now), DB_TEXT(reason),
                 DB_ID(cx->tenant_id), DB_ID(id)))
        return false;
    return changed > 0 || err_set(&cx->err, &ERR_ERASURE_OVER, "decided");
}

bool erasure_decline(struct ctx *cx, struct id id, const char *reason)
{
    struct erasure request;

    if (utf8_count(reason) > ERASURE_REASON_MAX)
        return err_set_at(&cx->err, &ERR_INVALID, "reason", "reason too long");
    if (!check_right(cx) || !db_begin(cx))
        return false;
    if (!decide(cx, id, "declined", reason, &request) || !tell(cx, request.person_id, "declined")) {
        db_rollback(cx);
        return false;
    }
    return db_commit(cx);
}

bool erasure_do(struct ctx *cx, struct id id)
{
    struct erasure request;

    if (!check_right(cx) || !db_begin(cx))
        return false;
    if (!decide(cx, id, "erased", "", &request) || !check_no_staff(cx, request.person_id) ||
        !erasure_rows(cx, request.person_id) ||
        !event_emit(cx, EVENT_PERSON_ERASED, request.person_id, NULL)) {
        db_rollback(cx);
        return false;
    }
    return db_commit(cx);
}
