/* Settings of fields, lists, topics and levels, and the forms that ask for them: as people with a
 * browser without scripts see them. */
#include "portal/account/own_field.h"
#include "portal/desk/ticket_create.h"
#include "portal/desk/ticket_field.h"
#include "portal/desk/ticket_level.h"
#include "portal/desk/ticket_list.h"
#include "portal/desk/ticket_topic.h"
#include "tests/licensing/licensing_make.h"
#include "tests/portal/pages/test_portal.h"

#include <string.h>

static const char FIELDS[] = "/desk/settings/fields";
static const char NEW_FIELD[] = "/desk/settings/fields/new?subject=ticket";
static const char NEW_TICKET[] = "/tickets/new";

static void add_list(struct browser *b)
{
    browser_get(b, "/desk/settings/options/new");
    assert_int_equal(browser_post(b, "/desk/settings/options/new",
                                  "label=Device&label_zh=%E8%AE%BE%E5%A4%87&code=device&"
                                  "code_1=scanner&label_1=Scanner&place_1=2&"
                                  "code_2=printer&label_2=Printer&place_2=1"),
                     303);
}

static struct id list_of(struct browser *b)
{
    struct option_list *lists;
    size_t count;

    test_ok(b->cx, option_list_all(b->cx, &lists, &count));
    assert_int_equal(count, 1);
    return lists[0].id;
}

static const struct custom_field *field_of(struct browser *b, const char *code)
{
    static struct field_set set;
    const struct custom_field *f;

    test_ok(b->cx, custom_field_set(b->cx, FIELD_TICKET, &set));
    f = custom_field_find(&set, code);
    assert_non_null(f);
    return f;
}

/* "device" of faults, and "model" that is shown for printers and then required. */
static void add_fields(struct browser *b)
{
    add_list(b);
    browser_get(b, NEW_FIELD);
    assert_int_equal(
        browser_post(b, NEW_FIELD,
                     arena_printf(b->cx->mem,
                                  "label=Device&code=device&kind=choice&list=%s&access=write&"
                                  "topics=fault&listed=1",
                                  id_text(b->cx->mem, list_of(b)))),
        303);
    browser_get(b, NEW_FIELD);
    assert_int_equal(
        browser_post(b, NEW_FIELD,
                     arena_printf(b->cx->mem,
                                  "label=Model&label_zh=%%E5%%9E%%8B%%E5%%8F%%B7&code=model&"
                                  "kind=text&access=write&required=1&show_1_at=%s&"
                                  "show_1_test=is&show_1_value=Printer",
                                  id_text(b->cx->mem, field_of(b, "device")->id))),
        303);
}

static void a_field_is_made_with_a_condition_in_words(void **state)
{
    struct browser *b = browser_open(test_ctx(state));
    const struct custom_field *device, *model;

    browser_staff(b, "administrator", "sam@tilwick.example");
    add_fields(b);
    device = field_of(b, "device");
    assert_string_equal(device->list->values[0].code, "printer"); /* by the places */
    model = field_of(b, "model");
    assert_string_equal(model->conditions[FIELD_SHOW][0].value, "printer"); /* by its label */
    browser_get(b, FIELDS);
    assert_true(browser_shows(b, "Shown if: Device is Printer"));
    browser_get(b, NEW_FIELD);
    assert_int_equal(browser_post(b, NEW_FIELD,
                                  arena_printf(b->cx->mem,
                                               "step=preview&label=x&access=none&show_1_at=topic&"
                                               "show_1_test=is_not&show_1_value=Fault,+training&"
                                               "require_1_at=%s&require_1_test=filled",
                                               id_text(b->cx->mem, device->id))),
                     200);
    assert_true(browser_shows(b, "Shown if: Topic is not Fault or Training"));
    assert_true(browser_shows(b, "Required if: Device is filled in"));
}

static void a_circle_is_said_at_the_conditions(void **state)
{
    struct browser *b = browser_open(test_ctx(state));
    const char *path, *device_id;

    browser_staff(b, "administrator", "sam@tilwick.example");
    add_fields(b);
    device_id = id_text(b->cx->mem, field_of(b, "device")->id);
    path = arena_printf(b->cx->mem, "%s/%s", FIELDS, device_id);
    browser_get(b, path);
    assert_int_equal(browser_post(b, path,
                                  arena_printf(b->cx->mem,
                                               "label=Device&access=write&show_1_at=%s&"
                                               "show_1_test=filled",
                                               id_text(b->cx->mem, field_of(b, "model")->id))),
                     422);
    assert_true(browser_shows(b, "go in a circle"));
    browser_get(b, FIELDS);
    browser_post(b, arena_printf(b->cx->mem, "%s/retire", path), "");
    browser_get(b, FIELDS);
    assert_true(browser_shows(b, "A condition of the field Model looks at this one."));
}

