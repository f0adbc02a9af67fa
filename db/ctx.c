#include "db/ctx.h"

#include "base/clock.h"
#include "base/crypto.h"
#include "db/db.h"

#include <stdio.h>
#include <string.h>

void ctx_start(struct ctx *cx, struct arena *mem, struct db_pool *pool)
{
    uint64_t trace;

    *cx = (struct ctx){.mem = mem, .pool = pool, .viewer = {.kind = VIEWER_SYSTEM}};
    cx->now = clock_now();
    crypto_random(&trace, sizeof(trace));
    snprintf(cx->trace, sizeof(cx->trace), "%016llx", (unsigned long long)trace);
}

void ctx_retry(struct ctx *cx)
{
    err_clear(&cx->err);
    cx->id_next = 0;
}

struct id ctx_new_id(struct ctx *cx)
{
    struct id id;

    if (cx->id_next < cx->id_count)
        return cx->ids[cx->id_next++];
    id = id_make(cx->now);
    if (cx->id_next == cx->id_count && cx->id_count < CTX_IDS_MAX)
        cx->ids[cx->id_count++] = id;
    cx->id_next++;
    return id;
}
