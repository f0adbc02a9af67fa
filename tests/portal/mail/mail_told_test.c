/* What a person is told of changes to the account, and how mails about accounts look. */
#include "licensing/token.h"
#include "portal/account/brand.h"
#include "portal/account/credential.h"
#include "portal/account/person_address.h"
#include "portal/account/second_factor.h"
#include "portal/jobs/mailer.h"
#include "portal/mail/mail_account.h"
#include "portal/mail/mail_look.h"
#include "portal/mail/mail_out.h"
#include "tests/licensing/licensing_make.h"

#include <string.h>

struct post { /* a tenant with Anna; mails stay in the queue */
    struct ctx *cx;
    struct ctx *jobs;
    struct app app;
    struct id anna;
};

static struct lang_set *langs;

static struct post open_post(void **state)
{
    struct post p = {.cx = test_ctx(state)};
    struct err err = {0};

    if (langs == NULL)
        assert_true(lang_load(&err, GH_WWW_DIR, &langs));
    licensing_seal(p.cx);
    p.app.langs = langs;
    p.app.config = (struct config){.public_url = "https://help.tilwick.example",
                                   .portal_listen = "127.0.0.1:8080",
                                   .mail_sender = "no-reply@tilwick.example"};
    p.anna = make_person(p.cx, "Anna Keller", "anna@marlow.example");
    p.jobs = test_again(p.cx);
    p.jobs->master = p.cx->master;
    return p;
}

/* The mails that wait, the oldest first. */
static size_t mails(struct post *p, struct mail_out **out)
{
    struct mail_out *list;
    unsigned worked;
    size_t count;

    test_ok(p->jobs, mailer_work_events(p->jobs, &p->app, &worked));
    test_ok(p->cx, mail_out_list(p->cx, "WAITING", MAIL_LIST_MAX, &list, &count));
    *out = arena_array(p->cx->mem, struct mail_out, count);
    for (size_t i = 0; i < count; i++)
        (*out)[i] = list[count - 1 - i];
    return count;
}

static struct mail_content content_of(struct post *p, const struct mail_out *mail)
{
    static const char SQL[] = "SELECT sealed, is_rich FROM mail_out WHERE tenant_id = ? AND id = ?";
    struct mail_out whole = *mail;
    struct mail_content content;
    struct db_rows rows;

    test_ok(p->cx, db_query(p->cx, &rows, SQL, DB_ID(p->cx->tenant_id), DB_ID(mail->id)));
    assert_true(db_next(&rows));
    whole.sealed = db_bytes(&rows.row, 0);
    whole.is_rich = db_bool(&rows.row, 1);
    test_ok(p->cx, mail_out_content(p->cx, &whole, &content));
    return content;
}

static void a_changed_password_is_told_and_a_first_one_is_not(void **state)
{
    struct post p = open_post(state);
    struct mail_out *list;
    struct mail_content content;

    test_ok(p.cx, credential_set(p.cx, p.anna, "correct horse battery"));
    assert_int_equal(mails(&p, &list), 0);
    test_ok(p.cx, credential_set(p.cx, p.anna, "another horse battery"));
    assert_int_equal(mails(&p, &list), 1);
    assert_string_equal(list[0].kind, "account.password_changed");
    assert_string_equal(list[0].to_address, "anna@marlow.example");
    content = content_of(&p, &list[0]);
    assert_non_null(strstr(content.text, "Hello Anna Keller,\n\nThe password of your account"));
    assert_non_null(strstr(content.text, "https://help.tilwick.example/login/forgot"));
    assert_null(strstr(content.text, "horse"));
}

static void whoever_is_gone_is_told_nothing(void **state)
{
    struct post p = open_post(state);
    struct mail_out *list;

    test_ok(p.cx, credential_set(p.cx, p.anna, "correct horse battery"));
    test_ok(p.cx, credential_set(p.cx, p.anna, "another horse battery"));
    test_ok(p.cx, person_set_disabled(p.cx, p.anna, true));
    assert_int_equal(mails(&p, &list), 0);
}

