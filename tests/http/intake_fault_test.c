/* Tickets come in by page, by program and by mail while the database or the disk fails: whatever
 * fails wherever, the ticket is there once, or its sender was told and has his words still. */
#include "base/clock.h"
#include "base/store.h"
#include "db/db_fault.h"
#include "licensing/token.h"
#include "portal/app.h"
#include "portal/mail/mail_route.h"
#include "portal/mail/mail_worker.h"
#include "tests/http/site.h"
#include "tests/licensing/licensing_make.h"
#include "tests/portal/desk/desk_frame.h"

#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

enum { STATEMENTS_MAX = 200, FOR_GOOD = 100000, LARGE = 200001, LIMIT = 100000 };

#define WORDS "The drawer stays shut"

/* Once: one statement fails. For good: all from there on, until the sender tries again. */
static const int TIMES[] = {1, FOR_GOOD};

struct desk_site {
    struct ctx *cx;
    struct desk d;
    struct site_user anna;
    const char *token;
    const char *storage;
};

static struct desk_site open_desk(void **state)
{
    struct desk_site s = {.cx = test_ctx(state)};
    struct token_draft draft = {.kind = TOKEN_USER, .name = "test"};
    struct token *token;

    licensing_seal(s.cx);
    s.d = desk_make(s.cx);
    site_open(s.cx);
    s.anna = site_sign_in(s.cx, s.d.anna);
    draft.person_id = s.d.anna;
    test_ok(s.cx, token_add(s.cx, &draft, &token));
    s.token = token->text;
    s.storage = arena_printf(s.cx->mem, "%s/storage", test_dir());
    return s;
}

static int64_t count(struct ctx *cx, const char *sql)
{
    return test_i64(cx, sql, DB_ID(cx->tenant_id));
}

static int64_t tickets_of(struct ctx *cx)
{
    return count(cx,
                 "SELECT COUNT(*) FROM ticket t WHERE tenant_id = ? AND EXISTS (SELECT 1 FROM "
                 "message m WHERE m.tenant_id = t.tenant_id AND m.ticket_id = t.id)");
}

/* --- the database --- */

struct way {
    const char *name;
    int done;         /* the status that says it is filed */
    bool shows_words; /* what was typed is on the page of the error */
    struct site_answer (*send)(const struct desk_site *s, const char *key);
};

static struct site_answer by_page(const struct desk_site *s, const char *key)
{
    return site_post(s->cx, &s->anna, "/tickets/new",
                     arena_printf(s->cx->mem,
                                  "topic=fault&subject=Till&impact=2&city=Bath&text="
                                  "The+drawer+stays+shut&request_key=%s",
                                  key));
}

static struct site_answer by_program(const struct desk_site *s, const char *key)
{
    return site_call(s->cx, s->token, "POST", "/api/v1/tickets",
                     arena_printf(s->cx->mem, "Idempotency-Key: %s\r\n", key),
                     "{\"subject\":\"Till\",\"text\":\"" WORDS "\",\"topic\":\"fault\"}");
}

/* Sends until it is done, with the fault one statement later each time. How many were tried. */
static int file_with_faults(const struct desk_site *s, const struct way *way, int times)
{
    const int64_t before = tickets_of(s->cx);
    const char *key = arena_printf(s->cx->mem, "%s-%d", way->name, times);

    for (int n = 0; n < STATEMENTS_MAX; n++) {
        const char *each = arena_printf(s->cx->mem, "%s-%d", key, n);
        struct site_answer a;
        bool was_reached;

        db_release(s->cx);
        db_fault_set(n, times);
        a = way->send(s, each);
        was_reached = db_fault_count() > n;
        db_fault_set(0, 0);
        if (a.status != way->done) {
            if (a.status != 503)
                fail_msg("%s: statement %d became %d: %.2000s", way->name, n + 1, a.status, a.body);
            if (way->shows_words)
                site_shows(&a, WORDS);
            a = way->send(s, each); /* the sender was told, and tries again */
            assert_int_equal(a.status, way->done);
        }
        assert_int_equal(tickets_of(s->cx), before + n + 1);
        if (!was_reached)
            return n;
    }
    fail_msg("%s: still failing", way->name);
    return 0;
}

