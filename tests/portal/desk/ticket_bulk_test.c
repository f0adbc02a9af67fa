/* Many tickets changed at once: what is foreseen, what is done, what is refused, and the way back.
 */
#include "base/clock.h"
#include "portal/desk/ticket_bulk.h"
#include "portal/desk/ticket_link.h"
#include "portal/desk/ticket_merge.h"
#include "tests/portal/desk/desk_frame.h"

#include <string.h>

enum { TICKETS = 120 };

/* Rights by rows, as the work asks for them. */
static struct desk open_desk(struct ctx *cx)
{
    const struct desk d = desk_make(cx);

    test_sql(cx,
             "INSERT INTO role_right (tenant_id, role_id, name) SELECT tenant_id, id, 'desk' FROM "
             "role WHERE tenant_id = ?",
             DB_ID(cx->tenant_id));
    return d;
}

static void file_many(struct ctx *cx, const struct desk *d, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        (void)desk_file(cx, d, arena_printf(cx->mem, "Ticket %u", i));
    desk_as_priya(cx, d);
}

static void work(struct ctx *cx)
{
    struct ctx *jobs = test_again(cx);
    const struct id tenant = cx->tenant_id;
    bool worked = true;

    test_as_system(jobs);
    for (int i = 0; worked && i < 1000; i++) {
        test_ok(jobs, ticket_bulk_work(jobs, &worked));
        jobs->tenant_id = tenant;
    }
    assert_false(worked);
    db_release(jobs);
}

static struct id choose_all(struct ctx *cx)
{
    const struct ticket_bulk_choice all = {.view = TICKET_VIEW_OPEN, .origin = "Open"};
    struct id id;

    test_ok(cx, ticket_bulk_choose(cx, &all, &id));
    return id;
}

static struct ticket_bulk *get(struct ctx *cx, struct id id)
{
    struct ticket_bulk *bulk;

    test_ok(cx, ticket_bulk_get(cx, id, &bulk));
    return bulk;
}

static struct ticket_bulk *run(struct ctx *cx, struct id id, const struct ticket_bulk_act *act)
{
    test_ok(cx, ticket_bulk_say(cx, id, act));
    test_ok(cx, ticket_bulk_start(cx, id));
    work(cx);
    return get(cx, id);
}

static int64_t tickets_with(struct ctx *cx, const char *condition)
{
    return test_i64(
        cx,
        arena_printf(cx->mem, "SELECT COUNT(*) FROM ticket WHERE tenant_id = ? AND %s", condition),
        DB_ID(cx->tenant_id));
}

