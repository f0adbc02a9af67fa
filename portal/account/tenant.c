#include "portal/account/tenant.h"

#include "base/clock.h"
#include "base/crypto.h"
#include "base/utf8.h"
#include "db/event.h"
#include "portal/account/brand.h"
#include "portal/account/credential.h"
#include "portal/account/person.h"
#include "portal/account/role.h"

#include <string.h>

const struct err_kind ERR_TENANT_SLUG = {
    ERR_CLASS_INVALID, "TENANT_SLUG",
    "A tenant's short name has 1 to 63 small letters, digits and hyphens, and begins with a "
    "letter."};
const struct err_kind ERR_TENANT_TAKEN = {ERR_CLASS_CONFLICT, "TENANT_TAKEN",
                                          "Another tenant uses this name already."};

/* --- by host --- */

/* The name alone: "Portal.Example.:8080" is "portal.example". */
static const char *host_name(struct arena *mem, const char *host)
{
    char *name = arena_dup(mem, host ? host : "");
    char *end = name[0] == '[' ? strchr(name, ']') : NULL;
    char *colon = strchr(end ? end : name, ':');
    size_t len;

    if (colon)
        *colon = '\0';
    len = strlen(name);
    if (len > 0 && name[len - 1] == '.')
        name[--len] = '\0';
    for (size_t i = 0; i < len; i++) {
        if (name[i] >= 'A' && name[i] <= 'Z')
            name[i] = (char)(name[i] - 'A' + 'a');
    }
    return len <= TENANT_HOST_MAX && utf8_valid(name, len) ? name : "";
}

#define TENANT_LOOK                                                                        \
    "SELECT t.id, t.slug, t.name, t.accent, t.mark, t.support_phone, t.support_email, "    \
    "t.support_hours, t.language, t.currency, t.api_version, t.time_zone, t.portal_rate, " \
    "t.licensing_rate, COALESCE(b.accent_dark, ''), COALESCE(b.logo_hash, ''), "           \
    "COALESCE(b.logo_type, ''), COALESCE((SELECT JSON_OBJECTAGG(CONCAT(x.name, '/', "      \
    "x.language), x.text) FROM tenant_text x WHERE x.tenant_id = t.id AND x.name IN "      \
    "('footer', 'welcome')), ''), t.languages, t.date_style, t.number_style, t.is_set_up FROM tenant t LEFT JOIN tenant_brand b ON b.tenant_id = t.id "

static const char SQL_TENANT_BY_HOST[] =
    TENANT_LOOK "JOIN tenant_host h ON h.tenant_id = t.id WHERE h.host = ?";
static const char SQL_TENANT_DEFAULT[] = TENANT_LOOK "WHERE t.slug = ?";

static struct req_tenant *tenant_look_from_row(struct ctx *cx, struct tenant_cache *cache,
                                               const struct db_row *row)
{
    struct req_tenant *t = arena_new(cx->mem, struct req_tenant);

    t->id = db_id(row, 0);
    t->slug = db_text(row, 1);
    t->name = db_text(row, 2);
    t->accent = db_text(row, 3);
    t->mark = db_text(row, 4);
    t->support_phone = db_text(row, 5);
    t->support_email = db_text(row, 6);
    t->support_hours = db_text(row, 7);
    t->language = db_text(row, 8);
    t->currency = db_text(row, 9);
    t->api_version = db_text(row, 10);
    t->zone_name = db_text(row, 11);
    t->portal_rate = db_is_null(row, 12) ? -1 : db_i64(row, 12);
    t->licensing_rate = db_is_null(row, 13) ? -1 : db_i64(row, 13);
    t->accent_dark = db_text(row, 14);
    t->logo = brand_logo_path(cx->mem, db_text(row, 15), db_text(row, 16));
    t->words = db_text(row, 17);
    t->languages = db_text(row, 18);
    t->dates = style_dates_parse(db_text(row, 19));
    t->numbers = style_numbers_parse(db_text(row, 20));
    t->is_set_up = db_bool(row, 21);
    t->zone = tenant_cache_zone(cache, t->zone_name);
    if (!t->zone) {
        t->zone_name = "UTC";
        t->zone = tenant_cache_zone(cache, t->zone_name);
    }
    return t;
}

