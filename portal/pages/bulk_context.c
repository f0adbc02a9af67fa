#include "portal/pages/bulk_context.h"

#include "portal/account/role.h"
#include "portal/desk/filing.h"
#include "portal/desk/macro.h"
#include "portal/desk/ticket_bulk_act.h"
#include "portal/http/page.h"
#include "portal/pages/ticket_context.h"

#include <string.h>

enum { STAFF_MAX = 200, PERCENT = 100 };

static const char NOBODY[] = "none"; /* in the form: nobody, no team */

static const struct {
    const char *label, *kind, *icon; /* as parts/chip takes them */
} STATES[] = {
    [TICKET_BULK_CHOSEN] = {T("Not said yet what is done"), NULL, "circle"},
    [TICKET_BULK_READY] = {T("Not started"), NULL, "circle"},
    [TICKET_BULK_RUNNING] = {T("Under way"), "accent", "loader"},
    [TICKET_BULK_DONE] = {T("Done"), "ok", "check"},
    [TICKET_BULK_CANCELLED] = {T("Cancelled"), "warn", "ban"},
    [TICKET_BULK_STOPPED] = {T("Stopped: the right was taken away"), "bad", "circle-alert"},
};
_Static_assert(COUNT(STATES) == TICKET_BULK_STATES, "name every state");

static json_t *number(struct req *rq, int64_t value)
{
    return json_string(format_number(rq->cx.mem, &rq->format, value));
}

/* --- what is done, in words --- */

static void add_line(struct req *rq, json_t *lines, const char *label, const char *value)
{
    if (value != NULL)
        json_array_append_new(lines,
                              json_pack("{s:s,s:s}", "label", req_text(rq, label), "value", value));
}

static bool team_name(struct req *rq, const struct ticket_values *v, const char **out)
{
    struct filing_team *teams;
    size_t count;

    *out = v->has_team ? req_text(rq, T("No team")) : NULL;
    if (!v->has_team || id_is_zero(v->team_id))
        return true;
    if (!filing_teams(&rq->cx, &teams, &count))
        return false;
    for (size_t i = 0; i < count; i++)
        if (id_equal(teams[i].id, v->team_id))
            *out = teams[i].name;
    return true;
}

static bool assignee_name(struct req *rq, const struct ticket_values *v, const char **out)
{
    struct staff *staff;

    *out = v->has_assignee ? req_text(rq, T("Nobody")) : NULL;
    if (!v->has_assignee || id_is_zero(v->assignee_id))
        return true;
    if (!role_staff_find(&rq->cx, v->assignee_id, &staff))
        return false;
    *out = staff != NULL ? staff->full_name : "-";
    return true;
}

static bool act_lines(struct req *rq, const struct ticket_bulk *bulk, json_t *lines)
{
    struct ticket_bulk_act act;
    struct ticket_words words;
    const char *team, *assignee;
    const struct ticket_values *v = &act.values;
    const bool is_undo = !id_is_zero(bulk->undo_of);

    if (!ticket_bulk_act_read(&rq->cx, bulk->act, &act) ||
        !ticket_context_words(rq, true, &words) || !team_name(rq, v, &team) ||
        !assignee_name(rq, v, &assignee))
        return false;
    words.is_staff = true;
    add_line(rq, lines, T("State"),
             v->status != NULL ? ticket_context_status(rq, &words, v->status) : NULL);
    add_line(rq, lines, T("Level"),
             v->level != 0 ? arena_printf(rq->cx.mem, "%d", (int)v->level) : NULL);
    add_line(rq, lines, T("Topic"),
             v->topic != NULL ? ticket_context_topic(rq, &words, v->topic) : NULL);
    add_line(rq, lines, T("Assigned"), assignee);
    add_line(rq, lines, T("Team"), team);
    add_line(rq, lines, is_undo ? T("Tag that was added") : T("Tag to add"), act.tag);
    add_line(rq, lines, is_undo ? T("Tag that was removed") : T("Tag to remove"), act.untag);
    if (is_undo) /* what was said stays said */
        return true;
    add_line(rq, lines, T("Public reply"), act.text);
    add_line(rq, lines, T("Merge into ticket number"), act.merge_number);
    return true;
}

