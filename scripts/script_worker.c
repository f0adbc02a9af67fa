/* MAP_ANONYMOUS is not POSIX. */
#define _DEFAULT_SOURCE

#include "scripts/script_worker.h"

#include "scripts/script_wire.h"

#include <seccomp.h>

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum { ARENA_BLOCK = 64 * 1024 };

static struct sandbox_limits read_limits(const json_t *json)
{
    return (struct sandbox_limits){.instructions = json_get_i64(json, "instructions", 0),
                                   .memory_bytes = json_get_i64(json, "memory", 0),
                                   .steps = json_get_i64(json, "steps", 0),
                                   .lookups = json_get_i64(json, "lookups", 0),
                                   .effects = json_get_i64(json, "effects", 0)};
}

json_t *script_worker_answer(struct arena *mem, const json_t *request, sandbox_ask *ask, void *arg)
{
    json_t *text = json_object_get(request, "text");
    struct sandbox_task task = {.text = json_is_string(text) ? json_string_value(text) : "",
                                .len = json_string_length(text),
                                .limits = read_limits(json_object_get(request, "limits")),
                                .effects = json_object_get(request, "effects"),
                                .lookups = json_object_get(request, "lookups"),
                                .event = json_object_get(request, "event"),
                                .new = json_object_get(request, "new"),
                                .old = json_object_get(request, "old"),
                                .now = json_get_i64(request, "now", 0),
                                .seed = (uint64_t)json_get_i64(request, "seed", 0),
                                .ask = ask,
                                .arg = arg};
    struct sandbox_result result;
    json_t *answer;

    if (json_get_bool(request, "is_run", false))
        sandbox_run(mem, &task, &result);
    else
        sandbox_read(mem, &task, &result);
    answer = json_pack("{s:s, s:i, s:I, s:I, s:I, s:I}", "outcome",
                       sandbox_outcome_name(result.outcome), "line", result.line, "instructions",
                       (json_int_t)result.instructions, "steps", (json_int_t)result.steps, "memory",
                       (json_int_t)result.memory_bytes, "lookups", (json_int_t)result.lookups);
    json_own(mem, answer);
    if (result.outcome == SANDBOX_DONE)
        json_object_set(answer, "value", result.value);
    else
        json_object_set_new(answer, "error", json_string(result.error));
    return answer;
}

/* A question to the program over the same socket. What is not an answer ends this process: there
 * is nobody left to work for. */
static bool ask_parent(void *arg, const char *name, const json_t *args, const json_t **answer,
                       const char **refusal)
{
    struct arena *mem = arg;
    union { /* json_pack takes a reference, for which it wants no const */
        const json_t *ours;
        json_t *its;
    } shared = {.ours = args};
    json_t *question = json_own(mem, json_pack("{s:s, s:O}", "ask", name, "args", shared.its));
    json_t *reply;

    if (script_wire_send(STDOUT_FILENO, question, 0) != SCRIPT_WIRE_OK ||
        script_wire_receive(mem, STDIN_FILENO, 0, &reply) != SCRIPT_WIRE_OK)
        _exit(EXIT_FAILURE);
    *answer = json_object_get(reply, "answer");
    *refusal = json_get_text(reply, "refused", NULL);
    return *refusal == NULL;
}

static void limit_to(int which, rlim_t value)
{
    struct rlimit limit = {value, value};

    /* Each is one more wall; the others stand when the system refuses it. */
    (void)!setrlimit((__rlimit_resource_t)which, &limit);
}

static bool allow(scmp_filter_ctx filter, int call)
{
    return seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, call, 0, NULL) == 0;
}

static bool allow_if(scmp_filter_ctx filter, int call, const struct scmp_arg_cmp *tests,
                     unsigned count)
{
    return seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, call, count, tests) == 0;
}

