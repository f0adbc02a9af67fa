#include "portal/api/licence_edit_api.h"

#include "licensing/licence_cache.h"
#include "licensing/licence_edit.h"
#include "portal/api/api_answer.h"
#include "portal/api/api_input.h"
#include "portal/api/api_permission.h"
#include "portal/http/reply.h"

static const struct {
    const char *name;
    enum licence_limit limit;
} LIMITS[] = {
    {"maxMachines", LICENCE_MACHINES}, {"maxProcesses", LICENCE_PROCESSES},
    {"maxUsers", LICENCE_USERS},       {"maxCores", LICENCE_CORES},
    {"maxMemory", LICENCE_MEMORY},     {"maxDisk", LICENCE_DISK},
    {"maxUses", LICENCE_USES},
};

/* null is the policy's limit. A negative one is none at all, for the domain to refuse. */
static bool read_limits(const struct api_object *in, struct licence_own *own)
{
    for (size_t i = 0; i < COUNT(LIMITS); i++) {
        int64_t value = POLICY_NO_LIMIT;

        if (!api_input_has(in, LIMITS[i].name))
            continue;
        if (!api_input_i64(in, LIMITS[i].name, API_NULLABLE, &value))
            return false;
        if (value < 0 && !json_is_null(json_object_get(in->json, LIMITS[i].name)))
            value = INT64_MIN;
        own->told |= 1U << LIMITS[i].limit;
        own->limits[LIMITS[i].limit] = value;
    }
    return true;
}

static bool read_name(const struct api_object *in, const char **out)
{
    if (!api_input_text(in, "name", API_NULLABLE | API_BLANK, out))
        return false;
    if (*out != NULL && **out == '\0')
        *out = NULL;
    return true;
}

/* --- creation --- */

static bool is_maker(const struct api *api)
{
    return api->role == API_STAFF || api->role == API_PRODUCT;
}

/* What is more than a name, a key and metadata is for staff and products to say. */
static bool read_attributes(const struct api *api, const struct api_object *in,
                            struct licence_draft *d)
{
    static const char *const STAFF[] = {"name",      "key",         "expiry",   "suspended",
                                        "protected", "maxMachines", "maxCores", "maxProcesses",
                                        "maxUsers",  "maxMemory",   "maxDisk",  "maxUses",
                                        "metadata",  NULL};
    static const char *const OTHERS[] = {"name", "key", "metadata", NULL};

    if (!api_input_known(in, is_maker(api) ? STAFF : OTHERS) || !read_name(in, &d->name) ||
        !api_input_text(in, "key", 0, &d->key) || !api_input_metadata(in, &d->metadata))
        return false;
    if (!is_maker(api))
        return true;
    d->has_protected = json_is_boolean(json_object_get(in->json, "protected"));
    return api_input_time(in, "expiry", API_NULLABLE, &d->expires_at) &&
           api_input_bool(in, "suspended", 0, &d->is_suspended) &&
           api_input_bool(in, "protected", 0, &d->is_protected) && read_limits(in, &d->own);
}

/* The owner is called user up to 1.5; the newer name counts where both are told. */
static bool read_relationships(const struct api *api, const struct api_object *in,
                               struct licence_draft *d)
{
    static const char *const STAFF[] = {"policy", "owner", "user", "group", NULL};
    static const char *const OTHERS[] = {"policy", "owner", "user", NULL};

    return api_input_known(in, is_maker(api) ? STAFF : OTHERS) &&
           api_input_relation(in, "policy", "policies", API_REQUIRED, &d->policy_id) &&
           api_input_relation(in, "user", "users", API_NULLABLE, &d->owner_id) &&
           api_input_relation(in, "owner", "users", API_NULLABLE, &d->owner_id) &&
           (!is_maker(api) ||
            api_input_relation(in, "group", "groups", API_NULLABLE, &d->group_id));
}

