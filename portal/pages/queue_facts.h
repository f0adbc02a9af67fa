/* What the desk shows about a ticket beside its thread. */
#pragma once

#include "portal/pages/ticket_context.h"

/* Adds head, settings (with what may be chosen) and facts to the page's context. */
bool queue_facts_add(struct req *rq, const struct ticket_words *words, const struct ticket *t,
                     json_t *context) MUST_CHECK;
