/* The promises by level: an answer and a solution within so much working time. */
#pragma once

#include "db/ctx.h"
#include "portal/desk/business_time.h"

enum { SLA_LEVELS = 4, SLA_MINUTES_MAX = 365 * 24 * 60 };

struct sla {
    int64_t level;                         /* 1..4 */
    int64_t answer_minutes, solve_minutes; /* 0: nothing is promised */
    struct id calendar_id;                 /* zero: around the clock */
};

/* One level's promise; one without a row promises nothing. */
bool sla_get(struct ctx *cx, int64_t level, struct sla *out) MUST_CHECK;
/* Staff with RIGHT_SETTINGS, or the system. Tickets that wait keep the time they were promised.
 * Fails: ERR_DENIED; ERR_INVALID at "level", "answer_minutes", "solve_minutes", "calendar". */
bool sla_set(struct ctx *cx, const struct sla *sla) MUST_CHECK;

/* When the next answer is due for a ticket of that level asked at that instant; 0 when the tenant
 * promises nothing for it, or asked_at is 0. */
bool sla_due(struct ctx *cx, int64_t level, int64_t asked_at, int64_t *due_at) MUST_CHECK;
