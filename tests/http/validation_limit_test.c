/* The checklist's rows V on limits and ends, each by its number. A licence gets over its limit as
 * in life: more was allowed when its machines came. */
#include "base/clock.h"
#include "licensing/process.h"
#include "tests/http/validation_site.h"

#include <poll.h>
#include <string.h>

enum { WAIT_STEPS = 200, WAIT_MS = 50 };

static const char NO_OVERAGE[] = "\"overageStrategy\":\"NO_OVERAGE\"";
static const char ALWAYS[] = "\"overageStrategy\":\"ALWAYS_ALLOW_OVERAGE\"";

/* Everything fits at first. */
static void make_open(struct policy *p)
{
    p->overage = POLICY_ALWAYS_ALLOW_OVERAGE;
    p->max_machines = 4;
}

static void V36_users_over_the_limit_are_valid_by_overage(void **state)
{
    struct machine_site s = machine_site_open(state, make_open);

    licensing_machine(s.cx, s.licence->id, "fp");
    for (int i = 0; i < 3; i++)
        licensing_user(s.cx, s.licence->id,
                       make_person(s.cx, "User", arena_printf(s.cx->mem, "user%d@example.com", i)));
    validation_site_change(&s, s.licence, "\"maxUsers\":2");
    validation_site_is(&s, s.licence, NULL, "TOO_MANY_USERS", true);
    validation_site_change(&s, s.licence, NO_OVERAGE);
    validation_site_is(&s, s.licence, NULL, "TOO_MANY_USERS", false);
}

static void V37_machines_over_the_limit_are_valid_where_nothing_is_strict(void **state)
{
    struct machine_site s = machine_site_open(state, make_open);

    validation_site_machines(&s, s.licence, 6);
    validation_site_change(&s, s.licence, NO_OVERAGE);
    validation_site_is(&s, s.licence, NULL, "TOO_MANY_MACHINES", false);
    validation_site_change(&s, s.licence, "\"strict\":false");
    validation_site_is(&s, s.licence, NULL, "VALID", true);
}

static void V38_a_strict_floating_licence_needs_a_machine(void **state)
{
    struct machine_site s = machine_site_open(state, NULL);

    validation_site_is(&s, s.licence, NULL, "NO_MACHINES", false);
}

static void V39_a_strict_node_locked_licence_needs_exactly_one(void **state)
{
    struct machine_site s = machine_site_open(state, NULL);
    struct policy p = s.policy;
    struct licence *l;

    p.is_floating = false;
    p.max_machines = 1;
    l = validation_site_licence(&s, &p);
    validation_site_is(&s, l, NULL, "NO_MACHINE", false);
    p.overage = POLICY_ALWAYS_ALLOW_OVERAGE;
    l = validation_site_licence(&s, &p);
    validation_site_machines(&s, l, 1);
    validation_site_change(&s, l, NO_OVERAGE);
    validation_site_is(&s, l, NULL, "VALID", true);
    validation_site_change(&s, l, ALWAYS);
    licensing_machine(s.cx, l->id, "second");
    validation_site_change(&s, l, NO_OVERAGE);
    validation_site_is(&s, l, NULL, "TOO_MANY_MACHINES", false);
}

static void V40_a_node_locked_licence_may_have_twice_its_machine(void **state)
{
    struct machine_site s = machine_site_open(state, NULL);
    struct policy p = s.policy;
    struct licence *l;

    p.is_floating = false;
    p.max_machines = 1;
    p.overage = POLICY_OVERAGE_2X;
    l = validation_site_licence(&s, &p);
    validation_site_machines(&s, l, 2);
    validation_site_is(&s, l, NULL, "TOO_MANY_MACHINES", true);
}

/* A licence for four with so many machines under that overage. */
static void over(void **state, const char *overage, unsigned machines, bool is_valid)
{
    struct machine_site s = machine_site_open(state, make_open);

    validation_site_machines(&s, s.licence, machines);
    validation_site_change(&s, s.licence,
                           arena_printf(s.cx->mem, "\"overageStrategy\":\"%s\"", overage));
    validation_site_is(&s, s.licence, NULL, "TOO_MANY_MACHINES", is_valid);
}

static void V41_a_quarter_more_is_valid(void **state)
{
    over(state, "ALLOW_1_25X_OVERAGE", 5, true);
}

static void V41_more_than_a_quarter_more_is_not(void **state)
{
    over(state, "ALLOW_1_25X_OVERAGE", 6, false);
}

static void V42_half_as_many_more_are_valid(void **state)
{
    over(state, "ALLOW_1_5X_OVERAGE", 6, true);
}

