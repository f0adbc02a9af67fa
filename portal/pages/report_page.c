#include "portal/pages/report_page.h"

#include "portal/desk/report_cause.h"
#include "portal/desk/report_promise.h"
#include "portal/field/custom_field_words.h"
#include "portal/field/custom_value.h"
#include "portal/pages/report_chart.h"
#include "portal/pages/report_frame.h"
#include "portal/pages/ticket_context.h"
#include "portal/pages/trail.h"

#include <string.h>

enum { SHOWN_ROWS = 500, LEVELS = TICKET_LEVEL_MAX };

static const char *number(struct req *rq, int64_t n)
{
    return format_number(rq->cx.mem, &rq->format, n);
}

static const char *fill2(struct req *rq, const char *english, const char *a, const char *b)
{
    return lang_fill(rq->cx.mem, rq->lang, english, (const char *const[]){a, b}, 2);
}

/* NULL for who reads figures and no tickets. */
static const char *ticket_href(struct req *rq, struct id id)
{
    return viewer_has(&rq->cx.viewer, RIGHT_DESK_READ)
               ? arena_printf(rq->cx.mem, "/desk/tickets/%s", id_text(rq->cx.mem, id))
               : NULL;
}

/* A period with too much in it is said on the page, where a shorter one can be chosen. */
static bool too_large(struct req *rq, json_t *page)
{
    if (rq->cx.err.kind != &ERR_REPORT_TOO_LARGE)
        return false;
    json_object_set_new(page, "too_large", json_string(req_text(rq, rq->cx.err.kind->text)));
    err_clear(&rq->cx.err);
    return true;
}

/* --- the service report --- */

static json_t *service_row(struct req *rq, const struct ticket_words *words,
                           const struct report_row *r)
{
    return json_pack(
        "{s:s?,s:s,s:s,s:s,s:s,s:s,s:i,s:s,s:s,s:s,s:o,s:o,s:o,s:s}", "href",
        ticket_href(rq, r->id), "number", r->number, "subject", r->subject, "organisation",
        r->organisation, "engineer", r->assignee, "city", r->city, "level", r->level, "store",
        *r->store != '\0' ? r->store : r->site, "topic", ticket_context_topic(rq, words, r->topic),
        "result", ticket_context_status(rq, words, r->status), "created",
        page_time(rq, r->created_at), "answered", page_time(rq, r->first_answer_at), "resolved",
        page_time(rq, r->resolved_at), "length",
        report_frame_length(rq, r->resolved_at == 0 ? 0 : r->resolved_at - r->created_at));
}

static json_t *levels_chart(struct req *rq, const struct report_row *rows, size_t count)
{
    struct report_bar bars[LEVELS];
    int64_t counts[LEVELS] = {0};

    for (size_t i = 0; i < count; i++)
        if (rows[i].level >= 1 && rows[i].level <= LEVELS)
            counts[rows[i].level - 1]++;
    for (int i = 0; i < LEVELS; i++)
        bars[i] = (struct report_bar){
            .label = lang_fill1(rq->cx.mem, rq->lang, T("Level {}"), number(rq, i + 1)),
            .text = number(rq, counts[i]),
            .value = counts[i],
            .other = -1};
    return report_chart(rq, req_text(rq, T("Tickets by level")), NULL, bars, LEVELS);
}

bool report_page_service(struct req *rq)
{
    const struct report_frame frame = report_frame_read(rq);
    json_t *list = json_array(), *page = report_frame_page(rq, &frame, REPORT_TAB_SERVICE);
    struct ticket_words words;
    struct report_row *rows;
    size_t count = 0;
    int64_t solved = 0;

    json_object_set_new(page, "rows", list);
    json_object_set_new(page, "is_service", json_true());
    if (!report_rows(&rq->cx, &frame.period, &rows, &count))
        return too_large(rq, page) && page_render(rq, "report_service", page);
    if (!ticket_context_words(rq, true, &words))
        return false;
    for (size_t i = 0; i < count; i++) {
        if (i < SHOWN_ROWS)
            json_array_append_new(list, service_row(rq, &words, &rows[i]));
        solved += rows[i].category == TICKET_SOLVED || rows[i].category == TICKET_CLOSED ? 1 : 0;
    }
    json_object_set_new(page, "chart", levels_chart(rq, rows, count));
    json_object_set_new(page, "is_empty", json_boolean(count == 0));
    json_object_set_new(page, "count_text",
                        json_string(fill2(rq, T("{} filed, of these {} solved"),
                                          number(rq, (int64_t)count), number(rq, solved))));
    json_object_set_new(page, "is_cut", json_boolean(count > SHOWN_ROWS));
    return page_render(rq, "report_service", page);
}

