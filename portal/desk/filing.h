/* What a ticket can be about: the sites, licences and machines to choose from, and what a ticket's
 * licence allows. */
#pragma once

#include "portal/desk/ticket.h"

enum { FILING_LIST_MAX = 200 };

struct filing_site {
    struct id id;
    const char *name, *city;
};
struct filing_licence { /* absent text is "" */
    struct id id, product_id, policy_id;
    const char *serial, *name, *product_name, *version;
    int64_t expires_at, support_until; /* 0: never ends; none */
    int64_t seats;                     /* 0: no limit */
    int64_t seats_used;
    bool is_suspended, is_trial;
};
struct filing_machine {
    struct id id, licence_id;
    const char *name, *version;
    struct id site_id;
};
struct filing_team {
    struct id id;
    const char *name;
};
struct filing_person {
    struct id id;
    const char *name;
};

/* The organisation that the viewer files for: a customer's current one whatever is asked, staff's
 * as asked. Each lists at most FILING_LIST_MAX. Others than staff with RIGHT_DESK, the system and
 * customers who may file get nothing. */
bool filing_sites(struct ctx *cx, struct id organisation_id, struct filing_site **out,
                  size_t *count) MUST_CHECK;
bool filing_licences(struct ctx *cx, struct id organisation_id, struct filing_licence **out,
                     size_t *count) MUST_CHECK;
bool filing_machines(struct ctx *cx, struct id organisation_id, struct filing_machine **out,
                     size_t *count) MUST_CHECK;
bool filing_people(struct ctx *cx, struct id organisation_id, struct filing_person **out,
                   size_t *count) MUST_CHECK;
/* The tenant's teams; staff and system alone. */
bool filing_teams(struct ctx *cx, struct filing_team **out, size_t *count) MUST_CHECK;
/* The licence of a ticket that the viewer has got, as it is now; *out is NULL when the ticket has
 * none or it was revoked. Who sees the ticket sees this, also without a right to licences. */
bool filing_licence_of(struct ctx *cx, const struct ticket *t,
                       struct filing_licence **out) MUST_CHECK;
/* Seats, validity and support of a licence now: {"id","serial","version","seats","seats_used",
 * "expires_at","support_until","is_valid","support_valid","is_trial"}; null for NULL. New
 * reference. */
json_t *filing_licence_json(struct ctx *cx, const struct filing_licence *l);
/* Likewise its machine. */
bool filing_machine_of(struct ctx *cx, const struct ticket *t,
                       struct filing_machine **out) MUST_CHECK;

/* What staff type when they file for a caller: a customer's code or whole name, a licence's serial;
 * zero ids when there is none. For staff and the system. */
bool filing_find_organisation(struct ctx *cx, const char *text, struct id *out) MUST_CHECK;
bool filing_find_serial(struct ctx *cx, const char *serial, struct id *licence_id,
                        struct id *organisation_id) MUST_CHECK;
