/* Connections: opened on demand, lent to one run at a time, replaced when they break. */
#include "base/clock.h"
#include "base/parse.h"
#include "db/db_conn.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    HOSTS_MAX = 9,
    PORT_DEFAULT = 3306,
    PORT_MAX = 65535,
    AWAY_PAUSE_US = 50000,  /* between tries while the database is away */
    AWAY_REST_US = 1000000, /* after a wait in vain, further runs try just once */
    IDLE_PING_SECONDS = 30,
    NS_PER_US = 1000
};

struct host {
    char *name; /* NULL: the socket */
    unsigned port;
};

struct db_pool { /* Threads: any. lock guards the members below it. */
    char *socket, *user, *password, *database;
    struct host hosts[HOSTS_MAX];
    unsigned host_count;
    unsigned size;
    int64_t wait_us;
    unsigned io_seconds;
    pthread_mutex_t lock;
    pthread_cond_t given; /* a connection came back */
    struct db *idle;
    unsigned lent;
    unsigned host;      /* the choice for new connections */
    int64_t away_until; /* monotonic us */
};

static const char SQL_SESSION[] =
    "SET SESSION time_zone = '+00:00', sql_mode = 'STRICT_ALL_TABLES,NO_ZERO_DATE,"
    "NO_ZERO_IN_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION', "
    "innodb_lock_wait_timeout = %d, collation_connection = utf8mb4_bin, autocommit = 1";
static const char SQL_ISOLATION[] = "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED";

static void *need(void *memory)
{
    if (memory == NULL)
        abort();
    return memory;
}

static char *copy_or_null(const char *text)
{
    return text == NULL ? NULL : need(strdup(text));
}

/* --- hosts --- */

/* "db1", "db1:3307" or "[::1]:3307". */
static void add_host(struct db_pool *pool, struct span text, unsigned port)
{
    struct host *host = &pool->hosts[pool->host_count];
    const char *colon = NULL;
    char digits[8];
    int64_t number;

    for (size_t i = text.len; i > 0 && text.p[i - 1] != ']' && colon == NULL; i--)
        if (text.p[i - 1] == ':')
            colon = text.p + i - 1;
    host->port = port;
    if (colon != NULL) {
        snprintf(digits, sizeof(digits), "%.*s", (int)(text.p + text.len - colon - 1), colon + 1);
        if (parse_i64(digits, 1, PORT_MAX, &number))
            host->port = (unsigned)number;
        text.len = (size_t)(colon - text.p);
    }
    if (text.len >= 2 && text.p[0] == '[' && text.p[text.len - 1] == ']') {
        text.p++;
        text.len -= 2;
    }
    host->name = need(strndup(text.p, text.len));
    pool->host_count++;
}

struct db_pool *db_pool_make(const struct db_target *target, unsigned size)
{
    struct db_pool *pool = need(calloc(1, sizeof(*pool)));
    struct span rest = span_of(target->host == NULL ? "" : target->host);
    struct span head;
    pthread_condattr_t attr;

    pool->size = size > 0 ? size : 1;
    pool->wait_us = DB_WAIT_SECONDS * CLOCK_SECOND;
    pool->io_seconds = DB_IO_SECONDS;
    pool->socket = copy_or_null(target->socket);
    pool->user = copy_or_null(target->user);
    pool->password = copy_or_null(target->password);
    pool->database = copy_or_null(target->database);
    while (pool->host_count < HOSTS_MAX && span_cut(&rest, ',', &head))
        if (head.len > 0)
            add_host(pool, span_trim(head), target->port > 0 ? target->port : PORT_DEFAULT);
    if (pool->host_count == 0)
        pool->host_count = 1; /* the socket, or the library's default */
    pthread_mutex_init(&pool->lock, NULL);
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&pool->given, &attr);
    pthread_condattr_destroy(&attr);
    return pool;
}

void db_pool_set_wait(struct db_pool *pool, int64_t wait_us)
{
    pool->wait_us = wait_us;
}

void db_pool_set_patience(struct db_pool *pool, unsigned seconds)
{
    pool->io_seconds = seconds;
}

