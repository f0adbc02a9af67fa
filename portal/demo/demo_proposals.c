/* Changes of their data that customers have proposed and that wait for staff. */
#include "portal/account/profile.h"
#include "portal/demo/demo.h"

#include <string.h>

static struct id organisation_of(struct demo *d, const char *code)
{
    const struct id none = {{0}};

    for (size_t i = 0; i < json_array_size(d->organisations); i++) {
        const json_t *o = json_array_get(d->organisations, i);

        if (strcmp(json_get_text(o, "code", ""), code) == 0)
            return demo_id(o, "id");
    }
    return none;
}

static bool add_one(struct demo *d, const json_t *p)
{
    const struct viewer before = d->cx->viewer;
    const struct profile_subject of = {demo_id(d->people, json_get_text(p, "email", "")),
                                       organisation_of(d, json_get_text(p, "organisation", ""))};
    struct profile_change change = {.value = {NULL}};
    struct profile_outcome outcome;
    enum profile_field field = PROFILE_NAME;
    bool ok;

    if (!profile_field_parse(json_get_text(p, "field", ""), &field))
        return err_set(&d->cx->err, &ERR_INTERNAL, "a proposal of the demo names no field");
    change.value[field] = json_get_text(p, "value", "");
    demo_set_day(d, json_get_i64(p, "days_ago", 1));
    d->cx->viewer = (struct viewer){.kind = VIEWER_CUSTOMER,
                                    .person_id = of.person_id,
                                    .organisation_id = of.organisation_id,
                                    .rights = RIGHT_ADMIN};
    ok = profile_change(d->cx, &of, &change, &outcome);
    d->cx->viewer = before;
    return ok;
}

bool demo_add_proposals(struct demo *d)
{
    const json_t *list = json_object_get(d->data, "proposals");

    for (size_t i = 0; i < json_array_size(list); i++)
        if (!add_one(d, json_array_get(list, i)))
            return false;
    return true;
}
