/* Seats and files to take along, against a service with a script. */
#include "tests/licensing/client/fake_service.h"

#include <stdlib.h>
#include <string.h>

#define MACHINE(license, print)                                                         \
    "{\"data\":{\"id\":\"33333333-3333-4333-8333-333333333333\",\"type\":\"machines\"," \
    "\"attributes\":{\"fingerprint\":\"" print                                          \
    "\",\"heartbeatDuration\":600,\"requireHeartbeat\":true,\"nextHeartbeat\":"         \
    "\"2026-01-02T03:14:05.678Z\"},\"relationships\":{\"license\":{\"data\":{\"type\":" \
    "\"licenses\",\"id\":\"" license "\"}}}}}"
#define OURS       MACHINE("22222222-2222-4222-8222-222222222222", FAKE_PRINT)
#define REFUSAL(c) "{\"errors\":[{\"detail\":\"a sentence\",\"code\":\"" c "\"}]}"

static struct gatehouse *open_fake(struct fake_service *fake)
{
    const struct gatehouse_options options = fake_options(fake);

    return fake_open(&options);
}

static void activation_takes_a_seat(void **state)
{
    struct fake_service fake = fake_service();
    struct gatehouse *g = open_fake(&fake);
    struct gatehouse_machine m;

    (void)state;
    fake.code = "NO_MACHINES";
    fake.is_valid = false;
    fake.script[0] = (struct fake_step){"POST", "/machines", 201, OURS};
    assert_int_equal(gatehouse_activate(g, "Till \"7\" 门店", &m), GATEHOUSE_OK);
    assert_string_equal(m.id, "33333333-3333-4333-8333-333333333333");
    assert_false(m.is_repeated);
    assert_true(m.needs_heartbeat);
    assert_int_equal(m.heartbeat_s, 600);
    assert_int_equal(m.next_heartbeat_at, 1767323645678);
    assert_non_null(strstr(fake.headers, "Authorization: License " FAKE_KEY "\n"));
    assert_non_null(strstr(fake.body, "\"name\":\"Till \\\"7\\\" 门店\""));
    assert_non_null(strstr(fake.body, "\"id\":\"22222222-2222-4222-8222-222222222222\""));
    gatehouse_close(g);
}

static void a_repeat_gives_the_seat_that_is_held(void **state)
{
    struct fake_service fake = fake_service();
    struct gatehouse *g = open_fake(&fake);
    struct gatehouse_machine m;

    (void)state;
    /* On a full licence the limit is told as well, in either order. */
    fake.script[0] = (struct fake_step){
        "POST", "/machines", 422,
        "{\"errors\":[{\"code\":\"MACHINE_LIMIT_EXCEEDED\"},{\"code\":\"FINGERPRINT_TAKEN\"}]}"};
    fake.script[1] = (struct fake_step){"GET", "/machines/4d%3AEq%3AUV%3AD3", 200, OURS};
    assert_int_equal(gatehouse_activate(g, NULL, &m), GATEHOUSE_OK);
    assert_true(m.is_repeated);
    assert_string_equal(m.id, "33333333-3333-4333-8333-333333333333");
    gatehouse_close(g);
}

static void a_seat_of_another_licence_is_not_taken_for_ours(void **state)
{
    struct fake_service fake = fake_service();
    struct gatehouse *g = open_fake(&fake);
    struct gatehouse_machine m;

    (void)state;
    fake.script[0] = (struct fake_step){"POST", "/machines", 422, REFUSAL("FINGERPRINT_TAKEN")};
    fake.script[1] =
        (struct fake_step){"GET", "/machines/4d%3AEq%3AUV%3AD3", 200,
                           MACHINE("99999999-9999-4999-8999-999999999999", FAKE_PRINT)};
    assert_int_equal(gatehouse_activate(g, NULL, &m), GATEHOUSE_E_NOT_FOUND);
    gatehouse_close(g);
}

static void a_machine_with_another_print_is_no_answer(void **state)
{
    struct fake_service fake = fake_service();
    struct gatehouse *g = open_fake(&fake);
    struct gatehouse_machine m;

    (void)state;
    fake.script[0] = (struct fake_step){"POST", "/machines", 201,
                                        MACHINE("22222222-2222-4222-8222-222222222222", "another")};
    assert_int_equal(gatehouse_activate(g, NULL, &m), GATEHOUSE_E_PROTOCOL);
    gatehouse_close(g);
}

static const struct {
    int status;
    const char *body;
    enum gatehouse_error error;
    const char *code;
} REFUSALS[] = {
    {422, REFUSAL("MACHINE_LIMIT_EXCEEDED"), GATEHOUSE_E_SEATS, "MACHINE_LIMIT_EXCEEDED"},
    {422, REFUSAL("FINGERPRINT_NOT_ALLOWED"), GATEHOUSE_E_REFUSED, "FINGERPRINT_NOT_ALLOWED"},
    {403, REFUSAL("LICENSE_SUSPENDED"), GATEHOUSE_E_DENIED, "LICENSE_SUSPENDED"},
    {401, REFUSAL("LICENSE_INVALID"), GATEHOUSE_E_DENIED, "LICENSE_INVALID"},
    {404, REFUSAL("NOT_FOUND"), GATEHOUSE_E_NOT_FOUND, "NOT_FOUND"},
    {400, "{}", GATEHOUSE_E_REFUSED, ""},
};

