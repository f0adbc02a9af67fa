#include "portal/pages/product_edit_page.h"

#include "licensing/licence.h"
#include "licensing/product.h"
#include "portal/http/page.h"

#include <stddef.h>
#include <string.h>

enum { CODE_MAX = 255, URL_MAX = 1000 };

struct fields {
    const char *name, *code, *prefix, *url, *distribution;
};

static const char *const DISTRIBUTIONS[] = {"LICENSED", "OPEN", "CLOSED", NULL};
static const char *const DISTRIBUTION_TEXTS[] = {T("with a licence"), T("to everybody"),
                                                 T("to nobody but staff")};

static const struct form_field FIELDS[] = {
    {"name", T("Name"), FORM_TEXT, true, 1, PRODUCT_NAME_MAX, NULL, offsetof(struct fields, name)},
    {"code", T("Product code"), FORM_TEXT, false, 0, CODE_MAX, NULL, offsetof(struct fields, code)},
    {"prefix", T("Serials begin with"), FORM_TEXT, true, 1, PRODUCT_PREFIX_MAX, NULL,
     offsetof(struct fields, prefix)},
    {"url", T("Web address"), FORM_TEXT, false, 0, URL_MAX, NULL, offsetof(struct fields, url)},
    {"distribution", T("Releases are given"), FORM_CHOICE, true, 0, 0, DISTRIBUTIONS,
     offsetof(struct fields, distribution)},
};
/* The domain's members by their place in the protocol's documents, and their fields. */
static const char *const MEMBERS[] = {"name", "code", "serialPrefix", "url",
                                      "distributionStrategy"};
_Static_assert(COUNT(MEMBERS) == COUNT(FIELDS), "a field for every member");

static bool take_fault(struct req *rq, struct form *form)
{
    struct err *err = &rq->cx.err;
    const char *last = err->source != NULL ? strrchr(err->source, '/') : NULL;

    if (last == NULL || err->kind->class != ERR_CLASS_INVALID)
        return false;
    for (size_t i = 0; i < COUNT(FIELDS); i++)
        if (strcmp(last + 1, MEMBERS[i]) == 0) {
            form_fault(rq, form, FIELDS[i].name, FIELDS[i].label, err->kind->text);
            err_clear(err);
            return true;
        }
    return false;
}

static const char *text(const char *value)
{
    return value != NULL ? value : "";
}

static json_t *values_of(const struct product *p, const struct form *form)
{
    const char *const stored[] = {p->name, text(p->code), text(p->serial_prefix), text(p->url),
                                  text(p->distribution)};
    json_t *values = json_object();

    for (size_t i = 0; i < COUNT(FIELDS); i++)
        json_object_set_new(
            values, FIELDS[i].name,
            json_string(form != NULL ? form_value(form, FIELDS[i].name) : stored[i]));
    return values;
}

static json_t *choices(struct req *rq, const char *chosen)
{
    json_t *list = json_array();

    for (size_t i = 0; DISTRIBUTIONS[i] != NULL; i++)
        json_array_append_new(list, json_pack("{s:s,s:s,s:b}", "value", DISTRIBUTIONS[i], "text",
                                              req_text(rq, DISTRIBUTION_TEXTS[i]), "is_chosen",
                                              strcmp(DISTRIBUTIONS[i], chosen) == 0));
    return list;
}

static bool show(struct req *rq, const struct form *form)
{
    struct product *p;
    json_t *values;
    int64_t licences;
    json_t *page;

    if (!product_get(&rq->cx, rq->id, &p) ||
        !licence_count(&rq->cx, &(struct licence_filter){.product_id = rq->id}, &licences))
        return false;
    values = values_of(p, form);
    page = json_own(
        rq->cx.mem,
        json_pack("{s:s,s:s,s:o,s:o,s:s}", "product_name", p->name, "href",
                  arena_printf(rq->cx.mem, "/desk/products/%s", id_text(rq->cx.mem, p->id)),
                  "distributions", choices(rq, json_get_text(values, "distribution", "")), "values",
                  values, "licences",
                  lang_fill1(rq->cx.mem, rq->lang, T("Licences of this product: {}"),
                             format_number(rq->cx.mem, &rq->format, licences))));
    return form != NULL ? page_render_form(rq, "product_edit", page, form)
                        : page_render(rq, "product_edit", page);
}

bool product_edit_page_view(struct req *rq)
{
    return show(rq, NULL);
}

static bool apply(struct ctx *cx, struct product *p, void *with)
{
    const struct fields *in = with;

    (void)cx;
    p->name = in->name;
    p->code = in->code;
    p->serial_prefix = in->prefix;
    p->url = in->url;
    p->distribution = in->distribution;
    return true;
}

bool product_edit_page_change(struct req *rq)
{
    struct fields in = {.name = NULL};
    struct product *p;
    struct form *form;

    if (!product_get(&rq->cx, rq->id, &p) || !form_parse(rq, &form))
        return false;
    if (!form_read(rq, form, FIELDS, COUNT(FIELDS), &in))
        return show(rq, form);
    if (!product_change(&rq->cx, rq->id, apply, &in, &p))
        return take_fault(rq, form) && show(rq, form);
    return reply_flash(rq, "ok", req_text(rq, T("The product is changed."))) &&
           reply_see_other(rq, "/desk/products");
}

bool product_edit_page_remove(struct req *rq)
{
    return product_remove(&rq->cx, rq->id) &&
           reply_flash(
               rq, "ok",
               req_text(rq, T("The product is removed, with its policies and licences."))) &&
           reply_see_other(rq, "/desk/products");
}
