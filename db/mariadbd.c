#include "db/mariadbd.h"

#include "base/child.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/parse.h"

#include <mysql.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum {
    INSTALL_SECONDS = 120,
    ANSWER_SECONDS = 120, /* after a crash it first goes through its log */
    STRAY_SECONDS = 60,
    STRAY_KILL_SECONDS = 10,
    POLL_MS = 10,
    TAIL_BYTES = 4096,
    TAIL_LINES = 3,
    OPTION_SIZE = PATH_MAX + 64,
    OPTIONS_MAX = 32,
    NS_PER_MS = 1000000
};

const struct err_kind ERR_DATABASE_MISSING = {
    ERR_CLASS_INTERNAL, "DATABASE_MISSING",
    "MariaDB is not installed ({} was not found). Run make deps, or set database.url to a server "
    "of your own."};
const struct err_kind ERR_DATABASE_START = {
    ERR_CLASS_INTERNAL, "DATABASE_START",
    "The private database does not start. The last lines of its log say why."};

static void pause_ms(long ms)
{
    const struct timespec pause = {.tv_sec = ms / 1000, .tv_nsec = (ms % 1000) * NS_PER_MS};

    nanosleep(&pause, NULL);
}

/* --- where the programs are --- */

static bool find_in(const char *dirs, const char *name, char *out, size_t size)
{
    struct span rest = span_of(dirs);
    struct span dir;

    while (span_cut(&rest, ':', &dir)) {
        int n = snprintf(out, size, "%.*s/%s", (int)dir.len, dir.p, name);

        if (dir.len > 0 && n > 0 && (size_t)n < size && access(out, X_OK) == 0)
            return true;
    }
    return false;
}

static bool find_program(struct err *err, const char *name, const char *old_name, char *out,
                         size_t size)
{
    static const char PLACES[] =
        "/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin:/usr/libexec:/usr/local/mysql/bin:"
        "/usr/local/mysql/scripts";
    const char *path = getenv("PATH");

    if ((path != NULL && find_in(path, name, out, size)) || find_in(PLACES, name, out, size) ||
        (path != NULL && find_in(path, old_name, out, size)) ||
        find_in(PLACES, old_name, out, size))
        return true;
    err_set(err, &ERR_DATABASE_MISSING, "%s is in none of PATH, %s", name, PLACES);
    err_arg(err, name);
    return false;
}

/* --- the log --- */

static bool is_error_line(struct span line)
{
    static const char MARK[] = "[ERROR]";
    const size_t len = sizeof(MARK) - 1;

    for (size_t i = 0; i + len <= line.len; i++)
        if (memcmp(line.p + i, MARK, len) == 0)
            return true;
    return false;
}

/* The last lines of text, all or those with errors; how many. */
static int last_lines(struct span text, bool errors_only, struct span out[TAIL_LINES])
{
    struct span line;
    int count = 0;

    while (span_cut(&text, '\n', &line)) {
        if (line.len == 0 || (errors_only && !is_error_line(line)))
            continue;
        if (count == TAIL_LINES)
            memmove(out, out + 1, (TAIL_LINES - 1) * sizeof(*out));
        else
            count++;
        out[count - 1] = line;
    }
    return count;
}

void mariadbd_log_tail(const char *path, char *out, size_t size)
{
    char text[TAIL_BYTES];
    struct span lines[TAIL_LINES];
    struct span all = {text, 0};
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    off_t end = fd < 0 ? 0 : lseek(fd, 0, SEEK_END);
    size_t used = 0;
    ssize_t n;
    int count;

    out[0] = '\0';
    if (fd < 0)
        return;
    n = pread(fd, text, TAIL_BYTES, end > TAIL_BYTES ? end - TAIL_BYTES : 0);
    close(fd);
    all.len = n > 0 ? (size_t)n : 0;
    count = last_lines(all, true, lines);
    if (count == 0)
        count = last_lines(all, false, lines);
    for (int i = 0; i < count && used < size; i++)
        used += (size_t)snprintf(out + used, size - used, "%s%.*s", used > 0 ? " | " : "",
                                 (int)lines[i].len, lines[i].p);
}

static bool fail_with_log(struct err *err, const char *what, const char *log)
{
    char tail[320];

    mariadbd_log_tail(log, tail, sizeof(tail));
    return err_set(err, &ERR_DATABASE_START, "%s; %s: %s", what, log, tail);
}

/* --- making the data folder --- */

static bool run(struct err *err, const struct child_spec *child, int64_t timeout_us, int *status)
{
    pid_t pid;
    bool ended;

    if (!child_start(err, child, &pid))
        return false;
    if (!child_wait(err, pid, timeout_us, &ended, status))
        return false;
    if (ended)
        return true;
    child_end(pid, 0);
    return err_set(err, &ERR_DATABASE_START, "%s took too long", child->argv[0]);
}

