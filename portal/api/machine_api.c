#include "portal/api/machine_api.h"

#include "licensing/heartbeat.h"
#include "licensing/licence_cache.h"
#include "licensing/machine_change.h"
#include "portal/api/api_document.h"
#include "portal/api/api_input.h"
#include "portal/api/api_permission.h"
#include "portal/api/machine_input.h"
#include "portal/http/reply.h"

/* --- rights --- */

/* Staff's roles know before the licence is looked for; customers' rights hang on it. */
static bool check_role(struct req *rq)
{
    const struct api *api = api_of(rq);

    return (api->role != API_STAFF && api->role != API_PRODUCT) ||
           api_permission_check(rq, PERMIT_MACHINE_CREATE);
}

/* A licence's bearer naming another licence, and a person without a right to it, are refused; for
 * the others an unknown licence is a mistake in the body (422). */
static bool check_licence(struct req *rq, const struct machine_draft *d)
{
    const struct api *api = api_of(rq);
    const struct snapshot *s;

    if (api->role == API_LICENCE)
        return id_equal(d->licence_id, api->bearer_id) ||
               err_set(&rq->cx.err, &ERR_DENIED, "another licence");
    if (!licence_cache_find_id(rq->app->licence_cache, &rq->cx, d->licence_id, &s))
        return false;
    if (api->role == API_USER && (s == NULL || !api_sees(api, s)))
        return err_set(&rq->cx.err, &ERR_DENIED, "no right to the licence");
    if (s == NULL || !api_sees(api, s))
        return err_set_at(&rq->cx.err, &ERR_MACHINE_LICENCE_NOT_FOUND,
                          "/data/relationships/license", "licence %s",
                          id_text(rq->cx.mem, d->licence_id));
    return api_permission_on(rq, PERMIT_MACHINE_CREATE,
                             &(struct api_subject){.owner_id = s->licence.owner_id,
                                                   .machine_owner_id = d->owner_id,
                                                   .is_protected = s->licence.is_protected});
}

/* --- handlers --- */

static void write_machine(struct req *rq, const struct machine *m, bool is_created)
{
    str_add(&rq->out, "{\"data\":");
    api_document_machine(&rq->out, api_of(rq), m, is_created, NULL);
    str_char(&rq->out, '}');
}

bool machine_api_create(struct req *rq)
{
    const struct api *api = api_of(rq);
    struct machine_draft draft = {0};
    struct machine *m;

    if (!machine_input_draft(rq, &draft) || !check_role(rq) || !check_licence(rq, &draft))
        return false;
    if (api->token != NULL && api->token->kind == TOKEN_ACTIVATION)
        draft.token_id = api->token->id;
    if (!machine_add(&rq->cx, &draft, &m))
        return false;
    licence_cache_drop(rq->app->licence_cache, rq->cx.tenant_id, m->licence_id);
    rq->status = 201;
    reply_header(rq, "Location", api_resource_self(api, "machines", m->id));
    write_machine(rq, m, true);
    return true;
}

bool machine_api_view(struct req *rq)
{
    const struct snapshot *s;
    struct machine *m;

    if (!api_find_machine(rq, api_arg(rq, 0), &m, &s) ||
        !api_permission_licence(rq, PERMIT_MACHINE_READ, s))
        return false;
    write_machine(rq, m, false);
    return true;
}

bool machine_api_delete(struct req *rq)
{
    const struct api *api = api_of(rq);
    bool is_activation = api->token != NULL && api->token->kind == TOKEN_ACTIVATION;
    const struct snapshot *s;
    struct machine *m;

    if (!api_find_machine(rq, api_arg(rq, 0), &m, &s) ||
        !api_permission_licence(rq, PERMIT_MACHINE_DELETE, s))
        return false;
    if (!machine_remove(&rq->cx, m->id, is_activation ? api->token->id : (struct id){0}))
        return false;
    licence_cache_drop(rq->app->licence_cache, rq->cx.tenant_id, m->licence_id);
    rq->status = 204;
    return true;
}

static bool beat(struct req *rq, enum permit what,
                 bool (*change)(struct ctx *cx, struct id id, struct machine **out))
{
    const struct snapshot *s;
    struct machine *m;

    if (!api_find_machine(rq, api_arg(rq, 0), &m, &s) || !api_permission_licence(rq, what, s))
        return false;
    if (!change(&rq->cx, m->id, &m))
        return false;
    licence_cache_drop(rq->app->licence_cache, rq->cx.tenant_id, m->licence_id);
    write_machine(rq, m, false);
    return true;
}

bool machine_api_ping(struct req *rq)
{
    return beat(rq, PERMIT_MACHINE_PING, heartbeat_ping);
}

bool machine_api_reset(struct req *rq)
{
    return beat(rq, PERMIT_MACHINE_RESET, heartbeat_reset);
}

/* --- changes --- */

static bool answer(struct req *rq, const struct machine *m)
{
    licence_cache_drop(rq->app->licence_cache, rq->cx.tenant_id, m->licence_id);
    write_machine(rq, m, false);
    return true;
}

static bool find(struct req *rq, enum permit what, struct machine **out)
{
    const struct snapshot *s;

    return api_find_machine(rq, api_arg(rq, 0), out, &s) && api_permission_licence(rq, what, s);
}

bool machine_api_change(struct req *rq)
{
    struct machine_change change = {0};
    struct machine *m;

    return find(rq, PERMIT_MACHINE_UPDATE, &m) && machine_input_change(rq, &change) &&
           machine_change(&rq->cx, m->id, &change, &m) && answer(rq, m);
}

static bool relate(struct req *rq, enum permit what, const char *type,
                   bool (*change)(struct ctx *cx, struct id id, struct id to, struct machine **out))
{
    struct api_object top = {&rq->cx, api_of(rq)->body, ""};
    struct machine *m;
    struct id to = {0};

    return find(rq, what, &m) && api_input_linkage(&top, type, API_NULLABLE, &to) &&
           change(&rq->cx, m->id, to, &m) && answer(rq, m);
}

bool machine_api_set_owner(struct req *rq)
{
    return relate(rq, PERMIT_MACHINE_OWNER_CHANGE, "users", machine_change_owner);
}

bool machine_api_set_group(struct req *rq)
{
    return relate(rq, PERMIT_MACHINE_GROUP_CHANGE, "groups", machine_change_group);
}
