/* What is filled in in the fields of one record. */
#pragma once

#include "base/json.h"
#include "portal/field/field_rule.h"

extern const struct err_kind ERR_FIELD_UNKNOWN;  /* no field of that code, or not the writer's */
extern const struct err_kind ERR_FIELD_VALUE;    /* does not suit the field */
extern const struct err_kind ERR_FIELD_REQUIRED; /* has to be filled in */

/* A text for each field of the set, NULL where nothing is filled in; in cx->mem. */
bool custom_value_read(struct ctx *cx, const struct field_set *set, struct id subject_id,
                       const char ***out) MUST_CHECK;
/* The same for several records: (*out)[record * set->count + field]. */
bool custom_value_read_many(struct ctx *cx, const struct field_set *set, const struct id *ids,
                            size_t count, const char ***out) MUST_CHECK;
/* All that a record has, also in retired fields: {code: value}; without the set, in one statement.
 */
bool custom_value_all(struct ctx *cx, struct id subject_id, json_t **out) MUST_CHECK;

struct custom_settled {  /* values that passed the rule table */
    const char **values; /* as they will be: NULL where not shown or not filled in */
    struct field_state *states;
    bool is_missing; /* something required is not there */
};
/* Puts what was given ({code: value}, or NULL) over what is (before: by the set, NULL: nothing) and
 * judges it. Values of fields that are not shown are dropped. is_strict: what is required has to be
 * there. Fails with one of the above or several (err_also), the source "fields.CODE". */
bool custom_value_settle(struct ctx *cx, const struct field_set *set,
                         const struct field_facts *facts, const char *const *before,
                         const json_t *given, bool is_strict,
                         struct custom_settled *out) MUST_CHECK;
/* Writes those that differ; inside the open transaction. */
bool custom_value_write(struct ctx *cx, const struct field_set *set, struct id subject_id,
                        const char *const *before, const char *const *values) MUST_CHECK;
/* Before the record goes. */
bool custom_value_clear(struct ctx *cx, struct id subject_id) MUST_CHECK;

/* As programs read it: text, number, true, "code", ["code"]; null for NULL. A new reference. */
json_t *custom_value_json(const struct custom_field *f, const char *value);
/* Fields of the set that the viewer may read: {code: value}. In mem. */
json_t *custom_value_set_json(struct arena *mem, const struct field_set *set,
                              const char *const *values, bool is_customer);
/* Turns a value of a search ("field.code:text") into what the table has: the code of an option by
 * its label, a number's amount. *word is NULL when only *amount is compared. False: it cannot be.
 */
bool custom_value_search(struct arena *mem, const struct custom_field *f, const char *text,
                         const char **word, int64_t *amount) MUST_CHECK;
