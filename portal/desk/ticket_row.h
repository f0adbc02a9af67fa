/* How a row of ticket becomes a record; for this folder. */
#pragma once

#include "db/db.h"
#include "portal/desk/ticket.h"

/* The columns and joins that ticket_row_read expects; ends so that conditions on t can follow. The
 * order of the joins is settled: looking for a better one costs more than the row. */
#define TICKET_ROW_COLUMNS                                                                                 \
    "STRAIGHT_JOIN t.id, t.number, t.organisation_id, t.site_id, t.person_id, t.reporter_id, t.source, "   \
    "t.subject, t.topic, t.product_id, t.licence_id, t.machine_id, t.product_version, t.status, "          \
    "t.category, t.level, t.impact, t.urgency, t.team_id, t.assignee_id, t.city, t.store, "                \
    "t.needs_review, t.filed, t.created_at, t.updated_at, t.first_answer_at, t.resolved_at, t.closed_at, " \
    "t.asked_at, t.due_at, t.due_key, t.version, t.solve_spent, t.solve_since, t.solve_due_at, "           \
    "t.status_at, t.fields_missing, t.merged_into, t.severity, o.name, o.code, p.full_name, m.name, "      \
    "a.full_name, r.name, r.phone, r.email, r.address, pr.name"
#define TICKET_ROW_NAMES                                                                  \
    "LEFT JOIN organisation o ON o.tenant_id = t.tenant_id AND o.id = t.organisation_id " \
    "LEFT JOIN person p ON p.tenant_id = t.tenant_id AND p.id = t.person_id "             \
    "LEFT JOIN team m ON m.tenant_id = t.tenant_id AND m.id = t.team_id "                 \
    "LEFT JOIN person a ON a.tenant_id = t.tenant_id AND a.id = t.assignee_id "           \
    "LEFT JOIN reporter r ON r.tenant_id = t.tenant_id AND r.id = t.reporter_id "         \
    "LEFT JOIN product pr ON pr.tenant_id = t.tenant_id AND pr.id = t.product_id "
#define TICKET_ROW_JOINS \
    " FROM ticket t " TICKET_ROW_NAMES "WHERE t.tenant_id = ? AND t.deleted_at IS NULL"

/* Lists show a few columns and two names a row: whole rows would cost them three times as much (six
 * joins, thirty columns more to convert on both sides). What is not here stays empty. */
#define TICKET_LINE_COLUMNS                                                             \
    "STRAIGHT_JOIN t.id, t.number, t.subject, t.topic, t.status, t.category, t.level, " \
    "t.city, t.store, t.created_at, t.updated_at, t.due_at, t.due_key, t.resolved_at, "
#define TICKET_LINE                                                                \
    "SELECT " TICKET_LINE_COLUMNS                                                  \
    "NULL, p.full_name, NULL, pr.name "                                            \
    "FROM ticket t "                                                               \
    "LEFT JOIN person p ON p.tenant_id = t.tenant_id AND p.id = t.person_id "      \
    "LEFT JOIN product pr ON pr.tenant_id = t.tenant_id AND pr.id = t.product_id " \
    "WHERE t.tenant_id = ? AND t.deleted_at IS NULL"
#define TICKET_QUEUE_COLUMNS "SELECT " TICKET_LINE_COLUMNS "o.name, NULL, r.name, NULL "
#define TICKET_QUEUE_NAMES                                                                \
    "LEFT JOIN organisation o ON o.tenant_id = t.tenant_id AND o.id = t.organisation_id " \
    "LEFT JOIN reporter r ON r.tenant_id = t.tenant_id AND r.id = t.reporter_id "
#define TICKET_QUEUE_LINE                                    \
    TICKET_QUEUE_COLUMNS "FROM ticket t " TICKET_QUEUE_NAMES \
                         "WHERE t.tenant_id = ? AND t.deleted_at IS NULL"

/* The same two, begun from an index of own fields; see ticket_query_field_start. */
#define TICKET_OF_FIELD                                                                                \
    "FROM (SELECT DISTINCT x.subject_id FROM custom_value x WHERE x.tenant_id = ? AND x.field_id = ? " \
    "AND ("
#define TICKET_ROW_OF_FIELD   "SELECT " TICKET_ROW_COLUMNS " " TICKET_OF_FIELD
#define TICKET_QUEUE_OF_FIELD TICKET_QUEUE_COLUMNS TICKET_OF_FIELD
#define TICKET_ROW_BEHIND_FIELD                                                       \
    ")) q JOIN ticket t ON t.tenant_id = ? AND t.id = q.subject_id " TICKET_ROW_NAMES \
    "WHERE t.deleted_at IS NULL"
#define TICKET_QUEUE_BEHIND_FIELD                                                       \
    ")) q JOIN ticket t ON t.tenant_id = ? AND t.id = q.subject_id " TICKET_QUEUE_NAMES \
    "WHERE t.deleted_at IS NULL"

struct ticket *ticket_row_read(struct ctx *cx, const struct db_row *row);
struct ticket *ticket_row_read_line(struct ctx *cx, const struct db_row *row,
                                    int64_t *due_key); /* the sort key of queues */
