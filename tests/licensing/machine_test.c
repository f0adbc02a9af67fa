#include "base/clock.h"
#include "licensing/machine.h"
#include "licensing/token.h"
#include "tests/licensing/licensing_make.h"

#include <stdatomic.h>
#include <string.h>

static void a_machine_takes_a_seat_and_frees_it(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct licence *l = licensing_licence(cx, NULL);
    struct machine *m = licensing_machine(cx, l->id, "a:b. c\n\xc3\xa9");
    struct machine *found;

    assert_int_equal(m->heartbeat, MACHINE_NOT_STARTED);
    assert_int_equal(m->heartbeat_seconds, 600);
    assert_int_equal(m->cores, POLICY_NO_LIMIT);
    assert_string_equal(m->licence_serial, l->serial);
    test_ok(cx, machine_find_fingerprint(cx, &(struct licence_scope){.licence_id = l->id},
                                         "a:b. c\n\xc3\xa9", &found));
    assert_true(id_equal(found->id, m->id));
    test_ok(cx, licence_get(cx, l->id, &l));
    assert_int_equal(l->machine_count, 1);
    test_ok(cx, machine_remove(cx, m->id, (struct id){0}));
    test_refused(cx, machine_remove(cx, m->id, (struct id){0}), &ERR_NOT_FOUND);
    test_ok(cx, licence_get(cx, l->id, &l));
    assert_int_equal(l->machine_count, 0);
    assert_int_equal(test_i64(cx,
                              "SELECT COUNT(*) FROM event WHERE tenant_id = ? AND subject_id = ?",
                              DB_ID(cx->tenant_id), DB_ID(l->id)),
                     3); /* issued, activated, released */
}

static bool activate(struct ctx *cx, struct id licence_id, const char *fingerprint)
{
    struct machine_draft draft = licensing_draft(licence_id, fingerprint);
    struct machine *m;

    return machine_add(cx, &draft, &m);
}

static const char *nth(struct ctx *cx, int64_t n)
{
    return arena_printf(cx->mem, "machine-%lld", (long long)n);
}

static void overage_decides_how_many_machines_fit(void **state)
{
    struct ctx *cx = test_ctx(state);
    static const struct {
        enum policy_overage overage;
        int64_t max, fits; /* fits 0: all that the test tries */
    } CASES[] = {
        {POLICY_NO_OVERAGE, 3, 3}, {POLICY_OVERAGE_1_25X, 4, 5},        {POLICY_OVERAGE_1_5X, 4, 6},
        {POLICY_OVERAGE_2X, 4, 8}, {POLICY_ALWAYS_ALLOW_OVERAGE, 2, 0},
    };

    for (size_t i = 0; i < COUNT(CASES); i++) {
        struct policy draft = licensing_policy(cx);
        struct licence *l;
        int64_t fits = CASES[i].fits != 0 ? CASES[i].fits : 12;

        draft.is_strict = false; /* activation enforces limits all the same */
        draft.max_machines = CASES[i].max;
        draft.overage = CASES[i].overage;
        l = licensing_licence(cx, &draft);
        for (int64_t n = 0; n < fits; n++)
            test_ok(cx, activate(cx, l->id, nth(cx, n)));
        if (CASES[i].fits != 0)
            test_refused(cx, activate(cx, l->id, "one more"), &ERR_SEATS_FULL);
        test_refused(cx, activate(cx, l->id, nth(cx, 0)), &ERR_FINGERPRINT_TAKEN);
    }
}

static void a_node_locked_licence_has_one_machine(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct policy draft = licensing_policy(cx);
    struct licence *l;

    draft.is_floating = false;
    draft.max_machines = 1;
    l = licensing_licence(cx, &draft);
    test_ok(cx, activate(cx, l->id, "one"));
    test_refused(cx, activate(cx, l->id, "two"), &ERR_SEATS_FULL);
}

static void the_first_machine_is_never_refused_for_the_count(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct policy draft = licensing_policy(cx);
    struct machine_draft ask;
    struct licence *l;
    struct machine *m;

    draft.max_cores = 4;
    l = licensing_licence(cx, &draft);
    test_sql(cx, "UPDATE licence SET max_machines = 0 WHERE tenant_id = ? AND id = ?",
             DB_ID(cx->tenant_id), DB_ID(l->id));
    ask = licensing_draft(l->id, "one");
    ask.cores = 8;
    test_refused(cx, machine_add(cx, &ask, &m), &ERR_MACHINE_CORES_FULL);
    ask.cores = 4;
    test_ok(cx, machine_add(cx, &ask, &m));
    test_refused(cx, activate(cx, l->id, "two"), &ERR_SEATS_FULL);
}

