#include "portal/transfer/transfer_item.h"

#include "licensing/component.h"
#include "licensing/entitlement_policy.h"
#include "licensing/licence_entitlement.h"
#include "licensing/licence_join.h"
#include "portal/account/user.h"
#include "portal/api/catalogue_input.h"
#include "portal/transfer/transfer_extra.h"
#include "portal/transfer/transfer_licence.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static const struct catalogue_input AS_FILED = {
    .version = API_VERSION_NEWEST, .is_new = true, .is_lenient = true};

/* --- people --- */

void transfer_people_note(struct transfer_people *people, struct id there, struct id here)
{
    if (people->count == people->room) {
        people->room = people->room == 0 ? 16 : people->room * 2;
        people->list = realloc(people->list, people->room * sizeof *people->list);
        if (people->list == NULL)
            abort();
    }
    people->list[people->count++] = (struct transfer_person){there, here};
    people->is_sorted = false;
}

static int by_there(const void *a, const void *b)
{
    const struct transfer_person *x = a;
    const struct transfer_person *y = b;

    return id_compare(x->there, y->there);
}

/* Noted all, then asked often: sorted once in between. */
struct id transfer_people_here(struct transfer_people *people, struct id there)
{
    const struct transfer_person wanted = {.there = there};
    const struct transfer_person *found;

    if (people->count == 0)
        return there;
    if (!people->is_sorted)
        qsort(people->list, people->count, sizeof *people->list, by_there);
    people->is_sorted = true;
    found = bsearch(&wanted, people->list, people->count, sizeof *people->list, by_there);
    return found != NULL ? found->here : there;
}

/* --- what all have in common --- */

bool transfer_item_relation(struct transfer_item *item, const char *name, enum transfer_type type,
                            bool is_required, struct id *out)
{
    const json_t *relation = json_object_get(item->relationships.json, name);
    struct api_object at = {item->cx, relation,
                            arena_printf(item->cx->mem, "%s/%s", item->relationships.at, name)};
    struct api_object data;

    if (!is_required &&
        (!json_is_object(relation) || !json_is_object(json_object_get(relation, "data"))))
        return true;
    if (!json_is_object(relation))
        return api_input_refuse(&item->relationships, name, &ERR_API_MISSING);
    if (!api_input_object(&at, "data", API_REQUIRED, &data) ||
        !api_input_type(&data, TRANSFER_TYPE_NAMES[type]) ||
        !api_input_id(&data, "id", API_REQUIRED, out))
        return false;
    item->refs[item->ref_count++] = (struct transfer_ref){type, *out, name};
    return true;
}

static const char *fold(struct ctx *cx, const char *text)
{
    char *folded;

    if (text == NULL)
        return NULL;
    folded = arena_dup(cx->mem, text);
    for (char *p = folded; *p != '\0'; p++)
        *p = (char)tolower((unsigned char)*p);
    return folded;
}

static bool exists(struct transfer_item *item, bool *is_present)
{
    return transfer_item_exists(item->cx, item->type, item->id, is_present);
}

/* --- products --- */

static bool read_product(struct transfer_item *item)
{
    struct product *p = arena_new(item->cx->mem, struct product);

    item->record = p;
    p->id = item->id;
    if (!catalogue_input_product(&item->attributes, &AS_FILED, p) ||
        !transfer_extra_read_product(&item->data, p) || !product_check(item->cx, p))
        return false;
    item->natural = p->code;
    return true;
}

static bool find_product(struct transfer_item *item, bool *is_present)
{
    const struct product *p = item->record;
    struct product *other = NULL;

    if (!exists(item, is_present) || *is_present || p->code == NULL)
        return item->cx->err.kind == NULL;
    if (!product_find_code(item->cx, p->code, &other))
        return false;
    return other == NULL || api_input_refuse(&item->attributes, "code", &ERR_PRODUCT_CODE_TAKEN);
}

static bool add_product(struct transfer_item *item)
{
    struct product *p;

    return product_add(item->cx, item->record, &p);
}

/* --- entitlements --- */

static bool read_entitlement(struct transfer_item *item)
{
    struct entitlement *e = arena_new(item->cx->mem, struct entitlement);

    item->record = e;
    e->id = item->id;
    if (!catalogue_input_entitlement(&item->attributes, &AS_FILED, e) ||
        !entitlement_check(item->cx, e))
        return false;
    item->natural = fold(item->cx, e->code);
    return true;
}

static bool find_entitlement(struct transfer_item *item, bool *is_present)
{
    const struct entitlement *e = item->record;
    struct entitlement *other = NULL;

    if (!exists(item, is_present) || *is_present)
        return item->cx->err.kind == NULL;
    if (!entitlement_find_code(item->cx, e->code, &other))
        return false;
    return other == NULL ||
           api_input_refuse(&item->attributes, "code", &ERR_ENTITLEMENT_CODE_TAKEN);
}

static bool add_entitlement(struct transfer_item *item)
{
    struct entitlement *e;

    return entitlement_add(item->cx, item->record, &e);
}

