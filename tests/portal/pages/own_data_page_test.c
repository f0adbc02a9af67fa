#include "portal/account/own_data.h"
#include "portal/desk/attachment.h"
#include "portal/http/spool.h"
#include "portal/pages/own_data_archive.h"
#include "portal/pages/own_data_turn.h"
#include "tests/portal/pages/test_portal.h"

#include <archive.h>
#include <archive_entry.h>
#include <locale.h>
#include <string.h>
#include <time.h>

/* The member of the archive that came last whose name ends so; NULL without one. */
static const char *member(struct browser *b, const char *end)
{
    const char *body = browser_page(b);
    struct archive *zip = archive_read_new();
    locale_t utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0); /* names are read by it */
    locale_t before = uselocale(utf8);
    struct archive_entry *entry;
    char *out = NULL;

    archive_read_support_format_zip(zip);
    assert_int_equal(
        archive_read_open_memory(zip, body, b->wire.len - (size_t)(body - b->wire.text)),
        ARCHIVE_OK);
    while (out == NULL && archive_read_next_header(zip, &entry) == ARCHIVE_OK) {
        const char *name = archive_entry_pathname(entry);
        size_t len = (size_t)archive_entry_size(entry);

        if (strlen(name) < strlen(end) || strcmp(name + strlen(name) - strlen(end), end) != 0)
            continue;
        out = arena_alloc(b->cx->mem, len + 1);
        assert_int_equal(archive_read_data(zip, out, len), (la_ssize_t)len);
        out[len] = '\0';
    }
    archive_read_free(zip);
    uselocale(before);
    freelocale(utf8);
    return out;
}

/* A ticket of the person's with two files: his own, and one in a note of the staff's. */
static void file_ticket(struct browser *b, struct id organisation, struct id person_id)
{
    static const char SQL_TICKET[] =
        "INSERT INTO ticket (tenant_id, id, number, organisation_id, person_id, source, subject, topic, status, "
        "category, level, created_at, updated_at) VALUES (?, ?, 'T-1', ?, ?, 'portal', 'It stops', "
        "'other', 'new', 'open', 3, NOW(), NOW())";
    static const char SQL_MESSAGE[] =
        "INSERT INTO message (tenant_id, id, ticket_id, kind, is_public, author, author_id, "
        "source, body, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, 'portal', 'Again', NOW())";
    struct attachment_file own = {
        .name = "\xE7\x85\xA7\xE7\x89\x87.txt", .bytes = "lens", .len = 4};
    struct attachment_file note = {.name = "note.txt", .bytes = "rude", .len = 4};
    const struct db_arg tenant = DB_ID(b->cx->tenant_id);
    struct id ticket = ctx_new_id(b->cx), said = ctx_new_id(b->cx), noted = ctx_new_id(b->cx);

    test_sql(b->cx, SQL_TICKET, tenant, DB_ID(ticket), DB_ID(organisation), DB_ID(person_id));
    test_sql(b->cx, SQL_MESSAGE, tenant, DB_ID(said), DB_ID(ticket), DB_TEXT("reply"),
             DB_BOOL(true), DB_TEXT("customer"), DB_ID(person_id));
    test_sql(b->cx, SQL_MESSAGE, tenant, DB_ID(noted), DB_ID(ticket), DB_TEXT("note"),
             DB_BOOL(false), DB_TEXT("staff"), DB_NULL);
    test_ok(b->cx, attachment_store(b->cx, test_dir(), &own, 1));
    test_ok(b->cx, attachment_add(b->cx, ticket, said, &own, 1));
    test_ok(b->cx, attachment_store(b->cx, test_dir(), &note, 1));
    test_ok(b->cx, attachment_add(b->cx, ticket, noted, &note, 1));
}

