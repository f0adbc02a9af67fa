/* Who may see and change licences: the one place that reads cx->viewer for this folder. */
#pragma once

#include "db/db.h"

/* Bound into "AND (? OR l.organisation_id = ?)": all rows, or those of one organisation (none,
 * where it is zero). */
struct access {
    bool sees_all;
    struct id organisation_id;
};
struct access access_of(const struct ctx *cx);
/* The system, or staff who may do this with licences; else ERR_DENIED. */
bool access_manage(struct ctx *cx, enum right_action action) MUST_CHECK;