bool bulk_context_row(struct req *rq, const struct ticket_bulk *b, json_t **out)
{
    const int64_t worked = b->total - b->waiting;
    struct arena *mem = rq->cx.mem;
    json_t *lines = json_array();
    json_t *row =
        json_own(mem, json_pack("{s:s,s:s,s:s,s:s,s:o,s:o,s:o}", "id", id_text(mem, b->id), "href",
                                arena_printf(mem, "/desk/bulk/%s", id_text(mem, b->id)), "by",
                                b->starter_name, "origin", b->origin, "chip",
                                json_pack("{s:s?,s:s,s:s}", "kind", STATES[b->state].kind, "icon",
                                          STATES[b->state].icon, "text",
                                          req_text(rq, STATES[b->state].label)),
                                "created", page_time(rq, b->created_at), "lines", lines));

    json_object_set_new(row, "total", number(rq, b->total));
    json_object_set_new(row, "worked", number(rq, worked));
    json_object_set_new(row, "percent",
                        json_integer(b->total > 0 ? worked * PERCENT / b->total : PERCENT));
    json_object_set_new(row, "changed", number(rq, b->changed));
    json_object_set_new(row, "same", number(rq, b->same));
    json_object_set_new(row, "refused", number(rq, b->refused));
    json_object_set_new(row, "left", number(rq, b->left));
    json_object_set_new(row, "has_left", json_boolean(b->left > 0));
    json_object_set_new(row, "waiting", number(rq, b->waiting));
    json_object_set_new(row, "has_undone",
                        json_boolean(b->state > TICKET_BULK_DONE && b->waiting > 0));
    json_object_set_new(row, "is_cancelled", json_boolean(b->state == TICKET_BULK_CANCELLED));
    json_object_set_new(row, "is_undo", json_boolean(!id_is_zero(b->undo_of)));
    json_object_set_new(row, "is_cut", json_boolean(b->is_cut));
    *out = row;
    return act_lines(rq, b, lines);
}

/* --- the form --- */

static void add_option(json_t *all, const char *value, const char *text, const char *chosen)
{
    json_array_append_new(all, json_pack("{s:s,s:s,s:b}", "value", value, "text", text, "is_chosen",
                                         strcmp(value, chosen) == 0));
}

static json_t *options_start(struct req *rq, json_t *page, const char *name, const char *chosen)
{
    json_t *all = json_array();

    json_object_set_new(page, name, all);
    add_option(all, "", req_text(rq, T("as it is")), chosen);
    return all;
}

static bool add_people(struct req *rq, const char *assignee, const char *team, json_t *page)
{
    json_t *people = options_start(rq, page, "staff", assignee);
    json_t *groups = options_start(rq, page, "teams", team);
    struct staff *staff;
    struct filing_team *teams;
    size_t count, team_count;

    if (!role_staff_list(&rq->cx, STAFF_MAX, &staff, &count) ||
        !filing_teams(&rq->cx, &teams, &team_count))
        return false;
    add_option(people, NOBODY, req_text(rq, T("Nobody")), assignee);
    for (size_t i = 0; i < count; i++)
        if (staff[i].rights & RIGHT_DESK_READ)
            add_option(people, id_text(rq->cx.mem, staff[i].person_id), staff[i].full_name,
                       assignee);
    add_option(groups, NOBODY, req_text(rq, T("No team")), team);
    for (size_t i = 0; i < team_count; i++)
        add_option(groups, id_text(rq->cx.mem, teams[i].id), teams[i].name, team);
    return true;
}

