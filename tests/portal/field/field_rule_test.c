#include "portal/field/custom_value.h"
#include "portal/field/field_rule.h"
#include "tests/support/unit.h"

#include <string.h>

enum { SETS = 3000, FIELDS = 12 };

static struct field_condition on_field(size_t other, enum field_test test, const char *value)
{
    return (struct field_condition){
        .looks_at = FIELD_AT_FIELD, .other = other, .test = test, .value = value};
}

static struct field_condition on(enum field_looks_at at, enum field_test test, const char *value)
{
    return (struct field_condition){
        .looks_at = at, .other = SIZE_MAX, .test = test, .value = value};
}

static const struct field_facts FAULT = {
    .topic = "fault", .status = "new", .category = "open", .level = 2};

static void a_field_belongs_to_its_topics_alone(void **state)
{
    struct custom_field f = {
        .code = "till", .topics = {"fault", "repair"}, .topic_count = 2, .is_required = true};
    const struct field_set set = {&f, 1};
    struct field_facts facts = FAULT;
    const char *values[1] = {NULL};
    struct field_state is;

    (void)state;
    field_rule_judge(&set, &facts, values, &is);
    assert_true(is.is_shown && is.is_required);
    facts.topic = "question";
    field_rule_judge(&set, &facts, values, &is);
    assert_false(is.is_shown || is.is_required || is.may_edit);
    f.topic_count = 0;
    field_rule_judge(&set, &facts, values, &is);
    assert_true(is.is_shown && is.is_required);
    f.is_retired = true;
    field_rule_judge(&set, &facts, values, &is);
    assert_false(is.is_shown || is.is_required);
}

static void conditions_compare_as_they_say(void **state)
{
    struct custom_field fields[2] = {{.code = "other"}, {.code = "asked"}};
    const struct field_set set = {fields, 2};
    const struct {
        enum field_kind kind;
        struct field_condition condition;
        const char *value;
        bool is_shown;
    } CASES[] = {
        {FIELD_TEXT, on_field(0, FIELD_FILLED, ""), NULL, false},
        {FIELD_TEXT, on_field(0, FIELD_FILLED, ""), "x", true},
        {FIELD_TEXT, on_field(0, FIELD_EMPTY, ""), NULL, true},
        {FIELD_TEXT, on_field(0, FIELD_IS, "a\nb"), "b", true},
        {FIELD_TEXT, on_field(0, FIELD_IS, "a\nb"), "ab", false},
        {FIELD_TEXT, on_field(0, FIELD_IS, "a"), NULL, false},
        {FIELD_TEXT, on_field(0, FIELD_IS_NOT, "a"), NULL, true},
        {FIELD_TEXT, on_field(0, FIELD_IS_NOT, "a"), "a", false},
        {FIELD_CHOICES, on_field(0, FIELD_IS, "printer"), "scanner\nprinter", true},
        {FIELD_CHOICES, on_field(0, FIELD_IS_NOT, "printer"), "scanner\nprinter", false},
        {FIELD_NUMBER, on_field(0, FIELD_LEAST, "9.5"), "10", true},
        {FIELD_NUMBER, on_field(0, FIELD_LEAST, "9.5"), "9.4999", false},
        {FIELD_NUMBER, on_field(0, FIELD_MOST, "-1"), "-2", true},
        {FIELD_NUMBER, on_field(0, FIELD_MOST, "-1"), NULL, false},
        {FIELD_DATE, on_field(0, FIELD_LEAST, "2026-02-28"), "2026-03-01", true},
        {FIELD_DATE, on_field(0, FIELD_MOST, "2026-02-28"), "2026-03-01", false},
        {FIELD_TEXT, on(FIELD_AT_TOPIC, FIELD_IS, "question\nfault"), NULL, true},
        {FIELD_TEXT, on(FIELD_AT_TOPIC, FIELD_IS_NOT, "fault"), NULL, false},
        {FIELD_TEXT, on(FIELD_AT_STATUS, FIELD_IS, "solved"), NULL, false},
        {FIELD_TEXT, on(FIELD_AT_STATUS, FIELD_IS, "open"), NULL, true}, /* by category */
        {FIELD_TEXT, on(FIELD_AT_STATUS, FIELD_IS, "new"), NULL, true},
        {FIELD_TEXT, on(FIELD_AT_LEVEL, FIELD_IS, "1\n2"), NULL, true},
        {FIELD_TEXT, on(FIELD_AT_LEVEL, FIELD_MOST, "1"), NULL, false},
        {FIELD_TEXT, on(FIELD_AT_LEVEL, FIELD_LEAST, "2"), NULL, true},
        {FIELD_TEXT, on_field(7, FIELD_EMPTY, ""), NULL, false}, /* a field that is not there */
    };

    (void)state;
    for (size_t i = 0; i < COUNT(CASES); i++) {
        const char *values[2] = {CASES[i].value, NULL};
        struct field_state is[2];

        fields[0].kind = CASES[i].kind;
        fields[1].conditions[FIELD_SHOW][0] = CASES[i].condition;
        fields[1].condition_count[FIELD_SHOW] = 1;
        field_rule_judge(&set, &FAULT, values, is);
        if (is[1].is_shown != CASES[i].is_shown)
            fail_msg("case %zu", i);
    }
}

