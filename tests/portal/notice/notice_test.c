/* From what happens to a ticket to a mail in somebody's inbox. */
#include "base/clock.h"
#include "licensing/expiry_notice.h"
#include "portal/account/person.h"
#include "portal/desk/approval.h"
#include "portal/desk/escalation.h"
#include "portal/desk/leave.h"
#include "portal/desk/survey.h"
#include "portal/desk/ticket_bulk.h"
#include "portal/desk/ticket_merge.h"
#include "portal/desk/ticket_split.h"
#include "portal/desk/ticket_thread.h"
#include "portal/jobs/mailer.h"
#include "portal/notice/notice.h"
#include "portal/notice/notice_link.h"
#include "portal/notice/notice_template.h"
#include "tests/licensing/licensing_make.h"
#include "tests/portal/notice/notice_frame.h"

#include <string.h>

static void a_ticket_that_arrived_is_confirmed_to_its_filer_and_told_to_the_team(void **state)
{
    struct post p = post_open(state);
    struct id id = desk_file(p.cx, &p.desk, "Printer on fire");
    const char *mail;

    post_work(&p, NOTICE_WINDOW_SECONDS);
    assert_int_equal(smtp_server_count(p.server), 1);
    mail = post_mail_to(&p, "anna@marlow.example");
    assert_non_null(strstr(mail, "Printer on fire"));
    assert_non_null(strstr(mail, "we have your ticket"));
    assert_non_null(
        strstr(mail, arena_printf(p.cx->mem, "/tickets/%s?m=", id_text(p.cx->mem, id))));
    assert_non_null(strstr(mail, "Auto-Submitted: auto-generated"));
    assert_non_null(strstr(mail, "List-Unsubscribe:"));
    assert_non_null(strstr(mail, "List-Unsubscribe-Post: List-Unsubscribe=One-Click"));
    post_close(&p);
}

static void a_public_answer_reaches_the_customers_side_and_nobody_else(void **state)
{
    struct post p = post_open(state);
    struct id id = desk_file(p.cx, &p.desk, "Printer on fire"), message;

    test_ok(p.cx, ticket_thread_add_participant(p.cx, id, p.desk.tom, true));
    post_forget(&p);
    desk_as_priya(p.cx, &p.desk);
    test_ok(p.cx, ticket_reply(p.cx, id, "Please switch it off.", NULL, &message));
    post_work(&p, NOTICE_WINDOW_SECONDS);
    assert_int_equal(smtp_server_count(p.server), 2);
    assert_non_null(strstr(post_mail_to(&p, "anna@marlow.example"), "Please switch it off."));
    assert_non_null(strstr(post_mail_to(&p, "tom@marlow.example"), "Priya Nair"));
    assert_null(post_mail_to(&p, "priya@tilwick.example"));
    post_close(&p);
}

static void a_note_never_leaves_the_house(void **state)
{
    struct post p = post_open(state);
    struct id id = desk_file(p.cx, &p.desk, "Printer on fire"), message;
    struct notice *list;
    size_t count;

    test_ok(p.cx, ticket_thread_add_participant(p.cx, id, p.desk.tom, true));
    test_ok(p.cx, ticket_assign(p.cx, id, p.desk.dan));
    post_forget(&p);
    test_ok(p.jobs, notice_choose(p.jobs, p.desk.dan, NOTICE_DESK_NOTE,
                                  (struct notice_choice){true, true}));
    desk_as_priya(p.cx, &p.desk);
    test_ok(p.cx, ticket_note(p.cx, id, "They never pay: secret.", &message));
    post_work(&p, NOTICE_WINDOW_SECONDS);
    assert_int_equal(smtp_server_count(p.server), 1);
    assert_non_null(strstr(post_mail_to(&p, "dan@tilwick.example"), "They never pay"));
    desk_as_anna(p.cx, &p.desk);
    test_ok(p.cx, notice_list(p.cx, 0, &list, &count));
    for (size_t i = 0; i < count; i++)
        assert_string_equal(list[i].text, "");
    /* Not even a row that says otherwise lets the text out. */
    test_sql(p.cx, "UPDATE notice SET message_id = ? WHERE tenant_id = ? AND person_id = ?",
             DB_ID(message), DB_ID(p.cx->tenant_id), DB_ID(p.desk.anna));
    test_ok(p.cx, notice_list(p.cx, 0, &list, &count));
    assert_int_equal(count, 1);
    assert_string_equal(list[0].text, "");
    post_close(&p);
}

