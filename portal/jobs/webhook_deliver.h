/* Deliveries: what is due is signed, posted, and its outcome written down. */
#pragma once

#include "base/config.h"
#include "db/ctx.h"

#include <stdatomic.h>

enum { WEBHOOK_DELIVER_BATCH = 1000, WEBHOOK_AT_ONCE = 32 };

/* Claims tellings that are due, of any tenant, and posts them, WEBHOOK_AT_ONCE at a time: a slow
 * receiver takes one of these places and keeps no other waiting. Goes on until nothing is on its
 * way, *must_stop, or WEBHOOK_DELIVER_BATCH were claimed; what is broken off comes again. Each is
 * signed anew with its tenant's key (section 7.5), which cx->master opens. *worked is how many were
 * claimed. */
bool webhook_deliver_work(struct ctx *cx, const struct config *config, const atomic_bool *must_stop,
                          unsigned *worked) MUST_CHECK;
