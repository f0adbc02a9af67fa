#include "portal/api/time_api.h"

#include "portal/api/rest.h"
#include "portal/desk/hours.h"
#include "portal/desk/time_entry.h"
#include "portal/sales/organisation.h"

#include <string.h>

static json_t *entry_json(struct req *rq, const struct time_entry *e)
{
    return json_pack("{s:s,s:o,s:s,s:s,s:s,s:s,s:I,s:b,s:o,s:s,s:b,s:b}", "id",
                     id_text(rq->cx.mem, e->id), "ticket_id", rest_id_json(rq, e->ticket_id),
                     "number", e->number, "subject", e->subject, "person", e->person, "done_on",
                     e->done_on, "minutes", (json_int_t)e->minutes, "is_billable", e->is_billable,
                     "cost", e->cost.minor != 0 ? rest_money(e->cost) : json_null(), "note",
                     e->note, "is_reversed", e->is_reversed, "is_reversal", e->is_reversal);
}

static json_t *entries_json(struct req *rq, const struct time_entry *list, size_t count)
{
    json_t *data = json_array();

    for (size_t i = 0; i < count; i++)
        json_array_append_new(data, entry_json(rq, &list[i]));
    return data;
}

static bool answer_entries(struct req *rq, struct id ticket_id)
{
    struct time_entry *list;
    struct ticket *t;
    size_t count;

    return ticket_get(&rq->cx, ticket_id, &t) &&
           time_entry_of_ticket(&rq->cx, t->id, &list, &count) &&
           rest_answer_list(rq, entries_json(rq, list, count), NULL);
}

bool time_api_of_ticket(struct req *rq)
{
    return answer_entries(rq, rq->id);
}

struct time_body {
    const char *done_on, *note;
    int64_t minutes;
    bool is_billable;
    const json_t *cost;
};

static const struct rest_member TIME[] = {
    {"minutes", REST_INT, false, 0, TIME_ENTRY_MINUTES_MAX, offsetof(struct time_body, minutes)},
    {"is_billable", REST_BOOL, false, 0, 0, offsetof(struct time_body, is_billable)},
    {"cost", REST_OBJECT, false, 0, 0, offsetof(struct time_body, cost)},
    {"done_on", REST_TEXT, false, 0, 0, offsetof(struct time_body, done_on)},
    {"note", REST_TEXT, false, 0, 0, offsetof(struct time_body, note)},
};

/* As the answers have it, in the tenant's own currency, which the page's form is in. */
static bool read_cost(struct req *rq, const json_t *json, struct money *out)
{
    const char *currency = rq->tenant->currency;
    const json_t *minor = json_object_get(json, "minor");

    if (json == NULL)
        return true;
    if (json_object_size(json) != 2 || !json_is_integer(minor) ||
        strcmp(json_get_text(json, "currency", ""), currency) != 0)
        return rest_refuse_as(
            rq, "cost",
            T("The member {} has to be an object of two: minor, a whole number, and currency, which is {}."),
            currency);
    out->minor = json_integer_value(minor);
    for (size_t i = 0; i < sizeof out->currency - 1 && currency[i] != '\0'; i++)
        out->currency[i] = currency[i];
    return true;
}

/* The new one of the ticket's. */
static bool show(struct req *rq, struct id id)
{
    struct time_entry *list;
    size_t count;

    if (!time_entry_of_ticket(&rq->cx, rq->id, &list, &count))
        return false;
    for (size_t i = 0; i < count; i++)
        if (id_equal(list[i].id, id))
            return rest_answer(rq, 201, entry_json(rq, &list[i]));
    return err_set(&rq->cx.err, &ERR_NOT_FOUND, "time entry %s", id_text(rq->cx.mem, id));
}

bool time_api_add(struct req *rq)
{
    struct time_body body = {.note = NULL};
    struct time_entry_new what = {.note = NULL};
    struct ticket *t;
    struct id id;

    if (!ticket_get(&rq->cx, rq->id, &t) || !rest_read(rq, TIME, COUNT(TIME), &body, NULL) ||
        !read_cost(rq, body.cost, &what.cost))
        return false;
    what.done_on = body.done_on;
    what.note = body.note;
    what.minutes = body.minutes;
    what.is_billable = body.is_billable;
    return time_entry_add(&rq->cx, rq->id, &what, &id) && show(rq, id);
}

bool time_api_reverse(struct req *rq)
{
    struct id ticket_id;

    return time_entry_reverse(&rq->cx, rq->id, &ticket_id) && answer_entries(rq, ticket_id);
}

/* Whoever may look at the balance: hours_balance_of says who. */
bool time_api_hours(struct req *rq)
{
    struct hours_balance b;
    struct organisation *o;
    struct time_entry *list;
    size_t count;

    if (!organisation_get(&rq->cx, rq->id, &o) || !hours_balance_of(&rq->cx, o->id, &b) ||
        !time_entry_of_organisation(&rq->cx, o->id, &list, &count))
        return false;
    return rest_answer(rq, 200,
                       json_pack("{s:I,s:I,s:I,s:o}", "bought_minutes", (json_int_t)b.bought,
                                 "billed_minutes", (json_int_t)b.billed, "left_minutes",
                                 (json_int_t)b.left, "entries", entries_json(rq, list, count)));
}
