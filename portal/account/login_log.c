#include "portal/account/login_log.h"

#include "base/clock.h"
#include "db/where.h"

static const char SQL_LOGIN_LOG_LIST[] =
    "SELECT l.id, l.at, l.email, COALESCE(p.full_name, ''), l.address, l.outcome "
    "FROM login_event l LEFT JOIN person p ON p.tenant_id = l.tenant_id AND p.id = l.person_id "
    "WHERE l.tenant_id = ?";
static const char SQL_LOGIN_LOG_ONLINE[] =
    "SELECT p.full_name, p.email, s.address, s.agent, sm.person_id, s.created_at, s.used_at "
    "FROM session s JOIN person p ON p.tenant_id = s.tenant_id AND p.id = s.person_id "
    "LEFT JOIN staff_member sm ON sm.tenant_id = p.tenant_id AND sm.person_id = p.id "
    "WHERE s.tenant_id = ? AND s.expires_at > ? AND s.used_at > ? "
    "ORDER BY s.used_at DESC, s.id LIMIT ?";

static bool check(struct ctx *cx)
{
    return (cx->viewer.kind != VIEWER_CUSTOMER && viewer_has(&cx->viewer, RIGHT_SETTINGS_READ)) ||
           err_set(&cx->err, &ERR_DENIED, "who signed in");
}

static void add_filter(struct where *w, const struct login_log_filter *f)
{
    if (f->account)
        where_add(w, " AND INSTR(CONCAT(l.email, ' ', COALESCE(p.full_name, '')), ?) > 0",
                  DB_TEXT(f->account));
    if (f->address)
        where_add(w, " AND INSTR(l.address, ?) = 1", DB_TEXT(f->address));
    if (f->outcome)
        where_add(w, " AND l.outcome = ?", DB_TEXT(f->outcome));
    if (f->from != 0)
        where_add(w, " AND l.at >= ?", DB_TIME(f->from));
    if (f->until != 0)
        where_add(w, " AND l.at < ?", DB_TIME(f->until));
    if (!id_is_zero(f->before_id))
        where_add(w, " AND l.id < ?", DB_ID(f->before_id));
    where_add(w, " ORDER BY l.id DESC LIMIT ?", DB_INT(f->limit));
}

bool login_log_list(struct ctx *cx, const struct login_log_filter *filter,
                    struct login_log_row **out, size_t *count)
{
    struct login_log_row *list;
    struct db_rows rows;
    struct where w;
    size_t n = 0;

    if (!check(cx))
        return false;
    where_start(&w, cx, SQL_LOGIN_LOG_LIST, (const struct db_arg[]){DB_ID(cx->tenant_id)}, 1);
    add_filter(&w, filter);
    if (!db_query_args(cx, &rows, w.text.p, w.args, w.count))
        return false;
    list = arena_array(cx->mem, struct login_log_row, rows.count ? rows.count : 1);
    while (db_next(&rows))
        list[n++] = (struct login_log_row){.id = db_id(&rows.row, 0),
                                           .at = db_time(&rows.row, 1),
                                           .email = db_text(&rows.row, 2),
                                           .person = db_text(&rows.row, 3),
                                           .address = db_text(&rows.row, 4),
                                           .outcome = db_text(&rows.row, 5)};
    *out = list;
    *count = n;
    return true;
}

bool login_log_online(struct ctx *cx, const struct config *config, struct login_log_online **out,
                      size_t *count)
{
    struct login_log_online *list;
    struct db_rows rows;
    size_t n = 0;

    if (!check(cx) ||
        !db_query(cx, &rows, SQL_LOGIN_LOG_ONLINE, DB_ID(cx->tenant_id), DB_TIME(cx->now),
                  DB_TIME(cx->now - config->session_idle_minutes * CLOCK_MINUTE),
                  DB_INT(LOGIN_LOG_ONLINE_MAX)))
        return false;
    list = arena_array(cx->mem, struct login_log_online, rows.count ? rows.count : 1);
    while (db_next(&rows))
        list[n++] = (struct login_log_online){.person = db_text(&rows.row, 0),
                                              .email = db_text(&rows.row, 1),
                                              .address = db_text(&rows.row, 2),
                                              .agent = db_text(&rows.row, 3),
                                              .is_staff = !db_is_null(&rows.row, 4),
                                              .created_at = db_time(&rows.row, 5),
                                              .used_at = db_time(&rows.row, 6)};
    *out = list;
    *count = n;
    return true;
}
