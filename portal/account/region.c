#include "portal/account/region.h"

#include "base/style.h"
#include "base/utf8.h"
#include "base/zone.h"
#include "db/event.h"
#include "db/series.h"
#include "portal/account/name_order.h"
#include "portal/http/lang.h"

#include <string.h>

const struct err_kind ERR_REGION_LANGUAGE = {
    ERR_CLASS_INVALID, "REGION_LANGUAGE",
    "The tenant's own language has to be among those that are offered."};
const struct err_kind ERR_REGION_FORMAT = {
    ERR_CLASS_INVALID, "REGION_FORMAT",
    "A format has the number exactly once, as {n} or {n:4}, and may have {yyyy} or {yy}. Numbers "
    "may become 32 characters long."};
const struct err_kind ERR_REGION_SHARED = {
    ERR_CLASS_CONFLICT, "REGION_SHARED",
    "Another kind of record has this format already: people could not tell the two apart."};
const struct err_kind ERR_REGION_TAKEN = {
    ERR_CLASS_CONFLICT, "REGION_TAKEN",
    "Records with this number or a higher one exist. Begin with a higher number, or change the "
    "format."};

static bool may_change(struct ctx *cx)
{
    return (cx->viewer.kind != VIEWER_CUSTOMER && viewer_has(&cx->viewer, RIGHT_SETTINGS_UPDATE)) ||
           err_set(&cx->err, &ERR_DENIED, "region");
}

/* --- where --- */

static const char SQL_REGION_GET[] =
    "SELECT language, languages, time_zone, currency, date_style, number_style, "
    "name_order FROM tenant "
    "WHERE id = ?";
static const char SQL_REGION_SET[] =
    "UPDATE tenant SET language = ?, languages = ?, time_zone = ?, currency = ?, date_style = ?, "
    "number_style = ?, name_order = COALESCE(?, name_order), updated_at = ? WHERE id = ?";

bool region_get(struct ctx *cx, struct region *out)
{
    struct db_rows rows;

    if (!db_query(cx, &rows, SQL_REGION_GET, DB_ID(cx->tenant_id)))
        return false;
    if (!db_next(&rows))
        return err_set(&cx->err, &ERR_NOT_FOUND, "tenant");
    *out = (struct region){.language = db_text(&rows.row, 0),
                           .languages = db_text(&rows.row, 1),
                           .time_zone = db_text(&rows.row, 2),
                           .currency = db_text(&rows.row, 3),
                           .date_style = db_text(&rows.row, 4),
                           .number_style = db_text(&rows.row, 5),
                           .name_order = db_text(&rows.row, 6)};
    return true;
}

static bool zone_is_known(const char *name)
{
    struct zone *zone;

    if (!zone_load(name, &zone))
        return false;
    zone_free(zone);
    return true;
}

static bool is_name(const char *const *names, const char *name)
{
    for (; *names != NULL; names++)
        if (strcmp(*names, name) == 0)
            return true;
    return false;
}

static bool is_in(const char *list, const char *code)
{
    struct span rest = span_of(list), one;

    while (span_cut(&rest, ',', &one))
        if (span_equal(one, code))
            return true;
    return false;
}

static bool check(struct ctx *cx, const struct region *r)
{
    const struct {
        const char *field;
        bool is_good;
    } checks[] = {
        {"language", *r->language != '\0'},
        {"time_zone", zone_is_known(r->time_zone)},
        {"currency",
         strlen(r->currency) == 3 && strspn(r->currency, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == 3},
        {"date_style", is_name(STYLE_DATES_NAMES, r->date_style)},
        {"number_style", is_name(STYLE_NUMBERS_NAMES, r->number_style)},
        {"name_order", r->name_order == NULL || is_name(NAME_ORDER_NAMES, r->name_order)},
    };

    for (size_t i = 0; i < COUNT(checks); i++)
        if (!checks[i].is_good)
            return err_set_at(&cx->err, &ERR_INVALID, checks[i].field, "region: %s",
                              checks[i].field);
    return *r->languages == '\0' || is_in(r->languages, r->language) ||
           err_set_at(&cx->err, &ERR_REGION_LANGUAGE, "language", "%s not in %s", r->language,
                      r->languages);
}

static json_t *region_json(const struct region *r)
{
    return json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:s*}", "language", r->language, "languages",
                     r->languages, "time_zone", r->time_zone, "currency", r->currency, "date_style",
                     r->date_style, "number_style", r->number_style, "name_order", r->name_order);
}

