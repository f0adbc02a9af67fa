#include "portal/http/page.h"
#include "portal/http/page_shell.h"
#include "portal/http/route.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static bool handle(struct req *rq)
{
    (void)rq;
    return true;
}

const struct route ROUTES[] = {
    {METHOD_GET, "/", handle, NEED_CUSTOMER, 0, 0},
    {METHOD_GET, "/kb", handle, NEED_PUBLIC, 0, 0},
    {METHOD_GET, "/tickets", handle, NEED_CUSTOMER, 0, 0},
    {METHOD_GET, "/orders", handle, NEED_CUSTOMER, RIGHT_ORDER, 0},
    {METHOD_GET, "/desk", handle, NEED_STAFF, RIGHT_DESK, 0},
    {METHOD_GET, "/desk/settings", handle, NEED_STAFF, RIGHT_SETTINGS, 0},
    {.pattern = NULL},
};

struct work {
    struct arena *mem;
    struct app app;
    struct req_tenant tenant;
    struct session session;
    struct req rq;
};

static struct work work;

static int set_up(void **state)
{
    struct err err = {.kind = NULL};

    (void)state;
    work = (struct work){.mem = arena_make(16 * 1024), .tenant = {.name = "Tilwick"}};
    if (!lang_load(&err, GH_WWW_DIR, &work.app.langs))
        return -1;
    work.session.csrf = "token";
    work.rq = (struct req){.cx = {.mem = work.mem},
                           .app = &work.app,
                           .tenant = &work.tenant,
                           .session = &work.session,
                           .lang = lang_find(work.app.langs, "en"),
                           .path = "/",
                           .query = ""};
    work.rq.format = (struct format){.lang = work.rq.lang};
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    lang_free(work.app.langs);
    arena_free(work.mem);
    return 0;
}

static void be(bool is_staff, uint64_t rights)
{
    work.session.person_id.b[0] = 1;
    work.session.person_name = "Anna Keller";
    work.session.is_staff = is_staff;
    work.session.organisation_id.b[0] = is_staff ? 0 : 1;
    work.rq.cx.viewer =
        (struct viewer){.kind = is_staff ? VIEWER_STAFF : VIEWER_CUSTOMER, .rights = rights};
}

/* The paths of the menu, the current one in brackets. */
static const char *menu(const char *path)
{
    json_t *shell, *entry;
    struct str s = str_new(work.mem);
    size_t i;

    work.rq.path = path;
    shell = json_own(work.mem, page_shell(&work.rq));
    json_array_foreach (json_object_get(shell, "nav"), i, entry)
        str_fmt(&s, json_get_bool(entry, "is_current", false) ? "[%s] " : "%s ",
                json_get_text(entry, "href", ""));
    return s.p;
}

static void the_menu_has_what_the_visitor_may_open(void **state)
{
    (void)state;
    assert_string_equal(menu("/kb"), "[/kb] ");
    be(false, RIGHT_TICKET_OWN);
    assert_string_equal(menu("/"), "[/] /kb /tickets ");
    be(false, RIGHT_TICKET_OWN | RIGHT_ORDER);
    assert_string_equal(menu("/tickets/0190c0de"), "/ /kb [/tickets] /orders ");
    be(true, RIGHT_DESK);
    assert_string_equal(menu("/desk/tickets/1"), "[/desk] /kb ");
    be(true, RIGHT_DESK | RIGHT_SETTINGS);
    assert_string_equal(menu("/desk/settings/roles"), "/desk /kb [/desk/settings] ");
}

static void the_frame_names_language_person_and_token(void **state)
{
    json_t *shell;

    (void)state;
    be(false, 0);
    work.rq.lang = lang_find(work.app.langs, "zh");
    shell = json_own(work.mem, page_shell(&work.rq));
    assert_string_equal(json_get_text(shell, "html_lang", ""), "zh-CN");
    assert_string_equal(json_get_text(shell, "csrf", ""), "token");
    assert_int_equal(json_array_size(json_object_get(shell, "languages")), 2);
    assert_string_equal(json_get_text(json_object_get(shell, "person"), "name", ""), "Anna Keller");
    assert_true(json_is_null(json_object_get(shell, "flash")));
}

static void typed_values_are_kept_but_no_form_with_a_secret(void **state)
{
    json_t *plain = json_own(
        work.mem, json_pack("{s:s,s:s,s:s}", "csrf", "t", "subject", "Two words", "level", "2"));
    json_t *secret = json_own(
        work.mem, json_pack("{s:s,s:s,s:s}", "new_password", "x", "current", "y", "name", "z"));
    json_t *code = json_own(work.mem, json_pack("{s:s}", "code", "123456"));
    json_t *typed = json_own(work.mem, page_typed(plain));
    json_t *kept = json_own(work.mem, page_kept(plain));

    (void)state;
    assert_int_equal(json_array_size(typed), 2);
    assert_true(json_is_true(json_object_get(json_array_get(typed, 0), "is_written")));
    assert_false(json_is_true(json_object_get(json_array_get(typed, 1), "is_written")));
    assert_int_equal(json_object_size(kept), 2);
    assert_null(json_object_get(kept, "csrf"));
    assert_int_equal(json_array_size(json_own(work.mem, page_typed(secret))), 0);
    assert_int_equal(json_object_size(json_own(work.mem, page_kept(code))), 0);
}

static void initials_suit_the_script(void **state)
{
    static const struct {
        const char *name, *initials;
    } CASES[] = {
        {"Anna Keller", "AK"}, {"Anna Maria Keller", "AK"}, {"Plato", "P"},
        {"王小明", "王"},      {"Éva Ødegård", "ÉØ"},       {"", "?"},
        {NULL, "?"},           {"  Anna  ", "A"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(CASES); i++)
        assert_string_equal(json_string_value(json_own(work.mem, page_initials(CASES[i].name))),
                            CASES[i].initials);
}

static void times_of_nothing_are_null(void **state)
{
    (void)state;
    assert_true(json_is_null(page_time(&work.rq, 0)));
    assert_true(json_is_null(page_day(&work.rq, 0)));
    assert_true(json_is_null(page_date(&work.rq, NULL)));
    assert_true(json_is_null(page_date(&work.rq, "")));
}

#define A_PAGE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        A_PAGE(the_menu_has_what_the_visitor_may_open),
        A_PAGE(the_frame_names_language_person_and_token),
        A_PAGE(typed_values_are_kept_but_no_form_with_a_secret),
        A_PAGE(initials_suit_the_script),
        A_PAGE(times_of_nothing_are_null),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
