/* The page that fills in the tenant's own fields of a person, an order or a licence. */
#pragma once

#include "portal/field/custom_field.h"
#include "portal/http/req.h"

/* /desk/customers/{id}/people/{person}/fields, and one's own: /account/fields */
bool record_field_page_person(struct req *rq);
bool record_field_page_person_save(struct req *rq);
bool record_field_page_own(struct req *rq);
bool record_field_page_own_save(struct req *rq);
/* /orders/{id}/fields, /licences/{id}/fields; below /desk for staff */
bool record_field_page_order(struct req *rq);
bool record_field_page_order_save(struct req *rq);
bool record_field_page_licence(struct req *rq);
bool record_field_page_licence_save(struct req *rq);

/* For rows of a list, which have "listed": null: in words those of the records' fields that lists
 * show. One statement where there are none. */
bool record_field_page_list(struct req *rq, enum field_subject subject, const struct id *ids,
                            size_t count, json_t *rows) MUST_CHECK;
/* For the page of a record that the reader sees, whose address is back: "own_fields"
 * [{label,value}], "has_facts", "has_own_fields", "fields_href" (NULL: nothing to be edited). */
bool record_field_page_add(struct req *rq, enum field_subject subject, struct id id,
                           const char *back, json_t *page) MUST_CHECK;
