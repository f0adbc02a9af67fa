/* cmocka with all that it needs, for tests without a database. */
#pragma once

#include "base/arena.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

/* A pattern for mkstemp and mkdtemp, in the folder for temporary files. */
static inline void unit_temp(char *out, size_t size)
{
    const char *folder = getenv("TMPDIR");

    snprintf(out, size, "%s/gh-unit-XXXXXX", folder == NULL ? "/tmp" : folder);
}

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
