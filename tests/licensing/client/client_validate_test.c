/* Validation by the client, against a service that answers well and against one that lies. */
#include "tests/licensing/client/fake_service.h"

#include <string.h>

static void a_valid_licence_is_valid(void **state)
{
    struct fake_service fake = fake_service();
    struct gatehouse_options options = fake_options(&fake);
    struct gatehouse *g;
    struct gatehouse_verdict v;

    (void)state;
    options.product = "44444444-4444-4444-8444-444444444444";
    g = fake_open(&options);
    assert_int_equal(gatehouse_validate(g, &v), GATEHOUSE_OK);
    assert_int_equal(v.state, GATEHOUSE_VALID);
    assert_true(v.is_valid);
    assert_false(v.is_cached);
    assert_string_equal(v.code, "VALID");
    assert_string_equal(v.licence_id, "22222222-2222-4222-8222-222222222222");
    assert_int_equal(v.answered_at, 1767323045678);
    assert_string_equal(fake.url, "https://licensing.example.com/v1/licenses/actions/validate-key");
    assert_non_null(strstr(fake.headers, "Host: licensing.example.com\n"));
    assert_null(strstr(fake.headers, "Authorization"));
    assert_non_null(strstr(fake.body, "\"product\":\"44444444-4444-4444-8444-444444444444\""));
    gatehouse_close(g);
}

static void each_question_has_a_nonce_of_its_own(void **state)
{
    struct fake_service fake = fake_service();
    struct gatehouse_options options = fake_options(&fake);
    struct gatehouse *g = fake_open(&options);
    struct gatehouse_verdict v;
    char first[FAKE_TEXT];

    (void)state;
    assert_int_equal(gatehouse_validate(g, &v), GATEHOUSE_OK);
    memcpy(first, fake.body, sizeof first);
    assert_int_equal(gatehouse_validate(g, &v), GATEHOUSE_OK);
    assert_string_not_equal(first, fake.body);
    gatehouse_close(g);
}

static const struct told {
    const char *code;
    bool is_valid;
    const char *expiry, *grace;
    enum gatehouse_state state;
} TOLD[] = {
    {"VALID", true, NULL, NULL, GATEHOUSE_VALID},
    {"VALID", true, "2026-02-01T00:00:00.000Z", NULL, GATEHOUSE_VALID},
    {"EXPIRED", false, "2026-01-01T00:00:00.000Z", NULL, GATEHOUSE_EXPIRED},
    {"EXPIRED", true, "2026-01-01T00:00:00.000Z", NULL, GATEHOUSE_EXPIRED},
    {"EXPIRED", false, "2026-01-01T00:00:00.000Z", "2026-01-08T00:00:00.000Z", GATEHOUSE_GRACE},
    {"EXPIRED", false, "2025-01-01T00:00:00.000Z", "2025-01-08T00:00:00.000Z", GATEHOUSE_EXPIRED},
    {"SUSPENDED", false, NULL, NULL, GATEHOUSE_SUSPENDED},
    {"BANNED", false, NULL, NULL, GATEHOUSE_SUSPENDED},
    {"NO_MACHINE", false, NULL, NULL, GATEHOUSE_NOT_ACTIVATED},
    {"NO_MACHINES", false, NULL, NULL, GATEHOUSE_NOT_ACTIVATED},
    {"FINGERPRINT_SCOPE_MISMATCH", false, NULL, NULL, GATEHOUSE_NOT_ACTIVATED},
    {"HEARTBEAT_DEAD", false, NULL, NULL, GATEHOUSE_NOT_ACTIVATED},
    {"TOO_MANY_MACHINES", false, NULL, NULL, GATEHOUSE_INVALID},
    {"TOO_MANY_MACHINES", true, NULL, NULL, GATEHOUSE_VALID},
    {"SOMETHING_NEW", false, NULL, NULL, GATEHOUSE_INVALID},
};

static void each_code_has_its_state(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof TOLD / sizeof TOLD[0]; i++) {
        struct fake_service fake = fake_service();
        struct gatehouse_options options = fake_options(&fake);
        struct gatehouse *g = fake_open(&options);
        struct gatehouse_verdict v;

        fake.code = TOLD[i].code;
        fake.is_valid = TOLD[i].is_valid;
        fake.expiry = TOLD[i].expiry;
        fake.grace = TOLD[i].grace;
        assert_int_equal(gatehouse_validate(g, &v), GATEHOUSE_OK);
        if (v.state != TOLD[i].state)
            print_error("%s: %s\n", TOLD[i].code, gatehouse_state_text(v.state));
        assert_int_equal(v.state, TOLD[i].state);
        assert_int_equal(v.is_valid, TOLD[i].is_valid);
        assert_string_equal(v.code, TOLD[i].code);
        gatehouse_close(g);
    }
}