static void a_ticket_is_there_once_or_its_sender_was_told(void **state)
{
    static const struct way WAYS[] = {{"page", 303, true, by_page},
                                      {"program", 201, false, by_program}};
    const struct desk_site s = open_desk(state);

    for (size_t w = 0; w < COUNT(WAYS); w++)
        for (size_t t = 0; t < COUNT(TIMES); t++) {
            int n = file_with_faults(&s, &WAYS[w], TIMES[t]);

            assert_true(n > 10);
            print_message("by %s, %s: %d statements failed\n", WAYS[w].name,
                          TIMES[t] == 1 ? "once" : "for good", n);
        }
}

static const char *mail_of(struct ctx *cx, const char *file)
{
    static unsigned number;

    return arena_printf(cx->mem,
                        "From: anna@marlow.example\r\nTo: ticket@tilwick.example\r\nSubject: Till"
                        "\r\nMessage-ID: <f%u@client.example>\r\nMIME-Version: 1.0\r\n"
                        "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n"
                        "Content-Type: text/plain\r\n\r\n" WORDS
                        "\r\n--b\r\n"
                        "Content-Type: text/plain; name=log.txt\r\n"
                        "Content-Disposition: attachment; filename=log.txt\r\n\r\n%s\r\n--b--\r\n",
                        ++number, file);
}

static struct mail_in *claim(struct ctx *cx, struct id id)
{
    struct mail_in *list;
    size_t n;

    test_ok(cx, mail_in_claim(cx, 1000, CLOCK_SECOND, &list, &n));
    for (size_t i = 0; i < n; i++)
        if (id_equal(list[i].id, id))
            return &list[i];
    fail_msg("the mail is not there");
    return NULL;
}

static bool is_kept(struct ctx *cx, const char *storage, struct id id, size_t len)
{
    struct mail_in *in;
    int64_t bytes;
    int fd;

    test_ok(cx, mail_in_get(cx, id, &in));
    test_ok(cx, mail_in_open(cx, storage, in, &fd, &bytes));
    close(fd);
    return bytes == (int64_t)len;
}

/* Kept, or whoever brought it is told; and then delivered, or still waiting with its bytes. */
static int mail_with_faults(const struct desk_site *s, json_t *parsed, int times)
{
    const struct mail_route how = {
        .storage_path = s->storage, .inbound = "ticket@tilwick.example", .sender = ""};
    const int64_t before = tickets_of(s->cx);
    struct ctx *cx = test_again(s->cx);
    bool was_reached = true;
    int n;

    for (n = 0; n < STATEMENTS_MAX && was_reached; n++) {
        const char *mail = mail_of(cx, "one line");
        struct mail_in *in;
        struct id id;
        bool ok;

        cx->id_count = cx->id_next = 0; /* each mail has new ids, and repeats its own */
        db_fault_set(n, times);
        ok = mail_in_keep(cx, s->storage, "pipe", span_of(mail), &id);
        db_fault_set(0, 0);
        if (!ok) {
            test_refused(cx, ok, &ERR_BUSY);
            test_ok(cx, mail_in_keep(cx, s->storage, "pipe", span_of(mail), &id));
        }
        assert_true(is_kept(cx, s->storage, id, strlen(mail)));
        in = claim(cx, id);
        json_object_set_new(parsed, "message_id", json_string(id_text(cx->mem, id)));
        db_fault_set(n, times);
        ok = mail_route_deliver(cx, &how, in, parsed);
        was_reached = db_fault_count() > n;
        db_fault_set(0, 0);
        if (!ok) {
            test_refused(cx, ok, &ERR_BUSY); /* then it is postponed */
            assert_true(is_kept(cx, s->storage, id, strlen(mail)));
            test_ok(cx, mail_route_deliver(cx, &how, in, parsed));
        }
        assert_int_equal(tickets_of(cx), before + n + 1);
        db_release(cx);
    }
    assert_true(n < STATEMENTS_MAX);
    return n - 1;
}

