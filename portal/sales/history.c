#include "portal/sales/history.h"

#include <string.h>

static const char SQL_HISTORY_LIST[] =
    "SELECT e.name, p.full_name, e.data, e.at FROM event e "
    "LEFT JOIN person p ON p.tenant_id = e.tenant_id AND p.id = e.actor_id "
    "WHERE e.tenant_id = ? AND e.subject_id = ? ORDER BY e.id DESC LIMIT ?";

bool history_list(struct ctx *cx, struct id subject_id, unsigned limit, struct history_entry **out,
                  size_t *count)
{
    struct db_rows rows;
    struct history_entry *list;
    size_t n = 0;

    if (!db_query(cx, &rows, SQL_HISTORY_LIST, DB_ID(cx->tenant_id), DB_ID(subject_id),
                  DB_INT(limit)))
        return false;
    list = arena_array(cx->mem, struct history_entry, rows.count ? rows.count : 1);
    while (db_next(&rows)) {
        struct history_entry *e = &list[n++];
        const char *text = db_text(&rows.row, 2);
        json_t *data = NULL;

        e->name = db_text(&rows.row, 0);
        e->actor = db_text(&rows.row, 1);
        if (text && !json_read(cx->mem, &cx->err, text, strlen(text), &data))
            return false;
        e->data = data;
        e->at = db_time(&rows.row, 3);
    }
    *out = list;
    *count = n;
    return true;
}