/* What reading, answering and memory need, and nothing that opens, connects, starts or signals. A
 * call beyond that ends the process; sanitizers make more calls, so there it only fails. Memory
 * that could be executed is never given. Returns false where the system has no such filter. */
static bool lock_calls(void)
{
    static const int CALLS[] = {SCMP_SYS(brk),         SCMP_SYS(munmap),        SCMP_SYS(mremap),
                                SCMP_SYS(madvise),     SCMP_SYS(futex),         SCMP_SYS(exit),
                                SCMP_SYS(exit_group),  SCMP_SYS(clock_gettime), SCMP_SYS(getrandom),
                                SCMP_SYS(rt_sigreturn)};
    static const struct scmp_arg_cmp from_in = {
        .arg = 0, .op = SCMP_CMP_EQ, .datum_a = STDIN_FILENO};
    static const struct scmp_arg_cmp to_out = {
        .arg = 0, .op = SCMP_CMP_EQ, .datum_a = STDOUT_FILENO};
    static const struct scmp_arg_cmp plain_memory[] = {
        {.arg = 2, .op = SCMP_CMP_MASKED_EQ, .datum_a = PROT_EXEC, .datum_b = 0},
        {.arg = 3, .op = SCMP_CMP_MASKED_EQ, .datum_a = MAP_ANONYMOUS, .datum_b = MAP_ANONYMOUS}};
    scmp_filter_ctx filter =
        seccomp_init(SCRIPT_WORKER_SANITIZED ? SCMP_ACT_ERRNO(EPERM) : SCMP_ACT_KILL_PROCESS);
    bool ok = filter != NULL;

    for (size_t i = 0; i < COUNT(CALLS) && ok; i++)
        ok = allow(filter, CALLS[i]);
    ok = ok && allow_if(filter, SCMP_SYS(recvfrom), &from_in, 1) &&
         allow_if(filter, SCMP_SYS(sendto), &to_out, 1) &&
         allow_if(filter, SCMP_SYS(mmap), plain_memory, COUNT(plain_memory));
    if (SCRIPT_WORKER_SANITIZED)
        ok = ok && allow(filter, SCMP_SYS(write)) && allow(filter, SCMP_SYS(sched_yield)) &&
             allow(filter, SCMP_SYS(getpid)) && allow(filter, SCMP_SYS(gettid)) &&
             allow(filter, SCMP_SYS(sigaltstack)) && allow(filter, SCMP_SYS(rt_sigaction)) &&
             allow(filter, SCMP_SYS(rt_sigprocmask)) && allow(filter, SCMP_SYS(mprotect));
    ok = ok && seccomp_load(filter) == 0;
    if (filter != NULL)
        seccomp_release(filter);
    return ok;
}

static void give_up_rights(void)
{
    limit_to(RLIMIT_NOFILE, 0);
    limit_to(RLIMIT_NPROC, 0);
    limit_to(RLIMIT_FSIZE, 0);
    limit_to(RLIMIT_CORE, 0);
    /* Without seccomp the process still has no descriptor but the socket, no environment and no
     * way to open more. */
    (void)lock_calls();
}

int script_worker_main(void)
{
    struct arena *mem = arena_make(ARENA_BLOCK);
    json_t *request;

    json_object_seed(0); /* reads /dev/urandom: before the lock */
    give_up_rights();
    if (script_wire_send(STDOUT_FILENO, json_own(mem, json_pack("{s:b}", "ready", true)), 0) !=
        SCRIPT_WIRE_OK)
        _exit(EXIT_FAILURE);
    while (script_wire_receive(mem, STDIN_FILENO, 0, &request) == SCRIPT_WIRE_OK) {
        if (script_wire_send(STDOUT_FILENO, script_worker_answer(mem, request, ask_parent, mem),
                             0) != SCRIPT_WIRE_OK)
            break;
        arena_reset(mem);
    }
    _exit(EXIT_SUCCESS); /* nothing to flush, and a leak check could not run here any more */
}