static void five_changes_in_two_minutes_are_one_mail_with_five_lines(void **state)
{
    struct post p = post_open(state);
    struct id id = desk_file(p.cx, &p.desk, "Printer on fire"), message;
    static const char *const STATES[] = {"waiting", "open", "waiting", "solved"};
    const char *mail;

    post_forget(&p);
    for (size_t i = 0; i < COUNT(STATES); i++) {
        p.cx->now += 20 * CLOCK_SECOND;
        test_as_staff(p.cx, p.desk.priya, RIGHT_DESK);
        test_ok(p.cx, ticket_set_status(p.cx, id, STATES[i]));
        post_work(&p, 0);
    }
    test_ok(p.cx, ticket_reply(p.cx, id, "A new fuse is in.", NULL, &message));
    post_work(&p, 0);
    assert_int_equal(smtp_server_count(p.server), 0);
    post_work(&p, NOTICE_WINDOW_SECONDS);
    assert_int_equal(smtp_server_count(p.server), 1);
    mail = post_mail_to(&p, "anna@marlow.example");
    assert_int_equal(post_lines_with(mail, " · "), 5);
    assert_non_null(strstr(mail, "A new fuse is in."));
    assert_non_null(strstr(mail, "we believe that your ticket")); /* the weightiest has the word */
    post_work(&p, CLOCK_HOUR / CLOCK_SECOND);
    assert_int_equal(smtp_server_count(p.server), 1);
    post_close(&p);
}

static void the_mail_about_a_solution_asks_how_it_was_until_it_is_said(void **state)
{
    struct post p = post_open(state);
    struct id id = desk_file(p.cx, &p.desk, "Printer on fire");
    const char *html;
    struct ticket *t;

    post_forget(&p);
    test_as_staff(p.cx, p.desk.priya, RIGHT_DESK);
    test_ok(p.cx, ticket_set_status(p.cx, id, "solved"));
    post_work(&p, NOTICE_WINDOW_SECONDS);
    test_as_system(p.cx);
    test_ok(p.cx, ticket_get(p.cx, id, &t));
    html = post_html(&p, post_mail_to(&p, "anna@marlow.example"));
    assert_non_null(survey_token(p.jobs, t));
    assert_non_null(strstr(html, arena_printf(p.cx->mem, "/survey/%s", survey_token(p.jobs, t))));
    desk_as_anna(p.cx, &p.desk);
    test_ok(p.cx, survey_answer(p.cx, id, 5, NULL));
    test_as_staff(p.cx, p.desk.priya, RIGHT_DESK);
    test_ok(p.cx, ticket_set_status(p.cx, id, "closed"));
    post_work(&p, NOTICE_WINDOW_SECONDS);
    html = post_html(&p, post_mail_to(&p, "anna@marlow.example"));
    assert_non_null(strstr(html, "is closed"));
    assert_null(strstr(html, "/survey/"));
    post_close(&p);
}

static struct id file_for(struct post *p, const char *email)
{
    struct ticket *t;

    test_as_system(p->cx);
    test_ok(p->cx, ticket_create(p->cx,
                                 &(struct ticket_new){.source = "mail",
                                                      .organisation_id = p->desk.organisation,
                                                      .subject = "It burns",
                                                      .text = "There is smoke.",
                                                      .topic = "fault",
                                                      .reporter_name = "Guest",
                                                      .reporter_email = email},
                                 &t));
    return t->id;
}

static void a_merge_is_told_once_and_later_answers_reach_the_people_of_both(void **state)
{
    struct post p = post_open(state);
    struct id one = file_for(&p, "guest@elsewhere.example"), two, into, message;
    struct ticket *t;
    const char *mail;

    two = desk_file(p.cx, &p.desk, "Printer on fire");
    test_ok(p.cx, ticket_get(p.cx, two, &t));
    post_forget(&p);
    test_as_staff(p.cx, p.desk.priya, RIGHT_DESK);
    test_ok(p.cx, ticket_merge(p.cx, one, t->number, false, &into));
    post_work(&p, NOTICE_WINDOW_SECONDS);
    assert_int_equal(smtp_server_count(p.server), 1);
    mail = post_mail_to(&p, "guest@elsewhere.example");
    assert_non_null(mail);
    assert_non_null(strstr(mail, "goes on in this one"));
    assert_non_null(strstr(mail, t->number));
    p.cx->now += CLOCK_HOUR;
    test_ok(p.cx, ticket_reply(p.cx, two, "A new fuse is in.", NULL, &message));
    post_work(&p, NOTICE_WINDOW_SECONDS);
    assert_int_equal(smtp_server_count(p.server), 3);
    assert_non_null(strstr(post_mail_to(&p, "guest@elsewhere.example"), "A new fuse is in."));
    assert_non_null(strstr(post_mail_to(&p, "anna@marlow.example"), "A new fuse is in."));
    post_close(&p);
}

static void who_stands_in_is_told_of_answers_until_the_leave_is_over(void **state)
{
    struct post p = post_open(state);
    struct id id = desk_file(p.cx, &p.desk, "Printer on fire"), message, leave;
    const struct leave away = {.person_id = p.desk.priya,
                               .substitute_id = p.desk.dan,
                               .from_on = "2026-03-01",
                               .to_on = "2026-03-03"};

    test_ok(p.cx, ticket_assign(p.cx, id, p.desk.priya));
    test_ok(p.cx, leave_add(p.cx, &away, &leave));
    post_forget(&p);
    desk_as_anna(p.cx, &p.desk);
    test_ok(p.cx, ticket_reply(p.cx, id, "It burns still.", NULL, &message));
    post_work(&p, NOTICE_WINDOW_SECONDS);
    assert_non_null(strstr(post_mail_to(&p, "priya@tilwick.example"), "It burns still."));
    assert_non_null(strstr(post_mail_to(&p, "dan@tilwick.example"), "It burns still."));
    assert_non_null(
        strstr(post_mail_to(&p, "dan@tilwick.example"), "You stand in for Priya Nair."));
    assert_null(strstr(post_mail_to(&p, "priya@tilwick.example"), "You stand in"));
    p.cx->now += 3 * CLOCK_DAY; /* she is back */
    test_ok(p.cx, ticket_reply(p.cx, id, "Now it smokes.", NULL, &message));
    post_work(&p, 3 * CLOCK_DAY / CLOCK_SECOND + NOTICE_WINDOW_SECONDS);
    assert_non_null(strstr(post_mail_to(&p, "priya@tilwick.example"), "Now it smokes."));
    assert_null(strstr(post_mail_to(&p, "dan@tilwick.example"), "Now it smokes."));
    post_close(&p);
}