static void V42_more_than_half_as_many_more_are_not(void **state)
{
    over(state, "ALLOW_1_5X_OVERAGE", 7, false);
}

static void V42_twice_as_many_are_valid(void **state)
{
    over(state, "ALLOW_2X_OVERAGE", 8, true);
}

static void V42_more_than_twice_as_many_are_not(void **state)
{
    over(state, "ALLOW_2X_OVERAGE", 9, false);
}

static void V43_cores_memory_and_disk_have_limits(void **state)
{
    static const struct {
        const char *limit, *code;
    } CASES[] = {
        {"\"maxCores\":7", "TOO_MANY_CORES"},
        {"\"maxMemory\":799", "TOO_MUCH_MEMORY"},
        {"\"maxDisk\":7999", "TOO_MUCH_DISK"},
    };

    for (size_t i = 0; i < COUNT(CASES); i++) {
        struct machine_site s = machine_site_open(state, make_open);

        for (int m = 0; m < 2; m++) {
            struct machine_draft draft =
                licensing_draft(s.licence->id, arena_printf(s.cx->mem, "m%d", m));
            struct machine *made;

            draft.cores = 4;
            draft.memory = 400;
            draft.disk = 4000;
            test_ok(s.cx, machine_add(s.cx, &draft, &made));
        }
        validation_site_is(&s, s.licence, NULL, "VALID", true);
        validation_site_change(&s, s.licence, CASES[i].limit);
        validation_site_is(&s, s.licence, NULL, CASES[i].code, true);
        validation_site_change(&s, s.licence, NO_OVERAGE);
        validation_site_is(&s, s.licence, NULL, CASES[i].code, false);
    }
}

/* A machine with three processes where two are allowed. */
static struct licence *busy(struct machine_site *s, enum policy_leasing leasing)
{
    struct policy p = s->policy;
    struct licence *l;
    struct machine *m;
    struct process *process;

    p.overage = POLICY_ALWAYS_ALLOW_OVERAGE;
    p.process_leasing = leasing;
    p.max_processes = 2;
    s->cx->now = clock_now(); /* processes that are alive */
    l = validation_site_licence(s, &p);
    m = licensing_machine(s->cx, l->id, "fp");
    for (int i = 0; i < 3; i++)
        test_ok(s->cx,
                process_add(s->cx,
                            &(struct process_draft){.machine_id = m->id,
                                                    .pid = arena_printf(s->cx->mem, "%d", i)},
                            &process));
    validation_site_change(s, l, NO_OVERAGE);
    return l;
}

static void V44_processes_are_counted_as_they_are_leased(void **state)
{
    struct machine_site s = machine_site_open(state, NULL);
    struct licence *l = busy(&s, POLICY_PER_LICENCE);

    validation_site_is(&s, l, NULL, "TOO_MANY_PROCESSES", false);
    l = busy(&s, POLICY_PER_MACHINE);
    validation_site_is(&s, l, NULL, "VALID", true); /* whose is not said */
    validation_site_is(&s, l, "\"fingerprint\":\"fp\"", "TOO_MANY_PROCESSES", false);
}

static void make_per_user(struct policy *p)
{
    p->overage = POLICY_ALWAYS_ALLOW_OVERAGE;
    p->max_machines = 2;
    p->machine_leasing = POLICY_PER_USER;
}

static void V45_each_user_has_an_allowance_of_his_own(void **state)
{
    struct machine_site s = machine_site_open(state, make_per_user);
    struct id x = make_person(s.cx, "Xenia", "x@example.com");
    struct id y = make_person(s.cx, "Yusuf", "y@example.com");

    machine_site_own(&s, x);
    licensing_user(s.cx, s.licence->id, y);
    for (int i = 0; i < 5; i++)
        validation_site_owned(&s, s.licence, arena_printf(s.cx->mem, "m%d", i), i < 2 ? x : y);
    validation_site_change(&s, s.licence, NO_OVERAGE);
    validation_site_is(&s, s.licence, "\"user\":\"x@example.com\"", "VALID", true);
    validation_site_is(&s, s.licence, "\"user\":\"y@example.com\"", "TOO_MANY_MACHINES", false);
}

