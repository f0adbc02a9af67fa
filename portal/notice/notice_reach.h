/* Closed, but nobody on the customer's side seems to know: whom to call. */
#pragma once

#include "db/db.h"

enum { NOTICE_REACH_MAX = 100, NOTICE_REACH_DAYS = 30, NOTICE_REACH_PATIENCE_DAYS = 3 };

struct notice_unreached { /* in cx->mem; absent text is "" */
    struct id ticket_id;
    const char *number, *subject, *organisation_name;
    const char *name, *phone,
        *address;       /* the reporter's, else the filer's; phone also the organisation's */
    int64_t closed_at;  /* solved, or closed without that */
    const char *why;    /* "none" no mail went, "bounced", "dead", "unread" */
    const char *detail; /* the mail server's words */
};
/* Tickets solved or closed in the last NOTICE_REACH_DAYS since when nobody there has opened a
 * mail's link, read the notice, written, or confirmed; one whose mail went out is left alone for
 * NOTICE_REACH_PATIENCE_DAYS. The longest unheard first. Staff with RIGHT_DESK or the system. */
bool notice_reach_list(struct ctx *cx, struct notice_unreached **out, size_t *count) MUST_CHECK;