/* --- groups and policies --- */

static bool read_group(struct transfer_item *item)
{
    struct licence_group *g = arena_new(item->cx->mem, struct licence_group);

    item->record = g;
    *g = (struct licence_group){.id = item->id,
                                .max_users = POLICY_NO_LIMIT,
                                .max_licences = POLICY_NO_LIMIT,
                                .max_machines = POLICY_NO_LIMIT};
    return catalogue_input_group(&item->attributes, &AS_FILED, g) &&
           licence_group_check(item->cx, g);
}

static bool add_group(struct transfer_item *item)
{
    struct licence_group *g;

    return licence_group_add(item->cx, item->record, &g);
}

static bool read_policy(struct transfer_item *item)
{
    struct policy *p = arena_new(item->cx->mem, struct policy);

    item->record = p;
    *p = policy_default((struct id){0}, NULL);
    p->id = item->id;
    p->is_floating = false;
    return transfer_item_relation(item, "product", TRANSFER_PRODUCT, true, &p->product_id) &&
           catalogue_input_policy(&item->attributes, &AS_FILED, p) && policy_check(item->cx, p);
}

static bool add_policy(struct transfer_item *item)
{
    struct policy *p;

    return policy_add(item->cx, item->record, &p);
}

/* --- links --- */

static const struct {
    enum licence_join_kind kind;
    const char *of, *what;
    enum transfer_type of_type, what_type;
} LINKS[] = {
    [TRANSFER_POLICY_ENTITLEMENT] = {LICENCE_JOIN_POLICY_ENTITLEMENT, "policy", "entitlement",
                                     TRANSFER_POLICY, TRANSFER_ENTITLEMENT},
    [TRANSFER_LICENCE_ENTITLEMENT] = {LICENCE_JOIN_ENTITLEMENT, "license", "entitlement",
                                      TRANSFER_LICENCE, TRANSFER_ENTITLEMENT},
    [TRANSFER_LICENCE_USER] = {LICENCE_JOIN_USER, "license", "user", TRANSFER_LICENCE,
                               TRANSFER_USER},
};

static bool read_link(struct transfer_item *item)
{
    struct licence_join *l = arena_new(item->cx->mem, struct licence_join);

    item->record = l;
    return transfer_item_relation(item, LINKS[item->type].of, LINKS[item->type].of_type, true,
                                  &l->of_id) &&
           transfer_item_relation(item, LINKS[item->type].what, LINKS[item->type].what_type, true,
                                  &l->what_id);
}

static bool find_link(struct transfer_item *item, bool *is_present)
{
    const struct licence_join *l = item->record;
    struct id what = transfer_people_here(item->people, l->what_id);

    return licence_join_find(item->cx, LINKS[item->type].kind, l->of_id, what, is_present);
}

static bool add_link(struct transfer_item *item)
{
    const struct licence_join *l = item->record;
    struct entitlement_join *join;
    struct licence_link *link;
    struct id what = transfer_people_here(item->people, l->what_id);

    if (item->type == TRANSFER_POLICY_ENTITLEMENT)
        return entitlement_policy_attach(item->cx, l->of_id, &what, 1, &join);
    if (item->type == TRANSFER_LICENCE_ENTITLEMENT)
        return licence_entitlement_attach(item->cx, l->of_id, &what, 1, &link);
    return licence_user_attach(item->cx, l->of_id, &what, 1, &link);
}

/* --- users --- */

static bool read_user(struct transfer_item *item)
{
    struct user_draft *d = arena_new(item->cx->mem, struct user_draft);
    const struct api_object *in = &item->attributes;

    item->record = d;
    d->id = item->id;
    d->first_name.is_given = d->last_name.is_given = true;
    if (!api_input_text(in, "email", API_REQUIRED, &d->email) ||
        !api_input_text(in, "firstName", API_NULLABLE | API_BLANK, &d->first_name.text) ||
        !api_input_text(in, "lastName", API_NULLABLE | API_BLANK, &d->last_name.text) ||
        !api_input_metadata(in, &d->metadata) ||
        !transfer_item_relation(item, "group", TRANSFER_GROUP, false, &d->group_id))
        return false;
    d->has_group = !id_is_zero(d->group_id);
    item->natural = person_email_clean(item->cx->mem, d->email);
    return item->natural != NULL || api_input_refuse(in, "email", &ERR_USER_EMAIL_INVALID);
}

static bool find_user(struct transfer_item *item, bool *is_present)
{
    static const struct user_scope ALL = {.is_all = true};
    struct user *u;

    *is_present = true;
    if (user_get(item->cx, item->id, &u))
        return true;
    if (item->cx->err.kind != &ERR_NOT_FOUND)
        return false;
    err_clear(&item->cx->err);
    if (user_find(item->cx, item->natural, &ALL, &u)) {
        transfer_people_note(item->people, item->id, u->id);
        return true;
    }
    *is_present = false;
    if (item->cx->err.kind != &ERR_NOT_FOUND)
        return false;
    err_clear(&item->cx->err);
    return true;
}

