/* ftw's nftw and flock are beyond POSIX.1-2008's base. */
#define _GNU_SOURCE

#include "tests/support/test_server.h"

#include "base/child.h"
#include "base/clock.h"
#include "base/crypto.h"
#include "base/parse.h"
#include "db/mariadbd.h"
#include "db/migrate.h"
#include "tests/support/test.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PLACE_MAX = 512, PATH_SIZE = 1024, OPEN_FOLDERS = 16, STOP_SECONDS = 30 };

static const char PREFIX[] = "gh-test-";

static struct {
    char dir[PLACE_MAX];
    char data[PATH_SIZE], socket[PATH_SIZE], log[PATH_SIZE];
    struct mariadbd_spec spec;
    pid_t pid;
    struct db_target target;
} server;

static NORETURN void give_up(const char *what, const struct err *err)
{
    fprintf(stderr, "test database: %s: %s\n", what, err == NULL ? strerror(errno) : err->oper);
    abort();
}

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *at)
{
    (void)st;
    (void)type;
    (void)at;
    return remove(path);
}

static void remove_tree(const char *path)
{
    nftw(path, remove_entry, OPEN_FOLDERS, FTW_DEPTH | FTW_PHYS);
}

/* Folders of test programs that were killed. */
static void sweep(const char *tmp)
{
    DIR *dir = opendir(tmp);
    struct dirent *entry;
    char path[PATH_SIZE];
    char digits[16];
    int64_t pid;

    while (dir != NULL && (entry = readdir(dir)) != NULL) {
        if (strncmp(entry->d_name, PREFIX, sizeof(PREFIX) - 1) != 0)
            continue;
        snprintf(digits, sizeof(digits), "%.*s",
                 (int)strcspn(entry->d_name + sizeof(PREFIX) - 1, "-"),
                 entry->d_name + sizeof(PREFIX) - 1);
        snprintf(path, sizeof(path), "%s/%s", tmp, entry->d_name);
        if (parse_i64(digits, 2, INT_MAX, &pid) && kill((pid_t)pid, 0) != 0 && errno == ESRCH)
            remove_tree(path);
    }
    if (dir != NULL)
        closedir(dir);
}

static void make_dir(void)
{
    const char *tmp = getenv("TMPDIR");

    if (server.dir[0] != '\0')
        return;
    if (tmp == NULL || strlen(tmp) > 60) /* a socket's path is short */
        tmp = "/tmp";
    sweep(tmp);
    snprintf(server.dir, sizeof(server.dir), "%s/%s%d-XXXXXX", tmp, PREFIX, (int)getpid());
    if (mkdtemp(server.dir) == NULL)
        give_up(server.dir, NULL);
    snprintf(server.data, sizeof(server.data), "%s/data", server.dir);
    snprintf(server.socket, sizeof(server.socket), "%s/db.sock", server.dir);
    snprintf(server.log, sizeof(server.log), "%s/mariadbd.log", server.dir);
    server.spec = (struct mariadbd_spec){
        .data_dir = server.data, .socket = server.socket, .log = server.log, .is_disposable = true};
    server.target =
        (struct db_target){.socket = server.socket, .user = "root", .database = "gatehouse"};
}

void test_server_start(void)
{
    struct err err = {0};

    if (!mariadbd_start(&err, &server.spec, &server.pid) ||
        !mariadbd_wait(&err, &server.spec, &server.pid))
        give_up("start", &err);
}

static void stop(void)
{
    if (server.pid > 0)
        child_end(server.pid, STOP_SECONDS * CLOCK_SECOND);
    server.pid = 0;
}

/* --- the template --- */

/* Named by what it is made of. */
static void template_name(char *out, size_t size)
{
    struct arena *mem = arena_make(64 * 1024);
    struct str all = str_new(mem);
    uint8_t hash[CRYPTO_HASH_SIZE];

    for (int i = 0; i < MIGRATION_COUNT; i++)
        str_fmt(&all, "%d %s\n%s", MIGRATIONS[i].number, MIGRATIONS[i].name, MIGRATIONS[i].sql);
    crypto_sha256(all.p, all.len, hash);
    snprintf(out, size, "%s/%s", GH_TEST_TEMPLATES, crypto_hex(mem, hash, 8));
    arena_free(mem);
}

