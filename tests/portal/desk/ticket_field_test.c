#include "portal/desk/ticket_field.h"
#include "portal/desk/ticket_split.h"
#include "tests/portal/desk/desk_frame.h"

#include <string.h>

struct fields { /* "till" for faults, required and the customer's; "cause", staff's, asked when
                   solved */
    struct id till, cause;
};

static struct fields make_fields(struct ctx *cx)
{
    struct custom_field till = {.subject = FIELD_TICKET,
                                .code = "till",
                                .label = "Till",
                                .label_zh = "收银台",
                                .hint = "",
                                .hint_zh = "",
                                .kind = FIELD_NUMBER,
                                .is_required = true,
                                .access = FIELD_WRITE,
                                .topics = {"fault"},
                                .topic_count = 1};
    struct custom_field cause = {.subject = FIELD_TICKET,
                                 .code = "cause",
                                 .label = "Cause",
                                 .label_zh = "",
                                 .hint = "",
                                 .hint_zh = "",
                                 .kind = FIELD_TEXT,
                                 .access = FIELD_NONE};

    cause.conditions[FIELD_REQUIRE][0] =
        (struct field_condition){.looks_at = FIELD_AT_STATUS, .test = FIELD_IS, .value = "solved"};
    cause.condition_count[FIELD_REQUIRE] = 1;
    test_ok(cx, custom_field_save(cx, &till));
    test_ok(cx, custom_field_save(cx, &cause));
    return (struct fields){till.id, cause.id};
}

static const json_t *given(struct ctx *cx, const char *code, const char *value)
{
    return json_own(cx->mem, json_pack("{s:s}", code, value));
}

static bool file(struct ctx *cx, const char *source, const char *topic, const json_t *fields,
                 struct ticket **out)
{
    const struct ticket_new what = {.source = source,
                                    .subject = "Receipt printer stops",
                                    .text = "It prints two receipts and stops.",
                                    .topic = topic,
                                    .fields = fields};

    return ticket_create(cx, &what, out);
}

static void page_and_api_are_refused_without_what_is_required(void **state)
{
    static const char *const SOURCES[] = {"portal", "api", "desk"};
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    struct ticket *t;

    make_fields(cx);
    for (size_t i = 0; i < COUNT(SOURCES); i++) {
        desk_as_anna(cx, &d);
        assert_false(file(cx, SOURCES[i], "fault", NULL, &t));
        assert_string_equal(cx->err.source, "fields.till");
        assert_string_equal(cx->err.arg, "Till");
        test_refused(cx, false, &ERR_FIELD_REQUIRED);
        test_refused(cx, file(cx, SOURCES[i], "fault", given(cx, "till", "three"), &t),
                     &ERR_FIELD_VALUE);
        test_refused(cx, file(cx, SOURCES[i], "fault", given(cx, "cause", "dust"), &t),
                     &ERR_FIELD_UNKNOWN);
        test_refused(cx, file(cx, SOURCES[i], "fault", given(cx, "nothing", "x"), &t),
                     &ERR_FIELD_UNKNOWN);
    }
    test_as_system(cx);
    assert_int_equal(
        test_i64(cx, "SELECT COUNT(*) FROM ticket WHERE tenant_id = ?", DB_ID(cx->tenant_id)), 0);
}

static void what_the_topic_does_not_ask_is_not_kept(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    struct ticket *t;

    make_fields(cx);
    desk_as_anna(cx, &d);
    test_ok(cx, file(cx, "portal", "question", given(cx, "till", "3"), &t));
    test_ok(cx, ticket_field_load(cx, &t, 1));
    assert_int_equal(json_object_size(t->fields), 0);
    test_ok(cx, file(cx, "portal", "fault", given(cx, "till", "3"), &t));
    test_ok(cx, ticket_field_load(cx, &t, 1));
    assert_int_equal(json_get_i64(t->fields, "till", 0), 3);
    assert_false(t->fields_missing);
}

