/* Mails from their bytes to the ticket or the tray, with the worker that reads them: this program
 * itself, called with "mail-worker". */
#include "base/clock.h"
#include "base/crypto.h"
#include "portal/desk/ticket_merge.h"
#include "portal/desk/ticket_thread.h"
#include "portal/jobs/mail_intake.h"
#include "portal/mail/mail_out.h"
#include "portal/mail/mail_route.h"
#include "portal/mail/mail_token.h"
#include "portal/mail/mail_worker.h"
#include "tests/portal/desk/desk_frame.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct crypto_master *master;
static struct app app = {.config = {.mail_sender = "no-reply@tilwick.example",
                                    .mail_inbound = "ticket@tilwick.example"}};

static int prepare(void **state)
{
    struct err err = {0};
    static char path[512], storage[512], spool[512];

    (void)state;
    snprintf(path, sizeof path, "%s/master.key", test_dir());
    snprintf(storage, sizeof storage, "%s/storage", test_dir());
    snprintf(spool, sizeof spool, "%s/spool", test_dir());
    app.config.storage_path = storage;
    app.config.mail_inbound_spool = spool;
    if (mkdir(storage, 0700) != 0 || mkdir(spool, 0700) != 0)
        return 1;
    return crypto_master_open(&err, path, true, &master) ? 0 : 1;
}

static int forget(void **state)
{
    (void)state;
    crypto_master_free(master);
    return 0;
}

static struct ctx *run(void **state)
{
    struct ctx *cx = test_ctx(state);

    cx->master = master;
    return cx;
}

static void work(struct ctx *cx)
{
    struct id tenant = cx->tenant_id;
    unsigned worked;

    db_release(cx);
    test_ok(cx, mail_intake_work(cx, &app, &worked));
    cx->tenant_id = tenant;
}

static struct mail_in *receive(struct ctx *cx, const char *mail)
{
    struct mail_in *in;
    struct id id;

    test_ok(cx, mail_in_keep(cx, app.config.storage_path, "pipe", span_of(mail), &id));
    work(cx);
    test_ok(cx, mail_in_get(cx, id, &in));
    return in;
}

/* head: further lines. */
static const char *mail_of(struct ctx *cx, const char *from, const char *to, const char *subject,
                           const char *head, const char *text)
{
    static unsigned count;

    return arena_printf(
        cx->mem,
        "From: %s\r\nTo: %s\r\nSubject: %s\r\nMessage-ID: <m%u@client.example>\r\n%s"
        "Content-Type: text/plain; charset=utf-8\r\n\r\n%s\r\n",
        from, to, subject, ++count, head, text);
}

/* The worker of this program kills itself over it, as one would that met a fault of its library. */
#define DEADLY  "This mail kills whoever reads it."
#define INBOUND "ticket@tilwick.example"

static void is(const struct mail_in *in, const char *state, const char *reason)
{
    assert_string_equal(in->state, state);
    assert_string_equal(in->reason, reason);
}

static const char *body_of(struct ctx *cx, struct id message)
{
    return test_text(cx, "SELECT body FROM message WHERE tenant_id = ? AND id = ?",
                     DB_ID(cx->tenant_id), DB_ID(message));
}

static int64_t messages_of(struct ctx *cx, struct id ticket)
{
    return test_i64(cx,
                    "SELECT COUNT(*) FROM message WHERE tenant_id = ? AND ticket_id = ? AND kind "
                    "<> 'event'",
                    DB_ID(cx->tenant_id), DB_ID(ticket));
}

static const char *status_of(struct ctx *cx, struct id ticket)
{
    return test_text(cx, "SELECT category FROM ticket WHERE tenant_id = ? AND id = ?",
                     DB_ID(cx->tenant_id), DB_ID(ticket));
}

static void a_customers_mail_is_a_ticket_of_his_organisation(void **state)
{
    struct ctx *cx = run(state);
    struct desk d = desk_make(cx);
    struct mail_in *in =
        receive(cx, mail_of(cx, "Anna <ANNA@marlow.example>", INBOUND, "=?gb2312?B?tPLTobv6?=", "",
                            "It stops.\n\n-- \nAnna"));
    struct ticket *t;

    is(in, "DONE", "ticket");
    desk_as_anna(cx, &d);
    test_ok(cx, ticket_get(cx, in->ticket_id, &t));
    assert_string_equal(t->subject, "打印机");
    assert_string_equal(t->source, "mail");
    assert_true(id_equal(t->person_id, d.anna));
    assert_true(id_equal(t->organisation_id, d.organisation));
    assert_string_equal(body_of(cx, in->thread_id), "It stops.");
}

