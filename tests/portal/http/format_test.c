#include "portal/http/format.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct work {
    struct arena *mem;
    struct lang_set *langs;
    struct zone *zone;
    struct format en, zh;
};

static int64_t at(const char *iso)
{
    int64_t us = 0;

    assert_true(clock_parse_iso(iso, &us));
    return us;
}

/* The catalogues are the program's own: the tests run in the tree. */
static int set_up(void **state)
{
    struct work *w = calloc(1, sizeof(*w));
    struct err err = {.kind = NULL};

    if (w == NULL || !lang_load(&err, GH_WWW_DIR, &w->langs) ||
        !zone_load("Europe/Berlin", &w->zone))
        return -1;
    w->mem = arena_make(4096);
    w->en = (struct format){
        .lang = lang_find(w->langs, "en"), .zone = w->zone, .now = at("2026-11-18T14:12:00Z")};
    w->zh = w->en;
    w->zh.lang = lang_find(w->langs, "zh");
    *state = w;
    return 0;
}

static int tear_down(void **state)
{
    struct work *w = *state;

    lang_free(w->langs);
    zone_free(w->zone);
    arena_free(w->mem);
    free(w);
    return 0;
}

static void days_and_times_are_in_the_readers_zone_and_order(void **state)
{
    struct work *w = *state;
    int64_t us = at("2026-11-18T14:12:00Z");

    assert_string_equal(format_day(w->mem, &w->en, us), "Wed 18 Nov 2026");
    assert_string_equal(format_day(w->mem, &w->zh, us), "2026年11月18日 周三");
    assert_string_equal(format_time(w->mem, &w->en, us), "Wed 18 Nov, 15:12");
    assert_string_equal(format_time(w->mem, &w->zh, us), "11月18日 周三 15:12");
    us = at("2025-12-31T23:30:00Z"); /* in Berlin it is the new year */
    assert_string_equal(format_time(w->mem, &w->en, us), "Thu 1 Jan, 00:30");
    us = at("2025-07-01T10:05:00Z");
    assert_string_equal(format_time(w->mem, &w->en, us), "Tue 1 Jul 2025, 12:05");
    assert_string_equal(format_time(w->mem, &w->zh, us), "2025年7月1日 周二 12:05");
    assert_string_equal(format_date_text(w->mem, &w->en, "2026-11-18"), "Wed 18 Nov 2026");
    assert_string_equal(format_date_text(w->mem, &w->zh, "2026-11-18"), "2026年11月18日 周三");
    assert_string_equal(format_date_text(w->mem, &w->en, "soon"), "soon");
}

static void relative_times_are_in_words(void **state)
{
    static const struct {
        int64_t off;
        const char *en, *zh;
    } CASES[] = {
        {0, "just now", "刚刚"},
        {-59 * CLOCK_SECOND, "just now", "刚刚"},
        {30 * CLOCK_SECOND, "in less than a minute", "不到一分钟后"},
        {-CLOCK_MINUTE, "1 minute ago", "1 分钟前"},
        {-5 * CLOCK_MINUTE, "5 minutes ago", "5 分钟前"},
        {5 * CLOCK_MINUTE, "in 5 minutes", "5 分钟后"},
        {-3 * CLOCK_HOUR, "3 hours ago", "3 小时前"},
        {-25 * CLOCK_HOUR, "yesterday", "昨天"},
        {25 * CLOCK_HOUR, "tomorrow", "明天"},
        {10 * CLOCK_DAY, "in 10 days", "10 天后"},
        {-90 * CLOCK_DAY, "3 months ago", "3 个月前"},
        {800 * CLOCK_DAY, "in 2 years", "2 年后"},
    };
    struct work *w = *state;

    for (size_t i = 0; i < COUNT(CASES); i++) {
        assert_string_equal(format_ago(w->mem, &w->en, w->en.now + CASES[i].off), CASES[i].en);
        assert_string_equal(format_ago(w->mem, &w->zh, w->zh.now + CASES[i].off), CASES[i].zh);
    }
    assert_string_equal(format_day_ago(w->mem, &w->en, w->en.now), "today");
    assert_string_equal(format_day_ago(w->mem, &w->en, at("2026-11-17T22:59:00Z")), "yesterday");
    assert_string_equal(format_day_ago(w->mem, &w->en, at("2026-11-17T23:00:00Z")), "today");
    assert_string_equal(format_date_ago(w->mem, &w->en, "2026-11-28"), "in 10 days");
    assert_string_equal(format_date_ago(w->mem, &w->zh, "2026-11-18"), "今天");
}

