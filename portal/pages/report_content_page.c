#include "portal/pages/report_content_page.h"

#include "portal/desk/report_content.h"
#include "portal/pages/report_chart.h"
#include "portal/pages/report_frame.h"

static const char *number(struct req *rq, int64_t n)
{
    return format_number(rq->cx.mem, &rq->format, n);
}

/* "4.2", "–" of none. */
static const char *mean(struct req *rq, int64_t sum, int64_t count)
{
    const int64_t tenths = count == 0 ? 0 : (sum * 10 + count / 2) / count;

    return count == 0 ? "–"
                      : arena_printf(rq->cx.mem, "%lld.%lld", (long long)(tenths / 10),
                                     (long long)(tenths % 10));
}

static json_t *chart_json(struct req *rq, const struct report_content *r)
{
    struct report_bar bars[SURVEY_SCORE_MAX];

    for (int i = 0; i < SURVEY_SCORE_MAX; i++)
        bars[i] = (struct report_bar){
            .label = lang_fill1(rq->cx.mem, rq->lang, T("Rated {} of 5"), number(rq, i + 1)),
            .text = number(rq, r->scores[i]),
            .value = r->scores[i],
            .other = -1};
    return report_chart(rq, req_text(rq, T("Answers by score")), NULL, bars, SURVEY_SCORE_MAX);
}

static json_t *people_json(struct req *rq, const struct report_content *r)
{
    json_t *rows = json_array();

    for (size_t i = 0; i < r->people_count; i++) {
        const struct report_content_of *p = &r->people[i];

        json_array_append_new(
            rows, json_pack("{s:s,s:s,s:s,s:s}", "name",
                            *p->name != '\0' ? p->name : req_text(rq, T("Unassigned")), "answers",
                            number(rq, p->answers), "mean", mean(rq, p->score_sum, p->answers),
                            "low", number(rq, p->low)));
    }
    return rows;
}

static json_t *totals_json(struct req *rq, const struct report_content *r)
{
    int64_t sum = 0, count = 0;
    const char *rate =
        r->solved == 0 ? "–"
                       : arena_printf(rq->cx.mem, "%d %%", (int)(r->answered * 100 / r->solved));

    for (int i = 0; i < SURVEY_SCORE_MAX; i++) {
        sum += r->scores[i] * (i + 1);
        count += r->scores[i];
    }
    return json_pack("{s:s,s:s,s:s,s:s,s:s}", "mean", mean(rq, sum, count), "answers",
                     number(rq, count), "rate", rate, "solved", number(rq, r->solved), "answered",
                     number(rq, r->answered));
}

static json_t *visits_json(struct req *rq, const struct report_content *r)
{
    return json_pack("{s:s,s:s,s:s,s:s,s:s,s:s}", "due", number(rq, r->visits_due), "done",
                     number(rq, r->visits_done), "late", number(rq, r->visits_late), "content",
                     number(rq, r->content), "unhappy", number(rq, r->unhappy), "unreached",
                     number(rq, r->unreached));
}

bool report_content_page_view(struct req *rq)
{
    const struct report_frame frame = report_frame_read(rq);
    json_t *page = report_frame_page(rq, &frame, REPORT_TAB_CONTENT);
    struct report_content r;

    if (!report_content(&rq->cx, &frame.period, &r))
        return false;
    json_object_set_new(page, "chart", chart_json(rq, &r));
    json_object_set_new(page, "totals", totals_json(rq, &r));
    json_object_set_new(page, "people", people_json(rq, &r));
    json_object_set_new(page, "visits", visits_json(rq, &r));
    json_object_set_new(page, "is_empty",
                        json_boolean(r.solved == 0 && r.people_count == 0 && r.visits_due == 0));
    return page_render(rq, "report_content", page);
}
