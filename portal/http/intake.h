/* Bodies as they arrive: within their time, into memory or (late ones) into a file. */
#pragma once

#include "portal/http/req.h"

struct intake { /* where a body comes from */
    /* Waits for all of len, like CivetWeb's mg_read; 0 and less: nothing more comes. */
    int (*read)(void *conn, void *into, size_t len);
    void *conn;
    size_t len;
    bool expects_continue; /* the sender waits to be asked */
    void (*ask)(void *conn);
};

/* All of it into rq->body. False: it did not come in time. */
bool intake_body(struct req *rq, const struct intake *in) MUST_CHECK;
/* rq->take_body takes it from now on (NEED_LATE_BODY). in lives as long as the request. */
void intake_wait(struct req *rq, const struct intake *in);
