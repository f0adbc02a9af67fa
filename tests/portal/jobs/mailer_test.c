/* From an event to a mail in somebody's inbox, to a real mail server or into the spool. */
#include "base/clock.h"
#include "portal/account/credential.h"
#include "portal/account/login.h"
#include "portal/account/signup.h"
#include "portal/account/user.h"
#include "portal/http/lang.h"
#include "portal/jobs/mailer.h"
#include "portal/mail/mail_account.h"
#include "portal/mail/mail_message.h"
#include "portal/mail/mail_out.h"
#include "portal/mail/mail_send.h"
#include "portal/mail/mail_signup.h"
#include "tests/licensing/licensing_make.h"
#include "tests/portal/mail/smtp_server.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct post { /* a tenant with Anna, and a mail server */
    struct ctx *cx;
    struct ctx *jobs;
    struct app app;
    struct smtp_server *server;
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
    p.server = smtp_server_start();
    p.app.langs = langs;
    p.app.config = (struct config){.public_url = "https://help.tilwick.example",
                                   .portal_listen = "127.0.0.1:8080",
                                   .mail_relay = smtp_server_url(p.server, p.cx->mem),
                                   .mail_tls = "never",
                                   .mail_ca_file = "",
                                   .mail_user = "",
                                   .mail_password_file = "",
                                   .mail_sender = "no-reply@tilwick.example",
                                   .mail_spool = arena_printf(p.cx->mem, "%s/spool", test_dir()),
                                   .mail_timeout_ms = 5000};
    p.anna = make_person(p.cx, "Anna Keller", "anna@marlow.example");
    p.jobs = test_again(p.cx);
    p.jobs->master = p.cx->master;
    return p;
}

static void work(struct post *p)
{
    unsigned worked;

    test_ok(p->jobs, mailer_work_asked(p->jobs, &p->app, &worked));
    test_ok(p->jobs, mailer_work_events(p->jobs, &p->app, &worked));
    test_ok(p->jobs, mailer_work_out(p->jobs, &p->app, &worked));
}

static int64_t count_of(struct post *p, const char *status)
{
    int64_t count;

    test_ok(p->cx, mail_out_count(p->cx, status, &count));
    return count;
}

/* The mail's text, with its headers before it. */
static const char *mail_text(struct post *p, size_t n)
{
    struct arena *mem = p->cx->mem;
    const char *mail = smtp_server_mail(p->server, mem, n);
    struct str s = str_new(mem);

    assert_non_null(mail);
    for (const char *c = mail; *c != '\0'; c++) { /* as on the wire */
        if (*c == '\n')
            str_char(&s, '\r');
        str_char(&s, *c);
    }
    return arena_printf(mem, "%s\n%s", mail, mail_message_text(mem, s.p));
}

/* What follows the mark, up to the end of the line. */
static const char *after(struct post *p, const char *text, const char *mark)
{
    const char *at = strstr(text, mark);

    assert_non_null(at);
    at += strlen(mark);
    return arena_dup_bytes(p->cx->mem, at, strcspn(at, "\r\n"));
}

static const char *const RESET_LINK = "https://help.tilwick.example/welcome/";

static void who_forgot_a_password_gets_a_link_that_works_once(void **state)
{
    struct post p = open_post(state);
    char hash[CRYPTO_PASSWORD_TEXT_SIZE];
    struct person_link link;
    const char *text, *token;

    test_ok(p.cx, credential_set(p.cx, p.anna, "correct horse battery"));
    test_ok(p.cx, mail_account_ask(p.cx, "anna@marlow.example"));
    work(&p);
    assert_int_equal(smtp_server_count(p.server), 1);
    text = mail_text(&p, 0);
    assert_non_null(strstr(text, "RCPT TO:<anna@marlow.example>"));
    assert_non_null(strstr(text, "MAIL FROM:<no-reply@tilwick.example>"));
    token = after(&p, text, RESET_LINK);
    test_ok(p.cx, person_link_find(p.cx, token, &link)); /* looking consumes nothing */
    test_ok(p.cx, person_link_find(p.cx, token, &link));
    assert_int_equal(link.purpose, PERSON_LINK_RESET);
    test_ok(p.cx, credential_hash(p.cx, "another horse battery", hash));
    test_ok(p.cx, person_link_use(p.cx, token, hash, NULL, NULL));
    test_refused(p.cx, person_link_use(p.cx, token, hash, NULL, NULL), &ERR_PERSON_LINK_OVER);
    work(&p); /* and the change is told */
    assert_int_equal(smtp_server_count(p.server), 2);
    smtp_server_stop(p.server);
}

