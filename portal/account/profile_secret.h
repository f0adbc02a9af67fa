/* Dates of birth and identity numbers: off unless the tenant wants them, sealed in the database,
 * shown as dots; whoever has one shown is on record. */
#pragma once

#include "portal/account/profile_field.h"

extern const struct err_kind ERR_PROFILE_SECRET_DATE; /* no date, or one to come */
extern const struct err_kind ERR_PROFILE_SECRET_LONG;

struct profile_secrets { /* which there are */
    bool has[PROFILE_FIELD_COUNT];
};
bool profile_secrets(struct ctx *cx, struct id person_id, struct profile_secrets *out) MUST_CHECK;

/* Whether value can be the field's: "" always. Fails: ERR_PROFILE_SECRET_DATE,
 * ERR_PROFILE_SECRET_LONG, with the field's name. */
bool profile_secret_check(struct ctx *cx, enum profile_field field, const char *value) MUST_CHECK;
/* Keeps it, "" takes it away; for profile_put, which looks at rights. The value is in no event. */
bool profile_secret_put(struct ctx *cx, struct id person_id, enum profile_field field,
                        const char *value) MUST_CHECK;

/* The value in clear ("" if there is none). The person himself if he may read the field, staff who
 * may change him (profile_reach.h). Fails: ERR_DENIED, ERR_NOT_FOUND. Emits person.revealed. */
bool profile_secret_reveal(struct ctx *cx, struct id person_id, enum profile_field field,
                           const char **out) MUST_CHECK;

/* What sealed values are bound to: for portal/reseal.c. */
const char *profile_secret_birth_context(struct arena *mem, struct id person_id);
const char *profile_secret_identity_context(struct arena *mem, struct id person_id);
