/* Trials (LS12): one for each machine and product. */
#include "base/clock.h"
#include "licensing/trial.h"
#include "tests/licensing/licensing_make.h"

struct world {
    struct ctx *cx;
    struct policy *trial, *full;
    struct id product_id;
};

static struct world make_world(void **state)
{
    struct world w = {.cx = test_ctx(state)};
    struct policy draft = licensing_policy(w.cx);

    w.product_id = draft.product_id;
    draft.name = "Trial";
    draft.is_floating = false;
    draft.max_machines = 1;
    w.trial = licensing_add_policy(w.cx, &draft);
    draft.name = "Full";
    draft.duration_seconds = 366 * 24 * 3600;
    w.full = licensing_add_policy(w.cx, &draft);
    test_ok(w.cx, trial_terms_set(w.cx, &(struct trial_terms){.product_id = w.product_id,
                                                              .policy_id = w.trial->id,
                                                              .days = TRIAL_DAYS}));
    return w;
}

static struct trial start(struct world *w, const char *fingerprint)
{
    const struct machine_draft draft = {.fingerprint = fingerprint, .name = "Till"};
    struct trial t;

    test_ok(w->cx, trial_start(w->cx, w->product_id, &draft, &t));
    return t;
}

static void a_trial_lasts_thirty_days_and_has_its_machine(void **state)
{
    struct world w = make_world(state);
    struct trial t = start(&w, "till-1");

    assert_true(t.is_new);
    assert_true(t.licence->is_trial);
    assert_int_equal(t.licence->expires_at, w.cx->now + 30 * CLOCK_DAY);
    assert_int_equal(t.ends_at, t.licence->expires_at);
    assert_int_equal(t.licence->machine_count, 1);
    assert_string_equal(t.machine->fingerprint, "till-1");
    assert_int_equal(
        test_i64(w.cx, "SELECT COUNT(*) FROM event WHERE tenant_id = ? AND name = 'licence.issued'",
                 DB_ID(w.cx->tenant_id)),
        1);
}

static void an_installation_made_again_finds_the_same_trial(void **state)
{
    struct world w = make_world(state);
    struct trial first = start(&w, "till-1");
    struct trial again;

    w.cx->now += 10 * CLOCK_DAY;
    again = start(&w, "till-1");
    assert_false(again.is_new);
    assert_true(id_equal(again.licence->id, first.licence->id));
    assert_true(id_equal(again.machine->id, first.machine->id));
    assert_int_equal(again.ends_at, first.ends_at);
    w.cx->now += 25 * CLOCK_DAY; /* it is over, and stays so */
    again = start(&w, "till-1");
    assert_int_equal(again.licence->status, LICENCE_EXPIRED);
    assert_int_equal(again.ends_at, first.ends_at);
}

static void a_released_machine_takes_its_seat_again_while_the_trial_runs(void **state)
{
    struct world w = make_world(state);
    struct trial first = start(&w, "till-1");
    struct trial again;

    test_ok(w.cx, machine_remove(w.cx, first.machine->id, (struct id){{0}}));
    w.cx->now += CLOCK_DAY;
    again = start(&w, "till-1");
    assert_non_null(again.machine);
    assert_true(id_equal(again.licence->id, first.licence->id));
    assert_int_equal(again.licence->expires_at, first.ends_at);
    test_ok(w.cx, machine_remove(w.cx, again.machine->id, (struct id){{0}}));
    w.cx->now = first.ends_at;
    again = start(&w, "till-1");
    assert_null(again.machine);
}

static void a_revoked_trial_is_not_begun_again(void **state)
{
    struct world w = make_world(state);
    const struct machine_draft draft = {.fingerprint = "till-1"};
    struct trial t = start(&w, "till-1");

    test_ok(w.cx, licence_revoke(w.cx, t.licence->id, ""));
    test_refused(w.cx, trial_start(w.cx, w.product_id, &draft, &t), &ERR_TRIAL_OVER);
}

