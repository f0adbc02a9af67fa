#include "portal/http/lang.h"
#include "tests/support/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char dir[256];

static void write_file(const char *name, const char *text)
{
    char path[512];
    FILE *f;

    snprintf(path, sizeof(path), "%s/%s", dir, name);
    f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    assert_int_equal(fclose(f), 0);
}

static int set_up(void **state)
{
    static const char *const DIRS[] = {"", "/lang", "/lang/zh"};
    char path[512];

    (void)state;
    unit_temp(dir, sizeof(dir));
    if (mkdtemp(dir) == NULL)
        return -1;
    for (size_t i = 1; i < COUNT(DIRS); i++) {
        snprintf(path, sizeof(path), "%s%s", dir, DIRS[i]);
        if (mkdir(path, 0700) != 0)
            return -1;
    }
    write_file("lang/zh/a.json", "{\"Open\": \"打开\", \"{} of {} seats\": \"{} / {} 个席位\"}");
    write_file("lang/zh/b.json", "{\"Closed\": \"关闭\"}");
    return 0;
}

static int tear_down(void **state)
{
    static const char *const PARTS[] = {"/lang/zh/a.json", "/lang/zh/b.json", "/lang/zh", "/lang",
                                        ""};
    char path[512];

    (void)state;
    for (size_t i = 0; i < COUNT(PARTS); i++) {
        snprintf(path, sizeof(path), "%s%s", dir, PARTS[i]);
        if (unlink(path) != 0)
            rmdir(path);
    }
    return 0;
}

static struct lang_set *load(void)
{
    struct err err = {.kind = NULL};
    struct lang_set *set = NULL;

    assert_true(lang_load(&err, dir, &set));
    return set;
}

static void texts_come_from_all_files_and_fall_back_to_english(void **state)
{
    struct lang_set *set = load();
    const struct lang *zh = lang_find(set, "zh");

    (void)state;
    assert_int_equal(lang_count(set), 2);
    assert_string_equal(lang_text(zh, "Open"), "打开");
    assert_string_equal(lang_text(zh, "Closed"), "关闭");
    assert_string_equal(lang_text(zh, "Unknown"), "Unknown");
    assert_string_equal(lang_text(lang_find(set, "en"), "Open"), "Open");
    assert_string_equal(lang_html(zh), "zh-CN");
    assert_string_equal(lang_own_name(zh), "简体中文");
    lang_free(set);
}

static void holes_are_filled_in_order(void **state)
{
    struct lang_set *set = load();
    struct arena *mem = arena_make(1024);
    const char *const seats[] = {"7", "10"};

    (void)state;
    assert_string_equal(lang_fill(mem, lang_find(set, "zh"), "{} of {} seats", seats, 2),
                        "7 / 10 个席位");
    assert_string_equal(lang_fill(mem, lang_find(set, "en"), "{} of {} seats", seats, 2),
                        "7 of 10 seats");
    assert_string_equal(lang_fill(mem, lang_find(set, "en"), "{} of {} seats", seats, 1),
                        "7 of {} seats");
    arena_free(mem);
    lang_free(set);
}

static void the_best_language_is_found(void **state)
{
    struct lang_set *set = load();

    (void)state;
    assert_string_equal(lang_code(lang_find(set, "zh-CN")), "zh");
    assert_string_equal(lang_code(lang_find(set, "ZH-Hans-CN")), "zh");
    assert_string_equal(lang_code(lang_find(set, "fr")), "en");
    assert_string_equal(lang_code(lang_find(set, NULL)), "en");
    assert_string_equal(lang_code(lang_accept(set, "fr, zh-CN;q=0.9, en;q=0.8")), "zh");
    assert_string_equal(lang_code(lang_accept(set, "zh;q=0.3,en-GB;q=0.7")), "en");
    assert_string_equal(lang_code(lang_accept(set, "en, zh")), "en");
    assert_null(lang_accept(set, "fr, zh;q=0"));
    assert_null(lang_accept(set, ""));
    assert_null(lang_accept(set, NULL));
    assert_null(lang_accept(set, ";;,,;q=x"));
    lang_free(set);
}

static void a_key_with_two_translations_is_refused(void **state)
{
    struct err err = {.kind = NULL};
    struct lang_set *set = NULL;

    (void)state;
    write_file("lang/zh/b.json", "{\"Open\": \"开\"}");
    assert_false(lang_load(&err, dir, &set));
    assert_non_null(strstr(err.oper, "\"Open\" is 打开 in another file"));
}

static void broken_json_is_refused_with_its_line(void **state)
{
    struct err err = {.kind = NULL};
    struct lang_set *set = NULL;

    (void)state;
    write_file("lang/zh/b.json", "{\n\"a\": }");
    assert_false(lang_load(&err, dir, &set));
    assert_non_null(strstr(err.oper, "b.json:2:"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(texts_come_from_all_files_and_fall_back_to_english, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(holes_are_filled_in_order, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_best_language_is_found, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_key_with_two_translations_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(broken_json_is_refused_with_its_line, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
