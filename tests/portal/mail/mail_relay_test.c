/* A tenant's own mail server: its mails alone go there, and its password opens nowhere else. */
#include "base/crypto.h"
#include "base/parse.h"
#include "portal/jobs/mailer.h"
#include "portal/mail/mail_inbox.h"
#include "portal/mail/mail_out.h"
#include "portal/mail/mail_relay.h"
#include "portal/notice/notice.h"
#include "tests/licensing/licensing_make.h"
#include "tests/portal/mail/smtp_server.h"

#include <string.h>

struct post {
    struct ctx *cx, *other; /* two tenants */
    struct app app;
    struct smtp_server *own, *installation;
};

static int64_t port_of(struct smtp_server *server, struct arena *mem)
{
    int64_t port = 0;

    assert_true(parse_i64(strrchr(smtp_server_url(server, mem), ':') + 1, 1, 65535, &port));
    return port;
}

static struct post open_post(void **state)
{
    struct post p = {.cx = test_ctx(state), .other = test_ctx(state)};

    licensing_seal(p.cx);
    p.other->master = p.cx->master;
    p.own = smtp_server_start();
    p.installation = smtp_server_start();
    p.app.config = (struct config){.public_url = "https://help.tilwick.example",
                                   .portal_listen = "127.0.0.1:8080",
                                   .mail_relay = smtp_server_url(p.installation, p.cx->mem),
                                   .mail_tls = "never",
                                   .mail_ca_file = "",
                                   .mail_user = "",
                                   .mail_password_file = "",
                                   .mail_sender = "no-reply@tilwick.example",
                                   .mail_spool = arena_printf(p.cx->mem, "%s/spool", test_dir()),
                                   .mail_allow_private = true,
                                   .mail_timeout_ms = 5000};
    return p;
}

static void close_post(struct post *p)
{
    smtp_server_stop(p->own);
    smtp_server_stop(p->installation);
}

static struct mail_relay own_server(struct post *p)
{
    return (struct mail_relay){
        .host = "127.0.0.1", .port = port_of(p->own, p->cx->mem), .tls = "never", .user = "marlow"};
}

static void send_mail(struct ctx *cx, struct post *p, const char *from_address)
{
    struct mail_draft draft = {.kind = "test",
                               .person_id = make_person(cx, "Anna", "anna@marlow.example"),
                               .to_address = "anna@marlow.example",
                               .to_name = "Anna",
                               .from_name = "Marlow",
                               .from_address = from_address,
                               .subject = "Hello",
                               .text = "Hello\n"};
    struct ctx *jobs = test_again(cx);
    unsigned worked;
    struct id id;

    jobs->master = cx->master;
    test_ok(cx, mail_out_add(cx, &draft, &id));
    test_ok(jobs, mailer_work_out(jobs, &p->app, &worked));
}

static void a_tenants_mails_alone_leave_by_its_server(void **state)
{
    static const char LOGIN[] = "\0marlow\0s3cret";
    struct post p = open_post(state);
    struct mail_relay r = own_server(&p);
    const char *mail;

    test_ok(p.cx, mail_relay_set(p.cx, &r, "s3cret"));
    send_mail(p.cx, &p, "help@marlow.example");
    send_mail(p.other, &p, "");
    assert_int_equal(smtp_server_count(p.own), 1);
    assert_int_equal(smtp_server_count(p.installation), 1);
    mail = smtp_server_mail(p.own, p.cx->mem, 0);
    assert_non_null(strstr(mail, "MAIL FROM:<help@marlow.example>"));
    assert_string_equal(smtp_server_login(p.own, p.cx->mem),
                        crypto_base64(p.cx->mem, LOGIN, sizeof LOGIN - 1));
    assert_string_equal(smtp_server_login(p.installation, p.cx->mem), "");
    r.host = "";
    test_ok(p.cx, mail_relay_set(p.cx, &r, NULL));
    assert_int_equal(test_i64(p.cx,
                              "SELECT relay_sealed IS NULL FROM mail_setting WHERE tenant_id = ?",
                              DB_ID(p.cx->tenant_id)),
                     1);
    close_post(&p);
}

static void a_password_is_kept_for_the_server_it_was_typed_for(void **state)
{
    struct post p = open_post(state);
    struct mail_relay r = own_server(&p);

    test_refused(p.cx, mail_relay_set(p.cx, &r, NULL), &ERR_MAIL_RELAY_PASSWORD);
    test_ok(p.cx, mail_relay_set(p.cx, &r, "s3cret"));
    r.port = 2525;
    test_ok(p.cx, mail_relay_set(p.cx, &r, NULL));
    r.host = "collector.example";
    test_refused(p.cx, mail_relay_set(p.cx, &r, NULL), &ERR_MAIL_RELAY_PASSWORD);
    r = own_server(&p);
    r.user = "someone";
    test_refused(p.cx, mail_relay_set(p.cx, &r, NULL), &ERR_MAIL_RELAY_PASSWORD);
    assert_int_equal(test_i64(p.cx,
                              "SELECT COUNT(*) FROM mail_setting WHERE tenant_id = ? AND "
                              "INSTR(relay_sealed, 's3cret') > 0",
                              DB_ID(p.cx->tenant_id)),
                     0);
    assert_int_equal(test_i64(p.cx,
                              "SELECT COUNT(*) FROM event WHERE tenant_id = ? AND data LIKE ?",
                              DB_ID(p.cx->tenant_id), DB_TEXT("%s3cret%")),
                     0);
    close_post(&p);
}

