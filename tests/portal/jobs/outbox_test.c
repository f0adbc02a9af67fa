/* From ticket.created to a routed ticket and its trace. Workers are this very program. */
#include "base/clock.h"
#include "portal/desk/ticket_thread.h"
#include "portal/jobs/audit_chain.h"
#include "portal/jobs/outbox.h"
#include "portal/script_api.h"
#include "scripts/script_worker.h"
#include "scripts/value_list.h"
#include "tests/portal/desk/desk_frame.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

static struct script_engine *engine;

/* A minute for a rule: what is tested are budgets and outcomes, not this machine's speed. */
static const struct config CONFIG = {
    .script_workers = 1, .script_check_ms = 60000, .script_after_ms = 60000};

/* A rule on an event whose negative case is a ticket "quiet". */
static void deploy_on(struct ctx *cx, const char *name, const char *event, const char *more,
                      const char *body)
{
    struct script_version *version;
    const char *text =
        arena_printf(cx->mem,
                     "return { id = '%s', title = '%s', api = 1, on = { '%s' }, %s\n"
                     "run = function(ev, new, old, ctx)\n"
                     "if new.subject == 'quiet' then return {} end\n"
                     "if new.subject == 'test' then return tag('tested') end\n"
                     "%s\nend,\n"
                     "tests = { { name = 'a', new = { subject = 'quiet' }, effects = {} },\n"
                     "{ name = 'b', new = { subject = 'test' }, effects = tag('tested') } } }",
                     name, name, event, more, body);

    test_ok(cx, script_deploy(cx, engine, text, strlen(text), "", &version));
}

static void deploy(struct ctx *cx, const char *name, const char *body)
{
    deploy_on(cx, name, "ticket.created", "grants = { 'ticket.write', 'note' },", body);
}

/* The jobs role takes events of every tenant, and works until nothing is due. */
static void work_until_idle(struct ctx *cx)
{
    struct ctx *jobs = test_again(cx);
    unsigned worked = 1;

    for (int i = 0; i < 50 && worked > 0; i++) {
        jobs->now = cx->now;
        test_ok(jobs, outbox_work(jobs, engine, &worked));
    }
    assert_int_equal(worked, 0);
}

static struct ticket *get(struct ctx *cx, struct id id)
{
    struct ticket *t;

    test_as_system(cx);
    test_ok(cx, ticket_get(cx, id, &t));
    return t;
}

static json_t *traces(struct ctx *cx, struct id id)
{
    json_t *list;

    test_ok(cx, script_run_list(cx, id, "en", 50, &list));
    return list;
}

static void a_rule_routes_a_new_ticket(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct desk d = desk_make(cx);
    struct id id;
    struct message **thread;
    size_t count;
    bool has_script_line = false;

    deploy(cx, "route",
           "return { route { team = tenant.list('city_team')[new.subject] }, level(1),"
           " tag { 'routed' }, note { text = 'by rule' } }");
    const char *team = test_text(cx, "SELECT name FROM team WHERE tenant_id = ? AND id = ?",
                                 DB_ID(cx->tenant_id), DB_ID(d.team));
    test_ok(cx, value_list_set(cx, "city_team", "Till", team));
    id = desk_file(cx, &d, "Till");
    work_until_idle(cx);

    struct ticket *t = get(cx, id);
    assert_true(id_equal(t->team_id, d.team));
    assert_int_equal(t->level, 1);
    assert_false(t->needs_review);
    json_t *run = json_array_get(traces(cx, id), 0);
    assert_string_equal(json_get_text(run, "state", ""), "done");
    assert_string_equal(json_get_text(run, "title", ""), "route");
    assert_int_equal(json_array_size(json_object_get(run, "effects")), 4);
    test_ok(cx, ticket_thread(cx, id, &thread, &count));
    for (size_t i = 0; i < count; i++)
        has_script_line = has_script_line || strcmp(thread[i]->author, "script") == 0;
    assert_true(has_script_line);
}

