#include "licensing/process.h"

#include "base/crypto.h"
#include "licensing/access.h"
#include "licensing/machine_event.h"
#include "licensing/process_row.h"
#include "licensing/seat_lock.h"

#include <string.h>

static const char AT_PID[] = "/data/attributes/pid";

const struct err_kind ERR_PROCESS_MACHINE_NOT_FOUND = {ERR_CLASS_INVALID, "MACHINE_NOT_FOUND",
                                                       "There is no such machine."};
const struct err_kind ERR_PROCESS_PID_TAKEN = {ERR_CLASS_INVALID, "PID_TAKEN",
                                               "This process is running already."};
const struct err_kind ERR_PROCESSES_FULL = {ERR_CLASS_INVALID, "MACHINE_PROCESS_LIMIT_EXCEEDED",
                                            "All processes that the licence allows are running."};

static const char SQL_PROCESS_GET[] = "SELECT " PROCESS_COLUMNS PROCESS_FROM " AND x.id = ?";
static const char SQL_PROCESS_PAGE[] = "SELECT " PROCESS_COLUMNS PROCESS_FROM;
static const char SQL_PROCESS_WIDE_PAGE[] = "SELECT STRAIGHT_JOIN " PROCESS_COLUMNS PROCESS_FROM;
static const char SQL_PROCESS_COUNT[] = "SELECT COUNT(*)" PROCESS_FROM;
/* What PER_MACHINE counts on: starts on one machine meet in its row. */
static const char SQL_MACHINE_LOCK[] =
    "UPDATE machine SET last_seen_at = ? WHERE tenant_id = ? AND id = ?";
static const char SQL_PROCESS_OWN[] =
    "SELECT id, created_at FROM process WHERE tenant_id = ? AND machine_id = ? AND pid_hash = ?";
static const char SQL_PROCESSES_OF_MACHINE[] =
    "SELECT COUNT(*) FROM process WHERE tenant_id = ? AND machine_id = ?";
static const char SQL_PROCESSES_OF_LICENCE[] =
    "SELECT COUNT(*) FROM process WHERE tenant_id = ? AND licence_id = ?";
static const char SQL_PROCESSES_OF_OWNER[] =
    "SELECT COUNT(*) FROM process x JOIN machine m ON m.tenant_id = x.tenant_id "
    "AND m.id = x.machine_id WHERE x.tenant_id = ? AND x.licence_id = ? AND m.owner_id <=> ?";
static const char SQL_PROCESS_ADD[] =
    "INSERT INTO process (tenant_id, id, licence_id, machine_id, pid, pid_hash, "
    "last_heartbeat_at, metadata, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
static const char SQL_PROCESS_CHANGE[] =
    "UPDATE process SET metadata = ?, updated_at = ? WHERE tenant_id = ? AND id = ?";
static const char SQL_PROCESS_REMOVE[] = "DELETE FROM process WHERE tenant_id = ? AND id = ?";

#define PROCESS_IS_DEAD \
    "x.last_heartbeat_at + INTERVAL COALESCE(p.heartbeat_duration_seconds, 600) SECOND < ?"

static const struct filter_order PROCESS_ORDER = FILTER_ORDER("process", "x");

/* --- reading --- */

bool process_get(struct ctx *cx, struct id id, struct process **out)
{
    struct access access = access_of(cx);
    struct db_rows rows;

    if (!db_query(cx, &rows, SQL_PROCESS_GET, DB_ID(cx->tenant_id), DB_BOOL(access.sees_all),
                  DB_ID_OR_NULL(access.organisation_id), DB_ID(id)))
        return false;
    if (!db_next(&rows))
        return err_set(&cx->err, &ERR_NOT_FOUND, "process %s", id_text(cx->mem, id));
    *out = arena_new(cx->mem, struct process);
    process_row_read(cx, &rows.row, *out);
    return true;
}

