#include "portal/pages/queue_facts.h"

#include "licensing/licence.h"
#include "portal/account/role.h"
#include "portal/desk/ticket_link.h"
#include "portal/desk/ticket_thread.h"
#include "portal/pages/approval_page.h"
#include "portal/pages/dispatch_page.h"
#include "portal/pages/level_page.h"
#include "portal/pages/order_page.h"
#include "portal/pages/survey_page.h"
#include "portal/pages/ticket_field_page.h"
#include "portal/pages/time_page.h"
#include "portal/pages/visit_page.h"

#include <string.h>

enum { STAFF_MAX = 200, OTHERS_MAX = 5, ORDERS_MAX = 3, LICENCES_MAX = 50, SOON_DAYS = 30 };

static json_t *choice(const char *value, const char *text, bool is_chosen)
{
    return json_pack("{s:s, s:s, s:b}", "value", value, "text", text, "is_chosen", is_chosen);
}

/* States that may follow the present one. */
static json_t *statuses_json(struct req *rq, const struct ticket_words *words,
                             const struct ticket *t)
{
    json_t *all = json_array(), *one;
    bool has_key = t->category == TICKET_SOLVED;

    for (size_t i = 0; i < words->status_count; i++) {
        const struct ticket_status *s = &words->statuses[i];

        if (!ticket_status_decide(rq->cx.viewer.kind, t->category, s->category))
            continue;
        one = choice(s->code, req_text(rq, s->staff_label), strcmp(s->code, t->status) == 0);
        if (!has_key && s->category == TICKET_SOLVED) {
            json_object_set_new(one, "key", json_string("e"));
            has_key = true;
        }
        json_array_append_new(all, one);
    }
    return all;
}

static json_t *topics_json(struct req *rq, const struct ticket_words *words, const struct ticket *t)
{
    json_t *all = json_array();

    for (size_t i = 0; i < words->topic_count; i++)
        json_array_append_new(all,
                              choice(words->topics[i].code, req_text(rq, words->topics[i].label),
                                     strcmp(words->topics[i].code, t->topic) == 0));
    return all;
}

static json_t *levels_json(struct req *rq, const struct ticket *t)
{
    json_t *all = json_array();

    for (int level = TICKET_LEVEL_MIN; level <= TICKET_LEVEL_MAX; level++) {
        const char *value = arena_printf(rq->cx.mem, "%d", level);

        json_array_append_new(all, choice(value, value, level == t->level));
    }
    return all;
}

static bool add_people(struct req *rq, const struct ticket *t, json_t *context)
{
    struct staff *staff;
    struct filing_team *teams;
    size_t staff_count, team_count;
    json_t *people, *groups;

    if (!role_staff_list(&rq->cx, STAFF_MAX, &staff, &staff_count) ||
        !filing_teams(&rq->cx, &teams, &team_count))
        return false;
    people = json_array();
    for (size_t i = 0; i < staff_count; i++)
        if (staff[i].rights & RIGHT_DESK_UPDATE)
            json_array_append_new(people, choice(id_text(rq->cx.mem, staff[i].person_id),
                                                 staff[i].full_name,
                                                 id_equal(staff[i].person_id, t->assignee_id)));
    groups = json_array();
    for (size_t i = 0; i < team_count; i++)
        json_array_append_new(groups, choice(id_text(rq->cx.mem, teams[i].id), teams[i].name,
                                             id_equal(teams[i].id, t->team_id)));
    json_object_set_new(context, "staff", people);
    json_object_set_new(context, "teams", groups);
    json_object_set_new(context, "me_id",
                        json_string(id_text(rq->cx.mem, rq->cx.viewer.person_id)));
    json_object_set_new(context, "is_mine",
                        json_boolean(id_equal(t->assignee_id, rq->cx.viewer.person_id)));
    return true;
}

