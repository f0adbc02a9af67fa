#include "portal/account/profile.h"

#include "base/utf8.h"
#include "db/event.h"
#include "portal/account/person.h"
#include "portal/account/profile_proposal.h"
#include "portal/account/profile_reach.h"
#include "portal/account/profile_secret.h"

#include <string.h>

/* --- looking --- */

static const char SQL_PROFILE_PERSON[] =
    "SELECT p.full_name, p.phone, p.language, p.home_address, m.position FROM person p "
    "LEFT JOIN membership m ON m.tenant_id = p.tenant_id AND m.person_id = p.id "
    "AND m.organisation_id = ? WHERE p.tenant_id = ? AND p.id = ? AND p.deleted_at IS NULL";
static const char SQL_PROFILE_ORGANISATION[] =
    "SELECT phone, email, address, city FROM organisation "
    "WHERE tenant_id = ? AND id = ? AND deleted_at IS NULL";

static bool read_person(struct ctx *cx, const struct profile_subject *of, struct profile *out)
{
    struct profile_secrets secrets;
    struct db_rows rows;

    if (!db_query(cx, &rows, SQL_PROFILE_PERSON, DB_ID(of->organisation_id), DB_ID(cx->tenant_id),
                  DB_ID(of->person_id)) ||
        !profile_secrets(cx, of->person_id, &secrets))
        return false;
    if (!db_next(&rows))
        return err_set(&cx->err, &ERR_NOT_FOUND, "person %s", id_text(cx->mem, of->person_id));
    out->value[PROFILE_NAME] = db_text(&rows.row, 0);
    out->value[PROFILE_PHONE] = db_text(&rows.row, 1);
    out->value[PROFILE_LANGUAGE] = db_text(&rows.row, 2);
    out->value[PROFILE_HOME_ADDRESS] = db_text(&rows.row, 3);
    out->value[PROFILE_POSITION] = db_text(&rows.row, 4); /* NULL: no member there */
    out->value[PROFILE_BIRTH_DATE] = out->value[PROFILE_IDENTITY_NUMBER] = "";
    out->has[PROFILE_BIRTH_DATE] = secrets.has[PROFILE_BIRTH_DATE];
    out->has[PROFILE_IDENTITY_NUMBER] = secrets.has[PROFILE_IDENTITY_NUMBER];
    return true;
}

static bool read_organisation(struct ctx *cx, struct id id, struct profile *out)
{
    struct db_rows rows;

    if (!db_query(cx, &rows, SQL_PROFILE_ORGANISATION, DB_ID(cx->tenant_id), DB_ID(id)))
        return false;
    if (!db_next(&rows))
        return err_set(&cx->err, &ERR_NOT_FOUND, "organisation %s", id_text(cx->mem, id));
    out->value[PROFILE_ORGANISATION_PHONE] = db_text(&rows.row, 0);
    out->value[PROFILE_ORGANISATION_EMAIL] = db_text(&rows.row, 1);
    out->value[PROFILE_ORGANISATION_ADDRESS] = db_text(&rows.row, 2);
    out->value[PROFILE_ORGANISATION_CITY] = db_text(&rows.row, 3);
    return true;
}

/* Staff do as their rights let them with what is not off; customers as the tenant says, with
 * themselves and, as administrators, with their organisation. */
static bool levels_for(struct ctx *cx, const struct profile_subject *of, struct profile *out)
{
    bool is_self = !id_is_zero(of->person_id) && id_equal(cx->viewer.person_id, of->person_id);
    bool is_own = id_equal(cx->viewer.organisation_id, of->organisation_id) &&
                  viewer_has(&cx->viewer, RIGHT_ADMIN);
    struct profile_levels levels;
    bool may_read, may_update;

    if (!profile_levels(cx, &levels) || !profile_reach(cx, of, ACTION_READ, &may_read) ||
        !profile_reach(cx, of, ACTION_UPDATE, &may_update))
        return false;
    for (unsigned i = 0; i < PROFILE_FIELD_COUNT; i++) {
        bool of_organisation = profile_field_is_of_organisation((enum profile_field)i);
        bool may = of_organisation ? is_own : is_self;
        bool sees_only = of_organisation && !viewer_acts(&cx->viewer, RIGHT_ADMIN);

        out->level[i] = PROFILE_OFF;
        if (cx->viewer.kind == VIEWER_CUSTOMER)
            out->level[i] = !may                                       ? PROFILE_OFF
                            : sees_only && levels.of[i] > PROFILE_READ ? PROFILE_READ
                                                                       : levels.of[i];
        else if (levels.of[i] == PROFILE_OFF)
            continue;
        else if (may_update || (is_self && i != PROFILE_POSITION))
            out->level[i] = PROFILE_EDIT;
        else if (may_read)
            out->level[i] = PROFILE_READ;
    }
    return true;
}

