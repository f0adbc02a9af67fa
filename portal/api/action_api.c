#include "portal/api/action_api.h"

#include "licensing/licence_cache.h"
#include "licensing/licence_use.h"
#include "portal/api/api_answer.h"
#include "portal/api/api_input.h"
#include "portal/api/api_permission.h"

static const struct err_kind ERR_AMOUNT = {ERR_CLASS_MALFORMED, "",
                                           "This parameter is a number from 0 to 2147483647."};

/* The licence of the path, when the bearer may do this to it. */
static bool find(struct req *rq, enum permit what, struct id *out)
{
    const struct snapshot *s;

    if (!api_find_licence(rq, api_arg(rq, 0), &s) || !api_permission_licence(rq, what, s))
        return false;
    *out = s->licence.id;
    return true;
}

bool action_api_suspend(struct req *rq)
{
    struct licence *l;
    struct id id;

    return find(rq, PERMIT_LICENCE_SUSPEND, &id) && licence_suspend(&rq->cx, id, "", &l) &&
           api_answer_licence(rq, id);
}

bool action_api_reinstate(struct req *rq)
{
    struct licence *l;
    struct id id;

    return find(rq, PERMIT_LICENCE_REINSTATE, &id) && licence_reinstate(&rq->cx, id, "", &l) &&
           api_answer_licence(rq, id);
}

bool action_api_renew(struct req *rq)
{
    struct licence *l;
    struct id id;

    return find(rq, PERMIT_LICENCE_RENEW, &id) && licence_renew(&rq->cx, id, "", &l) &&
           api_answer_licence(rq, id);
}

bool action_api_check_in(struct req *rq)
{
    struct licence *l;
    struct id id;

    return find(rq, PERMIT_LICENCE_CHECK_IN, &id) && licence_use_check_in(&rq->cx, id, &l) &&
           api_answer_licence(rq, id);
}

static bool gone(struct req *rq, struct id id)
{
    licence_cache_drop(rq->app->licence_cache, rq->cx.tenant_id, id);
    rq->status = 204;
    return true;
}

bool action_api_revoke(struct req *rq)
{
    struct id id;

    return find(rq, PERMIT_LICENCE_REVOKE, &id) && licence_revoke(&rq->cx, id, "") && gone(rq, id);
}

bool action_api_delete(struct req *rq)
{
    struct id id;

    return find(rq, PERMIT_LICENCE_DELETE, &id) && licence_delete(&rq->cx, id) && gone(rq, id);
}

/* meta.increment or meta.decrement; 1 where it is not given. */
static bool read_amount(struct req *rq, const char *name, int64_t *out)
{
    const char *const known[] = {name, NULL};
    static const char *const TOP[] = {"meta", NULL};
    struct api_object top = {&rq->cx, api_of(rq)->body, ""};
    struct api_object meta;

    *out = 1;
    return api_input_known(&top, TOP) && api_input_object(&top, "meta", 0, &meta) &&
           api_input_known(&meta, known) && api_input_i64(&meta, name, 0, out) &&
           ((*out >= 0 && *out <= INT32_MAX) || api_input_refuse(&meta, name, &ERR_AMOUNT));
}

bool action_api_increment(struct req *rq)
{
    struct licence *l;
    int64_t amount;
    struct id id;

    return find(rq, PERMIT_LICENCE_USAGE_INCREMENT, &id) && read_amount(rq, "increment", &amount) &&
           licence_use_add(&rq->cx, id, amount, &l) && api_answer_licence(rq, id);
}

bool action_api_decrement(struct req *rq)
{
    struct licence *l;
    int64_t amount;
    struct id id;

    return find(rq, PERMIT_LICENCE_USAGE_DECREMENT, &id) && read_amount(rq, "decrement", &amount) &&
           licence_use_add(&rq->cx, id, -amount, &l) && api_answer_licence(rq, id);
}

bool action_api_reset_usage(struct req *rq)
{
    struct licence *l;
    struct id id;

    return find(rq, PERMIT_LICENCE_USAGE_RESET, &id) && licence_use_reset(&rq->cx, id, &l) &&
           api_answer_licence(rq, id);
}