/* The page said the same to all three; the mails do not. */
static void who_asks_for_an_account_gets_a_link_or_word_of_the_one_there_is(void **state)
{
    static const char *const LINK = "https://help.tilwick.example/signup/";
    struct post p = open_post(state);
    const struct sign_in_rule rule = {.signup = SIGNUP_OPEN, .signup_approves = true};
    const struct sign_in_rule closed = {.signup = SIGNUP_INVITED};
    const char *text, *email;

    test_ok(p.cx, sign_in_rule_set(p.cx, &rule));
    test_ok(p.cx, mail_signup_ask(p.cx, "ben@marlow.example", "zh"));
    work(&p);
    assert_int_equal(smtp_server_count(p.server), 1);
    text = mail_text(&p, 0);
    assert_non_null(strstr(text, "RCPT TO:<ben@marlow.example>"));
    assert_non_null(strstr(text, "请打开以下链接继续："));
    test_ok(p.cx, signup_find(p.cx, after(&p, text, LINK), &email));
    assert_string_equal(email, "ben@marlow.example");
    test_ok(p.cx, mail_signup_ask(p.cx, "anna@marlow.example", "en"));
    work(&p);
    text = mail_text(&p, 1);
    assert_non_null(strstr(text, "You have an account"));
    assert_null(strstr(text, LINK));
    test_ok(p.cx, sign_in_rule_set(p.cx, &closed));
    test_ok(p.cx, mail_signup_ask(p.cx, "cleo@marlow.example", "en"));
    work(&p);
    assert_int_equal(smtp_server_count(p.server), 2);
    smtp_server_stop(p.server);
}

static void a_reset_link_lasts_thirty_minutes_and_the_newest_alone_is_good(void **state)
{
    struct post p = open_post(state);
    struct person_link link;
    const char *first, *second;

    test_ok(p.cx, mail_account_ask(p.cx, "anna@marlow.example"));
    work(&p);
    test_ok(p.cx, mail_account_ask(p.cx, "anna@marlow.example"));
    work(&p);
    first = after(&p, mail_text(&p, 0), RESET_LINK);
    second = after(&p, mail_text(&p, 1), RESET_LINK);
    test_refused(p.cx, person_link_find(p.cx, first, &link), &ERR_PERSON_LINK_OVER);
    p.cx->now += 30 * CLOCK_MINUTE - 1;
    test_ok(p.cx, person_link_find(p.cx, second, &link));
    p.cx->now += 1;
    test_refused(p.cx, person_link_find(p.cx, second, &link), &ERR_PERSON_LINK_OVER);
    smtp_server_stop(p.server);
}

static void who_asks_for_a_link_to_sign_in_gets_one_and_the_unknown_none(void **state)
{
    struct post p = open_post(state);
    struct person_link link;
    const char *token;

    test_ok(p.cx, mail_account_ask_login(p.cx, "nobody@marlow.example"));
    test_ok(p.cx, mail_account_ask_login(p.cx, "anna@marlow.example"));
    work(&p);
    assert_int_equal(smtp_server_count(p.server), 1);
    token = after(&p, mail_text(&p, 0), "https://help.tilwick.example/login/link/");
    test_ok(p.cx, person_link_find_as(p.cx, token, PERSON_LINK_LOGIN, &link));
    assert_true(id_equal(link.person_id, p.anna));
    assert_int_equal(
        test_i64(p.cx, "SELECT COUNT(*) FROM job WHERE tenant_id = ?", DB_ID(p.cx->tenant_id)), 0);
    smtp_server_stop(p.server);
}

static void an_unknown_address_leaves_the_same_traces_and_no_mail(void **state)
{
    struct post p = open_post(state);
    static const char SQL_JOBS[] = "SELECT COUNT(*) FROM job WHERE tenant_id = ?";

    test_ok(p.cx, mail_account_ask(p.cx, "nobody@marlow.example"));
    assert_int_equal(test_i64(p.cx, SQL_JOBS, DB_ID(p.cx->tenant_id)), 1);
    work(&p);
    assert_int_equal(test_i64(p.cx, SQL_JOBS, DB_ID(p.cx->tenant_id)), 0);
    assert_int_equal(smtp_server_count(p.server), 0);
    smtp_server_stop(p.server);
}

