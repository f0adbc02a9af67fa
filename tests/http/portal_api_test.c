#include "base/clock.h"
#include "licensing/token.h"
#include "portal/account/role.h"
#include "portal/field/custom_field.h"
#include "tests/http/shop_tests.h"
#include "tests/licensing/licensing_make.h"

#include <stdlib.h>
#include <string.h>

/* --- fields --- */

static void make_till(struct ctx *cx)
{
    struct custom_field till = {.subject = FIELD_TICKET,
                                .code = "till",
                                .label = "Till",
                                .label_zh = "",
                                .hint = "",
                                .hint_zh = "",
                                .kind = FIELD_NUMBER,
                                .is_required = true,
                                .access = FIELD_WRITE,
                                .topics = {"fault"},
                                .topic_count = 1};

    test_ok(cx, custom_field_save(cx, &till));
}

static void a_post_that_skips_the_page_is_judged_by_the_same_table(void **state)
{
    static const struct {
        const char *fields, *code;
    } REFUSED[] = {
        {"", "\"code\":\"FIELD_REQUIRED\""},
        {"", "\"pointer\":\"/fields/till\""},
        {",\"fields\":7", "\"code\":\"MEMBER_INVALID\""},
        {",\"fields\":{\"till\":[1]}", "\"code\":\"FIELD_VALUE\""},
        {",\"fields\":{\"till\":1,\"kettle\":2}", "\"code\":\"FIELD_UNKNOWN\""},
    };
    static const char NEW[] = "{\"subject\":\"s\",\"text\":\"t\",\"topic\":\"fault\"%s}";
    struct shop s = shop_open(state);
    const char *token, *path;
    struct site_answer a;

    make_till(s.cx);
    token = shop_token(s.cx, TOKEN_ADMIN, (struct id){{0}});
    for (size_t i = 0; i < COUNT(REFUSED); i++) {
        a = site_call(s.cx, token, "POST", "/api/v1/tickets", "",
                      arena_printf(s.cx->mem, NEW, REFUSED[i].fields));
        shop_says(&a, 422, REFUSED[i].code);
    }
    a = site_call(s.cx, token, "POST", "/api/v1/tickets", "",
                  arena_printf(s.cx->mem, NEW, ",\"fields\":{\"till\":3.5}"));
    shop_says(&a, 201, "\"fields\":{\"till\":3.5}");
    path =
        arena_printf(s.cx->mem, "/api/v1/tickets/%s", json_get_text(shop_data(s.cx, &a), "id", ""));
    a = site_call(s.cx, token, "PATCH", path, "", "{\"fields\":{\"till\":null}}");
    shop_says(&a, 422, "\"code\":\"FIELD_REQUIRED\"");
    a = site_call(s.cx, token, "PATCH", path, "",
                  "{\"topic\":\"question\",\"fields\":{\"till\":null}}");
    shop_says(&a, 200, "\"fields\":{}");
    a = shop_get(s.cx, token, "/api/v1/tickets");
    shop_says(&a, 200, "\"fields\":{}");
}

static void an_organisations_fields_are_read_and_changed(void **state)
{
    struct shop s = shop_open(state);
    struct custom_field kind = {.subject = FIELD_ORGANISATION,
                                .code = "seats",
                                .label = "Seats",
                                .label_zh = "",
                                .hint = "",
                                .hint_zh = "",
                                .kind = FIELD_NUMBER,
                                .access = FIELD_NONE};
    const char *path =
        arena_printf(s.cx->mem, "/api/v1/organisations/%s", id_text(s.cx->mem, s.organisation_id));
    const char *token;
    struct site_answer a;

    test_ok(s.cx, custom_field_save(s.cx, &kind));
    token = shop_token(s.cx, TOKEN_ADMIN, (struct id){{0}});
    a = site_call(s.cx, token, "PATCH", path, "", "{\"fields\":{\"seats\":\"many\"}}");
    shop_says(&a, 422, "\"pointer\":\"/fields/seats\"");
    a = site_call(s.cx, token, "PATCH", path, "", "{\"fields\":{\"seats\":12}}");
    shop_says(&a, 200, "\"fields\":{\"seats\":12}");
    a = site_call(s.cx, token, "PATCH", path, "", "{\"city\":\"Henley\"}");
    shop_says(&a, 200, "\"fields\":{\"seats\":12}");
    a = shop_get(s.cx, token, "/api/v1/organisations");
    shop_says(&a, 200, "\"fields\":{\"seats\":12}");
    a = shop_get(s.cx, shop_token(s.cx, TOKEN_USER, s.person_id), path); /* not for customers */
    shop_says(&a, 200, "\"fields\":{}");
}

