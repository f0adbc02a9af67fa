/* The door: what is refused before anything else sees a request. Pure: no socket, no CivetWeb. */
#pragma once

#include "portal/http/req.h"

enum { DOOR_HEADERS_MAX = 64, DOOR_HOST_MAX = 255 };

struct door {                    /* what the door found */
    int status;                  /* 0: let in; else the answer's status, the connection ends */
    const char *text;            /* static: what is wrong, in a line */
    const struct err_kind *kind; /* the same as the licensing protocol says it */
    size_t body_bytes;           /* Content-Length */
    bool expects_continue;
};

/* Looks at rq's fields, path and query. Refuses what a proxy in front could read differently (both
 * or two lengths, a length that is no number, a header that may have been dropped), a missing or
 * odd Host, bad escapes, control characters, bytes that are no UTF-8. */
void door_check(struct req *rq, struct door *out);
/* False when the fields are not all that was sent. Only for fields that lie where CivetWeb parsed
 * them. */
bool door_header_whole(const struct req *rq);

/* The client's address: peer, or what the trusted proxies (addresses, by commas) say of it, read
 * from right to left. In mem or borrowed from peer. */
const char *door_address(struct arena *mem, const char *peer, const struct req_field *fields,
                         size_t count, const char *trusted);
