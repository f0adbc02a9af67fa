/* Never over the limit: many takers at once, each with a connection of its own (section 6.8). */
#include "base/clock.h"
#include "licensing/heartbeat.h"
#include "licensing/licence_user.h"
#include "licensing/machine_change.h"
#include "licensing/process.h"
#include "tests/licensing/licensing_make.h"

#include <stdatomic.h>

enum { TAKERS = 24 };

struct race {
    struct licence *licence;
    const struct err_kind *full; /* what those who come too late are told */
    struct id ids[TAKERS];       /* machines, persons or groups, as the race needs them */
    bool (*take)(struct ctx *cx, const struct race *race, unsigned index);
    atomic_uint taken, refused, others;
};

struct attempt {
    const struct race *race;
    unsigned index;
};

static bool try_to_take(struct ctx *cx, void *arg)
{
    const struct attempt *attempt = arg;

    return attempt->race->take(cx, attempt->race, attempt->index);
}

static void take(struct ctx *cx, unsigned index, void *arg)
{
    struct race *race = arg;
    struct attempt attempt = {race, index};

    if (db_retry(cx, try_to_take, &attempt))
        atomic_fetch_add(&race->taken, 1);
    else if (cx->err.kind == race->full)
        atomic_fetch_add(&race->refused, 1);
    else
        atomic_fetch_add(&race->others, 1);
}

static void run(struct ctx *cx, struct race *race, unsigned fit)
{
    test_threads(cx, TAKERS, take, race);
    assert_int_equal(atomic_load(&race->others), 0);
    assert_int_equal(atomic_load(&race->taken), fit);
    assert_int_equal(atomic_load(&race->refused), TAKERS - fit);
}

static int64_t rows(struct ctx *cx, const struct race *race)
{
    return test_i64(cx, "SELECT COUNT(*) FROM machine WHERE tenant_id = ? AND licence_id = ?",
                    DB_ID(cx->tenant_id), DB_ID(race->licence->id));
}

static bool take_seat(struct ctx *cx, const struct race *race, unsigned index)
{
    struct machine_draft draft =
        licensing_draft(race->licence->id, arena_printf(cx->mem, "m%u", index));
    struct machine *m;

    draft.cores = 2;
    draft.owner_id = race->ids[index];
    return machine_add(cx, &draft, &m);
}

static void overage_too_is_a_limit_that_is_never_passed(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct policy draft = licensing_policy(cx);
    struct race race = {.full = &ERR_SEATS_FULL, .take = take_seat};

    draft.max_machines = 4;
    draft.overage = POLICY_OVERAGE_1_5X;
    race.licence = licensing_licence(cx, &draft);
    run(cx, &race, 6);
    assert_int_equal(rows(cx, &race), 6);
}

static void cores_of_many_machines_never_pass_the_limit(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct policy draft = licensing_policy(cx);
    struct race race = {.full = &ERR_MACHINE_CORES_FULL, .take = take_seat};

    draft.max_machines = POLICY_NO_LIMIT;
    draft.max_cores = 9; /* four machines of two */
    race.licence = licensing_licence(cx, &draft);
    run(cx, &race, 4);
}

static bool grow(struct ctx *cx, const struct race *race, unsigned index)
{
    const struct machine_change change = {.given = MACHINE_CORES, .cores = 2};
    struct machine *m;

    return machine_change(cx, race->ids[index], &change, &m);
}

static void cores_of_machines_that_grow_never_pass_the_limit(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct policy draft = licensing_policy(cx);
    struct race race = {.full = &ERR_MACHINE_CORES_FULL, .take = grow};

    draft.max_machines = POLICY_NO_LIMIT;
    draft.max_cores = 11;
    race.licence = licensing_licence(cx, &draft);
    for (unsigned i = 0; i < TAKERS; i++)
        race.ids[i] = licensing_machine(cx, race.licence->id, arena_printf(cx->mem, "m%u", i))->id;
    run(cx, &race, 5);
    assert_int_equal(
        test_i64(cx, "SELECT SUM(cores) FROM machine WHERE tenant_id = ?", DB_ID(cx->tenant_id)),
        10);
}

/* --- people --- */

static bool attach(struct ctx *cx, const struct race *race, unsigned index)
{
    struct licence_link *links;

    return licence_user_attach(cx, race->licence->id, &race->ids[index], 1, &links);
}

static void make_people(struct ctx *cx, struct race *race)
{
    for (unsigned i = 0; i < TAKERS; i++)
        race->ids[i] = make_person(cx, "Person", arena_printf(cx->mem, "p%u@example.com", i));
}

static void users_never_pass_the_limit(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct policy draft = licensing_policy(cx);
    struct race race = {.full = &ERR_LICENCE_USERS_FULL, .take = attach};

    draft.max_users = 5;
    race.licence = licensing_licence(cx, &draft);
    make_people(cx, &race);
    run(cx, &race, 5);
    assert_int_equal(
        test_i64(cx, "SELECT COUNT(*) FROM licence_user WHERE tenant_id = ?", DB_ID(cx->tenant_id)),
        5);
}

