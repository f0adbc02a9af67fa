/* Each row of /api/v1, asked by those who must not get it. A new row is asked by itself. */
#include "portal/http/route.h"
#include "tests/http/shop_tests.h"

#include <string.h>

static const char *path_of(struct ctx *cx, const char *pattern, const char *ticket)
{
    struct str path = str_new(cx->mem);

    for (const char *p = pattern; *p != '\0'; p++) {
        if (*p != '{') {
            str_char(&path, *p);
            continue;
        }
        str_add(&path, strncmp(p, "{name}", 6) == 0 ? "related" : ticket);
        p = strchr(p, '}');
    }
    return path.p;
}

static struct site_answer ask(struct ctx *cx, const char *token, const struct route *row,
                              const char *path)
{
    bool reads = row->method == METHOD_GET || row->method == METHOD_DELETE;

    return site_call(cx, token, route_method_name(row->method), path, "", reads ? NULL : "{}");
}

static void expect(const struct route *row, const char *who, const struct site_answer *a,
                   int status)
{
    if (a->status != status)
        fail_msg("%s %s as %s: %d, not %d: %s", route_method_name(row->method), row->pattern, who,
                 a->status, status, a->body);
}

/* What a customer's token has no right to is refused before anything is looked at; another
 * tenant's administrator finds nothing by an id, or is asked for what is missing first. */
void shop_each_call_is_refused_to_those_without_its_right(void **state)
{
    const struct id nobody = {{0}};
    struct shop s = shop_open(state), theirs = shop_open(state);
    const char *anna = shop_token(s.cx, TOKEN_USER, s.person_id);
    const char *admin = shop_token(s.cx, TOKEN_ADMIN, nobody);
    const char *reader = shop_token(s.cx, TOKEN_READ_ONLY, nobody);
    const char *foreign = shop_token(theirs.cx, TOKEN_ADMIN, nobody);
    const char *ticket = shop_file(&s, admin, "Printer on fire", s.organisation_id);
    size_t asked = 0;

    for (const struct route *row = ROUTES; row->pattern != NULL; row++) {
        const char *path = path_of(s.cx, row->pattern, ticket);
        struct site_answer a;

        if (strncmp(row->pattern, "/api/v1/", 8) != 0)
            continue;
        asked++;
        a = ask(s.cx, NULL, row, path);
        expect(row, "nobody", &a, 401);
        a = ask(s.cx, foreign, row, path);
        expect(row, "another tenant's token", &a, 401);
        if ((row->rights & RIGHT_STAFF) != 0) {
            a = ask(s.cx, anna, row, path);
            expect(row, "a customer", &a, 403);
        }
        if (row->method != METHOD_GET) {
            a = ask(s.cx, reader, row, path);
            expect(row, "who only reads", &a, 403);
        }
        if (strstr(row->pattern, "{id}") == NULL)
            continue;
        a = ask(theirs.cx, foreign, row, path);
        if (a.status != 404 && a.status != 422)
            fail_msg("%s %s of another tenant: %d %s", route_method_name(row->method), row->pattern,
                     a.status, a.body);
    }
    assert_true(asked > 30);
}
