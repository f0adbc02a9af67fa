/* Charts of reports: bars whose places are reckoned here, so that the page needs no script. */
#pragma once

#include "portal/http/req.h"

enum { REPORT_CHART_BARS = 15 }; /* more are in the table alone */

struct report_bar {
    const char *label;    /* translated */
    const char *text;     /* the value as it is read */
    int64_t value, other; /* other: a second bar below, of another period; -1: none */
};

/* {"title","height","bars":[..]} for parts/report_chart; null when there is nothing to draw. A new
 * reference. */
json_t *report_chart(struct req *rq, const char *title, const struct report_bar *bars,
                     size_t count);
