/* Pages of notices and of mails, as browsers and mail programs ask for them. */
#include "base/clock.h"
#include "portal/mail/mail_out.h"
#include "portal/notice/notice.h"
#include "portal/notice/notice_link.h"
#include "portal/notice/notice_mail.h"
#include "portal/notice/notice_reach.h"
#include "tests/http/site.h"
#include "tests/licensing/licensing_make.h"
#include "tests/portal/desk/desk_frame.h"

#include <string.h>

static const char SQL_RIGHTS[] =
    "INSERT INTO role_right (tenant_id, role_id, name) SELECT r.tenant_id, r.id, n.name FROM role r "
    "JOIN (SELECT 'desk' AS name UNION SELECT 'settings') n WHERE r.tenant_id = ?";

static struct desk open_desk(struct ctx *cx)
{
    struct desk d;

    licensing_seal(cx);
    d = desk_make(cx);
    test_sql(cx, SQL_RIGHTS, DB_ID(cx->tenant_id));
    site_open(cx);
    return d;
}

static void tell(struct ctx *cx, struct id person_id, struct id ticket_id, enum notice_kind kind)
{
    struct notice_new n = {.kind = kind, .person_id = person_id, .ticket_id = ticket_id};

    test_as_system(cx);
    test_ok(cx, notice_add(cx, &n));
}

static void reading_a_ticket_clears_its_notices(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = open_desk(cx);
    struct id id = desk_file(cx, &d, "Printer on fire");
    struct site_user anna = site_sign_in(cx, d.anna);
    struct site_answer a;

    tell(cx, d.anna, id, NOTICE_TICKET_ANSWER);
    a = site_get(cx, &anna, "/notices");
    site_shows(&a, "Printer on fire");
    site_shows(&a, "Mark all as read");
    a = site_get(cx, &anna, site_path(cx, "/tickets/%s", id));
    assert_int_equal(a.status, 200);
    a = site_get(cx, &anna, "/notices");
    site_shows(&a, "Printer on fire");
    site_hides(&a, "Mark all as read");
}

static void a_notice_of_a_licence_names_it(void **state)
{
    static const char SQL_LICENCES[] =
        "INSERT INTO role_right (tenant_id, role_id, name) SELECT tenant_id, id, 'licences' "
        "FROM role WHERE tenant_id = ?";
    struct ctx *cx = test_ctx(state);
    const struct desk d = open_desk(cx);
    const struct licence *licence = licensing_licence(cx, NULL);
    const struct notice_new n = {
        .kind = NOTICE_DESK_LICENCE, .person_id = d.priya, .licence_id = licence->id};
    struct site_user priya;
    struct site_answer a;

    test_as_system(cx);
    test_ok(cx, notice_add(cx, &n));
    priya = site_sign_in(cx, d.priya);
    a = site_get(cx, &priya, "/notices");
    assert_int_equal(a.status, 200);
    site_hides(&a, licence->serial); /* licences are not his to see */
    test_sql(cx, SQL_LICENCES, DB_ID(cx->tenant_id));
    priya = site_sign_in(cx, d.priya);
    a = site_get(cx, &priya, "/notices");
    site_shows(&a, licence->serial);
}

static void the_desk_reads_its_notices_too(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = open_desk(cx);
    struct id id = desk_file(cx, &d, "Printer on fire");
    struct site_user priya = site_sign_in(cx, d.priya);
    struct site_answer a;

    tell(cx, d.priya, id, NOTICE_DESK_ASSIGNED);
    a = site_get(cx, &priya, "/notices");
    site_shows(&a, "The ticket is yours now.");
    a = site_post(cx, &priya, "/notices/read", "");
    assert_int_equal(a.status, 303);
    a = site_get(cx, &priya, "/notices");
    site_hides(&a, "Mark all as read");
}

static void choices_are_kept_and_bad_hours_are_named(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = open_desk(cx);
    struct site_user anna = site_sign_in(cx, d.anna);
    struct notice_choice choices[NOTICE_KIND_COUNT];
    struct notice_habit habit;
    struct site_answer a = site_get(cx, &anna, "/account/notices");

    site_shows(&a, "A ticket is answered");
    site_hides(&a, "A ticket becomes yours"); /* for the desk alone */
    a = site_post(cx, &anna, "/account/notices",
                  "mail.ticket.solved=1&quiet_from=22&quiet_until=7");
    assert_int_equal(a.status, 303);
    test_as_system(cx);
    test_ok(cx, notice_choices(cx, d.anna, choices));
    assert_true(choices[NOTICE_TICKET_SOLVED].by_mail);
    assert_false(choices[NOTICE_TICKET_ANSWER].by_mail);
    test_ok(cx, notice_habit_get(cx, d.anna, &habit));
    assert_int_equal(habit.quiet_from, 22);
    assert_int_equal(habit.digest_hour, NOTICE_NO_HOUR);
    a = site_post(cx, &anna, "/account/notices", "quiet_from=22");
    assert_int_equal(a.status, 422);
    a = site_post(cx, &anna, "/account/notices", "digest_hour=24");
    assert_int_equal(a.status, 422);
}