static void mail_from_a_further_address_of_a_person_is_his(void **state)
{
    struct ctx *cx = run(state);
    struct desk d = desk_make(cx);
    struct mail_in *in;
    struct ticket *t;

    test_sql(cx,
             "INSERT INTO person_address (tenant_id, id, person_id, email, confirmed_at) "
             "VALUES (?, ?, ?, 'anna@home.example', NOW())",
             DB_ID(cx->tenant_id), DB_ID(ctx_new_id(cx)), DB_ID(d.anna));
    in = receive(cx, mail_of(cx, "Anna <anna@home.example>", INBOUND, "Hello", "", "It stops."));
    is(in, "DONE", "ticket");
    desk_as_anna(cx, &d);
    test_ok(cx, ticket_get(cx, in->ticket_id, &t));
    assert_true(id_equal(t->person_id, d.anna));
    assert_true(id_equal(t->organisation_id, d.organisation));
}

static void a_strangers_mail_waits_in_the_tray_or_is_a_ticket_as_the_tenant_says(void **state)
{
    struct ctx *cx = run(state);
    struct mail_in *in;
    struct ticket *t;

    desk_make(cx);
    in = receive(cx, mail_of(cx, "Li <li@new.example>", INBOUND, "Hello", "", "New here."));
    is(in, "PARKED", "unknown_sender");
    assert_string_equal(in->sender, "li@new.example");
    test_sql(cx,
             "INSERT INTO mail_inbox (tenant_id, unknown_sender, updated_at) "
             "VALUES (?, 'ticket', ?)",
             DB_ID(cx->tenant_id), DB_TIME(cx->now));
    in = receive(cx, mail_of(cx, "Li <li@new.example>", INBOUND, "Hello", "", "New here."));
    is(in, "DONE", "ticket");
    test_ok(cx, ticket_get(cx, in->ticket_id, &t));
    assert_string_equal(t->reporter_email, "li@new.example");
    assert_string_equal(t->reporter_name, "Li");
    assert_true(id_is_zero(t->person_id));
}

static void an_answer_with_a_token_goes_into_the_thread_and_opens_the_ticket(void **state)
{
    struct ctx *cx = run(state);
    struct desk d = desk_make(cx);
    struct id ticket = desk_file(cx, &d, "Printer");
    const char *to = mail_token_address(cx, INBOUND, ticket, d.anna);
    struct mail_in *in;

    test_ok(cx, ticket_set_status(cx, ticket, "solved"));
    in = receive(cx, mail_of(cx, "anna@marlow.example", to, "Re: whatever", "",
                             "Still broken.\n\nOn Monday, Priya wrote:\n> Try again.\n"));
    is(in, "DONE", "reply");
    assert_true(id_equal(in->ticket_id, ticket));
    assert_string_equal(body_of(cx, in->thread_id), "Still broken.");
    assert_string_equal(status_of(cx, ticket), "open");
    assert_string_equal(test_text(cx, "SELECT source FROM message WHERE tenant_id = ? AND id = ?",
                                  DB_ID(cx->tenant_id), DB_ID(in->thread_id)),
                        "mail");
}

static void a_token_speaks_for_its_holder_from_another_address_of_his(void **state)
{
    struct ctx *cx = run(state);
    struct desk d = desk_make(cx);
    struct id ticket = desk_file(cx, &d, "Printer");
    const char *to = mail_token_address(cx, INBOUND, ticket, d.anna);
    struct mail_in *in =
        receive(cx, mail_of(cx, "anna.private@home.example", to, "Re: it", "", "From home."));

    is(in, "DONE", "reply");
    assert_int_equal(test_i64(cx,
                              "SELECT COUNT(*) FROM message WHERE tenant_id = ? AND id = ? AND "
                              "author_id = ?",
                              DB_ID(cx->tenant_id), DB_ID(in->thread_id), DB_ID(d.anna)),
                     1);
}

static void a_forged_token_and_anothers_token_are_parked(void **state)
{
    struct ctx *cx = run(state);
    struct desk d = desk_make(cx);
    struct id ticket = desk_file(cx, &d, "Printer");
    char *forged = arena_dup(cx->mem, mail_token_address(cx, INBOUND, ticket, d.anna));
    const char *annas = mail_token_address(cx, INBOUND, ticket, d.anna);

    forged[50] = forged[50] == 'a' ? 'b' : 'a';
    is(receive(cx, mail_of(cx, "anna@marlow.example", forged, "Re", "", "x")), "PARKED",
       "bad_token");
    is(receive(cx, mail_of(cx, "eve@bracken.example", annas, "Re", "", "x")), "PARKED",
       "not_participant");
    assert_int_equal(messages_of(cx, ticket), 1);
}

