#include "portal/http/statics.h"
#include "tests/support/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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
    (void)state;
    unit_temp(dir, sizeof(dir));
    if (mkdtemp(dir) == NULL)
        return -1;
    write_file("app.1a2b.css", "body{}");
    write_file("icons.3c4d.svg", "<svg/>");
    write_file("manifest.json",
               "{\"app.css\": \"app.1a2b.css\", \"icons.svg\": \"icons.3c4d.svg\"}");
    return 0;
}

static int tear_down(void **state)
{
    static const char *const FILES[] = {"app.1a2b.css", "icons.3c4d.svg", "manifest.json"};
    char path[512];

    (void)state;
    for (size_t i = 0; i < COUNT(FILES); i++) {
        snprintf(path, sizeof(path), "%s/%s", dir, FILES[i]);
        unlink(path);
    }
    rmdir(dir);
    return 0;
}

static void files_are_served_under_their_hashed_names_only(void **state)
{
    static const char *const NAMES[] = {"app.css", "manifest.json", "../statics_test", "none", ""};
    struct err err = {.kind = NULL};
    struct arena *mem = arena_make(4096);
    struct app app = {.mem = mem};
    struct req rq = {.cx = {.mem = mem}, .app = &app, .out = str_new(mem)};

    (void)state;
    assert_true(statics_load(&err, dir, &app.statics));
    assert_string_equal(statics_url(app.statics, "app.css"), "/static/app.1a2b.css");
    assert_string_equal(statics_url(app.statics, "none.css"), "");
    rq.args[0] = "app.1a2b.css";
    assert_true(statics_serve(&rq));
    assert_string_equal(rq.out.p, "body{}");
    assert_string_equal(rq.type, "text/css; charset=utf-8");
    assert_string_equal(rq.header_names[0], "Cache-Control");
    assert_non_null(strstr(rq.header_values[0], "immutable"));
    for (size_t i = 0; i < COUNT(NAMES); i++) {
        rq.args[0] = NAMES[i];
        err_clear(&rq.cx.err);
        assert_false(statics_serve(&rq));
        assert_ptr_equal(rq.cx.err.kind, &ERR_NOT_FOUND);
    }
    statics_free(app.statics);
    arena_free(mem);
}

static void templates_name_them_without_dots(void **state)
{
    struct err err = {.kind = NULL};
    struct statics *statics = NULL;
    json_t *names;

    (void)state;
    assert_true(statics_load(&err, dir, &statics));
    names = statics_names(statics);
    assert_string_equal(json_get_text(names, "app_css", ""), "/static/app.1a2b.css");
    assert_string_equal(json_get_text(names, "icons", ""), "/static/icons.3c4d.svg");
    json_decref(names);
    statics_free(statics);
}

static void an_incomplete_folder_is_refused_with_its_name(void **state)
{
    static const char *const MANIFESTS[] = {"{\"app.css\": \"app.9999.css\"}", "{\"app.css\": 1}",
                                            "{\"x\": \"../x\"}", "[", ""};
    struct statics *statics = NULL;

    (void)state;
    for (size_t i = 0; i < COUNT(MANIFESTS); i++) {
        struct err err = {.kind = NULL};

        write_file("manifest.json", MANIFESTS[i]);
        assert_false(statics_load(&err, dir, &statics));
        assert_string_equal(err.kind->code, "STATICS");
        assert_string_equal(err.arg, dir);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(files_are_served_under_their_hashed_names_only, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(templates_name_them_without_dots, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_incomplete_folder_is_refused_with_its_name, set_up,
                                        tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