static void an_unknown_topic_and_a_forbidden_step_have_their_answers(void **state)
{
    struct shop s = shop_open(state);
    const char *token = shop_token(s.cx, TOKEN_ADMIN, (struct id){{0}}), *path;
    struct site_answer a = site_call(s.cx, token, "POST", "/api/v1/tickets", "",
                                     "{\"subject\":\"s\",\"text\":\"t\",\"topic\":\"nothing\"}");

    shop_says(&a, 422, "\"pointer\":\"/topic\"");
    path = arena_printf(s.cx->mem, "/api/v1/tickets/%s",
                        shop_file(&s, token, "Stuck", s.organisation_id));
    a = site_call(s.cx, token, "PATCH", path, "", "{\"topic\":\"nothing\"}");
    shop_says(&a, 422, "\"pointer\":\"/topic\"");
    a = site_call(s.cx, token, "PATCH", path, "", "{\"status\":\"closed\"}");
    shop_says(&a, 200, "\"status\":\"closed\"");
    a = site_call(s.cx, token, "PATCH", path, "", "{\"status\":\"solved\"}");
    shop_says(&a, 409, "\"pointer\":\"/status\"");
    a = site_call(s.cx, token, "PATCH", path, "", "{\"status\":\"nowhere\"}");
    shop_says(&a, 422, "\"pointer\":\"/status\"");
}

/* --- who may come in --- */

static void a_call_without_a_good_token_is_refused(void **state)
{
    struct shop s = shop_open(state);
    struct id nobody = {{0}};
    struct token_draft expired = {.kind = TOKEN_ADMIN, .name = "old", .expires_at = 1};
    struct token *token;
    struct site_answer a = shop_get(s.cx, NULL, "/api/v1/tickets");

    shop_says(&a, 401, "\"code\":\"TOKEN_INVALID\"");
    a = shop_get(s.cx, "nonsense", "/api/v1/tickets");
    shop_says(&a, 401, "TOKEN_INVALID");
    test_ok(s.cx, token_add(s.cx, &expired, &token));
    a = shop_get(s.cx, token->text, "/api/v1/tickets");
    shop_says(&a, 401, "TOKEN_INVALID");
    a = shop_get(s.cx, shop_token(s.cx, TOKEN_ADMIN, nobody), "/api/v1/tickets");
    shop_says(&a, 200, "\"data\":[]");
    a = shop_get(s.cx, shop_token(s.cx, TOKEN_READ_ONLY, nobody), "/api/v1/tickets");
    shop_says(&a, 200, "\"data\":[]");
}

static void another_tenants_token_opens_nothing(void **state)
{
    struct shop mine = shop_open(state), theirs = shop_open(state);
    struct site_answer a =
        shop_get(mine.cx, shop_token(theirs.cx, TOKEN_ADMIN, (struct id){{0}}), "/api/v1/tickets");

    shop_says(&a, 401, "TOKEN_INVALID");
}

