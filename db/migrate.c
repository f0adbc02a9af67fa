#include "db/migrate.h"

#include "base/clock.h"
#include "db/db_conn.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

enum {
    LEASE_SECONDS = 300, /* renewed before each statement */
    WAIT_SECONDS = 120,
    POLL_MS = 100,
    NS_PER_MS = 1000000
};

const struct err_kind ERR_SCHEMA_NEWER = {
    ERR_CLASS_CONFLICT, "SCHEMA_NEWER",
    "The database was set up by a newer version of Gatehouse. Install that version, or restore a "
    "backup from before."};

static const char SQL_COLLATION[] = "ALTER DATABASE CHARACTER SET = utf8mb4 COLLATE = utf8mb4_bin";
static const char SQL_MIGRATION_TABLE[] =
    "CREATE TABLE IF NOT EXISTS schema_migration ("
    "number INT NOT NULL PRIMARY KEY, name VARCHAR(100) NOT NULL, bytes BIGINT NOT NULL, "
    "statements_done INT NOT NULL DEFAULT 0, applied_at DATETIME(6) NULL) "
    "CHARACTER SET utf8mb4 COLLATE utf8mb4_bin";
static const char SQL_LEASE_TABLE[] =
    "CREATE TABLE IF NOT EXISTS migration_lease ("
    "id INT NOT NULL PRIMARY KEY, holder UUID NULL, expires_at DATETIME(6) NOT NULL) "
    "CHARACTER SET utf8mb4 COLLATE utf8mb4_bin";
static const char SQL_LEASE_ADD[] =
    "INSERT IGNORE INTO migration_lease (id, expires_at) VALUES (1, '2000-01-01 00:00:00')";
/* The database's clock, so that nodes whose clocks differ agree on when a lease ends. */
static const char SQL_LEASE_TAKE[] =
    "UPDATE migration_lease SET holder = ?, expires_at = UTC_TIMESTAMP(6) + INTERVAL ? SECOND "
    "WHERE id = 1 AND (holder = ? OR expires_at < UTC_TIMESTAMP(6))";
static const char SQL_LEASE_DROP[] =
    "UPDATE migration_lease SET holder = NULL, expires_at = '2000-01-01 00:00:00' "
    "WHERE id = 1 AND holder = ?";
static const char SQL_TABLE_EXISTS[] =
    "SELECT COUNT(*) FROM information_schema.tables "
    "WHERE table_schema = DATABASE() AND table_name = 'schema_migration'";
static const char SQL_MIGRATION_VERSION[] =
    "SELECT COALESCE(MAX(number), 0) FROM schema_migration WHERE applied_at IS NOT NULL";
static const char SQL_MIGRATION_HIGHEST[] = "SELECT COALESCE(MAX(number), 0) FROM schema_migration";
static const char SQL_MIGRATION_GET[] =
    "SELECT statements_done, applied_at IS NOT NULL, bytes FROM schema_migration WHERE number = ?";
static const char SQL_MIGRATION_ADD[] =
    "INSERT INTO schema_migration (number, name, bytes) VALUES (?, ?, ?)";
static const char SQL_MIGRATION_STEP[] =
    "UPDATE schema_migration SET statements_done = ? WHERE number = ?";
static const char SQL_MIGRATION_APPLIED[] =
    "UPDATE schema_migration SET applied_at = UTC_TIMESTAMP(6) WHERE number = ?";

/* --- statements of a file --- */

static bool is_comment(struct span line)
{
    line = span_trim(line);
    return line.len >= 2 && line.p[0] == '-' && line.p[1] == '-';
}

/* The next statement of *rest without its ';' and comment lines; NULL at the end. */
static const char *next_statement(struct arena *mem, struct span *rest)
{
    struct str text = str_new(mem);
    struct span line, trimmed;

    while (span_cut(rest, '\n', &line)) {
        trimmed = span_trim(line);
        if (trimmed.len == 0 || is_comment(line))
            continue;
        if (text.len > 0)
            str_char(&text, '\n');
        if (trimmed.p[trimmed.len - 1] == ';') {
            str_add_n(&text, trimmed.p, trimmed.len - 1);
            return text.p;
        }
        str_add_n(&text, trimmed.p, trimmed.len);
    }
    return text.len > 0 ? text.p : NULL;
}

/* --- the lease --- */

static bool lease_take(struct ctx *cx, struct id holder, bool *taken)
{
    int64_t changed;

    if (!db_exec(cx, &changed, SQL_LEASE_TAKE, DB_ID(holder), DB_INT(LEASE_SECONDS), DB_ID(holder)))
        return false;
    *taken = changed == 1;
    return true;
}

static bool lease_wait(struct ctx *cx, struct id holder)
{
    const struct timespec pause = {.tv_nsec = POLL_MS * NS_PER_MS};
    int64_t until = clock_mono_us() + WAIT_SECONDS * CLOCK_SECOND;
    bool taken = false;

    for (;;) {
        if (!lease_take(cx, holder, &taken))
            return false;
        if (taken)
            return true;
        if (clock_mono_us() > until)
            return err_set(&cx->err, &ERR_BUSY, "another node has been migrating for %d s",
                           WAIT_SECONDS);
        nanosleep(&pause, NULL);
    }
}

/* --- running --- */

