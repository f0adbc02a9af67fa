/* The workers are this very program: its main answers to "script-worker". */
#include "base/clock.h"
#include "scripts/script_pool.h"
#include "scripts/script_worker.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { MANY_RUNS = 10000, LONG_US = 60 * 1000000 };

static const struct sandbox_limits LIMITS = {.instructions = 2000000,
                                             .memory_bytes = 4 * 1024 * 1024,
                                             .steps = 500000,
                                             .lookups = 3,
                                             .effects = 10};

static struct arena *mem;
static struct script_pool *pool;

static int set_up(void **state)
{
    const struct script_pool_spec spec = {.workers = 1};

    (void)state;
    mem = arena_make(64 * 1024);
    pool = script_pool_make(&spec);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    script_pool_free(pool);
    arena_free(mem);
    return 0;
}

static bool answer_lookup(void *arg, const char *name, const json_t *args, const json_t **answer,
                          const char **refusal)
{
    int *asked = arg;

    (*asked)++;
    if (strcmp(name, "tenant.list") != 0) {
        *refusal = "no such question";
        return false;
    }
    *answer =
        json_own(mem, json_pack("{s:s}", "Shanghai", json_string_value(json_array_get(args, 0))));
    return true;
}

static enum script_call_end call_body(const char *body, struct script_call more,
                                      struct sandbox_result *out)
{
    int64_t time_us;

    more.is_run = true;
    more.text = arena_printf(mem, "return { run = function(ev, new, old, ctx)\n%s\nend }", body);
    more.limits = LIMITS;
    if (more.deadline_us == 0)
        more.deadline_us = LONG_US;
    more.effects = json_own(mem, json_pack("[s]", "note"));
    more.lookups = json_own(mem, json_pack("[s]", "tenant.list"));
    return script_pool_call(pool, mem, &more, out, &time_us);
}

static void a_rule_runs_in_a_worker(void **state)
{
    struct sandbox_result r;
    int pids[4];

    (void)state;
    assert_int_equal(call_body("return note('hi')", (struct script_call){0}, &r),
                     SCRIPT_CALL_ANSWERED);
    assert_int_equal(r.outcome, SANDBOX_DONE);
    assert_string_equal(json_write(mem, r.value), "[{\"args\":\"hi\",\"effect\":\"note\"}]");
    assert_int_equal(script_pool_pids(pool, pids, 4), 1);
    assert_int_not_equal(pids[0], getpid());
}

static void a_worker_asks_over_the_same_socket(void **state)
{
    struct sandbox_result r;
    int asked = 0;

    (void)state;
    assert_int_equal(call_body("return note(tenant.list('east').Shanghai)",
                               (struct script_call){.ask = answer_lookup, .arg = &asked}, &r),
                     SCRIPT_CALL_ANSWERED);
    assert_int_equal(r.outcome, SANDBOX_DONE);
    assert_string_equal(json_write(mem, r.value), "[{\"args\":\"east\",\"effect\":\"note\"}]");
    assert_int_equal(asked, 1);
    assert_int_equal(
        call_body("return note(tenant.list('east').Shanghai)", (struct script_call){0}, &r),
        SCRIPT_CALL_ANSWERED);
    assert_string_equal(r.error, "this look-up is not offered here");
}

static void limits_come_back_as_answers(void **state)
{
    struct sandbox_result r;

    (void)state;
    assert_int_equal(call_body("while true do end", (struct script_call){0}, &r),
                     SCRIPT_CALL_ANSWERED);
    assert_int_equal(r.outcome, SANDBOX_INSTRUCTIONS);
    assert_int_equal(r.line, 2);
    assert_int_equal(
        call_body("local t = {} while true do t[#t + 1] = {} end", (struct script_call){0}, &r),
        SCRIPT_CALL_ANSWERED);
    assert_int_equal(r.outcome, SANDBOX_MEMORY);
}