/* Taking away an account takes its tokens along, whoever they were made for. */
static void a_token_of_a_disabled_or_deleted_person_opens_nothing(void **state)
{
    struct shop s = shop_open(state);
    struct ctx *cx = s.cx;
    const char *user = shop_token(cx, TOKEN_USER, s.person_id);
    const char *admin = shop_token(cx, TOKEN_ADMIN, s.person_id);
    struct site_answer a = shop_get(cx, user, "/api/v1/tickets");

    shop_says(&a, 200, "data");
    test_sql(cx, "UPDATE person SET is_disabled = TRUE WHERE tenant_id = ?", DB_ID(cx->tenant_id));
    a = shop_get(cx, user, "/api/v1/tickets");
    shop_says(&a, 403, "FORBIDDEN");
    a = shop_get(cx, admin, "/api/v1/tickets");
    shop_says(&a, 403, "FORBIDDEN");
    test_sql(cx,
             "UPDATE person SET is_disabled = FALSE, deleted_at = created_at WHERE tenant_id = ?",
             DB_ID(cx->tenant_id));
    a = shop_get(cx, admin, "/api/v1/tickets");
    shop_says(&a, 403, "FORBIDDEN");
}

/* A token is no way around what its owner would be held up by. */
static void a_token_waits_while_its_owner_owes_a_second_step(void **state)
{
    struct shop s = shop_open(state);
    struct ctx *cx = s.cx;
    const char *user = shop_token(cx, TOKEN_USER, s.person_id);
    struct site_answer a;

    test_sql(cx, "UPDATE organisation SET needs_second = TRUE WHERE tenant_id = ? AND id = ?",
             DB_ID(cx->tenant_id), DB_ID(s.other_id));
    a = shop_get(cx, user, "/api/v1/tickets");
    shop_says(&a, 200, "data");
    test_sql(cx, "UPDATE organisation SET needs_second = TRUE WHERE tenant_id = ? AND id = ?",
             DB_ID(cx->tenant_id), DB_ID(s.organisation_id));
    a = shop_get(cx, user, "/api/v1/tickets");
    shop_says(&a, 403, "SECOND_STEP_MISSING");
    test_sql(cx, "INSERT INTO credential (tenant_id, person_id, totp_sealed) VALUES (?, ?, 'x')",
             DB_ID(cx->tenant_id), DB_ID(s.person_id));
    a = shop_get(cx, user, "/api/v1/tickets");
    shop_says(&a, 200, "data");
}

static void a_staff_token_waits_for_the_second_step_of_its_role(void **state)
{
    struct shop s = shop_open(state);
    struct ctx *cx = s.cx;
    struct id priya = make_person(cx, "Priya", "priya@vendor.test");
    const char *token;
    struct site_answer a;

    test_ok(cx, role_add_presets(cx));
    test_ok(cx, role_staff_set(cx, priya, "administrator", (struct id){{0}}, NULL));
    token = shop_token(cx, TOKEN_ADMIN, priya);
    a = shop_get(cx, token, "/api/v1/tickets");
    shop_says(&a, 200, "data");
    test_sql(cx, "UPDATE role SET needs_second = TRUE WHERE tenant_id = ?", DB_ID(cx->tenant_id));
    a = shop_get(cx, token, "/api/v1/tickets");
    shop_says(&a, 403, "SECOND_STEP_MISSING");
}

static void a_token_waits_while_its_owner_is_locked(void **state)
{
    struct shop s = shop_open(state);
    struct ctx *cx = s.cx;
    const char *user = shop_token(cx, TOKEN_USER, s.person_id);
    struct site_answer a;

    test_sql(cx, "INSERT INTO credential (tenant_id, person_id, locked_until) VALUES (?, ?, ?)",
             DB_ID(cx->tenant_id), DB_ID(s.person_id), DB_TIME(clock_now() + CLOCK_HOUR));
    a = shop_get(cx, user, "/api/v1/tickets");
    shop_says(&a, 403, "ACCOUNT_LOCKED");
    test_sql(cx, "UPDATE credential SET locked_until = ? WHERE tenant_id = ?",
             DB_TIME(clock_now() - CLOCK_HOUR), DB_ID(cx->tenant_id));
    a = shop_get(cx, user, "/api/v1/tickets");
    shop_says(&a, 200, "data");
}