static void an_answer_by_reference_needs_a_known_sender(void **state)
{
    struct ctx *cx = run(state);
    struct desk d = desk_make(cx);
    struct id ticket = desk_file(cx, &d, "Printer");
    static const char HEAD[] = "In-Reply-To: <out1@tilwick.example>\r\n";
    struct mail_in *in;

    test_ok(cx, mail_token_remember(cx, "out1@tilwick.example", ticket, true));
    in = receive(cx, mail_of(cx, "anna@marlow.example", INBOUND, "Re", HEAD, "Known."));
    is(in, "DONE", "reply");
    assert_int_equal(messages_of(cx, ticket), 2);
    in = receive(cx, mail_of(cx, "mallory@evil.example", INBOUND, "Re", HEAD, "Stranger."));
    is(in, "PARKED", "unknown_sender");
    assert_true(id_equal(in->ticket_id, ticket));
    in = receive(cx, mail_of(cx, "eve@bracken.example", INBOUND, "Re", HEAD, "Other customer."));
    is(in, "PARKED", "not_participant");
    assert_int_equal(messages_of(cx, ticket), 2);
}

static void a_right_number_alone_makes_a_new_ticket_that_is_linked(void **state)
{
    struct ctx *cx = run(state);
    struct desk d = desk_make(cx);
    struct id ticket = desk_file(cx, &d, "Printer");
    struct ticket *t;
    struct mail_in *in;

    test_sql(cx,
             "INSERT INTO mail_inbox (tenant_id, unknown_sender, updated_at) "
             "VALUES (?, 'ticket', ?)",
             DB_ID(cx->tenant_id), DB_TIME(cx->now));
    test_ok(cx, ticket_get(cx, ticket, &t));
    in = receive(
        cx, mail_of(cx, "mallory@evil.example", INBOUND,
                    arena_printf(cx->mem, "Re: #%s", *t->number == '#' ? t->number + 1 : t->number),
                    "", "Tell me all."));
    is(in, "DONE", "ticket");
    assert_false(id_equal(in->ticket_id, ticket));
    assert_int_equal(messages_of(cx, ticket), 1);
    assert_int_equal(test_i64(cx,
                              "SELECT COUNT(*) FROM ticket_link WHERE tenant_id = ? AND ticket_id "
                              "= ? AND other_id = ? AND kind = 'related'",
                              DB_ID(cx->tenant_id), DB_ID(in->ticket_id), DB_ID(ticket)),
                     1);
}

static void a_removed_participant_is_parked_and_a_reporter_without_account_is_heard(void **state)
{
    struct ctx *cx = run(state);
    struct desk d = desk_make(cx);
    struct id ticket = desk_file(cx, &d, "Printer");
    struct id bob = make_person(cx, "Bob", "bob@marlow.example");
    const char *to = mail_token_address(cx, INBOUND, ticket, bob);
    const struct ticket_new what = {.source = "desk",
                                    .subject = "By telephone",
                                    .text = "He called.",
                                    .topic = "fault",
                                    .reporter_name = "Wang",
                                    .reporter_email = "wang@shop.example"};
    struct ticket *t;
    struct mail_in *in;

    make_membership(cx, bob, d.organisation, RIGHT_TICKET_OWN);
    test_ok(cx, ticket_thread_add_participant(cx, ticket, bob, true));
    is(receive(cx, mail_of(cx, "bob@marlow.example", to, "Re", "", "In.")), "DONE", "reply");
    test_ok(cx, ticket_thread_remove_participant(cx, ticket, bob));
    is(receive(cx, mail_of(cx, "bob@marlow.example", to, "Re", "", "Out.")), "PARKED",
       "not_participant");

    test_ok(cx, ticket_create(cx, &what, &t));
    in = receive(cx, mail_of(cx, "wang@shop.example",
                             mail_token_address(cx, INBOUND, t->id, t->reporter_id), "Re", "",
                             "It stops again."));
    is(in, "DONE", "reply");
    assert_string_equal(test_text(cx,
                                  "SELECT CONCAT(author, ' ', author_name) FROM message WHERE "
                                  "tenant_id = ? AND id = ?",
                                  DB_ID(cx->tenant_id), DB_ID(in->thread_id)),
                        "customer Wang");
}

