/* Prepared statements: the cache of a connection, binding, running, reading. */
#include "base/clock.h"
#include "base/parse.h"
#include "db/db_conn.h"
#include "db/db_fault.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS_START = 8, REAL_DIGITS = 15 };

/* malloc for what outlives a run; exhaustion aborts as in the arena. */
static void *need(void *memory)
{
    if (memory == NULL)
        abort();
    return memory;
}

/* --- the cache --- */

static uint64_t hash_text(const char *text)
{
    uint64_t hash = UINT64_C(14695981039346656037); /* FNV-1a: short constant texts, no attacker */

    for (; *text != '\0'; text++)
        hash = (hash ^ (unsigned char)*text) * UINT64_C(1099511628211);
    return hash;
}

static void unlink_age(struct db *db, struct db_statement *s)
{
    if (s->newer != NULL)
        s->newer->older = s->older;
    else
        db->newest = s->older;
    if (s->older != NULL)
        s->older->newer = s->newer;
    else
        db->oldest = s->newer;
}

static void link_newest(struct db *db, struct db_statement *s)
{
    s->newer = NULL;
    s->older = db->newest;
    if (db->newest != NULL)
        db->newest->newer = s;
    else
        db->oldest = s;
    db->newest = s;
}

static void forget(struct db *db, struct db_statement *s)
{
    struct db_statement **at = &db->buckets[s->hash % DB_STATEMENT_BUCKETS];

    while (*at != s)
        at = &(*at)->next;
    *at = s->next;
    unlink_age(db, s);
    db->statement_count--;
    mysql_stmt_close(s->stmt);
    free(s->in);
    free(s->out);
    free(s->in_cells);
    free(s->out_cells);
    free(s->sql);
    free(s);
}

void db_statement_forget(struct db *db)
{
    while (db->oldest != NULL)
        forget(db, db->oldest);
}

/* Where a fetched column goes: numbers and times into the cell, text and bytes are left in the
 * connection (a buffer of no length) and copied once their length is known. */
static void bind_column(MYSQL_BIND *bind, struct db_cell *cell, const MYSQL_FIELD *field)
{
    bind->length = &cell->len;
    bind->is_null = &cell->is_null;
    bind->error = &cell->is_cut;
    switch ((int)field->type) { /* the library's enum has names that never reach a client */
    case MYSQL_TYPE_TINY:
    case MYSQL_TYPE_SHORT:
    case MYSQL_TYPE_INT24:
    case MYSQL_TYPE_LONG:
    case MYSQL_TYPE_LONGLONG:
    case MYSQL_TYPE_YEAR:
        bind->buffer_type = MYSQL_TYPE_LONGLONG;
        bind->buffer = &cell->number;
        break;
    case MYSQL_TYPE_DATETIME:
    case MYSQL_TYPE_TIMESTAMP:
        bind->buffer_type = MYSQL_TYPE_DATETIME;
        bind->buffer = &cell->time;
        break;
    case MYSQL_TYPE_FLOAT:
    case MYSQL_TYPE_DOUBLE:
        bind->buffer_type = MYSQL_TYPE_DOUBLE;
        bind->buffer = &cell->real;
        break;
    case MYSQL_TYPE_TINY_BLOB:
    case MYSQL_TYPE_MEDIUM_BLOB:
    case MYSQL_TYPE_LONG_BLOB:
    case MYSQL_TYPE_BLOB:
        bind->buffer_type = MYSQL_TYPE_BLOB;
        break;
    default:
        bind->buffer_type = MYSQL_TYPE_STRING;
    }
}

static void bind_columns(struct db_statement *s)
{
    MYSQL_RES *meta = mysql_stmt_result_metadata(s->stmt);

    if (meta == NULL)
        return;
    s->columns = mysql_num_fields(meta);
    s->out = need(calloc(s->columns, sizeof(*s->out)));
    s->out_cells = need(calloc(s->columns, sizeof(*s->out_cells)));
    for (unsigned i = 0; i < s->columns; i++)
        bind_column(&s->out[i], &s->out_cells[i], mysql_fetch_field_direct(meta, i));
    mysql_free_result(meta);
}