bool region_set(struct ctx *cx, const struct region *r)
{
    struct region before;

    if (!may_change(cx) || !check(cx, r) || !region_get(cx, &before) || !db_begin(cx))
        return false;
    if (db_exec(cx, NULL, SQL_REGION_SET, DB_TEXT(r->language), DB_TEXT(r->languages),
                DB_TEXT(r->time_zone), DB_TEXT(r->currency), DB_TEXT(r->date_style),
                DB_TEXT(r->number_style), DB_TEXT(r->name_order), DB_TIME(cx->now),
                DB_ID(cx->tenant_id)) &&
        event_emit(cx, EVENT_TENANT_UPDATED, cx->tenant_id,
                   json_own(cx->mem, json_pack("{s:o,s:o}", "before", region_json(&before), "after",
                                               region_json(r)))))
        return db_commit(cx);
    db_rollback(cx);
    return false;
}

/* --- numbers --- */

/* The highest number among the texts that stand between these two: length before, both lengths,
 * tenant, the pattern, and the lengths again. Digits alone count: "T-10 (old)" is none. */
#define HIGHEST(table, column)                                           \
    "SELECT COALESCE(MAX(CAST(SUBSTR(" column ", ?, CHAR_LENGTH(" column \
    ") - ?) AS UNSIGNED)), "                                             \
    "0) FROM " table " WHERE tenant_id = ? AND " column                  \
    " LIKE ? ESCAPE '|' AND "                                            \
    "SUBSTR(" column ", ?, CHAR_LENGTH(" column ") - ?) REGEXP '^[0-9]{1,12}$'"

static const char SQL_HIGHEST_TICKET[] = HIGHEST("ticket", "number");
static const char SQL_HIGHEST_CUSTOMER[] = HIGHEST("organisation", "code");
static const char SQL_HIGHEST_ORDER[] = HIGHEST("sales_order", "number");
static const char SQL_HIGHEST_INVOICE[] = HIGHEST("invoice", "number");
static const char SQL_HIGHEST_CONTRACT[] = HIGHEST("contract", "number");

static const struct {
    const char *name, *label, *highest;
} SERIES[] = {{"ticket", T("Tickets"), SQL_HIGHEST_TICKET},
              {"customer", T("Customers"), SQL_HIGHEST_CUSTOMER},
              {"order", T("Orders"), SQL_HIGHEST_ORDER},
              {"invoice", T("Invoices"), SQL_HIGHEST_INVOICE},
              {"contract", T("Contracts"), SQL_HIGHEST_CONTRACT}};
_Static_assert(COUNT(SERIES) == REGION_SERIES_COUNT, "a row for every series");

bool region_series_list(struct ctx *cx, struct region_series out[REGION_SERIES_COUNT])
{
    for (size_t i = 0; i < COUNT(SERIES); i++) {
        out[i] = (struct region_series){.name = SERIES[i].name, .label = SERIES[i].label};
        if (!series_get(cx, SERIES[i].name, &out[i].format, &out[i].next))
            return false;
        out[i].preview = series_text(cx, out[i].format, out[i].next);
        if (out[i].preview == NULL)
            return err_set(&cx->err, &ERR_INTERNAL, "series %s: '%s'", SERIES[i].name,
                           out[i].format);
    }
    return true;
}

