/* Components: parts of a machine that have fingerprints of their own. */
#pragma once

#include "db/db.h"

struct component { /* a record: open, lives in cx->mem */
    struct id id;
    struct id licence_id, machine_id;
    const char *fingerprint;
    const char *name;
    const char *metadata; /* JSON object */
    int64_t created_at, updated_at;
};

/* All of a machine, oldest first; those of machines of visible licences (licence.h). */
bool component_list(struct ctx *cx, struct id machine_id, struct component **out,
                    size_t *count) MUST_CHECK;