static void a_token_has_the_rights_of_its_kind(void **state)
{
    struct shop s = shop_open(state);
    struct id nobody = {{0}};
    const char *sales = shop_token(s.cx, TOKEN_SALES, nobody);
    const char *reader = shop_token(s.cx, TOKEN_READ_ONLY, nobody);
    const char *new_one = "{\"name\":\"New shop\",\"code\":\"C9\"}";
    struct site_answer a = shop_get(s.cx, sales, "/api/v1/me");

    shop_says(&a, 200, "\"kind\":\"staff\"");
    a = shop_get(s.cx, sales, "/api/v1/tickets");
    shop_says(&a, 200, "\"data\":[]"); /* no desk: no ticket is seen */
    a = site_call(s.cx, reader, "POST", "/api/v1/organisations", "", new_one);
    shop_says(&a, 403, "FORBIDDEN");
    a = site_call(s.cx, sales, "POST", "/api/v1/organisations", "", new_one);
    shop_says(&a, 201, "New shop");
    a = shop_get(s.cx, reader, "/api/v1/organisations?q=New");
    shop_says(&a, 200, "New shop");
    a = site_call(s.cx, shop_token(s.cx, TOKEN_SUPPORT, nobody), "PATCH",
                  site_path(s.cx, "/api/v1/organisations/%s", s.other_id), "",
                  "{\"city\":\"Suzhou\"}");
    shop_says(&a, 200, "Suzhou");
    shop_says(&a, 200, "Gusu Books"); /* what is not named stays */
}

/* --- tickets --- */

static void staff_file_change_and_answer_tickets(void **state)
{
    struct shop s = shop_open(state);
    const char *token = shop_token(s.cx, TOKEN_ADMIN, (struct id){{0}});
    const char *id = shop_file(&s, token, "Printer on fire", s.organisation_id);
    const char *path = arena_printf(s.cx->mem, "/api/v1/tickets/%s", id);
    const char *messages = arena_printf(s.cx->mem, "%s/messages", path);
    struct site_answer a = shop_get(s.cx, token, path);

    shop_says(&a, 200, "\"status\":\"open\"");
    a = site_call(s.cx, token, "PATCH", path, "", "{\"level\":1,\"status\":\"no_such\"}");
    assert_int_equal(a.status, 422);
    a = shop_get(s.cx, token, path);
    assert_int_not_equal(json_get_i64(shop_data(s.cx, &a), "level", 0), 1); /* all or nothing */
    a = site_call(s.cx, token, "PATCH", path, "", "{\"level\":1}");
    shop_says(&a, 200, "\"level\":1");
    a = site_call(s.cx, token, "POST", messages, "", "{\"text\":\"Pull the plug.\"}");
    assert_int_equal(a.status, 201);
    a = site_call(s.cx, token, "POST", messages, "", "{\"text\":\"Inside.\",\"is_note\":true}");
    assert_int_equal(a.status, 201);
    a = shop_get(s.cx, token, messages);
    shop_says(&a, 200, "Pull the plug.");
    shop_says(&a, 200, "Inside.");
}

static void a_customers_token_sees_what_its_person_sees(void **state)
{
    struct shop s = shop_open(state);
    const char *staff = shop_token(s.cx, TOKEN_ADMIN, (struct id){{0}});
    const char *anna = shop_token(s.cx, TOKEN_USER, s.person_id);
    const char *theirs = shop_file(&s, staff, "Not hers", s.other_id);
    const char *mine = shop_file(&s, anna, "Her own", s.organisation_id);
    const char *messages = arena_printf(s.cx->mem, "/api/v1/tickets/%s/messages", mine);
    struct site_answer a = shop_get(s.cx, anna, "/api/v1/tickets?state=all");

    shop_says(&a, 200, "Her own");
    site_hides(&a, "Not hers");
    site_hides(&a, "\"level\"");
    a = shop_get(s.cx, anna, arena_printf(s.cx->mem, "/api/v1/tickets/%s", theirs));
    shop_says(&a, 404, "NOT_FOUND");
    a = site_call(s.cx, staff, "POST", messages, "", "{\"text\":\"For us\",\"is_note\":true}");
    assert_int_equal(a.status, 201);
    a = shop_get(s.cx, anna, messages);
    site_hides(&a, "For us");
    a = site_call(s.cx, anna, "PATCH", arena_printf(s.cx->mem, "/api/v1/tickets/%s", mine), "",
                  "{\"level\":1}");
    shop_says(&a, 403, "FORBIDDEN");
    a = shop_get(s.cx, anna, "/api/v1/me");
    shop_says(&a, 200, "\"kind\":\"customer\"");
    a = shop_get(s.cx, anna, "/api/v1/orders");
    shop_says(&a, 200, "\"data\":[]");
}

