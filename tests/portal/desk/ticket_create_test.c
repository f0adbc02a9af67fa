#include "base/clock.h"
#include "portal/desk/sla.h"
#include "portal/desk/ticket_thread.h"
#include "tests/portal/desk/desk_frame.h"

#include <string.h>

static const char SQL_TICKETS[] = "SELECT COUNT(*) FROM ticket WHERE tenant_id = ?";

static void a_filed_ticket_has_number_reporter_message_and_event(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    const struct id id = desk_file(cx, &d, "Receipt printer stops");
    struct ticket *t;

    test_ok(cx, ticket_get(cx, id, &t));
    assert_true(t->number[0] != '\0');
    assert_string_equal(t->subject, "Receipt printer stops");
    assert_string_equal(t->reporter_name, "Anna Keller");
    assert_string_equal(t->reporter_email, "anna@marlow.example");
    assert_string_equal(t->organisation_name, "Marlow Grocers");
    assert_int_equal(t->category, TICKET_OPEN);
    assert_int_equal(t->level, 2);
    assert_int_equal(t->created_at, cx->now);
    assert_int_equal(test_i64(cx,
                              "SELECT COUNT(*) FROM message WHERE tenant_id = ? AND kind = "
                              "'reply' AND is_public = TRUE",
                              DB_ID(cx->tenant_id)),
                     1);
    assert_string_equal(test_text(cx,
                                  "SELECT name FROM event WHERE tenant_id = ? AND subject_id = ?",
                                  DB_ID(cx->tenant_id), DB_ID(id)),
                        "ticket.created");
}

static void the_event_holds_what_rules_ask_for(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    const struct id id = desk_file(cx, &d, "Receipt printer stops");
    const char *text =
        test_text(cx, "SELECT data FROM event WHERE tenant_id = ? AND subject_id = ?",
                  DB_ID(cx->tenant_id), DB_ID(id));
    const json_t *after;
    json_t *data;

    test_ok(cx, json_read(cx->mem, &cx->err, text, strlen(text), &data));
    after = json_object_get(data, "after");
    assert_string_equal(json_get_text(after, "topic", ""), "fault");
    assert_string_equal(json_get_text(after, "text", ""), "It prints two receipts and stops.");
    assert_int_equal(json_get_i64(after, "level", 0), 2);
    assert_string_equal(json_get_text(json_object_get(after, "organisation"), "code", ""), "C-1");
    assert_string_equal(json_get_text(json_object_get(after, "reporter"), "name", ""),
                        "Anna Keller");
}

static void the_same_form_sent_twice_files_one_ticket(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    const struct ticket_new what = {.source = "portal",
                                    .subject = "Twice",
                                    .text = "text",
                                    .topic = "fault",
                                    .request_key = "0123456789abcdef"};
    struct ticket *first, *second;

    desk_as_anna(cx, &d);
    test_ok(cx, ticket_create(cx, &what, &first));
    test_ok(cx, ticket_create(cx, &what, &second));
    assert_true(id_equal(first->id, second->id));
    desk_as_tom(cx, &d);
    test_ok(cx, ticket_create(cx, &what, &second));
    assert_false(id_equal(first->id, second->id));
    assert_int_equal(test_i64(cx, SQL_TICKETS, DB_ID(cx->tenant_id)), 2);
}

