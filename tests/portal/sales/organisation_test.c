#include "portal/sales/contract.h"
#include "portal/sales/organisation.h"
#include "portal/sales/organisation_timeline.h"
#include "portal/sales/site.h"
#include "tests/support/test.h"

#include <string.h>

static struct organisation *add(struct ctx *cx, const char *code, const char *name)
{
    struct organisation_draft draft = {.code = code, .name = name, .note = "pays late"};
    struct organisation *o;

    test_ok(cx, organisation_add(cx, &draft, &o));
    return o;
}

static void a_customer_code_is_unique_and_made_when_none_is_given(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct organisation_draft draft = {.name = "Nantang", .code = "m-1"};
    struct organisation *o = add(cx, "M-1", "Marlow");

    assert_string_equal(o->status, "active");
    test_refused(cx, organisation_add(cx, &draft, &o), &ERR_ORGANISATION_CODE_TAKEN);
    draft.code = NULL;
    test_ok(cx, organisation_add(cx, &draft, &o));
    assert_true(strlen(o->code) > 0);
}

static void what_cannot_be_a_customer_is_refused_at_its_field(void **state)
{
    static const struct {
        struct organisation_draft draft;
        const char *field;
    } CASES[] = {
        {{.name = NULL}, "name"},
        {{.name = ""}, "name"},
        {{.name = "A", .status = "rich"}, "status"},
        {{.name = "A", .importance = 6}, "importance"},
        {{.name = "A", .country = "GBR"}, "country"},
        {{.name = "\xff"}, "name"},
        {{.name = "A\x01"}, "name"},
    };
    struct ctx *cx = test_ctx(state);
    struct organisation *o;

    for (size_t i = 0; i < COUNT(CASES); i++) {
        assert_false(organisation_add(cx, &CASES[i].draft, &o));
        assert_string_equal(cx->err.source, CASES[i].field);
        err_clear(&cx->err);
    }
}

static void a_customer_sees_his_own_organisation_without_our_notes(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct organisation *marlow = add(cx, "M-1", "Marlow");
    struct organisation *other = add(cx, "N-1", "Nantang");
    struct organisation_filter all = {.limit = 10};
    struct organisation *o;
    size_t count;
    bool has_more;

    test_as_customer(cx, make_person(cx, "Anna", "anna@marlow.example"), marlow->id, 0);
    test_ok(cx, organisation_get(cx, marlow->id, &o));
    assert_string_equal(o->note, "");
    test_refused(cx, organisation_get(cx, other->id, &o), &ERR_NOT_FOUND);
    test_ok(cx, organisation_list(cx, &all, &o, &count, &has_more));
    assert_int_equal(count, 1);
    test_as_nobody(cx);
    test_refused(cx, organisation_get(cx, marlow->id, &o), &ERR_NOT_FOUND);
    test_as_staff(cx, make_person(cx, "Priya", "priya@x.example"), RIGHT_KNOWLEDGE);
    test_refused(cx, organisation_get(cx, marlow->id, &o), &ERR_NOT_FOUND);
}

static void another_tenants_customer_is_not_found(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct organisation *foreign = add(cx, "M-1", "Marlow");
    struct organisation_draft draft = {.name = "Mine now"};
    struct site site = {.organisation_id = foreign->id, .name = "High Street", .city = "Marlow"};
    struct organisation *o;
    struct organisation_event *events;
    struct id id;
    size_t count;

    cx = test_ctx(state);
    test_refused(cx, organisation_get(cx, foreign->id, &o), &ERR_NOT_FOUND);
    test_refused(cx, organisation_change(cx, foreign->id, &draft), &ERR_NOT_FOUND);
    test_refused(cx, site_add(cx, &site, &id), &ERR_NOT_FOUND);
    test_refused(cx, organisation_timeline(cx, foreign->id, &events, &count), &ERR_NOT_FOUND);
}

