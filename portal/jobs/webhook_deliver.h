/* Deliveries: what is due is signed, posted, and its outcome written down. */
#pragma once

#include "base/config.h"
#include "db/ctx.h"

enum { WEBHOOK_DELIVER_BATCH = 32 };

/* Claims tellings that are due, of any tenant, and posts them all at once; takes as long as the
 * slowest receiver may. Each is signed anew with its tenant's key (section 7.5), which cx->master
 * opens. *worked is how many were claimed. */
bool webhook_deliver_work(struct ctx *cx, const struct config *config, unsigned *worked) MUST_CHECK;
