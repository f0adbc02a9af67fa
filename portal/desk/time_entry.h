/* Time and cost spent on a ticket. */
#pragma once

#include "base/money.h"
#include "portal/desk/ticket.h"

enum { TIME_ENTRY_MINUTES_MAX = 24 * 60, TIME_ENTRY_NOTE_MAX = 500, TIME_ENTRY_LIST_MAX = 200 };

struct time_entry { /* in cx->mem */
    struct id id, ticket_id;
    const char *number, *subject; /* of the ticket; "" and no id: not seen, or gone for good */
    const char *person;           /* "" for customers, and no cost */
    const char *done_on;          /* "2026-03-09" */
    int64_t minutes;
    bool is_billable;
    struct money cost;
    const char *note; /* "" for customers: it is a colleague's */
    bool is_reversed, is_reversal;
};

struct time_entry_new {
    const char *done_on; /* NULL: today */
    int64_t minutes;
    bool is_billable;
    struct money cost; /* no currency: none */
    const char *note;  /* NULL: none */
};

/* Staff who may change the ticket, rules. Fails: ERR_INVALID at "minutes" (neither time nor cost,
 * or more than a day), "cost", "note", "done_on"; ERR_DENIED; ERR_NOT_FOUND. Emits
 * ticket.time_added, with "time" and "hours" (hours_to_json and "was_percent", the percentage
 * before it). */
bool time_entry_add(struct ctx *cx, struct id ticket_id, const struct time_entry_new *what,
                    struct id *out) MUST_CHECK;
/* Takes an entry back by a second one. Fails also: ERR_HOURS_REVERSED. */
bool time_entry_reverse(struct ctx *cx, struct id id, struct id *ticket_id) MUST_CHECK;
/* Those of a ticket that the viewer has got; of an organisation, by hours_balance_of's rule. The
 * latest first. Notes are for staff. */
bool time_entry_of_ticket(struct ctx *cx, struct id ticket_id, struct time_entry **out,
                          size_t *count) MUST_CHECK;
bool time_entry_of_organisation(struct ctx *cx, struct id organisation_id, struct time_entry **out,
                                size_t *count) MUST_CHECK;
