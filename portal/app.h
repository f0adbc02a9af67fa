/* The program's own state: made in main, handed down, read-only after the start. */
#pragma once

#include "base/config.h"
#include "base/crypto.h"
#include "base/json.h"
#include "db/db.h"

#include <stdatomic.h>

struct lang_set;
struct shell_cache;
struct tenant_cache;
struct req;
struct templates;
struct statics;
struct ctx_signer;
struct licence_cache;
struct revocation_cache;
struct signing_keys;
struct script_engine;
struct private_server;

struct app { /* Threads: read-only after app_start, but for members that lock themselves. */
    struct arena *mem; /* what lives as long as the program */
    struct config config;
    struct db_target target;
    struct private_server *database; /* NULL with an external one */
    struct crypto_master *master;
    struct ctx_signer *signer; /* without the role licensing: its link to one that has it */
    struct db_pool *portal_pool;
    struct db_pool *licensing_pool;
    struct db_pool *jobs_pool;
    struct tenant_cache *tenants;
    struct shell_cache *shell_cache;
    struct lang_set *langs;
    struct templates *templates;
    struct statics *statics;
    struct licence_cache *licence_cache;  /* role licensing */
    struct signing_keys *signing_keys;    /* role licensing: unsealed */
    struct revocation_cache *revocations; /* role licensing */
    struct script_engine *scripts;        /* scripts/script_offer.h; NULL: rules are off */
    /* Adds to the page frame what the domains know (counts in the menu, unread notices);
     * portal/shell.c. */
    void (*shell)(struct req *rq, json_t *shell);
    bool has_joined; /* a running program's private database */
    bool may_make;   /* set before app_configure: a private database is made where there is none */
    bool has_portal, has_licensing, has_jobs; /* the roles of this process */
    atomic_bool jobs_must_stop; /* set when the program ends: what waits for others is broken off */
};

/* Reads the settings and makes the folders of var.dir (a command without may_make: refuses a folder
 * that has no database, and writes nothing there). *faults has one line for each bad setting.
 */
bool app_configure(struct app *app, struct err *err, const char **faults) MUST_CHECK;
/* Connects (starts the private server where no database.url is set), migrates, opens the master
 * key. may_join: use the private server of a program that runs in the same folder, as commands do.
 */
bool app_open(struct app *app, struct err *err, bool may_join) MUST_CHECK;
/* The opposite of both. */
void app_close(struct app *app);
