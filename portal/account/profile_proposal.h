/* Changes of their own data that customers propose: nothing changes until staff accept. */
#pragma once

#include "portal/account/profile.h"

enum { PROFILE_PROPOSAL_PAGE = 100, PROFILE_PROPOSAL_REASON_MAX = 400 };

extern const struct err_kind ERR_PROFILE_PROPOSAL_OVER; /* decided or withdrawn meanwhile */

enum profile_proposal_state {
    PROFILE_PROPOSAL_WAITING,
    PROFILE_PROPOSAL_ACCEPTED,
    PROFILE_PROPOSAL_DECLINED,
    PROFILE_PROPOSAL_WITHDRAWN,
    PROFILE_PROPOSAL_STATE_COUNT
};

struct profile_proposal {
    struct id id;
    enum profile_field field;
    enum profile_proposal_state state;
    struct profile_subject of;
    const char *person_name; /* "" for an organisation's */
    const char *organisation_name;
    const char *old_value, *new_value; /* "" of a sensitive field: nobody sees it before it holds */
    const char *proposed_by;           /* names; decided_by "" while it waits */
    const char *decided_by;
    const char *reason; /* of who declined it */
    int64_t proposed_at, decided_at;
};

/* Inside the open transaction; an earlier one of the field that waits gives way to it. Emits
 * proposal.made. */
bool profile_proposal_make(struct ctx *cx, const struct profile_subject *of,
                           enum profile_field field, const char *old_value,
                           const char *new_value) MUST_CHECK;

/* Those that wait, oldest first, or else those that are over, newest first; at most
 * PROFILE_PROPOSAL_PAGE; about whom the viewer's role reaches. Needs RIGHT_CUSTOMERS_READ. Fails:
 * ERR_DENIED. */
bool profile_proposal_list(struct ctx *cx, bool is_waiting, struct profile_proposal **out,
                           size_t *count) MUST_CHECK;
bool profile_proposal_waiting(struct ctx *cx, int64_t *out) MUST_CHECK; /* how many */
/* About the viewer himself, or about his organisation for its administrators: what waits, and what
 * was declined within 14 days. */
bool profile_proposal_list_own(struct ctx *cx, bool of_organisation, struct profile_proposal **out,
                               size_t *count) MUST_CHECK;

/* Staff with RIGHT_CUSTOMERS_UPDATE. Emit proposal.decided, and what profile_put emits. Fail:
 * ERR_DENIED, ERR_NOT_FOUND, ERR_PROFILE_PROPOSAL_OVER. */
bool profile_proposal_accept(struct ctx *cx, struct id id) MUST_CHECK;
bool profile_proposal_decline(struct ctx *cx, struct id id, const char *reason) MUST_CHECK;
/* Whoever proposed it. Likewise. */
bool profile_proposal_withdraw(struct ctx *cx, struct id id) MUST_CHECK;

/* What a sensitive value is sealed for while it waits: for portal/reseal.c. */
const char *profile_proposal_context(struct arena *mem, struct id id);
