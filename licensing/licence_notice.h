/* Notices about dates of licences: what ends or has to check in soon, and what has just done so. */
#pragma once

#include "licensing/licence.h"

enum { LICENCE_NOTICE_DAYS = 3 }; /* on either side of now */

/* Tells of the tenant's licences whose date is that near, each kind once a day for a licence,
 * however many nodes do this: licence.expiring, licence.expired, licence.check_in_due,
 * licence.check_in_overdue. At most limit of each; *told is how many there were. */
bool licence_notice_tell(struct ctx *cx, unsigned limit, unsigned *told) MUST_CHECK;
