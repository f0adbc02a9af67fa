#include "portal/api/catalogue_input.h"

#include "licensing/policy_attribute.h"

#include <ctype.h>
#include <string.h>

static const struct err_kind ERR_POOL = {ERR_CLASS_INVALID, "USE_POOL_NOT_SUPPORTED",
                                         "There are no pools of keys here."};
static const struct err_kind ERR_ENCRYPTED = {ERR_CLASS_INVALID, "ENCRYPTED_NOT_SUPPORTED",
                                              "Keys are signed here, not encrypted."};

bool catalogue_input_open(struct req *rq, const char *type, bool is_new,
                          struct api_object *attributes, struct api_object *relationships)
{
    static const char *const TOP[] = {"data", "meta", NULL};
    static const char *const DATA[] = {"type", "attributes", "relationships", NULL};
    static const char *const DATA_OLD[] = {"type", "id", "attributes", "relationships", NULL};
    unsigned needed = is_new ? API_REQUIRED : 0;
    struct api_object top = {&rq->cx, api_of(rq)->body, ""};
    struct api_object data;

    return api_input_known(&top, TOP) && api_input_object(&top, "data", API_REQUIRED, &data) &&
           api_input_known(&data, is_new ? DATA : DATA_OLD) && api_input_type(&data, type) &&
           api_input_object(&data, "attributes", needed, attributes) &&
           api_input_object(&data, "relationships", 0, relationships);
}

/* Whether a member is null where that means "none". */
static bool is_null(const struct api_object *in, const char *name)
{
    return json_is_null(json_object_get(in->json, name));
}

static bool read_limit(const struct api_object *in, const char *name, int64_t *out)
{
    int64_t value = *out;

    if (is_null(in, name)) {
        *out = POLICY_NO_LIMIT;
        return true;
    }
    if (!api_input_i64(in, name, 0, &value))
        return false;
    /* -1 stands for "no limit" inside; what a client sends does not. */
    *out = api_input_has(in, name) && value < 0 ? INT64_MIN : value;
    return true;
}

static bool check_known(const struct api_object *in, const struct catalogue_input *how,
                        const char *const *names)
{
    return how->is_lenient || api_input_known(in, names);
}

/* --- products --- */

static bool read_platforms(const struct api_object *in, const char **out)
{
    const json_t *value = json_object_get(in->json, "platforms");
    const json_t *item;
    size_t i;

    if (value == NULL)
        return true;
    if (json_is_null(value)) {
        *out = NULL;
        return true;
    }
    if (!json_is_array(value))
        return api_input_refuse(in, "platforms", &ERR_API_TYPE);
    json_array_foreach (value, i, item)
        if (!json_is_string(item))
            return api_input_refuse(in, arena_printf(in->cx->mem, "platforms/%zu", i),
                                    &ERR_API_TYPE);
    *out = json_write(in->cx->mem, value);
    return true;
}

bool catalogue_input_product(const struct api_object *in, const struct catalogue_input *how,
                             struct product *p)
{
    static const char *const NAMES[] = {
        "name", "code", "distributionStrategy", "url", "platforms", "metadata", NULL};

    return check_known(in, how, NAMES) &&
           api_input_text(in, "name", how->is_new ? API_REQUIRED : 0, &p->name) &&
           api_input_text(in, "code", API_NULLABLE, &p->code) &&
           api_input_text(in, "distributionStrategy", API_NULLABLE, &p->distribution) &&
           api_input_text(in, "url", API_NULLABLE, &p->url) && read_platforms(in, &p->platforms) &&
           api_input_metadata(in, &p->metadata);
}

/* --- policies --- */

const char *catalogue_input_policy_name(const struct policy_attribute *a, int version)
{
    if (version <= 6 && strcmp(a->name, "processLeasingStrategy") == 0)
        return "leasingStrategy";
    if (version <= 3 && strcmp(a->name, "machineUniquenessStrategy") == 0)
        return "fingerprintUniquenessStrategy";
    if (version <= 3 && strcmp(a->name, "machineMatchingStrategy") == 0)
        return "fingerprintMatchingStrategy";
    return a->name;
}

static const char *const *known_of_policy(const struct api_object *in,
                                          const struct catalogue_input *how)
{
    const char **list = arena_array(in->cx->mem, const char *, POLICY_ATTRIBUTE_COUNT + 4);
    size_t count = 0;

    for (size_t i = 0; i < POLICY_ATTRIBUTE_COUNT; i++)
        if (how->is_new || !POLICY_ATTRIBUTES[i].is_fixed)
            list[count++] = catalogue_input_policy_name(&POLICY_ATTRIBUTES[i], how->version);
    list[count++] = "metadata";
    if (how->is_new) {
        list[count++] = "usePool";
        list[count++] = "encrypted";
    }
    list[count] = NULL;
    return list;
}

/* Zero stands for "none" inside; what a client sends does not. */
static bool read_seconds(const struct api_object *in, const char *name, int64_t *out)
{
    int64_t value = 0;

    if (is_null(in, name)) {
        *out = 0;
        return true;
    }
    if (!api_input_has(in, name))
        return true;
    if (!api_input_i64(in, name, 0, &value))
        return false;
    *out = value == 0 ? -1 : value;
    return true;
}