static void a_whole_queue_is_changed_and_set_back_but_for_what_changed_since(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = open_desk(cx);
    struct ticket_bulk_act act = {
        .values = {.level = 1, .has_assignee = true, .assignee_id = d.dan, .status = "closed"},
        .tag = "Sweep"};
    struct ticket_bulk_preview look;
    struct ticket_bulk_row *rows;
    struct ticket_bulk *bulk;
    struct id id, undo, again;
    size_t count;

    file_many(cx, &d, TICKETS);
    test_sql(cx,
             "UPDATE ticket SET status = 'waiting', category = 'waiting' WHERE tenant_id = ? "
             "AND subject = 'Ticket 7'",
             DB_ID(cx->tenant_id));
    id = choose_all(cx);
    assert_int_equal(get(cx, id)->total, TICKETS);
    test_ok(cx, ticket_bulk_say(cx, id, &act));
    test_ok(cx, ticket_bulk_look(cx, get(cx, id), &look));
    assert_int_equal(look.changes, TICKETS);
    assert_int_equal(look.refused + look.same, 0);
    bulk = run(cx, id, &act);
    assert_int_equal(bulk->state, TICKET_BULK_DONE);
    assert_int_equal(bulk->changed, TICKETS);
    assert_int_equal(tickets_with(cx, "category = 'closed' AND level = 1"), TICKETS);
    assert_int_equal(test_i64(cx,
                              "SELECT COUNT(*) FROM ticket_tag WHERE tenant_id = ? AND tag = "
                              "'sweep'",
                              DB_ID(cx->tenant_id)),
                     TICKETS);
    assert_true(id_parse(test_text(cx,
                                   "SELECT id FROM ticket WHERE tenant_id = ? AND subject = "
                                   "'Ticket 3'",
                                   DB_ID(cx->tenant_id)),
                         &again));
    test_ok(cx, ticket_tag(cx, again, "mine"));
    test_ok(cx, ticket_bulk_undo(cx, id, &undo));
    work(cx);
    bulk = get(cx, undo);
    assert_int_equal(bulk->changed, TICKETS - 1);
    assert_int_equal(bulk->left, 1);
    test_ok(cx, ticket_bulk_rows(cx, undo, &rows, &count));
    assert_int_equal(count, 1);
    assert_true(id_equal(rows[0].ticket_id, again));
    assert_string_equal(rows[0].reason, ERR_TICKET_BULK_LEFT.text);
    assert_int_equal(tickets_with(cx, "category = 'open' AND level <> 1 AND assignee_id IS NULL"),
                     TICKETS - 2);
    assert_int_equal(tickets_with(cx, "category = 'waiting' AND level <> 1"), 1);
    test_refused(cx, ticket_bulk_undo(cx, id, &undo), &ERR_TICKET_BULK_UNDO);
    test_refused(cx, ticket_bulk_undo(cx, bulk->id, &undo), &ERR_TICKET_BULK_UNDO);
}

static void what_is_refused_is_foreseen_counted_and_listed(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = open_desk(cx);
    const struct ticket_bulk_act act = {.values = {.status = "waiting"}};
    const struct id ids[] = {desk_file(cx, &d, "Open"), desk_file(cx, &d, "Closed"),
                             desk_file(cx, &d, "Waiting"), id_make(cx->now)};
    const struct ticket_bulk_choice choice = {
        .ids = ids, .id_count = COUNT(ids), .view = TICKET_VIEW_COUNT};
    struct ticket_bulk_preview look;
    struct ticket_bulk_row *rows;
    struct ticket_bulk *bulk;
    struct id id;
    size_t count;

    desk_as_priya(cx, &d);
    test_ok(cx, ticket_set_status(cx, ids[1], "closed"));
    test_ok(cx, ticket_set_status(cx, ids[2], "waiting"));
    test_ok(cx, ticket_bulk_choose(cx, &choice, &id));
    test_ok(cx, ticket_bulk_say(cx, id, &act));
    bulk = get(cx, id);
    assert_int_equal(bulk->total, 3);
    test_ok(cx, ticket_bulk_look(cx, bulk, &look));
    assert_int_equal(look.changes, 1);
    assert_int_equal(look.same, 1);
    assert_int_equal(look.refused, 1);
    assert_string_equal(look.reasons[0].reason, ERR_TICKET_TRANSITION.text);
    bulk = run(cx, id, &act);
    assert_int_equal(bulk->changed, 1);
    assert_int_equal(bulk->same, 1);
    assert_int_equal(bulk->refused, 1);
    test_ok(cx, ticket_bulk_rows(cx, id, &rows, &count));
    assert_int_equal(count, 1);
    assert_string_equal(rows[0].subject, "Closed");
    assert_string_equal(rows[0].reason, ERR_TICKET_TRANSITION.text);
    test_refused(cx, ticket_bulk_start(cx, id), &ERR_TICKET_BULK_STATE);
    test_refused(cx, ticket_bulk_say(cx, id, &act), &ERR_TICKET_BULK_STATE);
    test_refused(cx, ticket_bulk_cancel(cx, id), &ERR_TICKET_BULK_STATE);
}

