#include "portal/api/licence_link_api.h"

#include "licensing/licence_cache.h"
#include "licensing/licence_entitlement.h"
#include "licensing/licence_move.h"
#include "portal/account/user.h"
#include "portal/api/api_answer.h"
#include "portal/api/api_bearer.h"
#include "portal/api/api_catalogue.h"
#include "portal/api/api_included.h"
#include "portal/api/api_input.h"
#include "portal/api/api_permission.h"

/* The licence of the path, when the bearer may do this to it. */
static bool find(struct req *rq, enum permit what, const struct snapshot **out)
{
    return api_find_licence(rq, api_arg(rq, 0), out) && api_permission_licence(rq, what, *out);
}

static struct api_object body_of(struct req *rq)
{
    return (struct api_object){&rq->cx, api_of(rq)->body, ""};
}

/* --- reading --- */

bool licence_link_api_product(struct req *rq)
{
    const struct snapshot *s;
    struct product *product;

    if (!find(rq, PERMIT_LICENCE_READ, &s) || !api_permission_check(rq, PERMIT_PRODUCT_READ) ||
        !product_get(&rq->cx, s->licence.product_id, &product))
        return false;
    str_add(&rq->out, "{\"data\":");
    api_bearer_product(&rq->out, api_of(rq), product);
    str_char(&rq->out, '}');
    return true;
}

bool licence_link_api_policy(struct req *rq)
{
    const struct snapshot *s;
    struct policy *policy;

    if (!find(rq, PERMIT_LICENCE_READ, &s) || !api_permission_check(rq, PERMIT_POLICY_READ) ||
        !policy_get(&rq->cx, s->licence.policy_id, &policy))
        return false;
    str_add(&rq->out, "{\"data\":");
    api_catalogue_policy(&rq->out, api_of(rq), policy);
    str_char(&rq->out, '}');
    return true;
}

bool licence_link_api_group(struct req *rq)
{
    const struct snapshot *s;
    struct licence_group *group;

    if (!find(rq, PERMIT_LICENCE_READ, &s) || !api_permission_check(rq, PERMIT_GROUP_READ))
        return false;
    if (id_is_zero(s->licence.group_id)) {
        str_add(&rq->out, "{\"data\":null}");
        return true;
    }
    if (!licence_group_get(&rq->cx, s->licence.group_id, &group))
        return false;
    str_add(&rq->out, "{\"data\":");
    api_catalogue_group(&rq->out, api_of(rq), group);
    str_char(&rq->out, '}');
    return true;
}

bool licence_link_api_entitlement(struct req *rq)
{
    const char *name = api_arg(rq, 1);
    struct entitlement *list;
    const struct snapshot *s;
    struct id id = {0};
    size_t count;

    if (!find(rq, PERMIT_LICENCE_ENTITLEMENTS_READ, &s) ||
        !entitlement_list(&rq->cx, s->licence.id, &list, &count))
        return false;
    if (!id_parse(name, &id))
        id = (struct id){0};
    for (size_t i = 0; i < count; i++) {
        if (!id_equal(list[i].id, id) && !span_equal_nocase(span_of(name), list[i].code))
            continue;
        str_add(&rq->out, "{\"data\":");
        api_included_entitlement(&rq->out, api_of(rq), &list[i]);
        str_char(&rq->out, '}');
        return true;
    }
    return err_set(&rq->cx.err, &ERR_NOT_FOUND, "the licence does not hold it");
}

/* --- its people and tokens --- */

static void write_user(struct req *rq, const struct user *user)
{
    str_add(&rq->out, "{\"data\":");
    api_bearer_user(&rq->out, api_of(rq), user);
    str_char(&rq->out, '}');
}

bool licence_link_api_user(struct req *rq)
{
    struct user_scope scope = {0};
    const struct snapshot *s;
    struct user *user;

    if (!find(rq, PERMIT_LICENCE_USERS_READ, &s))
        return false;
    scope.licence_id = s->licence.id;
    if (!user_find(&rq->cx, api_arg(rq, 1), &scope, &user))
        return false;
    write_user(rq, user);
    return true;
}

bool licence_link_api_token(struct req *rq)
{
    struct token_scope scope = {0};
    const struct snapshot *s;
    struct token *token;
    struct id id;

    if (!find(rq, PERMIT_LICENCE_TOKENS_READ, &s))
        return false;
    if (!id_parse(api_arg(rq, 1), &id))
        return err_set(&rq->cx.err, &ERR_NOT_FOUND, "no id");
    scope.licence_id = s->licence.id;
    if (!token_get(&rq->cx, id, &scope, &token))
        return false;
    str_add(&rq->out, "{\"data\":");
    api_bearer_token(&rq->out, api_of(rq), token);
    str_char(&rq->out, '}');
    return true;
}

/* --- one at a time --- */

/* A person may not choose a protected policy, and a product's licences stay with the product: what
 * is not its own does not exist for it. What nobody has is the domain's to tell. */
