/* Activations without a wire: the domain's function on threads of its own, one transaction each,
 * for so many seconds; prints how many a second. Usage: bench_activate URL TENANT THREADS SECONDS
 * COUNT ROUND, where COUNT licences are loaded and ROUND makes the machines' names new. */
#include "base/clock.h"
#include "base/crypto.h"
#include "base/parse.h"
#include "db/db.h"
#include "licensing/machine.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

enum { BENCH_THREADS_MAX = 64 };

struct work {
    struct db_pool *pool;
    struct id tenant_id;
    const char *round;
    int64_t count, until, threads;
    atomic_llong done, failed;
    atomic_int next_part;
};

static void activate(struct work *w, struct arena *mem, int64_t at, int part)
{
    struct ctx cx;
    struct machine *made;
    struct machine_draft draft = {0};

    ctx_start(&cx, mem, w->pool);
    cx.tenant_id = w->tenant_id;
    draft.fingerprint = arena_printf(mem, "direct-%s-%d-%lld", w->round, part, (long long)at);
    if (id_parse(arena_printf(mem, "01995c44-0000-7000-8000-%012llx", (long long)at),
                 &draft.licence_id) &&
        machine_add(&cx, &draft, &made))
        atomic_fetch_add(&w->done, 1);
    else if (atomic_fetch_add(&w->failed, 1) == 0)
        fprintf(stderr, "bench: %s %s\n", cx.err.kind->code, cx.err.oper);
    db_release(&cx);
    arena_reset(mem);
}

static void *run(void *arg)
{
    struct work *w = arg;
    struct arena *mem = arena_make(16 * 1024);
    int part = atomic_fetch_add(&w->next_part, 1);
    int64_t at = w->count / w->threads * part;

    db_thread_start();
    while (clock_mono_us() < w->until) {
        at = at % w->count + 1;
        activate(w, mem, at, part);
    }
    db_thread_end();
    arena_free(mem);
    return NULL;
}

int main(int argc, char **argv)
{
    struct arena *mem = arena_make(16 * 1024);
    struct err err = {.kind = NULL};
    struct db_target target;
    struct work w = {0};
    pthread_t threads[BENCH_THREADS_MAX];
    int64_t seconds, began = clock_mono_us();

    if (argc != 7 || !db_target_parse(&err, mem, argv[1], &target) ||
        !id_parse(argv[2], &w.tenant_id) || !parse_i64(argv[3], 1, BENCH_THREADS_MAX, &w.threads) ||
        !parse_i64(argv[4], 1, 600, &seconds) || !parse_i64(argv[5], 1, INT64_MAX, &w.count))
        return 2;
    w.round = argv[6];
    w.until = began + seconds * CLOCK_SECOND;
    crypto_init();
    db_library_init();
    w.pool = db_pool_make(&target, (unsigned)w.threads);
    for (int64_t i = 0; i < w.threads; i++)
        if (pthread_create(&threads[i], NULL, run, &w) != 0)
            abort();
    for (int64_t i = 0; i < w.threads; i++)
        pthread_join(threads[i], NULL);
    printf("%.1f\n",
           (double)atomic_load(&w.done) * CLOCK_SECOND / (double)(clock_mono_us() - began));
    db_pool_free(w.pool);
    db_library_end();
    arena_free(mem);
    return atomic_load(&w.failed) > 0;
}
