/* The program's route tables: no row is at fault, no two answer the same path. A lint, because two
 * changes that are each right can be wrong together. */
#include "portal/http/route.h"
#include "tests/support/unit.h"

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

int main(void)
{
    static const struct CMUnitTest TESTS[] = {cmocka_unit_test(every_path_has_one_row)};

    return cmocka_run_group_tests(TESTS, NULL, NULL);
}