static void each_refusal_has_its_error_and_code(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof REFUSALS / sizeof REFUSALS[0]; i++) {
        struct fake_service fake = fake_service();
        struct gatehouse *g = open_fake(&fake);
        struct gatehouse_machine m;

        fake.script[0] =
            (struct fake_step){"POST", "/machines", REFUSALS[i].status, REFUSALS[i].body};
        assert_int_equal(gatehouse_activate(g, NULL, &m), REFUSALS[i].error);
        assert_string_equal(gatehouse_code(g), REFUSALS[i].code);
        assert_string_equal(gatehouse_detail(g), REFUSALS[i].code[0] != '\0' ? "a sentence" : "");
        assert_int_equal(gatehouse_status(g), REFUSALS[i].status);
        gatehouse_close(g);
    }
}

static void a_heartbeat_tells_the_next_and_a_dead_machine_is_told(void **state)
{
    struct fake_service fake = fake_service();
    struct gatehouse *g = open_fake(&fake);
    struct gatehouse_machine m;

    (void)state;
    fake.script[0] =
        (struct fake_step){"POST", "/machines/4d%3AEq%3AUV%3AD3/actions/ping", 200, OURS};
    fake.script[1] = (struct fake_step){"POST", "/machines/4d%3AEq%3AUV%3AD3/actions/ping", 422,
                                        REFUSAL("MACHINE_HEARTBEAT_DEAD")};
    fake.script[2] = (struct fake_step){"POST", "/machines/4d%3AEq%3AUV%3AD3/actions/ping", 404,
                                        REFUSAL("NOT_FOUND")};
    assert_int_equal(gatehouse_heartbeat(g, &m), GATEHOUSE_OK);
    assert_int_equal(m.next_heartbeat_at, 1767323645678);
    assert_int_equal(gatehouse_heartbeat(g, &m), GATEHOUSE_E_DEAD);
    assert_int_equal(gatehouse_heartbeat(g, &m), GATEHOUSE_E_NOT_FOUND);
    gatehouse_close(g);
}

static void giving_a_seat_back_twice_is_done(void **state)
{
    struct fake_service fake = fake_service();
    struct gatehouse_options options = fake_options(&fake);
    struct gatehouse *g;

    (void)state;
    options.token = "activ-0123456789abcdefv3";
    g = fake_open(&options);
    fake.script[0] = (struct fake_step){"DELETE", "/machines/4d%3AEq%3AUV%3AD3", 204, NULL};
    fake.script[1] =
        (struct fake_step){"DELETE", "/machines/4d%3AEq%3AUV%3AD3", 404, REFUSAL("NOT_FOUND")};
    fake.script[2] = (struct fake_step){"DELETE", "/machines/4d%3AEq%3AUV%3AD3", 403, "{}"};
    assert_int_equal(gatehouse_deactivate(g), GATEHOUSE_OK);
    assert_non_null(strstr(fake.headers, "Authorization: Bearer activ-0123456789abcdefv3\n"));
    assert_int_equal(gatehouse_deactivate(g), GATEHOUSE_OK);
    assert_int_equal(gatehouse_deactivate(g), GATEHOUSE_E_DENIED);
    gatehouse_close(g);
}

static void a_file_is_checked_out_with_what_was_asked(void **state)
{
    static const char file[] = "{\"data\":{\"attributes\":{\"certificate\":\"-----BEGIN\\nx\"}}}";
    struct fake_service fake = fake_service();
    struct gatehouse *g = open_fake(&fake);
    char *text;

    (void)state;
    fake.script[0] = (struct fake_step){
        "POST",
        "/licenses/22222222-2222-4222-8222-222222222222/actions/check-out?encrypt=1&include="
        "entitlements&ttl=7200",
        200, file};
    fake.script[1] =
        (struct fake_step){"POST",
                           "/machines/4d%3AEq%3AUV%3AD3/actions/check-out?encrypt=0&include="
                           "license,license.entitlements",
                           200, file};
    fake.script[2] = fake.script[1];
    fake.script[2].body = "{\"data\":{}}";
    assert_int_equal(gatehouse_check_out(g, GATEHOUSE_LICENCE_FILE, true, 7200, &text),
                     GATEHOUSE_OK);
    assert_string_equal(text, "-----BEGIN\nx");
    gatehouse_free(text);
    assert_int_equal(gatehouse_check_out(g, GATEHOUSE_MACHINE_FILE, false, 0, &text), GATEHOUSE_OK);
    gatehouse_free(text);
    assert_int_equal(gatehouse_check_out(g, GATEHOUSE_MACHINE_FILE, false, 0, &text),
                     GATEHOUSE_E_PROTOCOL);
    assert_null(text);
    gatehouse_close(g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(activation_takes_a_seat),
        cmocka_unit_test(a_repeat_gives_the_seat_that_is_held),
        cmocka_unit_test(a_seat_of_another_licence_is_not_taken_for_ours),
        cmocka_unit_test(a_machine_with_another_print_is_no_answer),
        cmocka_unit_test(each_refusal_has_its_error_and_code),
        cmocka_unit_test(a_heartbeat_tells_the_next_and_a_dead_machine_is_told),
        cmocka_unit_test(giving_a_seat_back_twice_is_done),
        cmocka_unit_test(a_file_is_checked_out_with_what_was_asked),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
