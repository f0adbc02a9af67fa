#include "base/clock.h"
#include "base/crypto.h"
#include "portal/desk/approval.h"
#include "portal/desk/leave.h"
#include "tests/portal/desk/desk_frame.h"

#include <string.h>

static const struct id NOBODY = {{0}};

static struct desk open_desk(struct ctx *cx)
{
    const struct desk d = desk_make(cx);

    test_sql(cx,
             "INSERT INTO role_right (tenant_id, role_id, name) SELECT tenant_id, id, 'desk' FROM "
             "role WHERE tenant_id = ?",
             DB_ID(cx->tenant_id));
    return d;
}

static void open_master(struct ctx *cx)
{
    static struct crypto_master *master; /* one per program */

    if (master == NULL)
        test_ok(cx, crypto_master_open(&cx->err, arena_printf(cx->mem, "%s/master.key", test_dir()),
                                       true, &master));
    cx->master = master;
}

static void as_dan(struct ctx *cx, const struct desk *d)
{
    test_as_staff(cx, d->dan, RIGHT_DESK);
}

/* Priya asks dan about a discount; leaves her looking. */
static struct id ask_dan(struct ctx *cx, const struct desk *d, struct id ticket, int64_t days)
{
    struct id id;

    desk_as_priya(cx, d);
    test_ok(cx, approval_ask(cx, ticket,
                             &(struct approval_new){.kind = "discount",
                                                    .question = "Ten per cent?",
                                                    .person_id = d->dan,
                                                    .days = days},
                             &id));
    return id;
}

static struct id make_third(struct ctx *cx)
{
    const struct id cara = make_person(cx, "Cara Voss", "cara@tilwick.example");

    test_sql(
        cx,
        "INSERT INTO staff_member (tenant_id, person_id, role_id) SELECT tenant_id, ?, id FROM "
        "role WHERE tenant_id = ? AND name = 'agent'",
        DB_ID(cara), DB_ID(cx->tenant_id));
    return cara;
}

static void send_away(struct ctx *cx, struct id person, struct id substitute)
{
    struct id id;

    test_as_system(cx);
    test_ok(cx, leave_add(cx,
                          &(struct leave){.person_id = person,
                                          .from_on = "2026-02-01",
                                          .to_on = "2026-12-01",
                                          .substitute_id = substitute},
                          &id));
}

static int64_t count_events(struct ctx *cx, const char *name)
{
    return test_i64(cx, "SELECT COUNT(*) FROM event WHERE tenant_id = ? AND name = ?",
                    DB_ID(cx->tenant_id), DB_TEXT(name));
}

static size_t count_waiting(struct ctx *cx)
{
    struct approval *list;
    size_t count;

    test_ok(cx, approval_waiting(cx, &list, &count));
    return count;
}

static void an_approval_is_decided_once_by_whoever_was_asked(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = open_desk(cx);
    const struct id ticket = desk_file(cx, &d, "s"), id = ask_dan(cx, &d, ticket, 0);
    struct approval *a;
    size_t count;

    assert_int_equal(count_waiting(cx), 0);
    test_refused(cx, approval_decide(cx, id, true, NULL), &ERR_DENIED);
    as_dan(cx, &d);
    assert_int_equal(count_waiting(cx), 1);
    cx->now += CLOCK_HOUR;
    test_ok(cx, approval_decide(cx, id, true, "Once."));
    assert_int_equal(count_waiting(cx), 0);
    test_refused(cx, approval_decide(cx, id, true, NULL), &ERR_APPROVAL_OVER);
    test_refused(cx, approval_decide(cx, id, false, "No."), &ERR_APPROVAL_OVER);
    test_ok(cx, approval_of_ticket(cx, ticket, &a, &count));
    assert_int_equal(count, 1);
    assert_string_equal(a[0].state, "approved");
    assert_string_equal(a[0].opinion, "Once.");
    assert_string_equal(a[0].decided_name, "Dan Osei");
    assert_int_equal(a[0].decided_at - a[0].created_at, CLOCK_HOUR);
    assert_int_equal(count_events(cx, "ticket.approval_asked"), 1);
    assert_int_equal(count_events(cx, "ticket.approved"), 1);
    assert_int_equal(count_events(cx, "ticket.refused"), 0);
    assert_int_equal(test_i64(cx,
                              "SELECT COUNT(*) FROM message WHERE tenant_id = ? AND is_public = "
                              "FALSE AND data LIKE '%approved%' AND author_id = ?",
                              DB_ID(cx->tenant_id), DB_ID(d.dan)),
                     1);
}

