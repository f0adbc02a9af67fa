#include "licensing/licence_row.h"

static int64_t limit_of(const struct db_row *row, unsigned column)
{
    return db_is_null(row, column) ? POLICY_NO_LIMIT : db_i64(row, column);
}

void licence_row_read(const struct ctx *cx, const struct db_row *row, struct licence *l)
{
    unsigned c = 0;

    l->id = db_id(row, c++);
    l->serial = db_text(row, c++);
    l->key = db_text(row, c++);
    l->product_id = db_id(row, c++);
    l->policy_id = db_id(row, c++);
    l->organisation_id = db_id(row, c++);
    l->owner_id = db_id(row, c++);
    l->group_id = db_id(row, c++);
    l->name = db_text(row, c++);
    l->starts_at = db_time(row, c++);
    l->expires_at = db_time(row, c++);
    l->support_until = db_time(row, c++);
    l->grace_days = db_i64(row, c++);
    l->is_trial = db_bool(row, c++);
    l->is_suspended = db_bool(row, c++);
    l->is_protected = db_bool(row, c++);
    l->uses = db_i64(row, c++);
    l->max_machines = limit_of(row, c++);
    l->max_processes = limit_of(row, c++);
    l->max_users = limit_of(row, c++);
    l->max_cores = limit_of(row, c++);
    l->max_memory = limit_of(row, c++);
    l->max_disk = limit_of(row, c++);
    l->max_uses = limit_of(row, c++);
    l->last_version = db_text(row, c++);
    l->last_validated_at = db_time(row, c++);
    l->last_check_in_at = db_time(row, c++);
    l->last_check_out_at = db_time(row, c++);
    l->note = db_text(row, c++);
    l->metadata = db_text(row, c++);
    l->version = db_i64(row, c++);
    l->created_at = db_time(row, c++);
    l->updated_at = db_time(row, c++);
    l->product_name = db_text(row, c++);
    l->policy_name = db_text(row, c++);
    l->organisation_name = db_text(row, c++);
    l->owner_name = db_text(row, c++);
    l->owner_email = db_text(row, c++);
    l->is_owner_banned = db_bool(row, c++);
    l->machine_count = db_i64(row, c++);
    l->licensee_count = db_i64(row, c);
    l->status = licence_status_at(l->is_owner_banned, l->is_suspended, l->expires_at,
                                  licence_last_used(l), cx->now);
}