static void an_undone_merge_is_told_to_those_who_were_told_of_it_in_one_mail(void **state)
{
    struct post p = post_open(state);
    struct id one = file_for(&p, "guest@elsewhere.example"), two, into;
    struct ticket *t;
    const char *mail;

    two = desk_file(p.cx, &p.desk, "Printer on fire");
    test_ok(p.cx, ticket_get(p.cx, two, &t));
    post_forget(&p);
    test_as_staff(p.cx, p.desk.priya, RIGHT_DESK);
    test_ok(p.cx, ticket_merge(p.cx, one, t->number, false, &into));
    post_work(&p, NOTICE_WINDOW_SECONDS);
    assert_int_equal(smtp_server_count(p.server), 1);
    test_ok(p.cx, ticket_merge_undo(p.cx, one, TICKET_MERGE_DAYS));
    post_work(&p, NOTICE_WINDOW_SECONDS);
    assert_int_equal(smtp_server_count(p.server), 2);
    mail = post_mail_to(&p, "guest@elsewhere.example");
    assert_non_null(strstr(mail, "goes on by itself again"));
    assert_non_null(strstr(mail, arena_printf(p.cx->mem, "a part of ticket %s", t->number)));
    /* Undone before the mail about it went: there is one mail, about how it stands. */
    test_ok(p.cx, ticket_merge(p.cx, one, t->number, false, &into));
    post_work(&p, 0);
    test_ok(p.cx, ticket_merge_undo(p.cx, one, TICKET_MERGE_DAYS));
    post_work(&p, NOTICE_WINDOW_SECONDS);
    assert_int_equal(smtp_server_count(p.server), 3);
    assert_non_null(strstr(post_mail_to(&p, "guest@elsewhere.example"), "goes on by itself again"));
    post_close(&p);
}

static void do_bulk(struct post *p)
{
    const struct id tenant = p->cx->tenant_id;
    bool worked = true;

    for (int i = 0; worked && i < 10; i++) {
        test_ok(p->jobs, ticket_bulk_work(p->jobs, &worked));
        p->jobs->tenant_id = tenant;
    }
    assert_false(worked);
}

/* More of them than one step of the work takes. */
static void a_change_of_many_tickets_is_one_mail_to_each_person(void **state)
{
    enum { MANY = TICKET_BULK_BATCH + 10 };
    struct post p = post_open(state);
    const struct ticket_bulk_choice all = {.view = TICKET_VIEW_OPEN, .origin = "Open"};
    const struct ticket_bulk_act act = {.values = {.status = "solved"},
                                        .text = "The server is up again."};
    struct id bulk, undo;
    const char *mail;

    (void)file_for(&p, "guest@elsewhere.example");
    for (unsigned i = 0; i < MANY; i++)
        (void)desk_file(p.cx, &p.desk, arena_printf(p.cx->mem, "Printer %u", i));
    post_forget(&p);
    desk_as_priya(p.cx, &p.desk);
    test_ok(p.cx, ticket_bulk_choose(p.cx, &all, &bulk));
    test_ok(p.cx, ticket_bulk_say(p.cx, bulk, &act));
    test_ok(p.cx, ticket_bulk_start(p.cx, bulk));
    do_bulk(&p);
    post_work(&p, 0);
    assert_int_equal(smtp_server_count(p.server), 0);
    post_work(&p, NOTICE_GATHER_SECONDS);
    assert_int_equal(smtp_server_count(p.server), 2);
    mail = post_mail_to(&p, "anna@marlow.example");
    assert_non_null(strstr(mail, "Printer 3"));
    assert_non_null(strstr(mail, "The server is up again."));
    assert_non_null(post_mail_to(&p, "guest@elsewhere.example"));
    post_work(&p, 24 * 3600);
    assert_int_equal(smtp_server_count(p.server), 2);
    test_ok(p.cx, ticket_bulk_undo(p.cx, bulk, &undo));
    do_bulk(&p);
    post_work(&p, NOTICE_GATHER_SECONDS);
    assert_int_equal(smtp_server_count(p.server), 4);
    post_close(&p);
}