static void a_form_without_scripts_asks_step_by_step(void **state)
{
    struct browser *b = browser_open(test_ctx(state));
    struct id organisation = make_organisation(b->cx, "C-1", "Marlow Grocers");
    const struct ticket_filter all = {.tab = TICKET_TAB_ALL};
    struct ticket_page_of page;

    browser_staff(b, "administrator", "sam@tilwick.example");
    add_fields(b);
    b->cookie = ""; /* somebody else's browser */
    browser_customer(b, organisation, RIGHT_TICKET_OWN, "anna@marlow.example");
    browser_get(b, NEW_TICKET);
    assert_false(browser_shows(b, "fields.device"));
    assert_int_equal(browser_post(b, NEW_TICKET, "step=fields&topic=fault&subject=It+stops"), 200);
    assert_true(browser_shows(b, "name=\"fields.device\""));
    assert_false(browser_shows(b, "name=\"fields.model\""));
    assert_true(browser_shows(b, "value=\"It stops\""));
    /* skipping the step does not skip the table */
    assert_int_equal(
        browser_post(b, NEW_TICKET, "topic=fault&subject=It+stops&text=t&fields.device=printer"),
        422);
    assert_true(browser_shows(b, "Fill in the field Model."));
    assert_true(browser_shows(b, "name=\"fields.model\""));
    /* a switch keeps what was typed, and what is hidden is not filed */
    assert_int_equal(browser_post(b, NEW_TICKET,
                                  "step=fields&topic=question&fields.device=printer&"
                                  "fields.model=RP-80"),
                     200);
    assert_true(
        browser_shows(b, "<input type=\"hidden\" name=\"fields.device\" value=\"printer\">"));
    assert_int_equal(browser_post(b, NEW_TICKET,
                                  "topic=question&subject=No+device&text=t&fields.device=printer"),
                     303);
    browser_get(b, NEW_TICKET);
    assert_int_equal(browser_post(b, NEW_TICKET,
                                  "topic=fault&subject=A+device&text=t&fields.device=printer&"
                                  "fields.model=RP-80"),
                     303);
    test_as_system(b->cx);
    test_ok(b->cx, ticket_list(b->cx, &all, &page));
    test_ok(b->cx, ticket_field_load(b->cx, page.rows, page.count));
    assert_int_equal(page.count, 2);
    for (size_t i = 0; i < page.count; i++)
        assert_int_equal(json_object_size(page.rows[i]->fields),
                         strcmp(page.rows[i]->topic, "fault") == 0 ? 2 : 0);
    browser_get(b, "/tickets");
    assert_true(browser_shows(b, " · Printer"));
}

static void fields_are_changed_on_a_page_of_their_own(void **state)
{
    struct browser *b = browser_open(test_ctx(state));
    struct id organisation = make_organisation(b->cx, "C-1", "Marlow Grocers");
    const char *path;

    browser_staff(b, "administrator", "sam@tilwick.example");
    add_fields(b);
    b->cookie = ""; /* somebody else's browser */
    browser_customer(b, organisation, RIGHT_TICKET_OWN, "anna@marlow.example");
    browser_get(b, NEW_TICKET);
    assert_int_equal(browser_post(b, NEW_TICKET, "topic=fault&subject=It+stops&text=t"), 303);
    path = arena_printf(b->cx->mem, "%s/fields", browser_location(b));
    assert_int_equal(browser_get(b, path), 200);
    assert_int_equal(browser_post(b, path, "fields.device=kettle"), 422);
    assert_true(browser_shows(b, "This value does not suit the field Device."));
    assert_int_equal(browser_post(b, path, "fields.device=scanner"), 303);
    browser_get(b, browser_location(b));
    assert_true(browser_shows(b, "set Device: Scanner"));
}

