#include "portal/pages/service_page.h"

#include "portal/account/staff.h"
#include "portal/desk/escalation.h"
#include "portal/desk/sla.h"
#include "portal/http/page.h"
#include "portal/pages/service_text.h"

#include <string.h>

enum { STEP_ROWS = 6 }; /* that the page has room for; empty ones are passed over */

static const char SERVICE_PATH[] = "/desk/settings/service";

/* --- promises and steps: what the page shows --- */

static const char *field_name(struct req *rq, const char *name, size_t n)
{
    return arena_printf(rq->cx.mem, "%s_%zu", name, n);
}

/* What was typed, else what is. */
static const char *typed_or(struct req *rq, const struct form *form, const char *name, size_t n,
                            const char *is)
{
    return form != NULL ? form_value(form, field_name(rq, name, n)) : is;
}

static json_t *calendar_options(struct req *rq, const struct calendar *list, size_t count,
                                const char *chosen)
{
    json_t *out = json_array();

    json_array_append_new(out, json_pack("{s:s,s:s,s:b}", "value", "", "text",
                                         req_text(rq, T("around the clock")), "is_chosen",
                                         *chosen == '\0'));
    for (size_t i = 0; i < count; i++) {
        const char *value = id_text(rq->cx.mem, list[i].id);

        json_array_append_new(out, json_pack("{s:s,s:s,s:b}", "value", value, "text", list[i].name,
                                             "is_chosen", strcmp(value, chosen) == 0));
    }
    return out;
}

static json_t *fault_of(const struct form *form, const char *name)
{
    return form != NULL ? json_object_get(form->faults, name) : NULL;
}

static bool add_promises(struct req *rq, const struct form *form, const struct calendar *calendars,
                         size_t count, json_t *page)
{
    static const char *const LEVELS[] = {T("Nothing works"), T("Badly hindered"), T("Hindered"),
                                         T("A question")};
    json_t *rows = json_array();

    json_object_set_new(page, "promises", rows);
    for (size_t n = 1; n <= SLA_LEVELS; n++) {
        struct sla s;
        const char *answer, *solve, *calendar;

        if (!sla_get(&rq->cx, (int64_t)n, &s))
            return false;
        answer =
            typed_or(rq, form, "answer", n, service_text_of_length(rq->cx.mem, s.answer_minutes));
        solve = typed_or(rq, form, "solve", n, service_text_of_length(rq->cx.mem, s.solve_minutes));
        calendar = typed_or(rq, form, "calendar", n,
                            id_is_zero(s.calendar_id) ? "" : id_text(rq->cx.mem, s.calendar_id));
        json_array_append_new(
            rows, json_pack("{s:i,s:s,s:s,s:s,s:o,s:O?,s:O?}", "level", (int)n, "meaning",
                            req_text(rq, LEVELS[n - 1]), "answer", answer, "solve", solve,
                            "calendars", calendar_options(rq, calendars, count, calendar),
                            "answer_fault", fault_of(form, field_name(rq, "answer", n)),
                            "solve_fault", fault_of(form, field_name(rq, "solve", n))));
    }
    return true;
}

static json_t *choice(const char *value, const char *text, const char *chosen)
{
    return json_pack("{s:s,s:s,s:b}", "value", value, "text", text, "is_chosen",
                     strcmp(value, chosen) == 0);
}

