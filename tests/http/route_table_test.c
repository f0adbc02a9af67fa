/* The program's route tables: no row is at fault, no two answer the same path. A lint, because two
 * changes that are each right can be wrong together. */
#include "portal/http/route.h"
#include "tests/support/unit.h"

#include <string.h>

static void compiles(const struct route *rows, bool is_licensing)
{
    struct err err = {0};
    struct router *router = NULL;

    if (!route_compile(&err, rows, is_licensing, &router))
        print_error("%s\n", err.oper);
    assert_null(err.kind);
    route_free(router);
}

static void every_path_has_one_row(void **state)
{
    (void)state;
    compiles(ROUTES, false);
    compiles(SERVICE_ROUTES, true);
}

/* What a stolen session must not do: whoever asks for it shows again who he is. */
static const char *const DANGEROUS[] = {
    /* rights and ways in */
    "/organisation/people/new",
    "/organisation/people/{id}",
    "/organisation/people/{id}/remove",
    "/organisation/people/{id}/link",
    "/organisation/second",
    "/desk/customers/{id}/people/new",
    "/desk/customers/{id}/people/{person}",
    "/desk/customers/{id}/people/{person}/remove",
    "/desk/customers/{id}/people/{person}/link",
    "/desk/customers/{id}/people/{person}/view",
    "/desk/customers/{id}/second",
    "/desk/settings/staff/new",
    "/desk/settings/staff/{id}",
    "/desk/settings/staff/{id}/second-off",
    "/desk/settings/staff/{id}/remove",
    "/desk/settings/security",
    "/account/security/second",
    "/account/security/second/confirm",
    "/desk/customers/sign-ups/{id}/accept",
    "/desk/settings/sign-up",
    "/desk/settings/sign-up/domains",
    "/desk/settings/sign-up/domains/{id}/remove",
    /* what programs may do, and where what happens is sent to */
    "/desk/settings/tokens/new",
    "/desk/settings/tokens/rights",
    "/desk/settings/tokens/{id}/revoke",
    "/desk/settings/webhooks/new",
    "/desk/settings/webhooks/{id}",
    "/desk/settings/mail",
    /* who vouches for people */
    "/organisation/sso/new",
    "/organisation/sso/{id}",
    "/organisation/sso/{id}/remove",
    "/organisation/sso/{id}/domains",
    "/organisation/sso/{id}/domains/remove",
    "/organisation/sso/{id}/domains/prove",
    "/desk/settings/sso/new",
    "/desk/settings/sso/{id}",
    "/desk/settings/sso/{id}/remove",
    "/desk/settings/sso/{id}/domains",
    "/desk/settings/sso/{id}/domains/remove",
    "/desk/settings/sso/{id}/domains/prove",
    "/desk/settings/sso/{id}/domains/trust",
    /* what stops customers' installations */
    "/desk/licences/{id}/suspend",
};

static void what_is_dangerous_asks_again_who_one_is(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(DANGEROUS); i++) {
        const struct route *row = ROUTES;

        while (row->pattern != NULL &&
               (row->method != METHOD_POST || strcmp(row->pattern, DANGEROUS[i]) != 0))
            row++;
        if (row->pattern == NULL || (row->needs & NEED_FRESH) == 0)
            fail_msg("%s has to have NEED_FRESH", DANGEROUS[i]);
    }
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(every_path_has_one_row),
        cmocka_unit_test(what_is_dangerous_asks_again_who_one_is),
    };

    return cmocka_run_group_tests(TESTS, NULL, NULL);
}
