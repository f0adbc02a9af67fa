/* The recycle bin for tickets. */
#pragma once

#include "portal/desk/ticket.h"

enum { TICKET_TRASH_PAGE = 50 };

extern const struct err_kind ERR_TICKET_TRASH_MERGED; /* its words are in another one */

/* Acts of staff with RIGHT_DESK_DELETE: ERR_DENIED for others. A ticket in the bin is nowhere else:
 * lists, searches, numbers and links do not find it, an answer by mail waits in the tray.
 * Fails: ERR_TICKET_TRASH_MERGED. Emits ticket.deleted. */
bool ticket_trash_add(struct ctx *cx, struct id id) MUST_CHECK;
/* Out of the bin, as it was. Fails: ERR_NOT_FOUND it is not there. Emits ticket.restored. */
bool ticket_trash_restore(struct ctx *cx, struct id id) MUST_CHECK;

struct ticket_trash { /* in cx->mem */
    struct id id;
    const char *number, *subject, *organisation_name, *by_name;
    int64_t deleted_at;
};
/* What lies there, the last thrown away first: of that number, or with those letters in the
 * subject (search; NULL or "": all). before: when the last of the
 * page before was thrown away; 0: from the top. */
bool ticket_trash_list(struct ctx *cx, const char *search, int64_t before,
                       struct ticket_trash **out, size_t *count) MUST_CHECK;
