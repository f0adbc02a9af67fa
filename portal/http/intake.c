#include "portal/http/intake.h"

#include "base/clock.h"
#include "portal/http/spool.h"

enum {
    SLICE_MAX = 64,
    LATE_SLICE_MAX = 32 * 1024, /* those who send late bodies were let in already */
    SLOW_US = 2000,             /* a slice that took longer came over a slow line */
    BYTES_PER_MS = 64           /* large uploads get more time than http.body_deadline_ms */
};

/* What is read waits for all it was asked for and has no deadline of its own while bytes trickle:
 * so slices are small, and of one byte as soon as the line is slow. */
struct flow {
    const struct intake *in;
    int64_t deadline, before;
    size_t left, slice, slice_max;
};

static struct flow flow_of(const struct req *rq, const struct intake *in, size_t slice_max)
{
    int64_t allowed_ms = rq->app == NULL ? 15000 : rq->app->config.body_deadline_ms;
    int64_t now = clock_mono_us();

    return (struct flow){.in = in,
                         .deadline = now + (allowed_ms + (int64_t)in->len / BYTES_PER_MS) * 1000,
                         .before = now,
                         .left = in->len,
                         .slice = 1,
                         .slice_max = slice_max};
}

/* How many bytes came; 0 when they did not come in time. */
static size_t take(struct flow *f, char *into)
{
    int n = f->in->read(f->in->conn, into, f->slice < f->left ? f->slice : f->left);
    int64_t after = clock_mono_us();

    if (n <= 0 || after > f->deadline)
        return 0;
    f->left -= (size_t)n;
    f->slice = f->slice * 2 < f->slice_max ? f->slice * 2 : f->slice_max;
    if (after - f->before > SLOW_US)
        f->slice = 1;
    f->before = after;
    return (size_t)n;
}

bool intake_body(struct req *rq, const struct intake *in)
{
    struct flow f = flow_of(rq, in, SLICE_MAX);
    char *bytes = arena_alloc_raw(rq->cx.mem, in->len + 1);

    if (in->expects_continue)
        in->ask(in->conn);
    while (f.left > 0)
        if (take(&f, bytes + (in->len - f.left)) == 0)
            return false;
    bytes[in->len] = '\0';
    rq->body = (struct span){bytes, in->len};
    return true;
}

static bool take_late(struct req *rq)
{
    const struct intake *in = rq->waiting;
    struct flow f = flow_of(rq, in, LATE_SLICE_MAX);
    char *chunk = arena_alloc_raw(rq->cx.mem, LATE_SLICE_MAX);
    struct spool *spool;

    rq->take_body = NULL;
    if (!spool_make(&rq->cx.err, rq->cx.mem, rq->app->config.storage_path, &spool))
        return false;
    if (in->expects_continue)
        in->ask(in->conn);
    while (f.left > 0) {
        size_t n = take(&f, chunk);

        rq->body_left = f.left;
        if (n == 0)
            return err_set(&rq->cx.err, &ERR_BODY_SLOW, "%zu bytes are missing", f.left);
        if (!spool_add(&rq->cx.err, spool, chunk, n))
            return false;
    }
    return spool_map(&rq->cx.err, spool, &rq->body);
}

void intake_wait(struct req *rq, const struct intake *in)
{
    rq->waiting = in;
    rq->body_left = in->len;
    if (in->len > 0)
        rq->take_body = take_late;
}
