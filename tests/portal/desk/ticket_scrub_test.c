#include "kb/article_edit.h"
#include "kb/category.h"
#include "portal/desk/ticket_article.h"
#include "portal/desk/ticket_scrub.h"
#include "portal/desk/ticket_thread.h"
#include "tests/portal/desk/desk_frame.h"

#include <string.h>

static void shapes_of_people_and_licences_are_taken_out(void **state)
{
    static const struct {
        const char *text, *scrubbed;
    } CASES[] = {
        {"Mail anna@marlow.example now", "Mail … now"},
        {"（wang@jnxg.example）", "（…）"},
        {"Call +44 1632 960 118.", "Call …."},
        {"电话0571-8888 6666，谢谢", "电话…，谢谢"},
        {"Serial CTR-YRFT-VY9V is bound", "Serial … is bound"},
        {"Version 5.2.1, error 4031, 12 tills", "Version 5.2.1, error 4031, 12 tills"},
        {"T-SHIRT and A-B", "T-SHIRT and A-B"},
        {"Anna said anna keller is in; Annabel stays", "… said … is in; Annabel stays"},
        {"王丽华说打印机坏了", "…说打印机坏了"},
        {"", ""},
    };
    static const char *const WORDS[] = {"Anna Keller", "Anna", "Keller", "王丽华"};
    struct ctx *cx = test_ctx(state);

    for (size_t i = 0; i < COUNT(CASES); i++)
        assert_string_equal(ticket_scrub_text(cx->mem, CASES[i].text, WORDS, COUNT(WORDS)),
                            CASES[i].scrubbed);
}

static void a_text_from_a_ticket_names_nobody_in_it(void **state)
{
    static const char *const PRIVATE[] = {"Anna",  "Keller",  "Priya",     "Marlow",
                                          "anna@", "960 118", "ABCD-1234", "hunter2"};
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    const struct id id = desk_file(cx, &d, "Printer");
    const char *text;
    struct id message;

    desk_as_priya(cx, &d);
    test_ok(cx, ticket_reply(cx, id,
                             "Dear Anna Keller of Marlow Grocers, set the paper width to 80 mm. "
                             "Your serial ABCD-1234-EFGH stays, password=hunter2. Call us on +44 "
                             "1632 960 118 or write to anna@marlow.example. Priya Nair",
                             NULL, &message));
    test_ok(cx, ticket_note(cx, id, "She is difficult", &message));
    test_ok(cx, ticket_scrub(cx, id, &text));
    assert_non_null(strstr(text, "set the paper width to 80 mm"));
    assert_null(strstr(text, "difficult"));
    for (size_t i = 0; i < COUNT(PRIVATE); i++)
        if (strstr(text, PRIVATE[i]) != NULL)
            fail_msg("%s is in: %s", PRIVATE[i], text);
    desk_as_anna(cx, &d);
    assert_false(ticket_scrub(cx, id, &text));
    assert_ptr_equal(cx->err.kind, &ERR_DENIED);
    cx->err = (struct err){.kind = NULL};
    desk_as_eve(cx, &d);
    assert_false(ticket_scrub(cx, id, &text));
    assert_ptr_equal(cx->err.kind, &ERR_NOT_FOUND);
}

static struct article *publish(struct ctx *cx, struct id document)
{
    static const struct category_title TITLE[] = {{"en", "Printing", ""}};
    const struct article_draft draft = {.document_id = document,
                                        .locale = "en",
                                        .audience = "public",
                                        .title = "Paper width",
                                        .markdown = "Set it to **80 mm**."};
    struct article_draft full = draft;
    struct article *a;

    test_as_system(cx);
    if (id_is_zero(document))
        test_ok(cx, category_add(cx, "printing", "printer", TITLE, 1, &full.category_id));
    else
        test_ok(cx,
                id_parse(test_text(cx, "SELECT CAST(id AS CHAR) FROM category WHERE tenant_id = ?",
                                   DB_ID(cx->tenant_id)),
                         &full.category_id));
    test_ok(cx, article_publish(cx, &full, &a));
    return a;
}

static void an_article_counts_the_tickets_that_it_solved(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    const struct id id = desk_file(cx, &d, "Printer"), other = desk_file(cx, &d, "Till");
    const struct article *a = publish(cx, (struct id){{0}});
    const char *link = arena_printf(
        cx->mem, "See https://x.test/kb/article/%lld, and /kb/article/999", (long long)a->number);
    struct id message;
    int64_t solved;

    desk_as_priya(cx, &d);
    test_ok(cx, ticket_reply(cx, id, link, NULL, &message));
    test_ok(cx, ticket_reply(cx, id, link, NULL, &message));
    test_ok(cx, ticket_note(cx, other, link, &message));
    test_ok(cx, ticket_article_solved(cx, a->id, &solved));
    assert_int_equal(solved, 0); /* it is open still */
    test_ok(cx, ticket_set_status(cx, id, "closed"));
    test_ok(cx, ticket_set_status(cx, other, "closed"));
    test_ok(cx, ticket_article_solved(cx, a->id, &solved));
    assert_int_equal(solved, 1); /* a note tells the customer nothing */
    desk_as_anna(cx, &d);
    test_ok(cx, ticket_article_solved(cx, a->id, &solved));
    assert_int_equal(solved, 0);
}

static void the_second_of_two_editors_is_told(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    const struct article *a = publish(cx, (struct id){{0}});
    struct article_draft draft;
    struct id revision;

    test_as_staff(cx, d.priya, RIGHT_KNOWLEDGE);
    test_ok(cx, article_edit_get(cx, a->number, &draft, &revision));
    assert_string_equal(draft.markdown, "Set it to **80 mm**.");
    test_ok(cx, article_edit_check(cx, a->number, revision));
    publish(cx, a->document_id);
    test_as_staff(cx, d.priya, RIGHT_KNOWLEDGE);
    assert_false(article_edit_check(cx, a->number, revision));
    assert_ptr_equal(cx->err.kind, &ERR_ARTICLE_CLASH);
    cx->err = (struct err){.kind = NULL};
    desk_as_priya(cx, &d);
    assert_false(article_edit_get(cx, a->number, &draft, &revision));
    assert_ptr_equal(cx->err.kind, &ERR_DENIED);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(shapes_of_people_and_licences_are_taken_out),
        cmocka_unit_test(a_text_from_a_ticket_names_nobody_in_it),
        cmocka_unit_test(an_article_counts_the_tickets_that_it_solved),
        cmocka_unit_test(the_second_of_two_editors_is_told),
    };

    return test_group_run("ticket_scrub", TESTS, COUNT(TESTS));
}