static void a_split_is_told_once(void **state)
{
    struct post p = post_open(state);
    const struct id id = desk_file(p.cx, &p.desk, "Printer on fire");
    struct id message, made;
    const char *mail;

    test_ok(p.cx, ticket_thread_add_participant(p.cx, id, p.desk.tom, true));
    desk_as_anna(p.cx, &p.desk);
    test_ok(p.cx, ticket_reply(p.cx, id, "And the till is slow.", NULL, &message));
    post_forget(&p);
    desk_as_priya(p.cx, &p.desk);
    test_ok(p.cx, ticket_split(p.cx, id, &message, 1, "Slow till", &made));
    post_work(&p, NOTICE_WINDOW_SECONDS);
    mail = post_mail_to(&p, "anna@marlow.example");
    assert_non_null(mail);
    assert_int_equal(post_lines_with(mail, "This was a part of ticket"), 1);
    assert_non_null(strstr(mail, id_text(p.cx->mem, made)));
    assert_int_equal(test_i64(p.cx,
                              "SELECT COUNT(*) FROM notice WHERE tenant_id = ? AND person_id = ? "
                              "AND mail_id IS NOT NULL AND kind = 'ticket.split'",
                              DB_ID(p.cx->tenant_id), DB_ID(p.desk.anna)),
                     1);
    assert_int_equal(smtp_server_count(p.server), 2); /* Tom takes part in both */
    post_work(&p, 24 * 3600);
    assert_int_equal(smtp_server_count(p.server), 2);
    post_close(&p);
}

static void a_customers_answer_reaches_the_engineer_or_the_team_without_one(void **state)
{
    struct post p = post_open(state);
    struct id id = desk_file(p.cx, &p.desk, "Printer on fire"), message;

    test_sql(p.cx, "UPDATE staff_member SET team_id = ? WHERE tenant_id = ? AND person_id = ?",
             DB_ID(p.desk.team), DB_ID(p.cx->tenant_id), DB_ID(p.desk.dan));
    test_ok(p.cx, ticket_set_team(p.cx, id, p.desk.team));
    post_forget(&p);
    desk_as_anna(p.cx, &p.desk);
    test_ok(p.cx, ticket_reply(p.cx, id, "It still burns.", NULL, &message));
    post_work(&p, NOTICE_WINDOW_SECONDS);
    assert_int_equal(smtp_server_count(p.server), 1);
    assert_non_null(strstr(post_mail_to(&p, "dan@tilwick.example"), "It still burns."));
    test_as_system(p.cx);
    test_ok(p.cx, ticket_assign(p.cx, id, p.desk.priya));
    post_work(&p, NOTICE_WINDOW_SECONDS);
    assert_non_null(strstr(post_mail_to(&p, "priya@tilwick.example"), "is yours now"));
    desk_as_anna(p.cx, &p.desk);
    test_ok(p.cx, ticket_reply(p.cx, id, "Now it smokes.", NULL, &message));
    post_work(&p, NOTICE_WINDOW_SECONDS);
    assert_int_equal(smtp_server_count(p.server), 3);
    assert_non_null(strstr(post_mail(&p, 2), "priya@tilwick.example"));
    post_close(&p);
}

static void who_may_no_longer_see_a_ticket_gets_no_mail_about_it(void **state)
{
    struct post p = post_open(state);
    struct id id = desk_file(p.cx, &p.desk, "Printer on fire"), message;
    struct desk *d = &p.desk;

    make_membership(p.cx, d->eve, d->organisation, RIGHT_TICKET_OWN);
    test_ok(p.cx, ticket_thread_add_participant(p.cx, id, d->eve, true));
    post_forget(&p);
    desk_as_priya(p.cx, d);
    test_ok(p.cx, ticket_reply(p.cx, id, "Please switch it off.", NULL, &message));
    post_work(&p, 0); /* the notice is made, the mail is not yet */
    test_as_system(p.cx);
    test_ok(p.cx, ticket_thread_remove_participant(p.cx, id, d->eve));
    post_work(&p, NOTICE_WINDOW_SECONDS);
    assert_int_equal(smtp_server_count(p.server), 1);
    assert_null(post_mail_to(&p, "eve@bracken.example"));
    post_close(&p);
}

static void a_reporter_without_an_account_gets_a_link_of_his_own(void **state)
{
    struct post p = post_open(state);
    struct ticket_new what = {.source = "desk",
                              .subject = "Till dead",
                              .text = "It is dark.",
                              .topic = "fault",
                              .organisation_id = p.desk.organisation,
                              .reporter_name = "Ruth",
                              .reporter_email = "ruth@shop.example"};
    struct ticket *t;

    desk_as_priya(p.cx, &p.desk);
    test_ok(p.cx, ticket_create(p.cx, &what, &t));
    post_work(&p, NOTICE_WINDOW_SECONDS);
    assert_non_null(strstr(post_mail_to(&p, "ruth@shop.example"), "/follow/"));
    test_ok(p.jobs, notice_stop_address(p.jobs, "ruth@shop.example"));
    post_forget(&p);
    test_ok(p.cx, ticket_set_status(p.cx, t->id, "waiting"));
    post_work(&p, NOTICE_WINDOW_SECONDS);
    assert_int_equal(smtp_server_count(p.server), 0);
    post_close(&p);
}

