#include "portal/account/brand.h"

#include "base/crypto.h"
#include "base/utf8.h"
#include "db/event.h"
#include "portal/account/logo.h"
#include "portal/account/person.h"
#include "portal/account/tenant.h"

#include <string.h>

const struct err_kind ERR_BRAND_CONTRAST = {
    ERR_CLASS_INVALID, "BRAND_CONTRAST",
    "This colour cannot be read well enough: its contrast to the page is less than 4.5:1."};

const struct colour BRAND_PAGE_LIGHT = {0xf7, 0xf8, 0xf9};
const struct colour BRAND_CARD_LIGHT = {255, 255, 255};
const struct colour BRAND_PAGE_DARK = {0x0f, 0x13, 0x17};
const struct colour BRAND_CARD_DARK = {0x16, 0x1b, 0x21};

enum { STEPS = 100 };

/* --- colours --- */

double brand_contrast(struct colour accent, bool is_dark)
{
    double page = colour_contrast(accent, is_dark ? BRAND_PAGE_DARK : BRAND_PAGE_LIGHT);
    double card = colour_contrast(accent, is_dark ? BRAND_CARD_DARK : BRAND_CARD_LIGHT);

    return page < card ? page : card;
}

bool brand_is_readable(struct colour accent, bool is_dark)
{
    return brand_contrast(accent, is_dark) * 10.0 >= BRAND_CONTRAST_TENTHS;
}

struct colour brand_nearest(struct colour accent, bool is_dark)
{
    const struct colour towards = is_dark ? (struct colour){255, 255, 255} : (struct colour){0};
    struct colour c = accent;

    for (int i = 0; i <= STEPS && !brand_is_readable(c, is_dark); i++)
        c = colour_mix(towards, accent, i);
    return c;
}

/* --- the row --- */

static const char SQL_BRAND_GET[] =
    "SELECT t.name, t.accent, COALESCE(b.accent_dark, ''), t.support_phone, t.support_email, "
    "t.support_hours, COALESCE(b.logo_hash, ''), COALESCE(b.logo_type, ''), "
    "COALESCE(b.logo_width, 0), COALESCE(b.logo_height, 0) "
    "FROM tenant t LEFT JOIN tenant_brand b ON b.tenant_id = ? WHERE t.id = ?";
static const char SQL_BRAND_SET[] =
    "UPDATE tenant SET name = ?, accent = ?, support_phone = ?, support_email = ?, "
    "support_hours = ?, updated_at = ? WHERE id = ?";
static const char SQL_BRAND_SET_DARK[] =
    "INSERT INTO tenant_brand (tenant_id, accent_dark, updated_at) VALUES (?, ?, ?) "
    "ON DUPLICATE KEY UPDATE accent_dark = VALUES(accent_dark), updated_at = VALUES(updated_at)";
static const char SQL_BRAND_SET_LOGO[] =
    "INSERT INTO tenant_brand (tenant_id, logo, logo_hash, logo_type, logo_width, logo_height, "
    "updated_at) VALUES (?, ?, ?, ?, ?, ?, ?) ON DUPLICATE KEY UPDATE logo = VALUES(logo), "
    "logo_hash = VALUES(logo_hash), logo_type = VALUES(logo_type), "
    "logo_width = VALUES(logo_width), logo_height = VALUES(logo_height), "
    "updated_at = VALUES(updated_at)";
static const char SQL_BRAND_LOGO[] =
    "SELECT logo FROM tenant_brand WHERE tenant_id = ? AND logo_hash = ? AND logo_type = ?";

bool brand_get(struct ctx *cx, struct brand *out)
{
    struct db_rows rows;

    if (!db_query(cx, &rows, SQL_BRAND_GET, DB_ID(cx->tenant_id), DB_ID(cx->tenant_id)))
        return false;
    if (!db_next(&rows))
        return err_set(&cx->err, &ERR_NOT_FOUND, "tenant");
    *out = (struct brand){.name = db_text(&rows.row, 0),
                          .accent = db_text(&rows.row, 1),
                          .accent_dark = db_text(&rows.row, 2),
                          .support_phone = db_text(&rows.row, 3),
                          .support_email = db_text(&rows.row, 4),
                          .support_hours = db_text(&rows.row, 5),
                          .logo_hash = db_text(&rows.row, 6),
                          .logo_type = db_text(&rows.row, 7),
                          .logo_width = db_i64(&rows.row, 8),
                          .logo_height = db_i64(&rows.row, 9)};
    return true;
}

