#include "portal/account/own_field.h"

#include "db/event.h"
#include "licensing/licence.h"
#include "portal/account/person_list.h"
#include "portal/account/profile_reach.h"
#include "portal/sales/order.h"

/* The record first, so that two who fill in its fields follow each other. */
static const char SQL_PERSON_HOLD[] =
    "SELECT id FROM person WHERE tenant_id = ? AND id = ? FOR UPDATE";
static const char SQL_ORDER_HOLD[] =
    "SELECT id FROM sales_order WHERE tenant_id = ? AND id = ? FOR UPDATE";
static const char SQL_LICENCE_HOLD[] =
    "SELECT id FROM licence WHERE tenant_id = ? AND id = ? FOR UPDATE";

static const struct {
    const char *hold;
    uint64_t staff_right, customer_right; /* to fill in; 0: his own record is his */
    enum event_kind event;
} SUBJECTS[FIELD_SUBJECTS] = {
    [FIELD_PERSON] = {SQL_PERSON_HOLD, RIGHT_CUSTOMERS_UPDATE, 0, EVENT_PERSON_UPDATED},
    [FIELD_ORDER] = {SQL_ORDER_HOLD, RIGHT_SALES_UPDATE, RIGHT_ORDER, EVENT_ORDER_UPDATED},
    [FIELD_LICENCE] = {SQL_LICENCE_HOLD, RIGHT_LICENCES_UPDATE, RIGHT_LICENCE,
                       EVENT_LICENCE_UPDATED},
};

static bool sees_person(struct ctx *cx, struct id id)
{
    struct person *p;

    if (cx->viewer.kind == VIEWER_CUSTOMER && !id_equal(cx->viewer.person_id, id))
        return err_set(&cx->err, &ERR_NOT_FOUND, "person %s", id_text(cx->mem, id));
    return person_list_get(cx, id, &p);
}

static bool sees(struct ctx *cx, enum field_subject subject, struct id id)
{
    struct order *order;
    struct licence *licence;

    switch (subject) {
    case FIELD_PERSON:
        return sees_person(cx, id);
    case FIELD_ORDER:
        return order_get(cx, id, &order);
    case FIELD_LICENCE:
        return licence_get(cx, id, &licence);
    case FIELD_TICKET:
    case FIELD_ORGANISATION:
    case FIELD_SUBJECTS:
        break;
    }
    return err_set(&cx->err, &ERR_INTERNAL, "fields of %s", custom_field_subject_name(subject));
}

bool own_field_read(struct ctx *cx, enum field_subject subject, struct id id,
                    struct field_record *out)
{
    return sees(cx, subject, id) && field_record_read(cx, subject, id, out);
}

bool own_field_may_set(const struct ctx *cx, enum field_subject subject)
{
    const struct viewer *v = &cx->viewer;

    if (v->kind == VIEWER_CUSTOMER)
        return SUBJECTS[subject].customer_right == 0 ||
               viewer_acts(v, SUBJECTS[subject].customer_right);
    return v->kind == VIEWER_SYSTEM || viewer_has(v, SUBJECTS[subject].staff_right);
}

/* To see a person and to change him may reach differently far. */
static bool check_reach(struct ctx *cx, enum field_subject subject, struct id id)
{
    const struct profile_subject of = {.person_id = id};
    bool may = true;

    if (!own_field_may_set(cx, subject))
        return err_set(&cx->err, &ERR_DENIED, "fields of %s", custom_field_subject_name(subject));
    if (subject == FIELD_PERSON && cx->viewer.kind == VIEWER_STAFF &&
        !profile_reach(cx, &of, ACTION_UPDATE, &may))
        return false;
    return may || err_set(&cx->err, &ERR_DENIED, "a person out of reach");
}

static bool write(struct ctx *cx, enum field_subject subject, struct id id, const json_t *given)
{
    json_t *data = json_own(cx->mem, json_pack("{s:s}", "change", "fields"));
    struct db_rows rows;

    if (!db_query(cx, &rows, SUBJECTS[subject].hold, DB_ID(cx->tenant_id), DB_ID(id)) ||
        !field_record_write(cx, subject, id, given, data))
        return false;
    return json_equal(json_object_get(data, "fields"), json_object_get(data, "fields_before")) ||
           event_emit(cx, SUBJECTS[subject].event, id, data);
}

bool own_field_set(struct ctx *cx, enum field_subject subject, struct id id, const json_t *given)
{
    if (!sees(cx, subject, id) || !check_reach(cx, subject, id) || !db_begin(cx))
        return false;
    if (!write(cx, subject, id, given)) {
        db_rollback(cx);
        return false;
    }
    return db_commit(cx);
}