/* A mail program posts without cookies, form token or origin of ours. */
static void one_post_from_anywhere_stops_the_mails_and_a_look_does_not(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = open_desk(cx);
    struct notice_link link = {.person_id = d.anna, .address = "", .kind = NOTICE_TICKET_ANSWER};
    const char *path = arena_printf(cx->mem, "/mail/stop/%s", notice_link_token(cx, &link));
    struct notice_choice choices[NOTICE_KIND_COUNT];
    struct site_answer a = site_get(cx, NULL, path);

    assert_int_equal(a.status, 200);
    test_ok(cx, notice_choices(cx, d.anna, choices));
    assert_true(choices[NOTICE_TICKET_ANSWER].by_mail);
    a = site_post(cx, NULL, path, "List-Unsubscribe=One-Click");
    assert_int_equal(a.status, 200);
    test_ok(cx, notice_choices(cx, d.anna, choices));
    assert_false(choices[NOTICE_TICKET_ANSWER].by_mail);
    a = site_post(cx, NULL, arena_printf(cx->mem, "%sAAAA", path), "List-Unsubscribe=One-Click");
    assert_int_equal(a.status, 404);
    /* Another tenant's link is none here. */
    cx->tenant_id = make_tenant(cx, "second-house");
    site_open(cx);
    a = site_post(cx, NULL, path, "List-Unsubscribe=One-Click");
    assert_int_equal(a.status, 404);
}

static void own_words_are_saved_shown_with_real_data_and_taken_back(void **state)
{
    static const char *const PAGE = "/desk/settings/mail/words/ticket.answer?in=en";
    struct ctx *cx = test_ctx(state);
    const struct desk d = open_desk(cx);
    struct site_user priya = site_sign_in(cx, d.priya);
    struct site_answer a;

    desk_file(cx, &d, "Printer on fire");
    a = site_get(cx, &priya, PAGE);
    site_shows(&a, "] Printer on fire"); /* the shipped subject, filled in */
    a = site_post(cx, &priya, PAGE, "act=preview&subject=About+{subject}&body=Dear+{name}:+{link}");
    site_shows(&a, "About Printer on fire");
    a = site_post(cx, &priya, PAGE, "act=preview&subject=By+{agent}&body={link}");
    site_shows(&a, "{agent}");
    site_shows(&a, "it has no value here");
    a = site_post(cx, &priya, PAGE, "act=save&subject=About+{sujet}&body={link}");
    assert_int_equal(a.status, 422);
    site_shows(&a, "{sujet} does not fit here");
    a = site_post(cx, &priya, PAGE, "act=save&subject=About+{subject}&body=Dear+{name}:+{link}");
    assert_int_equal(a.status, 303);
    a = site_get(cx, &priya, "/desk/settings/mail/words");
    site_shows(&a, "Own words");
    a = site_post(cx, &priya, PAGE, "act=reset");
    assert_int_equal(a.status, 303);
    a = site_get(cx, &priya, "/desk/settings/mail/words");
    site_hides(&a, "icons.svg#pencil\"/></svg>Own words");
    a = site_get(cx, &priya, "/desk/settings/mail/words/ticket.nothing");
    assert_int_equal(a.status, 404);
}

static void the_tenant_says_how_it_sends_and_tries_it(void **state)
{
    static const char *const PAGE = "/desk/settings/mail";
    struct ctx *cx = test_ctx(state);
    const struct desk d = open_desk(cx);
    struct site_user priya = site_sign_in(cx, d.priya);
    struct mail_setting setting;
    struct mail_out *list;
    size_t count;
    struct site_answer a;

    a = site_post(cx, &priya, PAGE, "sender_address=not+one&window_seconds=60");
    assert_int_equal(a.status, 422);
    a = site_post(cx, &priya, PAGE,
                  "sender_name=Tilwick+Help&sender_address=help@tilwick.example&window_seconds=60");
    assert_int_equal(a.status, 303);
    test_as_system(cx);
    test_ok(cx, notice_setting_get(cx, &setting));
    assert_string_equal(setting.sender_address, "help@tilwick.example");
    assert_int_equal(setting.window_seconds, 60);
    a = site_post(cx, &priya, "/desk/settings/mail/test", "");
    assert_int_equal(a.status, 303);
    test_ok(cx, mail_out_list(cx, "WAITING", 10, &list, &count));
    assert_int_equal(count, 1);
    assert_string_equal(list[0].to_address, "priya@tilwick.example");
    assert_string_equal(list[0].from_address, "help@tilwick.example");
}

static struct id mail_about(struct ctx *cx, struct id ticket_id, const char *kind)
{
    struct mail_draft draft = {.kind = kind,
                               .to_address = "anna@marlow.example",
                               .subject = "Closed",
                               .text = "Closed.",
                               .ticket_id = ticket_id};
    struct id id;

    test_ok(cx, mail_out_add(cx, &draft, &id));
    return id;
}

