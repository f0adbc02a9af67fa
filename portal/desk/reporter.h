/* Who met the problem: a record of its own, apart from accounts. */
#pragma once

#include "db/ctx.h"

enum { REPORTER_ADDRESS_MAX = 400 };

struct reporter { /* a record, in cx->mem; absent text is "" */
    struct id id;
    struct id organisation_id;
    struct id person_id;
    const char *name, *phone, *email, *store, *address;
};

/* The same person and store of one organisation is one record: found again by account, e-mail or
 * telephone with the same name, else added; inside the open transaction. */
bool reporter_add(struct ctx *cx, const struct reporter *what, struct id *out) MUST_CHECK;
bool reporter_get(struct ctx *cx, struct id id, struct reporter **out) MUST_CHECK;
