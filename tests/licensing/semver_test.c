#include "licensing/semver.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static struct arena *mem;

static int start(void **state)
{
    (void)state;
    mem = arena_make(1024);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    arena_free(mem);
    return 0;
}

static struct semver parse(const char *text)
{
    struct semver v;

    assert_true(semver_parse(mem, text, &v));
    return v;
}

static void a_version_is_read_in_its_parts(void **state)
{
    struct semver v = parse("1.20.300-beta.1-x+build.007");

    (void)state;
    assert_int_equal(v.major, 1);
    assert_int_equal(v.minor, 20);
    assert_int_equal(v.patch, 300);
    assert_string_equal(v.prerelease, "beta.1-x");
    assert_string_equal(v.build, "build.007");
    v = parse("0.0.0+a-b");
    assert_null(v.prerelease);
    assert_string_equal(v.build, "a-b");
}

static void what_is_no_version_is_refused(void **state)
{
    static const char *const BAD[] = {"",           "1",
                                      "1.2",        "1.2.3.4",
                                      "v1.2.3",     "01.2.3",
                                      "1.02.3",     "1.2.03",
                                      "1.2.3-",     "1.2.3+",
                                      "1.2.3-a..b", "1.2.3-01",
                                      "1.2.3-a.",   "1.2.3-ä",
                                      "-1.2.3",     "1.2.x",
                                      " 1.2.3",     "1.2.3 ",
                                      "1..3",       "1.2.",
                                      "1.2.3+a+b",  "99999999999999999999.0.0"};
    struct semver v;

    (void)state;
    for (size_t i = 0; i < COUNT(BAD); i++)
        if (semver_parse(mem, BAD[i], &v))
            fail_msg("\"%s\" was read", BAD[i]);
}

/* The order of section 11 of the standard, and numbers of many digits. */
static void precedence_is_that_of_the_standard(void **state)
{
    static const char *const UP[] = {"0.9.10",
                                     "1.0.0-1",
                                     "1.0.0-2",
                                     "1.0.0-10",
                                     "1.0.0-99999999999999999999",
                                     "1.0.0-alpha",
                                     "1.0.0-alpha.1",
                                     "1.0.0-alpha.beta",
                                     "1.0.0-beta",
                                     "1.0.0-beta.2",
                                     "1.0.0-beta.11",
                                     "1.0.0-rc.1",
                                     "1.0.0",
                                     "1.0.1",
                                     "1.2.0",
                                     "1.10.0",
                                     "2.0.0-dev",
                                     "2.0.0"};

    (void)state;
    for (size_t i = 0; i < COUNT(UP); i++)
        for (size_t j = 0; j < COUNT(UP); j++) {
            struct semver a = parse(UP[i]);
            struct semver b = parse(UP[j]);
            int order = semver_compare(&a, &b);

            if ((order > 0) != (i > j) || (order < 0) != (i < j))
                fail_msg("%s against %s: %d", UP[i], UP[j], order);
        }
}

static void build_metadata_does_not_count(void **state)
{
    struct semver a = parse("1.0.0+1");
    struct semver b = parse("1.0.0+2");

    (void)state;
    assert_int_equal(semver_compare(&a, &b), 0);
}

static void a_constraint_bounds_a_version(void **state)
{
    static const struct {
        const char *constraint, *version;
        bool is_allowed;
    } CASES[] = {
        {"1", "1.9.9", true},     {"1", "2.0.0", false},     {"1.x", "1.0.0", true},
        {"1.x", "0.9.0", false},  {"1.2", "1.2.0", true},    {"1.2", "1.9.0", true},
        {"1.2", "1.1.9", false},  {"1.2", "2.2.0", false},   {"1.2.3", "1.2.3", true},
        {"1.2.3", "1.2.9", true}, {"1.2.3", "1.2.2", false}, {"1.2.3", "1.3.3", false},
    };
    static const char *const BAD[] = {"",        "abc", "1.", "1.2.x", "x",   "1.x.2",
                                      "1.2.3.4", "v1",  "01", "-1",    "1.x."};
    struct semver_constraint c;

    (void)state;
    for (size_t i = 0; i < COUNT(CASES); i++) {
        struct semver v = parse(CASES[i].version);

        assert_true(semver_constraint_parse(CASES[i].constraint, &c));
        if (semver_allows(&c, &v) != CASES[i].is_allowed)
            fail_msg("%s of %s", CASES[i].version, CASES[i].constraint);
    }
    for (size_t i = 0; i < COUNT(BAD); i++)
        if (semver_constraint_parse(BAD[i], &c))
            fail_msg("\"%s\" was read", BAD[i]);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(a_version_is_read_in_its_parts),
        cmocka_unit_test(what_is_no_version_is_refused),
        cmocka_unit_test(precedence_is_that_of_the_standard),
        cmocka_unit_test(build_metadata_does_not_count),
        cmocka_unit_test(a_constraint_bounds_a_version),
    };

    return cmocka_run_group_tests_name("semver", TESTS, start, stop);
}
