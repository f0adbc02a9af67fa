#include "portal/account/profile_proposal.h"

#include "base/clock.h"
#include "base/crypto.h"
#include "base/utf8.h"
#include "db/event.h"
#include "db/where.h"
#include "portal/account/profile_reach.h"
#include "portal/sales/sales_scope.h"

#include <string.h>

enum { DECLINED_SHOWN_DAYS = 14 };

const struct err_kind ERR_PROFILE_PROPOSAL_OVER = {
    ERR_CLASS_CONFLICT, "PROPOSAL_OVER", "Somebody has decided this already, or it was withdrawn."};

static const char *const STATES[] = {[PROFILE_PROPOSAL_WAITING] = "waiting",
                                     [PROFILE_PROPOSAL_ACCEPTED] = "accepted",
                                     [PROFILE_PROPOSAL_DECLINED] = "declined",
                                     [PROFILE_PROPOSAL_WITHDRAWN] = "withdrawn"};
_Static_assert(COUNT(STATES) == PROFILE_PROPOSAL_STATE_COUNT, "name every state");

/* --- making --- */

static const char SQL_PROPOSAL_REPLACE[] =
    "UPDATE profile_proposal SET state = 'withdrawn', new_sealed = NULL, decided_by = ?, "
    "decided_at = ? "
    "WHERE tenant_id = ? AND field = ? AND person_id <=> ? AND (? OR organisation_id <=> ?) "
    "AND state = 'waiting'";
static const char SQL_PROPOSAL_INSERT[] =
    "INSERT INTO profile_proposal (tenant_id, id, field, person_id, organisation_id, old_value, "
    "new_value, new_sealed, state, proposed_by, proposed_at) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'waiting', ?, ?)";

const char *profile_proposal_context(struct arena *mem, struct id id)
{
    return arena_printf(mem, "profile_proposal.new_sealed:%s", id_text(mem, id));
}

/* What the row keeps of the new value: a sensitive one is sealed, and in no event. */
struct kept_value {
    const char *old_value, *new_value;
    struct db_arg sealed;
};

static struct kept_value keep(struct ctx *cx, struct id id, enum profile_field field,
                              const char *old_value, const char *new_value)
{
    uint8_t *bytes;
    size_t len;

    if (!profile_field_is_sensitive(field))
        return (struct kept_value){old_value, new_value, DB_NULL};
    crypto_seal(cx->master, cx->mem, profile_proposal_context(cx->mem, id), new_value,
                strlen(new_value), &bytes, &len);
    return (struct kept_value){"", "", DB_BYTES(bytes, len)};
}

static json_t *values_json(struct ctx *cx, enum profile_field field, const char *before,
                           const char *after)
{
    const char *name = profile_field_name(field);

    if (profile_field_is_sensitive(field))
        return json_own(cx->mem, json_pack("{s:s}", "field", name));
    return json_own(cx->mem, json_pack("{s:s,s:{s:s},s:{s:s}}", "field", name, "before", name,
                                       before, "after", name, after));
}

bool profile_proposal_make(struct ctx *cx, const struct profile_subject *of,
                           enum profile_field field, const char *old_value, const char *new_value)
{
    bool is_organisation = profile_field_is_of_organisation(field);
    const char *name = profile_field_name(field);
    const struct db_arg tenant = DB_ID(cx->tenant_id), at = DB_TIME(cx->now);
    const struct db_arg by = DB_ID(cx->viewer.person_id), field_name = DB_TEXT(name);
    const struct db_arg person = is_organisation ? DB_NULL : DB_ID(of->person_id);
    const struct db_arg organisation = DB_ID_OR_NULL(of->organisation_id);
    const struct db_arg wherever = DB_BOOL(!is_organisation && field != PROFILE_POSITION);
    json_t *data = values_json(cx, field, old_value, new_value);
    const struct id id = ctx_new_id(cx);
    const struct kept_value kept = keep(cx, id, field, old_value, new_value);

    return db_exec(cx, NULL, SQL_PROPOSAL_REPLACE, by, at, tenant, field_name, person, wherever,
                   organisation) &&
           db_exec(cx, NULL, SQL_PROPOSAL_INSERT, tenant, DB_ID(id), field_name, person,
                   organisation, DB_TEXT(kept.old_value), DB_TEXT(kept.new_value), kept.sealed, by,
                   at) &&
           event_emit(cx, EVENT_PROPOSAL_MADE,
                      is_organisation ? of->organisation_id : of->person_id, data);
}

