/* What erasing a person does to each table. */
#pragma once

#include "db/db.h"

/* Inside the open transaction; the caller has looked at the right. */
bool erasure_rows(struct ctx *cx, struct id person_id) MUST_CHECK;