/* All of it, whoever looks. */
static bool read_all(struct ctx *cx, const struct profile_subject *of, struct profile *out)
{
    *out = (struct profile){.value = {NULL}};
    return (id_is_zero(of->person_id) || read_person(cx, of, out)) &&
           (id_is_zero(of->organisation_id) || read_organisation(cx, of->organisation_id, out)) &&
           levels_for(cx, of, out);
}

bool profile_get(struct ctx *cx, const struct profile_subject *of, struct profile *out)
{
    struct profile all;

    if (!read_all(cx, of, &all))
        return false;
    for (unsigned i = 0; i < PROFILE_FIELD_COUNT; i++) {
        if (all.level[i] < PROFILE_READ)
            all.value[i] = NULL;
        if (all.value[i] == NULL)
            all.level[i] = PROFILE_OFF;
    }
    *out = all;
    return true;
}

/* --- changing --- */

bool profile_check(struct ctx *cx, enum profile_field field, const char **value)
{
    const char *name = profile_field_name(field);
    const char *clean;

    if (profile_field_is_sensitive(field))
        return profile_secret_check(cx, field, *value);
    if (!utf8_valid(*value, strlen(*value)) ||
        (int64_t)utf8_count(*value) > profile_field_max(field) ||
        (field == PROFILE_NAME && (**value == '\0' || !utf8_is_line(*value))))
        return err_set_at(&cx->err, &ERR_INVALID, name, "too long, empty or not UTF-8");
    if (field != PROFILE_ORGANISATION_EMAIL || **value == '\0')
        return true;
    clean = person_email_clean(cx->mem, *value);
    if (clean == NULL)
        return err_set_at(&cx->err, &ERR_PERSON_EMAIL, name, "not an address");
    *value = clean;
    return true;
}

static const char SQL_PROFILE_POSITION[] =
    "UPDATE membership SET position = ? WHERE tenant_id = ? "
    "AND person_id = ? AND organisation_id = ?";
static const char SQL_PROFILE_HOME[] =
    "UPDATE person SET home_address = ?, updated_at = ? WHERE tenant_id = ? AND id = ?";
static const char SQL_PROFILE_LANGUAGE[] =
    "UPDATE person SET language = ?, updated_at = ? WHERE tenant_id = ? AND id = ?";
static const char SQL_PROFILE_PHONE[] =
    "UPDATE person SET phone = ?, updated_at = ? WHERE tenant_id = ? AND id = ?";
static const char SQL_PROFILE_ORG_PHONE[] =
    "UPDATE organisation SET phone = ?, updated_at = ? WHERE tenant_id = ? AND id = ?";
static const char SQL_PROFILE_ORG_EMAIL[] =
    "UPDATE organisation SET email = ?, updated_at = ? WHERE tenant_id = ? AND id = ?";
static const char SQL_PROFILE_ORG_ADDRESS[] =
    "UPDATE organisation SET address = ?, updated_at = ? WHERE tenant_id = ? AND id = ?";
static const char SQL_PROFILE_ORG_CITY[] =
    "UPDATE organisation SET city = ?, updated_at = ? WHERE tenant_id = ? AND id = ?";

