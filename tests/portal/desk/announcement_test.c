#include "base/clock.h"
#include "portal/desk/announcement.h"
#include "portal/notice/notice.h"
#include "portal/notice/notice_news.h"
#include "tests/portal/desk/desk_frame.h"

#include <string.h>

static void as_editor(struct ctx *cx, const struct desk *d)
{
    test_as_staff(cx, d->priya, RIGHT_KNOWLEDGE);
}

static struct announcement draft(enum announcement_audience audience, const char *title)
{
    return (struct announcement){.audience = audience,
                                 .codes = "",
                                 .topic = "",
                                 .is_published = true,
                                 .texts = {{.language = "en", .title = title, .body = "**Text**"}},
                                 .text_count = 1};
}

static struct id publish(struct ctx *cx, const struct desk *d, struct announcement a)
{
    as_editor(cx, d);
    test_ok(cx, announcement_save(cx, &a));
    return a.id;
}

static size_t seen_by_viewer(struct ctx *cx)
{
    struct announcement_seen *list;
    size_t count;

    test_ok(cx, announcement_list(cx, ANNOUNCEMENT_ALL, NULL, "en", 0, &list, &count));
    return count;
}

static void fails(struct ctx *cx, bool is_done, const struct err_kind *kind)
{
    assert_false(is_done);
    assert_ptr_equal(cx->err.kind, kind);
    cx->err = (struct err){.kind = NULL};
}

static void each_audience_sees_its_own_and_nobody_elses(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    struct announcement some = draft(ANNOUNCEMENT_ORGANISATIONS, "Some");
    struct announcement_seen *one;
    struct id id;

    some.codes = test_text(cx, "SELECT code FROM organisation WHERE tenant_id = ? AND id = ?",
                           DB_ID(cx->tenant_id), DB_ID(d.organisation));
    publish(cx, &d, draft(ANNOUNCEMENT_EVERYBODY, "Everybody"));
    publish(cx, &d, draft(ANNOUNCEMENT_CUSTOMERS, "Customers"));
    publish(cx, &d, draft(ANNOUNCEMENT_STAFF, "Staff"));
    id = publish(cx, &d, some);
    desk_as_anna(cx, &d);
    assert_int_equal(seen_by_viewer(cx), 3);
    test_ok(cx, announcement_read(cx, id, "en", &one));
    desk_as_eve(cx, &d);
    assert_int_equal(seen_by_viewer(cx), 2);
    fails(cx, announcement_read(cx, id, "en", &one), &ERR_NOT_FOUND);
    cx->viewer = (struct viewer){.kind = VIEWER_NOBODY};
    assert_int_equal(seen_by_viewer(cx), 1);
    desk_as_priya(cx, &d);
    assert_int_equal(seen_by_viewer(cx), 4);
}

static void it_is_shown_from_its_day_to_its_last_and_never_as_a_draft(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    struct announcement a = draft(ANNOUNCEMENT_EVERYBODY, "Later");
    struct announcement b = draft(ANNOUNCEMENT_EVERYBODY, "Draft");

    a.show_from = cx->now + CLOCK_HOUR;
    a.show_until = cx->now + 2 * CLOCK_HOUR;
    b.is_published = false;
    publish(cx, &d, a);
    publish(cx, &d, b);
    assert_int_equal(seen_by_viewer(cx), 0);
    cx->now += CLOCK_HOUR;
    assert_int_equal(seen_by_viewer(cx), 1);
    cx->now += CLOCK_HOUR;
    assert_int_equal(seen_by_viewer(cx), 0);
}

