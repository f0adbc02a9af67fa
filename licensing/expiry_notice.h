/* Notices before a licence ends: at 60, 30, 7 and 1 days (LS13). */
#pragma once

#include "licensing/licence.h"

enum { EXPIRY_NOTICE_COUNT = 4 };
extern const int64_t EXPIRY_NOTICE_DAYS[EXPIRY_NOTICE_COUNT]; /* falling */

/* Which notice is in force for an end: 60 from 60 days before it, 30 from 30 days and so on; 0 for
 * none yet, for none any longer, and for a licence that does not end. */
int64_t expiry_notice_at(int64_t expires_at, int64_t now);

/* Tells of the tenant's licences that have come to a notice, each notice once, however many nodes
 * do this: emits licence.ending with its days and end. One that was passed before the licence was
 * made is not told, and of those that were missed only the nearest. Not for suspended ones. At most
 * limit of each; *told is how many there were. */
bool expiry_notice_tell(struct ctx *cx, unsigned limit, unsigned *told) MUST_CHECK;