static void an_answer_to_a_closed_ticket_is_a_new_one(void **state)
{
    struct ctx *cx = run(state);
    struct desk d = desk_make(cx);
    struct id ticket = desk_file(cx, &d, "Printer");
    struct mail_in *in;

    test_ok(cx, ticket_set_status(cx, ticket, "solved"));
    test_ok(cx, ticket_set_status(cx, ticket, "closed"));
    in = receive(cx, mail_of(cx, "anna@marlow.example",
                             mail_token_address(cx, INBOUND, ticket, d.anna), "Re", "", "Again."));
    is(in, "DONE", "ticket");
    assert_false(id_equal(in->ticket_id, ticket));
    assert_string_equal(status_of(cx, ticket), "closed");
}

static struct mail_in *from_anna(struct ctx *cx, const struct desk *d, struct id ticket,
                                 const char *text)
{
    return receive(cx, mail_of(cx, "anna@marlow.example",
                               mail_token_address(cx, INBOUND, ticket, d->anna), "Re", "", text));
}

static void a_mail_that_only_thanks_is_kept_and_opens_nothing(void **state)
{
    struct ctx *cx = run(state);
    struct desk d = desk_make(cx);
    struct id ticket = desk_file(cx, &d, "Printer");
    struct mail_in *in;

    test_ok(cx, ticket_set_status(cx, ticket, "solved"));
    in = from_anna(cx, &d, ticket, "Thank you very much.\r\n\r\nBest regards\r\nAnna Keller");
    is(in, "DONE", "thanks");
    assert_string_equal(status_of(cx, ticket), "solved");
    assert_string_equal(test_text(cx, "SELECT kind FROM message WHERE tenant_id = ? AND id = ?",
                                  DB_ID(cx->tenant_id), DB_ID(in->thread_id)),
                        "reply");
    is(from_anna(cx, &d, ticket, "Thanks. Is it the driver?"), "DONE", "reply");
    assert_string_equal(status_of(cx, ticket), "open");
}

static void thanks_for_a_closed_ticket_make_no_new_one(void **state)
{
    struct ctx *cx = run(state);
    struct desk d = desk_make(cx);
    struct id ticket = desk_file(cx, &d, "Printer");
    struct mail_in *in;

    test_ok(cx, ticket_set_status(cx, ticket, "closed"));
    in = from_anna(cx, &d, ticket, "Thanks!");
    is(in, "DONE", "thanks");
    assert_true(id_equal(in->ticket_id, ticket));
    assert_string_equal(status_of(cx, ticket), "closed");
}

static void on_a_disputed_ticket_every_mail_counts(void **state)
{
    struct ctx *cx = run(state);
    struct desk d = desk_make(cx);
    struct id ticket = desk_file(cx, &d, "Printer");

    test_ok(cx, ticket_set_status(cx, ticket, "solved"));
    is(from_anna(cx, &d, ticket, "It still stops."), "DONE", "reply");
    test_ok(cx, ticket_set_status(cx, ticket, "solved"));
    is(from_anna(cx, &d, ticket, "Thanks!"), "DONE", "reply");
    assert_string_equal(status_of(cx, ticket), "open");
}

static void an_out_of_office_mail_is_a_note_that_opens_nothing(void **state)
{
    struct ctx *cx = run(state);
    struct desk d = desk_make(cx);
    struct id ticket = desk_file(cx, &d, "Printer");
    struct mail_in *in;

    test_ok(cx, ticket_set_status(cx, ticket, "solved"));
    in = receive(cx,
                 mail_of(cx, "anna@marlow.example", mail_token_address(cx, INBOUND, ticket, d.anna),
                         "Away", "Auto-Submitted: auto-replied\r\n", "I am on holiday."));
    is(in, "DONE", "automatic");
    assert_string_equal(status_of(cx, ticket), "solved");
    assert_string_equal(test_text(cx, "SELECT kind FROM message WHERE tenant_id = ? AND id = ?",
                                  DB_ID(cx->tenant_id), DB_ID(in->thread_id)),
                        "note");
    is(receive(cx, mail_of(cx, "anna@marlow.example", INBOUND, "Away", "Precedence: bulk\r\n",
                           "No ticket here.")),
       "PARKED", "automatic");
}

