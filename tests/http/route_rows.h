/* A row of every kind that a path of the route table can lead to. */
#pragma once

#include "tests/http/route_path.h"
#include "tests/http/site.h"

/* Of rows->organisation and rows->staff, which are there; boss, the person boss_id, files. */
void route_rows_make(struct ctx *cx, struct route_rows *rows, const struct site_user *boss,
                     struct id boss_id);
/* The id that a statement finds for the tenant, and for a row of it unless that is zero. */
struct id route_rows_id(struct ctx *cx, const char *sql, struct id of);
