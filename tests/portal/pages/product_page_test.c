#include "licensing/licence.h"
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

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(a_product_a_policy_and_a_signed_licence_are_made_one_after_the_other),
        cmocka_unit_test(faults_are_told_at_their_fields),
    };

    return browser_group_run("product_page", TESTS, COUNT(TESTS));
}