/* --- looking --- */

#define PROPOSAL_SELECT                                                                     \
    "SELECT x.id, x.field, x.state, x.person_id, x.organisation_id, COALESCE(p.full_name, " \
    "''), COALESCE(o.name, ''), x.old_value, x.new_value, b.full_name, "                    \
    "COALESCE(d.full_name, ''), x.reason, x.proposed_at, x.decided_at, x.proposed_by "      \
    "FROM profile_proposal x "                                                              \
    "JOIN person b ON b.tenant_id = x.tenant_id AND b.id = x.proposed_by "                  \
    "LEFT JOIN person p ON p.tenant_id = x.tenant_id AND p.id = x.person_id "               \
    "LEFT JOIN organisation o ON o.tenant_id = x.tenant_id AND o.id = x.organisation_id "   \
    "LEFT JOIN person d ON d.tenant_id = x.tenant_id AND d.id = x.decided_by "              \
    "WHERE x.tenant_id = ? "
static const char SQL_PROPOSAL_LIST[] = PROPOSAL_SELECT;
static const char SQL_PROPOSAL_OF_PERSON[] = PROPOSAL_SELECT
    "AND (x.state = 'waiting' OR (x.state = 'declined' AND x.decided_at > ?)) "
    "AND x.person_id = ? ORDER BY x.proposed_at LIMIT ?";
static const char SQL_PROPOSAL_OF_ORGANISATION[] = PROPOSAL_SELECT
    "AND (x.state = 'waiting' OR (x.state = 'declined' AND x.decided_at > ?)) "
    "AND x.organisation_id = ? AND x.person_id IS NULL ORDER BY x.proposed_at LIMIT ?";
static const char SQL_PROPOSAL_GET[] = PROPOSAL_SELECT "AND x.id = ?";
static const char SQL_PROPOSAL_COUNT[] =
    "SELECT COUNT(*) FROM profile_proposal x WHERE x.tenant_id = ? AND x.state = 'waiting'";

static bool from_row(const struct db_row *row, struct profile_proposal *p)
{
    *p = (struct profile_proposal){
        .id = db_id(row, 0),
        .of = {db_id(row, 3), db_id(row, 4)},
        .person_name = db_text(row, 5),
        .organisation_name = db_text(row, 6),
        .old_value = db_text(row, 7),
        .new_value = db_text(row, 8),
        .proposed_by = db_text(row, 9),
        .decided_by = db_text(row, 10),
        .reason = db_text(row, 11),
        .proposed_at = db_time(row, 12),
        .decided_at = db_time(row, 13),
    };
    while (p->state < PROFILE_PROPOSAL_WITHDRAWN && strcmp(STATES[p->state], db_text(row, 2)) != 0)
        p->state++;
    return profile_field_parse(db_text(row, 1), &p->field);
}

static void from_rows(struct ctx *cx, struct db_rows *rows, struct profile_proposal **out,
                      size_t *count)
{
    struct profile_proposal *list =
        arena_array(cx->mem, struct profile_proposal, rows->count ? rows->count : 1);
    size_t n = 0;

    while (db_next(rows))
        if (from_row(&rows->row, &list[n]))
            n++;
    *out = list;
    *count = n;
}

static bool check_right(struct ctx *cx, uint64_t right)
{
    return (cx->viewer.kind != VIEWER_CUSTOMER && viewer_has(&cx->viewer, right)) ||
           err_set(&cx->err, &ERR_DENIED, "proposals");
}

static void in_scope(struct ctx *cx, struct where *w)
{
    sales_scope_where(cx, w, sales_scope_of(&cx->viewer, &SALES_SCOPE_ORGANISATION),
                      SALES_SCOPE_COLUMN("x.organisation_id"));
}

