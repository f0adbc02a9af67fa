#include "portal/api/group_api.h"

#include "licensing/licence_cache.h"
#include "portal/api/api_catalogue.h"
#include "portal/api/api_list.h"
#include "portal/api/api_permission.h"
#include "portal/api/api_resource.h"
#include "portal/api/catalogue_input.h"
#include "portal/api/catalogue_scope.h"
#include "portal/api/list_api.h"
#include "portal/api/machine_list_api.h"
#include "portal/http/reply.h"

static void write_group(struct req *rq, const struct licence_group *g)
{
    str_add(&rq->out, "{\"data\":");
    api_catalogue_group(&rq->out, api_of(rq), g);
    str_char(&rq->out, '}');
}

static bool find(struct req *rq, enum permit what, struct licence_group **out)
{
    return catalogue_scope_group(rq, api_arg(rq, 0), out) && api_permission_check(rq, what);
}

bool group_api_list(struct req *rq)
{
    struct id only_id;
    struct api_list list;
    struct licence_group *rows = NULL;
    size_t count = 0;
    int64_t total = 0;
    bool is_none;

    if (!api_permission_check(rq, PERMIT_GROUP_READ) ||
        !api_list_read(rq, NULL, 0, &only_id, &list) ||
        !catalogue_scope_groups(rq, &only_id, &is_none))
        return false;
    if (!is_none &&
        !licence_group_list_page(&rq->cx, only_id, &list.page.rows, &rows, &count, &total))
        return false;
    api_list_open(&list);
    for (size_t i = 0; i < count; i++) {
        api_list_item(&list, rows[i].id);
        api_catalogue_group(&rq->out, api_of(rq), &rows[i]);
    }
    api_list_close(&list, total);
    return true;
}

bool group_api_create(struct req *rq)
{
    const struct catalogue_input how = {.version = api_of(rq)->version, .is_new = true};
    struct licence_group draft = {.max_users = POLICY_NO_LIMIT,
                                  .max_licences = POLICY_NO_LIMIT,
                                  .max_machines = POLICY_NO_LIMIT};
    struct api_object attributes;
    struct api_object relationships;
    struct licence_group *g;

    if (!catalogue_input_open(rq, "groups", true, &attributes, &relationships) ||
        !api_input_known(&relationships, (const char *const[]){NULL}) ||
        !catalogue_input_group(&attributes, &how, &draft) ||
        !api_permission_check(rq, PERMIT_GROUP_CREATE) || !licence_group_add(&rq->cx, &draft, &g))
        return false;
    rq->status = 201;
    reply_header(rq, "Location", api_resource_self(api_of(rq), "groups", g->id));
    write_group(rq, g);
    return true;
}

bool group_api_view(struct req *rq)
{
    struct licence_group *g;

    if (!find(rq, PERMIT_GROUP_READ, &g))
        return false;
    write_group(rq, g);
    return true;
}

static bool apply(struct ctx *cx, struct licence_group *g, void *with)
{
    const struct api_object *attributes = with;
    const struct catalogue_input how = {.version = API_VERSION_NEWEST};

    (void)cx;
    return catalogue_input_group(attributes, &how, g);
}

bool group_api_change(struct req *rq)
{
    struct api_object attributes;
    struct api_object relationships;
    struct licence_group *g;

    if (!find(rq, PERMIT_GROUP_UPDATE, &g) ||
        !catalogue_input_open(rq, "groups", false, &attributes, &relationships) ||
        !api_input_known(&relationships, (const char *const[]){NULL}) ||
        !licence_group_change(&rq->cx, g->id, apply, &attributes, &g))
        return false;
    write_group(rq, g);
    return true;
}

bool group_api_delete(struct req *rq)
{
    struct licence_group *g;
    struct id *licences;
    size_t count;

    if (!find(rq, PERMIT_GROUP_DELETE, &g) ||
        !licence_group_remove(&rq->cx, g->id, &licences, &count))
        return false;
    for (size_t i = 0; i < count; i++)
        licence_cache_drop(rq->app->licence_cache, rq->cx.tenant_id, licences[i]);
    rq->status = 204;
    return true;
}

bool group_api_licences(struct req *rq)
{
    struct licence_group *g;

    return find(rq, PERMIT_GROUP_READ, &g) &&
           list_api_licences_of(rq, &(struct licence_search){.group_id = g->id});
}

bool group_api_machines(struct req *rq)
{
    struct licence_group *g;

    return find(rq, PERMIT_GROUP_READ, &g) && api_permission_check(rq, PERMIT_MACHINE_READ) &&
           machine_list_api_within(rq, &(struct machine_filter){.group_id = g->id});
}
