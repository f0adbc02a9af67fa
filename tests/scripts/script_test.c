/* Rules in the database. Workers are this very program. */
#include "scripts/script.h"
#include "scripts/script_run.h"
#include "scripts/script_worker.h"
#include "scripts/value_list.h"
#include "tests/support/test.h"

#include <string.h>

static struct script_engine engine;
static struct script_offer offer;

static bool look_up(struct ctx *cx, const json_t *grants, const char *name, const json_t *args,
                    const json_t **answer, const char **refusal)
{
    (void)cx, (void)grants, (void)name, (void)args, (void)answer;
    *refusal = "nothing is known here";
    return false;
}

static void make_engine(void)
{
    const struct script_pool_spec spec = {.workers = 1};

    offer = (struct script_offer){.effects = json_pack("[s]", "tag"),
                                  .check_effects = json_pack("[s, s]", "refuse", "fill"),
                                  .lookups = json_pack("[s]", "tenant.list"),
                                  .events = json_pack("[s]", "ticket.created"),
                                  .grants = json_pack("[s]", "ticket.write"),
                                  .look_up = look_up};
    engine = (struct script_engine){.pool = script_pool_make(&spec),
                                    .offer = &offer,
                                    .check_us = 60 * 1000000,
                                    .after_us = 60 * 1000000};
}

static void free_engine(void)
{
    script_pool_free(engine.pool);
    json_decref((json_t *)(uintptr_t)offer.effects);
    json_decref((json_t *)(uintptr_t)offer.check_effects);
    json_decref((json_t *)(uintptr_t)offer.lookups);
    json_decref((json_t *)(uintptr_t)offer.events);
    json_decref((json_t *)(uintptr_t)offer.grants);
}

#define HEAD "return { id = 'r', title = 'R', api = 1, on = { 'ticket.created' },\n"
#define RUN  "run = function(ev, new) if new.x then return tag(new.x) end end,\n"
#define TESTS                                                              \
    "tests = { { name = 'yes', new = { x = 'a' }, effects = tag('a') },\n" \
    "{ name = 'no', new = {}, effects = {} } } }\n"

static bool deploy(struct ctx *cx, const char *text, struct script_version **out)
{
    return script_deploy(cx, &engine, text, strlen(text), "a note", out);
}

static void a_rule_is_stored_and_in_force(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct script_version *v, *active;
    size_t count;

    test_ok(cx, deploy(cx, HEAD RUN TESTS, &v));
    assert_int_equal(v->number, 1);
    assert_string_equal(v->state, "active");
    assert_string_equal(v->script_name, "r");
    assert_string_equal(v->text, HEAD RUN TESTS);
    test_ok(cx, script_list_active(cx, EVENT_TICKET_CREATED, SCRIPT_AFTER, &active, &count));
    assert_int_equal(count, 1);
    assert_true(id_equal(active[0].id, v->id));
    test_ok(cx, script_list_active(cx, EVENT_TICKET_UPDATED, SCRIPT_AFTER, &active, &count));
    assert_int_equal(count, 0);
    test_ok(cx, script_list_active(cx, EVENT_TICKET_CREATED, SCRIPT_CHECK, &active, &count));
    assert_int_equal(count, 0);
    assert_int_equal(test_i64(cx,
                              "SELECT COUNT(*) FROM event WHERE tenant_id = ? AND name = "
                              "'script.deployed'",
                              DB_ID(cx->tenant_id)),
                     1);
    assert_int_equal(test_i64(cx,
                              "SELECT hash = UNHEX(SHA2(text, 256)) FROM script_version WHERE "
                              "tenant_id = ?",
                              DB_ID(cx->tenant_id)),
                     1);
}

static void a_new_version_retires_the_old_one(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct script_version *one, *two, *active;
    size_t count;

    test_ok(cx, deploy(cx, HEAD RUN TESTS, &one));
    test_ok(cx, deploy(cx, HEAD "priority = 5, " RUN TESTS, &two));
    assert_int_equal(two->number, 2);
    test_ok(cx, script_get_version(cx, one->id, &one));
    assert_string_equal(one->state, "retired");
    test_ok(cx, script_list_active(cx, EVENT_TICKET_CREATED, SCRIPT_AFTER, &active, &count));
    assert_int_equal(count, 1);
    assert_int_equal(active[0].number, 2);
}

