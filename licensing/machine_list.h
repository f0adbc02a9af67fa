/* Lists of machines, and of what belongs to machines, with the protocol's filters (section 1.8). */
#pragma once

#include "licensing/filter.h"
#include "licensing/machine.h"

struct machine_filter { /* zero and NULL: any */
    struct licence_scope scope;
    struct id machine_id, product_id, policy_id, licence_id, owner_id, group_id;
    struct id user_id; /* owner of the machine or the licence, or a user of the licence */
    const char *key;   /* the licence's */
    const char *fingerprint, *hostname, *ip;
    const char *status; /* "ALIVE" or "DEAD" in any case; a process has its own */
    bool finds_nothing;
    struct filter_metadata metadata; /* likewise the listed rows' own */
};

/* One page; *total: how many the filter finds, where the page wants it. */
bool machine_list_page(struct ctx *cx, const struct machine_filter *filter,
                       const struct licence_page *page, struct machine **out, size_t *count,
                       int64_t *total) MUST_CHECK;

/* For lists of components and processes, in whose statements m is the machine and l its licence:
 * adds all of the filter but status and metadata. */
void machine_list_where(struct where *w, struct ctx *cx, const struct machine_filter *filter);
/* Adds the fragment of a status that the filter asks for (NULL: none); what is no status finds
 * nothing. Each fragment has one ? for now. */
void machine_list_status(struct where *w, const struct ctx *cx, const char *status,
                         const char *is_dead, const char *is_alive);
/* Holds a filter within another: where both ask for different ids, nothing is found. */
void machine_list_bind(struct machine_filter *filter, const struct machine_filter *within);
/* Whether a filter leaves most of the tenant's rows in: then the listed table has to be read first,
 * in the order of its index, as joined rows would all be sorted for a page of ten (200,000
 * machines: 2 s instead of 2 ms). A narrow one is better begun at its licence or machine. */
bool machine_list_is_wide(const struct machine_filter *filter);
