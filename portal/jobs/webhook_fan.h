/* From events to tellings: each event is queued for every endpoint that is subscribed to it. */
#pragma once

#include "db/ctx.h"

enum { WEBHOOK_FAN_BATCH = 50 };

/* Claims events that are due for webhooks, of any tenant, and queues them; an event that comes
 * twice is queued once. *worked is how many were claimed. */
bool webhook_fan_work(struct ctx *cx, unsigned *worked) MUST_CHECK;