static void close_connection(struct db *db)
{
    /* The connection first: its statements are then closed without asking the server. */
    if (db->mysql != NULL)
        mysql_close(db->mysql);
    db->mysql = NULL;
    db_statement_forget(db);
}

static void free_connection(struct db *db)
{
    close_connection(db);
    free(db->values);
    free(db);
}

void db_pool_free(struct db_pool *pool)
{
    struct db *next;

    if (pool == NULL)
        return;
    for (struct db *db = pool->idle; db != NULL; db = next) {
        next = db->next;
        free_connection(db);
    }
    for (unsigned i = 0; i < pool->host_count; i++)
        free(pool->hosts[i].name);
    free(pool->socket);
    free(pool->user);
    free(pool->password);
    free(pool->database);
    pthread_cond_destroy(&pool->given);
    pthread_mutex_destroy(&pool->lock);
    free(pool);
}

/* --- connecting --- */

static MYSQL *open_session(struct db_pool *pool, const struct host *host, unsigned *number,
                           char *message, size_t size)
{
    const unsigned connect_seconds = DB_CONNECT_SECONDS;
    const my_bool off = 0;
    MYSQL *mysql = need(mysql_init(NULL));
    char session[sizeof(SQL_SESSION) + 16];

    mysql_options(mysql, MYSQL_OPT_CONNECT_TIMEOUT, &connect_seconds);
    mysql_options(mysql, MYSQL_OPT_READ_TIMEOUT, &pool->io_seconds);
    mysql_options(mysql, MYSQL_OPT_WRITE_TIMEOUT, &pool->io_seconds);
    mysql_options(mysql, MYSQL_OPT_RECONNECT, &off);
    mysql_options(mysql, MYSQL_OPT_LOCAL_INFILE, &off);
    mysql_options(mysql, MYSQL_SET_CHARSET_NAME, "utf8mb4");
    snprintf(session, sizeof(session), SQL_SESSION, DB_LOCK_WAIT_SECONDS);
    if (mysql_real_connect(mysql, host->name, pool->user, pool->password, pool->database,
                           host->port, host->name == NULL ? pool->socket : NULL,
                           CLIENT_FOUND_ROWS) != NULL &&
        mysql_query(mysql, session) == 0 && mysql_query(mysql, SQL_ISOLATION) == 0)
        return mysql;
    *number = mysql_errno(mysql);
    snprintf(message, size, "%s", mysql_error(mysql));
    mysql_close(mysql);
    return NULL;
}

static bool is_refused(unsigned number)
{
    return number == ER_ACCESS_DENIED_ERROR || number == ER_DBACCESS_DENIED_ERROR ||
           number == ER_BAD_DB_ERROR || number == ER_ACCESS_DENIED_NO_PASSWORD_ERROR;
}

static void pause_us(int64_t us)
{
    struct timespec pause = {.tv_sec = (time_t)(us / CLOCK_SECOND),
                             .tv_nsec = (long)(us % CLOCK_SECOND) * NS_PER_US};

    nanosleep(&pause, NULL);
}

/* Tries every host, again and again while the database is away and there is time: a private server
 * that died is back within a second. */
static bool connect_to_any(struct ctx *cx)
{
    struct db *db = cx->db;
    struct db_pool *pool = db->pool;
    int64_t until = clock_mono_us() + pool->wait_us;
    char message[200] = "";
    unsigned number = 0;
    unsigned first;

    for (;;) {
        pthread_mutex_lock(&pool->lock);
        first = pool->host;
        if (pool->away_until > clock_mono_us())
            until = 0;
        pthread_mutex_unlock(&pool->lock);
        for (unsigned i = 0; i < pool->host_count && db->mysql == NULL; i++) {
            db->host = (first + i) % pool->host_count;
            db->mysql =
                open_session(pool, &pool->hosts[db->host], &number, message, sizeof(message));
        }
        if (db->mysql != NULL || is_refused(number) || clock_mono_us() >= until)
            break;
        pause_us(AWAY_PAUSE_US);
    }
    pthread_mutex_lock(&pool->lock);
    if (db->mysql != NULL) {
        pool->host = db->host;
        pool->away_until = 0;
    } else {
        pool->away_until = clock_mono_us() + AWAY_REST_US;
    }
    pthread_mutex_unlock(&pool->lock);
    if (db->mysql != NULL)
        return true;
    return err_set(&cx->err, is_refused(number) ? &ERR_INTERNAL : &ERR_BUSY,
                   "connecting to the database: %u %s", number, message);
}

