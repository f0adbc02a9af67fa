#include "portal/pages/report_chart.h"

enum { CHART_WHOLE = 1000 }; /* widths are thousandths of the longest bar */

static int64_t longest(const struct report_bar *bars, size_t count)
{
    int64_t most = 0;

    for (size_t i = 0; i < count; i++) {
        most = bars[i].value > most ? bars[i].value : most;
        most = bars[i].other > most ? bars[i].other : most;
    }
    return most;
}

/* In percent of the room that the page gives: a share of nothing has no bar, any other is seen. */
static const char *width_of(struct req *rq, int64_t value, int64_t most)
{
    const int share = value <= 0 ? 0 : (int)((double)value * (CHART_WHOLE - 5) / (double)most) + 5;

    return arena_printf(rq->cx.mem, "%d.%d%%", share / 10, share % 10);
}

json_t *report_chart(struct req *rq, const char *title, const char *other,
                     const struct report_bar *bars, size_t count)
{
    const size_t shown = count < REPORT_CHART_BARS ? count : REPORT_CHART_BARS;
    const int64_t most = longest(bars, shown);
    json_t *list;

    if (most == 0)
        return json_null();
    list = json_array();
    for (size_t i = 0; i < shown; i++)
        json_array_append_new(
            list, json_pack("{s:s,s:s,s:s,s:b,s:s}", "label", bars[i].label, "text", bars[i].text,
                            "width", width_of(rq, bars[i].value, most), "has_other",
                            bars[i].other >= 0, "other_width", width_of(rq, bars[i].other, most)));
    return json_pack("{s:s,s:s?,s:o}", "title", title, "other", other, "bars", list);
}
