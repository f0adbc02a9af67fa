#include "portal/desk/ticket_rebuild.h"

#include "db/event.h"

#include <string.h>

#define EXACT_COLUMNS                                                                              \
    "'reporter_id', reporter_id, 'filed', filed, 'merged_into', merged_into, "                     \
    "'created_at', created_at, 'updated_at', updated_at, 'first_answer_at', first_answer_at, "     \
    "'resolved_at', resolved_at, 'closed_at', closed_at, 'asked_at', asked_at, 'due_at', due_at, " \
    "'solve_spent', solve_spent, 'solve_since', solve_since, 'solve_due_at', solve_due_at, "       \
    "'status_at', status_at, 'disputed_at', disputed_at, 'deleted_at', deleted_at, "               \
    "'deleted_by', deleted_by"

static const char SQL_TICKET_REBUILD_EXACT[] =
    "SELECT JSON_OBJECT(" EXACT_COLUMNS ") FROM ticket WHERE tenant_id = ? AND id = ?";
static const char SQL_TICKET_REBUILD_STORED[] =
    "SELECT JSON_OBJECT('number', number, 'organisation_id', organisation_id, 'site_id', site_id, "
    "'person_id', person_id, 'source', source, 'subject', subject, 'topic', topic, "
    "'product_id', product_id, 'product_version', product_version, 'licence_id', licence_id, "
    "'machine_id', machine_id, 'status', status, 'category', category, 'level', level, "
    "'impact', impact, 'urgency', urgency, 'severity', severity, 'team_id', team_id, "
    "'assignee_id', assignee_id, 'city', city, 'store', store, 'needs_review', needs_review, "
    "'fields_missing', fields_missing, " EXACT_COLUMNS
    ") FROM ticket WHERE tenant_id = ? AND id = ?";
/* The last event that has the row; the one before any that were written without. */
static const char SQL_TICKET_REBUILD_EVENT[] =
    "SELECT data FROM event WHERE tenant_id = ? AND subject_id = ? AND name LIKE 'ticket.%' "
    "AND JSON_EXISTS(data, '$.row') ORDER BY id DESC LIMIT 1";

static bool read_one(struct ctx *cx, const char *sql, struct id id, json_t **out)
{
    struct db_rows rows;

    if (!db_query(cx, &rows, sql, DB_ID(cx->tenant_id), DB_ID(id)))
        return false;
    if (!db_next(&rows))
        return err_set(&cx->err, &ERR_NOT_FOUND, "ticket %s", id_text(cx->mem, id));
    return json_read(cx->mem, &cx->err, db_text(&rows.row, 0), strlen(db_text(&rows.row, 0)), out);
}

bool ticket_rebuild_add(struct ctx *cx, struct id id, json_t *data)
{
    json_t *row;

    if (!read_one(cx, SQL_TICKET_REBUILD_EXACT, id, &row))
        return false;
    json_object_set(data, "row", row);
    return true;
}

bool ticket_rebuild_stored(struct ctx *cx, struct id id, json_t **out)
{
    return read_one(cx, SQL_TICKET_REBUILD_STORED, id, out);
}

/* Columns of the snapshot; those with a member are objects whose id is meant. */
static const struct {
    const char *column, *member;
} SAME[] = {
    {"number", NULL},
    {"site_id", NULL},
    {"source", NULL},
    {"subject", NULL},
    {"topic", NULL},
    {"product_version", NULL},
    {"licence_id", NULL},
    {"machine_id", NULL},
    {"status", NULL},
    {"category", NULL},
    {"level", NULL},
    {"impact", NULL},
    {"urgency", NULL},
    {"severity", NULL},
    {"city", NULL},
    {"store", NULL},
    {"needs_review", NULL},
    {"fields_missing", NULL},
    {"organisation_id", "organisation"},
    {"person_id", "person"},
    {"product_id", "product"},
    {"team_id", "team"},
    {"assignee_id", "assignee"},
};

/* As MariaDB writes it: truth is 0 or 1. */
static json_t *value_of(const json_t *after, size_t i)
{
    json_t *value =
        json_object_get(after, SAME[i].member != NULL ? SAME[i].member : SAME[i].column);

    if (SAME[i].member != NULL)
        value = json_object_get(value, "id");
    if (json_is_boolean(value))
        return json_integer(json_is_true(value));
    return value != NULL ? json_incref(value) : json_null();
}

bool ticket_rebuild(struct ctx *cx, struct id id, json_t **out)
{
    json_t *data, *row = json_own(cx->mem, json_object());

    if (!read_one(cx, SQL_TICKET_REBUILD_EVENT, id, &data))
        return false;
    for (size_t i = 0; i < COUNT(SAME); i++)
        json_object_set_new(row, SAME[i].column, value_of(json_object_get(data, "after"), i));
    json_object_update(row, json_object_get(data, "row"));
    *out = row;
    return true;
}
