/* Who of the staff has which ticket open right now: a hint, kept for seconds. */
#pragma once

#include "portal/desk/ticket.h"

enum { PRESENCE_POLL_SECONDS = 10, PRESENCE_SECONDS = 30, PRESENCE_LIST_MAX = 10 };

struct presence { /* in cx->mem */
    const char *name;
    bool is_writing;
};

/* Notes that the viewer, of staff, has the ticket open; and hands out who else has. Fails:
 * ERR_NOT_FOUND, ERR_DENIED for customers. */
bool presence_note(struct ctx *cx, const struct ticket *t, bool is_writing,
                   struct presence **others, size_t *count) MUST_CHECK;
/* Forgets up to limit marks that nobody asks for any more. For the jobs role; one tenant. */
bool presence_purge(struct ctx *cx, int64_t limit, int64_t *removed) MUST_CHECK;
