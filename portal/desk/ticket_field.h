/* The tenant's own fields of tickets. */
#pragma once

#include "portal/desk/ticket.h"
#include "portal/field/custom_value.h"

extern const struct err_kind ERR_TICKET_FIELD; /* has to be filled in before that state */

struct ticket_fields { /* a ticket's fields as they are, in cx->mem */
    struct field_set set;
    const char **values;
    struct field_state *states;
};

/* What the rule table looks at; by the viewer's side. */
struct field_facts ticket_field_facts(const struct ctx *cx, const struct ticket *t);
bool ticket_field_read(struct ctx *cx, const struct ticket *t,
                       struct ticket_fields *out) MUST_CHECK;
/* The same for who has the fields already. */
bool ticket_field_read_of(struct ctx *cx, const struct field_set *set, const struct ticket *t,
                          struct ticket_fields *out) MUST_CHECK;
/* Fills in t->fields of each with what the viewer may read: {code: value}. */
bool ticket_field_load(struct ctx *cx, struct ticket *const *tickets, size_t count) MUST_CHECK;

/* Fills in fields: {code: value}. A member of staff and a customer are asked for what is required;
 * a rule is not. Fails as custom_value_settle does. Emits ticket.updated. */
bool ticket_field_set(struct ctx *cx, struct id id, const json_t *given) MUST_CHECK;

/* Inside an open change, for this folder: what a new state asks for that the old one did not has to
 * be there when staff set it. Fails: ERR_TICKET_FIELD. */
bool ticket_field_allows(struct ctx *cx, const struct ticket *t, const char *status,
                         enum ticket_category category) MUST_CHECK;
/* A new ticket takes what another one has filled in, as far as the fields belong to it: by its own
 * topic, level and state. Retired ones stay where they are. */
bool ticket_field_copy(struct ctx *cx, const struct ticket *from, struct id to) MUST_CHECK;
/* The flag that something required is missing, after topic, level or state changed. */
bool ticket_field_judge_again(struct ctx *cx, struct id id) MUST_CHECK;