static void a_mail_is_never_lost_for_a_field(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    struct ticket *t;

    make_fields(cx);
    test_as_system(cx);
    test_ok(cx, file(cx, "mail", "fault", NULL, &t));
    assert_true(t->fields_missing);
    /* the next edit asks */
    desk_as_priya(cx, &d);
    test_refused(cx, ticket_field_set(cx, t->id, given(cx, "cause", "dust")), &ERR_FIELD_REQUIRED);
    test_ok(cx, ticket_field_set(cx, t->id, given(cx, "till", "4")));
    test_ok(cx, ticket_get(cx, t->id, &t));
    assert_false(t->fields_missing);
}

static void a_rule_is_held_to_the_table_but_not_asked(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct ticket *t;

    desk_make(cx);
    make_fields(cx);
    test_as_system(cx);
    test_ok(cx, file(cx, "mail", "fault", NULL, &t));
    test_ok(cx, ticket_field_set(cx, t->id, given(cx, "cause", "dust")));
    test_refused(cx, ticket_field_set(cx, t->id, given(cx, "till", "x")), &ERR_FIELD_VALUE);
    test_ok(cx, ticket_get(cx, t->id, &t));
    assert_true(t->fields_missing);
}

static void a_state_asks_for_what_it_requires(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    struct ticket_values both = {.status = "solved"};
    struct ticket *t;

    make_fields(cx);
    desk_as_anna(cx, &d);
    test_ok(cx, file(cx, "portal", "fault", given(cx, "till", "3"), &t));
    desk_as_priya(cx, &d);
    test_refused(cx, ticket_set_status(cx, t->id, "solved"), &ERR_TICKET_FIELD);
    both.fields = given(cx, "cause", "dust");
    test_ok(cx, ticket_set_values(cx, t->id, &both));
    test_ok(cx, ticket_get(cx, t->id, &t));
    assert_int_equal(t->category, TICKET_SOLVED);
}

static void the_customer_reads_what_is_his_and_the_trail_has_both(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    struct ticket *t;
    const char *text;

    make_fields(cx);
    desk_as_anna(cx, &d);
    test_ok(cx, file(cx, "portal", "fault", given(cx, "till", "3"), &t));
    desk_as_priya(cx, &d);
    test_ok(cx, ticket_field_set(cx, t->id, given(cx, "cause", "dust")));
    test_ok(cx, ticket_field_load(cx, &t, 1));
    assert_string_equal(json_get_text(t->fields, "cause", ""), "dust");
    desk_as_anna(cx, &d);
    test_ok(cx, ticket_field_load(cx, &t, 1));
    assert_null(json_object_get(t->fields, "cause"));
    assert_int_equal(json_get_i64(t->fields, "till", 0), 3);
    desk_as_eve(cx, &d);
    test_refused(cx, ticket_field_set(cx, t->id, given(cx, "till", "5")), &ERR_NOT_FOUND);
    test_as_system(cx);
    text = test_text(cx,
                     "SELECT data FROM event WHERE tenant_id = ? AND subject_id = ? AND name = "
                     "'ticket.updated'",
                     DB_ID(cx->tenant_id), DB_ID(t->id));
    assert_non_null(strstr(text, "\"fields\":{\"till\":3}"));
    assert_non_null(strstr(text, "\"fields\":{\"till\":3,\"cause\":\"dust\"}"));
}

static void a_topic_that_asks_more_marks_the_ticket(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    struct ticket *t;

    make_fields(cx);
    desk_as_anna(cx, &d);
    test_ok(cx, file(cx, "portal", "question", NULL, &t));
    desk_as_priya(cx, &d);
    test_ok(cx, ticket_set_topic(cx, t->id, "fault"));
    test_ok(cx, ticket_get(cx, t->id, &t));
    assert_true(t->fields_missing);
    test_ok(cx, ticket_set_topic(cx, t->id, "question"));
    test_ok(cx, ticket_get(cx, t->id, &t));
    assert_false(t->fields_missing);
}

