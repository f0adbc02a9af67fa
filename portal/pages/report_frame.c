#include "portal/pages/report_frame.h"

#include "base/clock.h"
#include "portal/pages/service_text.h"

#include <string.h>

static const struct {
    const char *path, *label;
} TABS[] = {
    [REPORT_TAB_SERVICE] = {"/desk/reports", T("Service report")},
    [REPORT_TAB_PEOPLE] = {"/desk/reports/people", T("Engineers and teams")},
    [REPORT_TAB_PROMISES] = {"/desk/reports/promises", T("Promises")},
    [REPORT_TAB_CAUSES] = {"/desk/reports/causes", T("Causes")},
    [REPORT_TAB_CONTENT] = {"/desk/reports/satisfaction", T("Satisfaction and visits")},
    [REPORT_TAB_TIME] = {"/desk/reports/time", T("Time and cost")},
};
_Static_assert(COUNT(TABS) == REPORT_TAB_COUNT, "name every tab");

static const char *day_text(struct req *rq, const struct civil *day)
{
    return arena_printf(rq->cx.mem, "%04d-%02d-%02d", day->year, day->month, day->day);
}

/* The first instant of a day, plus days, in the reader's zone. */
static int64_t day_start(struct req *rq, const struct civil *day, int plus)
{
    const struct civil plain = {.year = day->year, .month = day->month, .day = day->day + plus};
    const struct civil local = clock_civil(clock_from_civil(&plain));

    return zone_from_civil(rq->format.zone, &local);
}

static bool read_day(struct req *rq, const char *name, struct civil *out)
{
    const char *text = req_query(rq, name);
    int64_t us;

    if (text == NULL || *text == '\0')
        return true;
    if (strlen(text) != strlen("2026-03-01") || !clock_parse_iso(text, &us))
        return false;
    *out = clock_civil(us);
    return true;
}

static void set_period(struct req *rq, struct report_frame *frame, const struct civil *from,
                       const struct civil *until)
{
    frame->period.from = day_start(rq, from, 0);
    frame->period.until = day_start(rq, until, 1);
    frame->from_on = day_text(rq, from);
    frame->until_on = day_text(rq, until);
}

struct report_frame report_frame_read(struct req *rq)
{
    const struct civil today = zone_civil(rq->format.zone, rq->cx.now);
    struct civil first = today, from, until = today;
    struct report_frame frame = {.is_bad = false};

    first.day = 1;
    from = first;
    frame.is_bad = !read_day(rq, "from", &from) || !read_day(rq, "until", &until);
    if (!frame.is_bad)
        set_period(rq, &frame, &from, &until);
    if (frame.is_bad || frame.period.from >= frame.period.until) {
        frame.is_bad = true;
        set_period(rq, &frame, &first, &today);
    }
    return frame;
}

json_t *report_frame_page(struct req *rq, const struct report_frame *frame, enum report_tab tab)
{
    json_t *tabs = json_array();
    const char *query =
        arena_printf(rq->cx.mem, "?from=%s&until=%s", frame->from_on, frame->until_on);

    for (size_t i = 0; i < COUNT(TABS); i++)
        json_array_append_new(tabs, json_pack("{s:s,s:s,s:n,s:b}", "href",
                                              arena_printf(rq->cx.mem, "%s%s", TABS[i].path, query),
                                              "label", req_text(rq, TABS[i].label), "count",
                                              "is_current", i == (size_t)tab));
    return json_own(rq->cx.mem,
                    json_pack("{s:{s:s,s:o},s:s,s:s,s:s,s:o,s:s,s:o,s:s,s:b}", "report_tabs",
                              "label", req_text(rq, T("Reports")), "tabs", tabs, "action",
                              TABS[tab].path, "query", query, "from_on", frame->from_on, "from",
                              page_date(rq, frame->from_on), "until_on", frame->until_on, "until",
                              page_date(rq, frame->until_on), "tab_title",
                              req_text(rq, TABS[tab].label), "is_bad_period", frame->is_bad));
}

const char *report_frame_length(struct req *rq, int64_t us)
{
    return us <= 0 ? "–"
                   : service_text_read_length(rq->cx.mem, rq->lang,
                                              (us + CLOCK_MINUTE - 1) / CLOCK_MINUTE);
}
