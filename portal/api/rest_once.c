#include "portal/api/rest_once.h"

#include "db/db.h"
#include "portal/account/request_answer.h"
#include "portal/api/rest.h"
#include "portal/http/route.h"

#include <string.h>

static bool repeat(struct req *rq, const struct request_answer *kept)
{
    rq->status = kept->status;
    rq->type = "application/json";
    rq->out = str_new(rq->cx.mem);
    rq->header_count = 0;
    str_add(&rq->out, kept->body);
    if (*kept->location != '\0')
        reply_header(rq, "Location", kept->location);
    reply_header(rq, "Idempotency-Replayed", "true");
    return true;
}

static const char *location_of(const struct req *rq)
{
    for (unsigned i = 0; i < rq->header_count; i++)
        if (strcmp(rq->header_names[i], "Location") == 0)
            return rq->header_values[i];
    return "";
}

static bool run_and_keep(struct req *rq, const struct request_call *call)
{
    struct request_answer answer;

    if (!db_begin(&rq->cx))
        return false;
    if (!rq->route->handler(rq)) {
        db_rollback(&rq->cx);
        return false;
    }
    answer = (struct request_answer){.status = rq->status,
                                     .location = location_of(rq),
                                     .body = rq->out.len > 0 ? rq->out.p : ""};
    if (!request_answer_keep(&rq->cx, call, &answer)) {
        db_rollback(&rq->cx);
        return false;
    }
    return db_commit(&rq->cx);
}

bool rest_once_run(struct req *rq)
{
    struct request_answer *kept;
    struct request_call call;
    struct err was;
    const char *key;

    if (rq->route->method != METHOD_POST || req_header(rq, "Idempotency-Key") == NULL)
        return rq->route->handler(rq);
    if (!rest_key(rq, &key))
        return false;
    request_answer_call(&rq->cx, rq->method_text, rq->target, key, rq->body, &call);
    if (!request_answer_find(&rq->cx, &call, &kept))
        return false;
    if (kept != NULL)
        return repeat(rq, kept);
    if (run_and_keep(rq, &call))
        return true;
    if (rq->cx.err.kind->class != ERR_CLASS_CONFLICT)
        return false;
    was = rq->cx.err; /* perhaps the same call came twice at once, and the other was quicker */
    err_clear(&rq->cx.err);
    if (!request_answer_find(&rq->cx, &call, &kept))
        return false;
    if (kept != NULL)
        return repeat(rq, kept);
    rq->cx.err = was;
    return false;
}