static void bad_input_is_refused_with_the_field(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    const struct id stranger = id_make(cx->now);
    char long_subject[TICKET_SUBJECT_MAX + 2];
    const struct {
        struct ticket_new what;
        const char *source;
    } CASES[] = {
        {{.text = "t", .topic = "fault"}, "subject"},
        {{.subject = long_subject, .text = "t", .topic = "fault"}, "subject"},
        {{.subject = "s", .topic = "fault"}, "text"},
        {{.subject = "s", .text = "t", .topic = "no such"}, "topic"},
        {{.subject = "s", .text = "t"}, "topic"},
        {{.subject = "s", .text = "t", .topic = "fault", .site_id = stranger}, "site"},
        {{.subject = "s", .text = "t", .topic = "fault", .licence_id = stranger}, "licence"},
        {{.subject = "s", .text = "t", .topic = "fault", .impact = 5}, "impact"},
        {{.subject = "s", .text = "t", .topic = "fault", .machine_id = stranger}, "machine"},
        {{.subject = "s", .text = "t", .topic = "fault", .product_id = stranger}, "product"},
        {{.subject = "two\nlines", .text = "t", .topic = "fault"}, "subject"},
        {{.subject = "s", .text = "t", .topic = "fault", .city = long_subject}, "city"},
        {{.subject = "s", .text = "t", .topic = "fault", .store = long_subject}, "store"},
        {{.subject = "s", .text = "t", .topic = "fault", .product_version = long_subject},
         "product_version"},
        {{.subject = "s", .text = "t", .topic = "fault", .reporter_name = long_subject},
         "reporter_name"},
        {{.subject = "s", .text = "t", .topic = "fault", .reporter_phone = long_subject},
         "reporter_phone"},
        {{.subject = "s", .text = "t", .topic = "fault", .request_key = "\xff\xfe"}, "request_key"},
    };
    struct ticket *t;

    memset(long_subject, 'x', sizeof(long_subject) - 1);
    long_subject[sizeof(long_subject) - 1] = '\0';
    desk_as_anna(cx, &d);
    for (size_t i = 0; i < COUNT(CASES); i++) {
        struct ticket_new what = CASES[i].what;

        what.source = "portal";
        assert_false(ticket_create(cx, &what, &t));
        assert_ptr_equal(cx->err.kind, &ERR_INVALID);
        assert_string_equal(cx->err.source, CASES[i].source);
        err_clear(&cx->err);
    }
    assert_int_equal(test_i64(cx, SQL_TICKETS, DB_ID(cx->tenant_id)), 0);
}

static void a_site_of_another_organisation_is_refused(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    const struct id own = id_make(cx->now), foreign = id_make(cx->now);
    const char *sql =
        "INSERT INTO site (tenant_id, id, organisation_id, name, city) "
        "VALUES (?, ?, ?, 'Till shop', 'Henley')";
    struct ticket_new what = {.source = "portal", .subject = "s", .text = "t", .topic = "fault"};
    struct ticket *t;

    test_sql(cx, sql, DB_ID(cx->tenant_id), DB_ID(own), DB_ID(d.organisation));
    test_sql(cx, sql, DB_ID(cx->tenant_id), DB_ID(foreign), DB_ID(d.other_organisation));
    desk_as_anna(cx, &d);
    what.site_id = foreign;
    test_refused(cx, ticket_create(cx, &what, &t), &ERR_INVALID);
    what.site_id = own;
    test_ok(cx, ticket_create(cx, &what, &t));
    assert_string_equal(t->city, "Henley");
    assert_string_equal(t->store, "Till shop");
}

static void who_may_not_file_is_denied(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    const struct ticket_new what = {
        .source = "portal", .subject = "s", .text = "t", .topic = "fault"};
    struct ticket *t;

    test_as_nobody(cx);
    test_refused(cx, ticket_create(cx, &what, &t), &ERR_DENIED);
    test_as_customer(cx, d.anna, d.organisation, RIGHT_ORDER);
    test_refused(cx, ticket_create(cx, &what, &t), &ERR_DENIED);
    test_as_staff(cx, d.priya, RIGHT_SALES);
    test_refused(cx, ticket_create(cx, &what, &t), &ERR_DENIED);
}

static void staff_file_for_a_caller_without_account(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    const struct ticket_new what = {.source = "desk",
                                    .organisation_id = d.organisation,
                                    .subject = "Till 2 is dark",
                                    .text = "She called at nine.",
                                    .topic = "fault",
                                    .level = 1,
                                    .city = "Henley",
                                    .store = "Henley Bridge",
                                    .reporter_name = "Rosa Lind",
                                    .reporter_phone = "+44 1632 960 118"};
    struct ticket *first, *second;

    desk_as_priya(cx, &d);
    test_ok(cx, ticket_create(cx, &what, &first));
    assert_int_equal(first->level, 1);
    assert_string_equal(first->reporter_name, "Rosa Lind");
    assert_true(id_is_zero(first->person_id));
    test_ok(cx, ticket_create(cx, &what, &second));
    assert_true(id_equal(first->reporter_id, second->reporter_id));
    desk_as_tom(cx, &d);
    test_ok(cx, ticket_get(cx, first->id, &first));
}