static void a_product_s_is_seen_by_who_has_a_licence_of_it(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    struct announcement a = draft(ANNOUNCEMENT_PRODUCT, "Product");

    as_editor(cx, &d);
    fails(cx, announcement_save(cx, &a), &ERR_INVALID);
    a.product_id = ctx_new_id(cx);
    test_sql(cx,
             "INSERT INTO product (tenant_id, id, code, name, created_at, updated_at) VALUES "
             "(?, ?, 'p', 'P', NOW(), NOW())",
             DB_ID(cx->tenant_id), DB_ID(a.product_id));
    publish(cx, &d, a);
    desk_as_anna(cx, &d);
    assert_int_equal(seen_by_viewer(cx), 0);
}

static void reading_is_kept_once_and_in_the_readers_language(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    struct announcement a = draft(ANNOUNCEMENT_CUSTOMERS, "Hello");
    struct announcement_reader *readers;
    struct announcement_seen *one, *list;
    struct id id;
    size_t count;

    a.texts[1] = (struct announcement_text){.language = "zh", .title = "你好", .body = ""};
    a.text_count = 2;
    id = publish(cx, &d, a);
    desk_as_anna(cx, &d);
    test_ok(cx, announcement_read(cx, id, "zh", &one));
    assert_string_equal(one->title, "你好");
    test_ok(cx, announcement_read(cx, id, "fr", &one));
    assert_string_equal(one->title, "Hello");
    assert_true(one->is_read);
    test_ok(cx, announcement_list(cx, ANNOUNCEMENT_UNREAD, NULL, "en", 0, &list, &count));
    assert_int_equal(count, 0);
    as_editor(cx, &d);
    test_ok(cx, announcement_readers(cx, id, 10, &readers, &count));
    assert_int_equal(count, 0); /* who writes news need not know the customers' people */
    test_as_staff(cx, d.priya, RIGHT_KNOWLEDGE | RIGHT_CUSTOMERS_READ);
    test_ok(cx, announcement_readers(cx, id, 10, &readers, &count));
    assert_int_equal(count, 0); /* hers are other customers */
    test_as_staff(cx, d.priya,
                  RIGHT_KNOWLEDGE | RIGHT_CUSTOMERS_READ | RIGHT_ALL_OF(MODULE_CUSTOMERS));
    test_ok(cx, announcement_readers(cx, id, 10, &readers, &count));
    assert_int_equal(count, 1);
    assert_string_equal(readers[0].name, "Anna Keller");
    assert_string_equal(readers[0].organisation, "Marlow Grocers");
}

static void an_outage_is_told_for_its_topic(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    struct announcement a = draft(ANNOUNCEMENT_CUSTOMERS, "Printing fails");
    struct announcement_seen *list;
    size_t count;

    a.is_outage = true;
    a.topic = "fault";
    publish(cx, &d, a);
    publish(cx, &d, draft(ANNOUNCEMENT_CUSTOMERS, "A party"));
    desk_as_anna(cx, &d);
    test_ok(cx, announcement_list(cx, ANNOUNCEMENT_OUTAGES, "fault", "en", 0, &list, &count));
    assert_int_equal(count, 1);
    test_ok(cx, announcement_list(cx, ANNOUNCEMENT_OUTAGES, "question", "en", 0, &list, &count));
    assert_int_equal(count, 0);
    test_ok(cx, announcement_list(cx, ANNOUNCEMENT_OUTAGES, NULL, "en", 0, &list, &count));
    assert_int_equal(count, 1);
}

static int64_t notices(struct ctx *cx)
{
    return test_i64(cx, "SELECT COUNT(*) FROM notice WHERE tenant_id = ?", DB_ID(cx->tenant_id));
}

static void tell_all(struct ctx *cx)
{
    unsigned told;

    cx->viewer = (struct viewer){.kind = VIEWER_SYSTEM};
    do
        test_ok(cx, notice_news_tell(cx, 1, &told));
    while (told > 0);
}