/* The deadline is far shorter than the work, which is bounded by instructions alone. */
static void a_late_worker_is_killed_and_replaced(void **state)
{
    struct sandbox_result r;
    int before[4], after[4];
    int64_t time_us;
    struct script_call call = {.is_run = true,
                               .text = "return { run = function() while true do end end }",
                               .limits = LIMITS,
                               .deadline_us = 1000};

    (void)state;
    call.limits.instructions = INT64_MAX / 2;
    assert_int_equal(call_body("return note('a')", (struct script_call){0}, &r),
                     SCRIPT_CALL_ANSWERED);
    assert_int_equal(script_pool_pids(pool, before, 4), 1);
    assert_int_equal(script_pool_call(pool, mem, &call, &r, &time_us), SCRIPT_CALL_LATE);
    assert_int_equal(kill(before[0], 0), -1);
    assert_int_equal(call_body("return note('b')", (struct script_call){0}, &r),
                     SCRIPT_CALL_ANSWERED);
    assert_int_equal(script_pool_pids(pool, after, 4), 1);
    assert_int_not_equal(before[0], after[0]);
}

static void a_worker_that_died_idle_is_replaced_unseen(void **state)
{
    struct sandbox_result r;
    int pids[4];

    (void)state;
    for (int i = 0; i < 5; i++) {
        assert_int_equal(call_body("return note('a')", (struct script_call){0}, &r),
                         SCRIPT_CALL_ANSWERED);
        assert_int_equal(script_pool_pids(pool, pids, 4), 1);
        kill(pids[0], SIGKILL);
        /* its socket closes with it; until then the kernel may not have got to it */
        struct script_call call = {0};
        enum script_call_end end = call_body("return note('b')", call, &r);
        if (end == SCRIPT_CALL_LOST)
            end = call_body("return note('b')", call, &r);
        assert_int_equal(end, SCRIPT_CALL_ANSWERED);
    }
}

static bool kill_worker(void *arg, const char *name, const json_t *args, const json_t **answer,
                        const char **refusal)
{
    FILE *children;
    char path[64];
    int pid = 0;

    (void)arg, (void)name, (void)args, (void)refusal;
    snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)getpid(), (int)getpid());
    children = fopen(path, "r");
    if (children != NULL) {
        if (fscanf(children, "%d", &pid) == 1)
            kill(pid, SIGKILL);
        fclose(children);
    }
    *answer = NULL;
    return true;
}

static void a_worker_that_dies_at_work_is_reported_as_lost(void **state)
{
    struct sandbox_result r;
    struct script_call call = {.ask = kill_worker};

    (void)state;
    assert_int_equal(call_body("tenant.list('x') while true do end", call, &r), SCRIPT_CALL_LOST);
    assert_int_equal(call_body("return note('again')", (struct script_call){0}, &r),
                     SCRIPT_CALL_ANSWERED);
}

static void an_urgent_call_has_its_own_worker(void **state)
{
    struct sandbox_result r;
    int pids[4];

    (void)state;
    assert_int_equal(call_body("return note('a')", (struct script_call){0}, &r),
                     SCRIPT_CALL_ANSWERED);
    assert_int_equal(call_body("return note('a')", (struct script_call){.is_urgent = true}, &r),
                     SCRIPT_CALL_ANSWERED);
    assert_int_equal(script_pool_pids(pool, pids, 4), 2);
}

static void a_program_that_is_no_worker_is_reported(void **state)
{
    const struct script_pool_spec spec = {.program = "/bin/true", .workers = 1};
    struct script_pool *broken = script_pool_make(&spec);
    struct sandbox_result r;
    int64_t time_us;
    const struct script_call call = {
        .is_run = true, .text = "", .limits = LIMITS, .deadline_us = LONG_US};

    (void)state;
    assert_int_equal(script_pool_call(broken, mem, &call, &r, &time_us), SCRIPT_CALL_LOST);
    script_pool_free(broken);
}