static bool add_user(struct transfer_item *item)
{
    const json_t *status = json_object_get(item->attributes.json, "status");
    struct ctx *cx = item->cx;
    struct user *u;

    if (!db_begin(cx))
        return false;
    if (!user_add(cx, item->record, &u) ||
        (json_is_string(status) && strcmp(json_string_value(status), "BANNED") == 0 &&
         !user_set_banned(cx, u->id, true, &u))) {
        db_rollback(cx);
        return false;
    }
    return db_commit(cx);
}

/* --- by type --- */

static const struct op {
    bool (*read)(struct transfer_item *item);
    bool (*find)(struct transfer_item *item, bool *is_present);
    bool (*add)(struct transfer_item *item);
    const struct err_kind *taken; /* of a name that two of a file have */
    const char *pointer;
} OPS[] = {
    /* clang-format off */
    [TRANSFER_PRODUCT] = {read_product, find_product, add_product, &ERR_PRODUCT_CODE_TAKEN, "/attributes/code"},
    [TRANSFER_ENTITLEMENT] = {read_entitlement, find_entitlement, add_entitlement, &ERR_ENTITLEMENT_CODE_TAKEN, "/attributes/code"},
    [TRANSFER_GROUP] = {read_group, exists, add_group, NULL, NULL},
    [TRANSFER_POLICY] = {read_policy, exists, add_policy, NULL, NULL},
    [TRANSFER_POLICY_ENTITLEMENT] = {read_link, find_link, add_link, NULL, NULL},
    [TRANSFER_USER] = {read_user, find_user, add_user, &ERR_USER_EMAIL_TAKEN, "/attributes/email"},
    [TRANSFER_LICENCE] = {transfer_licence_read, transfer_licence_find, transfer_licence_add, &ERR_LICENCE_KEY_TAKEN, "/attributes/key"},
    [TRANSFER_LICENCE_ENTITLEMENT] = {read_link, find_link, add_link, NULL, NULL},
    [TRANSFER_LICENCE_USER] = {read_link, find_link, add_link, NULL, NULL},
    [TRANSFER_MACHINE] = {transfer_licence_read_machine, transfer_licence_find_machine, transfer_licence_add_machine, &ERR_FINGERPRINT_TAKEN, "/attributes/fingerprint"},
    [TRANSFER_COMPONENT] = {transfer_licence_read_component, transfer_licence_find_component, transfer_licence_add_component, NULL, NULL},
    /* clang-format on */
};
_Static_assert(COUNT(OPS) == TRANSFER_TYPE_COUNT, "take over every type");

bool transfer_item_read(struct transfer_item *item)
{
    return api_input_object(&item->data, "attributes", 0, &item->attributes) &&
           api_input_object(&item->data, "relationships", 0, &item->relationships) &&
           OPS[item->type].read(item) && item->cx->err.kind == NULL;
}

bool transfer_item_find(struct transfer_item *item, bool *is_present)
{
    return OPS[item->type].find(item, is_present);
}

bool transfer_item_add(struct transfer_item *item)
{
    return OPS[item->type].add(item);
}

const struct err_kind *transfer_item_taken(enum transfer_type type, const char **pointer)
{
    *pointer = OPS[type].pointer;
    return OPS[type].taken;
}

static bool get(struct ctx *cx, enum transfer_type type, struct id id)
{
    union {
        struct product *product;
        struct entitlement *entitlement;
        struct licence_group *group;
        struct policy *policy;
        struct user *user;
        struct licence *licence;
        struct machine *machine;
        struct component *component;
    } row;

    switch (type) {
    case TRANSFER_PRODUCT:
        return product_get(cx, id, &row.product);
    case TRANSFER_ENTITLEMENT:
        return entitlement_get(cx, id, &row.entitlement);
    case TRANSFER_GROUP:
        return licence_group_get(cx, id, &row.group);
    case TRANSFER_POLICY:
        return policy_get(cx, id, &row.policy);
    case TRANSFER_USER:
        return user_get(cx, id, &row.user);
    case TRANSFER_LICENCE:
        return licence_get(cx, id, &row.licence);
    case TRANSFER_MACHINE:
        return machine_get(cx, id, &row.machine);
    case TRANSFER_COMPONENT:
        return component_get(cx, id, &row.component);
    case TRANSFER_POLICY_ENTITLEMENT:
    case TRANSFER_LICENCE_ENTITLEMENT:
    case TRANSFER_LICENCE_USER:
    case TRANSFER_TYPE_COUNT:
        break;
    }
    return err_set(&cx->err, &ERR_NOT_FOUND, "links have no id of their own");
}

bool transfer_item_exists(struct ctx *cx, enum transfer_type type, struct id id, bool *out)
{
    *out = get(cx, type, id);
    if (!*out && cx->err.kind != &ERR_NOT_FOUND)
        return false;
    err_clear(&cx->err);
    return true;
}
