#include "portal/api/entitlement_api.h"

#include "licensing/licence_cache.h"
#include "portal/api/api_included.h"
#include "portal/api/api_list.h"
#include "portal/api/api_permission.h"
#include "portal/api/api_resource.h"
#include "portal/api/catalogue_input.h"
#include "portal/http/reply.h"

static void write_entitlement(struct req *rq, const struct entitlement *e)
{
    str_add(&rq->out, "{\"data\":");
    api_included_entitlement(&rq->out, api_of(rq), e);
    str_char(&rq->out, '}');
}

/* Customers see what their licences hold. */
static void limit_to_scope(const struct api *api, struct entitlement_filter *filter)
{
    if (api->role == API_LICENCE)
        filter->licence_id = api->bearer_id;
    else if (api->role == API_USER)
        filter->person_id = api->bearer_id;
}

static bool find(struct req *rq, enum permit what, struct entitlement **out)
{
    const struct licence_page one = {.limit = 1};
    struct entitlement_filter filter = {0};
    struct entitlement *found = NULL;
    struct entitlement *list;
    size_t count;
    int64_t total;

    if (!id_parse(api_arg(rq, 0), &filter.only_id)) {
        if (!entitlement_find_code(&rq->cx, api_arg(rq, 0), &found))
            return false;
        if (found == NULL)
            return err_set(&rq->cx.err, &ERR_NOT_FOUND, "entitlement");
        filter.only_id = found->id;
    }
    limit_to_scope(api_of(rq), &filter);
    if (!entitlement_list_page(&rq->cx, &filter, &one, &list, &count, &total))
        return false;
    if (count == 0)
        return err_set(&rq->cx.err, &ERR_NOT_FOUND, "entitlement");
    *out = &list[0];
    return api_permission_check(rq, what);
}

bool entitlement_api_list_of(struct req *rq, const struct entitlement_filter *of)
{
    struct entitlement_filter none;
    struct api_list list;
    struct entitlement *rows;
    size_t count;
    int64_t total;

    if (!api_list_read(rq, NULL, 0, &none, &list) ||
        !entitlement_list_page(&rq->cx, of, &list.page.rows, &rows, &count, &total))
        return false;
    api_list_open(&list);
    for (size_t i = 0; i < count; i++) {
        api_list_item(&list, rows[i].id);
        api_included_entitlement(&rq->out, api_of(rq), &rows[i]);
    }
    api_list_close(&list, total);
    return true;
}

bool entitlement_api_list(struct req *rq)
{
    struct entitlement_filter filter = {0};

    limit_to_scope(api_of(rq), &filter);
    return api_permission_check(rq, PERMIT_ENTITLEMENT_READ) &&
           entitlement_api_list_of(rq, &filter);
}

bool entitlement_api_create(struct req *rq)
{
    const struct catalogue_input how = {.version = api_of(rq)->version, .is_new = true};
    struct entitlement draft = {0};
    struct api_object attributes;
    struct api_object relationships;
    struct entitlement *e;

    if (!catalogue_input_open(rq, "entitlements", true, &attributes, &relationships) ||
        !api_input_known(&relationships, (const char *const[]){NULL}) ||
        !catalogue_input_entitlement(&attributes, &how, &draft) ||
        !api_permission_check(rq, PERMIT_ENTITLEMENT_CREATE) ||
        !entitlement_add(&rq->cx, &draft, &e))
        return false;
    rq->status = 201;
    reply_header(rq, "Location", api_resource_self(api_of(rq), "entitlements", e->id));
    write_entitlement(rq, e);
    return true;
}

bool entitlement_api_view(struct req *rq)
{
    struct entitlement *e;

    if (!find(rq, PERMIT_ENTITLEMENT_READ, &e))
        return false;
    write_entitlement(rq, e);
    return true;
}

static bool apply(struct ctx *cx, struct entitlement *e, void *with)
{
    const struct api_object *attributes = with;
    const struct catalogue_input how = {.version = API_VERSION_NEWEST};

    (void)cx;
    return catalogue_input_entitlement(attributes, &how, e);
}

bool entitlement_api_change(struct req *rq)
{
    struct api_object attributes;
    struct api_object relationships;
    struct entitlement *e;

    if (!find(rq, PERMIT_ENTITLEMENT_UPDATE, &e) ||
        !catalogue_input_open(rq, "entitlements", false, &attributes, &relationships) ||
        !api_input_known(&relationships, (const char *const[]){NULL}) ||
        !entitlement_change(&rq->cx, e->id, apply, &attributes, &e))
        return false;
    licence_cache_forget(rq->app->licence_cache, rq->cx.tenant_id, "entitlement", e->id);
    write_entitlement(rq, e);
    return true;
}

bool entitlement_api_delete(struct req *rq)
{
    struct entitlement *e;

    if (!find(rq, PERMIT_ENTITLEMENT_DELETE, &e) || !entitlement_remove(&rq->cx, e->id))
        return false;
    licence_cache_forget(rq->app->licence_cache, rq->cx.tenant_id, "entitlement", e->id);
    rq->status = 204;
    return true;
}
