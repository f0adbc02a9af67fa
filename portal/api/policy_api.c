#include "portal/api/policy_api.h"

#include "licensing/licence_cache.h"
#include "portal/account/tenant.h"
#include "portal/api/api_bearer.h"
#include "portal/api/api_catalogue.h"
#include "portal/api/api_list.h"
#include "portal/api/api_permission.h"
#include "portal/api/api_resource.h"
#include "portal/api/catalogue_input.h"
#include "portal/api/catalogue_scope.h"
#include "portal/api/entitlement_api.h"
#include "portal/api/list_api.h"
#include "portal/http/reply.h"

#include <stddef.h>

static const struct api_filter FILTERS[] = {
    {"product", API_FILTER_ID, offsetof(struct policy_filter, product_id)},
};

static void write_policy(struct req *rq, const struct policy *p)
{
    str_add(&rq->out, "{\"data\":");
    api_catalogue_policy(&rq->out, api_of(rq), p);
    str_char(&rq->out, '}');
}

static bool find(struct req *rq, enum permit what, struct policy **out)
{
    return catalogue_scope_policy(rq, api_arg(rq, 0), out) && api_permission_check(rq, what);
}

/* --- lists --- */

static bool list_policies(struct req *rq, struct id product_id)
{
    struct policy_filter filter = {0};
    struct id asked;
    struct api_list list;
    struct policy *rows = NULL;
    size_t count = 0;
    int64_t total = 0;

    if (!api_permission_check(rq, PERMIT_POLICY_READ) ||
        !api_list_read(rq, FILTERS, COUNT(FILTERS), &filter, &list))
        return false;
    if (!id_is_zero(product_id))
        filter.product_id = product_id;
    asked = filter.product_id;
    catalogue_scope_policies(api_of(rq), &filter);
    /* A product that asks for another's policies finds none. */
    if (!id_is_zero(asked) && !id_equal(asked, filter.product_id))
        list.finds_nothing = true;
    if (!list.finds_nothing &&
        !policy_list_page(&rq->cx, &filter, &list.page.rows, &rows, &count, &total))
        return false;
    api_list_open(&list);
    for (size_t i = 0; i < count; i++) {
        api_list_item(&list, rows[i].id);
        api_catalogue_policy(&rq->out, api_of(rq), &rows[i]);
    }
    api_list_close(&list, total);
    return true;
}

bool policy_api_list(struct req *rq)
{
    return list_policies(rq, (struct id){0});
}

bool policy_api_list_of(struct req *rq, struct id product_id)
{
    return list_policies(rq, product_id);
}

/* --- one policy --- */

static bool read_new(struct req *rq, struct policy *p)
{
    static const char *const RELATIONSHIPS[] = {"product", NULL};
    const struct catalogue_input how = {.version = api_of(rq)->version, .is_new = true};
    struct tenant_account account;
    struct api_object attributes;
    struct api_object relationships;

    if (!tenant_account_get(&rq->cx, &account))
        return false;
    *p = policy_default((struct id){0}, NULL);
    p->is_floating = false;
    p->is_protected = account.is_protected;
    return catalogue_input_open(rq, "policies", true, &attributes, &relationships) &&
           api_input_known(&relationships, RELATIONSHIPS) &&
           api_input_relation(&relationships, "product", "products", API_REQUIRED,
                              &p->product_id) &&
           catalogue_input_policy(&attributes, &how, p);
}

/* A product makes policies of its own only. */
static bool check_product(struct req *rq, struct id product_id)
{
    const struct api *api = api_of(rq);

    return api->role != API_PRODUCT || id_equal(product_id, api->bearer_id) ||
           err_set(&rq->cx.err, &ERR_DENIED, "another product's policy");
}

/* What is wrong with the values is told to those who may make policies; the shape to everybody. */
bool policy_api_create(struct req *rq)
{
    struct err *err = &rq->cx.err;
    struct policy draft;
    struct policy *p;
    bool is_read = read_new(rq, &draft);
    struct err values = *err;

    if (!is_read && err->kind->class != ERR_CLASS_INVALID)
        return false;
    err_clear(err);
    if (!api_permission_check(rq, PERMIT_POLICY_CREATE) || !check_product(rq, draft.product_id))
        return false;
    *err = values;
    if (!is_read || !policy_add(&rq->cx, &draft, &p))
        return false;
    rq->status = 201;
    reply_header(rq, "Location", api_resource_self(api_of(rq), "policies", p->id));
    write_policy(rq, p);
    return true;
}

