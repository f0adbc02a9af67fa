/* What happens inside a ticket's thread: changing one's own message, and who else is looking. */
#pragma once

#include "portal/pages/ticket_context.h"

bool message_page_edit(struct req *rq);      /* POST /tickets/{id}/message */
bool message_page_desk_edit(struct req *rq); /* POST /desk/tickets/{id}/message */
bool message_page_presence(struct req *rq);  /* GET /desk/tickets/{id}/presence */

/* Puts a refused change back into the thread of ticket_context_thread: what was typed, and what is
 * wrong with it. Nothing when the form is another one. */
void message_page_keep(json_t *thread, const struct form *form);
/* The id of the latest message in such a thread, "" where it has none. Borrowed from it. */
const char *message_page_latest(const json_t *thread);
