/* Tickets and the desk as browsers meet them. */
#include "portal/desk/sla.h"
#include "portal/desk/ticket_thread.h"
#include "tests/http/site.h"
#include "tests/portal/desk/desk_frame.h"

#include <string.h>

static const char FILED[] =
    "topic=fault&subject=Receipt+printer+stops&text=It+prints+two+%26+stops"
    "&impact=2&city=Henley&request_key=";

/* The desk's people with browsers. */
struct pages {
    struct desk d;
    struct site_user anna, tom, eve, priya;
};

static struct pages open_pages(struct ctx *cx)
{
    struct pages p = {.d = desk_make(cx)};
    site_open(cx);
    test_sql(cx,
             "INSERT INTO role_right (tenant_id, role_id, name) SELECT tenant_id, id, 'desk' FROM "
             "role WHERE tenant_id = ?",
             DB_ID(cx->tenant_id));
    p.anna = site_sign_in(cx, p.d.anna);
    p.tom = site_sign_in(cx, p.d.tom);
    p.eve = site_sign_in(cx, p.d.eve);
    p.priya = site_sign_in(cx, p.d.priya);
    return p;
}

static int64_t count(struct ctx *cx, const char *sql)
{
    return test_i64(cx, sql, DB_ID(cx->tenant_id));
}

static void a_customer_files_reads_answers_and_closes(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct pages p = open_pages(cx);
    struct site_answer a = site_get(cx, &p.anna, "/tickets/new");
    const char *path;

    assert_int_equal(a.status, 200);
    site_shows(&a, "Send ticket");
    site_shows(&a, "Something stops or is wrong");
    a = site_post(cx, &p.anna, "/tickets/new", arena_printf(cx->mem, "%sabc", FILED));
    assert_int_equal(a.status, 303);
    path = a.location;
    a = site_get(cx, &p.anna, path);
    assert_int_equal(a.status, 200);
    site_shows(&a, "Receipt printer stops");
    site_shows(&a, "It prints two &amp; stops");
    site_shows(&a, "We are working on it");
    site_shows(&a, "is filed.");
    a = site_post(cx, &p.anna, arena_printf(cx->mem, "%s/reply", path), "text=Model+RP-80");
    assert_int_equal(a.status, 303);
    a = site_get(cx, &p.anna, path);
    site_shows(&a, "Model RP-80");
    a = site_post(cx, &p.anna, arena_printf(cx->mem, "%s/confirm", path), "");
    assert_int_equal(a.status, 303);
    a = site_get(cx, &p.anna, path);
    site_shows(&a, "This ticket is closed");
    a = site_get(cx, &p.anna, "/tickets?tab=solved");
    site_shows(&a, "Receipt printer stops");
    a = site_get(cx, &p.anna, "/tickets?tab=waiting");
    site_hides(&a, "Receipt printer stops");
    a = site_get(cx, &p.anna, "/tickets?tab=all&q=printer");
    site_shows(&a, "Receipt printer stops");
}

static void a_double_click_files_one_ticket(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct pages p = open_pages(cx);
    const char *body = arena_printf(cx->mem, "%ssamekey", FILED);
    const struct site_answer first = site_post(cx, &p.anna, "/tickets/new", body);
    const struct site_answer second = site_post(cx, &p.anna, "/tickets/new", body);

    assert_string_equal(first.location, second.location);
    assert_int_equal(count(cx, "SELECT COUNT(*) FROM ticket WHERE tenant_id = ?"), 1);
}

static void a_reply_sent_twice_stands_once(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct pages p = open_pages(cx);
    const char *path = site_path(cx, "/tickets/%s/reply", desk_file(cx, &p.d, "s"));
    const struct site_answer first = site_post(cx, &p.anna, path, "text=once&request_key=k1");
    const struct site_answer second = site_post(cx, &p.anna, path, "text=once&request_key=k1");

    assert_int_equal(first.status, 303);
    assert_string_equal(first.location, second.location);
    assert_int_equal(site_post(cx, &p.tom, path, "text=mine&request_key=k1").status, 422);
    assert_int_equal(site_post(cx, &p.anna, path, "text=again&request_key=k2").status, 303);
    assert_int_equal(count(cx, "SELECT COUNT(*) FROM message WHERE tenant_id = ?"), 3);
}

