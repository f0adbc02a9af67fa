#include "portal/pages/entitlement_page.h"

#include "licensing/entitlement.h"
#include "licensing/licence.h"
#include "portal/http/page.h"

#include <stddef.h>
#include <string.h>

enum { LISTED_MAX = 500 };

static const char LIST_PATH[] = "/desk/entitlements";

struct fields {
    const char *name, *code;
};

static const struct form_field FIELDS[] = {
    {"name", T("Name"), FORM_TEXT, true, 1, ENTITLEMENT_NAME_MAX, NULL,
     offsetof(struct fields, name)},
    {"code", T("Identifier"), FORM_TEXT, true, 1, ENTITLEMENT_CODE_MAX, NULL,
     offsetof(struct fields, code)},
};

static const char *href_of(struct req *rq, struct id id)
{
    return arena_printf(rq->cx.mem, "%s/%s", LIST_PATH, id_text(rq->cx.mem, id));
}

/* The domain names its members by their place in the protocol's documents. */
static bool take_fault(struct req *rq, struct form *form)
{
    struct err *err = &rq->cx.err;
    const char *last = err->source != NULL ? strrchr(err->source, '/') : NULL;

    if (last == NULL || err->kind->class != ERR_CLASS_INVALID)
        return false;
    for (size_t i = 0; i < COUNT(FIELDS); i++)
        if (strcmp(last + 1, FIELDS[i].name) == 0) {
            form_fault(rq, form, FIELDS[i].name, FIELDS[i].label, err->kind->text);
            err_clear(err);
            return true;
        }
    return false;
}

static json_t *values_of(struct req *rq, const struct form *form, const struct entitlement *e)
{
    const char *name = form != NULL ? form_value(form, "name") : e != NULL ? e->name : "";
    const char *code = form != NULL ? form_value(form, "code") : e != NULL ? e->code : "";

    return json_own(rq->cx.mem, json_pack("{s:s,s:s}", "name", name, "code", code));
}

static bool show_list(struct req *rq, const struct form *form)
{
    const struct licence_page all = {.limit = LISTED_MAX, .is_ascending = true};
    json_t *rows = json_array();
    json_t *page = json_own(rq->cx.mem, json_pack("{s:o,s:O}", "entitlements", rows, "values",
                                                  values_of(rq, form, NULL)));
    struct entitlement *list;
    size_t count;
    int64_t total;

    if (!entitlement_list_page(&rq->cx, &(struct entitlement_filter){0}, &all, &list, &count,
                               &total))
        return false;
    for (size_t i = 0; i < count; i++)
        json_array_append_new(rows, json_pack("{s:s,s:s,s:s}", "name", list[i].name, "code",
                                              list[i].code, "href", href_of(rq, list[i].id)));
    json_object_set_new(page, "is_empty", json_boolean(count == 0));
    return form != NULL ? page_render_form(rq, "entitlement_list", page, form)
                        : page_render(rq, "entitlement_list", page);
}

bool entitlement_page_list(struct req *rq)
{
    return show_list(rq, NULL);
}

bool entitlement_page_add(struct req *rq)
{
    struct fields in = {.name = NULL};
    struct entitlement *e;
    struct form *form;

    if (!form_parse(rq, &form))
        return false;
    if (!form_read(rq, form, FIELDS, COUNT(FIELDS), &in))
        return show_list(rq, form);
    if (!entitlement_add(&rq->cx, &(struct entitlement){.name = in.name, .code = in.code}, &e))
        return take_fault(rq, form) && show_list(rq, form);
    return reply_flash(rq, "ok", req_text(rq, T("The entitlement is added."))) &&
           reply_see_other(rq, LIST_PATH);
}

static bool show_one(struct req *rq, const struct form *form)
{
    struct entitlement *e;
    json_t *page;

    if (!entitlement_get(&rq->cx, rq->id, &e))
        return false;
    page = json_own(rq->cx.mem, json_pack("{s:s,s:s,s:O}", "entitlement_name", e->name, "href",
                                          href_of(rq, e->id), "values", values_of(rq, form, e)));
    return form != NULL ? page_render_form(rq, "entitlement_edit", page, form)
                        : page_render(rq, "entitlement_edit", page);
}

bool entitlement_page_edit(struct req *rq)
{
    return show_one(rq, NULL);
}

static bool apply(struct ctx *cx, struct entitlement *e, void *with)
{
    const struct fields *in = with;

    (void)cx;
    e->name = in->name;
    e->code = in->code;
    return true;
}

bool entitlement_page_change(struct req *rq)
{
    struct fields in = {.name = NULL};
    struct entitlement *e;
    struct form *form;

    if (!entitlement_get(&rq->cx, rq->id, &e) || !form_parse(rq, &form))
        return false;
    if (!form_read(rq, form, FIELDS, COUNT(FIELDS), &in))
        return show_one(rq, form);
    if (!entitlement_change(&rq->cx, rq->id, apply, &in, &e))
        return take_fault(rq, form) && show_one(rq, form);
    return reply_flash(rq, "ok", req_text(rq, T("The entitlement is changed."))) &&
           reply_see_other(rq, LIST_PATH);
}

bool entitlement_page_remove(struct req *rq)
{
    return entitlement_remove(&rq->cx, rq->id) &&
           reply_flash(rq, "ok", req_text(rq, T("The entitlement is removed."))) &&
           reply_see_other(rq, LIST_PATH);
}
