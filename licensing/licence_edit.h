/* Licences: what staff and programs change of one that is issued. */
#pragma once

#include "licensing/licence.h"

struct licence_edit { /* what is not told stays as it is */
    bool has_name, has_expiry, has_suspended, has_protected;
    const char *name;   /* NULL: none */
    int64_t expires_at; /* 0: never */
    bool is_suspended, is_protected;
    struct licence_own own;
    const char *metadata; /* JSON object; NULL: not told */
};

/* Changes a licence. Needs the system or staff with RIGHT_LICENCES. Emits licence.updated in the
 * same transaction. Fails: ERR_DENIED, ERR_NOT_FOUND, and everything that is wrong at once. */
bool licence_edit(struct ctx *cx, struct id id, const struct licence_edit *edit,
                  struct licence **out) MUST_CHECK;
/* Adds to cx->err what a licence of that policy cannot have: a name too long, limits out of range.
 */
void licence_edit_check(struct ctx *cx, const struct policy *policy, const char *name,
                        const struct licence_own *own);