/* --- the same as a file --- */

/* "2026-03-02 09:00" of the tenant's zone: what spreadsheets read as a time. */
/* The tenant's own fields: a column each, behind the others. */
struct own_columns {
    struct field_set set;
    const char **values; /* row by row */
};

static bool read_own(struct req *rq, const struct report_row *rows, size_t count,
                     struct own_columns *out)
{
    struct id *ids = arena_array(rq->cx.mem, struct id, count + 1);

    for (size_t i = 0; i < count; i++)
        ids[i] = rows[i].id;
    return custom_field_set(&rq->cx, FIELD_TICKET, &out->set) &&
           custom_value_read_many(&rq->cx, &out->set, ids, count, &out->values);
}

static void add_own(struct req *rq, const struct own_columns *own, size_t row, bool is_head,
                    const char **cells)
{
    for (size_t i = 0; i < own->set.count; i++) {
        const struct custom_field *f = &own->set.fields[i];

        cells[i] = is_head ? custom_field_words_label(rq->lang, f->label, f->label_zh)
                           : custom_field_words_value(rq->cx.mem, rq->lang, f,
                                                      own->values[row * own->set.count + i]);
    }
}

bool report_page_download(struct req *rq)
{
    const struct report_frame frame = report_frame_read(rq);
    const char *const head[] = {
        T("Number"),       T("Subject"), T("Organisation"), T("Reporter"),     T("Engineer"),
        T("Team"),         T("Level"),   T("Topic"),        T("City"),         T("Store"),
        T("Product"),      T("Version"), T("Filed at"),     T("First answer"), T("Solved at"),
        T("Opened again"), T("Minutes"), T("Result")};
    const char **line;
    struct own_columns own;
    struct ticket_words words;
    struct report_row *rows;
    size_t count;

    if (!report_rows(&rq->cx, &frame.period, &rows, &count) ||
        !ticket_context_words(rq, true, &words) || !read_own(rq, rows, count, &own))
        return false;
    line = arena_array(rq->cx.mem, const char *, COUNT(head) + own.set.count);
    rq->type = "text/csv; charset=utf-8";
    reply_header(rq, "Content-Disposition",
                 arena_printf(rq->cx.mem, "attachment; filename=\"service_%s_%s.csv\"",
                              frame.from_on, frame.until_on));
    str_add(&rq->out, "\xEF\xBB\xBF"); /* without it spreadsheets guess another encoding */
    for (size_t i = 0; i < COUNT(head); i++)
        line[i] = req_text(rq, head[i]);
    add_own(rq, &own, 0, true, line + COUNT(head));
    trail_csv_line(rq, line, COUNT(head) + own.set.count);
    for (size_t i = 0; i < count; i++) {
        const struct report_row *r = &rows[i];
        const char *const cells[] = {r->number,
                                     r->subject,
                                     r->organisation,
                                     r->reporter,
                                     r->assignee,
                                     r->team,
                                     arena_printf(rq->cx.mem, "%d", r->level),
                                     ticket_context_topic(rq, &words, r->topic),
                                     r->city,
                                     *r->store != '\0' ? r->store : r->site,
                                     r->product,
                                     r->version,
                                     ticket_context_minute(rq, r->created_at),
                                     ticket_context_minute(rq, r->first_answer_at),
                                     ticket_context_minute(rq, r->resolved_at),
                                     arena_printf(rq->cx.mem, "%d", r->reopened),
                                     arena_printf(rq->cx.mem, "%lld", (long long)r->minutes),
                                     ticket_context_status(rq, &words, r->status)};

        _Static_assert(COUNT(cells) == COUNT(head), "a title for each column");
        memcpy(line, cells, sizeof cells);
        add_own(rq, &own, i, false, line + COUNT(head));
        trail_csv_line(rq, line, COUNT(head) + own.set.count);
    }
    return true;
}