static void a_right_that_is_taken_away_stops_it(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = open_desk(cx);
    const struct ticket_bulk_act act = {.values = {.level = 1}};
    struct ctx *jobs;
    struct id id;
    bool worked;

    file_many(cx, &d, TICKETS);
    id = choose_all(cx);
    test_ok(cx, ticket_bulk_say(cx, id, &act));
    test_ok(cx, ticket_bulk_start(cx, id));
    jobs = test_again(cx);
    test_ok(jobs, ticket_bulk_work(jobs, &worked));
    assert_true(worked);
    test_sql(cx, "DELETE FROM role_right WHERE tenant_id = ?", DB_ID(cx->tenant_id));
    db_release(jobs);
    work(cx);
    assert_int_equal(get(cx, id)->state, TICKET_BULK_STOPPED);
    assert_int_equal(get(cx, id)->changed, TICKET_BULK_BATCH);
    assert_int_equal(tickets_with(cx, "level = 1"), TICKET_BULK_BATCH);
}

static void what_is_cancelled_goes_no_further(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = open_desk(cx);
    const struct ticket_bulk_act act = {.values = {.level = 1}};
    struct ctx *jobs;
    struct id id;
    bool worked;

    file_many(cx, &d, TICKETS);
    id = choose_all(cx);
    test_ok(cx, ticket_bulk_say(cx, id, &act));
    test_ok(cx, ticket_bulk_start(cx, id));
    jobs = test_again(cx);
    test_ok(jobs, ticket_bulk_work(jobs, &worked));
    db_release(jobs);
    test_ok(cx, ticket_bulk_cancel(cx, id));
    work(cx);
    assert_int_equal(get(cx, id)->state, TICKET_BULK_CANCELLED);
    assert_int_equal(get(cx, id)->changed, TICKET_BULK_BATCH);
    assert_int_equal(get(cx, id)->waiting, TICKETS - TICKET_BULK_BATCH);
}

static void many_are_answered_and_merged(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = open_desk(cx);
    struct ticket_bulk_act act = {.text = "Hello {reporter}, ticket {number} is known."};
    struct ticket_bulk_act gap = {.text = "Your seat {serial}."};
    struct ticket_bulk *bulk;
    struct ticket *target;
    struct id first = desk_file(cx, &d, "The first"), id;

    file_many(cx, &d, 5);
    bulk = run(cx, choose_all(cx), &act);
    assert_int_equal(bulk->changed, 6);
    assert_int_equal(test_i64(cx,
                              "SELECT COUNT(*) FROM message m JOIN ticket t ON t.tenant_id = "
                              "m.tenant_id AND t.id = m.ticket_id WHERE m.tenant_id = ? AND "
                              "m.body LIKE CONCAT('%ticket ', t.number, ' is known.')",
                              DB_ID(cx->tenant_id)),
                     6);
    bulk = run(cx, choose_all(cx), &gap);
    assert_int_equal(bulk->refused, 6); /* a gap is never sent */
    test_ok(cx, ticket_get(cx, first, &target));
    act = (struct ticket_bulk_act){.merge_number = target->number};
    id = choose_all(cx);
    bulk = run(cx, id, &act);
    assert_int_equal(bulk->changed, 5);
    assert_int_equal(bulk->refused, 1);
    assert_int_equal(tickets_with(cx, "merged_into IS NOT NULL"), 5);
    test_refused(cx, ticket_bulk_undo(cx, id, &id), &ERR_TICKET_BULK_UNDO);
}

