/* Heartbeats under a clock that only the test moves: each case is a policy and a table of steps, at
 * instants counted from the machine's creation. */
#include "base/clock.h"
#include "licensing/heartbeat.h"
#include "licensing/machine_event.h"
#include "licensing/process.h"
#include "tests/licensing/licensing_make.h"

enum action { SEE, PING, RESET, SWEEP, CREATE };
enum { GONE = MACHINE_HEARTBEAT_COUNT, REFUSED }; /* expected instead of a status */

enum { STEPS_MAX = 12, D = 600 /* the duration of most cases, seconds */ };

struct step {
    int64_t at; /* seconds; NANO more than a limit is written as limit + 1 */
    enum action action;
    int expected;
};

struct table {
    const char *name;
    bool is_required;
    enum policy_heartbeat_basis basis;
    int64_t seconds; /* 0: the default */
    enum policy_cull cull;
    enum policy_revive revive;
    int64_t deaths; /* told in the end */
    struct step steps[STEPS_MAX];
};

#define ALIVE       MACHINE_ALIVE
#define DEAD        MACHINE_DEAD
#define NOT_STARTED MACHINE_NOT_STARTED
#define RESURRECTED MACHINE_RESURRECTED

/* Windows to come back end `w` after the death: at that instant still, a second later no more. */
#define WINDOW(title, strategy, w)                                                              \
    {                                                                                           \
        title, false, POLICY_HEARTBEAT_FROM_FIRST_PING, 0, POLICY_DEACTIVATE_DEAD, strategy, 2, \
        {                                                                                       \
            {0, PING, ALIVE}, {D, SEE, ALIVE}, {D + 1, SEE, DEAD}, {D + 1, SWEEP, DEAD},        \
                {D + (w), SWEEP, DEAD}, {D + (w), PING, RESURRECTED}, {D + (w), SEE, ALIVE},    \
                {2 * D + (w), SWEEP, ALIVE}, {2 * D + 2 * (w), SWEEP, DEAD},                    \
                {2 * D + 2 * (w) + 1, PING, REFUSED}, {2 * D + 2 * (w) + 1, SWEEP, GONE},       \
                {2 * D + 2 * (w) + 1, PING, GONE},                                              \
        }                                                                                       \
    }

