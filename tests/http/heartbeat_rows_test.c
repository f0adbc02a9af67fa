/* The checklist's rows H, each by its number. The server's clock runs: machines are made older in
 * their rows instead. Every instant of every strategy: tests/licensing/heartbeat_table_test.c. */
#include "base/clock.h"
#include "licensing/heartbeat.h"
#include "tests/http/machine_site.h"

#include <stdatomic.h>

static const char PING[] = "/v1/machines/fp/actions/ping";

static struct licence_answer ping(const struct machine_site *s)
{
    return machine_site_ask(s, "POST", PING, s->key, NULL);
}

static const char *status_of(const struct licence_answer *a)
{
    return licence_site_text(a, "data/attributes/heartbeatStatus");
}

static struct licence_answer view(const struct machine_site *s)
{
    return machine_site_ask(s, "GET", "/v1/machines/fp", s->key, NULL);
}

/* As if all that happened to the licence's machines had happened so much earlier. */
static void age(const struct machine_site *s, int64_t seconds)
{
    test_sql(s->cx,
             "UPDATE machine SET last_heartbeat_at = last_heartbeat_at - INTERVAL ? SECOND, "
             "created_at = created_at - INTERVAL ? SECOND WHERE tenant_id = ? AND licence_id = ?",
             DB_INT(seconds), DB_INT(seconds), DB_ID(s->cx->tenant_id), DB_ID(s->licence->id));
}

static void sweep(const struct machine_site *s)
{
    struct ctx *cx = test_again(s->cx);
    unsigned done;

    cx->now = clock_now();
    test_ok(cx, heartbeat_sweep(cx, 1000, &done));
}

static int64_t told(const struct machine_site *s, const char *event)
{
    return test_i64(s->cx, "SELECT COUNT(*) FROM event WHERE tenant_id = ? AND name = ?",
                    DB_ID(s->cx->tenant_id), DB_TEXT(event));
}

static struct machine_site open_with(void **state, void (*prepare)(struct policy *draft))
{
    struct machine_site s = machine_site_open(state, prepare);

    assert_int_equal(machine_site_add(&s, "fp").status, 201);
    return s;
}

static int64_t instant(const struct licence_answer *a, const char *path)
{
    int64_t at = 0;

    assert_true(clock_parse_iso(licence_site_text(a, path), &at));
    return at;
}

static void make_kept(struct policy *p)
{
    p->cull = POLICY_KEEP_DEAD;
}

static void make_two_minutes(struct policy *p)
{
    p->heartbeat_seconds = 120;
}

static void h01_the_first_ping_starts_the_watch(void **state)
{
    struct machine_site s = open_with(state, make_two_minutes);
    struct licence_answer a = ping(&s);

    assert_int_equal(a.status, 200);
    assert_string_equal(status_of(&a), "ALIVE");
    assert_int_equal(instant(&a, "data/attributes/nextHeartbeat") -
                         instant(&a, "data/attributes/lastHeartbeat"),
                     120 * CLOCK_SECOND);
    assert_int_equal(told(&s, "machine.pinged"), 0); /* nobody listens */
    test_sql(s.cx,
             "INSERT INTO webhook_endpoint (tenant_id, id, url, subscriptions, api_version, "
             "created_at, updated_at) VALUES (?, ?, 'https://example.com', "
             "'[\"machine.heartbeat.ping\"]', '1.8', ?, ?)",
             DB_ID(s.cx->tenant_id), DB_ID(id_make(s.cx->now)), DB_TIME(s.cx->now),
             DB_TIME(s.cx->now));
    a = ping(&s);
    assert_int_equal(a.status, 200);
    assert_int_equal(told(&s, "machine.pinged"), 1);
}

static void h02_no_duration_in_the_policy_is_ten_minutes(void **state)
{
    struct machine_site s = open_with(state, NULL);
    struct licence_answer a = view(&s);

    assert_int_equal(json_integer_value(licence_site_at(&a, "data/attributes/heartbeatDuration")),
                     600);
}

static void make_from_creation(struct policy *p)
{
    p->heartbeat_basis = POLICY_HEARTBEAT_FROM_CREATION;
}

static void h03_the_watch_may_start_at_creation(void **state)
{
    struct machine_site s = machine_site_open(state, make_from_creation);
    struct licence_answer a = machine_site_add(&s, "a");

    assert_string_equal(status_of(&a), "ALIVE");
    a = licence_site_ask(
        s.cx, &(struct licence_ask){.method = "POST",
                                    .path = "/v1/machines",
                                    .auth = s.key,
                                    .headers = "Keygen-Version: 1.2\r\n",
                                    .body = machine_site_body(s.cx, s.licence->id, "b", "", "")});
    assert_string_equal(status_of(&a), "NOT_STARTED");
    assert_true(json_is_null(licence_site_at(&a, "data/attributes/lastHeartbeat")));
}