static void customers_have_fields_of_their_own(void **state)
{
    static const char NEW_OF_CUSTOMERS[] = "/desk/settings/fields/new?subject=organisation";
    static const char NEW_CUSTOMER[] = "/desk/customers/new";
    struct browser *b = browser_open(test_ctx(state));
    const char *path;

    browser_staff(b, "administrator", "sam@tilwick.example");
    browser_get(b, NEW_OF_CUSTOMERS);
    assert_int_equal(browser_post(b, NEW_OF_CUSTOMERS,
                                  "label=Contract+kind&code=contract_kind&kind=text&access=none&"
                                  "required=1"),
                     303);
    browser_get(b, NEW_CUSTOMER);
    assert_true(browser_shows(b, "name=\"fields.contract_kind\""));
    assert_int_equal(browser_post(b, NEW_CUSTOMER, "name=Gusu+Books&status=active&importance=3"),
                     422);
    assert_true(browser_shows(b, "Fill in the field Contract kind."));
    assert_int_equal(browser_post(b, NEW_CUSTOMER,
                                  "name=Gusu+Books&status=active&importance=3&"
                                  "fields.contract_kind=Gold"),
                     303);
    path = arena_printf(b->cx->mem, "%s", browser_location(b));
    browser_get(b, path);
    assert_true(browser_shows(b, "<dt>Contract kind</dt><dd>Gold</dd>"));
    path = arena_printf(b->cx->mem, "%s/edit", path);
    browser_get(b, path);
    assert_true(browser_shows(b, "value=\"Gold\""));
    assert_int_equal(browser_get(b, "/desk/settings/fields/new?subject=invoice"), 404);
}

/* --- persons, orders, licences --- */

/* "open" is read, "typed" filled in and "hidden" not seen by customers. */
static void add_three(struct browser *b, enum field_subject subject)
{
    static const struct {
        const char *code;
        enum field_access access;
    } FIELDS_OF[] = {{"open", FIELD_READ}, {"typed", FIELD_WRITE}, {"hidden", FIELD_NONE}};

    test_as_system(b->cx);
    for (size_t i = 0; i < COUNT(FIELDS_OF); i++) {
        struct custom_field f = {.subject = subject,
                                 .code = FIELDS_OF[i].code,
                                 .label = FIELDS_OF[i].code,
                                 .label_zh = "",
                                 .hint = "",
                                 .hint_zh = "",
                                 .kind = FIELD_TEXT,
                                 .is_listed = true,
                                 .access = FIELDS_OF[i].access};

        test_ok(b->cx, custom_field_save(b->cx, &f));
    }
}

struct own { /* one record, where its pages lie, and what tells of a change */
    enum field_subject subject;
    struct id id;
    const char *desk, *customers, *event;
};

static struct own make_order(struct ctx *cx, struct id organisation)
{
    const struct id id = ctx_new_id(cx);
    const char *text = id_text(cx->mem, id);

    test_sql(cx,
             "INSERT INTO sales_order (tenant_id, id, organisation_id, number, reference, status, "
             "currency, net_minor, tax_minor, total_minor, placed_at, created_at, updated_at) "
             "VALUES (?, ?, ?, 'SO-71', '', 'approved', 'EUR', 1, 0, 1, ?, ?, ?)",
             DB_ID(cx->tenant_id), DB_ID(id), DB_ID(organisation), DB_TIME(cx->now),
             DB_TIME(cx->now), DB_TIME(cx->now));
    return (struct own){FIELD_ORDER, id, arena_printf(cx->mem, "/desk/orders/%s", text),
                        arena_printf(cx->mem, "/orders/%s", text), "order.updated"};
}

static struct own make_licence(struct ctx *cx, struct id organisation)
{
    const struct licence *l;
    const char *text;

    licensing_seal(cx);
    l = licensing_licence(cx, NULL);
    text = id_text(cx->mem, l->id);
    test_sql(cx, "UPDATE licence SET organisation_id = ? WHERE tenant_id = ? AND id = ?",
             DB_ID(organisation), DB_ID(cx->tenant_id), DB_ID(l->id));
    return (struct own){FIELD_LICENCE, l->id, arena_printf(cx->mem, "/desk/licences/%s", text),
                        arena_printf(cx->mem, "/licences/%s", text), "licence.updated"};
}

static struct own make_anna(struct ctx *cx, struct id organisation, struct id anna)
{
    return (struct own){FIELD_PERSON, anna,
                        arena_printf(cx->mem, "/desk/customers/%s/people/%s",
                                     id_text(cx->mem, organisation), id_text(cx->mem, anna)),
                        "/account", "person.updated"};
}

static int fill(struct browser *b, const char *path, const char *fields)
{
    const char *at = arena_printf(b->cx->mem, "%s/fields", path);

    assert_int_equal(browser_get(b, at), 200);
    return browser_post(b, at, fields);
}

static int64_t told(struct ctx *cx, const struct own *o)
{
    return test_i64(
        cx,
        "SELECT COUNT(*) FROM event WHERE tenant_id = ? AND name = ? AND subject_id = ? "
        "AND INSTR(data, '\"fields_before\"')",
        DB_ID(cx->tenant_id), DB_TEXT(o->event), DB_ID(o->id));
}

