/* A mailbox on a real Dovecot, on a free port, in this program's own folder; skipped where there is
 * none. */
#include "base/child.h"
#include "base/clock.h"
#include "base/crypto.h"
#include "portal/jobs/mail_fetch.h"
#include "portal/mail/mail_in.h"
#include "portal/mail/mail_inbox.h"
#include "tests/support/test.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { PORT_TRIES = 100, SKIPPED = 77 };
static const char PROGRAM[] = "/usr/sbin/dovecot";

static struct app app;
static struct crypto_master *master;
static pid_t server;
static int port;
static char box[600];

static int free_port(void)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof at;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    int out = 0;

    if (bind(fd, (struct sockaddr *)&at, len) == 0 &&
        getsockname(fd, (struct sockaddr *)&at, &len) == 0)
        out = ntohs(at.sin_port);
    close(fd);
    return out;
}

static bool answers(void)
{
    struct sockaddr_in at = {.sin_family = AF_INET,
                             .sin_port = htons((uint16_t)port),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    bool ok = connect(fd, (struct sockaddr *)&at, sizeof at) == 0;

    close(fd);
    return ok;
}

static void give_to(const struct passwd *user, const char *path)
{
    if (mkdir(path, 0700) != 0 || chown(path, user->pw_uid, user->pw_gid) != 0)
        abort();
}

static bool write_config(const char *path, const struct passwd *user)
{
    FILE *file = fopen(path, "w");

    if (file == NULL)
        return false;
    fprintf(file,
            "base_dir = %s/run\nlog_path = %s/dovecot.log\nprotocols = imap\nlisten = 127.0.0.1\n"
            "ssl = no\ndisable_plaintext_auth = no\nfirst_valid_uid = 1\n"
            "mail_location = maildir:%s/Maildir\n"
            "passdb {\n driver = static\n args = password=secret\n}\n"
            "userdb {\n driver = static\n args = uid=%u gid=%u home=%s\n}\n"
            "service imap-login {\n inet_listener imap {\n  port = %d\n }\n"
            " inet_listener imaps {\n  port = 0\n }\n}\n",
            test_dir(), test_dir(), box, user->pw_uid, user->pw_gid, box, port);
    return fclose(file) == 0;
}

static int start(void **state)
{
    static char key[512], config[512], storage[512];
    const char *const argv[] = {PROGRAM, "-F", "-c", config, NULL};
    const struct passwd *user = getpwnam("nobody");
    struct err err = {0};
    char maildir[700];

    (void)state;
    port = free_port();
    snprintf(key, sizeof key, "%s/master.key", test_dir());
    snprintf(config, sizeof config, "%s/dovecot.conf", test_dir());
    snprintf(storage, sizeof storage, "%s/storage", test_dir());
    snprintf(box, sizeof box, "/tmp/gh-mailbox-%d", (int)getpid());
    app.config.storage_path = storage;
    if (user == NULL || mkdir(storage, 0700) != 0 || chmod(test_dir(), 0711) != 0)
        return 1;
    give_to(user, box);
    snprintf(maildir, sizeof maildir, "%s/Maildir", box);
    give_to(user, maildir);
    for (const char *const *sub = (const char *const[]){"new", "cur", "tmp", NULL}; *sub; sub++) {
        snprintf(maildir, sizeof maildir, "%s/Maildir/%s", box, *sub);
        give_to(user, maildir);
    }
    if (!write_config(config, user) || !crypto_master_open(&err, key, true, &master) ||
        !child_start(
            &err,
            &(struct child_spec){
                .argv = argv, .in_fd = -1, .out_fd = -1, .err_fd = -1, .dies_with_parent = true},
            &server))
        return 1;
    for (int i = 0; i < PORT_TRIES && !answers(); i++)
        nanosleep(&(struct timespec){.tv_nsec = 100000000}, NULL);
    return answers() ? 0 : 1;
}

/* Apart from the other files, whose folder is closed to the mailbox's user. */
static int clear_box(void)
{
    const char *const argv[] = {"/bin/rm", "-rf", box, NULL};
    struct err err = {0};
    bool has_ended;
    int status;
    pid_t pid;

    return child_start(&err,
                       &(struct child_spec){.argv = argv, .in_fd = -1, .out_fd = -1, .err_fd = -1},
                       &pid) &&
                   child_wait(&err, pid, 10 * CLOCK_SECOND, &has_ended, &status)
               ? 0
               : 1;
}

static int stop(void **state)
{
    (void)state;
    child_end(server, 5 * CLOCK_SECOND);
    crypto_master_free(master);
    return clear_box();
}

static void lay(const char *name, const char *subject)
{
    const struct passwd *user = getpwnam("nobody");
    char path[700];
    FILE *file;

    snprintf(path, sizeof path, "%s/Maildir/new/%s", box, name);
    file = fopen(path, "w");
    assert_non_null(file);
    fprintf(file, "From: a@b.example\nSubject: %s\nMessage-ID: <%s@b.example>\n\nWords.\n", subject,
            name);
    fclose(file);
    assert_int_equal(chown(path, user->pw_uid, user->pw_gid), 0);
}

static void poll_box(struct ctx *cx)
{
    struct id tenant = cx->tenant_id;
    unsigned worked;

    cx->now += CLOCK_HOUR;
    db_release(cx);
    test_ok(cx, mail_fetch_work(cx, &app, &worked));
    cx->tenant_id = tenant;
    assert_int_equal(worked, 1);
}

static int64_t kept(struct ctx *cx)
{
    return test_i64(cx, "SELECT COUNT(*) FROM mail_in WHERE tenant_id = ? AND route = 'imap'",
                    DB_ID(cx->tenant_id));
}

static void new_mails_are_taken_once_and_a_wrong_password_is_told(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct mail_inbox inbox;

    cx->master = master;
    test_ok(cx, mail_inbox_get(cx, &inbox));
    inbox.host = "127.0.0.1";
    inbox.port = port;
    inbox.tls = "never";
    inbox.login = "desk";
    lay("1", "One");
    lay("2", "Two");
    test_ok(cx, mail_inbox_set(cx, &inbox, "wrong"));
    poll_box(cx);
    assert_int_equal(kept(cx), 0);
    test_ok(cx, mail_inbox_get(cx, &inbox));
    assert_string_not_equal(inbox.last_fault, "");
    test_ok(cx, mail_inbox_set(cx, &inbox, "secret"));
    poll_box(cx);
    test_ok(cx, mail_inbox_get(cx, &inbox));
    assert_string_equal(inbox.last_fault, "");
    assert_int_equal(kept(cx), 2);
    poll_box(cx);
    assert_int_equal(kept(cx), 2);
    lay("3", "Three");
    poll_box(cx);
    assert_int_equal(kept(cx), 3);
    /* Kept, but the mark of how far we are got lost: it is found to be the same. */
    test_sql(cx, "UPDATE mail_inbox SET last_uid = 1 WHERE tenant_id = ?", DB_ID(cx->tenant_id));
    poll_box(cx);
    assert_int_equal(kept(cx), 3);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(new_mails_are_taken_once_and_a_wrong_password_is_told),
    };

    if (access(PROGRAM, X_OK) != 0 || getuid() != 0) {
        puts("skipped: needs root and Dovecot (dovecot-imapd)");
        return SKIPPED;
    }
    return test_group_run_around("mail_fetch", TESTS, COUNT(TESTS), start, stop);
}
