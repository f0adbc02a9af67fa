#include "portal/http/template.h"
#include "tests/support/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct work {
    struct arena *mem;
    struct err err;
    char dir[256];
};

static int set_up(void **state)
{
    struct work *w = calloc(1, sizeof(*w));

    if (w == NULL)
        return -1;
    w->mem = arena_make(64 * 1024);
    *state = w;
    return 0;
}

static int tear_down(void **state)
{
    struct work *w = *state;

    arena_free(w->mem);
    free(w);
    return 0;
}

/* --- our own cases --- */

struct drawn {
    const char *text, *context, *expected;
};

static void values_sections_and_lists_are_drawn(void **state)
{
    static const struct drawn CASES[] = {
        {"a {{x}} b", "{\"x\": \"<&>\\\"'\"}", "a &lt;&amp;&gt;&quot;&#39; b"},
        {"{{x.y.z}}", "{\"x\": {\"y\": {\"z\": 7}}}", "7"},
        {"{{x.y}}|{{no}}|{{x}}", "{\"x\": {}}", "||"},
        {"{{body_html}}{{{body_html}}}", "{\"body_html\": \"<b>\"}", "&lt;b&gt;<b>"},
        {"{{&body_html}}", "{\"body_html\": \"<b>\"}", "<b>"},
        {"{{#a}}[{{b}}]{{/a}}", "{\"a\": [{\"b\": 1}, {\"b\": 2}]}", "[1][2]"},
        {"{{#a}}{{.}},{{/a}}", "{\"a\": [1, true, \"x\", null]}", "1,true,x,,"},
        {"{{#a}}{{x}}{{/a}}", "{\"a\": {\"y\": 1}, \"x\": \"outer\"}", "outer"},
        {"{{^a}}none{{/a}}", "{\"a\": []}", "none"},
        {"{{#a}}no{{/a}}{{^a}}yes{{/a}}", "{\"a\": \"\"}", "yes"},
        {"{{#a}}no{{/a}}{{^a}}yes{{/a}}", "{\"a\": 0}", "yes"},
        {"{{#a}}yes{{/a}}", "{\"a\": {}}", "yes"},
        {"{{#a.0}}<ul>{{#a}}<li>{{n}}{{/a}}</ul>{{/a.0}}", "{\"a\": [{\"n\": 1}, {\"n\": 2}]}",
         "<ul><li>1<li>2</ul>"},
        {"{{#a.0}}some{{/a.0}}{{^a.0}}none{{/a.0}}", "{\"a\": []}", "none"},
        {"{{#t}}x{{/t}}", "{\"t\": true}", "x"},
        {"{{! a note }}x", "{}", "x"},
        {"{{=<% %>=}}<% x %>{{x}}", "{\"x\": 1}", "1{{x}}"},
        {"1{{x}}", "{\"x\": 1.25}", "11.25"},
        {"你好，{{x}}", "{\"x\": \"世界\"}", "你好，世界"},
    };
    struct work *w = *state;

    for (size_t i = 0; i < COUNT(CASES); i++) {
        struct str out = str_new(w->mem);
        json_t *context = json_own(w->mem, json_loads(CASES[i].context, 0, NULL));

        assert_true(template_render_text(w->mem, &w->err, CASES[i].text,
                                         json_own(w->mem, json_object()), context, true, &out));
        assert_string_equal(out.p, CASES[i].expected);
    }
}

