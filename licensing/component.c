#include "licensing/component.h"

#include "licensing/access.h"

static const char SQL_COMPONENT_LIST[] =
    "SELECT c.id, c.licence_id, c.machine_id, c.fingerprint, c.name, c.metadata, c.created_at, "
    "c.updated_at FROM component c JOIN licence l ON l.tenant_id = c.tenant_id "
    "AND l.id = c.licence_id WHERE c.tenant_id = ? AND c.machine_id = ? "
    "AND (? OR l.organisation_id = ?) ORDER BY c.created_at, c.id";

bool component_list(struct ctx *cx, struct id machine_id, struct component **out, size_t *count)
{
    struct access access = access_of(cx);
    struct db_rows rows;
    struct component *list;

    if (!db_query(cx, &rows, SQL_COMPONENT_LIST, DB_ID(cx->tenant_id), DB_ID(machine_id),
                  DB_BOOL(access.sees_all), DB_ID_OR_NULL(access.organisation_id)))
        return false;
    list = arena_array(cx->mem, struct component, rows.count);
    for (size_t i = 0; db_next(&rows); i++)
        list[i] = (struct component){.id = db_id(&rows.row, 0),
                                     .licence_id = db_id(&rows.row, 1),
                                     .machine_id = db_id(&rows.row, 2),
                                     .fingerprint = db_text(&rows.row, 3),
                                     .name = db_text(&rows.row, 4),
                                     .metadata = db_text(&rows.row, 5),
                                     .created_at = db_time(&rows.row, 6),
                                     .updated_at = db_time(&rows.row, 7)};
    *out = list;
    *count = rows.count;
    return true;
}
