/* Rows that were read: typed columns. */
#include "base/clock.h"
#include "db/db_conn.h"

#include <assert.h>
#include <stdio.h>

bool db_next(struct db_rows *rows)
{
    if (rows->next >= rows->count)
        return false;
    rows->row = (struct db_row){.of = rows, .index = rows->next};
    rows->next++;
    return true;
}

static const struct db_value *value_at(const struct db_row *row, unsigned column)
{
    assert(column < row->of->columns);
    return &row->of->values[row->index * row->of->columns + column];
}

bool db_is_null(const struct db_row *row, unsigned column)
{
    return value_at(row, column)->type == DB_TYPE_NULL;
}

/* SUM and its like come as decimal text; what stands after the point is dropped. */
static int64_t number_of(const struct db_value *value)
{
    bool is_negative = value->p[0] == '-';
    int64_t number = 0;

    for (const char *p = value->p + (is_negative ? 1 : 0); *p >= '0' && *p <= '9'; p++) {
        int digit = *p - '0';
        bool fits = MUL_FITS(number, INT64_C(10), &number);

        assert(fits);
        fits = is_negative ? SUB_FITS(number, (int64_t)digit, &number)
                           : ADD_FITS(number, (int64_t)digit, &number);
        assert(fits);
    }
    return number;
}

int64_t db_i64(const struct db_row *row, unsigned column)
{
    const struct db_value *value = value_at(row, column);

    if (value->type == DB_TYPE_NULL)
        return 0;
    return value->type == DB_TYPE_INT ? value->number : number_of(value);
}

bool db_bool(const struct db_row *row, unsigned column)
{
    return db_i64(row, column) != 0;
}

const char *db_text(const struct db_row *row, unsigned column)
{
    const struct db_value *value = value_at(row, column);

    if (value->type == DB_TYPE_NULL)
        return NULL;
    assert(value->type == DB_TYPE_TEXT || value->type == DB_TYPE_BYTES);
    return value->p;
}

struct span db_bytes(const struct db_row *row, unsigned column)
{
    const struct db_value *value = value_at(row, column);

    return (struct span){.p = value->p == NULL ? "" : value->p, .len = value->len};
}

struct id db_id(const struct db_row *row, unsigned column)
{
    const struct db_value *value = value_at(row, column);
    struct id id = {{0}};

    if (value->type != DB_TYPE_NULL) {
        bool is_id = value->type == DB_TYPE_TEXT && id_parse(value->p, &id);

        assert(is_id);
        (void)is_id;
    }
    return id;
}

int64_t db_time(const struct db_row *row, unsigned column)
{
    const struct db_value *value = value_at(row, column);
    int64_t us = 0;

    if (value->type == DB_TYPE_TEXT) { /* a DATE: its midnight */
        bool is_date = clock_parse_iso(value->p, &us);

        assert(is_date);
        (void)is_date;
        return us;
    }
    assert(value->type == DB_TYPE_TIME || value->type == DB_TYPE_NULL);
    return value->number;
}