void db_drop(struct db *db)
{
    close_connection(db);
    db->is_undone = db->depth > 0;
}

void db_avoid_host(struct db *db)
{
    struct db_pool *pool = db->pool;

    pthread_mutex_lock(&pool->lock);
    if (pool->host == db->host)
        pool->host = (db->host + 1) % pool->host_count;
    pthread_mutex_unlock(&pool->lock);
}

/* --- lending --- */

/* An idle connection that has something to read was closed by the other side. A dead peer behind a
 * network is found by asking, now and then. */
static bool is_stale(struct db *db)
{
    struct pollfd look = {.fd = (int)mysql_get_socket(db->mysql), .events = POLLIN};

    if (poll(&look, 1, 0) != 0)
        return true;
    return clock_mono_us() - db->given_at > IDLE_PING_SECONDS * CLOCK_SECOND &&
           mysql_ping(db->mysql) != 0;
}

static struct timespec deadline(const struct db_pool *pool)
{
    int64_t at = clock_mono_us() + pool->wait_us;

    return (struct timespec){.tv_sec = (time_t)(at / CLOCK_SECOND),
                             .tv_nsec = (long)(at % CLOCK_SECOND) * NS_PER_US};
}

/* Takes an idle connection, or the right to open one. */
static bool take(struct ctx *cx)
{
    struct db_pool *pool = cx->pool;
    struct timespec at = deadline(pool);
    int rc = 0;

    pthread_mutex_lock(&pool->lock);
    while (pool->lent == pool->size && rc == 0)
        rc = pthread_cond_timedwait(&pool->given, &pool->lock, &at);
    if (pool->lent == pool->size) {
        pthread_mutex_unlock(&pool->lock);
        return err_set(&cx->err, &ERR_BUSY, "all %u connections are in use", pool->size);
    }
    pool->lent++;
    cx->db = pool->idle;
    if (cx->db != NULL)
        pool->idle = cx->db->next;
    pthread_mutex_unlock(&pool->lock);
    if (cx->db == NULL) {
        cx->db = need(calloc(1, sizeof(*cx->db)));
        cx->db->pool = pool;
    }
    cx->db->next = NULL;
    cx->db->fail_after = -1;
    if (cx->db->mysql != NULL && is_stale(cx->db))
        close_connection(cx->db);
    return true;
}

bool db_borrow(struct ctx *cx)
{
    if (cx->db == NULL && !take(cx))
        return false;
    if (cx->db->mysql != NULL)
        return true;
    if (cx->db->depth > 0)
        return err_set(&cx->err, &ERR_BUSY, "the connection was lost within a transaction");
    return connect_to_any(cx);
}

void db_release(struct ctx *cx)
{
    struct db *db = cx->db;
    struct db_pool *pool;

    if (db == NULL)
        return;
    pool = db->pool;
    if (db->depth > 0 && db->mysql != NULL && mysql_rollback(db->mysql) != 0)
        close_connection(db);
    db->depth = 0;
    db->is_undone = false;
    db->given_at = clock_mono_us();
    cx->db = NULL;
    pthread_mutex_lock(&pool->lock);
    db->next = pool->idle;
    pool->idle = db;
    pool->lent--;
    pthread_cond_signal(&pool->given);
    pthread_mutex_unlock(&pool->lock);
}

void db_library_init(void)
{
    if (mysql_library_init(0, NULL, NULL) != 0)
        abort();
}

void db_library_end(void)
{
    mysql_library_end();
}

void db_thread_start(void)
{
    mysql_thread_init();
}

void db_thread_end(void)
{
    mysql_thread_end();
}
