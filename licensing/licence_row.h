/* How a licence's row is read: shared by licence.c and snapshot.c. */
#pragma once

#include "licensing/licence.h"

#define LICENCE_COLUMNS                                                                           \
    "l.id, l.serial, l.key_text, l.product_id, l.policy_id, l.organisation_id, l.owner_id, "      \
    "l.group_id, l.name, l.starts_at, l.expires_at, l.support_until, l.grace_days, l.is_trial, "  \
    "l.is_suspended, COALESCE(l.is_protected, p.is_protected), l.uses, "                          \
    "COALESCE(l.max_machines, p.max_machines), COALESCE(l.max_processes, p.max_processes), "      \
    "COALESCE(l.max_users, p.max_users), COALESCE(l.max_cores, p.max_cores), "                    \
    "COALESCE(l.max_memory, p.max_memory), COALESCE(l.max_disk, p.max_disk), "                    \
    "COALESCE(l.max_uses, p.max_uses), l.last_version, l.last_validated_at, l.last_check_in_at, " \
    "l.last_check_out_at, l.note, l.metadata, l.version, l.created_at, l.updated_at, pr.name, "   \
    "p.name, o.name, w.full_name, w.email, w.is_banned, "                                         \
    "(SELECT COUNT(*) FROM machine m WHERE m.tenant_id = l.tenant_id AND m.licence_id = l.id), "  \
    "(SELECT COUNT(*) FROM licence_user u WHERE u.tenant_id = l.tenant_id AND "                   \
    "u.licence_id = l.id)"
enum { LICENCE_COLUMN_COUNT = 41 };

#define LICENCE_FROM                                                                      \
    " FROM licence l JOIN policy p ON p.tenant_id = l.tenant_id AND p.id = l.policy_id "  \
    "JOIN product pr ON pr.tenant_id = l.tenant_id AND pr.id = l.product_id "             \
    "LEFT JOIN organisation o ON o.tenant_id = l.tenant_id AND o.id = l.organisation_id " \
    "LEFT JOIN person w ON w.tenant_id = l.tenant_id AND w.id = l.owner_id "              \
    "WHERE l.tenant_id = ? AND l.deleted_at IS NULL"

/* The status is that at cx->now. */
void licence_row_read(const struct ctx *cx, const struct db_row *row, struct licence *out);