/* --- engineers and teams --- */

static json_t *figures_json(struct req *rq, const struct report_row *rows, size_t count,
                            bool by_team)
{
    const char *none = req_text(rq, by_team ? T("No team") : T("Unassigned"));
    const char *title = req_text(rq, by_team ? T("Tickets by team") : T("Tickets by engineer"));
    struct report_figures *list;
    struct report_bar *bars;
    json_t *out = json_array();
    size_t n;

    report_figures_of(&rq->cx, rows, count, by_team, &list, &n);
    bars = arena_array(rq->cx.mem, struct report_bar, n + 1);
    for (size_t i = 0; i < n; i++) {
        const struct report_figures *f = &list[i];
        const char *name = id_is_zero(f->id) ? none : f->name;

        bars[i] = (struct report_bar){
            .label = name, .text = number(rq, f->taken), .value = f->taken, .other = -1};
        json_array_append_new(
            out, json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s}", "name", name, "taken",
                           number(rq, f->taken), "solved", number(rq, f->solved), "reopened",
                           number(rq, f->reopened), "answered", number(rq, f->answered),
                           "answer_median", report_frame_length(rq, f->answer_median), "answer_90",
                           report_frame_length(rq, f->answer_90), "solve_median",
                           report_frame_length(rq, f->solve_median), "solve_90",
                           report_frame_length(rq, f->solve_90)));
    }
    return json_pack("{s:s,s:o,s:o}", "head", req_text(rq, by_team ? T("Team") : T("Engineer")),
                     "chart", report_chart(rq, title, NULL, bars, n), "figures", out);
}

bool report_page_people(struct req *rq)
{
    const struct report_frame frame = report_frame_read(rq);
    json_t *page = report_frame_page(rq, &frame, REPORT_TAB_PEOPLE);
    struct report_row *rows;
    size_t count = 0;

    if (!report_rows(&rq->cx, &frame.period, &rows, &count))
        return too_large(rq, page) && page_render(rq, "report_people", page);
    if (count > 0)
        json_object_set_new(page, "groups",
                            json_pack("[o,o]", figures_json(rq, rows, count, false),
                                      figures_json(rq, rows, count, true)));
    json_object_set_new(page, "is_empty", json_boolean(count == 0));
    return page_render(rq, "report_people", page);
}

/* --- promises --- */

static const char *target_text(struct req *rq, const char *target)
{
    return req_text(rq, strcmp(target, "answer") == 0 ? T("Answer") : T("Solution"));
}

static json_t *missed_row(struct req *rq, const struct report_missed *m)
{
    const char *reason = m->was_unassigned ? T("Nobody had it")
                         : m->was_reopened ? T("It was opened again")
                                           : T("It took longer than promised");

    return json_pack(
        "{s:s?,s:s,s:s,s:s,s:i,s:s?,s:o,s:s,s:s}", "href", ticket_href(rq, m->ticket_id), "number",
        m->number, "subject", m->subject, "target", target_text(rq, m->target), "level", m->level,
        "engineer", m->engineer, "due", page_time(rq, m->due_at), "late",
        report_frame_length(rq, m->done_at - m->due_at), "reason", req_text(rq, reason));
}

static void add_promises(struct req *rq, const struct report_promises *r, json_t *page)
{
    struct report_bar *bars = arena_array(rq->cx.mem, struct report_bar, r->count + 1);
    json_t *rows = json_array(), *missed = json_array();

    for (size_t i = 0; i < r->count; i++) {
        const struct report_promise *p = &r->rows[i];
        const int64_t promised = p->kept + p->missed;
        const char *share =
            promised == 0 ? "–"
                          : arena_printf(rq->cx.mem, "%d %%", (int)(p->kept * 100 / promised));
        const char *name =
            fill2(rq, T("{}, level {}"), target_text(rq, p->target), number(rq, p->level));

        bars[i] =
            (struct report_bar){.label = name, .text = share, .value = p->kept, .other = p->missed};
        json_array_append_new(rows,
                              json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:s}", "name", name, "kept",
                                        number(rq, p->kept), "missed", number(rq, p->missed),
                                        "unpromised", number(rq, p->unpromised), "share", share,
                                        "median", report_frame_length(rq, p->done_median), "ninety",
                                        report_frame_length(rq, p->done_90)));
    }
    for (size_t i = 0; i < r->missed_count; i++)
        json_array_append_new(missed, missed_row(rq, &r->missed[i]));
    json_object_set_new(page, "rows", rows);
    json_object_set_new(page, "missed", missed);
    json_object_set_new(page, "has_missed", json_boolean(r->missed_count > 0));
    json_object_set_new(page, "chart",
                        report_chart(rq, req_text(rq, T("Promises kept")),
                                     req_text(rq, T("missed")), bars, r->count));
}

