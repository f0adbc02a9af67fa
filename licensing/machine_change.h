/* Machines change: what they tell of themselves, whose they are, in which group. */
#pragma once

#include "licensing/machine.h"

enum machine_attribute {
    MACHINE_NAME = 1 << 0,
    MACHINE_IP = 1 << 1,
    MACHINE_HOSTNAME = 1 << 2,
    MACHINE_PLATFORM = 1 << 3,
    MACHINE_CORES = 1 << 4,
    MACHINE_MEMORY = 1 << 5,
    MACHINE_DISK = 1 << 6,
    MACHINE_METADATA = 1 << 7
};

struct machine_change {
    unsigned given;                              /* of enum machine_attribute: the others stay */
    const char *name, *ip, *hostname, *platform; /* NULL: none */
    int64_t cores, memory, disk;                 /* 0: not told */
    const char *metadata;                        /* JSON object */
};

/* Each holds the limits as an activation does, and emits its event (machine.updated, .._owner,
 * .._group) in the same transaction. Fails: ERR_NOT_FOUND no such visible machine; the kinds of
 * machine.h; ERR_BUSY. */
bool machine_change(struct ctx *cx, struct id id, const struct machine_change *change,
                    struct machine **out) MUST_CHECK;
/* Zero: nobody's. Where each owner has an allowance of his own, the machine takes a seat of the new
 * owner's. */
bool machine_change_owner(struct ctx *cx, struct id id, struct id owner_id,
                          struct machine **out) MUST_CHECK;
bool machine_change_group(struct ctx *cx, struct id id, struct id group_id,
                          struct machine **out) MUST_CHECK;
