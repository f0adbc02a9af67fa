#include "db/job.h"

#include "base/clock.h"
#include "base/utf8.h"

enum {
    REASON_MAX = 200,
    PAUSE_FIRST_SECONDS = 5,
    PAUSE_FACTOR = 3,
    PAUSE_MAX_SECONDS = 6 * 60 * 60
};

/* A job that is added again while it runs loses its lease: its run is undone and comes again. */
static const char SQL_JOB_ADD[] =
    "INSERT INTO job (tenant_id, id, kind, job_key, data, due_at, next_at, created_at) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?) "
    "ON DUPLICATE KEY UPDATE data = VALUES(data), due_at = VALUES(due_at), "
    "next_at = VALUES(next_at), lease = NULL, attempts = 0, is_parked = FALSE, reason = ''";
static const char SQL_JOB_CANCEL[] =
    "DELETE FROM job WHERE tenant_id = ? AND kind = ? AND job_key = ?";
/* The claims are the house's own: they work for all tenants, so they bind none. A claim moves
 * next_at to the end of its lease, so an abandoned job comes up again by itself. */
static const char SQL_JOB_CLAIM_ANY_TENANT[] =
    "UPDATE job SET lease = ?, next_at = ?, attempts = attempts + 1 "
    "WHERE kind = ? AND is_parked = FALSE AND next_at <= ? ORDER BY next_at, id LIMIT ?";
static const char SQL_JOB_CLAIMED_ANY_TENANT[] =
    "SELECT tenant_id, id, kind, data, due_at, attempts FROM job WHERE lease = ? "
    "ORDER BY due_at, id";
static const char SQL_JOB_DONE[] = "DELETE FROM job WHERE tenant_id = ? AND id = ? AND lease = ?";
static const char SQL_JOB_FAILED[] =
    "UPDATE job SET lease = NULL, next_at = ?, is_parked = ?, reason = ? "
    "WHERE tenant_id = ? AND id = ? AND lease = ?";
static const char SQL_JOB_EXTEND[] =
    "UPDATE job SET next_at = ? WHERE tenant_id = ? AND id = ? AND lease = ?";

bool job_add(struct ctx *cx, const char *kind, const char *key, int64_t due_at, const char *data)
{
    return db_exec(cx, NULL, SQL_JOB_ADD, DB_ID(cx->tenant_id), DB_ID(ctx_new_id(cx)),
                   DB_TEXT(kind), DB_TEXT(key), DB_TEXT(data), DB_TIME(due_at), DB_TIME(due_at),
                   DB_TIME(cx->now));
}

bool job_cancel(struct ctx *cx, const char *kind, const char *key)
{
    return db_exec(cx, NULL, SQL_JOB_CANCEL, DB_ID(cx->tenant_id), DB_TEXT(kind), DB_TEXT(key));
}

bool job_claim(struct ctx *cx, const char *kind, unsigned limit, int64_t lease_us, struct job **out,
               unsigned *count)
{
    /* Not ctx_new_id: a claim that is tried again is another claim. */
    struct id lease = id_make(cx->now);
    struct db_rows rows = {0};
    struct job *list = NULL;
    int64_t claimed;

    if (!db_exec(cx, &claimed, SQL_JOB_CLAIM_ANY_TENANT, DB_ID(lease), DB_TIME(cx->now + lease_us),
                 DB_TEXT(kind), DB_TIME(cx->now), DB_INT(limit)))
        return false;
    if (claimed > 0) {
        if (!db_query(cx, &rows, SQL_JOB_CLAIMED_ANY_TENANT, DB_ID(lease)))
            return false;
        list = arena_array(cx->mem, struct job, rows.count);
        while (db_next(&rows))
            list[rows.next - 1] = (struct job){
                .tenant_id = db_id(&rows.row, 0),
                .id = db_id(&rows.row, 1),
                .kind = db_text(&rows.row, 2),
                .data = db_text(&rows.row, 3),
                .due_at = db_time(&rows.row, 4),
                .attempts = (int)db_i64(&rows.row, 5),
                .lease = lease,
            };
    }
    *out = list;
    *count = (unsigned)rows.count;
    return true;
}

static bool check_lease(struct ctx *cx, const struct job *job, int64_t changed)
{
    return changed == 1 || err_set(&cx->err, &ERR_CONFLICT, "job %s %s: the lease was lost",
                                   job->kind, id_text(cx->mem, job->id));
}

bool job_done(struct ctx *cx, const struct job *job)
{
    int64_t changed;

    if (!db_exec(cx, &changed, SQL_JOB_DONE, DB_ID(job->tenant_id), DB_ID(job->id),
                 DB_ID(job->lease)))
        return false;
    return check_lease(cx, job, changed);
}

bool job_failed(struct ctx *cx, const struct job *job, const char *reason, bool *gave_up)
{
    struct span kept = {reason, utf8_prefix(reason, REASON_MAX)};
    bool is_last = job->attempts >= JOB_ATTEMPTS_MAX;
    int64_t pause = PAUSE_FIRST_SECONDS;
    int64_t changed;

    for (int i = 1; i < job->attempts && pause < PAUSE_MAX_SECONDS; i++)
        pause *= PAUSE_FACTOR;
    if (pause > PAUSE_MAX_SECONDS)
        pause = PAUSE_MAX_SECONDS;
    if (!db_exec(cx, &changed, SQL_JOB_FAILED, DB_TIME(cx->now + pause * CLOCK_SECOND),
                 DB_BOOL(is_last), DB_TEXT(span_dup(cx->mem, kept)), DB_ID(job->tenant_id),
                 DB_ID(job->id), DB_ID(job->lease)))
        return false;
    if (!check_lease(cx, job, changed))
        return false;
    *gave_up = is_last;
    return true;
}

bool job_extend(struct ctx *cx, const struct job *job, int64_t lease_us)
{
    int64_t changed;

    if (!db_exec(cx, &changed, SQL_JOB_EXTEND, DB_TIME(cx->now + lease_us), DB_ID(job->tenant_id),
                 DB_ID(job->id), DB_ID(job->lease)))
        return false;
    return check_lease(cx, job, changed);
}