/* "8 of 10 seats, version 5.2.0": what the licence was like then; null when nothing was kept. */
static json_t *filed_json(struct req *rq, const struct ticket *t)
{
    struct err ignored = {0}; /* our own JSON: what cannot be read is not shown */
    const char *version;
    json_t *filed;

    if (!json_read(rq->cx.mem, &ignored, t->filed, strlen(t->filed), &filed) ||
        json_object_size(filed) == 0)
        return json_null();
    version = json_get_text(filed, "version", "");
    return json_pack("{s:s, s:s?, s:s?, s:b, s:b}", "seats_used",
                     format_number(rq->cx.mem, &rq->format, json_get_i64(filed, "seats_used", 0)),
                     "seats",
                     json_get_i64(filed, "seats", 0) > 0
                         ? format_number(rq->cx.mem, &rq->format, json_get_i64(filed, "seats", 0))
                         : NULL,
                     "version", version[0] != '\0' ? version : NULL, "was_valid",
                     json_get_bool(filed, "is_valid", true), "had_support",
                     json_get_bool(filed, "support_valid", true));
}

static bool add_product(struct req *rq, const struct ticket *t, json_t *context)
{
    struct filing_licence *licence;
    struct filing_machine *machine;

    if (!filing_licence_of(&rq->cx, t, &licence) || !filing_machine_of(&rq->cx, t, &machine))
        return false;
    json_object_set_new(context, "licence", ticket_context_licence(rq, licence));
    json_object_set_new(context, "machine", json_text(machine != NULL ? machine->name : NULL));
    json_object_set_new(context, "filed", filed_json(rq, t));
    json_object_set_new(context, "product", json_string(t->product_name));
    json_object_set_new(context, "version", json_string(t->product_version));
    return true;
}

/* Other tickets of the organisation that are not done. */
static bool add_others(struct req *rq, const struct ticket *t, json_t *context)
{
    struct ticket_page_of page = {0};
    json_t *others = json_array();

    json_object_set_new(context, "others", others);
    if (!id_is_zero(t->organisation_id) &&
        !ticket_list(&rq->cx,
                     &(struct ticket_filter){.tab = TICKET_TAB_OPEN,
                                             .organisation_id = t->organisation_id,
                                             .is_short = true,
                                             .limit = OTHERS_MAX + 1},
                     &page))
        return false;
    for (size_t i = 0; i < page.count && json_array_size(others) < OTHERS_MAX; i++)
        if (!id_equal(page.rows[i]->id, t->id))
            json_array_append_new(others,
                                  json_pack("{s:s, s:s, s:s}", "href",
                                            arena_printf(rq->cx.mem, "/desk/tickets/%s",
                                                         id_text(rq->cx.mem, page.rows[i]->id)),
                                            "number", page.rows[i]->number, "subject",
                                            page.rows[i]->subject));
    json_object_set_new(context, "has_other_tickets", json_boolean(json_array_size(others) > 0));
    return true;
}

/* Of the licences of the organisation: how many, and the one that ends first if that is soon. */
static bool add_licences(struct req *rq, const struct ticket *t, json_t *context)
{
    struct licence *list, *ending = NULL;
    size_t count;

    if (!viewer_has(&rq->cx.viewer, RIGHT_LICENCES_READ))
        return true;
    if (!licence_list(&rq->cx,
                      &(struct licence_filter){.organisation_id = t->organisation_id,
                                               .limit = LICENCES_MAX + 1},
                      &list, &count))
        return false;
    for (size_t i = 0; i < count; i++)
        if (list[i].expires_at > rq->cx.now &&
            list[i].expires_at < rq->cx.now + SOON_DAYS * CLOCK_DAY &&
            (ending == NULL || list[i].expires_at < ending->expires_at))
            ending = &list[i];
    if (count > 0)
        json_object_set_new(
            context, "owned_licences",
            json_string(count > LICENCES_MAX
                            ? arena_printf(rq->cx.mem, "%d+", LICENCES_MAX)
                            : format_number(rq->cx.mem, &rq->format, (int64_t)count)));
    if (ending != NULL)
        json_object_set_new(context, "ending",
                            json_pack("{s:s, s:s, s:o}", "href",
                                      arena_printf(rq->cx.mem, "/desk/licences/%s",
                                                   id_text(rq->cx.mem, ending->id)),
                                      "serial", ending->serial, "expires",
                                      page_day(rq, ending->expires_at)));
    return true;
}