bool profile_proposal_list(struct ctx *cx, bool is_waiting, struct profile_proposal **out,
                           size_t *count)
{
    const struct db_arg tenant = DB_ID(cx->tenant_id);
    struct db_rows rows;
    struct where w;

    if (!check_right(cx, RIGHT_CUSTOMERS_READ))
        return false;
    where_start(&w, cx, SQL_PROPOSAL_LIST, &tenant, 1);
    in_scope(cx, &w);
    where_add(&w,
              is_waiting ? " AND x.state = 'waiting' ORDER BY x.proposed_at, x.id LIMIT ?"
                         : " AND x.state <> 'waiting' ORDER BY x.decided_at DESC, x.id DESC LIMIT "
                           "?",
              DB_INT(PROFILE_PROPOSAL_PAGE));
    if (!db_query_args(cx, &rows, w.text.p, w.args, w.count))
        return false;
    from_rows(cx, &rows, out, count);
    return true;
}

bool profile_proposal_waiting(struct ctx *cx, int64_t *out)
{
    const struct db_arg tenant = DB_ID(cx->tenant_id);
    struct db_rows rows;
    struct where w;

    if (!check_right(cx, RIGHT_CUSTOMERS_READ))
        return false;
    where_start(&w, cx, SQL_PROPOSAL_COUNT, &tenant, 1);
    in_scope(cx, &w);
    if (!db_query_args(cx, &rows, w.text.p, w.args, w.count))
        return false;
    *out = db_next(&rows) ? db_i64(&rows.row, 0) : 0;
    return true;
}

bool profile_proposal_list_own(struct ctx *cx, bool of_organisation, struct profile_proposal **out,
                               size_t *count)
{
    const struct viewer *v = &cx->viewer;
    struct db_rows rows;

    if (of_organisation && !viewer_has(v, RIGHT_ADMIN))
        return err_set(&cx->err, &ERR_DENIED, "the organisation's proposals");
    if (!db_query(cx, &rows,
                  of_organisation ? SQL_PROPOSAL_OF_ORGANISATION : SQL_PROPOSAL_OF_PERSON,
                  DB_ID(cx->tenant_id), DB_TIME(cx->now - DECLINED_SHOWN_DAYS * CLOCK_DAY),
                  DB_ID(of_organisation ? v->organisation_id : v->person_id),
                  DB_INT(PROFILE_PROPOSAL_PAGE)))
        return false;
    from_rows(cx, &rows, out, count);
    return true;
}

/* --- deciding --- */

static const char SQL_PROPOSAL_DECIDE[] =
    "UPDATE profile_proposal SET state = ?, new_sealed = NULL, decided_by = ?, decided_at = ?, "
    "reason = ? "
    "WHERE tenant_id = ? AND id = ? AND state = 'waiting'";

static bool get(struct ctx *cx, struct id id, struct profile_proposal *out, struct id *proposed_by)
{
    struct db_rows rows;

    if (!db_query(cx, &rows, SQL_PROPOSAL_GET, DB_ID(cx->tenant_id), DB_ID(id)))
        return false;
    if (!db_next(&rows) || !from_row(&rows.row, out))
        return err_set(&cx->err, &ERR_NOT_FOUND, "proposal %s", id_text(cx->mem, id));
    *proposed_by = db_id(&rows.row, 14);
    return true;
}

/* Of several at once, one changes the row. */
static bool decide(struct ctx *cx, const struct profile_proposal *p, struct id proposed_by,
                   enum profile_proposal_state state, const char *reason)
{
    bool is_organisation = profile_field_is_of_organisation(p->field);
    json_t *data = values_json(cx, p->field, p->old_value, p->new_value);
    int64_t changed;

    if (!db_exec(cx, &changed, SQL_PROPOSAL_DECIDE, DB_TEXT(STATES[state]),
                 DB_ID_OR_NULL(cx->viewer.person_id), DB_TIME(cx->now), DB_TEXT(reason),
                 DB_ID(cx->tenant_id), DB_ID(p->id)))
        return false;
    if (changed == 0)
        return err_set(&cx->err, &ERR_PROFILE_PROPOSAL_OVER, "proposal %s",
                       id_text(cx->mem, p->id));
    json_object_set_new(data, "decision", json_string(STATES[state]));
    json_object_set_new(data, "proposed_by", json_string(id_text(cx->mem, proposed_by)));
    return event_emit(cx, EVENT_PROPOSAL_DECIDED,
                      is_organisation ? p->of.organisation_id : p->of.person_id, data);
}

