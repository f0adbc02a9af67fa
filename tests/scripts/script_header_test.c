#include "scripts/script_header.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static struct arena *mem;
static struct script_offer offer;

static int set_up(void **state)
{
    (void)state;
    mem = arena_make(16 * 1024);
    offer.events = json_own(mem, json_pack("[s, s]", "ticket.created", "ticket.eaten"));
    offer.grants = json_own(mem, json_pack("[s, s]", "ticket.write", "note"));
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_free(mem);
    return 0;
}

static json_t *read_json(const char *text)
{
    struct err err = {0};
    json_t *json;

    assert_true(json_read(mem, &err, text, strlen(text), &json));
    return json;
}

#define GOOD "\"id\":\"a_1\",\"title\":\"A\",\"api\":1,\"on\":[\"ticket.created\"]"

static void a_good_header_is_read(void **state)
{
    struct err err = {0};
    struct script_header h;

    (void)state;
    assert_true(script_header_read(
        &err,
        read_json("{" GOOD ",\"phase\":\"check\",\"priority\":7,\"grants\":[\"note\"],"
                  "\"when\":{\"topic\":\"fault\"},\"tests\":[],\"on_error\":\"continue\"}"),
        &offer, &h));
    assert_string_equal(h.name, "a_1");
    assert_int_equal(h.phase, SCRIPT_CHECK);
    assert_int_equal(h.priority, 7);
    assert_int_equal(h.event_count, 1);
    assert_int_equal(h.events[0], EVENT_TICKET_CREATED);
    assert_true(script_header_read(&err, read_json("{" GOOD "}"), &offer, &h));
    assert_int_equal(h.phase, SCRIPT_AFTER);
    assert_int_equal(h.priority, 100);
    assert_null(h.when);
}

static void a_bad_field_is_named(void **state)
{
    static const struct {
        const char *text, *field;
    } CASES[] = {
        {"[]", "id"},
        {"{\"title\":\"A\",\"api\":1,\"on\":[\"ticket.created\"]}", "id"},
        {"{\"id\":\"Big\",\"title\":\"A\",\"api\":1,\"on\":[\"ticket.created\"]}", "id"},
        {"{\"id\":\"a\",\"api\":1,\"on\":[\"ticket.created\"]}", "title"},
        {"{\"id\":\"a\",\"title\":{\"zh\":\"x\"},\"api\":1,\"on\":[\"ticket.created\"]}", "title"},
        {"{\"id\":\"a\",\"title\":\"\",\"api\":1,\"on\":[\"ticket.created\"]}", "title"},
        {"{\"id\":\"a\",\"title\":\"A\",\"api\":2,\"on\":[\"ticket.created\"]}", "api"},
        {"{\"id\":\"a\",\"title\":\"A\",\"api\":1}", "on"},
        {"{\"id\":\"a\",\"title\":\"A\",\"api\":1,\"on\":[]}", "on"},
        {"{\"id\":\"a\",\"title\":\"A\",\"api\":1,\"on\":[\"ticket.eaten\"]}", "on"},
        {"{\"id\":\"a\",\"title\":\"A\",\"api\":1,\"on\":[\"ticket.created\",\"ticket.created\"]}",
         "on"},
        {"{\"id\":\"a\",\"title\":\"A\",\"api\":1,\"on\":[\"ticket.updated\"]}", "on"},
        {"{" GOOD ",\"phase\":\"before\"}", "phase"},
        {"{" GOOD ",\"priority\":-1}", "priority"},
        {"{" GOOD ",\"priority\":\"high\"}", "priority"},
        {"{" GOOD ",\"grants\":[\"everything\"]}", "grants"},
        {"{" GOOD ",\"grants\":\"note\"}", "grants"},
        {"{" GOOD ",\"when\":[\"x\"]}", "when"},
        {"{" GOOD ",\"when\":{\"a\":{\"b\":1}}}", "when"},
        {"{" GOOD ",\"on_error\":\"explode\"}", "on_error"},
        {"{" GOOD ",\"tests\":1}", "tests"},
        {"{" GOOD ",\"colour\":\"red\"}", "colour"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(CASES); i++) {
        struct err err = {0};
        struct script_header h;

        if (script_header_read(&err, read_json(CASES[i].text), &offer, &h))
            fail_msg("accepted: %s", CASES[i].text);
        assert_ptr_equal(err.kind, &ERR_SCRIPT_HEADER);
        assert_string_equal(err.arg, CASES[i].field);
    }
}

static void titles_come_in_the_readers_language(void **state)
{
    json_t *both = read_json("{\"id\":\"a\",\"title\":{\"en\":\"City\",\"zh\":\"城市\"}}");

    (void)state;
    assert_string_equal(script_header_title(both, "zh"), "城市");
    assert_string_equal(script_header_title(both, "de"), "City");
    assert_string_equal(script_header_title(read_json("{\"id\":\"a\",\"title\":\"T\"}"), "zh"),
                        "T");
}

static void when_compares_fields(void **state)
{
    static const struct {
        const char *when;
        const char *fault; /* NULL: it holds */
    } CASES[] = {
        {"{}", NULL},
        {"{\"topic\":\"fault\"}", NULL},
        {"{\"topic\":\"order\"}", "topic"},
        {"{\"topic\":[\"order\",\"fault\"]}", NULL},
        {"{\"level\":2}", NULL},
        {"{\"level\":[3,4]}", "level"},
        {"{\"organisation.vip\":true}", NULL},
        {"{\"organisation.vip\":false}", "organisation.vip"},
        {"{\"organisation.none\":false}", NULL},
        {"{\"nothing.at.all\":1}", "nothing.at.all"},
        {"{\"tags\":\"b\"}", NULL},
        {"{\"tags\":\"c\"}", "tags"},
        {"{\"topic\":\"fault\",\"level\":9}", "level"},
    };
    json_t *snapshot = read_json(
        "{\"topic\":\"fault\",\"level\":2,\"tags\":[\"a\",\"b\"],"
        "\"organisation\":{\"vip\":true}}");

    (void)state;
    for (size_t i = 0; i < COUNT(CASES); i++) {
        const char *field = "";
        bool holds = script_header_when(read_json(CASES[i].when), snapshot, &field);

        if (holds != (CASES[i].fault == NULL))
            fail_msg("%s", CASES[i].when);
        if (!holds)
            assert_string_equal(field, CASES[i].fault);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_good_header_is_read),
        cmocka_unit_test(a_bad_field_is_named),
        cmocka_unit_test(titles_come_in_the_readers_language),
        cmocka_unit_test(when_compares_fields),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
