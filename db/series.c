#include "db/series.h"

#include "base/clock.h"
#include "base/parse.h"
#include "db/db_conn.h"

#include <string.h>

enum { FORMAT_MAX = 64, WIDTH_MAX = 12 };

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

/* The next piece of a format: plain text, or the placeholder that *is_number, *width and *is_year
 * tell. False for anything else in braces. */
static bool write_piece(struct str *out, const char **format, int64_t number, int year)
{
    static const char YEAR[] = "{yyyy}";
    const char *p = *format;
    int64_t width = 0;
    const char *end;

    if (*p != '{') {
        if (*p == '}')
            return false;
        str_char(out, *p);
        *format = p + 1;
        return true;
    }
    if (strncmp(p, YEAR, sizeof(YEAR) - 1) == 0) {
        str_fmt(out, "%04d", year);
        *format = p + sizeof(YEAR) - 1;
        return true;
    }
    end = strchr(p, '}');
    if (end == NULL || p[1] != 'n')
        return false;
    if (p[2] == ':') {
        struct span digits = {p + 3, (size_t)(end - p - 3)};

        if (!parse_i64(span_dup(out->mem, digits), 1, WIDTH_MAX, &width))
            return false;
    } else if (p + 2 != end) {
        return false;
    }
    str_fmt(out, "%0*lld", (int)width, (long long)number);
    *format = end + 1;
    return true;
}

/* NULL for a format that is not one. */
static const char *write_number(struct ctx *cx, const char *format, int64_t number)
{
    struct str out = str_new(cx->mem);
    int year = clock_civil(cx->now).year;

    while (*format != '\0')
        if (!write_piece(&out, &format, number, year))
            return NULL;
    return out.p;
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
    text = write_number(cx, db_text(&rows.row, 1), db_i64(&rows.row, 0));
    if (text == NULL)
        return err_set(&cx->err, &ERR_INTERNAL, "series %s: format '%s'", name,
                       db_text(&rows.row, 1));
    *out = text;
    *number = db_i64(&rows.row, 0);
    return true;
}

bool series_set(struct ctx *cx, const char *name, const char *format, int64_t next)
{
    unsigned which;

    if (!find(cx, name, &which))
        return false;
    if (strlen(format) > FORMAT_MAX || strstr(format, "{n") == NULL ||
        write_number(cx, format, next) == NULL)
        return err_set_at(&cx->err, &ERR_INVALID, "format", "series %s: format '%s'", name, format);
    if (next < 1)
        return err_set_at(&cx->err, &ERR_INVALID, "next", "series %s: %lld", name, (long long)next);
    return db_exec(cx, NULL, SQL_SERIES_SET, DB_ID(cx->tenant_id), DB_TEXT(name), DB_TEXT(format),
                   DB_INT(next));
}
