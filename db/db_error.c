/* What the server's error numbers mean to us. */
#include "db/db_conn.h"

#include <stdio.h>
#include <string.h>

enum { SQL_SHOWN_MAX = 160, ER_WSREP_NOT_READY = 1047 };

bool db_is_lost(unsigned number)
{
    switch (number) {
    case CR_SERVER_GONE_ERROR:
    case CR_SERVER_LOST:
    case CR_SERVER_LOST_EXTENDED:
    case CR_COMMANDS_OUT_OF_SYNC:
    case CR_MALFORMED_PACKET:
    case ER_CONNECTION_KILLED:
    case ER_SERVER_SHUTDOWN:
    case ER_NORMAL_SHUTDOWN:
    case ER_NET_READ_ERROR:
    case ER_NET_READ_INTERRUPTED:
    case ER_NET_ERROR_ON_WRITE:
    case ER_NET_WRITE_INTERRUPTED:
        return true;
    default:
        return false;
    }
}

/* The node cannot serve now, another one may. */
static bool is_host_unfit(unsigned number)
{
    return number == ER_WSREP_NOT_READY || number == ER_OPTION_PREVENTS_STATEMENT ||
           number == ER_SERVER_SHUTDOWN;
}

static bool is_busy(unsigned number)
{
    switch (number) {
    case ER_LOCK_DEADLOCK:
    case ER_LOCK_WAIT_TIMEOUT:
    case ER_ERROR_DURING_COMMIT:
    case ER_CHECKREAD:
    case ER_TABLE_DEF_CHANGED:
    case ER_NEED_REPREPARE:
    case CR_NEW_STMT_METADATA:
    case ER_QUERY_INTERRUPTED:
    case ER_STATEMENT_TIMEOUT:
    case ER_CON_COUNT_ERROR:
    case ER_TOO_MANY_USER_CONNECTIONS:
    case CR_CONNECTION_ERROR:
    case CR_CONN_HOST_ERROR:
    case CR_UNKNOWN_HOST:
    case CR_SERVER_HANDSHAKE_ERR:
        return true;
    default:
        return db_is_lost(number) || is_host_unfit(number);
    }
}

/* "Duplicate entry '...' for key 'person_email'": the last quoted word. The entry itself is a
 * person's data and stays out of the log. */
static void read_key_name(struct db *db, const char *message)
{
    const char *end = strrchr(message, '\'');
    const char *start = end;

    while (start != NULL && start > message && start[-1] != '\'' && start[-1] != '.')
        start--;
    if (start == NULL || start == message || (size_t)(end - start) >= sizeof(db->duplicate_key))
        return;
    memcpy(db->duplicate_key, start, (size_t)(end - start));
    db->duplicate_key[end - start] = '\0';
}

bool db_fail(struct ctx *cx, unsigned number, const char *message, const char *sql)
{
    struct db *db = cx->db;
    const struct err_kind *kind = &ERR_INTERNAL;

    if (db != NULL)
        db->last_number = number;
    if (number == ER_DUP_ENTRY || number == ER_DUP_ENTRY_WITH_KEY_NAME) {
        if (db != NULL)
            read_key_name(db, message);
        return err_set(&cx->err, &ERR_CONFLICT, "duplicate %s: %.*s",
                       db == NULL ? "" : db->duplicate_key, SQL_SHOWN_MAX, sql);
    }
    if (number == ER_ROW_IS_REFERENCED_2)
        kind = &ERR_CONFLICT;
    else if (number == ER_NO_REFERENCED_ROW_2)
        kind = &ERR_NOT_FOUND;
    else if (is_busy(number))
        kind = &ERR_BUSY;
    /* First the record: message may lie in the connection. */
    err_set(&cx->err, kind, "%u %.200s: %.*s", number, message, SQL_SHOWN_MAX, sql);
    if (db == NULL)
        return false;
    if (number == ER_LOCK_DEADLOCK)
        db->is_undone = db->depth > 0;
    if (is_host_unfit(number))
        db_avoid_host(db);
    if (db_is_lost(number) || is_host_unfit(number))
        db_drop(db);
    return false;
}

const char *db_duplicate_key(const struct ctx *cx)
{
    return cx->db == NULL ? "" : cx->db->duplicate_key;
}