static void staff_fill_in(struct browser *b, const struct own *o)
{
    assert_int_equal(fill(b, o->desk, "fields.open=North&fields.typed=East&fields.hidden=West"),
                     303);
    browser_get(b, o->desk);
    assert_true(browser_shows(b, "<dt>hidden</dt><dd>West</dd>"));
    assert_int_equal(told(b->cx, o), 1);
    assert_int_equal(fill(b, o->desk, "fields.open=North"), 303);
    assert_int_equal(told(b->cx, o), 1); /* nothing differs, nothing is told */
}

static void lists_show(struct browser *b, const char *list, const char *text)
{
    assert_int_equal(browser_get(b, list), 200);
    if (!browser_shows(b, text))
        fail_msg("%s lacks %s", list, text);
}

static void the_customer_reads_what_is_his(struct browser *b, const struct own *o)
{
    browser_get(b, o->customers);
    assert_true(browser_shows(b, "<dt>open</dt><dd>North</dd>"));
    assert_true(browser_shows(b, "<dt>typed</dt><dd>East</dd>"));
    assert_false(browser_shows(b, "West"));
    browser_get(b, arena_printf(b->cx->mem, "%s/fields", o->customers));
    assert_false(browser_shows(b, "fields.open"));
    assert_false(browser_shows(b, "fields.hidden"));
    assert_int_equal(fill(b, o->customers, "fields.typed=South&fields.open=x&fields.hidden=x"),
                     303);
    assert_int_equal(told(b->cx, o), 2);
    browser_get(b, o->customers);
    assert_true(browser_shows(b, "<dt>open</dt><dd>North</dd>"));
    assert_true(browser_shows(b, "<dt>typed</dt><dd>South</dd>"));
}

static void persons_orders_and_licences_have_fields(void **state)
{
    struct browser *b = browser_open(test_ctx(state));
    const struct id organisation = make_organisation(b->cx, "C-1", "Marlow Grocers");
    const struct id anna =
        browser_customer(b, organisation, RIGHT_ORDER | RIGHT_LICENCE, "anna@marlow.example");
    const struct own all[] = {make_anna(b->cx, organisation, anna), make_order(b->cx, organisation),
                              make_licence(b->cx, organisation)};

    for (size_t i = 0; i < COUNT(all); i++)
        add_three(b, all[i].subject);
    b->cookie = "";
    browser_staff(b, "administrator", "sam@tilwick.example");
    for (size_t i = 0; i < COUNT(all); i++)
        staff_fill_in(b, &all[i]);
    lists_show(b, "/desk/orders", "North · East · West");
    lists_show(b, "/desk/licences", "North · East · West");
    b->cookie = "";
    browser_sign_in(b, "anna@marlow.example");
    lists_show(b, "/orders", "<span class=\"second\">North · East</span>");
    lists_show(b, "/licences", " · North · East</p>");
    for (size_t i = 0; i < COUNT(all); i++)
        the_customer_reads_what_is_his(b, &all[i]);
    b->cookie = "";
    browser_customer(b, make_organisation(b->cx, "C-2", "Gusu Books"), RIGHT_ORDER | RIGHT_LICENCE,
                     "eve@gusu.example");
    for (size_t i = 1; i < COUNT(all); i++)
        assert_int_equal(browser_get(b, arena_printf(b->cx->mem, "%s/fields", all[i].customers)),
                         404);
}

