/* Schema migrations: numbered files, forward only. */
#pragma once

#include "db/db.h"

struct migration { /* embedded at build from db/migrations/NNNN_name.sql */
    int number;
    const char *name;
    const char *sql; /* statements end with ';' at a line's end */
};
extern const struct migration MIGRATIONS[];
extern const int MIGRATION_COUNT;

/* Brings the schema up to date, one node at a time by a lease row. Fails: ERR_SCHEMA_NEWER when the
 * database was migrated by a newer program; ERR_INTERNAL naming the statement at fault. *applied is
 * how many were run. */
extern const struct err_kind ERR_SCHEMA_NEWER;
bool migrate_run(struct ctx *cx, int *applied) MUST_CHECK;
/* The same with another list; migrate_run gives MIGRATIONS. A statement that failed is where the
 * next run goes on. */
bool migrate_apply(struct ctx *cx, const struct migration *list, int count,
                   int *applied) MUST_CHECK;
/* The schema's number; 0 for an empty database. */
bool migrate_version(struct ctx *cx, int *out) MUST_CHECK;
