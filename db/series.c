#include "db/series.h"

#include "base/clock.h"
#include "base/parse.h"
#include "db/db_conn.h"

#include <string.h>

enum { WIDTH_MAX = 12, NUMBER_LARGE = 999999999 };

static const struct {
    const char *name;
    bool is_gapless;
    const char *format;
    int64_t first;
} SERIES[] = {
    /* clang-format off */
    {"ticket",   false, "T-{n}",           1001},
    {"customer", false, "C-{n:4}",         1},
    {"article",  false, "KB-{n}",          1},
    {"order",    true,  "SO-{yyyy}-{n:4}", 1},
    {"invoice",  true,  "IN-{yyyy}-{n:4}", 1},
    {"contract", true,  "CT-{yyyy}-{n:4}", 1},
    /* clang-format on */
};

/* LAST_INSERT_ID(x) makes x readable on this connection alone, so that taking a number is one
 * statement and needs no lock of its own. */
static const char SQL_SERIES_TAKE[] =
    "UPDATE number_series SET next_number = LAST_INSERT_ID(next_number) + 1 "
    "WHERE tenant_id = ? AND name = ?";
static const char SQL_SERIES_TAKEN[] =
    "SELECT LAST_INSERT_ID(), format FROM number_series WHERE tenant_id = ? AND name = ?";
static const char SQL_SERIES_GET[] =
    "SELECT format, next_number FROM number_series WHERE tenant_id = ? AND name = ?";
static const char SQL_SERIES_ADD[] =
    "INSERT IGNORE INTO number_series (tenant_id, name, format, next_number) VALUES (?, ?, ?, ?)";
static const char SQL_SERIES_SET[] =
    "INSERT INTO number_series (tenant_id, name, format, next_number) VALUES (?, ?, ?, ?) "
    "ON DUPLICATE KEY UPDATE format = VALUES(format), next_number = VALUES(next_number)";

static bool find(struct ctx *cx, const char *name, unsigned *out)
{
    for (unsigned i = 0; i < COUNT(SERIES); i++)
        if (strcmp(SERIES[i].name, name) == 0) {
            *out = i;
            return true;
        }
    return err_set(&cx->err, &ERR_INTERNAL, "no number series '%s'", name);
}

enum place_kind { PLACE_NUMBER, PLACE_YEAR, PLACE_SHORT_YEAR };

/* A placeholder as it stands in a format. */
struct place {
    enum place_kind kind;
    int64_t width;
    size_t len; /* with its braces */
};

static bool place_parse(struct arena *mem, const char *at, struct place *out)
{
    static const struct {
        const char *name;
        enum place_kind kind;
    } NAMES[] = {{"n", PLACE_NUMBER},
                 {"number", PLACE_NUMBER},
                 {"yyyy", PLACE_YEAR},
                 {"year", PLACE_YEAR},
                 {"yy", PLACE_SHORT_YEAR}};
    const char *end = strchr(at, '}');
    struct span inner, name;

    if (end == NULL)
        return false;
    *out = (struct place){.len = (size_t)(end - at) + 1};
    inner = (struct span){at + 1, out->len - 2};
    if (!span_cut(&inner, ':', &name))
        return false;
    if (name.len < out->len - 2 && !parse_i64(span_dup(mem, inner), 1, WIDTH_MAX, &out->width))
        return false;
    for (size_t i = 0; i < COUNT(NAMES); i++)
        if (span_equal(name, NAMES[i].name)) {
            out->kind = NAMES[i].kind;
            return out->kind == PLACE_NUMBER || out->width == 0;
        }
    return false;
}

/* Writes what stands before the number and what after it. */
bool series_around(struct ctx *cx, const char *format, const char **before, const char **after)
{
    const int year = clock_civil(cx->now).year;
    struct str parts[2] = {str_new(cx->mem), str_new(cx->mem)};
    unsigned numbers = 0;
    struct place place;

    for (; *format != '\0'; format++) {
        struct str *out = &parts[numbers > 0];

        if (*format != '{') {
            if (*format == '}')
                return false;
            str_char(out, *format);
            continue;
        }
        if (!place_parse(cx->mem, format, &place))
            return false;
        if (place.kind == PLACE_NUMBER)
            numbers++;
        else if (place.kind == PLACE_YEAR)
            str_fmt(out, "%04d", year);
        else
            str_fmt(out, "%02d", year % 100);
        format += place.len - 1;
    }
    *before = parts[0].p;
    *after = parts[1].p;
    return numbers == 1; /* without it, or with it twice, two numbers could read alike */
}