static void what_is_hidden_counts_as_empty_for_others(void **state)
{
    struct custom_field fields[3] = {
        {.code = "a", .topics = {"question"}, .topic_count = 1}, {.code = "b"}, {.code = "c"}};
    const struct field_set set = {fields, 3};
    const char *values[3] = {"typed before the topic changed", NULL, NULL};
    struct field_state is[3];

    (void)state;
    fields[1].conditions[FIELD_SHOW][0] = on_field(0, FIELD_FILLED, "");
    fields[1].condition_count[FIELD_SHOW] = 1;
    fields[2].conditions[FIELD_REQUIRE][0] = on_field(0, FIELD_EMPTY, "");
    fields[2].condition_count[FIELD_REQUIRE] = 1;
    field_rule_judge(&set, &FAULT, values, is);
    assert_false(is[0].is_shown);
    assert_false(is[1].is_shown);
    assert_true(is[2].is_required);
}

static void a_customer_is_asked_only_for_what_he_may_write(void **state)
{
    struct custom_field fields[3] = {{.code = "a", .is_required = true, .access = FIELD_NONE},
                                     {.code = "b", .is_required = true, .access = FIELD_READ},
                                     {.code = "c", .is_required = true, .access = FIELD_WRITE}};
    const struct field_set set = {fields, 3};
    const char *values[3] = {NULL, NULL, NULL};
    struct field_facts facts = FAULT;
    struct field_state is[3];

    (void)state;
    facts.is_customer = true;
    field_rule_judge(&set, &facts, values, is);
    assert_false(is[0].is_required || is[1].is_required || is[0].may_edit || is[1].may_edit);
    assert_true(is[2].is_required && is[2].may_edit);
}

static void circles_are_found_and_show_nothing(void **state)
{
    struct custom_field fields[3] = {{.code = "a"}, {.code = "b"}, {.code = "c"}};
    const struct field_set set = {fields, 3};
    const char *values[3] = {"1", "1", "1"};
    struct field_state is[3];
    size_t at = SIZE_MAX;

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        fields[i].conditions[FIELD_SHOW][0] = on_field((i + 1) % 3, FIELD_FILLED, "");
        fields[i].condition_count[FIELD_SHOW] = 1;
    }
    assert_true(field_rule_has_circle(&set, &at));
    assert_true(at < 3);
    field_rule_judge(&set, &FAULT, values, is);
    assert_false(is[0].is_shown || is[1].is_shown || is[2].is_shown);
    fields[2].condition_count[FIELD_SHOW] = 0;
    assert_false(field_rule_has_circle(&set, &at));
    /* only what is shown depends on another's being shown */
    fields[2].conditions[FIELD_REQUIRE][0] = on_field(0, FIELD_FILLED, "");
    fields[2].condition_count[FIELD_REQUIRE] = 1;
    assert_false(field_rule_has_circle(&set, &at));
}

/* --- the property, over random tables --- */

