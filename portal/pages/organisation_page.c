#include "portal/pages/organisation_page.h"

#include "licensing/licence.h"
#include "portal/account/membership.h"
#include "portal/account/second_rule.h"
#include "portal/desk/ticket_list.h"
#include "portal/http/page.h"
#include "portal/pages/field_form.h"
#include "portal/pages/licence_json.h"
#include "portal/pages/order_page.h"
#include "portal/pages/record_field_page.h"
#include "portal/pages/ticket_context.h"
#include "portal/sales/contract.h"
#include "portal/sales/organisation.h"
#include "portal/sales/organisation_timeline.h"
#include "portal/sales/site.h"

#include <string.h>

enum { SHOWN_TICKETS = 10, SHOWN_ORDERS = 10, SHOWN_LICENCES = 20, SHOWN_EVENTS = 20 };

static const struct {
    const char *status, *label, *kind, *icon;
} STATUS_LOOKS[] = {
    {"prospect", T("Prospect"), "accent", "circle-dot"},
    {"active", T("Active"), "ok", "check"},
    {"dormant", T("Dormant"), "warn", "pause"},
    {"lost", T("Lost"), NULL, "x"},
};

static size_t look_of(const char *status)
{
    size_t at = 0;

    for (size_t i = 0; i < COUNT(STATUS_LOOKS); i++) {
        if (!strcmp(STATUS_LOOKS[i].status, status))
            at = i;
    }
    return at;
}

const char *organisation_page_status(struct req *rq, const char *status)
{
    return req_text(rq, STATUS_LOOKS[look_of(status)].label);
}

static json_t *status_chip(struct req *rq, const char *status)
{
    const size_t at = look_of(status);

    return json_pack("{s:s?,s:s,s:s}", "kind", STATUS_LOOKS[at].kind, "icon", STATUS_LOOKS[at].icon,
                     "text", req_text(rq, STATUS_LOOKS[at].label));
}

json_t *organisation_page_json(struct req *rq, const struct organisation *o)
{
    struct arena *mem = rq->cx.mem;

    return json_pack("{s:s,s:s,s:s,s:s,s:o,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:o,s:s}", "href",
                     arena_printf(mem, "/desk/customers/%s", id_text(mem, o->id)), "code", o->code,
                     "name", o->name, "category", o->category, "status", status_chip(rq, o->status),
                     "importance", format_number(mem, &rq->format, o->importance), "owner",
                     o->owner_name, "phone", o->phone, "email", o->email, "address", o->address,
                     "city", o->city, "country", o->country, "since", page_day(rq, o->created_at),
                     "note", o->note);
}

/* --- parts of one organisation --- */

static const struct {
    uint64_t right;
    const char *label;
} MEMBER_RIGHTS[] = {
    {RIGHT_TICKET_OWN, T("Own tickets")}, {RIGHT_TICKET_ALL, T("All tickets")},
    {RIGHT_ORDER, T("Orders")},           {RIGHT_LICENCE, T("Licences")},
    {RIGHT_BILLING, T("Invoices")},       {RIGHT_ADMIN, T("Administration")},
};

/* Where a member's rights are changed, for those who may; else NULL. */
static const char *member_href(struct req *rq, const struct membership *m)
{
    struct arena *mem = rq->cx.mem;
    const char *person = id_text(mem, m->person_id);

    if (rq->session->is_staff)
        return arena_printf(mem, "/desk/customers/%s/people/%s", id_text(mem, m->organisation_id),
                            person);
    return viewer_has(&rq->cx.viewer, RIGHT_ADMIN)
               ? arena_printf(mem, "/organisation/people/%s", person)
               : NULL;
}

static json_t *member_json(struct req *rq, const struct membership *m)
{
    json_t *rights = json_array();

    for (size_t i = 0; i < COUNT(MEMBER_RIGHTS); i++) {
        if ((m->rights & MEMBER_RIGHTS[i].right) != 0)
            json_array_append_new(
                rights, json_pack("{s:s}", "text",
                                  (m->reads_only & MEMBER_RIGHTS[i].right) != 0
                                      ? lang_fill1(rq->cx.mem, rq->lang, T("{} (sees only)"),
                                                   req_text(rq, MEMBER_RIGHTS[i].label))
                                      : req_text(rq, MEMBER_RIGHTS[i].label)));
    }
    return json_pack("{s:s?,s:s,s:s,s:s,s:s,s:s?,s:o,s:o,s:n}", "href", member_href(rq, m), "name",
                     m->full_name, "email", m->email, "phone", m->phone, "position", m->position,
                     "site", m->site_name, "rights", rights, "initials",
                     page_initials(m->full_name), "listed");
}

/* Staff see those of the people's own fields that lists show. */
static bool add_listed(struct req *rq, const struct membership *members, size_t count,
                       json_t *people)
{
    struct id *ids = arena_array(rq->cx.mem, struct id, count + 1);

    for (size_t i = 0; i < count; i++)
        ids[i] = members[i].person_id;
    return !rq->session->is_staff || record_field_page_list(rq, FIELD_PERSON, ids, count, people);
}

