/* The fields of a person's and an organisation's own data, and what the tenant lets customers do
 * with each. Staff are not bound by it, but that nobody has a field that is off. */
#pragma once

#include "db/db.h"

enum profile_field {
    PROFILE_NAME,
    PROFILE_PHONE,
    PROFILE_LANGUAGE,
    PROFILE_POSITION, /* of the membership */
    PROFILE_HOME_ADDRESS,
    PROFILE_BIRTH_DATE, /* sealed: profile_secret.h */
    PROFILE_IDENTITY_NUMBER,
    PROFILE_ORGANISATION_PHONE, /* from here on: of the organisation, for its administrators */
    PROFILE_ORGANISATION_EMAIL,
    PROFILE_ORGANISATION_ADDRESS,
    PROFILE_ORGANISATION_CITY,
    PROFILE_FIELD_COUNT
};

enum profile_level {
    PROFILE_OFF,    /* nobody has it; sensitive fields alone */
    PROFILE_HIDDEN, /* for staff alone */
    PROFILE_READ,
    PROFILE_PROPOSE, /* staff accept or decline */
    PROFILE_EDIT,
    PROFILE_LEVEL_COUNT
};

#define PROFILE_DOTS "••••••••" /* in place of a sensitive value */

extern const struct err_kind ERR_PROFILE_LEVEL; /* not for this field */

const char *profile_field_name(enum profile_field field);  /* "home_address" */
const char *profile_field_label(enum profile_field field); /* English, to be translated */
bool profile_field_parse(const char *name, enum profile_field *out) MUST_CHECK;
bool profile_field_is_sensitive(enum profile_field field);
bool profile_field_is_of_organisation(enum profile_field field);
int64_t profile_field_max(enum profile_field field); /* characters */
bool profile_field_may_be(enum profile_field field, enum profile_level level);

const char *profile_level_name(enum profile_level level);
bool profile_level_parse(const char *name, enum profile_level *out) MUST_CHECK;

/* What holds in the tenant for each field. */
struct profile_levels {
    enum profile_level of[PROFILE_FIELD_COUNT];
};
bool profile_levels(struct ctx *cx, struct profile_levels *out) MUST_CHECK;
/* Sets them all. Switching a field off forgets what people have in it. Needs RIGHT_SETTINGS_UPDATE.
 * Fails: ERR_DENIED, ERR_PROFILE_LEVEL with the field's name. Emits tenant.updated if anything
 * changed. */
bool profile_levels_set(struct ctx *cx, const struct profile_levels *levels) MUST_CHECK;
