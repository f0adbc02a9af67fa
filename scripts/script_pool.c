#include "scripts/script_pool.h"

#include "base/child.h"
#include "base/clock.h"
#include "base/log.h"
#include "scripts/script_wire.h"
#include "scripts/script_worker.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
    WORKERS_MAX = 64,
    /* A worker is replaced before its processor time could end it in the middle of a rule. */
    WORKER_RUNS_MAX = 100000,
    WORKER_CPU_SECONDS = 60,
    WORKER_BUSY_SECONDS = 30,
    WAIT_SECONDS = 10, /* for a free worker */
    START_SECONDS = 20,
    READY_BYTES = 256,
};
#define WORKER_ADDRESS_SPACE (UINT64_C(512) * 1024 * 1024)

struct worker {
    pid_t pid; /* 0: none */
    int fd;
    bool is_busy;
    int64_t runs;
    int64_t busy_us;
};

struct script_pool {
    const char *program;
    unsigned count;         /* the first one is reserved for urgent calls */
    pthread_mutex_t lock;   /* of is_busy in each worker; whoever set it owns the rest */
    pthread_cond_t is_free; /* on the monotonic clock */
    struct worker workers[WORKERS_MAX + 1];
};

struct script_pool *script_pool_make(const struct script_pool_spec *spec)
{
    struct script_pool *pool = calloc(1, sizeof *pool);
    pthread_condattr_t attr;

    if (pool == NULL)
        abort();
    pool->program = spec->program != NULL ? spec->program : "/proc/self/exe";
    pool->count = (spec->workers < WORKERS_MAX ? spec->workers : WORKERS_MAX) + 1;
    pthread_mutex_init(&pool->lock, NULL);
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&pool->is_free, &attr);
    pthread_condattr_destroy(&attr);
    return pool;
}

static void worker_end(struct worker *w)
{
    if (w->pid == 0)
        return;
    close(w->fd);
    kill(w->pid, SIGKILL);
    while (waitpid(w->pid, NULL, 0) < 0 && errno == EINTR) {
    }
    w->pid = 0;
}

/* Waits for its first message, so that starting is not counted against a rule. */
static bool worker_is_ready(struct worker *w)
{
    struct arena *mem = arena_make(READY_BYTES);
    json_t *hello;
    enum script_wire_end end =
        script_wire_receive(mem, w->fd, clock_mono_us() + START_SECONDS * CLOCK_SECOND, &hello);

    arena_free(mem);
    if (end != SCRIPT_WIRE_OK)
        worker_end(w);
    return end == SCRIPT_WIRE_OK;
}

static bool worker_start(struct script_pool *pool, struct worker *w)
{
    const char *const argv[] = {pool->program, "script-worker", NULL};
    struct err err = {0};
    int pair[2];

    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0) {
        log_warn("-", "script worker: no socket: %s", strerror(errno));
        return false;
    }
    struct child_spec spec = {.argv = argv,
                              .in_fd = pair[1],
                              .out_fd = pair[1],
                              .err_fd = -1,
                              .new_session = true,
                              .dies_with_parent = true,
                              .bare_env = true,
                              .address_space_bytes =
                                  SCRIPT_WORKER_SANITIZED ? 0 : WORKER_ADDRESS_SPACE,
                              .cpu_seconds = WORKER_CPU_SECONDS};
    bool started = child_start(&err, &spec, &w->pid);
    close(pair[1]);
    if (!started) {
        close(pair[0]);
        w->pid = 0;
        log_warn("-", "script worker: %s", err.oper);
        return false;
    }
    w->fd = pair[0];
    w->runs = 0;
    w->busy_us = 0;
    return worker_is_ready(w);
}

/* An idle worker says nothing: a readable socket means that it ended. */
static bool worker_is_fit(const struct worker *w)
{
    struct pollfd one = {.fd = w->fd, .events = POLLIN};

    return w->pid != 0 && w->runs < WORKER_RUNS_MAX &&
           w->busy_us < WORKER_BUSY_SECONDS * CLOCK_SECOND && poll(&one, 1, 0) == 0;
}

static struct worker *find_free(struct script_pool *pool, bool is_urgent)
{
    unsigned from = is_urgent ? 0 : 1;
    unsigned to = is_urgent ? 1 : pool->count;

    for (unsigned i = from; i < to; i++) {
        if (!pool->workers[i].is_busy)
            return &pool->workers[i];
    }
    return NULL;
}

static struct worker *take(struct script_pool *pool, const struct script_call *call)
{
    int64_t wait_us = call->is_urgent ? call->deadline_us : WAIT_SECONDS * CLOCK_SECOND;
    int64_t until = clock_mono_us() + wait_us;
    struct timespec at = {.tv_sec = (time_t)(until / CLOCK_SECOND),
                          .tv_nsec = (long)(until % CLOCK_SECOND) * 1000};
    struct worker *w;
    int waited = 0;

    pthread_mutex_lock(&pool->lock);
    while ((w = find_free(pool, call->is_urgent)) == NULL && waited == 0)
        waited = pthread_cond_timedwait(&pool->is_free, &pool->lock, &at);
    if (w != NULL)
        w->is_busy = true;
    pthread_mutex_unlock(&pool->lock);
    return w;
}

static void give_back(struct script_pool *pool, struct worker *w)
{
    pthread_mutex_lock(&pool->lock);
    w->is_busy = false;
    pthread_cond_broadcast(&pool->is_free);
    pthread_mutex_unlock(&pool->lock);
}