/* Twelve takers for each of two people, who may have three machines each. */
static void the_machines_of_each_user_never_pass_his_limit(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct policy draft = licensing_policy(cx);
    struct race race = {.full = &ERR_SEATS_FULL, .take = take_seat};
    struct id people[2];

    draft.machine_leasing = POLICY_PER_USER;
    race.licence = licensing_licence(cx, &draft);
    for (unsigned i = 0; i < 2; i++) {
        people[i] = make_person(cx, "Person", arena_printf(cx->mem, "p%u@example.com", i));
        licensing_user(cx, race.licence->id, people[i]);
    }
    for (unsigned i = 0; i < TAKERS; i++)
        race.ids[i] = people[i % 2];
    run(cx, &race, 6);
    for (unsigned i = 0; i < 2; i++)
        assert_int_equal(
            test_i64(cx, "SELECT COUNT(*) FROM machine WHERE tenant_id = ? AND owner_id = ?",
                     DB_ID(cx->tenant_id), DB_ID(people[i])),
            3);
}

static struct id heir; /* who all machines are given to */

static bool give_away(struct ctx *cx, const struct race *race, unsigned index)
{
    struct machine *m;

    return machine_change_owner(cx, race->ids[index], heir, &m);
}

static void machines_that_change_hands_never_pass_the_new_owners_limit(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct policy draft = licensing_policy(cx);
    struct race race = {.full = &ERR_SEATS_FULL, .take = give_away};

    draft.machine_leasing = POLICY_PER_USER;
    draft.max_machines = POLICY_NO_LIMIT;
    race.licence = licensing_licence(cx, &draft);
    heir = make_person(cx, "Heir", "heir@example.com");
    licensing_user(cx, race.licence->id, heir);
    for (unsigned i = 0; i < TAKERS; i++)
        race.ids[i] = licensing_machine(cx, race.licence->id, arena_printf(cx->mem, "m%u", i))->id;
    test_sql(cx, "UPDATE licence SET max_machines = 3 WHERE tenant_id = ? AND id = ?",
             DB_ID(cx->tenant_id), DB_ID(race.licence->id));
    run(cx, &race, 3);
}

/* --- groups --- */

static struct id group;

static bool join(struct ctx *cx, const struct race *race, unsigned index)
{
    struct machine *m;

    return machine_change_group(cx, race->ids[index], group, &m);
}

static void a_groups_machines_never_pass_its_limit(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct policy draft = licensing_policy(cx);
    struct race race = {.full = &ERR_MACHINE_GROUP_FULL, .take = join};

    draft.max_machines = POLICY_NO_LIMIT;
    group = id_make(cx->now);
    test_sql(cx,
             "INSERT INTO licence_group (tenant_id, id, name, max_machines, created_at, "
             "updated_at) VALUES (?, ?, 'Group', 7, ?, ?)",
             DB_ID(cx->tenant_id), DB_ID(group), DB_TIME(cx->now), DB_TIME(cx->now));
    for (unsigned i = 0; i < TAKERS; i++) { /* of licences that lock nothing of each other */
        if (i % 6 == 0)
            race.licence = licensing_licence(cx, &draft);
        race.ids[i] = licensing_machine(cx, race.licence->id, arena_printf(cx->mem, "m%u", i))->id;
    }
    run(cx, &race, 7);
}

/* --- wider uniqueness: licences that have no row in common but the tenant's --- */

static struct licence *licences[TAKERS];

static bool take_elsewhere(struct ctx *cx, const struct race *race, unsigned index)
{
    struct machine_draft draft = licensing_draft(licences[index]->id, "the same");
    struct machine *m;

    (void)race;
    return machine_add(cx, &draft, &m);
}

static void a_fingerprint_is_one_in_the_account_however_many_ask(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct race race = {.full = &ERR_FINGERPRINT_TAKEN, .take = take_elsewhere};

    for (unsigned i = 0; i < TAKERS; i++) {
        struct policy draft;

        if (i % 8 == 0) {
            draft = licensing_policy(cx);
            draft.machine_uniqueness = POLICY_UNIQUE_PER_ACCOUNT;
        }
        licences[i] = licensing_licence(cx, &draft);
    }
    run(cx, &race, 1);
}

/* --- floating seats: leases that are taken, lost and won back, all at once --- */

enum { SEATS = 4, ROUNDS = 12 };

struct floating {
    struct licence *licence;
    int64_t now; /* of all threads of a round: the clock stands still meanwhile */
    atomic_uint others;
    atomic_uint passed; /* times that more seats than there are were seen in use */
};

static void note_failure(struct ctx *cx, struct floating *f)
{
    static const struct err_kind *const EXPECTED[] = {&ERR_SEATS_FULL, &ERR_FINGERPRINT_TAKEN,
                                                      &ERR_HEARTBEAT_DEAD, &ERR_NOT_FOUND};
    bool is_expected = false;

    for (size_t i = 0; i < COUNT(EXPECTED); i++)
        is_expected |= cx->err.kind == EXPECTED[i];
    if (!is_expected)
        atomic_fetch_add(&f->others, 1);
    err_clear(&cx->err);
}