static uint32_t next_random(uint32_t *seed)
{
    *seed = *seed * 1664525U + 1013904223U;
    return *seed >> 8;
}

static void make_field(uint32_t *seed, struct custom_field *f, size_t place)
{
    static const char *const CODES[] = {"f0", "f1", "f2", "f3", "f4",  "f5",
                                        "f6", "f7", "f8", "f9", "f10", "f11"};
    static const char *const VALUES[] = {"a", "b", "a\nb", "1", "2"};

    *f = (struct custom_field){.code = CODES[place],
                               .label = CODES[place],
                               .is_required = next_random(seed) % 3 == 0,
                               .is_retired = next_random(seed) % 9 == 0,
                               .access = (enum field_access)(next_random(seed) % FIELD_ACCESSES)};
    if (next_random(seed) % 3 == 0)
        f->topics[f->topic_count++] = next_random(seed) % 2 == 0 ? "fault" : "question";
    for (int effect = 0; effect < FIELD_EFFECTS; effect++)
        for (size_t n = next_random(seed) % (FIELD_CONDITIONS + 1); n > 0; n--) {
            struct field_condition c = {.looks_at =
                                            (enum field_looks_at)(next_random(seed) % FIELD_ATS),
                                        .test = (enum field_test)(next_random(seed) % FIELD_TESTS),
                                        .other = next_random(seed) % FIELDS,
                                        .value = VALUES[next_random(seed) % COUNT(VALUES)]};

            f->conditions[effect][f->condition_count[effect]++] = c;
        }
}

/* Whatever the table says, and however values were posted: what is hidden is neither asked for nor
 * kept, and what is kept was judged to be shown. */
static void a_hidden_field_is_never_required_and_never_kept(void **state)
{
    struct arena *mem = *state;
    uint32_t seed = 20261122;
    unsigned hidden = 0, kept = 0, asked = 0;

    for (int round = 0; round < SETS; round++) {
        struct ctx cx = {.mem = mem};
        struct custom_field fields[FIELDS];
        const struct field_set set = {fields, FIELDS};
        struct field_facts facts = {.topic = next_random(&seed) % 2 == 0 ? "fault" : "question",
                                    .status = "new",
                                    .category = "open",
                                    .level = (int64_t)(next_random(&seed) % 4) + 1};
        json_t *given = json_own(mem, json_object());
        struct custom_settled settled;

        for (size_t i = 0; i < FIELDS; i++) {
            make_field(&seed, &fields[i], i);
            if (!fields[i].is_retired && next_random(&seed) % 2 == 0)
                json_object_set_new(given, fields[i].code,
                                    json_string(next_random(&seed) % 2 == 0 ? "a" : "1"));
        }
        assert_true(custom_value_settle(&cx, &set, &facts, NULL, given, false, &settled));
        for (size_t i = 0; i < FIELDS; i++) {
            const struct field_state *is = &settled.states[i];

            assert_false(!is->is_shown && (is->is_required || is->may_edit));
            assert_false(!is->is_shown && settled.values[i] != NULL);
            hidden += !is->is_shown && json_object_get(given, fields[i].code) != NULL;
            kept += settled.values[i] != NULL;
            asked += is->is_required;
        }
        arena_reset(mem);
    }
    assert_true(hidden > SETS && kept > SETS && asked > SETS); /* the tables were worth judging */
}

/* --- values --- */

static struct option_value OPTIONS[] = {{"printer", "Printer", "打印机", false},
                                        {"scanner", "Scanner", "扫描枪", false},
                                        {"till", "Till", "收银机", true}};
static const struct option_list LIST = {
    .code = "device", .label = "Device", .values = OPTIONS, .value_count = 3};

