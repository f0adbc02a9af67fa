/* What the pages of the audit trail and of sign-ins share: their filter and their files. */
#pragma once

#include "portal/http/req.h"

struct trail { /* the filter as it came; texts NULL where nothing is asked */
    const char *what, *who, *address;
    int64_t from, until; /* the days' instants in the tenant's zone; until excluded */
    struct id before_id;
};
/* Reads what, who, address, from, until, before. What cannot be read is not asked. */
void trail_read(struct req *rq, struct trail *out);
/* Adds "filter" {what, who, address, from, until, csv_href} and, when there is more or a page
 * before, "pager" to the page. last: the page's last row where more follow, else zero. */
void trail_add(struct req *rq, const char *path, const struct trail *trail, struct id last,
               json_t *page);

/* A file of comma-separated values: its head, and lines. */
void trail_csv_start(struct req *rq, const char *name, const char *const *titles, size_t count);
void trail_csv_line(struct req *rq, const char *const *cells, size_t count);
const char *trail_csv_time(struct req *rq, int64_t us); /* ISO 8601, UTC */
