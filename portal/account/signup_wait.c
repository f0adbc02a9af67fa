#include "portal/account/signup_wait.h"

#include "db/event.h"
#include "portal/account/membership.h"
#include "portal/account/session.h"
#include "portal/sales/organisation.h"

const struct err_kind ERR_SIGNUP_WAIT_OVER = {ERR_CLASS_CONFLICT, "SIGNUP_DECIDED",
                                              "A colleague has decided about this person already."};

static const char SQL_SIGNUP_WAIT_ADD[] =
    "INSERT IGNORE INTO signup_wait (tenant_id, id, person_id, organisation_id, organisation_name, "
    "note, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)";
static const char SQL_SIGNUP_WAIT_IS[] =
    "SELECT 1 FROM signup_wait WHERE tenant_id = ? AND person_id = ? AND state = 'waiting'";
/* Whoever was given an organisation by another way waits no longer. */
#define WAITING_FROM                                                                        \
    "FROM signup_wait w JOIN person p ON p.tenant_id = w.tenant_id AND p.id = w.person_id " \
    "AND p.deleted_at IS NULL LEFT JOIN organisation o ON o.tenant_id = w.tenant_id "       \
    "AND o.id = w.organisation_id AND o.deleted_at IS NULL WHERE w.tenant_id = ? "          \
    "AND w.state = 'waiting' AND NOT EXISTS (SELECT 1 FROM membership m "                   \
    "WHERE m.tenant_id = w.tenant_id AND m.person_id = w.person_id) "
static const char SQL_SIGNUP_WAIT_LIST[] =
    "SELECT w.id, w.person_id, p.full_name, p.email, w.organisation_name, w.note, "
    "COALESCE(o.code, ''), COALESCE(o.name, ''), w.created_at " WAITING_FROM
    "ORDER BY w.created_at, w.id LIMIT ?";
static const char SQL_SIGNUP_WAIT_COUNT[] = "SELECT COUNT(*) " WAITING_FROM;
static const char SQL_SIGNUP_WAIT_GET[] =
    "SELECT person_id FROM signup_wait WHERE tenant_id = ? AND id = ?";
static const char SQL_SIGNUP_WAIT_DECIDE[] =
    "UPDATE signup_wait w SET w.state = ?, w.organisation_id = COALESCE(?, w.organisation_id), "
    "w.decided_by = ?, w.decided_at = ? WHERE w.tenant_id = ? AND w.id = ? "
    "AND w.state = 'waiting' AND NOT EXISTS (SELECT 1 FROM membership m "
    "WHERE m.tenant_id = w.tenant_id AND m.person_id = w.person_id)";
static const char SQL_SIGNUP_WAIT_CODE[] =
    "SELECT id FROM organisation WHERE tenant_id = ? AND code = ? AND deleted_at IS NULL";
static const char SQL_SIGNUP_WAIT_SHUT[] =
    "UPDATE person SET is_disabled = TRUE, updated_at = ? WHERE tenant_id = ? AND id = ?";

bool signup_wait_add(struct ctx *cx, const struct signup_wait_spec *spec)
{
    int64_t added;

    if (cx->viewer.kind != VIEWER_SYSTEM)
        return err_set(&cx->err, &ERR_DENIED, "somebody to wait");
    if (!db_exec(cx, &added, SQL_SIGNUP_WAIT_ADD, DB_ID(cx->tenant_id), DB_ID(ctx_new_id(cx)),
                 DB_ID(spec->person_id), DB_ID_OR_NULL(spec->organisation_id),
                 DB_TEXT(spec->organisation_name), DB_TEXT(spec->note), DB_TIME(cx->now)))
        return false;
    return added == 0 || event_emit(cx, EVENT_SIGNUP_WAITS, spec->person_id, NULL);
}

bool signup_wait_is(struct ctx *cx, struct id person_id, bool *out)
{
    struct db_rows rows;

    if (!db_query(cx, &rows, SQL_SIGNUP_WAIT_IS, DB_ID(cx->tenant_id), DB_ID(person_id)))
        return false;
    *out = rows.count > 0;
    return true;
}

/* --- for staff --- */

static bool check(struct ctx *cx, uint64_t right)
{
    return (cx->viewer.kind != VIEWER_CUSTOMER && viewer_has(&cx->viewer, right)) ||
           err_set(&cx->err, &ERR_DENIED, "people who wait");
}