static void cores_memory_and_disk_are_summed_over_the_machines(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct policy draft = licensing_policy(cx);
    struct machine_draft ask;
    struct licence *l;
    struct machine *m;

    draft.max_cores = 8;
    draft.max_memory = INT64_MAX - 1;
    draft.max_disk = 100;
    l = licensing_licence(cx, &draft);
    ask = licensing_draft(l->id, "one");
    ask.cores = 5;
    ask.memory = INT64_MAX - 1;
    ask.disk = 60;
    test_ok(cx, machine_add(cx, &ask, &m));
    ask = licensing_draft(l->id, "two");
    ask.cores = 4;
    test_refused(cx, machine_add(cx, &ask, &m), &ERR_MACHINE_CORES_FULL);
    ask.cores = 3;
    ask.memory = INT64_MAX; /* the sum does not fit 64 bits */
    test_refused(cx, machine_add(cx, &ask, &m), &ERR_MACHINE_MEMORY_FULL);
    ask.memory = 0;
    ask.disk = 41;
    test_refused(cx, machine_add(cx, &ask, &m), &ERR_MACHINE_DISK_FULL);
    ask.disk = 40;
    test_ok(cx, machine_add(cx, &ask, &m));
}

static void each_owner_has_its_own_allowance_under_per_user(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct policy draft = licensing_policy(cx);
    struct id x = make_person(cx, "X", "x@example.com");
    struct id y = make_person(cx, "Y", "y@example.com");
    struct machine_draft ask;
    struct licence *l;
    struct machine *m;

    draft.machine_leasing = POLICY_PER_USER;
    draft.max_machines = 1;
    test_ok(cx, licence_issue(cx,
                              &(struct licence_draft){
                                  .policy_id = licensing_add_policy(cx, &draft)->id, .owner_id = x},
                              &l));
    ask = licensing_draft(l->id, "x1");
    ask.owner_id = y;
    test_refused(cx, machine_add(cx, &ask, &m), &ERR_MACHINE_OWNER_INVALID);
    ask.owner_id = l->id;
    test_refused(cx, machine_add(cx, &ask, &m), &ERR_MACHINE_OWNER_NOT_FOUND);
    licensing_user(cx, l->id, y);
    ask.owner_id = x;
    test_ok(cx, machine_add(cx, &ask, &m));
    ask.fingerprint = "x2";
    test_refused(cx, machine_add(cx, &ask, &m), &ERR_SEATS_FULL);
    ask.owner_id = y;
    test_ok(cx, machine_add(cx, &ask, &m));
    test_ok(cx, activate(cx, l->id, "free1"));
    test_refused(cx, activate(cx, l->id, "free2"), &ERR_SEATS_FULL);
}

static void a_fingerprint_is_unique_within_the_policys_scope(void **state)
{
    struct ctx *cx = test_ctx(state);
    static const enum policy_uniqueness SCOPES[] = {
        POLICY_UNIQUE_PER_LICENCE, POLICY_UNIQUE_PER_POLICY, POLICY_UNIQUE_PER_PRODUCT,
        POLICY_UNIQUE_PER_ACCOUNT};

    for (size_t i = 0; i < COUNT(SCOPES); i++) {
        struct policy draft = licensing_policy(cx);
        struct policy *policy;
        struct licence *a;
        struct licence *b;
        const char *fingerprint = arena_printf(cx->mem, "scope-%zu", i);

        draft.machine_uniqueness = SCOPES[i];
        policy = licensing_add_policy(cx, &draft);
        test_ok(cx, licence_issue(cx, &(struct licence_draft){.policy_id = policy->id}, &a));
        test_ok(cx, licence_issue(cx, &(struct licence_draft){.policy_id = policy->id}, &b));
        test_ok(cx, activate(cx, a->id, fingerprint));
        if (SCOPES[i] == POLICY_UNIQUE_PER_LICENCE)
            test_ok(cx, activate(cx, b->id, fingerprint));
        else
            test_refused(cx, activate(cx, b->id, fingerprint), &ERR_FINGERPRINT_TAKEN);
    }
}

static void ids_and_fingerprints_do_not_meet(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct licence *l = licensing_licence(cx, NULL);
    struct machine *m = licensing_machine(cx, l->id, "one");
    struct machine_draft ask = licensing_draft(l->id, "two");
    struct machine *out;

    ask.id = m->id;
    test_refused(cx, machine_add(cx, &ask, &out), &ERR_MACHINE_ID_CONFLICT);
    test_refused(cx, activate(cx, l->id, id_text(cx->mem, m->id)), &ERR_FINGERPRINT_CONFLICT);
    test_refused(cx, activate(cx, l->id, "actions"), &ERR_FINGERPRINT_NOT_ALLOWED);
    test_refused(cx, activate(cx, l->id, ""), &ERR_INVALID);
    ask.id = id_make(cx->now);
    test_ok(cx, machine_add(cx, &ask, &out));
    assert_true(id_equal(out->id, ask.id));
}

