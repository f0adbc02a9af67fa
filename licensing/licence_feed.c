#include "licensing/licence_feed.h"

#include <stdlib.h>
#include <string.h>

/* Across tenants on purpose: one reader of a node serves them all. */
static const char SQL_CHANGES_ANY_TENANT[] =
    "SELECT id, tenant_id, subject, subject_id FROM licence_change "
    "WHERE changed_at >= UTC_TIMESTAMP(6) - INTERVAL 10 SECOND";
static const char SQL_OLD_CHANGES_ANY_TENANT[] =
    "DELETE FROM licence_change WHERE changed_at < UTC_TIMESTAMP(6) - INTERVAL 60 SECOND "
    "LIMIT ?";

/* Small transactions, as a cluster wants them; enough of them for a minute of many writes. */
enum { PURGE_BATCH = 5000, PURGE_BATCHES = 200 };

struct licence_feed { /* what the last read told: a change stays in view for ten seconds */
    struct id *told;  /* sorted */
    size_t count;
};

struct licence_feed *licence_feed_make(void)
{
    struct licence_feed *feed = calloc(1, sizeof *feed);

    if (feed == NULL)
        abort();
    return feed;
}

void licence_feed_free(struct licence_feed *feed)
{
    free(feed->told);
    free(feed);
}

static int compare(const void *a, const void *b)
{
    return memcmp(a, b, sizeof(struct id));
}

bool licence_feed_read(struct licence_feed *feed, struct ctx *cx,
                       void (*changed)(void *with, struct id tenant_id, const char *subject,
                                       struct id subject_id),
                       void *with)
{
    struct db_rows rows;
    struct id *told;

    if (!db_query(cx, &rows, SQL_CHANGES_ANY_TENANT, DB_NONE))
        return false;
    told = calloc(rows.count + 1, sizeof *told);
    if (told == NULL)
        abort();
    for (size_t i = 0; db_next(&rows); i++) {
        told[i] = db_id(&rows.row, 0);
        if (feed->count == 0 ||
            bsearch(&told[i], feed->told, feed->count, sizeof *told, compare) == NULL)
            changed(with, db_id(&rows.row, 1), db_text(&rows.row, 2), db_id(&rows.row, 3));
    }
    qsort(told, rows.count, sizeof *told, compare);
    free(feed->told);
    feed->told = told;
    feed->count = rows.count;
    return true;
}

bool licence_feed_purge(struct ctx *cx)
{
    int64_t removed = PURGE_BATCH;

    for (int i = 0; i < PURGE_BATCHES && removed == PURGE_BATCH; i++)
        if (!db_exec(cx, &removed, SQL_OLD_CHANGES_ANY_TENANT, DB_INT(PURGE_BATCH)))
            return false;
    return true;
}
