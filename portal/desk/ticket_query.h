/* The search line of the desk: words and conditions such as status:open level>2 city:Henley. The
 * grammar is in docs/tickets.md. */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "base/id.h"
#include "base/str.h"
#include "base/zone.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    TICKET_QUERY_BYTES_MAX = 600,
    TICKET_QUERY_TERMS_MAX = 12,
    TICKET_QUERY_VALUES_MAX = 24 /* of all conditions together */
};

enum ticket_query_field {
    TICKET_QUERY_STATUS,
    TICKET_QUERY_LEVEL,
    TICKET_QUERY_TOPIC,
    TICKET_QUERY_ASSIGNEE,
    TICKET_QUERY_TEAM,
    TICKET_QUERY_TAG,
    TICKET_QUERY_CITY,
    TICKET_QUERY_STORE,
    TICKET_QUERY_ORGANISATION,
    TICKET_QUERY_REPORTER,
    TICKET_QUERY_PRODUCT,
    TICKET_QUERY_SERIAL,
    TICKET_QUERY_NUMBER,
    TICKET_QUERY_SOURCE,
    TICKET_QUERY_REVIEW,
    TICKET_QUERY_CREATED,
    TICKET_QUERY_UPDATED,
    TICKET_QUERY_DUE,
    TICKET_QUERY_MISSING, /* a required field of the tenant's own is empty */
    TICKET_QUERY_OWN,     /* one of the tenant's own fields; see ticket_query_field.h */
    TICKET_QUERY_WORD,    /* a word that the subject must not have; the others are in words */
    TICKET_QUERY_FIELDS
};

enum ticket_query_op {
    TICKET_QUERY_IS,
    TICKET_QUERY_LESS,
    TICKET_QUERY_AT_MOST,
    TICKET_QUERY_MORE,
    TICKET_QUERY_AT_LEAST,
    TICKET_QUERY_OPS
};

struct ticket_query_value {
    const char
        *text; /* as it was typed, without quotes; of an own field as it is kept, NULL: number */
    int64_t number; /* of a level; the instant (us) of a time, of a whole day its first */
    int64_t until;  /* of a whole day the first instant after it, else 0 */
};

struct ticket_query_term {
    enum ticket_query_field field;
    enum ticket_query_op op;
    bool is_not;
    int64_t at; /* the character that it begins at, from 1 */
    const char
        *own; /* TICKET_QUERY_OWN: the field's code; the rest is filled in when it is resolved */
    struct id field_id;
    bool begins;   /* values are beginnings */
    bool has_none; /* one of the values is that there is none: its text is "" */
    const struct ticket_query_value *values; /* any of them, with TICKET_QUERY_IS; else one */
    size_t value_count;
};

struct ticket_query { /* in mem */
    struct ticket_query_term terms[TICKET_QUERY_TERMS_MAX];
    size_t count;
    struct ticket_query_value values[TICKET_QUERY_VALUES_MAX];
    size_t value_count;
    const char *words; /* "": none */
};

extern const struct err_kind ERR_TICKET_QUERY_FIELD; /* no such field */
extern const struct err_kind ERR_TICKET_QUERY_VALUE; /* a value or comparison that does not suit */
extern const struct err_kind ERR_TICKET_QUERY_QUOTE; /* a quote that is not closed */
extern const struct err_kind ERR_TICKET_QUERY_LONG;  /* more than is taken */

/* Days are counted in zone (NULL: UTC), "2h" from now. Fails with one of the above, source "q", the
 * sentence telling at which character (from 1). */
bool ticket_query_parse(struct arena *mem, struct err *err, const char *text, int64_t now,
                        const struct zone *zone, struct ticket_query **out) MUST_CHECK;
