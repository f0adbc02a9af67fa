/* Changing many tickets at once, as a browser meets it; the work itself is the jobs' own function,
 * and once their own threads. */
#include "base/clock.h"
#include "portal/desk/ticket_bulk.h"
#include "portal/jobs/jobs.h"
#include "tests/http/site.h"
#include "tests/portal/desk/desk_frame.h"

#include <string.h>
#include <time.h>

enum { MANY = 5000 };

struct pages {
    struct desk d;
    struct site_user anna, priya, dan;
};

static struct pages open_pages(struct ctx *cx)
{
    struct pages p = {.d = desk_make(cx)};

    site_open(cx);
    test_sql(cx,
             "INSERT INTO role_right (tenant_id, role_id, name) SELECT tenant_id, id, 'desk' FROM "
             "role WHERE tenant_id = ?",
             DB_ID(cx->tenant_id));
    p.anna = site_sign_in(cx, p.d.anna);
    p.priya = site_sign_in(cx, p.d.priya);
    p.dan = site_sign_in(cx, p.d.dan);
    return p;
}

/* All that waits, as the jobs role does it. */
static void work(struct ctx *cx)
{
    struct ctx *jobs = test_again(cx);
    const struct id tenant = cx->tenant_id;
    bool worked = true;

    test_as_system(jobs);
    jobs->now = clock_now(); /* as the pages have it */
    for (int i = 0; worked && i <= MANY / TICKET_BULK_BATCH + 2; i++) {
        test_ok(jobs, ticket_bulk_work(jobs, &worked));
        jobs->tenant_id = tenant;
    }
    assert_false(worked);
    db_release(jobs);
}

static const char *choose(struct ctx *cx, const struct pages *p, const char *body)
{
    struct site_answer a = site_post(cx, &p->priya, "/desk/bulk", body);

    assert_int_equal(a.status, 303);
    assert_int_equal(strncmp(a.location, "/desk/bulk/", strlen("/desk/bulk/")), 0);
    return a.location;
}

static void ticked_tickets_are_changed_watched_and_set_back(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct pages p = open_pages(cx);
    const struct id one = desk_file(cx, &p.d, "Receipt twice");
    const struct id two = desk_file(cx, &p.d, "No paper");
    struct site_answer a = site_get(cx, &p.priya, "/desk");
    const char *path;

    (void)desk_file(cx, &p.d, "Not this one");
    site_shows(&a, arena_printf(cx->mem, "name=\"tick\" value=\"%s\"", id_text(cx->mem, one)));
    site_shows(&a, "Change the ticked ones");
    path = choose(cx, &p,
                  arena_printf(cx->mem, "what=ticked&view=open&tick=%s&tick=%s",
                               id_text(cx->mem, one), id_text(cx->mem, two)));
    a = site_get(cx, &p.priya, path);
    site_shows(&a, "Change 2 tickets");
    a = site_post(cx, &p.priya, path, "status=&level=");
    assert_int_equal(a.status, 422);
    site_shows(&a, "Say what is to be changed.");
    a = site_post(cx, &p.priya, path, "status=closed&level=1&tag=sweep");
    assert_int_equal(a.status, 303);
    a = site_get(cx, &p.priya, path);
    site_shows(&a, "Change 2 tickets now");
    a = site_post(cx, &p.priya, arena_printf(cx->mem, "%s/start", path), "");
    assert_int_equal(a.status, 303);
    a = site_get(cx, &p.priya, path);
    site_shows(&a, "0 of 2 tickets are done");
    work(cx);
    a = site_get(cx, &p.priya, path);
    site_shows(&a, "Undo this change");
    a = site_get(cx, &p.priya, "/desk/bulk");
    site_shows(&a, "2 of 2");
    assert_int_equal(
        test_i64(cx, "SELECT COUNT(*) FROM ticket WHERE tenant_id = ? AND category = 'closed'",
                 DB_ID(cx->tenant_id)),
        2);
    a = site_post(cx, &p.priya, arena_printf(cx->mem, "%s/undo", path), "");
    assert_int_equal(a.status, 303);
    work(cx);
    a = site_get(cx, &p.priya, a.location);
    site_shows(&a, "The change that this one undoes");
    site_shows(&a, "Tag that was added");
    site_hides(&a, "Tag to add");
    assert_int_equal(
        test_i64(cx, "SELECT COUNT(*) FROM ticket WHERE tenant_id = ? AND category = 'closed'",
                 DB_ID(cx->tenant_id)),
        0);
    assert_int_equal(site_get(cx, &p.dan, path).status, 404);
    assert_int_equal(site_get(cx, &p.anna, path).status, 403);
}

static void nothing_ticked_says_so_and_a_cancelled_change_changes_nothing(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct pages p = open_pages(cx);
    struct site_answer a = site_post(cx, &p.priya, "/desk/bulk", "what=ticked&view=open");
    const char *path;

    assert_string_equal(a.location, "/desk");
    a = site_get(cx, &p.priya, "/desk");
    site_shows(&a, "Choose at least one ticket.");
    (void)desk_file(cx, &p.d, "Receipt twice");
    path = choose(cx, &p, "what=all&q=receipt");
    assert_int_equal(site_post(cx, &p.priya, path, "level=1").status, 303);
    a = site_post(cx, &p.priya, arena_printf(cx->mem, "%s/cancel", path), "");
    assert_int_equal(a.status, 303);
    a = site_post(cx, &p.priya, arena_printf(cx->mem, "%s/start", path), "");
    assert_int_equal(a.status, 303);
    work(cx);
    a = site_get(cx, &p.priya, path);
    site_shows(&a, "This change was started already.");
    site_shows(&a, "What was to be done");
    site_shows(&a, "It ended before all were done: 1 of 1 tickets are as they were.");
    site_hides(&a, "Choose below");
    path = choose(cx, &p, "what=all&q=receipt"); /* before anything was said */
    a = site_post(cx, &p.priya, arena_printf(cx->mem, "%s/cancel", path), "");
    a = site_get(cx, &p.priya, path);
    site_shows(&a, "Nothing was chosen.");
    site_hides(&a, "Choose below");
    assert_int_equal(test_i64(cx, "SELECT COUNT(*) FROM ticket WHERE tenant_id = ? AND level = 1",
                              DB_ID(cx->tenant_id)),
                     0);
}

