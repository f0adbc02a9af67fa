#include "base/network.h"
#include "tests/support/unit.h"

static void an_address_is_counted_by_its_network(void **state)
{
    static const char *const CASES[][2] = {
        {"192.0.2.7", "192.0.2.7"},
        {"2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"},
        {"2001:0DB8:0001:0002::9", "2001:db8:1:2::/64"},
        {"2001:db8:1:3::1", "2001:db8:1:3::/64"},
        {"::1", "::/64"},
        {"::ffff:192.0.2.7", "192.0.2.7"},
        {"fe80::1%eth0", "fe80::1%eth0"},
        {"", ""},
    };
    struct arena *mem = *state;

    for (size_t i = 0; i < COUNT(CASES); i++)
        assert_string_equal(network_of(mem, CASES[i][0]), CASES[i][1]);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {with_arena(an_address_is_counted_by_its_network)};

    return cmocka_run_group_tests(TESTS, NULL, NULL);
}