static void an_unknown_key_is_invalid_and_not_an_error(void **state)
{
    struct fake_service fake = fake_service();
    struct gatehouse_options options = fake_options(&fake);
    struct gatehouse *g = fake_open(&options);
    struct gatehouse_verdict v;

    (void)state;
    fake.data = "null";
    fake.code = "NOT_FOUND";
    fake.is_valid = false;
    assert_int_equal(gatehouse_validate(g, &v), GATEHOUSE_OK);
    assert_int_equal(v.state, GATEHOUSE_INVALID);
    assert_string_equal(v.licence_id, "");
    gatehouse_close(g);
}

static void valid_without_a_licence_is_no_answer(void **state)
{
    struct fake_service fake = fake_service();
    struct gatehouse_options options = fake_options(&fake);
    struct gatehouse *g = fake_open(&options);
    struct gatehouse_verdict v;

    (void)state;
    fake.data = "null";
    assert_int_equal(gatehouse_validate(g, &v), GATEHOUSE_E_PROTOCOL);
    gatehouse_close(g);
}

static const struct lie {
    enum fake_fault fault;
    enum gatehouse_error error;
} LIES[] = {
    {FAKE_OFFLINE, GATEHOUSE_E_NETWORK},
    {FAKE_UNSIGNED, GATEHOUSE_E_UNSIGNED},
    {FAKE_BAD_SIGNATURE, GATEHOUSE_E_SIGNATURE},
    {FAKE_OTHER_KEY, GATEHOUSE_E_SIGNATURE},
    {FAKE_OTHER_TARGET, GATEHOUSE_E_SIGNATURE},
    {FAKE_CHANGED_BODY, GATEHOUSE_E_DIGEST},
    {FAKE_CUT_BODY, GATEHOUSE_E_DIGEST},
    {FAKE_OLD_DATE, GATEHOUSE_E_DATE},
    {FAKE_FUTURE_DATE, GATEHOUSE_E_DATE},
    {FAKE_BAD_DATE, GATEHOUSE_E_PROTOCOL},
    {FAKE_TWO_DATES, GATEHOUSE_E_PROTOCOL},
    {FAKE_REPLAY, GATEHOUSE_E_NONCE},
    {FAKE_HUGE, GATEHOUSE_E_TOO_LARGE},
    {FAKE_REDIRECT, GATEHOUSE_E_REDIRECT},
    {FAKE_SIGNED_REDIRECT, GATEHOUSE_E_REDIRECT},
    {FAKE_NOT_JSON, GATEHOUSE_E_PROTOCOL},
    {FAKE_NOT_A_VERDICT, GATEHOUSE_E_PROTOCOL},
    {FAKE_OTHER_MACHINE, GATEHOUSE_E_NONCE},
    {FAKE_OTHER_LICENCE, GATEHOUSE_E_NONCE},
    {FAKE_DEEP, GATEHOUSE_E_PROTOCOL},
    {FAKE_UNWELL, GATEHOUSE_E_SERVER},
    {FAKE_BUSY, GATEHOUSE_E_LIMITED},
};

static void no_lie_is_believed(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof LIES / sizeof LIES[0]; i++) {
        struct fake_service fake = fake_service();
        struct gatehouse_options options = fake_options(&fake);
        struct gatehouse *g = fake_open(&options);
        struct gatehouse_verdict v;
        enum gatehouse_error error;

        assert_int_equal(gatehouse_validate(g, &v), GATEHOUSE_OK);
        fake.fault = LIES[i].fault;
        error = gatehouse_check(g, &v);
        if (error != LIES[i].error)
            print_error("lie %d: %s\n", (int)LIES[i].fault, gatehouse_error_text(error));
        assert_int_equal(error, LIES[i].error);
        /* No cache was asked for: so nothing is known, whatever was valid before. */
        assert_int_equal(v.state, GATEHOUSE_UNKNOWN);
        /* And the next honest answer counts again. */
        fake.fault = FAKE_HONEST;
        assert_int_equal(gatehouse_validate(g, &v), GATEHOUSE_OK);
        gatehouse_close(g);
    }
}

static void a_busy_service_says_when_to_come_back(void **state)
{
    struct fake_service fake = fake_service();
    struct gatehouse_options options = fake_options(&fake);
    struct gatehouse *g = fake_open(&options);
    struct gatehouse_verdict v;

    (void)state;
    fake.fault = FAKE_BUSY;
    assert_int_equal(gatehouse_validate(g, &v), GATEHOUSE_E_LIMITED);
    assert_int_equal(gatehouse_retry_after(g), 17);
    assert_int_equal(gatehouse_status(g), 429);
    gatehouse_close(g);
}

