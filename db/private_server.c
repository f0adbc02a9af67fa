/* flock, nftw and lchown are beyond POSIX.1-2008's base. */
#define _GNU_SOURCE

#include "db/private_server.h"

#include "base/child.h"
#include "base/clock.h"
#include "base/crypto.h"
#include "db/mariadbd.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <pthread.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum {
    PASSWORD_BYTES = 16,
    PASSWORD_SIZE = 2 * PASSWORD_BYTES + 1,
    STOP_SECONDS = 60,
    ATTACH_SECONDS = 10,
    POLL_MS = 50,
    NS_PER_MS = 1000000,
    STEADY_SECONDS = 10,      /* who lived that long is restarted at once */
    RESTART_MAX_SECONDS = 30, /* between tries that fail again and again */
    SOCKET_NAME_SIZE = 16,    /* "/mariadbd.sock" */
    OPEN_FOLDERS = 16,
    UID_NOBODY = 65534
};

struct private_server { /* lock guards pid, started_at, pause_us */
    pthread_mutex_t lock;
    bool is_attached;
    int lock_fd;
    char folder[PATH_MAX]; /* var/db */
    char data[PATH_MAX], log[PATH_MAX], run[PATH_MAX], socket[PATH_MAX], init[PATH_MAX];
    bool is_run_elsewhere; /* the socket's folder is under /tmp */
    char password[PASSWORD_SIZE];
    struct mariadbd_spec spec;
    struct db_target target;
    pid_t pid;
    int64_t started_at; /* monotonic us */
    int64_t pause_us;   /* before the next start of one that keeps dying */
};

static const char DATABASE[] = "gatehouse";

static const struct err_kind ERR_PRIVATE_SERVER_FOLDER = {
    ERR_CLASS_INTERNAL, "DATABASE_FOLDER",
    "The folder of the private database cannot be written. Give it to the user who starts "
    "Gatehouse, or choose another with VAR."};
static const struct err_kind ERR_PRIVATE_SERVER_IN_USE = {
    ERR_CLASS_CONFLICT, "DATABASE_FOLDER_IN_USE",
    "Another Gatehouse is running in this folder. Stop it first, or choose another folder with "
    "VAR."};

static bool fail_folder(struct err *err, const char *what, const char *path)
{
    return err_set(err, &ERR_PRIVATE_SERVER_FOLDER, "%s %.300s: %s", what, path, strerror(errno));
}

/* --- small files --- */

static bool write_file(struct err *err, const char *path, const char *text, mode_t mode)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, mode);
    size_t len = strlen(text);
    bool ok;

    if (fd < 0)
        return fail_folder(err, "create", path);
    ok = write(fd, text, len) == (ssize_t)len && fsync(fd) == 0;
    if (close(fd) != 0 || !ok)
        return fail_folder(err, "write", path);
    return true;
}

/* The first line; false when there is none. */
static bool read_line(const char *path, char *out, size_t size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    ssize_t n = fd < 0 ? -1 : read(fd, out, size - 1);

    if (fd >= 0)
        close(fd);
    out[n > 0 ? n : 0] = '\0';
    out[strcspn(out, "\n")] = '\0';
    return out[0] != '\0';
}

static bool join(struct err *err, char out[PATH_MAX], const char *folder, const char *name)
{
    int n = snprintf(out, PATH_MAX, "%s/%s", folder, name);

    if (n > 0 && n < PATH_MAX)
        return true;
    errno = ENAMETOOLONG;
    return fail_folder(err, "path", folder);
}

/* --- whose files --- */

/* As root, mariadbd runs as the owner of var/, or as a user without rights. */
static void choose_user(const char *var_dir, uid_t *uid, gid_t *gid)
{
    struct stat st;
    struct passwd *user;

    *uid = 0;
    *gid = 0;
    if (geteuid() != 0)
        return;
    if (stat(var_dir, &st) == 0 && st.st_uid != 0) {
        *uid = st.st_uid;
        *gid = st.st_gid != 0 ? st.st_gid : st.st_uid;
        return;
    }
    user = getpwnam("mysql");
    if (user == NULL)
        user = getpwnam("nobody");
    *uid = user != NULL ? user->pw_uid : UID_NOBODY;
    *gid = user != NULL ? user->pw_gid : UID_NOBODY;
}

