#include "licensing/machine_release.h"
#include "licensing/trial.h"
#include "tests/licensing/licensing_make.h"
#include "tests/portal/pages/test_portal.h"

#include <string.h>

/* From an empty tenant to a licence with a signed key, by pages alone. */
static void a_product_a_policy_and_a_signed_licence_are_made_one_after_the_other(void **state)
{
    struct browser *b = browser_open(test_ctx(state));
    struct id marlow = make_organisation(b->cx, "C-1", "Marlow Grocers");
    const char *issue =
        arena_printf(b->cx->mem, "/desk/licences/new?organisation=%s", id_text(b->cx->mem, marlow));
    struct licence_filter all = {.limit = 10};
    struct licence *list;
    const char *policy;
    size_t count;

    browser_staff(b, "administrator", "sam@tilwick.example");
    assert_int_equal(browser_get(b, issue), 200);
    assert_true(browser_shows(b, "There is no product with a policy yet"));
    assert_int_equal(browser_get(b, "/desk/products/new"), 200);
    assert_int_equal(browser_post(b, "/desk/products/new", "name=Counter&code=counter&prefix=CTR"),
                     303);
    assert_int_equal(browser_get(b, browser_location(b)), 200);
    policy = strstr(browser_page(b), "/desk/products/0");
    assert_non_null(policy);
    policy = arena_dup_bytes(b->cx->mem, policy, strcspn(policy, "\""));
    assert_int_equal(browser_post(b, policy, "name=Professional&days=365&seats=10&signed=1"), 303);
    assert_int_equal(browser_get(b, "/desk/products"), 200);
    assert_true(browser_shows(b, "365 days"));
    assert_true(browser_shows(b, "10 seats"));
    assert_int_equal(browser_get(b, issue), 200);
    policy = strstr(browser_page(b), "Counter · Professional");
    assert_non_null(policy);
    while (strncmp(policy, "value=\"", 7) != 0)
        policy--;
    assert_int_equal(
        browser_post(b, "/desk/licences/new",
                     arena_printf(b->cx->mem, "form_id=%s&organisation=%s&policy=%.36s",
                                  id_text(b->cx->mem, ctx_new_id(b->cx)),
                                  id_text(b->cx->mem, marlow), policy + 7)),
        303);
    assert_int_equal(browser_get(b, browser_location(b)), 200);
    test_ok(b->cx, licence_list(b->cx, &all, &list, &count));
    assert_int_equal(count, 1);
    assert_memory_equal(list[0].key, "key/", 4);
    assert_int_equal(list[0].max_machines, 10);
    assert_true(list[0].expires_at > 0);
    assert_memory_equal(list[0].serial, "CTR-", 4);
    assert_true(browser_shows(b, list[0].serial));
}

static void a_trial_is_offered_begun_and_turned_into_a_full_licence(void **state)
{
    struct browser *b = browser_open(test_ctx(state));
    struct policy draft = licensing_policy(b->cx);
    struct id trial_id = licensing_add_policy(b->cx, &draft)->id;
    const struct machine_draft machine = {.fingerprint = "till-1"};
    const char *terms =
        arena_printf(b->cx->mem, "/desk/products/%s/trial", id_text(b->cx->mem, draft.product_id));
    const char *turn;
    struct licence *l;
    struct id full_id;
    struct trial t;

    draft.name = "Yearly";
    draft.duration_seconds = 366 * 24 * 3600;
    full_id = licensing_add_policy(b->cx, &draft)->id;
    browser_staff(b, "administrator", "sam@tilwick.example");
    assert_int_equal(browser_get(b, "/desk/products"), 200);
    assert_true(browser_shows(b, "No trials"));
    assert_int_equal(browser_post(b, terms,
                                  arena_printf(b->cx->mem, "policy=%s&days=14&open=1",
                                               id_text(b->cx->mem, trial_id))),
                     303);
    assert_int_equal(browser_get(b, "/desk/products"), 200);
    assert_true(browser_shows(b, "14 days, as Standard"));
    test_ok(b->cx, trial_start(b->cx, draft.product_id, &machine, &t));
    turn = arena_printf(b->cx->mem, "/desk/licences/%s", id_text(b->cx->mem, t.licence->id));
    assert_int_equal(browser_get(b, turn), 200);
    assert_true(browser_shows(b, "Turn into a full licence"));
    assert_int_equal(browser_post(b, arena_printf(b->cx->mem, "%s/turn", turn), "policy="), 303);
    test_ok(b->cx, licence_get(b->cx, t.licence->id, &l));
    assert_true(l->is_trial);
    assert_int_equal(browser_get(b, turn), 200);
    assert_int_equal(browser_post(b, arena_printf(b->cx->mem, "%s/turn", turn),
                                  arena_printf(b->cx->mem, "policy=%s&reason=paid",
                                               id_text(b->cx->mem, full_id))),
                     303);
    assert_int_equal(browser_get(b, turn), 200);
    assert_false(browser_shows(b, "Turn into a full licence"));
    assert_true(browser_shows(b, "Trial turned into a full licence"));
    test_ok(b->cx, licence_get(b->cx, t.licence->id, &l));
    assert_false(l->is_trial);
    assert_int_equal(l->machine_count, 1);
    assert_int_equal(browser_get(b, "/desk/products"), 200);
    assert_int_equal(browser_post(b, terms, "policy=&days=14"), 303);
    assert_int_equal(browser_get(b, "/desk/products"), 200);
    assert_false(browser_shows(b, "14 days, as Standard"));
}

