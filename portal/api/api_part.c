#include "portal/api/api_part.h"

#include "base/clock.h"
#include "licensing/licence_cache.h"
#include "portal/api/api_metadata.h"

static void add_ends(struct str *s, const struct api *api, const char *metadata, int64_t created_at,
                     int64_t updated_at)
{
    API_MEMBER(s, "metadata");
    api_metadata_write(s, api, metadata);
    API_MEMBER(s, "created");
    api_value_time(s, created_at);
    API_MEMBER(s, "updated");
    api_value_time(s, updated_at);
}

static void add_relationships(struct str *s, const struct api_resource *of, struct id product_id,
                              struct id licence_id, struct id machine_id)
{
    api_resource_relationships(s, of);
    api_resource_to_one(s, of, "product", "products", product_id);
    api_resource_to_one(s, of, "license", "licenses", licence_id);
    api_resource_to_one(s, of, "machine", "machines", machine_id);
    api_resource_close(s, of);
}

void api_part_component(struct str *s, const struct api *api, const struct component *c)
{
    const struct api_resource of = api_resource_of(api, "components", c->id);

    api_resource_open(s, &of);
    API_TEXT(s, "\"fingerprint\":", c->fingerprint);
    API_TEXT(s, ",\"name\":", c->name);
    add_ends(s, api, c->metadata, c->created_at, c->updated_at);
    add_relationships(s, &of, c->product_id, c->licence_id, c->machine_id);
}

void api_part_process(struct str *s, const struct api *api, const struct process *p)
{
    const struct api_resource of = api_resource_of(api, "processes", p->id);

    api_resource_open(s, &of);
    API_TEXT(s, "\"pid\":", p->pid);
    API_TEXT(s, ",\"status\":", MACHINE_HEARTBEAT_NAMES[p->heartbeat]);
    API_MEMBER(s, "interval");
    str_i64(s, p->heartbeat_seconds);
    API_MEMBER(s, "lastHeartbeat");
    api_value_time(s, p->last_heartbeat_at);
    API_MEMBER(s, "nextHeartbeat");
    api_value_time(s, p->last_heartbeat_at + p->heartbeat_seconds * CLOCK_SECOND);
    add_ends(s, api, p->metadata, p->created_at, p->updated_at);
    add_relationships(s, &of, p->product_id, p->licence_id, p->machine_id);
}

/* --- rights --- */

bool api_part_check(struct req *rq, enum permit what, struct id licence_id)
{
    const struct snapshot *s;

    if (!licence_cache_find_id(rq->app->licence_cache, &rq->cx, licence_id, &s))
        return false;
    if (s == NULL || !api_sees(api_of(rq), s))
        return err_set(&rq->cx.err, &ERR_NOT_FOUND, "out of scope");
    return api_permission_licence(rq, what, s);
}

static bool refuse_machine(struct req *rq, const struct err_kind *unknown, struct id machine_id)
{
    return err_set_at(&rq->cx.err, unknown, "/data/relationships/machine", "machine %s",
                      id_text(rq->cx.mem, machine_id));
}

bool api_part_check_machine(struct req *rq, enum permit what, struct id machine_id,
                            const struct err_kind *unknown)
{
    const struct api *api = api_of(rq);
    const struct snapshot *s;
    struct machine *m;

    /* A role that may not at all is told so before anything is looked for. */
    if ((api_permission_kinds(what) & API_ROLE(api->kind)) == 0)
        return api_permission_check(rq, what);
    if (!machine_get(&rq->cx, machine_id, &m)) {
        if (rq->cx.err.kind != &ERR_NOT_FOUND)
            return false;
        err_clear(&rq->cx.err);
        return refuse_machine(rq, unknown, machine_id);
    }
    if (!licence_cache_find_id(rq->app->licence_cache, &rq->cx, m->licence_id, &s))
        return false;
    if (s == NULL || !api_sees(api, s))
        return api->role == API_LICENCE || api->role == API_USER
                   ? err_set(&rq->cx.err, &ERR_DENIED, "another licence's machine")
                   : refuse_machine(rq, unknown, machine_id);
    return api_permission_on(rq, what,
                             &(struct api_subject){.owner_id = s->licence.owner_id,
                                                   .machine_owner_id = m->owner_id,
                                                   .is_protected = s->licence.is_protected});
}
