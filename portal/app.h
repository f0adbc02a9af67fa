/* The program's own state: made in main, handed down, read-only after the start. */
#pragma once

#include "base/config.h"
#include "base/crypto.h"
#include "base/json.h"
#include "db/db.h"

struct lang_set;
struct req;
struct templates;
struct statics;
struct licence_cache;
struct signing_keys;
struct script_pool;

struct app { /* Threads: read-only after app_start, but for members that lock themselves. */
    struct config config;
    struct crypto_master *master;
    struct db_pool *portal_pool;
    struct db_pool *licensing_pool;
    struct db_pool *jobs_pool;
    struct lang_set *langs;
    struct templates *templates;
    struct statics *statics;
    struct licence_cache *licence_cache; /* role licensing */
    struct signing_keys *signing_keys;   /* role licensing: unsealed */
    struct script_pool *scripts;
    /* Adds to the page frame what the domains know (counts in the menu, unread notices);
     * portal/shell.c. */
    void (*shell)(struct req *rq, json_t *shell);
    bool has_portal, has_licensing, has_jobs; /* the roles of this process */
};