static void search_finds_names_in_any_case_and_codes_from_their_start(void **state)
{
    static const struct {
        const char *search;
        size_t found;
    } CASES[] = {{"marlow", 1}, {"ARLOW", 1}, {"南塘", 1}, {"c-", 3}, {"100%", 1},
                 {"_", 0},      {"%", 1},     {"", 3},     {"\\", 0}, {"\xff", 0}};
    struct ctx *cx = test_ctx(state);
    struct organisation_filter filter = {.limit = 10};
    struct organisation *list;
    size_t count;
    bool has_more;

    add(cx, "C-1", "Marlow Grocers");
    add(cx, "C-2", "南塘茶饮");
    add(cx, "C-3", "100% Juice");
    for (size_t i = 0; i < COUNT(CASES); i++) {
        filter.search = CASES[i].search;
        test_ok(cx, organisation_list(cx, &filter, &list, &count, &has_more));
        assert_int_equal(count, CASES[i].found);
    }
}

static void pages_follow_each_other_without_gaps_or_doubles(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct organisation_filter filter = {.limit = 3};
    struct organisation *list;
    const char *last = "";
    size_t seen = 0;
    size_t count;
    bool has_more = true;

    for (int i = 0; i < 8; i++) /* pairs of one name */
        add(cx, arena_printf(cx->mem, "C-%d", i), arena_printf(cx->mem, "Shop %d", i / 2));
    while (has_more) {
        test_ok(cx, organisation_list(cx, &filter, &list, &count, &has_more));
        for (size_t i = 0; i < count; i++) {
            assert_true(strcmp(last, list[i].name) <= 0);
            last = list[i].name;
        }
        seen += count;
        assert_true(count > 0);
        filter.after = list[count - 1].id;
    }
    assert_int_equal(seen, 8);
}

static void changing_needs_the_right_and_is_told_in_the_trail(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct organisation *o = add(cx, "C-1", "Marlow");
    struct organisation_draft draft = {.name = "Marlow Grocers", .status = "dormant"};
    struct organisation_event *events;
    size_t count;

    test_as_staff(cx, make_person(cx, "Priya", "priya@x.example"), RIGHT_DESK);
    test_refused(cx, organisation_change(cx, o->id, &draft), &ERR_DENIED);
    cx->viewer.rights = RIGHT_CUSTOMERS;
    test_ok(cx, organisation_change(cx, o->id, &draft));
    test_ok(cx, organisation_get(cx, o->id, &o));
    assert_string_equal(o->name, "Marlow Grocers");
    assert_string_equal(o->code, "C-1");
    test_ok(cx, organisation_timeline(cx, o->id, &events, &count));
    assert_int_equal(count, 2);
    assert_string_equal(events[0].name, "organisation.changed");
    assert_string_equal(events[1].name, "organisation.created");
    test_as_customer(cx, cx->viewer.person_id, o->id, RIGHT_ADMIN);
    test_refused(cx, organisation_timeline(cx, o->id, &events, &count), &ERR_NOT_FOUND);
}

static void sites_are_added_by_staff_and_by_the_customers_administrator(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct organisation *o = add(cx, "C-1", "Marlow");
    struct id person = make_person(cx, "Anna", "anna@marlow.example");
    struct site site = {.organisation_id = o->id, .name = "High Street", .city = "Marlow"};
    struct site *list;
    struct id id;
    size_t count;

    test_ok(cx, site_add(cx, &site, &id));
    test_refused(cx, site_add(cx, &site, &id), &ERR_SITE_NAME_TAKEN);
    test_as_customer(cx, person, o->id, RIGHT_ORDER);
    site.name = "Henley";
    test_refused(cx, site_add(cx, &site, &id), &ERR_DENIED);
    cx->viewer.rights = RIGHT_ADMIN;
    test_ok(cx, site_add(cx, &site, &id));
    test_ok(cx, site_list(cx, o->id, &list, &count));
    assert_int_equal(count, 2);
    assert_string_equal(list[0].name, "Henley");
    test_as_system(cx);
    test_as_customer(cx, person, make_organisation(cx, "C-2", "Other"), RIGHT_ADMIN);
    test_refused(cx, site_add(cx, &site, &id), &ERR_DENIED);
    test_ok(cx, site_list(cx, o->id, &list, &count));
    assert_int_equal(count, 0);
}

