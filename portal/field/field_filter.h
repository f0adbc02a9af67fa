/* One condition of a list on one of the tenant's own fields. */
#pragma once

#include "db/where.h"
#include "portal/field/custom_value.h"

enum field_filter_op {
    FIELD_FILTER_FILLED, /* something is there */
    FIELD_FILTER_NONE,
    FIELD_FILTER_IS,
    FIELD_FILTER_BEGINS, /* texts: from their start */
    FIELD_FILTER_LESS,   /* numbers and days, as the next three */
    FIELD_FILTER_AT_MOST,
    FIELD_FILTER_MORE,
    FIELD_FILTER_AT_LEAST,
    FIELD_FILTER_OPS
};

struct field_filter { /* in mem */
    const struct custom_field *field;
    enum field_filter_op op;
    const char *word; /* NULL: amount is compared */
    int64_t amount;
};

/* Reads what was typed beside a field: "" is anything, "none" (无) nothing; of numbers and days
 * also
 * ">5", "<=2026-11-22"; options by code or label; a text from its start. False: it does not suit.
 */
bool field_filter_read(struct arena *mem, const struct custom_field *field, const char *typed,
                       struct field_filter *out) MUST_CHECK;

enum field_filter_of {
    FIELD_FILTER_OF_ORGANISATION, /* the statement's organisation o */
    FIELD_FILTER_OF_MEMBERS,      /* any person of organisation o */
    FIELD_FILTER_OF_PERSON,       /* the statement's person p */
    FIELD_FILTER_OFS
};
/* Adds " AND ..." to a statement that binds the tenant of o or p. */
void field_filter_where(struct where *w, const struct field_filter *f, enum field_filter_of of);