static void a_bounce_is_marked_on_the_mail_and_told_on_the_ticket(void **state)
{
    struct ctx *cx = run(state);
    struct desk d = desk_make(cx);
    struct id ticket = desk_file(cx, &d, "Printer");
    const struct mail_draft draft = {.kind = "ticket.replied",
                                     .to_address = "anna@marlow.example",
                                     .subject = "Re",
                                     .text = "x"};
    struct id out;
    const char *message_id;
    const char *dsn;

    test_ok(cx, mail_out_add(cx, &draft, &out));
    message_id = arena_printf(cx->mem, "%s@tilwick.example", id_text(cx->mem, out));
    test_ok(cx, mail_token_remember(cx, message_id, ticket, true));
    dsn = arena_printf(
        cx->mem,
        "Return-Path: <>\r\nFrom: MAILER-DAEMON@mx.example\r\nTo: %s\r\nSubject: failed\r\n"
        "Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n"
        "--b\r\n\r\nSorry.\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n"
        "Reporting-MTA: dns; mx\r\n\r\nFinal-Recipient: rfc822; anna@marlow.example\r\n"
        "Action: failed\r\nStatus: 5.1.1\r\n\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n"
        "Message-ID: <%s>\r\nSubject: Re\r\n\r\nx\r\n--b--\r\n",
        INBOUND, message_id);
    is(receive(cx, dsn), "READ", "bounce");
    assert_string_equal(test_text(cx,
                                  "SELECT bounce FROM mail_out WHERE tenant_id = ? AND id = ? AND "
                                  "bounced_at IS NOT NULL",
                                  DB_ID(cx->tenant_id), DB_ID(out)),
                        "5.1.1");
    assert_int_equal(test_i64(cx,
                              "SELECT COUNT(*) FROM message WHERE tenant_id = ? AND ticket_id = ? "
                              "AND kind = 'event' AND is_public = FALSE AND data LIKE "
                              "'%\"bounced\"%anna@marlow.example%'",
                              DB_ID(cx->tenant_id), DB_ID(ticket)),
                     1);
    assert_int_equal(test_i64(cx, "SELECT needs_review FROM ticket WHERE tenant_id = ? AND id = ?",
                              DB_ID(cx->tenant_id), DB_ID(ticket)),
                     1);
}

static void a_bounce_of_a_mail_that_is_not_ours_is_parked_and_a_delay_is_heard(void **state)
{
    struct ctx *cx = run(state);
    static const char DSN[] =
        "From: postmaster@mx.example\r\nSubject: x\r\n"
        "Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nAction: %s\r\nStatus: 4.4.1\r\n"
        "\r\n--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: <alien@x>\r\n\r\n--b--\r\n";
    is(receive(cx, arena_printf(cx->mem, "%.*s%s%s", (int)(strstr(DSN, "%s") - DSN), DSN, "failed",
                                strstr(DSN, "%s") + 2)),
       "PARKED", "bounce_unknown");
    is(receive(cx, arena_printf(cx->mem, "%.*s%s%s", (int)(strstr(DSN, "%s") - DSN), DSN, "delayed",
                                strstr(DSN, "%s") + 2)),
       "READ", "report");
}

static void floods_own_mails_repetitions_and_ignored_senders_make_no_tickets(void **state)
{
    struct ctx *cx = run(state);
    const char *mail;
    struct mail_in *first, *again;

    desk_make(cx);
    test_sql(cx, "INSERT INTO mail_inbox (tenant_id, hourly, updated_at) VALUES (?, 2, ?)",
             DB_ID(cx->tenant_id), DB_TIME(cx->now));
    mail = mail_of(cx, "anna@marlow.example", INBOUND, "One", "", "1");
    first = receive(cx, mail);
    is(first, "DONE", "ticket");
    again = receive(cx, mail);
    assert_true(id_equal(first->id, again->id)); /* the same bytes */
    again = receive(cx, arena_printf(cx->mem, "Received: by another way\r\n%s", mail));
    is(again, "READ", "repeated");
    assert_true(id_equal(first->ticket_id, again->ticket_id));
    is(receive(cx, mail_of(cx, "anna@marlow.example", INBOUND, "Three", "", "3")), "PARKED",
       "flood");
    is(receive(cx, mail_of(cx, INBOUND, INBOUND, "Own", "", "x")), "PARKED", "own");
    test_ok(cx, mail_in_ignore(cx, "eve@bracken.example"));
    is(receive(cx, mail_of(cx, "eve@bracken.example", INBOUND, "Hi", "", "x")), "IGNORED",
       "ignored_sender");
}