static bool may_change(struct ctx *cx)
{
    return (cx->viewer.kind != VIEWER_CUSTOMER && viewer_has(&cx->viewer, RIGHT_SETTINGS_UPDATE)) ||
           err_set(&cx->err, &ERR_DENIED, "brand");
}

static bool check_colour(struct ctx *cx, const char *hex, bool is_dark)
{
    const char *field = is_dark ? "accent_dark" : "accent";
    struct colour c;

    if (!colour_parse(hex, &c))
        return err_set_at(&cx->err, &ERR_INVALID, field, "not six hex digits");
    return brand_is_readable(c, is_dark) || err_set_at(&cx->err, &ERR_BRAND_CONTRAST, field,
                                                       "contrast %.2f", brand_contrast(c, is_dark));
}

static bool check(struct ctx *cx, const struct brand *b)
{
    if (*b->name == '\0' || !utf8_valid(b->name, strlen(b->name)) ||
        utf8_count(b->name) > TENANT_NAME_MAX)
        return err_set_at(&cx->err, &ERR_INVALID, "name", "tenant name");
    if (*b->support_email != '\0' && person_email_clean(cx->mem, b->support_email) == NULL)
        return err_set_at(&cx->err, &ERR_PERSON_EMAIL, "support_email", "not an address");
    return check_colour(cx, b->accent, false) &&
           (*b->accent_dark == '\0' || check_colour(cx, b->accent_dark, true));
}

/* Six small digits, whatever form was given; "" stays. */
static const char *plain_hex(struct arena *mem, const char *given)
{
    char *hex = arena_alloc(mem, COLOUR_HEX_SIZE);
    struct colour c;

    if (!colour_parse(given, &c))
        return "";
    colour_hex(c, hex);
    return hex;
}

static json_t *colours_json(const struct brand *b)
{
    return json_pack("{s:s,s:s,s:s,s:s,s:s,s:s}", "name", b->name, "accent", b->accent,
                     "accent_dark", b->accent_dark, "support_phone", b->support_phone,
                     "support_email", b->support_email, "support_hours", b->support_hours);
}

static bool set(struct ctx *cx, const struct brand *b)
{
    struct brand before;

    return brand_get(cx, &before) &&
           db_exec(cx, NULL, SQL_BRAND_SET, DB_TEXT(b->name), DB_TEXT(b->accent),
                   DB_TEXT(b->support_phone), DB_TEXT(b->support_email), DB_TEXT(b->support_hours),
                   DB_TIME(cx->now), DB_ID(cx->tenant_id)) &&
           db_exec(cx, NULL, SQL_BRAND_SET_DARK, DB_ID(cx->tenant_id), DB_TEXT(b->accent_dark),
                   DB_TIME(cx->now)) &&
           event_emit(cx, EVENT_TENANT_UPDATED, cx->tenant_id,
                      json_own(cx->mem, json_pack("{s:o,s:o}", "before", colours_json(&before),
                                                  "after", colours_json(b))));
}

bool brand_set(struct ctx *cx, const struct brand *given)
{
    struct brand b = *given;

    if (!may_change(cx) || !check(cx, given))
        return false;
    b.accent = plain_hex(cx->mem, given->accent);
    b.accent_dark = plain_hex(cx->mem, given->accent_dark);
    if (!db_begin(cx))
        return false;
    if (set(cx, &b))
        return db_commit(cx);
    db_rollback(cx);
    return false;
}

/* --- the picture --- */

static bool store_logo(struct ctx *cx, struct db_arg bytes, const char *hash,
                       const struct logo *logo)
{
    if (!db_begin(cx))
        return false;
    if (db_exec(cx, NULL, SQL_BRAND_SET_LOGO, DB_ID(cx->tenant_id), bytes, DB_TEXT(hash),
                DB_TEXT(logo->type), DB_INT(logo->width), DB_INT(logo->height), DB_TIME(cx->now)) &&
        event_emit(cx, EVENT_TENANT_UPDATED, cx->tenant_id,
                   json_own(cx->mem, json_pack("{s:{s:s}}", "after", "logo", hash))))
        return db_commit(cx);
    db_rollback(cx);
    return false;
}

bool brand_logo_set(struct ctx *cx, struct span bytes)
{
    uint8_t hash[CRYPTO_HASH_SIZE];
    struct logo logo;

    if (!may_change(cx) || !logo_look(&cx->err, bytes, &logo))
        return false;
    crypto_sha256(bytes.p, bytes.len, hash);
    return store_logo(cx, DB_BYTES(bytes.p, bytes.len), crypto_hex(cx->mem, hash, sizeof hash),
                      &logo);
}