static void components_come_with_the_machine_or_nothing_does(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct policy draft = licensing_policy(cx);
    struct machine_component many[MACHINE_COMPONENTS_MAX + 1];
    struct machine_component parts[] = {{.fingerprint = "cpu", .name = "CPU"},
                                        {.fingerprint = "cpu", .name = "CPU again"}};
    struct machine_draft ask;
    struct licence *l;
    struct machine *m;

    draft.component_uniqueness = POLICY_UNIQUE_PER_LICENCE;
    l = licensing_licence(cx, &draft);
    ask = licensing_draft(l->id, "one");
    ask.components = parts;
    ask.component_count = 2;
    test_refused(cx, machine_add(cx, &ask, &m), &ERR_COMPONENTS_CONFLICT);
    ask.component_count = 1;
    test_ok(cx, machine_add(cx, &ask, &m));
    ask.fingerprint = "two";
    assert_false(machine_add(cx, &ask, &m));
    assert_ptr_equal(cx->err.kind, &ERR_COMPONENTS_TAKEN);
    assert_string_equal(cx->err.source,
                        "/data/relationships/components/data/0/attributes/fingerprint");
    err_clear(&cx->err);
    for (size_t i = 0; i < COUNT(many); i++)
        many[i] = (struct machine_component){nth(cx, (int64_t)i), "part", NULL};
    ask.components = many;
    ask.component_count = COUNT(many);
    test_refused(cx, machine_add(cx, &ask, &m), &ERR_COMPONENTS_TOO_MANY);
    assert_int_equal(
        test_i64(cx, "SELECT COUNT(*) FROM machine WHERE tenant_id = ?", DB_ID(cx->tenant_id)), 1);
    assert_int_equal(
        test_i64(cx, "SELECT COUNT(*) FROM component WHERE tenant_id = ?", DB_ID(cx->tenant_id)),
        1);
}

static void the_first_activation_starts_the_clock_once(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct policy draft = licensing_policy(cx);
    struct licence *l;
    int64_t expiry;

    draft.expiration_basis = POLICY_FROM_FIRST_ACTIVATION;
    draft.duration_seconds = 1209600;
    l = licensing_licence(cx, &draft);
    assert_int_equal(l->expires_at, 0);
    test_ok(cx, activate(cx, l->id, "one"));
    test_ok(cx, licence_get(cx, l->id, &l));
    expiry = l->expires_at;
    assert_int_equal(expiry, TEST_NOW + 14 * CLOCK_DAY);
    cx->now += CLOCK_DAY;
    test_ok(cx, activate(cx, l->id, "two"));
    test_ok(cx, licence_get(cx, l->id, &l));
    assert_int_equal(l->expires_at, expiry);
}

static void an_activation_token_counts_what_it_did(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct licence *l = licensing_licence(cx, NULL);
    struct machine_draft ask = licensing_draft(l->id, "one");
    struct token *token;
    struct machine *m;

    licensing_seal(cx);
    test_ok(cx, token_add(cx,
                          &(struct token_draft){.kind = TOKEN_ACTIVATION,
                                                .licence_id = l->id,
                                                .max_activations = 1,
                                                .max_deactivations = 1},
                          &token));
    ask.token_id = token->id;
    test_ok(cx, machine_add(cx, &ask, &m));
    ask.fingerprint = "two";
    test_refused(cx, machine_add(cx, &ask, &m), &ERR_ACTIVATIONS_FULL);
    test_ok(cx, machine_remove(cx, m->id, token->id));
    m = licensing_machine(cx, l->id, "three");
    test_refused(cx, machine_remove(cx, m->id, token->id), &ERR_DEACTIVATIONS_FULL);
}

static void a_full_group_refuses_a_machine_and_is_inherited_from_the_licence(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct policy draft = licensing_policy(cx);
    struct id group_id = id_make(cx->now);
    struct licence *l;
    struct machine *m;

    test_sql(cx,
             "INSERT INTO licence_group (tenant_id, id, name, max_machines, created_at, "
             "updated_at) VALUES (?, ?, 'Group', 1, ?, ?)",
             DB_ID(cx->tenant_id), DB_ID(group_id), DB_TIME(cx->now), DB_TIME(cx->now));
    test_ok(cx,
            licence_issue(cx,
                          &(struct licence_draft){.policy_id = licensing_add_policy(cx, &draft)->id,
                                                  .group_id = group_id},
                          &l));
    m = licensing_machine(cx, l->id, "one");
    assert_true(id_equal(m->group_id, group_id));
    test_refused(cx, activate(cx, l->id, "two"), &ERR_MACHINE_GROUP_FULL);
}

static bool activate_same(struct ctx *cx, void *arg)
{
    return activate(cx, *(struct id *)arg, "one");
}