static void the_same_text_again_changes_nothing_but_the_switch(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct script_version *one, *again;
    struct script *script;

    test_ok(cx, deploy(cx, HEAD RUN TESTS, &one));
    test_ok(cx, deploy(cx, HEAD RUN TESTS, &again));
    assert_true(id_equal(one->id, again->id));
    test_ok(cx, script_switch(cx, one->script_id, false, "by hand"));
    test_ok(cx, script_find(cx, "r", &script));
    assert_false(script->is_on);
    test_ok(cx, deploy(cx, HEAD RUN TESTS, &again));
    assert_true(id_equal(one->id, again->id));
    test_ok(cx, script_find(cx, "r", &script));
    assert_true(script->is_on);
}

static void switching_off_is_told_once(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct script_version *v, *active;
    size_t count;

    test_ok(cx, deploy(cx, HEAD RUN TESTS, &v));
    test_ok(cx, script_switch(cx, v->script_id, false, "by hand"));
    test_ok(cx, script_switch(cx, v->script_id, false, "by hand"));
    assert_int_equal(test_i64(cx,
                              "SELECT COUNT(*) FROM event WHERE tenant_id = ? AND name = "
                              "'script.switched_off'",
                              DB_ID(cx->tenant_id)),
                     1);
    test_ok(cx, script_list_active(cx, EVENT_TICKET_CREATED, SCRIPT_AFTER, &active, &count));
    assert_int_equal(count, 0);
}

static void what_is_wrong_with_a_text_is_said(void **state)
{
    static const struct {
        const char *text;
        const struct err_kind *kind;
        const char *part;
    } CASES[] = {
        {"", &ERR_SCRIPT_TEXT, "must return one table"},
        {"return {", &ERR_SCRIPT_TEXT, "line 1"},
        {"while true do end", &ERR_SCRIPT_TEXT, "too many instructions"},
        {HEAD "}", &ERR_SCRIPT_TEXT, "no function `run`"},
        {"return { id = 'r', title = 'R', api = 9, on = { 'ticket.created' }, " RUN TESTS,
         &ERR_SCRIPT_HEADER, "api"},
        {HEAD "grants = { 'all' }," RUN TESTS, &ERR_SCRIPT_HEADER, "grants"},
        {HEAD RUN "}", &ERR_SCRIPT_TESTS, "at least one test"},
        {HEAD RUN "tests = { { name = 'yes', new = { x = 'a' }, effects = tag('a') } } }",
         &ERR_SCRIPT_TESTS, "at least one test"},
        {HEAD RUN "tests = { { name = 'yes', new = { x = 'a' }, effects = tag('b') } } }",
         &ERR_SCRIPT_TESTS, "yes: expected"},
        {HEAD "run = function(ev, new) return new.a.b end, " TESTS, &ERR_SCRIPT_TESTS,
         "attempt to index"},
        {HEAD "run = function() while true do end end, " TESTS, &ERR_SCRIPT_TESTS,
         "too many instructions"},
        {HEAD "run = function() return tenant.list('x') end, " TESTS, &ERR_SCRIPT_TESTS,
         "no answer for the look-up"},
        {HEAD RUN "tests = { { new = {}, effects = {} } } }", &ERR_SCRIPT_TESTS, "no name"},
        {HEAD RUN "tests = { { name = 'x', new = {} } } }", &ERR_SCRIPT_TESTS,
         "does not say which effects"},
    };
    struct ctx *cx = test_ctx(state);
    struct script_version *v;

    for (size_t i = 0; i < COUNT(CASES); i++) {
        if (deploy(cx, CASES[i].text, &v))
            fail_msg("accepted: %s", CASES[i].text);
        if (cx->err.kind != CASES[i].kind || strstr(cx->err.oper, CASES[i].part) == NULL)
            fail_msg("%s: %s", CASES[i].text, cx->err.oper);
        err_clear(&cx->err);
    }
    assert_int_equal(
        test_i64(cx, "SELECT COUNT(*) FROM script WHERE tenant_id = ?", DB_ID(cx->tenant_id)), 0);
}