static void a_person_downloads_what_is_kept_and_asks_to_be_erased(void **state)
{
    struct browser *b = browser_open(test_ctx(state));
    struct browser *staff = browser_open(b->cx);
    const char *act, *data;
    struct id marlow;

    marlow = make_organisation(b->cx, "C-1", "Marlow");
    file_ticket(b, marlow, browser_customer(b, marlow, RIGHT_TICKET_OWN, "anna@marlow.example"));
    browser_staff(staff, "Administrator", "ines@vendor.example");
    assert_int_equal(browser_get(b, "/account/data"), 200);
    assert_int_equal(browser_get(b, "/account/data.zip"), 200);
    assert_string_equal(wire_header(&b->wire, "Content-Type"), "application/zip");
    data = member(b, "my-data.json");
    assert_non_null(strstr(data, "anna@marlow.example"));
    assert_non_null(strstr(data, "membership.person_id"));
    assert_null(strstr(data, "argon2"));
    assert_string_equal(member(b, "-\xE7\x85\xA7\xE7\x89\x87.txt"), "lens");
    assert_null(member(b, "note.txt"));
    assert_null(strstr(data, "note.txt"));
    assert_int_equal(browser_get(b, "/account/data"), 200);
    assert_int_equal(browser_post(b, "/account/data/erasure", ""), 303);
    assert_int_equal(browser_get(b, "/account/data"), 200);
    assert_true(browser_shows(b, "You have asked to be erased."));
    assert_int_equal(browser_post(b, "/account/data/erasure/withdraw", ""), 303);
    assert_int_equal(browser_get(b, "/account/data"), 200);
    assert_int_equal(browser_post(b, "/account/data/erasure", ""), 303);
    assert_int_equal(browser_get(staff, "/desk/erasures"), 200);
    assert_true(browser_shows(staff, "anna@marlow.example"));
    assert_true(browser_shows(staff, "href=\"/desk/customers\" aria-current=\"page\""));
    act = arena_printf(b->cx->mem, "/desk/erasures/%s",
                       test_text(b->cx,
                                 "SELECT CAST(id AS CHAR) FROM erasure_request WHERE tenant_id = ? "
                                 "AND state = 'waiting'",
                                 DB_ID(b->cx->tenant_id)));
    test_sql(b->cx, "UPDATE session SET fresh_at = NULL WHERE tenant_id = ?",
             DB_ID(b->cx->tenant_id));
    assert_int_equal(browser_post(staff, arena_printf(b->cx->mem, "%s/erase", act), ""), 303);
    assert_non_null(strstr(browser_location(staff), "/account/confirm"));
    test_sql(b->cx, "UPDATE session SET fresh_at = NOW(6) WHERE tenant_id = ?",
             DB_ID(b->cx->tenant_id));
    assert_int_equal(browser_get(staff, "/desk/erasures"), 200);
    assert_int_equal(browser_post(staff, arena_printf(b->cx->mem, "%s/erase", act), ""), 303);
    assert_string_equal(browser_location(staff), "/desk/erasures");
    assert_int_equal(browser_get(b, "/account/data"), 303); /* nobody any more */
    assert_int_equal(browser_get(staff, "/desk/erasures"), 200);
    assert_true(browser_shows(staff, "Nobody asks to be erased."));
}

static void an_archive_is_made_without_a_connection_of_the_pool(void **state)
{
    struct browser *b = browser_open(test_ctx(state));
    struct id marlow = make_organisation(b->cx, "C-1", "Marlow");
    struct id person = browser_customer(b, marlow, RIGHT_TICKET_OWN, "anna@marlow.example");
    struct spool *spool;
    int64_t bytes;
    json_t *all;

    file_ticket(b, marlow, person);
    test_ok(b->cx, spool_make(&b->cx->err, b->cx->mem, test_dir(), &spool));
    test_ok(b->cx, own_data(b->cx, person, &all));
    assert_non_null(b->cx->db);
    test_ok(b->cx, own_data_archive(b->cx, test_dir(), all, spool_fd(spool), &bytes));
    assert_null(b->cx->db);
    assert_true(bytes > 0);
}

/* Once the one before is sent, which the server knows a moment later than the browser. */
static void gets_an_archive(struct browser *b)
{
    int status;

    for (int tries = 0; (status = browser_get(b, "/account/data.zip")) == 429 && tries < 200;
         tries++)
        nanosleep(&(struct timespec){.tv_nsec = 20000000}, NULL);
    assert_int_equal(status, 200);
}

static void one_archive_at_a_time_is_made_for_a_person_and_two_for_all(void **state)
{
    struct browser *b = browser_open(test_ctx(state));
    struct id marlow = make_organisation(b->cx, "C-1", "Marlow");
    struct id person = browser_customer(b, marlow, RIGHT_TICKET_OWN, "anna@marlow.example");
    struct own_data_turn *own, *first, *second;

    test_ok(b->cx, own_data_turn_take(b->cx, person, &own));
    assert_int_equal(browser_get(b, "/account/data.zip"), 429);
    assert_string_equal(wire_header(&b->wire, "Retry-After"), "60");
    assert_true(browser_shows(b, "is being packed already."));
    own_data_turn_packed(own); /* it is not sent yet */
    assert_int_equal(browser_get(b, "/account/data.zip"), 429);
    own_data_turn_end(own);
    gets_an_archive(b);
    test_ok(b->cx, own_data_turn_take(b->cx, ctx_new_id(b->cx), &first));
    gets_an_archive(b);
    test_ok(b->cx, own_data_turn_take(b->cx, ctx_new_id(b->cx), &second));
    assert_int_equal(browser_get(b, "/account/data.zip"), 429);
    own_data_turn_packed(first);
    gets_an_archive(b);
    own_data_turn_end(first);
    own_data_turn_end(second);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(a_person_downloads_what_is_kept_and_asks_to_be_erased),
        cmocka_unit_test(an_archive_is_made_without_a_connection_of_the_pool),
        cmocka_unit_test(one_archive_at_a_time_is_made_for_a_person_and_two_for_all),
    };
    return browser_group_run("own_data_page", TESTS, COUNT(TESTS));
}