static void a_mail_is_a_ticket_once_or_waits_with_its_bytes(void **state)
{
    const struct desk_site s = open_desk(state);
    struct id id;
    json_t *parsed; /* by a process, so once for all: they differ in their ids alone */

    test_ok(s.cx, mail_in_keep(s.cx, s.storage, "pipe", span_of(mail_of(s.cx, "one line")), &id));
    test_ok(s.cx, mail_route_parse(s.cx, s.storage, claim(s.cx, id), &parsed));
    test_sql(s.cx, "INSERT INTO mail_inbox (tenant_id, hourly, updated_at) VALUES (?, 10000, ?)",
             DB_ID(s.cx->tenant_id), DB_TIME(s.cx->now));
    for (size_t t = 0; t < COUNT(TIMES); t++) {
        int n = mail_with_faults(&s, parsed, TIMES[t]);

        assert_true(n > 10);
        print_message("by mail, %s: %d statements failed\n", TIMES[t] == 1 ? "once" : "for good",
                      n);
    }
}

/* --- the disk --- */

static struct rlimit was;

/* No file of this process grows beyond LIMIT: what a full disk or a quota answers. */
static void fill_disk(bool is_full)
{
    if (is_full) {
        signal(SIGXFSZ, SIG_IGN);
        assert_int_equal(getrlimit(RLIMIT_FSIZE, &was), 0);
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &(struct rlimit){LIMIT, was.rlim_max}), 0);
    } else {
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &was), 0);
    }
}

static unsigned files_below(struct ctx *cx, const char *path)
{
    DIR *dir = opendir(path);
    struct dirent *e;
    unsigned n = 0;

    if (dir == NULL)
        return 1; /* a file */
    while ((e = readdir(dir)) != NULL)
        if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
            n += files_below(cx, arena_printf(cx->mem, "%s/%s", path, e->d_name));
    closedir(dir);
    return n;
}

static char *large(struct ctx *cx)
{
    char *bytes = arena_alloc(cx->mem, LARGE);

    memset(bytes, 'x', LARGE - 1);
    bytes[LARGE - 1] = '\0';
    return bytes;
}

static void a_full_disk_is_told_and_the_words_of_the_ticket_are_kept(void **state)
{
    static const char *const FIELDS[] = {"topic=fault", "subject=Till", "text=" WORDS,
                                         "request_key=full", NULL};
    const struct desk_site s = open_desk(state);
    const char *bytes = large(s.cx);
    const unsigned before = files_below(s.cx, s.storage);
    struct site_answer a;

    fill_disk(true);
    a = site_upload(s.cx, &s.anna, "/tickets/new", FIELDS, "log.txt", bytes, LARGE - 1);
    fill_disk(false);
    assert_int_equal(a.status, 503);
    site_shows(&a, ERR_STORE_FULL.text);
    site_shows(&a, WORDS);
    assert_int_equal(files_below(s.cx, s.storage), before);
    assert_int_equal(count(s.cx, "SELECT COUNT(*) FROM ticket WHERE tenant_id = ?"), 0);
    assert_int_equal(count(s.cx, "SELECT COUNT(*) FROM attachment WHERE tenant_id = ?"), 0);
    fill_disk(true); /* without the file there is room */
    a = site_upload(s.cx, &s.anna, "/tickets/new", FIELDS, NULL, NULL, 0);
    fill_disk(false);
    assert_int_equal(a.status, 303);
    assert_int_equal(tickets_of(s.cx), 1);
}