static void nobody_reads_or_fills_in_what_is_not_his(void **state)
{
    struct browser *b = browser_open(test_ctx(state));
    struct ctx *cx = b->cx;
    const struct id organisation = make_organisation(cx, "C-1", "Marlow Grocers");
    const struct id anna = make_person(cx, "Anna", "anna@marlow.example");
    const struct id boss = make_person(cx, "Tom", "tom@marlow.example");
    const struct own order = make_order(cx, organisation);
    const json_t *given = json_own(cx->mem, json_pack("{s:s}", "typed", "x"));
    const json_t *open = json_own(cx->mem, json_pack("{s:s}", "open", "x"));
    struct field_record own;

    add_three(b, FIELD_PERSON);
    add_three(b, FIELD_ORDER);
    make_membership(cx, anna, organisation, RIGHT_ORDER);
    make_membership(cx, boss, organisation, RIGHT_ADMIN);
    test_as_customer(cx, boss, organisation, RIGHT_ADMIN);
    test_refused(cx, own_field_read(cx, FIELD_PERSON, anna, &own), &ERR_NOT_FOUND);
    test_refused(cx, own_field_set(cx, FIELD_PERSON, anna, given), &ERR_NOT_FOUND);
    test_as_customer(cx, anna, organisation, RIGHT_ORDER);
    test_refused(cx, own_field_set(cx, FIELD_ORDER, order.id, open), &ERR_FIELD_UNKNOWN);
    cx->viewer.reads_only = RIGHT_ORDER;
    test_refused(cx, own_field_set(cx, FIELD_ORDER, order.id, given), &ERR_DENIED);
    test_as_staff(cx, boss, RIGHT_SALES_READ | RIGHT_ALL_OF(MODULE_SALES));
    test_refused(cx, own_field_set(cx, FIELD_ORDER, order.id, given), &ERR_DENIED);
    test_as_staff(cx, boss, RIGHT_CUSTOMERS_READ | RIGHT_ALL_OF(MODULE_CUSTOMERS));
    test_refused(cx, own_field_set(cx, FIELD_PERSON, anna, given), &ERR_DENIED);
    assert_int_equal(
        test_i64(cx, "SELECT COUNT(*) FROM custom_value WHERE tenant_id = ?", DB_ID(cx->tenant_id)),
        0);
}

static void a_topic_brings_its_notice_and_its_text(void **state)
{
    struct browser *b = browser_open(test_ctx(state));
    struct id organisation = make_organisation(b->cx, "C-1", "Marlow Grocers");

    browser_staff(b, "administrator", "sam@tilwick.example");
    browser_get(b, "/desk/settings/topics/new");
    assert_int_equal(browser_post(b, "/desk/settings/topics/new",
                                  "label=Repair&code=repair&type=repair&level=3&audience=everybody&"
                                  "active=1&notice=Keep+it+off.&body=Since+when%3A"),
                     303);
    browser_get(b, "/desk/settings/topics/new");
    assert_int_equal(browser_post(b, "/desk/settings/topics/new",
                                  "label=Opening&code=opening&type=question&level=3&audience="
                                  "everybody&active=1&article=118"),
                     303);
    b->cookie = ""; /* somebody else's browser */
    browser_customer(b, organisation, RIGHT_TICKET_OWN, "anna@marlow.example");
    browser_get(b, NEW_TICKET);
    assert_int_equal(browser_post(b, NEW_TICKET, "step=fields&topic=repair"), 200);
    assert_true(browser_shows(b, "Keep it off."));
    assert_true(browser_shows(b, "Since when:</textarea>"));
    browser_post(b, NEW_TICKET, "step=fields&topic=repair&text=Mine");
    assert_true(browser_shows(b, "Mine</textarea>"));
    assert_int_equal(browser_post(b, NEW_TICKET, "topic=opening&subject=s&text=t"), 422);
    assert_true(browser_shows(b, "/kb/article/118"));
}

static void the_matrix_is_set_on_its_page(void **state)
{
    struct browser *b = browser_open(test_ctx(state));
    struct str body = str_new(b->cx->mem);
    struct ticket_levels levels;

    browser_staff(b, "administrator", "sam@tilwick.example");
    browser_get(b, "/desk/settings/levels");
    for (int i = 1; i <= TICKET_LEVEL_MAX; i++) {
        str_fmt(&body, "severity_%d=%d&", i, 5 - i);
        for (int u = 1; u <= TICKET_LEVEL_MAX; u++)
            str_fmt(&body, "level_%d_%d=%d&", i, u, i);
    }
    assert_int_equal(browser_post(b, "/desk/settings/levels", body.p), 303);
    test_ok(b->cx, ticket_level_get(b->cx, &levels));
    assert_int_equal(levels.level[2][0], 3);
    assert_int_equal(levels.impact[0], 4);
    browser_get(b, "/desk/settings/levels");
    assert_int_equal(browser_post(b, "/desk/settings/levels", "level_1_1=9"), 422);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(a_field_is_made_with_a_condition_in_words),
        cmocka_unit_test(a_circle_is_said_at_the_conditions),
        cmocka_unit_test(a_form_without_scripts_asks_step_by_step),
        cmocka_unit_test(fields_are_changed_on_a_page_of_their_own),
        cmocka_unit_test(customers_have_fields_of_their_own),
        cmocka_unit_test(persons_orders_and_licences_have_fields),
        cmocka_unit_test(nobody_reads_or_fills_in_what_is_not_his),
        cmocka_unit_test(a_topic_brings_its_notice_and_its_text),
        cmocka_unit_test(the_matrix_is_set_on_its_page),
    };

    return browser_group_run("field_page", TESTS, COUNT(TESTS));
}