static void make_required(struct policy *p)
{
    p->require_heartbeat = true;
    p->cull = POLICY_KEEP_DEAD;
}

static void h04_silence_is_death_and_validations_say_so(void **state)
{
    struct machine_site s = open_with(state, make_required);
    struct licence_answer a = ping(&s);

    assert_int_equal(a.status, 200);
    age(&s, 601);
    a = view(&s);
    assert_string_equal(status_of(&a), "DEAD");
    assert_string_equal(machine_site_verdict(&s, "fp"), "HEARTBEAT_DEAD");
}

static void h05_the_dead_stay_dead_without_a_strategy(void **state)
{
    struct machine_site s = open_with(state, make_kept);
    struct licence_answer a = ping(&s);

    age(&s, 601);
    a = ping(&s);
    licence_site_refused(&a, 422, "MACHINE_HEARTBEAT_DEAD", NULL);
    assert_null(licence_site_at(&a, "errors/0/source"));
    assert_string_equal(licence_site_text(&a, "errors/0/title"), "Unprocessable entity");
}

static void make_five_minutes(struct policy *p)
{
    p->cull = POLICY_KEEP_DEAD;
    p->revive = POLICY_REVIVE_5_MINUTES;
}

static void h06_within_its_window_a_machine_comes_back(void **state)
{
    struct machine_site s = open_with(state, make_five_minutes);
    struct licence_answer a = ping(&s);

    age(&s, 600 + 290);
    a = ping(&s);
    assert_int_equal(a.status, 200);
    assert_string_equal(status_of(&a), "RESURRECTED");
    a = view(&s);
    assert_string_equal(status_of(&a), "ALIVE");
    assert_int_equal(told(&s, "machine.resurrected"), 1);
}

static void h07_after_its_window_it_does_not(void **state)
{
    struct machine_site s = open_with(state, make_five_minutes);
    struct licence_answer a = ping(&s);

    age(&s, 600 + 301);
    a = ping(&s);
    licence_site_refused(&a, 422, "MACHINE_HEARTBEAT_DEAD", NULL);
}

static void make_always(struct policy *p)
{
    p->cull = POLICY_KEEP_DEAD;
    p->revive = POLICY_ALWAYS_REVIVE;
}

static void h08_a_machine_may_come_back_days_later(void **state)
{
    struct machine_site s = open_with(state, make_always);
    struct licence_answer a = ping(&s);

    age(&s, 5 * 86400);
    a = ping(&s);
    assert_string_equal(status_of(&a), "RESURRECTED");
}

static void h09_the_sweep_removes_or_keeps_and_tells_once(void **state)
{
    struct machine_site s = open_with(state, NULL);
    struct machine_site kept = open_with(state, make_kept);

    assert_int_equal(ping(&s).status, 200);
    assert_int_equal(ping(&kept).status, 200);
    age(&s, 601);
    age(&kept, 601);
    sweep(&s);
    sweep(&s);
    assert_int_equal(view(&s).status, 404);
    assert_int_equal(told(&s, "machine.dead"), 1);
    assert_int_equal(told(&s, "licence.released"), 1);
    assert_int_equal(view(&kept).status, 200);
    assert_int_equal(told(&kept, "machine.dead"), 1);
    assert_int_equal(told(&kept, "licence.released"), 0);
}

static void make_five_then_gone(struct policy *p)
{
    p->revive = POLICY_REVIVE_5_MINUTES;
}

static void h10_the_sweep_waits_out_the_window(void **state)
{
    struct machine_site s = open_with(state, make_five_then_gone);

    assert_int_equal(ping(&s).status, 200);
    age(&s, 600 + 290);
    sweep(&s);
    assert_int_equal(view(&s).status, 200);
    age(&s, 11);
    sweep(&s);
    assert_int_equal(view(&s).status, 404);
    assert_int_equal(ping(&s).status, 404);
    assert_int_equal(told(&s, "machine.dead"), 1);
}

static void h11_a_reset_ends_the_watch_and_is_not_the_licences(void **state)
{
    struct machine_site s = open_with(state, NULL);
    struct licence_answer a = ping(&s);

    a = machine_site_ask(&s, "POST", "/v1/machines/fp/actions/reset", s.key, NULL);
    licence_site_refused(&a, 403, "", NULL);
    a = machine_site_ask(&s, "POST", "/v1/machines/fp/actions/reset", s.admin, NULL);
    assert_string_equal(status_of(&a), "NOT_STARTED");
    assert_int_equal(told(&s, "machine.reset"), 1);
}