static void what_would_overfill_the_room_is_not_stored(void **state)
{
    enum { MEGABYTE = 1024 * 1024 };
    static const char *const FIELDS[] = {"topic=fault", "subject=Till", "text=" WORDS,
                                         "request_key=quota", NULL};
    static const char *const AGAIN[] = {"topic=fault", "subject=", "text=" WORDS,
                                        "request_key=quota", NULL};
    const struct desk_site s = open_desk(state);
    const unsigned before = files_below(s.cx, s.storage);
    char *bytes = arena_alloc(s.cx->mem, MEGABYTE + 1);
    struct site_answer a;

    memset(bytes, 'q', MEGABYTE + 1);
    site_app()->config.storage_organisation_mb = 1;
    a = site_upload(s.cx, &s.anna, "/tickets/new", FIELDS, "log.txt", bytes, MEGABYTE + 1);
    site_shows(&a, "have filled their room");
    site_shows(&a, WORDS);
    assert_int_equal(files_below(s.cx, s.storage), before);
    a = site_upload(s.cx, &s.anna, "/tickets/new", AGAIN, "log.txt", bytes, MEGABYTE + 1);
    site_shows(&a, WORDS); /* a form that comes back keeps no such file either */
    site_app()->config.storage_organisation_mb = 0;
    assert_int_equal(files_below(s.cx, s.storage), before);
    assert_int_equal(tickets_of(s.cx), 0);
    a = site_upload(s.cx, &s.anna, "/tickets/new", FIELDS, "log.txt", bytes, MEGABYTE + 1);
    assert_int_equal(a.status, 303);
    assert_int_equal(files_below(s.cx, s.storage), before + 1);
}

static void a_full_disk_keeps_a_mail_with_its_bringer_or_in_the_tray(void **state)
{
    const struct desk_site s = open_desk(state);
    const struct mail_route how = {
        .storage_path = s.storage, .inbound = "ticket@tilwick.example", .sender = ""};
    const char *mail = mail_of(s.cx, large(s.cx));
    const unsigned before = files_below(s.cx, s.storage);
    struct mail_in *in;
    json_t *parsed;
    struct id id;
    bool ok;

    fill_disk(true);
    ok = mail_in_keep(s.cx, s.storage, "pipe", span_of(mail), &id);
    fill_disk(false);
    test_refused(s.cx, ok, &ERR_STORE_FULL);
    assert_int_equal(files_below(s.cx, s.storage), before);
    assert_int_equal(count(s.cx, "SELECT COUNT(*) FROM mail_in WHERE tenant_id = ?"), 0);
    test_ok(s.cx, mail_in_keep(s.cx, s.storage, "pipe", span_of(mail), &id));
    in = claim(s.cx, id);
    test_ok(s.cx, mail_route_parse(s.cx, s.storage, in, &parsed));
    fill_disk(true); /* it fills up between keeping it and taking its files out */
    ok = mail_route_deliver(s.cx, &how, in, parsed);
    fill_disk(false);
    test_refused(s.cx, ok, &ERR_STORE_FULL);
    assert_int_equal(tickets_of(s.cx), 0);
    assert_true(is_kept(s.cx, s.storage, id, strlen(mail)));
    test_ok(s.cx, mail_route_deliver(s.cx, &how, in, parsed));
    assert_int_equal(tickets_of(s.cx), 1);
    assert_int_equal(count(s.cx, "SELECT COUNT(*) FROM attachment WHERE tenant_id = ?"), 1);
}

int main(int argc, char **argv)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(a_ticket_is_there_once_or_its_sender_was_told),
        cmocka_unit_test(a_mail_is_a_ticket_once_or_waits_with_its_bytes),
        cmocka_unit_test(a_full_disk_is_told_and_the_words_of_the_ticket_are_kept),
        cmocka_unit_test(what_would_overfill_the_room_is_not_stored),
        cmocka_unit_test(a_full_disk_keeps_a_mail_with_its_bringer_or_in_the_tray),
    };

    if (argc > 1 && strcmp(argv[1], "mail-worker") == 0)
        return mail_worker_main();
    return test_group_run_around("intake_fault", TESTS, COUNT(TESTS), site_start, site_stop);
}
