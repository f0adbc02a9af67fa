/* One mail on its way; for mail_route.c and mail_route_write.c. */
#pragma once

#include "portal/desk/attachment.h"
#include "portal/desk/ticket.h"
#include "portal/mail/mail_route.h"

struct routing {
    const struct mail_route *how;
    const struct mail_in *mail;
    const char *from, *from_name, *subject, *message_id, *kind, *automatic, *status;
    const char *text; /* what goes into the thread */
    json_t *to, *refs, *about;
    struct attachment_file *files;
    size_t file_count;
    bool has_left_out;
    struct id person_id;  /* who wrote it; zero: no account */
    struct id related_id; /* a ticket that it speaks of, without any proof */
    bool unknown_to_tray, known_to_tray;
    int64_t hourly;
    struct mail_fate fate;
};

/* parsed NULL: nothing is known of it. */
void mail_route_read(struct ctx *cx, const struct mail_route *how, const struct mail_in *mail,
                     const json_t *parsed, struct routing *out);
bool mail_route_store_files(struct ctx *cx, struct routing *r) MUST_CHECK;
/* Inside the open transaction, as the system; they set the fate. */
bool mail_route_answer(struct ctx *cx, struct routing *r, struct ticket *t) MUST_CHECK;
bool mail_route_file(struct ctx *cx, struct routing *r) MUST_CHECK;
/* That the mail is part of the ticket that it went into. */
bool mail_route_remember(struct ctx *cx, const struct routing *r) MUST_CHECK;
