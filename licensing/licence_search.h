/* Lists of licences for the licence service: every filter of the protocol (section 1.8). */
#pragma once

#include "licensing/filter.h"
#include "licensing/snapshot.h"

struct licence_search { /* zero and NULL: any */
    /* The asker's scope: a person's own and shared ones, a product's, one alone. */
    struct id seen_person_id, seen_product_id, seen_licence_id;
    struct id product_id, policy_id, owner_id, machine_id, group_id;
    const char *user;   /* id or e-mail address, of the owner or of a further user */
    const char *status; /* in any case; what is no status finds nothing */
    enum filter_choice suspended, expiring, expired, assigned, unassigned, activated;
    struct filter_times expired_at, expires_at, activity;
    struct filter_numbers activations;
    struct filter_metadata metadata;
};

/* One page. The snapshots are outlines, as a document of the licence needs them: counts and sums,
 * without users, machines and entitlements. *total: how many there are, where the page wants it. */
bool licence_search_page(struct ctx *cx, const struct licence_search *search,
                         const struct licence_page *page, struct snapshot **out, size_t *count,
                         int64_t *total) MUST_CHECK;
