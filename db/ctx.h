/* The run that a domain function serves: one request, job, command or test. */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "base/id.h"
#include "base/log.h"
#include "base/str.h"
#include "db/viewer.h"

struct db;
struct db_pool;
struct crypto_master;
struct ctx_signer;

enum { CTX_TRACE_SIZE = 17, CTX_IDS_MAX = 64 };

struct ctx {              /* one run, one thread */
    struct arena *mem;    /* results live here until the run ends */
    struct db_pool *pool; /* borrowed; where db comes from */
    struct db *db;        /* borrowed from pool at the first statement, given back by db_release */
    struct id tenant_id;  /* every tenant-owned statement binds it */
    struct id actor_id;   /* person, API token or script; all zero is the system */
    struct viewer viewer;
    const char *address;                /* where the asker is; NULL: nobody asks from anywhere */
    const struct crypto_master *master; /* opens sealed values; NULL where the role has none */
    /* Who signs for tenants (licensing/signing_key.h); NULL: this process opens their keys. */
    const struct ctx_signer *signer;
    int64_t now;         /* us UTC, taken once */
    bool is_read_only;   /* every statement that writes is refused: ERR_DENIED */
    int64_t gathered_at; /* since when many like it are changed: told in one mail; 0: alone */
    bool is_import;      /* events are recorded, but no consumer acts on them */
    char trace[CTX_TRACE_SIZE]; /* on each log line and error page */
    struct err err;             /* the first failure */
    struct id ids[CTX_IDS_MAX]; /* what ctx_new_id handed out, in order */
    unsigned id_count;
    unsigned id_next;
};

/* Fills in a run: the arena, the pool, now from the clock, a fresh random trace; the system looks.
 */
void ctx_start(struct ctx *cx, struct arena *mem, struct db_pool *pool);
/* Prepares the same run for another try after ERR_BUSY: forgets the error; ctx_new_id hands out the
 * same ids again, so that a duplicate of our own id means that the first try had committed. */
void ctx_retry(struct ctx *cx);
/* A UUIDv7 for a new row. */
struct id ctx_new_id(struct ctx *cx);
