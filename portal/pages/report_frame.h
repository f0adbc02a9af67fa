/* What every report's page has: the period, the tabs. */
#pragma once

#include "portal/desk/report.h"
#include "portal/http/page.h"

enum report_tab {
    REPORT_TAB_SERVICE,
    REPORT_TAB_PEOPLE,
    REPORT_TAB_PROMISES,
    REPORT_TAB_CAUSES,
    REPORT_TAB_CONTENT,
    REPORT_TAB_TIME,
    REPORT_TAB_COUNT
};

struct report_frame {
    struct report_period period;
    const char *from_on, *until_on; /* days as asked, both part of it */
    bool is_bad;                    /* what was asked is no period: the present month is shown */
};

/* The period of the address (?from=2026-03-01&until=2026-03-31, days of the tenant's zone), else
 * from the first of this month to today. */
struct report_frame report_frame_read(struct req *rq);
/* The page's context with the frame in it; in cx->mem. */
json_t *report_frame_page(struct req *rq, const struct report_frame *frame, enum report_tab tab);
/* A length of time as it is read; "–" for none. */
const char *report_frame_length(struct req *rq, int64_t us);