/* What a statement leaves behind when it ran, but the note of it was lost. */
static bool is_done_before(const struct ctx *cx)
{
    unsigned number = cx->db == NULL ? 0 : cx->db->last_number;

    return number == ER_TABLE_EXISTS_ERROR || number == ER_DUP_FIELDNAME ||
           number == ER_DUP_KEYNAME || number == ER_CANT_DROP_FIELD_OR_KEY;
}

/* One statement and its mark. A change of tables commits by itself in MariaDB; changes of rows are
 * kept together with the mark. */
static bool run_statement(struct ctx *cx, const struct migration *m, const char *sql, int index,
                          bool is_resumed)
{
    struct err failure;

    if (!db_begin(cx))
        return false;
    if (!db_exec(cx, NULL, sql, DB_NONE)) {
        if (!is_resumed || !is_done_before(cx)) {
            db_rollback(cx);
            failure = cx->err;
            err_clear(&cx->err);
            return err_set(&cx->err, failure.kind, "migration %04d_%s, statement %d: %.300s",
                           m->number, m->name, index + 1, failure.oper);
        }
        err_clear(&cx->err);
    }
    if (!db_exec(cx, NULL, SQL_MIGRATION_STEP, DB_INT(index + 1), DB_INT(m->number))) {
        db_rollback(cx);
        return false;
    }
    return db_commit(cx);
}

static bool run_file(struct ctx *cx, const struct migration *m, struct id holder, int done,
                     bool is_resumed)
{
    struct span rest = span_of(m->sql);
    const char *sql;
    bool taken = true;

    for (int i = 0; (sql = next_statement(cx->mem, &rest)) != NULL; i++) {
        if (i < done)
            continue;
        if (!lease_take(cx, holder, &taken))
            return false;
        if (!taken)
            return err_set(&cx->err, &ERR_BUSY, "migration %04d: the lease was lost", m->number);
        if (!run_statement(cx, m, sql, i, is_resumed && i == done))
            return false;
    }
    return db_exec(cx, NULL, SQL_MIGRATION_APPLIED, DB_INT(m->number));
}

static bool run_one(struct ctx *cx, const struct migration *m, struct id holder, int *applied)
{
    struct db_rows rows;
    int64_t bytes = (int64_t)strlen(m->sql);
    bool is_resumed = false;
    int done = 0;

    if (!db_query(cx, &rows, SQL_MIGRATION_GET, DB_INT(m->number)))
        return false;
    if (db_next(&rows)) {
        done = (int)db_i64(&rows.row, 0);
        is_resumed = true;
        if (db_bool(&rows.row, 1)) {
            if (db_i64(&rows.row, 2) != bytes)
                log_warn(cx->trace, "migration %04d_%s was edited after it ran here", m->number,
                         m->name);
            return true;
        }
    } else if (!db_exec(cx, NULL, SQL_MIGRATION_ADD, DB_INT(m->number), DB_TEXT(m->name),
                        DB_INT(bytes))) {
        return false;
    }
    if (!run_file(cx, m, holder, done, is_resumed))
        return false;
    ++*applied;
    return true;
}

static bool make_tables(struct ctx *cx)
{
    struct db_rows rows;

    if (!db_query(cx, &rows, SQL_TABLE_EXISTS, DB_NONE))
        return false;
    db_next(&rows);
    if (db_i64(&rows.row, 0) > 0)
        return true;
    return db_exec(cx, NULL, SQL_COLLATION, DB_NONE) &&
           db_exec(cx, NULL, SQL_LEASE_TABLE, DB_NONE) &&
           db_exec(cx, NULL, SQL_LEASE_ADD, DB_NONE) &&
           db_exec(cx, NULL, SQL_MIGRATION_TABLE, DB_NONE);
}

static bool refuse_newer(struct ctx *cx, int highest)
{
    struct db_rows rows;

    if (!db_query(cx, &rows, SQL_MIGRATION_HIGHEST, DB_NONE))
        return false;
    db_next(&rows);
    if (db_i64(&rows.row, 0) > highest)
        return err_set(&cx->err, &ERR_SCHEMA_NEWER, "schema %d, program %d",
                       (int)db_i64(&rows.row, 0), highest);
    return true;
}

bool migrate_apply(struct ctx *cx, const struct migration *list, int count, int *applied)
{
    int highest = count == 0 ? 0 : list[count - 1].number;
    struct id holder = ctx_new_id(cx);
    int ran = 0;
    bool ok;

    if (!make_tables(cx) || !refuse_newer(cx, highest) || !lease_wait(cx, holder))
        return false;
    ok = refuse_newer(cx, highest);
    for (int i = 0; ok && i < count; i++)
        ok = run_one(cx, &list[i], holder, &ran);
    /* The lease is given back after a failure too; cx->err keeps the cause. */
    ok = db_exec(cx, NULL, SQL_LEASE_DROP, DB_ID(holder)) && ok;
    if (ok)
        *applied = ran;
    return ok;
}

bool migrate_run(struct ctx *cx, int *applied)
{
    return migrate_apply(cx, MIGRATIONS, MIGRATION_COUNT, applied);
}

bool migrate_version(struct ctx *cx, int *out)
{
    struct db_rows rows;

    if (!db_query(cx, &rows, SQL_TABLE_EXISTS, DB_NONE))
        return false;
    db_next(&rows);
    if (db_i64(&rows.row, 0) == 0) {
        *out = 0;
        return true;
    }
    if (!db_query(cx, &rows, SQL_MIGRATION_VERSION, DB_NONE))
        return false;
    db_next(&rows);
    *out = (int)db_i64(&rows.row, 0);
    return true;
}