static void a_faulty_text_is_refused_with_its_line(void **state)
{
    static const struct {
        const char *text, *says;
    } CASES[] = {
        {"a\n{{x", "text:2: a tag that is not closed"},
        {"{{#a}}\n{{#b}}\n{{/a}}", "text:3: another section is open"},
        {"\n\n{{/a}}", "text:3: nothing is open"},
        {"{{#a}}", "text:1: a section that is not closed: a"},
        {"{{}}", "text:1: a tag without a usable name"},
        {"{{{name}}}", "only names that end in _html may go unescaped: name"},
        {"{{&name}}", "only names that end in _html"},
        {"{{a b}}", "a name may have letters"},
        {"{{=x=}}", "two delimiters are needed"},
        {"{{a.b.c.d.e.f.g.h.i}}", "a name of too many parts"},
    };
    struct work *w = *state;

    for (size_t i = 0; i < COUNT(CASES); i++) {
        struct str out = str_new(w->mem);

        err_clear(&w->err);
        assert_false(template_render_text(w->mem, &w->err, CASES[i].text,
                                          json_own(w->mem, json_object()),
                                          json_own(w->mem, json_object()), true, &out));
        if (strstr(w->err.oper, CASES[i].says) == NULL)
            fail_msg("%s says: %s", CASES[i].text, w->err.oper);
    }
}

static void a_template_that_includes_itself_for_ever_ends(void **state)
{
    struct work *w = *state;
    json_t *partials = json_own(w->mem, json_pack("{s:s}", "p", "x{{>p}}{{>p}}"));
    struct str out = str_new(w->mem);

    assert_true(template_render_text(w->mem, &w->err, "{{>p}}", partials,
                                     json_own(w->mem, json_object()), true, &out));
    assert_true(out.len > 0);
}

/* --- a folder of them --- */

static void write_file(struct work *w, const char *name, const char *text)
{
    FILE *f = fopen(arena_printf(w->mem, "%s/%s", w->dir, name), "w");

    assert_non_null(f);
    fputs(text, f);
    assert_int_equal(fclose(f), 0);
}

static int set_up_dir(void **state)
{
    static const char *const DIRS[] = {"lang", "lang/zh", "templates", "templates/parts"};
    struct work *w;

    if (set_up(state) != 0)
        return -1;
    w = *state;
    unit_temp(w->dir, sizeof(w->dir));
    if (mkdtemp(w->dir) == NULL)
        return -1;
    for (size_t i = 0; i < COUNT(DIRS); i++)
        if (mkdir(arena_printf(w->mem, "%s/%s", w->dir, DIRS[i]), 0700) != 0)
            return -1;
    write_file(w, "lang/zh/a.json",
               "{\"Sign in as {name}\": \"以 {name} 登录\", \"Open\": \"打开 <\",\n"
               "\"{n} of {m}\": \"{m} 中的 {n}\", \"Bad {x}\": \"坏 {y}\"}");
    return 0;
}

static int tear_down_dir(void **state)
{
    static const char *const FILES[] = {"templates/parts/card.html",
                                        "templates/page.html",
                                        "templates/parts",
                                        "templates",
                                        "lang/zh/a.json",
                                        "lang/zh",
                                        "lang",
                                        "."};
    struct work *w = *state;

    for (size_t i = 0; i < COUNT(FILES); i++) {
        const char *path = arena_printf(w->mem, "%s/%s", w->dir, FILES[i]);

        if (unlink(path) != 0)
            rmdir(i + 1 == COUNT(FILES) ? w->dir : path);
    }
    return tear_down(state);
}

static bool load(struct work *w, struct lang_set **langs, struct templates **out)
{
    assert_true(lang_load(&w->err, w->dir, langs));
    return template_load(&w->err, arena_printf(w->mem, "%s/templates", w->dir), *langs, out);
}

