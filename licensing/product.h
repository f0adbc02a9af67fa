/* Products: what is licensed. */
#pragma once

#include "db/db.h"

enum {
    PRODUCT_NAME_MAX = 255,
    PRODUCT_PREFIX_MAX = 8,
};

struct product { /* a record: open, lives in cx->mem */
    struct id id;
    const char *name;
    const char *code;          /* lower case, unique; NULL for none */
    const char *serial_prefix; /* begins its licences' serials: "CTR" */
    const char *distribution;  /* "LICENSED", "OPEN" or "CLOSED"; NULL is LICENSED */
    const char *url;           /* or NULL */
    const char *platforms;     /* JSON array of text, or NULL */
    const char *metadata;      /* JSON object; NULL is {} */
    int64_t created_at, updated_at;
};

extern const struct err_kind ERR_PRODUCT_CODE_TAKEN;

/* Adds a product from the draft's fields; its id is the draft's, or a new one where that is zero.
 * Needs the system or staff with RIGHT_LICENCES. Fails: ERR_DENIED, ERR_INVALID (source: field),
 * ERR_PRODUCT_CODE_TAKEN. */
bool product_add(struct ctx *cx, const struct product *draft, struct product **out) MUST_CHECK;
bool product_get(struct ctx *cx, struct id id, struct product **out) MUST_CHECK;
/* *out is NULL when no product has that code. */
bool product_find_code(struct ctx *cx, const char *code, struct product **out) MUST_CHECK;
/* By name; at most limit. Products are no secret: everybody of the tenant sees them. */
bool product_list(struct ctx *cx, unsigned limit, struct product **out, size_t *count) MUST_CHECK;
