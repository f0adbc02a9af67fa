#include "portal/account/request_answer.h"

#include "db/db.h"

#include <string.h>

const struct err_kind ERR_REQUEST_ANSWER_OTHER = {
    ERR_CLASS_CONFLICT, "IDEMPOTENCY_KEY_USED",
    "This Idempotency-Key came with another body before: choose a new one for a new call."};

static const char SQL_REQUEST_ANSWER_FIND[] =
    "SELECT body_hash, status, location, body FROM request_answer "
    "WHERE tenant_id = ? AND call_hash = ? AND created_at > ?";
/* An old one of the same key makes room. */
static const char SQL_REQUEST_ANSWER_DROP[] =
    "DELETE FROM request_answer WHERE tenant_id = ? AND call_hash = ? AND created_at <= ?";
static const char SQL_REQUEST_ANSWER_KEEP[] =
    "INSERT INTO request_answer (tenant_id, id, actor_id, call_hash, body_hash, status, location, "
    "body, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)";
static const char SQL_REQUEST_ANSWER_PURGE[] =
    "DELETE FROM request_answer WHERE tenant_id = ? AND created_at <= ? LIMIT ?";

void request_answer_call(struct ctx *cx, const char *method, const char *address, const char *key,
                         struct span body, struct request_call *out)
{
    const char *text =
        arena_printf(cx->mem, "%s %s %s %s", id_text(cx->mem, cx->actor_id), method, address, key);

    crypto_sha256(text, strlen(text), out->call);
    crypto_sha256(body.p != NULL ? body.p : "", body.len, out->body);
}

bool request_answer_find(struct ctx *cx, const struct request_call *call,
                         struct request_answer **out)
{
    struct db_rows rows;
    struct span body;

    *out = NULL;
    if (!db_query(cx, &rows, SQL_REQUEST_ANSWER_FIND, DB_ID(cx->tenant_id),
                  DB_BYTES(call->call, sizeof call->call), DB_TIME(cx->now - REQUEST_ANSWER_US)))
        return false;
    if (!db_next(&rows))
        return true;
    body = db_bytes(&rows.row, 0);
    if (body.len != sizeof call->body || memcmp(body.p, call->body, sizeof call->body) != 0)
        return err_set_at(&cx->err, &ERR_REQUEST_ANSWER_OTHER, ":Idempotency-Key",
                          "the key came with another body");
    *out = arena_new(cx->mem, struct request_answer);
    **out = (struct request_answer){.status = (int)db_i64(&rows.row, 1),
                                    .location = db_text(&rows.row, 2),
                                    .body = db_text(&rows.row, 3)};
    return true;
}

bool request_answer_keep(struct ctx *cx, const struct request_call *call,
                         const struct request_answer *answer)
{
    return db_exec(cx, NULL, SQL_REQUEST_ANSWER_DROP, DB_ID(cx->tenant_id),
                   DB_BYTES(call->call, sizeof call->call), DB_TIME(cx->now - REQUEST_ANSWER_US)) &&
           db_exec(cx, NULL, SQL_REQUEST_ANSWER_KEEP, DB_ID(cx->tenant_id), DB_ID(ctx_new_id(cx)),
                   DB_ID_OR_NULL(cx->actor_id), DB_BYTES(call->call, sizeof call->call),
                   DB_BYTES(call->body, sizeof call->body), DB_INT(answer->status),
                   DB_TEXT(answer->location), DB_TEXT(answer->body), DB_TIME(cx->now));
}

bool request_answer_purge(struct ctx *cx, int64_t limit, int64_t *removed)
{
    return db_exec(cx, removed, SQL_REQUEST_ANSWER_PURGE, DB_ID(cx->tenant_id),
                   DB_TIME(cx->now - REQUEST_ANSWER_US), DB_INT(limit));
}