static void an_address_that_changed_is_told_at_both_ends(void **state)
{
    struct post p = open_post(state);
    struct person_change change = {.email = "anna.keller@marlow.example"};
    struct mail_out *list;

    test_ok(p.cx, person_change(p.cx, p.anna, &change));
    assert_int_equal(mails(&p, &list), 2);
    assert_string_equal(list[0].kind, "account.address_changed");
    assert_string_equal(list[0].to_address, "anna.keller@marlow.example");
    assert_string_equal(list[1].to_address, "anna@marlow.example");
    assert_non_null(
        strstr(content_of(&p, &list[1]).text, "New address: anna.keller@marlow.example"));
    test_ok(p.cx, person_change(p.cx, p.anna, &change)); /* the same once more is no change */
    assert_int_equal(mails(&p, &list), 2);
}

static void further_addresses_are_told_of_as_they_come_and_go(void **state)
{
    struct post p = open_post(state);
    struct ctx *anna = test_again(p.cx);
    struct person_address *addresses;
    struct mail_out *list;
    const char *clean, *token;
    size_t count;

    anna->viewer = (struct viewer){.kind = VIEWER_CUSTOMER, .person_id = p.anna};
    anna->actor_id = p.anna;
    test_ok(anna, person_address_ask(anna, "a.keller@marlow.example", &clean, &token));
    assert_int_equal(mails(&p, &list), 0);
    test_ok(anna, person_address_confirm(anna, token));
    assert_int_equal(mails(&p, &list), 1);
    assert_string_equal(list[0].kind, "account.address_added");
    assert_string_equal(list[0].to_address, "anna@marlow.example");
    assert_non_null(strstr(content_of(&p, &list[0]).text, "By: you, signed in"));
    test_ok(anna, person_address_list(anna, p.anna, &addresses, &count));
    assert_int_equal(count, 2);
    test_ok(anna, person_address_remove(anna, p.anna, addresses[1].id));
    assert_int_equal(mails(&p, &list), 3);
    assert_string_equal(list[1].kind, "account.address_removed");
    assert_string_equal(list[1].to_address, "anna@marlow.example");
    assert_string_equal(list[2].to_address, "a.keller@marlow.example");
}

static void a_second_step_taken_off_is_told_in_the_readers_language(void **state)
{
    struct post p = open_post(state);
    struct mail_out *list;

    test_ok(p.cx, person_change(p.cx, p.anna, &(struct person_change){.language = "zh"}));
    test_ok(p.cx, second_factor_remove(p.cx, p.anna));
    assert_int_equal(mails(&p, &list), 1);
    assert_string_equal(list[0].kind, "account.second_off");
    assert_non_null(strstr(content_of(&p, &list[0]).text, "不再需要两步验证"));
}

static void a_token_is_told_to_whoever_holds_it_without_its_text(void **state)
{
    struct post p = open_post(state);
    struct token_draft own = {.kind = TOKEN_ADMIN, .name = "Nightly export", .person_id = p.anna};
    struct token_draft program = {.kind = TOKEN_USER, .person_id = p.anna};
    struct mail_out *list;
    struct mail_content content;
    struct token *t;

    test_ok(p.cx, token_add(p.cx, &program, &t)); /* each program's signing in makes one */
    assert_int_equal(mails(&p, &list), 0);
    test_ok(p.cx, token_add(p.cx, &own, &t));
    assert_int_equal(mails(&p, &list), 1);
    content = content_of(&p, &list[0]);
    assert_non_null(strstr(content.text, "Name: Nightly export"));
    assert_null(strstr(content.text, t->text));
    assert_null(strstr(content.html, t->text));
}

static void mails_about_accounts_have_the_tenants_look_and_sender(void **state)
{
    static const char SQL_SENDER[] =
        "INSERT INTO mail_setting (tenant_id, sender_name, sender_address, window_seconds) "
        "VALUES (?, 'Tilwick help', 'help@tilwick.example', 0)";
    static const char SQL_LOGO[] =
        "INSERT INTO tenant_brand (tenant_id, logo_hash, logo_type, updated_at) "
        "VALUES (?, REPEAT('a', 64), 'png', UTC_TIMESTAMP(6))";
    struct post p = open_post(state);
    struct mail_out *list;
    struct mail_content content;

    test_sql(p.cx, SQL_SENDER, DB_ID(p.cx->tenant_id));
    test_sql(p.cx, SQL_LOGO, DB_ID(p.cx->tenant_id));
    test_ok(p.cx, brand_text_set(p.cx, BRAND_FOOTER, "en", "Tilwick Ltd, *Reading*"));
    test_ok(p.cx, mail_account_send(p.cx, &p.app, p.anna, MAIL_RESET));
    assert_int_equal(mails(&p, &list), 1);
    assert_string_equal(list[0].from_name, "Tilwick help");
    assert_string_equal(list[0].from_address, "help@tilwick.example");
    content = content_of(&p, &list[0]);
    assert_non_null(strstr(content.text, "-- \nTilwick Ltd, *Reading*"));
    assert_non_null(strstr(content.html, "<em>Reading</em>"));
    assert_non_null(strstr(content.html, "src=\"https://help.tilwick.example/brand/aaaa"));
    assert_non_null(strstr(content.html, "<a href=\"https://help.tilwick.example/welcome/"));
}

