#include "portal/api/machine_api.h"

#include "licensing/heartbeat.h"
#include "licensing/licence_cache.h"
#include "licensing/machine.h"
#include "portal/api/api_document.h"
#include "portal/api/api_input.h"
#include "portal/api/api_permission.h"
#include "portal/http/reply.h"

#include <string.h>

static const struct err_kind ERR_TOO_LONG = {ERR_CLASS_INVALID, "FINGERPRINT_TOO_LONG",
                                             "A fingerprint has at most 4096 bytes."};
static const struct err_kind ERR_TEXT_LONG = {ERR_CLASS_INVALID, "NAME_TOO_LONG",
                                              "This text has at most 255 characters."};
static const struct err_kind ERR_CORES = {ERR_CLASS_INVALID, "CORES_INVALID",
                                          "The number of cores is out of range."};
static const struct err_kind ERR_MEMORY = {ERR_CLASS_INVALID, "MEMORY_INVALID",
                                           "The size of the memory is out of range."};
static const struct err_kind ERR_DISK = {ERR_CLASS_INVALID, "DISK_INVALID",
                                         "The size of the disk is out of range."};

/* --- reading an activation --- */

static bool read_text(const struct api_object *in, const char *name, const char **out)
{
    if (!api_input_text(in, name, API_NULLABLE | API_BLANK, out))
        return false;
    if (*out != NULL && **out == '\0')
        *out = NULL;
    return *out == NULL || strlen(*out) <= MACHINE_NAME_MAX ||
           api_input_refuse(in, name, &ERR_TEXT_LONG);
}

static bool read_size(const struct api_object *in, const char *name, int64_t max,
                      const struct err_kind *kind, int64_t *out)
{
    int64_t value = 1;

    if (!api_input_i64(in, name, API_NULLABLE, &value))
        return false;
    if (value < 1 || value > max)
        return api_input_refuse(in, name, kind);
    if (json_is_integer(json_object_get(in->json, name)))
        *out = value;
    return true;
}

static bool read_fingerprint(const struct api_object *in, const char **out)
{
    if (!api_input_text(in, "fingerprint", API_REQUIRED, out))
        return false;
    return strlen(*out) <= MACHINE_FINGERPRINT_MAX ||
           api_input_refuse(in, "fingerprint", &ERR_TOO_LONG);
}

static bool read_attributes(const struct api_object *in, struct machine_draft *d)
{
    static const char *const KNOWN[] = {"fingerprint", "name",   "ip",   "hostname", "platform",
                                        "cores",       "memory", "disk", "metadata", NULL};

    return api_input_known(in, KNOWN) && read_fingerprint(in, &d->fingerprint) &&
           read_text(in, "name", &d->name) && read_text(in, "ip", &d->ip) &&
           read_text(in, "hostname", &d->hostname) && read_text(in, "platform", &d->platform) &&
           read_size(in, "cores", INT32_MAX, &ERR_CORES, &d->cores) &&
           read_size(in, "memory", INT64_MAX, &ERR_MEMORY, &d->memory) &&
           read_size(in, "disk", INT64_MAX, &ERR_DISK, &d->disk) &&
           api_input_metadata(in, &d->metadata);
}

static bool read_component(const struct api_object *in, size_t index, const json_t *json,
                           struct machine_component *out)
{
    static const char *const RESOURCE[] = {"type", "attributes", NULL};
    static const char *const ATTRIBUTES[] = {"fingerprint", "name", "metadata", NULL};
    struct api_object item = {in->cx, json, arena_printf(in->cx->mem, "%s/%zu", in->at, index)};
    struct api_object attributes;

    if (!json_is_object(json))
        return api_input_refuse(&item, "", &ERR_API_TYPE);
    return api_input_known(&item, RESOURCE) && api_input_type(&item, "components") &&
           api_input_object(&item, "attributes", API_REQUIRED, &attributes) &&
           api_input_known(&attributes, ATTRIBUTES) &&
           read_fingerprint(&attributes, &out->fingerprint) &&
           api_input_text(&attributes, "name", API_REQUIRED, &out->name) &&
           (strlen(out->name) <= MACHINE_NAME_MAX ||
            api_input_refuse(&attributes, "name", &ERR_TEXT_LONG)) &&
           api_input_metadata(&attributes, &out->metadata);
}

static bool read_components(const struct api_object *relationships, struct machine_draft *d)
{
    static const char *const KNOWN[] = {"data", NULL};
    struct machine_component *list;
    struct api_object relation;
    struct api_object data;
    const json_t *array;
    const json_t *item;
    size_t i;

    if (!api_input_object(relationships, "components", 0, &relation) ||
        !api_input_known(&relation, KNOWN))
        return false;
    array = json_object_get(relation.json, "data");
    if (array == NULL || json_is_null(array))
        return true;
    if (!json_is_array(array))
        return api_input_refuse(&relation, "data", &ERR_API_TYPE);
    data = (struct api_object){relation.cx, NULL,
                               arena_printf(relation.cx->mem, "%s/data", relation.at)};
    list = arena_array(relation.cx->mem, struct machine_component, json_array_size(array));
    json_array_foreach (array, i, item)
        if (!read_component(&data, i, item, &list[i]))
            return false;
    d->components = list;
    d->component_count = json_array_size(array);
    return true;
}

/* A machine's group is staff's and products' to choose. */
static bool read_relationships(const struct api *api, const struct api_object *in,
                               struct machine_draft *d)
{
    static const char *const STAFF[] = {"license", "owner", "group", "components", NULL};
    static const char *const OTHERS[] = {"license", "owner", "components", NULL};
    bool is_staff = api->role == API_STAFF || api->role == API_PRODUCT;