static bool remove_folder(struct err *err, const char *path)
{
    const char *const argv[] = {"/bin/rm", "-rf", "--", path, NULL};
    const struct child_spec child = {.argv = argv, .in_fd = -1, .out_fd = -1, .err_fd = -1};
    int status;

    return access(path, F_OK) != 0 || run(err, &child, INSTALL_SECONDS * CLOCK_SECOND, &status);
}

static int open_log(const struct mariadbd_spec *spec)
{
    int fd = open(spec->log, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

    /* Refused where we may not: then the log was theirs already. */
    if (fd >= 0 && spec->uid != 0 && fchown(fd, spec->uid, spec->gid) != 0)
        log_debug("-", "%s: %s", spec->log, strerror(errno));
    return fd;
}

/* A folder of its own beside the data: in /tmp each mariadbd that starts removes the temporary
 * tables of those that run. option gets --tmpdir=. */
static bool make_tmp(struct err *err, const struct mariadbd_spec *spec, char option[OPTION_SIZE])
{
    static const char NAME[] = "--tmpdir=";
    const char *path = option + sizeof(NAME) - 1;

    snprintf(option, OPTION_SIZE, "%s%.*s.tmp", NAME, PATH_MAX - 8, spec->data_dir);
    if ((mkdir(path, 0700) == 0 || errno == EEXIST) &&
        (spec->uid == 0 || lchown(path, spec->uid, spec->gid) == 0))
        return true;
    return err_set(err, &ERR_DATABASE_START, "%s: %s", path, strerror(errno));
}

bool mariadbd_install(struct err *err, const struct mariadbd_spec *spec)
{
    char program[PATH_MAX];
    char part[PATH_MAX];
    char option[OPTION_SIZE], tmp[OPTION_SIZE];
    char ended[64];
    /* --force: a host name that cannot be resolved is no reason to stop. */
    const char *const argv[] = {program,
                                "--no-defaults",
                                "--force",
                                option,
                                tmp,
                                "--auth-root-authentication-method=normal",
                                "--skip-test-db",
                                "--skip-log-bin",
                                NULL};
    struct child_spec child = {
        .argv = argv, .in_fd = -1, .uid = spec->uid, .gid = spec->gid, .new_session = true};
    int status = 0;
    bool ok;

    if (!find_program(err, "mariadb-install-db", "mysql_install_db", program, sizeof(program)))
        return false;
    snprintf(part, sizeof(part), "%.*s.new", PATH_MAX - 8, spec->data_dir);
    snprintf(option, sizeof(option), "--datadir=%s", part);
    if (!remove_folder(err, part) || !make_tmp(err, spec, tmp))
        return false;
    if (mkdir(part, 0700) != 0 || (spec->uid != 0 && chown(part, spec->uid, spec->gid) != 0))
        return err_set(err, &ERR_DATABASE_START, "%s: %s", part, strerror(errno));
    child.out_fd = child.err_fd = open_log(spec);
    if (child.out_fd < 0)
        return err_set(err, &ERR_DATABASE_START, "%s: %s", spec->log, strerror(errno));
    ok = run(err, &child, INSTALL_SECONDS * CLOCK_SECOND, &status);
    close(child.out_fd);
    if (!ok)
        return false;
    if (status != 0)
        return fail_with_log(err, child_status_text(status, ended, sizeof(ended)), spec->log);
    if (rename(part, spec->data_dir) != 0)
        return err_set(err, &ERR_DATABASE_START, "%s: %s", spec->data_dir, strerror(errno));
    return true;
}

/* --- starting --- */

bool mariadbd_start(struct err *err, const struct mariadbd_spec *spec, pid_t *out)
{
    static const char *const SHARED[] = {
        "--skip-networking",
        "--skip-name-resolve",
        "--skip-log-bin",
        "--character-set-server=utf8mb4",
        "--collation-server=utf8mb4_bin",
        "--performance-schema=OFF",
        "--key-buffer-size=256K",
        "--aria-pagecache-buffer-size=1M",
        "--max-allowed-packet=64M",
        "--max-connections=128",
    };
    static const char *const LASTING[] = {"--innodb-buffer-pool-size=128M",
                                          "--innodb-log-file-size=64M",
                                          "--innodb-flush-log-at-trx-commit=1"};
    static const char *const DISPOSABLE[] = {
        "--innodb-buffer-pool-size=32M", "--innodb-log-file-size=8M",
        "--innodb-flush-log-at-trx-commit=0", "--innodb-flush-method=nosync",
        "--skip-innodb-doublewrite"};
    const char *const *own = spec->is_disposable ? DISPOSABLE : LASTING;
    size_t own_count = spec->is_disposable ? COUNT(DISPOSABLE) : COUNT(LASTING);
    char program[PATH_MAX], data[OPTION_SIZE], socket[OPTION_SIZE], pid_file[OPTION_SIZE],
        tmp[OPTION_SIZE], init[OPTION_SIZE];
    const char *argv[OPTIONS_MAX] = {program, "--no-defaults", data, socket, pid_file, tmp};
    size_t n = 6;
    struct child_spec child = {.argv = argv,
                               .in_fd = -1,
                               .uid = spec->uid,
                               .gid = spec->gid,
                               .new_session = true,
                               .dies_with_parent = spec->is_disposable};
    bool ok;

    if (!find_program(err, "mariadbd", "mysqld", program, sizeof(program)) ||
        !make_tmp(err, spec, tmp))
        return false;
    snprintf(data, sizeof(data), "--datadir=%s", spec->data_dir);
    snprintf(socket, sizeof(socket), "--socket=%s", spec->socket);
    snprintf(pid_file, sizeof(pid_file), "--pid-file=%s/mariadbd.pid", spec->data_dir);
    snprintf(init, sizeof(init), "--init-file=%s", spec->init_file == NULL ? "" : spec->init_file);
    for (size_t i = 0; i < COUNT(SHARED); i++)
        argv[n++] = SHARED[i];
    for (size_t i = 0; i < own_count; i++)
        argv[n++] = own[i];
    if (spec->init_file != NULL)
        argv[n++] = init;
    if (geteuid() == 0 && spec->uid == 0)
        argv[n++] = "--user=root"; /* else it refuses */
    child.out_fd = child.err_fd = open_log(spec);
    if (child.out_fd < 0)
        return err_set(err, &ERR_DATABASE_START, "%s: %s", spec->log, strerror(errno));
    ok = child_start(err, &child, out);
    close(child.out_fd);
    return ok;
}

bool mariadbd_answers(const char *socket)
{
    const unsigned seconds = 2;
    MYSQL *mysql = mysql_init(NULL);
    unsigned number;

    if (mysql == NULL)
        return false;
    mysql_options(mysql, MYSQL_OPT_CONNECT_TIMEOUT, &seconds);
    mysql_options(mysql, MYSQL_OPT_READ_TIMEOUT, &seconds);
    mysql_real_connect(mysql, NULL, "nobody", "", NULL, 0, socket, 0);
    number = mysql_errno(mysql);
    mysql_close(mysql);
    /* Numbers below 2000 are the server's: a refused login is an answer. */
    return number < 2000;
}

bool mariadbd_wait(struct err *err, const struct mariadbd_spec *spec, pid_t *pid)
{
    int64_t until = clock_mono_us() + ANSWER_SECONDS * CLOCK_SECOND;
    char text[64];
    bool ended = false;
    int status;

    while (clock_mono_us() < until) {
        if (mariadbd_answers(spec->socket))
            return true;
        if (!child_wait(err, *pid, 0, &ended, &status))
            return false;
        if (ended) {
            *pid = 0;
            return fail_with_log(err, child_status_text(status, text, sizeof(text)), spec->log);
        }
        pause_ms(POLL_MS);
    }
    return fail_with_log(err, "no answer", spec->log);
}

/* --- strays --- */

static bool is_program(pid_t pid)
{
    char link[64];
    char path[PATH_MAX];
    const char *name;
    ssize_t n;

    snprintf(link, sizeof(link), "/proc/%d/exe", (int)pid);
    n = readlink(link, path, sizeof(path) - 1);
    if (n <= 0)
        return false; /* gone, a zombie, or not ours to look at */
    path[n] = '\0';
    name = strrchr(path, '/');
    return name != NULL && (strncmp(name, "/mariadbd", 9) == 0 || strncmp(name, "/mysqld", 7) == 0);
}

/* mariadbd works in its data folder, also when that has been renamed since. */
static bool is_in_folder(pid_t pid, const struct stat *folder)
{
    char path[64];
    struct stat cwd;

    snprintf(path, sizeof(path), "/proc/%d/cwd", (int)pid);
    return stat(path, &cwd) == 0 && cwd.st_dev == folder->st_dev && cwd.st_ino == folder->st_ino;
}

static bool is_stray(pid_t pid, const struct stat *folder)
{
    return is_program(pid) && is_in_folder(pid, folder);
}

static void end_stray(pid_t pid, const struct stat *folder)
{
    int64_t started = clock_mono_us();
    int64_t passed = 0;

    log_warn("-", "ending mariadbd %d, left behind by a program that was killed", (int)pid);
    kill(pid, SIGTERM);
    while (is_stray(pid, folder) && passed < (STRAY_SECONDS + STRAY_KILL_SECONDS) * CLOCK_SECOND) {
        if (passed > STRAY_SECONDS * CLOCK_SECOND)
            kill(pid, SIGKILL);
        pause_ms(POLL_MS);
        passed = clock_mono_us() - started;
    }
}

int mariadbd_end_strays(const char *data_dir)
{
    struct stat folder;
    struct dirent *entry;
    int64_t pid;
    int count = 0;
    DIR *proc;

    if (stat(data_dir, &folder) != 0 || (proc = opendir("/proc")) == NULL)
        return 0;
    while ((entry = readdir(proc)) != NULL)
        if (parse_i64(entry->d_name, 2, INT_MAX, &pid) && is_stray((pid_t)pid, &folder)) {
            end_stray((pid_t)pid, &folder);
            count++;
        }
    closedir(proc);
    return count;
}
