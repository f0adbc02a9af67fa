#include "portal/desk/calendar.h"

#include "base/utf8.h"
#include "db/db.h"
#include "db/event.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char SQL_CALENDAR_LIST[] =
    "SELECT id, name, zone FROM calendar WHERE tenant_id = ? ORDER BY name";
static const char SQL_CALENDAR_GET[] =
    "SELECT id, name, zone FROM calendar WHERE tenant_id = ? AND id = ?";
static const char SQL_CALENDAR_ADD[] =
    "INSERT INTO calendar (tenant_id, id, name, zone) VALUES (?, ?, ?, ?)";
static const char SQL_CALENDAR_CHANGE[] =
    "UPDATE calendar SET name = ?, zone = ? WHERE tenant_id = ? AND id = ?";
static const char SQL_CALENDAR_REMOVE[] = "DELETE FROM calendar WHERE tenant_id = ? AND id = ?";
static const char SQL_CALENDAR_HOURS[] =
    "SELECT weekday, from_minute, to_minute FROM calendar_hours "
    "WHERE tenant_id = ? AND calendar_id = ? ORDER BY weekday, from_minute";
static const char SQL_CALENDAR_HOURS_CLEAR[] =
    "DELETE FROM calendar_hours WHERE tenant_id = ? AND calendar_id = ?";
static const char SQL_CALENDAR_HOURS_ADD[] =
    "INSERT INTO calendar_hours (tenant_id, calendar_id, weekday, from_minute, to_minute) "
    "VALUES (?, ?, ?, ?, ?)";
static const char SQL_CALENDAR_DAYS[] =
    "SELECT YEAR(day), MONTH(day), DAYOFMONTH(day), like_weekday, label FROM calendar_day "
    "WHERE tenant_id = ? AND calendar_id = ? ORDER BY day";
static const char SQL_CALENDAR_DAYS_CLEAR[] =
    "DELETE FROM calendar_day WHERE tenant_id = ? AND calendar_id = ?";
static const char SQL_CALENDAR_DAYS_ADD[] =
    "INSERT INTO calendar_day (tenant_id, calendar_id, day, like_weekday, label) "
    "VALUES (?, ?, ?, ?, ?)";
static const char SQL_CALENDAR_TENANT_ZONE[] = "SELECT time_zone FROM tenant WHERE id = ?";

static bool may_set(struct ctx *cx, enum right_action action)
{
    return cx->viewer.kind == VIEWER_SYSTEM ||
           viewer_has(&cx->viewer, RIGHT_OF(MODULE_SETTINGS, action)) ||
           err_set(&cx->err, &ERR_DENIED, "calendars");
}

/* --- reading --- */

static bool load_hours(struct ctx *cx, struct calendar *c)
{
    struct db_rows rows;

    if (!db_query(cx, &rows, SQL_CALENDAR_HOURS, DB_ID(cx->tenant_id), DB_ID(c->id)))
        return false;
    while (db_next(&rows)) {
        struct business_day *day = &c->week[db_i64(&rows.row, 0)];

        if (day->count < BUSINESS_SPANS_MAX)
            day->spans[day->count++] =
                (struct business_span){(int)db_i64(&rows.row, 1), (int)db_i64(&rows.row, 2)};
    }
    return true;
}

static bool load_days(struct ctx *cx, struct calendar *c)
{
    struct db_rows rows;
    struct calendar_day *days;

    if (!db_query(cx, &rows, SQL_CALENDAR_DAYS, DB_ID(cx->tenant_id), DB_ID(c->id)))
        return false;
    days = arena_array(cx->mem, struct calendar_day, rows.count);
    c->days = days;
    while (db_next(&rows))
        days[c->day_count++] = (struct calendar_day){
            .year = (int)db_i64(&rows.row, 0),
            .month = (int)db_i64(&rows.row, 1),
            .day = (int)db_i64(&rows.row, 2),
            .like_weekday = db_is_null(&rows.row, 3) ? -1 : (int)db_i64(&rows.row, 3),
            .label = db_text(&rows.row, 4),
        };
    return true;
}

static bool read_row(struct ctx *cx, const struct db_row *row, struct calendar *c)
{
    *c = (struct calendar){.id = db_id(row, 0), .name = db_text(row, 1), .zone = db_text(row, 2)};
    return load_hours(cx, c) && load_days(cx, c);
}

