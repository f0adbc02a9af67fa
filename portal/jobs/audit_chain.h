/* The audit trail's hash chain: every tenant's new events are linked within a second of commit. */
#pragma once

#include "db/event.h"

/* Links the events of all tenants that have unlinked ones. *linked is how many. Each tenant is a
 * run of its own, whose failure does not keep the others waiting; the first failure is in cx->err
 * and makes the answer false. */
/* Signs each tenant's chain once an hour (db/event_checkpoint.h). Needs cx->master. */
bool audit_chain_sign(struct ctx *cx, unsigned *made) MUST_CHECK;
bool audit_chain_work(struct ctx *cx, unsigned *linked) MUST_CHECK;
