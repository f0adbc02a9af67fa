#include "portal/pages/theme_page.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static const struct colour WHITE = {255, 255, 255};
static const struct colour PAGE_LIGHT = {0xf7, 0xf8, 0xf9};
static const struct colour CARD_DARK = {0x16, 0x1b, 0x21};
static const struct colour PAGE_DARK = {0x0f, 0x13, 0x17};

enum { PART_STEP = 17 }; /* 16 values of each part: 4,096 accents */

static void contrast_is_that_of_wcag(void **state)
{
    (void)state;
    assert_true(fabs(colour_contrast(WHITE, (struct colour){0, 0, 0}) - 21.0) < 0.001);
    assert_true(fabs(colour_contrast((struct colour){0x76, 0x76, 0x76}, WHITE) - 4.54) < 0.01);
}

static void check(struct colour accent, bool is_dark)
{
    const struct colour card = is_dark ? CARD_DARK : WHITE;
    const struct colour page = is_dark ? PAGE_DARK : PAGE_LIGHT;
    struct theme_shades s;

    theme_page_shades(accent, is_dark, &s);
    assert_true(colour_contrast(s.on_accent, s.accent) >= 4.5);
    assert_true(colour_contrast(s.on_accent, s.hover) >= 4.5);
    assert_true(colour_contrast(s.accent, card) >= 3.0);
    assert_true(colour_contrast(s.text, page) >= 4.5);
    assert_true(colour_contrast(s.text, card) >= 4.5);
    assert_true(colour_contrast(s.text, s.soft) >= 4.5);
}

static void every_accent_can_be_read_in_both_themes(void **state)
{
    (void)state;
    for (int r = 0; r < 256; r += PART_STEP)
        for (int g = 0; g < 256; g += PART_STEP)
            for (int b = 0; b < 256; b += PART_STEP) {
                const struct colour accent = {(uint8_t)r, (uint8_t)g, (uint8_t)b};

                check(accent, false);
                check(accent, true);
            }
}

static void an_accent_that_can_be_read_stays_as_it_is(void **state)
{
    struct theme_shades s;

    (void)state;
    theme_page_shades((struct colour){0x0e, 0x63, 0x80}, false, &s);
    assert_int_equal(s.accent.r, 0x0e);
    assert_int_equal(s.accent.g, 0x63);
    assert_int_equal(s.accent.b, 0x80);
    assert_int_equal(s.on_accent.r, 255);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(contrast_is_that_of_wcag),
        cmocka_unit_test(every_accent_can_be_read_in_both_themes),
        cmocka_unit_test(an_accent_that_can_be_read_stays_as_it_is),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
