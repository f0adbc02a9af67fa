#include "base/clock.h"
#include "portal/desk/ticket_query.h"
#include "tests/support/test.h"

#include <string.h>

enum { NOW_S = 1764000000 };
static const int64_t NOW = NOW_S * CLOCK_SECOND;

static struct ticket_query *parse(struct ctx *cx, const char *text)
{
    struct ticket_query *q;

    if (!ticket_query_parse(cx->mem, &cx->err, text, NOW, NULL, &q))
        fail_msg("%s: %s at %s", text, cx->err.kind->code, cx->err.arg);
    return q;
}

static void words_and_conditions_are_told_apart(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct ticket_query *q = parse(cx, "printer status:open \"RP 80\" level>2 城市:上海");

    assert_string_equal(q->words, "printer RP 80");
    assert_int_equal(q->count, 3);
    assert_int_equal(q->terms[0].field, TICKET_QUERY_STATUS);
    assert_string_equal(q->terms[0].values[0].text, "open");
    assert_int_equal(q->terms[1].op, TICKET_QUERY_MORE);
    assert_int_equal(q->terms[1].values[0].number, 2);
    assert_int_equal(q->terms[2].field, TICKET_QUERY_CITY);
    assert_string_equal(q->terms[2].values[0].text, "上海");
}

static void full_width_signs_are_plain_ones(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct ticket_query *q = parse(cx, "级别≤２　负责人：我，无 标签:“两 个”");

    assert_int_equal(q->count, 3);
    assert_int_equal(q->terms[0].op, TICKET_QUERY_AT_MOST);
    assert_int_equal(q->terms[0].values[0].number, 2);
    assert_int_equal(q->terms[1].value_count, 2);
    assert_string_equal(q->terms[1].values[1].text, "无");
    assert_string_equal(q->terms[2].values[0].text, "两 个");
}

static void a_minus_turns_a_condition_or_word_round(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct ticket_query *q = parse(cx, "-tag:spam -printer");

    assert_true(q->terms[0].is_not && q->terms[1].is_not);
    assert_int_equal(q->terms[1].field, TICKET_QUERY_WORD);
    assert_string_equal(q->words, "");
}

static void days_and_lengths_are_instants(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct ticket_query *q = parse(cx, "created:2026-02-28 updated>7d due<2h");

    assert_int_equal(q->terms[0].values[0].until - q->terms[0].values[0].number, CLOCK_DAY);
    assert_int_equal(q->terms[1].values[0].number, NOW - 7 * CLOCK_DAY);
    assert_int_equal(q->terms[2].values[0].number, NOW + 2 * CLOCK_HOUR);
}

static void a_day_of_the_zone_may_be_short(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct zone *london;
    struct ticket_query *q;

    assert_true(zone_load("Europe/London", &london));
    test_ok(cx, ticket_query_parse(cx->mem, &cx->err, "created:2026-03-29", NOW, london, &q));
    assert_int_equal(q->terms[0].values[0].until - q->terms[0].values[0].number, 23 * CLOCK_HOUR);
    zone_free(london);
}

static void what_cannot_be_read_is_refused_with_its_place(void **state)
{
    static const struct {
        const char *text;
        const struct err_kind *kind;
        const char *at;
    } CASES[] = {
        {"printer colour:red", &ERR_TICKET_QUERY_FIELD, "colour"},
        {"打印机 颜色:红", &ERR_TICKET_QUERY_FIELD, "颜色"},
        {"-colour:red", &ERR_TICKET_QUERY_FIELD, "colour"},
        {"10:30", &ERR_TICKET_QUERY_FIELD, "10"},
        {"level:5", &ERR_TICKET_QUERY_VALUE, "7"},
        {"level:1,9", &ERR_TICKET_QUERY_VALUE, "9"},
        {"level>1,2", &ERR_TICKET_QUERY_VALUE, "8"},
        {"status:", &ERR_TICKET_QUERY_VALUE, "8"},
        {"status>open", &ERR_TICKET_QUERY_VALUE, "8"},
        {"created:7d", &ERR_TICKET_QUERY_VALUE, "9"},
        {"created:2026-02-30", &ERR_TICKET_QUERY_VALUE, "9"},
        {"due<x", &ERR_TICKET_QUERY_VALUE, "5"},
        {"review:maybe", &ERR_TICKET_QUERY_VALUE, "8"},
        {"city:\"Henley", &ERR_TICKET_QUERY_QUOTE, "6"},
        {"a \"b", &ERR_TICKET_QUERY_QUOTE, "3"},
        {"tag:1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25",
         &ERR_TICKET_QUERY_LONG, "68"},
        {"tag:a tag:b tag:c tag:d tag:e tag:f tag:g tag:h tag:i tag:j tag:k tag:l tag:m",
         &ERR_TICKET_QUERY_LONG, "73"},
    };
    struct ctx *cx = test_ctx(state);
    struct ticket_query *q;

    for (size_t i = 0; i < COUNT(CASES); i++) {
        struct err err = {.kind = NULL};

        assert_false(ticket_query_parse(cx->mem, &err, CASES[i].text, NOW, NULL, &q));
        if (err.kind != CASES[i].kind || strcmp(err.arg, CASES[i].at) != 0)
            fail_msg("%s: %s at %s", CASES[i].text, err.kind->code, err.arg);
        assert_string_equal(err.source, "q");
    }
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(words_and_conditions_are_told_apart),
        cmocka_unit_test(full_width_signs_are_plain_ones),
        cmocka_unit_test(a_minus_turns_a_condition_or_word_round),
        cmocka_unit_test(days_and_lengths_are_instants),
        cmocka_unit_test(a_day_of_the_zone_may_be_short),
        cmocka_unit_test(what_cannot_be_read_is_refused_with_its_place),
    };

    return test_group_run("ticket_query", TESTS, COUNT(TESTS));
}