static void a_contract_keeps_every_field_and_shows_to_those_with_the_right(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct organisation *o = add(cx, "C-1", "Marlow");
    struct contract draft = {.organisation_id = o->id,
                             .title = "Professional support",
                             .party_a = "Marlow Grocers Ltd",
                             .party_b = "Tilwick Ltd",
                             .signed_on = "2026-01-05",
                             .starts_on = "2026-02-01",
                             .ends_on = "2027-01-31",
                             .payment_due_on = "2026-02-15",
                             .amount = {240000, "GBP"},
                             .support_level = "Professional"};
    struct contract *c;
    struct id id;
    size_t count;

    test_ok(cx, contract_add(cx, &draft, &id));
    test_as_customer(cx, make_person(cx, "Anna", "anna@marlow.example"), o->id, RIGHT_ORDER);
    test_ok(cx, contract_get(cx, id, &c));
    assert_string_equal(c->signed_on, "2026-01-05");
    assert_string_equal(c->ends_on, "2027-01-31");
    assert_string_equal(c->payment_due_on, "2026-02-15");
    assert_string_equal(c->party_a, "Marlow Grocers Ltd");
    assert_int_equal(c->amount.minor, 240000);
    assert_string_equal(c->amount.currency, "GBP");
    assert_true(strlen(c->number) > 0);
    test_ok(cx, contract_list(cx, (struct id){{0}}, &c, &count));
    assert_int_equal(count, 1);
    cx->viewer.rights = RIGHT_TICKET_ALL | RIGHT_BILLING;
    test_refused(cx, contract_get(cx, id, &c), &ERR_NOT_FOUND);
    test_refused(cx, contract_add(cx, &draft, &id), &ERR_DENIED);
    test_as_system(cx);
    draft.ends_on = "2026-01-31";
    test_refused(cx, contract_add(cx, &draft, &id), &ERR_INVALID);
    draft.ends_on = "31.1.2027";
    test_refused(cx, contract_add(cx, &draft, &id), &ERR_INVALID);
}

static void a_mistaken_customer_is_deleted_and_its_code_is_free(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct organisation *o = add(cx, "C-1", "Marlow");
    struct organisation_filter all = {.limit = 10};
    struct organisation *list;
    struct id person = make_person(cx, "Priya", "priya@x.example");
    size_t count;
    bool has_more;

    test_as_staff(cx, person, RIGHT_DESK);
    test_refused(cx, organisation_remove(cx, o->id), &ERR_DENIED);
    test_as_customer(cx, person, o->id, RIGHT_ADMIN);
    test_refused(cx, organisation_remove(cx, o->id), &ERR_DENIED);
    test_as_staff(cx, person, RIGHT_CUSTOMERS);
    test_ok(cx, organisation_remove(cx, o->id));
    test_refused(cx, organisation_remove(cx, o->id), &ERR_NOT_FOUND);
    test_ok(cx, organisation_list(cx, &all, &list, &count, &has_more));
    assert_int_equal(count, 0);
    add(cx, "C-1", "Marlow Grocers");
}

static void a_customer_with_something_open_is_not_deleted(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct organisation *o = add(cx, "C-1", "Marlow");
    struct organisation_uses uses;

    test_sql(cx,
             "INSERT INTO invoice (tenant_id, id, organisation_id, number, status, currency, "
             "total_minor, issued_on, due_on) VALUES (?, ?, ?, 'I-1', 'open', 'GBP', 1, "
             "'2026-01-01', '2026-01-31')",
             DB_ID(cx->tenant_id), DB_ID(ctx_new_id(cx)), DB_ID(o->id));
    test_ok(cx, organisation_uses(cx, o->id, &uses));
    assert_int_equal(uses.open_invoices, 1);
    test_refused(cx, organisation_remove(cx, o->id), &ERR_ORGANISATION_IN_USE);
    test_sql(cx, "UPDATE invoice SET status = 'paid' WHERE tenant_id = ?", DB_ID(cx->tenant_id));
    test_ok(cx, organisation_remove(cx, o->id));
}

