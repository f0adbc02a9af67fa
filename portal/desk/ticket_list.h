/* Lists of tickets, by page; counts for menus and queues. */
#pragma once

#include "portal/desk/ticket.h"

enum { TICKET_PAGE = 50 };

enum ticket_tab { TICKET_TAB_OPEN, TICKET_TAB_WAITING, TICKET_TAB_SOLVED, TICKET_TAB_ALL };

enum ticket_view { /* staff queues, each defined by one row of TICKET_VIEWS */
                   TICKET_VIEW_UNASSIGNED,
                   TICKET_VIEW_MINE,
                   TICKET_VIEW_WAITING,
                   TICKET_VIEW_DUE,
                   TICKET_VIEW_REVIEW,
                   TICKET_VIEW_OPEN,
                   TICKET_VIEW_SOLVED,
                   TICKET_VIEW_COUNT
};

struct ticket_filter {
    enum ticket_tab tab;       /* customers: newest change first */
    const char *search;        /* a number, or words of the subject; NULL for none */
    struct id organisation_id; /* staff: one organisation's; zero for all */
    struct id licence_id;
    const char *after; /* the cursor of the page before, NULL for the first page */
    unsigned limit;    /* 0 is TICKET_PAGE, at most 200 */
};

struct ticket_page_of { /* one page of a list */
    struct ticket **rows;
    size_t count;
    const char *next; /* the cursor of the next page, NULL on the last */
};

/* The viewer's tickets, changed last first. Fails: ERR_INVALID for a cursor that is none. */
bool ticket_list(struct ctx *cx, const struct ticket_filter *filter,
                 struct ticket_page_of *out) MUST_CHECK;
/* A staff queue, due first (recently solved: newest first). Fails: ERR_DENIED without RIGHT_DESK.
 */
bool ticket_list_view(struct ctx *cx, enum ticket_view view, const char *after, unsigned limit,
                      struct ticket_page_of *out) MUST_CHECK;
const char *ticket_list_view_code(enum ticket_view view);  /* "unassigned": in addresses */
const char *ticket_list_view_label(enum ticket_view view); /* English */
bool ticket_list_view_parse(const char *code, enum ticket_view *out) MUST_CHECK;
