#include "tests/portal/notice/notice_frame.h"

#include "base/clock.h"
#include "base/crypto.h"
#include "portal/http/lang.h"
#include "portal/jobs/mailer.h"
#include "portal/mail/mail_message.h"
#include "portal/notice/notice.h"
#include "portal/notice/notice_mail.h"
#include "tests/licensing/licensing_make.h"

enum { BATCHES_MAX = 100 };

static struct lang_set *langs;

struct post post_open(void **state)
{
    struct post p = {.cx = test_ctx(state)};
    struct err err = {0};

    if (langs == NULL)
        assert_true(lang_load(&err, GH_WWW_DIR, &langs));
    licensing_seal(p.cx);
    p.desk = desk_make(p.cx);
    test_sql(p.cx,
             "INSERT INTO role_right (tenant_id, role_id, name) SELECT tenant_id, id, 'desk' "
             "FROM role WHERE tenant_id = ?",
             DB_ID(p.cx->tenant_id));
    test_sql(p.cx,
             "INSERT INTO role (tenant_id, id, name) SELECT tenant_id, UUID(), 'head' FROM team "
             "WHERE tenant_id = ?",
             DB_ID(p.cx->tenant_id));
    test_sql(p.cx,
             "INSERT INTO role_right (tenant_id, role_id, name) SELECT r.tenant_id, r.id, n.name "
             "FROM role r JOIN (SELECT 'desk' AS name UNION SELECT 'settings') n "
             "WHERE r.tenant_id = ? AND r.name = 'head'",
             DB_ID(p.cx->tenant_id));
    test_sql(p.cx,
             "UPDATE staff_member SET role_id = (SELECT id FROM role WHERE tenant_id = ? AND "
             "name = 'head') WHERE tenant_id = ? AND person_id = ?",
             DB_ID(p.cx->tenant_id), DB_ID(p.cx->tenant_id), DB_ID(p.desk.dan));
    p.server = smtp_server_start();
    p.app.langs = langs;
    p.app.config = (struct config){.public_url = "https://help.tilwick.example",
                                   .portal_listen = "127.0.0.1:8080",
                                   .mail_relay = smtp_server_url(p.server, p.cx->mem),
                                   .mail_tls = "never",
                                   .mail_ca_file = "",
                                   .mail_user = "",
                                   .mail_password_file = "",
                                   .mail_inbound = "",
                                   .mail_sender = "no-reply@tilwick.example",
                                   .mail_spool = arena_printf(p.cx->mem, "%s/spool", test_dir()),
                                   .mail_timeout_ms = 5000};
    p.jobs = test_again(p.cx);
    p.jobs->master = p.cx->master;
    return p;
}

void post_close(struct post *p)
{
    smtp_server_stop(p->server);
}

/* All that wait, as the role jobs takes them: batch after batch. */
static void take_events(struct post *p)
{
    unsigned worked = MAILER_BATCH;

    for (int i = 0; worked == MAILER_BATCH && i < BATCHES_MAX; i++)
        test_ok(p->jobs, mailer_work_events(p->jobs, &p->app, &worked));
    assert_true(worked < MAILER_BATCH);
}

void post_work(struct post *p, int64_t seconds)
{
    unsigned worked;

    if (p->jobs->now < p->cx->now)
        p->jobs->now = p->cx->now;
    take_events(p);
    p->jobs->now += seconds * CLOCK_SECOND;
    p->cx->now = p->jobs->now;
    test_ok(p->jobs, notice_mail_work(p->jobs, &p->app, &worked));
    test_ok(p->jobs, mailer_work_out(p->jobs, &p->app, &worked));
}

void post_forget(struct post *p)
{
    take_events(p);
    test_sql(p->jobs, "UPDATE notice SET due_at = NULL WHERE tenant_id = ?",
             DB_ID(p->jobs->tenant_id));
    smtp_server_stop(p->server);
    p->server = smtp_server_start();
    p->app.config.mail_relay = smtp_server_url(p->server, p->cx->mem);
}

const char *post_mail(struct post *p, size_t n)
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

const char *post_mail_to(struct post *p, const char *address)
{
    const char *to = arena_printf(p->cx->mem, "RCPT TO:<%s>", address);

    for (size_t n = smtp_server_count(p->server); n > 0; n--) {
        const char *mail = post_mail(p, n - 1);

        if (strstr(mail, to) != NULL)
            return mail;
    }
    return NULL;
}

const char *post_header(struct post *p, const char *mail, const char *name)
{
    const char *at = strstr(mail, name);

    assert_non_null(at);
    at += strlen(name);
    return arena_dup_bytes(p->cx->mem, at, strcspn(at, "\r\n"));
}

const char *post_html(struct post *p, const char *mail)
{
    const char *at = strstr(mail, "Content-Type: text/html");
    const char *body, *end;
    struct str s = str_new(p->cx->mem);
    uint8_t *bytes;
    size_t len;

    assert_non_null(at);
    body = strstr(at, "\n\n");
    assert_non_null(body);
    end = strstr(body, "\n--");
    assert_non_null(end);
    for (const char *c = body; c < end; c++)
        if (*c != '\r' && *c != '\n')
            str_char(&s, *c);
    assert_true(crypto_from_base64(p->cx->mem, s.p, &bytes, &len));
    return arena_dup_bytes(p->cx->mem, bytes, len);
}

int post_lines_with(const char *text, const char *what)
{
    int count = 0;

    for (const char *at = strstr(text, what); at != NULL; at = strstr(at + 1, what))
        count++;
    return count;
}

int64_t post_unread(struct post *p)
{
    int64_t count;

    test_ok(p->cx, notice_count_unread(p->cx, &count));
    return count;
}

/* The job itself survives a failure: only the first statement is the caller's own. */
bool post_write_mails(struct ctx *cx, void *arg)
{
    struct post *p = arg;
    unsigned worked;

    return notice_mail_work(cx, &p->app, &worked);
}

void post_nothing_is_half(struct ctx *cx, void *arg)
{
    (void)arg;
    assert_int_equal(test_i64(cx,
                              "SELECT (SELECT COUNT(DISTINCT mail_id) FROM notice WHERE "
                              "tenant_id = ?) - (SELECT COUNT(*) FROM mail_out WHERE "
                              "tenant_id = ?)",
                              DB_ID(cx->tenant_id), DB_ID(cx->tenant_id)),
                     0);
}