static void who_asked_withdraws_it_with_a_reason_while_it_waits(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = open_desk(cx);
    const struct id ticket = desk_file(cx, &d, "s"), id = ask_dan(cx, &d, ticket, 0);
    struct approval *a;

    test_refused(cx, approval_withdraw(cx, id, ""), &ERR_INVALID);
    test_as_staff(cx, d.dan, RIGHT_DESK);
    test_refused(cx, approval_withdraw(cx, id, "Not mine."), &ERR_DENIED);
    desk_as_anna(cx, &d);
    test_refused(cx, approval_withdraw(cx, id, "Not mine."), &ERR_DENIED);
    desk_as_priya(cx, &d);
    test_ok(cx, approval_withdraw(cx, id, "They paid."));
    test_refused(cx, approval_withdraw(cx, id, "Again."), &ERR_APPROVAL_OVER);
    test_ok(cx, approval_get(cx, id, &a));
    assert_string_equal(a->state, "withdrawn");
    assert_string_equal(a->opinion, "They paid.");
    assert_false(a->may_withdraw);
    assert_int_equal(count_events(cx, "ticket.approval_withdrawn"), 1);
    assert_int_equal(count_events(cx, "ticket.refused"), 0);
    as_dan(cx, &d);
    assert_int_equal(count_waiting(cx), 0);
    test_refused(cx, approval_decide(cx, id, true, NULL), &ERR_APPROVAL_OVER);
    (void)ask_dan(cx, &d, ticket, 0); /* the same may be asked again */
    test_as_staff(cx, d.dan, RIGHT_DESK | RIGHT_SETTINGS_UPDATE);
    test_ok(cx, approval_of_ticket(cx, ticket, &a, &(size_t){0}));
    test_ok(cx, approval_withdraw(cx, a[0].id, "Settled."));
}

static void a_refusal_says_why(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = open_desk(cx);
    const struct id id = ask_dan(cx, &d, desk_file(cx, &d, "s"), 0);
    char long_text[APPROVAL_TEXT_MAX + 2];

    memset(long_text, 'x', sizeof long_text - 1);
    long_text[sizeof long_text - 1] = '\0';
    as_dan(cx, &d);
    test_refused(cx, approval_decide(cx, id, false, NULL), &ERR_INVALID);
    test_refused(cx, approval_decide(cx, id, false, ""), &ERR_INVALID);
    test_refused(cx, approval_decide(cx, id, true, long_text), &ERR_INVALID);
    assert_int_equal(count_waiting(cx), 1);
    test_ok(cx, approval_decide(cx, id, false, "Too much."));
    assert_int_equal(count_events(cx, "ticket.refused"), 1);
}

static void what_cannot_be_asked_is_refused(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = open_desk(cx);
    const struct id ticket = desk_file(cx, &d, "s");
    const struct {
        struct approval_new what;
        const struct err_kind *kind;
    } BAD[] = {
        {{.kind = "wish", .question = "q", .person_id = d.dan}, &ERR_INVALID},
        {{.kind = NULL, .question = "q", .person_id = d.dan}, &ERR_INVALID},
        {{.kind = "order", .question = "", .person_id = d.dan}, &ERR_INVALID},
        {{.kind = "order", .question = "q", .person_id = d.dan, .days = -1}, &ERR_INVALID},
        {{.kind = "order", .question = "q", .person_id = d.dan, .days = APPROVAL_DAYS_MAX + 1},
         &ERR_INVALID},
        {{.kind = "order", .question = "q", .person_id = d.anna}, &ERR_INVALID},
        {{.kind = "order", .question = "q", .person_id = NOBODY}, &ERR_INVALID},
        {{.kind = "order", .question = "q", .person_id = d.priya}, &ERR_APPROVAL_OWN},
        {{.kind = "discount", .question = "q", .person_id = d.dan}, &ERR_APPROVAL_OPEN},
    };
    const struct approval_new good = {.kind = "order", .question = "q", .person_id = d.dan};
    struct id id;

    ask_dan(cx, &d, ticket, 0);
    for (size_t i = 0; i < COUNT(BAD); i++)
        test_refused(cx, approval_ask(cx, ticket, &BAD[i].what, &id), BAD[i].kind);
    test_refused(cx, approval_ask(cx, d.team, &good, &id), &ERR_NOT_FOUND);
    desk_as_anna(cx, &d);
    test_refused(cx, approval_ask(cx, ticket, &good, &id), &ERR_DENIED);
    test_as_staff(cx, d.priya, RIGHT_DESK_READ | RIGHT_ALL_OF(MODULE_DESK));
    test_refused(cx, approval_ask(cx, ticket, &good, &id), &ERR_DENIED);
    test_sql(cx, "DELETE FROM role_right WHERE tenant_id = ?", DB_ID(cx->tenant_id));
    desk_as_priya(cx, &d);
    test_refused(cx, approval_ask(cx, ticket, &good, &id), &ERR_APPROVAL_BLIND);
    assert_int_equal(
        test_i64(cx, "SELECT COUNT(*) FROM approval WHERE tenant_id = ?", DB_ID(cx->tenant_id)), 1);
    assert_int_equal(count_events(cx, "ticket.approval_asked"), 1);
}