static void an_activation_leaves_nothing_behind_when_any_statement_fails(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct licence *l = licensing_licence(cx, NULL);

    test_failures(cx, activate_same, &l->id, NULL);
    assert_int_equal(
        test_i64(cx, "SELECT COUNT(*) FROM machine WHERE tenant_id = ?", DB_ID(cx->tenant_id)), 1);
    assert_int_equal(test_i64(cx,
                              "SELECT COUNT(*) FROM event WHERE tenant_id = ? "
                              "AND name = 'licence.activated'",
                              DB_ID(cx->tenant_id)),
                     1);
}

static void a_rerun_whose_first_try_had_committed_is_no_second_seat(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct licence *l = licensing_licence(cx, NULL);
    struct ctx *run = test_again(cx);

    test_ok(run, activate(run, l->id, "one"));
    ctx_retry(run);
    test_ok(run, activate(run, l->id, "one"));
    test_refused(cx, activate(cx, l->id, "one"), &ERR_FINGERPRINT_TAKEN);
    assert_int_equal(
        test_i64(cx, "SELECT COUNT(*) FROM machine WHERE tenant_id = ?", DB_ID(cx->tenant_id)), 1);
}

/* --- races --- */

struct race {
    struct id licence_id;
    bool is_same; /* fingerprint */
    atomic_uint taken, refused, others;
    const struct err_kind *kind; /* the refusal that is right */
};

struct taker {
    struct race *race;
    unsigned index;
};

static bool take(struct ctx *cx, void *arg)
{
    struct taker *t = arg;

    return activate(cx, t->race->licence_id,
                    t->race->is_same ? "same" : nth(cx, (int64_t)t->index));
}

static void take_a_seat(struct ctx *cx, unsigned index, void *arg)
{
    struct race *race = arg;
    struct taker taker = {race, index};

    if (db_retry(cx, take, &taker))
        atomic_fetch_add(&race->taken, 1);
    else if (cx->err.kind == race->kind)
        atomic_fetch_add(&race->refused, 1);
    else
        atomic_fetch_add(&race->others, 1);
}

static void run_race(struct ctx *cx, unsigned takers, bool is_same, const struct err_kind *kind,
                     unsigned expected)
{
    struct policy draft = licensing_policy(cx);
    struct race race = {.is_same = is_same, .kind = kind};
    struct licence *l;

    draft.max_machines = 5;
    l = licensing_licence(cx, &draft);
    race.licence_id = l->id;
    test_threads(cx, takers, take_a_seat, &race);
    assert_int_equal(atomic_load(&race.others), 0);
    assert_int_equal(atomic_load(&race.taken), expected);
    assert_int_equal(atomic_load(&race.refused), takers - expected);
    assert_int_equal(test_i64(cx,
                              "SELECT COUNT(*) FROM machine WHERE tenant_id = ? AND licence_id = ?",
                              DB_ID(cx->tenant_id), DB_ID(l->id)),
                     expected);
}

static void fifty_and_sixty_four_takers_of_five_seats_get_exactly_five(void **state)
{
    struct ctx *cx = test_ctx(state);

    run_race(cx, 50, false, &ERR_SEATS_FULL, 5);
    run_race(cx, 64, false, &ERR_SEATS_FULL, 5);
}

static void fifty_takers_with_one_fingerprint_get_exactly_one_seat(void **state)
{
    struct ctx *cx = test_ctx(state);

    run_race(cx, 50, true, &ERR_FINGERPRINT_TAKEN, 1);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(a_machine_takes_a_seat_and_frees_it),
        cmocka_unit_test(overage_decides_how_many_machines_fit),
        cmocka_unit_test(a_node_locked_licence_has_one_machine),
        cmocka_unit_test(the_first_machine_is_never_refused_for_the_count),
        cmocka_unit_test(cores_memory_and_disk_are_summed_over_the_machines),
        cmocka_unit_test(each_owner_has_its_own_allowance_under_per_user),
        cmocka_unit_test(a_fingerprint_is_unique_within_the_policys_scope),
        cmocka_unit_test(ids_and_fingerprints_do_not_meet),
        cmocka_unit_test(components_come_with_the_machine_or_nothing_does),
        cmocka_unit_test(the_first_activation_starts_the_clock_once),
        cmocka_unit_test(an_activation_token_counts_what_it_did),
        cmocka_unit_test(a_full_group_refuses_a_machine_and_is_inherited_from_the_licence),
        cmocka_unit_test(an_activation_leaves_nothing_behind_when_any_statement_fails),
        cmocka_unit_test(a_rerun_whose_first_try_had_committed_is_no_second_seat),
        cmocka_unit_test(fifty_and_sixty_four_takers_of_five_seats_get_exactly_five),
        cmocka_unit_test(fifty_takers_with_one_fingerprint_get_exactly_one_seat),
    };

    return test_group_run("machine", TESTS, COUNT(TESTS));
}
