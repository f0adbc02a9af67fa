/* The server: CivetWeb behind one door. The only file that sees civetweb.h. */
#pragma once

#include "portal/http/route.h"

struct server; /* Threads: any. */

struct server_spec {
    const char *name;   /* "portal" or "licensing": for the log */
    const char *listen; /* "127.0.0.1:8080"; a TLS port is refused with the reason */
    unsigned threads;
    bool is_licensing;
    const struct route *routes; /* ROUTES or SERVICE_ROUTES */
    struct app *app;
    struct db_pool *pool; /* NULL: /readyz does not ask a database */
    /* Finds the tenant by Host, checks the route's needs, runs the handler, and on failure makes
     * the error answer. rq->route is NULL for an unknown path or method (rq->allow tells which).
     * Is also called with rq->cx.err and rq->status set already (a body too large or too slow;
     * the licence service's for whatever the door or a limit refuses): it makes the error answer
     * then. Called again, after ctx_retry, when it ended with ERR_BUSY. */
    void (*serve)(struct req *rq);
};

/* Starts listening. Fails with a sentence: the address is in use, not an address of this machine,
 * TLS asked for. */
bool server_start(struct err *err, const struct server_spec *spec, struct server **out) MUST_CHECK;
/* /readyz says 503 from now on and keep-alive ends; returns when no request is in flight or
 * drain_ms is over. */
void server_drain(struct server *server, int64_t drain_ms);
void server_stop(struct server *server);
unsigned server_port(const struct server *server); /* the one in use, for port 0 */