static void all_faults_come_at_once_and_what_was_typed_stays(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct pages p = open_pages(cx);
    const struct site_answer a =
        site_post(cx, &p.anna, "/tickets/new", "text=only+this+text&city=Henley");

    assert_int_equal(a.status, 422);
    site_shows(&a, "Please change what is marked below");
    site_shows(&a, "href=\"#subject\"");
    site_shows(&a, "href=\"#topic\"");
    site_shows(&a, "only this text");
    site_shows(&a, "value=\"Henley\"");
    assert_int_equal(count(cx, "SELECT COUNT(*) FROM ticket WHERE tenant_id = ?"), 0);
}

static void without_script_suggestions_are_a_step_that_files_nothing(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct pages p = open_pages(cx);
    const struct site_answer a = site_post(cx, &p.anna, "/tickets/new",
                                           "step=suggest&subject=Receipt+printer&text=half+typed");

    assert_int_equal(a.status, 200);
    site_shows(&a, "value=\"Receipt printer\"");
    site_shows(&a, "half typed");
    site_hides(&a, "Please change what is marked below");
    assert_int_equal(count(cx, "SELECT COUNT(*) FROM ticket WHERE tenant_id = ?"), 0);
}

static void others_find_no_ticket_and_no_file(void **state)
{
    static const char *const FIELDS[] = {"topic=fault", "subject=with a file", "text=see the file",
                                         NULL};
    static const char HTML[] = "<script>alert(1)</script>";
    struct ctx *cx = test_ctx(state);
    const struct pages p = open_pages(cx);
    struct site_answer a =
        site_upload(cx, &p.anna, "/tickets/new", FIELDS, "evil.html", HTML, sizeof(HTML) - 1);
    const char *ticket = a.location, *file, *start;

    assert_int_equal(a.status, 303);
    a = site_get(cx, &p.anna, ticket);
    start = strstr(a.body, "/files/");
    assert_non_null(start);
    file = arena_dup_bytes(cx->mem, start, strlen("/files/") + ID_TEXT_SIZE - 1);
    a = site_get(cx, &p.anna, file);
    assert_int_equal(a.status, 200);
    assert_string_equal(a.body, HTML);
    assert_non_null(strstr(a.head, "attachment"));
    assert_non_null(strstr(a.head, "nosniff"));
    assert_null(strstr(a.head, "text/html"));
    assert_int_equal(site_get(cx, &p.tom, file).status, 200);
    assert_int_equal(site_get(cx, &p.priya, file).status, 200);
    assert_int_equal(site_get(cx, &p.eve, file).status, 404);
    assert_int_equal(site_get(cx, &p.eve, ticket).status, 404);
    assert_int_equal(site_get(cx, NULL, file).status, 303);
    assert_int_equal(site_get(cx, NULL, ticket).status, 303);
    assert_int_equal(
        site_post(cx, &p.eve, arena_printf(cx->mem, "%s/reply", ticket), "text=x").status, 404);
    assert_int_equal(site_get(cx, &p.priya, "/tickets").status, 403);
    assert_int_equal(site_get(cx, &p.anna, "/desk").status, 403);
    assert_int_equal(site_get(cx, &p.anna, arena_printf(cx->mem, "/desk%s", ticket)).status, 403);
}