bool signup_wait_list(struct ctx *cx, struct signup_wait **out, size_t *count)
{
    struct db_rows rows;

    if (!check(cx, RIGHT_CUSTOMERS_READ) ||
        !db_query(cx, &rows, SQL_SIGNUP_WAIT_LIST, DB_ID(cx->tenant_id),
                  DB_INT(SIGNUP_WAIT_LIST_MAX)))
        return false;
    *out = arena_array(cx->mem, struct signup_wait, rows.count + 1);
    *count = 0;
    while (db_next(&rows))
        (*out)[(*count)++] = (struct signup_wait){.id = db_id(&rows.row, 0),
                                                  .person_id = db_id(&rows.row, 1),
                                                  .full_name = db_text(&rows.row, 2),
                                                  .email = db_text(&rows.row, 3),
                                                  .organisation_name = db_text(&rows.row, 4),
                                                  .note = db_text(&rows.row, 5),
                                                  .suggested_code = db_text(&rows.row, 6),
                                                  .suggested_name = db_text(&rows.row, 7),
                                                  .created_at = db_time(&rows.row, 8)};
    return true;
}

bool signup_wait_count(struct ctx *cx, int64_t *out)
{
    struct db_rows rows;

    if (!check(cx, RIGHT_CUSTOMERS_READ) ||
        !db_query(cx, &rows, SQL_SIGNUP_WAIT_COUNT, DB_ID(cx->tenant_id)))
        return false;
    *out = db_next(&rows) ? db_i64(&rows.row, 0) : 0;
    return true;
}

static bool person_of(struct ctx *cx, struct id id, struct id *person_id)
{
    struct db_rows rows;

    if (!db_query(cx, &rows, SQL_SIGNUP_WAIT_GET, DB_ID(cx->tenant_id), DB_ID(id)))
        return false;
    if (!db_next(&rows))
        return err_set(&cx->err, &ERR_NOT_FOUND, "waiting person %s", id_text(cx->mem, id));
    *person_id = db_id(&rows.row, 0);
    return true;
}

/* The organisation of a code, as far as the viewer sees it. */
static bool organisation_of(struct ctx *cx, const char *code, struct organisation **out)
{
    struct db_rows rows;

    if (!db_query(cx, &rows, SQL_SIGNUP_WAIT_CODE, DB_ID(cx->tenant_id), DB_TEXT(code)))
        return false;
    if (!db_next(&rows))
        return err_set_at(&cx->err, &ERR_NOT_FOUND, "code", "organisation %.40s", code);
    return organisation_get(cx, db_id(&rows.row, 0), out);
}

/* The first who decides has decided. */
static bool decide(struct ctx *cx, struct id id, struct id person_id, const char *state,
                   struct id organisation_id)
{
    const char *where = id_is_zero(organisation_id) ? NULL : id_text(cx->mem, organisation_id);
    int64_t changed;

    if (!db_exec(cx, &changed, SQL_SIGNUP_WAIT_DECIDE, DB_TEXT(state),
                 DB_ID_OR_NULL(organisation_id), DB_ID_OR_NULL(cx->viewer.person_id),
                 DB_TIME(cx->now), DB_ID(cx->tenant_id), DB_ID(id)))
        return false;
    if (changed == 0)
        return err_set(&cx->err, &ERR_SIGNUP_WAIT_OVER, "%s", id_text(cx->mem, id));
    return event_emit(
        cx, EVENT_SIGNUP_DECIDED, person_id,
        json_own(cx->mem, json_pack("{s:s,s:s?}", "outcome", state, "organisation", where)));
}

bool signup_wait_accept(struct ctx *cx, struct id id, const char *code, struct id *person_id)
{
    struct membership_spec member = {.rights = RIGHT_TICKET_OWN};
    struct organisation *organisation;

    if (!check(cx, RIGHT_CUSTOMERS_CREATE) || !person_of(cx, id, &member.person_id) ||
        !organisation_of(cx, code, &organisation) || !db_begin(cx))
        return false;
    member.organisation_id = organisation->id;
    if (!decide(cx, id, member.person_id, "accepted", organisation->id) ||
        !membership_add(cx, &member)) {
        db_rollback(cx);
        return false;
    }
    *person_id = member.person_id;
    return db_commit(cx);
}

bool signup_wait_decline(struct ctx *cx, struct id id, struct id *person_id)
{
    if (!check(cx, RIGHT_CUSTOMERS_UPDATE) || !person_of(cx, id, person_id) || !db_begin(cx))
        return false;
    if (!decide(cx, id, *person_id, "declined", (struct id){{0}}) ||
        !db_exec(cx, NULL, SQL_SIGNUP_WAIT_SHUT, DB_TIME(cx->now), DB_ID(cx->tenant_id),
                 DB_ID(*person_id)) ||
        !session_end_all(cx, *person_id, (struct id){{0}})) {
        db_rollback(cx);
        return false;
    }
    return db_commit(cx);
}
