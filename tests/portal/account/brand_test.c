#include "db/event.h"
#include "portal/account/brand.h"
#include "portal/account/logo.h"
#include "portal/account/person.h"
#include "tests/support/test.h"

#include <string.h>

static const char PNG[] =
    "\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\0\x78\0\0\0\x28\x08\x06\0\0\0\0\0\0\0";
#define PICTURE ((struct span){PNG, sizeof PNG - 1})

static struct brand some_brand(void)
{
    return (struct brand){.name = "Marlow",
                          .accent = "#7A1FA2",
                          .accent_dark = "",
                          .support_phone = "",
                          .support_email = "",
                          .support_hours = ""};
}

static void a_brand_is_set_and_told_in_the_trail(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct brand b = some_brand();

    b.accent_dark = "cE93d8";
    test_ok(cx, brand_set(cx, &b));
    test_ok(cx, brand_get(cx, &b));
    assert_string_equal(b.name, "Marlow");
    assert_string_equal(b.accent, "7a1fa2");
    assert_string_equal(b.accent_dark, "ce93d8");
    assert_string_equal(b.logo_hash, "");
    assert_int_equal(test_i64(cx, "SELECT COUNT(*) FROM event WHERE tenant_id = ? AND data LIKE ?",
                              DB_ID(cx->tenant_id), DB_TEXT("%7a1fa2%")),
                     1);
}

static void an_address_of_support_that_is_none_is_refused(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct brand b = some_brand();

    b.support_email = "write to us";
    test_refused(cx, brand_set(cx, &b), &ERR_PERSON_EMAIL);
    b.support_email = "";
    test_ok(cx, brand_set(cx, &b));
}

static void a_colour_that_cannot_be_read_is_refused(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct brand b = some_brand();

    b.accent = "ffdd00"; /* yellow on white */
    test_refused(cx, brand_set(cx, &b), &ERR_BRAND_CONTRAST);
    b = some_brand();
    b.accent_dark = "112244"; /* navy on black */
    test_refused(cx, brand_set(cx, &b), &ERR_BRAND_CONTRAST);
}

static void the_nearest_colour_always_reads_and_stays_where_it_does(void **state)
{
    struct colour fine = {0x0e, 0x63, 0x80}, c;

    (void)state;
    for (int r = 0; r < 256; r += 15)
        for (int g = 0; g < 256; g += 15)
            for (int b = 0; b < 256; b += 15) {
                c = (struct colour){(uint8_t)r, (uint8_t)g, (uint8_t)b};
                assert_true(brand_is_readable(brand_nearest(c, false), false));
                assert_true(brand_is_readable(brand_nearest(c, true), true));
            }
    c = brand_nearest(fine, false);
    assert_memory_equal(&c, &fine, sizeof c);
}

/* What would be a script, a rule or an address in a stylesheet is no colour. */
static void nothing_but_a_colour_is_a_colour(void **state)
{
    static const char *const HOSTILE[] = {"red;}body{display:none",
                                          "</style><script>",
                                          "url(//evil.example)",
                                          "expression(alert(1))",
                                          "0e63800",
                                          "#0e638",
                                          "0e6380;",
                                          "\"><svg onload=alert(1)>"};
    struct ctx *cx = test_ctx(state);

    for (size_t i = 0; i < COUNT(HOSTILE); i++) {
        struct brand b = some_brand();

        b.accent = HOSTILE[i];
        test_refused(cx, brand_set(cx, &b), &ERR_INVALID);
        b = some_brand();
        b.accent_dark = HOSTILE[i];
        test_refused(cx, brand_set(cx, &b), &ERR_INVALID);
    }
}

static void a_picture_is_its_tenants_alone(void **state)
{
    struct ctx *here = test_ctx(state);
    struct ctx *there = test_ctx(state);
    struct span bytes;
    struct brand b;

    test_ok(here, brand_logo_set(here, PICTURE));
    test_ok(here, brand_get(here, &b));
    assert_string_equal(b.logo_type, "png");
    assert_int_equal(b.logo_width, 120);
    test_ok(here, brand_logo_get(here, b.logo_hash, "png", &bytes));
    assert_int_equal(bytes.len, sizeof PNG - 1);
    test_refused(here, brand_logo_get(here, b.logo_hash, "jpg", &bytes), &ERR_NOT_FOUND);
    test_refused(there, brand_logo_get(there, b.logo_hash, "png", &bytes), &ERR_NOT_FOUND);
    test_refused(here, brand_logo_set(here, span_of("<svg>")), &ERR_LOGO_SVG);
    test_ok(here, brand_logo_remove(here));
    test_refused(here, brand_logo_get(here, b.logo_hash, "png", &bytes), &ERR_NOT_FOUND);
    test_refused(here, brand_logo_get(here, "", "", &bytes), &ERR_NOT_FOUND);
}

static void words_are_read_in_the_readers_language_or_the_next_best(void **state)
{
    struct ctx *cx = test_ctx(state);
    const char *text;

    test_ok(cx, brand_text_read(cx, BRAND_WELCOME, "zh", &text));
    assert_string_equal(text, "");
    test_ok(cx, brand_text_set(cx, BRAND_WELCOME, "zh", "欢迎"));
    test_ok(cx, brand_text_read(cx, BRAND_WELCOME, "en", &text));
    assert_string_equal(text, "欢迎");
    test_ok(cx, brand_text_set(cx, BRAND_WELCOME, "en", "Welcome"));
    test_ok(cx, brand_text_read(cx, BRAND_WELCOME, "de", &text));
    assert_string_equal(text, "Welcome"); /* the tenant's own language */
    test_ok(cx, brand_text_set(cx, BRAND_WELCOME, "en", ""));
    test_ok(cx, brand_text_get(cx, BRAND_WELCOME, "en", &text));
    assert_string_equal(text, "");
}

static void words_have_a_length(void **state)
{
    struct ctx *cx = test_ctx(state);
    char *text = arena_alloc(cx->mem, BRAND_WELCOME_MAX + 2);

    memset(text, 'a', BRAND_WELCOME_MAX + 1);
    test_refused(cx, brand_text_set(cx, BRAND_WELCOME, "en", text), &ERR_INVALID);
    test_ok(cx, brand_text_set(cx, BRAND_FOOTER, "en", text));
}

static void who_may_not_set_the_house_sets_no_brand(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct id sam = make_person(cx, "Sam", "sam@staff.example");
    struct brand b = some_brand();

    test_as_staff(cx, sam, RIGHT_DESK);
    test_refused(cx, brand_set(cx, &b), &ERR_DENIED);
    test_refused(cx, brand_logo_set(cx, PICTURE), &ERR_DENIED);
    test_refused(cx, brand_logo_remove(cx), &ERR_DENIED);
    test_refused(cx, brand_text_set(cx, BRAND_FOOTER, "en", "x"), &ERR_DENIED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_brand_is_set_and_told_in_the_trail),
        cmocka_unit_test(an_address_of_support_that_is_none_is_refused),
        cmocka_unit_test(a_colour_that_cannot_be_read_is_refused),
        cmocka_unit_test(the_nearest_colour_always_reads_and_stays_where_it_does),
        cmocka_unit_test(nothing_but_a_colour_is_a_colour),
        cmocka_unit_test(a_picture_is_its_tenants_alone),
        cmocka_unit_test(words_are_read_in_the_readers_language_or_the_next_best),
        cmocka_unit_test(words_have_a_length),
        cmocka_unit_test(who_may_not_set_the_house_sets_no_brand)};

    return test_group_run("brand", tests, COUNT(tests));
}
