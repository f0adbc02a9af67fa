/* Editing roles: what the tenant's administrators make of them. */
#pragma once

#include "db/db.h"

enum { ROLE_EDIT_NAME_MAX = 100, ROLE_EDIT_MAX = 100, ROLE_EDIT_PEOPLE_MAX = 200 };

extern const struct err_kind ERR_ROLE_EDIT_NAME;    /* another role bears it */
extern const struct err_kind ERR_ROLE_EDIT_CHANGED; /* by somebody else since it was looked at */
extern const struct err_kind ERR_ROLE_EDIT_IN_USE;  /* people have it */
extern const struct err_kind ERR_ROLE_EDIT_GRANT;   /* more than one may do oneself */

struct role_edit { /* a record, in cx->mem */
    struct id id;
    const char *name;
    uint64_t rights;
    int64_t version; /* counts up with each change */
    bool needs_second;
    int64_t people; /* who have it */
};
struct role_edit_draft {
    const char *name;
    uint64_t rights;
    int64_t version; /* that was looked at; for a change */
};
struct role_edit_person {
    struct id id;
    const char *full_name;
};

/* By name; needs the right to see settings, as all here that read do: ERR_DENIED else. */
bool role_edit_list(struct ctx *cx, struct role_edit **out, size_t *count) MUST_CHECK;
bool role_edit_get(struct ctx *cx, struct id id, struct role_edit **out) MUST_CHECK;
/* Who have the role, by name. */
bool role_edit_people(struct ctx *cx, struct id id, struct role_edit_person **out,
                      size_t *count) MUST_CHECK;

/* Fails: ERR_DENIED, ERR_INVALID with the field, ERR_ROLE_EDIT_NAME, ERR_ROLE_EDIT_GRANT. Emits
 * role.changed, as all here that write do. */
bool role_edit_add(struct ctx *cx, const struct role_edit_draft *draft, struct id *out) MUST_CHECK;
/* Likewise, and ERR_NOT_FOUND, ERR_ROLE_EDIT_CHANGED, ERR_STAFF_LAST. Felt at once: each request
 * reads the rights of whoever asks. */
bool role_edit_change(struct ctx *cx, struct id id, const struct role_edit_draft *draft) MUST_CHECK;
/* Fails: ERR_DENIED, ERR_NOT_FOUND, ERR_ROLE_EDIT_IN_USE. */
bool role_edit_remove(struct ctx *cx, struct id id) MUST_CHECK;
/* Gives everybody with the role another one. Fails: ERR_DENIED, ERR_NOT_FOUND, ERR_STAFF_SELF when
 * that is oneself, ERR_STAFF_LAST. */
bool role_edit_move(struct ctx *cx, struct id from, struct id to) MUST_CHECK;
/* Whether the viewer may give somebody this role: whoever may not change roles gives no more than
 * he has. Fails: ERR_ROLE_EDIT_GRANT, ERR_ROLE_UNKNOWN. *name is the role's. */
bool role_edit_check_grant(struct ctx *cx, struct id id, const char **name) MUST_CHECK;
