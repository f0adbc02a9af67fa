#include "portal/pages/level_page.h"

#include "base/parse.h"
#include "portal/desk/ticket_level.h"
#include "portal/http/page.h"
#include "portal/pages/queue_page.h"

static const char *const SEVERITIES[] = {
    T("We cannot sell or work"),
    T("We can work, but slower"),
    T("One person or machine is affected"),
    T("It can wait"),
};
_Static_assert(COUNT(SEVERITIES) == TICKET_LEVEL_MAX, "name every severity");

const char *level_page_severity(int severity)
{
    return SEVERITIES[severity - 1];
}

static json_t *options(struct req *rq, int chosen)
{
    json_t *all = json_array();

    for (int i = TICKET_LEVEL_MIN; i <= TICKET_LEVEL_MAX; i++) {
        const char *text = arena_printf(rq->cx.mem, "%d", i);

        json_array_append_new(
            all, json_pack("{s:s,s:s,s:b}", "value", text, "text", text, "is_chosen", i == chosen));
    }
    return all;
}

static bool show(struct req *rq, const struct ticket_levels *levels, const struct form *form)
{
    json_t *rows = json_array(), *severities = json_array();
    json_t *page = json_own(rq->cx.mem, json_pack("{s:o,s:o,s:b}", "rows", rows, "severities",
                                                  severities, "on_topics", 1));

    for (int i = 0; i < TICKET_LEVEL_MAX; i++) {
        json_t *cells = json_array();

        for (int u = 0; u < TICKET_LEVEL_MAX; u++)
            json_array_append_new(
                cells, json_pack("{s:s,s:i,s:o}", "name",
                                 arena_printf(rq->cx.mem, "level_%d_%d", i + 1, u + 1), "urgency",
                                 u + 1, "options", options(rq, levels->level[i][u])));
        json_array_append_new(rows, json_pack("{s:i,s:o}", "impact", i + 1, "cells", cells));
        json_array_append_new(severities, json_pack("{s:s,s:s,s:o}", "name",
                                                    arena_printf(rq->cx.mem, "severity_%d", i + 1),
                                                    "text", req_text(rq, SEVERITIES[i]), "options",
                                                    options(rq, levels->impact[i])));
    }
    return form != NULL ? page_render_form(rq, "level_matrix", page, form)
                        : page_render(rq, "level_matrix", page);
}

bool level_page_view(struct req *rq)
{
    struct ticket_levels levels;

    return ticket_level_get(&rq->cx, &levels) && show(rq, &levels, NULL);
}

static int typed_level(struct req *rq, struct form *form, const char *name)
{
    int64_t value;

    if (parse_i64(form_value(form, name), TICKET_LEVEL_MIN, TICKET_LEVEL_MAX, &value))
        return (int)value;
    form_fault(rq, form, name, T("Level"), T("Choose one of the list."));
    return TICKET_LEVEL_MAX;
}

bool level_page_save(struct req *rq)
{
    struct ticket_levels levels;
    struct form *form;

    if (!form_parse(rq, &form))
        return false;
    for (int i = 0; i < TICKET_LEVEL_MAX; i++) {
        levels.impact[i] = typed_level(rq, form, arena_printf(rq->cx.mem, "severity_%d", i + 1));
        for (int u = 0; u < TICKET_LEVEL_MAX; u++)
            levels.level[i][u] =
                typed_level(rq, form, arena_printf(rq->cx.mem, "level_%d_%d", i + 1, u + 1));
    }
    if (json_object_size(form->faults) > 0)
        return show(rq, &levels, form);
    return ticket_level_set(&rq->cx, &levels) &&
           reply_flash(rq, "ok",
                       req_text(rq, T("Saved. Tickets that are there keep their levels."))) &&
           reply_see_other(rq, "/desk/settings/levels");
}

/* --- one ticket --- */

void level_page_of_ticket(struct req *rq, const struct ticket *t, json_t *context)
{
    json_object_set_new(
        context, "weight",
        json_pack("{s:o,s:o,s:i,s:i,s:s?}", "impacts", options(rq, t->impact), "urgencies",
                  options(rq, t->urgency), "impact", t->impact, "urgency", t->urgency, "severity",
                  t->severity != 0 ? req_text(rq, level_page_severity(t->severity)) : NULL));
}

bool level_page_weigh(struct req *rq)
{
    int64_t impact, urgency;
    struct form *form;

    if (!form_parse(rq, &form))
        return false;
    impact = typed_level(rq, form, "impact");
    urgency = typed_level(rq, form, "urgency");
    if (json_object_size(form->faults) > 0)
        return queue_page_again(rq, form);
    return ticket_level_weigh(&rq->cx, rq->id, impact, urgency) &&
           reply_flash(rq, "ok", req_text(rq, T("Impact and urgency are set, and the level."))) &&
           reply_see_other(rq, queue_page_address(rq, form_value(form, "view")));
}
