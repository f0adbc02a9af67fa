#include "portal/field/custom_value.h"
#include "tests/support/test.h"

#include <string.h>

static struct id make_list(struct ctx *cx)
{
    struct option_value values[] = {{"printer", "Printer", "打印机", false},
                                    {"scanner", "Scanner", "扫描枪", false}};
    struct option_list list = {.code = "device",
                               .label = "Device",
                               .label_zh = "设备",
                               .values = values,
                               .value_count = 2};

    test_ok(cx, option_list_save(cx, &list));
    return list.id;
}

static struct custom_field make_field(const char *code)
{
    return (struct custom_field){.subject = FIELD_TICKET,
                                 .code = code,
                                 .label = code,
                                 .label_zh = "",
                                 .hint = "",
                                 .hint_zh = "",
                                 .kind = FIELD_TEXT,
                                 .access = FIELD_WRITE};
}

static struct id add(struct ctx *cx, const char *code)
{
    struct custom_field f = make_field(code);

    test_ok(cx, custom_field_save(cx, &f));
    return f.id;
}

static void a_field_is_read_back_with_its_rules(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct id other = add(cx, "urgent");
    struct custom_field f = make_field("device"), *is;
    struct field_set set;

    f.kind = FIELD_CHOICE;
    f.list_id = make_list(cx);
    f.label_zh = "设备";
    f.topics[f.topic_count++] = "fault";
    f.conditions[FIELD_SHOW][0] = (struct field_condition){
        .looks_at = FIELD_AT_FIELD, .test = FIELD_FILLED, .other_id = other, .value = ""};
    f.condition_count[FIELD_SHOW] = 1;
    f.conditions[FIELD_REQUIRE][0] =
        (struct field_condition){.looks_at = FIELD_AT_LEVEL, .test = FIELD_MOST, .value = "2"};
    f.condition_count[FIELD_REQUIRE] = 1;
    test_ok(cx, custom_field_save(cx, &f));
    test_ok(cx, custom_field_get(cx, f.id, &is));
    assert_string_equal(is->label_zh, "设备");
    assert_string_equal(is->topics[0], "fault");
    assert_int_equal(is->conditions[FIELD_SHOW][0].other, 0);
    assert_string_equal(is->conditions[FIELD_REQUIRE][0].value, "2");
    assert_int_equal(is->list->value_count, 2);
    test_ok(cx, custom_field_move(cx, f.id, true));
    test_ok(cx, custom_field_set(cx, FIELD_TICKET, &set));
    assert_string_equal(set.fields[0].code, "device");
    assert_int_equal(set.fields[0].conditions[FIELD_SHOW][0].other, 1);
    assert_int_equal(test_i64(cx,
                              "SELECT COUNT(*) FROM event WHERE tenant_id = ? AND name = "
                              "'field.changed'",
                              DB_ID(cx->tenant_id)),
                     3);
}

static void a_circle_of_conditions_is_refused(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct custom_field a = make_field("a"), b = make_field("b");
    const struct field_condition filled = {
        .looks_at = FIELD_AT_FIELD, .test = FIELD_FILLED, .value = ""};

    test_ok(cx, custom_field_save(cx, &a));
    b.conditions[FIELD_SHOW][0] = filled;
    b.conditions[FIELD_SHOW][0].other_id = a.id;
    b.condition_count[FIELD_SHOW] = 1;
    test_ok(cx, custom_field_save(cx, &b));
    a.conditions[FIELD_SHOW][0] = filled;
    a.conditions[FIELD_SHOW][0].other_id = b.id;
    a.condition_count[FIELD_SHOW] = 1;
    test_refused(cx, custom_field_save(cx, &a), &ERR_FIELD_CIRCLE);
    a.conditions[FIELD_SHOW][0].other_id = a.id;
    test_refused(cx, custom_field_save(cx, &a), &ERR_INVALID);
}

static void bad_definitions_are_refused(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct custom_field f;

    add(cx, "till");
    f = make_field("till");
    test_refused(cx, custom_field_save(cx, &f), &ERR_CONFLICT);
    f = make_field("Till 3");
    test_refused(cx, custom_field_save(cx, &f), &ERR_INVALID);
    f = make_field("choice");
    f.kind = FIELD_CHOICE; /* of no list */
    test_refused(cx, custom_field_save(cx, &f), &ERR_INVALID);
    f = make_field("late");
    f.subject = FIELD_ORDER; /* orders have no topic */
    f.conditions[FIELD_SHOW][0] =
        (struct field_condition){.looks_at = FIELD_AT_TOPIC, .test = FIELD_IS, .value = "fault"};
    f.condition_count[FIELD_SHOW] = 1;
    test_refused(cx, custom_field_save(cx, &f), &ERR_INVALID);
    test_as_staff(cx, make_person(cx, "Dan", "dan@vendor.example"), RIGHT_DESK);
    f = make_field("mine");
    test_refused(cx, custom_field_save(cx, &f), &ERR_DENIED);
}