static json_t *step_json(struct req *rq, const struct form *form, size_t n,
                         const struct escalation *e, json_t *teams)
{
    const int64_t minutes = e == NULL ? 0 : e->offset_minutes;
    const char *target = typed_or(rq, form, "target", n, e == NULL ? "" : e->target);
    const char *side = typed_or(rq, form, "side", n, minutes < 0 ? "before" : "after");
    const char *length =
        typed_or(rq, form, "length", n,
                 service_text_of_length(rq->cx.mem, minutes < 0 ? -minutes : minutes));
    const char *team =
        typed_or(rq, form, "team", n,
                 e == NULL || id_is_zero(e->team_id) ? "" : id_text(rq->cx.mem, e->team_id));
    json_t *options = json_array(), *row;
    size_t i;

    json_array_foreach (teams, i, row)
        json_array_append_new(
            options, choice(json_get_text(row, "value", ""), json_get_text(row, "text", ""), team));
    return json_pack("{s:i,s:[o,o,o],s:[o,o],s:s,s:o,s:b,s:O?}", "n", (int)n, "targets",
                     choice("", req_text(rq, T("no step")), target),
                     choice("answer", req_text(rq, T("the answer")), target),
                     choice("solve", req_text(rq, T("the solution")), target), "sides",
                     choice("before", req_text(rq, T("before it is due")), side),
                     choice("after", req_text(rq, T("after it was due")), side), "length", length,
                     "teams", options, "raises",
                     form != NULL ? *form_value(form, field_name(rq, "raise", n)) != '\0'
                                  : e != NULL && e->raises_level,
                     "fault", fault_of(form, field_name(rq, "length", n)));
}

static bool add_steps(struct req *rq, const struct form *form, json_t *page)
{
    json_t *rows = json_array(), *team_rows;
    const struct escalation *steps;
    struct staff_choice *teams;
    size_t count, team_count;

    json_object_set_new(page, "steps", rows);
    if (!escalation_list(&rq->cx, &steps, &count) || !staff_teams(&rq->cx, &teams, &team_count))
        return false;
    team_rows = json_own(rq->cx.mem, json_array());
    json_array_append_new(team_rows, choice("", req_text(rq, T("leave it with its team")), "-"));
    for (size_t i = 0; i < team_count; i++)
        json_array_append_new(team_rows,
                              choice(id_text(rq->cx.mem, teams[i].id), teams[i].name, "-"));
    for (size_t n = 1; n <= STEP_ROWS || n <= count; n++)
        json_array_append_new(rows,
                              step_json(rq, form, n, n <= count ? &steps[n - 1] : NULL, team_rows));
    return true;
}

static bool show(struct req *rq, const struct form *form)
{
    struct calendar *calendars;
    size_t count;
    json_t *list = json_array();
    json_t *page = json_own(rq->cx.mem, json_pack("{s:o,s:b}", "calendars", list, "on_service", 1));

    if (!calendar_list(&rq->cx, &calendars, &count))
        return false;
    for (size_t i = 0; i < count; i++)
        json_array_append_new(
            list, json_pack("{s:s,s:s,s:s}", "href",
                            arena_printf(rq->cx.mem, "%s/calendars/%s", SERVICE_PATH,
                                         id_text(rq->cx.mem, calendars[i].id)),
                            "name", calendars[i].name, "zone",
                            *calendars[i].zone != '\0' ? calendars[i].zone
                                                       : req_text(rq, T("your own time zone"))));
    json_object_set_new(page, "has_calendars", json_boolean(count > 0));
    if (!add_promises(rq, form, calendars, count, page) || !add_steps(rq, form, page))
        return false;
    return form != NULL ? page_render_form(rq, "service", page, form)
                        : page_render(rq, "service", page);
}

bool service_page_view(struct req *rq)
{
    return show(rq, NULL);
}

/* --- promises and steps: what was typed --- */

static int64_t read_length(struct req *rq, struct form *form, const char *name, const char *label)
{
    int64_t minutes = 0;

    if (!service_text_length(form_value(form, name), &minutes) || minutes > SLA_MINUTES_MAX) {
        form_fault(rq, form, name, label, T("Type a time such as 30m, 8h or 1h 30m."));
        return 0;
    }
    return minutes;
}

static void read_promise(struct req *rq, struct form *form, size_t n, struct sla *out)
{
    const char *calendar = form_value(form, field_name(rq, "calendar", n));

    *out = (struct sla){.level = (int64_t)n};
    out->answer_minutes = read_length(rq, form, field_name(rq, "answer", n), T("Answer within"));
    out->solve_minutes = read_length(rq, form, field_name(rq, "solve", n), T("Solved within"));
    if (*calendar != '\0' && !id_parse(calendar, &out->calendar_id))
        form_fault(rq, form, field_name(rq, "calendar", n), T("Counted in"),
                   T("Choose one of the list."));
}

