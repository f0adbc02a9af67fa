/* Components: parts of a machine that have fingerprints of their own. */
#pragma once

#include "licensing/machine_list.h"

struct component { /* a record: open, lives in cx->mem */
    struct id id;
    struct id licence_id, machine_id, product_id;
    const char *fingerprint;
    const char *name;
    const char *metadata; /* JSON object */
    int64_t created_at, updated_at;
};

struct component_draft {
    struct id machine_id;
    const char *fingerprint;
    const char *name;
    const char *metadata; /* JSON object; NULL is {} */
};

extern const struct err_kind ERR_COMPONENT_MACHINE_NOT_FOUND;
extern const struct err_kind ERR_COMPONENT_TAKEN;       /* FINGERPRINT_TAKEN */
extern const struct err_kind ERR_COMPONENT_NOT_ALLOWED; /* FINGERPRINT_NOT_ALLOWED */

/* Adds a component to a visible machine. Emits component.created in the same transaction.
 * Fails: the kinds above; ERR_BUSY. */
bool component_add(struct ctx *cx, const struct component_draft *draft,
                   struct component **out) MUST_CHECK;
/* Visible are the components of machines of visible licences; the rest is ERR_NOT_FOUND. */
bool component_get(struct ctx *cx, struct id id, struct component **out) MUST_CHECK;
/* NULL: as it is. Emits component.updated. */
bool component_change(struct ctx *cx, struct id id, const char *name, const char *metadata,
                      struct component **out) MUST_CHECK;
/* Emits component.deleted. */
bool component_remove(struct ctx *cx, struct id id) MUST_CHECK;
/* All of a machine, oldest first. */
bool component_list(struct ctx *cx, struct id machine_id, struct component **out,
                    size_t *count) MUST_CHECK;
/* One page of those of the machines that the filter finds; *total: how many there are, where
 * the page wants it. */
bool component_page(struct ctx *cx, const struct machine_filter *filter,
                    const struct licence_page *page, struct component **out, size_t *count,
                    int64_t *total) MUST_CHECK;
