#include "portal/api/customer_api.h"

#include "portal/account/membership.h"
#include "portal/account/own_field.h"
#include "portal/account/role.h"
#include "portal/api/rest.h"
#include "portal/sales/order.h"
#include "portal/sales/organisation.h"

#include <string.h>

/* --- who asks --- */

static const char *kind_name(enum viewer_kind kind)
{
    switch (kind) {
    case VIEWER_STAFF:
        return "staff";
    case VIEWER_CUSTOMER:
        return "customer";
    case VIEWER_NOBODY:
    case VIEWER_SYSTEM:
        break;
    }
    return "other";
}

/* A customer's are named as in a membership, staff's as in a role. */
static json_t *rights_json(const struct viewer *v)
{
    return v->kind == VIEWER_CUSTOMER ? membership_rights_json(v->rights)
                                      : role_rights_json(v->rights);
}

bool customer_api_me(struct req *rq)
{
    const struct viewer *v = &rq->cx.viewer;

    return rest_answer(rq, 200,
                       json_pack("{s:s,s:o,s:o,s:s,s:o,s:o}", "kind", kind_name(v->kind),
                                 "person_id", rest_id_json(rq, v->person_id), "organisation_id",
                                 rest_id_json(rq, v->organisation_id), "tenant", rq->tenant->slug,
                                 "rights", rights_json(v), "reads_only",
                                 membership_rights_json(v->reads_only)));
}

/* --- organisations --- */

static json_t *organisation_json(struct req *rq, const struct organisation *o, json_t *fields)
{
    json_t *json =
        json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:o}", "id", id_text(rq->cx.mem, o->id),
                  "code", o->code, "name", o->name, "status", o->status, "phone", o->phone, "email",
                  o->email, "address", o->address, "city", o->city, "country", o->country,
                  "created_at", rest_time(o->created_at));

    json_object_set(json, "fields", fields);
    if (rq->cx.viewer.kind == VIEWER_STAFF) {
        json_object_set_new(json, "category", json_string(o->category));
        json_object_set_new(json, "importance", json_integer(o->importance));
        json_object_set_new(json, "owner_id", rest_id_json(rq, o->owner_id));
        json_object_set_new(json, "note", json_string(o->note));
    }
    return json;
}

/* Of all of them at once. */
static bool read_fields(struct req *rq, const struct organisation *list, size_t count,
                        struct field_set *set, const char ***values)
{
    struct id *ids = arena_array(rq->cx.mem, struct id, count + 1);

    for (size_t i = 0; i < count; i++)
        ids[i] = list[i].id;
    return custom_field_set(&rq->cx, FIELD_ORGANISATION, set) &&
           custom_value_read_many(&rq->cx, set, ids, count, values);
}

bool customer_api_organisations(struct req *rq)
{
    struct organisation_filter filter = {.search = req_query(rq, "q")};
    struct organisation *list;
    struct field_set set;
    const char **values;
    json_t *data;
    size_t count;
    bool has_more;

    if (!rest_choice(rq, "status", ORGANISATION_STATUSES, &filter.status) ||
        !rest_limit(rq, &filter.limit) || !rest_id(rq, "after", &filter.after) ||
        !organisation_list(&rq->cx, &filter, &list, &count, &has_more) ||
        !read_fields(rq, list, count, &set, &values))
        return false;
    data = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(
            data, organisation_json(rq, &list[i],
                                    custom_value_set_json(rq->cx.mem, &set, values + i * set.count,
                                                          rq->cx.viewer.kind == VIEWER_CUSTOMER)));
    return rest_answer_list(rq, data, has_more ? id_text(rq->cx.mem, list[count - 1].id) : NULL);
}

static bool answer_organisation(struct req *rq, int status, struct id id)
{
    struct organisation *o;
    json_t *fields;

    return organisation_get(&rq->cx, id, &o) &&
           field_record_json(&rq->cx, FIELD_ORGANISATION, id, &fields) &&
           rest_answer(rq, status, organisation_json(rq, o, fields));
}

bool customer_api_organisation(struct req *rq)
{
    return answer_organisation(rq, 200, rq->id);
}

static const struct rest_member ORGANISATION[] = {
    {"name", REST_TEXT, false, 0, 0, offsetof(struct organisation_draft, name)},
    {"code", REST_TEXT, false, 0, 0, offsetof(struct organisation_draft, code)},
    {"category", REST_TEXT, false, 0, 0, offsetof(struct organisation_draft, category)},
    {"status", REST_TEXT, false, 0, 0, offsetof(struct organisation_draft, status)},
    {"importance", REST_INT, false, ORGANISATION_IMPORTANCE_MIN, ORGANISATION_IMPORTANCE_MAX,
     offsetof(struct organisation_draft, importance)},
    {"owner_id", REST_ID, false, 0, 0, offsetof(struct organisation_draft, owner_id)},
    {"phone", REST_TEXT, false, 0, 0, offsetof(struct organisation_draft, phone)},
    {"email", REST_TEXT, false, 0, 0, offsetof(struct organisation_draft, email)},
    {"address", REST_TEXT, false, 0, 0, offsetof(struct organisation_draft, address)},
    {"city", REST_TEXT, false, 0, 0, offsetof(struct organisation_draft, city)},
    {"country", REST_TEXT, false, 0, 0, offsetof(struct organisation_draft, country)},
    {"note", REST_TEXT, false, 0, 0, offsetof(struct organisation_draft, note)},
    {"fields", REST_OBJECT, false, 0, 0, offsetof(struct organisation_draft, fields)},
};