static void what_is_in_the_tray_can_be_made_a_ticket_attached_ignored_and_taken_back(void **state)
{
    struct ctx *cx = run(state);
    struct desk d = desk_make(cx);
    struct id ticket = desk_file(cx, &d, "Printer");
    struct mail_route how = {
        .storage_path = app.config.storage_path, .inbound = INBOUND, .sender = ""};
    struct mail_in *a =
        receive(cx, mail_of(cx, "li@new.example", INBOUND, "Hello", "", "New here."));
    struct mail_in *b = receive(cx, mail_of(cx, "li@new.example", INBOUND, "More", "", "Words."));
    struct mail_in *c = receive(cx, mail_of(cx, "li@new.example", INBOUND, "C", "", "C."));
    struct mail_in *list;
    json_t *parsed;
    struct id made;
    size_t count;

    desk_as_anna(cx, &d);
    test_refused(cx, mail_in_list(cx, "PARKED", (struct id){{0}}, 10, &list, &count), &ERR_DENIED);
    desk_as_priya(cx, &d);
    test_ok(cx, mail_in_list(cx, "PARKED", (struct id){{0}}, 10, &list, &count));
    assert_int_equal(count, 3);
    test_ok(cx, mail_route_parse(cx, how.storage_path, a, &parsed));
    test_ok(cx, mail_route_make_ticket(cx, &how, a, parsed, &made));
    test_refused(cx, mail_route_make_ticket(cx, &how, a, parsed, &made), &ERR_CONFLICT);
    test_ok(cx, mail_route_parse(cx, how.storage_path, b, &parsed));
    test_ok(cx, mail_route_attach(cx, &how, b, parsed, ticket));
    assert_int_equal(messages_of(cx, ticket), 2);
    test_ok(cx, mail_in_ignore(cx, "li@new.example"));
    test_ok(cx, mail_in_get(cx, c->id, &c));
    is(c, "IGNORED", "ignored_sender");
    test_ok(cx, mail_in_unignore(cx, "li@new.example"));
    test_ok(cx, mail_in_get(cx, c->id, &c));
    is(c, "PARKED", "taken_back");
    test_ok(cx, mail_in_get(cx, a->id, &a));
    is(a, "DONE", "ticket");
}

/* --- nothing is lost --- */

struct intake {
    const char *mail;
    struct id id;
};

static bool keep(struct ctx *cx, void *arg)
{
    struct intake *in = arg;

    return mail_in_keep(cx, app.config.storage_path, "pipe", span_of(in->mail), &in->id);
}

/* Whatever statement fails while it is kept: the sender is told, or row and raw mail are there. */
static void a_mail_is_kept_or_its_bringer_is_told(void **state)
{
    struct ctx *cx = run(state);
    struct intake in = {.mail = mail_of(cx, "anna@marlow.example", INBOUND, "Kept", "", "x")};
    struct mail_in *mail;
    int64_t bytes;
    int fd;

    for (int n = 0; n < 6; n++) {
        db_fail_after(cx, n);
        if (keep(cx, &in)) {
            db_fail_after(cx, -1);
            test_ok(cx, mail_in_get(cx, in.id, &mail));
            test_ok(cx, mail_in_open(cx, app.config.storage_path, mail, &fd, &bytes));
            assert_int_equal(bytes, strlen(in.mail));
            close(fd);
        } else {
            db_fail_after(cx, -1);
            err_clear(&cx->err);
        }
    }
    test_ok(cx, keep(cx, &in));
    assert_int_equal(
        test_i64(cx, "SELECT COUNT(*) FROM mail_in WHERE tenant_id = ?", DB_ID(cx->tenant_id)), 1);
}

static struct mail_in *claim(struct ctx *cx, struct id id)
{
    struct mail_in *list;
    size_t count;

    test_ok(cx, mail_in_claim(cx, 1000, 600 * CLOCK_SECOND, &list, &count));
    for (size_t i = 0; i < count; i++)
        if (id_equal(list[i].id, id))
            return &list[i];
    fail_msg("not claimed");
    return NULL;
}

/* Each statement on its way fails once: the mail is in one ticket all the same, and never in two.
 */
static void a_failure_at_any_statement_leaves_a_mail_whole(void **state)
{
    enum { STATEMENTS = 60 };
    struct ctx *cx = run(state);
    struct mail_route how = {
        .storage_path = app.config.storage_path, .inbound = INBOUND, .sender = ""};

    desk_make(cx);
    test_sql(cx, "INSERT INTO mail_inbox (tenant_id, hourly, updated_at) VALUES (?, 10000, ?)",
             DB_ID(cx->tenant_id), DB_TIME(cx->now));
    for (int n = 0; n < STATEMENTS; n++) {
        struct ctx *each = test_again(cx);
        struct intake in = {.mail =
                                mail_of(each, "anna@marlow.example", INBOUND, "Whole", "", "x")};
        struct mail_in *mail;
        json_t *parsed;

        test_ok(each, keep(each, &in));
        mail = claim(each, in.id);
        test_ok(each, mail_route_parse(each, how.storage_path, mail, &parsed));
        db_fail_after(each, n);
        test_ok(each, mail_route_deliver(each, &how, mail, parsed));
        db_fail_after(each, -1);
        assert_int_equal(test_i64(each, "SELECT COUNT(*) FROM ticket WHERE tenant_id = ?",
                                  DB_ID(each->tenant_id)),
                         n + 1);
        assert_int_equal(test_i64(each,
                                  "SELECT COUNT(*) FROM mail_in WHERE tenant_id = ? AND state = "
                                  "'DONE' AND thread_id IS NOT NULL",
                                  DB_ID(each->tenant_id)),
                         n + 1);
        db_release(each);
    }
}