static void mails_about_one_ticket_hang_together_and_can_be_answered(void **state)
{
    struct post p = post_open(state);
    struct id id = desk_file(p.cx, &p.desk, "Printer on fire"), message;
    const char *first, *second, *message_id, *root;

    p.app.config.mail_inbound = "help@tilwick.example";
    post_work(&p, NOTICE_WINDOW_SECONDS);
    desk_as_priya(p.cx, &p.desk);
    test_ok(p.cx, ticket_reply(p.cx, id, "Please switch it off.", NULL, &message));
    post_work(&p, NOTICE_WINDOW_SECONDS);
    first = post_mail(&p, 0);
    second = post_mail(&p, 1);
    root = arena_printf(p.cx->mem, "<ticket-%s@tilwick.example>", id_text(p.cx->mem, id));
    message_id = post_header(&p, first, "Message-ID: ");
    assert_string_equal(post_header(&p, first, "In-Reply-To: "), root);
    assert_string_equal(post_header(&p, second, "In-Reply-To: "), message_id);
    assert_non_null(strstr(second, root));
    assert_non_null(strstr(second, "<help+"));
    assert_int_equal(
        test_i64(p.cx, "SELECT COUNT(*) FROM mail_thread WHERE tenant_id = ? AND ticket_id = ?",
                 DB_ID(p.cx->tenant_id), DB_ID(id)),
        2);
    post_close(&p);
}

static void own_words_that_do_not_work_give_way_to_the_shipped_ones(void **state)
{
    struct post p = post_open(state);
    const struct lang *english = lang_find(p.app.langs, "en");
    struct id id;
    const char *mail;

    test_ok(p.cx, notice_template_set(p.cx, english, NOTICE_TICKET_FILED, "Got {number}",
                                      "Dear {name}, your agent is {agent}. {link}"));
    id = desk_file(p.cx, &p.desk, "Printer on fire"); /* nobody has it yet: {agent} is nothing */
    post_work(&p, NOTICE_WINDOW_SECONDS);
    mail = post_mail_to(&p, "anna@marlow.example");
    assert_non_null(strstr(mail, "we have your ticket"));
    assert_int_equal(test_i64(p.cx,
                              "SELECT COUNT(*) FROM mail_template WHERE tenant_id = ? AND "
                              "fault = '{agent}'",
                              DB_ID(p.cx->tenant_id)),
                     1);
    /* Whoever may mend it hears of it, and once. */
    desk_file(p.cx, &p.desk, "Printer still on fire");
    post_work(&p, NOTICE_WINDOW_SECONDS);
    post_work(&p, NOTICE_WINDOW_SECONDS);
    assert_int_equal(test_i64(p.cx,
                              "SELECT COUNT(*) FROM notice WHERE tenant_id = ? AND kind = "
                              "'desk.template'",
                              DB_ID(p.cx->tenant_id)),
                     1);
    test_ok(p.cx, notice_template_set(p.cx, english, NOTICE_TICKET_FILED, "Got {number}",
                                      "Dear {name}: {link}"));
    (void)id;
    post_forget(&p);
    desk_file(p.cx, &p.desk, "Printer off");
    post_work(&p, NOTICE_WINDOW_SECONDS);
    assert_non_null(strstr(post_mail_to(&p, "anna@marlow.example"), "Dear Anna Keller: http"));
    post_close(&p);
}

static void words_that_cannot_work_are_refused(void **state)
{
    struct post p = post_open(state);
    const struct lang *english = lang_find(p.app.langs, "en");

    test_refused(p.cx,
                 notice_template_set(p.cx, english, NOTICE_TICKET_FILED, "Got {nummer}", "{link}"),
                 &ERR_INVALID);
    test_refused(p.cx, notice_template_set(p.cx, english, NOTICE_TICKET_FILED, "Got it", "No way"),
                 &ERR_INVALID);
    test_refused(p.cx,
                 notice_template_set(p.cx, english, NOTICE_LICENCE_ENDING, "{number}", "{link}"),
                 &ERR_INVALID);
    test_refused(p.cx,
                 notice_template_set(p.cx, english, NOTICE_TICKET_FILED, "Got\r\nBcc: x", "{link}"),
                 &ERR_INVALID);
    desk_as_priya(p.cx, &p.desk);
    test_refused(p.cx, notice_template_set(p.cx, english, NOTICE_TICKET_FILED, "Got it", "{link}"),
                 &ERR_DENIED);
    post_close(&p);
}

static void what_a_person_chose_is_kept(void **state)
{
    struct post p = post_open(state);
    struct id id;

    test_ok(p.jobs, notice_choose(p.jobs, p.desk.anna, NOTICE_TICKET_FILED,
                                  (struct notice_choice){false, true}));
    id = desk_file(p.cx, &p.desk, "Printer on fire");
    post_work(&p, NOTICE_WINDOW_SECONDS);
    assert_int_equal(smtp_server_count(p.server), 0);
    desk_as_anna(p.cx, &p.desk);
    assert_int_equal(post_unread(&p), 1);
    desk_as_eve(p.cx, &p.desk);
    assert_int_equal(post_unread(&p), 0);
    desk_as_anna(p.cx, &p.desk);
    test_ok(p.cx, notice_read_ticket(p.cx, id, NULL));
    assert_int_equal(post_unread(&p), 0);
    test_refused(
        p.cx,
        notice_choose(p.cx, p.desk.tom, NOTICE_TICKET_FILED, (struct notice_choice){false, false}),
        &ERR_DENIED);
    post_close(&p);
}