/* Staff who do not reach whom it is about do not see it. */
static bool check_reach(struct ctx *cx, const struct profile_proposal *p)
{
    bool reaches;

    return profile_reach(cx, &p->of, ACTION_UPDATE, &reaches) &&
           (reaches || err_set(&cx->err, &ERR_NOT_FOUND, "proposal %s", id_text(cx->mem, p->id)));
}

static const char SQL_PROPOSAL_SEALED[] =
    "SELECT new_sealed FROM profile_proposal WHERE tenant_id = ? AND id = ? "
    "AND new_sealed IS NOT NULL";

/* Before it is decided, which forgets the sealed value. */
static bool open_value(struct ctx *cx, struct profile_proposal *p)
{
    struct db_rows rows;
    struct span sealed;
    uint8_t *bytes;
    size_t len;

    if (!profile_field_is_sensitive(p->field))
        return true;
    if (!db_query(cx, &rows, SQL_PROPOSAL_SEALED, DB_ID(cx->tenant_id), DB_ID(p->id)))
        return false;
    if (!db_next(&rows))
        return err_set(&cx->err, &ERR_PROFILE_PROPOSAL_OVER, "proposal %s",
                       id_text(cx->mem, p->id));
    sealed = db_bytes(&rows.row, 0);
    if (!crypto_open(cx->master, cx->mem, profile_proposal_context(cx->mem, p->id),
                     (const uint8_t *)sealed.p, sealed.len, &bytes, &len))
        return err_set(&cx->err, &ERR_INTERNAL, "proposal %s does not open",
                       id_text(cx->mem, p->id));
    p->new_value = arena_dup_bytes(cx->mem, (const char *)bytes, len);
    return true;
}

/* The value may have changed since: what is told as before is what stands now. */
static bool put(struct ctx *cx, const struct profile_proposal *p)
{
    struct profile now;

    if (!profile_get(cx, &p->of, &now))
        return false;
    if (now.value[p->field] == NULL)
        return err_set(&cx->err, &ERR_NOT_FOUND, "%s of proposal %s", profile_field_name(p->field),
                       id_text(cx->mem, p->id));
    return profile_put(cx, &p->of, p->field, now.value[p->field], p->new_value);
}

bool profile_proposal_accept(struct ctx *cx, struct id id)
{
    struct profile_proposal p;
    struct id by;

    if (!check_right(cx, RIGHT_CUSTOMERS_UPDATE) || !db_begin(cx))
        return false;
    if (!get(cx, id, &p, &by) || !check_reach(cx, &p) || !open_value(cx, &p) ||
        !decide(cx, &p, by, PROFILE_PROPOSAL_ACCEPTED, "") || !put(cx, &p)) {
        db_rollback(cx);
        return false;
    }
    return db_commit(cx);
}

bool profile_proposal_decline(struct ctx *cx, struct id id, const char *reason)
{
    struct profile_proposal p;
    struct id by;

    if (utf8_count(reason) > PROFILE_PROPOSAL_REASON_MAX)
        return err_set_at(&cx->err, &ERR_INVALID, "reason", "reason too long");
    if (!check_right(cx, RIGHT_CUSTOMERS_UPDATE) || !db_begin(cx))
        return false;
    if (!get(cx, id, &p, &by) || !check_reach(cx, &p) ||
        !decide(cx, &p, by, PROFILE_PROPOSAL_DECLINED, reason)) {
        db_rollback(cx);
        return false;
    }
    return db_commit(cx);
}

bool profile_proposal_withdraw(struct ctx *cx, struct id id)
{
    struct profile_proposal p;
    struct id by;

    if (!db_begin(cx))
        return false;
    if (!get(cx, id, &p, &by))
        goto rollback;
    if (!id_equal(by, cx->viewer.person_id)) { /* another's is not there for him */
        err_set(&cx->err, &ERR_NOT_FOUND, "proposal %s", id_text(cx->mem, id));
        goto rollback;
    }
    if (!decide(cx, &p, by, PROFILE_PROPOSAL_WITHDRAWN, ""))
        goto rollback;
    return db_commit(cx);

rollback:
    db_rollback(cx);
    return false;
}
