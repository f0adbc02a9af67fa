/* Changes of a message by whoever wrote it; what it said before is kept. */
#pragma once

#include "portal/desk/ticket_thread.h"

enum { MESSAGE_EDIT_MINUTES = 30 }; /* how long a customer may change what he wrote */

extern const struct err_kind ERR_MESSAGE_CLASH; /* it was changed since the writer saw it */

/* True when the viewer wrote the message and may still change it: staff until the ticket is
 * closed, a customer for MESSAGE_EDIT_MINUTES besides. What came by mail stays as it came. */
bool message_edit_may(const struct ctx *cx, const struct ticket *t, const struct message *m);
/* seen_at is the message's edited_at as the writer saw it. The same text again changes nothing.
 * Fails: ERR_NOT_FOUND, ERR_DENIED, ERR_MESSAGE_CLASH, ERR_INVALID empty or too long,
 * ERR_TICKET_GAP. Emits ticket.updated with "message_edited": {"id","public","before","after"}. */
bool message_edit(struct ctx *cx, struct id ticket_id, struct id message_id, const char *text,
                  int64_t seen_at) MUST_CHECK;

struct message_earlier { /* in cx->mem */
    struct id message_id;
    const char *body;
    int64_t replaced_at;
};
/* All earlier texts of a ticket's messages, oldest first: for staff, others get none. */
bool message_earlier_list(struct ctx *cx, const struct ticket *t, struct message_earlier **out,
                          size_t *count) MUST_CHECK;