static void translation_blocks_are_resolved_in_each_language(void **state)
{
    struct work *w = *state;
    struct lang_set *langs;
    struct templates *templates;
    json_t *context = json_own(w->mem, json_pack("{s:s,s:i,s:i}", "name", "<A>", "n", 1, "m", 2));
    struct str en = str_new(w->mem), zh = str_new(w->mem);

    write_file(w, "templates/page.html",
               "<p>{{#t}} Sign in\n   as {{name}}{{/t}}</p>\n{{#t}}Open{{/t}} {{#t}}{{n}} of "
               "{{m}}{{/t}} {{#t}}Not there{{/t}}\n{{>parts/card}}\n");
    write_file(w, "templates/parts/card.html", "<i>{{name}}</i>\n");
    assert_true(load(w, &langs, &templates));
    assert_true(template_render(templates, lang_find(langs, "en"), "page", context, &en));
    assert_string_equal(en.p,
                        "<p> Sign in as &lt;A&gt;</p>\nOpen 1 of 2 Not "
                        "there\n<i>&lt;A&gt;</i>\n");
    assert_true(template_render(templates, lang_find(langs, "zh-CN"), "page", context, &zh));
    assert_string_equal(zh.p,
                        "<p> 以 &lt;A&gt; 登录</p>\n打开 &lt; 2 中的 1 Not "
                        "there\n<i>&lt;A&gt;</i>\n");
    assert_true(template_render(templates, lang_find(langs, "en"), "parts/card", context, &en));
    assert_false(template_render(templates, lang_find(langs, "en"), "none", context, &en));
    template_free(templates);
    lang_free(langs);
}

static void a_faulty_file_is_named_with_its_line(void **state)
{
    static const struct {
        const char *text, *says;
    } CASES[] = {
        {"\n{{>parts/none}}", "page.html:2: there is no partial parts/none"},
        {"\n{{#t}}Open", "page.html:2: a translation block that is not closed"},
        {"{{#t}} {{/t}}", "page.html:1: a translation block without text"},
        {"{{#t}}a {{#b}}c{{/b}}{{/t}}", "only {{name}} may stand in a translation block"},
        {"\n\n{{#t}}Bad {{x}}{{/t}}", "page.html:3: the translation names a value"},
        {"{{{x}}}", "page.html:1: only names that end in _html"},
    };
    struct work *w = *state;

    for (size_t i = 0; i < COUNT(CASES); i++) {
        struct lang_set *langs;
        struct templates *templates;

        err_clear(&w->err);
        write_file(w, "templates/page.html", CASES[i].text);
        assert_false(load(w, &langs, &templates));
        if (strstr(w->err.oper, CASES[i].says) == NULL)
            fail_msg("%s says: %s", CASES[i].text, w->err.oper);
        lang_free(langs);
    }
}

static void templates_and_texts_can_be_read_again(void **state)
{
    struct work *w = *state;
    struct lang_set *langs;
    struct templates *templates;
    json_t *none = json_own(w->mem, json_object());
    struct str out = str_new(w->mem);
    const struct lang *zh;

    write_file(w, "templates/page.html", "{{#t}}Open{{/t}} old");
    assert_true(load(w, &langs, &templates));
    zh = lang_find(langs, "zh");
    write_file(w, "templates/page.html", "{{#t}}Open{{/t}} new");
    write_file(w, "lang/zh/a.json", "{\"Open\": \"开\"}");
    assert_true(lang_reload(&w->err, langs, w->dir));
    assert_true(
        template_reload(&w->err, templates, arena_printf(w->mem, "%s/templates", w->dir), langs));
    assert_true(template_render(templates, zh, "page", none, &out));
    assert_string_equal(out.p, "开 new");
    write_file(w, "templates/page.html", "{{#broken");
    assert_false(
        template_reload(&w->err, templates, arena_printf(w->mem, "%s/templates", w->dir), langs));
    out = str_new(w->mem);
    assert_true(template_render(templates, zh, "page", none, &out));
    assert_string_equal(out.p, "开 new"); /* a faulty edition is not taken */
    template_free(templates);
    lang_free(langs);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(values_sections_and_lists_are_drawn, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_faulty_text_is_refused_with_its_line, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_template_that_includes_itself_for_ever_ends, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(translation_blocks_are_resolved_in_each_language,
                                        set_up_dir, tear_down_dir),
        cmocka_unit_test_setup_teardown(a_faulty_file_is_named_with_its_line, set_up_dir,
                                        tear_down_dir),
        cmocka_unit_test_setup_teardown(templates_and_texts_can_be_read_again, set_up_dir,
                                        tear_down_dir),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