static void set_shared(json_t *object, const char *key, const json_t *value)
{
    union { /* a reference is taken, for which jansson wants no const */
        const json_t *ours;
        json_t *its;
    } shared = {.ours = value};

    if (value != NULL)
        json_object_set(object, key, shared.its);
}

static json_t *make_request(struct arena *mem, const struct script_call *call)
{
    const struct sandbox_limits *l = &call->limits;
    json_t *request = json_own(
        mem, json_pack("{s:b, s:s, s:{s:I, s:I, s:I, s:I, s:I}, s:I, s:I}", "is_run", call->is_run,
                       "text", call->text, "limits", "instructions", (json_int_t)l->instructions,
                       "memory", (json_int_t)l->memory_bytes, "steps", (json_int_t)l->steps,
                       "lookups", (json_int_t)l->lookups, "effects", (json_int_t)l->effects, "now",
                       (json_int_t)call->now, "seed", (json_int_t)call->seed));

    set_shared(request, "effects", call->effects);
    set_shared(request, "lookups", call->lookups);
    set_shared(request, "event", call->event);
    set_shared(request, "new", call->new);
    set_shared(request, "old", call->old);
    return request;
}

static bool read_answer(const json_t *answer, struct sandbox_result *out)
{
    *out = (struct sandbox_result){.value = json_object_get(answer, "value"),
                                   .error = json_get_text(answer, "error", ""),
                                   .line = (int)json_get_i64(answer, "line", 0),
                                   .instructions = json_get_i64(answer, "instructions", 0),
                                   .steps = json_get_i64(answer, "steps", 0),
                                   .memory_bytes = json_get_i64(answer, "memory", 0),
                                   .lookups = json_get_i64(answer, "lookups", 0)};
    return sandbox_outcome_parse(json_get_text(answer, "outcome", ""), &out->outcome) &&
           (out->outcome != SANDBOX_DONE || out->value != NULL);
}

/* A look-up of the rule. The worker's words are checked like anybody's from outside: the name is
 * looked up by ask in its own table. */
static json_t *reply_to(struct arena *mem, const struct script_call *call, const json_t *question)
{
    const json_t *answer = NULL;
    const char *refusal = "this look-up is not offered here";
    json_t *reply = json_own(mem, json_object());

    if (call->ask != NULL && call->ask(call->arg, json_get_text(question, "ask", ""),
                                       json_object_get(question, "args"), &answer, &refusal)) {
        if (answer != NULL)
            set_shared(reply, "answer", answer);
    } else {
        json_object_set_new(reply, "refused", json_string(refusal));
    }
    return reply;
}

static enum script_call_end from_wire(enum script_wire_end end)
{
    return end == SCRIPT_WIRE_LATE ? SCRIPT_CALL_LATE : SCRIPT_CALL_LOST;
}

static enum script_call_end converse(struct worker *w, struct arena *mem,
                                     const struct script_call *call, struct sandbox_result *out,
                                     int64_t *time_us)
{
    int64_t left = call->deadline_us;
    json_t *message = make_request(mem, call);

    *time_us = 0;
    for (int64_t asked = 0; asked <= call->limits.lookups; asked++) {
        int64_t started = clock_mono_us();
        enum script_wire_end end = script_wire_send(w->fd, message, started + left);

        if (end == SCRIPT_WIRE_OK)
            end = script_wire_receive(mem, w->fd, started + left, &message);
        *time_us += clock_mono_us() - started;
        left -= clock_mono_us() - started;
        if (end != SCRIPT_WIRE_OK)
            return from_wire(end);
        if (json_object_get(message, "ask") == NULL)
            return read_answer(message, out) ? SCRIPT_CALL_ANSWERED : SCRIPT_CALL_LOST;
        if (left <= 0)
            return SCRIPT_CALL_LATE;
        message = reply_to(mem, call, message);
    }
    return SCRIPT_CALL_LOST; /* it asked more often than its own sandbox allows */
}

enum script_call_end script_pool_call(struct script_pool *pool, struct arena *mem,
                                      const struct script_call *call, struct sandbox_result *out,
                                      int64_t *time_us)
{
    struct worker *w = take(pool, call);
    enum script_call_end end = SCRIPT_CALL_LOST;

    *time_us = 0;
    if (w == NULL)
        return SCRIPT_CALL_BUSY;
    if (!worker_is_fit(w))
        worker_end(w);
    if (w->pid != 0 || worker_start(pool, w))
        end = converse(w, mem, call, out, time_us);
    w->runs++;
    w->busy_us += *time_us;
    if (end != SCRIPT_CALL_ANSWERED)
        worker_end(w);
    give_back(pool, w);
    return end;
}

unsigned script_pool_pids(struct script_pool *pool, int *pids, unsigned max)
{
    unsigned count = 0;

    pthread_mutex_lock(&pool->lock);
    for (unsigned i = 0; i < pool->count && count < max; i++) {
        if (pool->workers[i].pid != 0 && !pool->workers[i].is_busy)
            pids[count++] = pool->workers[i].pid;
    }
    pthread_mutex_unlock(&pool->lock);
    return count;
}

void script_pool_free(struct script_pool *pool)
{
    if (pool == NULL)
        return;
    for (unsigned i = 0; i < pool->count; i++)
        worker_end(&pool->workers[i]);
    pthread_cond_destroy(&pool->is_free);
    pthread_mutex_destroy(&pool->lock);
    free(pool);
}