static void the_same_key_files_once(void **state)
{
    struct shop s = shop_open(state);
    const char *anna = shop_token(s.cx, TOKEN_USER, s.person_id);
    struct site_answer a, b;

    a = site_call(s.cx, anna, "POST", "/api/v1/tickets", "Idempotency-Key: k1\r\n",
                  "{\"subject\":\"Once only\",\"text\":\"Text.\",\"topic\":\"fault\"}");
    b = site_call(s.cx, anna, "POST", "/api/v1/tickets", "Idempotency-Key: k1\r\n",
                  "{\"subject\":\"Once only\",\"text\":\"Text.\",\"topic\":\"fault\"}");
    assert_int_equal(a.status, 201);
    assert_int_equal(b.status, 201);
    assert_string_equal(a.location, b.location);
    assert_null(strstr(a.head, "Idempotency-Replayed"));
    assert_non_null(strstr(b.head, "Idempotency-Replayed: true"));
    b = site_call(s.cx, anna, "POST", "/api/v1/tickets", "Idempotency-Key: k1\r\n",
                  "{\"subject\":\"Another\",\"text\":\"Text.\",\"topic\":\"fault\"}");
    shop_says(&b, 409, "IDEMPOTENCY_KEY_USED");
    assert_int_equal(
        test_i64(s.cx, "SELECT COUNT(*) FROM ticket WHERE tenant_id = ?", DB_ID(s.cx->tenant_id)),
        1);
}

static void a_program_without_a_person_files_once_as_well(void **state)
{
    struct shop s = shop_open(state);
    const char *admin = shop_token(s.cx, TOKEN_ADMIN, (struct id){{0}});

    for (int i = 0; i < 2; i++) {
        const struct site_answer a =
            site_call(s.cx, admin, "POST", "/api/v1/tickets", "Idempotency-Key: k1\r\n",
                      "{\"subject\":\"Once only\",\"text\":\"Text.\",\"topic\":\"fault\"}");

        assert_int_equal(a.status, 201);
    }
    assert_int_equal(
        test_i64(s.cx, "SELECT COUNT(*) FROM ticket WHERE tenant_id = ?", DB_ID(s.cx->tenant_id)),
        1);
}

static void lists_are_paged_by_a_cursor(void **state)
{
    struct shop s = shop_open(state);
    const char *token = shop_token(s.cx, TOKEN_ADMIN, (struct id){{0}});
    struct site_answer a;
    json_t *page;
    const char *next;

    for (int i = 0; i < 3; i++)
        shop_file(&s, token, arena_printf(s.cx->mem, "Ticket %d", i), s.organisation_id);
    a = shop_get(s.cx, token, "/api/v1/tickets?limit=2");
    assert_int_equal(json_array_size(shop_data(s.cx, &a)), 2);
    page = json_own(s.cx->mem, json_loads(a.body, 0, NULL));
    next = json_get_text(page, "next", "");
    assert_true(next[0] != '\0');
    a = shop_get(s.cx, token, arena_printf(s.cx->mem, "/api/v1/tickets?limit=2&after=%s", next));
    assert_int_equal(json_array_size(shop_data(s.cx, &a)), 1);
    shop_says(&a, 200, "\"next\":null");
}

/* --- bodies --- */

