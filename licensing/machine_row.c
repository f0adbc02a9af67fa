#include "licensing/machine_row.h"

static int64_t told(const struct db_row *row, unsigned column)
{
    return db_is_null(row, column) ? POLICY_NO_LIMIT : db_i64(row, column);
}

void machine_row_read(const struct ctx *cx, const struct db_row *row, struct machine *m)
{
    unsigned c = 0;

    m->id = db_id(row, c++);
    m->licence_id = db_id(row, c++);
    m->product_id = db_id(row, c++);
    m->policy_id = db_id(row, c++);
    m->owner_id = db_id(row, c++);
    m->group_id = db_id(row, c++);
    m->site_id = db_id(row, c++);
    m->fingerprint = db_text(row, c++);
    m->name = db_text(row, c++);
    m->ip = db_text(row, c++);
    m->hostname = db_text(row, c++);
    m->platform = db_text(row, c++);
    m->version = db_text(row, c++);
    m->cores = told(row, c++);
    m->memory = told(row, c++);
    m->disk = told(row, c++);
    m->max_processes = told(row, c++);
    m->last_heartbeat_at = db_time(row, c++);
    m->last_check_out_at = db_time(row, c++);
    m->first_seen_at = db_time(row, c++);
    m->last_seen_at = db_time(row, c++);
    m->metadata = db_text(row, c++);
    m->created_at = db_time(row, c++);
    m->updated_at = db_time(row, c++);
    m->require_heartbeat = db_bool(row, c++);
    m->heartbeat_seconds = db_is_null(row, c) ? POLICY_HEARTBEAT_DEFAULT : db_i64(row, c);
    c++;
    m->licence_serial = db_text(row, c++);
    m->site_name = db_text(row, c++);
    m->site_city = db_text(row, c++);
    m->owner_name = db_text(row, c++);
    m->licence_owner_id = db_id(row, c);
    m->heartbeat = machine_heartbeat_at(m->require_heartbeat, m->last_heartbeat_at, m->created_at,
                                        m->heartbeat_seconds, cx->now);
}
