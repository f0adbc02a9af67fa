/* The change feed: which licences, and what they depend on, any node has written. */
#pragma once

#include "db/db.h"

struct licence_feed; /* one reader: the cache's thread */
struct licence_feed *licence_feed_make(void);
void licence_feed_free(struct licence_feed *feed);

/* Calls changed once for each change of any tenant that was not told before. Reads back ten seconds
 * each time, since transactions do not commit in the order of their stamps. */
bool licence_feed_read(struct licence_feed *feed, struct ctx *cx,
                       void (*changed)(void *with, struct id tenant_id, const char *subject,
                                       struct id subject_id),
                       void *with) MUST_CHECK;
/* Removes changes that no reader goes back to. */
bool licence_feed_purge(struct ctx *cx) MUST_CHECK;
