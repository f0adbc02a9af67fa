/* The tenant's own fields of records that have neither topic nor state: organisations. */
#pragma once

#include "portal/field/custom_value.h"

struct field_record { /* in cx->mem */
    struct field_set set;
    const char **values;
};

/* id zero: a record that is not there yet. */
bool field_record_read(struct ctx *cx, enum field_subject subject, struct id id,
                       struct field_record *out) MUST_CHECK;
/* Fills in {code: value} (NULL: nothing new) inside the open transaction, and says so in the
 * event's data ("fields", "fields_before"). Staff are asked for what is required. Fails as
 * custom_value_settle does. */
bool field_record_write(struct ctx *cx, enum field_subject subject, struct id id,
                        const json_t *given, json_t *data) MUST_CHECK;
/* What the viewer may read: {code: value}. */
bool field_record_json(struct ctx *cx, enum field_subject subject, struct id id,
                       json_t **out) MUST_CHECK;