static bool add_marlow(struct ctx *cx, void *arg)
{
    struct organisation_draft draft = {.name = "Marlow"};
    struct organisation *o;

    (void)arg;
    return organisation_add(cx, &draft, &o);
}

static void a_failure_at_any_statement_is_clean(void **state)
{
    test_failures(test_ctx(state), add_marlow, NULL, NULL);
}

/* 200 names in the order of their sound: each character is one that nobody reads otherwise. */
static void chinese_names_are_listed_by_their_sound_page_by_page(void **state)
{
    static const char *const FAMILY[] = {"安", "白", "陈", "丁", "方", "高", "韩",
                                         "蒋", "孔", "李", "马", "牛", "欧", "彭",
                                         "钱", "孙", "唐", "王", "许", "张"};
    static const char *const GIVEN[] = {"安", "波", "超", "东", "峰", "刚", "海", "建", "明", "强"};
    enum {
        NAMES = COUNT(FAMILY) * COUNT(GIVEN),
        STEP = 77,
        PAGE = 30
    }; /* STEP: no common factor */
    struct organisation_filter filter = {.by_pinyin = true, .limit = PAGE};
    struct ctx *cx = test_ctx(state);
    struct organisation *list;
    bool has_more = true;
    size_t seen = 0, count;

    for (size_t i = 0; i < NAMES; i++) {
        size_t at = i * STEP % NAMES;

        make_organisation(
            cx, arena_printf(cx->mem, "N-%03zu", at),
            arena_printf(cx->mem, "%s%s", FAMILY[at / COUNT(GIVEN)], GIVEN[at % COUNT(GIVEN)]));
    }
    while (has_more) {
        test_ok(cx, organisation_list(cx, &filter, &list, &count, &has_more));
        for (size_t i = 0; i < count; i++, seen++)
            assert_string_equal(list[i].code, arena_printf(cx->mem, "N-%03zu", seen));
        filter.after = list[count - 1].id;
    }
    assert_int_equal(seen, NAMES);
}

static void full_width_letters_and_digits_find_plain_ones(void **state)
{
    struct organisation_filter filter = {.search = "ＡＢＣ１２３"};
    struct ctx *cx = test_ctx(state);
    struct organisation *list;
    bool has_more;
    size_t count;

    make_organisation(cx, "ABC123", "Marlow");
    make_organisation(cx, "X-1", "The abc123 shops");
    make_organisation(cx, "X-2", "Others");
    test_ok(cx, organisation_list(cx, &filter, &list, &count, &has_more));
    assert_int_equal(count, 2);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(a_customer_code_is_unique_and_made_when_none_is_given),
        cmocka_unit_test(what_cannot_be_a_customer_is_refused_at_its_field),
        cmocka_unit_test(a_customer_sees_his_own_organisation_without_our_notes),
        cmocka_unit_test(another_tenants_customer_is_not_found),
        cmocka_unit_test(search_finds_names_in_any_case_and_codes_from_their_start),
        cmocka_unit_test(pages_follow_each_other_without_gaps_or_doubles),
        cmocka_unit_test(changing_needs_the_right_and_is_told_in_the_trail),
        cmocka_unit_test(sites_are_added_by_staff_and_by_the_customers_administrator),
        cmocka_unit_test(a_contract_keeps_every_field_and_shows_to_those_with_the_right),
        cmocka_unit_test(a_mistaken_customer_is_deleted_and_its_code_is_free),
        cmocka_unit_test(a_customer_with_something_open_is_not_deleted),
        cmocka_unit_test(a_failure_at_any_statement_is_clean),
        cmocka_unit_test(chinese_names_are_listed_by_their_sound_page_by_page),
        cmocka_unit_test(full_width_letters_and_digits_find_plain_ones),
    };

    return test_group_run("organisation", TESTS, COUNT(TESTS));
}