static void everybody_of_the_audience_is_told_once(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    struct announcement a = draft(ANNOUNCEMENT_CUSTOMERS, "Hello");
    struct announcement_seen *one;
    struct id id;
    int64_t unread;

    a.by_mail = true;
    id = publish(cx, &d, a);
    tell_all(cx);
    tell_all(cx);
    assert_int_equal(notices(cx), 3); /* anna, tom, eve */
    assert_int_equal(test_i64(cx,
                              "SELECT COUNT(*) FROM notice WHERE tenant_id = ? AND due_at IS "
                              "NOT NULL",
                              DB_ID(cx->tenant_id)),
                     3);
    desk_as_anna(cx, &d);
    test_ok(cx, notice_count_unread(cx, &unread));
    assert_int_equal(unread, 1);
    test_ok(cx, announcement_read(cx, id, "en", &one));
    test_ok(cx, notice_read_news(cx, id));
    test_ok(cx, notice_count_unread(cx, &unread));
    assert_int_equal(unread, 0);
}

static void without_mail_it_is_on_the_page_of_notices_alone(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);

    publish(cx, &d, draft(ANNOUNCEMENT_STAFF, "Hello"));
    tell_all(cx);
    assert_int_equal(notices(cx), 2); /* priya, dan */
    assert_int_equal(test_i64(cx,
                              "SELECT COUNT(*) FROM notice WHERE tenant_id = ? AND due_at IS "
                              "NOT NULL",
                              DB_ID(cx->tenant_id)),
                     0);
}

static void two_editors_and_what_cannot_be_are_refused(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    struct announcement a = draft(ANNOUNCEMENT_CUSTOMERS, "Hello"), b;
    struct announcement *is;

    as_editor(cx, &d);
    test_ok(cx, announcement_save(cx, &a));
    test_ok(cx, announcement_get(cx, a.id, &is));
    b = *is;
    test_ok(cx, announcement_save(cx, is));
    fails(cx, announcement_save(cx, &b), &ERR_ANNOUNCEMENT_CLASH);
    b = draft(ANNOUNCEMENT_ORGANISATIONS, "Some");
    b.codes = "NOBODY-1";
    fails(cx, announcement_save(cx, &b), &ERR_ANNOUNCEMENT_CODE);
    b.codes = " ";
    fails(cx, announcement_save(cx, &b), &ERR_INVALID);
    b = draft(ANNOUNCEMENT_CUSTOMERS, "");
    fails(cx, announcement_save(cx, &b), &ERR_INVALID);
    b = draft(ANNOUNCEMENT_CUSTOMERS, "x");
    b.show_until = cx->now - 1;
    fails(cx, announcement_save(cx, &b), &ERR_INVALID);
    test_as_staff(cx, d.dan, RIGHT_KNOWLEDGE_READ);
    b = draft(ANNOUNCEMENT_CUSTOMERS, "x");
    fails(cx, announcement_save(cx, &b), &ERR_DENIED);
    fails(cx, announcement_remove(cx, a.id), &ERR_DENIED);
    desk_as_anna(cx, &d);
    fails(cx, announcement_get(cx, a.id, &is), &ERR_DENIED);
    as_editor(cx, &d);
    test_ok(cx, announcement_remove(cx, a.id));
    fails(cx, announcement_get(cx, a.id, &is), &ERR_NOT_FOUND);
    desk_as_anna(cx, &d);
    assert_int_equal(seen_by_viewer(cx), 0);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(each_audience_sees_its_own_and_nobody_elses),
        cmocka_unit_test(it_is_shown_from_its_day_to_its_last_and_never_as_a_draft),
        cmocka_unit_test(a_product_s_is_seen_by_who_has_a_licence_of_it),
        cmocka_unit_test(reading_is_kept_once_and_in_the_readers_language),
        cmocka_unit_test(an_outage_is_told_for_its_topic),
        cmocka_unit_test(everybody_of_the_audience_is_told_once),
        cmocka_unit_test(without_mail_it_is_on_the_page_of_notices_alone),
        cmocka_unit_test(two_editors_and_what_cannot_be_are_refused),
    };

    return test_group_run("announcement", TESTS, COUNT(TESTS));
}
