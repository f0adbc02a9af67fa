#include "portal/http/route.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static const char UUID[] = "0190c0de-0000-7000-8000-000000000001";

static bool handle(struct req *rq)
{
    (void)rq;
    return true;
}

const struct route ROUTES[] = {
    {METHOD_GET, "/", handle, NEED_PUBLIC, 0, 0},
    {METHOD_GET, "/tickets", handle, NEED_CUSTOMER, RIGHT_TICKET_OWN, 0},
    {METHOD_GET, "/tickets/{id}", handle, NEED_CUSTOMER, 0, 0},
    {METHOD_POST, "/tickets/{id}/close", handle, NEED_CUSTOMER | NEED_CSRF, 0, 0},
    {METHOD_GET, "/tickets/new", handle, NEED_CUSTOMER, 0, 0},
    {METHOD_POST, "/tickets/new", handle, NEED_CUSTOMER | NEED_CSRF, 0, 0},
    {METHOD_GET, "/kb/{slug}", handle, NEED_PUBLIC, 0, 0},
    {METHOD_GET, "/kb/{slug}/{part}", handle, NEED_PUBLIC, 0, 0},
    {METHOD_POST, "/v1/licenses/{key}/check", handle, NEED_MAYBE_BEARER, 0, 0},
    {METHOD_GET, "/api/v1/tickets", handle, NEED_TOKEN, 0, 0},
    {.pattern = NULL},
};

struct work {
    struct arena *mem;
    struct router *pages, *licensing;
    struct req rq;
};

static struct work work;

static int set_up(void **state)
{
    struct err err = {.kind = NULL};

    (void)state;
    work.mem = arena_make(4096);
    return route_compile(&err, ROUTES, false, &work.pages) &&
                   route_compile(&err, ROUTES, true, &work.licensing)
               ? 0
               : -1;
}

static int tear_down(void **state)
{
    (void)state;
    route_free(work.pages);
    route_free(work.licensing);
    arena_free(work.mem);
    return 0;
}

static const char *found(const struct router *router, enum method method, const char *path)
{
    const struct route *row;
    bool known;

    work.rq = (struct req){.cx = {.mem = work.mem}, .method = method, .path = path};
    row = route_find(router, &work.rq, &known);
    if (row != NULL)
        return row->pattern;
    assert_int_equal(known, work.rq.allow != NULL);
    return known ? work.rq.allow : "none";
}

