/* The rules that come with the program, against what the program offers. */
#include "base/clock.h"
#include "portal/desk/approval.h"
#include "portal/desk/ticket_rule.h"
#include "portal/field/custom_value.h"
#include "portal/script_replay.h"
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

#define RULE(body)                                                                 \
    "return { id = 'r', title = 'R', api = 1, on = { 'ticket.created' },\n"        \
    "grants = { 'ticket.write' }, run = function(ev, new)\n" body                  \
    "\nend,\n"                                                                     \
    "tests = { { name = 'a', new = { subject = 'yes' }, effects = tag('yes') },\n" \
    "{ name = 'b', new = { subject = '-' }, effects = {} } } }"

static void replaying_tells_what_would_differ_and_writes_nothing(void **state)
{
    static const char NOW[] = RULE("if new.subject == 'yes' then return tag('yes') end");
    static const char NEXT[] = RULE(
        "if new.subject == 'yes' then return tag('yes') end\n"
        "if new.subject == 'more' then return tag('more') end\n"
        "if new.subject == 'bad' then error('oh') end");
    struct ctx *cx = test_ctx(state);
    struct desk d = desk_make(cx);
    struct script_version *version;
    struct script_replay replay;

    test_ok(cx, script_deploy(cx, engine, NOW, strlen(NOW), "", &version));
    desk_file(cx, &d, "yes");
    desk_file(cx, &d, "more");
    desk_file(cx, &d, "bad");
    test_as_system(cx);
    test_ok(cx, script_replay(cx, engine, NOW, strlen(NOW), 100, &replay));
    assert_int_equal(replay.events, 3);
    assert_int_equal(json_array_size(replay.different), 0);
    test_ok(cx, script_replay(cx, engine, NEXT, strlen(NEXT), 100, &replay));
    assert_string_equal(replay.name, "r");
    assert_int_equal(replay.failed, 1);
    assert_int_equal(json_array_size(replay.different), 2);
    json_t *more = json_array_get(replay.different, 0);
    assert_string_equal(json_write(cx->mem, json_object_get(more, "was")), "[]");
    assert_string_equal(json_write(cx->mem, json_object_get(more, "would")),
                        "[{\"args\":\"more\",\"effect\":\"tag\"}]");
    json_t *bad = json_object_get(json_array_get(replay.different, 1), "would");
    assert_string_equal(json_get_text(bad, "error", ""), "oh");
    test_ok(cx, script_replay(cx, engine, NEXT, strlen(NEXT), 1, &replay));
    assert_int_equal(replay.events, 1);
    assert_int_equal(test_i64(cx, "SELECT COUNT(*) FROM script_version WHERE tenant_id = ?",
                              DB_ID(cx->tenant_id)),
                     1);
    assert_int_equal(
        test_i64(cx, "SELECT COUNT(*) FROM script_run WHERE tenant_id = ?", DB_ID(cx->tenant_id)),
        0);
    desk_as_priya(cx, &d);
    test_refused(cx, script_replay(cx, engine, NEXT, strlen(NEXT), 1, &replay), &ERR_DENIED);
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

static json_t *set(struct ctx *cx, const char *field, json_t *value)
{
    return json_own(cx->mem, json_pack("[{s:s, s:{s:s, s:o}}]", "effect", "set", "args", "field",
                                       field, "value", value));
}

static void a_rule_sets_a_field_of_the_tenants_own(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct desk d = desk_make(cx);
    struct custom_field till = {.code = "till",
                                .label = "Till",
                                .label_zh = "",
                                .hint = "",
                                .hint_zh = "",
                                .kind = FIELD_NUMBER};
    const struct script_input input = {.kind = EVENT_TICKET_CREATED,
                                       .subject_id = desk_file(cx, &d, "one")};
    json_t *grants = json_own(cx->mem, json_pack("[s]", "ticket.write")), *fields;
    const char *effect;

    test_as_system(cx);
    test_ok(cx, custom_field_save(cx, &till));
    test_ok(cx,
            script_api_apply(cx, grants, &input, set(cx, "fields.till", json_integer(3)), &effect));
    test_ok(cx, custom_value_all(cx, input.subject_id, &fields));
    assert_int_equal(json_get_i64(fields, "till", 0), 3);
    test_refused(
        cx, script_api_apply(cx, grants, &input, set(cx, "fields.till", json_string("x")), &effect),
        &ERR_FIELD_VALUE);
    test_refused(
        cx, script_api_apply(cx, grants, &input, set(cx, "fields.kettle", json_true()), &effect),
        &ERR_FIELD_UNKNOWN);
    test_ok(cx, script_api_apply(cx, grants, &input, set(cx, "fields.till", json_null()), &effect));
    test_ok(cx, custom_value_all(cx, input.subject_id, &fields));
    assert_int_equal(json_object_size(fields), 0);
}

static json_t *ask_for(struct ctx *cx, const char *person, const char *kind)
{
    return json_own(cx->mem,
                    json_pack("[{s:s, s:{s:s, s:s, s:s, s:i}}]", "effect", "approve_by", "args",
                              "person", person, "kind", kind, "text", "Ten per cent?", "days", 3));
}

static void a_rule_asks_for_an_approval_once_and_hears_of_the_decision(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct desk d = desk_make(cx);
    const struct script_input input = {.kind = EVENT_TICKET_CREATED,
                                       .subject_id = desk_file(cx, &d, "one")};
    json_t *grants = json_own(cx->mem, json_pack("[s]", "ticket.write"));
    struct event event = {.kind = EVENT_TICKET_APPROVED, .actor_kind = "staff"};
    struct script_input heard;
    struct approval *list;
    const char *effect;
    size_t count;

    test_sql(cx,
             "INSERT INTO role_right (tenant_id, role_id, name) SELECT tenant_id, id, 'desk' FROM "
             "role WHERE tenant_id = ?",
             DB_ID(cx->tenant_id));
    test_as_system(cx);
    test_refused(cx, script_api_apply(cx, NULL, &input, ask_for(cx, "x", "order"), &effect),
                 &ERR_SCRIPT_GRANT);
    test_refused(cx, script_api_apply(cx, grants, &input, ask_for(cx, "x", "order"), &effect),
                 &ERR_SCRIPT_EFFECT);
    test_refused(
        cx,
        script_api_apply(cx, grants, &input, ask_for(cx, "anna@marlow.example", "order"), &effect),
        &ERR_INVALID);
    test_refused(
        cx,
        script_api_apply(cx, grants, &input, ask_for(cx, "dan@tilwick.example", "wish"), &effect),
        &ERR_INVALID);
    for (int i = 0; i < 2; i++)
        test_ok(cx, script_api_apply(cx, grants, &input,
                                     ask_for(cx, "dan@tilwick.example", "order"), &effect));
    test_ok(cx, approval_of_ticket(cx, input.subject_id, &list, &count));
    assert_int_equal(count, 1);
    assert_true(id_is_zero(list[0].asked_by));
    assert_int_equal(list[0].due_at, cx->now + 3 * CLOCK_DAY);
    test_as_staff(cx, d.dan, RIGHT_DESK);
    test_ok(cx, approval_decide(cx, list[0].id, true, NULL));
    test_as_system(cx);
    event.data =
        test_text(cx, "SELECT data FROM event WHERE tenant_id = ? AND name = 'ticket.approved'",
                  DB_ID(cx->tenant_id));
    assert_int_equal(test_i64(cx,
                              "SELECT COUNT(*) FROM event_delivery x JOIN event e ON e.tenant_id = "
                              "x.tenant_id AND e.id = x.event_id WHERE x.tenant_id = ? AND "
                              "x.consumer = 'rules' AND e.name = 'ticket.approved'",
                              DB_ID(cx->tenant_id)),
                     1);
    test_ok(cx, script_api_input(cx, &event, &heard));
    assert_string_equal(json_get_text(json_object_get(heard.event, "approval"), "kind", ""),
                        "order");
}

int main(int argc, char **argv)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(every_stock_rule_passes_its_tests),
        cmocka_unit_test(lookups_answer_for_the_tenant_alone),
        cmocka_unit_test(a_question_in_the_wrong_shape_is_refused),
        cmocka_unit_test(replaying_tells_what_would_differ_and_writes_nothing),
        cmocka_unit_test(a_rule_sets_a_field_of_the_tenants_own),
        cmocka_unit_test(a_rule_asks_for_an_approval_once_and_hears_of_the_decision),
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
