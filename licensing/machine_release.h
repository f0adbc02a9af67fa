/* Customers giving seats back: as often as their product's terms allow, so that one seat does not
 * go round a whole office. */
#pragma once

#include "licensing/machine.h"

enum {
    MACHINE_RELEASE_CAP_MAX = 1000,
    MACHINE_RELEASE_DAYS_MAX = 3650,
    MACHINE_RELEASE_HOURS_MAX = 8760
};

struct machine_release_terms { /* of a product */
    int64_t cap;               /* releases of one licence's machines in a period; 0: any number */
    int64_t period_days;
    int64_t pause_hours; /* from one release to the next */
};

struct machine_release_room { /* of a licence, at cx->now */
    struct machine_release_terms terms;
    int64_t used;    /* releases in the period that ends now */
    int64_t next_at; /* when the next one works; 0: now */
};

extern const struct err_kind ERR_MACHINE_RELEASES_FULL;
extern const struct err_kind ERR_MACHINE_RELEASE_TERMS; /* source: "cap", "days" or "hours" */

/* cap 0 where the product has no terms. */
bool machine_release_terms_get(struct ctx *cx, struct id product_id,
                               struct machine_release_terms *out) MUST_CHECK;
/* cap 0 takes them away. Needs the system or staff with RIGHT_LICENCES. */
bool machine_release_terms_set(struct ctx *cx, struct id product_id,
                               const struct machine_release_terms *terms) MUST_CHECK;
bool machine_release_room(struct ctx *cx, struct id licence_id,
                          struct machine_release_room *out) MUST_CHECK;
/* As machine_remove, for people: a customer's counts and is bounded, staff's is neither. Fails:
 * ERR_NOT_FOUND; ERR_MACHINE_RELEASES_FULL. */
bool machine_release(struct ctx *cx, struct id machine_id) MUST_CHECK;
