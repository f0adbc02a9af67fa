/* Charts of reports: bars whose lengths are reckoned here, so that the page needs no script. */
#pragma once

#include "portal/http/req.h"

enum { REPORT_CHART_BARS = 15 }; /* more are in the table alone */

struct report_bar {
    const char *label;    /* translated */
    const char *text;     /* the value as it is read */
    int64_t value, other; /* other: a second bar below, of another period; -1: none */
};

/* {"title","other","bars":[..]} for parts/report_chart; null when there is nothing to draw. other:
 * what the second bars are, or NULL. A new reference. */
json_t *report_chart(struct req *rq, const char *title, const char *other,
                     const struct report_bar *bars, size_t count);