bool brand_logo_remove(struct ctx *cx)
{
    return may_change(cx) && store_logo(cx, DB_NULL, "", &(struct logo){.type = ""});
}

bool brand_logo_get(struct ctx *cx, const char *hash, const char *type, struct span *out)
{
    struct db_rows rows;

    if (!db_query(cx, &rows, SQL_BRAND_LOGO, DB_ID(cx->tenant_id), DB_TEXT(hash), DB_TEXT(type)))
        return false;
    if (*hash == '\0' || !db_next(&rows))
        return err_set(&cx->err, &ERR_NOT_FOUND, "logo");
    *out = db_bytes(&rows.row, 0);
    return true;
}

const char *brand_logo_path(struct arena *mem, const char *hash, const char *type)
{
    return *hash == '\0' ? "" : arena_printf(mem, "/brand/%s.%s", hash, type);
}

/* --- words --- */

static const struct {
    const char *name;
    size_t max; /* characters */
} TEXTS[] = {[BRAND_WELCOME] = {"welcome", BRAND_WELCOME_MAX},
             [BRAND_FOOTER] = {"footer", BRAND_FOOTER_MAX},
             [BRAND_CONTACT] = {"contact", BRAND_CONTACT_MAX}};
_Static_assert(COUNT(TEXTS) == BRAND_TEXT_COUNT, "a row for every text");

static const char SQL_TEXT_GET[] =
    "SELECT text FROM tenant_text WHERE tenant_id = ? AND name = ? AND language = ?";
static const char SQL_TEXT_READ[] =
    "SELECT x.text FROM tenant_text x JOIN tenant t ON t.id = x.tenant_id "
    "WHERE x.tenant_id = ? AND x.name = ? "
    "ORDER BY x.language = ? DESC, x.language = t.language DESC, x.language LIMIT 1";
static const char SQL_TEXT_SET[] =
    "INSERT INTO tenant_text (tenant_id, name, language, text, updated_at) VALUES (?, ?, ?, ?, ?) "
    "ON DUPLICATE KEY UPDATE text = VALUES(text), updated_at = VALUES(updated_at)";
static const char SQL_TEXT_DROP[] =
    "DELETE FROM tenant_text WHERE tenant_id = ? AND name = ? AND language = ?";

bool brand_text_get(struct ctx *cx, enum brand_text which, const char *language, const char **out)
{
    struct db_rows rows;

    if (!db_query(cx, &rows, SQL_TEXT_GET, DB_ID(cx->tenant_id), DB_TEXT(TEXTS[which].name),
                  DB_TEXT(language)))
        return false;
    *out = db_next(&rows) ? db_text(&rows.row, 0) : "";
    return true;
}

bool brand_text_read(struct ctx *cx, enum brand_text which, const char *language, const char **out)
{
    struct db_rows rows;

    if (!db_query(cx, &rows, SQL_TEXT_READ, DB_ID(cx->tenant_id), DB_TEXT(TEXTS[which].name),
                  DB_TEXT(language)))
        return false;
    *out = db_next(&rows) ? db_text(&rows.row, 0) : "";
    return true;
}

static bool text_write(struct ctx *cx, const char *name, const char *language, const char *text)
{
    if (*text == '\0')
        return db_exec(cx, NULL, SQL_TEXT_DROP, DB_ID(cx->tenant_id), DB_TEXT(name),
                       DB_TEXT(language));
    return db_exec(cx, NULL, SQL_TEXT_SET, DB_ID(cx->tenant_id), DB_TEXT(name), DB_TEXT(language),
                   DB_TEXT(text), DB_TIME(cx->now));
}

bool brand_text_set(struct ctx *cx, enum brand_text which, const char *language, const char *text)
{
    const char *name = TEXTS[which].name;
    const char *before;

    if (!may_change(cx))
        return false;
    if (!utf8_valid(text, strlen(text)) || utf8_count(text) > TEXTS[which].max)
        return err_set_at(&cx->err, &ERR_INVALID, name, "too long");
    if (!brand_text_get(cx, which, language, &before))
        return false;
    if (strcmp(before, text) == 0)
        return true;
    if (!db_begin(cx))
        return false;
    if (text_write(cx, name, language, text) &&
        event_emit(
            cx, EVENT_TENANT_UPDATED, cx->tenant_id,
            json_own(cx->mem, json_pack("{s:{s:s,s:s},s:{s:s,s:s}}", "before", "language", language,
                                        name, before, "after", "language", language, name, text))))
        return db_commit(cx);
    db_rollback(cx);
    return false;
}
