/* How much a licence's machines may have together (licensing protocol section 6.3). */
#pragma once

#include "licensing/machine.h"
#include "licensing/seat_lock.h"

extern const char MACHINE_AT_OWNER[], MACHINE_AT_GROUP[]; /* pointers into a request */

struct machine_need {            /* what a machine would take */
    struct id machine_id;        /* left out of the sums: it is counted as it will be */
    struct id owner_id;          /* zero for none */
    bool takes_seat;             /* false: it has its seat and keeps it */
    int64_t cores, memory, disk; /* 0: not told */
};

/* Each is asked under seat_lock. Fails: ERR_SEATS_FULL, ERR_MACHINE_CORES_FULL and its siblings. */
bool machine_limit_check(struct ctx *cx, const struct seat *seat,
                         const struct machine_need *need) MUST_CHECK;
/* The owner has to be the licence's owner or one of its users; *group_id is the owner's own, or
 * zero. Fails: ERR_MACHINE_OWNER_NOT_FOUND, ERR_MACHINE_OWNER_INVALID. */
bool machine_limit_owner(struct ctx *cx, const struct seat *seat, struct id owner_id,
                         struct id *group_id) MUST_CHECK;
/* Room for one more machine in a group (zero: none to ask). Writes its row. Fails:
 * ERR_MACHINE_GROUP_NOT_FOUND, ERR_MACHINE_GROUP_FULL. */
bool machine_limit_group(struct ctx *cx, struct id group_id) MUST_CHECK;