static bool is_open_to(const char *path, uid_t uid, gid_t gid)
{
    struct stat st;

    if (stat(path, &st) != 0)
        return false;
    if (st.st_uid == uid)
        return (st.st_mode & S_IXUSR) != 0;
    if (st.st_gid == gid)
        return (st.st_mode & S_IXGRP) != 0;
    return (st.st_mode & S_IXOTH) != 0;
}

/* The first folder on the way to path that the user may not pass; false when there is none. */
static bool find_closed(const char *path, uid_t uid, gid_t gid, char out[PATH_MAX])
{
    for (const char *p = path; p != NULL; p = strchr(p + 1, '/')) {
        size_t len = (size_t)(p - path);

        memcpy(out, path, len);
        memcpy(out + len, len == 0 ? "/" : "", len == 0 ? 2 : 1);
        if (!is_open_to(out, uid, gid))
            return true;
    }
    snprintf(out, PATH_MAX, "%s", path);
    return !is_open_to(path, uid, gid);
}

static _Thread_local uid_t give_uid; /* nftw hands nothing through to its callback */
static _Thread_local gid_t give_gid;

static int give_entry(const char *path, const struct stat *st, int type, struct FTW *at)
{
    (void)type;
    (void)at;
    return st->st_uid == give_uid ? 0 : lchown(path, give_uid, give_gid);
}

static bool give(struct err *err, const char *path, uid_t uid, gid_t gid)
{
    give_uid = uid;
    give_gid = gid;
    if (nftw(path, give_entry, OPEN_FOLDERS, FTW_PHYS) != 0)
        return fail_folder(err, "change the owner of", path);
    return true;
}

static bool decide_user(struct err *err, struct private_server *s, const char *var_dir)
{
    char closed[PATH_MAX];

    choose_user(var_dir, &s->spec.uid, &s->spec.gid);
    if (s->spec.uid == 0)
        return true;
    /* Passing through is all that others may do: what lies in there has modes of its own. */
    if (chmod(s->folder, 0711) != 0)
        return fail_folder(err, "chmod", s->folder);
    if (find_closed(s->folder, s->spec.uid, s->spec.gid, closed)) {
        log_warn("-",
                 "%s is closed to other users, so the private database runs as root; its socket "
                 "is open to root alone",
                 closed);
        s->spec.uid = 0;
        s->spec.gid = 0;
    }
    return true;
}

/* --- the folder --- */

static bool take_lock(struct err *err, struct private_server *s)
{
    char path[PATH_MAX];

    if (!join(err, path, s->folder, "lock"))
        return false;
    s->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (s->lock_fd < 0)
        return fail_folder(err, "create", path);
    if (flock(s->lock_fd, LOCK_EX | LOCK_NB) == 0)
        return true;
    if (errno == EWOULDBLOCK)
        return err_set(err, &ERR_PRIVATE_SERVER_IN_USE, "%s is locked", path);
    return fail_folder(err, "lock", path);
}

static bool is_ours(const char *path, uid_t uid)
{
    struct stat st;

    return lstat(path, &st) == 0 && S_ISDIR(st.st_mode) && st.st_uid == uid &&
           (st.st_mode & 0777) == 0700;
}

/* A socket's name has 107 bytes: where the path is longer it lies in a short folder, whose name is
 * kept so that commands and the next start find it. */