static bool add_people(struct req *rq, struct id id, json_t *page)
{
    struct membership *members;
    struct site *sites;
    size_t member_count;
    size_t site_count;
    bool has_admin = false;
    json_t *people = json_array();
    json_t *places = json_array();

    json_object_set_new(page, "people", people);
    json_object_set_new(page, "sites", places);
    if (!membership_list_of_organisation(&rq->cx, id, &members, &member_count) ||
        !site_list(&rq->cx, id, &sites, &site_count))
        return false;
    for (size_t i = 0; i < member_count; i++) {
        json_array_append_new(people, member_json(rq, &members[i]));
        has_admin = has_admin || (members[i].rights & RIGHT_ADMIN) != 0;
    }
    if (!add_listed(rq, members, member_count, people))
        return false;
    json_object_set_new(page, "has_no_admin", json_boolean(member_count > 0 && !has_admin));
    for (size_t i = 0; i < site_count; i++)
        json_array_append_new(places, json_pack("{s:s,s:s,s:s,s:s}", "name", sites[i].name, "city",
                                                sites[i].city, "address", sites[i].address, "phone",
                                                sites[i].phone));
    json_object_set_new(page, "has_people", json_boolean(member_count > 0));
    json_object_set_new(page, "has_sites", json_boolean(site_count > 0));
    return true;
}

static bool add_tickets(struct req *rq, struct id id, json_t *page)
{
    const struct ticket_filter filter = {
        .tab = TICKET_TAB_ALL, .organisation_id = id, .is_short = true, .limit = SHOWN_TICKETS};
    struct ticket_page_of tickets;
    struct ticket_words words;
    json_t *rows = json_array();

    json_object_set_new(page, "tickets", rows);
    if (!ticket_context_words(rq, false, &words) || !ticket_list(&rq->cx, &filter, &tickets))
        return false;
    for (size_t i = 0; i < tickets.count; i++) {
        json_t *row = ticket_context_row(rq, &words, tickets.rows[i]);

        json_object_set_new(row, "href",
                            json_string(arena_printf(rq->cx.mem, "/desk/tickets/%s",
                                                     id_text(rq->cx.mem, tickets.rows[i]->id))));
        json_array_append_new(rows, row);
    }
    json_object_set_new(page, "has_tickets", json_boolean(tickets.count > 0));
    return true;
}

static bool add_papers(struct req *rq, struct id id, json_t *page)
{
    const struct order_filter filter = {.organisation_id = id, .limit = SHOWN_ORDERS};
    struct order *orders;
    struct contract *contracts;
    size_t order_count;
    size_t contract_count;
    json_t *order_rows = json_array();
    json_t *contract_rows = json_array();

    json_object_set_new(page, "orders", order_rows);
    json_object_set_new(page, "contracts", contract_rows);
    if (!order_list(&rq->cx, &filter, &orders, &order_count) ||
        !contract_list(&rq->cx, id, &contracts, &contract_count))
        return false;
    for (size_t i = 0; i < order_count; i++)
        json_array_append_new(order_rows, order_page_row(rq, &orders[i]));
    for (size_t i = 0; i < contract_count; i++)
        json_array_append_new(contract_rows, order_page_contract(rq, &contracts[i]));
    json_object_set_new(page, "has_orders", json_boolean(order_count > 0));
    json_object_set_new(page, "has_contracts", json_boolean(contract_count > 0));
    return true;
}

static bool add_licences(struct req *rq, struct id id, json_t *page)
{
    const struct licence_filter filter = {.organisation_id = id, .limit = SHOWN_LICENCES};
    bool can_see = viewer_has(&rq->cx.viewer, RIGHT_LICENCES_READ);
    struct licence *list;
    size_t count = 0;
    json_t *rows = json_array();

    json_object_set_new(page, "licences", rows);
    if (can_see && !licence_list(&rq->cx, &filter, &list, &count))
        return false;
    for (size_t i = 0; i < count; i++)
        json_array_append_new(rows, licence_json_row(rq, &list[i]));
    json_object_set_new(page, "has_licences", json_boolean(count > 0));
    json_object_set_new(page, "can_issue", json_boolean(can_see));
    json_object_set_new(page, "can_sell",
                        json_boolean(viewer_has(&rq->cx.viewer, RIGHT_SALES_CREATE)));
    return true;
}

/* --- the timeline --- */

static const struct {
    const char *name, *label, *icon;
} EVENT_LOOKS[] = {
    {"ticket.created", T("Ticket filed"), "message-square-plus"},
    {"ticket.replied", T("Ticket answered"), "message-square-text"},
    {"ticket.status_changed", T("Ticket state changed"), "refresh-cw"},
    {"ticket.assigned", T("Ticket assigned"), "user"},
    {"licence.issued", T("Licence issued"), "key-round"},
    {"licence.updated", T("Licence changed"), "pencil"},
    {"licence.renewed", T("Licence renewed"), "refresh-cw"},
    {"licence.policy_changed", T("Licence changed"), "pencil"},
    {"licence.owner_changed", T("Licence changed"), "pencil"},
    {"licence.expired", T("Licence ended"), "ban"},
    {"licence.suspended", T("Licence suspended"), "ban"},
    {"licence.reinstated", T("Licence reinstated"), "rotate-ccw"},
    {"licence.activated", T("Machine activated"), "monitor"},
    {"licence.released", T("Machine released"), "monitor"},
    {"order.placed", T("Order placed"), "package"},
    {"order.updated", T("Order moved on"), "truck"},
    {"organisation.created", T("Customer added"), "building-2"},
    {"organisation.changed", T("Customer changed"), "pencil"},
};

