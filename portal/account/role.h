/* Roles of staff: named sets of rights. */
#pragma once

#include "base/json.h"
#include "db/db.h"

struct role_module {
    const char *name;  /* "desk": rights are stored, told and printed as "desk.read", "desk.team" */
    const char *label; /* English, for pages */
    unsigned actions;  /* bits 1 << ACTION_: those that there is something to do with */
    bool has_scope;    /* its rows have an owner */
};
extern const struct role_module ROLE_MODULES[MODULE_COUNT];
extern const char *const ROLE_ACTION_NAMES[ACTION_COUNT];
extern const char *const ROLE_ACTION_LABELS[ACTION_COUNT]; /* English, for pages */
extern const char *const ROLE_SCOPE_NAMES[SCOPE_COUNT];

struct role_preset {
    const char *name; /* English */
    uint64_t rights;
};
extern const struct role_preset ROLE_PRESETS[];
extern const size_t ROLE_PRESET_COUNT;

extern const struct err_kind ERR_ROLE_UNKNOWN;

/* Rights of a comma-separated list of names ("desk.read", "desk.all", "desk" for the whole module);
 * unknown names are ignored. */
uint64_t role_rights_of(const char *names);
/* Staff rights as they mean something: only actions that there are; who writes reads as well;
 * modules without owners reach to all. */
uint64_t role_rights_normal(uint64_t rights);
/* The names of staff rights in the order of the modules; owned, decref it. */
json_t *role_rights_json(uint64_t rights);
/* Writes a role's rights in place of what it had. */
bool role_put_rights(struct ctx *cx, struct id role_id, uint64_t rights) MUST_CHECK;

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
    struct id role_id;
    const char *role_name;
    const char *team_name; /* NULL: none */
    struct id team_id;
    uint64_t rights;
};
/* All enabled staff by name, at most limit: for pickers. */
bool role_staff_list(struct ctx *cx, unsigned limit, struct staff **out, size_t *count) MUST_CHECK;
/* *out is NULL when the person is no staff. */
bool role_staff_find(struct ctx *cx, struct id person_id, struct staff **out) MUST_CHECK;
