#include "licensing/process_row.h"

void process_row_read(const struct ctx *cx, const struct db_row *row, struct process *p)
{
    unsigned c = 0;

    p->id = db_id(row, c++);
    p->licence_id = db_id(row, c++);
    p->machine_id = db_id(row, c++);
    p->product_id = db_id(row, c++);
    p->policy_id = db_id(row, c++);
    p->pid = db_text(row, c++);
    p->last_heartbeat_at = db_time(row, c++);
    p->heartbeat_seconds = db_is_null(row, c) ? POLICY_HEARTBEAT_DEFAULT : db_i64(row, c);
    c++;
    p->metadata = db_text(row, c++);
    p->created_at = db_time(row, c++);
    p->updated_at = db_time(row, c);
    p->heartbeat = machine_heartbeat_at(true, p->last_heartbeat_at, p->created_at,
                                        p->heartbeat_seconds, cx->now);
}