static struct db_statement *find(struct db *db, const char *sql, uint64_t hash)
{
    struct db_statement *s = db->buckets[hash % DB_STATEMENT_BUCKETS];

    while (s != NULL && (s->hash != hash || strcmp(s->sql, sql) != 0))
        s = s->next;
    return s;
}

static bool prepare(struct ctx *cx, const char *sql, struct db_statement **out, unsigned *number)
{
    struct db *db = cx->db;
    uint64_t hash = hash_text(sql);
    struct db_statement *s = find(db, sql, hash);
    MYSQL_STMT *stmt;

    if (s != NULL) {
        unlink_age(db, s);
        link_newest(db, s);
        *out = s;
        return true;
    }
    if (db->statement_count >= DB_STATEMENTS_MAX)
        forget(db, db->oldest);
    stmt = need(mysql_stmt_init(db->mysql));
    if (mysql_stmt_prepare(stmt, sql, strlen(sql)) != 0) {
        *number = mysql_stmt_errno(stmt);
        db_fail(cx, *number, mysql_stmt_error(stmt), sql);
        mysql_stmt_close(stmt);
        if (db_is_lost(*number))
            *number = CR_SERVER_GONE_ERROR; /* to prepare changes nothing: as if never asked */
        return false;
    }
    s = need(calloc(1, sizeof(*s)));
    s->hash = hash;
    s->sql = need(strdup(sql));
    s->stmt = stmt;
    s->params = (unsigned)mysql_stmt_param_count(stmt);
    s->in = need(calloc(s->params + 1, sizeof(*s->in)));
    s->in_cells = need(calloc(s->params + 1, sizeof(*s->in_cells)));
    bind_columns(s);
    s->next = db->buckets[hash % DB_STATEMENT_BUCKETS];
    db->buckets[hash % DB_STATEMENT_BUCKETS] = s;
    link_newest(db, s);
    db->statement_count++;
    *out = s;
    return true;
}

/* --- values in --- */

static void bind_bytes(MYSQL_BIND *bind, enum enum_field_types type, const void *bytes, size_t len)
{
    bind->buffer_type = type;
    bind->buffer = (void *)(uintptr_t)bytes; /* the library only reads it */
    bind->buffer_length = len;
}

static void bind_time(MYSQL_BIND *bind, struct db_cell *cell, int64_t us)
{
    struct civil c = clock_civil(us);

    cell->time = (MYSQL_TIME){.year = (unsigned)c.year,
                              .month = (unsigned)c.month,
                              .day = (unsigned)c.day,
                              .hour = (unsigned)c.hour,
                              .minute = (unsigned)c.minute,
                              .second = (unsigned)c.second,
                              .second_part = (unsigned long)c.us,
                              .time_type = MYSQL_TIMESTAMP_DATETIME};
    bind->buffer_type = MYSQL_TYPE_DATETIME;
    bind->buffer = &cell->time;
}

static void bind_value(MYSQL_BIND *bind, struct db_cell *cell, const struct db_arg *arg)
{
    memset(bind, 0, sizeof(*bind));
    switch (arg->type) {
    case DB_TYPE_NONE:
    case DB_TYPE_NULL:
        bind->buffer_type = MYSQL_TYPE_NULL;
        break;
    case DB_TYPE_INT:
        cell->number = arg->number;
        bind->buffer_type = MYSQL_TYPE_LONGLONG;
        bind->buffer = &cell->number;
        break;
    case DB_TYPE_TEXT:
        bind_bytes(bind, MYSQL_TYPE_STRING, arg->bytes, arg->len);
        break;
    case DB_TYPE_BYTES:
        bind_bytes(bind, MYSQL_TYPE_BLOB, arg->bytes, arg->len);
        break;
    case DB_TYPE_ID: /* as text: the server takes 16 raw bytes for another order of fields */
        id_format(arg->id, cell->text);
        bind_bytes(bind, MYSQL_TYPE_STRING, cell->text, ID_TEXT_SIZE - 1);
        break;
    case DB_TYPE_TIME:
        bind_time(bind, cell, arg->number);
        break;
    }
}

