/* All that the database has about a person, for him to take along. */
#pragma once

#include "base/json.h"
#include "db/db.h"

enum { OWN_DATA_ROWS_MAX = 100000 }; /* of one column of one table */

/* {"person": .., "made_at": .., "rows": {"ticket.person_id": [{..}]}, "files": [..], "fields": {code:
 * value}}: every row
 * that names the person (portal/account/trace.h) or one of his addresses. Of rows that only say
 * that he did something there is which and when; sealed values, digests and secrets are left out,
 * as is what staff noted about licences; tokens in links that texts quote are dots. For himself, or
 * the system. Fails: ERR_DENIED, ERR_NOT_FOUND. */
bool own_data(struct ctx *cx, struct id person_id, json_t **out) MUST_CHECK;