static void another_tenants_field_is_not_there(void **state)
{
    struct ctx *cx = test_ctx(state), *other;
    const struct id id = add(cx, "till");
    struct custom_field *f;
    struct field_set set;

    other = test_ctx(state);
    test_refused(other, custom_field_get(other, id, &f), &ERR_NOT_FOUND);
    test_refused(other, custom_field_retire(other, id, true), &ERR_NOT_FOUND);
    test_ok(other, custom_field_set(other, FIELD_TICKET, &set));
    assert_int_equal(set.count, 0);
}

static void a_field_that_others_look_at_is_not_retired(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct id a = add(cx, "a");
    struct custom_field b = make_field("b");

    b.conditions[FIELD_REQUIRE][0] = (struct field_condition){
        .looks_at = FIELD_AT_FIELD, .test = FIELD_FILLED, .other_id = a, .value = ""};
    b.condition_count[FIELD_REQUIRE] = 1;
    test_ok(cx, custom_field_save(cx, &b));
    test_refused(cx, custom_field_retire(cx, a, true), &ERR_FIELD_USED);
    test_ok(cx, custom_field_retire(cx, b.id, true));
    test_ok(cx, custom_field_retire(cx, a, true));
}

static void a_value_of_a_list_is_retired_and_never_dropped(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct id id = make_list(cx);
    struct option_list *list;
    struct custom_field f = make_field("device");

    test_ok(cx, option_list_get(cx, id, &list));
    list->value_count = 1;
    test_refused(cx, option_list_save(cx, list), &ERR_OPTION_VALUE_GONE);
    list->value_count = 2;
    list->values[1].is_retired = true;
    list->values[0].label = "Receipt printer";
    test_ok(cx, option_list_save(cx, list));
    test_ok(cx, option_list_get(cx, id, &list));
    assert_true(list->values[1].is_retired);
    assert_string_equal(list->values[0].label, "Receipt printer");
    f.kind = FIELD_CHOICES;
    f.list_id = id;
    test_ok(cx, custom_field_save(cx, &f));
    test_refused(cx, option_list_remove(cx, id), &ERR_OPTION_LIST_USED);
}

static void values_are_written_and_read_as_they_are(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct id record = id_make(cx->now);
    struct custom_field choices = make_field("devices"), number = make_field("seats");
    const struct field_facts facts = {.topic = "fault"};
    struct custom_settled settled;
    const char **values;
    struct field_set set;
    json_t *all;

    choices.kind = FIELD_CHOICES;
    choices.list_id = make_list(cx);
    number.kind = FIELD_NUMBER;
    test_ok(cx, custom_field_save(cx, &choices));
    test_ok(cx, custom_field_save(cx, &number));
    test_ok(cx, custom_field_set(cx, FIELD_TICKET, &set));
    test_ok(cx,
            custom_value_settle(cx, &set, &facts, NULL,
                                json_own(cx->mem, json_pack("{s:[s,s],s:f}", "devices", "scanner",
                                                            "printer", "seats", 12.5)),
                                true, &settled));
    test_ok(cx, custom_value_write(cx, &set, record, NULL, settled.values));
    test_ok(cx, custom_value_read(cx, &set, record, &values));
    assert_string_equal(values[0], "printer\nscanner");
    assert_string_equal(values[1], "12.5");
    test_ok(cx, custom_value_all(cx, record, &all));
    assert_string_equal(json_write(cx->mem, all),
                        "{\"devices\":[\"printer\",\"scanner\"],\"seats\":12.5}");
    test_ok(cx,
            custom_value_settle(cx, &set, &facts, values,
                                json_own(cx->mem, json_pack("{s:n}", "devices")), true, &settled));
    test_ok(cx, custom_value_write(cx, &set, record, values, settled.values));
    test_ok(cx, custom_value_all(cx, record, &all));
    assert_string_equal(json_write(cx->mem, all), "{\"seats\":12.5}");
    test_ok(cx, custom_value_clear(cx, record));
    test_ok(cx, custom_value_all(cx, record, &all));
    assert_int_equal(json_object_size(all), 0);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(a_field_is_read_back_with_its_rules),
        cmocka_unit_test(a_circle_of_conditions_is_refused),
        cmocka_unit_test(bad_definitions_are_refused),
        cmocka_unit_test(another_tenants_field_is_not_there),
        cmocka_unit_test(a_field_that_others_look_at_is_not_retired),
        cmocka_unit_test(a_value_of_a_list_is_retired_and_never_dropped),
        cmocka_unit_test(values_are_written_and_read_as_they_are),
    };

    return test_group_run("custom_field", TESTS, COUNT(TESTS));
}