static const char *kept(struct ctx *cx, struct id ticket)
{
    return test_text(cx,
                     "SELECT COALESCE(GROUP_CONCAT(value ORDER BY value), '') FROM custom_value "
                     "WHERE tenant_id = ? AND subject_id = ?",
                     DB_ID(cx->tenant_id), DB_ID(ticket));
}

static void a_part_takes_the_fields_that_belong_to_it(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    struct fields f = make_fields(cx);
    struct custom_field *cause;
    struct id message, part;
    struct ticket *t;

    test_ok(cx, custom_field_get(cx, f.cause, &cause));
    cause->conditions[FIELD_SHOW][0] =
        (struct field_condition){.looks_at = FIELD_AT_STATUS, .test = FIELD_IS, .value = "solved"};
    cause->condition_count[FIELD_SHOW] = 1;
    test_ok(cx, custom_field_save(cx, cause));
    desk_as_anna(cx, &d);
    test_ok(cx, file(cx, "portal", "fault", given(cx, "till", "3"), &t));
    test_ok(cx, ticket_reply(cx, t->id, "And the scanner.", NULL, &message));
    test_sql(cx,
             "UPDATE ticket SET status = 'solved', category = 'solved' WHERE tenant_id = ? AND id "
             "= ?",
             DB_ID(cx->tenant_id), DB_ID(t->id));
    desk_as_priya(cx, &d);
    test_ok(cx, ticket_field_set(cx, t->id, given(cx, "cause", "dust")));
    assert_string_equal(kept(cx, t->id), "3,dust");
    test_ok(cx, ticket_split(cx, t->id, &message, 1, "The scanner", &part));
    assert_string_equal(kept(cx, part), "3"); /* an open ticket has no cause */
    assert_string_equal(kept(cx, t->id), "3,dust");
    test_ok(cx, ticket_get(cx, part, &t));
    assert_false(t->fields_missing);
    test_sql(cx, "DELETE FROM custom_value WHERE tenant_id = ? AND subject_id = ?",
             DB_ID(cx->tenant_id), DB_ID(part));
    test_ok(cx, ticket_note(cx, part, "A second word.", &message));
    test_ok(cx, ticket_split(cx, part, &message, 1, "A second part", &part));
    test_ok(cx, ticket_get(cx, part, &t));
    assert_string_equal(kept(cx, part), "");
    assert_true(t->fields_missing); /* the till is asked of a fault */
}

static bool set_till(struct ctx *cx, void *arg)
{
    const struct id *id = arg;

    return ticket_field_set(cx, *id, given(cx, "till", "7"));
}

static void nothing_was_written(struct ctx *cx, void *arg)
{
    const struct id *id = arg;

    assert_string_equal(test_text(cx,
                                  "SELECT value FROM custom_value WHERE tenant_id = ? AND "
                                  "subject_id = ?",
                                  DB_ID(cx->tenant_id), DB_ID(*id)),
                        "3");
}

static void a_failing_database_leaves_the_fields_as_they_were(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    struct ticket *t;
    struct id id;

    make_fields(cx);
    desk_as_anna(cx, &d);
    test_ok(cx, file(cx, "portal", "fault", given(cx, "till", "3"), &t));
    id = t->id;
    cx = test_again(cx); /* a run of its own: its ids begin anew with each try */
    desk_as_priya(cx, &d);
    test_failures(cx, set_till, &id, nothing_was_written);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(page_and_api_are_refused_without_what_is_required),
        cmocka_unit_test(what_the_topic_does_not_ask_is_not_kept),
        cmocka_unit_test(a_mail_is_never_lost_for_a_field),
        cmocka_unit_test(a_rule_is_held_to_the_table_but_not_asked),
        cmocka_unit_test(a_state_asks_for_what_it_requires),
        cmocka_unit_test(the_customer_reads_what_is_his_and_the_trail_has_both),
        cmocka_unit_test(a_topic_that_asks_more_marks_the_ticket),
        cmocka_unit_test(a_part_takes_the_fields_that_belong_to_it),
        cmocka_unit_test(a_failing_database_leaves_the_fields_as_they_were),
    };

    return test_group_run("ticket_field", TESTS, COUNT(TESTS));
}