static void a_ticket_of_another_tenant_is_left_alone(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct ctx *other = test_ctx(state);
    struct desk d = desk_make(cx);
    struct desk e = desk_make(other);
    struct id mine, theirs;

    deploy(cx, "level", "return level(1)");
    mine = desk_file(cx, &d, "x");
    theirs = desk_file(other, &e, "x");
    work_until_idle(cx);
    assert_int_equal(get(cx, mine)->level, 1);
    assert_int_not_equal(get(other, theirs)->level, 1);
    assert_int_equal(json_array_size(traces(other, theirs)), 0);
}

/* Each failing body, what the trace says, and that the ticket stands, flagged, in the default
 * team, while another rule's effects still happen. */
static void check_failure(struct ctx *cx, const char *body, const char *outcome, const char *part)
{
    struct desk d = desk_make(cx);
    struct id id;

    test_sql(cx,
             "INSERT INTO team (tenant_id, id, name, is_default) VALUES (?, ?, 'Front desk', TRUE)",
             DB_ID(cx->tenant_id), DB_ID(ctx_new_id(cx)));
    deploy(cx, "bad", body);
    deploy(cx, "other", "return tag('other')");
    id = desk_file(cx, &d, "x");
    work_until_idle(cx);

    struct ticket *t = get(cx, id);
    json_t *tags, *run = json_array_get(traces(cx, id), 0);
    assert_true(t->needs_review);
    assert_string_equal(t->team_name, "Front desk");
    test_ok(cx, ticket_tags(cx, id, &tags));
    assert_string_equal(json_write(cx->mem, tags), "[\"other\"]");
    assert_string_equal(json_get_text(run, "name", ""), "bad");
    assert_true(json_get_bool(run, "is_bad", false));
    assert_string_equal(json_get_text(run, "outcome", ""), outcome);
    if (strstr(json_get_text(run, "error", ""), part) == NULL)
        fail_msg("%s: %s", body, json_get_text(run, "error", ""));
    assert_int_equal(test_i64(cx,
                              "SELECT failures FROM script WHERE tenant_id = ? AND name = 'bad'",
                              DB_ID(cx->tenant_id)),
                     1);
}

static void a_looping_rule_is_cut_off(void **state)
{
    check_failure(test_ctx(state), "while true do end", "instructions", "too many instructions");
}

static void a_rule_that_eats_memory_is_cut_off(void **state)
{
    check_failure(test_ctx(state), "local t = {} while true do t[#t + 1] = { {} } end", "memory",
                  "too much memory");
}

static void a_rule_with_an_error_is_traced_with_its_line(void **state)
{
    struct ctx *cx = test_ctx(state);

    check_failure(cx, "return new.nothing.at_all", "error", "attempt to index a nil value");
    assert_int_equal(
        test_i64(cx, "SELECT line FROM script_run WHERE tenant_id = ? AND state = 'failed'",
                 DB_ID(cx->tenant_id)),
        5);
}

static void an_effect_that_cannot_be_done_drops_all_of_the_run(void **state)
{
    check_failure(test_ctx(state),
                  "return { tag('dropped'), level(1), route { team = 'Nowhere' } }", "refused",
                  "route: there is no team \"Nowhere\"");
}

static void effects_are_checked_like_a_form(void **state)
{
    static const struct {
        const char *body, *part;
    } CASES[] = {
        {"return level(9)", "level"},
        {"return level('high')", "level: a whole number is wanted"},
        {"return route {}", "route: a text is wanted"},
        {"return tag { 1 }", "tag: a text is wanted"},
        {"return assign { person = 'nobody@example.com' }", "not a member of staff"},
        {"return status('nonsense')", "status"},
        {"return topic('nonsense')", "topic"},
        {"return set { field = 'id', value = 1 }", "no field \"id\""},
        {"return { effect = 'drop_table' }", "there is no such effect"},
        {"return note { text = '' }", "note"},
    };

    for (size_t i = 0; i < COUNT(CASES); i++)
        check_failure(test_ctx(state), CASES[i].body, "refused", CASES[i].part);
}