static void after_a_rotation_either_key_is_good(void **state)
{
    struct fake_service fake = fake_service();
    struct gatehouse_options options = fake_options(&fake);
    struct gatehouse *g;
    struct gatehouse_verdict v;

    (void)state;
    options.public_keys =
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a " FAKE_PUBLIC;
    g = fake_open(&options);
    assert_int_equal(gatehouse_validate(g, &v), GATEHOUSE_OK);
    gatehouse_close(g);
}

static void what_cannot_work_is_refused_when_opening(void **state)
{
    static const char *const urls[] = {"ftp://x",           "http://licensing.example.com",
                                       "https://",          "https://a/path",
                                       "https://u@a",       "https://a?b",
                                       "https://a\r\nX: y", "licensing.example.com"};
    static const char *const keys[] = {"", "03a1", FAKE_PUBLIC "00", FAKE_PUBLIC " zz"};
    struct gatehouse_options options = {.public_keys = FAKE_PUBLIC};
    struct gatehouse *g;

    (void)state;
    assert_int_equal(gatehouse_open(NULL, &g), GATEHOUSE_E_ARGUMENT);
    for (size_t i = 0; i < sizeof urls / sizeof urls[0]; i++) {
        options.url = urls[i];
        assert_int_equal(gatehouse_open(&options, &g), GATEHOUSE_E_ARGUMENT);
        assert_null(g);
    }
    options.url = NULL;
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        options.public_keys = keys[i];
        assert_int_equal(gatehouse_open(&options, &g), GATEHOUSE_E_ARGUMENT);
    }
    options.public_keys = FAKE_PUBLIC;
    options.key = "a key\r\nX-Header: smuggled";
    assert_int_equal(gatehouse_open(&options, &g), GATEHOUSE_E_ARGUMENT);
    options.key = NULL;
    assert_int_equal(gatehouse_open(&options, &g), GATEHOUSE_OK);
    assert_int_equal(gatehouse_set_key(g, "with\na line"), GATEHOUSE_E_ARGUMENT);
    gatehouse_close(g);
    gatehouse_close(NULL);
}

static void without_a_key_or_an_address_asking_is_a_mistake(void **state)
{
    struct gatehouse_options options = {.public_keys = FAKE_PUBLIC};
    struct gatehouse *g = fake_open(&options);
    struct gatehouse_verdict v;
    struct gatehouse_machine m;

    (void)state;
    assert_int_equal(gatehouse_validate(g, &v), GATEHOUSE_E_ARGUMENT);
    assert_int_equal(gatehouse_set_key(g, FAKE_KEY), GATEHOUSE_OK);
    assert_int_equal(gatehouse_validate(g, &v), GATEHOUSE_E_ARGUMENT);
    assert_int_equal(gatehouse_activate(g, NULL, &m), GATEHOUSE_E_ARGUMENT);
    assert_int_equal(gatehouse_heartbeat(g, &m), GATEHOUSE_E_ARGUMENT);
    assert_int_equal(gatehouse_deactivate(g), GATEHOUSE_E_ARGUMENT);
    gatehouse_close(g);
}

static void every_error_and_state_has_its_own_text(void **state)
{
    (void)state;
    for (int i = 0; i < GATEHOUSE_ERROR_COUNT; i++) {
        assert_non_null(gatehouse_error_text((enum gatehouse_error)i));
        for (int k = 0; k < i; k++)
            assert_string_not_equal(gatehouse_error_text((enum gatehouse_error)i),
                                    gatehouse_error_text((enum gatehouse_error)k));
    }
    for (int i = 0; i < GATEHOUSE_STATE_COUNT; i++)
        assert_non_null(gatehouse_state_text((enum gatehouse_state)i));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_valid_licence_is_valid),
        cmocka_unit_test(each_question_has_a_nonce_of_its_own),
        cmocka_unit_test(each_code_has_its_state),
        cmocka_unit_test(an_unknown_key_is_invalid_and_not_an_error),
        cmocka_unit_test(valid_without_a_licence_is_no_answer),
        cmocka_unit_test(no_lie_is_believed),
        cmocka_unit_test(a_busy_service_says_when_to_come_back),
        cmocka_unit_test(after_a_rotation_either_key_is_good),
        cmocka_unit_test(what_cannot_work_is_refused_when_opening),
        cmocka_unit_test(without_a_key_or_an_address_asking_is_a_mistake),
        cmocka_unit_test(every_error_and_state_has_its_own_text),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