static void V46_the_strategy_says_whether_an_ended_licence_is_valid(void **state)
{
    static const struct {
        enum policy_expiration strategy;
        bool is_valid;
    } CASES[] = {
        {POLICY_MAINTAIN_ACCESS, true},
        {POLICY_ALLOW_ACCESS, true},
        {POLICY_RESTRICT_ACCESS, false},
    };
    struct machine_site s = machine_site_open(state, NULL);

    for (size_t i = 0; i < COUNT(CASES); i++) {
        struct policy p = s.policy;
        struct licence *l;

        p.expiration = CASES[i].strategy;
        l = validation_site_ended(&s, &p);
        licensing_machine(s.cx, l->id, "fp");
        validation_site_is(&s, l, "\"fingerprint\":\"fp\"", "EXPIRED", CASES[i].is_valid);
    }
}

static int64_t told(const struct machine_site *s, const char *event)
{
    return test_i64(s->cx, "SELECT COUNT(*) FROM event WHERE tenant_id = ? AND name = ?",
                    DB_ID(s->cx->tenant_id), DB_TEXT(event));
}

static void make_fingerprint_needed(struct policy *p)
{
    p->is_strict = false;
    p->require_fingerprint = true;
}

/* By GET it is good, by POST it is not: so what is told shows which of them was. */
static void V48_only_the_asking_by_post_is_told(void **state)
{
    struct machine_site s = machine_site_open(state, make_fingerprint_needed);
    const char *path = arena_printf(s.cx->mem, "/v1/licenses/%s/actions/validate",
                                    id_text(s.cx->mem, s.licence->id));
    struct licence_answer a = machine_site_ask(
        &s, "POST", "/v1/webhook-endpoints", s.admin,
        "{\"data\":{\"type\":\"webhook-endpoints\",\"attributes\":{\"url\":\"https://example.com/\","
        "\"subscriptions\":[\"license.validation.succeeded\",\"license.validation.failed\"]}}}");

    assert_int_equal(a.status, 201);
    for (int i = 0; i < WAIT_STEPS && told(&s, "licence.not_validated") == 0; i++) {
        a = machine_site_ask(&s, "GET", path, s.admin, NULL);
        assert_string_equal(licence_site_text(&a, "meta/code"), "VALID");
        a = machine_site_ask(&s, "POST", path, s.admin, NULL);
        assert_string_equal(licence_site_text(&a, "meta/code"), "FINGERPRINT_SCOPE_REQUIRED");
        poll(NULL, 0, WAIT_MS); /* a node asks once a second who listens */
    }
    assert_true(told(&s, "licence.not_validated") > 0);
    assert_int_equal(told(&s, "licence.validated"), 0);
}

static void V50_uses_over_the_limit_are_not_asked_about(void **state)
{
    struct machine_site s = machine_site_open(state, make_open);
    struct licence_answer a;

    licensing_machine(s.cx, s.licence->id, "fp");
    a = machine_site_ask(&s, "POST",
                         arena_printf(s.cx->mem, "/v1/licenses/%s/actions/increment-usage",
                                      id_text(s.cx->mem, s.licence->id)),
                         s.admin, "{\"meta\":{\"increment\":5}}");
    assert_int_equal(a.status, 200);
    validation_site_change(&s, s.licence, "\"maxUses\":2");
    validation_site_is(&s, s.licence, NULL, "VALID", true);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(V36_users_over_the_limit_are_valid_by_overage),
        cmocka_unit_test(V37_machines_over_the_limit_are_valid_where_nothing_is_strict),
        cmocka_unit_test(V38_a_strict_floating_licence_needs_a_machine),
        cmocka_unit_test(V39_a_strict_node_locked_licence_needs_exactly_one),
        cmocka_unit_test(V40_a_node_locked_licence_may_have_twice_its_machine),
        cmocka_unit_test(V41_a_quarter_more_is_valid),
        cmocka_unit_test(V41_more_than_a_quarter_more_is_not),
        cmocka_unit_test(V42_half_as_many_more_are_valid),
        cmocka_unit_test(V42_more_than_half_as_many_more_are_not),
        cmocka_unit_test(V42_twice_as_many_are_valid),
        cmocka_unit_test(V42_more_than_twice_as_many_are_not),
        cmocka_unit_test(V43_cores_memory_and_disk_have_limits),
        cmocka_unit_test(V44_processes_are_counted_as_they_are_leased),
        cmocka_unit_test(V45_each_user_has_an_allowance_of_his_own),
        cmocka_unit_test(V46_the_strategy_says_whether_an_ended_licence_is_valid),
        cmocka_unit_test(V48_only_the_asking_by_post_is_told),
        cmocka_unit_test(V50_uses_over_the_limit_are_not_asked_about),
    };

    return test_group_run_around("validation_limit", TESTS, COUNT(TESTS), licence_site_start,
                                 licence_site_stop);
}
