/* The tenant's own fields on pages: as a form asks for them, as facts, as what was typed. */
#pragma once

#include "portal/field/custom_field_words.h"
#include "portal/field/custom_value.h"
#include "portal/http/form.h"
#include "portal/http/page.h"

struct field_form {
    const struct field_set *set;
    const char *const *values; /* as they are kept; NULL: nothing is */
    const struct form *form;   /* what was typed over them; NULL: nothing was */
    struct field_facts facts;
};

/* Adds to a form's page what parts/custom_fields takes: "custom_fields", those that whoever fills
 * in may edit; "kept_fields", what was typed in others, so that they have it again when they come
 * back; has_custom_fields. */
void field_form_add(struct req *rq, const struct field_form *f, json_t *context);
/* {code: text} of the fields that the form had. */
json_t *field_form_given(struct req *rq, const struct field_set *set, const struct form *form);
/* Turns cx->err and all told with it into faults, those of fields with their labels. False as
 * form_take_err. */
bool field_form_take_err(struct req *rq, struct form *form, const struct form_field *fields,
                         size_t count, const struct field_set *set);
/* The same, with the fields of a subject read first. */
bool field_form_take_err_of(struct req *rq, struct form *form, const struct form_field *fields,
                            size_t count, enum field_subject subject) MUST_CHECK;
/* [{"label","value"}] of what is filled in and the viewer may read. */
json_t *field_form_facts(struct req *rq, const struct field_set *set, const char *const *values);
/* The name of a field's input: "fields.till". */
const char *field_form_name(struct req *rq, const struct custom_field *f);
