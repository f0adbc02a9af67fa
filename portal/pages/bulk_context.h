/* What the pages of changes of many tickets show. */
#pragma once

#include "portal/desk/ticket_bulk.h"
#include "portal/http/form.h"
#include "portal/http/req.h"

/* A change in a list, or on its own page. In cx->mem. */
bool bulk_context_row(struct req *rq, const struct ticket_bulk *bulk, json_t **out) MUST_CHECK;
/* The fields to fill in, as they are or as they were typed (form; NULL: not yet). */
bool bulk_context_fields(struct req *rq, const struct ticket_bulk *bulk, const struct form *form,
                         json_t *page) MUST_CHECK;
/* "look": what would become of the tickets. */
bool bulk_context_look(struct req *rq, const struct ticket_bulk *bulk, json_t *page) MUST_CHECK;
