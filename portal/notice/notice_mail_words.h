/* What a mail of notices says, and to whom. */
#pragma once

#include "base/zone.h"
#include "portal/app.h"
#include "portal/notice/notice_text.h"

struct notice_reader {
    bool is_gone; /* deleted or shut out by now, or no address of ours */
    bool is_staff;
    struct id person_id;   /* zero: without an account */
    struct id answerer_id; /* the person, or the reporter without an account */
    struct id
        ticket_id;   /* that he reported, without an account: another may have been merged into */
    int64_t further; /* changes that the mail has no room for */
    const char *name, *address;
    const struct lang *lang;
    const char *zone_name;
    const char *tenant_name, *accent;
    const char *logo; /* its path; "": none */
    enum style_dates dates;
    enum style_numbers numbers;
};
/* first: one of the notices; the reporter without an account is its ticket's. */
bool notice_mail_reader(struct ctx *cx, const struct app *app, struct id person_id,
                        const char *address, const struct notice *first,
                        struct notice_reader *out) MUST_CHECK;
/* Puts the mail with these notices into the queue, inside the open transaction. What the reader may
 * no longer see is left out; if nothing is left there is no mail. */
bool notice_mail_queue(struct ctx *cx, const struct app *app, const struct notice_reader *reader,
                       struct id mail_id, struct notice *list, size_t count,
                       bool is_digest) MUST_CHECK;