static void a_rule_without_the_grant_is_refused(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct desk d = desk_make(cx);
    struct id id;

    deploy_on(cx, "timid", "ticket.created", "grants = { 'note' },", "return level(1)");
    id = desk_file(cx, &d, "x");
    work_until_idle(cx);
    assert_int_not_equal(get(cx, id)->level, 1);
    json_t *run = json_array_get(traces(cx, id), 0);
    assert_string_equal(json_get_text(run, "state", ""), "refused");
    assert_non_null(strstr(json_get_text(run, "error", ""), "lacks the grant \"ticket.write\""));
}

static int64_t told(struct ctx *cx, struct id person_id)
{
    return test_i64(cx,
                    "SELECT COUNT(*) FROM notice WHERE tenant_id = ? AND person_id = ? AND "
                    "kind = 'rule' AND due_at IS NOT NULL",
                    DB_ID(cx->tenant_id), DB_ID(person_id));
}

static void a_rule_tells_people_whom_it_may_tell(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct desk d = desk_make(cx);
    struct id id;

    deploy_on(cx, "mails", "ticket.created",
              "grants = { 'ticket.write', 'mail.customer', 'mail.staff' },",
              "return { mail { to = 'reporter', text = 'We call you at noon.' }, "
              "notify { to = 'engineer', text = 'Call at noon.' }, "
              "assign { person = 'dan@tilwick.example' } }");
    id = desk_file(cx, &d, "Till");
    work_until_idle(cx);
    assert_string_equal(json_get_text(json_array_get(traces(cx, id), 0), "state", ""), "done");
    assert_int_equal(told(cx, d.anna), 1);
    assert_int_equal(told(cx, d.tom), 0);
    assert_int_equal(told(cx, d.dan), 0); /* nobody was on it when that was said */
}

static void a_rule_writes_to_no_customer_without_the_grant(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct desk d = desk_make(cx);

    deploy_on(cx, "mails", "ticket.created", "grants = { 'ticket.write', 'mail.staff' },",
              "return { notify { to = 'team', text = 'x' }, "
              "mail { to = 'customers', text = 'Buy more.' } }");
    assert_true(get(cx, desk_file(cx, &d, "Till"))->needs_review == false);
    work_until_idle(cx);
    assert_int_equal(told(cx, d.anna), 0);
    assert_int_equal(test_i64(cx,
                              "SELECT COUNT(*) FROM ticket WHERE tenant_id = ? AND needs_review",
                              DB_ID(cx->tenant_id)),
                     1);
}

static void a_rule_tells_people_five_times_at_most(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct desk d = desk_make(cx);

    deploy_on(cx, "mails", "ticket.created", "grants = { 'ticket.write', 'mail.customer' },",
              "local all = {} for i = 1, 6 do all[i] = mail { to = 'reporter', text = 'x' } end "
              "return all");
    desk_file(cx, &d, "Till");
    work_until_idle(cx);
    assert_int_equal(told(cx, d.anna), 0);
}

static void when_saves_the_run_and_says_why(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct desk d = desk_make(cx);
    struct id id;
    struct script_version *version;
    static const char TEXT[] =
        "return { id = 'picky', title = 'Picky', api = 1, on = { 'ticket.created' },\n"
        "when = { subject = 'this' }, run = function() return tag('x') end,\n"
        "grants = { 'ticket.write' },\n"
        "tests = { { name = 'a', new = { subject = 'this' }, effects = tag('x') },\n"
        "{ name = 'b', new = { subject = 'that' }, effects = {} } } }";

    test_ok(cx, script_deploy(cx, engine, TEXT, strlen(TEXT), "", &version));
    id = desk_file(cx, &d, "that");
    work_until_idle(cx);
    json_t *run = json_array_get(traces(cx, id), 0);
    assert_string_equal(json_get_text(run, "state", ""), "skipped");
    assert_string_equal(json_get_text(run, "outcome", ""), "when");
    assert_string_equal(json_get_text(run, "error", ""), "subject");
}