static void a_link_stops_those_mails_of_that_person_alone(void **state)
{
    struct post p = post_open(state);
    struct notice_choice choices[NOTICE_KIND_COUNT];
    struct notice_link link = {
        .person_id = p.desk.anna, .address = "", .kind = NOTICE_TICKET_ANSWER};
    struct notice_link read;
    const char *token = notice_link_token(p.jobs, &link);
    char *forged = arena_dup(p.cx->mem, token);

    assert_true(notice_link_read(p.jobs, token, &read));
    assert_true(id_equal(read.person_id, p.desk.anna));
    test_ok(p.jobs, notice_link_stop(p.jobs, &read));
    test_ok(p.jobs, notice_choices(p.jobs, p.desk.anna, choices));
    assert_false(choices[NOTICE_TICKET_ANSWER].by_mail);
    assert_true(choices[NOTICE_TICKET_ANSWER].in_portal);
    assert_true(choices[NOTICE_TICKET_SOLVED].by_mail);
    for (size_t i = 0; forged[i] != '\0'; i++) {
        forged[i] = forged[i] == 'A' ? 'B' : 'A';
        assert_false(notice_link_read(p.jobs, forged, &read));
        forged[i] = token[i];
    }
    assert_null(strchr(token, '='));
    post_close(&p);
}

static void a_digest_has_each_event_once(void **state)
{
    struct post p = post_open(state);
    const struct notice_habit habit = {17, NOTICE_NO_HOUR, NOTICE_NO_HOUR};
    struct id first = desk_file(p.cx, &p.desk, "Printer on fire");
    struct id second = desk_file(p.cx, &p.desk, "Scanner on strike"), message;
    const char *mail;

    post_forget(&p);
    test_ok(p.jobs, notice_habit_set(p.jobs, p.desk.anna, &habit));
    desk_as_priya(p.cx, &p.desk);
    test_ok(p.cx, ticket_reply(p.cx, first, "Water is on its way.", NULL, &message));
    test_ok(p.cx, ticket_reply(p.cx, second, "We talk to it.", NULL, &message));
    post_work(&p, 7 * 3600); /* from nine: 16:00, an hour too early */
    assert_int_equal(smtp_server_count(p.server), 0);
    post_work(&p, 3600);
    assert_int_equal(smtp_server_count(p.server), 1);
    mail = post_mail_to(&p, "anna@marlow.example");
    assert_int_equal(post_lines_with(mail, "Water is on its way."), 1);
    assert_int_equal(post_lines_with(mail, "We talk to it."), 1);
    post_work(&p, 24 * 3600);
    assert_int_equal(smtp_server_count(p.server), 1);
    post_close(&p);
}

static void nobody_is_woken(void **state)
{
    const struct notice_habit night = {NOTICE_NO_HOUR, 22, 7};
    const struct notice_habit noon = {NOTICE_NO_HOUR, 12, 14};
    const int64_t nine = TEST_NOW; /* 09:00 UTC, 17:00 in Shanghai */

    (void)state;
    assert_true(notice_due(&night, "UTC", nine) == nine);
    assert_true(notice_due(&night, "UTC", nine + 14 * CLOCK_HOUR) == nine + 22 * CLOCK_HOUR);
    assert_true(notice_due(&night, "UTC", nine + 19 * CLOCK_HOUR) == nine + 22 * CLOCK_HOUR);
    assert_true(notice_due(&night, "Asia/Shanghai", nine + 5 * CLOCK_HOUR) ==
                nine + 14 * CLOCK_HOUR);
    assert_true(notice_due(&noon, "UTC", nine + 3 * CLOCK_HOUR) == nine + 5 * CLOCK_HOUR);
    /* The clocks of London go forward on 29 March 2026 at 01:00 UTC. */
    assert_true(notice_due(&night, "Europe/London", INT64_C(1774742400000000)) ==
                INT64_C(1774764000000000));
}

static void a_promise_about_to_be_broken_is_told_to_the_engineer(void **state)
{
    struct post p = post_open(state);
    struct id id;
    unsigned fired;

    test_sql(p.cx,
             "INSERT INTO sla (tenant_id, level, answer_minutes) VALUES (?, 1, 120), (?, 2, 120), "
             "(?, 3, 120), (?, 4, 120)",
             DB_ID(p.cx->tenant_id), DB_ID(p.cx->tenant_id), DB_ID(p.cx->tenant_id),
             DB_ID(p.cx->tenant_id));
    id = desk_file(p.cx, &p.desk, "Printer on fire");
    test_ok(p.cx, ticket_assign(p.cx, id, p.desk.dan));
    post_forget(&p);
    p.cx->now += 61 * CLOCK_MINUTE;
    test_ok(p.cx, escalation_work(p.cx, &fired));
    post_work(&p, NOTICE_WINDOW_SECONDS);
    assert_non_null(strstr(post_mail_to(&p, "dan@tilwick.example"), "promised for soon"));
    p.cx->now += 60 * CLOCK_MINUTE;
    test_ok(p.cx, escalation_work(p.cx, &fired));
    post_work(&p, NOTICE_WINDOW_SECONDS);
    assert_non_null(strstr(post_mail_to(&p, "dan@tilwick.example"), "overdue"));
    assert_null(post_mail_to(&p, "anna@marlow.example"));
    post_close(&p);
}

