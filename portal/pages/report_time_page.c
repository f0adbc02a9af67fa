#include "portal/pages/report_time_page.h"

#include "base/clock.h"
#include "portal/desk/report_time.h"
#include "portal/pages/report_chart.h"
#include "portal/pages/report_frame.h"
#include "portal/pages/trail.h"

static const char *const LABELS[] = {
    [REPORT_TIME_ORGANISATION] = T("Organisation"),
    [REPORT_TIME_PERSON] = T("Person"),
    [REPORT_TIME_MONTH] = T("Month"),
};
_Static_assert(COUNT(LABELS) == REPORT_TIME_COUNT, "a label for each");

static bool read_by(struct req *rq, enum report_time_by *by)
{
    const char *asked = req_query(rq, "by");

    *by = REPORT_TIME_ORGANISATION;
    return asked == NULL || report_time_parse(asked, by) ||
           err_set(&rq->cx.err, &ERR_NOT_FOUND, "no such grouping of time");
}

static const char *name_of(struct req *rq, const struct report_time *r, enum report_time_by by)
{
    if (*r->name != '\0')
        return r->name;
    return req_text(rq, by == REPORT_TIME_ORGANISATION ? T("No organisation") : T("Nobody"));
}

/* Minutes as they are read; what was taken back can be more than what was entered. */
static const char *length(struct req *rq, int64_t minutes)
{
    if (minutes == 0)
        return "–";
    return arena_printf(rq->cx.mem, "%s%s", minutes < 0 ? "−" : "",
                        report_frame_length(rq, (minutes < 0 ? -minutes : minutes) * CLOCK_MINUTE));
}

static const char *cost_text(struct req *rq, const struct report_time *r)
{
    struct str s = str_new(rq->cx.mem);

    str_add(&s, r->cost_count == 0 ? "–" : "");
    for (size_t i = 0; i < r->cost_count; i++)
        str_fmt(&s, "%s%s", i > 0 ? " + " : "", format_money(rq->cx.mem, &rq->format, r->costs[i]));
    return s.p;
}

static json_t *choices_json(struct req *rq, enum report_time_by by)
{
    json_t *list = json_array();

    for (int i = 0; i < REPORT_TIME_COUNT; i++)
        json_array_append_new(list, json_pack("{s:s,s:s,s:b}", "value",
                                              report_time_code((enum report_time_by)i), "text",
                                              req_text(rq, LABELS[i]), "is_chosen", i == (int)by));
    return list;
}

static void add_rows(struct req *rq, const struct report_time *list, size_t count,
                     enum report_time_by by, json_t *page)
{
    struct report_bar *bars = arena_array(rq->cx.mem, struct report_bar, count + 1);
    json_t *rows = json_array();
    int64_t minutes = 0, billed = 0;

    for (size_t i = 0; i < count; i++) {
        const struct report_time *r = &list[i];
        const char *name = name_of(rq, r, by);

        minutes += r->minutes;
        billed += r->billed;
        bars[i] = (struct report_bar){.label = name,
                                      .text = length(rq, r->minutes),
                                      .value = r->minutes > 0 ? r->minutes : 0,
                                      .other = r->billed > 0 ? r->billed : 0};
        json_array_append_new(rows,
                              json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:b}", "name", name, "time",
                                        length(rq, r->minutes), "billed", length(rq, r->billed),
                                        "cost", cost_text(rq, r), "bought",
                                        r->has_hours ? length(rq, r->bought) : "–", "left",
                                        !r->has_hours  ? "–"
                                        : r->left == 0 ? req_text(rq, T("none left"))
                                                       : length(rq, r->left),
                                        "is_low", r->has_hours && r->left * 5 < r->bought));
    }
    json_object_set_new(page, "rows", rows);
    json_object_set_new(page, "is_empty", json_boolean(count == 0));
    json_object_set_new(page, "total", json_string(length(rq, minutes)));
    json_object_set_new(page, "total_billed", json_string(length(rq, billed)));
    json_object_set_new(
        page, "chart",
        report_chart(rq, req_text(rq, T("Time")), req_text(rq, T("Of it billed")), bars, count));
}

bool report_time_page_view(struct req *rq)
{
    const struct report_frame frame = report_frame_read(rq);
    json_t *page = report_frame_page(rq, &frame, REPORT_TAB_TIME);
    enum report_time_by by;
    struct report_time *list;
    size_t count;

    if (!read_by(rq, &by) ||
        !report_time(&rq->cx, frame.from_on, frame.until_on, by, &list, &count))
        return false;
    add_rows(rq, list, count, by, page);
    json_object_set_new(page, "choices", choices_json(rq, by));
    json_object_set_new(page, "head", json_string(req_text(rq, LABELS[by])));
    json_object_set_new(page, "has_hours", json_boolean(by == REPORT_TIME_ORGANISATION));
    json_object_set_new(
        page, "csv_href",
        json_string(arena_printf(rq->cx.mem, "/desk/reports/time.csv?from=%s&until=%s&by=%s",
                                 frame.from_on, frame.until_on, report_time_code(by))));
    return page_render(rq, "report_time", page);
}

/* --- the same as a file: plain numbers, a line for each currency --- */

static const char *number(struct req *rq, int64_t n)
{
    return arena_printf(rq->cx.mem, "%lld", (long long)n);
}

/* "1250.00": its currency has a column of its own, and spreadsheets want no groups. */
static const char *amount(struct req *rq, struct money m)
{
    struct str s = str_new(rq->cx.mem);

    str_add(&s, "");
    for (const char *c = money_text(rq->cx.mem, m) + sizeof m.currency; *c != '\0'; c++)
        if (*c != ',')
            str_char(&s, *c);
    return s.p;
}

bool report_time_page_download(struct req *rq)
{
    const struct report_frame frame = report_frame_read(rq);
    enum report_time_by by;
    struct report_time *list;
    size_t count;

    if (!read_by(rq, &by) ||
        !report_time(&rq->cx, frame.from_on, frame.until_on, by, &list, &count))
        return false;
    {
        const char *const titles[] = {LABELS[by],       T("Minutes"),  T("Billed minutes"),
                                      T("Cost"),        T("Currency"), T("Minutes bought"),
                                      T("Minutes left")};

        trail_csv_start(rq, arena_printf(rq->cx.mem, "time_%s_%s", frame.from_on, frame.until_on),
                        titles, COUNT(titles));
    }
    for (size_t i = 0; i < count; i++) {
        const struct report_time *r = &list[i];

        for (size_t c = 0; c == 0 || c < r->cost_count; c++) {
            const struct money *cost = c < r->cost_count ? &r->costs[c] : NULL;
            const char *const cells[] = {name_of(rq, r, by),
                                         c == 0 ? number(rq, r->minutes) : "",
                                         c == 0 ? number(rq, r->billed) : "",
                                         cost != NULL ? amount(rq, *cost) : "",
                                         cost != NULL ? cost->currency : "",
                                         c == 0 && r->has_hours ? number(rq, r->bought) : "",
                                         c == 0 && r->has_hours ? number(rq, r->left) : ""};

            trail_csv_line(rq, cells, COUNT(cells));
        }
    }
    return true;
}
