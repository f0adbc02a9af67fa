/* Products, policies and entitlements edited on the desk. */
#include "licensing/entitlement.h"
#include "licensing/policy_attribute.h"
#include "tests/licensing/licensing_make.h"
#include "tests/portal/pages/test_portal.h"

#include <string.h>

/* The form as the page shows it for that policy. */
static const char *typed(struct ctx *cx, const struct policy *p)
{
    struct str s = str_new(cx->mem);

    for (size_t i = 0; i < POLICY_ATTRIBUTE_COUNT; i++) {
        const struct policy_attribute *a = &POLICY_ATTRIBUTES[i];
        const char *text = NULL;

        switch (a->type) {
        case POLICY_ATTRIBUTE_TEXT:
            text = policy_attribute_text(p, a);
            break;
        case POLICY_ATTRIBUTE_WORD:
            text = policy_attribute_word(p, a);
            break;
        case POLICY_ATTRIBUTE_FLAG:
            text = policy_attribute_flag(p, a) ? "1" : NULL;
            break;
        case POLICY_ATTRIBUTE_LIMIT:
        case POLICY_ATTRIBUTE_SECONDS:
            if (policy_attribute_has_number(p, a))
                text = arena_printf(cx->mem, "%lld", (long long)policy_attribute_number(p, a));
            break;
        }
        if (text != NULL)
            str_fmt(&s, "%s=%s&", a->name, text);
    }
    str_add(&s, "x=1");
    return s.p;
}

static void a_policy_is_edited_with_all_that_it_has(void **state)
{
    struct browser *b = browser_open(test_ctx(state));
    struct policy p = licensing_policy(b->cx);
    struct policy *now = licensing_add_policy(b->cx, &p);
    const char *path = arena_printf(b->cx->mem, "/desk/policies/%s", id_text(b->cx->mem, now->id));

    browser_staff(b, "administrator", "sam@tilwick.example");
    assert_int_equal(browser_get(b, path), 200);
    assert_true(browser_shows(b, "What a check has to name"));
    assert_true(browser_shows(b, "the licence&#39;s key"));
    p = *now;
    p.name = "Yearly";
    p.duration_seconds = 31556952;
    p.max_machines = 8;
    p.overage = POLICY_OVERAGE_1_25X;
    p.require_check_in = true;
    p.check_in_interval = POLICY_WEEK;
    p.check_in_count = 2;
    p.require_version = true;
    p.max_uses = 0;
    assert_int_equal(browser_post(b, path, typed(b->cx, &p)), 303);
    test_ok(b->cx, policy_get(b->cx, now->id, &now));
    assert_string_equal(typed(b->cx, now), typed(b->cx, &p));
    assert_int_equal(browser_get(b, path), 200);
    assert_true(browser_shows(b, "The policy is changed."));
    p.max_machines = 7;
    p.duration_seconds = 5;
    assert_int_equal(browser_post(b, path, typed(b->cx, &p)), 422);
    assert_true(browser_shows(b, "A duration is at least one day"));
    assert_true(browser_shows(b, "This overage does not fit the limits"));
    assert_true(browser_shows(b, "value=\"5\""));
    assert_int_equal(browser_post(b, path, "name=&maxMachines=many&overageStrategy=SOME"), 422);
    assert_true(browser_shows(b, "A policy needs a name."));
    assert_true(browser_shows(b, "This is a whole number."));
    assert_true(browser_shows(b, "This is none of the choices."));
    test_ok(b->cx, policy_get(b->cx, now->id, &now));
    assert_int_equal(now->max_machines, 8);
}