static void paths_find_their_rows(void **state)
{
    static const struct {
        enum method method;
        const char *path, *pattern;
    } CASES[] = {
        {METHOD_GET, "/", "/"},
        {METHOD_HEAD, "/", "/"},
        {METHOD_GET, "/tickets", "/tickets"},
        {METHOD_GET, "/tickets/0190c0de-0000-7000-8000-000000000001", "/tickets/{id}"},
        {METHOD_GET, "/tickets/new", "/tickets/new"},
        {METHOD_GET, "/tickets/other", "none"},
        {METHOD_POST, "/tickets/0190c0de-0000-7000-8000-000000000001/close", "/tickets/{id}/close"},
        {METHOD_POST, "/tickets/x/close", "none"},
        {METHOD_POST, "/tickets", "GET, HEAD"},
        {METHOD_PUT, "/tickets/new", "GET, HEAD, POST"},
        {METHOD_GET, "/tickets/0190c0de-0000-7000-8000-000000000001/close", "POST"},
        {METHOD_GET, "/%74ickets", "/tickets"},
        {METHOD_GET, "/kb/a%2Fb", "/kb/{slug}"},
        {METHOD_GET, "/kb/a/b", "/kb/{slug}/{part}"},
        {METHOD_GET, "/kb/", "none"},
        {METHOD_GET, "/kb//b", "none"},
        {METHOD_GET, "/kb/a%0ab", "none"},
        {METHOD_GET, "/tickets/", "none"},
        {METHOD_GET, "//tickets", "none"},
        {METHOD_GET, "/Tickets", "none"},
        {METHOD_GET, "", "none"},
        {METHOD_POST, "/v1/licenses/x/check", "none"}, /* the other context's */
        {METHOD_GET, "/api/v1/tickets", "/api/v1/tickets"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(CASES); i++)
        assert_string_equal(found(work.pages, CASES[i].method, CASES[i].path), CASES[i].pattern);
    assert_string_equal(found(work.licensing, METHOD_POST, "/v1/licenses/x/check"),
                        "/v1/licenses/{key}/check");
    assert_string_equal(found(work.licensing, METHOD_POST, "/v1/accounts/a/licenses/x/check"),
                        "/v1/accounts/{account}/licenses/{key}/check");
    assert_string_equal(found(work.licensing, METHOD_GET, "/tickets"), "none");
}

static void variables_are_decoded_once_and_ids_parsed(void **state)
{
    char text[ID_TEXT_SIZE];

    (void)state;
    found(work.pages, METHOD_GET, "/kb/%E4%BD%A0%2541/b%20c");
    assert_string_equal(work.rq.args[0], "你%41");
    assert_string_equal(work.rq.args[1], "b c");
    found(work.pages, METHOD_GET, "/tickets/0190C0DE-0000-7000-8000-000000000001");
    id_format(work.rq.id, text);
    assert_string_equal(text, UUID);
}

static void a_bad_table_is_refused_with_its_row(void **state)
{
    static const struct {
        struct route row;
        const char *says;
    } CASES[] = {
        {{METHOD_GET, "/a", handle, 0, 0, 0}, "GET /a: a row without needs"},
        {{METHOD_POST, "/a", handle, NEED_LOGIN, 0, 0}, "POST /a: a row that writes needs"},
        {{METHOD_DELETE, "/a", handle, NEED_LOGIN, 0, 0}, "needs the CSRF check"},
        {{METHOD_POST, "/a", handle, NEED_PUBLIC | NEED_SIGNED, 0, 0}, "a token in the path"},
        {{METHOD_POST, "/a/{token}", handle, NEED_LOGIN | NEED_SIGNED, 0, 0}, "public posts"},
        {{METHOD_GET, "/a", handle, NEED_LOGIN | NEED_CSRF, 0, 0}, "a GET row cannot"},
        {{METHOD_GET, "/a", handle, NEED_PUBLIC, RIGHT_DESK, 0}, "rights without a login"},
        {{METHOD_GET, "/a", handle, NEED_PUBLIC | NEED_LOGIN, 0, 0}, "public and for some"},
        {{METHOD_POST, "/a", handle, NEED_CSRF, 0, 0}, "neither public nor for who"},
        {{METHOD_GET, "/a", handle, NEED_PUBLIC | NEED_FRESH, 0, 0}, "shown again by nobody"},
        {{METHOD_GET, "/a", handle, NEED_TOKEN, 0, 0}, "bearers and tokens are for"},
        {{METHOD_GET, "/a", NULL, NEED_PUBLIC, 0, 0}, "no handler"},
        {{METHOD_GET, "a", handle, NEED_PUBLIC, 0, 0}, "a pattern begins with /"},
        {{METHOD_GET, "/a/", handle, NEED_PUBLIC, 0, 0}, "does not end with it"},
        {{METHOD_GET, "/a//b", handle, NEED_PUBLIC, 0, 0}, "half a variable"},
        {{METHOD_GET, "/a/{b", handle, NEED_PUBLIC, 0, 0}, "half a variable"},
        {{METHOD_GET, "/{a}/{b}/{c}/{d}/{e}", handle, NEED_PUBLIC, 0, 0}, "too many"},
        {{METHOD_HEAD, "/a", handle, NEED_PUBLIC, 0, 0}, "HEAD is answered by the GET row"},
        {{METHOD_GET, "/v1/a", handle, NEED_LOGIN, 0, 0}, "a /v1 row needs one of"},
        {{METHOD_GET, "/v1/a", handle, NEED_PUBLIC | NEED_BEARER, 0, 0}, "one of"},
        {{METHOD_GET, "/api/v1/a", handle, NEED_LOGIN, 0, 0}, "an /api/v1 row needs"},
        {{METHOD_GET, "/same", handle, NEED_PUBLIC, 0, 0}, "the same paths as another row"},
        {{METHOD_GET, "/var/{b}", handle, NEED_PUBLIC, 0, 0}, "the same paths"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(CASES); i++) {
        const struct route table[] = {
            {METHOD_GET, "/same", handle, NEED_PUBLIC, 0, 0},
            {METHOD_GET, "/var/{a}", handle, NEED_PUBLIC, 0, 0},
            CASES[i].row,
            {.pattern = NULL},
        };
        struct err err = {.kind = NULL};
        struct router *router;

        assert_false(route_compile(&err, table, false, &router));
        if (strstr(err.oper, CASES[i].says) == NULL)
            fail_msg("%s says: %s", CASES[i].row.pattern, err.oper);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paths_find_their_rows),
        cmocka_unit_test(variables_are_decoded_once_and_ids_parsed),
        cmocka_unit_test(a_bad_table_is_refused_with_its_row),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
