#include "base/clock.h"
#include "portal/hooks/webhook_endpoint.h"
#include "portal/hooks/webhook_event.h"
#include "tests/portal/pages/test_portal.h"

#include <string.h>

static struct webhook_endpoint *only_endpoint(struct ctx *cx)
{
    struct webhook_endpoint *list;
    size_t count;

    test_as_system(cx);
    test_ok(cx, webhook_endpoint_list(cx, (struct id){{0}}, &list, &count));
    assert_int_equal(count, 1);
    return list;
}

static const char *path_of(struct ctx *cx, const char *act)
{
    return arena_printf(cx->mem, "/desk/settings/webhooks/%s%s",
                        id_text(cx->mem, only_endpoint(cx)->id), act);
}

static void add(struct browser *b)
{
    assert_int_equal(browser_get(b, "/desk/settings/webhooks/new"), 200);
    assert_int_equal(browser_post(b, "/desk/settings/webhooks/new",
                                  "url=https%3A%2F%2Fhooks.example.com%2Fin&api_version=1.8&"
                                  "events=license.created&events=ticket.replied"),
                     303);
}

static void faults_are_told_and_what_was_typed_is_kept(void **state)
{
    struct browser *b = browser_open(test_ctx(state));

    browser_staff(b, "administrator", "sam@tilwick.example");
    assert_int_equal(browser_get(b, "/desk/settings/webhooks"), 200);
    assert_true(browser_shows(b, "No program is told anything yet."));
    assert_int_equal(browser_get(b, "/desk/settings/webhooks/new"), 200);
    assert_int_equal(browser_post(b, "/desk/settings/webhooks/new",
                                  "url=https%3A%2F%2F10.0.0.1%2Fin&api_version=1.8&"
                                  "events=license.created"),
                     422);
    assert_true(browser_shows(b, "not of a private network"));
    assert_true(browser_shows(b, "value=\"https://10.0.0.1/in\""));
    assert_true(browser_shows(b, "value=\"license.created\" checked"));
    assert_int_equal(browser_post(b, "/desk/settings/webhooks/new",
                                  "url=https%3A%2F%2Fhooks.example.com&api_version=1.8"),
                     422);
    assert_true(browser_shows(b, "href=\"#events\""));
}

static void a_webhook_is_added_tested_and_repeated(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct browser *b = browser_open(cx);
    const char *event;

    browser_staff(b, "administrator", "sam@tilwick.example");
    add(b);
    assert_int_equal(browser_get(b, "/desk/settings/webhooks"), 200);
    assert_int_equal(browser_post(b, "/language", "lang=zh"), 303);
    assert_int_equal(browser_get(b, "/desk/settings/webhooks"), 200);
    assert_true(browser_shows(b, "2 个事件"));
    assert_int_equal(browser_get(b, path_of(cx, "")), 200);
    assert_true(browser_shows(b, "还没有投递记录。"));
    assert_int_equal(browser_post(b, path_of(cx, "/test"), ""), 303);
    assert_int_equal(browser_get(b, path_of(cx, "?lang=en")), 200);
    assert_true(browser_shows(b, "webhook.test"));
    assert_true(browser_shows(b, "On its way"));
    assert_false(browser_shows(b, "Send again"));
    test_sql(cx,
             "UPDATE webhook_event SET status = 'FAILED', due_at = NULL, last_code = 500, "
             "last_body = '<b>no</b>' WHERE tenant_id = ?",
             DB_ID(cx->tenant_id));
    assert_int_equal(browser_get(b, path_of(cx, "")), 200);
    assert_true(browser_shows(b, "HTTP 500"));
    assert_true(browser_shows(b, "&lt;b&gt;no"));
    event = test_text(cx, "SELECT id FROM webhook_event WHERE tenant_id = ?", DB_ID(cx->tenant_id));
    assert_int_equal(
        browser_post(b, path_of(cx, "/again"), arena_printf(cx->mem, "event=%s", event)), 303);
    assert_int_equal(test_i64(cx,
                              "SELECT COUNT(*) FROM webhook_event WHERE tenant_id = ? AND "
                              "status = 'DELIVERING' AND attempts = 0",
                              DB_ID(cx->tenant_id)),
                     1);
}

static void what_is_switched_off_says_why_and_is_switched_on_again(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct browser *b = browser_open(cx);

    browser_staff(b, "administrator", "sam@tilwick.example");
    add(b);
    assert_int_equal(browser_get(b, path_of(cx, "")), 200);
    assert_int_equal(browser_post(b, path_of(cx, "/off"), ""), 303);
    assert_int_equal(browser_get(b, path_of(cx, "")), 200);
    assert_true(browser_shows(b, "Somebody here switched it off."));
    assert_int_equal(browser_post(b, path_of(cx, "/test"), ""), 303);
    assert_int_equal(browser_get(b, path_of(cx, "")), 200);
    assert_true(browser_shows(b, "The webhook that this was told to is switched off."));
    assert_int_equal(browser_post(b, path_of(cx, "/on"), ""), 303);
    assert_true(only_endpoint(cx)->is_enabled);
    assert_int_equal(browser_get(b, path_of(cx, "")), 200);
    assert_int_equal(browser_post(b, path_of(cx, ""),
                                  "url=https%3A%2F%2Fother.example.com%2F&api_version=1.5&"
                                  "events=*&events=license.created"),
                     303);
    assert_string_equal(only_endpoint(cx)->url, "https://other.example.com/");
    assert_int_equal(json_array_size(only_endpoint(cx)->subscriptions), 1);
    assert_int_equal(browser_get(b, path_of(cx, "")), 200);
    assert_int_equal(browser_post(b, path_of(cx, "/remove"), ""), 303);
    assert_int_equal(test_i64(cx, "SELECT COUNT(*) FROM webhook_endpoint WHERE tenant_id = ?",
                              DB_ID(cx->tenant_id)),
                     0);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(faults_are_told_and_what_was_typed_is_kept),
        cmocka_unit_test(a_webhook_is_added_tested_and_repeated),
        cmocka_unit_test(what_is_switched_off_says_why_and_is_switched_on_again),
    };

    return browser_group_run("webhook_page", TESTS, COUNT(TESTS));
}
