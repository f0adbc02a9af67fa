/* Tickets that are given to somebody by themselves, from the event that tells of them. */
#include "base/clock.h"
#include "db/event.h"
#include "portal/desk/auto_assign.h"
#include "portal/desk/leave.h"
#include "portal/desk/team.h"
#include "portal/jobs/flow_event.h"
#include "tests/portal/desk/desk_frame.h"

enum { AGENTS = 7, TICKETS = 1000, THREADS = 8 };

struct crew {
    struct desk d;
    struct id agents[AGENTS];
};

static const struct id NOBODY = {{0}};

static struct crew make_crew(struct ctx *cx, enum team_assign how, int size)
{
    struct crew c = {.d = desk_make(cx)};

    test_sql(cx, "UPDATE team SET is_default = TRUE, assign_by = ? WHERE tenant_id = ? AND id = ?",
             DB_TEXT(team_assign_name(how)), DB_ID(cx->tenant_id), DB_ID(c.d.team));
    test_sql(cx,
             "INSERT INTO role_right (tenant_id, role_id, name) SELECT tenant_id, id, 'desk' FROM "
             "role WHERE tenant_id = ?",
             DB_ID(cx->tenant_id));
    for (int i = 0; i < size; i++) {
        c.agents[i] = make_person(cx, arena_printf(cx->mem, "Agent %d", i),
                                  arena_printf(cx->mem, "agent%d@tilwick.example", i));
        test_sql(cx,
                 "INSERT INTO staff_member (tenant_id, person_id, role_id, team_id) SELECT "
                 "tenant_id, ?, role_id, ? FROM staff_member WHERE tenant_id = ? AND person_id = ?",
                 DB_ID(c.agents[i]), DB_ID(c.d.team), DB_ID(cx->tenant_id), DB_ID(c.d.dan));
    }
    return c;
}

static void send_on_leave(struct ctx *cx, struct id person, struct id instead)
{
    struct id id;

    test_ok(cx, leave_add(cx,
                          &(struct leave){.person_id = person,
                                          .from_on = "2026-03-01",
                                          .to_on = "2026-03-20",
                                          .substitute_id = instead},
                          &id));
}

static int64_t load_of(struct ctx *cx, struct id person)
{
    return test_i64(cx, "SELECT COUNT(*) FROM ticket WHERE tenant_id = ? AND assignee_id = ?",
                    DB_ID(cx->tenant_id), DB_ID(person));
}

static struct id assign(struct ctx *cx, struct id ticket)
{
    struct id who;

    test_ok(cx, auto_assign_ticket(cx, ticket, &who));
    return who;
}

/* Tickets as plain rows: a thousand filings would test filing. */
static void make_tickets(struct ctx *cx, const struct desk *d, struct id *out, int count)
{
    const struct id first = desk_file(cx, d, "first");

    for (int i = 0; i < count; i++) {
        out[i] = ctx_new_id(cx);
        cx->id_count = cx->id_next = 0;
        test_sql(cx,
                 "INSERT INTO ticket (tenant_id, id, number, organisation_id, person_id, source, "
                 "subject, topic, status, category, level, created_at, updated_at) SELECT "
                 "tenant_id, ?, ?, organisation_id, person_id, source, subject, topic, status, "
                 "category, level, created_at, updated_at FROM ticket WHERE tenant_id = ? AND "
                 "id = ?",
                 DB_ID(out[i]), DB_TEXT(arena_printf(cx->mem, "X-%d", i)), DB_ID(cx->tenant_id),
                 DB_ID(first));
    }
}

struct rush {
    struct id tickets[TICKETS];
    int failed[THREADS];
};

static void give_some(struct ctx *cx, unsigned index, void *arg)
{
    struct rush *r = arg;
    struct id who;

    for (int i = (int)index; i < TICKETS; i += THREADS) {
        bool ok = false;

        for (int tries = 0; tries < 20 && !ok; tries++) {
            ok = auto_assign_ticket(cx, r->tickets[i], &who) && !id_is_zero(who);
            err_clear(&cx->err);
            cx->id_count = cx->id_next = 0; /* the next ticket's rows have ids of their own */
        }
        r->failed[index] += !ok;
    }
}

