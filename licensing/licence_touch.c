#include "licensing/licence_touch.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { BATCH = 64, FIRST_CAPACITY = 1024 };

/* A last batch repeats its last id up to the full number, so that one statement serves all. */
#define TOUCH_8 "?, ?, ?, ?, ?, ?, ?, ?"
#define TOUCH_64                                                                          \
    TOUCH_8 ", " TOUCH_8 ", " TOUCH_8 ", " TOUCH_8 ", " TOUCH_8 ", " TOUCH_8 ", " TOUCH_8 \
            ", " TOUCH_8
static const char SQL_LICENCE_TOUCH[] =
    "UPDATE licence SET last_validated_at = GREATEST(COALESCE(last_validated_at, created_at), ?) "
    "WHERE tenant_id = ? AND id IN (" TOUCH_64 ")";
static const char SQL_MACHINE_TOUCH[] =
    "UPDATE machine SET last_seen_at = GREATEST(last_seen_at, ?) "
    "WHERE tenant_id = ? AND id IN (" TOUCH_64 ")";
static const char SQL_LICENCE_VERSION[] =
    "UPDATE licence SET last_version = ? WHERE tenant_id = ? AND id = ?";
static const char SQL_MACHINE_VERSION[] =
    "UPDATE machine SET version = ? WHERE tenant_id = ? AND id = ?";

struct touch {
    struct id tenant_id;
    struct id id; /* a licence, or a machine */
    int64_t at;
    char *version; /* or NULL; owned */
};

struct touch_list {
    struct touch *items;
    size_t count, capacity;
};

struct licence_touch {
    pthread_mutex_t lock; /* protects the lists */
    struct touch_list licences, machines;
};

struct licence_touch *licence_touch_make(void)
{
    struct licence_touch *touched = calloc(1, sizeof *touched);

    if (touched == NULL || pthread_mutex_init(&touched->lock, NULL) != 0)
        abort();
    return touched;
}

static void free_list(struct touch_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        free(list->items[i].version);
    free(list->items);
    *list = (struct touch_list){0};
}

void licence_touch_free(struct licence_touch *touched)
{
    free_list(&touched->licences);
    free_list(&touched->machines);
    pthread_mutex_destroy(&touched->lock);
    free(touched);
}

/* False when the list is full; the touch is lost then. */
static bool append(struct touch_list *list, struct touch touch)
{
    if (list->count == LICENCE_TOUCH_MAX)
        return false;
    if (list->count == list->capacity) {
        size_t capacity = list->capacity == 0 ? FIRST_CAPACITY : 2 * list->capacity;
        struct touch *items = realloc(list->items, capacity * sizeof *items);

        if (items == NULL)
            abort();
        list->items = items;
        list->capacity = capacity;
    }
    list->items[list->count++] = touch;
    return true;
}

static char *copy_text(const char *text)
{
    size_t size = strlen(text) + 1;
    char *copy = malloc(size);

    if (copy == NULL)
        abort();
    return memcpy(copy, text, size);
}

static void note(struct touch_list *list, struct id tenant_id, struct id id, const char *version,
                 int64_t at)
{
    struct touch touch = {tenant_id, id, at, version != NULL ? copy_text(version) : NULL};

    if (!append(list, touch))
        free(touch.version);
}

void licence_touch_note(struct licence_touch *touched, struct id tenant_id, struct id licence_id,
                        struct id machine_id, const char *version, int64_t at)
{
    pthread_mutex_lock(&touched->lock);
    note(&touched->licences, tenant_id, licence_id, version, at);
    if (!id_is_zero(machine_id))
        note(&touched->machines, tenant_id, machine_id, version, at);
    pthread_mutex_unlock(&touched->lock);
}

/* By tenant and id, so that every node writes rows in one order; the latest of a row comes last. */
static int compare(const void *a, const void *b)
{
    const struct touch *x = a;
    const struct touch *y = b;
    int order = id_compare(x->tenant_id, y->tenant_id);

    if (order == 0)
        order = id_compare(x->id, y->id);
    return order != 0 ? order : (x->at > y->at) - (x->at < y->at);
}

static bool same_row(const struct touch *a, const struct touch *b)
{
    return id_equal(a->tenant_id, b->tenant_id) && id_equal(a->id, b->id);
}

/* One statement for the rows from items[*from] on that are of one tenant, at most BATCH; the time
 * is the latest among them: it is exact to the second in which they were gathered. */
static bool write_batch(struct ctx *cx, const char *sql, const struct touch *items, size_t count,
                        size_t *from)
{
    struct db_arg args[2 + BATCH];
    size_t used = 0;
    int64_t at = 0;
    size_t i = *from;

    for (; i < count && used < BATCH && id_equal(items[i].tenant_id, items[*from].tenant_id); i++) {
        at = items[i].at > at ? items[i].at : at;
        if (i + 1 == count || !same_row(&items[i], &items[i + 1]))
            args[2 + used++] = DB_ID(items[i].id);
    }
    if (used == 0) /* cannot be: the last item of a row always counts */
        return true;
    for (size_t fill = used; fill < BATCH; fill++)
        args[2 + fill] = args[2 + used - 1];
    args[0] = DB_TIME(at);
    args[1] = DB_ID(items[*from].tenant_id);
    if (!db_exec_args(cx, NULL, sql, args, COUNT(args)))
        return false;
    *from = i;
    return true;
}

static bool write_versions(struct ctx *cx, const char *sql, const struct touch *items, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (items[i].version != NULL && (i + 1 == count || !same_row(&items[i], &items[i + 1])) &&
            !db_exec(cx, NULL, sql, DB_TEXT(items[i].version), DB_ID(items[i].tenant_id),
                     DB_ID(items[i].id)))
            return false;
    return true;
}

static bool flush(struct licence_touch *touched, struct touch_list *from, struct ctx *cx,
                  const char *sql, const char *version_sql)
{
    struct touch_list list;
    size_t done = 0;
    bool ok = true;

    pthread_mutex_lock(&touched->lock);
    list = *from;
    *from = (struct touch_list){0};
    pthread_mutex_unlock(&touched->lock);
    if (list.count > 0)
        qsort(list.items, list.count, sizeof *list.items, compare);
    while (ok && done < list.count)
        ok = write_batch(cx, sql, list.items, list.count, &done);
    ok = ok && write_versions(cx, version_sql, list.items, list.count);
    if (!ok) { /* for the next round; what was written is written again then */
        pthread_mutex_lock(&touched->lock);
        for (size_t i = 0; i < list.count; i++)
            if (append(from, list.items[i]))
                list.items[i].version = NULL;
        pthread_mutex_unlock(&touched->lock);
    }
    free_list(&list);
    return ok;
}

bool licence_touch_flush(struct licence_touch *touched, struct ctx *cx)
{
    return flush(touched, &touched->licences, cx, SQL_LICENCE_TOUCH, SQL_LICENCE_VERSION) &&
           flush(touched, &touched->machines, cx, SQL_MACHINE_TOUCH, SQL_MACHINE_VERSION);
}
