/* The promise of an answer: so many minutes by level. */
#pragma once

#include "db/ctx.h"

/* When the next answer is due for a ticket of that level asked at that instant; 0 when the tenant
 * promises nothing for it. */
bool sla_due(struct ctx *cx, int64_t level, int64_t asked_at, int64_t *due_at) MUST_CHECK;
/* Minutes promised by level; 0 for none. */
bool sla_minutes(struct ctx *cx, int64_t level, int64_t *minutes) MUST_CHECK;
bool sla_set(struct ctx *cx, int64_t level, int64_t minutes) MUST_CHECK; /* 0: no promise */