static void a_thousand_tickets_at_once_are_shared_evenly_by_those_who_are_here(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct crew c = make_crew(cx, TEAM_ASSIGN_TURN, AGENTS);
    struct rush *r = arena_new(cx->mem, struct rush);
    int64_t least = TICKETS, most = 0;

    send_on_leave(cx, c.agents[2], c.agents[0]);
    send_on_leave(cx, c.agents[5], NOBODY);
    make_tickets(cx, &c.d, r->tickets, TICKETS);
    test_threads(cx, THREADS, give_some, r);
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(r->failed[i], 0);
    for (int i = 0; i < AGENTS; i++) {
        const int64_t load = load_of(cx, c.agents[i]);

        if (i == 2 || i == 5) {
            assert_int_equal(load, 0);
            continue;
        }
        least = load < least ? load : least;
        most = load > most ? load : most;
    }
    assert_in_range(most - least, 0, 1);
}

static void by_load_whoever_has_the_fewest_is_next(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct crew c = make_crew(cx, TEAM_ASSIGN_LOAD, 3);
    struct id tickets[6];

    make_tickets(cx, &c.d, tickets, 6);
    test_ok(cx, ticket_assign(cx, tickets[0], c.agents[0]));
    test_ok(cx, ticket_assign(cx, tickets[1], c.agents[0]));
    test_ok(cx, ticket_assign(cx, tickets[2], c.agents[1]));
    assert_true(id_equal(assign(cx, tickets[3]), c.agents[2]));
    assert_int_equal(load_of(cx, c.agents[0]), 2);
    (void)assign(cx, tickets[4]);
    (void)assign(cx, tickets[5]);
    for (int i = 0; i < 3; i++)
        assert_int_equal(load_of(cx, c.agents[i]), 2);
}

static void those_with_the_skill_and_the_product_come_first(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct crew c = make_crew(cx, TEAM_ASSIGN_TURN, 3);
    const struct id product = ctx_new_id(cx);
    struct id tickets[4];

    test_sql(cx,
             "INSERT INTO product (tenant_id, id, name, created_at, updated_at) VALUES "
             "(?, ?, 'Till', NOW(), NOW())",
             DB_ID(cx->tenant_id), DB_ID(product));
    test_sql(cx, "UPDATE team SET by_skill = TRUE, by_product = TRUE WHERE tenant_id = ?",
             DB_ID(cx->tenant_id));
    test_ok(cx, team_member_set(
                    cx, c.agents[1],
                    &(struct team_knows){.team_id = c.d.team, .takes = true, .skills = "scanner"}));
    test_ok(cx, team_member_set(cx, c.agents[2],
                                &(struct team_knows){.team_id = c.d.team,
                                                     .takes = true,
                                                     .products = &product,
                                                     .product_count = 1}));
    make_tickets(cx, &c.d, tickets, 4);
    test_ok(cx, ticket_tag(cx, tickets[0], "Scanner"));
    test_ok(cx, ticket_tag(cx, tickets[1], "scanner"));
    test_sql(cx, "UPDATE ticket SET product_id = ? WHERE tenant_id = ? AND id = ?", DB_ID(product),
             DB_ID(cx->tenant_id), DB_ID(tickets[2]));
    assert_true(id_equal(assign(cx, tickets[0]), c.agents[1]));
    assert_true(id_equal(assign(cx, tickets[1]), c.agents[1]));
    assert_true(id_equal(assign(cx, tickets[2]), c.agents[2]));
    assert_true(id_equal(assign(cx, tickets[3]), c.agents[0])); /* nobody's speciality: by turn */
}

static void when_all_are_away_their_substitutes_take(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct crew c = make_crew(cx, TEAM_ASSIGN_TURN, 2);
    struct id tickets[2];

    make_tickets(cx, &c.d, tickets, 2);
    send_on_leave(cx, c.agents[0], c.d.dan);
    send_on_leave(cx, c.agents[1], NOBODY);
    assert_true(id_equal(assign(cx, tickets[0]), c.d.dan));
    send_on_leave(cx, c.d.dan, NOBODY);
    assert_true(id_is_zero(assign(cx, tickets[1])));
}