static bool tenant_ask(struct ctx *cx, struct tenant_cache *cache, const char *sql,
                       const char *value, struct req_tenant **out)
{
    struct db_rows rows;

    *out = NULL;
    if (!*value)
        return true;
    if (!db_query(cx, &rows, sql, DB_TEXT(value)))
        return false;
    if (db_next(&rows))
        *out = tenant_look_from_row(cx, cache, &rows.row);
    return true;
}

static bool tenant_load_by_host(struct ctx *cx, struct tenant_cache *cache, const char *name,
                                const char *default_slug, struct req_tenant **out)
{
    if (!tenant_ask(cx, cache, SQL_TENANT_BY_HOST, name, out))
        return false;
    return *out || tenant_ask(cx, cache, SQL_TENANT_DEFAULT, default_slug, out);
}

bool tenant_by_host(struct ctx *cx, struct tenant_cache *cache, const char *host,
                    const char *default_slug, struct req_tenant **out)
{
    const char *name = host_name(cx->mem, host);
    struct req_tenant *t = tenant_cache_find(cache, cx->mem, name);

    if (!t) {
        if (!tenant_load_by_host(cx, cache, name, default_slug, &t)) {
            /* Whatever is asked for next will fail likewise: but in this tenant's words. */
            *out = cx->err.kind == &ERR_BUSY ? tenant_cache_recall(cache, cx->mem, name) : NULL;
            return false;
        }
        if (!t)
            return err_set(&cx->err, &ERR_NOT_FOUND, "no tenant for this host");
        if (!t->zone)
            return err_set(&cx->err, &ERR_INTERNAL, "no time zone files on this machine");
        tenant_cache_put(cache, name, t);
    }
    cx->tenant_id = t->id;
    *out = t;
    return true;
}

static const char SQL_TENANT_BY_ID[] = TENANT_LOOK "WHERE t.id = ?";

bool tenant_by_account(struct ctx *cx, struct tenant_cache *cache, const char *account,
                       struct req_tenant **out)
{
    /* No host name has a slash, so both kinds of name share the slots. */
    char *name = arena_printf(cx->mem, "/%.*s", TENANT_SLUG_MAX + 1, account);
    struct req_tenant *t;
    struct id id;

    for (char *c = name; *c; c++) {
        if (*c >= 'A' && *c <= 'Z')
            *c = (char)(*c - 'A' + 'a');
    }
    t = tenant_cache_find(cache, cx->mem, name);
    if (!t) {
        if (!tenant_ask(cx, cache, id_parse(name + 1, &id) ? SQL_TENANT_BY_ID : SQL_TENANT_DEFAULT,
                        name + 1, &t))
            return false;
        if (!t)
            return err_set(&cx->err, &ERR_NOT_FOUND, "no tenant %s", name + 1);
        tenant_cache_put(cache, name, t);
    }
    cx->tenant_id = t->id;
    *out = t;
    return true;
}

/* --- making and listing --- */

static bool slug_is_good(const char *slug)
{
    size_t len = slug ? strlen(slug) : 0;

    if (len == 0 || len > TENANT_SLUG_MAX || slug[0] < 'a' || slug[0] > 'z')
        return false;
    return strspn(slug, "abcdefghijklmnopqrstuvwxyz0123456789-") == len && slug[len - 1] != '-';
}

static bool zone_is_known(const char *name)
{
    struct zone *zone;

    if (!zone_load(name, &zone))
        return false;
    zone_free(zone);
    return true;
}

