/* Where a tenant is: languages, time zone, currency, how dates and figures are written, and the
 * numbers that its records bear. */
#pragma once

#include "db/db.h"

struct region {
    const char *language;  /* the tenant's own: for whoever chose none */
    const char *languages; /* that are offered: codes with commas; "": every one */
    const char *time_zone, *currency;
    const char *date_style, *number_style; /* base/style.h */
    const char *name_order;                /* name_order.h; NULL: as it is */
};
extern const struct err_kind ERR_REGION_LANGUAGE; /* its own is not among those that it offers */
bool region_get(struct ctx *cx, struct region *out) MUST_CHECK;
/* Needs RIGHT_SETTINGS_UPDATE. Fails: ERR_INVALID with the field; ERR_REGION_LANGUAGE. Emits
 * tenant.updated. */
bool region_set(struct ctx *cx, const struct region *region) MUST_CHECK;

struct region_series {
    const char *name;  /* "ticket" "customer" "order" "invoice" "contract" */
    const char *label; /* English */
    const char *format;
    int64_t next;
    const char *preview; /* the number that comes next */
};
enum { REGION_SERIES_COUNT = 5 };
extern const struct err_kind ERR_REGION_FORMAT; /* no format: braces, or not exactly one number */
extern const struct err_kind ERR_REGION_SHARED; /* another kind of record writes the same numbers */
extern const struct err_kind ERR_REGION_TAKEN;  /* a record has such a number already */

bool region_series_list(struct ctx *cx, struct region_series out[REGION_SERIES_COUNT]) MUST_CHECK;
/* Needs RIGHT_SETTINGS_UPDATE. Fails: the three above, with "format" or "next" as the source;
 * ERR_NOT_FOUND. Emits tenant.updated. */
bool region_series_set(struct ctx *cx, const char *name, const char *format,
                       int64_t next) MUST_CHECK;
