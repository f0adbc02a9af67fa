/* The rule table of fields: what is shown, what has to be filled in, what a value has to look like.
 * Pure: page, API, mail and rules are all judged here. */
#pragma once

#include "portal/field/custom_field.h"

struct field_facts { /* what conditions look at beside the fields; NULL and 0: there is no such */
    const char *topic;
    const char *status, *category; /* a condition on the state means either */
    int64_t level;
    bool is_customer; /* who fills in: he is asked only for what he may write */
};

struct field_state {
    bool is_shown;    /* belongs to the record now */
    bool may_edit;    /* shown to whoever fills in, and his to fill in */
    bool is_required; /* of whoever fills in */
};

enum { FIELD_TEXT_MAX = 300, FIELD_LINES_MAX = 5000, FIELD_AMOUNT_SCALE = 10000 };

/* values: a text for each field of the set in its form below, NULL where nothing is filled in; out:
 * as many. A field that is not shown counts as empty for the conditions of others. */
void field_rule_judge(const struct field_set *set, const struct field_facts *facts,
                      const char *const *values, struct field_state *out);

/* What was typed as it is kept: a line trimmed; a number without idle zeros; a day as 2026-11-22;
 * "yes" or "no"; the codes of options, a line each in the list's order. *out is NULL for nothing.
 * before: what is kept now; a retired option may stay. False: it does not suit the field. */
bool field_rule_clean(struct arena *mem, const struct custom_field *f, const char *typed,
                      const char *before, const char **out) MUST_CHECK;
/* A number or a day as what the table compares; false for other kinds. */
bool field_rule_amount(const struct custom_field *f, const char *value, int64_t *out) MUST_CHECK;
/* True when the conditions of shown fields come back to where they began. *at: a field of the
 * circle. */
bool field_rule_has_circle(const struct field_set *set, size_t *at);
/* One of the lines of text is exactly this. */
bool field_rule_has_line(const char *text, const char *line);
