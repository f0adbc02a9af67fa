#include "portal/api/machine_relation_api.h"

#include "licensing/licence_cache.h"
#include "licensing/licence_group.h"
#include "portal/account/user.h"
#include "portal/api/api_bearer.h"
#include "portal/api/api_catalogue.h"
#include "portal/api/api_document.h"
#include "portal/api/api_part.h"
#include "portal/http/route.h"

#include <string.h>

/* --- answers --- */

static bool answer_product(struct req *rq, struct id product_id)
{
    struct product *product;

    if (!api_permission_check(rq, PERMIT_PRODUCT_READ) ||
        !product_get(&rq->cx, product_id, &product))
        return false;
    str_add(&rq->out, "{\"data\":");
    api_bearer_product(&rq->out, api_of(rq), product);
    str_char(&rq->out, '}');
    return true;
}

static bool answer_licence(struct req *rq, const struct snapshot *s)
{
    if (!api_permission_licence(rq, PERMIT_LICENCE_READ, s))
        return false;
    str_add(&rq->out, "{\"data\":");
    api_document_licence(&rq->out, api_of(rq), s, rq->cx.now, NULL);
    str_char(&rq->out, '}');
    return true;
}

/* --- of a machine --- */

bool machine_relation_api_product(struct req *rq)
{
    const struct snapshot *s;
    struct machine *m;

    return api_find_machine(rq, api_arg(rq, 0), &m, &s) && answer_product(rq, m->product_id);
}

bool machine_relation_api_licence(struct req *rq)
{
    const struct snapshot *s;
    struct machine *m;

    return api_find_machine(rq, api_arg(rq, 0), &m, &s) && answer_licence(rq, s);
}

bool machine_relation_api_owner(struct req *rq)
{
    const struct snapshot *s;
    struct user *owner = NULL;
    struct machine *m;

    if (!api_find_machine(rq, api_arg(rq, 0), &m, &s) ||
        !api_permission_check(rq, PERMIT_USER_READ) ||
        (!id_is_zero(m->owner_id) && !user_get(&rq->cx, m->owner_id, &owner)))
        return false;
    str_add(&rq->out, "{\"data\":");
    if (owner == NULL)
        str_add(&rq->out, "null");
    else
        api_bearer_user(&rq->out, api_of(rq), owner);
    str_char(&rq->out, '}');
    return true;
}

bool machine_relation_api_group(struct req *rq)
{
    struct licence_group *group = NULL;
    const struct snapshot *s;
    struct machine *m;

    if (!api_find_machine(rq, api_arg(rq, 0), &m, &s) ||
        !api_permission_check(rq, PERMIT_GROUP_READ) ||
        (!id_is_zero(m->group_id) && !licence_group_get(&rq->cx, m->group_id, &group)))
        return false;
    str_add(&rq->out, "{\"data\":");
    if (group == NULL)
        str_add(&rq->out, "null");
    else
        api_catalogue_group(&rq->out, api_of(rq), group);
    str_char(&rq->out, '}');
    return true;
}

/* --- of a component or process --- */

struct part {
    struct id licence_id, machine_id, product_id;
    enum permit read;
};

static bool read_part(struct req *rq, struct part *out)
{
    struct component *c;
    struct process *p;

    if (strstr(rq->route->pattern, "/components/") != NULL) {
        if (!component_get(&rq->cx, rq->id, &c))
            return false;
        *out = (struct part){c->licence_id, c->machine_id, c->product_id, PERMIT_COMPONENT_READ};
        return true;
    }
    if (!process_get(&rq->cx, rq->id, &p))
        return false;
    *out = (struct part){p->licence_id, p->machine_id, p->product_id, PERMIT_PROCESS_READ};
    return true;
}

static bool find_part(struct req *rq, struct part *out)
{
    return read_part(rq, out) && api_part_check(rq, out->read, out->licence_id);
}

bool machine_relation_api_part_product(struct req *rq)
{
    struct part part;

    return find_part(rq, &part) && answer_product(rq, part.product_id);
}

bool machine_relation_api_part_licence(struct req *rq)
{
    const struct snapshot *s;
    struct part part;

    if (!find_part(rq, &part) ||
        !licence_cache_find_id(rq->app->licence_cache, &rq->cx, part.licence_id, &s))
        return false;
    return s == NULL ? err_set(&rq->cx.err, &ERR_NOT_FOUND, "licence") : answer_licence(rq, s);
}

bool machine_relation_api_part_machine(struct req *rq)
{
    struct machine *m;
    struct part part;

    if (!find_part(rq, &part) || !machine_get(&rq->cx, part.machine_id, &m))
        return false;
    str_add(&rq->out, "{\"data\":");
    api_document_machine(&rq->out, api_of(rq), m, false, NULL);
    str_char(&rq->out, '}');
    return true;
}