static const struct table TABLES[] = {
    /* clang-format off */
    {"unwatched until the first ping", false, POLICY_HEARTBEAT_FROM_FIRST_PING, 0,
     POLICY_DEACTIVATE_DEAD, POLICY_NO_REVIVE, 1,
     {{0, SEE, NOT_STARTED}, {100 * D, SEE, NOT_STARTED}, {100 * D, SWEEP, NOT_STARTED},
      {100 * D, PING, ALIVE}, {101 * D, SEE, ALIVE}, {101 * D, SWEEP, ALIVE},
      {101 * D + 1, SEE, DEAD}, {101 * D + 1, PING, REFUSED}, {101 * D + 1, SWEEP, GONE},
      {101 * D + 2, PING, GONE}}},
    {"watched from its creation", false, POLICY_HEARTBEAT_FROM_CREATION, 0,
     POLICY_DEACTIVATE_DEAD, POLICY_NO_REVIVE, 1,
     {{0, SEE, ALIVE}, {D, SEE, ALIVE}, {D, PING, ALIVE}, {2 * D, PING, ALIVE},
      {3 * D + 1, SEE, DEAD}, {3 * D + 1, SWEEP, GONE}}},
    {"required and never heard", true, POLICY_HEARTBEAT_FROM_FIRST_PING, 0,
     POLICY_DEACTIVATE_DEAD, POLICY_REVIVE_15_MINUTES, 1,
     {{0, SEE, NOT_STARTED}, {D, SEE, NOT_STARTED}, {D, SWEEP, NOT_STARTED}, {D + 1, SEE, DEAD},
      {D + 1, PING, REFUSED}, {D + 1, SWEEP, GONE}}},
    {"required, never heard, kept", true, POLICY_HEARTBEAT_FROM_FIRST_PING, 0,
     POLICY_KEEP_DEAD, POLICY_NO_REVIVE, 1,
     {{D + 1, SEE, DEAD}, {D + 1, SWEEP, DEAD}, {9 * D, SWEEP, DEAD}, {9 * D, PING, REFUSED},
      {9 * D, RESET, DEAD}}},
    {"required, never heard, always revived", true, POLICY_HEARTBEAT_FROM_FIRST_PING, 0,
     POLICY_KEEP_DEAD, POLICY_ALWAYS_REVIVE, 1,
     {{D + 1, SWEEP, DEAD}, {90 * D, PING, RESURRECTED}, {90 * D, SEE, ALIVE}}},
    {"kept without revival", false, POLICY_HEARTBEAT_FROM_FIRST_PING, 0,
     POLICY_KEEP_DEAD, POLICY_NO_REVIVE, 2,
     {{0, PING, ALIVE}, {D + 1, SWEEP, DEAD}, {D + 2, SWEEP, DEAD}, {D + 2, PING, REFUSED},
      {D + 3, RESET, NOT_STARTED}, {50 * D, SEE, NOT_STARTED}, {50 * D, PING, ALIVE},
      {51 * D + 1, SWEEP, DEAD}}},
    {"always revived", false, POLICY_HEARTBEAT_FROM_FIRST_PING, 0,
     POLICY_KEEP_DEAD, POLICY_ALWAYS_REVIVE, 2,
     {{0, PING, ALIVE}, {D + 1, SWEEP, DEAD}, {5000 * D, SWEEP, DEAD}, {5000 * D, PING, RESURRECTED},
      {5000 * D, SEE, ALIVE}, {5001 * D + 1, SWEEP, DEAD}}},
    {"a shorter duration", false, POLICY_HEARTBEAT_FROM_FIRST_PING, 60,
     POLICY_DEACTIVATE_DEAD, POLICY_REVIVE_1_MINUTE, 1,
     {{0, PING, ALIVE}, {30, PING, ALIVE}, {90, SEE, ALIVE}, {91, SEE, DEAD}, {150, SWEEP, DEAD},
      {151, SWEEP, GONE}}},
    {"a reset while dead", false, POLICY_HEARTBEAT_FROM_FIRST_PING, 0,
     POLICY_DEACTIVATE_DEAD, POLICY_NO_REVIVE, 0,
     {{0, PING, ALIVE}, {D + 1, SEE, DEAD}, {D + 1, RESET, NOT_STARTED}, {9 * D, SWEEP, NOT_STARTED}}},
    {"a seat that is taken again", false, POLICY_HEARTBEAT_FROM_FIRST_PING, 0,
     POLICY_DEACTIVATE_DEAD, POLICY_NO_REVIVE, 1,
     {{0, PING, ALIVE}, {D + 1, CREATE, REFUSED}, {D + 1, SWEEP, GONE}, {D + 1, CREATE, NOT_STARTED}}},
    WINDOW("one minute to come back", POLICY_REVIVE_1_MINUTE, 60),
    WINDOW("two minutes to come back", POLICY_REVIVE_2_MINUTES, 120),
    WINDOW("five minutes to come back", POLICY_REVIVE_5_MINUTES, 300),
    WINDOW("ten minutes to come back", POLICY_REVIVE_10_MINUTES, 600),
    WINDOW("fifteen minutes to come back", POLICY_REVIVE_15_MINUTES, 900),
    /* clang-format on */
};

/* What an action on a machine came to. */
static int outcome(struct ctx *cx, bool ok, const struct machine *m)
{
    int result = ok ? (int)m->heartbeat : cx->err.kind == &ERR_NOT_FOUND ? GONE : REFUSED;

    err_clear(&cx->err);
    return result;
}

static int act(struct ctx *cx, struct id licence_id, struct id *id, enum action action)
{
    struct machine_draft draft = licensing_draft(licence_id, "fp");
    struct id tenant_id = cx->tenant_id;
    struct machine *m = NULL;
    unsigned done;
    bool ok = false;

    switch (action) {
    case SWEEP:
        test_ok(cx, heartbeat_sweep(cx, 1000, &done));
        cx->tenant_id = tenant_id;
        ok = machine_get(cx, *id, &m);
        break;
    case SEE:
        ok = machine_get(cx, *id, &m);
        break;
    case PING:
        ok = heartbeat_ping(cx, *id, &m);
        break;
    case RESET:
        ok = heartbeat_reset(cx, *id, &m);
        break;
    case CREATE:
        ok = machine_add(cx, &draft, &m);
        if (ok)
            *id = m->id;
        break;
    }
    return outcome(cx, ok, m);
}

