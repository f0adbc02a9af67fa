/* Where a mail belongs: an answer in a ticket, a new ticket, or the tray. */
#pragma once

#include "base/json.h"
#include "portal/mail/mail_in.h"

/* What stands in mail_in.reason; the pages have a sentence for each.
 * Parked: no_sender own flood automatic bad_token not_participant unknown_sender disabled
 * bounce_unknown unreadable failed refused taken_back
 * Done: reply ticket automatic files_left_out by_hand; read: repeated bounce report;
 * ignored: ignored_sender by_hand. */

struct mail_route {
    const char *storage_path;
    const char *inbound; /* mail_inbox_address's */
    const char *sender;  /* the address that our own mails come from */
};

/* Reads a kept mail in a process of its own: *out is mail_parse.h's value. Fails as
 * mail_worker_parse, and with ERR_NOT_FOUND when its bytes are gone. */
bool mail_route_parse(struct ctx *cx, const char *storage_path, const struct mail_in *mail,
                      json_t **out) MUST_CHECK;

/* Takes a claimed mail to where it belongs, in one transaction with its row; parsed is
 * mail_parse.h's value. What the rules refuse is parked; a failure of the machine is left to the
 * caller (mail_in_postpone). As the system. */
bool mail_route_deliver(struct ctx *cx, const struct mail_route *how, const struct mail_in *mail,
                        const json_t *parsed) MUST_CHECK;
/* Puts it into the tray. */
bool mail_route_park(struct ctx *cx, const struct mail_in *mail, const json_t *parsed,
                     const char *reason) MUST_CHECK;

/* --- by hand, from the tray: staff with RIGHT_DESK. The mail must be parked or ignored. --- */

/* A new ticket of whoever wrote it. */
bool mail_route_make_ticket(struct ctx *cx, const struct mail_route *how,
                            const struct mail_in *mail, const json_t *parsed,
                            struct id *ticket_id) MUST_CHECK;
/* A note (the mail's words, with its files) on a ticket that is there. */
bool mail_route_attach(struct ctx *cx, const struct mail_route *how, const struct mail_in *mail,
                       const json_t *parsed, struct id ticket_id) MUST_CHECK;