/* --- rows out --- */

static bool read_column(struct ctx *cx, struct db_statement *s, unsigned column,
                        struct db_value *out)
{
    struct db_cell *cell = &s->out_cells[column];
    MYSQL_BIND *bound = &s->out[column];
    MYSQL_BIND copy = {0};
    char *text;

    *out = (struct db_value){.type = DB_TYPE_NULL};
    if (cell->is_null)
        return true;
    if (bound->buffer_type == MYSQL_TYPE_LONGLONG) {
        out->type = DB_TYPE_INT;
        out->number = cell->number;
        return true;
    }
    if (bound->buffer_type == MYSQL_TYPE_DATETIME) {
        out->type = DB_TYPE_TIME;
        out->number = clock_from_civil(&(struct civil){.year = (int)cell->time.year,
                                                       .month = (int)cell->time.month,
                                                       .day = (int)cell->time.day,
                                                       .hour = (int)cell->time.hour,
                                                       .minute = (int)cell->time.minute,
                                                       .second = (int)cell->time.second,
                                                       .us = (int)cell->time.second_part});
        return true;
    }
    if (bound->buffer_type == MYSQL_TYPE_DOUBLE) {
        out->type = DB_TYPE_TEXT;
        out->p = arena_printf(cx->mem, "%.*g", REAL_DIGITS, cell->real);
        out->len = strlen(out->p);
        return true;
    }
    text = arena_alloc(cx->mem, cell->len + 1);
    copy.buffer_type = bound->buffer_type;
    copy.buffer = text;
    copy.buffer_length = cell->len;
    if (cell->len > 0 && mysql_stmt_fetch_column(s->stmt, &copy, column, 0) != 0)
        return db_fail(cx, mysql_stmt_errno(s->stmt), mysql_stmt_error(s->stmt), s->sql);
    out->type = bound->buffer_type == MYSQL_TYPE_BLOB ? DB_TYPE_BYTES : DB_TYPE_TEXT;
    out->p = text;
    out->len = cell->len;
    return true;
}

static struct db_value *row_room(struct db *db, size_t row, unsigned columns)
{
    size_t wanted = (row + 1) * columns;

    if (wanted > db->values_cap) {
        db->values_cap =
            wanted * 2 > (size_t)ROWS_START * columns ? wanted * 2 : (size_t)ROWS_START * columns;
        db->values = need(realloc(db->values, db->values_cap * sizeof(*db->values)));
    }
    return db->values + row * columns;
}

static bool read_rows(struct ctx *cx, struct db_statement *s, struct db_rows *rows)
{
    struct db *db = cx->db;
    struct db_value *row;
    struct db_value *values;
    size_t count = 0;
    int rc;

    while ((rc = mysql_stmt_fetch(s->stmt)) == 0 || rc == MYSQL_DATA_TRUNCATED) {
        row = row_room(db, count, s->columns);
        for (unsigned i = 0; i < s->columns; i++)
            if (!read_column(cx, s, i, &row[i]))
                return false;
        count++;
    }
    if (rc != MYSQL_NO_DATA && mysql_stmt_errno(s->stmt) != 0)
        return db_fail(cx, mysql_stmt_errno(s->stmt), mysql_stmt_error(s->stmt), s->sql);
    if (rc != MYSQL_NO_DATA) /* what the server says between rows is left with the connection */
        return db_fail(cx, mysql_errno(db->mysql), mysql_error(db->mysql), s->sql);
    values = arena_array(cx->mem, struct db_value, count * s->columns);
    if (count > 0)
        memcpy(values, db->values, count * s->columns * sizeof(*values));
    *rows = (struct db_rows){.count = count, .columns = s->columns, .values = values};
    return true;
}

