#include "portal/api/product_api.h"

#include "licensing/licence_cache.h"
#include "portal/api/api_bearer.h"
#include "portal/api/api_list.h"
#include "portal/api/api_permission.h"
#include "portal/api/api_resource.h"
#include "portal/api/catalogue_input.h"
#include "portal/api/catalogue_scope.h"
#include "portal/api/list_api.h"
#include "portal/api/machine_list_api.h"
#include "portal/api/policy_api.h"
#include "portal/http/reply.h"

static void write_product(struct req *rq, const struct product *p)
{
    str_add(&rq->out, "{\"data\":");
    api_bearer_product(&rq->out, api_of(rq), p);
    str_char(&rq->out, '}');
}

static bool find(struct req *rq, enum permit what, struct product **out)
{
    return catalogue_scope_product(rq, api_arg(rq, 0), out) && api_permission_check(rq, what);
}

bool product_api_list(struct req *rq)
{
    struct product_filter filter = {0};
    struct api_list list;
    struct product *rows = NULL;
    size_t count = 0;
    int64_t total = 0;

    if (!api_permission_check(rq, PERMIT_PRODUCT_READ) ||
        !api_list_read(rq, NULL, 0, &filter, &list))
        return false;
    catalogue_scope_products(api_of(rq), &filter);
    if (!product_list_page(&rq->cx, &filter, &list.page.rows, &rows, &count, &total))
        return false;
    api_list_open(&list);
    for (size_t i = 0; i < count; i++) {
        api_list_item(&list, rows[i].id);
        api_bearer_product(&rq->out, api_of(rq), &rows[i]);
    }
    api_list_close(&list, total);
    return true;
}

bool product_api_create(struct req *rq)
{
    const struct catalogue_input how = {.version = api_of(rq)->version, .is_new = true};
    struct product draft = {0};
    struct api_object attributes;
    struct api_object relationships;
    struct product *p;

    if (!catalogue_input_open(rq, "products", true, &attributes, &relationships) ||
        !api_input_known(&relationships, (const char *const[]){NULL}) ||
        !catalogue_input_product(&attributes, &how, &draft) ||
        !api_permission_check(rq, PERMIT_PRODUCT_CREATE) || !product_add(&rq->cx, &draft, &p))
        return false;
    rq->status = 201;
    reply_header(rq, "Location", api_resource_self(api_of(rq), "products", p->id));
    write_product(rq, p);
    return true;
}

bool product_api_view(struct req *rq)
{
    struct product *p;

    if (!find(rq, PERMIT_PRODUCT_READ, &p))
        return false;
    write_product(rq, p);
    return true;
}

static bool apply(struct ctx *cx, struct product *p, void *with)
{
    const struct api_object *attributes = with;
    const struct catalogue_input how = {.version = API_VERSION_NEWEST};

    (void)cx;
    return catalogue_input_product(attributes, &how, p);
}

bool product_api_change(struct req *rq)
{
    struct api_object attributes;
    struct api_object relationships;
    struct product *p;

    if (!find(rq, PERMIT_PRODUCT_UPDATE, &p) ||
        !catalogue_input_open(rq, "products", false, &attributes, &relationships) ||
        !api_input_known(&relationships, (const char *const[]){NULL}) ||
        !product_change(&rq->cx, p->id, apply, &attributes, &p))
        return false;
    licence_cache_forget(rq->app->licence_cache, rq->cx.tenant_id, "product", p->id);
    write_product(rq, p);
    return true;
}

bool product_api_delete(struct req *rq)
{
    struct product *p;

    if (!find(rq, PERMIT_PRODUCT_DELETE, &p) || !product_remove(&rq->cx, p->id))
        return false;
    licence_cache_forget(rq->app->licence_cache, rq->cx.tenant_id, "product", p->id);
    rq->status = 204;
    return true;
}

bool product_api_policies(struct req *rq)
{
    struct product *p;

    return find(rq, PERMIT_PRODUCT_READ, &p) && policy_api_list_of(rq, p->id);
}

bool product_api_licences(struct req *rq)
{
    struct product *p;

    return find(rq, PERMIT_PRODUCT_READ, &p) &&
           list_api_licences_of(rq, &(struct licence_search){.product_id = p->id});
}

bool product_api_machines(struct req *rq)
{
    struct product *p;

    return find(rq, PERMIT_PRODUCT_READ, &p) && api_permission_check(rq, PERMIT_MACHINE_READ) &&
           machine_list_api_within(rq, &(struct machine_filter){.product_id = p->id});
}
