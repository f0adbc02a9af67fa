/* The database: a pool of connections, prepared statements, rows, transactions. */
#pragma once

#include "base/config.h"
#include "db/ctx.h"

enum db_type {
    DB_TYPE_NONE,
    DB_TYPE_NULL,
    DB_TYPE_INT,
    DB_TYPE_TEXT,
    DB_TYPE_BYTES,
    DB_TYPE_ID,
    DB_TYPE_TIME
};

struct db_arg { /* one bound value; made by the macros below */
    enum db_type type;
    int64_t number;
    const void *bytes;
    size_t len;
    struct id id;
};

/* clang-format off */
#define DB_NONE          ((struct db_arg){.type = DB_TYPE_NONE}) /* for a statement without values */
#define DB_NULL          ((struct db_arg){.type = DB_TYPE_NULL})
#define DB_INT(v)        ((struct db_arg){.type = DB_TYPE_INT, .number = (int64_t)(v)})
#define DB_BOOL(v)       ((struct db_arg){.type = DB_TYPE_INT, .number = (v) ? 1 : 0})
#define DB_TEXT(v)       db_arg_text(v)                          /* NULL binds SQL NULL */
#define DB_BYTES(p, n)   ((struct db_arg){.type = DB_TYPE_BYTES, .bytes = (p), .len = (n)})
#define DB_ID(v)         ((struct db_arg){.type = DB_TYPE_ID, .id = (v)})
#define DB_ID_OR_NULL(v) db_arg_id_or_null(v)                    /* a zero id binds SQL NULL */
#define DB_TIME(v)       db_arg_time(v)                          /* 0 binds SQL NULL */
/* clang-format on */
struct db_arg db_arg_text(const char *text);
struct db_arg db_arg_id_or_null(struct id id);
struct db_arg db_arg_time(int64_t us);

struct db_row { /* one row; columns by their order in the SELECT */
    const struct db_rows *of;
    size_t index;
};
struct db_rows {       /* all rows of a result, in cx->mem */
    struct db_row row; /* the current one after db_next */
    size_t count;
    size_t next;
    unsigned columns;
    const struct db_value *values;
};

/* Runs a statement with its values bound in order (DB_NONE where it has none); one prepared
 * statement is kept per connection and SQL text. sql is a constant or text from db_where: never a
 * caller's bytes. Fails: ERR_BUSY deadlock, lock time-out, no connection within the pool's time,
 * database away; ERR_CONFLICT a duplicate key (db_duplicate_key names it) or a row in use;
 * ERR_NOT_FOUND a row that it refers to is not there (foreign key); ERR_INTERNAL all else. Outside
 * db_begin each statement is its own transaction. */
#define db_query(cx, rows, sql, ...)                                         \
    db_query_args((cx), (rows), (sql), (const struct db_arg[]){__VA_ARGS__}, \
                  sizeof((const struct db_arg[]){__VA_ARGS__}) / sizeof(struct db_arg))
/* changed may be NULL: rows matched by an UPDATE or DELETE (found rows, not changed bytes),
 * inserted by an INSERT. */
#define db_exec(cx, changed, sql, ...)                                         \
    db_exec_args((cx), (changed), (sql), (const struct db_arg[]){__VA_ARGS__}, \
                 sizeof((const struct db_arg[]){__VA_ARGS__}) / sizeof(struct db_arg))
bool db_query_args(struct ctx *cx, struct db_rows *rows, const char *sql, const struct db_arg *args,
                   size_t count) MUST_CHECK;
bool db_exec_args(struct ctx *cx, int64_t *changed, const char *sql, const struct db_arg *args,
                  size_t count) MUST_CHECK;

bool db_next(struct db_rows *rows); /* moves rows->row to the next row; false after the last */
bool db_is_null(const struct db_row *row, unsigned column);
int64_t db_i64(const struct db_row *row, unsigned column); /* NULL is 0 */
bool db_bool(const struct db_row *row, unsigned column);
const char *db_text(const struct db_row *row, unsigned column); /* NULL for SQL NULL; in cx->mem */
struct span db_bytes(const struct db_row *row, unsigned column);
struct id db_id(const struct db_row *row, unsigned column); /* zero for SQL NULL */
int64_t db_time(const struct db_row *row, unsigned column); /* 0 for SQL NULL */

/* A transaction. Nested calls count: only the outermost commits; a rollback anywhere undoes all.
 * READ COMMITTED. db_commit false: ERR_BUSY, nothing was kept or (connection lost) it is unknown.
 */
bool db_begin(struct ctx *cx) MUST_CHECK;
bool db_commit(struct ctx *cx) MUST_CHECK;
void db_rollback(struct ctx *cx);

/* Runs work(cx, arg) up to five times while it fails with ERR_BUSY, with growing random pauses;
 * between tries the error is forgotten and ctx_new_id starts over. For jobs and commands: requests
 * are rerun by the server itself. */
bool db_retry(struct ctx *cx, bool (*work)(struct ctx *cx, void *arg), void *arg) MUST_CHECK;

/* After ERR_CONFLICT by a duplicate: the key's name ("licence_key"), else "". Until the next
 * statement. */
const char *db_duplicate_key(const struct ctx *cx);

/* Gives the borrowed connection back (rolls back what is open). The end of every run. */
void db_release(struct ctx *cx);

/* --- the pool --- */
struct db_target {    /* where the database is; from configuration or the private server */
    const char *host; /* NULL with a socket */
    unsigned port;
    const char *socket; /* NULL with a host */
    const char *user;
    const char *password;
    const char *database;
};

/* Reads mysql://user:password@host:port/database (several hosts separated by commas: the first that
 * answers is used) or mysql://user:password@/database?socket=/path; in mem. Fails: ERR_INVALID,
 * without the password. */
bool db_target_parse(struct err *err, struct arena *mem, const char *url,
                     struct db_target *out) MUST_CHECK;

/* Once in main before any thread, and once at its end. */
void db_library_init(void);
void db_library_end(void);
/* Around a thread's use of the database (CivetWeb workers, jobs, test threads). */
void db_thread_start(void);
void db_thread_end(void);

/* A pool of at most size connections, opened as they are needed; no connection is tried here.
 * Owned, free with db_pool_free. Threads: any. */
struct db_pool *db_pool_make(const struct db_target *target, unsigned size);
void db_pool_free(struct db_pool *pool);
/* How long a run waits for a free connection, or for a database that is away, before ERR_BUSY; 3 s
 * unless set. Before the pool is used. */
void db_pool_set_wait(struct db_pool *pool, int64_t wait_us);
/* How long a statement waits for a database that is silent, before ERR_BUSY. Likewise. */
void db_pool_set_patience(struct db_pool *pool, unsigned seconds);

/* For tests: the statement after the next n fails with ERR_BUSY once; negative turns it off. Counts
 * statements, BEGIN and COMMIT of the borrowed connection. */
void db_fail_after(struct ctx *cx, int n);
