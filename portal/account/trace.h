/* Where the database names a person or an organisation: every column, with what becomes of it when
 * two are merged and when a person takes his data along or is erased. tests/portal/account/
 * trace_test.c holds it against the schema: a new column needs its row here. */
#pragma once

#include "db/db.h"

enum trace_merge {
    TRACE_MOVE,   /* goes to the one that is kept, but where it has such a row already */
    TRACE_STAY,   /* stays with the one that went: how he signed in */
    TRACE_HISTORY /* says who did something then, and goes on saying so */
};

enum trace_show {
    TRACE_WHOLE, /* the row is about the person: all of it is in his download */
    TRACE_MARK   /* it only says that he did something: which row and when, but not what it holds */
};

struct trace {
    const char *table, *column;
    enum trace_merge merge;
    enum trace_show show;
    /* Constant statements: notes each row that would move (arguments: merge, from, to, tenant,
     * from, to); moves what was noted (to, tenant, merge, from); counts (tenant, id). */
    const char *note, *move, *count;
    const char *title; /* English, in the preview; NULL: not worth a line */
};

/* Rows that name somebody by an address alone. */
struct trace_address {
    const char *table, *column;
};
extern const struct trace_address TRACE_BY_ADDRESS[];
extern const size_t TRACE_BY_ADDRESS_COUNT;

extern const struct trace TRACE_OF_PERSON[];
extern const struct trace TRACE_OF_ORGANISATION[];
extern const size_t TRACE_OF_PERSON_COUNT, TRACE_OF_ORGANISATION_COUNT;