static void nobody_is_flooded(void **state)
{
    struct post p = open_post(state);

    for (int i = 0; i < MAIL_ACCOUNT_HOURLY + 3; i++) {
        test_ok(p.cx, mail_account_ask(p.cx, "anna@marlow.example"));
        work(&p);
    }
    assert_int_equal(smtp_server_count(p.server), MAIL_ACCOUNT_HOURLY);
    p.cx->now = p.jobs->now += CLOCK_HOUR + 1;
    test_ok(p.cx, mail_account_ask(p.cx, "anna@marlow.example"));
    work(&p);
    assert_int_equal(smtp_server_count(p.server), MAIL_ACCOUNT_HOURLY + 1);
    smtp_server_stop(p.server);
}

static void a_locked_account_gets_a_link_that_unlocks_and_does_nothing_else(void **state)
{
    struct post p = open_post(state);
    char hash[CRYPTO_PASSWORD_TEXT_SIZE];
    struct credential *credential;
    struct person_link link;
    struct id person;
    const char *token;

    test_ok(p.cx, credential_set(p.cx, p.anna, "correct horse battery"));
    for (int i = 0; i < LOGIN_ACCOUNT_TRIES; i++)
        test_refused(p.cx,
                     login_check(p.cx,
                                 &(struct login_try){.email = "anna@marlow.example",
                                                     .password = "wrong",
                                                     .address = "192.0.2.1"},
                                 &person),
                     &ERR_LOGIN_REFUSED);
    work(&p);
    assert_int_equal(smtp_server_count(p.server), 1);
    token = after(&p, mail_text(&p, 0), "https://help.tilwick.example/unlock/");
    test_refused(p.cx, person_link_find(p.cx, token, &link), &ERR_PERSON_LINK_OVER);
    test_ok(p.cx, credential_hash(p.cx, "another horse battery", hash));
    test_refused(p.cx, person_link_use(p.cx, token, hash, NULL, NULL), &ERR_PERSON_LINK_OVER);
    test_ok(p.cx, person_link_unlock(p.cx, token));
    test_ok(p.cx, credential_find(p.cx, p.anna, &credential));
    assert_true(credential->locked_until == 0);
    test_refused(p.cx, person_link_unlock(p.cx, token), &ERR_PERSON_LINK_OVER);
    smtp_server_stop(p.server);
}

static void mails_are_in_the_readers_language(void **state)
{
    struct post p = open_post(state);
    const char *text;

    test_ok(p.cx, person_change(p.cx, p.anna, &(struct person_change){.language = "zh"}));
    test_ok(p.cx, mail_account_ask(p.cx, "anna@marlow.example"));
    work(&p);
    text = mail_text(&p, 0);
    assert_non_null(strstr(text, "30 分钟内有效"));
    assert_non_null(strstr(text, "=?UTF-8?B?"));
    smtp_server_stop(p.server);
}

static void a_server_that_is_down_loses_nothing(void **state)
{
    struct post p = open_post(state);

    smtp_server_hang_up(p.server, true);
    test_ok(p.cx, mail_account_ask(p.cx, "anna@marlow.example"));
    work(&p);
    assert_int_equal(count_of(&p, "WAITING"), 1);
    p.jobs->now += CLOCK_MINUTE - 1;
    smtp_server_hang_up(p.server, false);
    work(&p);
    assert_int_equal(smtp_server_count(p.server), 0); /* a minute's pause, not less */
    p.jobs->now += 1;
    work(&p);
    assert_int_equal(smtp_server_count(p.server), 1);
    assert_int_equal(count_of(&p, "SENT"), 1);
    smtp_server_stop(p.server);
}

static void a_refusal_for_now_is_tried_again_and_one_for_good_is_a_dead_letter(void **state)
{
    struct post p = open_post(state);
    struct mail_out *list;
    size_t count;

    smtp_server_refuse(p.server, "451 greylisted\r\n");
    test_ok(p.cx, mail_account_ask(p.cx, "anna@marlow.example"));
    work(&p);
    assert_int_equal(count_of(&p, "WAITING"), 1);
    smtp_server_refuse(p.server, "550 no such person\r\n");
    p.jobs->now += CLOCK_HOUR;
    work(&p);
    assert_int_equal(count_of(&p, "DEAD"), 1);
    test_ok(p.cx, mail_out_list(p.cx, "DEAD", 10, &list, &count));
    assert_non_null(strstr(list[0].last_fault, "550"));
    smtp_server_refuse(p.server, NULL);
    test_ok(p.cx, mail_out_retry(p.cx, list[0].id));
    work(&p);
    assert_int_equal(smtp_server_count(p.server), 1);
    test_refused(p.cx, mail_out_retry(p.cx, list[0].id), &ERR_MAIL_TEXT_GONE);
    test_refused(p.cx, mail_out_retry(p.cx, p.anna), &ERR_NOT_FOUND);
    smtp_server_stop(p.server);
}

