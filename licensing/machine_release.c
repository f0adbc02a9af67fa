#include "licensing/machine_release.h"

#include "base/clock.h"
#include "base/crypto.h"
#include "licensing/access.h"
#include "licensing/seat_lock.h"

#include <string.h>

const struct err_kind ERR_MACHINE_RELEASES_FULL = {
    ERR_CLASS_INVALID, "MACHINE_RELEASE_LIMIT_EXCEEDED",
    "This licence has given back all the machines it may for now. Ask support if it cannot wait."};
const struct err_kind ERR_MACHINE_RELEASE_TERMS = {ERR_CLASS_INVALID, "RELEASE_TERMS_INVALID",
                                                   "This number is out of range."};

static const char SQL_TERMS_GET[] =
    "SELECT cap, period_days, pause_hours FROM machine_release_terms "
    "WHERE tenant_id = ? AND product_id = ?";
static const char SQL_TERMS_SET[] =
    "INSERT INTO machine_release_terms (tenant_id, product_id, cap, period_days, pause_hours, "
    "updated_at) VALUES (?, ?, ?, ?, ?, ?) ON DUPLICATE KEY UPDATE cap = VALUES(cap), "
    "period_days = VALUES(period_days), pause_hours = VALUES(pause_hours), "
    "updated_at = VALUES(updated_at)";
static const char SQL_TERMS_DROP[] =
    "DELETE FROM machine_release_terms WHERE tenant_id = ? AND product_id = ?";
/* Newest first; with the cap as its limit the last row is the one that has to grow old. */
static const char SQL_RELEASES[] =
    "SELECT released_at FROM machine_release WHERE tenant_id = ? AND licence_id = ? "
    "AND released_at > ? ORDER BY released_at DESC LIMIT ?";
static const char SQL_RELEASE_ADD[] =
    "INSERT INTO machine_release (tenant_id, id, licence_id, machine_name, fingerprint_hash, "
    "released_at) VALUES (?, ?, ?, ?, ?, ?)";

bool machine_release_terms_get(struct ctx *cx, struct id product_id,
                               struct machine_release_terms *out)
{
    struct db_rows rows;

    if (!db_query(cx, &rows, SQL_TERMS_GET, DB_ID(cx->tenant_id), DB_ID(product_id)))
        return false;
    *out = (struct machine_release_terms){.cap = 0};
    if (db_next(&rows))
        *out = (struct machine_release_terms){.cap = db_i64(&rows.row, 0),
                                              .period_days = db_i64(&rows.row, 1),
                                              .pause_hours = db_i64(&rows.row, 2)};
    return true;
}

static bool check_range(struct ctx *cx, const char *source, int64_t value, int64_t min, int64_t max)
{
    return (value >= min && value <= max) ||
           err_set_at(&cx->err, &ERR_MACHINE_RELEASE_TERMS, source, "%lld", (long long)value);
}

bool machine_release_terms_set(struct ctx *cx, struct id product_id,
                               const struct machine_release_terms *t)
{
    if (!access_manage(cx, ACTION_UPDATE))
        return false;
    if (t->cap == 0)
        return db_exec(cx, NULL, SQL_TERMS_DROP, DB_ID(cx->tenant_id), DB_ID(product_id));
    return check_range(cx, "cap", t->cap, 1, MACHINE_RELEASE_CAP_MAX) &&
           check_range(cx, "days", t->period_days, 1, MACHINE_RELEASE_DAYS_MAX) &&
           check_range(cx, "hours", t->pause_hours, 0, MACHINE_RELEASE_HOURS_MAX) &&
           db_exec(cx, NULL, SQL_TERMS_SET, DB_ID(cx->tenant_id), DB_ID(product_id), DB_INT(t->cap),
                   DB_INT(t->period_days), DB_INT(t->pause_hours), DB_TIME(cx->now));
}

static int64_t later(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static bool read_room(struct ctx *cx, const struct licence *l, struct machine_release_room *room)
{
    int64_t period_us;
    int64_t newest = 0;
    int64_t oldest = 0;
    struct db_rows rows;

    *room = (struct machine_release_room){.next_at = 0};
    if (!machine_release_terms_get(cx, l->product_id, &room->terms))
        return false;
    if (room->terms.cap == 0)
        return true;
    period_us = room->terms.period_days * CLOCK_DAY;
    if (!db_query(cx, &rows, SQL_RELEASES, DB_ID(cx->tenant_id), DB_ID(l->id),
                  DB_TIME(cx->now - period_us), DB_INT(room->terms.cap)))
        return false;
    while (db_next(&rows)) {
        oldest = db_time(&rows.row, 0);
        newest = later(newest, oldest);
        room->used++;
    }
    if (room->used >= room->terms.cap)
        room->next_at = oldest + period_us;
    if (newest != 0)
        room->next_at = later(room->next_at, newest + room->terms.pause_hours * CLOCK_HOUR);
    if (room->next_at <= cx->now)
        room->next_at = 0;
    return true;
}

bool machine_release_room(struct ctx *cx, struct id licence_id, struct machine_release_room *out)
{
    struct licence *l;

    return licence_get(cx, licence_id, &l) && read_room(cx, l, out);
}

/* Under the licence's lock, so that two people cannot use the last one both. */
static bool use_room(struct ctx *cx, const struct seat *seat, const struct machine *m)
{
    uint8_t hash[CRYPTO_HASH_SIZE];
    struct machine_release_room room;

    if (!read_room(cx, seat->licence, &room))
        return false;
    if (room.next_at != 0)
        return err_set(&cx->err, &ERR_MACHINE_RELEASES_FULL, "licence %s",
                       id_text(cx->mem, seat->licence->id));
    crypto_sha256(m->fingerprint, strlen(m->fingerprint), hash);
    return db_exec(cx, NULL, SQL_RELEASE_ADD, DB_ID(cx->tenant_id), DB_ID(ctx_new_id(cx)),
                   DB_ID(m->licence_id), DB_TEXT(m->name), DB_BYTES(hash, sizeof hash),
                   DB_TIME(cx->now));
}

static bool release(struct ctx *cx, struct id machine_id)
{
    struct machine *m;
    struct seat seat;

    return machine_get(cx, machine_id, &m) && seat_lock(cx, m->licence_id, 0, &seat) &&
           (cx->viewer.kind != VIEWER_CUSTOMER || use_room(cx, &seat, m)) &&
           machine_remove(cx, machine_id, (struct id){0});
}

bool machine_release(struct ctx *cx, struct id machine_id)
{
    if (!db_begin(cx))
        return false;
    if (release(cx, machine_id))
        return db_commit(cx);
    db_rollback(cx);
    return false;
}