static void values_are_kept_in_one_form(void **state)
{
    static const struct {
        enum field_kind kind;
        const char *typed, *before, *kept; /* kept NULL: refused; "": nothing */
    } CASES[] = {
        {FIELD_TEXT, "  Till 3 ", NULL, "Till 3"},
        {FIELD_TEXT, "two\nlines", NULL, NULL},
        {FIELD_TEXT, " \n ", NULL, ""},
        {FIELD_LINES, "two\nlines", NULL, "two\nlines"},
        {FIELD_NUMBER, "0012.500", NULL, "12.5"},
        {FIELD_NUMBER, "-0", NULL, "0"},
        {FIELD_NUMBER, "-3.0001", NULL, "-3.0001"},
        {FIELD_NUMBER, "1.00001", NULL, NULL},
        {FIELD_NUMBER, "1.", NULL, NULL},
        {FIELD_NUMBER, ".5", NULL, NULL},
        {FIELD_NUMBER, "1e3", NULL, NULL},
        {FIELD_NUMBER, "999999999999", NULL, "999999999999"},
        {FIELD_NUMBER, "9999999999999", NULL, NULL},
        {FIELD_DATE, "2028-02-29", NULL, "2028-02-29"},
        {FIELD_DATE, "2026-02-29", NULL, NULL},
        {FIELD_DATE, "2026-2-9", NULL, NULL},
        {FIELD_DATE, "2028--2-29", NULL, NULL},
        {FIELD_DATE, "----------", NULL, NULL},
        {FIELD_DATE, "22.11.2026", NULL, NULL},
        {FIELD_YES, "TRUE", NULL, "yes"},
        {FIELD_YES, "否", NULL, "no"},
        {FIELD_YES, "perhaps", NULL, NULL},
        {FIELD_CHOICE, "scanner", NULL, "scanner"},
        {FIELD_CHOICE, "Scanner", NULL, NULL},
        {FIELD_CHOICE, "printer\nscanner", NULL, NULL},
        {FIELD_CHOICE, "till", NULL, NULL},
        {FIELD_CHOICE, "till", "till", "till"}, /* retired, but his already */
        {FIELD_CHOICES, "scanner\nprinter\nscanner", NULL, "printer\nscanner"},
        {FIELD_CHOICES, "scanner\nkettle", NULL, NULL},
    };

    for (size_t i = 0; i < COUNT(CASES); i++) {
        const struct custom_field f = {.code = "f",
                                       .kind = CASES[i].kind,
                                       .list = CASES[i].kind >= FIELD_CHOICE ? &LIST : NULL};
        const char *out;
        const bool ok = field_rule_clean(*state, &f, CASES[i].typed, CASES[i].before, &out);

        if (ok != (CASES[i].kept != NULL))
            fail_msg("case %zu is %s", i, ok ? "taken" : "refused");
        if (ok && strcmp(out != NULL ? out : "", CASES[i].kept) != 0)
            fail_msg("case %zu: %s", i, out);
    }
}

static void searches_find_options_by_code_and_by_label(void **state)
{
    const struct custom_field choice = {.code = "device", .kind = FIELD_CHOICE, .list = &LIST};
    const struct custom_field number = {.code = "seats", .kind = FIELD_NUMBER};
    const char *word;
    int64_t amount;

    assert_true(custom_value_search(*state, &choice, "扫描枪", &word, &amount));
    assert_string_equal(word, "scanner");
    assert_true(custom_value_search(*state, &choice, "PRINTER", &word, &amount));
    assert_string_equal(word, "printer");
    assert_false(custom_value_search(*state, &choice, "kettle", &word, &amount));
    assert_true(custom_value_search(*state, &number, "12.5", &word, &amount));
    assert_null(word);
    assert_int_equal(amount, 125000);
    assert_false(custom_value_search(*state, &number, "many", &word, &amount));
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(a_field_belongs_to_its_topics_alone),
        cmocka_unit_test(conditions_compare_as_they_say),
        cmocka_unit_test(what_is_hidden_counts_as_empty_for_others),
        cmocka_unit_test(a_customer_is_asked_only_for_what_he_may_write),
        cmocka_unit_test(circles_are_found_and_show_nothing),
        cmocka_unit_test_setup_teardown(a_hidden_field_is_never_required_and_never_kept, unit_setup,
                                        unit_teardown),
        cmocka_unit_test_setup_teardown(values_are_kept_in_one_form, unit_setup, unit_teardown),
        cmocka_unit_test_setup_teardown(searches_find_options_by_code_and_by_label, unit_setup,
                                        unit_teardown),
    };

    return cmocka_run_group_tests(TESTS, NULL, NULL);
}
