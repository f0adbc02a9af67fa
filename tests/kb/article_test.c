#include "kb/article_search.h"
#include "kb/category.h"
#include "tests/support/test.h"

#include <string.h>

static struct id make_category(struct ctx *cx, const char *slug)
{
    const struct category_title titles[] = {{"en", "Printing", "Receipts and labels"},
                                            {"zh", "打印", "小票与价签"}};
    struct id id;

    test_ok(cx, category_add(cx, slug, "printer", titles, COUNT(titles), &id));
    return id;
}

static struct article *publish(struct ctx *cx, struct article_draft draft)
{
    struct article *article = NULL;

    if (draft.locale == NULL)
        draft.locale = "en";
    if (draft.audience == NULL)
        draft.audience = "public";
    if (draft.markdown == NULL)
        draft.markdown = "Open **Settings** and press the button.";
    test_ok(cx, article_publish(cx, &draft, &article));
    return article;
}

static size_t found_by(struct ctx *cx, const char *query)
{
    struct article *list;
    size_t count;

    test_ok(cx, article_search(cx, query, "en", 20, &list, &count));
    return count;
}

static void a_published_article_is_shown_with_its_sections(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct article *made =
        publish(cx, (struct article_draft){.category_id = make_category(cx, "printing"),
                                           .title = "Printer stops",
                                           .markdown = "# Why\n\na\n\n# What to do\n\nb\n"});
    struct article_body body;
    struct article *read;

    test_ok(cx, article_get(cx, made->number, &read, &body));
    assert_string_equal(read->title, "Printer stops");
    assert_string_equal(read->category_title, "Printing");
    assert_int_equal(json_array_size(body.contents), 2);
    assert_non_null(strstr(body.html, "<h2 id=\"s2\">"));
    assert_int_equal(
        test_i64(cx, "SELECT COUNT(*) FROM event WHERE tenant_id = ?", DB_ID(cx->tenant_id)), 1);
}

static void each_viewer_sees_what_is_meant_for_him(void **state)
{
    static const char *const AUDIENCES[] = {"public", "customer", "staff"};
    struct ctx *cx = test_ctx(state);
    struct id category = make_category(cx, "printing");
    struct id person = make_person(cx, "Anna", "anna@example.com");
    struct id organisation = make_organisation(cx, "C1", "Marlow");
    struct article_body body;
    struct article *article;
    int64_t numbers[COUNT(AUDIENCES)];

    for (size_t i = 0; i < COUNT(AUDIENCES); i++)
        numbers[i] = publish(cx, (struct article_draft){.category_id = category,
                                                        .audience = AUDIENCES[i],
                                                        .title = "Secret handshake"})
                         ->number;
    for (size_t sees = 1; sees <= COUNT(AUDIENCES); sees++) {
        struct category *shelf;

        if (sees == 1)
            test_as_nobody(cx);
        else if (sees == 2)
            test_as_customer(cx, person, organisation, RIGHT_TICKET_OWN);
        else
            test_as_staff(cx, person, RIGHT_DESK);
        assert_int_equal(found_by(cx, "handshake"), sees);
        test_ok(cx, category_get(cx, "printing", "en", &shelf));
        assert_int_equal(shelf->article_count, sees);
        for (size_t i = 0; i < COUNT(AUDIENCES); i++) {
            if (i < sees)
                test_ok(cx, article_get(cx, numbers[i], &article, &body));
            else
                test_refused(cx, article_get(cx, numbers[i], &article, &body), &ERR_NOT_FOUND);
        }
    }
}

static void drafts_are_for_those_who_write(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct id person = make_person(cx, "Kim", "kim@example.com");
    struct article_body body;
    struct article *article =
        publish(cx, (struct article_draft){.category_id = make_category(cx, "printing"),
                                           .title = "Not yet"});

    test_sql(cx, "UPDATE article SET state = 'draft' WHERE tenant_id = ?", DB_ID(cx->tenant_id));
    test_as_staff(cx, person, RIGHT_DESK);
    test_refused(cx, article_get(cx, article->number, &article, &body), &ERR_NOT_FOUND);
    assert_int_equal(found_by(cx, "not yet"), 0);
    test_as_staff(cx, person, RIGHT_KNOWLEDGE);
    assert_int_equal(found_by(cx, "not yet"), 1);
}

static void only_writers_publish(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct id category = make_category(cx, "printing");
    struct id person = make_person(cx, "Kim", "kim@example.com");
    const struct article_draft draft = {.category_id = category,
                                        .locale = "en",
                                        .audience = "public",
                                        .title = "Mine",
                                        .markdown = "text"};
    struct article *article;

    test_as_staff(cx, person, RIGHT_DESK);
    test_refused(cx, article_publish(cx, &draft, &article), &ERR_DENIED);
    test_as_nobody(cx);
    test_refused(cx, article_publish(cx, &draft, &article), &ERR_DENIED);
}

static void another_tenants_articles_are_not_there(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct article *article =
        publish(cx, (struct article_draft){.category_id = make_category(cx, "printing"),
                                           .title = "Printer stops"});
    struct ctx *other = test_ctx(state);
    struct article_body body;

    test_refused(other, article_get(other, article->number, &article, &body), &ERR_NOT_FOUND);
    assert_int_equal(found_by(other, "printer"), 0);
}