static bool read_attribute(const struct api_object *in, const char *name, bool is_new,
                           const struct policy_attribute *a, struct policy *p)
{
    const char *text;
    int64_t number;
    bool flag;

    switch (a->type) {
    case POLICY_ATTRIBUTE_TEXT:
        text = policy_attribute_text(p, a);
        if (!api_input_text(in, name,
                            a->is_nullable ? API_NULLABLE
                            : is_new       ? API_REQUIRED
                                           : 0,
                            &text))
            return false;
        policy_attribute_set_text(p, a, text);
        return true;
    case POLICY_ATTRIBUTE_LIMIT:
    case POLICY_ATTRIBUTE_SECONDS:
        number = policy_attribute_number(p, a);
        if (!(a->type == POLICY_ATTRIBUTE_LIMIT ? read_limit : read_seconds)(in, name, &number))
            return false;
        policy_attribute_set_number(p, a, number);
        return true;
    case POLICY_ATTRIBUTE_FLAG:
        flag = policy_attribute_flag(p, a);
        if (!api_input_bool(in, name, 0, &flag))
            return false;
        policy_attribute_set_flag(p, a, flag);
        return true;
    case POLICY_ATTRIBUTE_WORD:
        break;
    }
    return api_input_text(in, name, a->is_nullable ? API_NULLABLE : 0, &text);
}

/* MACHINE_UNIQUENESS_STRATEGY_NOT_ALLOWED of machineUniquenessStrategy. */
static const struct err_kind *not_allowed(struct arena *mem, const char *name)
{
    struct err_kind *kind = arena_new(mem, struct err_kind);
    struct str code = str_new(mem);

    for (; *name != '\0'; name++) {
        if (isupper((unsigned char)*name))
            str_char(&code, '_');
        str_char(&code, (char)toupper((unsigned char)*name));
    }
    str_add(&code, "_NOT_ALLOWED");
    *kind = (struct err_kind){ERR_CLASS_INVALID, code.p, ERR_API_CHOICE.text};
    return kind;
}

static void read_word(const struct api_object *in, const char *name,
                      const struct policy_attribute *a, struct policy *p)
{
    const json_t *value = json_object_get(in->json, name);

    if (a->type != POLICY_ATTRIBUTE_WORD || value == NULL ||
        (json_is_null(value) && !a->is_nullable))
        return;
    if (!policy_attribute_set_word(p, a, json_string_value(value)))
        err_also(&in->cx->err, in->cx->mem, not_allowed(in->cx->mem, name),
                 arena_printf(in->cx->mem, "%s/%s", in->at, name), "%s", name);
}

static bool refuse_flag(const struct api_object *in, const char *name, const struct err_kind *kind)
{
    bool flag = false;

    return api_input_bool(in, name, 0, &flag) && (!flag || api_input_refuse(in, name, kind));
}

bool catalogue_input_policy(const struct api_object *in, const struct catalogue_input *how,
                            struct policy *p)
{
    if (!check_known(in, how, known_of_policy(in, how)))
        return false;
    for (size_t i = 0; i < POLICY_ATTRIBUTE_COUNT; i++) {
        const struct policy_attribute *a = &POLICY_ATTRIBUTES[i];

        if ((how->is_new || !a->is_fixed) &&
            !read_attribute(in, catalogue_input_policy_name(a, how->version), how->is_new, a, p))
            return false;
    }
    if (!api_input_metadata(in, &p->metadata) || !refuse_flag(in, "usePool", &ERR_POOL) ||
        !refuse_flag(in, "encrypted", &ERR_ENCRYPTED))
        return false;
    /* Words last: a wrong one is a fault of the policy (422), after all faults of the shape (400),
     * and is told together with the policy's other faults. */
    for (size_t i = 0; i < POLICY_ATTRIBUTE_COUNT; i++)
        read_word(in, catalogue_input_policy_name(&POLICY_ATTRIBUTES[i], how->version),
                  &POLICY_ATTRIBUTES[i], p);
    if (how->is_new && !api_input_has(in, "heartbeatBasis"))
        p->heartbeat_basis = how->version > 2 && p->require_heartbeat
                                 ? POLICY_HEARTBEAT_FROM_CREATION
                                 : POLICY_HEARTBEAT_FROM_FIRST_PING;
    return true;
}

/* --- entitlements and groups --- */

bool catalogue_input_entitlement(const struct api_object *in, const struct catalogue_input *how,
                                 struct entitlement *e)
{
    static const char *const NAMES[] = {"name", "code", "metadata", NULL};
    unsigned needed = how->is_new ? API_REQUIRED : 0;

    return check_known(in, how, NAMES) && api_input_text(in, "name", needed, &e->name) &&
           api_input_text(in, "code", needed, &e->code) && api_input_metadata(in, &e->metadata);
}

bool catalogue_input_group(const struct api_object *in, const struct catalogue_input *how,
                           struct licence_group *g)
{
    static const char *const NAMES[] = {"name",        "maxUsers", "maxLicenses",
                                        "maxMachines", "metadata", NULL};

    return check_known(in, how, NAMES) &&
           api_input_text(in, "name", how->is_new ? API_REQUIRED : 0, &g->name) &&
           read_limit(in, "maxUsers", &g->max_users) &&
           read_limit(in, "maxLicenses", &g->max_licences) &&
           read_limit(in, "maxMachines", &g->max_machines) && api_input_metadata(in, &g->metadata);
}