static void numbers_money_and_bytes_are_grouped(void **state)
{
    struct work *w = *state;

    assert_string_equal(format_number(w->mem, &w->en, 0), "0");
    assert_string_equal(format_number(w->mem, &w->en, 999), "999");
    assert_string_equal(format_number(w->mem, &w->en, -1234), "-1,234");
    assert_string_equal(format_number(w->mem, &w->en, INT64_MIN), "-9,223,372,036,854,775,808");
    assert_string_equal(format_money(w->mem, &w->en, (struct money){123450, "GBP"}),
                        "GBP 1,234.50");
    assert_string_equal(format_bytes(w->mem, &w->en, 12), "12 B");
    assert_string_equal(format_bytes(w->mem, &w->en, 1500), "1.5 KB");
    assert_string_equal(format_bytes(w->mem, &w->en, 214000), "214 KB");
    assert_string_equal(format_bytes(w->mem, &w->en, 999960), "1.0 MB");
    assert_string_equal(format_bytes(w->mem, &w->en, INT64_C(5200000000)), "5.2 GB");
}

static void a_tenant_may_write_dates_and_figures_its_own_way(void **state)
{
    static const struct {
        enum style_dates dates;
        const char *day, *time;
    } DATES[] = {{STYLE_ISO, "2026-11-18", "2026-11-18, 14:12"},
                 {STYLE_DMY, "18/11/2026", "18/11/2026, 14:12"},
                 {STYLE_MDY, "11/18/2026", "11/18/2026, 14:12"},
                 {STYLE_DOT, "18.11.2026", "18.11.2026, 14:12"}};
    static const struct {
        enum style_numbers numbers;
        const char *number, *money, *bytes;
    } NUMBERS[] = {{STYLE_COMMA, "1,234,567", "EUR 1,234.50", "2.1 KB"},
                   {STYLE_POINT, "1.234.567", "EUR 1.234,50", "2,1 KB"},
                   {STYLE_SPACE, "1\u00a0234\u00a0567", "EUR 1\u00a0234,50", "2,1 KB"}};
    const struct money money = {123450, "EUR"};
    struct work *w = *state;
    struct format f = w->en;

    f.zone = NULL;
    for (size_t i = 0; i < COUNT(DATES); i++) {
        f.dates = DATES[i].dates;
        assert_string_equal(format_day(w->mem, &f, f.now), DATES[i].day);
        assert_string_equal(format_time(w->mem, &f, f.now), DATES[i].time);
        assert_string_equal(format_date_text(w->mem, &f, "2026-11-18"), DATES[i].day);
        assert_int_equal(style_dates_parse(STYLE_DATES_NAMES[DATES[i].dates]), DATES[i].dates);
    }
    for (size_t i = 0; i < COUNT(NUMBERS); i++) {
        f.numbers = NUMBERS[i].numbers;
        assert_string_equal(format_number(w->mem, &f, 1234567), NUMBERS[i].number);
        assert_string_equal(format_money(w->mem, &f, money), NUMBERS[i].money);
        assert_string_equal(format_bytes(w->mem, &f, 2100), NUMBERS[i].bytes);
        assert_int_equal(style_numbers_parse(STYLE_NUMBERS_NAMES[i]), NUMBERS[i].numbers);
    }
    assert_int_equal(style_dates_parse("roman"), STYLE_WORDS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(days_and_times_are_in_the_readers_zone_and_order, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(relative_times_are_in_words, set_up, tear_down),
        cmocka_unit_test_setup_teardown(numbers_money_and_bytes_are_grouped, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_tenant_may_write_dates_and_figures_its_own_way, set_up,
                                        tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