static void who_is_known_by_the_address_alone_is_greeted_without_a_name(void **state)
{
    struct post p = open_post(state);
    struct id ben = make_person(p.cx, "ben", "ben@marlow.example"); /* as one without a name is */
    struct mail_out *list;

    test_ok(p.cx, mail_account_send(p.cx, &p.app, ben, MAIL_WELCOME));
    assert_int_equal(mails(&p, &list), 1);
    assert_true(strncmp(content_of(&p, &list[0]).text, "Hello,\n", 7) == 0);
}

static void a_name_that_looks_like_a_link_is_neither_greeted_nor_clickable(void **state)
{
    static const char *const NAMES[] = {"Grace\nhttps://evil.example/login\n",
                                        "https://evil.example/login", "See WWW.evil.example"};
    struct post p = open_post(state);
    struct id ben = make_person(p.cx, "Ben", "ben@marlow.example");
    struct mail_out *list;

    for (size_t i = 0; i < COUNT(NAMES); i++) {
        struct mail_content content;

        test_sql(p.cx, "UPDATE person SET full_name = ? WHERE tenant_id = ? AND id = ?",
                 DB_TEXT(NAMES[i]), DB_ID(p.cx->tenant_id), DB_ID(ben)); /* an old one */
        test_ok(p.cx, mail_account_send(p.cx, &p.app, ben, MAIL_WELCOME));
        assert_int_equal(mails(&p, &list), i + 1);
        content = content_of(&p, &list[i]);
        assert_true(strncmp(content.text, "Hello,\n", 7) == 0);
        assert_null(strstr(content.html, "evil.example"));
        assert_non_null(strstr(content.html, "<a href=\"https://help.tilwick.example/welcome/"));
    }
}

static void only_the_tenants_own_pages_are_links(void **state)
{
    static const char TEXT[] =
        "Have a look:\nhttps://evil.example/login\n"
        "https://help.tilwick.example.evil.example/\n"
        "https://help.tilwick.example@evil.example/\n"
        "https://help.tilwick.example/welcome/1\n";
    struct post p = open_post(state);
    struct mail_look look;
    const char *html;

    test_ok(p.cx, mail_look_read(p.cx, &p.app, "", &look));
    html = mail_look_html(p.cx->mem, look.lang, &look, TEXT);
    assert_non_null(strstr(html, "<a href=\"https://help.tilwick.example/welcome/1\">"));
    assert_null(strstr(html, "<a href=\"https://evil"));
    assert_null(strstr(html, "evil.example/</a>"));
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(a_changed_password_is_told_and_a_first_one_is_not),
        cmocka_unit_test(whoever_is_gone_is_told_nothing),
        cmocka_unit_test(an_address_that_changed_is_told_at_both_ends),
        cmocka_unit_test(further_addresses_are_told_of_as_they_come_and_go),
        cmocka_unit_test(a_second_step_taken_off_is_told_in_the_readers_language),
        cmocka_unit_test(a_token_is_told_to_whoever_holds_it_without_its_text),
        cmocka_unit_test(mails_about_accounts_have_the_tenants_look_and_sender),
        cmocka_unit_test(a_name_that_looks_like_a_link_is_neither_greeted_nor_clickable),
        cmocka_unit_test(only_the_tenants_own_pages_are_links),
        cmocka_unit_test(who_is_known_by_the_address_alone_is_greeted_without_a_name),
    };

    return test_group_run("mail_told", TESTS, COUNT(TESTS));
}
