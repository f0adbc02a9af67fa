/* Lists of tickets, by page; counts for menus and queues. */
#pragma once

#include "portal/desk/ticket.h"
#include "portal/desk/ticket_query.h"
#include "portal/desk/ticket_view.h"

enum { TICKET_PAGE = 50 };

enum ticket_tab {
    TICKET_TAB_OPEN,
    TICKET_TAB_WAITING,
    TICKET_TAB_SOLVED,
    TICKET_TAB_ALL,
    TICKET_TABS
};

struct ticket_filter {
    enum ticket_tab tab;              /* customers: newest change first */
    const char *search;               /* a number, or words of the subject; NULL for none */
    const struct ticket_query *query; /* conditions beside the words; NULL for none */
    struct id organisation_id;        /* staff: one organisation's; zero for all */
    struct id licence_id;
    bool is_short;     /* only what a list shows: see TICKET_LINE in ticket_row.h */
    const char *after; /* the cursor of the page before, NULL for the first page */
    unsigned limit;    /* 0 is TICKET_PAGE, at most 200 */
};

struct ticket_page_of { /* one page of a list */
    struct ticket **rows;
    size_t count;
    const char *next; /* the cursor of the next page, NULL on the last */
};

/* The viewer's tickets, changed last first; what staff search in the whole tenant comes filed last
 * first. Fails: ERR_INVALID for a cursor that is none. */
bool ticket_list(struct ctx *cx, const struct ticket_filter *filter,
                 struct ticket_page_of *out) MUST_CHECK;
/* A staff queue, due first (recently solved: newest first); rows as with is_short, with the names
 * of organisation and reporter. Fails: ERR_DENIED without RIGHT_DESK.
 */
bool ticket_list_view(struct ctx *cx, enum ticket_view view, const char *after, unsigned limit,
                      struct ticket_page_of *out) MUST_CHECK;

enum ticket_sort { TICKET_SORT_DUE, TICKET_SORT_UPDATED, TICKET_SORT_CREATED, TICKET_SORTS };

const char *ticket_sort_name(enum ticket_sort sort); /* "due" "updated" "created" */
bool ticket_sort_parse(const char *name, enum ticket_sort *out) MUST_CHECK;
/* What a search line finds, as a queue: due first, or the last changed or filed first. Rows and
 * failures as with ticket_list_view. */
bool ticket_list_query(struct ctx *cx, const struct ticket_query *query, enum ticket_sort sort,
                       const char *after, unsigned limit, struct ticket_page_of *out) MUST_CHECK;
