#include "portal/desk/escalation.h"
#include "portal/desk/sla.h"
#include "portal/pages/service_text.h"
#include "tests/portal/pages/test_portal.h"

#include <string.h>

static const char CALENDARS[] = "/desk/settings/service/calendars/new";

static void a_calendar_is_made_and_promises_count_in_it(void **state)
{
    struct browser *b = browser_open(test_ctx(state));
    struct calendar *list;
    const struct escalation *steps;
    struct sla s;
    size_t count;

    browser_staff(b, "administrator", "sam@tilwick.example");
    browser_get(b, CALENDARS);
    assert_int_equal(browser_post(b, CALENDARS,
                                  "name=Office&zone=Asia%2FShanghai&day_1=09:00-12:00%2C+13-18&"
                                  "days=2026-10-01+closed+National+Day%0A2026-10-10+%E5%91%A8%E4%B8"
                                  "%80"),
                     303);
    test_ok(b->cx, calendar_list(b->cx, &list, &count));
    assert_int_equal(count, 1);
    assert_int_equal(list[0].week[1].spans[1].to, 18 * 60);
    assert_int_equal(list[0].days[1].like_weekday, 1);
    assert_int_equal(browser_get(b, "/desk/settings/service"), 200);
    assert_true(browser_shows(b, "Office"));
    assert_int_equal(
        browser_post(b, "/desk/settings/service",
                     arena_printf(b->cx->mem,
                                  "answer_1=30m&solve_1=8h&calendar_1=%s&answer_2=52h&"
                                  "target_1=answer&length_1=15m&side_1=before&raise_1=1",
                                  id_text(b->cx->mem, list[0].id))),
        303);
    test_ok(b->cx, sla_get(b->cx, 1, &s));
    assert_int_equal(s.answer_minutes, 30);
    assert_int_equal(s.solve_minutes, 480);
    assert_true(id_equal(s.calendar_id, list[0].id));
    test_ok(b->cx, sla_get(b->cx, 2, &s));
    assert_int_equal(s.answer_minutes, 52 * 60);
    test_ok(b->cx, escalation_list(b->cx, &steps, &count));
    assert_int_equal(count, 1);
    assert_int_equal(steps[0].offset_minutes, -15);
    assert_true(steps[0].raises_level);
    browser_get(b, "/desk/settings/service");
    assert_true(browser_shows(b, "value=\"52h\""));
}

static void what_cannot_be_read_is_said_and_kept(void **state)
{
    struct browser *b = browser_open(test_ctx(state));

    browser_staff(b, "administrator", "sam@tilwick.example");
    browser_get(b, CALENDARS);
    assert_int_equal(
        browser_post(b, CALENDARS,
                     "name=Office&day_2=18:00-09:00&days=2026-10-01+closed%0ANew+Year"),
        422);
    assert_true(browser_shows(b, "18:00-09:00"));
    assert_true(browser_shows(b, "Line 2 cannot be read"));
    assert_int_equal(browser_post(b, CALENDARS, "name=Office&zone=Mars%2FBase"), 422);
    assert_true(browser_shows(b, "href=\"#zone\""));
    browser_get(b, "/desk/settings/service");
    assert_int_equal(browser_post(b, "/desk/settings/service", "answer_1=soon&solve_3=4x"), 422);
    assert_true(browser_shows(b, "value=\"soon\""));
    assert_true(browser_shows(b, "href=\"#answer_1\""));
    assert_true(browser_shows(b, "href=\"#solve_3\""));
}

static void a_calendar_in_use_is_not_removed(void **state)
{
    struct browser *b = browser_open(test_ctx(state));
    struct calendar c = {.name = "Office", .zone = "UTC"}, *still;
    const char *path;

    test_ok(b->cx, calendar_save(b->cx, &c));
    test_ok(b->cx,
            sla_set(b->cx, &(struct sla){.level = 1, .answer_minutes = 5, .calendar_id = c.id}));
    path =
        arena_printf(b->cx->mem, "/desk/settings/service/calendars/%s", id_text(b->cx->mem, c.id));
    browser_staff(b, "administrator", "sam@tilwick.example");
    assert_int_equal(browser_get(b, path), 200);
    assert_int_equal(browser_post(b, arena_printf(b->cx->mem, "%s/remove", path), ""), 303);
    test_ok(b->cx, calendar_get(b->cx, c.id, &still));
    test_ok(b->cx, sla_set(b->cx, &(struct sla){.level = 1, .answer_minutes = 5}));
    browser_get(b, path);
    assert_int_equal(browser_post(b, arena_printf(b->cx->mem, "%s/remove", path), ""), 303);
    test_refused(b->cx, calendar_get(b->cx, c.id, &still), &ERR_NOT_FOUND);
}

static void lengths_are_read_and_written(void **state)
{
    static const struct {
        const char *text;
        int64_t minutes; /* -1: refused */
    } CASES[] = {{"", 0},
                 {"90m", 90},
                 {"8h", 480},
                 {"52h 5m", 3125},
                 {"2d", -1},
                 {" 1h30m ", 90},
                 {"8", -1},
                 {"h", -1},
                 {"-1h", -1},
                 {"8 hours", -1},
                 {"99999999999m", -1},
                 {"1 小时 30 分", 90},
                 {"2小时", 120},
                 {"5分钟", 5}};
    struct ctx *cx = test_ctx(state);
    int64_t minutes;

    for (size_t i = 0; i < COUNT(CASES); i++) {
        bool ok = service_text_length(CASES[i].text, &minutes);

        assert_int_equal(ok, CASES[i].minutes >= 0);
        if (ok)
            assert_int_equal(minutes, CASES[i].minutes);
    }
    assert_string_equal(service_text_of_length(cx->mem, 3130), "52h 10m");
}

static void days_are_read_and_written(void **state)
{
    static const char *const BAD[] = {
        "9-", "25-26", "9:60-10", "09:00-12:00,11:00-13:00", "1-2,3-4,5-6,7-8,9-10", "x", "10-9"};
    struct ctx *cx = test_ctx(state);
    struct business_day day;

    for (size_t i = 0; i < COUNT(BAD); i++)
        assert_false(service_text_day(BAD[i], &day));
    assert_true(service_text_day("9-12:30, 13:00-24:00", &day));
    assert_string_equal(service_text_of_day(cx->mem, &day), "09:00-12:30, 13:00-24:00");
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(a_calendar_is_made_and_promises_count_in_it),
        cmocka_unit_test(what_cannot_be_read_is_said_and_kept),
        cmocka_unit_test(a_calendar_in_use_is_not_removed),
        cmocka_unit_test(lengths_are_read_and_written),
        cmocka_unit_test(days_are_read_and_written),
    };

    return browser_group_run("service_page", TESTS, COUNT(TESTS));
}
