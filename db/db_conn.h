/* The connection behind struct db; for the db_*.c files alone. */
#pragma once

#include "db/db.h"

#include <mysql.h>
#include <mysqld_error.h>

#include <errmsg.h>

enum {
    DB_STATEMENTS_MAX = 200, /* per connection; MariaDB keeps 16382 in all unless told otherwise */
    DB_STATEMENT_BUCKETS = 256,
    DB_KEY_NAME_SIZE = 65,
    DB_CONNECT_SECONDS = 3,
    DB_IO_SECONDS = 60,
    DB_WAIT_SECONDS = 3,     /* for a free connection, and for a database that is away */
    DB_LOCK_WAIT_SECONDS = 5 /* then ERR_BUSY; the run is repeated */
};

struct db_value {      /* one column of one row */
    enum db_type type; /* NULL, INT, TEXT, BYTES or TIME; an id is TEXT */
    const char *p;     /* TEXT, BYTES: terminated, in cx->mem */
    size_t len;
    int64_t number; /* INT, TIME */
};

struct db_cell { /* where one bound value or fetched column lies */
    int64_t number;
    double real;
    MYSQL_TIME time;
    char text[ID_TEXT_SIZE];
    unsigned long len;
    my_bool is_null;
    my_bool is_cut;
};

struct db_statement {
    struct db_statement *next; /* in its bucket */
    struct db_statement *newer, *older;
    uint64_t hash;
    char *sql;
    MYSQL_STMT *stmt;
    unsigned params, columns;
    MYSQL_BIND *in, *out;
    struct db_cell *in_cells, *out_cells;
};

struct db {
    struct db_pool *pool;
    struct db *next;      /* in the pool's list of idle ones */
    MYSQL *mysql;         /* NULL: lost, opened again at the next statement outside a transaction */
    unsigned host;        /* which of the pool's hosts */
    int64_t given_at;     /* monotonic us, when it was given back */
    unsigned depth;       /* of db_begin */
    bool is_undone;       /* rolled back within an outer transaction: only db_rollback may follow */
    int fail_after;       /* statements until the made-up failure; negative: off */
    unsigned last_number; /* of the error that db_fail saw last */
    char duplicate_key[DB_KEY_NAME_SIZE];
    struct db_statement *buckets[DB_STATEMENT_BUCKETS];
    struct db_statement *newest, *oldest;
    unsigned statement_count;
    struct db_value *values; /* scratch: the rows of the result that is being read */
    size_t values_cap;
};

/* db_pool.c: makes sure that cx->db is there and connected. */
bool db_borrow(struct ctx *cx) MUST_CHECK;
/* Closes a connection that is not to be trusted any more; its struct stays with the run. */
void db_drop(struct db *db);
/* The pool's next connections go to another host, if this one was its choice. */
void db_avoid_host(struct db *db);

/* db_error.c: records the failure of a statement (or of COMMIT, CONNECT) and does what it asks for:
 * a lost connection is dropped, a transaction that the server gave up is marked. Returns false. */
bool db_fail(struct ctx *cx, unsigned number, const char *message, const char *sql);
bool db_is_lost(unsigned number); /* the connection is gone */

/* db_statement.c: runs one statement; rows or changed may be NULL. */
bool db_statement_run(struct ctx *cx, struct db_rows *rows, int64_t *changed, const char *sql,
                      const struct db_arg *args, size_t count) MUST_CHECK;
void db_statement_forget(struct db *db); /* all of a connection's prepared statements */
/* True when a test asked for a failure here. */
bool db_fails_now(struct ctx *cx);
