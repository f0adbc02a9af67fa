#include "base/clock.h"
#include "base/crypto.h"
#include "portal/desk/survey.h"
#include "tests/portal/desk/desk_frame.h"

#include <string.h>

static int64_t count(struct ctx *cx)
{
    return test_i64(cx, "SELECT COUNT(*) FROM survey WHERE tenant_id = ?", DB_ID(cx->tenant_id));
}

static void open_master(struct ctx *cx)
{
    static struct crypto_master *master; /* one per program */

    if (master == NULL)
        test_ok(cx, crypto_master_open(&cx->err, arena_printf(cx->mem, "%s/master.key", test_dir()),
                                       true, &master));
    cx->master = master;
}

static struct ticket *solved(struct ctx *cx, const struct desk *d)
{
    struct id id = desk_file(cx, d, "s");
    struct ticket *t;

    test_ok(cx, ticket_assign(cx, id, d->priya));
    test_ok(cx, ticket_set_status(cx, id, "solved"));
    test_ok(cx, ticket_get(cx, id, &t));
    return t;
}

static void a_solution_is_answered_once_and_the_next_one_again(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    const struct id id = solved(cx, &d)->id;
    struct survey *s;
    struct ticket *t;

    desk_as_anna(cx, &d);
    test_ok(cx, survey_answer(cx, id, 5, NULL));
    test_refused(cx, survey_answer(cx, id, 1, NULL), &ERR_SURVEY_ANSWERED);
    test_ok(cx, ticket_get(cx, id, &t));
    test_ok(cx, survey_find(cx, t, &s));
    assert_int_equal(s->score, 5);
    test_as_system(cx);
    cx->now += CLOCK_HOUR;
    test_ok(cx, ticket_set_status(cx, id, "open"));
    desk_as_anna(cx, &d);
    test_refused(cx, survey_answer(cx, id, 4, NULL), &ERR_SURVEY_OVER);
    test_as_system(cx);
    test_ok(cx, ticket_set_status(cx, id, "solved"));
    desk_as_anna(cx, &d);
    test_ok(cx, survey_answer(cx, id, 4, "Better."));
    assert_int_equal(count(cx), 2);
}

static void a_low_score_puts_the_ticket_under_review_with_a_note(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    const struct id high = solved(cx, &d)->id, low = solved(cx, &d)->id;
    struct ticket *t;

    desk_as_anna(cx, &d);
    test_ok(cx, survey_answer(cx, high, SURVEY_SCORE_LOW + 1, NULL));
    test_ok(cx, survey_answer(cx, low, SURVEY_SCORE_LOW, "Took a week."));
    test_as_system(cx);
    test_ok(cx, ticket_get(cx, high, &t));
    assert_false(t->needs_review);
    test_ok(cx, ticket_get(cx, low, &t));
    assert_true(t->needs_review);
    assert_int_equal(test_i64(cx,
                              "SELECT COUNT(*) FROM message WHERE tenant_id = ? AND kind = 'note' "
                              "AND is_public = FALSE AND body = '2/5 Took a week.'",
                              DB_ID(cx->tenant_id)),
                     1);
}

static void staff_and_strangers_answer_nothing(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    struct ticket *t = solved(cx, &d);
    const char *token;

    open_master(cx);
    token = survey_token(cx, t);
    desk_as_priya(cx, &d);
    test_refused(cx, survey_answer(cx, t->id, 5, NULL), &ERR_DENIED);
    test_refused(cx, survey_answer_link(cx, token, 5, NULL), &ERR_DENIED);
    desk_as_eve(cx, &d);
    test_refused(cx, survey_answer(cx, t->id, 5, NULL), &ERR_NOT_FOUND);
    desk_as_anna(cx, &d);
    test_refused(cx, survey_answer(cx, t->id, 0, NULL), &ERR_INVALID);
    test_refused(cx, survey_answer(cx, t->id, 6, NULL), &ERR_INVALID);
    assert_int_equal(count(cx), 0);
}

static void a_link_is_good_for_its_solution_and_only_as_it_was_signed(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    struct ticket *t = solved(cx, &d), *shown;
    char *token, *other;
    const struct id id = t->id;

    assert_null(survey_token(cx, t)); /* without a key nothing is signed */
    open_master(cx);
    token = arena_printf(cx->mem, "%s", survey_token(cx, t));
    other = arena_printf(cx->mem, "%s", token);
    test_as_nobody(cx);
    test_ok(cx, survey_open(cx, token, &shown));
    assert_string_equal(shown->subject, "s");
    assert_int_equal(count(cx), 0); /* opening answers nothing */
    for (size_t i = 0; i < strlen(token); i += 7) {
        memcpy(other, token, strlen(token));
        other[i] = other[i] == '0' ? '1' : '0';
        test_refused(cx, survey_open(cx, other, &shown), &ERR_NOT_FOUND);
        test_refused(cx, survey_answer_link(cx, other, 5, NULL), &ERR_NOT_FOUND);
    }
    test_refused(cx, survey_open(cx, "", &shown), &ERR_NOT_FOUND);
    test_ok(cx, survey_answer_link(cx, token, 4, NULL));
    test_refused(cx, survey_answer_link(cx, token, 4, NULL), &ERR_SURVEY_ANSWERED);
    test_as_system(cx);
    cx->now += CLOCK_HOUR;
    test_ok(cx, ticket_set_status(cx, id, "open"));
    test_ok(cx, ticket_set_status(cx, id, "solved"));
    test_as_nobody(cx);
    test_refused(cx, survey_open(cx, token, &shown), &ERR_SURVEY_OVER);
    test_refused(cx, survey_answer_link(cx, token, 5, NULL), &ERR_SURVEY_OVER);
    assert_int_equal(count(cx), 1);
}

static void another_tenants_link_is_none_here(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    struct ticket *t = solved(cx, &d);
    const char *token;

    open_master(cx);
    token = survey_token(cx, t);
    cx = test_ctx(state);
    open_master(cx);
    test_refused(cx, survey_open(cx, token, &t), &ERR_NOT_FOUND);
    test_refused(cx, survey_answer_link(cx, token, 5, NULL), &ERR_NOT_FOUND);
}

static bool answer_low(struct ctx *cx, void *arg)
{
    return survey_answer(cx, *(struct id *)arg, 1, "x");
}

static void nothing_is_left(struct ctx *cx, void *arg)
{
    (void)arg;
    assert_int_equal(count(cx), 0);
}

static void a_failure_keeps_nothing_of_an_answer(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    struct id id = solved(cx, &d)->id;

    desk_as_anna(cx, &d);
    test_failures(cx, answer_low, &id, nothing_is_left);
    assert_int_equal(count(cx), 1);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(a_solution_is_answered_once_and_the_next_one_again),
        cmocka_unit_test(a_low_score_puts_the_ticket_under_review_with_a_note),
        cmocka_unit_test(staff_and_strangers_answer_nothing),
        cmocka_unit_test(a_link_is_good_for_its_solution_and_only_as_it_was_signed),
        cmocka_unit_test(another_tenants_link_is_none_here),
        cmocka_unit_test(a_failure_keeps_nothing_of_an_answer),
    };

    return test_group_run("survey", TESTS, COUNT(TESTS));
}