bool calendar_list(struct ctx *cx, struct calendar **out, size_t *count)
{
    struct db_rows rows;

    if (!db_query(cx, &rows, SQL_CALENDAR_LIST, DB_ID(cx->tenant_id)))
        return false;
    *out = arena_array(cx->mem, struct calendar, rows.count);
    for (*count = 0; db_next(&rows); (*count)++)
        if (!read_row(cx, &rows.row, &(*out)[*count]))
            return false;
    return true;
}

bool calendar_get(struct ctx *cx, struct id id, struct calendar **out)
{
    struct db_rows rows;

    if (!db_query(cx, &rows, SQL_CALENDAR_GET, DB_ID(cx->tenant_id), DB_ID(id)))
        return false;
    if (!db_next(&rows))
        return err_set(&cx->err, &ERR_NOT_FOUND, "no calendar %s", id_text(cx->mem, id));
    *out = arena_new(cx->mem, struct calendar);
    return read_row(cx, &rows.row, *out);
}

/* --- counting with it --- */

static void release_zone(void *zone)
{
    zone_free(zone);
}

static bool open_zone(struct ctx *cx, const char *name, const struct zone **out)
{
    struct zone *zone;
    struct db_rows rows;

    if (*name == '\0') {
        if (!db_query(cx, &rows, SQL_CALENDAR_TENANT_ZONE, DB_ID(cx->tenant_id)))
            return false;
        name = db_next(&rows) ? db_text(&rows.row, 0) : "UTC";
    }
    if (!zone_load(name, &zone))
        return err_set_at(&cx->err, &ERR_INVALID, "zone", "no zone %s", name);
    arena_defer(cx->mem, release_zone, zone);
    *out = zone;
    return true;
}

bool calendar_hours(struct ctx *cx, struct id id, const struct business_hours **out)
{
    struct calendar *c;
    struct business_hours *h;
    struct business_exception *other;

    *out = NULL;
    if (id_is_zero(id))
        return true;
    if (!calendar_get(cx, id, &c))
        return false;
    h = arena_new(cx->mem, struct business_hours);
    other = arena_array(cx->mem, struct business_exception, c->day_count);
    memcpy(h->week, c->week, sizeof h->week);
    h->other = other;
    h->other_count = c->day_count;
    for (size_t i = 0; i < c->day_count; i++) {
        const struct calendar_day *d = &c->days[i];

        other[i] = (struct business_exception){.year = d->year, .month = d->month, .day = d->day};
        if (d->like_weekday >= 0)
            other[i].hours = c->week[d->like_weekday];
    }
    *out = h;
    return open_zone(cx, c->zone, &h->zone);
}

/* --- writing --- */

static bool check_week(struct ctx *cx, const struct calendar *c)
{
    for (size_t d = 0; d < COUNT(c->week); d++) {
        int last = 0;

        for (unsigned i = 0; i < c->week[d].count; i++) {
            const struct business_span *s = &c->week[d].spans[i];

            if (s->from < last || s->to <= s->from || s->to > BUSINESS_DAY_MINUTES)
                return err_set_at(&cx->err, &ERR_INVALID, "week", "weekday %zu: %d to %d", d,
                                  s->from, s->to);
            last = s->to;
        }
    }
    return true;
}

static int day_order(const void *a, const void *b)
{
    const struct calendar_day *x = a, *y = b;

    if (x->year != y->year)
        return x->year < y->year ? -1 : 1;
    if (x->month != y->month)
        return x->month < y->month ? -1 : 1;
    return x->day == y->day ? 0 : x->day < y->day ? -1 : 1;
}

static bool check_days(struct ctx *cx, struct calendar *c)
{
    struct calendar_day *sorted = arena_array(cx->mem, struct calendar_day, c->day_count);

    if (c->day_count > CALENDAR_DAYS_MAX)
        return err_set_at(&cx->err, &ERR_INVALID, "days", "%zu days", c->day_count);
    if (c->day_count > 0)
        memcpy(sorted, c->days, c->day_count * sizeof *sorted);
    qsort(sorted, c->day_count, sizeof *sorted, day_order);
    for (size_t i = 0; i < c->day_count; i++) {
        const struct calendar_day *d = &sorted[i];

        if (d->year < 1970 || d->year > 9999 || d->month < 1 || d->month > 12 || d->day < 1 ||
            d->day > clock_month_days(d->year, d->month) || d->like_weekday < -1 ||
            d->like_weekday > 6 || utf8_count(d->label) > CALENDAR_LABEL_MAX ||
            (i > 0 && day_order(d, d - 1) == 0))
            return err_set_at(&cx->err, &ERR_INVALID, "days", "%04d-%02d-%02d", d->year, d->month,
                              d->day);
    }
    c->days = sorted;
    return true;
}

