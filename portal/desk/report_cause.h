/* Cause analysis: where tickets come from, and what moved since the period before. */
#pragma once

#include "portal/desk/report.h"

enum report_cause_by {
    REPORT_BY_PRODUCT,
    REPORT_BY_VERSION,
    REPORT_BY_CITY,
    REPORT_BY_SITE,
    REPORT_BY_TOPIC,
    REPORT_BY_COUNT
};

enum { REPORT_CAUSES_MAX = 50 };

struct report_cause {
    const char *name;    /* "" for tickets that have none; of topics the code */
    int64_t now, before; /* filed in the period, and in the one of the same length before it */
};

const char *report_cause_code(enum report_cause_by by);  /* "product": in addresses */
const char *report_cause_label(enum report_cause_by by); /* English */
bool report_cause_parse(const char *code, enum report_cause_by *out) MUST_CHECK;
/* The top movers: the largest change first, then the most tickets; at most REPORT_CAUSES_MAX. A
 * version is named with its product, a site with its organisation. Fails: ERR_DENIED. */
bool report_causes(struct ctx *cx, const struct report_period *period, enum report_cause_by by,
                   struct report_cause **out, size_t *count) MUST_CHECK;
