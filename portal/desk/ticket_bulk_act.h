/* What a change of many tickets does to one of them; for this folder. */
#pragma once

#include "portal/desk/ticket_bulk.h"

/* JSON in a row, and back; in cx->mem. */
const char *ticket_bulk_act_write(struct ctx *cx, const struct ticket_bulk_act *act);
bool ticket_bulk_act_read(struct ctx *cx, const char *text, struct ticket_bulk_act *out) MUST_CHECK;
/* Whether there is a field to set back. */
bool ticket_bulk_act_has_fields(const struct ticket_bulk_act *act);

/* What is the same for all tickets of a change. */
struct ticket_bulk_plan {
    struct ticket_bulk_act act;
    const struct ticket_status *status; /* of act.values.status; NULL: none */
    struct ticket *target;              /* of act.merge_number, as it is now; NULL: none */
};
/* Fails: ERR_INVALID and ERR_TICKET_LINK with the field. */
bool ticket_bulk_act_plan(struct ctx *cx, const struct ticket_bulk_act *act,
                          struct ticket_bulk_plan *out) MUST_CHECK;

enum ticket_bulk_verdict { TICKET_BULK_CHANGES, TICKET_BULK_SAME, TICKET_BULK_REFUSED };
/* Pure. has_tag: the ticket has act.tag, has_untag: it has act.untag. *why with a refusal. */
enum ticket_bulk_verdict ticket_bulk_act_decide(const struct ticket_bulk_plan *plan,
                                                enum viewer_kind side, const struct ticket *t,
                                                bool has_tag, bool has_untag,
                                                const struct err_kind **why);

/* Does it, inside the open transaction; *was is what it replaced, as JSON. */
bool ticket_bulk_act_apply(struct ctx *cx, const struct ticket_bulk_plan *plan,
                           const struct ticket *t, bool has_tag, bool has_untag,
                           const char **was) MUST_CHECK;
/* Sets back what stands in was. */
bool ticket_bulk_act_revert(struct ctx *cx, const struct ticket *t, const char *was) MUST_CHECK;

struct ticket_bulk_fact { /* of one ticket: what decides about it */
    struct ticket t;      /* not all of it */
    bool has_tag, has_untag;
};
/* As the viewer sees it. Fails: ERR_NOT_FOUND. */
bool ticket_bulk_look_fact(struct ctx *cx, struct id bulk_id, const struct ticket_bulk_act *act,
                           struct id ticket_id, struct ticket_bulk_fact *out) MUST_CHECK;