bool policy_api_view(struct req *rq)
{
    struct policy *p;

    if (!find(rq, PERMIT_POLICY_READ, &p))
        return false;
    write_policy(rq, p);
    return true;
}

struct change {
    struct api_object attributes;
    struct catalogue_input how;
};

static bool apply(struct ctx *cx, struct policy *p, void *with)
{
    const struct change *change = with;

    (void)cx;
    return catalogue_input_policy(&change->attributes, &change->how, p);
}

bool policy_api_change(struct req *rq)
{
    struct change change = {.how = {.version = api_of(rq)->version}};
    struct api_object relationships;
    struct policy *p;

    if (!find(rq, PERMIT_POLICY_UPDATE, &p) ||
        !catalogue_input_open(rq, "policies", false, &change.attributes, &relationships) ||
        !api_input_known(&relationships, (const char *const[]){NULL}) ||
        !policy_change(&rq->cx, p->id, apply, &change, &p))
        return false;
    licence_cache_forget(rq->app->licence_cache, rq->cx.tenant_id, "policy", p->id);
    write_policy(rq, p);
    return true;
}

bool policy_api_delete(struct req *rq)
{
    struct policy *p;

    if (!find(rq, PERMIT_POLICY_DELETE, &p) || !policy_remove(&rq->cx, p->id))
        return false;
    licence_cache_forget(rq->app->licence_cache, rq->cx.tenant_id, "policy", p->id);
    rq->status = 204;
    return true;
}

/* --- what belongs to it --- */

bool policy_api_product(struct req *rq)
{
    struct product *product;
    struct policy *p;

    if (!find(rq, PERMIT_POLICY_READ, &p) || !api_permission_check(rq, PERMIT_PRODUCT_READ) ||
        !product_get(&rq->cx, p->product_id, &product))
        return false;
    str_add(&rq->out, "{\"data\":");
    api_bearer_product(&rq->out, api_of(rq), product);
    str_char(&rq->out, '}');
    return true;
}

bool policy_api_licences(struct req *rq)
{
    struct policy *p;

    return find(rq, PERMIT_POLICY_READ, &p) &&
           list_api_licences_of(rq, &(struct licence_search){.policy_id = p->id});
}

bool policy_api_entitlements(struct req *rq)
{
    struct policy *p;

    return find(rq, PERMIT_POLICY_ENTITLEMENTS_READ, &p) &&
           entitlement_api_list_of(rq, &(struct entitlement_filter){.policy_id = p->id});
}

static bool read_links(struct req *rq, enum permit what, struct policy **p, struct id **ids,
                       size_t *count)
{
    static const char *const TOP[] = {"data", NULL};
    struct api_object top = {&rq->cx, api_of(rq)->body, ""};

    return find(rq, what, p) && api_input_known(&top, TOP) &&
           api_input_links(&top, "entitlements", ids, count);
}

bool policy_api_attach(struct req *rq)
{
    struct entitlement_join *joins;
    struct policy *p;
    struct id *ids;
    size_t count;

    if (!read_links(rq, PERMIT_POLICY_ENTITLEMENTS_ATTACH, &p, &ids, &count) ||
        !entitlement_policy_attach(&rq->cx, p->id, ids, count, &joins))
        return false;
    licence_cache_forget(rq->app->licence_cache, rq->cx.tenant_id, "policy", p->id);
    str_add(&rq->out, "{\"data\":[");
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            str_char(&rq->out, ',');
        api_catalogue_join(&rq->out, api_of(rq), &joins[i]);
    }
    str_add(&rq->out, "]}");
    return true;
}

bool policy_api_detach(struct req *rq)
{
    struct policy *p;
    struct id *ids;
    size_t count;

    if (!read_links(rq, PERMIT_POLICY_ENTITLEMENTS_DETACH, &p, &ids, &count) ||
        !entitlement_policy_detach(&rq->cx, p->id, ids, count))
        return false;
    licence_cache_forget(rq->app->licence_cache, rq->cx.tenant_id, "policy", p->id);
    rq->status = 204;
    return true;
}
