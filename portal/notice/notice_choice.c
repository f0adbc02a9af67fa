/* What people and tenants chose about notices. */
#include "base/utf8.h"
#include "base/zone.h"
#include "portal/account/person.h"
#include "portal/mail/mail_message.h"
#include "portal/notice/notice.h"

#include <string.h>

enum { HOURS = 24, SENDER_NAME_MAX = 100, WINDOW_MAX = 3600 };

static const char SQL_CHOICE_LIST[] =
    "SELECT kind, by_mail, in_portal FROM notice_choice WHERE tenant_id = ? AND person_id = ?";
static const char SQL_CHOICE_SET[] =
    "INSERT INTO notice_choice (tenant_id, person_id, kind, by_mail, in_portal) "
    "VALUES (?, ?, ?, ?, ?) "
    "ON DUPLICATE KEY UPDATE by_mail = VALUES(by_mail), in_portal = VALUES(in_portal)";
static const char SQL_HABIT_GET[] =
    "SELECT digest_hour, quiet_from, quiet_until FROM notice_habit "
    "WHERE tenant_id = ? AND person_id = ?";
static const char SQL_HABIT_SET[] =
    "INSERT INTO notice_habit (tenant_id, person_id, digest_hour, quiet_from, quiet_until) "
    "VALUES (?, ?, ?, ?, ?) ON DUPLICATE KEY UPDATE digest_hour = VALUES(digest_hour), "
    "quiet_from = VALUES(quiet_from), quiet_until = VALUES(quiet_until)";
static const char SQL_STOP_ADD[] =
    "INSERT IGNORE INTO mail_stop (tenant_id, address, created_at) VALUES (?, ?, ?)";
static const char SQL_SETTING_GET[] =
    "SELECT sender_name, sender_address, window_seconds FROM mail_setting WHERE tenant_id = ?";
static const char SQL_SETTING_SET[] =
    "INSERT INTO mail_setting (tenant_id, sender_name, sender_address, window_seconds) "
    "VALUES (?, ?, ?, ?) ON DUPLICATE KEY UPDATE sender_name = VALUES(sender_name), "
    "sender_address = VALUES(sender_address), window_seconds = VALUES(window_seconds)";

static bool may_choose(struct ctx *cx, struct id person_id)
{
    return cx->viewer.kind == VIEWER_SYSTEM || id_equal(cx->viewer.person_id, person_id) ||
           err_set(&cx->err, &ERR_DENIED, "another's notices");
}

bool notice_choices(struct ctx *cx, struct id person_id,
                    struct notice_choice out[NOTICE_KIND_COUNT])
{
    struct db_rows rows;

    if (!may_choose(cx, person_id) ||
        !db_query(cx, &rows, SQL_CHOICE_LIST, DB_ID(cx->tenant_id), DB_ID(person_id)))
        return false;
    for (size_t i = 0; i < NOTICE_KIND_COUNT; i++)
        out[i] = (struct notice_choice){notice_kind_words((enum notice_kind)i)->by_mail, true};
    while (db_next(&rows)) {
        const enum notice_kind kind = notice_kind_parse(db_text(&rows.row, 0));

        if (kind != NOTICE_KIND_COUNT)
            out[kind] = (struct notice_choice){db_bool(&rows.row, 1), db_bool(&rows.row, 2)};
    }
    return true;
}

bool notice_choose(struct ctx *cx, struct id person_id, enum notice_kind kind,
                   struct notice_choice choice)
{
    return may_choose(cx, person_id) &&
           db_exec(cx, NULL, SQL_CHOICE_SET, DB_ID(cx->tenant_id), DB_ID(person_id),
                   DB_TEXT(notice_kind_words(kind)->name), DB_BOOL(choice.by_mail),
                   DB_BOOL(choice.in_portal));
}

static int64_t hour_of(const struct db_row *row, unsigned column)
{
    return db_is_null(row, column) ? NOTICE_NO_HOUR : db_i64(row, column);
}

bool notice_habit_get(struct ctx *cx, struct id person_id, struct notice_habit *out)
{
    struct db_rows rows;

    if (!may_choose(cx, person_id) ||
        !db_query(cx, &rows, SQL_HABIT_GET, DB_ID(cx->tenant_id), DB_ID(person_id)))
        return false;
    *out = (struct notice_habit){NOTICE_NO_HOUR, NOTICE_NO_HOUR, NOTICE_NO_HOUR};
    if (db_next(&rows))
        *out = (struct notice_habit){hour_of(&rows.row, 0), hour_of(&rows.row, 1),
                                     hour_of(&rows.row, 2)};
    return true;
}