static void a_text_has_a_longest_length(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct script_version *v;
    char *text = arena_alloc(cx->mem, SCRIPT_TEXT_MAX + 2);

    memset(text, '-', SCRIPT_TEXT_MAX + 1);
    test_refused(cx, deploy(cx, text, &v), &ERR_SCRIPT_TEXT);
}

static void rules_are_for_those_with_the_right(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct id person = make_person(cx, "A", "a@example.com");
    struct script_version *v;
    struct script *list;
    size_t count;

    test_as_staff(cx, person, RIGHT_DESK);
    test_refused(cx, deploy(cx, HEAD RUN TESTS, &v), &ERR_DENIED);
    test_refused(cx, script_list(cx, &list, &count), &ERR_DENIED);
    test_refused(cx, script_switch(cx, person, false, "x"), &ERR_DENIED);
    test_refused(cx, value_list_set(cx, "l", "a", "b"), &ERR_DENIED);
    test_as_staff(cx, person, RIGHT_RULES);
    test_ok(cx, deploy(cx, HEAD RUN TESTS, &v));
    assert_true(id_equal(v->author_id, person));
    test_ok(cx, script_list(cx, &list, &count));
    assert_int_equal(count, 1);
}

static void another_tenants_rule_is_not_there(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct ctx *other = test_ctx(state);
    struct script_version *v, *active;
    struct script *script;
    size_t count;

    test_ok(cx, deploy(cx, HEAD RUN TESTS, &v));
    test_refused(other, script_get_version(other, v->id, &active), &ERR_NOT_FOUND);
    test_ok(other, script_find(other, "r", &script));
    assert_null(script);
    test_ok(other, script_list_active(other, EVENT_TICKET_CREATED, SCRIPT_AFTER, &active, &count));
    assert_int_equal(count, 0);
    test_ok(other, script_switch(other, v->script_id, false, "x"));
    test_ok(cx, script_find(cx, "r", &script));
    assert_true(script->is_on);
}

enum { DEPLOYERS = 4 };

static void deploy_one(struct ctx *cx, unsigned index, void *arg)
{
    bool *done = arg;
    struct script_version *v;

    done[index] = deploy(cx, arena_printf(cx->mem, HEAD "priority = %u, " RUN TESTS, index), &v);
}

static void deployments_at_once_take_turns(void **state)
{
    struct ctx *cx = test_ctx(state);
    bool done[DEPLOYERS] = {false};

    test_threads(cx, DEPLOYERS, deploy_one, done);
    for (int i = 0; i < DEPLOYERS; i++)
        assert_true(done[i]);
    assert_int_equal(test_i64(cx, "SELECT MAX(number) FROM script_version WHERE tenant_id = ?",
                              DB_ID(cx->tenant_id)),
                     DEPLOYERS);
    assert_int_equal(test_i64(cx,
                              "SELECT COUNT(*) FROM script_version WHERE tenant_id = ? AND "
                              "state = 'active'",
                              DB_ID(cx->tenant_id)),
                     1);
}

static void deploy_check(struct ctx *cx, const char *name, const char *body)
{
    struct script_version *v;
    const char *text = arena_printf(
        cx->mem,
        "return { id = '%s', title = 'C', api = 1, on = { 'ticket.created' }, phase = 'check',\n"
        "run = function(ev, new) if new.t == 1 then return {} end\n"
        "if new.t == 2 then return fill { field = 'x', value = 1 } end\n%s end,\n"
        "tests = { { name = 'a', new = { t = 1 }, effects = {} },\n"
        "{ name = 'b', new = { t = 2 }, effects = fill { field = 'x', value = 1 } } } }",
        name, body);

    test_ok(cx, deploy(cx, text, &v));
}