static bool activate(struct ctx *cx, void *arg)
{
    struct machine *m;

    return machine_add(cx, arg, &m);
}

struct beat {
    const char *fingerprint;
    struct id licence_id;
};

static bool ping(struct ctx *cx, void *arg)
{
    const struct beat *beat = arg;
    const struct licence_scope scope = {.licence_id = beat->licence_id};
    struct machine *m;

    return machine_find_fingerprint(cx, &scope, beat->fingerprint, &m) &&
           heartbeat_ping(cx, m->id, &m);
}

static bool sweep(struct ctx *cx, void *arg)
{
    struct id tenant_id = cx->tenant_id;
    unsigned done;
    bool ok;

    (void)arg;
    ok = heartbeat_sweep(cx, 1000, &done);
    cx->tenant_id = tenant_id;
    return ok;
}

/* Of ten clients each activates or beats, one more thread sweeps, one counts. */
static void live(struct ctx *cx, unsigned index, void *arg)
{
    static const char SQL_SEATS[] =
        "SELECT COUNT(*) FROM machine WHERE tenant_id = ? AND licence_id = ?";
    struct floating *f = arg;
    struct machine_draft draft =
        licensing_draft(f->licence->id, arena_printf(cx->mem, "m%u", index % 10));
    struct beat beat = {draft.fingerprint, f->licence->id};
    struct db_rows found;

    cx->now = f->now;
    if (index == 20) {
        if (!db_retry(cx, sweep, NULL))
            note_failure(cx, f);
    } else if (index == 21) {
        for (int i = 0; i < 20; i++)
            if (db_query(cx, &found, SQL_SEATS, DB_ID(cx->tenant_id), DB_ID(f->licence->id)) &&
                db_next(&found) && db_i64(&found.row, 0) > SEATS)
                atomic_fetch_add(&f->passed, 1);
    } else if (!db_retry(cx, index < 10 ? activate : ping,
                         index < 10 ? (void *)&draft : (void *)&beat)) {
        note_failure(cx, f);
    }
}

static int64_t pseudo_random(uint32_t *seed, int64_t below)
{
    *seed = *seed * 1664525U + 1013904223U;
    return (int64_t)(*seed >> 8) % below;
}

static void floating_seats_are_never_more_than_there_are(void **state)
{
    static const enum policy_revive REVIVES[] = {POLICY_NO_REVIVE, POLICY_REVIVE_1_MINUTE,
                                                 POLICY_REVIVE_15_MINUTES};

    for (size_t i = 0; i < COUNT(REVIVES); i++) {
        struct ctx *cx = test_ctx(state);
        struct policy draft = licensing_policy(cx);
        struct floating f = {.now = TEST_NOW};
        uint32_t seed = 7 + (uint32_t)i;

        draft.max_machines = SEATS;
        draft.heartbeat_seconds = 60;
        draft.heartbeat_basis = POLICY_HEARTBEAT_FROM_CREATION;
        draft.revive = REVIVES[i];
        f.licence = licensing_licence(cx, &draft);
        for (int round = 0; round < ROUNDS; round++) {
            test_threads(cx, 22, live, &f);
            f.now += (20 + pseudo_random(&seed, 100)) * CLOCK_SECOND;
        }
        assert_int_equal(atomic_load(&f.others), 0);
        assert_int_equal(atomic_load(&f.passed), 0);
        /* Seats were lost and taken again: the licence was in use all the time. */
        assert_true(test_i64(cx,
                             "SELECT COUNT(*) FROM event WHERE tenant_id = ? "
                             "AND name = 'licence.activated'",
                             DB_ID(cx->tenant_id)) >= SEATS);
        assert_int_equal(
            test_i64(cx,
                     "SELECT SUM(name = 'licence.activated') - SUM(name = 'licence.released') "
                     "- (SELECT COUNT(*) FROM machine m WHERE m.tenant_id = e.tenant_id) "
                     "FROM event e WHERE tenant_id = ?",
                     DB_ID(cx->tenant_id)),
            0);
    }
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(overage_too_is_a_limit_that_is_never_passed),
        cmocka_unit_test(cores_of_many_machines_never_pass_the_limit),
        cmocka_unit_test(cores_of_machines_that_grow_never_pass_the_limit),
        cmocka_unit_test(users_never_pass_the_limit),
        cmocka_unit_test(the_machines_of_each_user_never_pass_his_limit),
        cmocka_unit_test(machines_that_change_hands_never_pass_the_new_owners_limit),
        cmocka_unit_test(a_groups_machines_never_pass_its_limit),
        cmocka_unit_test(a_fingerprint_is_one_in_the_account_however_many_ask),
        cmocka_unit_test(floating_seats_are_never_more_than_there_are),
    };

    return test_group_run("seat_race", TESTS, COUNT(TESTS));
}
