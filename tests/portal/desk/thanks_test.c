#include "base/str.h"
#include "portal/desk/thanks.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static bool is_thanks(struct arena *mem, const char *text)
{
    static const char *const NAMES[] = {"Anna Keller", "Dan Osei", "李伟"};
    const struct thanks_list list = {
        .thanks = THANKS_WORDS, .beside = THANKS_BESIDE, .names = NAMES, .name_count = 3};

    return thanks_is(mem, text, &list);
}

static void what_only_thanks_is_thanks(void **state)
{
    static const char *const THANKS[] = {
        "Thanks!",
        "Hi Dan,\n\nthank you very much for your help. It works now.\n\nBest regards\nAnna Keller",
        "THANK YOU SO MUCH, all good now",
        "Ｔｈａｎｋｓ",
        "谢谢！",
        "李工程师您好，问题已解决，非常感谢您的帮助。",
        "好的，谢谢。",
    };
    struct arena *mem = arena_make(65536);

    (void)state;
    for (size_t i = 0; i < COUNT(THANKS); i++)
        if (!is_thanks(mem, THANKS[i]))
            fail_msg("not taken for thanks: %s", THANKS[i]);
    arena_free(mem);
}

static void what_says_more_is_no_thanks(void **state)
{
    static const char *const OTHERS[] = {
        "",
        "-",
        "ok",
        "好的",
        "Thanks, but it still stops.",
        "Thanks for nothing.",
        "Thanks. Does it print now?",
        "Thanks?",
        "谢谢，什么时候能好？",
        "谢谢，还是不行。",
        "no thanks",
        "Thanksgiving",
        "Thank you. Please also change the receipt's footer.",
    };
    struct arena *mem = arena_make(65536);
    struct str many = str_new(mem);

    (void)state;
    for (size_t i = 0; i < COUNT(OTHERS); i++)
        if (is_thanks(mem, OTHERS[i]))
            fail_msg("taken for thanks: %s", OTHERS[i]);
    for (int i = 0; i <= THANKS_TOKENS_MAX; i++)
        str_add(&many, "thanks ");
    assert_false(is_thanks(mem, many.p));
    arena_free(mem);
}

static void without_words_nothing_is_thanks(void **state)
{
    struct arena *mem = arena_make(65536);

    (void)state;
    assert_false(thanks_is(mem, "thanks", &(struct thanks_list){.thanks = "", .beside = ""}));
    assert_true(thanks_is(mem, "Merci", &(struct thanks_list){.thanks = "merci", .beside = ""}));
    arena_free(mem);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(what_only_thanks_is_thanks),
        cmocka_unit_test(what_says_more_is_no_thanks),
        cmocka_unit_test(without_words_nothing_is_thanks),
    };

    return cmocka_run_group_tests_name("thanks", TESTS, NULL, NULL);
}
