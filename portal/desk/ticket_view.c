#include "portal/desk/ticket_view.h"

#include "base/clock.h"
#include "portal/http/lang.h"

#include <string.h>

enum bound { BOUND_NONE, BOUND_ME, BOUND_US, BOUND_SOON, BOUND_RECENT };

static const struct {
    const char *code;
    const char *label;
    const char *fragment;
    enum bound bound;  /* what its '?' is */
    const char *index; /* FORCE INDEX: planning asks each of ticket's twenty indexes else */
} VIEWS[] = {
    [TICKET_VIEW_UNASSIGNED] = {"unassigned", T("Unassigned"),
                                " AND t.is_active = TRUE AND t.assignee_id IS NULL", BOUND_NONE,
                                " FORCE INDEX (ticket_assignee_due) "},
    [TICKET_VIEW_MINE] = {"mine", T("Mine"), " AND t.is_active = TRUE AND t.assignee_id = ?",
                          BOUND_ME, " FORCE INDEX (ticket_assignee_due) "},
    [TICKET_VIEW_WAITING] = {"waiting", T("Waiting for me"),
                             " AND t.is_active = TRUE AND t.category = 'open' "
                             "AND t.assignee_id = ?",
                             BOUND_ME, " FORCE INDEX (ticket_assignee_due) "},
    [TICKET_VIEW_DISPATCHED] = {"dispatched", T("Dispatched to me"),
                                " AND t.is_active = TRUE AND t.dispatch_to IN (?", BOUND_US,
                                " FORCE INDEX (ticket_dispatch_due) "},
    [TICKET_VIEW_DUE] = {"due", T("Due in 2 hours"), " AND t.is_active = TRUE AND t.due_key <= ?",
                         BOUND_SOON, " FORCE INDEX (ticket_due) "},
    [TICKET_VIEW_DISPUTED] = {"disputed", T("Disputed"),
                              " AND t.is_disputed = TRUE AND t.is_active = TRUE", BOUND_NONE,
                              " FORCE INDEX (ticket_disputed_due) "},
    [TICKET_VIEW_REVIEW] = {"review", T("Needs review"),
                            " AND t.needs_review = TRUE AND t.deleted_at IS NULL", BOUND_NONE,
                            " FORCE INDEX (ticket_review_due) "},
    [TICKET_VIEW_OPEN] = {"open", T("All open"), " AND t.is_active = TRUE", BOUND_NONE,
                          " FORCE INDEX (ticket_due) "},
    [TICKET_VIEW_SOLVED] =
        {"solved", T("Recently solved"),
         " AND t.category = 'solved' AND t.updated_at >= ? AND t.deleted_at IS NULL", BOUND_RECENT,
         " FORCE INDEX (ticket_category) "},
};
_Static_assert(COUNT(VIEWS) == TICKET_VIEW_COUNT, "define every view");

const char *ticket_view_code(enum ticket_view view)
{
    return VIEWS[view].code;
}

const char *ticket_view_label(enum ticket_view view)
{
    return VIEWS[view].label;
}

const char *ticket_view_index(enum ticket_view view)
{
    return VIEWS[view].index;
}

bool ticket_view_parse(const char *code, enum ticket_view *out)
{
    for (size_t i = 0; i < COUNT(VIEWS); i++)
        if (code != NULL && strcmp(code, VIEWS[i].code) == 0) {
            *out = (enum ticket_view)i;
            return true;
        }
    return false;
}

void ticket_view_where(struct ctx *cx, struct where *w, enum ticket_view view)
{
    struct db_arg value = DB_NONE;

    switch (VIEWS[view].bound) {
    case BOUND_NONE:
        break;
    case BOUND_US:
        where_add(w, VIEWS[view].fragment, DB_ID(cx->viewer.person_id));
        where_add(w, ", ?)", DB_ID(cx->viewer.team_id));
        return;
    case BOUND_ME:
        value = DB_ID(cx->viewer.person_id);
        break;
    case BOUND_SOON:
        value = DB_TIME(cx->now + TICKET_VIEW_DUE_HOURS * CLOCK_HOUR);
        break;
    case BOUND_RECENT:
        value = DB_TIME(cx->now - TICKET_VIEW_SOLVED_DAYS * CLOCK_DAY);
        break;
    }
    where_add(w, VIEWS[view].fragment, value);
}
