/* What a person sees and changes of his own data and of his organisation's, and staff of anybody's:
 * field by field, as the tenant allows (profile_field.h). */
#pragma once

#include "portal/account/profile_field.h"

struct profile_subject { /* whose data */
    struct id person_id;
    struct id organisation_id; /* of the membership, or the organisation itself; may be zero */
};

struct profile { /* for the viewer; NULL: the field is not for him */
    enum profile_level level[PROFILE_FIELD_COUNT]; /* staff: EDIT, READ or OFF */
    const char *value[PROFILE_FIELD_COUNT];        /* "" for a sensitive one */
    bool has[PROFILE_FIELD_COUNT];                 /* a sensitive one */
};

/* The person's fields, and the organisation's if it is the viewer's own or he is staff who reach
 * it (profile_reach.h). person_id may be zero. Fails: ERR_NOT_FOUND. */
bool profile_get(struct ctx *cx, const struct profile_subject *subject,
                 struct profile *out) MUST_CHECK;

struct profile_change {
    const char *value[PROFILE_FIELD_COUNT]; /* NULL leaves a field as it is */
};
struct profile_outcome {
    unsigned changed, proposed;
};
/* Changes what the viewer may edit and proposes what he may propose, in one transaction; a value
 * that is there already is neither. Fails: ERR_DENIED for a field that is not the viewer's to
 * touch, ERR_INVALID, ERR_PERSON_EMAIL, ERR_PROFILE_SECRET_DATE with the field's name,
 * ERR_NOT_FOUND. */
bool profile_change(struct ctx *cx, const struct profile_subject *subject,
                    const struct profile_change *change, struct profile_outcome *out) MUST_CHECK;

/* Whether value can be the field's. Fails as profile_change. */
bool profile_check(struct ctx *cx, enum profile_field field, const char **value) MUST_CHECK;
/* Writes one field inside the open transaction; the caller has looked at the viewer's right to it.
 * Emits person.updated or organisation.changed. Fails: ERR_NOT_FOUND. */
bool profile_put(struct ctx *cx, const struct profile_subject *subject, enum profile_field field,
                 const char *before, const char *value) MUST_CHECK;