static bool is_end(const struct step *step, bool is_first)
{
    return !is_first && step->at == 0 && step->action == SEE && step->expected == 0;
}

static void run(struct ctx *cx, const struct table *t)
{
    struct policy draft = licensing_policy(cx);
    struct licence *l;
    struct id id;

    draft.require_heartbeat = t->is_required;
    draft.heartbeat_basis = t->basis;
    draft.heartbeat_seconds = t->seconds;
    draft.cull = t->cull;
    draft.revive = t->revive;
    draft.max_machines = 1;
    cx->now = TEST_NOW;
    l = licensing_licence(cx, &draft);
    id = licensing_machine(cx, l->id, "fp")->id;
    for (size_t i = 0; i < STEPS_MAX && !is_end(&t->steps[i], i == 0); i++) {
        int found;

        cx->now = TEST_NOW + t->steps[i].at * CLOCK_SECOND;
        found = act(cx, l->id, &id, t->steps[i].action);
        if (found != t->steps[i].expected)
            fail_msg("%s: step %zu (at %lld s): %d instead of %d", t->name, i + 1,
                     (long long)t->steps[i].at, found, t->steps[i].expected);
    }
}

static void every_strategy_holds_at_every_instant(void **state)
{
    for (size_t i = 0; i < COUNT(TABLES); i++) {
        struct ctx *cx = test_ctx(state);
        int64_t deaths;

        run(cx, &TABLES[i]);
        deaths = test_i64(cx,
                          "SELECT COUNT(*) FROM event WHERE tenant_id = ? "
                          "AND name = 'machine.dead'",
                          DB_ID(cx->tenant_id));
        if (deaths != TABLES[i].deaths)
            fail_msg("%s: %lld deaths told instead of %lld", TABLES[i].name, (long long)deaths,
                     (long long)TABLES[i].deaths);
    }
}

/* --- the same for processes, which are watched from their start --- */

static const struct table PROCESS_TABLES[] = {
    /* clang-format off */
    {"no revival", false, 0, 0, POLICY_DEACTIVATE_DEAD, POLICY_NO_REVIVE, 1,
     {{0, SEE, ALIVE}, {D, SEE, ALIVE}, {D, PING, ALIVE}, {2 * D, SWEEP, ALIVE},
      {2 * D + 1, SEE, DEAD}, {2 * D + 1, PING, REFUSED}, {2 * D + 1, SWEEP, GONE},
      {2 * D + 1, PING, GONE}}},
    {"kept", false, 0, 0, POLICY_KEEP_DEAD, POLICY_NO_REVIVE, 1,
     {{D + 1, SWEEP, DEAD}, {9 * D, SWEEP, DEAD}, {9 * D, PING, REFUSED}}},
    {"always revived", false, 0, 0, POLICY_KEEP_DEAD, POLICY_ALWAYS_REVIVE, 2,
     {{D + 1, SWEEP, DEAD}, {99 * D, PING, RESURRECTED}, {99 * D, SEE, ALIVE},
      {100 * D + 1, SWEEP, DEAD}}},
    {"five minutes", false, 0, 0, POLICY_DEACTIVATE_DEAD, POLICY_REVIVE_5_MINUTES, 2,
     {{D + 1, SWEEP, DEAD}, {D + 300, SWEEP, DEAD}, {D + 300, PING, RESURRECTED},
      {2 * D + 600, SWEEP, DEAD}, {2 * D + 601, PING, REFUSED}, {2 * D + 601, SWEEP, GONE}}},
    /* clang-format on */
};

static int act_on_process(struct ctx *cx, struct id id, enum action action)
{
    struct id tenant_id = cx->tenant_id;
    struct process *p = NULL;
    unsigned done;
    bool ok;
    int result;

    if (action == SWEEP) {
        test_ok(cx, process_sweep(cx, 1000, &done));
        cx->tenant_id = tenant_id;
    }
    ok = action == PING ? process_ping(cx, id, &p) : process_get(cx, id, &p);
    result = ok ? (int)p->heartbeat : cx->err.kind == &ERR_NOT_FOUND ? GONE : REFUSED;
    err_clear(&cx->err);
    return result;
}