static void after_its_last_try_a_mail_is_a_dead_letter(void **state)
{
    struct post p = open_post(state);

    smtp_server_refuse(p.server, "451 later\r\n");
    test_ok(p.cx, mail_account_ask(p.cx, "anna@marlow.example"));
    for (int i = 0; i < MAIL_TRIES_MAX; i++) {
        assert_int_equal(count_of(&p, "DEAD"), 0);
        work(&p);
        p.jobs->now += 4 * CLOCK_HOUR;
    }
    assert_int_equal(count_of(&p, "DEAD"), 1);
    smtp_server_stop(p.server);
}

static void the_text_is_sealed_while_it_waits_and_gone_when_it_is_sent(void **state)
{
    struct post p = open_post(state);
    static const char SQL_PLAIN[] =
        "SELECT COUNT(*) FROM mail_out WHERE tenant_id = ? AND "
        "INSTR(sealed, 'welcome') > 0";
    static const char SQL_KEPT[] =
        "SELECT COUNT(*) FROM mail_out WHERE tenant_id = ? AND sealed IS NOT NULL";

    smtp_server_hang_up(p.server, true);
    test_ok(p.cx, mail_account_ask(p.cx, "anna@marlow.example"));
    work(&p);
    assert_int_equal(test_i64(p.cx, SQL_KEPT, DB_ID(p.cx->tenant_id)), 1);
    assert_int_equal(test_i64(p.cx, SQL_PLAIN, DB_ID(p.cx->tenant_id)), 0);
    smtp_server_hang_up(p.server, false);
    p.jobs->now += CLOCK_HOUR;
    work(&p);
    assert_int_equal(test_i64(p.cx, SQL_KEPT, DB_ID(p.cx->tenant_id)), 0);
    smtp_server_stop(p.server);
}

static void without_a_server_mails_lie_in_the_spool(void **state)
{
    struct post p = open_post(state);
    struct mail_out *list;
    const char *path;
    size_t count;

    p.app.config.mail_relay = "";
    test_ok(p.cx, mail_account_ask(p.cx, "anna@marlow.example"));
    work(&p);
    assert_int_equal(smtp_server_count(p.server), 0);
    test_ok(p.cx, mail_out_list(p.cx, "SENT", 10, &list, &count));
    assert_int_equal(count, 1);
    path = mail_send_spool_path(p.cx->mem, &p.app.config, p.cx->tenant_id, list[0].id);
    assert_int_equal(access(path, R_OK), 0);
    smtp_server_stop(p.server);
}

static void a_server_that_asks_for_it_is_signed_in_to(void **state)
{
    static const char EXPECTED[] = "\0gatehouse\0s3cret word";
    struct post p = open_post(state);
    const char *path = arena_printf(p.cx->mem, "%s/mail.password", test_dir());
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    fputs("s3cret word\n", file);
    fclose(file);
    p.app.config.mail_user = "gatehouse";
    p.app.config.mail_password_file = path;
    test_ok(p.cx, mail_account_ask(p.cx, "anna@marlow.example"));
    work(&p);
    assert_int_equal(smtp_server_count(p.server), 1);
    assert_string_equal(smtp_server_login(p.server, p.cx->mem),
                        crypto_base64(p.cx->mem, EXPECTED, sizeof EXPECTED - 1));
    smtp_server_stop(p.server);
}

static void it_can_be_tried_whether_mails_would_go_out(void **state)
{
    struct post p = open_post(state);
    struct err err = {0};
    struct mail_sender *sender;
    const char *say;

    assert_true(mail_sender_make(&err, &p.app.config, &sender));
    assert_true(mail_send_try(sender, p.cx->mem, &say));
    mail_sender_free(sender);
    p.app.config.mail_tls = "required";
    assert_true(mail_sender_make(&err, &p.app.config, &sender));
    assert_false(mail_send_try(sender, p.cx->mem, &say));
    mail_sender_free(sender);
    p.app.config.mail_relay = "";
    assert_true(mail_sender_make(&err, &p.app.config, &sender));
    assert_true(mail_send_try(sender, p.cx->mem, &say));
    assert_non_null(strstr(say, p.app.config.mail_spool));
    mail_sender_free(sender);
    p.app.config.mail_password_file = "/no/such/file";
    assert_false(mail_sender_make(&err, &p.app.config, &sender));
    assert_int_equal(smtp_server_count(p.server), 0);
    smtp_server_stop(p.server);
}