bool customer_api_add(struct req *rq)
{
    struct organisation_draft draft = {.name = NULL};
    struct organisation *o;

    return rest_read(rq, ORGANISATION, COUNT(ORGANISATION), &draft, NULL) &&
           organisation_add(&rq->cx, &draft, &o) && answer_organisation(rq, 201, o->id);
}

/* What the body does not name stays as it is. */
bool customer_api_change(struct req *rq)
{
    struct organisation *o;
    struct organisation_draft draft;

    if (!organisation_get(&rq->cx, rq->id, &o))
        return false;
    draft = (struct organisation_draft){.code = o->code,
                                        .name = o->name,
                                        .category = o->category,
                                        .status = o->status,
                                        .importance = o->importance,
                                        .owner_id = o->owner_id,
                                        .phone = o->phone,
                                        .email = o->email,
                                        .address = o->address,
                                        .city = o->city,
                                        .country = o->country,
                                        .note = o->note};
    return rest_read(rq, ORGANISATION, COUNT(ORGANISATION), &draft, NULL) &&
           organisation_change(&rq->cx, rq->id, &draft) && answer_organisation(rq, 200, rq->id);
}

/* --- orders --- */

static json_t *order_json(struct req *rq, const struct order *o, json_t *fields)
{
    return json_pack("{s:s,s:s,s:s,s:s,s:s,s:o,s:o,s:s,s:o,s:o,s:o,s:s?,s:o,s:O}", "id",
                     id_text(rq->cx.mem, o->id), "number", o->number, "reference", o->reference,
                     "status", ORDER_STATUS_NAMES[o->status], "reason", o->reason,
                     "organisation_id", rest_id_json(rq, o->organisation_id), "contract_id",
                     rest_id_json(rq, o->contract_id), "organisation_name", o->organisation_name,
                     "net", rest_money(o->net), "tax", rest_money(o->tax), "total",
                     rest_money(o->total), "due_on", o->due_on, "created_at",
                     rest_time(o->created_at), "fields", fields);
}

static bool add_orders(struct req *rq, const struct order *list, size_t count, json_t *data)
{
    struct id *ids = arena_array(rq->cx.mem, struct id, count + 1);
    struct field_set set;
    const char **values;

    for (size_t i = 0; i < count; i++)
        ids[i] = list[i].id;
    if (!custom_field_set(&rq->cx, FIELD_ORDER, &set) ||
        !custom_value_read_many(&rq->cx, &set, ids, count, &values))
        return false;
    for (size_t i = 0; i < count; i++)
        json_array_append_new(
            data, order_json(rq, &list[i],
                             custom_value_set_json(rq->cx.mem, &set, values + i * set.count,
                                                   rq->cx.viewer.kind == VIEWER_CUSTOMER)));
    return true;
}

bool customer_api_orders(struct req *rq)
{
    static const char *const OPEN[] = {"1", NULL};
    struct order_filter filter = {.is_open = false};
    const char *open;
    unsigned limit;
    struct order *list;
    json_t *data;
    size_t count;

    if (!rest_choice(rq, "open", OPEN, &open) || !rest_limit(rq, &limit) ||
        !rest_id(rq, "after", &filter.after) ||
        !rest_id(rq, "organisation_id", &filter.organisation_id))
        return false;
    filter.is_open = open != NULL;
    filter.limit = limit == 0 ? ORDER_PAGE : limit;
    if (!order_list(&rq->cx, &filter, &list, &count))
        return false;
    data = json_own(rq->cx.mem, json_array());
    if (!add_orders(rq, list, count, data))
        return false;
    return rest_answer_list(rq, json_incref(data),
                            count == filter.limit ? id_text(rq->cx.mem, list[count - 1].id) : NULL);
}

bool customer_api_order(struct req *rq)
{
    struct order *o;
    struct order_line *lines;
    json_t *json, *list, *fields;
    size_t count;

    if (!order_get(&rq->cx, rq->id, &o) || !order_lines(&rq->cx, rq->id, &lines, &count) ||
        !field_record_json(&rq->cx, FIELD_ORDER, rq->id, &fields))
        return false;
    json = order_json(rq, o, fields);
    list = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(
            list,
            json_pack("{s:s,s:I,s:o,s:o,s:o,s:o}", "description", lines[i].description, "quantity",
                      (json_int_t)lines[i].quantity, "unit", rest_money(lines[i].unit), "net",
                      rest_money(lines[i].net), "product_id", rest_id_json(rq, lines[i].product_id),
                      "licence_id", rest_id_json(rq, lines[i].licence_id)));
    json_object_set_new(json, "lines", list);
    return rest_answer(rq, 200, json);
}

static const struct rest_member ORDER_PATCH[] = {{"fields", REST_OBJECT, true, 0, 0, 0}};

/* What an order is made of is a matter of its papers; the tenant's own fields are filled in. */
bool customer_api_order_change(struct req *rq)
{
    const json_t *fields = NULL;
    struct order *o;

    return order_get(&rq->cx, rq->id, &o) &&
           rest_read(rq, ORDER_PATCH, COUNT(ORDER_PATCH), &fields, NULL) &&
           own_field_set(&rq->cx, FIELD_ORDER, rq->id, fields) && customer_api_order(rq);
}
