/* Roles of staff: named sets of rights. */
#pragma once

#include "db/db.h"

struct role_right_name {
    const char *name;  /* in role_right.name and on the console: "desk" */
    const char *label; /* English, for pages */
    uint32_t right;
};
extern const struct role_right_name ROLE_RIGHT_NAMES[];
extern const size_t ROLE_RIGHT_COUNT;

struct role_preset {
    const char *name; /* "administrator" */
    uint32_t rights;
};
extern const struct role_preset ROLE_PRESETS[];
extern const size_t ROLE_PRESET_COUNT;

extern const struct err_kind ERR_ROLE_UNKNOWN;

/* Rights of a comma-separated list of names; unknown names are ignored. */
uint32_t role_rights_of(const char *names);

/* Writes the preset roles of a new tenant. */
bool role_add_presets(struct ctx *cx) MUST_CHECK;
/* Makes a person staff with that role, or changes the role; team_id may be zero. Fails:
 * ERR_ROLE_UNKNOWN. */
bool role_staff_set(struct ctx *cx, struct id person_id, const char *role_name, struct id team_id,
                    const char *title) MUST_CHECK;

struct staff { /* a person who works for the tenant */
    struct id person_id;
    const char *full_name;
    const char *email;
    const char *role_name;
    const char *team_name; /* NULL: none */
    struct id team_id;
    uint32_t rights;
};
/* All enabled staff by name, at most limit: for pickers. */
bool role_staff_list(struct ctx *cx, unsigned limit, struct staff **out, size_t *count) MUST_CHECK;
/* *out is NULL when the person is no staff. */
bool role_staff_find(struct ctx *cx, struct id person_id, struct staff **out) MUST_CHECK;