static int64_t width_of(struct ctx *cx, const char *format)
{
    struct place place;

    for (; (format = strchr(format, '{')) != NULL; format++)
        if (place_parse(cx->mem, format, &place) && place.kind == PLACE_NUMBER)
            return place.width;
    return 0;
}

const char *series_text(struct ctx *cx, const char *format, int64_t number)
{
    const char *before, *after;

    if (!series_around(cx, format, &before, &after))
        return NULL;
    return arena_printf(cx->mem, "%s%0*lld%s", before, (int)width_of(cx, format), (long long)number,
                        after);
}

static bool take(struct ctx *cx, const char *name, unsigned which)
{
    int64_t changed;

    if (!db_exec(cx, &changed, SQL_SERIES_TAKE, DB_ID(cx->tenant_id), DB_TEXT(name)))
        return false;
    if (changed > 0)
        return true;
    return db_exec(cx, NULL, SQL_SERIES_ADD, DB_ID(cx->tenant_id), DB_TEXT(name),
                   DB_TEXT(SERIES[which].format), DB_INT(SERIES[which].first)) &&
           db_exec(cx, NULL, SQL_SERIES_TAKE, DB_ID(cx->tenant_id), DB_TEXT(name));
}

bool series_next(struct ctx *cx, const char *name, const char **out, int64_t *number)
{
    struct db_rows rows;
    unsigned which;
    const char *text;

    if (!find(cx, name, &which))
        return false;
    if (SERIES[which].is_gapless && (cx->db == NULL || cx->db->depth == 0))
        return err_set(&cx->err, &ERR_INTERNAL, "series %s outside a transaction", name);
    if (!take(cx, name, which) ||
        !db_query(cx, &rows, SQL_SERIES_TAKEN, DB_ID(cx->tenant_id), DB_TEXT(name)))
        return false;
    if (!db_next(&rows))
        return err_set(&cx->err, &ERR_INTERNAL, "series %s is gone", name);
    text = series_text(cx, db_text(&rows.row, 1), db_i64(&rows.row, 0));
    if (text == NULL)
        return err_set(&cx->err, &ERR_INTERNAL, "series %s: format '%s'", name,
                       db_text(&rows.row, 1));
    *out = text;
    *number = db_i64(&rows.row, 0);
    return true;
}

bool series_get(struct ctx *cx, const char *name, const char **format, int64_t *next)
{
    struct db_rows rows;
    unsigned which;

    if (!find(cx, name, &which) ||
        !db_query(cx, &rows, SQL_SERIES_GET, DB_ID(cx->tenant_id), DB_TEXT(name)))
        return false;
    if (db_next(&rows)) {
        *format = db_text(&rows.row, 0);
        *next = db_i64(&rows.row, 1);
    } else {
        *format = SERIES[which].format;
        *next = SERIES[which].first;
    }
    return true;
}

bool series_set(struct ctx *cx, const char *name, const char *format, int64_t next)
{
    const char *text;
    unsigned which;

    if (!find(cx, name, &which))
        return false;
    text = strlen(format) <= SERIES_FORMAT_MAX ? series_text(cx, format, NUMBER_LARGE) : NULL;
    if (text == NULL || strlen(text) > SERIES_TEXT_MAX)
        return err_set_at(&cx->err, &ERR_INVALID, "format", "series %s: format '%s'", name, format);
    if (next < 1 || next > NUMBER_LARGE)
        return err_set_at(&cx->err, &ERR_INVALID, "next", "series %s: %lld", name, (long long)next);
    return db_exec(cx, NULL, SQL_SERIES_SET, DB_ID(cx->tenant_id), DB_TEXT(name), DB_TEXT(format),
                   DB_INT(next));
}
