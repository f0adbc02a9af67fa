/* Processes, components and changes of machines: what the wire's rows do not reach. */
#include "base/clock.h"
#include "licensing/component.h"
#include "licensing/machine_change.h"
#include "licensing/process.h"
#include "tests/licensing/licensing_make.h"

static struct machine *make(struct ctx *cx, const struct policy *draft)
{
    return licensing_machine(cx, licensing_licence(cx, draft)->id, "fp");
}

static bool start(struct ctx *cx, struct id machine_id, const char *pid)
{
    struct process_draft draft = {.machine_id = machine_id, .pid = pid};
    struct process *p;

    return process_add(cx, &draft, &p);
}

static void overage_counts_for_processes_too(void **state)
{
    static const struct {
        enum policy_overage overage;
        int64_t max, fits;
    } CASES[] = {
        {POLICY_NO_OVERAGE, 4, 4}, {POLICY_OVERAGE_1_25X, 4, 5},        {POLICY_OVERAGE_1_5X, 4, 6},
        {POLICY_OVERAGE_2X, 4, 8}, {POLICY_ALWAYS_ALLOW_OVERAGE, 1, 9},
    };
    struct ctx *cx = test_ctx(state);

    for (size_t i = 0; i < COUNT(CASES); i++) {
        struct policy draft = licensing_policy(cx);
        struct machine *m;

        draft.max_machines = 4;
        draft.max_processes = CASES[i].max;
        draft.overage = CASES[i].overage;
        m = make(cx, &draft);
        for (int64_t n = 0; n < CASES[i].fits; n++)
            test_ok(cx, start(cx, m->id, arena_printf(cx->mem, "%lld", (long long)n)));
        if (CASES[i].overage != POLICY_ALWAYS_ALLOW_OVERAGE)
            test_refused(cx, start(cx, m->id, "more"), &ERR_PROCESSES_FULL);
    }
}

static void a_machine_may_have_a_limit_of_its_own(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct policy draft = licensing_policy(cx);
    struct machine *m;

    draft.max_processes = 5;
    m = make(cx, &draft);
    test_sql(cx, "UPDATE machine SET max_processes = 1 WHERE tenant_id = ? AND id = ?",
             DB_ID(cx->tenant_id), DB_ID(m->id));
    test_ok(cx, start(cx, m->id, "1"));
    test_refused(cx, start(cx, m->id, "2"), &ERR_PROCESSES_FULL);
}

static void a_dead_process_holds_its_lease_until_it_is_swept(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct policy draft = licensing_policy(cx);
    struct id tenant_id = cx->tenant_id;
    struct machine *m;
    unsigned done;

    draft.max_processes = 1;
    m = make(cx, &draft);
    test_ok(cx, start(cx, m->id, "1"));
    cx->now += 601 * CLOCK_SECOND;
    test_refused(cx, start(cx, m->id, "2"), &ERR_PROCESSES_FULL);
    test_ok(cx, process_sweep(cx, 1000, &done));
    cx->tenant_id = tenant_id;
    test_ok(cx, start(cx, m->id, "2"));
}

static void a_start_whose_answer_was_lost_is_no_second_process(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct policy draft = licensing_policy(cx);
    struct process_draft ask = {.pid = "1"};
    struct ctx *run = test_again(cx);
    struct process *first;
    struct process *second;

    draft.max_processes = 1;
    ask.machine_id = make(cx, &draft)->id;
    test_ok(run, process_add(run, &ask, &first));
    ctx_retry(run);
    test_ok(run, process_add(run, &ask, &second));
    assert_true(id_equal(first->id, second->id));
    test_refused(cx, process_add(cx, &ask, &second), &ERR_PROCESS_PID_TAKEN);
    assert_int_equal(
        test_i64(cx, "SELECT COUNT(*) FROM process WHERE tenant_id = ?", DB_ID(cx->tenant_id)), 1);
}

