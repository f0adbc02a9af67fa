/* What the topic brings to the forms that file tickets: its notice, its text, its fields. */
#pragma once

#include "portal/desk/ticket_topic.h"
#include "portal/pages/field_form.h"

/* For parts/custom_fields, "topic_notice", "topic_article", and "text" with what the topic's text
 * begins with where nothing was typed. form: NULL on the first view; action: the form's address. */
bool ticket_form_fields_add(struct req *rq, const struct form *form, const char *topic,
                            const char *action, json_t *context) MUST_CHECK;
