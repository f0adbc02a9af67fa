/* Every column of the schema that names a person or an organisation is known to portal/account/
 * trace.c, and so to merging, to a person's download and to erasing. */
#include "portal/account/trace.h"
#include "tests/support/test.h"

#include <string.h>

/* Columns of ids of other things. A new name that is neither here nor in trace.c fails the test:
 * say which of the two it is. */
static const char *const OTHER_THINGS[] = {
    "id",          "tenant_id",      "lease",       "ticket_id",       "licence_id",
    "machine_id",  "product_id",     "policy_id",   "site_id",         "team_id",
    "role_id",     "message_id",     "event_id",    "article_id",      "category_id",
    "release_id",  "artefact_id",    "contract_id", "order_id",        "invoice_id",
    "reporter_id", "entitlement_id", "group_id",    "view_id",         "script_id",
    "version_id",  "endpoint_id",    "provider_id", "calendar_id",     "thread_id",
    "parent_id",   "revision_id",    "next_id",     "merge_id",        "remembered_id",
    "key_id",      "document_id",    "list_id",     "field_id",        "home_id",
    "mail_id",     "root_event_id",  "merged_into", "announcement_id", "bulk_id",
    "undo_of",     "reverses_id",
};
/* The same where a name says different things in different tables. */
static const char *const OTHER_COLUMNS[] = {
    "ticket_link.other_id",  "custom_field_rule.other_id", "licence_change.subject_id",
    "script_run.subject_id", "ticket_merge.source_id",     "ticket_merge.target_id",
    "ticket_merge.line_id",  "migration_lease.holder",     "announcement.told_after",
    "dispatch.from_team_id"};

static bool is_among(const char *text, const char *const *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(text, list[i]) == 0)
            return true;
    return false;
}

static bool is_traced(const struct trace *list, size_t count, const char *table, const char *column)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(list[i].table, table) == 0 && strcmp(list[i].column, column) == 0)
            return true;
    return false;
}

static void every_id_in_the_schema_is_traced_or_of_another_thing(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct db_rows rows;
    unsigned missing = 0;

    test_ok(cx, db_query(cx, &rows,
                         "SELECT table_name, column_name FROM information_schema.columns "
                         "WHERE table_schema = DATABASE() AND data_type = 'uuid' "
                         "ORDER BY table_name, column_name",
                         DB_NONE));
    assert_true(rows.count > 200);
    while (db_next(&rows)) {
        const char *table = db_text(&rows.row, 0), *column = db_text(&rows.row, 1);
        const char *name = arena_printf(cx->mem, "%s.%s", table, column);

        if (is_among(column, OTHER_THINGS, COUNT(OTHER_THINGS)) ||
            is_among(name, OTHER_COLUMNS, COUNT(OTHER_COLUMNS)) ||
            is_traced(TRACE_OF_PERSON, TRACE_OF_PERSON_COUNT, table, column) ||
            is_traced(TRACE_OF_ORGANISATION, TRACE_OF_ORGANISATION_COUNT, table, column))
            continue;
        print_message(
            "%s: give it a row in portal/account/trace.c, or say in trace_test.c that it "
            "names something else\n",
            name);
        missing++;
    }
    assert_int_equal(missing, 0);
}

static void every_foreign_key_to_a_person_or_an_organisation_is_traced(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct db_rows rows;

    test_ok(cx, db_query(cx, &rows,
                         "SELECT table_name, column_name, referenced_table_name FROM "
                         "information_schema.key_column_usage WHERE table_schema = DATABASE() AND "
                         "referenced_table_name IN ('person', 'organisation') AND column_name <> "
                         "'tenant_id'",
                         DB_NONE));
    assert_true(rows.count > 30);
    while (db_next(&rows)) {
        const char *table = db_text(&rows.row, 0), *column = db_text(&rows.row, 1);
        bool is_person = strcmp(db_text(&rows.row, 2), "person") == 0;

        if (!is_traced(is_person ? TRACE_OF_PERSON : TRACE_OF_ORGANISATION,
                       is_person ? TRACE_OF_PERSON_COUNT : TRACE_OF_ORGANISATION_COUNT, table,
                       column))
            fail_msg("%s.%s: give it a row in portal/account/trace.c", table, column);
    }
}

/* Addresses that are the tenant's or a customer's, or that go with the person's own row. */
static const char *const OTHER_ADDRESSES[] = {
    "tenant.support_email",  "organisation.email", "person.email",
    "person.verified_email", "person_link.email",  "person_address.email",
    "merge.gone_email",      "mail_inbox.address", "mail_setting.sender_address",
    "mail_out.from_address",
};

static void every_column_of_addresses_is_traced_or_nobodys(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct db_rows rows;
    unsigned missing = 0;

    test_ok(cx, db_query(cx, &rows,
                         "SELECT table_name, column_name FROM information_schema.columns "
                         "WHERE table_schema = DATABASE() AND data_type = 'varchar' AND "
                         "character_maximum_length = 254",
                         DB_NONE));
    assert_true(rows.count > 10);
    while (db_next(&rows)) {
        const char *table = db_text(&rows.row, 0), *column = db_text(&rows.row, 1);
        const char *name = arena_printf(cx->mem, "%s.%s", table, column);
        bool is_known = is_among(name, OTHER_ADDRESSES, COUNT(OTHER_ADDRESSES));

        for (size_t i = 0; i < TRACE_BY_ADDRESS_COUNT; i++)
            is_known = is_known || (strcmp(TRACE_BY_ADDRESS[i].table, table) == 0 &&
                                    strcmp(TRACE_BY_ADDRESS[i].column, column) == 0);
        if (!is_known) {
            print_message(
                "%s: give it a row in portal/account/trace.c and in erasure_rows.c, or "
                "say in trace_test.c that it is nobody's\n",
                name);
            missing++;
        }
    }
    assert_int_equal(missing, 0);
}

static void each_traced_column_is_there(void **state)
{
    struct ctx *cx = test_ctx(state);

    for (size_t i = 0; i < TRACE_OF_PERSON_COUNT; i++)
        assert_int_equal(
            test_i64(cx, TRACE_OF_PERSON[i].count, DB_ID(cx->tenant_id), DB_ID(ctx_new_id(cx))), 0);
    for (size_t i = 0; i < TRACE_OF_ORGANISATION_COUNT; i++)
        assert_int_equal(test_i64(cx, TRACE_OF_ORGANISATION[i].count, DB_ID(cx->tenant_id),
                                  DB_ID(ctx_new_id(cx))),
                         0);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(every_id_in_the_schema_is_traced_or_of_another_thing),
        cmocka_unit_test(every_foreign_key_to_a_person_or_an_organisation_is_traced),
        cmocka_unit_test(every_column_of_addresses_is_traced_or_nobodys),
        cmocka_unit_test(each_traced_column_is_there),
    };
    return test_group_run("trace", TESTS, COUNT(TESTS));
}
