/* The attributes of a policy as a vendor reads them: groups of fields with explanations. */
#pragma once

#include "licensing/policy_attribute.h"
#include "portal/http/form.h"

/* The form's groups, for the template: values as typed (form), or as the policy has them. */
json_t *policy_field_groups(struct req *rq, const struct policy *p, const struct form *form);
/* Writes what was typed into the policy; what is no value of its field is added to cx->err, with
 * the attribute's pointer. */
void policy_field_read(struct ctx *cx, const struct form *form, struct policy *p);
/* Turns the faults of cx->err (all of them) into faults of the form; false for a failure that is no
 * form matter. */
bool policy_field_take(struct req *rq, struct form *form);
