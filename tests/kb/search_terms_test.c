#include "kb/search_terms.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static bool has_all(struct arena *mem, const struct search_terms *index, const char *query)
{
    struct search_terms asked = search_terms_new(mem);

    search_terms_add_query(&asked, query);
    for (size_t i = 0; i < asked.cap; i++) {
        bool is_there = asked.weight[i] == 0;

        for (size_t k = 0; k < index->cap && !is_there; k++)
            is_there = index->weight[k] != 0 && index->hash[k] == asked.hash[i];
        if (!is_there)
            return false;
    }
    return asked.count > 0;
}

static bool finds(const char *text, const char *query)
{
    struct arena *mem = arena_make(4096);
    struct search_terms index = search_terms_new(mem);
    bool found;

    search_terms_add(&index, text, 1);
    found = has_all(mem, &index, query);
    arena_free(mem);
    return found;
}

static void latin_words_are_found_whatever_their_case_and_width(void **state)
{
    (void)state;
    assert_true(finds("Receipt printer stops", "PRINTER"));
    assert_true(finds("Version ＡＢＣ１２３ is out", "abc123"));
    assert_false(finds("Receipt printer stops", "print"));
}

static void two_chinese_characters_are_found_in_mid_sentence(void **state)
{
    (void)state;
    assert_true(finds("更新之后小票打印机停止工作", "打印"));
    assert_true(finds("更新之后小票打印机停止工作", "打印机"));
    assert_false(finds("更新之后小票打印机停止工作", "印打"));
}

static void a_lone_chinese_character_is_found(void **state)
{
    (void)state;
    assert_true(finds("盘点差异", "盘"));
    assert_false(finds("盘点差异", "票"));
}

static void mixed_text_is_found_by_both_parts(void **state)
{
    (void)state;
    assert_true(finds("安装license文件", "安装 license"));
    assert_true(finds("在 Windows 11 上安装", "windows 安装"));
}

static void a_query_of_a_pair_does_not_ask_for_its_characters(void **state)
{
    struct arena *mem = arena_make(4096);
    struct search_terms asked = search_terms_new(mem);

    (void)state;
    search_terms_add_query(&asked, "打印");
    assert_int_equal(asked.count, 1);
    arena_free(mem);
}

static void the_highest_weight_of_a_term_counts(void **state)
{
    struct arena *mem = arena_make(4096);
    struct search_terms index = search_terms_new(mem);

    (void)state;
    search_terms_add(&index, "printer", 1);
    search_terms_add(&index, "printer", 4);
    search_terms_add(&index, "printer", 2);
    assert_int_equal(index.count, 1);
    for (size_t i = 0; i < index.cap; i++)
        assert_true(index.weight[i] == 0 || index.weight[i] == 4);
    arena_free(mem);
}

static void empty_and_punctuation_give_no_terms(void **state)
{
    struct arena *mem = arena_make(4096);
    struct search_terms asked = search_terms_new(mem);

    (void)state;
    search_terms_add_query(&asked, "");
    search_terms_add_query(&asked, " -- ??? 。，、 ");
    assert_int_equal(asked.count, 0);
    arena_free(mem);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(latin_words_are_found_whatever_their_case_and_width),
        cmocka_unit_test(two_chinese_characters_are_found_in_mid_sentence),
        cmocka_unit_test(a_lone_chinese_character_is_found),
        cmocka_unit_test(mixed_text_is_found_by_both_parts),
        cmocka_unit_test(a_query_of_a_pair_does_not_ask_for_its_characters),
        cmocka_unit_test(the_highest_weight_of_a_term_counts),
        cmocka_unit_test(empty_and_punctuation_give_no_terms),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
