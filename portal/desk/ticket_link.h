/* Links between tickets: duplicates, what blocks what, parts of a whole. */
#pragma once

#include "portal/desk/ticket.h"

enum ticket_link_kind {                        /* how a ticket stands to the other one */
                        TICKET_LINK_DUPLICATE, /* it is a duplicate of the other */
                        TICKET_LINK_BLOCKS,    /* it blocks the other */
                        TICKET_LINK_PARENT,    /* the other is its parent */
                        TICKET_LINK_RELATED,
                        TICKET_LINK_KINDS
};

enum { TICKET_LINKS_MAX = 50 };

struct ticket_link { /* as seen from one ticket; in cx->mem */
    enum ticket_link_kind kind;
    bool is_reverse; /* the other stands so to this one */
    struct id other_id;
    const char *number, *subject, *status; /* of the other */
    enum ticket_category category;
};

extern const struct err_kind ERR_TICKET_LINK; /* no such ticket, or the same one */

const char *ticket_link_name(enum ticket_link_kind kind); /* "duplicate" */
bool ticket_link_parse(const char *name, enum ticket_link_kind *out) MUST_CHECK;

/* Both directions, by number. For staff and the system: ERR_DENIED for others. */
bool ticket_link_list(struct ctx *cx, struct id id, struct ticket_link **out,
                      size_t *count) MUST_CHECK;
/* Acts of staff and rules, with a line in the thread; ticket.updated. Fails: ERR_TICKET_LINK at
 * "number"; ERR_INVALID there when it has TICKET_LINKS_MAX. */
bool ticket_link_add(struct ctx *cx, struct id id, enum ticket_link_kind kind,
                     const char *number) MUST_CHECK;
bool ticket_link_remove(struct ctx *cx, struct id id, enum ticket_link_kind kind,
                        struct id other_id) MUST_CHECK;
/* The parts of a ticket that are open or wait, oldest first. For staff. */
bool ticket_link_open_parts(struct ctx *cx, struct id id, struct ticket_link **out,
                            size_t *count) MUST_CHECK;
/* Sets the state of ticket id, which is solved or closed, for its open parts too, each with a line
 * and an event of its own; all or nothing. Fails: ERR_TICKET_TRANSITION while it is neither. */
bool ticket_link_end_parts(struct ctx *cx, struct id id) MUST_CHECK;
/* Inside a change that solved or closed ticket t: its duplicates follow, each with an event of its
 * own; never by a customer's hand. */
bool ticket_link_follow(struct ctx *cx, const struct ticket *t, const char *status,
                        enum ticket_category category) MUST_CHECK;
