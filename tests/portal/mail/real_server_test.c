/* Mails handed over to a real mail server: put off, refused, away, behind TLS, told twice. */
#include "base/clock.h"
#include "portal/jobs/mailer.h"
#include "portal/mail/mail_message.h"
#include "portal/mail/mail_out.h"
#include "portal/mail/mail_send.h"
#include "tests/licensing/licensing_make.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ARGS = 6, LEASE_MINUTES = 31 };

struct server {
    pid_t pid;
    int input;
    int64_t port;
};

struct post {
    struct ctx *cx, *jobs;
    struct app app;
    struct server server;
    const char *folder, *certificate, *key;
};

/* --- the server --- */

static void start_server(struct post *p, bool has_tls)
{
    const char *port = arena_printf(p->cx->mem, "%lld", (long long)p->server.port);
    const char *program = GH_SOURCE_DIR "/tools/node";
    const char *script = GH_SOURCE_DIR "/tests/portal/mail/real_server.mjs";
    int in[2], out[2];
    long long listening = 0;
    FILE *said;

    assert_int_equal(pipe(in), 0);
    assert_int_equal(pipe(out), 0);
    p->server.pid = fork();
    assert_true(p->server.pid >= 0);
    if (p->server.pid == 0) {
        dup2(in[0], STDIN_FILENO);
        dup2(out[1], STDOUT_FILENO);
        close(in[1]);
        close(out[0]);
        execl(program, program, script, p->folder, port, has_tls ? p->certificate : (char *)NULL,
              p->key, (char *)NULL);
        _exit(1);
    }
    close(in[0]);
    close(out[1]);
    p->server.input = in[1];
    said = fdopen(out[0], "r");
    assert_int_equal(fscanf(said, "ready %lld", &listening), 1);
    fclose(said);
    p->server.port = listening;
    p->app.config.mail_relay = arena_printf(p->cx->mem, "smtp://localhost:%lld", listening);
}

static void stop_server(struct post *p)
{
    int status;

    close(p->server.input);
    assert_int_equal(waitpid(p->server.pid, &status, 0), p->server.pid);
}

