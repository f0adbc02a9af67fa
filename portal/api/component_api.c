#include "portal/api/component_api.h"

#include "licensing/licence_cache.h"
#include "portal/api/api_part.h"
#include "portal/api/machine_input.h"
#include "portal/http/reply.h"

static bool answer(struct req *rq, const struct component *c)
{
    str_add(&rq->out, "{\"data\":");
    api_part_component(&rq->out, api_of(rq), c);
    str_char(&rq->out, '}');
    return true;
}

/* What validations ask of the licence's components may have changed. */
static void forget(struct req *rq, const struct component *c)
{
    licence_cache_drop(rq->app->licence_cache, rq->cx.tenant_id, c->licence_id);
}

/* The component of the path, when the bearer may do this to it. */
static bool find(struct req *rq, enum permit what, struct component **out)
{
    return component_get(&rq->cx, rq->id, out) && api_part_check(rq, what, (*out)->licence_id);
}

static bool read_draft(struct req *rq, struct component_draft *d)
{
    static const char *const KNOWN[] = {"fingerprint", "name", "metadata", NULL};
    struct api_object in;

    return machine_input_part(rq, "components", &in, &d->machine_id) &&
           api_input_known(&in, KNOWN) && machine_input_fingerprint(&in, &d->fingerprint) &&
           machine_input_name(&in, API_REQUIRED, &d->name) && api_input_metadata(&in, &d->metadata);
}

bool component_api_create(struct req *rq)
{
    struct component_draft draft = {0};
    struct component *c;

    if (!read_draft(rq, &draft) ||
        !api_part_check_machine(rq, PERMIT_COMPONENT_CREATE, draft.machine_id,
                                &ERR_COMPONENT_MACHINE_NOT_FOUND) ||
        !component_add(&rq->cx, &draft, &c))
        return false;
    forget(rq, c);
    rq->status = 201;
    reply_header(rq, "Location", api_resource_self(api_of(rq), "components", c->id));
    return answer(rq, c);
}

bool component_api_view(struct req *rq)
{
    struct component *c;

    return find(rq, PERMIT_COMPONENT_READ, &c) && answer(rq, c);
}

bool component_api_change(struct req *rq)
{
    static const char *const KNOWN[] = {"name", "metadata", NULL};
    const char *name = NULL;
    const char *metadata = NULL;
    struct api_object in;
    struct component *c;

    if (!find(rq, PERMIT_COMPONENT_UPDATE, &c) ||
        !machine_input_attributes(rq, "components", &in) || !api_input_known(&in, KNOWN) ||
        !machine_input_name(&in, 0, &name) || !api_input_metadata(&in, &metadata) ||
        !component_change(&rq->cx, c->id, name, metadata, &c))
        return false;
    forget(rq, c);
    return answer(rq, c);
}

bool component_api_delete(struct req *rq)
{
    struct component *c;

    if (!find(rq, PERMIT_COMPONENT_DELETE, &c) || !component_remove(&rq->cx, c->id))
        return false;
    forget(rq, c);
    rq->status = 204;
    return true;
}
