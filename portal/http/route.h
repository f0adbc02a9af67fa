/* Routes: what answers a path, and what the asker needs, as data checked in one place. */
#pragma once

#include "portal/http/req.h"

enum need {
    NEED_PUBLIC = 1 << 0,       /* anybody */
    NEED_LOGIN = 1 << 1,        /* a signed-in person */
    NEED_STAFF = 1 << 2,        /* a signed-in staff member */
    NEED_CUSTOMER = 1 << 3,     /* a signed-in person with a current organisation */
    NEED_CSRF = 1 << 4,         /* a form post of ours: token and origin are checked */
    NEED_BEARER = 1 << 5,       /* /v1: a credential of the licensing protocol */
    NEED_MAYBE_BEARER = 1 << 6, /* /v1: one is checked if it is given */
    NEED_TOKEN = 1 << 7,        /* /api/v1: an API token */
    NEED_LATE_BODY = 1 << 8,    /* a large body: taken by req_take_body, when all else is checked */
    NEED_FILE = 1 << 9,         /* /v1: a file is asked for or sent: any Accept, any Content-Type */
    NEED_PASSWORD = 1 << 10,    /* /v1: a credential, or e-mail and password for the handler */
    NEED_EARLY = 1 << 11,       /* also for who still owes a second step */
    NEED_FRESH = 1 << 12,       /* dangerous: who one is was shown lately (portal/serve_step.h) */
    NEED_VIEWING = 1 << 14,     /* also for staff who look as a customer, though it writes */
    NEED_QUIET = 1 << 15,       /* a script asks by itself: it keeps no session alive */
    NEED_TICKETS = 1 << 15,     /* a customer who acts on tickets, not only sees them */
    NEED_SIGNED = 1 << 13       /* a post by whoever has the path, whose signed {token} the handler
                                   checks and whose cookies it does not look at (RFC 8058) */
};

struct route {
    enum method method;
    const char *pattern; /* "/tickets/{id}": {id} is a UUID, other names take any segment */
    bool (*handler)(struct req *rq);
    unsigned needs;
    uint64_t rights; /* every one is needed (RIGHT_ bits), 0 for none */
    size_t body_max; /* bytes; 0 is ROUTE_BODY_MAX for methods that have one */
};

enum { ROUTE_BODY_MAX = 256 * 1024 };

/* All routes of the program, ended by a row without a pattern: the portal's (portal/routes.c) and
 * the licence service's (portal/service_routes.c). */
extern const struct route ROUTES[], SERVICE_ROUTES[];

struct router; /* Threads: read-only after route_compile. */
/* Checks the table and builds the lookup: every row has needs; a POST outside /v1 and /api/v1 has
 * NEED_CSRF or NEED_SIGNED (with a {token}); /v1 rows have NEED_PUBLIC, NEED_BEARER or
 * NEED_MAYBE_BEARER; /api/v1 rows NEED_TOKEN or NEED_PUBLIC; no two rows match the same paths;
 * rights imply a login. Fails naming the row. is_licensing picks the /v1 rows, else all others. A
 * /v1 row that is neither /v1/health nor names an account is served under /v1/accounts/{account}/
 * as well: its copy there has the longer pattern. */
bool route_compile(struct err *err, const struct route *rows, bool is_licensing,
                   struct router **out) MUST_CHECK;
void route_free(struct router *router);
/* The row for a raw path (HEAD: the GET row); fills rq->args and rq->id with decoded segments.
 * *path_known tells whether another method has that path (405): rq->allow names them then. */
const struct route *route_find(const struct router *router, struct req *rq, bool *path_known);

/* True when the viewer has the row's rights, and, to write, not for seeing only. */
bool route_allows(const struct route *row, const struct viewer *viewer);
/* The row that answers a path, NULL for none: to see whether a way may be shown. */
const struct route *route_at(const struct router *router, struct arena *mem, enum method method,
                             const char *path);

const char *route_method_name(enum method method);
bool route_method_parse(const char *name, enum method *out) MUST_CHECK;