static bool make_run_folder(struct err *err, struct private_server *s)
{
    uid_t uid = s->spec.uid != 0 ? s->spec.uid : geteuid();
    char note[PATH_MAX];
    char text[PATH_MAX + 1];

    if (!join(err, s->run, s->folder, "run") || !join(err, note, s->folder, "run-folder"))
        return false;
    if (strlen(s->run) + SOCKET_NAME_SIZE > sizeof(((struct sockaddr_un *)NULL)->sun_path)) {
        s->is_run_elsewhere = true;
        if (!read_line(note, s->run, sizeof(s->run)) || !is_ours(s->run, uid)) {
            snprintf(s->run, sizeof(s->run), "/tmp/gatehouse-XXXXXX");
            if (mkdtemp(s->run) == NULL)
                return fail_folder(err, "create", s->run);
        }
    } else if (mkdir(s->run, 0700) != 0 && errno != EEXIST) {
        return fail_folder(err, "create", s->run);
    }
    if (s->spec.uid != 0 && lchown(s->run, s->spec.uid, s->spec.gid) != 0)
        return fail_folder(err, "change the owner of", s->run);
    snprintf(text, sizeof(text), "%s\n", s->run);
    return write_file(err, note, text, 0600) && join(err, s->socket, s->run, "mariadbd.sock") &&
           join(err, s->init, s->run, "init.sql");
}

static bool make_password(struct err *err, struct private_server *s)
{
    char path[PATH_MAX];
    uint8_t bytes[PASSWORD_BYTES];

    if (!join(err, path, s->folder, "password"))
        return false;
    if (read_line(path, s->password, sizeof(s->password)))
        return true;
    crypto_random(bytes, sizeof(bytes));
    for (size_t i = 0; i < sizeof(bytes); i++)
        snprintf(s->password + 2 * i, 3, "%02x", bytes[i]);
    return write_file(err, path, s->password, 0600);
}

/* Run by mariadbd before anybody connects: the application's database and account, each time, so
 * that a cut-off first start or a lost password file mends itself. */
static bool write_init(struct err *err, struct private_server *s)
{
    char text[1024];

    snprintf(text, sizeof(text),
             "CREATE DATABASE IF NOT EXISTS %s CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;\n"
             "CREATE OR REPLACE USER '%s'@'localhost' IDENTIFIED BY '%s';\n"
             "GRANT ALL ON %s.* TO '%s'@'localhost';\n"
             "ALTER USER 'root'@'localhost' IDENTIFIED BY '%s';\n",
             DATABASE, DATABASE, s->password, DATABASE, DATABASE, s->password);
    unlink(s->init);
    if (!write_file(err, s->init, text, 0600))
        return false;
    if (s->spec.uid != 0 && lchown(s->init, s->spec.uid, s->spec.gid) != 0)
        return fail_folder(err, "change the owner of", s->init);
    return true;
}

static bool set_folder(struct err *err, struct private_server *s, const char *var_dir)
{
    char *absolute = realpath(var_dir, NULL);
    bool ok;

    if (absolute == NULL)
        return fail_folder(err, "open", var_dir);
    ok = join(err, s->folder, absolute, "db") && join(err, s->data, s->folder, "data") &&
         join(err, s->log, s->folder, "mariadbd.log");
    free(absolute);
    return ok;
}

static struct private_server *make_server(void)
{
    struct private_server *s = calloc(1, sizeof(*s));

    if (s == NULL)
        abort();
    pthread_mutex_init(&s->lock, NULL);
    s->lock_fd = -1;
    s->spec = (struct mariadbd_spec){
        .data_dir = s->data, .socket = s->socket, .log = s->log, .init_file = s->init};
    s->target = (struct db_target){
        .socket = s->socket, .user = DATABASE, .password = s->password, .database = DATABASE};
    return s;
}

static void free_server(struct private_server *s)
{
    if (s->lock_fd >= 0)
        close(s->lock_fd);
    crypto_wipe(s->password, sizeof(s->password));
    pthread_mutex_destroy(&s->lock);
    free(s);
}

/* --- starting --- */

static bool make_folder(struct err *err, struct private_server *s, const char *var_dir)
{
    if (!set_folder(err, s, var_dir))
        return false;
    if (mkdir(s->folder, 0700) != 0 && errno != EEXIST)
        return fail_folder(err, "create", s->folder);
    if (!take_lock(err, s) || !decide_user(err, s, var_dir) || !make_run_folder(err, s) ||
        !make_password(err, s))
        return false;
    if (access(s->data, F_OK) == 0) {
        mariadbd_end_strays(s->data);
    } else {
        log_info("-", "making the private database in %s", s->data);
        if (!mariadbd_install(err, &s->spec))
            return false;
    }
    if (geteuid() == 0 && !give(err, s->data, s->spec.uid, s->spec.gid))
        return false;
    return write_init(err, s);
}

