/* The columns that a list of tickets can have: the desk's own and the tenant's fields. */
#pragma once

#include "portal/desk/ticket.h"
#include "portal/field/custom_value.h"

enum { TICKET_COLUMNS_MAX = 12, TICKET_COLUMN_LIST_MAX = 600 };

enum ticket_column {
    TICKET_COLUMN_NUMBER,
    TICKET_COLUMN_SUBJECT,
    TICKET_COLUMN_STATUS,
    TICKET_COLUMN_LEVEL,
    TICKET_COLUMN_TOPIC,
    TICKET_COLUMN_ORGANISATION,
    TICKET_COLUMN_REPORTER,
    TICKET_COLUMN_ENGINEER,
    TICKET_COLUMN_TEAM,
    TICKET_COLUMN_PRODUCT,
    TICKET_COLUMN_CITY,
    TICKET_COLUMN_STORE,
    TICKET_COLUMN_DUE,
    TICKET_COLUMN_CREATED,
    TICKET_COLUMN_UPDATED,
    TICKET_COLUMN_RESOLVED,
    TICKET_COLUMN_OWN, /* a field of the tenant's */
    TICKET_COLUMN_KINDS
};

struct ticket_columns { /* in cx->mem */
    struct field_set set;
    size_t count; /* none: the list as it comes */
    struct {
        enum ticket_column what;
        size_t field; /* TICKET_COLUMN_OWN: its place in the set */
    } list[TICKET_COLUMNS_MAX];
};

extern const struct err_kind ERR_TICKET_COLUMN;       /* no such column, or a field that is gone */
extern const struct err_kind ERR_TICKET_COLUMN_TWICE; /* chosen twice */
extern const struct err_kind ERR_TICKET_COLUMN_MANY;  /* more than TICKET_COLUMNS_MAX */

/* "subject", and "field.till" for a field; in mem. */
const char *ticket_column_code(struct arena *mem, enum ticket_column what,
                               const struct custom_field *field);
/* The English name; NULL for TICKET_COLUMN_OWN. */
const char *ticket_column_label(enum ticket_column what);
/* Whether lists can show a field: it is in use, and no text of many lines. */
bool ticket_column_fits(const struct custom_field *field);
/* What was kept as it is now: fields that are gone since are left out. One statement when no field
 * is among them. */
bool ticket_column_read(struct ctx *cx, const char *kept, struct ticket_columns *out) MUST_CHECK;
/* What was chosen, a code in each line ("" and NULL: none), as it is kept. Fails with one of the
 * above at "columns". */
bool ticket_column_settle(struct ctx *cx, const char *chosen, const char **kept) MUST_CHECK;
/* Fills in what rows of a list lack for these columns, and reads the fields' values:
 * (*values)[row * columns->set.count + field]. */
bool ticket_column_load(struct ctx *cx, const struct ticket_columns *columns,
                        struct ticket *const *rows, size_t count, const char ***values) MUST_CHECK;
