#include "portal/account/profile_field.h"

#include "base/attr.h"
#include "db/event.h"
#include "portal/http/lang.h"

#include <string.h>

const struct err_kind ERR_PROFILE_LEVEL = {ERR_CLASS_INVALID, "PROFILE_LEVEL",
                                           "This cannot be chosen for this field."};

static const struct {
    const char *name, *label;
    enum profile_level usual;
    bool is_sensitive;
    int64_t max;
} FIELDS[] = {
    [PROFILE_NAME] = {"full_name", T("Full name"), PROFILE_EDIT, false, 200},
    [PROFILE_PHONE] = {"phone", T("Telephone"), PROFILE_EDIT, false, 64},
    [PROFILE_LANGUAGE] = {"language", T("Language"), PROFILE_EDIT, false, 8},
    [PROFILE_POSITION] = {"position", T("Position"), PROFILE_READ, false, 100},
    [PROFILE_HOME_ADDRESS] = {"home_address", T("Home address"), PROFILE_HIDDEN, false, 400},
    [PROFILE_BIRTH_DATE] = {"birth_date", T("Date of birth"), PROFILE_OFF, true, 10},
    [PROFILE_IDENTITY_NUMBER] = {"identity_number", T("Identity number"), PROFILE_OFF, true, 64},
    [PROFILE_ORGANISATION_PHONE] = {"organisation_phone", T("Telephone"), PROFILE_PROPOSE, false,
                                    64},
    [PROFILE_ORGANISATION_EMAIL] = {"organisation_email", T("E-mail"), PROFILE_PROPOSE, false, 254},
    [PROFILE_ORGANISATION_ADDRESS] = {"organisation_address", T("Address"), PROFILE_PROPOSE, false,
                                      400},
    [PROFILE_ORGANISATION_CITY] = {"organisation_city", T("City"), PROFILE_PROPOSE, false, 100},
};
_Static_assert(COUNT(FIELDS) == PROFILE_FIELD_COUNT, "describe every field");

static const char *const LEVELS[] = {[PROFILE_OFF] = "off",
                                     [PROFILE_HIDDEN] = "hidden",
                                     [PROFILE_READ] = "read",
                                     [PROFILE_PROPOSE] = "propose",
                                     [PROFILE_EDIT] = "edit"};
_Static_assert(COUNT(LEVELS) == PROFILE_LEVEL_COUNT, "name every level");

const char *profile_field_name(enum profile_field field)
{
    return FIELDS[field].name;
}

const char *profile_field_label(enum profile_field field)
{
    return FIELDS[field].label;
}

bool profile_field_parse(const char *name, enum profile_field *out)
{
    for (unsigned i = 0; i < PROFILE_FIELD_COUNT; i++) {
        if (strcmp(FIELDS[i].name, name) == 0) {
            *out = (enum profile_field)i;
            return true;
        }
    }
    return false;
}

bool profile_field_is_sensitive(enum profile_field field)
{
    return FIELDS[field].is_sensitive;
}

bool profile_field_is_of_organisation(enum profile_field field)
{
    return field >= PROFILE_ORGANISATION_PHONE;
}

int64_t profile_field_max(enum profile_field field)
{
    return FIELDS[field].max;
}

bool profile_field_may_be(enum profile_field field, enum profile_level level)
{
    return FIELDS[field].is_sensitive || level != PROFILE_OFF;
}

const char *profile_level_name(enum profile_level level)
{
    return LEVELS[level];
}

bool profile_level_parse(const char *name, enum profile_level *out)
{
    for (unsigned i = 0; i < PROFILE_LEVEL_COUNT; i++) {
        if (strcmp(LEVELS[i], name) == 0) {
            *out = (enum profile_level)i;
            return true;
        }
    }
    return false;
}

/* --- a tenant's choice --- */

static const char SQL_PROFILE_RIGHT_LIST[] =
    "SELECT field, level FROM profile_right WHERE tenant_id = ?";

