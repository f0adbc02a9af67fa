/* Who has to have a second step: by role for staff, by organisation for customers. */
#pragma once

#include "db/db.h"

enum { SECOND_RULE_ROLES_MAX = 100 };

struct second_rule_role { /* in cx->mem */
    struct id id;
    const char *name;
    bool is_needed;
    int64_t missing; /* how many people with it have none yet */
};
/* By name. Needs RIGHT_SETTINGS: ERR_DENIED else. */
bool second_rule_roles(struct ctx *cx, struct second_rule_role **out, size_t *count) MUST_CHECK;
/* Likewise; emits role.changed. Fails: ERR_NOT_FOUND. */
bool second_rule_set_role(struct ctx *cx, struct id role_id, bool is_needed) MUST_CHECK;

/* Staff with RIGHT_CUSTOMERS for any organisation, its administrator (RIGHT_ADMIN) for the current
 * one. Emits organisation.changed. Fails: ERR_DENIED, ERR_NOT_FOUND. */
bool second_rule_organisation(struct ctx *cx, struct id organisation_id,
                              bool *is_needed) MUST_CHECK;
bool second_rule_set_organisation(struct ctx *cx, struct id organisation_id,
                                  bool is_needed) MUST_CHECK;

/* Whether a person has to set up a second step first, by role or by any of the organisations.
 * Whoever looks. */
bool second_rule_is_owed(struct ctx *cx, struct id person_id, bool *is_owed) MUST_CHECK;