static bool add_words(struct req *rq, const char *status, const char *topic, const char *level,
                      json_t *page)
{
    json_t *statuses = options_start(rq, page, "statuses", status);
    json_t *topics = options_start(rq, page, "topics", topic);
    json_t *levels = options_start(rq, page, "levels", level);
    struct ticket_words words;

    if (!ticket_context_words(rq, true, &words))
        return false;
    for (size_t i = 0; i < words.status_count; i++)
        add_option(statuses, words.statuses[i].code, req_text(rq, words.statuses[i].staff_label),
                   status);
    for (size_t i = 0; i < words.topic_count; i++)
        add_option(topics, words.topics[i].code, req_text(rq, words.topics[i].label), topic);
    for (int i = TICKET_LEVEL_MIN; i <= TICKET_LEVEL_MAX; i++) {
        const char *text = arena_printf(rq->cx.mem, "%d", i);

        add_option(levels, text, text, level);
    }
    return true;
}

static bool add_macros(struct req *rq, json_t *page)
{
    json_t *all = json_array();
    struct macro *macros;
    size_t count;

    json_object_set_new(page, "macros", all);
    if (!macro_list(&rq->cx, &macros, &count))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!macros[i].is_note && *macros[i].body != '\0')
            add_option(all, id_text(rq->cx.mem, macros[i].id), macros[i].name, "");
    return true;
}

static const char *given_id(struct req *rq, bool is_given, struct id id)
{
    if (!is_given)
        return "";
    return id_is_zero(id) ? NOBODY : id_text(rq->cx.mem, id);
}

static const char *or_empty(const char *text)
{
    return text != NULL ? text : "";
}

bool bulk_context_fields(struct req *rq, const struct ticket_bulk *bulk, const struct form *form,
                         json_t *page)
{
    struct ticket_bulk_act act;
    const struct ticket_values *v = &act.values;

    if (!ticket_bulk_act_read(&rq->cx, bulk->act, &act))
        return false;
    json_object_set_new(
        page, "values",
        json_pack("{s:s,s:s,s:s,s:s,s:b}", "tag",
                  form != NULL ? form_value(form, "tag") : or_empty(act.tag), "untag",
                  form != NULL ? form_value(form, "untag") : or_empty(act.untag), "text",
                  form != NULL ? form_value(form, "text") : or_empty(act.text), "number",
                  form != NULL ? form_value(form, "number") : or_empty(act.merge_number),
                  "even_apart",
                  form != NULL ? *form_value(form, "even_apart") != '\0' : act.even_apart));
    return add_people(rq,
                      form != NULL ? form_value(form, "assignee")
                                   : given_id(rq, v->has_assignee, v->assignee_id),
                      form != NULL ? form_value(form, "team")
                                   : given_id(rq, v->has_team, v->team_id),
                      page) &&
           add_words(rq, form != NULL ? form_value(form, "status") : or_empty(v->status),
                     form != NULL ? form_value(form, "topic") : or_empty(v->topic),
                     form != NULL    ? form_value(form, "level")
                     : v->level != 0 ? arena_printf(rq->cx.mem, "%d", (int)v->level)
                                     : "",
                     page) &&
           add_macros(rq, page);
}

bool bulk_context_look(struct req *rq, const struct ticket_bulk *bulk, json_t *page)
{
    struct ticket_bulk_preview p;
    json_t *reasons = json_array();

    json_object_set_new(page, "look", json_pack("{s:o}", "reasons", reasons));
    if (!ticket_bulk_look(&rq->cx, bulk, &p))
        return false;
    for (size_t i = 0; i < p.reason_count; i++)
        json_array_append_new(reasons,
                              json_pack("{s:s,s:o}", "text", req_text(rq, p.reasons[i].reason),
                                        "count", number(rq, p.reasons[i].count)));
    page = json_object_get(page, "look");
    json_object_set_new(page, "changes", number(rq, p.changes));
    json_object_set_new(page, "same", number(rq, p.same));
    json_object_set_new(page, "refused", number(rq, p.refused));
    json_object_set_new(page, "has_refused", json_boolean(p.refused > 0));
    json_object_set_new(page, "has_changes", json_boolean(p.changes > 0));
    return true;
}