static void an_approval_is_told_with_its_link_and_the_decision_to_who_asked(void **state)
{
    struct post p = post_open(state);
    struct id ticket, id;
    const char *html;

    ticket = desk_file(p.cx, &p.desk, "Printer on fire");
    post_forget(&p);
    desk_as_priya(p.cx, &p.desk);
    test_ok(p.cx, ticket_assign(p.cx, ticket, p.desk.dan)); /* both are in one mail */
    test_ok(p.cx, approval_ask(p.cx, ticket,
                               &(struct approval_new){.kind = "discount",
                                                      .question = "Ten per cent?",
                                                      .person_id = p.desk.dan},
                               &id));
    post_work(&p, NOTICE_WINDOW_SECONDS);
    html = post_html(&p, post_mail_to(&p, "dan@tilwick.example"));
    assert_non_null(strstr(html, "Priya Nair asks for your approval."));
    assert_non_null(strstr(html, "Ten per cent?"));
    assert_non_null(strstr(html, "/desk/approvals"));
    assert_non_null(approval_token(p.jobs, id, p.desk.dan));
    assert_non_null(strstr(
        html, arena_printf(p.cx->mem, "/approval/%s", approval_token(p.jobs, id, p.desk.dan))));
    assert_null(post_mail_to(&p, "priya@tilwick.example"));
    assert_null(post_mail_to(&p, "anna@marlow.example"));
    test_as_staff(p.cx, p.desk.dan, RIGHT_DESK);
    test_ok(p.cx, approval_decide(p.cx, id, false, "Too much."));
    post_work(&p, NOTICE_WINDOW_SECONDS);
    html = post_html(&p, post_mail_to(&p, "priya@tilwick.example"));
    assert_non_null(strstr(html, "Dan Osei refused it."));
    assert_null(strstr(html, "/approval/"));
    desk_as_priya(p.cx, &p.desk);
    test_ok(p.cx,
            approval_ask(p.cx, ticket,
                         &(struct approval_new){
                             .kind = "order", .question = "Ship first?", .person_id = p.desk.dan},
                         &id));
    post_work(&p, NOTICE_WINDOW_SECONDS);
    test_ok(p.cx, approval_withdraw(p.cx, id, "They paid."));
    post_work(&p, NOTICE_WINDOW_SECONDS);
    html = post_html(&p, post_mail_to(&p, "dan@tilwick.example"));
    assert_non_null(strstr(html, "Priya Nair withdrew the question."));
    assert_null(strstr(html, "/approval/"));
    assert_null(post_mail_to(&p, "anna@marlow.example"));
    post_close(&p);
}

static void a_licence_that_ends_is_told_to_those_who_look_after_it(void **state)
{
    struct post p = post_open(state);
    const struct licence *l = licensing_licence(p.cx, NULL);
    struct id lena = make_person(p.cx, "Lena Licence", "lena@marlow.example");
    struct id tim = make_person(p.cx, "Tim Ticket", "tim@marlow.example");
    unsigned told;

    test_sql(p.cx,
             "UPDATE licence SET organisation_id = ?, created_at = ?, expires_at = ? "
             "WHERE tenant_id = ? AND id = ?",
             DB_ID(p.desk.organisation), DB_TIME(p.cx->now - 300 * CLOCK_DAY),
             DB_TIME(p.cx->now + 10 * CLOCK_DAY), DB_ID(p.cx->tenant_id), DB_ID(l->id));
    test_sql(p.cx, "UPDATE organisation SET owner_id = ? WHERE tenant_id = ? AND id = ?",
             DB_ID(p.desk.priya), DB_ID(p.cx->tenant_id), DB_ID(p.desk.organisation));
    make_membership(p.cx, lena, p.desk.organisation, RIGHT_LICENCE);
    make_membership(p.cx, tim, p.desk.organisation, RIGHT_TICKET_OWN);
    test_ok(p.cx, expiry_notice_tell(p.cx, 10, &told));
    assert_int_equal(told, 1);
    post_work(&p, NOTICE_WINDOW_SECONDS);
    assert_int_equal(smtp_server_count(p.server), 2);
    assert_non_null(strstr(post_mail_to(&p, "lena@marlow.example"), "in 10 days"));
    assert_non_null(strstr(post_mail_to(&p, "priya@tilwick.example"), "Marlow Grocers"));
    assert_null(post_mail_to(&p, "tim@marlow.example"));
    test_ok(p.cx, expiry_notice_tell(p.cx, 10, &told));
    post_work(&p, NOTICE_WINDOW_SECONDS);
    assert_int_equal(smtp_server_count(p.server), 2);
    post_close(&p);
}

