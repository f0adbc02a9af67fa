/* Statements and transactions, as the domains see them. */
#include "db/db.h"

#include "base/clock.h"
#include "base/crypto.h"
#include "db/db_conn.h"
#include "db/db_fault.h"

#include <string.h>
#include <time.h>

enum { RETRY_MAX = 5, PAUSE_FIRST_US = 10000, PAUSE_FACTOR = 4, NS_PER_US = 1000 };

struct db_arg db_arg_text(const char *text)
{
    if (text == NULL)
        return DB_NULL;
    return (struct db_arg){.type = DB_TYPE_TEXT, .bytes = text, .len = strlen(text)};
}

struct db_arg db_arg_id_or_null(struct id id)
{
    return id_is_zero(id) ? DB_NULL : DB_ID(id);
}

struct db_arg db_arg_time(int64_t us)
{
    return us == 0 ? DB_NULL : (struct db_arg){.type = DB_TYPE_TIME, .number = us};
}

bool db_query_args(struct ctx *cx, struct db_rows *rows, const char *sql, const struct db_arg *args,
                   size_t count)
{
    return db_statement_run(cx, rows, NULL, sql, args, count);
}

bool db_exec_args(struct ctx *cx, int64_t *changed, const char *sql, const struct db_arg *args,
                  size_t count)
{
    if (cx->is_read_only)
        return err_set(&cx->err, &ERR_DENIED, "a run that may only read");
    return db_statement_run(cx, NULL, changed, sql, args, count);
}

/* --- transactions --- */

static bool command(struct ctx *cx, const char *sql)
{
    if (db_fails_now(cx))
        return false;
    if (mysql_real_query(cx->db->mysql, sql, (unsigned long)strlen(sql)) == 0)
        return true;
    return db_fail(cx, mysql_errno(cx->db->mysql), mysql_error(cx->db->mysql), sql);
}

bool db_begin(struct ctx *cx)
{
    if (!db_borrow(cx))
        return false;
    if (cx->db->depth > 0) {
        if (cx->db->is_undone)
            return err_set(&cx->err, &ERR_INTERNAL, "a transaction within one that was undone");
        cx->db->depth++;
        return true;
    }
    if (!command(cx, "START TRANSACTION"))
        return false;
    cx->db->depth = 1;
    return true;
}

bool db_commit(struct ctx *cx)
{
    struct db *db = cx->db;
    bool ok = true;

    if (db == NULL || db->depth == 0)
        return err_set(&cx->err, &ERR_INTERNAL, "commit without begin");
    if (db->is_undone) {
        err_set(&cx->err, &ERR_INTERNAL, "commit after a rollback within the transaction");
        db_rollback(cx);
        return false;
    }
    if (db->depth > 1) {
        db->depth--;
        return true;
    }
    ok = command(cx, "COMMIT");
    if (!ok)
        db_rollback(cx);
    db->depth = 0;
    return ok;
}

void db_rollback(struct ctx *cx)
{
    struct db *db = cx->db;

    if (db == NULL || db->depth == 0)
        return;
    /* A deadlock's rollback was the server's, yet asking once more is harmless and surely ends it.
     */
    if (db->mysql != NULL && mysql_rollback(db->mysql) != 0)
        db_drop(db);
    db->depth--;
    db->is_undone = db->depth > 0;
}

static void pause_before(int try)
{
    int64_t us = PAUSE_FIRST_US;
    uint16_t random;
    struct timespec pause;

    for (int i = 1; i < try; i++)
        us *= PAUSE_FACTOR;
    crypto_random(&random, sizeof(random));
    us = us / 2 + us * random / UINT16_MAX;
    pause = (struct timespec){.tv_sec = (time_t)(us / CLOCK_SECOND),
                              .tv_nsec = (long)(us % CLOCK_SECOND) * NS_PER_US};
    nanosleep(&pause, NULL);
}

bool db_retry(struct ctx *cx, bool (*work)(struct ctx *cx, void *arg), void *arg)
{
    for (int try = 1;; try++) {
        if (work(cx, arg))
            return true;
        /* Within a transaction of the caller only that can be run again as a whole. */
        if (cx->err.kind != &ERR_BUSY || try == RETRY_MAX || (cx->db != NULL && cx->db->depth > 0))
            return false;
        if (!db_fault_is_set()) /* nobody else is to be waited for */
            pause_before(try);
        ctx_retry(cx);
    }
}

void db_fail_after(struct ctx *cx, int n)
{
    if (db_borrow(cx))
        cx->db->fail_after = n;
}
