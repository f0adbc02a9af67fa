/* Lists and their pages over the wire (checklist C13 to C18, L27). */
#include "licensing/entitlement.h"
#include "tests/http/licence_site.h"

#include <string.h>

struct site {
    struct ctx *cx;
    struct licence *l;
    const char *auth, *path;
};

static struct site open_site(void **state, unsigned machines)
{
    struct site s = {.cx = test_ctx(state)};
    struct policy draft;

    licence_site_open(s.cx);
    draft = licensing_policy(s.cx);
    draft.max_machines = POLICY_NO_LIMIT;
    s.l = licensing_licence(s.cx, &draft);
    s.auth = licence_site_key_auth(s.cx, s.l);
    s.path = arena_printf(s.cx->mem, "/v1/licenses/%s/machines", id_text(s.cx->mem, s.l->id));
    for (unsigned i = 1; i <= machines; i++) {
        s.cx->now++;
        licensing_machine(s.cx, s.l->id, arena_printf(s.cx->mem, "m%02u", i));
    }
    return s;
}

static struct licence_answer get(const struct site *s, const char *query)
{
    return licence_site_get(s->cx, arena_printf(s->cx->mem, "%s?%s", s->path, query), s->auth);
}

static size_t rows(const struct licence_answer *a)
{
    return json_array_size(licence_site_at(a, "data"));
}

static const char *print_at(const struct site *s, const struct licence_answer *a, size_t row)
{
    return licence_site_text(a, arena_printf(s->cx->mem, "data/%zu/attributes/fingerprint", row));
}

static void C18_a_list_is_newest_first_and_ten_long(void **state)
{
    struct site s = open_site(state, 12);
    struct licence_answer a = get(&s, "");

    assert_int_equal(rows(&a), 10);
    assert_string_equal(print_at(&s, &a, 0), "m12");
    a = get(&s, "limit=100&order=asc");
    assert_int_equal(rows(&a), 12);
    assert_string_equal(print_at(&s, &a, 0), "m01");
    a = get(&s, "fingerprint=m07&colour=ignored");
    assert_int_equal(rows(&a), 1);
    assert_string_equal(print_at(&s, &a, 0), "m07");
}

static void C14_C17_pages_are_numbered_with_links(void **state)
{
    struct site s = open_site(state, 12);
    struct licence_answer a = get(&s, "page[number]=2&page[size]=5&token=&fingerprint_=x");

    assert_int_equal(rows(&a), 5);
    assert_string_equal(print_at(&s, &a, 0), "m07");
    assert_int_equal(json_integer_value(licence_site_at(&a, "links/meta/pages")), 3);
    assert_int_equal(json_integer_value(licence_site_at(&a, "links/meta/count")), 12);
    assert_string_equal(
        licence_site_text(&a, "links/prev"),
        arena_printf(s.cx->mem, "%s?fingerprint_=x&page[number]=1&page[size]=5", s.path));
    assert_non_null(strstr(licence_site_text(&a, "links/next"), "page[number]=3&page[size]=5"));
    assert_non_null(strstr(licence_site_text(&a, "links/last"), "page[number]=3"));
    assert_null(strstr(licence_site_text(&a, "links/self"), "token"));
    a = get(&s, "page%5Bnumber%5D=9&page%5Bsize%5D=5");
    assert_int_equal(a.status, 200);
    assert_int_equal(rows(&a), 0);
    assert_true(json_is_null(licence_site_at(&a, "links/next")));
}

static void C16_cursors_go_through_a_list_once(void **state)
{
    struct site s = open_site(state, 5);
    const char *query = "page[cursor]=&page[size]=2";
    unsigned next = 5;

    while (query != NULL) {
        struct licence_answer a = get(&s, query);
        const char *link = licence_site_text(&a, "links/next");

        for (size_t i = 0; i < rows(&a); i++)
            assert_string_equal(print_at(&s, &a, i), arena_printf(s.cx->mem, "m%02u", next--));
        if (*link == '\0')
            assert_true(json_is_null(licence_site_at(&a, "links/next")));
        query = *link != '\0' ? strchr(link, '?') + 1 : NULL;
    }
    assert_int_equal(next, 0);
}

static void C13_C15_C18_a_page_that_is_none_names_its_parameter(void **state)
{
    struct site s = open_site(state, 0);
    static const struct {
        const char *query, *parameter;
    } CASES[] = {
        {"limit=0", "limit"},
        {"limit=101", "limit"},
        {"limit=x", "limit"},
        {"page[size]=5", "page"},
        {"page=2", "page"},
        {"page[number]=0", "page[number]"},
        {"order=x", "order"},
        {"page[number]=1&page[size]=101", "page[size]"},
        {"page[cursor]=x", "page[cursor]"},
    };

    for (size_t i = 0; i < COUNT(CASES); i++) {
        struct licence_answer a = get(&s, CASES[i].query);

        licence_site_refused(&a, 400, "", NULL);
        assert_string_equal(licence_site_text(&a, "errors/0/source/parameter"), CASES[i].parameter);
    }
}

static void entitlements_are_the_policys_and_the_licences_each_once(void **state)
{
    struct site s = open_site(state, 0);
    struct entitlement *e;
    struct licence_answer a;

    for (int i = 0; i < 3; i++) {
        s.cx->now++;
        test_ok(s.cx, entitlement_add(s.cx,
                                      &(struct entitlement){
                                          .name = "E", .code = arena_printf(s.cx->mem, "E%d", i)},
                                      &e));
        test_ok(s.cx, i < 2 ? entitlement_attach_policy(s.cx, s.l->policy_id, e->id)
                            : entitlement_attach_licence(s.cx, s.l->id, e->id));
    }
    s.path = arena_printf(s.cx->mem, "/v1/licenses/%s/entitlements", id_text(s.cx->mem, s.l->id));
    a = get(&s, "limit=100");
    assert_int_equal(rows(&a), 3);
    assert_string_equal(licence_site_text(&a, "data/0/type"), "entitlements");
    assert_string_equal(licence_site_text(&a, "data/0/attributes/code"), "E2");
    a = get(&s, "page[number]=2&page[size]=2&order=asc");
    assert_int_equal(rows(&a), 1);
    assert_string_equal(licence_site_text(&a, "data/0/attributes/code"), "E2");
}

static void another_licences_lists_do_not_exist(void **state)
{
    struct site s = open_site(state, 1);
    struct licence *other = licensing_licence(s.cx, NULL);
    struct licence_answer a = licence_site_get(s.cx, s.path, licence_site_key_auth(s.cx, other));

    licence_site_refused(&a, 404, "NOT_FOUND", NULL);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(C18_a_list_is_newest_first_and_ten_long),
        cmocka_unit_test(C14_C17_pages_are_numbered_with_links),
        cmocka_unit_test(C16_cursors_go_through_a_list_once),
        cmocka_unit_test(C13_C15_C18_a_page_that_is_none_names_its_parameter),
        cmocka_unit_test(entitlements_are_the_policys_and_the_licences_each_once),
        cmocka_unit_test(another_licences_lists_do_not_exist),
    };

    return test_group_run_around("list_wire", TESTS, COUNT(TESTS), licence_site_start,
                                 licence_site_stop);
}
