/* Upgrades: the update feed that programs ask (section 3.13). */
#include "db/where.h"
#include "licensing/release.h"

#include <string.h>

enum { CANDIDATES_MAX = 1000 };

/* Highest first, but for pre-releases of one number, which C orders. */
static const char SQL_CANDIDATES[] =
    "SELECT r.id, r.version FROM product_release r JOIN product pr ON pr.tenant_id = r.tenant_id "
    "AND pr.id = r.product_id WHERE r.tenant_id = ? AND pr.deleted_at IS NULL "
    "AND r.status = 'PUBLISHED'";

/* stable is in rc, rc in beta, beta in alpha; dev stands alone. */
static void add_channels(struct where *w, enum release_channel channel)
{
    if (channel == RELEASE_DEV || channel == RELEASE_STABLE) {
        where_add(w, " AND r.channel = ?", DB_TEXT(RELEASE_CHANNEL_NAMES[channel]));
        return;
    }
    for (int i = RELEASE_STABLE; i <= (int)channel; i++)
        where_add(w, i == RELEASE_STABLE ? " AND r.channel IN (?" : ", ?",
                  DB_TEXT(RELEASE_CHANNEL_NAMES[i]));
    where_add(w, ")", DB_NONE);
}

static void add_constraint(struct where *w, const struct semver_constraint *c)
{
    if (c->parts >= 1)
        where_add(w, " AND r.semver_major = ?", DB_INT(c->major));
    if (c->parts == 2)
        where_add(w, " AND r.semver_minor >= ?", DB_INT(c->minor));
    if (c->parts == 3) {
        where_add(w, " AND r.semver_minor = ?", DB_INT(c->minor));
        where_add(w, " AND r.semver_patch >= ?", DB_INT(c->patch));
    }
}

/* Whoever runs a release of a product knows it, also when he may not have it any more; that there
 * is a draft he must not learn. */
static bool find_current(struct ctx *cx, const struct release_reader *by, const char *current,
                         struct id product_id, struct release **out)
{
    const struct release_reader within = {RELEASE_FOR_PRODUCT, product_id};
    bool is_insider = by->kind == RELEASE_FOR_ALL || by->kind == RELEASE_FOR_PRODUCT;

    if (is_insider || id_is_zero(product_id))
        return release_find(cx, by, current, product_id, out);
    if (!release_find(cx, &within, current, product_id, out))
        return false;
    return (*out)->status != RELEASE_DRAFT ||
           err_set(&cx->err, &ERR_NOT_FOUND, "the current release is a draft");
}

static bool pick(struct ctx *cx, struct db_rows *rows, const struct semver *current, struct id *out)
{
    struct semver best = *current;

    *out = (struct id){{0}};
    while (db_next(rows)) {
        struct semver v;

        if (!semver_parse(cx->mem, db_text(&rows->row, 1), &v) || semver_compare(&v, &best) <= 0)
            continue;
        best = v;
        *out = db_id(&rows->row, 0);
    }
    return !id_is_zero(*out) || err_set(&cx->err, &ERR_NOT_FOUND, "nothing newer");
}

bool release_upgrade(struct ctx *cx, const struct release_reader *by, const char *current,
                     struct id product_id, const struct release_wish *wish, struct release **from,
                     struct release **out)
{
    enum release_channel channel;
    struct db_rows rows;
    struct where w;
    struct id id;

    if (!find_current(cx, by, current, product_id, from))
        return false;
    channel = (*from)->channel;
    if (wish->channel != NULL && !release_channel_parse(wish->channel, &channel))
        return err_set(&cx->err, &ERR_NOT_FOUND, "no channel %.40s", wish->channel);
    release_reader_start(&w, cx, by, SQL_CANDIDATES);
    where_add(&w, " AND r.product_id = ?", DB_ID((*from)->product_id));
    add_channels(&w, channel);
    add_constraint(&w, &wish->constraint);
    where_add(&w, " AND (r.semver_major, r.semver_minor, r.semver_patch) >= (?",
              DB_INT((*from)->semver.major));
    where_add(&w, ", ?", DB_INT((*from)->semver.minor));
    where_add(&w, ", ?)", DB_INT((*from)->semver.patch));
    where_add(&w, " ORDER BY r.semver_major DESC, r.semver_minor DESC, r.semver_patch DESC LIMIT ?",
              DB_INT(CANDIDATES_MAX));
    return db_query_args(cx, &rows, w.text.p, w.args, w.count) &&
           pick(cx, &rows, &(*from)->semver, &id) && release_get(cx, by, id, out);
}
