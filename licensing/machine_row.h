/* Machines as the statements of this folder read them. */
#pragma once

#include "licensing/machine.h"

/* m: the machine, l: its licence, p: the policy. Bound: the tenant, then access_of's two. */
#define MACHINE_COLUMNS                                                                           \
    "m.id, m.licence_id, l.product_id, l.policy_id, m.owner_id, m.group_id, m.site_id, "          \
    "m.fingerprint, m.name, m.ip, m.hostname, m.platform, m.version, m.cores, m.memory, m.disk, " \
    "COALESCE(m.max_processes, l.max_processes, p.max_processes), m.last_heartbeat_at, "          \
    "m.last_check_out_at, m.first_seen_at, m.last_seen_at, m.metadata, m.created_at, "            \
    "m.updated_at, p.require_heartbeat, p.heartbeat_duration_seconds, l.serial, s.name, s.city, " \
    "w.full_name, l.owner_id"
#define MACHINE_FROM                                                                       \
    " FROM machine m JOIN licence l ON l.tenant_id = m.tenant_id AND l.id = m.licence_id " \
    "JOIN policy p ON p.tenant_id = l.tenant_id AND p.id = l.policy_id "                   \
    "LEFT JOIN site s ON s.tenant_id = m.tenant_id AND s.id = m.site_id "                  \
    "LEFT JOIN person w ON w.tenant_id = m.tenant_id AND w.id = m.owner_id "               \
    "WHERE m.tenant_id = ? AND (? OR l.organisation_id = ?)"

void machine_row_read(const struct ctx *cx, const struct db_row *row, struct machine *out);