static void a_password_does_not_open_in_another_tenants_row(void **state)
{
    static const char SQL_STEAL[] =
        "INSERT INTO mail_setting (tenant_id, relay_host, relay_user, relay_sealed) "
        "SELECT ?, relay_host, relay_user, relay_sealed FROM mail_setting WHERE tenant_id = ?";
    struct post p = open_post(state);
    struct mail_relay r = own_server(&p);
    struct mail_sender *sender;

    test_ok(p.cx, mail_relay_set(p.cx, &r, "s3cret"));
    test_sql(p.other, SQL_STEAL, DB_ID(p.other->tenant_id), DB_ID(p.cx->tenant_id));
    test_refused(p.other, mail_relay_sender(p.other, &p.app.config, &sender), &ERR_INTERNAL);
    test_ok(p.cx, mail_relay_sender(p.cx, &p.app.config, &sender));
    assert_non_null(sender);
    mail_sender_free(sender);
    close_post(&p);
}

static void a_server_in_a_private_network_is_not_connected_to(void **state)
{
    struct post p = open_post(state);
    struct mail_relay r = own_server(&p);
    struct mail_sender *sender;
    const char *detail;

    test_ok(p.cx, mail_relay_set(p.cx, &r, "s3cret"));
    test_ok(p.cx, mail_relay_sender(p.cx, &p.app.config, &sender));
    assert_null(mail_send_look(sender, p.cx->mem, &detail));
    mail_sender_free(sender);
    p.app.config.mail_allow_private = false;
    test_ok(p.cx, mail_relay_sender(p.cx, &p.app.config, &sender));
    assert_non_null(strstr(mail_send_look(sender, p.cx->mem, &detail), "private network"));
    mail_sender_free(sender);
    send_mail(p.cx, &p, "");
    assert_int_equal(smtp_server_count(p.own), 0);
    close_post(&p);
}

static void a_try_says_what_is_wrong(void **state)
{
    struct post p = open_post(state);
    struct mail_relay r = own_server(&p);
    struct mail_sender *sender;
    const char *detail;

    r.tls = "starttls"; /* it has none */
    test_ok(p.cx, mail_relay_set(p.cx, &r, "s3cret"));
    test_ok(p.cx, mail_relay_sender(p.cx, &p.app.config, &sender));
    assert_non_null(strstr(mail_send_look(sender, p.cx->mem, &detail), "does not offer"));
    mail_sender_free(sender);
    r.host = "no-such-server.invalid";
    test_ok(p.cx, mail_relay_set(p.cx, &r, "s3cret"));
    test_ok(p.cx, mail_relay_sender(p.cx, &p.app.config, &sender));
    assert_non_null(strstr(mail_send_look(sender, p.cx->mem, &detail), "No server has that name"));
    mail_sender_free(sender);
    close_post(&p);
}

static void what_is_no_server_is_refused(void **state)
{
    static const char *const HOSTS[] = {"a b", "a/b", "a@b", "x?y", "a\r\nRCPT TO:<x>", "[::1]"};
    struct post p = open_post(state);
    struct mail_relay r = own_server(&p);
    struct id sam = make_person(p.cx, "Sam", "sam@staff.example");

    for (size_t i = 0; i < COUNT(HOSTS); i++) {
        r.host = HOSTS[i];
        test_refused(p.cx, mail_relay_set(p.cx, &r, "x"), &ERR_INVALID);
    }
    r = own_server(&p);
    r.port = 0;
    test_refused(p.cx, mail_relay_set(p.cx, &r, "x"), &ERR_INVALID);
    r = own_server(&p);
    r.tls = "sometimes";
    test_refused(p.cx, mail_relay_set(p.cx, &r, "x"), &ERR_INVALID);
    r = own_server(&p);
    test_refused(p.cx, mail_relay_set(p.cx, &r, "a\r\nb"), &ERR_INVALID);
    test_as_staff(p.cx, sam, RIGHT_DESK_READ);
    test_refused(p.cx, mail_relay_set(p.cx, &r, "x"), &ERR_DENIED);
    close_post(&p);
}

static void a_mailbox_that_rests_is_not_looked_into(void **state)
{
    struct post p = open_post(state);
    struct id sam = make_person(p.cx, "Sam", "sam@staff.example");
    struct mail_inbox box, *list;
    size_t count;

    test_ok(p.cx, mail_inbox_get(p.cx, &box));
    box.host = "imap.marlow.example";
    box.is_paused = true;
    test_as_staff(p.cx, sam, RIGHT_SETTINGS);
    test_ok(p.cx, mail_inbox_set(p.cx, &box, "s3cret"));
    test_as_system(p.cx);
    test_ok(p.cx, mail_inbox_claim(p.cx, 10, CLOCK_MINUTE, &list, &count));
    assert_int_equal(count, 0);
    box.is_paused = false;
    test_as_staff(p.cx, sam, RIGHT_SETTINGS);
    test_ok(p.cx, mail_inbox_set(p.cx, &box, NULL));
    test_ok(p.cx, mail_inbox_get(p.cx, &box));
    assert_true(box.is_guarded);
    test_as_system(p.cx);
    test_ok(p.cx, mail_inbox_claim(p.cx, 10, CLOCK_MINUTE, &list, &count));
    assert_int_equal(count, 1);
    close_post(&p);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(a_tenants_mails_alone_leave_by_its_server),
        cmocka_unit_test(a_password_is_kept_for_the_server_it_was_typed_for),
        cmocka_unit_test(a_password_does_not_open_in_another_tenants_row),
        cmocka_unit_test(a_server_in_a_private_network_is_not_connected_to),
        cmocka_unit_test(a_try_says_what_is_wrong),
        cmocka_unit_test(what_is_no_server_is_refused),
        cmocka_unit_test(a_mailbox_that_rests_is_not_looked_into),
    };

    return test_group_run("mail_relay", TESTS, COUNT(TESTS));
}
