#include "portal/api/release_scope.h"

#include "licensing/product.h"

#include <string.h>

static bool check_licence(struct req *rq, const struct snapshot *s)
{
    const struct licence *l = &s->licence;
    bool is_revoked = l->expires_at != 0 && l->expires_at < rq->cx.now &&
                      s->policy.expiration == POLICY_REVOKE_ACCESS;

    return (!l->is_suspended && !l->is_owner_banned && !is_revoked) ||
           err_set(&rq->cx.err, &ERR_DENIED, "the licence gives no access");
}

bool release_scope_read(struct req *rq, enum permit what, struct release_reader *out)
{
    const struct api *api = api_of(rq);

    *out = (struct release_reader){.kind = RELEASE_FOR_PUBLIC};
    if (api->role == API_NOBODY)
        return true;
    if (!api_permission_check(rq, what))
        return false;
    switch (api->role) {
    case API_NOBODY:
        break;
    case API_STAFF:
        out->kind = RELEASE_FOR_ALL;
        break;
    case API_PRODUCT:
        *out = (struct release_reader){RELEASE_FOR_PRODUCT, api->bearer_id};
        break;
    case API_USER:
        *out = (struct release_reader){RELEASE_FOR_PERSON, api->bearer_id};
        break;
    case API_LICENCE:
        *out = (struct release_reader){RELEASE_FOR_LICENCE, api->bearer_id};
        return check_licence(rq, api->licence);
    }
    return true;
}

bool release_scope_product(struct req *rq, struct id *out)
{
    const struct api *api = api_of(rq);
    const char *asked = *rq->query != '\0' ? req_query(rq, "product") : NULL;
    struct product *p;

    *out = (struct id){{0}};
    if (asked == NULL || *asked == '\0') {
        if (api->role == API_LICENCE)
            *out = api->licence->licence.product_id;
        else if (api->role == API_PRODUCT)
            *out = api->bearer_id;
        return true;
    }
    if (id_parse(asked, out))
        return true;
    if (!product_find_code(&rq->cx, asked, &p))
        return false;
    if (p == NULL)
        return err_set(&rq->cx.err, &ERR_NOT_FOUND, "product %.60s", asked);
    *out = p->id;
    return true;
}

bool release_scope_find(struct req *rq, enum permit what, struct release_reader *by,
                        struct release **out)
{
    struct id product_id;

    return release_scope_read(rq, what, by) && release_scope_product(rq, &product_id) &&
           release_find(&rq->cx, by, api_arg(rq, 0), product_id, out);
}
