/* The program mariadbd: found, given a data folder, started, waited for. private_server.c runs the
 * installation's own with it, tests/support theirs. */
#pragma once

#include "base/err.h"
#include "base/str.h"

#include <sys/types.h>

extern const struct err_kind ERR_DATABASE_MISSING; /* MariaDB is not installed */
extern const struct err_kind ERR_DATABASE_START;   /* it does not start */

struct mariadbd_spec {
    const char *data_dir;
    const char *socket;
    const char *log;
    const char *init_file; /* SQL that is run before anybody connects; NULL: none */
    uid_t uid;             /* to run as; 0: as we are */
    gid_t gid;
    bool is_disposable; /* for tests: dies with us, and its data may be lost */
};

/* Makes the data folder, which must not exist; its parent must, and be writable for spec->uid. A
 * run that is cut off leaves only a folder of another name, which the next one removes. */
bool mariadbd_install(struct err *err, const struct mariadbd_spec *spec) MUST_CHECK;
/* Starts it in a session of its own; does not wait. */
bool mariadbd_start(struct err *err, const struct mariadbd_spec *spec, pid_t *out) MUST_CHECK;
/* Waits until it answers on its socket. False (ERR_DATABASE_START with the last lines of its log)
 * when it ended (then reaped: *pid is 0) or did not answer within a minute or two. */
bool mariadbd_wait(struct err *err, const struct mariadbd_spec *spec, pid_t *pid) MUST_CHECK;
/* True when something that speaks the protocol answers on the socket. */
bool mariadbd_answers(const char *socket);
/* Ends every mariadbd that works in that data folder: left behind by a program that was killed. The
 * number ended. */
int mariadbd_end_strays(const char *data_dir);
/* The last errors of a log, or its last lines, on one line. */
void mariadbd_log_tail(const char *path, char *out, size_t size);