/* What it has bought beside this ticket, each for those who may read it. */
static bool add_customer(struct req *rq, const struct ticket *t, json_t *context)
{
    struct order *orders;
    size_t count = 0;
    json_t *rows = json_array();

    json_object_set_new(context, "open_orders", rows);
    if (id_is_zero(t->organisation_id))
        return true;
    if (!add_licences(rq, t, context))
        return false;
    if (viewer_has(&rq->cx.viewer, RIGHT_SALES_READ) &&
        !order_list(&rq->cx,
                    &(struct order_filter){.organisation_id = t->organisation_id,
                                           .is_open = true,
                                           .limit = ORDERS_MAX},
                    &orders, &count))
        return false;
    for (size_t i = 0; i < count; i++)
        json_array_append_new(rows, order_page_row(rq, &orders[i]));
    json_object_set_new(context, "has_open_orders", json_boolean(count > 0));
    json_object_set_new(
        context, "has_bought",
        json_boolean(count > 0 || json_object_get(context, "owned_licences") != NULL));
    return true;
}

static bool add_tags(struct req *rq, const struct ticket *t, json_t *context)
{
    json_t *tags;

    if (!ticket_tags(&rq->cx, t->id, &tags))
        return false;
    json_object_set(context, "tags", tags);
    json_object_set_new(context, "has_tags", json_boolean(json_array_size(tags) > 0));
    return true;
}

/* How the open ticket stands to the other one, and the other to it. */
static const struct {
    const char *forth, *back;
} LINK_TEXTS[] = {
    [TICKET_LINK_DUPLICATE] = {T("Duplicate of"), T("Has the duplicate")},
    [TICKET_LINK_BLOCKS] = {T("Blocks"), T("Blocked by")},
    [TICKET_LINK_PARENT] = {T("Part of"), T("Has the part")},
    [TICKET_LINK_RELATED] = {T("Belongs with"), T("Belongs with")},
};
_Static_assert(COUNT(LINK_TEXTS) == TICKET_LINK_KINDS, "name every kind");

static bool add_links(struct req *rq, const struct ticket_words *words, const struct ticket *t,
                      json_t *context)
{
    struct ticket_link *links;
    size_t count;
    json_t *rows, *blockers, *kinds = json_array();

    json_object_set_new(context, "link_kinds", kinds);
    for (int i = 0; i < TICKET_LINK_KINDS; i++)
        json_array_append_new(kinds, choice(ticket_link_name((enum ticket_link_kind)i),
                                            req_text(rq, LINK_TEXTS[i].forth), false));
    if (!ticket_link_list(&rq->cx, t->id, &links, &count))
        return false;
    rows = json_array();
    blockers = json_array();
    for (size_t i = 0; i < count; i++) {
        const struct ticket_link *l = &links[i];
        const char *id = id_text(rq->cx.mem, l->other_id);

        if (l->kind == TICKET_LINK_BLOCKS && l->is_reverse &&
            (l->category == TICKET_OPEN || l->category == TICKET_WAITING))
            json_array_append_new(blockers,
                                  json_pack("{s:s, s:s, s:s, s:s}", "href",
                                            arena_printf(rq->cx.mem, "/desk/tickets/%s", id),
                                            "number", l->number, "subject", l->subject, "status",
                                            ticket_context_status(rq, words, l->status)));
        json_array_append_new(rows,
                              json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "how",
                                        req_text(rq, l->is_reverse ? LINK_TEXTS[l->kind].back
                                                                   : LINK_TEXTS[l->kind].forth),
                                        "kind", ticket_link_name(l->kind), "id", id, "href",
                                        arena_printf(rq->cx.mem, "/desk/tickets/%s", id), "number",
                                        l->number, "subject", l->subject, "status",
                                        ticket_context_status(rq, words, l->status)));
    }
    json_object_set_new(context, "is_blocked", json_boolean(json_array_size(blockers) > 0));
    json_object_set_new(context, "blockers", blockers);
    json_object_set_new(context, "links", rows);
    json_object_set_new(context, "has_links", json_boolean(count > 0));
    return true;
}