bool report_page_promises(struct req *rq)
{
    const struct report_frame frame = report_frame_read(rq);
    json_t *page = report_frame_page(rq, &frame, REPORT_TAB_PROMISES);
    struct report_promises r;

    if (!report_promises(&rq->cx, &frame.period, &r))
        return too_large(rq, page) && page_render(rq, "report_promises", page);
    add_promises(rq, &r, page);
    json_object_set_new(page, "is_empty", json_boolean(r.count == 0));
    if (r.late_now > 0)
        json_object_set_new(
            page, "late_text",
            json_string(lang_fill1(rq->cx.mem, rq->lang, T("Open tickets that are late now: {}"),
                                   number(rq, r.late_now))));
    return page_render(rq, "report_promises", page);
}

/* --- causes --- */

static json_t *cause_choices(struct req *rq, enum report_cause_by by)
{
    json_t *list = json_array();

    for (int i = 0; i < REPORT_BY_COUNT; i++)
        json_array_append_new(
            list, json_pack("{s:s,s:s,s:b}", "value", report_cause_code((enum report_cause_by)i),
                            "text", req_text(rq, report_cause_label((enum report_cause_by)i)),
                            "is_chosen", i == (int)by));
    return list;
}

static void add_causes(struct req *rq, const struct ticket_words *words, enum report_cause_by by,
                       const struct report_cause *list, size_t count, json_t *page)
{
    struct report_bar *bars = arena_array(rq->cx.mem, struct report_bar, count + 1);
    json_t *rows = json_array();

    for (size_t i = 0; i < count; i++) {
        const struct report_cause *c = &list[i];
        const char *name = *c->name == '\0'        ? req_text(rq, T("not given"))
                           : by == REPORT_BY_TOPIC ? ticket_context_topic(rq, words, c->name)
                                                   : c->name;
        const char *change = arena_printf(rq->cx.mem, "%s%lld", c->now > c->before ? "+" : "",
                                          (long long)(c->now - c->before));

        bars[i] = (struct report_bar){
            .label = name, .text = number(rq, c->now), .value = c->now, .other = c->before};
        json_array_append_new(rows, json_pack("{s:s,s:s,s:s,s:s}", "name", name, "now",
                                              number(rq, c->now), "before", number(rq, c->before),
                                              "change", change));
    }
    json_object_set_new(page, "rows", rows);
    json_object_set_new(page, "is_empty", json_boolean(count == 0));
    json_object_set_new(page, "chart",
                        report_chart(rq, req_text(rq, T("Tickets")),
                                     req_text(rq, T("the period before")), bars, count));
}

bool report_page_causes(struct req *rq)
{
    const struct report_frame frame = report_frame_read(rq);
    json_t *page = report_frame_page(rq, &frame, REPORT_TAB_CAUSES);
    enum report_cause_by by = REPORT_BY_PRODUCT;
    const char *asked = req_query(rq, "by");
    struct ticket_words words;
    struct report_cause *list;
    size_t count;

    if (asked != NULL && !report_cause_parse(asked, &by))
        return err_set(&rq->cx.err, &ERR_NOT_FOUND, "no such cause");
    if (!report_causes(&rq->cx, &frame.period, by, &list, &count) ||
        !ticket_context_words(rq, true, &words))
        return false;
    json_object_set_new(page, "choices", cause_choices(rq, by));
    json_object_set_new(page, "cause_head", json_string(req_text(rq, report_cause_label(by))));
    add_causes(rq, &words, by, list, count, page);
    return page_render(rq, "report_causes", page);
}
