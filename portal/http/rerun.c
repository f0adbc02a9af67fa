#include "portal/http/rerun.h"

#include "base/crypto.h"
#include "db/db.h"

#include <time.h>
#include <unistd.h>

enum {
    RERUN_TRIES = 5,
    RERUN_FOR_US = 3 * 1000 * 1000 /* no further try after this long */
};

void rerun_clear(struct req *rq)
{
    if (rq->file_fd >= 0)
        close(rq->file_fd);
    rq->status = 200;
    rq->type = "text/html; charset=utf-8";
    rq->out = str_new(rq->cx.mem);
    rq->redirect = NULL;
    rq->flash = NULL;
    rq->file_fd = -1;
    rq->file_bytes = 0;
    rq->file_sha256 = NULL;
    rq->header_count = 0;
}

static void pause_before_try(int try)
{
    uint16_t random;
    struct timespec pause = {.tv_sec = 0};

    crypto_random(&random, sizeof(random));
    pause.tv_nsec = ((long)random % (5000000L << try)) + 1000000L;
    nanosleep(&pause, NULL);
}

/* Nothing was sent yet, and a handler commits once: so what met a deadlock is run again whole. */
void rerun_serve(struct req *rq, void (*serve)(struct req *rq), struct metrics *metrics)
{
    const struct req asked = {.route = rq->route, .path = rq->path, .target = rq->target};
    int64_t until = clock_mono_us() + RERUN_FOR_US;

    for (int try = 0; try < RERUN_TRIES; try++) {
        serve(rq);
        if (rq->cx.err.kind != &ERR_BUSY || try + 1 == RERUN_TRIES || clock_mono_us() > until)
            return;
        log_info(rq->cx.trace, "busy, once more: %s", rq->cx.err.oper);
        atomic_fetch_add(&metrics->reruns, 1);
        db_release(&rq->cx);
        rerun_clear(rq);
        rq->tenant = NULL;
        rq->session = NULL;
        rq->form = NULL;
        rq->portal = NULL;
        rq->resume = NULL;
        rq->is_flash_shown = false;
        rq->route = asked.route; /* a form that waited is sent under the route of its own */
        rq->path = asked.path;
        rq->target = asked.target;
        ctx_retry(&rq->cx);
        pause_before_try(try);
    }
}