static void faults_are_told_at_their_fields(void **state)
{
    static const struct {
        const char *fields, *fault;
    } CASES[] = {
        {"name=&prefix=CTR", "#name"},
        {"name=Counter&prefix=", "#prefix"},
        {"name=Counter&prefix=c-t", "#prefix"},
        {"name=Other&prefix=OTH&code=counter", "#code"},
    };
    struct browser *b = browser_open(test_ctx(state));
    const char *policies;

    browser_staff(b, "administrator", "sam@tilwick.example");
    browser_get(b, "/desk/products/new");
    assert_int_equal(browser_post(b, "/desk/products/new", "name=Counter&prefix=CTR&code=counter"),
                     303);
    policies = browser_location(b);
    browser_get(b, "/desk/products/new");
    for (size_t i = 0; i < COUNT(CASES); i++) {
        assert_int_equal(browser_post(b, "/desk/products/new", CASES[i].fields), 422);
        assert_true(browser_shows(b, arena_printf(b->cx->mem, "href=\"%s\"", CASES[i].fault)));
    }
    browser_get(b, policies);
    assert_int_equal(browser_post(b, policies, "name=&days=0&seats=many"), 422);
    assert_true(browser_shows(b, "href=\"#name\""));
    assert_true(browser_shows(b, "href=\"#days\""));
    assert_true(browser_shows(b, "href=\"#seats\""));
}

static void a_product_says_how_often_machines_are_released(void **state)
{
    struct browser *b = browser_open(test_ctx(state));
    struct policy draft = licensing_policy(b->cx);
    struct machine_release_terms terms;
    const char *page = arena_printf(b->cx->mem, "/desk/products/%s/returns",
                                    id_text(b->cx->mem, draft.product_id));

    browser_staff(b, "sales", "sam@tilwick.example");
    assert_int_equal(browser_get(b, "/desk/products"), 200);
    assert_true(browser_shows(b, page));
    assert_int_equal(browser_get(b, page), 200);
    assert_int_equal(browser_post(b, page, "cap=0&days=30&hours=0"), 422);
    assert_int_equal(browser_post(b, page, "cap=5&days=14&hours=2"), 303);
    test_ok(b->cx, machine_release_terms_get(b->cx, draft.product_id, &terms));
    assert_int_equal(terms.cap, 5);
    assert_int_equal(terms.period_days, 14);
    assert_int_equal(terms.pause_hours, 2);
    assert_int_equal(browser_get(b, page), 200);
    assert_true(browser_shows(b, "value=\"14\""));
    assert_int_equal(browser_post(b, page, "cap=&days=14&hours="), 303);
    test_ok(b->cx, machine_release_terms_get(b->cx, draft.product_id, &terms));
    assert_int_equal(terms.cap, 0);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(a_product_says_how_often_machines_are_released),
        cmocka_unit_test(a_product_a_policy_and_a_signed_licence_are_made_one_after_the_other),
        cmocka_unit_test(a_trial_is_offered_begun_and_turned_into_a_full_licence),
        cmocka_unit_test(faults_are_told_at_their_fields),
    };

    return browser_group_run("product_page", TESTS, COUNT(TESTS));
}
