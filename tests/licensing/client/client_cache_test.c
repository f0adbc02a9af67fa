/* The cache: what a program knows without a network, and what turning back the clock does. */
#include "licensing/client/client.h"
#include "tests/licensing/client/fake_service.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DAY INT64_C(86400000)

struct place {
    char folder[64], path[96];
    struct fake_service fake;
    struct gatehouse_options options;
    struct gatehouse *g;
};

static int set_up(void **state)
{
    struct place *p = calloc(1, sizeof *p);
    const char *tmp = getenv("TMPDIR");

    if (p == NULL)
        return -1;
    snprintf(p->folder, sizeof p->folder, "%s/gh-client-XXXXXX", tmp != NULL ? tmp : "/tmp");
    if (mkdtemp(p->folder) == NULL)
        return -1;
    snprintf(p->path, sizeof p->path, "%s/licence.cache", p->folder);
    p->fake = fake_service();
    p->options = fake_options(&p->fake);
    p->options.cache_path = p->path;
    p->g = fake_open(&p->options);
    *state = p;
    return 0;
}

static int tear_down(void **state)
{
    struct place *p = *state;

    gatehouse_close(p->g);
    (void)unlink(p->path);
    /* Fails, and the test with it, when a temporary file was left. */
    if (rmdir(p->folder) != 0)
        return -1;
    free(p);
    return 0;
}

/* Asks once, then takes the network away. */
static void go_offline(struct place *p)
{
    struct gatehouse_verdict v;

    assert_int_equal(gatehouse_check(p->g, &v), GATEHOUSE_OK);
    p->fake.fault = FAKE_OFFLINE;
}

static struct gatehouse_verdict check(struct place *p)
{
    struct gatehouse_verdict v;

    assert_int_equal(gatehouse_check(p->g, &v), GATEHOUSE_E_NETWORK);
    assert_true(v.is_cached);
    return v;
}

static void reopen(struct place *p)
{
    gatehouse_close(p->g);
    p->g = fake_open(&p->options);
}

static size_t read_cache(const struct place *p, char *out, size_t size)
{
    FILE *f = fopen(p->path, "rb");
    size_t n;

    assert_non_null(f);
    n = fread(out, 1, size, f);
    fclose(f);
    return n;
}

static void write_cache(const struct place *p, const char *bytes, size_t len)
{
    FILE *f = fopen(p->path, "wb");

    assert_non_null(f);
    assert_int_equal(fwrite(bytes, 1, len, f), len);
    fclose(f);
}

static void an_answer_serves_offline_then_by_grace_then_is_stale(void **state)
{
    struct place *p = *state;
    struct gatehouse_verdict v;

    go_offline(p);
    reopen(p);
    v = check(p);
    assert_int_equal(v.state, GATEHOUSE_VALID);
    assert_string_equal(v.licence_id, "22222222-2222-4222-8222-222222222222");
    p->fake.client_now += DAY;
    assert_int_equal(check(p).state, GATEHOUSE_VALID);
    p->fake.client_now += 1;
    v = check(p);
    assert_int_equal(v.state, GATEHOUSE_GRACE);
    assert_int_equal(v.grace_until, v.answered_at + 15 * DAY);
    p->fake.client_now = v.grace_until;
    assert_int_equal(check(p).state, GATEHOUSE_GRACE);
    p->fake.client_now = v.grace_until + 1;
    assert_int_equal(check(p).state, GATEHOUSE_STALE);
    /* And an answer makes it good again. */
    p->fake.fault = FAKE_HONEST;
    p->fake.now = p->fake.client_now;
    assert_int_equal(gatehouse_check(p->g, &v), GATEHOUSE_OK);
    assert_int_equal(v.state, GATEHOUSE_VALID);
}

static void a_program_may_want_no_grace(void **state)
{
    struct place *p = *state;

    p->options.offline_grace_s = -1;
    p->options.recheck_s = 3600;
    reopen(p);
    go_offline(p);
    p->fake.client_now += 3600000;
    assert_int_equal(check(p).state, GATEHOUSE_VALID);
    p->fake.client_now += 1;
    assert_int_equal(check(p).state, GATEHOUSE_STALE);
}

static void an_end_that_comes_offline_is_seen(void **state)
{
    struct place *p = *state;
    struct gatehouse_verdict v;

    p->fake.expiry = "2026-01-02T12:00:00.000Z";
    p->fake.grace = "2026-01-02T18:00:00.000Z";
    go_offline(p);
    assert_int_equal(check(p).state, GATEHOUSE_VALID);
    p->fake.client_now = 1767355200001; /* a moment after the end */
    v = check(p);
    assert_int_equal(v.state, GATEHOUSE_GRACE);
    assert_int_equal(v.grace_until, 1767376800000);
    p->fake.client_now = 1767376800001;
    v = check(p);
    assert_int_equal(v.state, GATEHOUSE_EXPIRED);
    assert_false(v.is_valid);
}

