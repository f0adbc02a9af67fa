#include "portal/http/health.h"

#include "db/db.h"
#include "portal/http/reply.h"

#include <string.h>

static const char SQL_HEALTH_PING[] = "SELECT 1";

static bool database_answers(struct ctx *cx)
{
    struct db_rows rows;
    bool ok = db_query(cx, &rows, SQL_HEALTH_PING, DB_NONE);

    if (!ok)
        log_warn(cx->trace, "not ready: %s", cx->err.oper);
    err_clear(&cx->err);
    return ok;
}

static void answer_ready(struct req *rq, bool is_draining)
{
    bool has_database = rq->cx.pool == NULL || database_answers(&rq->cx);
    bool ready = has_database && !is_draining;
    json_t *checks =
        json_own(rq->cx.mem, json_pack("{s:s,s:s}", "serving", is_draining ? "draining" : "ok",
                                       "database", has_database ? "ok" : "no answer"));

    reply_json(rq, ready ? 200 : 503,
               json_own(rq->cx.mem, json_pack("{s:s,s:O}", "status", ready ? "ready" : "not ready",
                                              "checks", checks)));
}

bool health_answer(struct req *rq, bool is_draining)
{
    bool is_health = strcmp(rq->path, "/healthz") == 0;

    if (!is_health && strcmp(rq->path, "/readyz") != 0)
        return false;
    if (rq->method != METHOD_GET && rq->method != METHOD_HEAD) {
        reply_header(rq, "Allow", "GET, HEAD");
        reply_json(rq, 405, json_own(rq->cx.mem, json_pack("{s:s}", "status", "ask with GET")));
    } else if (is_health) {
        reply_json(rq, 200, json_own(rq->cx.mem, json_pack("{s:s}", "status", "ok")));
    } else {
        answer_ready(rq, is_draining);
    }
    return true;
}