static void where_filter(struct ctx *cx, struct where *w, const char *head,
                         const struct machine_filter *f)
{
    struct access access = access_of(cx);

    where_start(w, cx, head,
                (const struct db_arg[]){DB_ID(cx->tenant_id), DB_BOOL(access.sees_all),
                                        DB_ID_OR_NULL(access.organisation_id)},
                3);
    machine_list_where(w, cx, f);
    machine_list_status(w, cx, f->status, " AND " PROCESS_IS_DEAD,
                        " AND NOT (" PROCESS_IS_DEAD ")");
    filter_metadata(w, cx, " AND JSON_UNQUOTE(JSON_EXTRACT(x.metadata, ?))", &f->metadata);
}

bool process_page(struct ctx *cx, const struct machine_filter *filter,
                  const struct licence_page *page, struct process **out, size_t *count,
                  int64_t *total)
{
    struct where w;
    struct db_rows rows;
    struct process *list;

    *total = 0;
    if (page->wants_total) {
        where_filter(cx, &w, SQL_PROCESS_COUNT, filter);
        if (!db_query_args(cx, &rows, w.text.p, w.args, w.count) || !db_next(&rows))
            return false;
        *total = db_i64(&rows.row, 0);
    }
    where_filter(cx, &w, machine_list_is_wide(filter) ? SQL_PROCESS_WIDE_PAGE : SQL_PROCESS_PAGE,
                 filter);
    filter_page(&w, page, &PROCESS_ORDER);
    if (!db_query_args(cx, &rows, w.text.p, w.args, w.count))
        return false;
    list = arena_array(cx->mem, struct process, rows.count);
    for (size_t i = 0; db_next(&rows); i++)
        process_row_read(cx, &rows.row, &list[i]);
    *out = list;
    *count = rows.count;
    return true;
}

/* --- starting --- */

struct start { /* a process on its way into the table */
    const struct process_draft *draft;
    struct id id;
    uint8_t hash[CRYPTO_HASH_SIZE];
    struct machine *machine;
    struct seat seat;
};

static bool read_start(struct ctx *cx, struct start *s)
{
    return machine_get(cx, s->draft->machine_id, &s->machine) &&
           licence_get(cx, s->machine->licence_id, &s->seat.licence) &&
           policy_get(cx, s->machine->policy_id, &s->seat.policy);
}

/* Each strategy's own row is written before anything is counted: the licence's, or where each
 * machine has an allowance of its own only the machine's, so that machines do not queue. */
static bool lock_leases(struct ctx *cx, struct start *s)
{
    enum policy_leasing leasing;
    int64_t found;

    if (!read_start(cx, s))
        return false;
    leasing = s->seat.policy->process_leasing;
    if (leasing != POLICY_PER_MACHINE && !seat_lock(cx, s->machine->licence_id, 0, &s->seat))
        return false;
    if (!db_exec(cx, &found, SQL_MACHINE_LOCK, DB_TIME(cx->now), DB_ID(cx->tenant_id),
                 DB_ID(s->draft->machine_id)) ||
        !read_start(cx, s))
        return false;
    return s->seat.policy->process_leasing == leasing ||
           err_set(&cx->err, &ERR_BUSY, "policy changed while a process started");
}

static bool lock(struct ctx *cx, struct start *s)
{
    if (lock_leases(cx, s))
        return true;
    if (cx->err.kind != &ERR_NOT_FOUND)
        return false;
    err_clear(&cx->err);
    return err_set_at(&cx->err, &ERR_PROCESS_MACHINE_NOT_FOUND, "/data/relationships/machine",
                      "machine %s", id_text(cx->mem, s->draft->machine_id));
}

/* Taken, or it is the row of this very run, whose answer was lost. */
static bool check_own(struct ctx *cx, const struct start *s, bool *is_done)
{
    struct db_rows rows;

    *is_done = false;
    if (!db_query(cx, &rows, SQL_PROCESS_OWN, DB_ID(cx->tenant_id), DB_ID(s->machine->id),
                  DB_BYTES(s->hash, sizeof s->hash)))
        return false;
    if (!db_next(&rows))
        return true;
    *is_done = id_equal(db_id(&rows.row, 0), s->id) && db_time(&rows.row, 1) == cx->now;
    return *is_done || err_set_at(&cx->err, &ERR_PROCESS_PID_TAKEN, AT_PID, "machine %s",
                                  id_text(cx->mem, s->machine->id));
}

