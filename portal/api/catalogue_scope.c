#include "portal/api/catalogue_scope.h"

#include "licensing/licence.h"

static bool absent(struct req *rq, const char *what)
{
    return err_set(&rq->cx.err, &ERR_NOT_FOUND, "%s out of scope", what);
}

/* --- products --- */

void catalogue_scope_products(const struct api *api, struct product_filter *filter)
{
    switch (api->role) {
    case API_PRODUCT:
        filter->only_id = api->bearer_id;
        break;
    case API_LICENCE:
        filter->only_id = api->licence->licence.product_id;
        break;
    case API_USER:
        filter->person_id = api->bearer_id;
        break;
    case API_STAFF:
    case API_NOBODY:
        break;
    }
}

static bool sees_product(struct req *rq, struct id id, bool *out)
{
    const struct licence_page one = {.limit = 1};
    struct product_filter scope = {0};
    struct product *list;
    size_t count = 1;
    int64_t total;

    catalogue_scope_products(api_of(rq), &scope);
    *out = id_is_zero(scope.only_id) || id_equal(scope.only_id, id);
    if (!*out || id_is_zero(scope.person_id))
        return true;
    scope.only_id = id;
    if (!product_list_page(&rq->cx, &scope, &one, &list, &count, &total))
        return false;
    *out = count > 0;
    return true;
}

bool catalogue_scope_product(struct req *rq, const char *text, struct product **out)
{
    struct product *p = NULL;
    struct id id;
    bool is_seen;

    if (id_parse(text, &id)) {
        if (!product_get(&rq->cx, id, &p))
            return false;
    } else if (!product_find_code(&rq->cx, text, &p)) {
        return false;
    }
    if (p == NULL)
        return absent(rq, "product");
    if (!sees_product(rq, p->id, &is_seen))
        return false;
    *out = p;
    return is_seen || absent(rq, "product");
}

/* --- policies --- */

void catalogue_scope_policies(const struct api *api, struct policy_filter *filter)
{
    switch (api->role) {
    case API_PRODUCT:
        filter->product_id = api->bearer_id;
        break;
    case API_LICENCE:
        filter->only_id = api->licence->licence.policy_id;
        break;
    case API_USER:
        filter->person_id = api->bearer_id;
        break;
    case API_STAFF:
    case API_NOBODY:
        break;
    }
}

bool catalogue_scope_policy(struct req *rq, const char *text, struct policy **out)
{
    const struct licence_page one = {.limit = 1};
    struct policy_filter scope = {0};
    struct policy *list;
    struct id id;
    size_t count;
    int64_t total;

    if (!id_parse(text, &id))
        return absent(rq, "policy");
    catalogue_scope_policies(api_of(rq), &scope);
    if (!id_is_zero(scope.only_id) && !id_equal(scope.only_id, id))
        return absent(rq, "policy");
    scope.only_id = id;
    if (!policy_list_page(&rq->cx, &scope, &one, &list, &count, &total))
        return false;
    if (count == 0)
        return absent(rq, "policy");
    *out = &list[0];
    return true;
}

/* --- groups --- */

bool catalogue_scope_groups(struct req *rq, struct id *only_id, bool *is_none)
{
    const struct api *api = api_of(rq);

    *only_id = (struct id){0};
    *is_none = false;
    if (api->role == API_LICENCE)
        *only_id = api->licence->licence.group_id;
    else if (api->role != API_USER)
        return true;
    else if (!licence_group_of_person(&rq->cx, api->bearer_id, only_id))
        return false;
    *is_none = id_is_zero(*only_id);
    return true;
}

bool catalogue_scope_group(struct req *rq, const char *text, struct licence_group **out)
{
    struct id only;
    struct id id;
    bool is_none;

    if (!id_parse(text, &id))
        return absent(rq, "group");
    if (!catalogue_scope_groups(rq, &only, &is_none))
        return false;
    if (is_none || (!id_is_zero(only) && !id_equal(only, id)))
        return absent(rq, "group");
    return licence_group_get(&rq->cx, id, out);
}