static void a_check_rule_refuses_or_fills_and_a_failing_one_accepts(void **state)
{
    struct ctx *cx = test_ctx(state);
    json_t *new = json_own(cx->mem, json_pack("{s:s}", "subject", "x"));
    struct script_check answer;

    test_ok(cx, script_run_check(cx, NULL, EVENT_TICKET_CREATED, new, &answer));
    assert_false(answer.is_refused);
    test_ok(cx, script_run_check(cx, &engine, EVENT_TICKET_CREATED, new, &answer));
    assert_false(answer.is_refused);
    deploy_check(cx, "a_fails", "while true do end");
    deploy_check(cx, "b_fills", "return fill { field = 'level', value = 2 }");
    test_ok(cx, script_run_check(cx, &engine, EVENT_TICKET_CREATED, new, &answer));
    assert_false(answer.is_refused);
    assert_int_equal(json_get_i64(answer.fill, "level", 0), 2);
    deploy_check(cx, "c_refuses", "return refuse { field = 'subject', text = 'Say more.' }");
    deploy_check(cx, "d_never", "return refuse { field = 'other', text = 'no' }");
    test_ok(cx, script_run_check(cx, &engine, EVENT_TICKET_CREATED, new, &answer));
    assert_true(answer.is_refused);
    assert_string_equal(answer.field, "subject");
    assert_string_equal(answer.text, "Say more.");
}

static void a_check_rule_that_keeps_failing_is_switched_off(void **state)
{
    struct ctx *cx = test_ctx(state);
    json_t *bad = json_own(cx->mem, json_pack("{s:s}", "subject", "bad"));
    json_t *good = json_own(cx->mem, json_pack("{s:s}", "subject", "good"));
    struct script_check answer;
    struct script *script;

    deploy_check(cx, "fails", "if new.subject == 'good' then return {} end error('no')");
    for (int i = 0; i < SCRIPT_FAILURES_MAX - 1; i++)
        test_ok(cx, script_run_check(cx, &engine, EVENT_TICKET_CREATED, bad, &answer));
    test_ok(cx, script_run_check(cx, &engine, EVENT_TICKET_CREATED, good, &answer));
    test_ok(cx, script_find(cx, "fails", &script));
    assert_true(script->is_on);
    assert_int_equal(script->failures, 0);
    for (int i = 0; i < SCRIPT_FAILURES_MAX; i++)
        test_ok(cx, script_run_check(cx, &engine, EVENT_TICKET_CREATED, bad, &answer));
    test_ok(cx, script_find(cx, "fails", &script));
    assert_false(script->is_on);
}

static void lists_are_kept_by_tenant(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct ctx *other = test_ctx(state);
    json_t *list;

    test_ok(cx, value_list_set(cx, "city_team", "Bath", "South"));
    test_ok(cx, value_list_set(cx, "city_team", "Bath", "West"));
    test_ok(cx, value_list_set(cx, "city_team", "上海", "华东"));
    test_ok(cx, value_list_set(cx, "city_team", "York", "North"));
    test_ok(cx, value_list_set(cx, "city_team", "York", NULL));
    test_ok(cx, value_list_get(cx, "city_team", &list));
    assert_string_equal(json_write(cx->mem, list), "{\"Bath\":\"West\",\"上海\":\"华东\"}");
    test_ok(other, value_list_get(other, "city_team", &list));
    assert_int_equal(json_object_size(list), 0);
    test_refused(cx, value_list_set(cx, "city_team", "", "x"), &ERR_INVALID);
    test_refused(cx, value_list_set(cx, "", "x", "x"), &ERR_INVALID);
}

int main(int argc, char **argv)
{
    static const struct CMUnitTest SCRIPT_TESTS[] = {
        cmocka_unit_test(a_rule_is_stored_and_in_force),
        cmocka_unit_test(a_new_version_retires_the_old_one),
        cmocka_unit_test(the_same_text_again_changes_nothing_but_the_switch),
        cmocka_unit_test(switching_off_is_told_once),
        cmocka_unit_test(what_is_wrong_with_a_text_is_said),
        cmocka_unit_test(a_text_has_a_longest_length),
        cmocka_unit_test(rules_are_for_those_with_the_right),
        cmocka_unit_test(another_tenants_rule_is_not_there),
        cmocka_unit_test(deployments_at_once_take_turns),
        cmocka_unit_test(a_check_rule_refuses_or_fills_and_a_failing_one_accepts),
        cmocka_unit_test(a_check_rule_that_keeps_failing_is_switched_off),
        cmocka_unit_test(lists_are_kept_by_tenant),
    };
    int failed;

    if (argc > 1 && strcmp(argv[1], "script-worker") == 0)
        return script_worker_main();
    make_engine();
    failed = test_group_run("script", SCRIPT_TESTS, COUNT(SCRIPT_TESTS));
    free_engine();
    return failed;
}
