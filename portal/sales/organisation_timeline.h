/* What happened to an organisation, in one line of time. */
#pragma once

#include "db/db.h"

struct organisation_event { /* one line of the timeline */
    const char *name;       /* "ticket.created" */
    struct id subject_id;
    const char *subject; /* "ticket" "order" "licence" "organisation" */
    const char *number;  /* what people call the subject: "T-20418" */
    const char *actor;   /* NULL: the system */
    int64_t at;
};
enum { ORGANISATION_TIMELINE_MAX = 50 };
/* What happened to the organisation, its tickets, orders and licences, latest first. For staff who
 * may see the organisation: others get ERR_NOT_FOUND. */
bool organisation_timeline(struct ctx *cx, struct id id, struct organisation_event **out,
                           size_t *count) MUST_CHECK;
