#include "base/clock.h"
#include "base/parse.h"
#include "portal/desk/attachment_quota.h"
#include "portal/desk/ticket_thread.h"
#include "tests/portal/desk/desk_frame.h"

#include <string.h>
#include <unistd.h>

static void a_type_is_found_from_the_bytes(void **state)
{
    static const struct {
        const char *bytes;
        size_t len;
        const char *type;
    } CASES[] = {
        {"\x89PNG\r\n\x1a\nrest", 12, "image/png"},
        {"\xff\xd8\xff\xe0", 4, "image/jpeg"},
        {"GIF89a", 6, "image/gif"},
        {"RIFF1234WEBPVP8 ", 16, "image/webp"},
        {"%PDF-1.7", 8, "application/pdf"},
        {"PK\x03\x04", 4, "application/zip"},
        {"<script>alert(1)</script>", 25, "text/plain"},
        {"<svg xmlns='x'/>", 16, "text/plain"},
        {"\xe6\x89\x93\xe5\x8d\xb0", 6, "text/plain"},
        {"\xff\xfe\x00\x01", 4, "application/octet-stream"},
        {"a\0b", 3, "application/octet-stream"},
        {"\xe6\x89", 2, "application/octet-stream"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(CASES); i++)
        assert_string_equal(attachment_sniff(CASES[i].bytes, CASES[i].len), CASES[i].type);
}

static struct id file_with(struct ctx *cx, const struct desk *d, struct attachment_file *files,
                           size_t count)
{
    const struct ticket_new what = {.source = "portal",
                                    .subject = "with files",
                                    .text = "see the files",
                                    .topic = "fault",
                                    .files = files,
                                    .file_count = count};
    struct ticket *t;

    desk_as_anna(cx, d);
    test_ok(cx, attachment_store(cx, test_dir(), files, count));
    test_ok(cx, ticket_create(cx, &what, &t));
    return t->id;
}

static void a_file_comes_back_as_it_was_sent(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    struct attachment_file files[] = {{.name = "log.txt", .bytes = "one line\n", .len = 9},
                                      {.name = "copy.txt", .bytes = "one line\n", .len = 9}};
    const struct id id = file_with(cx, &d, files, COUNT(files));
    struct attachment **all, *a;
    size_t count;
    char bytes[16];
    int fd;

    test_ok(cx, attachment_list(cx, id, &all, &count));
    assert_int_equal(count, 2);
    assert_string_equal(all[0]->hash, all[1]->hash);
    test_ok(cx, attachment_get(cx, all[1]->id, &a));
    assert_string_equal(a->name, "copy.txt");
    assert_string_equal(a->type, "text/plain");
    assert_int_equal(a->bytes, 9);
    test_ok(cx, attachment_open(cx, test_dir(), a, &fd));
    assert_int_equal(read(fd, bytes, sizeof(bytes)), 9);
    assert_memory_equal(bytes, "one line\n", 9);
    close(fd);
}

static void a_file_is_for_those_who_see_the_ticket(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    struct attachment_file files[] = {{.name = "a.txt", .bytes = "a", .len = 1}};
    const struct id id = file_with(cx, &d, files, COUNT(files));
    struct attachment **all, *a;
    size_t count;

    test_ok(cx, attachment_list(cx, id, &all, &count));
    desk_as_priya(cx, &d);
    test_ok(cx, attachment_get(cx, all[0]->id, &a));
    desk_as_eve(cx, &d);
    test_refused(cx, attachment_get(cx, all[0]->id, &a), &ERR_NOT_FOUND);
    test_as_nobody(cx);
    test_refused(cx, attachment_get(cx, all[0]->id, &a), &ERR_NOT_FOUND);
    test_as_staff(cx, d.priya, RIGHT_SALES);
    test_refused(cx, attachment_get(cx, all[0]->id, &a), &ERR_NOT_FOUND);
}

static void too_many_too_large_or_empty_files_are_refused(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct attachment_file many[ATTACHMENT_COUNT_MAX + 1];
    struct attachment_file large = {.name = "l", .bytes = "x", .len = ATTACHMENT_BYTES_MAX + 1};
    struct attachment_file empty = {.name = "e", .bytes = "", .len = 0};

    for (size_t i = 0; i < COUNT(many); i++)
        many[i] = (struct attachment_file){.name = "m", .bytes = "m", .len = 1};
    test_refused(cx, attachment_store(cx, test_dir(), many, COUNT(many)), &ERR_ATTACHMENT_COUNT);
    test_refused(cx, attachment_store(cx, test_dir(), &large, 1), &ERR_ATTACHMENT_SIZE);
    test_refused(cx, attachment_store(cx, test_dir(), &empty, 1), &ERR_ATTACHMENT_EMPTY);
}

static void a_folder_that_cannot_be_written_is_an_error(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct attachment_file file = {.name = "f", .bytes = "f", .len = 1};

    test_refused(cx, attachment_store(cx, "/dev/null/no", &file, 1), &ERR_INTERNAL);
}

static bool is_kept(struct ctx *cx, const struct attachment_file *file)
{
    const struct attachment a = {.hash = file->hash};
    bool ok;
    int fd;

    ok = attachment_open(cx, test_dir(), &a, &fd);
    if (ok)
        close(fd);
    else
        err_clear(&cx->err);
    return ok;
}

static unsigned sweep(struct ctx *cx, const struct attachment_file *file, int64_t now)
{
    const int64_t frozen = cx->now;
    uint8_t folder;
    unsigned removed;

    assert_true(parse_hex(arena_dup_bytes(cx->mem, file->hash, 2), &folder, 1));
    cx->now = now;
    test_ok(cx, attachment_sweep(cx, test_dir(), folder, &removed));
    cx->now = frozen;
    return removed;
}

static void bytes_that_no_message_has_are_swept_up_in_the_end(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    const int64_t later = clock_now() + (ATTACHMENT_ORPHAN_DAYS + 1) * CLOCK_DAY;
    struct attachment_file used = {.name = "a.txt", .bytes = "sent and used", .len = 13};
    struct attachment_file orphan = {.name = "b.txt", .bytes = "never sent", .len = 10};

    file_with(cx, &d, &used, 1);
    test_ok(cx, attachment_store(cx, test_dir(), &orphan, 1));
    assert_int_equal(sweep(cx, &orphan, clock_now()), 0);
    assert_true(is_kept(cx, &orphan)); /* its form may still be sent again */
    assert_int_equal(sweep(cx, &orphan, later), 1);
    assert_false(is_kept(cx, &orphan));
    sweep(cx, &used, later);
    assert_true(is_kept(cx, &used));
}

static void what_would_overfill_the_room_is_refused_with_its_reason(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    struct attachment_file nine = {.name = "log.txt", .bytes = "one line\n", .len = 9};
    const struct attachment_quota none = {0}, own = {.organisation = 20}, all = {.tenant = 17};

    file_with(cx, &d, &nine, 1);
    test_ok(cx, attachment_quota_check(cx, &none, &nine, 1));
    test_ok(cx, attachment_quota_check(cx, &own, &nine, 1));
    test_refused(cx, attachment_quota_check(cx, &all, &nine, 1), &ERR_ATTACHMENT_QUOTA);
    file_with(cx, &d, &nine, 1);
    test_refused(cx, attachment_quota_check(cx, &own, &nine, 1), &ERR_ATTACHMENT_QUOTA_OWN);
    desk_as_priya(cx, &d);
    test_ok(cx, attachment_quota_check(cx, &own, &nine, 1)); /* it is the customer's, not hers */
    test_as_customer(cx, d.anna, make_organisation(cx, "C-77", "Other"), RIGHT_TICKET_ALL);
    test_ok(cx, attachment_quota_check(cx, &own, &nine, 1));
    assert_non_null(strstr(test_text(cx,
                                     "EXPLAIN FORMAT=JSON SELECT COALESCE(SUM(bytes), 0) FROM "
                                     "attachment WHERE tenant_id = ?",
                                     DB_ID(cx->tenant_id)),
                           "\"using_index\": true")); /* no row is read for the sum */
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(a_type_is_found_from_the_bytes),
        cmocka_unit_test(a_file_comes_back_as_it_was_sent),
        cmocka_unit_test(a_file_is_for_those_who_see_the_ticket),
        cmocka_unit_test(too_many_too_large_or_empty_files_are_refused),
        cmocka_unit_test(what_would_overfill_the_room_is_refused_with_its_reason),
        cmocka_unit_test(a_folder_that_cannot_be_written_is_an_error),
        cmocka_unit_test(bytes_that_no_message_has_are_swept_up_in_the_end),
    };

    return test_group_run("attachment", TESTS, COUNT(TESTS));
}