/* The event comes again, as after a crash between the effects and the delivery's end. */
static void an_event_that_comes_twice_has_its_effects_once(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct desk d = desk_make(cx);
    struct id id;

    deploy(cx, "noter", "return note { text = 'once' }");
    id = desk_file(cx, &d, "x");
    work_until_idle(cx);
    test_sql(cx,
             "INSERT INTO event_delivery (tenant_id, consumer, event_id, due_at) "
             "SELECT tenant_id, 'rules', id, at FROM event WHERE tenant_id = ? AND subject_id = ? "
             "AND name = 'ticket.created'",
             DB_ID(cx->tenant_id), DB_ID(id));
    work_until_idle(cx);
    assert_int_equal(test_i64(cx,
                              "SELECT COUNT(*) FROM message WHERE tenant_id = ? AND body = 'once'",
                              DB_ID(cx->tenant_id)),
                     1);
    assert_int_equal(json_array_size(traces(cx, id)), 1);
}

static void rules_run_by_priority_then_name(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct desk d = desk_make(cx);
    struct id id;
    static const struct {
        const char *name, *more;
    } RULES[] = {
        {"zulu", "priority = 1,"}, {"bravo", ""}, {"alpha", ""}, {"last", "priority = 500,"}};
    static const char *const ORDER[] = {"zulu", "alpha", "bravo", "last"};

    for (size_t i = 0; i < COUNT(RULES); i++)
        deploy_on(cx, RULES[i].name, "ticket.created", RULES[i].more, "return {}");
    id = desk_file(cx, &d, "x");
    work_until_idle(cx);
    json_t *list = traces(cx, id);
    assert_int_equal(json_array_size(list), COUNT(ORDER));
    for (size_t i = 0; i < COUNT(ORDER); i++)
        assert_string_equal(json_get_text(json_array_get(list, i), "name", ""), ORDER[i]);
}

static void five_failures_in_a_row_switch_a_rule_off(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct desk d = desk_make(cx);
    struct id id = {{0}};

    deploy(cx, "bad", "if new.subject == 'good' then return {} end error('no')");
    for (int i = 0; i < SCRIPT_FAILURES_MAX - 1; i++)
        desk_file(cx, &d, "x");
    desk_file(cx, &d, "good"); /* not in a row any more */
    work_until_idle(cx);
    for (int i = 0; i < SCRIPT_FAILURES_MAX; i++)
        desk_file(cx, &d, "x");
    work_until_idle(cx);
    assert_int_equal(test_i64(cx,
                              "SELECT COUNT(*) FROM script WHERE tenant_id = ? AND state = 'off'",
                              DB_ID(cx->tenant_id)),
                     1);
    assert_string_equal(
        test_text(cx, "SELECT state FROM script_version WHERE tenant_id = ?", DB_ID(cx->tenant_id)),
        "quarantined");
    assert_int_equal(
        test_i64(cx,
                 "SELECT COUNT(*) FROM event WHERE tenant_id = ? AND name = 'script.switched_off'",
                 DB_ID(cx->tenant_id)),
        1);
    id = desk_file(cx, &d, "x");
    work_until_idle(cx);
    assert_int_equal(json_array_size(traces(cx, id)), 0);
    assert_false(get(cx, id)->needs_review);
}

/* Every fourth run fails: never five in a row, but too many of fifty. */
static void a_rule_that_fails_now_and_then_is_switched_off_too(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct desk d = desk_make(cx);

    deploy(cx, "flaky", "if new.subject == 'bad' then error('no') end");
    for (int i = 1; i <= SCRIPT_RECENT_RUNS; i++) {
        desk_file(cx, &d, i % 4 == 0 ? "bad" : "good");
        work_until_idle(cx);
    }
    assert_int_equal(test_i64(cx,
                              "SELECT COUNT(*) FROM script WHERE tenant_id = ? AND state = 'on'",
                              DB_ID(cx->tenant_id)),
                     1);
    desk_file(cx, &d, "bad"); /* with a full fifty to look back on */
    work_until_idle(cx);
    assert_int_equal(test_i64(cx,
                              "SELECT COUNT(*) FROM script WHERE tenant_id = ? AND state = 'off'",
                              DB_ID(cx->tenant_id)),
                     1);
}

