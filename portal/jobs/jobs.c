#include "portal/jobs/jobs.h"

#include "base/clock.h"
#include "base/log.h"
#include "portal/jobs/work.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { MEM_BLOCK = 64 * 1024, CAUSE_MAX = 200 };

struct loop {
    struct jobs *jobs;
    enum loop_kind kind;
    pthread_t thread;
};

struct jobs {
    struct app *app;
    struct loop loops[LOOP_COUNT];
    unsigned running;     /* how many of them were started */
    pthread_mutex_t lock; /* of must_stop */
    pthread_cond_t wake;  /* on the monotonic clock */
    bool must_stop;
};

struct clockwork {         /* of one row of WORK */
    int64_t due_us;        /* on the monotonic clock */
    char cause[CAUSE_MAX]; /* of the failure that was logged last; "" while all is well */
};

/* Once per cause: a database that is away for an hour is one line, not thirty thousand. */
static void note_failure(struct clockwork *state, const char *name, const struct ctx *cx)
{
    char cause[CAUSE_MAX];

    snprintf(cause, sizeof cause, "%.*s", CAUSE_MAX - 1, cx->err.oper);
    if (strcmp(cause, state->cause) == 0)
        return;
    memcpy(state->cause, cause, sizeof cause);
    log_warn(cx->trace, "%s: %s (%s)", name, cause, cx->err.where != NULL ? cx->err.where : "?");
}

static void note_success(struct clockwork *state, const char *name, const struct ctx *cx)
{
    if (state->cause[0] != '\0')
        log_info(cx->trace, "%s: works again", name);
    state->cause[0] = '\0';
}

/* True when something that went well has more to do. */
static bool run_due(const struct loop *loop, struct arena *mem, struct clockwork *states)
{
    struct app *app = loop->jobs->app;
    struct ctx cx;
    bool goes_on = false;

    for (size_t i = 0; i < WORK_COUNT; i++) {
        bool has_more = false;
        int64_t now = clock_mono_us();

        if (WORK[i].loop != loop->kind || states[i].due_us > now)
            continue;
        ctx_start(&cx, mem, app->jobs_pool);
        cx.master = app->master;
        cx.signer = app->signer;
        if (WORK[i].work(&cx, app, &has_more)) {
            note_success(&states[i], WORK[i].name, &cx);
        } else {
            note_failure(&states[i], WORK[i].name, &cx);
            has_more = false;
        }
        db_release(&cx);
        arena_reset(mem);
        states[i].due_us = has_more ? now : now + WORK[i].every_us;
        goes_on = goes_on || has_more;
    }
    return goes_on;
}

static bool must_stop(struct jobs *jobs)
{
    bool must;

    pthread_mutex_lock(&jobs->lock);
    must = jobs->must_stop;
    pthread_mutex_unlock(&jobs->lock);
    return must;
}

/* False when it is time to stop. */
static bool wait_for_tick(struct jobs *jobs)
{
    struct timespec until;
    bool goes_on;

    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += WORK_TICK_MS * 1000000L;
    if (until.tv_nsec >= 1000000000L) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000L;
    }
    pthread_mutex_lock(&jobs->lock);
    while (!jobs->must_stop &&
           pthread_cond_timedwait(&jobs->wake, &jobs->lock, &until) != ETIMEDOUT) {
    }
    goes_on = !jobs->must_stop;
    pthread_mutex_unlock(&jobs->lock);
    return goes_on;
}

static void *run(void *arg)
{
    struct loop *loop = arg;
    struct arena *mem = arena_make(MEM_BLOCK);
    struct clockwork states[WORK_MAX];

    memset(states, 0, sizeof states);
    db_thread_start();
    do {
        while (run_due(loop, mem, states) && !must_stop(loop->jobs)) {
            /* five thousand tickets, or their mails, wait for no tick between two batches */
        }
    } while (wait_for_tick(loop->jobs));
    db_thread_end();
    arena_free(mem);
    return NULL;
}

static void release(struct jobs *jobs)
{
    pthread_cond_destroy(&jobs->wake);
    pthread_mutex_destroy(&jobs->lock);
    free(jobs);
}

bool jobs_start(struct err *err, struct app *app, struct jobs **out)
{
    struct jobs *jobs = calloc(1, sizeof *jobs);
    pthread_condattr_t attr;

    if (jobs == NULL)
        abort();
    jobs->app = app;
    atomic_store(&app->jobs_must_stop, false);
    pthread_mutex_init(&jobs->lock, NULL);
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&jobs->wake, &attr);
    pthread_condattr_destroy(&attr);
    for (; jobs->running < LOOP_COUNT; jobs->running++) {
        struct loop *loop = &jobs->loops[jobs->running];
        int failed;

        *loop = (struct loop){.jobs = jobs, .kind = (enum loop_kind)jobs->running};
        failed = pthread_create(&loop->thread, NULL, run, loop);
        if (failed != 0) {
            jobs_stop(jobs);
            return err_set(err, &ERR_INTERNAL, "jobs: no thread: %s", strerror(failed));
        }
    }
    *out = jobs;
    return true;
}

void jobs_stop(struct jobs *jobs)
{
    if (jobs == NULL)
        return;
    atomic_store(&jobs->app->jobs_must_stop, true);
    pthread_mutex_lock(&jobs->lock);
    jobs->must_stop = true;
    pthread_cond_broadcast(&jobs->wake);
    pthread_mutex_unlock(&jobs->lock);
    for (unsigned i = 0; i < jobs->running; i++)
        pthread_join(jobs->loops[i].thread, NULL);
    release(jobs);
}