static const char *like_escaped(struct arena *mem, const char *text)
{
    struct str s = str_new(mem);

    for (; *text != '\0'; text++) {
        if (strchr("%_|", *text) != NULL)
            str_char(&s, '|');
        str_char(&s, *text);
    }
    return s.p;
}

static bool is_free(struct ctx *cx, const char *sql, const char *format, int64_t next)
{
    const char *before, *after;
    struct db_rows rows;
    int64_t from, around;

    if (!series_around(cx, format, &before, &after))
        return err_set_at(&cx->err, &ERR_REGION_FORMAT, "format", "%s", format);
    from = (int64_t)utf8_count(before) + 1;
    around = from - 1 + (int64_t)utf8_count(after);
    if (!db_query(cx, &rows, sql, DB_INT(from), DB_INT(around), DB_ID(cx->tenant_id),
                  DB_TEXT(arena_printf(cx->mem, "%s%%%s", like_escaped(cx->mem, before),
                                       like_escaped(cx->mem, after))),
                  DB_INT(from), DB_INT(around)) ||
        !db_next(&rows))
        return false;
    return db_i64(&rows.row, 0) < next ||
           err_set_at(&cx->err, &ERR_REGION_TAKEN, "next", "%s up to %lld", format,
                      (long long)db_i64(&rows.row, 0));
}

/* What stands around the numbers is all that tells two series apart. */
static bool is_own(struct ctx *cx, const char *name, const char *format)
{
    const char *before, *after, *other_before, *other_after;
    struct region_series list[REGION_SERIES_COUNT];

    if (!series_around(cx, format, &before, &after))
        return err_set_at(&cx->err, &ERR_REGION_FORMAT, "format", "%s", format);
    if (!region_series_list(cx, list))
        return false;
    for (size_t i = 0; i < COUNT(list); i++)
        if (strcmp(list[i].name, name) != 0 &&
            series_around(cx, list[i].format, &other_before, &other_after) &&
            strcmp(before, other_before) == 0 && strcmp(after, other_after) == 0)
            return err_set_at(&cx->err, &ERR_REGION_SHARED, "format", "%s is of %s", format,
                              list[i].name);
    return true;
}

static bool series_write(struct ctx *cx, const char *name, const char *sql, const char *format,
                         int64_t next)
{
    const char *was;
    int64_t was_next;

    if (!series_get(cx, name, &was, &was_next) || !is_own(cx, name, format) ||
        !is_free(cx, sql, format, next))
        return false;
    if (strcmp(was, format) == 0 &&
        next < was_next) /* a number that was given out may be on paper */
        return err_set_at(&cx->err, &ERR_REGION_TAKEN, "next", "next was %lld",
                          (long long)was_next);
    if (!series_set(cx, name, format, next)) {
        if (cx->err.kind == &ERR_INVALID && strcmp(cx->err.source, "format") == 0) {
            err_clear(&cx->err);
            err_set_at(&cx->err, &ERR_REGION_FORMAT, "format", "%s", format);
        }
        return false;
    }
    return event_emit(
        cx, EVENT_TENANT_UPDATED, cx->tenant_id,
        json_own(cx->mem, json_pack("{s:{s:s,s:s,s:I},s:{s:s,s:s,s:I}}", "before", "series", name,
                                    "format", was, "next", (json_int_t)was_next, "after", "series",
                                    name, "format", format, "next", (json_int_t)next)));
}

bool region_series_set(struct ctx *cx, const char *name, const char *format, int64_t next)
{
    size_t i = 0;

    if (!may_change(cx))
        return false;
    while (i < COUNT(SERIES) && strcmp(SERIES[i].name, name) != 0)
        i++;
    if (i == COUNT(SERIES))
        return err_set(&cx->err, &ERR_NOT_FOUND, "series %s", name);
    if (!db_begin(cx))
        return false;
    if (series_write(cx, name, SERIES[i].highest, format, next))
        return db_commit(cx);
    db_rollback(cx);
    return false;
}
