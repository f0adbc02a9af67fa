/* Odd use of licences, told as events for rules and staff. Nothing is blocked by it. */
#pragma once

#include "licensing/licence.h"

enum {
    LICENCE_SIGNAL_DAYS = 30,
    LICENCE_SIGNAL_RELEASES = 6, /* machines that people gave back */
    LICENCE_SIGNAL_MACHINES = 5, /* different machines: that many, and */
    LICENCE_SIGNAL_TIMES = 3     /* that many for each seat, beyond which it is odd */
};

/* Looks at what the tenant's licences did in the last LICENCE_SIGNAL_DAYS and tells of each that is
 * odd, once in that time: licence.odd_use, with data {"action": "many_machines" | "many_releases",
 * "count", "days"}. At most limit of each; *told is how many there were. */
bool licence_signal_tell(struct ctx *cx, unsigned limit, unsigned *told) MUST_CHECK;