static void rules_that_set_each_other_off_are_stopped(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct desk d = desk_make(cx);
    struct id id;
    static const char SWING[] = "if new.level == 2 then return level(3) else return level(2) end";

    for (int i = 0; i < 6; i++)
        deploy_on(cx, arena_printf(cx->mem, "swing%d", i), "ticket.updated",
                  "grants = { 'ticket.write' },", SWING);
    deploy(cx, "start", "return level(1)");
    id = desk_file(cx, &d, "x");
    work_until_idle(cx);
    /* each at most once in the chain */
    assert_int_equal(
        test_i64(cx,
                 "SELECT COALESCE(MAX(n), 0) FROM (SELECT COUNT(*) AS n FROM script_run "
                 "WHERE tenant_id = ? AND state = 'done' GROUP BY script_id) AS runs",
                 DB_ID(cx->tenant_id)),
        1);
    assert_true(test_i64(cx, "SELECT MAX(depth) FROM script_run WHERE tenant_id = ?",
                         DB_ID(cx->tenant_id)) <= OUTBOX_DEPTH_MAX + 1);
    assert_int_equal(id_is_zero(get(cx, id)->id), false);
}

static bool kill_workers(struct script_engine *e)
{
    int pids[8];
    unsigned count = script_pool_pids(e->pool, pids, COUNT(pids));

    for (unsigned i = 0; i < count; i++)
        kill(pids[i], SIGKILL);
    return count > 0;
}

static void workers_killed_at_any_time_lose_nothing(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct desk d = desk_make(cx);
    enum { TICKETS = 12 };

    deploy(cx, "noter", "return note { text = 'seen' }");
    for (int i = 0; i < TICKETS; i++) {
        desk_file(cx, &d, "x");
        if (i % 3 == 0)
            kill_workers(engine);
        struct ctx *jobs = test_again(cx);
        unsigned worked;
        jobs->now = cx->now;
        test_ok(jobs, outbox_work(jobs, engine, &worked));
    }
    cx->now += CLOCK_HOUR; /* what was put back is due again */
    work_until_idle(cx);
    assert_int_equal(test_i64(cx,
                              "SELECT COUNT(*) FROM message WHERE tenant_id = ? AND body = 'seen'",
                              DB_ID(cx->tenant_id)),
                     TICKETS);
}

static void the_machines_failures_are_tried_again_and_then_traced(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct desk d = desk_make(cx);
    const struct script_pool_spec spec = {.program = "/bin/true", .workers = 1};
    struct script_engine broken = *engine;
    struct id id;
    unsigned worked;

    deploy(cx, "noter", "return note { text = 'seen' }");
    id = desk_file(cx, &d, "x");
    broken.pool = script_pool_make(&spec);
    for (int i = 1; i <= OUTBOX_TRIES_MAX; i++) {
        struct ctx *jobs = test_again(cx);

        jobs->now = cx->now + i * CLOCK_HOUR;
        test_ok(jobs, outbox_work(jobs, &broken, &worked));
        assert_int_equal(worked, 1);
        assert_int_equal(json_array_size(traces(cx, id)), i == OUTBOX_TRIES_MAX ? 1 : 0);
    }
    script_pool_free(broken.pool);
    json_t *run = json_array_get(traces(cx, id), 0);
    assert_string_equal(json_get_text(run, "state", ""), "lost");
    assert_int_equal(json_get_i64(run, "attempts", 0), OUTBOX_TRIES_MAX);
    assert_true(get(cx, id)->needs_review);
}

static void a_rule_out_of_time_is_cut_off(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct desk d = desk_make(cx);
    struct script_engine hasty = *engine;
    struct id id;
    unsigned worked;

    deploy(cx, "slow", "while true do end");
    id = desk_file(cx, &d, "x");
    hasty.after_us = 1; /* no rule can answer in a microsecond */
    struct ctx *jobs = test_again(cx);
    jobs->now = cx->now;
    test_ok(jobs, outbox_work(jobs, &hasty, &worked));
    json_t *run = json_array_get(traces(cx, id), 0);
    assert_string_equal(json_get_text(run, "outcome", ""), "time");
    assert_true(get(cx, id)->needs_review);
}