bool profile_levels(struct ctx *cx, struct profile_levels *out)
{
    struct db_rows rows;

    for (unsigned i = 0; i < PROFILE_FIELD_COUNT; i++)
        out->of[i] = FIELDS[i].usual;
    if (!db_query(cx, &rows, SQL_PROFILE_RIGHT_LIST, DB_ID(cx->tenant_id)))
        return false;
    while (db_next(&rows)) {
        enum profile_field field;
        enum profile_level level;

        if (profile_field_parse(db_text(&rows.row, 0), &field) &&
            profile_level_parse(db_text(&rows.row, 1), &level) &&
            profile_field_may_be(field, level))
            out->of[field] = level;
    }
    return true;
}

static const char SQL_PROFILE_RIGHT_SET[] =
    "INSERT INTO profile_right (tenant_id, field, level) VALUES (?, ?, ?) "
    "ON DUPLICATE KEY UPDATE level = VALUES(level)";
static const char SQL_PROFILE_FORGET_BIRTH[] =
    "UPDATE person_sensitive SET birth_date = NULL WHERE tenant_id = ?";
static const char SQL_PROFILE_FORGET_IDENTITY[] =
    "UPDATE person_sensitive SET identity_number = NULL WHERE tenant_id = ?";

static const char SQL_PROFILE_FORGET_PROPOSED[] =
    "UPDATE profile_proposal SET state = 'withdrawn', new_sealed = NULL, decided_at = ? "
    "WHERE tenant_id = ? AND field = ? AND state = 'waiting'";

static bool set_one(struct ctx *cx, enum profile_field field, enum profile_level level)
{
    if (!db_exec(cx, NULL, SQL_PROFILE_RIGHT_SET, DB_ID(cx->tenant_id), DB_TEXT(FIELDS[field].name),
                 DB_TEXT(LEVELS[level])))
        return false;
    if (level != PROFILE_OFF)
        return true;
    return db_exec(cx, NULL,
                   field == PROFILE_BIRTH_DATE ? SQL_PROFILE_FORGET_BIRTH
                                               : SQL_PROFILE_FORGET_IDENTITY,
                   DB_ID(cx->tenant_id)) &&
           db_exec(cx, NULL, SQL_PROFILE_FORGET_PROPOSED, DB_TIME(cx->now), DB_ID(cx->tenant_id),
                   DB_TEXT(profile_field_name(field)));
}

static bool set_all(struct ctx *cx, const struct profile_levels *levels)
{
    json_t *before = json_object();
    json_t *after = json_object();
    json_t *data = json_own(
        cx->mem, json_pack("{s:s,s:o,s:o}", "change", "profile", "before", before, "after", after));
    struct profile_levels now;

    if (!profile_levels(cx, &now))
        return false;
    for (unsigned i = 0; i < PROFILE_FIELD_COUNT; i++) {
        if (levels->of[i] == now.of[i])
            continue;
        json_object_set_new(before, FIELDS[i].name, json_string(LEVELS[now.of[i]]));
        json_object_set_new(after, FIELDS[i].name, json_string(LEVELS[levels->of[i]]));
        if (!set_one(cx, (enum profile_field)i, levels->of[i]))
            return false;
    }
    return json_object_size(after) == 0 ||
           event_emit(cx, EVENT_TENANT_UPDATED, cx->tenant_id, data);
}

bool profile_levels_set(struct ctx *cx, const struct profile_levels *levels)
{
    if (cx->viewer.kind == VIEWER_CUSTOMER || !viewer_has(&cx->viewer, RIGHT_SETTINGS_UPDATE))
        return err_set(&cx->err, &ERR_DENIED, "profile_levels_set");
    for (unsigned i = 0; i < PROFILE_FIELD_COUNT; i++)
        if (!profile_field_may_be((enum profile_field)i, levels->of[i]))
            return err_set_at(&cx->err, &ERR_PROFILE_LEVEL, FIELDS[i].name, "level");
    if (!db_begin(cx))
        return false;
    if (!set_all(cx, levels)) {
        db_rollback(cx);
        return false;
    }
    return db_commit(cx);
}