static bool currency_is_good(const char *code)
{
    return strlen(code) == 3 && strspn(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == 3;
}

static bool tenant_check_words(struct ctx *cx, const char *name, const char *zone,
                               const char *currency)
{
    if (name && (!*name || !utf8_valid(name, strlen(name)) || utf8_count(name) > TENANT_NAME_MAX))
        return err_set_at(&cx->err, &ERR_INVALID, "name", "tenant name");
    if (zone && !zone_is_known(zone))
        return err_set_at(&cx->err, &ERR_INVALID, "time_zone", "unknown time zone %s", zone);
    if (currency && !currency_is_good(currency))
        return err_set_at(&cx->err, &ERR_INVALID, "currency", "currency %s", currency);
    return true;
}

static bool tenant_from_spec(struct ctx *cx, const struct tenant_spec *spec, struct tenant *t)
{
    if (!slug_is_good(spec->slug))
        return err_set_at(&cx->err, &ERR_TENANT_SLUG, "slug", "slug");
    t->id = ctx_new_id(cx);
    t->slug = spec->slug;
    t->name = spec->name ? spec->name : spec->slug;
    t->language = spec->language ? spec->language : "en";
    t->time_zone = spec->time_zone ? spec->time_zone : "UTC";
    t->currency = spec->currency ? spec->currency : "EUR";
    t->created_at = cx->now;
    return tenant_check_words(cx, t->name, t->time_zone, t->currency);
}

static bool taken(struct ctx *cx, const char *what)
{
    if (cx->err.kind != &ERR_CONFLICT)
        return false;
    err_clear(&cx->err);
    err_set_at(&cx->err, &ERR_TENANT_TAKEN, what, "%s is in use", what);
    return false;
}

static const char SQL_TENANT_INSERT[] =
    "INSERT INTO tenant (id, slug, name, legal_name, language, time_zone, currency, token_secret, "
    "created_at, updated_at, is_set_up) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

static bool tenant_insert(struct ctx *cx, const struct tenant *t, bool is_set_up)
{
    uint8_t secret[TENANT_SECRET_SIZE];
    uint8_t *sealed;
    size_t sealed_len;

    crypto_random(secret, sizeof(secret));
    crypto_seal(cx->master, cx->mem,
                arena_printf(cx->mem, "tenant.token_secret:%s", id_text(cx->mem, t->id)), secret,
                sizeof(secret), &sealed, &sealed_len);
    crypto_wipe(secret, sizeof(secret));
    return db_exec(cx, NULL, SQL_TENANT_INSERT, DB_ID(t->id), DB_TEXT(t->slug), DB_TEXT(t->name),
                   DB_TEXT(t->name), DB_TEXT(t->language), DB_TEXT(t->time_zone),
                   DB_TEXT(t->currency), DB_BYTES(sealed, sealed_len), DB_TIME(cx->now),
                   DB_TIME(cx->now), DB_BOOL(is_set_up)) ||
           taken(cx, "slug");
}

static const char SQL_TENANT_HOST_INSERT[] =
    "INSERT INTO tenant_host (host, tenant_id) VALUES (?, ?)";

bool tenant_add_host(struct ctx *cx, const char *host)
{
    const char *name = host_name(cx->mem, host);

    if (!*name || strpbrk(name, "/ \t"))
        return err_set_at(&cx->err, &ERR_INVALID, "host", "not a host name");
    return db_exec(cx, NULL, SQL_TENANT_HOST_INSERT, DB_TEXT(name), DB_ID(cx->tenant_id)) ||
           taken(cx, "host");
}

static const char SQL_TENANT_TEAM_INSERT[] =
    "INSERT INTO team (tenant_id, id, name, is_default) VALUES (?, ?, ?, TRUE)";

static bool tenant_add_admin(struct ctx *cx, const struct tenant_spec *spec, struct id team_id,
                             const char *hash)
{
    struct person_spec person = {.email = spec->admin_email, .full_name = spec->admin_name};
    struct person *admin;

    if (!spec->admin_email)
        return true;
    return person_create(cx, &person, &admin) &&
           role_staff_set(cx, admin->id, ROLE_PRESETS[0].name, team_id, NULL) &&
           (!hash || credential_store(cx, admin->id, hash));
}

static bool tenant_write(struct ctx *cx, const struct tenant_spec *spec, const struct tenant *t,
                         const char *hash)
{
    struct id team_id = ctx_new_id(cx);

    return tenant_insert(cx, t, !spec->wants_setup) &&
           (!spec->host || tenant_add_host(cx, spec->host)) && role_add_presets(cx) &&
           db_exec(cx, NULL, SQL_TENANT_TEAM_INSERT, DB_ID(t->id), DB_ID(team_id),
                   DB_TEXT("Support")) &&
           tenant_add_admin(cx, spec, team_id, hash) &&
           (!spec->then || spec->then(cx, spec->arg)) &&
           event_emit(cx, EVENT_TENANT_CREATED, t->id,
                      json_own(cx->mem, json_pack("{s:s,s:s}", "slug", t->slug, "name", t->name)));
}

bool tenant_create(struct ctx *cx, const struct tenant_spec *spec, struct tenant **out)
{
    struct tenant *t = arena_new(cx->mem, struct tenant);
    struct id before = cx->tenant_id;
    char hash[CRYPTO_PASSWORD_TEXT_SIZE];

    if (cx->viewer.kind != VIEWER_SYSTEM)
        return err_set(&cx->err, &ERR_DENIED, "tenant_create");
    if (!tenant_from_spec(cx, spec, t))
        return false;
    if (spec->admin_password && !credential_hash(cx, spec->admin_password, hash))
        return false;
    if (!db_begin(cx))
        return false;
    cx->tenant_id = t->id;
    if (!tenant_write(cx, spec, t, spec->admin_password ? hash : NULL)) {
        db_rollback(cx);
        goto failed;
    }
    if (!db_commit(cx))
        goto failed;
    *out = t;
    return true;

failed:
    cx->tenant_id = before;
    return false;
}

#define TENANT_SELECT \
    "SELECT id, slug, name, language, time_zone, currency, created_at FROM tenant "

static void tenant_from_row(const struct db_row *row, struct tenant *t)
{
    t->id = db_id(row, 0);
    t->slug = db_text(row, 1);
    t->name = db_text(row, 2);
    t->language = db_text(row, 3);
    t->time_zone = db_text(row, 4);
    t->currency = db_text(row, 5);
    t->created_at = db_time(row, 6);
}

static const char SQL_TENANT_BY_SLUG[] = TENANT_SELECT "WHERE slug = ?";

bool tenant_by_slug(struct ctx *cx, const char *slug, struct tenant **out)
{
    struct db_rows rows;

    if (!db_query(cx, &rows, SQL_TENANT_BY_SLUG, DB_TEXT(slug)))
        return false;
    if (!db_next(&rows))
        return err_set(&cx->err, &ERR_NOT_FOUND, "tenant %s", slug);
    *out = arena_new(cx->mem, struct tenant);
    tenant_from_row(&rows.row, *out);
    return true;
}

static const char SQL_TENANT_LIST[] = TENANT_SELECT "WHERE slug > ? ORDER BY slug LIMIT ?";

bool tenant_list(struct ctx *cx, const char *after_slug, unsigned limit, struct tenant **out,
                 size_t *count)
{
    struct db_rows rows;
    struct tenant *list;
    size_t n = 0;

    if (!db_query(cx, &rows, SQL_TENANT_LIST, DB_TEXT(after_slug), DB_INT(limit)))
        return false;
    list = arena_array(cx->mem, struct tenant, rows.count ? rows.count : 1);
    while (db_next(&rows))
        tenant_from_row(&rows.row, &list[n++]);
    *out = list;
    *count = n;
    return true;
}

static const char SQL_TENANT_CHANGE[] =
    "UPDATE tenant SET name = COALESCE(?, name), accent = COALESCE(?, accent), "
    "mark = COALESCE(?, mark), support_phone = COALESCE(?, support_phone), "
    "support_email = COALESCE(?, support_email), support_hours = COALESCE(?, support_hours), "
    "language = COALESCE(?, language), time_zone = COALESCE(?, time_zone), "
    "currency = COALESCE(?, currency), updated_at = ? WHERE id = ?";

bool tenant_change(struct ctx *cx, const struct tenant_look *look)
{
    if (!viewer_has(&cx->viewer, RIGHT_SETTINGS_UPDATE))
        return err_set(&cx->err, &ERR_DENIED, "tenant_change");
    if (!tenant_check_words(cx, look->name, look->time_zone, look->currency))
        return false;
    if (look->accent &&
        (strlen(look->accent) != 6 || strspn(look->accent, "0123456789abcdefABCDEF") != 6))
        return err_set_at(&cx->err, &ERR_INVALID, "accent", "accent is not six hex digits");
    return db_exec(cx, NULL, SQL_TENANT_CHANGE, DB_TEXT(look->name), DB_TEXT(look->accent),
                   DB_TEXT(look->mark), DB_TEXT(look->support_phone), DB_TEXT(look->support_email),
                   DB_TEXT(look->support_hours), DB_TEXT(look->language), DB_TEXT(look->time_zone),
                   DB_TEXT(look->currency), DB_TIME(cx->now), DB_ID(cx->tenant_id));
}

/* --- how much it may be asked --- */

static const char SQL_TENANT_RATES[] =
    "SELECT portal_rate, licensing_rate FROM tenant WHERE id = ?";
static const char SQL_TENANT_SET_RATES[] =
    "UPDATE tenant SET portal_rate = ?, licensing_rate = ?, updated_at = ? WHERE id = ?";

bool tenant_rates(struct ctx *cx, int64_t *portal, int64_t *licensing)
{
    struct db_rows rows;

    if (!db_query(cx, &rows, SQL_TENANT_RATES, DB_ID(cx->tenant_id)))
        return false;
    if (!db_next(&rows))
        return err_set(&cx->err, &ERR_NOT_FOUND, "tenant");
    *portal = db_is_null(&rows.row, 0) ? TENANT_RATE_DEFAULT : db_i64(&rows.row, 0);
    *licensing = db_is_null(&rows.row, 1) ? TENANT_RATE_DEFAULT : db_i64(&rows.row, 1);
    return true;
}

static struct db_arg rate_arg(int64_t rate)
{
    return rate == TENANT_RATE_DEFAULT ? DB_NULL : DB_INT(rate);
}

bool tenant_set_rates(struct ctx *cx, int64_t portal, int64_t licensing)
{
    if (cx->viewer.kind != VIEWER_SYSTEM)
        return err_set(&cx->err, &ERR_DENIED, "tenant rates");
    if (portal < TENANT_RATE_DEFAULT || portal > TENANT_RATE_MAX ||
        licensing < TENANT_RATE_DEFAULT || licensing > TENANT_RATE_MAX)
        return err_set(&cx->err, &ERR_INVALID, "tenant rates");
    if (!db_begin(cx))
        return false;
    if (!db_exec(cx, NULL, SQL_TENANT_SET_RATES, rate_arg(portal), rate_arg(licensing),
                 DB_TIME(cx->now), DB_ID(cx->tenant_id)) ||
        !event_emit(
            cx, EVENT_TENANT_UPDATED, cx->tenant_id,
            json_own(cx->mem, json_pack("{s:s,s:I,s:I}", "action", "limits changed", "portal",
                                        (json_int_t)portal, "licensing", (json_int_t)licensing)))) {
        db_rollback(cx);
        return false;
    }
    return db_commit(cx);
}
