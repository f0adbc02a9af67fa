#include "portal/pages/report_chart.h"

enum {
    CHART_LABEL = 200, /* where bars begin */
    CHART_WIDTH = 360, /* the longest bar */
    CHART_BAR = 12,
    CHART_GAP = 14,
    CHART_TOP = 4,
    CHART_LABEL_MAX = 30 /* bytes of a label before it is cut; the table has it whole */
};

static int64_t longest(const struct report_bar *bars, size_t count)
{
    int64_t most = 0;

    for (size_t i = 0; i < count; i++) {
        most = bars[i].value > most ? bars[i].value : most;
        most = bars[i].other > most ? bars[i].other : most;
    }
    return most;
}

static int width_of(int64_t value, int64_t most)
{
    return value <= 0 ? 0 : (int)((double)value * CHART_WIDTH / (double)most) + 1;
}

static const char *cut(struct req *rq, const char *label)
{
    size_t len = 0;

    while (label[len] != '\0' && len < CHART_LABEL_MAX)
        len++;
    if (label[len] == '\0')
        return label;
    while (len > 0 && ((unsigned char)label[len] & 0xc0) == 0x80)
        len--;
    return arena_printf(rq->cx.mem, "%.*s…", (int)len, label);
}

json_t *report_chart(struct req *rq, const char *title, const struct report_bar *bars, size_t count)
{
    const size_t shown = count < REPORT_CHART_BARS ? count : REPORT_CHART_BARS;
    const int64_t most = longest(bars, shown);
    json_t *list;
    int y = CHART_TOP;

    if (most == 0)
        return json_null();
    list = json_array();
    for (size_t i = 0; i < shown; i++) {
        const bool is_double = bars[i].other >= 0;
        const int end = CHART_LABEL + width_of(bars[i].value, most) + 8;

        json_array_append_new(list,
                              json_pack("{s:s,s:s,s:i,s:i,s:i,s:i,s:i,s:i,s:b,s:i,s:i}", "label",
                                        cut(rq, bars[i].label), "text", bars[i].text, "x",
                                        CHART_LABEL, "y", y, "text_y", y + CHART_BAR - 2, "end",
                                        end, "width", width_of(bars[i].value, most), "height",
                                        CHART_BAR, "has_other", is_double, "other_y", y + CHART_BAR,
                                        "other_width", width_of(bars[i].other, most)));
        y += CHART_BAR + CHART_GAP;
    }
    return json_pack("{s:s,s:i,s:o}", "title", title, "chart_height", y, "bars", list);
}
