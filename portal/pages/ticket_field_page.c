#include "portal/pages/ticket_field_page.h"

#include "portal/desk/ticket_field.h"
#include "portal/pages/field_form.h"

#include <string.h>

static bool is_desk(const struct req *rq)
{
    return rq->cx.viewer.kind != VIEWER_CUSTOMER;
}

static const char *ticket_href(struct req *rq, struct id id)
{
    return arena_printf(rq->cx.mem, is_desk(rq) ? "/desk/tickets/%s" : "/tickets/%s",
                        id_text(rq->cx.mem, id));
}

static bool show(struct req *rq, const struct form *form, bool is_refused)
{
    struct ctx *cx = &rq->cx;
    struct ticket_fields fields;
    struct ticket *t;
    const char *href = ticket_href(rq, rq->id), *action;
    json_t *context;

    if (!ticket_get(cx, rq->id, &t) || !ticket_field_read(cx, t, &fields))
        return false;
    action = arena_printf(cx->mem, "%s/fields", href);
    context =
        json_own(cx->mem, json_pack("{s:s,s:s,s:s,s:s,s:s,s:[{s:s,s:s}]}", "action", action,
                                    "fields_form", action, "back", href, "number", t->number,
                                    "crumb_here", req_text(rq, T("Fields")), "crumbs", "href", href,
                                    "text", arena_printf(cx->mem, "%s %s", t->number, t->subject)));
    field_form_add(rq,
                   &(struct field_form){.set = &fields.set,
                                        .values = fields.values,
                                        .form = form,
                                        .facts = ticket_field_facts(cx, t)},
                   context);
    return is_refused ? page_render_form(rq, "ticket_fields", context, form)
                      : page_render(rq, "ticket_fields", context);
}

bool ticket_field_page_show(struct req *rq)
{
    return show(rq, NULL, false);
}

bool ticket_field_page_save(struct req *rq)
{
    struct form *form;
    struct field_set set;

    if (!form_parse(rq, &form))
        return false;
    if (strcmp(form_value(form, "step"), "fields") == 0)
        return show(rq, form, false);
    if (!custom_field_set(&rq->cx, FIELD_TICKET, &set))
        return false;
    if (!ticket_field_set(&rq->cx, rq->id, field_form_given(rq, &set, form)))
        return field_form_take_err(rq, form, NULL, 0, &set) && show(rq, form, true);
    return reply_flash(rq, "ok", req_text(rq, T("The fields are saved."))) &&
           reply_see_other(rq, ticket_href(rq, rq->id));
}

static bool has_editable(const struct ticket_fields *fields)
{
    for (size_t i = 0; i < fields->set.count; i++)
        if (fields->states[i].may_edit)
            return true;
    return false;
}

bool ticket_field_page_of_ticket(struct req *rq, const struct field_set *set,
                                 const struct ticket *t, json_t *context)
{
    struct ticket_fields fields;
    const char *href;
    json_t *facts;

    if (!ticket_field_read_of(&rq->cx, set, t, &fields))
        return false;
    href = arena_printf(rq->cx.mem, "%s/fields", ticket_href(rq, t->id));
    facts = field_form_facts(rq, &fields.set, fields.values);
    json_object_set_new(context, "has_own_fields",
                        json_boolean(json_array_size(facts) > 0 || has_editable(&fields)));
    json_object_set_new(context, "own_fields", facts);
    json_object_set_new(context, "fields_missing", json_boolean(is_desk(rq) && t->fields_missing));
    json_object_set_new(context, "fields_href", json_text(has_editable(&fields) ? href : NULL));
    return true;
}

bool ticket_field_page_list(struct req *rq, const struct field_set *set, struct ticket *const *rows,
                            size_t count)
{
    struct id *ids = arena_array(rq->cx.mem, struct id, count + 1);
    const char **values;
    struct field_set own;
    bool is_listed = false;

    if (set == NULL) {
        if (!custom_field_set_words(&rq->cx, FIELD_TICKET, &own))
            return false;
        set = &own;
    }
    for (size_t i = 0; i < set->count; i++)
        is_listed = is_listed || set->fields[i].is_listed;
    if (!is_listed)
        return true;
    for (size_t i = 0; i < count; i++)
        ids[i] = rows[i]->id;
    if (!custom_value_read_many(&rq->cx, set, ids, count, &values))
        return false;
    for (size_t i = 0; i < count; i++)
        rows[i]->listed = custom_field_words_listed(rq->cx.mem, rq->lang, set,
                                                    values + i * set->count, !is_desk(rq));
    return true;
}