static bool start(struct err *err, struct private_server *s)
{
    bool ok;

    if (!mariadbd_start(err, &s->spec, &s->pid))
        return false;
    s->started_at = clock_mono_us();
    ok = mariadbd_wait(err, &s->spec, &s->pid);
    unlink(s->init);
    s->spec.init_file = NULL; /* a restart needs it no more */
    return ok;
}

bool private_server_start(struct err *err, const char *var_dir, struct private_server **out)
{
    struct private_server *s = make_server();

    if (!make_folder(err, s, var_dir) || !start(err, s)) {
        if (s->pid > 0)
            child_end(s->pid, STOP_SECONDS * CLOCK_SECOND);
        free_server(s);
        return false;
    }
    *out = s;
    return true;
}

/* --- joining --- */

static bool is_locked_by_another(struct private_server *s)
{
    struct err ignored = {0};
    char path[PATH_MAX];
    int fd;
    bool locked;

    if (!join(&ignored, path, s->folder, "lock"))
        return false;
    fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return false;
    locked = flock(fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK;
    close(fd);
    return locked;
}

static bool read_place(struct private_server *s)
{
    struct err ignored = {0};
    char path[PATH_MAX];

    return join(&ignored, path, s->folder, "run-folder") &&
           read_line(path, s->run, sizeof(s->run)) &&
           join(&ignored, s->socket, s->run, "mariadbd.sock") &&
           join(&ignored, path, s->folder, "password") &&
           read_line(path, s->password, sizeof(s->password));
}

bool private_server_attach(struct err *err, const char *var_dir, struct private_server **out)
{
    const struct timespec pause = {.tv_nsec = POLL_MS * NS_PER_MS};
    struct private_server *s = make_server();
    int64_t until = clock_mono_us() + ATTACH_SECONDS * CLOCK_SECOND;
    bool answers = false;

    s->is_attached = true;
    if (set_folder(err, s, var_dir)) {
        /* The other program may just be starting. */
        while (!answers && is_locked_by_another(s) && clock_mono_us() < until) {
            answers = read_place(s) && mariadbd_answers(s->socket);
            if (!answers)
                nanosleep(&pause, NULL);
        }
    }
    if (answers) {
        *out = s;
        return true;
    }
    err_clear(err);
    free_server(s);
    return false;
}

/* --- running --- */

const struct db_target *private_server_target(const struct private_server *server)
{
    return &server->target;
}

static void restart(struct private_server *s, int status)
{
    struct err err = {0};
    char text[64];
    char tail[320];

    mariadbd_log_tail(s->log, tail, sizeof(tail));
    log_error("-", "the private database ended (%s) and is started again: %s",
              child_status_text(status, text, sizeof(text)), tail);
    s->pid = 0;
    if (clock_mono_us() - s->started_at > STEADY_SECONDS * CLOCK_SECOND)
        s->pause_us = 0;
    else if (s->pause_us < RESTART_MAX_SECONDS * CLOCK_SECOND)
        s->pause_us = s->pause_us == 0 ? CLOCK_SECOND : 2 * s->pause_us;
    if (!mariadbd_start(&err, &s->spec, &s->pid))
        log_error("-", "the private database: %s", err.oper);
    s->started_at = clock_mono_us();
}

void private_server_watch(struct private_server *server)
{
    struct err err = {0};
    bool ended = true;
    int status = 0;

    if (server->is_attached)
        return;
    pthread_mutex_lock(&server->lock);
    if (clock_mono_us() - server->started_at >= server->pause_us) {
        if (server->pid > 0 && !child_wait(&err, server->pid, 0, &ended, &status))
            log_error("-", "the private database: %s", err.oper);
        else if (ended)
            restart(server, status);
    }
    pthread_mutex_unlock(&server->lock);
}

void private_server_stop(struct private_server *server)
{
    if (!server->is_attached) {
        if (server->pid > 0)
            child_end(server->pid, STOP_SECONDS * CLOCK_SECOND);
        if (server->is_run_elsewhere) {
            unlink(server->socket);
            rmdir(server->run);
        }
    }
    free_server(server);
}