static void who_is_shut_out_gets_no_mail(void **state)
{
    struct post p = post_open(state);

    desk_file(p.cx, &p.desk, "Printer on fire");
    post_work(&p, 0);
    test_sql(p.cx, "UPDATE person SET is_disabled = TRUE WHERE tenant_id = ? AND id = ?",
             DB_ID(p.cx->tenant_id), DB_ID(p.desk.anna));
    post_work(&p, NOTICE_WINDOW_SECONDS);
    assert_int_equal(smtp_server_count(p.server), 0);
    post_close(&p);
}

static void a_subject_cannot_break_out_of_its_header(void **state)
{
    struct post p = post_open(state);
    const char *mail;

    test_ok(p.cx, person_change(p.cx, p.desk.anna,
                                &(struct person_change){.full_name = "Anna <b>\"K\""}));
    desk_file(p.cx, &p.desk, "=?utf-8?Q?x?= <script>alert(1)</script>");
    post_work(&p, NOTICE_WINDOW_SECONDS);
    mail = post_mail_to(&p, "anna@marlow.example");
    assert_non_null(mail);
    assert_null(strstr(mail, "Subject: ["));
    assert_null(strstr(post_html(&p, mail), "<script>"));
    post_close(&p);
}

static void a_chinese_reader_is_written_to_in_chinese(void **state)
{
    struct post p = post_open(state);

    test_ok(p.cx, person_change(p.cx, p.desk.anna, &(struct person_change){.language = "zh"}));
    desk_file(p.cx, &p.desk, "Printer on fire");
    post_work(&p, NOTICE_WINDOW_SECONDS);
    assert_non_null(strstr(post_mail_to(&p, "anna@marlow.example"), "工单"));
    post_close(&p);
}

static void an_event_is_told_once_whatever_fails(void **state)
{
    struct post p = post_open(state);
    int64_t made;

    desk_file(p.cx, &p.desk, "Printer on fire");
    post_work(&p, 0);
    made =
        test_i64(p.cx, "SELECT COUNT(*) FROM notice WHERE tenant_id = ?", DB_ID(p.cx->tenant_id));
    p.jobs->now += NOTICE_WINDOW_SECONDS * CLOCK_SECOND;
    test_failures(p.jobs, post_write_mails, &p, post_nothing_is_half);
    post_work(&p, 0);
    assert_int_equal(made, 1);
    assert_int_equal(smtp_server_count(p.server), 1);
    post_close(&p);
}

static void another_tenants_people_hear_nothing(void **state)
{
    struct post p = post_open(state);
    struct notice *list;
    size_t count;

    desk_file(p.cx, &p.desk, "Printer on fire");
    post_work(&p, 0);
    p.cx->tenant_id = make_tenant(p.cx, "other-house");
    desk_as_anna(p.cx, &p.desk); /* the same id over there */
    test_ok(p.cx, notice_list(p.cx, 0, &list, &count));
    assert_int_equal(count, 0);
    post_close(&p);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(a_ticket_that_arrived_is_confirmed_to_its_filer_and_told_to_the_team),
        cmocka_unit_test(a_public_answer_reaches_the_customers_side_and_nobody_else),
        cmocka_unit_test(a_note_never_leaves_the_house),
        cmocka_unit_test(five_changes_in_two_minutes_are_one_mail_with_five_lines),
        cmocka_unit_test(the_mail_about_a_solution_asks_how_it_was_until_it_is_said),
        cmocka_unit_test(a_merge_is_told_once_and_later_answers_reach_the_people_of_both),
        cmocka_unit_test(who_stands_in_is_told_of_answers_until_the_leave_is_over),
        cmocka_unit_test(an_undone_merge_is_told_to_those_who_were_told_of_it_in_one_mail),
        cmocka_unit_test(a_change_of_many_tickets_is_one_mail_to_each_person),
        cmocka_unit_test(a_split_is_told_once),
        cmocka_unit_test(a_customers_answer_reaches_the_engineer_or_the_team_without_one),
        cmocka_unit_test(who_may_no_longer_see_a_ticket_gets_no_mail_about_it),
        cmocka_unit_test(a_reporter_without_an_account_gets_a_link_of_his_own),
        cmocka_unit_test(mails_about_one_ticket_hang_together_and_can_be_answered),
        cmocka_unit_test(own_words_that_do_not_work_give_way_to_the_shipped_ones),
        cmocka_unit_test(words_that_cannot_work_are_refused),
        cmocka_unit_test(what_a_person_chose_is_kept),
        cmocka_unit_test(a_link_stops_those_mails_of_that_person_alone),
        cmocka_unit_test(a_digest_has_each_event_once),
        cmocka_unit_test(nobody_is_woken),
        cmocka_unit_test(a_promise_about_to_be_broken_is_told_to_the_engineer),
        cmocka_unit_test(an_approval_is_told_with_its_link_and_the_decision_to_who_asked),
        cmocka_unit_test(a_licence_that_ends_is_told_to_those_who_look_after_it),
        cmocka_unit_test(who_is_shut_out_gets_no_mail),
        cmocka_unit_test(a_subject_cannot_break_out_of_its_header),
        cmocka_unit_test(a_chinese_reader_is_written_to_in_chinese),
        cmocka_unit_test(an_event_is_told_once_whatever_fails),
        cmocka_unit_test(another_tenants_people_hear_nothing),
    };

    return test_group_run("notice", TESTS, COUNT(TESTS));
}