static bool is_hour(int64_t hour)
{
    return hour == NOTICE_NO_HOUR || (hour >= 0 && hour < HOURS);
}

static struct db_arg hour_arg(int64_t hour)
{
    return hour == NOTICE_NO_HOUR ? DB_NULL : DB_INT(hour);
}

bool notice_habit_set(struct ctx *cx, struct id person_id, const struct notice_habit *h)
{
    if (!may_choose(cx, person_id))
        return false;
    if (!is_hour(h->digest_hour))
        return err_set_at(&cx->err, &ERR_INVALID, "digest_hour", "no hour");
    if (!is_hour(h->quiet_from) || !is_hour(h->quiet_until) ||
        (h->quiet_from == NOTICE_NO_HOUR) != (h->quiet_until == NOTICE_NO_HOUR))
        return err_set_at(&cx->err, &ERR_INVALID, "quiet_until", "no hours");
    return db_exec(cx, NULL, SQL_HABIT_SET, DB_ID(cx->tenant_id), DB_ID(person_id),
                   hour_arg(h->digest_hour), hour_arg(h->quiet_from), hour_arg(h->quiet_until));
}

bool notice_stop_address(struct ctx *cx, const char *address)
{
    return db_exec(cx, NULL, SQL_STOP_ADD, DB_ID(cx->tenant_id), DB_TEXT(address),
                   DB_TIME(cx->now));
}

/* --- when --- */

/* The first instant from `at` on when the local clock shows the full hour. */
static int64_t next_hour(const struct zone *zone, int64_t at, int64_t hour)
{
    struct civil c = zone_civil(zone, at);
    int64_t found;

    c.hour = (int)hour;
    c.minute = c.second = c.us = 0;
    found = zone_from_civil(zone, &c);
    if (found >= at)
        return found;
    c.day++;
    return zone_from_civil(zone, &c);
}

static bool is_quiet(const struct notice_habit *h, int hour)
{
    if (h->quiet_from <= h->quiet_until)
        return hour >= h->quiet_from && hour < h->quiet_until;
    return hour >= h->quiet_from || hour < h->quiet_until; /* over midnight */
}

int64_t notice_due(const struct notice_habit *habit, const char *zone_name, int64_t at)
{
    struct zone *zone;

    if (habit->digest_hour == NOTICE_NO_HOUR && habit->quiet_from == NOTICE_NO_HOUR)
        return at;
    if (!zone_load(zone_name, &zone) && !zone_load("UTC", &zone))
        return at;
    if (habit->digest_hour != NOTICE_NO_HOUR)
        at = next_hour(zone, at, habit->digest_hour);
    else if (is_quiet(habit, zone_civil(zone, at).hour))
        at = next_hour(zone, at, habit->quiet_until);
    zone_free(zone);
    return at;
}

/* --- the tenant --- */

bool notice_setting_get(struct ctx *cx, struct mail_setting *out)
{
    struct db_rows rows;

    if (!db_query(cx, &rows, SQL_SETTING_GET, DB_ID(cx->tenant_id)))
        return false;
    *out = (struct mail_setting){"", "", NOTICE_WINDOW_SECONDS};
    if (db_next(&rows))
        *out = (struct mail_setting){db_text(&rows.row, 0), db_text(&rows.row, 1),
                                     db_i64(&rows.row, 2)};
    return true;
}

bool notice_setting_set(struct ctx *cx, const struct mail_setting *s)
{
    if (cx->viewer.kind != VIEWER_SYSTEM &&
        (cx->viewer.kind != VIEWER_STAFF || !viewer_has(&cx->viewer, RIGHT_SETTINGS_UPDATE)))
        return err_set(&cx->err, &ERR_DENIED, "mail settings");
    if (utf8_count(s->sender_name) > SENDER_NAME_MAX)
        return err_set_at(&cx->err, &ERR_INVALID, "sender_name", "too long");
    if (*s->sender_address != '\0' && !mail_message_address_is_good(s->sender_address))
        return err_set_at(&cx->err, &ERR_INVALID, "sender_address", "no address");
    if (s->window_seconds < 0 || s->window_seconds > WINDOW_MAX)
        return err_set_at(&cx->err, &ERR_INVALID, "window_seconds", "%lld",
                          (long long)s->window_seconds);
    return db_exec(cx, NULL, SQL_SETTING_SET, DB_ID(cx->tenant_id), DB_TEXT(s->sender_name),
                   DB_TEXT(s->sender_address), DB_INT(s->window_seconds));
}
