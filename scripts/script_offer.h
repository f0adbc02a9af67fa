/* What rules find in this program: the one thing that scripts/ is told about the rest of it. Made
 * by portal/script_api.c from its tables EFFECTS and LOOKUPS. */
#pragma once

#include "base/json.h"
#include "db/ctx.h"
#include "scripts/script_pool.h"

struct script_offer {            /* static or living as long as the pool */
    const json_t *effects;       /* names for the phase `after`: ["route", ...] */
    const json_t *check_effects; /* names for the phase `check` */
    const json_t *lookups;       /* ["tenant.list", ...] */
    const json_t *events;        /* that rules hear: ["ticket.created", ...] */
    const json_t *grants;        /* ["ticket.write", ...] */
    /* Answers a look-up for a rule with these grants. False gives a sentence in *refusal; with
     * cx->err set it was the machine's fault. */
    bool (*look_up)(struct ctx *cx, const json_t *grants, const char *name, const json_t *args,
                    const json_t **answer, const char **refusal);
};

struct script_engine { /* Threads: any; read-only. */
    struct script_pool *pool;
    const struct script_offer *offer;
    int64_t check_us; /* time of a rule that a page waits for */
    int64_t after_us;
};