static void who_is_switched_off_or_may_not_gets_none(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct crew c = make_crew(cx, TEAM_ASSIGN_TURN, 2);
    struct id tickets[2];

    make_tickets(cx, &c.d, tickets, 2);
    test_ok(cx, team_member_takes(cx, c.agents[0], false));
    assert_true(id_equal(assign(cx, tickets[0]), c.agents[1]));
    test_sql(cx, "DELETE FROM role_right WHERE tenant_id = ?", DB_ID(cx->tenant_id));
    assert_true(id_is_zero(assign(cx, tickets[1])));
}

static void work(struct ctx *cx)
{
    struct id tenant = cx->tenant_id;
    unsigned worked;

    /* What the tests before have left is not waited for. */
    test_sql(cx, "DELETE FROM event_delivery WHERE tenant_id <> ? AND consumer = 'flow'",
             DB_ID(tenant));
    db_release(cx);
    test_ok(cx, flow_event_work(cx, &worked));
    cx->tenant_id = tenant;
}

static struct id assignee_of(struct ctx *cx, struct id ticket)
{
    struct ticket *t;

    test_ok(cx, ticket_get(cx, ticket, &t));
    return t->assignee_id;
}

static void a_filed_ticket_is_given_after_the_rules_and_a_failure_loses_none(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct crew c = make_crew(cx, TEAM_ASSIGN_TURN, 1);
    const struct id ticket = desk_file(cx, &c.d, "s");

    work(cx);
    assert_true(id_is_zero(assignee_of(cx, ticket))); /* the rules have not been asked */
    test_sql(cx, "DELETE FROM event_delivery WHERE tenant_id = ? AND consumer = 'rules'",
             DB_ID(cx->tenant_id));
    cx->now += CLOCK_SECOND;
    work(cx);
    assert_true(id_equal(assignee_of(cx, ticket), c.agents[0]));
    assert_int_equal(test_i64(cx,
                              "SELECT COUNT(*) FROM event_delivery WHERE tenant_id = ? AND "
                              "consumer = 'flow' AND event_id IN (SELECT id FROM event WHERE "
                              "tenant_id = ? AND name = 'ticket.created')",
                              DB_ID(cx->tenant_id), DB_ID(cx->tenant_id)),
                     0);
}

static void nothing_waits_for_rules_longer_than_a_minute(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct crew c = make_crew(cx, TEAM_ASSIGN_TURN, 1);
    const struct id ticket = desk_file(cx, &c.d, "s");

    cx->now += 61 * CLOCK_SECOND;
    work(cx);
    assert_true(id_equal(assignee_of(cx, ticket), c.agents[0]));
}

struct one {
    struct id ticket;
};

static bool assign_one(struct ctx *cx, void *arg)
{
    const struct one *o = arg;
    struct id who;

    return auto_assign_ticket(cx, o->ticket, &who);
}

static void nobody_has_it(struct ctx *cx, void *arg)
{
    const struct one *o = arg;

    assert_true(id_is_zero(assignee_of(cx, o->ticket)));
}

static void a_failure_at_any_statement_leaves_it_with_nobody(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct crew c = make_crew(cx, TEAM_ASSIGN_TURN, 1);
    struct one o = {.ticket = desk_file(cx, &c.d, "s")};

    cx->id_count = cx->id_next = 0;
    test_failures(cx, assign_one, &o, nobody_has_it);
    assert_true(id_equal(assignee_of(cx, o.ticket), c.agents[0]));
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(a_thousand_tickets_at_once_are_shared_evenly_by_those_who_are_here),
        cmocka_unit_test(by_load_whoever_has_the_fewest_is_next),
        cmocka_unit_test(those_with_the_skill_and_the_product_come_first),
        cmocka_unit_test(when_all_are_away_their_substitutes_take),
        cmocka_unit_test(who_is_switched_off_or_may_not_gets_none),
        cmocka_unit_test(a_filed_ticket_is_given_after_the_rules_and_a_failure_loses_none),
        cmocka_unit_test(nothing_waits_for_rules_longer_than_a_minute),
        cmocka_unit_test(a_failure_at_any_statement_leaves_it_with_nobody),
    };

    return test_group_run("flow_event", TESTS, COUNT(TESTS));
}