static void without_encryption_nothing_is_handed_over_where_it_is_required(void **state)
{
    struct post p = open_post(state);

    p.app.config.mail_tls = "required";
    test_ok(p.cx, mail_account_ask(p.cx, "anna@marlow.example"));
    work(&p);
    assert_int_equal(smtp_server_count(p.server), 0);
    assert_int_equal(count_of(&p, "WAITING"), 1);
    smtp_server_stop(p.server);
}

static bool send_reset(struct ctx *cx, void *arg)
{
    const struct post *p = arg;

    return mail_account_send(cx, &p->app, p->anna, MAIL_RESET);
}

static void nothing_is_left(struct ctx *cx, void *arg)
{
    (void)arg;
    assert_int_equal(test_i64(cx,
                              "SELECT (SELECT COUNT(*) FROM mail_out WHERE tenant_id = ?) + "
                              "(SELECT COUNT(*) FROM person_link WHERE tenant_id = ?)",
                              DB_ID(cx->tenant_id), DB_ID(cx->tenant_id)),
                     0);
}

static void a_link_and_its_mail_are_there_together_or_not_at_all(void **state)
{
    struct post p = open_post(state);

    test_failures(p.cx, send_reset, &p, nothing_is_left);
    assert_int_equal(count_of(&p, "WAITING"), 1);
    smtp_server_stop(p.server);
}

static void links_lead_to_the_tenants_own_host(void **state)
{
    struct post p = open_post(state);
    static const char SQL_HOST[] = "INSERT INTO tenant_host (host, tenant_id) VALUES (?, ?)";
    const char *host = arena_printf(p.cx->mem, "%s.example", id_text(p.cx->mem, p.cx->tenant_id));
    const char *base;

    test_ok(p.cx, mail_account_base(p.cx, &p.app.config, &base));
    assert_string_equal(base, "https://help.tilwick.example");
    test_sql(p.cx, SQL_HOST, DB_TEXT(host), DB_ID(p.cx->tenant_id));
    test_ok(p.cx, mail_account_base(p.cx, &p.app.config, &base));
    assert_string_equal(base, arena_printf(p.cx->mem, "http://%s:8080", host));
    p.app.config.behind_tls = true;
    test_ok(p.cx, mail_account_base(p.cx, &p.app.config, &base));
    assert_string_equal(base, arena_printf(p.cx->mem, "https://%s", host));
    p.app.config.public_url = arena_printf(p.cx->mem, "https://%s:8443", host);
    test_ok(p.cx, mail_account_base(p.cx, &p.app.config, &base));
    assert_string_equal(base, p.app.config.public_url);
    smtp_server_stop(p.server);
}

static void pauses_grow_to_four_hours(void **state)
{
    (void)state;
    assert_true(mail_out_pause(1) == CLOCK_MINUTE);
    assert_true(mail_out_pause(3) == 9 * CLOCK_MINUTE);
    assert_true(mail_out_pause(6) == 4 * CLOCK_HOUR);
    assert_true(mail_out_pause(13) == 4 * CLOCK_HOUR);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(who_forgot_a_password_gets_a_link_that_works_once),
        cmocka_unit_test(who_asks_for_an_account_gets_a_link_or_word_of_the_one_there_is),
        cmocka_unit_test(a_reset_link_lasts_thirty_minutes_and_the_newest_alone_is_good),
        cmocka_unit_test(who_asks_for_a_link_to_sign_in_gets_one_and_the_unknown_none),
        cmocka_unit_test(an_unknown_address_leaves_the_same_traces_and_no_mail),
        cmocka_unit_test(nobody_is_flooded),
        cmocka_unit_test(a_locked_account_gets_a_link_that_unlocks_and_does_nothing_else),
        cmocka_unit_test(mails_are_in_the_readers_language),
        cmocka_unit_test(a_server_that_is_down_loses_nothing),
        cmocka_unit_test(a_refusal_for_now_is_tried_again_and_one_for_good_is_a_dead_letter),
        cmocka_unit_test(after_its_last_try_a_mail_is_a_dead_letter),
        cmocka_unit_test(the_text_is_sealed_while_it_waits_and_gone_when_it_is_sent),
        cmocka_unit_test(without_a_server_mails_lie_in_the_spool),
        cmocka_unit_test(a_server_that_asks_for_it_is_signed_in_to),
        cmocka_unit_test(it_can_be_tried_whether_mails_would_go_out),
        cmocka_unit_test(without_encryption_nothing_is_handed_over_where_it_is_required),
        cmocka_unit_test(a_link_and_its_mail_are_there_together_or_not_at_all),
        cmocka_unit_test(links_lead_to_the_tenants_own_host),
        cmocka_unit_test(pauses_grow_to_four_hours),
    };

    return test_group_run("mailer", TESTS, COUNT(TESTS));
}
