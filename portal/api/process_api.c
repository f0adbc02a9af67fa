#include "portal/api/process_api.h"

#include "licensing/licence_cache.h"
#include "portal/api/api_part.h"
#include "portal/api/machine_input.h"
#include "portal/http/reply.h"

#include <string.h>

static const struct err_kind ERR_PID_LONG = {ERR_CLASS_INVALID, "PID_TOO_LONG",
                                             "A process id has at most 4096 bytes."};

static bool answer(struct req *rq, const struct process *p)
{
    str_add(&rq->out, "{\"data\":");
    api_part_process(&rq->out, api_of(rq), p);
    str_char(&rq->out, '}');
    return true;
}

/* Validations count the licence's processes. */
static void forget(struct req *rq, const struct process *p)
{
    licence_cache_drop(rq->app->licence_cache, rq->cx.tenant_id, p->licence_id);
}

/* The process of the path, when the bearer may do this to it. */
static bool find(struct req *rq, enum permit what, struct process **out)
{
    return process_get(&rq->cx, rq->id, out) && api_part_check(rq, what, (*out)->licence_id);
}

static bool read_draft(struct req *rq, struct process_draft *d)
{
    static const char *const KNOWN[] = {"pid", "metadata", NULL};
    struct api_object in;

    return machine_input_part(rq, "processes", &in, &d->machine_id) &&
           api_input_known(&in, KNOWN) && api_input_text(&in, "pid", API_REQUIRED, &d->pid) &&
           (strlen(d->pid) <= PROCESS_PID_MAX || api_input_refuse(&in, "pid", &ERR_PID_LONG)) &&
           api_input_metadata(&in, &d->metadata);
}

bool process_api_create(struct req *rq)
{
    struct process_draft draft = {0};
    struct process *p;

    if (!read_draft(rq, &draft) ||
        !api_part_check_machine(rq, PERMIT_PROCESS_CREATE, draft.machine_id,
                                &ERR_PROCESS_MACHINE_NOT_FOUND) ||
        !process_add(&rq->cx, &draft, &p))
        return false;
    forget(rq, p);
    rq->status = 201;
    reply_header(rq, "Location", api_resource_self(api_of(rq), "processes", p->id));
    return answer(rq, p);
}

bool process_api_view(struct req *rq)
{
    struct process *p;

    return find(rq, PERMIT_PROCESS_READ, &p) && answer(rq, p);
}

/* Metadata, the one thing that changes, is staff's and products'. */
bool process_api_change(struct req *rq)
{
    static const char *const STAFF[] = {"metadata", NULL};
    static const char *const OTHERS[] = {NULL};
    const struct api *api = api_of(rq);
    bool is_staff = api->role == API_STAFF || api->role == API_PRODUCT;
    const char *metadata = NULL;
    struct api_object in;
    struct process *p;

    return find(rq, PERMIT_PROCESS_UPDATE, &p) && machine_input_attributes(rq, "processes", &in) &&
           api_input_known(&in, is_staff ? STAFF : OTHERS) && api_input_metadata(&in, &metadata) &&
           process_change(&rq->cx, p->id, metadata != NULL ? metadata : p->metadata, &p) &&
           answer(rq, p);
}

bool process_api_delete(struct req *rq)
{
    struct process *p;

    if (!find(rq, PERMIT_PROCESS_DELETE, &p) || !process_remove(&rq->cx, p->id))
        return false;
    forget(rq, p);
    rq->status = 204;
    return true;
}

bool process_api_ping(struct req *rq)
{
    struct process *p;

    if (!find(rq, PERMIT_PROCESS_PING, &p) || !process_ping(&rq->cx, p->id, &p))
        return false;
    forget(rq, p);
    return answer(rq, p);
}