static void a_customer_cannot_choose_the_level_or_the_organisation(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    const struct ticket_new what = {.source = "portal",
                                    .organisation_id = d.other_organisation,
                                    .person_id = d.eve,
                                    .subject = "s",
                                    .text = "t",
                                    .topic = "feedback",
                                    .level = 1,
                                    .impact = 2};
    struct ticket *t;

    desk_as_anna(cx, &d);
    test_ok(cx, ticket_create(cx, &what, &t));
    assert_true(id_equal(t->organisation_id, d.organisation));
    assert_true(id_equal(t->person_id, d.anna));
    assert_int_equal(t->impact, 2);
    assert_int_equal(t->urgency, 4);
    assert_int_equal(t->level, 3);
}

static void an_answer_is_promised_only_where_the_tenant_promises(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    struct ticket *t;

    test_ok(cx, ticket_get(cx, desk_file(cx, &d, "no promise"), &t));
    assert_int_equal(t->due_at, 0);
    test_ok(cx, sla_set(cx, &(struct sla){.level = 2, .answer_minutes = 240}));
    test_ok(cx, ticket_get(cx, desk_file(cx, &d, "four hours"), &t));
    assert_int_equal(t->due_at, cx->now + 4 * CLOCK_HOUR);
}

static struct id make_licence(struct ctx *cx, struct id organisation_id)
{
    const struct id product = id_make(cx->now), policy = id_make(cx->now), id = id_make(cx->now);

    test_sql(cx,
             "INSERT INTO product (tenant_id, id, name, created_at, updated_at) "
             "VALUES (?, ?, 'Counter Professional', ?, ?)",
             DB_ID(cx->tenant_id), DB_ID(product), DB_TIME(cx->now), DB_TIME(cx->now));
    test_sql(cx,
             "INSERT INTO policy (tenant_id, id, product_id, name, max_machines, created_at, "
             "updated_at) VALUES (?, ?, ?, 'p', 10, ?, ?)",
             DB_ID(cx->tenant_id), DB_ID(policy), DB_ID(product), DB_TIME(cx->now),
             DB_TIME(cx->now));
    test_sql(cx,
             "INSERT INTO licence (tenant_id, id, serial, product_id, policy_id, organisation_id, "
             "key_text, key_hash, starts_at, expires_at, support_until, last_version, created_at, "
             "updated_at) VALUES (?, ?, 'CTR-7Q4M-91KX', ?, ?, ?, 'k', REPEAT('h', 32), ?, ?, ?, "
             "'5.2.1', ?, ?)",
             DB_ID(cx->tenant_id), DB_ID(id), DB_ID(product), DB_ID(policy), DB_ID(organisation_id),
             DB_TIME(cx->now), DB_TIME(cx->now + CLOCK_DAY), DB_TIME(cx->now - CLOCK_DAY),
             DB_TIME(cx->now), DB_TIME(cx->now));
    return id;
}

static struct id make_machine(struct ctx *cx, struct id licence_id, const char *version)
{
    const struct id id = id_make(cx->now);

    test_sql(cx,
             "INSERT INTO machine (tenant_id, id, licence_id, fingerprint, fingerprint_hash, name, "
             "version, first_seen_at, last_seen_at, created_at, updated_at) "
             "VALUES (?, ?, ?, 'till-1', REPEAT('f', 32), 'Till 1', ?, ?, ?, ?, ?)",
             DB_ID(cx->tenant_id), DB_ID(id), DB_ID(licence_id), DB_TEXT(version), DB_TIME(cx->now),
             DB_TIME(cx->now), DB_TIME(cx->now), DB_TIME(cx->now));
    return id;
}

static void a_machine_of_another_organisation_is_refused_with_and_without_a_licence(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    const struct id licence = make_licence(cx, d.organisation);
    const struct id machine = make_machine(cx, licence, "5.2.1");
    struct ticket_new what = {
        .source = "portal", .subject = "s", .text = "t", .topic = "fault", .machine_id = machine};
    struct ticket *t;

    desk_as_eve(cx, &d);
    test_refused(cx, ticket_create(cx, &what, &t), &ERR_INVALID);
    what.licence_id = licence;
    test_refused(cx, ticket_create(cx, &what, &t), &ERR_INVALID);
    desk_as_anna(cx, &d);
    test_ok(cx, ticket_create(cx, &what, &t));
    what.licence_id = (struct id){{0}};
    test_ok(cx, ticket_create(cx, &what, &t));
    assert_true(id_equal(t->machine_id, machine));
    assert_string_equal(t->product_version, "5.2.1");
}