static void machines_and_products_have_trials_of_their_own(void **state)
{
    struct world w = make_world(state);
    struct policy other = licensing_policy(w.cx);
    struct policy *policy = licensing_add_policy(w.cx, &other);
    const struct machine_draft draft = {.fingerprint = "till-1"};
    struct trial a = start(&w, "till-1"), b = start(&w, "till-2"), c;

    assert_false(id_equal(a.licence->id, b.licence->id));
    test_refused(w.cx, trial_start(w.cx, other.product_id, &draft, &c), &ERR_TRIAL_NONE);
    test_ok(w.cx, trial_terms_set(w.cx, &(struct trial_terms){.product_id = other.product_id,
                                                              .policy_id = policy->id,
                                                              .days = 7}));
    test_ok(w.cx, trial_start(w.cx, other.product_id, &draft, &c));
    assert_int_equal(c.ends_at, w.cx->now + 7 * CLOCK_DAY);
    test_ok(w.cx, trial_terms_remove(w.cx, other.product_id));
    test_ok(w.cx, trial_start(w.cx, other.product_id, &draft, &c)); /* one that runs is found */
    assert_false(c.is_new && c.started_at != w.cx->now);
}

static void terms_name_a_policy_of_the_product(void **state)
{
    struct world w = make_world(state);
    struct policy foreign = licensing_policy(w.cx);
    struct trial_terms terms = {.product_id = w.product_id,
                                .policy_id = licensing_add_policy(w.cx, &foreign)->id,
                                .days = 30};

    test_refused(w.cx, trial_terms_set(w.cx, &terms), &ERR_TRIAL_POLICY);
    terms.policy_id = w.trial->id;
    terms.days = 0;
    test_refused(w.cx, trial_terms_set(w.cx, &terms), &ERR_TRIAL_DAYS);
    terms.days = TRIAL_DAYS_MAX + 1;
    test_refused(w.cx, trial_terms_set(w.cx, &terms), &ERR_TRIAL_DAYS);
    terms.days = 1;
    terms.product_id = ctx_new_id(w.cx);
    test_refused(w.cx, trial_terms_set(w.cx, &terms), &ERR_TRIAL_PRODUCT);
}

static void a_policy_that_is_deleted_has_no_further_trials(void **state)
{
    struct world w = make_world(state);
    const struct machine_draft draft = {.fingerprint = "till-9"};
    struct trial t;

    test_ok(w.cx, policy_remove(w.cx, w.trial->id));
    test_refused(w.cx, trial_start(w.cx, w.product_id, &draft, &t), &ERR_TRIAL_NONE);
}

static void a_bought_trial_keeps_key_and_machine(void **state)
{
    struct world w = make_world(state);
    struct trial t = start(&w, "till-1"), again;
    struct licence *l;

    w.cx->now += 12 * CLOCK_DAY;
    test_ok(w.cx, trial_turn(w.cx, t.licence->id, w.full->id, "paid", &l));
    assert_false(l->is_trial);
    assert_string_equal(l->key, t.licence->key);
    assert_string_equal(l->serial, t.licence->serial);
    assert_true(id_equal(l->policy_id, w.full->id));
    assert_int_equal(l->machine_count, 1);
    assert_int_equal(l->expires_at, clock_add_duration(w.cx->now, w.full->duration_seconds));
    again = start(&w, "till-1");
    assert_true(again.is_turned);
    assert_true(id_equal(again.machine->id, t.machine->id));
    test_refused(w.cx, trial_turn(w.cx, l->id, w.full->id, "", &l), &ERR_TRIAL_NOT_ONE);
    assert_int_equal(test_i64(w.cx,
                              "SELECT COUNT(*) FROM licence_change WHERE tenant_id = ? "
                              "AND subject_id = ? AND subject = 'licence'",
                              DB_ID(w.cx->tenant_id), DB_ID(t.licence->id)) > 0,
                     1);
}

static void a_trial_turns_into_a_policy_of_its_own_product_and_scheme(void **state)
{
    struct world w = make_world(state);
    struct trial t = start(&w, "till-1");
    struct policy draft = licensing_policy(w.cx);
    struct licence *l;

    test_refused(w.cx,
                 trial_turn(w.cx, t.licence->id, licensing_add_policy(w.cx, &draft)->id, "", &l),
                 &ERR_TRIAL_POLICY);
    draft.product_id = w.product_id;
    draft.scheme = "ED25519_SIGN";
    test_refused(w.cx,
                 trial_turn(w.cx, t.licence->id, licensing_add_policy(w.cx, &draft)->id, "", &l),
                 &ERR_TRIAL_POLICY);
    test_refused(w.cx, trial_turn(w.cx, ctx_new_id(w.cx), w.full->id, "", &l), &ERR_NOT_FOUND);
}

