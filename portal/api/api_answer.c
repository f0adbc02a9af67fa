#include "portal/api/api_answer.h"

#include "licensing/licence_cache.h"

bool api_answer_licence(struct req *rq, struct id id)
{
    struct snapshot *s;

    licence_cache_drop(rq->app->licence_cache, rq->cx.tenant_id, id);
    if (!snapshot_load_id(&rq->cx, id, &s))
        return false;
    if (s == NULL)
        return err_set(&rq->cx.err, &ERR_NOT_FOUND, "licence %s", id_text(rq->cx.mem, id));
    str_add(&rq->out, "{\"data\":");
    api_document_licence(&rq->out, api_of(rq), s, rq->cx.now, NULL);
    str_char(&rq->out, '}');
    return true;
}
