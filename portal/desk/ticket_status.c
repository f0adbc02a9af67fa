#include "portal/desk/ticket_status.h"

#include "db/db.h"
#include "portal/http/lang.h"

#include <string.h>

static const struct ticket_status DEFAULTS[] = {
    {"open", TICKET_OPEN, T("In progress"), T("We are working on it")},
    {"waiting", TICKET_WAITING, T("Waiting for customer"), T("Waiting for your answer")},
    {"solved", TICKET_SOLVED, T("Solved"), T("Solved, please confirm")},
    {"closed", TICKET_CLOSED, T("Closed"), T("Closed")},
};

static const char SQL_TICKET_STATUS_LIST[] =
    "SELECT code, category, staff_label, customer_label FROM ticket_status "
    "WHERE tenant_id = ? ORDER BY position, code LIMIT 50";

bool ticket_status_list(struct ctx *cx, const struct ticket_status **out, size_t *count)
{
    struct db_rows rows;
    struct ticket_status *all;
    size_t n = 0;

    if (!db_query(cx, &rows, SQL_TICKET_STATUS_LIST, DB_ID(cx->tenant_id)))
        return false;
    if (rows.count == 0) {
        *out = DEFAULTS;
        *count = COUNT(DEFAULTS);
        return true;
    }
    all = arena_array(cx->mem, struct ticket_status, rows.count);
    while (db_next(&rows)) {
        all[n].code = db_text(&rows.row, 0);
        if (!ticket_category_parse(db_text(&rows.row, 1), &all[n].category))
            continue;
        all[n].staff_label = db_text(&rows.row, 2);
        all[n].customer_label = db_text(&rows.row, 3);
        n++;
    }
    *out = all;
    *count = n;
    return true;
}

bool ticket_status_find(struct ctx *cx, const char *code, const struct ticket_status **out)
{
    const struct ticket_status *all;
    size_t count;

    if (!ticket_status_list(cx, &all, &count))
        return false;
    *out = NULL;
    for (size_t i = 0; i < count; i++)
        if (code != NULL && strcmp(all[i].code, code) == 0)
            *out = &all[i];
    return true;
}

bool ticket_status_first(struct ctx *cx, enum ticket_category category,
                         const struct ticket_status **out)
{
    const struct ticket_status *all;
    size_t count;

    if (!ticket_status_list(cx, &all, &count))
        return false;
    for (size_t i = 0; i < count; i++)
        if (all[i].category == category) {
            *out = &all[i];
            return true;
        }
    return err_set(&cx->err, &ERR_INTERNAL, "the tenant has no state of category %s",
                   ticket_category_name(category));
}

/* Rows: from; columns: to (open, waiting, solved, closed). Within a category any state may follow,
 * but for customers, who know categories only. */
static const bool STAFF[TICKET_CATEGORIES][TICKET_CATEGORIES] = {
    [TICKET_OPEN] = {true, true, true, true},
    [TICKET_WAITING] = {true, true, true, true},
    [TICKET_SOLVED] = {true, true, true, true},
    [TICKET_CLOSED] = {true, false, false, true},
};
static const bool CUSTOMER[TICKET_CATEGORIES][TICKET_CATEGORIES] = {
    [TICKET_OPEN] = {false, false, false, true},
    [TICKET_WAITING] = {true, false, false, true},
    [TICKET_SOLVED] = {true, false, false, true},
    [TICKET_CLOSED] = {true, false, false, false},
};

bool ticket_status_decide(enum viewer_kind side, enum ticket_category from, enum ticket_category to)
{
    switch (side) {
    case VIEWER_NOBODY:
        return false;
    case VIEWER_CUSTOMER:
        return CUSTOMER[from][to];
    case VIEWER_STAFF:
    case VIEWER_SYSTEM:
        return STAFF[from][to];
    }
    return false;
}
