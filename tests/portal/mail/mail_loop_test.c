/* Two tenants whose customers are each other: what one sends out is what the other takes in, byte
 * by byte, until neither has anything more to say. */
#include "base/clock.h"
#include "portal/desk/ticket.h"
#include "portal/http/lang.h"
#include "portal/jobs/mail_intake.h"
#include "portal/jobs/mailer.h"
#include "portal/mail/mail_route.h"
#include "portal/mail/mail_send.h"
#include "portal/mail/mail_token.h"
#include "portal/mail/mail_worker.h"
#include "portal/notice/notice_mail.h"
#include "tests/licensing/licensing_make.h"
#include "tests/portal/desk/desk_frame.h"

#include <stdio.h>
#include <sys/stat.h>

enum { EXCHANGE_MAX = 3, ROUNDS = 12, WORK_MAX = 50, PAUSE_MINUTES = 5 };

static struct app app;

struct side {
    struct ctx *cx;
    struct desk desk;
    const char *address;  /* it sends from there and receives there */
    const char *reply_to; /* its address for the ticket that was answered, or the same */
    int64_t carried;      /* how many of its mails the other has */
    struct id last;       /* the last that the other kept, there */
    struct mail_route how;
};
struct pair {
    struct side a, b;
    struct ctx *jobs;
};

static struct side open_side(void **state, const char *address, const char *other)
{
    struct side s = {.cx = test_ctx(state), .address = address, .reply_to = address};

    licensing_seal(s.cx);
    s.desk = desk_make(s.cx);
    test_sql(s.cx, "UPDATE person SET email = ? WHERE tenant_id = ? AND id = ?", DB_TEXT(other),
             DB_ID(s.cx->tenant_id), DB_ID(s.desk.anna));
    test_sql(s.cx,
             "INSERT INTO mail_setting (tenant_id, sender_name, sender_address, window_seconds) "
             "VALUES (?, '', ?, 0)",
             DB_ID(s.cx->tenant_id), DB_TEXT(address));
    test_sql(s.cx,
             "INSERT INTO mail_inbox (tenant_id, address, unknown_sender, known_sender, "
             "updated_at) VALUES (?, ?, 'ticket', 'ticket', ?)",
             DB_ID(s.cx->tenant_id), DB_TEXT(address), DB_TIME(s.cx->now));
    s.how = (struct mail_route){
        .storage_path = app.config.storage_path, .inbound = address, .sender = ""};
    return s;
}

static struct pair open_pair(void **state)
{
    struct err err = {0};
    struct pair p;

    app.config.storage_path = arena_printf(test_ctx(state)->mem, "%s/storage", test_dir());
    p.a = open_side(state, "help@a.example", "help@b.example");
    p.b = open_side(state, "help@b.example", "help@a.example");
    if (app.langs == NULL)
        assert_true(lang_load(&err, GH_WWW_DIR, &app.langs));
    mkdir(app.config.storage_path, 0700);
    app.config = (struct config){.public_url = "https://help.tilwick.example",
                                 .portal_listen = "127.0.0.1:8080",
                                 .storage_path = app.config.storage_path,
                                 .mail_relay = "",
                                 .mail_tls = "never",
                                 .mail_ca_file = "",
                                 .mail_user = "",
                                 .mail_password_file = "",
                                 .mail_inbound = "",
                                 .mail_sender = "no-reply@tilwick.example",
                                 .mail_spool = arena_printf(p.a.cx->mem, "%s/spool", test_dir()),
                                 .mail_timeout_ms = 5000};
    p.jobs = test_again(p.a.cx);
    p.jobs->master = p.a.cx->master;
    return p;
}

/* All that is due, of both. */
static void work(struct pair *p, bool (*what)(struct ctx *, const struct app *, unsigned *))
{
    unsigned worked = 1;

    for (int i = 0; i < WORK_MAX && worked > 0; i++)
        test_ok(p->jobs, what(p->jobs, &app, &worked));
    assert_int_equal(worked, 0);
}

static struct span bytes_of(struct side *from, struct id mail)
{
    const char *path = mail_send_spool_path(from->cx->mem, &app.config, from->cx->tenant_id, mail);
    FILE *file = fopen(path, "rb");
    char *bytes = arena_alloc(from->cx->mem, MAIL_TEXT_MAX);
    size_t len;

    assert_non_null(file);
    len = fread(bytes, 1, MAIL_TEXT_MAX, file);
    fclose(file);
    return (struct span){bytes, len};
}

/* What is new from one to the other; how many mails. */
static int carry(struct side *from, struct side *to)
{
    struct db_rows rows;
    int count = 0;

    test_ok(from->cx, db_query(from->cx, &rows,
                               "SELECT id FROM mail_out WHERE tenant_id = ? AND status = 'SENT' "
                               "AND to_address IN (?, ?) ORDER BY id LIMIT 100 OFFSET ?",
                               DB_ID(from->cx->tenant_id), DB_TEXT(to->address),
                               DB_TEXT(to->reply_to), DB_INT(from->carried)));
    while (db_next(&rows)) {
        test_ok(to->cx, mail_in_keep(to->cx, app.config.storage_path, "pipe",
                                     bytes_of(from, db_id(&rows.row, 0)), &to->last));
        count++;
    }
    from->carried += count;
    db_release(from->cx);
    db_release(to->cx);
    return count;
}