/* The process that had claimed it was killed. */
static void a_mail_whose_reader_was_killed_comes_again(void **state)
{
    struct ctx *cx = run(state);
    struct intake in = {.mail = mail_of(cx, "anna@marlow.example", INBOUND, "Again", "", "x")};
    struct mail_in *mail;

    desk_make(cx);
    test_ok(cx, keep(cx, &in));
    claim(cx, in.id);
    work(cx);
    test_ok(cx, mail_in_get(cx, in.id, &mail));
    assert_string_equal(mail->state, "NEW");
    cx->now += CLOCK_HOUR;
    work(cx);
    test_ok(cx, mail_in_get(cx, in.id, &mail));
    is(mail, "DONE", "ticket");
}

static void put(const char *folder, const char *name, const char *text)
{
    char path[1024];
    FILE *file;

    snprintf(path, sizeof path, "%s/%s", folder, name);
    file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static void the_spool_folder_is_emptied_into_its_tenant_and_half_files_stay(void **state)
{
    struct ctx *cx = run(state);
    struct id tenant = cx->tenant_id;
    const char *slug = test_text(cx, "SELECT slug FROM tenant WHERE id = ?", DB_ID(tenant));
    const char *folder = arena_printf(cx->mem, "%s/%s", app.config.mail_inbound_spool, slug);
    unsigned worked;

    desk_make(cx);
    assert_int_equal(mkdir(folder, 0700), 0);
    put(folder, "one", mail_of(cx, "anna@marlow.example", INBOUND, "One", "", "1"));
    put(folder, "two.eml", mail_of(cx, "anna@marlow.example", INBOUND, "Two", "", "2"));
    put(folder, "three.tmp", "half a mail");
    put(folder, ".four", "half a mail");
    test_ok(cx, mail_intake_spool(cx, &app, &worked));
    assert_int_equal(worked, 2);
    test_ok(cx, mail_intake_spool(cx, &app, &worked));
    assert_int_equal(worked, 0);
    assert_int_equal(access(arena_printf(cx->mem, "%s/three.tmp", folder), F_OK), 0);
    assert_int_equal(access(arena_printf(cx->mem, "%s/.four", folder), F_OK), 0);
    cx->tenant_id = tenant;
    work(cx);
    assert_int_equal(test_i64(cx, "SELECT COUNT(*) FROM ticket WHERE tenant_id = ?", DB_ID(tenant)),
                     2);
}

static void a_folder_that_is_full_keeps_the_mail_where_it_was(void **state)
{
    struct ctx *cx = run(state);
    struct intake in = {.mail = mail_of(cx, "anna@marlow.example", INBOUND, "Full", "", "x")};
    const char *kept = app.config.storage_path;

    app.config.storage_path = "/dev/full/nowhere";
    test_refused(cx, keep(cx, &in), &ERR_INTERNAL);
    app.config.storage_path = kept;
    assert_int_equal(
        test_i64(cx, "SELECT COUNT(*) FROM mail_in WHERE tenant_id = ?", DB_ID(cx->tenant_id)), 0);
}

static void a_mail_that_no_worker_can_read_is_parked_with_its_bytes(void **state)
{
    struct ctx *cx = run(state);
    struct intake in = {
        .mail = mail_of(cx, "anna@marlow.example", INBOUND, "Gone", "X-Kill: me\r\n", DEADLY)};
    struct mail_in *mail;

    test_ok(cx, keep(cx, &in));
    for (int i = 0; i < MAIL_IN_TRIES_MAX; i++) {
        cx->now += CLOCK_HOUR;
        work(cx);
    }
    test_ok(cx, mail_in_get(cx, in.id, &mail));
    is(mail, "PARKED", "unreadable");
}

static void two_tenants_that_write_to_each_other_stop(void **state)
{
    struct ctx *a = run(state);
    struct desk da = desk_make(a);
    struct ctx *b = run(state);
    const char *head =
        "Auto-Submitted: auto-generated\r\n"
        "X-Auto-Response-Suppress: All\r\n";
    int64_t tickets;

    (void)da;
    desk_make(b);
    /* What tenant a sends out lands in b; whatever b would answer needs a ticket or a reply. */
    is(receive(b, mail_of(b, "no-reply@a.example", INBOUND, "[#1] Your ticket", head, "Filed.")),
       "PARKED", "automatic");
    tickets = test_i64(b, "SELECT COUNT(*) FROM ticket WHERE tenant_id = ?", DB_ID(b->tenant_id));
    assert_int_equal(tickets, 0);
}

static int read_or_die(void)
{
    char start[1024];
    ssize_t n = read(STDIN_FILENO, start, sizeof start - 1);

    start[n > 0 ? n : 0] = '\0';
    if (strstr(start, DEADLY) != NULL)
        raise(SIGKILL);
    lseek(STDIN_FILENO, 0, SEEK_SET);
    return mail_worker_main();
}

static void an_answer_to_a_merged_ticket_is_in_the_other_and_goes_back_with_it(void **state)
{
    struct ctx *cx = run(state);
    struct desk d = desk_make(cx);
    struct id one = desk_file(cx, &d, "Printer"), two = desk_file(cx, &d, "Printer again"), into;
    const char *to = mail_token_address(cx, INBOUND, one, d.anna);
    struct mail_in *in;
    struct ticket *t;

    test_ok(cx, ticket_get(cx, two, &t));
    test_ok(cx, ticket_merge(cx, one, t->number, false, &into));
    in = receive(cx, mail_of(cx, "anna@marlow.example", to, "Re: printer", "", "Still so."));
    is(in, "DONE", "reply");
    assert_true(id_equal(in->ticket_id, two));
    assert_int_equal(messages_of(cx, two), 3);
    assert_int_equal(messages_of(cx, one), 0);
    test_ok(cx, ticket_merge_undo(cx, one, TICKET_MERGE_DAYS));
    assert_int_equal(messages_of(cx, two), 1);
    assert_int_equal(messages_of(cx, one), 2);
}

int main(int argc, char **argv)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(a_customers_mail_is_a_ticket_of_his_organisation),
        cmocka_unit_test(mail_from_a_further_address_of_a_person_is_his),
        cmocka_unit_test(a_strangers_mail_waits_in_the_tray_or_is_a_ticket_as_the_tenant_says),
        cmocka_unit_test(an_answer_with_a_token_goes_into_the_thread_and_opens_the_ticket),
        cmocka_unit_test(a_token_speaks_for_its_holder_from_another_address_of_his),
        cmocka_unit_test(a_forged_token_and_anothers_token_are_parked),
        cmocka_unit_test(an_answer_by_reference_needs_a_known_sender),
        cmocka_unit_test(a_right_number_alone_makes_a_new_ticket_that_is_linked),
        cmocka_unit_test(a_removed_participant_is_parked_and_a_reporter_without_account_is_heard),
        cmocka_unit_test(an_answer_to_a_closed_ticket_is_a_new_one),
        cmocka_unit_test(an_answer_to_a_merged_ticket_is_in_the_other_and_goes_back_with_it),
        cmocka_unit_test(a_mail_that_only_thanks_is_kept_and_opens_nothing),
        cmocka_unit_test(thanks_for_a_closed_ticket_make_no_new_one),
        cmocka_unit_test(on_a_disputed_ticket_every_mail_counts),
        cmocka_unit_test(an_out_of_office_mail_is_a_note_that_opens_nothing),
        cmocka_unit_test(a_bounce_is_marked_on_the_mail_and_told_on_the_ticket),
        cmocka_unit_test(a_bounce_of_a_mail_that_is_not_ours_is_parked_and_a_delay_is_heard),
        cmocka_unit_test(floods_own_mails_repetitions_and_ignored_senders_make_no_tickets),
        cmocka_unit_test(what_is_in_the_tray_can_be_made_a_ticket_attached_ignored_and_taken_back),
        cmocka_unit_test(a_mail_is_kept_or_its_bringer_is_told),
        cmocka_unit_test(a_failure_at_any_statement_leaves_a_mail_whole),
        cmocka_unit_test(a_mail_whose_reader_was_killed_comes_again),
        cmocka_unit_test(the_spool_folder_is_emptied_into_its_tenant_and_half_files_stay),
        cmocka_unit_test(a_folder_that_is_full_keeps_the_mail_where_it_was),
        cmocka_unit_test(two_tenants_that_write_to_each_other_stop),
        cmocka_unit_test(a_mail_that_no_worker_can_read_is_parked_with_its_bytes),
    };

    if (argc > 1 && strcmp(argv[1], "mail-worker") == 0)
        return read_or_die();
    return test_group_run_around("mail_route", TESTS, COUNT(TESTS), prepare, forget);
}