static bool check(struct ctx *cx, struct calendar *c)
{
    size_t length = utf8_count(c->name);
    const struct zone *zone;

    if (length == 0 || length > CALENDAR_NAME_MAX)
        return err_set_at(&cx->err, &ERR_INVALID, "name", "%zu characters", length);
    return open_zone(cx, c->zone, &zone) && check_week(cx, c) && check_days(cx, c);
}

static bool write_hours(struct ctx *cx, const struct calendar *c)
{
    if (!db_exec(cx, NULL, SQL_CALENDAR_HOURS_CLEAR, DB_ID(cx->tenant_id), DB_ID(c->id)))
        return false;
    for (size_t d = 0; d < COUNT(c->week); d++)
        for (unsigned i = 0; i < c->week[d].count; i++)
            if (!db_exec(cx, NULL, SQL_CALENDAR_HOURS_ADD, DB_ID(cx->tenant_id), DB_ID(c->id),
                         DB_INT(d), DB_INT(c->week[d].spans[i].from),
                         DB_INT(c->week[d].spans[i].to)))
                return false;
    return true;
}

static bool write_days(struct ctx *cx, const struct calendar *c)
{
    if (!db_exec(cx, NULL, SQL_CALENDAR_DAYS_CLEAR, DB_ID(cx->tenant_id), DB_ID(c->id)))
        return false;
    for (size_t i = 0; i < c->day_count; i++) {
        const struct calendar_day *d = &c->days[i];

        if (!db_exec(cx, NULL, SQL_CALENDAR_DAYS_ADD, DB_ID(cx->tenant_id), DB_ID(c->id),
                     DB_TEXT(arena_printf(cx->mem, "%04d-%02d-%02d", d->year, d->month, d->day)),
                     d->like_weekday < 0 ? DB_NULL : DB_INT(d->like_weekday), DB_TEXT(d->label)))
            return false;
    }
    return true;
}

static bool write_all(struct ctx *cx, struct calendar *c)
{
    int64_t found = 1;

    if (id_is_zero(c->id)) {
        c->id = ctx_new_id(cx);
        if (!db_exec(cx, NULL, SQL_CALENDAR_ADD, DB_ID(cx->tenant_id), DB_ID(c->id),
                     DB_TEXT(c->name), DB_TEXT(c->zone)))
            return false;
    } else if (!db_exec(cx, &found, SQL_CALENDAR_CHANGE, DB_TEXT(c->name), DB_TEXT(c->zone),
                        DB_ID(cx->tenant_id), DB_ID(c->id))) {
        return false;
    }
    if (found == 0)
        return err_set(&cx->err, &ERR_NOT_FOUND, "no calendar %s", id_text(cx->mem, c->id));
    return write_hours(cx, c) && write_days(cx, c) &&
           event_emit(cx, EVENT_CALENDAR_CHANGED, c->id,
                      json_own(cx->mem, json_pack("{s:s,s:s}", "name", c->name, "zone", c->zone)));
}

bool calendar_save(struct ctx *cx, struct calendar *c)
{
    if (!may_set(cx, id_is_zero(c->id) ? ACTION_CREATE : ACTION_UPDATE) || !check(cx, c) ||
        !db_begin(cx))
        return false;
    if (!write_all(cx, c)) {
        if (cx->err.kind == &ERR_CONFLICT)
            cx->err.source = "name";
        db_rollback(cx);
        return false;
    }
    return db_commit(cx);
}

bool calendar_remove(struct ctx *cx, struct id id)
{
    struct calendar *c;

    if (!may_set(cx, ACTION_DELETE) || !calendar_get(cx, id, &c) || !db_begin(cx))
        return false;
    if (!db_exec(cx, NULL, SQL_CALENDAR_REMOVE, DB_ID(cx->tenant_id), DB_ID(id)) ||
        !event_emit(cx, EVENT_CALENDAR_CHANGED, id,
                    json_own(cx->mem, json_pack("{s:s,s:b}", "name", c->name, "removed", 1)))) {
        db_rollback(cx);
        return false;
    }
    return db_commit(cx);
}
