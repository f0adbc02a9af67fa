/* What happened to one row, for its page. */
#pragma once

#include "base/json.h"
#include "db/db.h"

enum { HISTORY_MAX = 100 };

struct history_entry { /* in cx->mem */
    const char *name;  /* of the event: "licence.issued" */
    const char *actor; /* a person's name; NULL: a program, a rule or the system */
    const json_t *data;
    int64_t at;
};

/* The latest events about a row, latest first. It does not ask who looks: the caller has got the
 * row itself by a function that does. */
bool history_list(struct ctx *cx, struct id subject_id, unsigned limit, struct history_entry **out,
                  size_t *count) MUST_CHECK;
