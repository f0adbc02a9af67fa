/* Another master key: everything that is sealed with the old one is sealed with the new one. */
#pragma once

#include "base/crypto.h"
#include "db/db.h"

struct reseal_report {
    int64_t resealed;     /* values, in this run */
    const char *old_file; /* the old key, kept for backups made before; in cx->mem */
};

extern const struct err_kind ERR_RESEAL_UNREADABLE; /* a value opens with neither key */
extern const struct err_kind ERR_RESEAL_UNFINISHED; /* reseal_check: a run was interrupted */

/* Makes a new master key beside key_file (key_file.new), seals every value of the database with it,
 * and puts it into the place of the old one. Ended anywhere, by whatever: run again, it goes on,
 * and until it is done both files are there. cx->master is the old key. No program may serve
 * meanwhile. Fails: ERR_RESEAL_UNREADABLE, ERR_BUSY, what the files' trouble is. */
bool reseal_run(struct ctx *cx, const char *key_file, struct reseal_report *out) MUST_CHECK;
/* Before a program serves. Fails: ERR_RESEAL_UNFINISHED. */
bool reseal_check(struct err *err, const char *key_file) MUST_CHECK;