static json_t *head_json(struct req *rq, const struct ticket_words *words, const struct ticket *t)
{
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:i, s:s, s:s, s:b, s:b, s:o, s:o, s:o, s:o}", "id",
                     id_text(rq->cx.mem, t->id), "number", t->number, "subject", t->subject,
                     "topic", ticket_context_topic(rq, words, t->topic), "status",
                     ticket_context_status(rq, words, t->status), "level", t->level, "assignee",
                     t->assignee_name, "team", t->team_name, "needs_review", t->needs_review,
                     "is_closed", t->category == TICKET_CLOSED, "created",
                     page_time(rq, t->created_at), "first_answer",
                     page_time(rq, t->first_answer_at), "due", ticket_context_due(rq, t), "chip",
                     ticket_context_chip(rq, words, t));
}

/* What each form on the page says that it was chosen over. */
static json_t *was_json(struct req *rq, const struct ticket *t)
{
    struct arena *mem = rq->cx.mem;

    return json_pack("{s:s, s:s, s:i, s:s, s:s}", "status", t->status, "topic", t->topic, "level",
                     t->level, "team", id_is_zero(t->team_id) ? "" : id_text(mem, t->team_id),
                     "assignee", id_is_zero(t->assignee_id) ? "" : id_text(mem, t->assignee_id));
}

static json_t *reporter_json(const struct ticket *t)
{
    const char *name = t->reporter_name[0] != '\0' ? t->reporter_name : t->person_name;

    return json_pack("{s:s, s:o, s:s, s:s, s:s, s:s, s:s, s:s}", "name", name, "initials",
                     page_initials(name), "phone", t->reporter_phone, "email", t->reporter_email,
                     "store", t->store, "city", t->city, "organisation", t->organisation_name,
                     "organisation_code", t->organisation_code);
}

/* To whom the ticket can be sent, and who can be asked for an approval: the same people. */
static bool add_sends(struct req *rq, const struct ticket *t, json_t *context)
{
    struct team_person *people;
    size_t count;

    return team_people(&rq->cx, &people, &count) &&
           dispatch_page_of_ticket(rq, t, people, count, context) &&
           approval_page_of_ticket(rq, t, people, count, context);
}

bool queue_facts_add(struct req *rq, const struct ticket_words *words, const struct ticket *t,
                     json_t *context)
{
    json_object_set_new(context, "ticket", head_json(rq, words, t));
    json_object_set_new(context, "was", was_json(rq, t));
    json_object_set_new(context, "solve", ticket_context_solve(rq, t));
    json_object_set_new(context, "reporter", reporter_json(t));
    json_object_set_new(context, "statuses", statuses_json(rq, words, t));
    json_object_set_new(context, "topics", topics_json(rq, words, t));
    json_object_set_new(context, "levels", levels_json(rq, t));
    json_object_set_new(
        context, "can_remove",
        json_boolean(viewer_has(&rq->cx.viewer, RIGHT_DESK_UPDATE | RIGHT_DESK_DELETE)));
    level_page_of_ticket(rq, t, context);
    if (!id_is_zero(t->organisation_id) && viewer_has(&rq->cx.viewer, RIGHT_CUSTOMERS_READ))
        json_object_set_new(context, "organisation_href",
                            json_string(arena_printf(rq->cx.mem, "/desk/customers/%s",
                                                     id_text(rq->cx.mem, t->organisation_id))));
    if (viewer_has(&rq->cx.viewer, RIGHT_KNOWLEDGE_CREATE))
        json_object_set_new(context, "article_href",
                            json_string(arena_printf(rq->cx.mem, "/desk/articles/new?ticket=%s",
                                                     id_text(rq->cx.mem, t->id))));
    return add_people(rq, t, context) && add_product(rq, t, context) &&
           add_links(rq, words, t, context) && add_others(rq, t, context) &&
           add_customer(rq, t, context) && add_tags(rq, t, context) &&
           ticket_field_page_of_ticket(rq, words->fields, t, context) &&
           survey_page_add(rq, t, context) && visit_page_of_ticket(rq, t, context) &&
           add_sends(rq, t, context) && time_page_of_ticket(rq, t, context);
}
