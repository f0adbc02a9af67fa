#include "db/series.h"
#include "portal/account/name_order.h"
#include "portal/account/person.h"
#include "portal/account/region.h"
#include "tests/support/test.h"

#include <string.h>

static struct region some_region(void)
{
    return (struct region){.language = "zh",
                           .languages = "en,zh",
                           .time_zone = "Asia/Shanghai",
                           .currency = "CNY",
                           .date_style = "iso",
                           .number_style = "space"};
}

static void a_region_is_set_whole_or_not_at_all(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct region r = some_region();

    test_ok(cx, region_set(cx, &r));
    test_ok(cx, region_get(cx, &r));
    assert_string_equal(r.language, "zh");
    assert_string_equal(r.time_zone, "Asia/Shanghai");
    assert_string_equal(r.date_style, "iso");
    r.time_zone = "Mars/Olympus";
    test_refused(cx, region_set(cx, &r), &ERR_INVALID);
    r = some_region();
    r.currency = "cny";
    test_refused(cx, region_set(cx, &r), &ERR_INVALID);
    r = some_region();
    r.date_style = "roman";
    test_refused(cx, region_set(cx, &r), &ERR_INVALID);
    r = some_region();
    r.number_style = "";
    test_refused(cx, region_set(cx, &r), &ERR_INVALID);
    r = some_region();
    r.languages = "en";
    test_refused(cx, region_set(cx, &r), &ERR_REGION_LANGUAGE);
    test_ok(cx, region_get(cx, &r));
    assert_string_equal(r.languages, "en,zh");
}

static void names_are_written_in_the_tenants_order(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct region r = some_region();
    const struct person_spec spec = {.full_name = "Keller Anna", .email = "anna@marlow.example"};
    struct person *p;

    r.name_order = "backwards";
    test_refused(cx, region_set(cx, &r), &ERR_INVALID);
    r.name_order = "family";
    test_ok(cx, region_set(cx, &r));
    test_ok(cx, person_create(cx, &spec, &p));
    assert_string_equal(p->given_name, "Anna");
    r.name_order = NULL; /* a form without it leaves it */
    test_ok(cx, region_set(cx, &r));
    test_ok(cx, region_get(cx, &r));
    assert_string_equal(r.name_order, "family");
    assert_string_equal(name_order_whole(cx->mem, NAME_FAMILY_FIRST, "Anna", "Keller"),
                        "Keller Anna");
    assert_string_equal(name_order_whole(cx->mem, NAME_GIVEN_FIRST, "Anna", "Keller"),
                        "Anna Keller");
    assert_string_equal(name_order_whole(cx->mem, NAME_FAMILY_FIRST, "伟", "王"), "王伟");
    assert_string_equal(name_order_whole(cx->mem, NAME_FAMILY_FIRST, NULL, "Keller"), "Keller");
    assert_string_equal(name_order_given(cx->mem, NAME_FAMILY_FIRST, "王伟"), "王伟");
    assert_string_equal(name_order_given(cx->mem, NAME_GIVEN_FIRST, "Anna Keller"), "Anna");
    assert_string_equal(name_order_given(cx->mem, NAME_FAMILY_FIRST, "Keller "), "Keller ");
}

static const char *next_of(struct ctx *cx, const char *name)
{
    struct region_series list[REGION_SERIES_COUNT];

    test_ok(cx, region_series_list(cx, list));
    for (size_t i = 0; i < REGION_SERIES_COUNT; i++)
        if (strcmp(list[i].name, name) == 0)
            return list[i].preview;
    return NULL;
}

static void a_series_shows_its_next_number_and_gives_that(void **state)
{
    struct ctx *cx = test_ctx(state);
    const char *text;
    int64_t number;

    assert_string_equal(next_of(cx, "ticket"), "T-1001");
    assert_string_equal(next_of(cx, "order"), "SO-2026-0001");
    test_ok(cx, region_series_set(cx, "ticket", "H{yy}/{number:6}-x", 42));
    assert_string_equal(next_of(cx, "ticket"), "H26/000042-x");
    test_ok(cx, series_next(cx, "ticket", &text, &number));
    assert_string_equal(text, "H26/000042-x");
    assert_string_equal(next_of(cx, "ticket"), "H26/000043-x");
}