/* --- running --- */

static bool execute(struct ctx *cx, struct db_statement *s, const struct db_arg *args,
                    unsigned *number)
{
    for (unsigned i = 0; i < s->params; i++)
        bind_value(&s->in[i], &s->in_cells[i], &args[i]);
    if ((s->params > 0 && mysql_stmt_bind_param(s->stmt, s->in) != 0) ||
        mysql_stmt_execute(s->stmt) != 0) {
        *number = mysql_stmt_errno(s->stmt);
        db_fail(cx, *number, mysql_stmt_error(s->stmt), s->sql);
        if (*number == CR_NEW_STMT_METADATA)
            *number = ER_NEED_REPREPARE; /* the table changed since */
        return false;
    }
    if (mysql_stmt_field_count(s->stmt) != s->columns) {
        *number = ER_NEED_REPREPARE; /* the table changed since */
        return db_fail(cx, *number, "columns changed", s->sql);
    }
    if (s->columns > 0 && mysql_stmt_bind_result(s->stmt, s->out) != 0) {
        *number = mysql_stmt_errno(s->stmt);
        return db_fail(cx, *number, mysql_stmt_error(s->stmt), s->sql);
    }
    return true;
}

struct call {
    const char *sql;
    const struct db_arg *args;
    size_t count;
};

static bool run_once(struct ctx *cx, struct db_rows *rows, int64_t *changed,
                     const struct call *call, unsigned *number)
{
    struct db_statement *s;
    bool ok;

    if (!prepare(cx, call->sql, &s, number))
        return false;
    if (s->params != call->count)
        return err_set(&cx->err, &ERR_INTERNAL, "%u values wanted, %zu given: %.160s", s->params,
                       call->count, call->sql);
    ok = execute(cx, s, call->args, number);
    if (ok && s->columns > 0 && rows != NULL)
        ok = read_rows(cx, s, rows);
    else if (ok && rows != NULL)
        *rows = (struct db_rows){0};
    if (ok && changed != NULL)
        *changed = (int64_t)mysql_stmt_affected_rows(s->stmt);
    if (cx->db->mysql == NULL)
        return false; /* dropped, and its statements with it */
    if (s->columns > 0)
        mysql_stmt_free_result(s->stmt);
    if (!ok && *number == ER_NEED_REPREPARE)
        forget(cx->db, s);
    return ok;
}

bool db_fails_now(struct ctx *cx)
{
    struct db *db = cx->db;

    if (!db_fault_is_due() && (db->fail_after < 0 || db->fail_after-- > 0))
        return false;
    err_set(&cx->err, &ERR_BUSY, "a failure that the test asked for");
    return true;
}

bool db_statement_run(struct ctx *cx, struct db_rows *rows, int64_t *changed, const char *sql,
                      const struct db_arg *args, size_t count)
{
    const struct call call = {
        .sql = sql,
        .args = args,
        .count = count == 1 && args[0].type == DB_TYPE_NONE ? 0 : count,
    };
    bool had_error = cx->err.kind != NULL;
    unsigned number = 0;

    if (!db_borrow(cx))
        return false;
    cx->db->duplicate_key[0] = '\0';
    if (cx->db->is_undone)
        return err_set(&cx->err, &ERR_INTERNAL, "statement after a rollback: %.160s", sql);
    if (db_fails_now(cx))
        return false;
    if (run_once(cx, rows, changed, &call, &number))
        return true;
    /* Once more where the server surely did nothing and nothing hangs on it: it never got the
     * request, or asks to prepare again. */
    if ((number != CR_SERVER_GONE_ERROR && number != ER_NEED_REPREPARE) || had_error ||
        cx->db->depth > 0)
        return false;
    err_clear(&cx->err);
    return db_borrow(cx) && run_once(cx, rows, changed, &call, &number);
}