static void a_component_whose_answer_was_lost_is_no_second_one(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct component_draft ask = {.fingerprint = "cpu", .name = "CPU"};
    struct ctx *run = test_again(cx);
    struct component *first;
    struct component *second;

    ask.machine_id = make(cx, NULL)->id;
    test_ok(run, component_add(run, &ask, &first));
    ctx_retry(run);
    test_ok(run, component_add(run, &ask, &second));
    assert_true(id_equal(first->id, second->id));
    test_refused(cx, component_add(cx, &ask, &second), &ERR_COMPONENT_TAKEN);
}

/* --- every statement may fail --- */

static bool start_one(struct ctx *cx, void *arg)
{
    return start(cx, *(struct id *)arg, "1");
}

static bool ping_one(struct ctx *cx, void *arg)
{
    struct process *p;

    return process_ping(cx, *(struct id *)arg, &p);
}

static bool attach_one(struct ctx *cx, void *arg)
{
    struct component_draft ask = {.machine_id = *(struct id *)arg, .fingerprint = "c", .name = "C"};
    struct component *c;

    return component_add(cx, &ask, &c);
}

static bool change_one(struct ctx *cx, void *arg)
{
    const struct machine_change change = {.given = MACHINE_CORES | MACHINE_NAME, .cores = 4};
    struct machine *m;

    return machine_change(cx, *(struct id *)arg, &change, &m);
}

static void nothing_half_done_is_left_when_any_statement_fails(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct machine *m = make(cx, NULL);
    struct process_draft ask = {.machine_id = m->id, .pid = "2"};
    struct process *p;

    test_failures(test_again(cx), start_one, &m->id, NULL);
    test_failures(test_again(cx), attach_one, &m->id, NULL);
    test_failures(test_again(cx), change_one, &m->id, NULL);
    test_ok(cx, process_add(cx, &ask, &p));
    test_failures(test_again(cx), ping_one, &p->id, NULL);
    assert_int_equal(
        test_i64(cx, "SELECT COUNT(*) FROM process WHERE tenant_id = ?", DB_ID(cx->tenant_id)), 2);
    assert_int_equal(test_i64(cx,
                              "SELECT COUNT(*) FROM event WHERE tenant_id = ? "
                              "AND name IN ('process.created', 'component.created', "
                              "'machine.updated')",
                              DB_ID(cx->tenant_id)),
                     4);
}

static void another_tenants_parts_are_not_there(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct machine *m = make(cx, NULL);
    struct component_draft part = {.machine_id = m->id, .fingerprint = "c", .name = "C"};
    struct process_draft ask = {.machine_id = m->id, .pid = "1"};
    struct ctx *other;
    struct component *c;
    struct process *p;

    test_ok(cx, component_add(cx, &part, &c));
    test_ok(cx, process_add(cx, &ask, &p));
    other = test_ctx(state);
    test_refused(other, component_get(other, c->id, &c), &ERR_NOT_FOUND);
    test_refused(other, component_remove(other, c->id), &ERR_NOT_FOUND);
    test_refused(other, component_change(other, c->id, "x", NULL, &c), &ERR_NOT_FOUND);
    test_refused(other, component_add(other, &part, &c), &ERR_COMPONENT_MACHINE_NOT_FOUND);
    test_refused(other, process_get(other, p->id, &p), &ERR_NOT_FOUND);
    test_refused(other, process_ping(other, p->id, &p), &ERR_NOT_FOUND);
    test_refused(other, process_remove(other, p->id), &ERR_NOT_FOUND);
    test_refused(other, process_add(other, &ask, &p), &ERR_PROCESS_MACHINE_NOT_FOUND);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(overage_counts_for_processes_too),
        cmocka_unit_test(a_machine_may_have_a_limit_of_its_own),
        cmocka_unit_test(a_dead_process_holds_its_lease_until_it_is_swept),
        cmocka_unit_test(a_start_whose_answer_was_lost_is_no_second_process),
        cmocka_unit_test(a_component_whose_answer_was_lost_is_no_second_one),
        cmocka_unit_test(nothing_half_done_is_left_when_any_statement_fails),
        cmocka_unit_test(another_tenants_parts_are_not_there),
    };

    return test_group_run("process", TESTS, COUNT(TESTS));
}
