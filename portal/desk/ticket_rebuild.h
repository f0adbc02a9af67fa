/* A ticket's row out of its events: the history is whole, and nothing changes beside it. */
#pragma once

#include "base/json.h"
#include "db/ctx.h"

/* Adds to an event's data what its snapshot has not, or not to the microsecond ("row"). */
bool ticket_rebuild_add(struct ctx *cx, struct id id, json_t *data) MUST_CHECK;
/* The row's columns as its events tell them, and as they are stored: equal (json_equal), but for
 * version, request_key and close_told_at, which count and tick off and mean nothing by themselves.
 * For the system. Fail: ERR_NOT_FOUND. */
bool ticket_rebuild(struct ctx *cx, struct id id, json_t **out) MUST_CHECK;
bool ticket_rebuild_stored(struct ctx *cx, struct id id, json_t **out) MUST_CHECK;