static void migrate(void)
{
    struct db_target root = server.target;
    struct arena *mem = arena_make(64 * 1024);
    struct db_pool *pool;
    struct ctx cx;
    int applied;

    root.database = NULL;
    pool = db_pool_make(&root, 1);
    ctx_start(&cx, mem, pool);
    if (!db_exec(&cx, NULL, "CREATE DATABASE gatehouse", DB_NONE))
        give_up("create", &cx.err);
    db_release(&cx);
    db_pool_free(pool);
    pool = db_pool_make(&server.target, 1);
    ctx_start(&cx, mem, pool);
    if (!migrate_run(&cx, &applied))
        give_up("migrate", &cx.err);
    db_release(&cx);
    db_pool_free(pool);
    arena_free(mem);
}

static void copy_tree(const char *from, const char *to)
{
    const char *const argv[] = {"/bin/cp", "-R", "--reflink=auto", "--", from, to, NULL};
    const struct child_spec child = {.argv = argv, .in_fd = -1, .out_fd = -1, .err_fd = -1};
    struct err err = {0};
    bool ended;
    int status = 0;
    pid_t pid;

    if (!child_start(&err, &child, &pid) ||
        !child_wait(&err, pid, STOP_SECONDS * CLOCK_SECOND, &ended, &status))
        give_up("copy", &err);
    if (!ended || status != 0)
        give_up(from, NULL);
}

/* Under the lock, so that one program makes it and no reader sees half of it. Older ones go. */
static void make_template(const char *name)
{
    char part[PATH_SIZE];
    char path[PATH_SIZE];
    struct err err = {0};
    struct dirent *entry;
    DIR *dir;

    if (!mariadbd_install(&err, &server.spec))
        give_up("install", &err);
    test_server_start();
    migrate();
    stop();
    dir = opendir(GH_TEST_TEMPLATES);
    while (dir != NULL && (entry = readdir(dir)) != NULL) {
        snprintf(path, sizeof(path), "%s/%s", GH_TEST_TEMPLATES, entry->d_name);
        if (entry->d_name[0] != '.' && strcmp(entry->d_name, "lock") != 0)
            remove_tree(path);
    }
    if (dir != NULL)
        closedir(dir);
    snprintf(part, sizeof(part), "%s/.new", GH_TEST_TEMPLATES);
    remove_tree(part);
    copy_tree(server.data, part);
    if (rename(part, name) != 0)
        give_up(name, NULL);
    remove_tree(server.data);
}

void test_server_make(void)
{
    char name[PATH_SIZE];
    char lock_path[PATH_SIZE];
    int lock;

    make_dir();
    template_name(name, sizeof(name));
    snprintf(lock_path, sizeof(lock_path), "%s/lock", GH_TEST_TEMPLATES);
    if (mkdir(GH_TEST_TEMPLATES, 0700) != 0 && errno != EEXIST)
        give_up(GH_TEST_TEMPLATES, NULL);
    lock = open(lock_path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (lock < 0 || flock(lock, LOCK_SH) != 0)
        give_up(lock_path, NULL);
    if (access(name, F_OK) != 0) {
        if (flock(lock, LOCK_EX) != 0)
            give_up(lock_path, NULL);
        if (access(name, F_OK) != 0)
            make_template(name);
    }
    copy_tree(name, server.data);
    close(lock);
    test_server_start();
}

void test_server_end(void)
{
    if (server.pid > 0) {
        kill(server.pid, SIGKILL); /* its data goes with it */
        stop();
    }
    if (server.dir[0] != '\0')
        remove_tree(server.dir);
    server.dir[0] = '\0';
}

pid_t test_server_pid(void)
{
    return server.pid;
}

const struct db_target *test_target(void)
{
    return &server.target;
}

const char *test_dir(void)
{
    static char path[PATH_SIZE];

    make_dir();
    snprintf(path, sizeof(path), "%s/files", server.dir);
    if (mkdir(path, 0700) != 0 && errno != EEXIST)
        give_up(path, NULL);
    return path;
}
