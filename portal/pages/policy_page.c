#include "portal/pages/policy_page.h"

#include "licensing/entitlement_policy.h"
#include "licensing/licence.h"
#include "licensing/product.h"
#include "portal/http/page.h"
#include "portal/pages/policy_field.h"

#include <stddef.h>

enum { ENTITLEMENTS_MAX = 200 };

static const char *href_of(struct req *rq)
{
    return arena_printf(rq->cx.mem, "/desk/policies/%s", id_text(rq->cx.mem, rq->id));
}

/* --- showing --- */

static bool is_listed(const struct entitlement *list, size_t count, struct id id)
{
    for (size_t i = 0; i < count; i++)
        if (id_equal(list[i].id, id))
            return true;
    return false;
}

static json_t *entitlement_json(struct req *rq, const struct entitlement *e)
{
    return json_pack("{s:s,s:s,s:s}", "id", id_text(rq->cx.mem, e->id), "name", e->name, "code",
                     e->code);
}

static bool add_entitlements(struct req *rq, json_t *page)
{
    const struct licence_page all = {.limit = ENTITLEMENTS_MAX, .is_ascending = true};
    json_t *attached = json_array();
    json_t *others = json_array();
    struct entitlement *mine;
    struct entitlement *list;
    size_t mine_count;
    size_t count;
    int64_t total;

    json_object_set_new(page, "attached", attached);
    json_object_set_new(page, "others", others);
    if (!entitlement_list_page(&rq->cx, &(struct entitlement_filter){.policy_id = rq->id}, &all,
                               &mine, &mine_count, &total) ||
        !entitlement_list_page(&rq->cx, &(struct entitlement_filter){0}, &all, &list, &count,
                               &total))
        return false;
    for (size_t i = 0; i < mine_count; i++)
        json_array_append_new(attached, entitlement_json(rq, &mine[i]));
    for (size_t i = 0; i < count; i++)
        if (!is_listed(mine, mine_count, list[i].id))
            json_array_append_new(others, entitlement_json(rq, &list[i]));
    json_object_set_new(page, "has_attached", json_boolean(mine_count > 0));
    json_object_set_new(page, "has_others", json_boolean(json_array_size(others) > 0));
    return true;
}

static bool show(struct req *rq, const struct form *form)
{
    const struct licence_filter followers = {.policy_id = rq->id};
    struct product *product;
    struct policy *p;
    int64_t licences;
    json_t *page;

    if (!policy_get(&rq->cx, rq->id, &p) || !product_get(&rq->cx, p->product_id, &product) ||
        !licence_count(&rq->cx, &followers, &licences))
        return false;
    page = json_own(rq->cx.mem,
                    json_pack("{s:s,s:s,s:s,s:o,s:b,s:s,s:b}", "policy_name", p->name,
                              "product_name", product->name, "href", href_of(rq), "groups",
                              policy_field_groups(rq, p, form), "is_signed", p->scheme != NULL,
                              "licences",
                              lang_fill1(rq->cx.mem, rq->lang, T("Licences of this policy: {}"),
                                         format_number(rq->cx.mem, &rq->format, licences)),
                              "has_licences", licences > 0));
    if (!add_entitlements(rq, page))
        return false;
    return form != NULL ? page_render_form(rq, "policy_edit", page, form)
                        : page_render(rq, "policy_edit", page);
}

bool policy_page_edit(struct req *rq)
{
    return show(rq, NULL);
}

/* --- changing --- */

static bool apply(struct ctx *cx, struct policy *p, void *with)
{
    policy_field_read(cx, with, p);
    return true;
}

bool policy_page_change(struct req *rq)
{
    struct policy *p;
    struct form *form;

    if (!form_parse(rq, &form))
        return false;
    if (!policy_change(&rq->cx, rq->id, apply, form, &p))
        return policy_field_take(rq, form) && show(rq, form);
    return reply_flash(rq, "ok", req_text(rq, T("The policy is changed."))) &&
           reply_see_other(rq, href_of(rq));
}

bool policy_page_remove(struct req *rq)
{
    return policy_remove(&rq->cx, rq->id) &&
           reply_flash(rq, "ok", req_text(rq, T("The policy is removed, with its licences."))) &&
           reply_see_other(rq, "/desk/products");
}

struct link_fields {
    struct id entitlement_id;
};
static const struct form_field LINK_FIELDS[] = {
    {"entitlement", T("Entitlement"), FORM_ID, true, 0, 0, NULL,
     offsetof(struct link_fields, entitlement_id)},
};

static bool read_link(struct req *rq, struct form **form, struct link_fields *in, bool *is_good)
{
    struct policy *p;

    if (!policy_get(&rq->cx, rq->id, &p) || !form_parse(rq, form))
        return false;
    *is_good = form_read(rq, *form, LINK_FIELDS, COUNT(LINK_FIELDS), in);
    return true;
}

/* What somebody else attached or removed meanwhile is no fault: the page shows how it is. */
static bool back(struct req *rq, bool ok)
{
    if (!ok && rq->cx.err.kind->class != ERR_CLASS_INVALID)
        return false;
    err_clear(&rq->cx.err);
    return reply_see_other(rq, href_of(rq));
}

bool policy_page_attach(struct req *rq)
{
    struct link_fields in = {0};
    struct entitlement_join *join;
    struct form *form;
    bool is_good;

    if (!read_link(rq, &form, &in, &is_good))
        return false;
    return back(rq, !is_good ||
                        entitlement_policy_attach(&rq->cx, rq->id, &in.entitlement_id, 1, &join));
}

bool policy_page_detach(struct req *rq)
{
    struct link_fields in = {0};
    struct form *form;
    bool is_good;

    if (!read_link(rq, &form, &in, &is_good))
        return false;
    return back(rq, !is_good || entitlement_policy_detach(&rq->cx, rq->id, &in.entitlement_id, 1));
}
