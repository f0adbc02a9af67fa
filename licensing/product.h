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
extern const struct err_kind ERR_PRODUCT_ID_CONFLICT;

/* What every product has to fulfil, however it is written; a code becomes lower case. Fails with
 * source = the attribute's JSON pointer. */
bool product_check(struct ctx *cx, struct product *p) MUST_CHECK;
/* Adds a product from the draft's fields; its id is the draft's, or a new one where that is zero.
 * Emits product.created. This and the changes below need the system or staff with RIGHT_LICENCES,
 * else ERR_DENIED. Fails: ERR_PRODUCT_CODE_TAKEN, ERR_PRODUCT_ID_CONFLICT, and as product_check. */
bool product_add(struct ctx *cx, const struct product *draft, struct product **out) MUST_CHECK;
/* Changes a product: apply gets it as it is, under lock, and says what it shall be (false with
 * cx->err: nothing is changed). Emits product.updated. */
typedef bool product_apply(struct ctx *cx, struct product *p, void *with);
bool product_change(struct ctx *cx, struct id id, product_apply *apply, void *with,
                    struct product **out) MUST_CHECK;
/* Removes a product with its policies, their licences and its tokens. Emits product.deleted. */
bool product_remove(struct ctx *cx, struct id id) MUST_CHECK;
bool product_get(struct ctx *cx, struct id id, struct product **out) MUST_CHECK;
/* By its code in any case. *out is NULL when no product has it. */
bool product_find_code(struct ctx *cx, const char *code, struct product **out) MUST_CHECK;
/* By name; at most limit. Products are no secret: everybody of the tenant sees them. */
bool product_list(struct ctx *cx, unsigned limit, struct product **out, size_t *count) MUST_CHECK;
struct product_filter { /* zero: any */
    struct id only_id;
    struct id person_id; /* that person has a licence of it */
};
struct licence_page;
/* A page in the order of creation; *total is how many there are without it. */
bool product_list_page(struct ctx *cx, const struct product_filter *filter,
                       const struct licence_page *page, struct product **out, size_t *count,
                       int64_t *total) MUST_CHECK;