static bool check_policy(struct req *rq, const struct snapshot *s, struct id policy_id)
{
    const struct api *api = api_of(rq);
    const struct api_subject subject = {.owner_id = s->licence.owner_id, .is_protected = true};
    struct policy *p;

    if (api->role != API_USER && api->role != API_PRODUCT)
        return true;
    if (!policy_get(&rq->cx, policy_id, &p)) {
        bool is_unknown = rq->cx.err.kind == &ERR_NOT_FOUND;

        if (is_unknown)
            err_clear(&rq->cx.err);
        return is_unknown;
    }
    if (!id_equal(p->product_id, s->licence.product_id))
        return err_set_at(&rq->cx.err, &ERR_LICENCE_POLICY_NOT_FOUND, "/data/relationships/policy",
                          "another product's policy");
    return !p->is_protected || api->role != API_USER ||
           api_permission_on(rq, PERMIT_LICENCE_POLICY_CHANGE, &subject);
}

bool licence_link_api_set_policy(struct req *rq)
{
    const struct api_object body = body_of(rq);
    const struct snapshot *s;
    struct id policy_id = {0};
    struct licence *l;

    return find(rq, PERMIT_LICENCE_POLICY_CHANGE, &s) &&
           api_input_linkage(&body, "policies", 0, &policy_id) && check_policy(rq, s, policy_id) &&
           licence_move_policy(&rq->cx, s->licence.id, policy_id, &l) &&
           api_answer_licence(rq, l->id);
}

bool licence_link_api_set_owner(struct req *rq)
{
    const struct api_object body = body_of(rq);
    const struct snapshot *s;
    struct id person_id = {0};
    struct licence *l;

    return find(rq, PERMIT_LICENCE_OWNER_CHANGE, &s) &&
           api_input_linkage(&body, "users", API_NULLABLE, &person_id) &&
           licence_move_owner(&rq->cx, s->licence.id, person_id, &l) &&
           api_answer_licence(rq, l->id);
}

bool licence_link_api_set_group(struct req *rq)
{
    const struct api_object body = body_of(rq);
    const struct snapshot *s;
    struct id group_id = {0};
    struct licence *l;

    return find(rq, PERMIT_LICENCE_GROUP_CHANGE, &s) &&
           api_input_linkage(&body, "groups", API_NULLABLE, &group_id) &&
           licence_move_group(&rq->cx, s->licence.id, group_id, &l) &&
           api_answer_licence(rq, l->id);
}

/* --- several at a time --- */

struct kind_of_link {
    const char *type;  /* of the join: "license-users" */
    const char *name;  /* of its other end: "user" */
    const char *other; /* and that one's type: "users" */
};
static const struct kind_of_link USERS = {"license-users", "user", "users"};
static const struct kind_of_link ENTITLEMENTS = {"license-entitlements", "entitlement",
                                                 "entitlements"};

static void write_link(struct str *s, const struct api *api, const struct kind_of_link *kind,
                       const struct licence_link *link)
{
    const struct api_resource of = api_resource_of(api, kind->type, link->id);

    api_resource_open(s, &of);
    API_ADD(s, "\"created\":");
    api_value_time(s, link->created_at);
    API_MEMBER(s, "updated");
    api_value_time(s, link->created_at);
    api_resource_relationships(s, &of);
    api_resource_to_one(s, &of, "license", "licenses", link->licence_id);
    api_resource_to_one(s, &of, kind->name, kind->other, link->other_id);
    api_resource_close(s, &of);
}

static bool change(struct req *rq, enum permit what, const struct kind_of_link *kind,
                   bool (*attach)(struct ctx *cx, struct id id, const struct id *ids, size_t count,
                                  struct licence_link **out),
                   bool (*detach)(struct ctx *cx, struct id id, const struct id *ids, size_t count))
{
    const struct api_object body = body_of(rq);
    const struct snapshot *s;
    struct licence_link *links;
    struct id *ids;
    size_t count;

    if (!find(rq, what, &s) || !api_input_links(&body, kind->other, &ids, &count))
        return false;
    if (!(attach != NULL ? attach(&rq->cx, s->licence.id, ids, count, &links)
                         : detach(&rq->cx, s->licence.id, ids, count)))
        return false;
    licence_cache_drop(rq->app->licence_cache, rq->cx.tenant_id, s->licence.id);
    if (attach == NULL) {
        rq->status = 204;
        return true;
    }
    str_add(&rq->out, "{\"data\":[");
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            str_char(&rq->out, ',');
        write_link(&rq->out, api_of(rq), kind, &links[i]);
    }
    str_add(&rq->out, "]}");
    return true;
}

bool licence_link_api_attach_users(struct req *rq)
{
    return change(rq, PERMIT_LICENCE_USERS_ATTACH, &USERS, licence_user_attach, NULL);
}

bool licence_link_api_detach_users(struct req *rq)
{
    return change(rq, PERMIT_LICENCE_USERS_DETACH, &USERS, NULL, licence_user_detach);
}

bool licence_link_api_attach_entitlements(struct req *rq)
{
    return change(rq, PERMIT_LICENCE_ENTITLEMENTS_ATTACH, &ENTITLEMENTS, licence_entitlement_attach,
                  NULL);
}

bool licence_link_api_detach_entitlements(struct req *rq)
{
    return change(rq, PERMIT_LICENCE_ENTITLEMENTS_DETACH, &ENTITLEMENTS, NULL,
                  licence_entitlement_detach);
}