static const char *subject_href(struct req *rq, const struct organisation_event *e)
{
    static const struct {
        const char *subject, *prefix;
    } PLACES[] = {
        {"ticket", "/desk/tickets/"}, {"order", "/desk/orders/"}, {"licence", "/desk/licences/"}};

    for (size_t i = 0; i < COUNT(PLACES); i++) {
        if (!strcmp(PLACES[i].subject, e->subject))
            return arena_printf(rq->cx.mem, "%s%s", PLACES[i].prefix,
                                id_text(rq->cx.mem, e->subject_id));
    }
    return NULL;
}

/* Events without a word here (internal notes and the like) are in the audit trail, not on the page.
 */
static bool add_timeline(struct req *rq, struct id id, json_t *page)
{
    struct organisation_event *list;
    size_t count;
    json_t *rows = json_array();

    json_object_set_new(page, "events", rows);
    if (!organisation_timeline(&rq->cx, id, &list, &count))
        return false;
    for (size_t i = 0; i < count && json_array_size(rows) < SHOWN_EVENTS; i++) {
        for (size_t k = 0; k < COUNT(EVENT_LOOKS); k++) {
            if (strcmp(EVENT_LOOKS[k].name, list[i].name) != 0)
                continue;
            json_array_append_new(
                rows,
                json_pack("{s:s,s:s,s:s?,s:s,s:s?,s:o}", "text", req_text(rq, EVENT_LOOKS[k].label),
                          "icon", EVENT_LOOKS[k].icon, "href", subject_href(rq, &list[i]), "number",
                          list[i].number, "actor", list[i].actor, "at", page_time(rq, list[i].at)));
        }
    }
    json_object_set_new(page, "has_events", json_boolean(json_array_size(rows) > 0));
    return true;
}

/* Whether its members need a second step, for those who may say so. */
static bool add_second(struct req *rq, struct id id, const char *action, json_t *page)
{
    bool is_on;

    if (!second_rule_organisation(&rq->cx, id, &is_on))
        return false;
    json_object_set_new(page, "second", json_pack("{s:s,s:b}", "action", action, "is_on", is_on));
    return true;
}

/* What is filled in in the tenant's own fields, as far as the reader may see it. */
static bool add_fields(struct req *rq, struct id id, json_t *page)
{
    struct field_record own;
    json_t *facts;

    if (!field_record_read(&rq->cx, FIELD_ORGANISATION, id, &own))
        return false;
    facts = field_form_facts(rq, &own.set, own.values);
    json_object_set_new(page, "has_own_fields", json_boolean(json_array_size(facts) > 0));
    json_object_set_new(page, "own_fields", facts);
    return true;
}

bool organisation_page_view(struct req *rq)
{
    struct organisation *o;
    json_t *page;

    if (!organisation_get(&rq->cx, rq->id, &o))
        return false;
    page = json_own(rq->cx.mem,
                    json_pack("{s:o,s:s,s:s}", "organisation", organisation_page_json(rq, o),
                              "issue_href",
                              arena_printf(rq->cx.mem, "/desk/licences/new?organisation=%s",
                                           id_text(rq->cx.mem, o->id)),
                              "invite_href",
                              arena_printf(rq->cx.mem, "/desk/customers/%s/people/new",
                                           id_text(rq->cx.mem, o->id))));
    if (!add_fields(rq, o->id, page) || !add_people(rq, o->id, page) ||
        !add_tickets(rq, o->id, page) || !add_papers(rq, o->id, page) ||
        !add_licences(rq, o->id, page) || !add_timeline(rq, o->id, page) ||
        !add_second(
            rq, o->id,
            arena_printf(rq->cx.mem, "/desk/customers/%s/second", id_text(rq->cx.mem, o->id)),
            page))
        return false;
    return page_render(rq, "organisation_view", page);
}

bool organisation_page_own(struct req *rq)
{
    struct organisation *o;
    bool has_admin;
    json_t *page;

    if (!organisation_get(&rq->cx, rq->session->organisation_id, &o) ||
        !membership_has_admin(&rq->cx, o->id, &has_admin))
        return false;
    page = json_own(rq->cx.mem,
                    json_pack("{s:o,s:b,s:b}", "organisation", organisation_page_json(rq, o),
                              "is_admin", viewer_has(&rq->cx.viewer, RIGHT_ADMIN),
                              "is_without_admin", !has_admin));
    if (!add_fields(rq, o->id, page) || !add_people(rq, o->id, page) ||
        (viewer_has(&rq->cx.viewer, RIGHT_ADMIN) &&
         !add_second(rq, o->id, "/organisation/second", page)))
        return false;
    return page_render(rq, "organisation_own", page);
}