static void the_substitute_decides_while_the_approver_is_away(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = open_desk(cx);
    const struct id ticket = desk_file(cx, &d, "s"), cara = make_third(cx);
    const struct id id = ask_dan(cx, &d, ticket, 0);

    test_as_staff(cx, cara, RIGHT_DESK);
    assert_int_equal(count_waiting(cx), 0);
    test_refused(cx, approval_decide(cx, id, true, NULL), &ERR_DENIED);
    send_away(cx, d.dan, cara);
    test_as_staff(cx, cara, 0);
    assert_int_equal(count_waiting(cx), 1);
    test_ok(cx, approval_decide(cx, id, true, NULL));
    as_dan(cx, &d);
    test_refused(cx, approval_decide(cx, id, true, NULL), &ERR_APPROVAL_OVER);
}

static void who_asked_never_decides_not_even_as_the_substitute(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = open_desk(cx);
    const struct id id = ask_dan(cx, &d, desk_file(cx, &d, "s"), 0);

    send_away(cx, d.dan, d.priya);
    desk_as_priya(cx, &d);
    assert_int_equal(count_waiting(cx), 0);
    test_refused(cx, approval_decide(cx, id, true, NULL), &ERR_DENIED);
    as_dan(cx, &d);
    test_ok(cx, approval_decide(cx, id, true, NULL));
}

static void what_is_not_decided_in_time_ends_and_needs_review(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = open_desk(cx);
    const struct id ticket = desk_file(cx, &d, "s"), id = ask_dan(cx, &d, ticket, 2);
    struct ticket *t;
    unsigned done;

    test_as_system(cx);
    test_ok(cx, approval_work(cx, &done));
    assert_int_equal(done, 0);
    cx->now += 2 * CLOCK_DAY;
    as_dan(cx, &d);
    assert_int_equal(count_waiting(cx), 0);
    test_refused(cx, approval_decide(cx, id, true, NULL), &ERR_APPROVAL_OVER);
    test_as_system(cx);
    test_ok(cx, approval_work(cx, &done));
    assert_int_equal(done, 1);
    test_ok(cx, approval_work(cx, &done));
    assert_int_equal(done, 0);
    test_ok(cx, ticket_get(cx, ticket, &t));
    assert_true(t->needs_review);
    assert_int_equal(test_i64(cx,
                              "SELECT COUNT(*) FROM event WHERE tenant_id = ? AND name = "
                              "'ticket.refused' AND data LIKE '%\"state\":\"expired\"%'",
                              DB_ID(cx->tenant_id)),
                     1);
}