static void without_an_engine_events_wait(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct desk d = desk_make(cx);
    struct ctx *jobs = test_again(cx);
    struct id id;
    unsigned worked = 7;

    deploy(cx, "level", "return level(1)");
    id = desk_file(cx, &d, "x");
    test_ok(jobs, outbox_work(jobs, NULL, &worked));
    assert_int_equal(worked, 0);
    work_until_idle(cx);
    assert_int_equal(get(cx, id)->level, 1);
}

static void traces_are_for_staff(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct desk d = desk_make(cx);
    json_t *list;

    desk_as_anna(cx, &d);
    test_refused(cx, script_run_list(cx, d.anna, "en", 10, &list), &ERR_DENIED);
    desk_as_priya(cx, &d);
    test_ok(cx, script_run_list(cx, d.anna, "en", 10, &list));
}

static void every_tenants_events_are_linked(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct ctx *other = test_ctx(state);
    struct desk d = desk_make(cx);
    struct desk e = desk_make(other);
    struct id broken;
    int64_t checked;
    unsigned linked;

    desk_file(cx, &d, "x");
    desk_file(other, &e, "x");
    struct ctx *jobs = test_again(cx);
    test_ok(jobs, audit_chain_work(jobs, &linked));
    assert_true(linked >= 2);
    test_ok(cx, event_chain_verify(cx, &broken, &checked));
    assert_true(id_is_zero(broken));
    assert_true(checked > 0);
    assert_int_equal(test_i64(other,
                              "SELECT COUNT(*) FROM event WHERE tenant_id = ? AND chain_no IS NULL",
                              DB_ID(other->tenant_id)),
                     0);
}

int main(int argc, char **argv)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(a_rule_routes_a_new_ticket),
        cmocka_unit_test(a_ticket_of_another_tenant_is_left_alone),
        cmocka_unit_test(a_looping_rule_is_cut_off),
        cmocka_unit_test(a_rule_that_eats_memory_is_cut_off),
        cmocka_unit_test(a_rule_with_an_error_is_traced_with_its_line),
        cmocka_unit_test(an_effect_that_cannot_be_done_drops_all_of_the_run),
        cmocka_unit_test(effects_are_checked_like_a_form),
        cmocka_unit_test(a_rule_without_the_grant_is_refused),
        cmocka_unit_test(a_rule_tells_people_whom_it_may_tell),
        cmocka_unit_test(a_rule_writes_to_no_customer_without_the_grant),
        cmocka_unit_test(a_rule_tells_people_five_times_at_most),
        cmocka_unit_test(when_saves_the_run_and_says_why),
        cmocka_unit_test(an_event_that_comes_twice_has_its_effects_once),
        cmocka_unit_test(rules_run_by_priority_then_name),
        cmocka_unit_test(five_failures_in_a_row_switch_a_rule_off),
        cmocka_unit_test(a_rule_that_fails_now_and_then_is_switched_off_too),
        cmocka_unit_test(rules_that_set_each_other_off_are_stopped),
        cmocka_unit_test(workers_killed_at_any_time_lose_nothing),
        cmocka_unit_test(the_machines_failures_are_tried_again_and_then_traced),
        cmocka_unit_test(a_rule_out_of_time_is_cut_off),
        cmocka_unit_test(without_an_engine_events_wait),
        cmocka_unit_test(traces_are_for_staff),
        cmocka_unit_test(every_tenants_events_are_linked),
    };

    int failed;

    if (argc > 1 && strcmp(argv[1], "script-worker") == 0)
        return script_worker_main();
    engine = script_api_make(&CONFIG);
    failed = test_group_run("outbox", TESTS, COUNT(TESTS));
    script_api_free(engine);
    return failed;
}