static void a_no_stays_a_no_offline(void **state)
{
    struct place *p = *state;

    p->fake.code = "SUSPENDED";
    p->fake.is_valid = false;
    go_offline(p);
    p->fake.client_now += 100 * DAY;
    assert_int_equal(check(p).state, GATEHOUSE_SUSPENDED);
}

static void a_clock_turned_back_is_seen(void **state)
{
    struct place *p = *state;
    struct gatehouse_verdict v;

    go_offline(p);
    p->fake.client_now += 5 * DAY;
    assert_int_equal(check(p).state, GATEHOUSE_GRACE);
    p->fake.client_now -= 2 * DAY;
    assert_int_equal(check(p).state, GATEHOUSE_CLOCK_BACK);
    /* Also by a new start of the program, and before the answer itself. */
    reopen(p);
    assert_int_equal(check(p).state, GATEHOUSE_CLOCK_BACK);
    p->fake.client_now -= 30 * DAY;
    assert_int_equal(check(p).state, GATEHOUSE_CLOCK_BACK);
    /* A little is what clocks do by themselves. */
    p->fake.client_now = p->fake.now + 5 * DAY - 299000;
    assert_int_equal(check(p).state, GATEHOUSE_GRACE);
    /* The service's own clock ends it, also for one that stood in the future. */
    p->fake.client_now += 20 * DAY;
    assert_int_equal(check(p).state, GATEHOUSE_STALE);
    p->fake.client_now = p->fake.now += DAY;
    assert_int_equal(check(p).state, GATEHOUSE_CLOCK_BACK);
    p->fake.fault = FAKE_HONEST;
    assert_int_equal(gatehouse_check(p->g, &v), GATEHOUSE_OK);
    p->fake.fault = FAKE_OFFLINE;
    assert_int_equal(check(p).state, GATEHOUSE_VALID);
}

static void without_a_cache_nothing_is_known(void **state)
{
    struct place *p = *state;

    p->fake.fault = FAKE_OFFLINE;
    assert_int_equal(check(p).state, GATEHOUSE_UNKNOWN);
}

static void the_cache_of_another_key_or_machine_says_nothing(void **state)
{
    struct place *p = *state;

    go_offline(p);
    p->options.fingerprint = "another";
    reopen(p);
    assert_int_equal(check(p).state, GATEHOUSE_UNKNOWN);
    p->options.fingerprint = FAKE_PRINT;
    p->options.key = "ANOTHER-KEY";
    reopen(p);
    assert_int_equal(check(p).state, GATEHOUSE_UNKNOWN);
    p->options.key = FAKE_KEY;
    p->options.product = "44444444-4444-4444-8444-444444444444";
    reopen(p);
    assert_int_equal(check(p).state, GATEHOUSE_UNKNOWN);
    p->options.product = NULL;
    p->options.public_keys = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
    reopen(p);
    assert_int_equal(check(p).state, GATEHOUSE_UNKNOWN);
    p->options.public_keys = FAKE_PUBLIC;
    reopen(p);
    assert_int_equal(check(p).state, GATEHOUSE_VALID);
}

static void every_changed_byte_of_the_cache_is_seen(void **state)
{
    struct place *p = *state;
    char bytes[8192];
    size_t len;

    go_offline(p);
    len = read_cache(p, bytes, sizeof bytes);
    assert_in_range(len, 500, sizeof bytes - 1);
    for (size_t i = 0; i < len; i++) {
        bytes[i] ^= 1;
        write_cache(p, bytes, len);
        bytes[i] ^= 1;
        assert_int_equal(check(p).state, GATEHOUSE_UNKNOWN);
    }
    for (size_t cut = 0; cut < len; cut += 7) {
        write_cache(p, bytes, cut);
        assert_int_equal(check(p).state, GATEHOUSE_UNKNOWN);
    }
    write_cache(p, bytes, len);
    assert_int_equal(check(p).state, GATEHOUSE_VALID);
}

static void the_cache_is_for_its_owner_alone(void **state)
{
    struct place *p = *state;
    struct stat st;

    go_offline(p);
    assert_int_equal(stat(p->path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
}

static void a_cache_that_cannot_be_written_is_no_reason_to_fail(void **state)
{
    struct place *p = *state;
    struct gatehouse_verdict v;

    p->options.cache_path = "/nonexistent/folder/cache";
    reopen(p);
    assert_int_equal(gatehouse_check(p->g, &v), GATEHOUSE_OK);
    assert_int_equal(v.state, GATEHOUSE_VALID);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_answer_serves_offline_then_by_grace_then_is_stale),
        TEST(a_program_may_want_no_grace),
        TEST(an_end_that_comes_offline_is_seen),
        TEST(a_no_stays_a_no_offline),
        TEST(a_clock_turned_back_is_seen),
        TEST(without_a_cache_nothing_is_known),
        TEST(the_cache_of_another_key_or_machine_says_nothing),
        TEST(every_changed_byte_of_the_cache_is_seen),
        TEST(the_cache_is_for_its_owner_alone),
        TEST(a_cache_that_cannot_be_written_is_no_reason_to_fail),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