static void a_body_that_is_not_right_is_refused_with_its_member(void **state)
{
    static const struct {
        const char *body, *says;
        int status;
    } CASES[] = {
        {"[]", "JSON_NEEDED", 400},
        {"{", "not valid JSON (line 1 column 1: ", 400},
        {"{\"subject\":\"a\",\"subject\":\"b\",\"text\":\"c\"}", "BAD_REQUEST", 400},
        {"{\"text\":\"c\"}", "\"pointer\":\"/subject\"", 422},
        {"{\"subject\":1,\"text\":\"c\"}", "\"pointer\":\"/subject\"", 422},
        {"{\"subject\":\"a\",\"text\":\"c\",\"more\":1}", "\"pointer\":\"/more\"", 422},
        {"{\"subject\":\"a\",\"text\":\"c\",\"level\":9}", "\"pointer\":\"/level\"", 422},
        {"{\"subject\":\"a\",\"text\":\"c\",\"site_id\":\"x\"}", "\"pointer\":\"/site_id\"", 422},
        {"{\"subject\":\"\",\"text\":\"c\"}", "\"pointer\":\"/subject\"", 422},
    };
    struct shop s = shop_open(state);
    const char *anna = shop_token(s.cx, TOKEN_USER, s.person_id);
    struct site_answer a;

    for (size_t i = 0; i < COUNT(CASES); i++) {
        a = site_call(s.cx, anna, "POST", "/api/v1/tickets", "", CASES[i].body);
        shop_says(&a, CASES[i].status, CASES[i].says);
    }
}

/* What is wrong, and what would be right. */
static const struct {
    const char *method, *path, *body;
    int status;
    const char *says[3];
} REFUSALS[] = {
    {"POST",
     "/api/v1/tickets",
     "{\"text\":\"c\",\"topic\":\"fault\"}",
     422,
     {"MEMBER_MISSING", "/subject", "The member subject is needed."}},
    {"POST",
     "/api/v1/tickets",
     "{\"subject\":\"\",\"text\":\"c\",\"topic\":\"fault\"}",
     422,
     {"MEMBER_INVALID", "/subject", "one line of 1 to 200 characters"}},
    {"POST",
     "/api/v1/tickets",
     "{\"subject\":\"a\",\"text\":\"\",\"topic\":\"fault\"}",
     422,
     {"MEMBER_INVALID", "/text", "a text of 1 to 20000 characters"}},
    {"POST",
     "/api/v1/tickets",
     "{\"subject\":\"a\",\"text\":\"b\",\"topic\":\"odd\"}",
     422,
     {"MEMBER_INVALID", "/topic", "be one of: fault"}},
    {"POST",
     "/api/v1/tickets",
     "{\"subject\":\"a\",\"text\":\"b\",\"topick\":\"odd\"}",
     422,
     {"MEMBER_UNKNOWN", "/topick", "These are: organisation_id, site_id"}},
    {"POST",
     "/api/v1/tickets",
     "{\"subject\":\"a\",\"text\":\"b\",\"topic\":\"fault\",\"city\":\"a\\nb\"}",
     422,
     {"MEMBER_INVALID", "/city", "one line of at most 100 characters"}},
    {"POST",
     "/api/v1/tickets",
     "{\"subject\":\"a\",\"text\":\"b\",\"topic\":\"fault\","
     "\"site_id\":\"0192f5a0-0000-7000-8000-000000000000\"}",
     422,
     {"MEMBER_INVALID", "/site_id", "something that this customer has"}},
    {"POST",
     "/api/v1/tickets",
     "{\"subject\":7,\"text\":\"b\"}",
     422,
     {"MEMBER_INVALID", "/subject", "The member subject has to be a text."}},
    {"POST",
     "/api/v1/tickets",
     "{\"subject\":\"a\",\"text\":\"b\",\"level\":9}",
     422,
     {"MEMBER_INVALID", "/level", "a whole number of 1–4"}},
    {"POST",
     "/api/v1/organisations",
     "{\"name\":\"a\",\"status\":\"odd\"}",
     422,
     {"MEMBER_INVALID", "/status", "be one of: prospect, active, dormant, lost."}},
    {"POST", "/api/v1/organisations", "{\"code\":\"X1\"}", 422, {"MEMBER_MISSING", "/name", ""}},
    {"POST",
     "/api/v1/people",
     "{\"email\":\"x@y.test\",\"time_zone\":\"Mars\"}",
     422,
     {"MEMBER_INVALID", "/time_zone", "like Europe/London"}},
};

