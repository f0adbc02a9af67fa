#include "base/crypto.h"
#include "portal/mail/mail_inbox.h"
#include "portal/mail/mail_token.h"
#include "tests/portal/desk/desk_frame.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

static struct crypto_master *master;

static struct ctx *run(void **state)
{
    struct ctx *cx = test_ctx(state);
    char path[512];

    snprintf(path, sizeof path, "%s/master.key", test_dir());
    if (master == NULL)
        test_ok(cx, crypto_master_open(&cx->err, path, true, &master));
    cx->master = master;
    return cx;
}

static int forget_master(void **state)
{
    (void)state;
    crypto_master_free(master);
    return 0;
}

static int nothing(void **state)
{
    (void)state;
    return 0;
}

static void an_address_names_the_ticket_and_proves_the_person(void **state)
{
    struct ctx *cx = run(state);
    struct id ticket = ctx_new_id(cx);
    struct id anna = ctx_new_id(cx);
    const char *address = mail_token_address(cx, "ticket@mail.example", ticket, anna);
    struct mail_token token;

    assert_non_null(address);
    assert_memory_equal(address, "ticket+", 7);
    assert_int_equal(strchr(address, '@') - address, 7 + MAIL_TOKEN_LETTERS);
    assert_string_equal(strchr(address, '@'), "@mail.example");
    assert_true(mail_token_parse(address, &token));
    assert_memory_equal(&token.ticket_id, &ticket, sizeof ticket);
    assert_true(mail_token_is_for(cx, &token, anna));
    assert_false(mail_token_is_for(cx, &token, ctx_new_id(cx)));
}

static void an_address_survives_a_server_that_writes_it_in_capitals(void **state)
{
    struct ctx *cx = run(state);
    struct id ticket = ctx_new_id(cx);
    char *address = arena_dup(cx->mem, mail_token_address(cx, "t@x.example", ticket, ticket));
    struct mail_token token;

    for (char *c = address; *c != '\0'; c++)
        *c = (char)toupper((unsigned char)*c);
    assert_true(mail_token_parse(address, &token));
    assert_true(mail_token_is_for(cx, &token, ticket));
}

static void a_token_is_worth_nothing_in_another_tenant_or_for_another_ticket(void **state)
{
    struct ctx *cx = run(state);
    struct id ticket = ctx_new_id(cx);
    struct id anna = ctx_new_id(cx);
    const char *address = mail_token_address(cx, "t@x.example", ticket, anna);
    struct mail_token token;

    assert_true(mail_token_parse(address, &token));
    cx->tenant_id = make_tenant(cx, "elsewhere-token");
    assert_false(mail_token_is_for(cx, &token, anna));
    cx = run(state);
    token.ticket_id = ctx_new_id(cx);
    assert_false(mail_token_is_for(cx, &token, anna));
}

/* Each letter counts: none of them can be changed. */
static void a_token_with_any_letter_changed_is_refused(void **state)
{
    struct ctx *cx = run(state);
    struct id ticket = ctx_new_id(cx);
    char *address = arena_dup(cx->mem, mail_token_address(cx, "t@x.example", ticket, ticket));
    struct mail_token token;

    for (size_t i = 2; i < 2 + MAIL_TOKEN_LETTERS; i++) {
        char kept = address[i];

        address[i] = kept == 'a' ? 'b' : 'a';
        assert_true(mail_token_parse(address, &token));
        assert_false(mail_token_is_for(cx, &token, ticket));
        address[i] = '!';
        assert_false(mail_token_parse(address, &token));
        address[i] = kept;
    }
}

static void addresses_without_a_token_have_none(void **state)
{
    static const char *const ADDRESSES[] = {
        "", "@", "ticket@x.example", "ticket+abc@x.example", "+@", "ticket+"};
    struct mail_token token;

    (void)state;
    for (size_t i = 0; i < COUNT(ADDRESSES); i++)
        assert_false(mail_token_parse(ADDRESSES[i], &token));
}

static void an_inbound_address_without_room_gets_no_token(void **state)
{
    struct ctx *cx = run(state);
    struct id id = ctx_new_id(cx);

    assert_null(mail_token_address(cx, "", id, id));
    assert_null(mail_token_address(cx, "a-very-long-name@x.example", id, id));
    assert_non_null(mail_token_address(cx, "fifteen-letters@x.example", id, id));
}

static void the_tenants_own_address_goes_before_the_installations(void **state)
{
    struct ctx *cx = run(state);
    struct config config = {.mail_inbound = "all@x.example"};
    const char *address;

    test_ok(cx, mail_inbox_address(cx, &config, &address));
    assert_string_equal(address, "all@x.example");
    test_sql(cx, "INSERT INTO mail_inbox (tenant_id, address, updated_at) VALUES (?, ?, ?)",
             DB_ID(cx->tenant_id), DB_TEXT("help@own.example"), DB_TIME(cx->now));
    test_ok(cx, mail_inbox_address(cx, &config, &address));
    assert_string_equal(address, "help@own.example");
}

static void a_mail_is_recalled_by_its_message_id_if_we_sent_it(void **state)
{
    struct ctx *cx = run(state);
    struct desk d = desk_make(cx);
    struct id ticket = desk_file(cx, &d, "Printer");
    struct id found;

    test_ok(cx, mail_token_remember(cx, "Ours@x", ticket, true));
    test_ok(cx, mail_token_remember(cx, "Ours@x", ticket, true));
    test_ok(cx, mail_token_remember(cx, "theirs@x", ticket, false));
    test_ok(cx, mail_token_recall(cx, "Ours@x", &found));
    assert_memory_equal(&found, &ticket, sizeof found);
    test_ok(cx, mail_token_recall(cx, "theirs@x", &found));
    assert_true(id_is_zero(found));
    test_ok(cx, mail_token_recall(cx, "ours@x", &found));
    assert_true(id_is_zero(found));
    cx = run(state);
    test_ok(cx, mail_token_recall(cx, "Ours@x", &found));
    assert_true(id_is_zero(found));
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(an_address_names_the_ticket_and_proves_the_person),
        cmocka_unit_test(an_address_survives_a_server_that_writes_it_in_capitals),
        cmocka_unit_test(a_token_is_worth_nothing_in_another_tenant_or_for_another_ticket),
        cmocka_unit_test(a_token_with_any_letter_changed_is_refused),
        cmocka_unit_test(addresses_without_a_token_have_none),
        cmocka_unit_test(an_inbound_address_without_room_gets_no_token),
        cmocka_unit_test(the_tenants_own_address_goes_before_the_installations),
        cmocka_unit_test(a_mail_is_recalled_by_its_message_id_if_we_sent_it)};

    return test_group_run_around("mail_token", TESTS, COUNT(TESTS), nothing, forget_master);
}