static void h12_the_old_names_of_the_actions_work(void **state)
{
    struct machine_site s = open_with(state, NULL);
    struct licence_answer a =
        machine_site_ask(&s, "POST", "/v1/machines/fp/actions/ping-heartbeat", s.key, NULL);

    assert_string_equal(status_of(&a), "ALIVE");
    a = machine_site_ask(&s, "POST", "/v1/machines/fp/actions/reset-heartbeat", s.admin, NULL);
    assert_string_equal(status_of(&a), "NOT_STARTED");
}

static void h13_a_ping_needs_no_body_and_no_content_type(void **state)
{
    struct machine_site s = open_with(state, NULL);
    struct licence_answer a = licence_site_ask(
        s.cx, &(struct licence_ask){
                  .method = "POST", .path = PING, .auth = s.key, .body = ""}); /* length 0 */

    assert_int_equal(a.status, 200);
}

enum { RACES = 24 };
struct race {
    struct machine_site site;
    atomic_uint answers[RACES]; /* the status of each machine's ping */
};

static void ping_or_sweep(struct ctx *cx, unsigned index, void *arg)
{
    struct race *race = arg;
    const char *text;
    unsigned done;

    if (index == 0) {
        cx->now = clock_now() + 60 * CLOCK_SECOND; /* past the window that pings are in */
        for (int i = 0; i < 20; i++)
            if (!heartbeat_sweep(cx, 1000, &done)) {
                err_clear(&cx->err);
                db_rollback(cx);
            }
        return;
    }
    index--;
    atomic_store(&race->answers[index],
                 (unsigned)licence_site_raw(
                     cx,
                     &(struct licence_ask){
                         .method = "POST",
                         .path = arena_printf(cx->mem, "/v1/machines/m%u/actions/ping", index),
                         .auth = race->site.key},
                     &text));
}

static void make_unlimited(struct policy *p)
{
    p->max_machines = POLICY_NO_LIMIT;
    p->revive = POLICY_REVIVE_1_MINUTE;
}

static void h14_a_ping_that_committed_keeps_its_machine(void **state)
{
    struct race race = {.site = machine_site_open(state, make_unlimited)};
    struct machine_site *s = &race.site;

    for (unsigned i = 0; i < RACES; i++) {
        const char *name = arena_printf(s->cx->mem, "m%u", i);
        struct licence_answer a = machine_site_add(s, name);

        assert_int_equal(a.status, 201);
        a = machine_site_ask(s, "POST",
                             arena_printf(s->cx->mem, "/v1/machines/%s/actions/ping", name), s->key,
                             NULL);
        assert_int_equal(a.status, 200);
    }
    age(s, 600 + 30); /* dead, and may come back for half a minute more */
    test_threads(s->cx, RACES + 1, ping_or_sweep, &race);
    for (unsigned i = 0; i < RACES; i++) {
        unsigned answer = atomic_load(&race.answers[i]);
        struct licence_answer a = machine_site_ask(
            s, "GET", arena_printf(s->cx->mem, "/v1/machines/m%u", i), s->key, NULL);

        assert_true(answer == 200 || answer == 404);
        assert_int_equal(a.status, answer);
    }
}

static void h15_a_required_beat_that_never_came_is_death(void **state)
{
    struct machine_site s = open_with(state, make_required);
    struct licence_answer a = view(&s);

    assert_string_equal(status_of(&a), "NOT_STARTED");
    assert_true(json_is_true(licence_site_at(&a, "data/attributes/requireHeartbeat")));
    age(&s, 601);
    a = view(&s);
    assert_string_equal(status_of(&a), "DEAD");
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(h01_the_first_ping_starts_the_watch),
        cmocka_unit_test(h02_no_duration_in_the_policy_is_ten_minutes),
        cmocka_unit_test(h03_the_watch_may_start_at_creation),
        cmocka_unit_test(h04_silence_is_death_and_validations_say_so),
        cmocka_unit_test(h05_the_dead_stay_dead_without_a_strategy),
        cmocka_unit_test(h06_within_its_window_a_machine_comes_back),
        cmocka_unit_test(h07_after_its_window_it_does_not),
        cmocka_unit_test(h08_a_machine_may_come_back_days_later),
        cmocka_unit_test(h09_the_sweep_removes_or_keeps_and_tells_once),
        cmocka_unit_test(h10_the_sweep_waits_out_the_window),
        cmocka_unit_test(h11_a_reset_ends_the_watch_and_is_not_the_licences),
        cmocka_unit_test(h12_the_old_names_of_the_actions_work),
        cmocka_unit_test(h13_a_ping_needs_no_body_and_no_content_type),
        cmocka_unit_test(h14_a_ping_that_committed_keeps_its_machine),
        cmocka_unit_test(h15_a_required_beat_that_never_came_is_death),
    };

    return test_group_run_around("heartbeat_rows", TESTS, COUNT(TESTS), licence_site_start,
                                 licence_site_stop);
}