static size_t read_steps(struct req *rq, struct form *form, struct escalation *out)
{
    size_t count = 0;

    for (size_t n = 1; n <= ESCALATION_STEPS_MAX; n++) {
        const char *target = form_value(form, field_name(rq, "target", n));
        const char *team = form_value(form, field_name(rq, "team", n));
        struct escalation *e = &out[count];

        if (*target == '\0')
            continue;
        *e = (struct escalation){
            .target = target,
            .offset_minutes = read_length(rq, form, field_name(rq, "length", n), T("Step")),
            .raises_level = *form_value(form, field_name(rq, "raise", n)) != '\0'};
        if (strcmp(form_value(form, field_name(rq, "side", n)), "before") == 0)
            e->offset_minutes = -e->offset_minutes;
        if (*team != '\0' && !id_parse(team, &e->team_id))
            form_fault(rq, form, field_name(rq, "team", n), T("Team"),
                       T("Choose one of the list."));
        count++;
    }
    return count;
}

static bool save_all(struct ctx *cx, const struct sla *promises, const struct escalation *steps,
                     size_t count)
{
    if (!db_begin(cx))
        return false;
    for (size_t i = 0; i < SLA_LEVELS; i++)
        if (!sla_set(cx, &promises[i])) {
            db_rollback(cx);
            return false;
        }
    if (!escalation_set(cx, steps, count)) {
        db_rollback(cx);
        return false;
    }
    return db_commit(cx);
}

bool service_page_save(struct req *rq)
{
    static const struct form_field FIELDS[] = {
        {"steps", T("Steps"), FORM_TEXT, false, 0, 0, NULL, 0},
        {"offset", T("Steps"), FORM_TEXT, false, 0, 0, NULL, 0},
        {"target", T("Steps"), FORM_TEXT, false, 0, 0, NULL, 0},
        {"team", T("Team"), FORM_TEXT, false, 0, 0, NULL, 0},
        {"calendar", T("Counted in"), FORM_TEXT, false, 0, 0, NULL, 0},
    };
    struct sla promises[SLA_LEVELS];
    struct escalation steps[ESCALATION_STEPS_MAX];
    struct form *form;
    size_t count;

    if (!form_parse(rq, &form))
        return false;
    for (size_t n = 1; n <= SLA_LEVELS; n++)
        read_promise(rq, form, n, &promises[n - 1]);
    count = read_steps(rq, form, steps);
    if (json_object_size(form->faults) > 0)
        return show(rq, form);
    if (!save_all(&rq->cx, promises, steps, count))
        return form_take_err(rq, form, FIELDS, COUNT(FIELDS)) && show(rq, form);
    return reply_flash(rq, "ok",
                       req_text(rq, T("Saved. Tickets that wait keep the time they were promised, "
                                      "new ones follow this."))) &&
           reply_see_other(rq, SERVICE_PATH);
}

/* --- a calendar --- */

static const char *const DAY_NAMES[] = {T("Sunday"),   T("Monday"), T("Tuesday"), T("Wednesday"),
                                        T("Thursday"), T("Friday"), T("Saturday")};

static bool show_calendar(struct req *rq, const struct calendar *c, const struct form *form)
{
    json_t *days = json_array();
    json_t *page = json_own(
        rq->cx.mem, json_pack("{s:o,s:s,s:s,s:s,s:s,s:b}", "week", days, "action", rq->path, "name",
                              form != NULL ? form_value(form, "name") : c->name, "zone",
                              form != NULL ? form_value(form, "zone") : c->zone, "days",
                              form != NULL ? form_value(form, "days")
                                           : service_text_of_days(rq->cx.mem, rq->lang, c),
                              "is_new", id_is_zero(c->id)));

    for (size_t i = 1; i <= COUNT(DAY_NAMES); i++) {
        const size_t n = i % COUNT(DAY_NAMES); /* Monday first */

        json_array_append_new(
            days,
            json_pack("{s:i,s:s,s:s,s:O?}", "n", (int)n, "name", req_text(rq, DAY_NAMES[n]),
                      "hours",
                      typed_or(rq, form, "day", n, service_text_of_day(rq->cx.mem, &c->week[n])),
                      "fault", fault_of(form, field_name(rq, "day", n))));
    }
    return form != NULL ? page_render_form(rq, "service_calendar", page, form)
                        : page_render(rq, "service_calendar", page);
}

