/* The staff queues: what is in each, as rows of a table. */
#pragma once

#include "db/where.h"

enum ticket_view {
    TICKET_VIEW_UNASSIGNED,
    TICKET_VIEW_MINE,
    TICKET_VIEW_WAITING,    /* waiting for me: mine, and the next step is ours */
    TICKET_VIEW_DISPATCHED, /* to me or my team, waiting for the answer */
    TICKET_VIEW_DUE,        /* due within two hours, or late */
    TICKET_VIEW_DISPUTED,   /* its customer said that it is not solved */
    TICKET_VIEW_REVIEW,
    TICKET_VIEW_OPEN,
    TICKET_VIEW_SOLVED, /* within TICKET_VIEW_SOLVED_DAYS */
    TICKET_VIEW_COUNT
};

enum { TICKET_VIEW_DUE_HOURS = 2, TICKET_VIEW_SOLVED_DAYS = 14 };

const char *ticket_view_code(enum ticket_view view);  /* "unassigned": in addresses */
const char *ticket_view_label(enum ticket_view view); /* English */
bool ticket_view_parse(const char *code, enum ticket_view *out) MUST_CHECK;
/* " FORCE INDEX (..) ": the index that has the queue in its order, to stand behind "ticket t". */
const char *ticket_view_index(enum ticket_view view);
/* Adds the queue's conditions to a statement on ticket t; "me" is cx->viewer.person_id. */
void ticket_view_where(struct ctx *cx, struct where *w, enum ticket_view view);
