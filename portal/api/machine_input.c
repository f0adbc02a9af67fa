#include "portal/api/machine_input.h"

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

bool machine_input_draft(struct req *rq, struct machine_draft *d)
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

/* --- changes --- */

static bool read_sizes(const struct api_object *in, struct machine_change *c)
{
    return read_size(in, "cores", INT32_MAX, &ERR_CORES, &c->cores) &&
           read_size(in, "memory", INT64_MAX, &ERR_MEMORY, &c->memory) &&
           read_size(in, "disk", INT64_MAX, &ERR_DISK, &c->disk) &&
           api_input_metadata(in, &c->metadata);
}

static unsigned given(const struct api_object *in, const struct machine_change *c)
{
    static const struct {
        const char *name;
        unsigned bit;
    } BITS[] = {
        {"name", MACHINE_NAME},         {"ip", MACHINE_IP},       {"hostname", MACHINE_HOSTNAME},
        {"platform", MACHINE_PLATFORM}, {"cores", MACHINE_CORES}, {"memory", MACHINE_MEMORY},
        {"disk", MACHINE_DISK},
    };
    unsigned bits = c->metadata != NULL ? MACHINE_METADATA : 0;

    for (size_t i = 0; i < COUNT(BITS); i++)
        if (api_input_has(in, BITS[i].name))
            bits |= BITS[i].bit;
    return bits;
}

/* What the limits count, and metadata, are staff's and products' to change. */
bool machine_input_change(struct req *rq, struct machine_change *c)
{
    static const char *const STAFF[] = {"name",   "ip",   "hostname", "platform", "cores",
                                        "memory", "disk", "metadata", NULL};
    static const char *const OTHERS[] = {"name", "ip", "hostname", "platform", NULL};
    const struct api *api = api_of(rq);
    bool is_staff = api->role == API_STAFF || api->role == API_PRODUCT;
    struct api_object in;

    if (!machine_input_attributes(rq, "machines", &in) ||
        !api_input_known(&in, is_staff ? STAFF : OTHERS) || !read_text(&in, "name", &c->name) ||
        !read_text(&in, "ip", &c->ip) || !read_text(&in, "hostname", &c->hostname) ||
        !read_text(&in, "platform", &c->platform) || !read_sizes(&in, c))
        return false;
    c->given = given(&in, c);
    return true;
}

bool machine_input_attributes(struct req *rq, const char *type, struct api_object *out)
{
    static const char *const TOP[] = {"data", "meta", NULL};
    static const char *const DATA[] = {"type", "id", "attributes", NULL};
    struct api_object top = {&rq->cx, api_of(rq)->body, ""};
    struct api_object data;
    struct id ignored;

    return api_input_known(&top, TOP) && api_input_object(&top, "data", API_REQUIRED, &data) &&
           api_input_known(&data, DATA) && api_input_type(&data, type) &&
           api_input_id(&data, "id", 0, &ignored) && api_input_object(&data, "attributes", 0, out);
}

/* --- what hangs on a machine --- */

bool machine_input_part(struct req *rq, const char *type, struct api_object *attributes,
                        struct id *machine_id)
{
    static const char *const TOP[] = {"data", "meta", NULL};
    static const char *const DATA[] = {"type", "attributes", "relationships", NULL};
    static const char *const RELATIONSHIPS[] = {"machine", NULL};
    struct api_object top = {&rq->cx, api_of(rq)->body, ""};
    struct api_object data;
    struct api_object relationships;

    return api_input_known(&top, TOP) && api_input_object(&top, "data", API_REQUIRED, &data) &&
           api_input_known(&data, DATA) && api_input_type(&data, type) &&
           api_input_object(&data, "attributes", API_REQUIRED, attributes) &&
           api_input_object(&data, "relationships", API_REQUIRED, &relationships) &&
           api_input_known(&relationships, RELATIONSHIPS) &&
           api_input_relation(&relationships, "machine", "machines", API_REQUIRED, machine_id);
}

bool machine_input_fingerprint(const struct api_object *in, const char **out)
{
    return read_fingerprint(in, out);
}

bool machine_input_name(const struct api_object *in, unsigned flags, const char **out)
{
    if (!api_input_text(in, "name", flags, out))
        return false;
    return *out == NULL || strlen(*out) <= MACHINE_NAME_MAX ||
           api_input_refuse(in, "name", &ERR_TEXT_LONG);
}
