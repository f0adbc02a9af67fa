#include "portal/desk/ticket_field.h"

#include "db/db.h"
#include "portal/desk/ticket_change.h"
#include "portal/desk/ticket_thread.h"

#include <string.h>

const struct err_kind ERR_TICKET_FIELD = {ERR_CLASS_INVALID, "FIELD_BEFORE_STATE",
                                          "Fill in the field {} first."};

static const char SQL_TICKET_FIELD_MISSING[] =
    "UPDATE ticket SET fields_missing = ? WHERE tenant_id = ? AND id = ?";

struct field_facts ticket_field_facts(const struct ctx *cx, const struct ticket *t)
{
    return (struct field_facts){.topic = t->topic,
                                .status = t->status,
                                .category = ticket_category_name(t->category),
                                .level = t->level,
                                .is_customer = cx->viewer.kind == VIEWER_CUSTOMER};
}

bool ticket_field_read_of(struct ctx *cx, const struct field_set *set, const struct ticket *t,
                          struct ticket_fields *out)
{
    const struct field_facts facts = ticket_field_facts(cx, t);

    out->set = *set;
    if (!custom_value_read(cx, &out->set, t->id, &out->values))
        return false;
    out->states = arena_array(cx->mem, struct field_state, out->set.count + 1);
    field_rule_judge(&out->set, &facts, out->values, out->states);
    return true;
}

bool ticket_field_read(struct ctx *cx, const struct ticket *t, struct ticket_fields *out)
{
    struct field_set set;

    return custom_field_set(cx, FIELD_TICKET, &set) && ticket_field_read_of(cx, &set, t, out);
}

bool ticket_field_load(struct ctx *cx, struct ticket *const *tickets, size_t count)
{
    struct id *ids = arena_array(cx->mem, struct id, count + 1);
    const char **values;
    struct field_set set;

    for (size_t i = 0; i < count; i++)
        ids[i] = tickets[i]->id;
    if (!custom_field_set(cx, FIELD_TICKET, &set) ||
        !custom_value_read_many(cx, &set, ids, count, &values))
        return false;
    for (size_t i = 0; i < count; i++)
        tickets[i]->fields = custom_value_set_json(cx->mem, &set, values + i * set.count,
                                                   cx->viewer.kind == VIEWER_CUSTOMER);
    return true;
}

/* --- changing --- */

/* A line for each field that changed; both of a list's words are kept, whoever reads it. */
static bool write_lines(struct ctx *cx, struct id id, const struct ticket_fields *was,
                        const char *const *values)
{
    struct id line;

    for (size_t i = 0; i < was->set.count; i++) {
        const struct custom_field *f = &was->set.fields[i];
        const char *from = was->values[i], *to = values[i];
        const struct message_new event = {
            .ticket_id = id,
            .kind = "event",
            .is_public = f->access != FIELD_NONE,
            .body = "",
            .data = json_own(cx->mem, json_pack("{s:s, s:s, s:s?, s:s?}", "change", "field",
                                                "field", f->code, "from", from, "to", to))};

        if (from == NULL || to == NULL ? from == to : strcmp(from, to) == 0)
            continue;
        if (!ticket_thread_insert(cx, &event, &line))
            return false;
    }
    return true;
}

static bool set_missing(struct ctx *cx, const struct ticket *t, bool is_missing)
{
    return t->fields_missing == is_missing ||
           db_exec(cx, NULL, SQL_TICKET_FIELD_MISSING, DB_BOOL(is_missing), DB_ID(cx->tenant_id),
                   DB_ID(t->id));
}

/* Whatever the writer's side: is something missing that somebody has to fill in? */
static bool is_missing(const struct ticket_fields *is, const struct ticket *t,
                       const char *const *values)
{
    struct field_facts facts = {.topic = t->topic,
                                .status = t->status,
                                .category = ticket_category_name(t->category),
                                .level = t->level};

    field_rule_judge(&is->set, &facts, values, is->states);
    for (size_t i = 0; i < is->set.count; i++)
        if (is->states[i].is_required && values[i] == NULL)
            return true;
    return false;
}

static bool is_same(const struct ticket_fields *was, const char *const *values)
{
    for (size_t i = 0; i < was->set.count; i++)
        if (was->values[i] == NULL || values[i] == NULL ? was->values[i] != values[i]
                                                        : strcmp(was->values[i], values[i]) != 0)
            return false;
    return true;
}

bool ticket_field_set(struct ctx *cx, struct id id, const json_t *given)
{
    struct custom_settled settled;
    struct ticket_fields was;
    struct field_facts facts;
    struct ticket *t;

    if (!ticket_change_start(cx, id, &t))
        return false;
    facts = ticket_field_facts(cx, t);
    if (!ticket_field_read(cx, t, &was) ||
        !custom_value_settle(cx, &was.set, &facts, was.values, given,
                             cx->viewer.kind != VIEWER_SYSTEM, &settled))
        return ticket_change_undo(cx);
    if (is_same(&was, settled.values))
        return ticket_change_nothing(cx);
    if (!custom_value_write(cx, &was.set, id, was.values, settled.values) ||
        !set_missing(cx, t, is_missing(&was, t, settled.values)) ||
        !write_lines(cx, id, &was, settled.values))
        return ticket_change_undo(cx);
    return ticket_change_finish(cx, EVENT_TICKET_UPDATED, t, NULL);
}

bool ticket_field_allows(struct ctx *cx, const struct ticket *t, const char *status,
                         enum ticket_category category)
{
    struct ticket_fields is;
    struct field_state *then;
    struct field_facts facts = ticket_field_facts(cx, t);

    if (cx->viewer.kind != VIEWER_STAFF)
        return true;
    if (!ticket_field_read(cx, t, &is))
        return false;
    facts.status = status;
    facts.category = ticket_category_name(category);
    then = arena_array(cx->mem, struct field_state, is.set.count + 1);
    field_rule_judge(&is.set, &facts, is.values, then);
    for (size_t i = 0; i < is.set.count; i++)
        if (then[i].is_required && !is.states[i].is_required && is.values[i] == NULL) {
            err_set_at(&cx->err, &ERR_TICKET_FIELD, "status", "field %s", is.set.fields[i].code);
            err_arg(&cx->err, is.set.fields[i].label);
            return false;
        }
    return true;
}

bool ticket_field_judge_again(struct ctx *cx, struct id id)
{
    struct ticket_fields is;
    struct field_set set;
    struct ticket *t;

    if (!custom_field_set(cx, FIELD_TICKET, &set))
        return false;
    if (set.count == 0)
        return true;
    return ticket_get(cx, id, &t) && ticket_field_read(cx, t, &is) &&
           set_missing(cx, t, is_missing(&is, t, is.values));
}

bool ticket_field_copy(struct ctx *cx, const struct ticket *from, struct id to)
{
    struct custom_settled settled;
    struct field_facts facts;
    struct field_set set;
    struct ticket *t;
    const char **values;

    if (!custom_field_set(cx, FIELD_TICKET, &set))
        return false;
    if (set.count == 0)
        return true;
    if (!ticket_get(cx, to, &t) || !custom_value_read(cx, &set, from->id, &values))
        return false;
    facts = ticket_field_facts(cx, t);
    for (size_t i = 0; i < set.count; i++)
        if (set.fields[i].is_retired)
            values[i] = NULL;
    return custom_value_settle(cx, &set, &facts, values, NULL, false, &settled) &&
           custom_value_write(cx, &set, to, NULL, settled.values) &&
           set_missing(cx, t, settled.is_missing);
}