static void who_may_not_manage_licences_turns_none(void **state)
{
    struct world w = make_world(state);
    struct trial t = start(&w, "till-1");
    struct licence *l;

    w.cx->viewer = (struct viewer){.kind = VIEWER_STAFF};
    test_refused(w.cx, trial_turn(w.cx, t.licence->id, w.full->id, "", &l), &ERR_DENIED);
    test_refused(w.cx, trial_terms_remove(w.cx, w.product_id), &ERR_DENIED);
}

enum { TAKERS = 16 };

struct race {
    struct id product_id;
    struct id licence_ids[TAKERS];
};

struct taker {
    struct race *race;
    unsigned index;
};

static bool take(struct ctx *cx, void *arg)
{
    const struct machine_draft draft = {.fingerprint = "the same"};
    struct taker *taker = arg;
    struct trial t;

    if (!trial_start(cx, taker->race->product_id, &draft, &t))
        return false;
    taker->race->licence_ids[taker->index] = t.licence->id;
    return true;
}

static void begin_at_once(struct ctx *cx, unsigned index, void *arg)
{
    struct taker taker = {arg, index};

    if (!db_retry(cx, take, &taker))
        print_error("%s\n", cx->err.oper);
}

static void programs_that_ask_at_once_get_one_trial(void **state)
{
    struct world w = make_world(state);
    struct race race = {.product_id = w.product_id};

    test_threads(w.cx, TAKERS, begin_at_once, &race);
    assert_false(id_is_zero(race.licence_ids[0]));
    for (int i = 1; i < TAKERS; i++)
        assert_true(id_equal(race.licence_ids[i], race.licence_ids[0]));
    assert_int_equal(
        test_i64(w.cx, "SELECT COUNT(*) FROM licence WHERE tenant_id = ?", DB_ID(w.cx->tenant_id)),
        1);
    assert_int_equal(
        test_i64(w.cx, "SELECT COUNT(*) FROM machine WHERE tenant_id = ?", DB_ID(w.cx->tenant_id)),
        1);
}

static void a_trial_that_fails_anywhere_leaves_nothing(void **state)
{
    struct world w = make_world(state);
    const struct machine_draft draft = {.fingerprint = "till-1"};
    struct trial t;

    for (int n = 0;; n++) {
        struct ctx *run = test_again(w.cx);

        db_fail_after(run, n);
        if (trial_start(run, w.product_id, &draft, &t))
            break;
        assert_ptr_equal(run->err.kind, &ERR_BUSY);
        db_fail_after(run, -1);
        assert_int_equal(test_i64(w.cx, "SELECT COUNT(*) FROM trial WHERE tenant_id = ?",
                                  DB_ID(w.cx->tenant_id)),
                         0);
        assert_int_equal(test_i64(w.cx, "SELECT COUNT(*) FROM licence WHERE tenant_id = ?",
                                  DB_ID(w.cx->tenant_id)),
                         0);
        assert_true(n < 80);
    }
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(a_trial_lasts_thirty_days_and_has_its_machine),
        cmocka_unit_test(an_installation_made_again_finds_the_same_trial),
        cmocka_unit_test(a_released_machine_takes_its_seat_again_while_the_trial_runs),
        cmocka_unit_test(a_revoked_trial_is_not_begun_again),
        cmocka_unit_test(machines_and_products_have_trials_of_their_own),
        cmocka_unit_test(terms_name_a_policy_of_the_product),
        cmocka_unit_test(a_policy_that_is_deleted_has_no_further_trials),
        cmocka_unit_test(a_bought_trial_keeps_key_and_machine),
        cmocka_unit_test(a_trial_turns_into_a_policy_of_its_own_product_and_scheme),
        cmocka_unit_test(who_may_not_manage_licences_turns_none),
        cmocka_unit_test(programs_that_ask_at_once_get_one_trial),
        cmocka_unit_test(a_trial_that_fails_anywhere_leaves_nothing),
    };

    return test_group_run("trial", TESTS, COUNT(TESTS));
}
