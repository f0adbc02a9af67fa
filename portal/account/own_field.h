/* The tenant's own fields of persons, orders and licences: whose they are to see and to fill in.
 * (Organisations have theirs in organisation_change, tickets in ticket_field.h.) */
#pragma once

#include "portal/field/field_record.h"

/* Fails: ERR_NOT_FOUND for a record that the viewer does not see. Of people a customer sees himself
 * alone. What he may read of it is for the caller: field_form_facts, custom_value_set_json. */
bool own_field_read(struct ctx *cx, enum field_subject subject, struct id id,
                    struct field_record *out) MUST_CHECK;
/* Fills in {code: value}. Staff need the right to change customers, orders or licences; a customer
 * the one to orders or licences, for acting, and reaches only what he may write. Fails: ERR_DENIED;
 * ERR_NOT_FOUND; as custom_value_settle does. Emits person.updated, order.updated, licence.updated
 * when something differs. */
bool own_field_set(struct ctx *cx, enum field_subject subject, struct id id,
                   const json_t *given) MUST_CHECK;
/* Whether the viewer has that right at all. */
bool own_field_may_set(const struct ctx *cx, enum field_subject subject);