static const char *sql_of(enum profile_field field)
{
    switch (field) {
    case PROFILE_PHONE:
        return SQL_PROFILE_PHONE;
    case PROFILE_LANGUAGE:
        return SQL_PROFILE_LANGUAGE;
    case PROFILE_HOME_ADDRESS:
        return SQL_PROFILE_HOME;
    case PROFILE_ORGANISATION_PHONE:
        return SQL_PROFILE_ORG_PHONE;
    case PROFILE_ORGANISATION_EMAIL:
        return SQL_PROFILE_ORG_EMAIL;
    case PROFILE_ORGANISATION_ADDRESS:
        return SQL_PROFILE_ORG_ADDRESS;
    case PROFILE_ORGANISATION_CITY:
        return SQL_PROFILE_ORG_CITY;
    case PROFILE_NAME:
    case PROFILE_POSITION:
    case PROFILE_BIRTH_DATE:
    case PROFILE_IDENTITY_NUMBER:
    case PROFILE_FIELD_COUNT:
        break;
    }
    return NULL;
}

static bool put_value(struct ctx *cx, const struct profile_subject *of, enum profile_field field,
                      const char *value)
{
    bool is_organisation = profile_field_is_of_organisation(field);

    if (profile_field_is_sensitive(field))
        return profile_secret_put(cx, of->person_id, field, value);
    if (field == PROFILE_NAME)
        return person_rename(cx, of->person_id, value);
    if (field == PROFILE_POSITION)
        return db_exec(cx, NULL, SQL_PROFILE_POSITION, DB_TEXT(value), DB_ID(cx->tenant_id),
                       DB_ID(of->person_id), DB_ID(of->organisation_id));
    return db_exec(cx, NULL, sql_of(field), DB_TEXT(value), DB_TIME(cx->now), DB_ID(cx->tenant_id),
                   DB_ID(is_organisation ? of->organisation_id : of->person_id));
}

bool profile_put(struct ctx *cx, const struct profile_subject *of, enum profile_field field,
                 const char *before, const char *value)
{
    bool is_organisation = profile_field_is_of_organisation(field);
    const char *name = profile_field_name(field);
    json_t *data = json_own(cx->mem, json_pack("{s:s,s:s}", "change", "profile", "field", name));

    if (!profile_field_is_sensitive(field)) { /* those are in no event */
        json_object_set_new(data, "before", json_pack("{s:s}", name, before));
        json_object_set_new(data, "after", json_pack("{s:s}", name, value));
    }
    return put_value(cx, of, field, value) &&
           event_emit(cx, is_organisation ? EVENT_ORGANISATION_CHANGED : EVENT_PERSON_UPDATED,
                      is_organisation ? of->organisation_id : of->person_id, data);
}

static bool change_one(struct ctx *cx, const struct profile_subject *of, const struct profile *now,
                       enum profile_field field, const char *value, struct profile_outcome *done)
{
    bool is_same = !profile_field_is_sensitive(field) && now->value[field] != NULL &&
                   strcmp(now->value[field], value) == 0;

    if (!profile_check(cx, field, &value))
        return false;
    if (now->value[field] == NULL || now->level[field] < (is_same ? PROFILE_READ : PROFILE_PROPOSE))
        return err_set(&cx->err, &ERR_DENIED, "%s is not the viewer's to change",
                       profile_field_name(field));
    if (is_same)
        return true;
    if (now->level[field] == PROFILE_PROPOSE) {
        done->proposed++;
        return profile_proposal_make(cx, of, field, now->value[field], value);
    }
    done->changed++;
    return profile_put(cx, of, field, now->value[field], value);
}

bool profile_change(struct ctx *cx, const struct profile_subject *of,
                    const struct profile_change *change, struct profile_outcome *out)
{
    struct profile_outcome done = {0, 0};
    struct profile now;

    if (!db_begin(cx))
        return false;
    if (!read_all(cx, of, &now))
        goto rollback;
    for (unsigned i = 0; i < PROFILE_FIELD_COUNT; i++)
        if (change->value[i] != NULL &&
            !change_one(cx, of, &now, (enum profile_field)i, change->value[i], &done))
            goto rollback;
    if (!db_commit(cx))
        return false;
    *out = done;
    return true;

rollback:
    db_rollback(cx);
    return false;
}