static bool read_draft(struct req *rq, struct licence_draft *d)
{
    static const char *const TOP[] = {"data", "meta", NULL};
    static const char *const STAFF[] = {"type", "id", "attributes", "relationships", NULL};
    static const char *const OTHERS[] = {"type", "attributes", "relationships", NULL};
    const struct api *api = api_of(rq);
    struct api_object top = {&rq->cx, api->body, ""};
    struct api_object data;
    struct api_object attributes;
    struct api_object relationships;

    return api_input_known(&top, TOP) && api_input_object(&top, "data", API_REQUIRED, &data) &&
           api_input_known(&data, is_maker(api) ? STAFF : OTHERS) &&
           api_input_type(&data, "licenses") && api_input_id(&data, "id", 0, &d->id) &&
           api_input_object(&data, "attributes", 0, &attributes) &&
           read_attributes(api, &attributes, d) &&
           api_input_object(&data, "relationships", API_REQUIRED, &relationships) &&
           read_relationships(api, &relationships, d);
}

/* A person makes licences for itself, of policies that are not protected; to a product, the
 * policies of others do not exist. A policy that nobody has is the domain's to tell. */
static bool may_create(struct req *rq, const struct licence_draft *d)
{
    const struct api *api = api_of(rq);
    struct api_subject subject = {.owner_id = d->owner_id};
    struct policy *policy = NULL;

    if (!policy_get(&rq->cx, d->policy_id, &policy)) {
        if (rq->cx.err.kind != &ERR_NOT_FOUND)
            return false;
        err_clear(&rq->cx.err);
    }
    subject.is_protected = policy != NULL && policy->is_protected;
    if (!api_permission_on(rq, PERMIT_LICENCE_CREATE, &subject))
        return false;
    return policy == NULL || api->role != API_PRODUCT ||
           id_equal(policy->product_id, api->bearer_id) ||
           err_set_at(&rq->cx.err, &ERR_LICENCE_POLICY_NOT_FOUND, "/data/relationships/policy",
                      "another product's policy");
}

bool licence_edit_api_create(struct req *rq)
{
    struct licence_draft draft = {0};
    struct licence *l;

    if (!read_draft(rq, &draft) || !may_create(rq, &draft) || !licence_issue(&rq->cx, &draft, &l))
        return false;
    rq->status = 201;
    reply_header(rq, "Location", api_resource_self(api_of(rq), "licenses", l->id));
    return api_answer_licence(rq, l->id);
}

/* --- change --- */

static bool read_changes(const struct api_object *in, struct licence_edit *e)
{
    static const char *const KNOWN[] = {"name",        "expiry",       "suspended", "protected",
                                        "maxMachines", "maxProcesses", "maxUsers",  "maxCores",
                                        "maxMemory",   "maxDisk",      "maxUses",   "metadata",
                                        NULL};

    e->has_name = api_input_has(in, "name");
    e->has_expiry = api_input_has(in, "expiry");
    e->has_suspended = json_is_boolean(json_object_get(in->json, "suspended"));
    e->has_protected = json_is_boolean(json_object_get(in->json, "protected"));
    if (json_is_null(json_object_get(in->json, "metadata")))
        e->metadata = "{}";
    return api_input_known(in, KNOWN) && read_name(in, &e->name) &&
           api_input_time(in, "expiry", API_NULLABLE, &e->expires_at) &&
           api_input_bool(in, "suspended", 0, &e->is_suspended) &&
           api_input_bool(in, "protected", 0, &e->is_protected) && read_limits(in, &e->own) &&
           api_input_metadata(in, &e->metadata);
}

static bool read_edit(struct req *rq, struct licence_edit *e)
{
    static const char *const TOP[] = {"data", "meta", NULL};
    static const char *const DATA[] = {"type", "id", "attributes", NULL};
    struct api_object top = {&rq->cx, api_of(rq)->body, ""};
    struct api_object data;
    struct api_object attributes;
    struct id id;

    return api_input_known(&top, TOP) && api_input_object(&top, "data", API_REQUIRED, &data) &&
           api_input_known(&data, DATA) && api_input_type(&data, "licenses") &&
           api_input_id(&data, "id", 0, &id) &&
           api_input_object(&data, "attributes", 0, &attributes) && read_changes(&attributes, e);
}

bool licence_edit_api_update(struct req *rq)
{
    struct licence_edit edit = {0};
    const struct snapshot *s;
    struct licence *l;

    return api_find_licence(rq, api_arg(rq, 0), &s) &&
           api_permission_licence(rq, PERMIT_LICENCE_UPDATE, s) && read_edit(rq, &edit) &&
           licence_edit(&rq->cx, s->licence.id, &edit, &l) && api_answer_licence(rq, l->id);
}
