/* Staff and teams. */
#include "portal/account/credential.h"
#include "portal/account/person.h"
#include "portal/account/role.h"
#include "portal/demo/demo.h"

static const char SQL_TEAM_ADD[] =
    "INSERT INTO team (tenant_id, id, name, is_default) VALUES (?, ?, ?, FALSE)";

static bool add_teams(struct demo *d)
{
    const json_t *teams = json_object_get(d->data, "teams");

    for (size_t i = 0; i < json_array_size(teams); i++) {
        const char *name = json_string_value(json_array_get(teams, i));
        struct id id = ctx_new_id(d->cx);

        if (!db_exec(d->cx, NULL, SQL_TEAM_ADD, DB_ID(d->cx->tenant_id), DB_ID(id), DB_TEXT(name)))
            return false;
        json_object_set_new(d->teams, name, json_string(id_text(d->cx->mem, id)));
    }
    return true;
}

static bool add_one(struct demo *d, const json_t *who, const char *hash)
{
    const char *team = json_get_text(who, "team", NULL);
    const struct person_spec spec = {.full_name = json_get_text(who, "name", ""),
                                     .email = json_get_text(who, "email", ""),
                                     .language = json_get_text(who, "language", "en")};
    struct person *person;
    struct staff *staff;
    struct id team_id = demo_id(d->teams, team != NULL ? team : "");

    if (!person_create(d->cx, &spec, &person) || !credential_store(d->cx, person->id, hash) ||
        !role_staff_set(d->cx, person->id, json_get_text(who, "role", ""), team_id,
                        json_get_text(who, "title", "")) ||
        !role_staff_find(d->cx, person->id, &staff))
        return false;
    json_object_set_new(d->staff, person->email,
                        json_pack("{s:s,s:s?,s:I,s:s}", "id", id_text(d->cx->mem, person->id),
                                  "team", team, "rights", (json_int_t)staff->rights, "role",
                                  json_get_text(who, "role", "")));
    return true;
}

bool demo_add_staff(struct demo *d, const char *hash)
{
    const json_t *list = json_object_get(d->data, "staff");

    if (!add_teams(d))
        return false;
    for (size_t i = 0; i < json_array_size(list); i++)
        if (!add_one(d, json_array_get(list, i), hash))
            return false;
    return true;
}
