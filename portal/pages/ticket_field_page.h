/* The page that changes a ticket's own fields, for the desk and for customers. */
#pragma once

#include "portal/desk/ticket.h"
#include "portal/field/custom_field.h"
#include "portal/http/req.h"

bool ticket_field_page_show(struct req *rq);
bool ticket_field_page_save(struct req *rq);

/* For rows of a list: fills in t->listed where the tenant has fields for lists. set: the fields of
 * tickets, NULL to be read here. */
bool ticket_field_page_list(struct req *rq, const struct field_set *set, struct ticket *const *rows,
                            size_t count) MUST_CHECK;

/* For a ticket's page: "own_fields" [{label,value}], "has_own_fields", "fields_missing",
 * "fields_href" (NULL: nothing to be edited), and what the customer said of its weight. */
bool ticket_field_page_of_ticket(struct req *rq, const struct field_set *set,
                                 const struct ticket *t, json_t *context) MUST_CHECK;
