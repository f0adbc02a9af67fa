#include "portal/desk/ticket_level.h"
#include "portal/desk/ticket_topic.h"
#include "tests/portal/desk/desk_frame.h"

#include <string.h>

static struct id file(struct ctx *cx, const char *topic, int64_t impact)
{
    const struct ticket_new what = {
        .source = "portal", .subject = "s", .text = "t", .topic = topic, .impact = impact};
    struct ticket *t;

    test_ok(cx, ticket_create(cx, &what, &t));
    return t->id;
}

static void changing_the_matrix_rewrites_no_ticket(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    struct ticket_levels levels;
    struct id before, after;
    struct ticket *t;

    desk_as_anna(cx, &d);
    before = file(cx, "fault", 4); /* urgency 2: (4 + 2) / 2 */
    test_as_system(cx);
    test_ok(cx, ticket_level_get(cx, &levels));
    levels.impact[3] = 1;   /* "It can wait" stands for the gravest here */
    levels.level[0][1] = 4; /* and that, with the urgency of a fault, is level 4 */
    test_ok(cx, ticket_level_set(cx, &levels));
    desk_as_anna(cx, &d);
    after = file(cx, "fault", 4);
    desk_as_priya(cx, &d);
    test_ok(cx, ticket_get(cx, before, &t));
    assert_int_equal(t->level, 3);
    assert_int_equal(t->impact, 4);
    test_ok(cx, ticket_get(cx, after, &t));
    assert_int_equal(t->level, 4);
    assert_int_equal(t->impact, 1);
    assert_int_equal(t->severity, 4); /* both are kept */
}

static void staff_weigh_and_what_the_customer_said_stays(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    struct ticket *t;
    struct id id;

    desk_as_anna(cx, &d);
    id = file(cx, "question", 1);
    test_refused(cx, ticket_level_weigh(cx, id, 4, 4), &ERR_DENIED);
    desk_as_priya(cx, &d);
    test_refused(cx, ticket_level_weigh(cx, id, 5, 1), &ERR_INVALID);
    test_ok(cx, ticket_level_weigh(cx, id, 4, 4));
    test_ok(cx, ticket_get(cx, id, &t));
    assert_int_equal(t->level, 4);
    assert_int_equal(t->impact, 4);
    assert_int_equal(t->severity, 1);
}

static void levels_are_for_those_with_the_settings(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    struct ticket_levels levels;

    desk_as_priya(cx, &d);
    test_ok(cx, ticket_level_get(cx, &levels));
    test_refused(cx, ticket_level_set(cx, &levels), &ERR_DENIED);
    test_as_system(cx);
    levels.level[2][2] = 5;
    test_refused(cx, ticket_level_set(cx, &levels), &ERR_INVALID);
}

/* --- topics --- */

static struct ticket_topic topic(const char *code)
{
    return (struct ticket_topic){.code = code,
                                 .label = code,
                                 .hint = "",
                                 .icon = "",
                                 .level = 2,
                                 .type = TICKET_TOPIC_REPAIR,
                                 .label_zh = "",
                                 .hint_zh = "",
                                 .body = "",
                                 .body_zh = "",
                                 .notice = "",
                                 .notice_zh = "",
                                 .is_active = true};
}

static bool try_file(struct ctx *cx, const char *source, const char *code)
{
    const struct ticket_new what = {.source = source, .subject = "s", .text = "t", .topic = code};
    struct ticket *t;

    return ticket_create(cx, &what, &t);
}

static void a_topic_with_an_article_takes_no_ticket(void **state)
{
    static const char *const SOURCES[] = {"portal", "api", "mail", "program", "desk"};
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    struct ticket_topic t = topic("opening");
    const char *code;
    struct id id;

    t.article = "118";
    test_ok(cx, ticket_topic_save(cx, &t, true));
    for (size_t i = 0; i < COUNT(SOURCES); i++) {
        assert_false(try_file(cx, SOURCES[i], "opening"));
        assert_string_equal(cx->err.arg, "118");
        test_refused(cx, false, &ERR_TICKET_TOPIC_ARTICLE);
    }
    test_ok(cx, ticket_topic_default(cx, "opening", &code)); /* a mail goes elsewhere */
    assert_string_not_equal(code, "opening");
    desk_as_anna(cx, &d);
    id = file(cx, "fault", 0);
    desk_as_priya(cx, &d);
    test_refused(cx, ticket_set_topic(cx, id, "opening"), &ERR_TICKET_TOPIC_ARTICLE);
}

static void a_topic_of_staff_is_not_there_for_customers(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    struct ticket_topic t = topic("inside");

    t.is_staffs = true;
    test_ok(cx, ticket_topic_save(cx, &t, true));
    desk_as_anna(cx, &d);
    test_refused(cx, try_file(cx, "api", "inside"), &ERR_INVALID);
    desk_as_priya(cx, &d);
    test_ok(cx, try_file(cx, "desk", "inside"));
}

static void the_defaults_become_rows_of_ones_own_in_order(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct ticket_topic *all, *before;
    struct ticket_topic t = topic("repair");
    size_t count, defaults;

    test_ok(cx, ticket_topic_list(cx, &before, &defaults));
    test_ok(cx, ticket_topic_save(cx, &t, true));
    test_refused(cx, ticket_topic_save(cx, &t, true), &ERR_CONFLICT);
    test_ok(cx, ticket_topic_move(cx, "repair", true));
    test_ok(cx, ticket_topic_list(cx, &all, &count));
    assert_int_equal(count, defaults + 1);
    assert_string_equal(all[0].code, before[0].code);
    assert_string_equal(all[count - 2].code, "repair");
    assert_int_equal(all[count - 2].type, TICKET_TOPIC_REPAIR);
    t.is_active = false;
    test_ok(cx, ticket_topic_save(cx, &t, false));
    test_ok(cx, ticket_topic_list(cx, &all, &count));
    assert_int_equal(count, defaults);
}

static void the_last_topic_that_takes_tickets_stays(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct ticket_topic *all;
    size_t count;

    test_ok(cx, ticket_topic_list(cx, &all, &count));
    for (size_t i = 0; i + 1 < count; i++) {
        struct ticket_topic t = all[i];

        t.is_active = false;
        test_ok(cx, ticket_topic_save(cx, &t, false));
    }
    {
        struct ticket_topic last = all[count - 1];

        last.article = "1";
        test_refused(cx, ticket_topic_save(cx, &last, false), &ERR_TICKET_TOPIC_LAST);
    }
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(changing_the_matrix_rewrites_no_ticket),
        cmocka_unit_test(staff_weigh_and_what_the_customer_said_stays),
        cmocka_unit_test(levels_are_for_those_with_the_settings),
        cmocka_unit_test(a_topic_with_an_article_takes_no_ticket),
        cmocka_unit_test(a_topic_of_staff_is_not_there_for_customers),
        cmocka_unit_test(the_defaults_become_rows_of_ones_own_in_order),
        cmocka_unit_test(the_last_topic_that_takes_tickets_stays),
    };

    return test_group_run("ticket_level", TESTS, COUNT(TESTS));
}