static void a_link_decides_for_its_person_alone(void **state)
{
    struct ctx *cx = test_ctx(state), *other = test_ctx(state);
    const struct desk d = open_desk(cx);
    const struct id id = ask_dan(cx, &d, desk_file(cx, &d, "s"), 0);
    const char *token, *hers;
    struct approval *a;
    char *forged;

    assert_null(approval_token(cx, id, d.dan)); /* nothing to sign with */
    open_master(cx);
    open_master(other);
    token = approval_token(cx, id, d.dan);
    hers = approval_token(cx, id, d.priya);
    forged = arena_dup(cx->mem, hers);
    memcpy(forged + 32, token + 32, 32); /* dan's name under her signature */
    cx->viewer = (struct viewer){.kind = VIEWER_NOBODY};
    test_ok(cx, approval_open(cx, token, &a));
    assert_true(a->may_decide);
    test_ok(cx, approval_open(cx, hers, &a));
    assert_false(a->may_decide);
    test_refused(cx, approval_decide_link(cx, hers, true, NULL), &ERR_DENIED);
    test_refused(cx, approval_decide_link(cx, forged, true, NULL), &ERR_NOT_FOUND);
    test_refused(cx, approval_decide_link(cx, "00", true, NULL), &ERR_NOT_FOUND);
    test_refused(other, approval_open(other, token, &a), &ERR_NOT_FOUND);
    test_ok(cx, approval_decide_link(cx, token, true, "By mail."));
    test_refused(cx, approval_decide_link(cx, token, false, "No."), &ERR_APPROVAL_OVER);
    assert_int_equal(cx->viewer.kind, VIEWER_NOBODY);
    test_sql(cx, "UPDATE person SET is_disabled = TRUE WHERE tenant_id = ? AND id = ?",
             DB_ID(cx->tenant_id), DB_ID(d.dan));
    test_refused(cx, approval_open(cx, token, &a), &ERR_NOT_FOUND);
}

static void customers_and_other_tenants_see_no_approvals(void **state)
{
    struct ctx *cx = test_ctx(state), *other = test_ctx(state);
    const struct desk d = open_desk(cx), e = open_desk(other);
    const struct id ticket = desk_file(cx, &d, "s"), id = ask_dan(cx, &d, ticket, 0);
    struct approval *list;
    size_t count;

    as_dan(other, &e);
    test_refused(other, approval_decide(other, id, true, NULL), &ERR_NOT_FOUND);
    assert_int_equal(count_waiting(other), 0);
    desk_as_anna(cx, &d);
    test_refused(cx, approval_waiting(cx, &list, &count), &ERR_DENIED);
    test_refused(cx, approval_of_ticket(cx, ticket, &list, &count), &ERR_DENIED);
    test_refused(cx, approval_decide(cx, id, true, NULL), &ERR_DENIED);
}

static void what_is_asked_about_a_ticket_that_one_does_not_see_is_not_there(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = open_desk(cx);
    const struct id cara = make_third(cx), id = ask_dan(cx, &d, desk_file(cx, &d, "s"), 0);
    const uint64_t narrow = RIGHT_DESK_READ | RIGHT_DESK_UPDATE;
    struct approval *a;

    test_as_staff(cx, cara, narrow | RIGHT_SETTINGS);
    test_refused(cx, approval_get(cx, id, &a), &ERR_NOT_FOUND);
    test_refused(cx, approval_decide(cx, id, true, NULL), &ERR_NOT_FOUND);
    test_refused(cx, approval_withdraw(cx, id, "No longer needed."), &ERR_NOT_FOUND);
    test_as_staff(cx, cara, RIGHT_DESK);
    test_ok(cx, approval_get(cx, id, &a));
    test_refused(cx, approval_decide(cx, id, true, NULL), &ERR_DENIED);
    test_as_staff(cx, d.dan, narrow); /* who was asked sees the question, before and after */
    test_ok(cx, approval_decide(cx, id, true, NULL));
    test_ok(cx, approval_get(cx, id, &a));
    assert_string_equal(a->state, "approved");
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(an_approval_is_decided_once_by_whoever_was_asked),
        cmocka_unit_test(who_asked_withdraws_it_with_a_reason_while_it_waits),
        cmocka_unit_test(a_refusal_says_why),
        cmocka_unit_test(what_cannot_be_asked_is_refused),
        cmocka_unit_test(the_substitute_decides_while_the_approver_is_away),
        cmocka_unit_test(who_asked_never_decides_not_even_as_the_substitute),
        cmocka_unit_test(what_is_not_decided_in_time_ends_and_needs_review),
        cmocka_unit_test(a_link_decides_for_its_person_alone),
        cmocka_unit_test(customers_and_other_tenants_see_no_approvals),
        cmocka_unit_test(what_is_asked_about_a_ticket_that_one_does_not_see_is_not_there),
    };

    return test_group_run("approval", TESTS, COUNT(TESTS));
}
