/* Processes as the statements of this folder read them. */
#pragma once

#include "licensing/process.h"

/* x: the process, m: its machine, l: the licence, p: the policy. Bound: the tenant, then
 * access_of's two. */
#define PROCESS_COLUMNS                                                                         \
    "x.id, x.licence_id, x.machine_id, l.product_id, l.policy_id, x.pid, x.last_heartbeat_at, " \
    "p.heartbeat_duration_seconds, x.metadata, x.created_at, x.updated_at"
#define PROCESS_FROM                                                                       \
    " FROM process x JOIN machine m ON m.tenant_id = x.tenant_id AND m.id = x.machine_id " \
    "JOIN licence l ON l.tenant_id = x.tenant_id AND l.id = x.licence_id "                 \
    "JOIN policy p ON p.tenant_id = l.tenant_id AND p.id = l.policy_id "                   \
    "WHERE x.tenant_id = ? AND (? OR l.organisation_id = ?)"

void process_row_read(const struct ctx *cx, const struct db_row *row, struct process *out);
