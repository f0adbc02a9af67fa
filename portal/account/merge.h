/* Two accounts of one person, or two records of one customer, become one; and are parted again. */
#pragma once

#include "db/db.h"

enum { MERGE_LIST_MAX = 50 };

extern const struct err_kind ERR_MERGE_SELF;    /* one with itself */
extern const struct err_kind ERR_MERGE_STAFF;   /* staff accounts are not merged */
extern const struct err_kind ERR_MERGE_OVER;    /* undone already */
extern const struct err_kind ERR_MERGE_LATER;   /* the kept one was merged or removed since */
extern const struct err_kind ERR_MERGE_ADDRESS; /* the address is in use by now */

enum merge_kind { MERGE_PERSON, MERGE_ORGANISATION };

struct merge_line { /* of a preview: how many rows of a kind each of the two has */
    const char *title;
    int64_t kept, gone;
};
/* What would change hands. Staff with RIGHT_CUSTOMERS_DELETE who reach both. Fails: ERR_DENIED,
 * ERR_NOT_FOUND, ERR_MERGE_SELF, ERR_MERGE_STAFF. */
bool merge_preview(struct ctx *cx, enum merge_kind kind, struct id kept_id, struct id gone_id,
                   struct merge_line **out, size_t *count) MUST_CHECK;

/* All that names gone names kept from now on, but what says who did something then; rights of
 * memberships in one organisation add up. A person who goes signs in no more: the sessions end, the
 * addresses are the other's. Fails as merge_preview. Emits person.merged or organisation.merged. */
bool merge_do(struct ctx *cx, enum merge_kind kind, struct id kept_id, struct id gone_id,
              struct id *merge_id) MUST_CHECK;

/* Gives back each row that changed hands and has not changed hands again. Fails: ERR_DENIED,
 * ERR_NOT_FOUND, ERR_MERGE_OVER, ERR_MERGE_LATER, ERR_MERGE_ADDRESS. Emits person.parted or
 * organisation.parted. */
bool merge_undo(struct ctx *cx, struct id merge_id) MUST_CHECK;

struct merge {
    struct id id;
    const char *gone_name;
    const char *merged_by; /* "" for the system */
    int64_t merged_at;
};
/* What was merged into this one and can be undone, newest first. Staff with RIGHT_CUSTOMERS_READ.
 */
bool merge_list(struct ctx *cx, enum merge_kind kind, struct id kept_id, struct merge **out,
                size_t *count) MUST_CHECK;