static void a_file_is_kept_when_the_form_comes_back(void **state)
{
    static const char *const FAULTY[] = {"topic=fault", "text=no subject yet", NULL};
    struct ctx *cx = test_ctx(state);
    const struct pages p = open_pages(cx);
    struct site_answer a =
        site_upload(cx, &p.anna, "/tickets/new", FAULTY, "log.txt", "one line\n", 9);
    const char *start, *end, *kept;
    const char *fields[] = {"topic=fault", "text=now with subject", "subject=with the log", NULL,
                            NULL};

    assert_int_equal(a.status, 422);
    site_shows(&a, "log.txt");
    start = strstr(a.body, "name=\"kept\" value=\"");
    assert_non_null(start);
    start += strlen("name=\"kept\" value=\"");
    end = strchr(start, '"');
    kept = arena_printf(cx->mem, "kept=%.*s", (int)(end - start), start);
    fields[3] = kept;
    a = site_upload(cx, &p.eve, "/tickets/new", fields, NULL, NULL, 0); /* not her file */
    assert_int_equal(a.status, 303);
    assert_int_equal(count(cx, "SELECT COUNT(*) FROM attachment WHERE tenant_id = ?"), 0);
    a = site_upload(cx, &p.anna, "/tickets/new", fields, NULL, NULL, 0);
    assert_int_equal(a.status, 303);
    a = site_get(cx, &p.anna, a.location);
    site_shows(&a, "log.txt");
    assert_int_equal(count(cx, "SELECT COUNT(*) FROM attachment WHERE tenant_id = ?"), 1);
}

/* One act of staff on the ticket's page, which leads back to it. */
static void staff_do(struct ctx *cx, const struct site_user *user, const char *path,
                     const char *what, const char *body)
{
    const struct site_answer a =
        site_post(cx, user, arena_printf(cx->mem, "%s/%s", path, what), body);

    assert_int_equal(a.status, 303);
    assert_non_null(strstr(a.location, path));
}

static void staff_work_a_ticket_from_queue_to_solution(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct pages p = open_pages(cx);
    struct site_answer a;
    struct ticket *t;
    struct id id;
    const char *path;

    test_ok(cx, sla_set(cx, &(struct sla){.level = 2, .answer_minutes = 30}));
    id = desk_file(cx, &p.d, "Receipt printer stops");
    path = site_path(cx, "/desk/tickets/%s", id);
    a = site_get(cx, &p.priya, "/desk?view=unassigned");
    assert_int_equal(a.status, 200);
    site_shows(&a, "Receipt printer stops");
    site_shows(&a, "Marlow Grocers");
    a = site_get(cx, &p.priya, arena_printf(cx->mem, "%s?view=unassigned", path));
    assert_int_equal(a.status, 200);
    site_shows(&a, "Anna Keller");
    site_shows(&a, "anna@marlow.example");
    a = site_post(
        cx, &p.priya, arena_printf(cx->mem, "%s/assign", path),
        arena_printf(cx->mem, "view=unassigned&assignee=%s", id_text(cx->mem, p.d.priya)));
    assert_non_null(strstr(a.location, "view=unassigned"));
    staff_do(cx, &p.priya, path, "level", "level=1");
    staff_do(cx, &p.priya, path, "team",
             arena_printf(cx->mem, "team=%s", id_text(cx->mem, p.d.team)));
    staff_do(cx, &p.priya, path, "topic", "topic=question");
    staff_do(cx, &p.priya, path, "tag", "tag=RP-80");
    staff_do(cx, &p.priya, path, "reply", "kind=note&text=SECRET+cut+command");
    staff_do(cx, &p.priya, path, "reply", "kind=reply&text=Please+set+300+ms&status=solved");
    test_ok(cx, ticket_get(cx, id, &t));
    assert_int_equal(t->category, TICKET_SOLVED);
    assert_int_equal(t->level, 1);
    a = site_get(cx, &p.priya, path);
    site_shows(&a, "SECRET cut command");
    site_shows(&a, "rp-80");
    site_shows(&a, "Priya Nair set level 1");
}