/* A worker's right-hand column of /proc/PID/status, in kB. */
static long worker_memory(int pid)
{
    char path[64], line[256];
    long value = -1;
    FILE *status;

    snprintf(path, sizeof path, "/proc/%d/status", pid);
    status = fopen(path, "r");
    assert_non_null(status);
    while (fgets(line, sizeof line, status) != NULL && value < 0) {
        if (strncmp(line, "VmRSS:", 6) == 0)
            assert_int_equal(sscanf(line + 6, "%ld", &value), 1);
    }
    fclose(status);
    return value;
}

static void memory_stays_flat_over_many_runs(void **state)
{
    struct sandbox_result r;
    int pids[4];
    long early = 0;

    (void)state;
    for (int i = 0; i < MANY_RUNS; i++) {
        assert_int_equal(call_body("local t = {} for i = 1, 200 do t[i] = { i, tostring(i) } end\n"
                                   "return note { text = new and new.city, n = #t }",
                                   (struct script_call){0}, &r),
                         SCRIPT_CALL_ANSWERED);
        assert_int_equal(r.outcome, SANDBOX_DONE);
        arena_reset(mem);
        if (i == MANY_RUNS / 10) {
            assert_int_equal(script_pool_pids(pool, pids, 4), 1);
            early = worker_memory(pids[0]);
        }
    }
    int first = pids[0];
    assert_int_equal(script_pool_pids(pool, pids, 4), 1);
    if (pids[0] == first && !SCRIPT_WORKER_SANITIZED) /* ASan keeps freed memory back */
        assert_in_range(worker_memory(first), 1, (uintmax_t)early + 1024);
}

/* What a worker still may: asked of a child that gave up its rights the same way. */
static void a_worker_has_no_environment_and_one_socket(void **state)
{
    struct sandbox_result r;
    int pids[4];
    char path[64], bytes[16];
    FILE *environ_file;

    (void)state;
    setenv("GATEHOUSE_SECRET", "x", 1);
    assert_int_equal(call_body("return note('a')", (struct script_call){0}, &r),
                     SCRIPT_CALL_ANSWERED);
    assert_int_equal(script_pool_pids(pool, pids, 4), 1);
    snprintf(path, sizeof path, "/proc/%d/environ", pids[0]);
    environ_file = fopen(path, "r");
    assert_non_null(environ_file);
    assert_int_equal(fread(bytes, 1, sizeof bytes, environ_file), 0);
    fclose(environ_file);
    snprintf(path, sizeof path, "/proc/%d/fd/3", pids[0]);
    assert_int_equal(access(path, F_OK), -1);
    if (!SCRIPT_WORKER_SANITIZED) {
        char line[256];
        int mode = -1;
        snprintf(path, sizeof path, "/proc/%d/status", pids[0]);
        FILE *status = fopen(path, "r");
        while (status != NULL && fgets(line, sizeof line, status) != NULL) {
            if (sscanf(line, "Seccomp: %d", &mode) == 1)
                break;
        }
        if (status != NULL)
            fclose(status);
        assert_int_not_equal(mode, 0); /* -1: the system has none */
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_rule_runs_in_a_worker, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_worker_asks_over_the_same_socket, set_up, tear_down),
        cmocka_unit_test_setup_teardown(limits_come_back_as_answers, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_late_worker_is_killed_and_replaced, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_worker_that_died_idle_is_replaced_unseen, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_worker_that_dies_at_work_is_reported_as_lost, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(an_urgent_call_has_its_own_worker, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_program_that_is_no_worker_is_reported, set_up, tear_down),
        cmocka_unit_test_setup_teardown(memory_stays_flat_over_many_runs, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_worker_has_no_environment_and_one_socket, set_up,
                                        tear_down),
    };

    if (argc > 1 && strcmp(argv[1], "script-worker") == 0)
        return script_worker_main();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
