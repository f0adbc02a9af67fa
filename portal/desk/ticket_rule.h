/* What rules need of tickets beyond what people do. */
#pragma once

#include "portal/desk/ticket.h"

struct ticket_rule_filter { /* absent: zero or NULL */
    struct id organisation_id;
    const char *city;
    const char *topic;
    bool only_open; /* open or waiting */
    int64_t since;  /* filed since then */
};
enum { TICKET_RULE_COUNT_CAP = 1000 };
/* How many tickets fit; counting stops at the cap. */
bool ticket_rule_count(struct ctx *cx, const struct ticket_rule_filter *filter,
                       int64_t *out) MUST_CHECK;

/* After a rule failed on it: flagged for review, and with the tenant's default team if it has
 * none. */
bool ticket_rule_fall_back(struct ctx *cx, struct id id) MUST_CHECK;