static void a_customer_sees_the_answer_but_nothing_internal(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct pages p = open_pages(cx);
    const struct id id = desk_file(cx, &p.d, "Receipt printer stops");
    const char *path = site_path(cx, "/desk/tickets/%s", id);
    struct site_answer a;
    struct ticket *t;

    staff_do(cx, &p.priya, path, "level", "level=1");
    staff_do(cx, &p.priya, path, "tag", "tag=RP-80");
    staff_do(cx, &p.priya, path, "reply", "kind=note&text=SECRET+cut+command");
    staff_do(cx, &p.priya, path, "reply", "kind=reply&text=Please+set+300+ms&status=solved");
    a = site_get(cx, &p.anna, site_path(cx, "/tickets/%s", id));
    site_shows(&a, "Please set 300 ms");
    site_shows(&a, "Is it solved?");
    site_hides(&a, "SECRET");
    site_hides(&a, "rp-80");
    site_hides(&a, "set level");
    assert_int_equal(site_post(cx, &p.anna, site_path(cx, "/tickets/%s/reopen", id), "").status,
                     303);
    test_ok(cx, ticket_get(cx, id, &t));
    assert_int_equal(t->category, TICKET_OPEN);
}

static void a_refused_act_shows_the_ticket_again_with_the_reason(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct pages p = open_pages(cx);
    const struct id id = desk_file(cx, &p.d, "s");
    const char *path = site_path(cx, "/desk/tickets/%s", id);
    struct site_answer a;

    assert_int_equal(
        site_post(cx, &p.priya, arena_printf(cx->mem, "%s/status", path), "status=closed").status,
        303);
    a = site_post(cx, &p.priya, arena_printf(cx->mem, "%s/status", path), "status=waiting");
    assert_int_equal(a.status, 422);
    site_shows(&a, "This state cannot follow the present one.");
    a = site_post(cx, &p.priya, arena_printf(cx->mem, "%s/reply", path), "kind=reply&text=");
    assert_int_equal(a.status, 422);
    a = site_post(cx, &p.priya, arena_printf(cx->mem, "%s/level", path), "level=9");
    assert_int_equal(a.status, 422);
}

static void staff_file_for_a_caller(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct pages p = open_pages(cx);
    struct site_answer a = site_get(cx, &p.priya, "/desk/tickets/new");

    assert_int_equal(a.status, 200);
    site_shows(&a, "File for a caller");
    a = site_post(cx, &p.priya, "/desk/tickets/new",
                  "reporter_name=Rosa+Lind&organisation=C-9&topic=fault&subject=dark&text=till+2");
    assert_int_equal(a.status, 422);
    site_shows(&a, "No customer has this code or name.");
    site_shows(&a, "value=\"Rosa Lind\"");
    a = site_post(cx, &p.priya, "/desk/tickets/new",
                  "reporter_name=Rosa+Lind&organisation=C-1&topic=fault&subject=dark&text=till+2"
                  "&level=1&city=Henley");
    assert_int_equal(a.status, 303);
    a = site_get(cx, &p.priya, a.location);
    site_shows(&a, "Rosa Lind");
    a = site_get(cx, &p.tom, "/tickets");
    site_shows(&a, "dark");
    assert_int_equal(site_get(cx, &p.anna, "/desk/tickets/new").status, 403);
}

static void a_number_leads_to_the_ticket(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct pages p = open_pages(cx);
    const struct id id = desk_file(cx, &p.d, "s");
    struct ticket *t;
    const char *path;
    struct site_answer a;

    test_ok(cx, ticket_get(cx, id, &t));
    path = arena_printf(cx->mem, "/t/%s", t->number);
    a = site_get(cx, &p.anna, path);
    assert_int_equal(a.status, 303);
    assert_non_null(strstr(a.location, site_path(cx, "/tickets/%s", id)));
    a = site_get(cx, &p.priya, path);
    assert_non_null(strstr(a.location, site_path(cx, "/desk/tickets/%s", id)));
    assert_int_equal(site_get(cx, &p.eve, path).status, 404);
    assert_int_equal(site_get(cx, &p.anna, "/t/none").status, 404);
}

