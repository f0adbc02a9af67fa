/* Searching by the tenant's own fields: what is found, and that a tenant's tickets are not read for
 * it. */
#include "portal/desk/saved_view.h"
#include "portal/desk/ticket_field.h"
#include "portal/desk/ticket_list.h"
#include "portal/desk/ticket_query_field.h"
#include "portal/desk/ticket_row.h"
#include "tests/portal/desk/desk_frame.h"

#include <string.h>

static struct id add(struct ctx *cx, const char *code, enum field_kind kind, struct id list_id)
{
    struct custom_field f = {.subject = FIELD_TICKET,
                             .code = code,
                             .label = code,
                             .label_zh = "",
                             .hint = "",
                             .hint_zh = "",
                             .kind = kind,
                             .list_id = list_id,
                             .access = FIELD_WRITE};

    test_ok(cx, custom_field_save(cx, &f));
    return f.id;
}

static struct id make_list(struct ctx *cx)
{
    struct option_value values[] = {{"printer", "Receipt printer", "小票打印机", false},
                                    {"scanner", "Scanner", "扫描枪", false}};
    struct option_list list = {
        .code = "device", .label = "Device", .label_zh = "", .values = values, .value_count = 2};

    test_ok(cx, option_list_save(cx, &list));
    return list.id;
}

static void file(struct ctx *cx, const struct desk *d, json_t *fields)
{
    const struct ticket_new what = {.source = "portal",
                                    .subject = "Something",
                                    .text = "text",
                                    .topic = "fault",
                                    .fields = json_own(cx->mem, fields)};
    struct ticket *t;

    desk_as_anna(cx, d);
    test_ok(cx, ticket_create(cx, &what, &t));
    desk_as_priya(cx, d);
}

static size_t found(struct ctx *cx, const char *text)
{
    struct ticket_filter filter = {.tab = TICKET_TAB_ALL};
    struct ticket_query *query;
    struct ticket_page_of page, whole;

    test_ok(cx, saved_view_query(cx, text, &query));
    test_ok(cx, ticket_list_query(cx, query, TICKET_SORT_DUE, NULL, 0, &page));
    filter.query = query;
    test_ok(cx, ticket_list(cx, &filter, &whole));
    assert_int_equal(page.count, whole.count);
    return page.count;
}

static void conditions_find_by_value_number_day_and_label(void **state)
{
    static const struct {
        const char *text;
        size_t count;
    } CASES[] = {
        {"field.shop:\"Henley\"", 1},
        {"field.shop:hen", 1},
        {"field.shop:%", 0},
        {"field.seats:12.5", 1},
        {"field.seats>3", 1},
        {"field.seats>=3", 2},
        {"field.seats<3", 0},
        {"field.device:printer", 2},
        {"field.device:扫描枪", 1},
        {"field.device:\"receipt printer\"", 2},
        {"字段.device:scanner", 1},
        {"field.device:printer,scanner", 2},
        {"-field.device:scanner", 2},
        {"field.device:none", 1},
        {"field.bought<2026-02-01", 1},
        {"field.bought:2026-01-31", 1},
        {"field.broken:yes", 1},
        {"field.broken:no", 1},
        {"field.broken:none", 1},
        {"field.seats:none field.device:none", 1},
        {"missing:yes", 0},
        {"missing:no", 3},
        {"field.device:printer field.seats>=12", 1},
    };
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    const struct id nothing = {{0}};

    (void)add(cx, "shop", FIELD_TEXT, nothing);
    (void)add(cx, "seats", FIELD_NUMBER, nothing);
    (void)add(cx, "bought", FIELD_DATE, nothing);
    (void)add(cx, "broken", FIELD_YES, nothing);
    (void)add(cx, "device", FIELD_CHOICES, make_list(cx));
    file(cx, &d,
         json_pack("{s:s,s:f,s:s,s:b,s:[s]}", "shop", "HENLEY high street", "seats", 12.5, "bought",
                   "2026-01-31", "broken", 1, "device", "printer"));
    file(cx, &d, json_pack("{s:i,s:[s,s]}", "seats", 3, "device", "printer", "scanner"));
    file(cx, &d, json_pack("{s:b}", "broken", 0));
    for (size_t i = 0; i < COUNT(CASES); i++)
        if (found(cx, CASES[i].text) != CASES[i].count)
            fail_msg("%s finds %zu", CASES[i].text, found(cx, CASES[i].text));
}