static void chinese_and_english_texts_are_found(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct id category = make_category(cx, "printing");
    struct article *list;
    size_t count;

    publish(cx, (struct article_draft){.category_id = category,
                                       .title = "Receipt printer stops",
                                       .markdown = "Open Settings and set the cut delay."});
    publish(cx, (struct article_draft){.category_id = category,
                                       .locale = "zh",
                                       .title = "小票打印机停止工作",
                                       .markdown = "打开设置，修改切纸延迟。"});
    publish(cx, (struct article_draft){.category_id = category,
                                       .title = "Change a VAT rate",
                                       .markdown = "Rates change at midnight."});
    assert_int_equal(found_by(cx, "cut delay"), 1);
    assert_int_equal(found_by(cx, "延迟"), 1);
    assert_int_equal(found_by(cx, "打印机 printer"), 2);
    assert_int_equal(found_by(cx, ""), 0);
    assert_int_equal(found_by(cx, "+-><()~*\"@ '; DROP TABLE article"), 0);
    test_ok(cx, article_search(cx, "change stops rate", "en", 20, &list, &count));
    assert_int_equal(count, 2);
    assert_string_equal(list[0].title, "Change a VAT rate");
}

static void a_title_counts_more_than_the_text(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct id category = make_category(cx, "printing");
    struct article *list;
    size_t count;

    publish(cx, (struct article_draft){.category_id = category,
                                       .title = "Other things",
                                       .markdown = "The drawer is mentioned once."});
    publish(cx, (struct article_draft){.category_id = category,
                                       .title = "Open the drawer",
                                       .markdown = "Press the key."});
    test_ok(cx, article_search(cx, "drawer", "en", 20, &list, &count));
    assert_int_equal(count, 2);
    assert_string_equal(list[0].title, "Open the drawer");
}

static void a_new_revision_replaces_what_is_found(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct id category = make_category(cx, "printing");
    struct article *first = publish(
        cx,
        (struct article_draft){.category_id = category, .title = "Old name", .markdown = "zebra"});
    struct article *second = publish(cx, (struct article_draft){.category_id = category,
                                                                .document_id = first->document_id,
                                                                .title = "New name",
                                                                .markdown = "giraffe"});

    assert_int_equal(first->number, second->number);
    assert_int_equal(found_by(cx, "zebra"), 0);
    assert_int_equal(found_by(cx, "giraffe"), 1);
    assert_int_equal(test_i64(cx, "SELECT COUNT(*) FROM article_revision WHERE tenant_id = ?",
                              DB_ID(cx->tenant_id)),
                     2);
}

static void translations_know_each_other(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct id category = make_category(cx, "printing");
    struct article *english =
        publish(cx, (struct article_draft){.category_id = category, .title = "Printer stops"});
    struct article *chinese = publish(cx, (struct article_draft){.category_id = category,
                                                                 .document_id = english->id,
                                                                 .locale = "zh",
                                                                 .title = "打印机停止"});
    struct article_body body;
    struct article *read;

    test_ok(cx, article_get(cx, english->number, &read, &body));
    assert_int_equal(json_array_size(body.translations), 1);
    assert_int_equal(json_get_i64(json_array_get(body.translations, 0), "number", 0),
                     chinese->number);
    assert_string_equal(chinese->category_title, "打印");
}

static bool publish_again(struct ctx *cx, void *arg)
{
    const struct article_draft *draft = arg;
    struct article *article;

    return article_publish(cx, draft, &article);
}

static void nothing_is_there(struct ctx *cx, void *arg)
{
    (void)arg;
    assert_int_equal(
        test_i64(cx, "SELECT COUNT(*) FROM article WHERE tenant_id = ?", DB_ID(cx->tenant_id)), 0);
    assert_int_equal(
        test_i64(cx, "SELECT COUNT(*) FROM article_term WHERE tenant_id = ?", DB_ID(cx->tenant_id)),
        0);
}

static void a_failure_at_any_statement_leaves_no_row(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct article_draft draft = {.category_id = make_category(cx, "printing"),
                                  .locale = "en",
                                  .audience = "public",
                                  .title = "All or nothing",
                                  .markdown = "text"};

    test_failures(cx, publish_again, &draft, nothing_is_there);
}

static void bad_drafts_are_refused_by_field(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct id category = make_category(cx, "printing");
    struct article *article;
    const struct article_draft no_title = {.category_id = category,
                                           .locale = "en",
                                           .audience = "public",
                                           .title = "",
                                           .markdown = "x"};
    const struct article_draft bad_text = {.category_id = category,
                                           .locale = "en",
                                           .audience = "public",
                                           .title = "t",
                                           .markdown = "bad \xff"};

    test_refused(cx, article_publish(cx, &no_title, &article), &ERR_ARTICLE_TITLE);
    assert_false(article_publish(cx, &bad_text, &article));
    assert_string_equal(cx->err.source, "markdown");
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(a_published_article_is_shown_with_its_sections),
        cmocka_unit_test(each_viewer_sees_what_is_meant_for_him),
        cmocka_unit_test(drafts_are_for_those_who_write),
        cmocka_unit_test(only_writers_publish),
        cmocka_unit_test(another_tenants_articles_are_not_there),
        cmocka_unit_test(chinese_and_english_texts_are_found),
        cmocka_unit_test(a_title_counts_more_than_the_text),
        cmocka_unit_test(a_new_revision_replaces_what_is_found),
        cmocka_unit_test(translations_know_each_other),
        cmocka_unit_test(a_failure_at_any_statement_leaves_no_row),
        cmocka_unit_test(bad_drafts_are_refused_by_field),
    };

    return test_group_run("article", TESTS, COUNT(TESTS));
}