static bool count(struct ctx *cx, const struct start *s, int64_t *used, int64_t *max)
{
    struct db_rows rows;
    bool ok = false;

    *max = s->seat.licence->max_processes;
    switch (s->seat.policy->process_leasing) {
    case POLICY_PER_MACHINE:
        *max = s->machine->max_processes;
        ok = db_query(cx, &rows, SQL_PROCESSES_OF_MACHINE, DB_ID(cx->tenant_id),
                      DB_ID(s->machine->id));
        break;
    case POLICY_PER_LICENCE:
        ok = db_query(cx, &rows, SQL_PROCESSES_OF_LICENCE, DB_ID(cx->tenant_id),
                      DB_ID(s->machine->licence_id));
        break;
    case POLICY_PER_USER:
        ok = db_query(cx, &rows, SQL_PROCESSES_OF_OWNER, DB_ID(cx->tenant_id),
                      DB_ID(s->machine->licence_id), DB_ID_OR_NULL(s->machine->owner_id));
        break;
    }
    if (!ok || !db_next(&rows))
        return false;
    *used = db_i64(&rows.row, 0);
    return true;
}

static bool check_limit(struct ctx *cx, const struct start *s)
{
    int64_t used;
    int64_t max;

    return count(cx, s, &used, &max) &&
           (max == POLICY_NO_LIMIT || policy_allows(s->seat.policy->overage, used + 1, max) ||
            err_set_at(&cx->err, &ERR_PROCESSES_FULL, "/data", "licence %s: %lld of %lld",
                       id_text(cx->mem, s->machine->licence_id), (long long)used, (long long)max));
}

static bool add(struct ctx *cx, struct start *s, struct process **out)
{
    bool is_done;

    if (!lock(cx, s) || !check_own(cx, s, &is_done))
        return false;
    if (is_done)
        return process_get(cx, s->id, out);
    return check_limit(cx, s) &&
           db_exec(cx, NULL, SQL_PROCESS_ADD, DB_ID(cx->tenant_id), DB_ID(s->id),
                   DB_ID(s->machine->licence_id), DB_ID(s->machine->id), DB_TEXT(s->draft->pid),
                   DB_BYTES(s->hash, sizeof s->hash), DB_TIME(cx->now),
                   DB_TEXT(s->draft->metadata != NULL ? s->draft->metadata : "{}"),
                   DB_TIME(cx->now), DB_TIME(cx->now)) &&
           process_get(cx, s->id, out) && machine_event_process(cx, EVENT_PROCESS_CREATED, *out);
}

static bool end(struct ctx *cx, bool is_done)
{
    if (is_done)
        return db_commit(cx);
    db_rollback(cx);
    return false;
}

bool process_add(struct ctx *cx, const struct process_draft *draft, struct process **out)
{
    struct start s = {.draft = draft, .id = ctx_new_id(cx)};

    crypto_sha256(draft->pid, strlen(draft->pid), s.hash);
    return db_begin(cx) && end(cx, add(cx, &s, out));
}

/* --- changing --- */

static bool change(struct ctx *cx, struct id id, const char *metadata, struct process **out)
{
    return process_get(cx, id, out) &&
           db_exec(cx, NULL, SQL_PROCESS_CHANGE, DB_TEXT(metadata), DB_TIME(cx->now),
                   DB_ID(cx->tenant_id), DB_ID(id)) &&
           process_get(cx, id, out) && machine_event_process(cx, EVENT_PROCESS_UPDATED, *out);
}

bool process_change(struct ctx *cx, struct id id, const char *metadata, struct process **out)
{
    return db_begin(cx) && end(cx, change(cx, id, metadata, out));
}

static bool remove_row(struct ctx *cx, struct id id)
{
    struct process *p;
    int64_t changed;

    if (!process_get(cx, id, &p) ||
        !db_exec(cx, &changed, SQL_PROCESS_REMOVE, DB_ID(cx->tenant_id), DB_ID(id)))
        return false;
    if (changed == 0) /* somebody else was first */
        return err_set(&cx->err, &ERR_NOT_FOUND, "process %s", id_text(cx->mem, id));
    return machine_event_process(cx, EVENT_PROCESS_DELETED, p);
}

bool process_remove(struct ctx *cx, struct id id)
{
    return db_begin(cx) && end(cx, remove_row(cx, id));
}
