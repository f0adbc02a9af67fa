/* Approvals in notices and mails: who hears of one, and the link that decides it. */
#pragma once

#include "db/event.h"
#include "portal/desk/ticket.h"
#include "portal/notice/notice.h"
#include "portal/notice/notice_mail_words.h"

/* Of an approval that is asked for: the approver and whoever stands in for him. Of a decision:
 * whoever asked (for a rule's, who tracks the ticket) and the approver. Of one that is withdrawn:
 * those who were asked. Other events are passed over. base is what all notices of the event have.
 */
bool notice_approval_tell(struct ctx *cx, const struct event *event, const struct ticket *t,
                          json_t *data, const struct notice_new *base) MUST_CHECK;
/* Adds each question among the notices, with the reader's own link, to *changes, while he may
 * decide it. */
bool notice_approval_words(struct ctx *cx, const struct notice_reader *reader, const char *base,
                           const struct notice *list, size_t count,
                           const char **changes) MUST_CHECK;