static void a_refusal_says_what_the_member_has_to_be(void **state)
{
    struct shop s = shop_open(state);
    const char *token = shop_token(s.cx, TOKEN_ADMIN, (struct id){{0}});

    for (size_t i = 0; i < COUNT(REFUSALS); i++) {
        struct site_answer a =
            site_call(s.cx, token, REFUSALS[i].method, REFUSALS[i].path, "", REFUSALS[i].body);

        for (size_t k = 0; k < COUNT(REFUSALS[i].says); k++)
            shop_says(&a, REFUSALS[i].status, REFUSALS[i].says[k]);
    }
}

static void a_wrong_or_unknown_parameter_is_named_with_the_right_ones(void **state)
{
    static const struct {
        const char *path, *says[3];
    } CASES[] = {
        {"/api/v1/tickets?limit=1000", {"PARAMETER_INVALID", "\"parameter\":\"limit\"", "1–200"}},
        {"/api/v1/tickets?state=odd",
         {"PARAMETER_INVALID", "\"parameter\":\"state\"", "one of: open, waiting, solved, all."}},
        {"/api/v1/tickets?after=odd",
         {"PARAMETER_INVALID", "\"parameter\":\"after\"", "the page before gave as next"}},
        {"/api/v1/tickets?stat=open",
         {"PARAMETER_UNKNOWN", "\"parameter\":\"stat\"",
          "These are: state, q, organisation_id, licence_id, after, limit, organisation."}},
        {"/api/v1/tickets?limit=1&%66oo=2", {"PARAMETER_UNKNOWN", "\"parameter\":\"foo\"", ""}},
        {"/api/v1/me?limit=1", {"PARAMETER_UNKNOWN", "\"parameter\":\"limit\"", ""}},
        {"/api/v1/organisations?status=odd",
         {"PARAMETER_INVALID", "\"parameter\":\"status\"", "prospect, active, dormant, lost"}},
        {"/api/v1/organisations?after=7",
         {"PARAMETER_INVALID", "\"parameter\":\"after\"", "the page before gave as next"}},
        {"/api/v1/orders?open=yes", {"PARAMETER_INVALID", "\"parameter\":\"open\"", "one of: 1."}},
        {"/api/v1/tickets?licence_id=7",
         {"PARAMETER_INVALID", "\"parameter\":\"licence_id\"", "36 characters"}},
    };
    struct shop s = shop_open(state);
    const char *anna = shop_token(s.cx, TOKEN_USER, s.person_id);
    struct site_answer a;

    for (size_t i = 0; i < COUNT(CASES); i++) {
        a = shop_get(s.cx, anna, CASES[i].path);
        for (size_t k = 0; k < COUNT(CASES[i].says); k++)
            shop_says(&a, 400, CASES[i].says[k]);
    }
    a = shop_get(s.cx, anna, "/api/v1/tickets?organisation=x");
    shop_says(&a, 400, "\"parameter\":\"organisation\"");
    a = shop_get(s.cx, anna, "/api/v1/tickets?state=open&&limit=5");
    shop_says(&a, 200, "data");
    a = shop_get(s.cx, shop_token(s.cx, TOKEN_ADMIN, (struct id){{0}}), "/api/v1/tickets?q=nope:1");
    shop_says(&a, 422, "\"code\":\"QUERY_FIELD\"");
    shop_says(&a, 422, "\"parameter\":\"q\"");
    a = site_call(s.cx, anna, "POST", "/api/v1/tickets?dry=1", "",
                  "{\"subject\":\"a\",\"text\":\"b\",\"topic\":\"fault\"}");
    shop_says(&a, 400, "PARAMETER_UNKNOWN");
    a = site_call(s.cx, anna, "POST", "/api/v1/tickets", "Idempotency-Key: a b\r\n",
                  "{\"subject\":\"a\",\"text\":\"b\",\"topic\":\"fault\"}");
    shop_says(&a, 400, "\"header\":\"Idempotency-Key\"");
    a = shop_get(s.cx, anna, "/api/v1/tickets");
    shop_says(&a, 200, "\"data\":[]"); /* nothing was filed by what was refused */
}