    return api_input_known(in, is_staff ? STAFF : OTHERS) &&
           api_input_relation(in, "license", "licenses", API_REQUIRED, &d->licence_id) &&
           api_input_relation(in, "owner", "users", API_NULLABLE, &d->owner_id) &&
           (!is_staff || api_input_relation(in, "group", "groups", API_NULLABLE, &d->group_id)) &&
           read_components(in, d);
}

static bool read_draft(struct req *rq, struct machine_draft *d)
{
    static const char *const TOP[] = {"data", "meta", NULL};
    static const char *const DATA[] = {"type", "id", "attributes", "relationships", NULL};
    struct api_object top = {&rq->cx, api_of(rq)->body, ""};
    struct api_object data;
    struct api_object attributes;
    struct api_object relationships;

    return api_input_known(&top, TOP) && api_input_object(&top, "data", API_REQUIRED, &data) &&
           api_input_known(&data, DATA) && api_input_type(&data, "machines") &&
           api_input_id(&data, "id", 0, &d->id) &&
           api_input_object(&data, "attributes", API_REQUIRED, &attributes) &&
           read_attributes(&attributes, d) &&
           api_input_object(&data, "relationships", API_REQUIRED, &relationships) &&
           read_relationships(api_of(rq), &relationships, d);
}

/* --- rights --- */

/* Staff's roles know before the licence is looked for; customers' rights hang on it. */
static bool check_role(struct req *rq)
{
    const struct api *api = api_of(rq);

    return (api->role != API_STAFF && api->role != API_PRODUCT) ||
           api_permission_check(rq, PERMIT_MACHINE_CREATE);
}

/* A licence's bearer naming another licence, and a person without a right to it, are refused; for
 * the others an unknown licence is a mistake in the body (422). */
static bool check_licence(struct req *rq, const struct machine_draft *d)
{
    const struct api *api = api_of(rq);
    const struct snapshot *s;

    if (api->role == API_LICENCE)
        return id_equal(d->licence_id, api->bearer_id) ||
               err_set(&rq->cx.err, &ERR_DENIED, "another licence");
    if (!licence_cache_find_id(rq->app->licence_cache, &rq->cx, d->licence_id, &s))
        return false;
    if (api->role == API_USER && (s == NULL || !api_sees(api, s)))
        return err_set(&rq->cx.err, &ERR_DENIED, "no right to the licence");
    if (s == NULL || !api_sees(api, s))
        return err_set_at(&rq->cx.err, &ERR_MACHINE_LICENCE_NOT_FOUND,
                          "/data/relationships/license", "licence %s",
                          id_text(rq->cx.mem, d->licence_id));
    return api_permission_on(rq, PERMIT_MACHINE_CREATE,
                             &(struct api_subject){.owner_id = s->licence.owner_id,
                                                   .machine_owner_id = d->owner_id,
                                                   .is_protected = s->licence.is_protected});
}

/* --- handlers --- */

static void write_machine(struct req *rq, const struct machine *m, bool is_created)
{
    str_add(&rq->out, "{\"data\":");
    api_document_machine(&rq->out, api_of(rq), m, is_created, NULL);
    str_char(&rq->out, '}');
}

bool machine_api_create(struct req *rq)
{
    const struct api *api = api_of(rq);
    struct machine_draft draft = {0};
    struct machine *m;

    if (!read_draft(rq, &draft) || !check_role(rq) || !check_licence(rq, &draft))
        return false;
    if (api->token != NULL && api->token->kind == TOKEN_ACTIVATION)
        draft.token_id = api->token->id;
    if (!machine_add(&rq->cx, &draft, &m))
        return false;
    licence_cache_drop(rq->app->licence_cache, rq->cx.tenant_id, m->licence_id);
    rq->status = 201;
    reply_header(rq, "Location", api_resource_self(api, "machines", m->id));
    write_machine(rq, m, true);
    return true;
}

bool machine_api_view(struct req *rq)
{
    const struct snapshot *s;
    struct machine *m;

    if (!api_find_machine(rq, api_arg(rq, 0), &m, &s) ||
        !api_permission_licence(rq, PERMIT_MACHINE_READ, s))
        return false;
    write_machine(rq, m, false);
    return true;
}

bool machine_api_delete(struct req *rq)
{
    const struct api *api = api_of(rq);
    bool is_activation = api->token != NULL && api->token->kind == TOKEN_ACTIVATION;
    const struct snapshot *s;
    struct machine *m;

    if (!api_find_machine(rq, api_arg(rq, 0), &m, &s) ||
        !api_permission_licence(rq, PERMIT_MACHINE_DELETE, s))
        return false;
    if (!machine_remove(&rq->cx, m->id, is_activation ? api->token->id : (struct id){0}))
        return false;
    licence_cache_drop(rq->app->licence_cache, rq->cx.tenant_id, m->licence_id);
    rq->status = 204;
    return true;
}

static bool beat(struct req *rq, enum permit what,
                 bool (*change)(struct ctx *cx, struct id id, struct machine **out))
{
    const struct snapshot *s;
    struct machine *m;

    if (!api_find_machine(rq, api_arg(rq, 0), &m, &s) || !api_permission_licence(rq, what, s))
        return false;
    if (!change(&rq->cx, m->id, &m))
        return false;
    licence_cache_drop(rq->app->licence_cache, rq->cx.tenant_id, m->licence_id);
    write_machine(rq, m, false);
    return true;
}

bool machine_api_ping(struct req *rq)
{
    return beat(rq, PERMIT_MACHINE_PING, heartbeat_ping);
}

bool machine_api_reset(struct req *rq)
{
    return beat(rq, PERMIT_MACHINE_RESET, heartbeat_reset);
}