static void run_process(struct ctx *cx, const struct table *t)
{
    struct policy draft = licensing_policy(cx);
    struct process_draft ask = {.pid = "1"};
    struct process *p;

    draft.cull = t->cull;
    draft.revive = t->revive;
    cx->now = TEST_NOW;
    ask.machine_id = licensing_machine(cx, licensing_licence(cx, &draft)->id, "fp")->id;
    test_ok(cx, process_add(cx, &ask, &p));
    for (size_t i = 0; i < STEPS_MAX && !is_end(&t->steps[i], i == 0); i++) {
        int found;

        cx->now = TEST_NOW + t->steps[i].at * CLOCK_SECOND;
        found = act_on_process(cx, p->id, t->steps[i].action);
        if (found != t->steps[i].expected)
            fail_msg("process, %s: step %zu (at %lld s): %d instead of %d", t->name, i + 1,
                     (long long)t->steps[i].at, found, t->steps[i].expected);
    }
}

static void processes_hold_to_their_strategy_too(void **state)
{
    for (size_t i = 0; i < COUNT(PROCESS_TABLES); i++) {
        struct ctx *cx = test_ctx(state);

        run_process(cx, &PROCESS_TABLES[i]);
        assert_int_equal(test_i64(cx,
                                  "SELECT COUNT(*) FROM event WHERE tenant_id = ? "
                                  "AND name = 'process.dead'",
                                  DB_ID(cx->tenant_id)),
                         PROCESS_TABLES[i].deaths);
    }
}

/* --- a network that loses one message of a hundred (feature LS16) --- */

enum { CLIENTS = 40, BEATS = 60, RETRY = 5, MARGIN = 30 };

/* True for one message of a hundred, the same ones in each run. */
static bool is_lost(uint32_t *seed)
{
    *seed = *seed * 1664525U + 1013904223U;
    return (*seed >> 8) % 100 == 0;
}

/* Clients beat as the protocol's do: MARGIN before the lease ends, and again RETRY later while
 * there is no answer. A beat whose answer is lost has counted. */
static void
a_live_client_keeps_its_lease_on_a_bad_network_and_a_dead_one_frees_its_seat(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct policy draft = licensing_policy(cx);
    struct id tenant_id = cx->tenant_id;
    struct machine_draft late;
    struct licence *l;
    struct machine *m[CLIENTS];
    int64_t due[CLIENTS];
    uint32_t seed = 20261122;
    unsigned lost = 0;
    unsigned done;

    draft.max_machines = CLIENTS;
    draft.heartbeat_basis = POLICY_HEARTBEAT_FROM_CREATION;
    l = licensing_licence(cx, &draft);
    for (int i = 0; i < CLIENTS; i++) {
        m[i] = licensing_machine(cx, l->id, arena_printf(cx->mem, "m%d", i));
        due[i] = D - MARGIN;
    }
    late = licensing_draft(l->id, "late");
    for (int64_t at = 0; at <= BEATS * D; at += RETRY) {
        cx->now = TEST_NOW + at * CLOCK_SECOND;
        for (int i = 1; i < CLIENTS; i++) { /* the first one died at once */
            if (due[i] > at)
                continue;
            due[i] = at + D - MARGIN;
            if (is_lost(&seed)) {
                due[i] = at + RETRY;
                lost++;
                continue;
            }
            test_ok(cx, heartbeat_ping(cx, m[i]->id, &m[i]));
            assert_int_equal(m[i]->heartbeat, ALIVE);
            if (is_lost(&seed))
                due[i] = at + RETRY;
        }
        if (at % 120 == 0) {
            test_ok(cx, heartbeat_sweep(cx, 1000, &done));
            cx->tenant_id = tenant_id;
        }
        if (at == D) /* its lease is not over yet */
            test_refused(cx, machine_add(cx, &late, &m[0]), &ERR_SEATS_FULL);
    }
    assert_true(lost > 10);
    assert_int_equal(
        test_i64(cx, "SELECT COUNT(*) FROM machine WHERE tenant_id = ?", DB_ID(tenant_id)),
        CLIENTS - 1);
    test_ok(cx, machine_add(cx, &late, &m[0]));
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(every_strategy_holds_at_every_instant),
        cmocka_unit_test(processes_hold_to_their_strategy_too),
        cmocka_unit_test(
            a_live_client_keeps_its_lease_on_a_bad_network_and_a_dead_one_frees_its_seat),
    };

    return test_group_run("heartbeat_table", TESTS, COUNT(TESTS));
}