static void an_entitlement_is_made_attached_renamed_and_removed(void **state)
{
    struct browser *b = browser_open(test_ctx(state));
    struct licence *l = licensing_licence(b->cx, NULL);
    const char *path =
        arena_printf(b->cx->mem, "/desk/policies/%s", id_text(b->cx->mem, l->policy_id));
    struct entitlement *held;
    struct entitlement *e;
    const char *link;
    size_t count;

    browser_staff(b, "administrator", "sam@tilwick.example");
    assert_int_equal(browser_get(b, "/desk/entitlements"), 200);
    assert_true(browser_shows(b, "There are no entitlements yet."));
    assert_int_equal(browser_post(b, "/desk/entitlements", "name=Exchange&code=HQ-EXCHANGE"), 303);
    assert_int_equal(browser_get(b, "/desk/entitlements"), 200);
    assert_true(browser_shows(b, "HQ-EXCHANGE"));
    assert_int_equal(browser_post(b, "/desk/entitlements", "name=Other&code=hq-exchange"), 422);
    assert_true(browser_shows(b, "Another entitlement has this code."));
    test_ok(b->cx, entitlement_find_code(b->cx, "HQ-EXCHANGE", &e));
    link = arena_printf(b->cx->mem, "entitlement=%s", id_text(b->cx->mem, e->id));
    assert_int_equal(browser_get(b, path), 200);
    assert_int_equal(browser_post(b, arena_printf(b->cx->mem, "%s/attach", path), link), 303);
    test_ok(b->cx, entitlement_list(b->cx, l->id, &held, &count));
    assert_int_equal(count, 1);
    assert_int_equal(browser_get(b, path), 200);
    assert_int_equal(browser_post(b, arena_printf(b->cx->mem, "%s/attach", path), link), 303);
    assert_int_equal(browser_get(b, path), 200);
    assert_true(browser_shows(b, "HQ-EXCHANGE"));
    assert_int_equal(browser_post(b, arena_printf(b->cx->mem, "%s/detach", path), link), 303);
    test_ok(b->cx, entitlement_list(b->cx, l->id, &held, &count));
    assert_int_equal(count, 0);
    link = arena_printf(b->cx->mem, "/desk/entitlements/%s", id_text(b->cx->mem, e->id));
    assert_int_equal(browser_get(b, link), 200);
    assert_int_equal(browser_post(b, link, "name=Head+office&code=HQ"), 303);
    test_ok(b->cx, entitlement_get(b->cx, e->id, &e));
    assert_string_equal(e->code, "HQ");
    assert_int_equal(browser_get(b, link), 200);
    assert_int_equal(browser_post(b, arena_printf(b->cx->mem, "%s/remove", link), ""), 303);
    test_refused(b->cx, entitlement_get(b->cx, e->id, &e), &ERR_NOT_FOUND);
}

static void a_product_is_changed_and_goes_with_its_licences(void **state)
{
    struct browser *b = browser_open(test_ctx(state));
    struct licence *l = licensing_licence(b->cx, NULL);
    const char *path =
        arena_printf(b->cx->mem, "/desk/products/%s", id_text(b->cx->mem, l->product_id));
    struct product *p;

    browser_staff(b, "administrator", "sam@tilwick.example");
    assert_int_equal(browser_get(b, path), 200);
    assert_true(browser_shows(b, "Licences of this product: 1"));
    assert_int_equal(browser_post(b, path,
                                  "name=Till&prefix=TIL&code=till&url=https%3A%2F%2Ft.example"
                                  "&distribution=OPEN"),
                     303);
    test_ok(b->cx, product_get(b->cx, l->product_id, &p));
    assert_string_equal(p->name, "Till");
    assert_string_equal(p->url, "https://t.example");
    assert_string_equal(p->distribution, "OPEN");
    assert_int_equal(browser_get(b, path), 200);
    assert_int_equal(browser_post(b, path, "name=Till&prefix=low&distribution=LICENSED"), 422);
    assert_true(browser_shows(b, "A serial&#39;s prefix is"));
    assert_int_equal(browser_post(b, path, "name=Till&prefix=TIL&url=ftp&distribution=LICENSED"),
                     422);
    assert_true(browser_shows(b, "An address begins with https:// or http://."));
    assert_int_equal(browser_post(b, arena_printf(b->cx->mem, "%s/remove", path), ""), 303);
    test_refused(b->cx, product_get(b->cx, l->product_id, &p), &ERR_NOT_FOUND);
    test_refused(b->cx, licence_get(b->cx, l->id, &l), &ERR_NOT_FOUND);
}

static void a_policy_goes_with_its_licences(void **state)
{
    struct browser *b = browser_open(test_ctx(state));
    struct licence *l = licensing_licence(b->cx, NULL);
    const char *path =
        arena_printf(b->cx->mem, "/desk/policies/%s", id_text(b->cx->mem, l->policy_id));

    browser_staff(b, "administrator", "sam@tilwick.example");
    assert_int_equal(browser_get(b, path), 200);
    assert_true(browser_shows(b, "Licences of this policy: 1"));
    assert_int_equal(browser_post(b, arena_printf(b->cx->mem, "%s/remove", path), ""), 303);
    assert_int_equal(browser_get(b, path), 404);
    test_refused(b->cx, licence_get(b->cx, l->id, &l), &ERR_NOT_FOUND);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(a_policy_is_edited_with_all_that_it_has),
        cmocka_unit_test(an_entitlement_is_made_attached_renamed_and_removed),
        cmocka_unit_test(a_product_is_changed_and_goes_with_its_licences),
        cmocka_unit_test(a_policy_goes_with_its_licences),
    };

    return browser_group_run("policy_page", TESTS, COUNT(TESTS));
}