static void somebody_elses_is_read_and_cancelled_by_those_with_settings(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct pages p = open_pages(cx);
    struct site_answer a;
    const char *path;

    (void)desk_file(cx, &p.d, "Receipt twice");
    path = choose(cx, &p, "what=all&q=receipt");
    assert_int_equal(site_post(cx, &p.priya, path, "tag=sweep").status, 303);
    test_sql(cx,
             "INSERT INTO role_right (tenant_id, role_id, name) SELECT tenant_id, id, 'settings' "
             "FROM role WHERE tenant_id = ?",
             DB_ID(cx->tenant_id));
    a = site_get(cx, &p.dan, path);
    site_shows(&a, "Only the person who chose these tickets");
    site_hides(&a, "Look what would change");
    site_hides(&a, "/start");
    assert_int_equal(site_post(cx, &p.dan, path, "text=Escalated").status, 403);
    assert_int_equal(site_post(cx, &p.dan, arena_printf(cx->mem, "%s/start", path), "").status,
                     403);
    a = site_get(cx, &p.priya, path);
    site_shows(&a, "Look what would change");
    site_hides(&a, "Escalated");
    assert_int_equal(site_post(cx, &p.dan, arena_printf(cx->mem, "%s/cancel", path), "").status,
                     303);
}

/* Like one that is there, with its events left out: none of them has been told to anybody. */
static void load_many(struct ctx *cx, struct id like)
{
    test_sql(cx,
             "INSERT INTO ticket (tenant_id, id, number, organisation_id, person_id, source, "
             "subject, topic, status, category, level, created_at, updated_at) "
             "SELECT t.tenant_id, UUID(), CONCAT('M-', s.seq), t.organisation_id, t.person_id, "
             "t.source, t.subject, t.topic, t.status, t.category, t.level, t.created_at, "
             "t.updated_at FROM ticket t JOIN seq_2_to_5000 s WHERE t.tenant_id = ? AND t.id = ?",
             DB_ID(cx->tenant_id), DB_ID(like));
}

static int64_t count_tagged(struct ctx *cx)
{
    return test_i64(cx, "SELECT COUNT(*) FROM ticket_tag WHERE tenant_id = ? AND tag = 'sweep'",
                    DB_ID(cx->tenant_id));
}

/* As a reader does who looks again. */
static struct site_answer watch(struct ctx *cx, const struct pages *p, const char *path)
{
    const struct timespec pause = {.tv_nsec = 300000000};
    const int64_t until = clock_mono_us() + 5 * CLOCK_MINUTE;
    struct site_answer a = site_get(cx, &p->priya, path);

    while (strstr(a.body, "<progress") != NULL) {
        if (clock_mono_us() > until)
            fail_msg("it does not end:\n%s", a.body);
        nanosleep(&pause, NULL);
        a = site_get(cx, &p->priya, path);
    }
    return a;
}

/* Pages on a socket, and the threads of the role jobs: nothing is called from here. */
static void five_thousand_tickets_are_changed_and_set_back_by_the_jobs(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct pages p = open_pages(cx);
    const struct id like = desk_file(cx, &p.d, "One of many");
    struct err err = {.kind = NULL};
    struct site_answer a;
    struct jobs *jobs;
    const char *path;

    load_many(cx, like);
    path = choose(cx, &p, "what=all&view=open");
    a = site_get(cx, &p.priya, path);
    site_shows(&a, "Change 5,000 tickets");
    assert_int_equal(site_post(cx, &p.priya, path, "tag=sweep").status, 303);
    a = site_get(cx, &p.priya, path);
    site_shows(&a, "Change 5,000 tickets now");
    assert_int_equal(site_post(cx, &p.priya, arena_printf(cx->mem, "%s/start", path), "").status,
                     303);
    a = site_get(cx, &p.priya, path);
    site_shows(&a, "0 of 5,000 tickets are done");
    assert_true(jobs_start(&err, site_app(), &jobs));
    a = watch(cx, &p, path);
    site_shows(&a, "<dd>5,000</dd>");
    assert_int_equal(count_tagged(cx), MANY);
    a = site_post(cx, &p.priya, arena_printf(cx->mem, "%s/undo", path), "");
    assert_int_equal(a.status, 303);
    a = watch(cx, &p, a.location);
    jobs_stop(jobs);
    site_shows(&a, "<dd>5,000</dd>");
    assert_int_equal(count_tagged(cx), 0);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(ticked_tickets_are_changed_watched_and_set_back),
        cmocka_unit_test(nothing_ticked_says_so_and_a_cancelled_change_changes_nothing),
        cmocka_unit_test(somebody_elses_is_read_and_cancelled_by_those_with_settings),
        cmocka_unit_test(five_thousand_tickets_are_changed_and_set_back_by_the_jobs),
    };

    return test_group_run_around("bulk_pages", TESTS, COUNT(TESTS), site_start, site_stop);
}