/* Both do what they do by themselves until nothing comes any more; how many mails went over. */
static int exchange(struct pair *p)
{
    int total = 0, count = 1;

    db_release(p->a.cx);
    db_release(p->b.cx);
    for (int i = 0; i < ROUNDS && count > 0; i++) {
        work(p, mailer_work_events);
        p->jobs->now += PAUSE_MINUTES * CLOCK_MINUTE;
        p->a.cx->now = p->b.cx->now = p->jobs->now;
        work(p, notice_mail_work);
        work(p, mailer_work_out);
        count = carry(&p->a, &p->b) + carry(&p->b, &p->a);
        total += count;
        work(p, mail_intake_work);
    }
    return total;
}

static int64_t tickets_of(const struct side *s)
{
    return test_i64(s->cx, "SELECT COUNT(*) FROM ticket WHERE tenant_id = ?",
                    DB_ID(s->cx->tenant_id));
}

static void answer(struct side *s, struct id ticket, const char *text)
{
    struct id message;

    desk_as_priya(s->cx, &s->desk);
    test_ok(s->cx, ticket_reply(s->cx, ticket, text, NULL, &message));
    test_as_system(s->cx);
}

/* Somebody at the desk makes a ticket of the latest mail of the other, that waits in the tray. */
static struct id make_ticket(struct side *s)
{
    struct mail_in *in;
    json_t *parsed;
    struct id ticket;

    test_ok(s->cx, mail_in_get(s->cx, s->last, &in));
    assert_string_equal(in->state, "PARKED");
    assert_string_equal(in->reason, "automatic");
    desk_as_priya(s->cx, &s->desk);
    test_ok(s->cx, mail_route_parse(s->cx, app.config.storage_path, in, &parsed));
    test_ok(s->cx, mail_route_make_ticket(s->cx, &s->how, in, parsed, &ticket));
    test_as_system(s->cx);
    return ticket;
}

static void is_over(struct pair *p)
{
    int count = exchange(p);

    if (count < 1 || count > EXCHANGE_MAX)
        fail_msg("%d mails went over", count);
    assert_int_equal(exchange(p), 0);
}

static void two_tenants_that_are_each_others_customers_stop_by_themselves(void **state)
{
    struct pair p = open_pair(state);
    struct id ticket = desk_file(p.a.cx, &p.a.desk, "Printer");

    is_over(&p);
    assert_int_equal(tickets_of(&p.b), 0);
    answer(&p.a, ticket, "Which printer is it?");
    is_over(&p);
    assert_int_equal(tickets_of(&p.a), 1);
    assert_int_equal(tickets_of(&p.b), 0);
}

static void a_ticket_made_of_the_others_notice_starts_no_new_exchange(void **state)
{
    struct pair p = open_pair(state);
    struct id ticket;

    desk_file(p.a.cx, &p.a.desk, "Printer");
    is_over(&p);
    ticket = make_ticket(&p.b);
    is_over(&p);
    answer(&p.b, ticket, "We have it.");
    is_over(&p);
    assert_int_equal(tickets_of(&p.a), 1);
    assert_int_equal(tickets_of(&p.b), 1);
}

/* The other writes to the address that answers of this ticket go to. */
static void a_tenant_that_answers_into_the_others_ticket_is_a_note_there(void **state)
{
    struct pair p = open_pair(state);
    struct id here = desk_file(p.a.cx, &p.a.desk, "Printer"), there;

    p.a.reply_to = mail_token_address(p.a.cx, p.a.address, here, p.a.desk.anna);
    test_sql(p.b.cx, "UPDATE person SET email = ? WHERE tenant_id = ? AND id = ?",
             DB_TEXT(p.a.reply_to), DB_ID(p.b.cx->tenant_id), DB_ID(p.b.desk.anna));
    is_over(&p);
    there = desk_file(p.b.cx, &p.b.desk, "Printer of theirs");
    is_over(&p);
    answer(&p.b, there, "We have it.");
    is_over(&p);
    answer(&p.a, here, "So do we.");
    is_over(&p);
    assert_int_equal(tickets_of(&p.a), 1);
    assert_int_equal(tickets_of(&p.b), 1);
    assert_int_equal(test_i64(p.a.cx,
                              "SELECT COUNT(*) FROM mail_in WHERE tenant_id = ? AND reason = "
                              "'automatic' AND state = 'DONE'",
                              DB_ID(p.a.cx->tenant_id)),
                     2);
}

int main(int argc, char **argv)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(two_tenants_that_are_each_others_customers_stop_by_themselves),
        cmocka_unit_test(a_ticket_made_of_the_others_notice_starts_no_new_exchange),
        cmocka_unit_test(a_tenant_that_answers_into_the_others_ticket_is_a_note_there),
    };

    if (argc > 1 && strcmp(argv[1], "mail-worker") == 0)
        return mail_worker_main();
    return test_group_run("mail_loop", TESTS, COUNT(TESTS));
}
