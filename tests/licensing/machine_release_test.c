#include "base/clock.h"
#include "licensing/licence_signal.h"
#include "licensing/machine_release.h"
#include "tests/licensing/licensing_make.h"

#include <stdatomic.h>

struct house { /* a customer with a licence of a product with terms */
    struct ctx *cx;
    struct id person, organisation;
    struct licence *licence;
};

static struct house make_house(void **state, const struct machine_release_terms *terms)
{
    struct house h = {.cx = test_ctx(state)};
    struct policy draft = licensing_policy(h.cx);

    draft.max_machines = POLICY_NO_LIMIT;
    h.person = make_person(h.cx, "Ann", "ann@example.com");
    h.organisation = make_organisation(h.cx, "A1", "Acme");
    test_ok(h.cx, licence_issue(
                      h.cx,
                      &(struct licence_draft){.policy_id = licensing_add_policy(h.cx, &draft)->id,
                                              .organisation_id = h.organisation},
                      &h.licence));
    test_ok(h.cx, machine_release_terms_set(h.cx, h.licence->product_id, terms));
    return h;
}

static struct id add(struct house *h, const char *fingerprint)
{
    struct id id;

    test_as_system(h->cx);
    id = licensing_machine(h->cx, h->licence->id, fingerprint)->id;
    test_as_customer(h->cx, h->person, h->organisation, RIGHT_LICENCE);
    return id;
}

static const char *nth(const struct house *h, int n)
{
    return arena_printf(h->cx->mem, "m%d", n);
}

static void the_sixth_release_in_a_period_of_five_waits(void **state)
{
    struct house h = make_house(
        state, &(struct machine_release_terms){.cap = 5, .period_days = 30, .pause_hours = 0});
    struct machine_release_room room;
    struct id last;
    int64_t first_at = h.cx->now;

    for (int i = 0; i < 5; i++) {
        test_ok(h.cx, machine_release(h.cx, add(&h, nth(&h, i))));
        h.cx->now += CLOCK_DAY;
    }
    last = add(&h, "last");
    test_refused(h.cx, machine_release(h.cx, last), &ERR_MACHINE_RELEASES_FULL);
    test_ok(h.cx, machine_release_room(h.cx, h.licence->id, &room));
    assert_int_equal(room.used, 5);
    assert_int_equal(room.next_at, first_at + 30 * CLOCK_DAY);
    h.cx->now = room.next_at - 1;
    test_refused(h.cx, machine_release(h.cx, last), &ERR_MACHINE_RELEASES_FULL);
    h.cx->now = room.next_at; /* at the very instant that was told */
    test_ok(h.cx, machine_release(h.cx, last));
    test_refused(h.cx, machine_release(h.cx, last), &ERR_NOT_FOUND);
}

static void one_release_cools_down_before_the_next(void **state)
{
    struct house h = make_house(
        state, &(struct machine_release_terms){.cap = 100, .period_days = 1, .pause_hours = 4});
    struct machine_release_room room;
    struct id second;

    test_ok(h.cx, machine_release(h.cx, add(&h, "one")));
    second = add(&h, "two");
    h.cx->now += 4 * CLOCK_HOUR - 1;
    test_refused(h.cx, machine_release(h.cx, second), &ERR_MACHINE_RELEASES_FULL);
    test_ok(h.cx, machine_release_room(h.cx, h.licence->id, &room));
    assert_int_equal(room.next_at, h.cx->now + 1);
    h.cx->now++;
    test_ok(h.cx, machine_release(h.cx, second));
}

static void staff_and_products_without_terms_are_not_bounded(void **state)
{
    struct house h = make_house(
        state, &(struct machine_release_terms){.cap = 1, .period_days = 30, .pause_hours = 1});
    struct machine_release_room room;
    struct id id;

    for (int i = 0; i < 3; i++) {
        id = add(&h, nth(&h, i));
        test_as_staff(h.cx, h.person, RIGHT_LICENCES);
        test_ok(h.cx, machine_release(h.cx, id));
    }
    test_ok(h.cx, machine_release_room(h.cx, h.licence->id, &room));
    assert_int_equal(room.used, 0); /* staff's do not count */
    test_ok(h.cx, machine_release_terms_set(h.cx, h.licence->product_id,
                                            &(struct machine_release_terms){.cap = 0}));
    for (int i = 0; i < 3; i++)
        test_ok(h.cx, machine_release(h.cx, add(&h, nth(&h, i))));
    test_as_customer(h.cx, h.person, h.organisation, RIGHT_LICENCE);
    test_refused(h.cx,
                 machine_release_terms_set(h.cx, h.licence->product_id,
                                           &(struct machine_release_terms){.cap = 0}),
                 &ERR_DENIED);
}

