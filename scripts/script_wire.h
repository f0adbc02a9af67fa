/* Messages between the program and a script worker: four bytes of length, most significant first,
 * then JSON. Both ends are sockets. */
#pragma once

#include "base/json.h"

enum { SCRIPT_WIRE_MAX = 4 * 1024 * 1024 };

enum script_wire_end {
    SCRIPT_WIRE_OK,
    SCRIPT_WIRE_CLOSED, /* the other end is gone */
    SCRIPT_WIRE_LATE,   /* the deadline passed */
    SCRIPT_WIRE_BROKEN  /* not a message, or one too long */
};

/* until_us: on the monotonic clock; 0 waits as long as it takes. */
enum script_wire_end script_wire_send(int fd, const json_t *message, int64_t until_us) MUST_CHECK;
/* *out is in mem. */
enum script_wire_end script_wire_receive(struct arena *mem, int fd, int64_t until_us,
                                         json_t **out) MUST_CHECK;