static void a_method_that_a_path_does_not_have_says_which_it_has(void **state)
{
    struct shop s = shop_open(state);
    struct site_answer a = site_call(s.cx, NULL, "DELETE", "/api/v1/tickets", "", NULL);

    shop_says(&a, 405, "\"code\":\"METHOD_NOT_ALLOWED\"");
    shop_says(&a, 405, "method DELETE. It takes GET, HEAD, POST.");
    assert_non_null(strstr(a.head, "Allow: GET, HEAD, POST"));
    a = site_call(s.cx, NULL, "GET", "/api/v1/nothing", "", NULL);
    shop_says(&a, 404, "\"code\":\"NOT_FOUND\"");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_post_that_skips_the_page_is_judged_by_the_same_table),
        cmocka_unit_test(an_organisations_fields_are_read_and_changed),
        cmocka_unit_test(an_unknown_topic_and_a_forbidden_step_have_their_answers),
        cmocka_unit_test(a_call_without_a_good_token_is_refused),
        cmocka_unit_test(another_tenants_token_opens_nothing),
        cmocka_unit_test(a_token_of_a_disabled_or_deleted_person_opens_nothing),
        cmocka_unit_test(a_token_has_the_rights_of_its_kind),
        cmocka_unit_test(a_token_waits_while_its_owner_owes_a_second_step),
        cmocka_unit_test(a_staff_token_waits_for_the_second_step_of_its_role),
        cmocka_unit_test(a_token_waits_while_its_owner_is_locked),
        cmocka_unit_test(staff_file_change_and_answer_tickets),
        cmocka_unit_test(a_customers_token_sees_what_its_person_sees),
        cmocka_unit_test(the_same_key_files_once),
        cmocka_unit_test(a_program_without_a_person_files_once_as_well),
        cmocka_unit_test(lists_are_paged_by_a_cursor),
        cmocka_unit_test(a_body_that_is_not_right_is_refused_with_its_member),
        cmocka_unit_test(a_refusal_says_what_the_member_has_to_be),
        cmocka_unit_test(a_wrong_or_unknown_parameter_is_named_with_the_right_ones),
        cmocka_unit_test(a_method_that_a_path_does_not_have_says_which_it_has),
        cmocka_unit_test(shop_each_call_is_refused_to_those_without_its_right),
        cmocka_unit_test(shop_tickets_are_merged_and_taken_apart_again),
        cmocka_unit_test(shop_messages_become_a_ticket_of_their_own),
        cmocka_unit_test(shop_links_and_tags_are_set_and_taken_off),
        cmocka_unit_test(shop_participants_are_colleagues_of_the_customer),
        cmocka_unit_test(shop_what_somebody_else_changed_is_not_overwritten),
        cmocka_unit_test(shop_many_tickets_are_changed_and_set_back),
        cmocka_unit_test(shop_a_change_of_many_says_what_is_missing),
        cmocka_unit_test(shop_views_are_kept_run_and_removed),
        cmocka_unit_test(shop_a_macro_is_kept_changed_and_removed),
        cmocka_unit_test(shop_a_macro_is_looked_at_and_applied),
        cmocka_unit_test(shop_an_approval_is_asked_for_and_decided_once),
        cmocka_unit_test(shop_an_approval_is_not_shown_without_its_ticket),
        cmocka_unit_test(shop_time_is_kept_counted_and_taken_back),
        cmocka_unit_test(shop_hours_are_for_those_who_see_orders),
        cmocka_unit_test(shop_a_repeat_with_the_same_key_does_nothing_more),
        cmocka_unit_test(shop_a_kept_answer_has_its_place_and_goes_in_time),
        cmocka_unit_test(shop_two_answers_to_one_call_cannot_be_kept),
    };

    return test_group_run_around("portal_api", tests, COUNT(tests), site_start, site_stop);
}
