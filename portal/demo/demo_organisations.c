/* Organisations with their sites, people and contracts. */
#include "portal/account/credential.h"
#include "portal/account/membership.h"
#include "portal/account/person.h"
#include "portal/demo/demo.h"
#include "portal/sales/contract.h"
#include "portal/sales/organisation.h"
#include "portal/sales/site.h"

#include <string.h>

enum { CUSTOMER_SINCE_DAYS = 420 };

static const struct {
    const char *name;
    uint64_t right;
} RIGHTS[] = {{"ticket_own", RIGHT_TICKET_OWN}, {"ticket_all", RIGHT_TICKET_ALL},
              {"order", RIGHT_ORDER},           {"licence", RIGHT_LICENCE},
              {"billing", RIGHT_BILLING},       {"admin", RIGHT_ADMIN}};

static uint64_t rights_of(const char *words)
{
    struct span rest = span_of(words);
    struct span word;
    uint64_t rights = 0;

    while (span_cut(&rest, ' ', &word))
        for (size_t i = 0; i < COUNT(RIGHTS); i++)
            if (span_equal(word, RIGHTS[i].name))
                rights |= RIGHTS[i].right;
    return rights;
}

static bool add_sites(struct demo *d, const json_t *o, struct id organisation, json_t *made)
{
    const json_t *list = json_object_get(o, "sites");

    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *s = json_array_get(list, i);
        const struct site draft = {.organisation_id = organisation,
                                   .name = json_get_text(s, "name", ""),
                                   .city = json_get_text(s, "city", ""),
                                   .address = json_get_text(s, "address", ""),
                                   .phone = json_get_text(s, "phone", "")};
        struct id id;

        if (!site_add(d->cx, &draft, &id))
            return false;
        json_array_append_new(json_object_get(made, "sites"),
                              json_pack("{s:s,s:s,s:s}", "id", id_text(d->cx->mem, id), "name",
                                        draft.name, "city", draft.city));
    }
    return true;
}

static struct id site_named(const json_t *made, const char *name)
{
    const json_t *sites = json_object_get(made, "sites");
    const struct id none = {{0}};

    for (size_t i = 0; i < json_array_size(sites); i++)
        if (strcmp(json_get_text(json_array_get(sites, i), "name", ""), name) == 0)
            return demo_id(json_array_get(sites, i), "id");
    return none;
}

static bool add_people(struct demo *d, const json_t *o, struct id organisation, const char *hash,
                       json_t *made)
{
    const json_t *list = json_object_get(o, "people");

    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *p = json_array_get(list, i);
        const struct person_spec spec = {.full_name = json_get_text(p, "name", ""),
                                         .email = json_get_text(p, "email", ""),
                                         .phone = json_get_text(p, "phone", ""),
                                         .language = json_get_text(p, "language", "en")};
        struct membership_spec member = {.organisation_id = organisation,
                                         .position = json_get_text(p, "position", ""),
                                         .rights = rights_of(json_get_text(p, "rights", ""))};
        struct person *person;

        member.site_id = site_named(made, json_get_text(p, "site", ""));
        if (!person_create(d->cx, &spec, &person) || !credential_store(d->cx, person->id, hash))
            return false;
        member.person_id = person->id;
        if (!membership_add(d->cx, &member))
            return false;
        json_object_set_new(d->people, person->email, json_string(id_text(d->cx->mem, person->id)));
        json_array_append_new(json_object_get(made, "people"),
                              json_pack("{s:s,s:I,s:s}", "id", id_text(d->cx->mem, person->id),
                                        "rights", (json_int_t)member.rights, "site",
                                        json_get_text(p, "site", "")));
    }
    return true;
}

static bool add_contract(struct demo *d, const json_t *o, struct id organisation)
{
    const json_t *c = json_object_get(o, "contract");
    const json_t *tenant = json_object_get(d->data, "tenant");
    int64_t signed_ago = json_get_i64(c, "signed_days_ago", 0);
    struct contract draft = {
        .organisation_id = organisation,
        .title = json_get_text(c, "title", ""),
        .party_a = json_get_text(tenant, "name", ""),
        .party_b = json_get_text(o, "name", ""),
        .support_level = json_get_text(c, "support_level", ""),
        .signed_on = demo_date(d, -signed_ago),
        .starts_on = demo_date(d, -signed_ago),
        .ends_on = demo_date(d, json_get_i64(c, "ends_in_days", 0)),
        .amount = {.minor = json_get_i64(c, "amount_minor", 0), .currency = "GBP"}};
    struct id id;

    if (json_is_integer(json_object_get(c, "payment_due_in_days")))
        draft.payment_due_on = demo_date(d, json_get_i64(c, "payment_due_in_days", 0));
    return contract_add(d->cx, &draft, &id);
}

static bool add_one(struct demo *d, const json_t *o, const char *hash)
{
    const json_t *owner = json_object_get(d->staff, json_get_text(o, "owner", ""));
    const struct organisation_draft draft = {.code = json_get_text(o, "code", NULL),
                                             .name = json_get_text(o, "name", ""),
                                             .category = json_get_text(o, "category", ""),
                                             .importance = json_get_i64(o, "importance", 0),
                                             .owner_id = demo_id(owner, "id"),
                                             .phone = json_get_text(o, "phone", ""),
                                             .email = json_get_text(o, "email", ""),
                                             .address = json_get_text(o, "address", ""),
                                             .city = json_get_text(o, "city", ""),
                                             .country = json_get_text(o, "country", "")};
    struct organisation *made;
    json_t *entry;

    demo_set_day(d, CUSTOMER_SINCE_DAYS);
    if (!organisation_add(d->cx, &draft, &made))
        return false;
    entry =
        json_pack("{s:s,s:s,s:s,s:s,s:[],s:[],s:[]}", "id", id_text(d->cx->mem, made->id), "code",
                  made->code, "name", made->name, "language",
                  strcmp(made->country, "CN") == 0 ? "zh" : "en", "sites", "people", "licences");
    json_array_append_new(d->organisations, entry);
    return add_sites(d, o, made->id, entry) && add_people(d, o, made->id, hash, entry) &&
           add_contract(d, o, made->id) && demo_add_orders(d, o, entry);
}

bool demo_add_organisations(struct demo *d, const char *hash)
{
    const json_t *list = json_object_get(d->data, "organisations");

    for (size_t i = 0; i < json_array_size(list); i++)
        if (!add_one(d, json_array_get(list, i), hash))
            return false;
    return true;
}
