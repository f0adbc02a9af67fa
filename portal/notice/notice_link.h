/* Links in mails that stop them: signed, so that they need no sign-in and no row. */
#pragma once

#include "portal/notice/notice.h"

struct notice_link {       /* what the link is about */
    struct id person_id;   /* zero: an address */
    const char *address;   /* "" for a person */
    enum notice_kind kind; /* of a person: which mails */
};
/* What stands in the path after "/mail/stop/". Needs cx->master. In cx->mem. */
const char *notice_link_token(struct ctx *cx, const struct notice_link *link);
/* False: we did not make it for this tenant. */
bool notice_link_read(struct ctx *cx, const char *token, struct notice_link *out);
/* Stops those mails. The token was the right. */
bool notice_link_stop(struct ctx *cx, const struct notice_link *link) MUST_CHECK;