static void a_version_longer_than_a_ticket_keeps_is_cut(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    char version[3 * TICKET_VERSION_MAX];
    struct ticket_new what = {.source = "portal", .subject = "s", .text = "t", .topic = "fault"};
    struct ticket *t;

    memset(version, '9', sizeof(version) - 1);
    version[sizeof(version) - 1] = '\0';
    what.machine_id = make_machine(cx, make_licence(cx, d.organisation), version);
    desk_as_anna(cx, &d);
    test_ok(cx, ticket_create(cx, &what, &t));
    assert_int_equal(strlen(t->product_version), TICKET_VERSION_MAX);
}

static void what_the_licence_allowed_is_kept_with_the_ticket(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    const struct ticket_new what = {.source = "portal",
                                    .subject = "s",
                                    .text = "t",
                                    .topic = "licence",
                                    .licence_id = make_licence(cx, d.organisation)};
    struct ticket *t;
    json_t *filed, *event;

    desk_as_anna(cx, &d);
    test_ok(cx, ticket_create(cx, &what, &t));
    assert_string_equal(t->product_name, "Counter Professional");
    assert_string_equal(t->product_version, "5.2.1");
    test_as_system(cx);
    test_sql(cx, "UPDATE licence SET is_suspended = TRUE, max_machines = 3 WHERE tenant_id = ?",
             DB_ID(cx->tenant_id));
    test_ok(cx, ticket_get(cx, t->id, &t));
    test_ok(cx, json_read(cx->mem, &cx->err, t->filed, strlen(t->filed), &filed));
    assert_int_equal(json_get_i64(filed, "seats", 0), 10);
    assert_true(json_get_bool(filed, "is_valid", false));
    test_ok(cx, ticket_to_event_json(cx, t, &event));
    assert_int_equal(json_get_i64(json_object_get(event, "licence"), "seats", 0), 3);
    assert_false(json_get_bool(json_object_get(event, "licence"), "is_valid", true));
    assert_false(json_get_bool(json_object_get(event, "licence"), "support_valid", true));
    desk_as_eve(cx, &d);
    test_refused(cx, ticket_create(cx, &what, &t), &ERR_INVALID);
}

static bool file_with_failures(struct ctx *cx, void *arg)
{
    const struct desk *d = arg;
    const struct ticket_new what = {
        .source = "portal", .subject = "s one two", .text = "t", .topic = "fault"};
    struct ticket *t;

    desk_as_anna(cx, d);
    return ticket_create(cx, &what, &t);
}

static void nothing_is_left(struct ctx *cx, void *arg)
{
    (void)arg;
    assert_int_equal(test_i64(cx, SQL_TICKETS, DB_ID(cx->tenant_id)), 0);
    assert_int_equal(
        test_i64(cx, "SELECT COUNT(*) FROM message WHERE tenant_id = ?", DB_ID(cx->tenant_id)), 0);
    assert_int_equal(
        test_i64(cx, "SELECT COUNT(*) FROM reporter WHERE tenant_id = ?", DB_ID(cx->tenant_id)), 0);
    assert_int_equal(
        test_i64(cx, "SELECT COUNT(*) FROM event WHERE tenant_id = ?", DB_ID(cx->tenant_id)), 0);
}

static void a_failure_at_any_statement_leaves_no_row(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct desk d = desk_make(cx);

    test_failures(cx, file_with_failures, &d, nothing_is_left);
    assert_int_equal(test_i64(cx, SQL_TICKETS, DB_ID(cx->tenant_id)), 1);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(a_filed_ticket_has_number_reporter_message_and_event),
        cmocka_unit_test(the_event_holds_what_rules_ask_for),
        cmocka_unit_test(the_same_form_sent_twice_files_one_ticket),
        cmocka_unit_test(bad_input_is_refused_with_the_field),
        cmocka_unit_test(a_site_of_another_organisation_is_refused),
        cmocka_unit_test(who_may_not_file_is_denied),
        cmocka_unit_test(staff_file_for_a_caller_without_account),
        cmocka_unit_test(a_customer_cannot_choose_the_level_or_the_organisation),
        cmocka_unit_test(an_answer_is_promised_only_where_the_tenant_promises),
        cmocka_unit_test(a_machine_of_another_organisation_is_refused_with_and_without_a_licence),
        cmocka_unit_test(a_version_longer_than_a_ticket_keeps_is_cut),
        cmocka_unit_test(what_the_licence_allowed_is_kept_with_the_ticket),
        cmocka_unit_test(a_failure_at_any_statement_leaves_no_row),
    };

    return test_group_run("ticket_create", TESTS, COUNT(TESTS));
}
