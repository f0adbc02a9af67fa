#include "base/utf8.h"
#include "tests/support/unit.h"

#include <string.h>

#define BYTES(text) (text), sizeof(text) - 1

static void whole_text_is_valid(void **state)
{
    static const struct span GOOD[] = {
        {BYTES("")},
        {BYTES("plain")},
        {BYTES("a\0b")},
        {BYTES("\xc2\x80")},
        {BYTES("\xdf\xbf")},
        {BYTES("\xe0\xa0\x80")},
        {BYTES("\xed\x9f\xbf")},
        {BYTES("\xee\x80\x80")},
        {BYTES("\xef\xbf\xbf")},
        {BYTES("\xf0\x90\x80\x80")},
        {BYTES("\xf4\x8f\xbf\xbf")},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(GOOD); i++)
        assert_true(utf8_valid(GOOD[i].p, GOOD[i].len));
}

static void hostile_sequences_are_refused(void **state)
{
    static const struct span BAD[] = {
        {BYTES("\x80")}, /* a continuation alone */
        {BYTES("\xbf")},
        {BYTES("\xc0\x80")}, /* NUL, too long */
        {BYTES("\xc0\xaf")}, /* a slash, too long */
        {BYTES("\xc1\xbf")},
        {BYTES("\xe0\x80\xaf")},
        {BYTES("\xe0\x9f\xbf")},
        {BYTES("\xf0\x80\x80\xaf")},
        {BYTES("\xf0\x8f\xbf\xbf")},
        {BYTES("\xed\xa0\x80")}, /* surrogates */
        {BYTES("\xed\xbf\xbf")},
        {BYTES("\xed\xa0\xbd\xed\xb8\x80")},
        {BYTES("\xf4\x90\x80\x80")}, /* beyond U+10FFFF */
        {BYTES("\xf5\x80\x80\x80")},
        {BYTES("\xf8\x88\x80\x80\x80")},
        {BYTES("\xfe")},
        {BYTES("\xff")},
        {BYTES("\xc3")}, /* cut short */
        {BYTES("\xe4\xb8")},
        {BYTES("\xf0\x9f\x98")},
        {BYTES("\xc3(")},
        {BYTES("\xe4\xb8(")},
        {BYTES("a\xe4\xb8\xad\x80")},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(BAD); i++)
        assert_false(utf8_valid(BAD[i].p, BAD[i].len));
}

static void a_name_is_one_line(void **state)
{
    (void)state;
    assert_true(utf8_is_line("Anna O\xe2\x80\x99Neill"));
    assert_true(utf8_is_line(""));
    assert_false(utf8_is_line("Anna\nKeller"));
    assert_false(utf8_is_line("Anna\tKeller"));
    assert_false(utf8_is_line("Anna\x7f"));
    assert_false(utf8_is_line("Anna\xc2\x85"));
    assert_false(utf8_is_line("Anna\xe2\x80\xa8Keller"));
    assert_false(utf8_is_line("Anna\xff"));
}

static void characters_are_counted(void **state)
{
    (void)state;
    assert_int_equal(utf8_count(""), 0);
    assert_int_equal(utf8_count("aé中😀"), 4);
}

static void a_prefix_ends_at_a_character(void **state)
{
    static const size_t LENGTHS[] = {0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10, 10, 10};

    (void)state;
    for (size_t max = 0; max < COUNT(LENGTHS); max++)
        assert_int_equal(utf8_prefix("aé中😀", max), LENGTHS[max]);
}

static void folding_makes_widths_and_capitals_equal(void **state)
{
    static const struct {
        const char *text, *folded;
    } CASES[] = {
        {"", ""},           {"ABC", "abc"},     {"ＡＢＣ１２３", "abc123"}, {"Straße", "strasse"},
        {"ÉCOLE", "école"}, {"e\xcc\x81", "é"}, /* composed */
        {"ﬁ", "fi"},        {"ｶﾞ", "ガ"},       {"门店", "门店"},
    };

    for (size_t i = 0; i < COUNT(CASES); i++)
        assert_string_equal(utf8_fold(*state, CASES[i].text), CASES[i].folded);
}

static void code_points_come_one_by_one(void **state)
{
    const char *text = "aé中😀";

    (void)state;
    assert_int_equal(utf8_next(&text), 'a');
    assert_int_equal(utf8_next(&text), 0xe9);
    assert_int_equal(utf8_next(&text), 0x4e2d);
    assert_int_equal(utf8_next(&text), 0x1f600);
    assert_int_equal(utf8_next(&text), 0);
    assert_int_equal(utf8_next(&text), 0);
}

static void scripts_are_told_apart(void **state)
{
    static const uint32_t CJK[] = {0x4e2d, 0x3042, 0x30ab, 0xac00, 0x20000, 0x3007, 0x3005};
    static const uint32_t WORD[] = {'a', 'Z', '0', 0xe9, 0x416, 0x5d0, 0x627, 0x905, 0x93f};
    static const uint32_t NEITHER[] = {0,      ' ',    '-',     '_',  0x3002,
                                       0xff0c, 0x300c, 0x1f600, 0xa0, 0x110000};

    (void)state;
    for (size_t i = 0; i < COUNT(CJK); i++) {
        assert_true(utf8_is_cjk(CJK[i]));
        assert_false(utf8_is_word(CJK[i]));
    }
    for (size_t i = 0; i < COUNT(WORD); i++) {
        assert_true(utf8_is_word(WORD[i]));
        assert_false(utf8_is_cjk(WORD[i]));
    }
    for (size_t i = 0; i < COUNT(NEITHER); i++) {
        assert_false(utf8_is_word(NEITHER[i]));
        assert_false(utf8_is_cjk(NEITHER[i]));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_arena(whole_text_is_valid),
        with_arena(hostile_sequences_are_refused),
        with_arena(characters_are_counted),
        cmocka_unit_test(a_name_is_one_line),
        with_arena(a_prefix_ends_at_a_character),
        with_arena(folding_makes_widths_and_capitals_equal),
        with_arena(code_points_come_one_by_one),
        with_arena(scripts_are_told_apart),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