static void terms_have_their_range(void **state)
{
    struct house h = make_house(state, &(struct machine_release_terms){.cap = 0});
    static const struct machine_release_terms CASES[] = {
        {.cap = -1, .period_days = 1},
        {.cap = MACHINE_RELEASE_CAP_MAX + 1, .period_days = 1},
        {.cap = 1, .period_days = 0},
        {.cap = 1, .period_days = MACHINE_RELEASE_DAYS_MAX + 1},
        {.cap = 1, .period_days = 1, .pause_hours = -1},
        {.cap = 1, .period_days = 1, .pause_hours = MACHINE_RELEASE_HOURS_MAX + 1},
    };

    for (size_t i = 0; i < COUNT(CASES); i++)
        test_refused(h.cx, machine_release_terms_set(h.cx, h.licence->product_id, &CASES[i]),
                     &ERR_MACHINE_RELEASE_TERMS);
}

/* --- colleagues at the same time --- */

enum { COLLEAGUES = 12 };

struct race {
    struct house house;
    struct id machines[COLLEAGUES];
    atomic_uint released, refused, others;
};

static bool release_one(struct ctx *cx, void *arg)
{
    return machine_release(cx, *(struct id *)arg);
}

static void release(struct ctx *cx, unsigned index, void *arg)
{
    struct race *race = arg;

    test_as_customer(cx, race->house.person, race->house.organisation, RIGHT_LICENCE);
    if (db_retry(cx, release_one, &race->machines[index]))
        atomic_fetch_add(&race->released, 1);
    else if (cx->err.kind == &ERR_MACHINE_RELEASES_FULL)
        atomic_fetch_add(&race->refused, 1);
    else
        atomic_fetch_add(&race->others, 1);
}

static void colleagues_who_release_at_once_share_one_bound(void **state)
{
    struct race race = {
        .house = make_house(state, &(struct machine_release_terms){.cap = 4, .period_days = 30})};

    for (int i = 0; i < COLLEAGUES; i++)
        race.machines[i] = add(&race.house, nth(&race.house, i));
    test_threads(race.house.cx, COLLEAGUES, release, &race);
    assert_int_equal(atomic_load(&race.others), 0);
    assert_int_equal(atomic_load(&race.released), 4);
    assert_int_equal(atomic_load(&race.refused), COLLEAGUES - 4);
}

/* --- odd use --- */

static int64_t told(struct ctx *cx, const char *signal)
{
    return test_i64(cx,
                    "SELECT COUNT(*) FROM event WHERE tenant_id = ? AND name = 'licence.odd_use' "
                    "AND JSON_VALUE(data, '$.action') = ?",
                    DB_ID(cx->tenant_id), DB_TEXT(signal));
}

static void tell(struct ctx *cx, unsigned expected)
{
    unsigned count;

    test_as_system(cx);
    test_ok(cx, licence_signal_tell(cx, 100, &count));
    assert_int_equal(count, expected);
}

static void many_releases_are_told_once_in_their_time(void **state)
{
    struct house h = make_house(state, &(struct machine_release_terms){.cap = 0});

    for (int i = 0; i < LICENCE_SIGNAL_RELEASES - 1; i++)
        test_ok(h.cx, machine_release(h.cx, add(&h, "the same")));
    tell(h.cx, 0);
    test_ok(h.cx, machine_release(h.cx, add(&h, "the same")));
    tell(h.cx, 1);
    assert_int_equal(told(h.cx, "many_releases"), 1);
    tell(h.cx, 0);
    h.cx->now += (LICENCE_SIGNAL_DAYS + 1) * CLOCK_DAY; /* what was odd is long ago */
    tell(h.cx, 0);
}

static void many_different_machines_on_few_seats_are_told(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct policy draft = licensing_policy(cx);
    struct licence *l;
    int odd = LICENCE_SIGNAL_MACHINES + LICENCE_SIGNAL_TIMES + 1;

    draft.max_machines = 1;
    l = licensing_licence(cx, &draft);
    for (int i = 0; i < odd; i++) { /* one after the other, as a seat that goes round does */
        struct machine *m =
            licensing_machine(cx, l->id, arena_printf(cx->mem, "m%d", i < odd - 1 ? i : 0));

        test_ok(cx, machine_remove(cx, m->id, (struct id){0}));
    }
    tell(cx, 0); /* the first machine came back: that is not odd */
    licensing_machine(cx, l->id, "one more");
    tell(cx, 1);
    assert_int_equal(told(cx, "many_machines"), 1);
    tell(cx, 0);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(the_sixth_release_in_a_period_of_five_waits),
        cmocka_unit_test(one_release_cools_down_before_the_next),
        cmocka_unit_test(staff_and_products_without_terms_are_not_bounded),
        cmocka_unit_test(terms_have_their_range),
        cmocka_unit_test(colleagues_who_release_at_once_share_one_bound),
        cmocka_unit_test(many_releases_are_told_once_in_their_time),
        cmocka_unit_test(many_different_machines_on_few_seats_are_told),
    };

    return test_group_run("machine_release", TESTS, COUNT(TESTS));
}
