#include "licensing/validation.h"

#include "base/clock.h"
#include "db/event.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum { BATCH = 100, FIRST_CAPACITY = 256, LISTENERS_MAX = 10000 };

/* The house's own question: it is asked for all tenants. */
static const char SQL_LISTENERS_ANY_TENANT[] =
    "SELECT DISTINCT tenant_id FROM webhook_endpoint WHERE is_enabled = TRUE AND "
    "(subscriptions LIKE '%\"*\"%' OR subscriptions LIKE '%\"license.validation.%') "
    "ORDER BY tenant_id LIMIT ?";

struct validation {
    struct id tenant_id, licence_id;
    enum verdict_code code;
    bool is_valid;
    int64_t at;
};

struct validation_log {
    atomic_size_t listener_count; /* so that nobody's validation waits for a lock in vain */
    pthread_mutex_t lock;         /* of all below */
    struct id *listeners;         /* tenants, in order */
    struct validation *items;
    size_t count, capacity;
    uint64_t lost;
};

struct validation_log *validation_log_make(void)
{
    struct validation_log *log = calloc(1, sizeof *log);

    if (log == NULL || pthread_mutex_init(&log->lock, NULL) != 0)
        abort();
    return log;
}

void validation_log_free(struct validation_log *log)
{
    pthread_mutex_destroy(&log->lock);
    free(log->listeners);
    free(log->items);
    free(log);
}

static int compare(const void *a, const void *b)
{
    return id_compare(*(const struct id *)a, *(const struct id *)b);
}

static void append(struct validation_log *log, const struct validation *item)
{
    if (log->count == VALIDATION_LOG_MAX) {
        log->lost++;
        return;
    }
    if (log->count == log->capacity) {
        size_t capacity = log->capacity == 0 ? FIRST_CAPACITY : 2 * log->capacity;
        struct validation *items = realloc(log->items, capacity * sizeof *items);

        if (items == NULL)
            abort();
        log->items = items;
        log->capacity = capacity;
    }
    log->items[log->count++] = *item;
}

void validation_log_note(struct validation_log *log, struct id tenant_id, struct id licence_id,
                         enum verdict_code code, bool is_valid, int64_t at)
{
    const struct validation item = {tenant_id, licence_id, code, is_valid, at};
    size_t listeners;

    if (atomic_load_explicit(&log->listener_count, memory_order_relaxed) == 0)
        return;
    pthread_mutex_lock(&log->lock);
    listeners = atomic_load(&log->listener_count);
    if (listeners > 0 &&
        bsearch(&tenant_id, log->listeners, listeners, sizeof tenant_id, compare) != NULL)
        append(log, &item);
    pthread_mutex_unlock(&log->lock);
}

static bool ask_who_listens(struct validation_log *log, struct ctx *cx)
{
    struct db_rows rows;
    struct id *list;

    if (!db_query(cx, &rows, SQL_LISTENERS_ANY_TENANT, DB_INT(LISTENERS_MAX)))
        return false;
    list = calloc(rows.count + 1, sizeof *list);
    if (list == NULL)
        abort();
    while (db_next(&rows))
        list[rows.next - 1] = db_id(&rows.row, 0);
    qsort(list, rows.count, sizeof *list, compare);
    pthread_mutex_lock(&log->lock);
    free(log->listeners);
    log->listeners = list;
    atomic_store(&log->listener_count, rows.count);
    pthread_mutex_unlock(&log->lock);
    return true;
}

static bool emit(struct ctx *cx, const struct validation *v)
{
    char at[CLOCK_ISO_SIZE];
    json_t *data;

    clock_iso(v->at, at);
    data = json_own(cx->mem, json_pack("{s:{s:s, s:b, s:s, s:s}}", "meta", "ts", at, "valid",
                                       v->is_valid, "detail", VERDICT_CODE_DETAILS[v->code], "code",
                                       VERDICT_CODE_NAMES[v->code]));
    cx->tenant_id = v->tenant_id;
    cx->now = v->at;
    return event_emit(cx, v->is_valid ? EVENT_LICENCE_VALIDATED : EVENT_LICENCE_NOT_VALIDATED,
                      v->licence_id, data);
}

static bool write_batch(struct ctx *cx, const struct validation *items, size_t count)
{
    if (!db_begin(cx))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!emit(cx, &items[i])) {
            db_rollback(cx);
            return false;
        }
    return db_commit(cx);
}

static void note_again(struct validation_log *log, const struct validation *items, size_t count)
{
    pthread_mutex_lock(&log->lock);
    for (size_t i = 0; i < count; i++)
        append(log, &items[i]);
    pthread_mutex_unlock(&log->lock);
}

bool validation_log_flush(struct validation_log *log, struct ctx *cx)
{
    struct validation *items;
    struct id tenant_id = cx->tenant_id;
    int64_t now = cx->now;
    size_t count, done = 0;
    uint64_t lost;
    bool ok = true;

    pthread_mutex_lock(&log->lock);
    items = log->items;
    count = log->count;
    lost = log->lost;
    log->items = NULL;
    log->count = log->capacity = 0;
    log->lost = 0;
    pthread_mutex_unlock(&log->lock);
    if (lost > 0)
        log_warn(cx->trace, "validations: the events of %llu are lost", (unsigned long long)lost);
    while (ok && done < count) {
        size_t n = count - done < BATCH ? count - done : BATCH;

        ok = write_batch(cx, items + done, n);
        done += ok ? n : 0;
    }
    cx->tenant_id = tenant_id;
    cx->now = now;
    note_again(log, items + done, count - done);
    free(items);
    return ok && ask_who_listens(log, cx);
}