static void what_does_not_suit_is_refused_with_its_place(void **state)
{
    static const struct {
        const char *text;
        const struct err_kind *kind;
        const char *at;
    } CASES[] = {
        {"a field.kettle:1", &ERR_TICKET_QUERY_FIELD, "kettle"},
        {"field.:1", &ERR_TICKET_QUERY_FIELD, "field."},
        {"field.seats:many", &ERR_TICKET_QUERY_VALUE, "1"},
        {"-field.seats:many", &ERR_TICKET_QUERY_VALUE, "2"},
        {"field.shop>3", &ERR_TICKET_QUERY_VALUE, "1"},
    };
    struct ctx *cx = test_ctx(state);
    const struct id nothing = {{0}};
    struct ticket_query *query;

    (void)add(cx, "shop", FIELD_TEXT, nothing);
    (void)add(cx, "seats", FIELD_NUMBER, nothing);
    for (size_t i = 0; i < COUNT(CASES); i++) {
        assert_false(saved_view_query(cx, CASES[i].text, &query));
        if (cx->err.kind != CASES[i].kind || strcmp(cx->err.arg, CASES[i].at) != 0)
            fail_msg("%s: %s at %s", CASES[i].text, cx->err.kind->code, cx->err.arg);
        err_clear(&cx->err);
    }
}

/* --- 50,000 tickets, forty of which have the value --- */

static const char SQL_MANY[] =
    "INSERT INTO ticket (tenant_id, id, number, organisation_id, source, subject, topic, status, "
    "category, level, created_at, updated_at, due_at) "
    "SELECT ?, UUID(), CONCAT('M-', seq), ?, 'portal', 'Subject', 'fault', "
    "ELT(1 + seq % 4, 'open', 'waiting', 'solved', 'closed'), "
    "ELT(1 + seq % 4, 'open', 'waiting', 'solved', 'closed'), 3, ?, DATE_ADD(?, INTERVAL seq "
    "SECOND), NULL FROM seq_1_to_50000";
static const char SQL_MANY_VALUES[] =
    "INSERT INTO custom_value (tenant_id, subject_id, field_id, position, value, word, amount) "
    "SELECT tenant_id, id, ?, 0, '1', IF(SUBSTRING(number, 3) % 1250 = 0, 'rare', 'usual'), "
    "SUBSTRING(number, 3) FROM ticket WHERE tenant_id = ?";

static void check_plan(struct ctx *cx, const char *text, const char *index)
{
    struct ticket_query *query;
    struct db_rows rows;
    struct where w;
    bool has_index = false;

    test_ok(cx, saved_view_query(cx, text, &query));
    test_ok(cx, ticket_query_field_start(
                    cx, &w, query, "EXPLAIN SELECT t.id FROM ticket t WHERE t.tenant_id = ?",
                    "EXPLAIN " TICKET_QUEUE_OF_FIELD, TICKET_QUEUE_BEHIND_FIELD));
    where_add(&w, " ORDER BY t.due_key, t.id LIMIT ?", DB_INT(51));
    test_ok(cx, db_query_args(cx, &rows, w.text.p, w.args, w.count));
    while (db_next(&rows)) { /* id, select_type, table, type, possible, key, .., rows */
        const char *table = db_text(&rows.row, 2), *key = db_text(&rows.row, 5);

        print_message("          %s: %s by %s, %s rows\n", text, table, key, db_text(&rows.row, 8));
        if (strcmp(table, "t") == 0) /* by its id, one for each value */
            assert_string_equal(db_text(&rows.row, 3), "eq_ref");
        if (strcmp(table, "x") == 0) {
            assert_string_equal(key, index);
            assert_true(db_i64(&rows.row, 8) < 2500);
            has_index = true;
        }
    }
    assert_true(has_index);
}

static void a_rare_value_is_found_from_its_index(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    const struct id nothing = {{0}};
    const struct id field = add(cx, "shop", FIELD_CHOICE, make_list(cx));
    const struct id number = add(cx, "seats", FIELD_NUMBER, nothing);

    test_sql(cx, SQL_MANY, DB_ID(cx->tenant_id), DB_ID(d.organisation), DB_TIME(cx->now),
             DB_TIME(cx->now));
    test_sql(cx, SQL_MANY_VALUES, DB_ID(field), DB_ID(cx->tenant_id));
    test_sql(cx, SQL_MANY_VALUES, DB_ID(number), DB_ID(cx->tenant_id));
    test_sql(cx,
             "UPDATE custom_value SET word = 'printer', amount = NULL WHERE tenant_id = ? AND "
             "field_id = ? AND word = 'rare'",
             DB_ID(cx->tenant_id), DB_ID(field));
    test_sql(cx, "ANALYZE TABLE ticket, custom_value", DB_NONE);
    desk_as_priya(cx, &d);
    check_plan(cx, "field.shop:printer", "custom_value_word");
    check_plan(cx, "field.seats<0.1", "custom_value_amount");
    check_plan(cx, "status:open field.shop:printer", "custom_value_word");
    assert_int_equal(found(cx, "field.shop:printer"), 40);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(conditions_find_by_value_number_day_and_label),
        cmocka_unit_test(what_does_not_suit_is_refused_with_its_place),
        cmocka_unit_test(a_rare_value_is_found_from_its_index),
    };

    return test_group_run("ticket_query_field", TESTS, COUNT(TESTS));
}