static void what_makes_no_sense_is_refused_and_others_see_nothing(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = open_desk(cx);
    const struct ticket_bulk_choice none = {.view = TICKET_VIEW_COUNT};
    struct ticket_bulk *bulk;
    struct id id;

    file_many(cx, &d, 2);
    test_refused(cx, ticket_bulk_choose(cx, &none, &id), &ERR_TICKET_BULK_NONE);
    id = choose_all(cx);
    test_refused(cx, ticket_bulk_say(cx, id, &(struct ticket_bulk_act){.text = NULL}),
                 &ERR_TICKET_BULK_EMPTY);
    test_refused(cx,
                 ticket_bulk_say(cx, id, &(struct ticket_bulk_act){.values = {.status = "odd"}}),
                 &ERR_INVALID);
    test_refused(cx, ticket_bulk_say(cx, id, &(struct ticket_bulk_act){.merge_number = "none"}),
                 &ERR_TICKET_LINK);
    test_refused(cx, ticket_bulk_start(cx, id), &ERR_TICKET_BULK_STATE);
    test_as_staff(cx, d.dan, RIGHT_DESK);
    test_refused(cx, ticket_bulk_get(cx, id, &bulk), &ERR_NOT_FOUND);
    test_as_staff(cx, d.priya, RIGHT_DESK_READ | RIGHT_ALL_OF(MODULE_DESK));
    test_refused(cx, ticket_bulk_get(cx, id, &bulk), &ERR_DENIED);
    desk_as_tom(cx, &d);
    test_refused(cx, ticket_bulk_get(cx, id, &bulk), &ERR_DENIED);
}

/* It runs in the name and the reach of the one who chose: nobody else writes or starts it. */
static void somebody_elses_is_looked_at_and_cancelled_but_never_said_or_started(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = open_desk(cx);
    const struct ticket_bulk_act act = {.tag = "mine"}, theirs = {.text = "Escalated by dan"};
    struct ticket_bulk *bulk;
    struct id id, undo;

    file_many(cx, &d, 2);
    id = choose_all(cx);
    test_ok(cx, ticket_bulk_say(cx, id, &act));
    test_as_staff(cx, d.dan, RIGHT_DESK | RIGHT_SETTINGS);
    test_ok(cx, ticket_bulk_get(cx, id, &bulk));
    test_refused(cx, ticket_bulk_say(cx, id, &theirs), &ERR_TICKET_BULK_OTHERS);
    test_refused(cx, ticket_bulk_start(cx, id), &ERR_TICKET_BULK_OTHERS);
    work(cx);
    assert_int_equal(get(cx, id)->state, TICKET_BULK_READY);
    assert_null(strstr(get(cx, id)->act, "Escalated"));
    test_ok(cx, ticket_bulk_cancel(cx, id));
    desk_as_priya(cx, &d);
    id = choose_all(cx);
    assert_int_equal(run(cx, id, &act)->changed, 2);
    /* undone in the name of the doer, who by now sees nothing that is not his own */
    test_sql(cx, "DELETE FROM role_right WHERE tenant_id = ?", DB_ID(cx->tenant_id));
    test_sql(cx,
             "INSERT INTO role_right (tenant_id, role_id, name) SELECT r.tenant_id, r.id, n.name "
             "FROM role r JOIN (SELECT 'desk.read' AS name UNION SELECT 'desk.update') n "
             "WHERE r.tenant_id = ?",
             DB_ID(cx->tenant_id));
    test_as_staff(cx, d.dan, RIGHT_DESK | RIGHT_SETTINGS);
    test_ok(cx, ticket_bulk_undo(cx, id, &undo));
    work(cx);
    assert_true(id_equal(get(cx, undo)->starter_id, d.dan));
    assert_int_equal(get(cx, undo)->refused, 2);
    assert_int_equal(get(cx, undo)->changed, 0);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(a_whole_queue_is_changed_and_set_back_but_for_what_changed_since),
        cmocka_unit_test(what_is_refused_is_foreseen_counted_and_listed),
        cmocka_unit_test(a_right_that_is_taken_away_stops_it),
        cmocka_unit_test(what_is_cancelled_goes_no_further),
        cmocka_unit_test(many_are_answered_and_merged),
        cmocka_unit_test(what_makes_no_sense_is_refused_and_others_see_nothing),
        cmocka_unit_test(somebody_elses_is_looked_at_and_cancelled_but_never_said_or_started),
    };

    return test_group_run("ticket_bulk", TESTS, COUNT(TESTS));
}