static void read_calendar(struct req *rq, struct form *form, struct calendar *c)
{
    size_t bad_line = 0;

    c->name = form_value(form, "name");
    c->zone = form_value(form, "zone");
    for (size_t n = 0; n < COUNT(DAY_NAMES); n++)
        if (!service_text_day(form_value(form, field_name(rq, "day", n)), &c->week[n]))
            form_fault(rq, form, field_name(rq, "day", n), DAY_NAMES[n],
                       T("Type hours such as 09:00-12:00, 13:00-18:00, or leave it empty."));
    if (!service_text_days(rq->cx.mem, form_value(form, "days"), &c->days, &c->day_count,
                           &bad_line))
        form_fault(rq, form, "days", T("Special days"),
                   lang_fill1(rq->cx.mem, rq->lang,
                              T("Line {} cannot be read. Write the date, then closed or a "
                                "weekday, then what it is."),
                              arena_printf(rq->cx.mem, "%zu", bad_line)));
}

static bool take_calendar(struct req *rq, struct calendar *c)
{
    static const struct form_field FIELDS[] = {
        {"name", T("Name"), FORM_TEXT, true, 1, CALENDAR_NAME_MAX, NULL, 0},
        {"zone", T("Time zone"), FORM_TEXT, false, 0, 64, NULL, 0},
        {"days", T("Special days"), FORM_LINES, false, 0, 0, NULL, 0},
        {"week", T("Hours"), FORM_TEXT, false, 0, 0, NULL, 0},
    };
    struct form *form;

    if (!form_parse(rq, &form))
        return false;
    read_calendar(rq, form, c);
    if (json_object_size(form->faults) > 0)
        return show_calendar(rq, c, form);
    if (!calendar_save(&rq->cx, c))
        return form_take_err(rq, form, FIELDS, COUNT(FIELDS)) && show_calendar(rq, c, form);
    return reply_flash(rq, "ok", req_text(rq, T("The calendar is saved."))) &&
           reply_see_other(rq, SERVICE_PATH);
}

bool service_page_calendar_new(struct req *rq)
{
    struct calendar c = {.name = "", .zone = ""};

    for (int i = 1; i <= 5; i++)
        c.week[i] = (struct business_day){.spans = {{9 * 60, 17 * 60}}, .count = 1};
    return show_calendar(rq, &c, NULL);
}

bool service_page_calendar_add(struct req *rq)
{
    struct calendar c = {.name = "", .zone = ""};

    return take_calendar(rq, &c);
}

bool service_page_calendar(struct req *rq)
{
    struct calendar *c;

    return calendar_get(&rq->cx, rq->id, &c) && show_calendar(rq, c, NULL);
}

bool service_page_calendar_save(struct req *rq)
{
    struct calendar *is, c = {.name = ""};

    if (!calendar_get(&rq->cx, rq->id, &is))
        return false;
    c.id = is->id;
    return take_calendar(rq, &c);
}

bool service_page_calendar_remove(struct req *rq)
{
    if (!calendar_remove(&rq->cx, rq->id)) {
        if (rq->cx.err.kind != &ERR_CONFLICT)
            return false;
        err_clear(&rq->cx.err);
        return reply_flash(rq, "bad",
                           req_text(rq, T("This calendar is used by a promise. Choose another one "
                                          "there first."))) &&
               reply_see_other(rq, SERVICE_PATH);
    }
    return reply_flash(rq, "ok", req_text(rq, T("The calendar is removed."))) &&
           reply_see_other(rq, SERVICE_PATH);
}
