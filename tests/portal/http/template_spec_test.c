/* The Mustache specification's own suites, in the folder that GATEHOUSE_MUSTACHE_SPEC names. */
#include "portal/http/template.h"
#include "tests/support/unit.h"

#include <string.h>

enum { SKIPPED = 77, CASES = 136 };

static void one_case(struct arena *mem, const json_t *c, const char *file)
{
    struct err err = {.kind = NULL};
    struct str out = str_new(mem);
    json_t *none = json_own(mem, json_object());
    json_t *partials = json_object_get(c, "partials");

    if (!template_render_text(mem, &err, json_get_text(c, "template", ""),
                              partials == NULL ? none : partials, json_object_get(c, "data"), false,
                              &out) ||
        strcmp(out.p, json_get_text(c, "expected", "")) != 0)
        fail_msg("%s: %s\nexpected: %s\ngot:      %s\n%s", file, json_get_text(c, "name", ""),
                 json_get_text(c, "expected", ""), out.p, err.oper);
}

static void the_published_specification_holds(void **state)
{
    static const char *const FILES[] = {"comments", "delimiters", "interpolation",
                                        "inverted", "partials",   "sections"};
    size_t cases = 0;

    for (size_t i = 0; i < COUNT(FILES); i++) {
        const char *path =
            arena_printf(*state, "%s/%s.json", getenv("GATEHOUSE_MUSTACHE_SPEC"), FILES[i]);
        json_t *suite = json_own(*state, json_load_file(path, 0, NULL));
        json_t *tests = json_object_get(suite, "tests");

        for (size_t k = 0; k < json_array_size(tests); k++, cases++)
            one_case(*state, json_array_get(tests, k), FILES[i]);
    }
    assert_int_equal(cases, CASES);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {with_arena(the_published_specification_holds)};

    if (getenv("GATEHOUSE_MUSTACHE_SPEC") == NULL) {
        puts("skipped: GATEHOUSE_MUSTACHE_SPEC names no folder");
        return SKIPPED;
    }
    return cmocka_run_group_tests_name("template_spec", TESTS, NULL, NULL);
}
