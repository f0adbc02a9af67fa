/* Return visits: tasks of a ticket with a day, open until their outcome is kept. */
#pragma once

#include "portal/desk/ticket.h"

enum { VISIT_RESULT_MAX = 2000, VISIT_DAYS_MAX = 730, VISIT_LIST_MAX = 200, VISIT_BATCH = 100 };

struct visit { /* in cx->mem */
    struct id id, ticket_id;
    const char *number, *subject, *organisation; /* of the ticket */
    struct id assignee_id;                       /* who makes it; zero: whoever tracks the ticket */
    const char *assignee;                        /* his name; "": nobody */
    const char *due_on;                          /* "2026-03-09" */
    bool is_late;                                /* open, and its day is over (UTC) */
    const char *outcome; /* "content" "unhappy" "unreached"; NULL: it is open */
    const char *result;
    int64_t done_at;
};

extern const struct err_kind ERR_VISIT_DONE; /* its outcome is kept already */

/* A visit of a ticket: staff and rules. assignee_id zero: who tracks the ticket. Fails: ERR_DENIED;
 * ERR_NOT_FOUND; ERR_INVALID "due" no day, or before today or beyond VISIT_DAYS_MAX; "assignee" not
 * staff. A line in the thread; emits ticket.updated. */
bool visit_add(struct ctx *cx, struct id ticket_id, const char *due_on, struct id assignee_id,
               struct id *out) MUST_CHECK;
/* The same in so many days, for rules. Fails also: ERR_INVALID "days". */
bool visit_add_days(struct ctx *cx, struct id ticket_id, int64_t days) MUST_CHECK;
/* Gives an open visit to somebody (zero: to whoever tracks the ticket). A line in the thread; emits
 * ticket.updated. Fails: ERR_INVALID "assignee" not of the staff; ERR_VISIT_DONE; ERR_DENIED;
 * ERR_NOT_FOUND. */
bool visit_give(struct ctx *cx, struct id id, struct id assignee_id) MUST_CHECK;
/* The ticket of a visit. Fails: ERR_NOT_FOUND. */
bool visit_ticket(struct ctx *cx, struct id id, struct id *out) MUST_CHECK;
/* Keeps what came of it, and plans the next one where next_on is a day (NULL: none). An unhappy
 * customer puts the ticket under review. Fails: ERR_INVALID "outcome", "result" too long, "next";
 * ERR_VISIT_DONE; ERR_DENIED; ERR_NOT_FOUND. Emits ticket.visit_done. */
struct visit_outcome {
    const char *outcome, *result, *next_on;
};
bool visit_finish(struct ctx *cx, struct id id, const struct visit_outcome *o) MUST_CHECK;
/* Those of one ticket, the latest first. Staff with RIGHT_DESK, the system. */
bool visit_of_ticket(struct ctx *cx, struct id ticket_id, struct visit **out,
                     size_t *count) MUST_CHECK;
/* Open ones of tickets that the viewer sees, due first; at most VISIT_LIST_MAX. only_due: not those
 * of later days. */
bool visit_list(struct ctx *cx, bool only_due, struct visit **out, size_t *count) MUST_CHECK;
/* Emits ticket.visit_due for visits whose day has come, once each. For the jobs role. */
bool visit_work(struct ctx *cx, unsigned *told) MUST_CHECK;
