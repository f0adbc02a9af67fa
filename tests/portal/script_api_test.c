/* The rules that come with the program, against what the program offers. */
#include "portal/desk/ticket_rule.h"
#include "portal/script_api.h"
#include "scripts/script_stock.h"
#include "scripts/script_worker.h"
#include "scripts/value_list.h"
#include "tests/portal/desk/desk_frame.h"

#include <string.h>

static struct script_engine *engine;

static void every_stock_rule_passes_its_tests(void **state)
{
    struct ctx *cx = test_ctx(state);

    assert_true(SCRIPT_STOCK_COUNT >= 3);
    for (size_t i = 0; i < SCRIPT_STOCK_COUNT; i++) {
        json_t *header;
        size_t tests = 0;

        if (!script_examine(cx, engine, SCRIPT_STOCK[i].text, strlen(SCRIPT_STOCK[i].text), &header,
                            &tests))
            fail_msg("%s: %s", SCRIPT_STOCK[i].name, cx->err.oper);
        assert_string_equal(json_get_text(header, "id", ""), SCRIPT_STOCK[i].name);
        assert_true(tests >= 2);
        assert_string_not_equal(script_header_title(header, "zh"),
                                script_header_title(header, "en"));
    }
}

static bool ask(struct ctx *cx, const char *name, json_t *args, const json_t **answer)
{
    const char *refusal = "";

    json_own(cx->mem, args);
    return engine->offer->look_up(cx, NULL, name, args, answer, &refusal);
}

static void lookups_answer_for_the_tenant_alone(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct ctx *other = test_ctx(state);
    struct desk d = desk_make(cx);
    struct desk e = desk_make(other);
    const json_t *answer;

    desk_file(cx, &d, "one");
    desk_file(cx, &d, "two");
    desk_file(other, &e, "three");
    test_as_system(cx);
    assert_true(ask(cx, "count.tickets",
                    json_pack("[{s:s}]", "organisation", id_text(cx->mem, d.organisation)),
                    &answer));
    assert_int_equal(json_integer_value(answer), 2);
    assert_true(
        ask(cx, "count.tickets", json_pack("[{s:b, s:i}]", "open", true, "days", 7), &answer));
    assert_int_equal(json_integer_value(answer), 2);
    assert_true(ask(cx, "count.tickets", json_pack("[{s:s}]", "topic", "nothing"), &answer));
    assert_int_equal(json_integer_value(answer), 0);
    test_ok(cx, value_list_set(cx, "l", "a", "b"));
    assert_true(ask(cx, "tenant.list", json_pack("[s]", "l"), &answer));
    assert_string_equal(json_write(cx->mem, answer), "{\"a\":\"b\"}");
    assert_true(ask(other, "tenant.list", json_pack("[s]", "l"), &answer));
    assert_int_equal(json_object_size(answer), 0);
    assert_null(cx->err.kind);
}

static void a_question_in_the_wrong_shape_is_refused(void **state)
{
    struct ctx *cx = test_ctx(state);
    const json_t *answer;

    assert_false(ask(cx, "tenant.list", json_array(), &answer));
    assert_false(ask(cx, "tenant.list", json_pack("[i]", 1), &answer));
    assert_false(ask(cx, "count.tickets", json_pack("[{s:s}]", "organisation", "x"), &answer));
    assert_false(ask(cx, "count.tickets", json_pack("[{s:i}]", "days", -1), &answer));
    assert_false(ask(cx, "person.password", json_array(), &answer));
    assert_null(cx->err.kind);
}

static void a_failed_rule_never_takes_a_ticket_from_its_team(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct desk d = desk_make(cx);
    struct id id = desk_file(cx, &d, "x");
    struct ticket *t;

    test_as_system(cx);
    test_sql(cx, "INSERT INTO team (tenant_id, id, name, is_default) VALUES (?, ?, 'Front', TRUE)",
             DB_ID(cx->tenant_id), DB_ID(ctx_new_id(cx)));
    test_ok(cx, ticket_set_team(cx, id, d.team));
    test_ok(cx, ticket_rule_fall_back(cx, id));
    test_ok(cx, ticket_get(cx, id, &t));
    assert_true(t->needs_review);
    assert_true(id_equal(t->team_id, d.team));
}

int main(int argc, char **argv)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(every_stock_rule_passes_its_tests),
        cmocka_unit_test(lookups_answer_for_the_tenant_alone),
        cmocka_unit_test(a_question_in_the_wrong_shape_is_refused),
        cmocka_unit_test(a_failed_rule_never_takes_a_ticket_from_its_team),
    };
    static const struct config CONFIG = {
        .script_workers = 1, .script_check_ms = 60000, .script_after_ms = 60000};
    int failed;

    if (argc > 1 && strcmp(argv[1], "script-worker") == 0)
        return script_worker_main();
    engine = script_api_make(&CONFIG);
    failed = test_group_run("script_api", TESTS, COUNT(TESTS));
    script_api_free(engine);
    return failed;
}
