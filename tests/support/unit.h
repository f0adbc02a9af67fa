/* cmocka with all that it needs, for tests without a database. */
#pragma once

#include "base/arena.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* An arena for each test: for cmocka_unit_test_setup_teardown. */
static inline int unit_setup(void **state)
{
    *state = arena_make(4096);
    return 0;
}

static inline int unit_teardown(void **state)
{
    arena_free(*state);
    return 0;
}

#define with_arena(function) cmocka_unit_test_setup_teardown(function, unit_setup, unit_teardown)
