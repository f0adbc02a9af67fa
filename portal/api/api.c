#include "portal/api/api.h"

#include "licensing/licence_cache.h"
#include "licensing/machine.h"
#include "portal/http/route.h"

#include <string.h>

struct api *api_of(const struct req *rq)
{
    return rq->portal;
}

const char *api_arg(const struct req *rq, unsigned n)
{
    bool is_long = strncmp(rq->route->pattern, API_ACCOUNTS, sizeof API_ACCOUNTS - 1) == 0;

    return rq->args[is_long ? n + 1 : n];
}

bool api_sees(const struct api *api, const struct snapshot *s)
{
    switch (api->role) {
    case API_NOBODY:
        return false;
    case API_STAFF:
        return true;
    case API_PRODUCT:
        return id_equal(s->licence.product_id, api->bearer_id);
    case API_LICENCE:
        return id_equal(s->licence.id, api->bearer_id);
    case API_USER:
        break;
    }
    if (id_equal(s->licence.owner_id, api->bearer_id))
        return true;
    for (size_t i = 0; i < s->user_count; i++)
        if (id_equal(s->users[i].id, api->bearer_id))
            return true;
    return false;
}

/* A key may look like an id, so what no id fits is looked for as a key. */
bool api_find_licence(struct req *rq, const char *text, const struct snapshot **out)
{
    struct licence_cache *cache = rq->app->licence_cache;
    const struct snapshot *s = NULL;
    struct id id;

    if (id_parse(text, &id) && !licence_cache_find_id(cache, &rq->cx, id, &s))
        return false;
    if (s == NULL && !licence_cache_find(cache, &rq->cx, text, &s))
        return false;
    if (s == NULL || !api_sees(api_of(rq), s))
        return err_set(&rq->cx.err, &ERR_NOT_FOUND, "licence");
    *out = s;
    return true;
}

void api_scope_of(const struct api *api, struct licence_scope *out)
{
    *out = (struct licence_scope){.person_id = {{0}}};
    switch (api->role) {
    case API_PRODUCT:
        out->product_id = api->bearer_id;
        break;
    case API_LICENCE:
        out->licence_id = api->bearer_id;
        break;
    case API_USER:
        out->person_id = api->bearer_id;
        break;
    case API_STAFF:
    case API_NOBODY:
        break;
    }
}

/* A fingerprint may look like an id, so what no id fits is looked for as one. */
bool api_find_machine(struct req *rq, const char *text, struct machine **out,
                      const struct snapshot **licence)
{
    const struct api *api = api_of(rq);
    struct ctx *cx = &rq->cx;
    struct licence_scope scope;
    struct id id;
    bool found = id_parse(text, &id) && machine_get(cx, id, out);

    api_scope_of(api, &scope);
    if (!found) {
        if (cx->err.kind != NULL && cx->err.kind != &ERR_NOT_FOUND)
            return false;
        err_clear(&cx->err);
        if (!machine_find_fingerprint(cx, &scope, text, out))
            return false;
    }
    if (!licence_cache_find_id(rq->app->licence_cache, cx, (*out)->licence_id, licence))
        return false;
    return (*licence != NULL && api_sees(api, *licence)) ||
           err_set(&cx->err, &ERR_NOT_FOUND, "machine out of scope");
}
