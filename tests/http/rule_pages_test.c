/* What people see of rules. Workers are this very program. */
#include "base/clock.h"
#include "portal/jobs/outbox.h"
#include "portal/script_api.h"
#include "scripts/script_worker.h"
#include "tests/http/site.h"
#include "tests/portal/desk/desk_frame.h"

#include <string.h>

static struct script_engine *engine;

static int start(void **state)
{
    static const struct config CONFIG = {
        .script_workers = 1, .script_check_ms = 60000, .script_after_ms = 60000};

    if (site_start(state) != 0)
        return -1;
    engine = script_api_make(&CONFIG);
    site_rules(engine);
    return 0;
}

static int stop(void **state)
{
    int failed = site_stop(state);

    script_api_free(engine);
    return failed;
}

static void deploy(struct ctx *cx, const char *name, const char *more, const char *body)
{
    struct script_version *version;
    const char *text =
        arena_printf(cx->mem,
                     "return { id = '%s', title = { en = '%s rule', zh = '%s规则' }, api = 1,\n"
                     "on = { 'ticket.created' }, grants = { 'ticket.write', 'note' }, %s\n"
                     "run = function(ev, new)\n%s\nend }",
                     name, name, name, more, body);

    test_ok(cx, script_deploy(cx, engine, text, strlen(text), "", &version));
}

#define AFTER_TESTS                                                  \
    "tests = { { name = 'a', new = { topic = 'x' }, effects = {} }," \
    "{ name = 'b', new = { topic = 'test' }, effects = tag('t') } },"
#define AFTER_BODY                            \
    "if new.topic == 'x' then return {} end " \
    "if new.topic == 'test' then return tag('t') end "

static void work(struct ctx *cx)
{
    struct ctx *jobs = test_again(cx);
    unsigned worked = 1;

    for (int i = 0; i < 20 && worked > 0; i++) {
        jobs->now = clock_now(); /* requests have the real clock */
        test_ok(jobs, outbox_work(jobs, engine, &worked));
    }
}

static void staff_see_what_rules_did_and_customers_do_not(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct desk d = desk_make(cx);
    struct site_user priya, anna;
    struct site_answer a;
    struct id id;

    site_open(cx);
    test_sql(cx,
             "INSERT INTO role_right (tenant_id, role_id, name) SELECT tenant_id, id, 'desk' FROM "
             "role WHERE tenant_id = ?",
             DB_ID(cx->tenant_id));
    deploy(cx, "good", AFTER_TESTS, AFTER_BODY "return { tag('seen'), note('by a rule') }");
    deploy(cx, "loops", AFTER_TESTS, AFTER_BODY "while true do end");
    deploy(cx, "wants", AFTER_TESTS, AFTER_BODY "return route('<b>Nowhere</b>')");
    id = desk_file(cx, &d, "Till");
    work(cx);

    priya = site_sign_in(cx, d.priya);
    a = site_get(cx, &priya, site_path(cx, "/desk/tickets/%s", id));
    assert_int_equal(a.status, 200);
    site_shows(&a, "good rule");
    site_shows(&a, "Tags added: seen");
    site_shows(&a, "Internal note: by a rule");
    site_shows(&a, "Cut off: it ran in circles");
    site_shows(&a, "Line 4: stopped: too many instructions");
    site_shows(&a, "Refused: it asked for something that is not possible");
    site_shows(&a, "&lt;b&gt;Nowhere&lt;/b&gt;");
    site_hides(&a, "<b>Nowhere</b>");
    site_shows(&a, "Needs review");

    anna = site_sign_in(cx, d.anna);
    a = site_get(cx, &anna, site_path(cx, "/tickets/%s", id));
    assert_int_equal(a.status, 200);
    site_hides(&a, "good rule");
    site_hides(&a, "Cut off");
    site_hides(&a, "Needs review");

    test_sql(cx, "UPDATE person SET language = 'zh' WHERE tenant_id = ?", DB_ID(cx->tenant_id));
    priya = site_sign_in(cx, d.priya);
    a = site_get(cx, &priya, site_path(cx, "/desk/tickets/%s", id));
    site_shows(&a, "good规则");
    site_shows(&a, "已添加标签：seen");
    site_shows(&a, "已中止：规则陷入循环");
    site_shows(&a, "第 4 行：");
}

static void a_check_rule_speaks_on_the_form_and_nothing_is_filed(void **state)
{
    static const char FORM[] = "topic=fault&subject=Till&impact=2&city=Bath&request_key=k1&text=";
    struct ctx *cx = test_ctx(state);
    struct desk d = desk_make(cx);
    struct site_user anna;
    struct site_answer a;

    site_open(cx);
    deploy(
        cx, "more",
        "phase = 'check', tests = { { name = 'a', new = { text = 'long enough' }, effects = {} },"
        "{ name = 'b', new = { text = 'x' },"
        "effects = refuse { field = 'text', text = 'Please say a little more.' } } },",
        "if #new.text < 5 then"
        " return refuse { field = 'text', text = 'Please say a little more.' } end");
    anna = site_sign_in(cx, d.anna);
    a = site_post(cx, &anna, "/tickets/new", arena_printf(cx->mem, "%sx", FORM));
    assert_int_equal(a.status, 422);
    site_shows(&a, "Please say a little more.");
    site_shows(&a, "Till");
    assert_int_equal(
        test_i64(cx, "SELECT COUNT(*) FROM ticket WHERE tenant_id = ?", DB_ID(cx->tenant_id)), 0);
    a = site_post(cx, &anna, "/tickets/new", arena_printf(cx->mem, "%slong+enough", FORM));
    assert_int_equal(a.status, 303);
    assert_int_equal(
        test_i64(cx, "SELECT COUNT(*) FROM ticket WHERE tenant_id = ?", DB_ID(cx->tenant_id)), 1);
}

int main(int argc, char **argv)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(staff_see_what_rules_did_and_customers_do_not),
        cmocka_unit_test(a_check_rule_speaks_on_the_form_and_nothing_is_filed),
    };

    if (argc > 1 && strcmp(argv[1], "script-worker") == 0)
        return script_worker_main();
    return test_group_run_around("rule_pages", TESTS, COUNT(TESTS), start, stop);
}