static size_t unreached(struct ctx *cx, const char **why)
{
    struct notice_unreached *list;
    size_t count;

    test_as_system(cx);
    test_ok(cx, notice_reach_list(cx, &list, &count));
    *why = count > 0 ? list[0].why : "";
    return count;
}

static void home_says_when_a_ticket_was_solved(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = open_desk(cx);
    struct site_user anna = site_sign_in(cx, d.anna);
    const struct id id = desk_file(cx, &d, "Printer on fire");
    struct site_answer a;

    test_ok(cx, ticket_set_status(cx, id, "solved"));
    test_sql(cx, "UPDATE ticket SET resolved_at = '2020-01-02 12:00:00' WHERE tenant_id = ?",
             DB_ID(cx->tenant_id));
    a = site_get(cx, &anna, "/");
    site_shows(&a, "marked as solved on");
    site_shows(&a, "2 Jan 2020");
}

static void who_was_not_reached_is_listed_until_he_looks(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = open_desk(cx);
    struct site_user anna = site_sign_in(cx, d.anna), priya = site_sign_in(cx, d.priya);
    struct id id, mail;
    const char *why;
    struct site_answer a;

    cx->now = clock_now() - 10 * CLOCK_DAY; /* the site has a clock of its own */
    id = desk_file(cx, &d, "Printer on fire");
    cx->now += CLOCK_HOUR;
    test_ok(cx, ticket_set_status(cx, id, "closed"));
    assert_int_equal(unreached(cx, &why), 1); /* no mail at all */
    assert_string_equal(why, "none");
    test_sql(cx, "UPDATE ticket SET merged_into = id WHERE tenant_id = ?", DB_ID(cx->tenant_id));
    assert_int_equal(unreached(cx, &why), 0); /* the one it goes on in is told of */
    test_sql(cx, "UPDATE ticket SET merged_into = NULL WHERE tenant_id = ?", DB_ID(cx->tenant_id));
    mail = mail_about(cx, id, "ticket.closed");
    assert_int_equal(unreached(cx, &why), 0); /* he has some days to look */
    test_sql(cx, "UPDATE mail_out SET status = 'DEAD' WHERE tenant_id = ?", DB_ID(cx->tenant_id));
    assert_int_equal(unreached(cx, &why), 1);
    assert_string_equal(why, "dead");
    test_sql(cx,
             "UPDATE mail_out SET status = 'SENT', bounced_at = ?, bounce = 'mailbox full' "
             "WHERE tenant_id = ?",
             DB_TIME(cx->now), DB_ID(cx->tenant_id));
    assert_int_equal(unreached(cx, &why), 1);
    assert_string_equal(why, "bounced");
    a = site_get(cx, &priya, "/desk/unreached");
    site_shows(&a, "mailbox full");
    a = site_get(cx, &priya, site_path(cx, "/desk/tickets/%s", id));
    site_shows(&a, "Came back");
    test_sql(cx, "UPDATE mail_out SET bounced_at = NULL WHERE tenant_id = ?", DB_ID(cx->tenant_id));
    cx->now += (NOTICE_REACH_PATIENCE_DAYS + 1) * CLOCK_DAY;
    assert_int_equal(unreached(cx, &why), 1);
    assert_string_equal(why, "unread");
    a = site_get(
        cx, &anna,
        arena_printf(cx->mem, "/tickets/%s?m=%s", id_text(cx->mem, id), id_text(cx->mem, mail)));
    assert_int_equal(a.status, 200);
    assert_int_equal(unreached(cx, &why), 0);
    a = site_get(cx, &priya, site_path(cx, "/desk/tickets/%s", id));
    site_shows(&a, "Link opened");
}

static void whoever_confirms_was_reached(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = open_desk(cx);
    struct id id = desk_file(cx, &d, "Printer on fire");
    const char *why;

    cx->now += CLOCK_HOUR;
    test_ok(cx, ticket_set_status(cx, id, "solved"));
    assert_int_equal(unreached(cx, &why), 1);
    cx->now += CLOCK_HOUR;
    desk_as_anna(cx, &d);
    test_ok(cx, ticket_set_status(cx, id, "closed"));
    assert_int_equal(unreached(cx, &why), 0);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(reading_a_ticket_clears_its_notices),
        cmocka_unit_test(a_notice_of_a_licence_names_it),
        cmocka_unit_test(the_desk_reads_its_notices_too),
        cmocka_unit_test(choices_are_kept_and_bad_hours_are_named),
        cmocka_unit_test(one_post_from_anywhere_stops_the_mails_and_a_look_does_not),
        cmocka_unit_test(own_words_are_saved_shown_with_real_data_and_taken_back),
        cmocka_unit_test(the_tenant_says_how_it_sends_and_tries_it),
        cmocka_unit_test(home_says_when_a_ticket_was_solved),
        cmocka_unit_test(who_was_not_reached_is_listed_until_he_looks),
        cmocka_unit_test(whoever_confirms_was_reached),
    };

    return test_group_run_around("notice_pages", TESTS, COUNT(TESTS), site_start, site_stop);
}