static void make_certificate(struct post *p)
{
    pid_t pid;
    int status;

    p->certificate = arena_printf(p->cx->mem, "%s/server.pem", p->folder);
    p->key = arena_printf(p->cx->mem, "%s/server.key", p->folder);
    pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        close(STDERR_FILENO);
        execlp("openssl", "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
               "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-out",
               p->certificate, "-keyout", p->key, (char *)NULL);
        _exit(1);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

static struct post open_post(void **state)
{
    struct post p = {.cx = test_ctx(state)};

    licensing_seal(p.cx);
    p.folder = arena_printf(p.cx->mem, "%s/%s", test_dir(), id_text(p.cx->mem, p.cx->tenant_id));
    assert_int_equal(mkdir(p.folder, 0700), 0);
    p.app.config = (struct config){.mail_tls = "never",
                                   .mail_ca_file = "",
                                   .mail_user = "",
                                   .mail_password_file = "",
                                   .mail_sender = "no-reply@tilwick.example",
                                   .mail_spool = "",
                                   .mail_timeout_ms = 10000};
    p.jobs = test_again(p.cx);
    p.jobs->master = p.cx->master;
    return p;
}

/* --- mails --- */

static void queue(struct post *p, const char *address)
{
    struct mail_draft draft = {.kind = "test",
                               .to_address = address,
                               .subject = "Größe 您好",
                               .text = "A line.\n.\nA line after a lone dot.\n",
                               .html = "<p>A line.</p>"};
    struct id id;

    test_ok(p->cx, mail_out_add(p->cx, &draft, &id));
}

static void work(struct post *p)
{
    unsigned worked;

    test_ok(p->jobs, mailer_work_out(p->jobs, &p->app, &worked));
}

static const char *mail_at(struct post *p, int n)
{
    FILE *file = fopen(arena_printf(p->cx->mem, "%s/%d.eml", p->folder, n), "r");
    char *text = arena_alloc(p->cx->mem, MAIL_TEXT_MAX);

    if (file == NULL)
        return NULL;
    text[fread(text, 1, MAIL_TEXT_MAX - 1, file)] = '\0';
    fclose(file);
    return text;
}

static int64_t count_of(struct post *p, const char *status)
{
    int64_t count;

    test_ok(p->cx, mail_out_count(p->cx, status, &count));
    return count;
}

/* What still waits would be sent to the next test's server. */
static void finish(struct post *p)
{
    stop_server(p);
    test_sql(p->cx, "DELETE FROM mail_out WHERE tenant_id = ?", DB_ID(p->cx->tenant_id));
}

/* --- the tests --- */

static void a_mail_arrives_whole(void **state)
{
    struct post p = open_post(state);
    const char *mail;

    start_server(&p, false);
    queue(&p, "anna@marlow.example");
    work(&p);
    mail = mail_at(&p, 0);
    assert_non_null(mail);
    assert_non_null(strstr(mail, "to=anna@marlow.example secure=false"));
    assert_non_null(strstr(mail, "multipart/alternative"));
    assert_string_equal(mail_message_text(p.cx->mem, mail),
                        "A line.\n.\nA line after a lone dot.\n");
    finish(&p);
}

static void who_is_put_off_waits_and_who_is_refused_is_a_dead_letter(void **state)
{
    struct post p = open_post(state);
    struct mail_out *list;
    size_t count;

    start_server(&p, false);
    queue(&p, "later@marlow.example");
    queue(&p, "never@marlow.example");
    queue(&p, "anna@marlow.example");
    work(&p);
    assert_int_equal(count_of(&p, "SENT"), 1);
    test_ok(p.cx, mail_out_list(p.cx, "WAITING", 10, &list, &count));
    assert_int_equal(count, 1);
    assert_non_null(strstr(list[0].last_fault, "451"));
    test_ok(p.cx, mail_out_list(p.cx, "DEAD", 10, &list, &count));
    assert_int_equal(count, 1);
    assert_non_null(strstr(list[0].last_fault, "550"));
    finish(&p);
}

static void a_server_away_for_an_hour_gets_everything_once_it_is_back(void **state)
{
    struct post p = open_post(state);
    enum { MAILS = 5 };

    start_server(&p, false);
    stop_server(&p);
    for (int i = 0; i < MAILS; i++)
        queue(&p, "anna@marlow.example");
    for (int minute = 0; minute < 60; minute++) {
        work(&p);
        p.jobs->now += CLOCK_MINUTE;
    }
    assert_int_equal(count_of(&p, "WAITING"), MAILS);
    start_server(&p, false); /* on the same port; by now the pause is 81 minutes */
    for (int minute = 0; minute < 81; minute++) {
        work(&p);
        p.jobs->now += CLOCK_MINUTE;
    }
    assert_int_equal(count_of(&p, "SENT"), MAILS);
    assert_non_null(mail_at(&p, MAILS - 1));
    assert_null(mail_at(&p, MAILS));
    finish(&p);
}

static void over_tls_only_a_server_that_is_vouched_for_gets_anything(void **state)
{
    struct post p = open_post(state);
    const char *password = arena_printf(p.cx->mem, "%s/password", p.folder);
    FILE *file = fopen(password, "w");

    assert_non_null(file);
    fputs("s3cret word\n", file);
    fclose(file);
    make_certificate(&p);
    start_server(&p, true);
    p.app.config.mail_tls = "required";
    queue(&p, "anna@marlow.example");
    work(&p); /* nobody knows this certificate */
    assert_null(mail_at(&p, 0));
    assert_int_equal(count_of(&p, "WAITING"), 1);
    p.app.config.mail_ca_file = p.certificate;
    p.app.config.mail_user = "gatehouse";
    p.app.config.mail_password_file = password;
    p.jobs->now += CLOCK_HOUR;
    work(&p);
    assert_non_null(mail_at(&p, 0));
    assert_non_null(strstr(mail_at(&p, 0), "secure=true user=gatehouse"));
    finish(&p);
}

static void a_server_without_tls_gets_nothing_where_it_is_required(void **state)
{
    struct post p = open_post(state);

    start_server(&p, false);
    p.app.config.mail_tls = "required";
    queue(&p, "anna@marlow.example");
    work(&p);
    assert_null(mail_at(&p, 0));
    assert_int_equal(count_of(&p, "WAITING"), 1);
    finish(&p);
}

/* As a process that is killed when the server has taken the mail, before that is written down. */
static void send_and_die(struct post *p)
{
    struct mail_sender *sender;
    struct mail_outcome outcome;
    struct mail_content content;
    struct mail_message message = {.from_address = p->app.config.mail_sender};
    struct mail_out *list;
    size_t count;

    test_ok(p->jobs, mail_out_claim(p->jobs, 1, 30 * CLOCK_MINUTE, &list, &count));
    assert_int_equal(count, 1);
    test_ok(p->jobs, mail_out_content(p->jobs, &list[0], &content));
    test_ok(p->jobs, mail_sender_make(&p->jobs->err, &p->app.config, &sender));
    message.id = list[0].id;
    message.at = list[0].created_at;
    message.to_address = list[0].to_address;
    message.subject = list[0].subject;
    message.text = content.text;
    mail_send(sender, p->jobs->mem, &list[0], mail_message_write(p->jobs->mem, &message), &outcome);
    assert_true(outcome.is_sent);
    mail_sender_free(sender);
}

static const char *message_id(struct post *p, const char *mail)
{
    const char *at = strstr(mail, "Message-ID: ");

    assert_non_null(at);
    return arena_dup_bytes(p->cx->mem, at, strcspn(at, "\r\n"));
}

static void a_crash_after_the_handing_over_makes_one_double_with_the_same_name(void **state)
{
    struct post p = open_post(state);

    start_server(&p, false);
    queue(&p, "anna@marlow.example");
    send_and_die(&p);
    work(&p); /* its lease still runs */
    assert_null(mail_at(&p, 1));
    for (int i = 0; i < 3; i++) {
        p.jobs->now += LEASE_MINUTES * CLOCK_MINUTE;
        work(&p);
    }
    assert_non_null(mail_at(&p, 1));
    assert_null(mail_at(&p, 2));
    assert_string_equal(message_id(&p, mail_at(&p, 0)), message_id(&p, mail_at(&p, 1)));
    finish(&p);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(a_mail_arrives_whole),
        cmocka_unit_test(who_is_put_off_waits_and_who_is_refused_is_a_dead_letter),
        cmocka_unit_test(a_server_away_for_an_hour_gets_everything_once_it_is_back),
        cmocka_unit_test(over_tls_only_a_server_that_is_vouched_for_gets_anything),
        cmocka_unit_test(a_server_without_tls_gets_nothing_where_it_is_required),
        cmocka_unit_test(a_crash_after_the_handing_over_makes_one_double_with_the_same_name),
    };

    return test_group_run("real_server", TESTS, COUNT(TESTS));
}