static void a_format_that_could_repeat_itself_is_refused(void **state)
{
    static const char *const BAD[] = {
        "T",           "{yyyy}",  "{n}{n}", "{n:4}-{number}",
        "T-{n",        "T-n}",    "{n:0}",  "{n:13}",
        "{yyyy:4}{n}", "{m}-{n}", "{}{n}",  "12345678901234567890123456789-{n}"};
    struct ctx *cx = test_ctx(state);

    for (size_t i = 0; i < COUNT(BAD); i++)
        test_refused(cx, region_series_set(cx, "ticket", BAD[i], 5000), &ERR_REGION_FORMAT);
    assert_string_equal(next_of(cx, "ticket"), "T-1001");
}

static void two_kinds_of_record_never_look_alike(void **state)
{
    struct ctx *cx = test_ctx(state);

    test_refused(cx, region_series_set(cx, "contract", "SO-{year}-{n}", 9000), &ERR_REGION_SHARED);
    test_ok(cx, region_series_set(cx, "contract", "SOC-{year}-{n}", 9000));
}

static void a_number_that_a_record_has_is_not_given_again(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct ctx *there = test_ctx(state);

    make_organisation(cx, "K100%x-0017", "Marlow");
    make_organisation(cx, "K100%x-9999 old", "Older");
    make_organisation(cx, "K100zx-0500", "Other");
    test_refused(cx, region_series_set(cx, "customer", "K100%x-{n:4}", 17), &ERR_REGION_TAKEN);
    test_refused(cx, region_series_set(cx, "customer", "K100%x-{n}", 3), &ERR_REGION_TAKEN);
    test_ok(cx, region_series_set(cx, "customer", "K100%x-{n:4}", 18));
    test_refused(cx, region_series_set(cx, "customer", "K100%x-{n:4}", 17), &ERR_REGION_TAKEN);
    test_ok(there, region_series_set(there, "customer", "K100%x-{n:4}", 1));
}

static void a_number_that_was_given_out_stays_given(void **state)
{
    struct ctx *cx = test_ctx(state);
    const char *text;
    int64_t number;

    test_ok(cx, series_next(cx, "ticket", &text, &number));
    test_refused(cx, region_series_set(cx, "ticket", "T-{n}", 1001), &ERR_REGION_TAKEN);
    test_ok(cx, region_series_set(cx, "ticket", "T-{n}", 1002));
}

static void who_may_not_set_the_house_sets_no_numbers(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct id sam = make_person(cx, "Sam", "sam@staff.example");
    struct region r = some_region();

    test_refused(cx, region_series_set(cx, "unicorn", "U-{n}", 1), &ERR_NOT_FOUND);
    test_as_staff(cx, sam, RIGHT_DESK_READ);
    test_refused(cx, region_set(cx, &r), &ERR_DENIED);
    test_refused(cx, region_series_set(cx, "ticket", "X-{n}", 1), &ERR_DENIED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_region_is_set_whole_or_not_at_all),
        cmocka_unit_test(names_are_written_in_the_tenants_order),
        cmocka_unit_test(a_series_shows_its_next_number_and_gives_that),
        cmocka_unit_test(a_format_that_could_repeat_itself_is_refused),
        cmocka_unit_test(two_kinds_of_record_never_look_alike),
        cmocka_unit_test(a_number_that_a_record_has_is_not_given_again),
        cmocka_unit_test(a_number_that_was_given_out_stays_given),
        cmocka_unit_test(who_may_not_set_the_house_sets_no_numbers)};

    return test_group_run("region", tests, COUNT(tests));
}
