/* Products, policies and the categories of the knowledge base. */
#include "kb/category.h"
#include "licensing/policy.h"
#include "licensing/product.h"
#include "licensing/trial.h"
#include "portal/demo/demo.h"

#include <string.h>

enum { DAY_SECONDS = 86400, CALENDAR_YEAR_SECONDS = 31556952, YEAR_DAYS = 365 };

static bool add_products(struct demo *d)
{
    const json_t *list = json_object_get(d->data, "products");

    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *p = json_array_get(list, i);
        const struct product draft = {.name = json_get_text(p, "name", ""),
                                      .code = json_get_text(p, "code", ""),
                                      .serial_prefix = json_get_text(p, "prefix", "")};
        struct product *product;

        if (!product_add(d->cx, &draft, &product))
            return false;
        json_object_set_new(
            d->products, product->code,
            json_pack("{s:s,s:s,s:s,s:s,s:I}", "id", id_text(d->cx->mem, product->id), "name",
                      product->name, "version", json_get_text(p, "version", ""), "line",
                      json_get_text(p, "en", ""), "list_minor", json_get_i64(p, "list_minor", 0)));
    }
    return true;
}

/* The enum value of one of the wire's words. */
static int value_of(const char *const *names, size_t count, const char *word, int otherwise)
{
    for (size_t i = 0; i < count; i++)
        if (names[i] != NULL && strcmp(names[i], word) == 0)
            return (int)i;
    return otherwise;
}

static int64_t seconds_of(int64_t days)
{
    return days == YEAR_DAYS ? CALENDAR_YEAR_SECONDS : days * DAY_SECONDS;
}

static bool add_policy(struct demo *d, const json_t *p)
{
    const json_t *product = json_object_get(d->products, json_get_text(p, "product", ""));
    struct policy draft = policy_default(demo_id(product, "id"), json_get_text(p, "name", ""));
    struct policy *policy;

    draft.duration_seconds = seconds_of(json_get_i64(p, "days", 0));
    draft.is_floating = json_get_bool(p, "floating", false);
    draft.is_strict = json_get_bool(p, "strict", false);
    draft.max_machines = json_get_i64(p, "machines", POLICY_NO_LIMIT);
    draft.scheme = json_get_text(p, "scheme", NULL);
    draft.require_fingerprint = json_get_bool(p, "fingerprint", false);
    draft.authentication = (enum policy_authentication)value_of(
        POLICY_AUTHENTICATION_NAMES, COUNT(POLICY_AUTHENTICATION_NAMES),
        json_get_text(p, "auth", "MIXED"), POLICY_AUTH_MIXED);
    draft.overage =
        (enum policy_overage)value_of(POLICY_OVERAGE_NAMES, COUNT(POLICY_OVERAGE_NAMES),
                                      json_get_text(p, "overage", "NO_OVERAGE"), POLICY_NO_OVERAGE);
    draft.max_machines = json_get_i64(p, "machines_multiple", draft.max_machines);
    draft.heartbeat_seconds = json_get_i64(p, "heartbeat", 0);
    if (!policy_add(d->cx, &draft, &policy) ||
        (json_get_bool(p, "trial", false) &&
         !trial_terms_set(d->cx, &(struct trial_terms){.product_id = draft.product_id,
                                                       .policy_id = policy->id,
                                                       .days = TRIAL_DAYS,
                                                       .is_open = true})))
        return false;
    json_object_set_new(
        d->policies, json_get_text(p, "key", ""),
        json_pack("{s:s,s:s,s:s,s:s,s:b,s:I}", "id", id_text(d->cx->mem, policy->id), "product_id",
                  json_get_text(product, "id", ""), "product", json_get_text(p, "product", ""),
                  "name", policy->name, "is_trial", json_get_bool(p, "trial", false), "days",
                  json_get_i64(p, "days", 0)));
    return true;
}

static bool add_category(struct demo *d, const json_t *c)
{
    const json_t *en = json_object_get(c, "en");
    const json_t *zh = json_object_get(c, "zh");
    const struct category_title titles[] = {
        {"en", json_string_value(json_array_get(en, 0)), json_string_value(json_array_get(en, 1))},
        {"zh", json_string_value(json_array_get(zh, 0)), json_string_value(json_array_get(zh, 1))}};
    const char *slug = json_get_text(c, "slug", "");
    struct id id;

    if (!category_add(d->cx, slug, json_get_text(c, "icon", ""), titles, COUNT(titles), &id))
        return false;
    json_object_set_new(d->categories, slug, json_string(id_text(d->cx->mem, id)));
    return true;
}

bool demo_add_catalogue(struct demo *d)
{
    const json_t *policies = json_object_get(d->data, "policies");
    const json_t *categories = json_object_get(d->data, "categories");

    if (!add_products(d))
        return false;
    for (size_t i = 0; i < json_array_size(policies); i++)
        if (!add_policy(d, json_array_get(policies, i)))
            return false;
    for (size_t i = 0; i < json_array_size(categories); i++)
        if (!add_category(d, json_array_get(categories, i)))
            return false;
    return true;
}