static void staff_search_by_number_and_by_words(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct pages p = open_pages(cx);
    const struct id id = desk_file(cx, &p.d, "Receipt printer stops");
    struct ticket *t;
    struct site_answer a;

    test_ok(cx, ticket_get(cx, id, &t));
    a = site_get(cx, &p.priya, arena_printf(cx->mem, "/desk/search?q=%s", t->number));
    assert_int_equal(a.status, 303);
    assert_non_null(strstr(a.location, site_path(cx, "/desk/tickets/%s", id)));
    a = site_get(cx, &p.priya, "/desk/search?q=printer+stop");
    assert_int_equal(a.status, 200);
    site_shows(&a, "Receipt printer stops");
    a = site_get(cx, &p.priya, "/desk/search?q=scanner");
    site_hides(&a, "Receipt printer stops");
    a = site_get(cx, &p.priya, "/desk/search"); /* the way there where the bar has no field */
    assert_int_equal(a.status, 200);
    site_shows(&a, "name=\"q\" value=\"\"");
    assert_int_equal(site_get(cx, &p.anna, "/desk/search?q=printer").status, 403);
}

static void a_colleague_is_added_and_taken_off(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct pages p = open_pages(cx);
    const struct id id = desk_file(cx, &p.d, "s");
    const char *person = arena_printf(cx->mem, "person=%s", id_text(cx->mem, p.d.tom));
    struct site_answer a;

    assert_int_equal(site_post(cx, &p.anna, site_path(cx, "/tickets/%s/people", id), person).status,
                     303);
    a = site_get(cx, &p.anna, site_path(cx, "/tickets/%s", id));
    site_shows(&a, "can reply");
    assert_int_equal(
        site_post(cx, &p.anna, site_path(cx, "/tickets/%s/people/remove", id), person).status, 303);
    assert_int_equal(count(cx, "SELECT COUNT(*) FROM participant WHERE tenant_id = ?"), 0);
}

static void suggestions_need_three_letters(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct pages p = open_pages(cx);
    const struct site_answer a = site_get(cx, &p.anna, "/tickets/suggest?subject=re");

    assert_int_equal(a.status, 200);
    site_hides(&a, "<details");
    site_hides(&a, "<html");
}

static void pages_speak_chinese(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct pages p = open_pages(cx);
    const struct id id = desk_file(cx, &p.d, "小票打印机不出纸");
    struct site_answer a;

    a = site_get(cx, &p.anna, site_path(cx, "/tickets/%s?lang=zh", id));
    site_shows(&a, "lang=\"zh-CN\"");
    site_shows(&a, "我们正在处理");
    site_shows(&a, "小票打印机不出纸");
    site_hides(&a, "We are working");
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(a_customer_files_reads_answers_and_closes),
        cmocka_unit_test(a_double_click_files_one_ticket),
        cmocka_unit_test(a_reply_sent_twice_stands_once),
        cmocka_unit_test(all_faults_come_at_once_and_what_was_typed_stays),
        cmocka_unit_test(without_script_suggestions_are_a_step_that_files_nothing),
        cmocka_unit_test(others_find_no_ticket_and_no_file),
        cmocka_unit_test(a_file_is_kept_when_the_form_comes_back),
        cmocka_unit_test(staff_work_a_ticket_from_queue_to_solution),
        cmocka_unit_test(a_customer_sees_the_answer_but_nothing_internal),
        cmocka_unit_test(a_refused_act_shows_the_ticket_again_with_the_reason),
        cmocka_unit_test(staff_file_for_a_caller),
        cmocka_unit_test(a_number_leads_to_the_ticket),
        cmocka_unit_test(staff_search_by_number_and_by_words),
        cmocka_unit_test(a_colleague_is_added_and_taken_off),
        cmocka_unit_test(suggestions_need_three_letters),
        cmocka_unit_test(pages_speak_chinese),
    };

    return test_group_run_around("ticket_pages", TESTS, COUNT(TESTS), site_start, site_stop);
}
