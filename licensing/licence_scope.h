/* Whose rows somebody may see who shows a credential of the licensing protocol (section 2.6). */
#pragma once

#include "db/where.h"

/* At most one is set; all zero: every row of the tenant. */
struct licence_scope {
    struct id product_id;
    struct id licence_id;
    struct id person_id; /* owner of the licence or one of its users */
};

/* Adds the bound to a statement in which the licence's alias is l. */
void licence_scope_add(struct where *w, struct ctx *cx, const struct licence_scope *scope);
/* The licences that a person owns or is a further user of. */
void licence_scope_person(struct where *w, struct ctx *cx, struct id person_id);
