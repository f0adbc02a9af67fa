#include "portal/api/checkout_api.h"

#include "base/clock.h"
#include "base/crypto.h"
#include "base/parse.h"
#include "licensing/licence_cache.h"
#include "licensing/licence_file.h"
#include "portal/api/api_included.h"
#include "portal/api/api_input.h"
#include "portal/api/api_permission.h"
#include "portal/http/reply.h"
#include "portal/http/url.h"

#include <string.h>

enum { TTL_DEFAULT = 2629746, TTL_MIN = 3600, TTL_NONE = -1, FILE_ROOM = 8192 };

static const struct err_kind ERR_ALGORITHM = {
    ERR_CLASS_MALFORMED, "CHECKOUT_ALGORITHM_INVALID",
    "Files are made with base64+ed25519 or aes-256-gcm+ed25519."};
static const struct err_kind ERR_TTL = {ERR_CLASS_MALFORMED, "CHECKOUT_TTL_INVALID",
                                        "A file is good for at least 3600 seconds, or for ever."};
static const struct err_kind ERR_INCLUDE = {ERR_CLASS_MALFORMED, "CHECKOUT_INCLUDE_INVALID",
                                            "This cannot be included in the file."};

enum include { /* bits */
               INCLUDE_LICENCE = 1,
               INCLUDE_ENTITLEMENTS = 2,
               INCLUDE_PRODUCT = 4,
               INCLUDE_OWNER = 8,
               INCLUDE_COMPONENTS = 16,
               INCLUDE_MACHINE_OWNER = 32,
               INCLUDE_POLICY = 64,
               INCLUDE_GROUP = 128,
               INCLUDE_USERS = 256
};
struct include_name {
    const char *name;
    unsigned bit;
};
static const struct include_name OF_LICENCE[] = {{"entitlements", INCLUDE_ENTITLEMENTS},
                                                 {"product", INCLUDE_PRODUCT},
                                                 {"policy", INCLUDE_POLICY},
                                                 {"group", INCLUDE_GROUP},
                                                 {"users", INCLUDE_USERS},
                                                 {"owner", INCLUDE_OWNER},
                                                 {"user", INCLUDE_OWNER},
                                                 {NULL, 0}};
static const struct include_name OF_MACHINE[] = {
    {"license", INCLUDE_LICENCE},         {"license.entitlements", INCLUDE_ENTITLEMENTS},
    {"license.product", INCLUDE_PRODUCT}, {"license.policy", INCLUDE_POLICY},
    {"license.users", INCLUDE_USERS},     {"group", INCLUDE_GROUP},
    {"license.owner", INCLUDE_OWNER},     {"components", INCLUDE_COMPONENTS},
    {"owner", INCLUDE_MACHINE_OWNER},     {NULL, 0}};

struct checkout {
    const struct api *api;
    struct ctx *cx;
    const struct snapshot *licence;
    struct machine *machine; /* NULL: of the licence */
    bool is_encrypted;
    int64_t ttl; /* or TTL_NONE */
    unsigned includes;
    struct str include_names; /* a JSON array's items */
    struct id id;
    int64_t expires_at;
    struct licence_file file;
};

/* --- what is asked for --- */

static bool add_include(struct req *rq, struct checkout *c, struct span name)
{
    const struct include_name *known = c->machine != NULL ? OF_MACHINE : OF_LICENCE;

    name = span_trim(name);
    if (name.len == 0)
        return true;
    while (known->name != NULL && !span_equal(name, known->name))
        known++;
    if (known->name == NULL)
        return err_set_at(&rq->cx.err, &ERR_INCLUDE, "?include", "%.*s", (int)name.len, name.p);
    if ((c->includes & known->bit) != 0)
        return true;
    c->includes |= known->bit;
    if (c->include_names.len > 0)
        str_char(&c->include_names, ',');
    str_json(&c->include_names, known->name);
    return true;
}

static bool add_includes(struct req *rq, struct checkout *c, const char *list)
{
    struct span rest = span_of(list);
    struct span name;

    while (span_cut(&rest, ',', &name))
        if (!add_include(rq, c, name))
            return false;
    return true;
}

static bool set_algorithm(struct req *rq, struct checkout *c, const char *text)
{
    c->is_encrypted = strcmp(text, "aes-256-gcm+ed25519") == 0;
    return c->is_encrypted || strcmp(text, "base64+ed25519") == 0 ||
           err_set_at(&rq->cx.err, &ERR_ALGORITHM, "?algorithm", "%s", text);
}

static bool set_ttl(struct req *rq, struct checkout *c, int64_t ttl)
{
    c->ttl = ttl;
    return (ttl >= TTL_MIN && ttl <= INT32_MAX) ||
           err_set_at(&rq->cx.err, &ERR_TTL, "?ttl", "%lld", (long long)ttl);
}

static bool is_truthy(const char *text)
{
    static const char *const WORDS[] = {"1", "true", "TRUE", "t", "T", "yes", "YES", "y", "Y"};

    for (size_t i = 0; i < COUNT(WORDS); i++)
        if (strcmp(text, WORDS[i]) == 0)
            return true;
    return false;
}

/* "include" may come several times. */
static bool read_query(struct req *rq, struct checkout *c, const char **algorithm)
{
    struct span rest = span_of(rq->query);
    struct span pair;
    struct span key;

    while (span_cut(&rest, '&', &pair)) {
        const char *name = span_cut(&pair, '=', &key) ? url_value(rq->cx.mem, key, true) : NULL;
        const char *value = pair.p != NULL ? url_value(rq->cx.mem, pair, true) : "";
        int64_t ttl;

        if (name == NULL || value == NULL)
            continue;
        if (strcmp(name, "encrypt") == 0)
            c->is_encrypted = is_truthy(value);
        else if (strcmp(name, "algorithm") == 0)
            *algorithm = value;
        else if (strcmp(name, "ttl") == 0 && *value == '\0')
            c->ttl = TTL_NONE;
        else if (strcmp(name, "ttl") == 0 &&
                 !set_ttl(rq, c, parse_i64(value, 0, INT32_MAX, &ttl) ? ttl : 0))
            return false;
        else if ((strcmp(name, "include") == 0 || strcmp(name, "include[]") == 0) &&
                 !add_includes(rq, c, value))
            return false;
    }
    return true;
}

static bool read_includes(struct req *rq, struct checkout *c, const json_t *list)
{
    const json_t *item;
    size_t i;

    if (list == NULL || json_is_null(list))
        return true;
    if (!json_is_array(list))
        return err_set_at(&rq->cx.err, &ERR_API_TYPE, "/meta/include", "include");
    c->includes = 0;
    c->include_names = str_new(rq->cx.mem);
    json_array_foreach (list, i, item)
        if (!json_is_string(item) || !add_include(rq, c, span_of(json_string_value(item))))
            return err_set_at(&rq->cx.err, &ERR_INCLUDE, "?include", "item %zu", i);
    return true;
}

/* The body wins over the query. */
static bool read_meta(struct req *rq, struct checkout *c, const char **algorithm)
{
    static const char *const TOP[] = {"meta", NULL};
    static const char *const META[] = {"encrypt", "algorithm", "ttl", "include", NULL};
    struct api_object top = {&rq->cx, api_of(rq)->body, ""};
    struct api_object meta;
    const json_t *encrypt;
    const json_t *ttl;

    if (!api_input_known(&top, TOP) || !api_input_object(&top, "meta", 0, &meta) ||
        !api_input_known(&meta, META))
        return false;
    encrypt = json_object_get(meta.json, "encrypt");
    if (encrypt != NULL && !json_is_null(encrypt) && !json_is_boolean(encrypt))
        return api_input_refuse(&meta, "encrypt", &ERR_API_TYPE);
    if (json_is_boolean(encrypt))
        c->is_encrypted = json_is_true(encrypt);
    ttl = json_object_get(meta.json, "ttl");
    if (json_is_null(ttl))
        c->ttl = TTL_NONE;
    else if (ttl != NULL && !set_ttl(rq, c, json_is_integer(ttl) ? json_integer_value(ttl) : 0))
        return false;
    return api_input_text(&meta, "algorithm", 0, algorithm) &&
           read_includes(rq, c, json_object_get(meta.json, "include"));
}

static bool read_asked(struct req *rq, struct checkout *c)
{
    const char *algorithm = NULL;

    c->ttl = TTL_DEFAULT;
    c->include_names = str_new(rq->cx.mem);
    if (!read_query(rq, c, &algorithm) || !read_meta(rq, c, &algorithm))
        return false;
    if (algorithm != NULL && !set_algorithm(rq, c, algorithm))
        return false;
    if ((c->includes & INCLUDE_PRODUCT) != 0 && !api_permission_check(rq, PERMIT_PRODUCT_READ))
        return false;
    if ((c->includes & INCLUDE_POLICY) != 0 && !api_permission_check(rq, PERMIT_POLICY_READ))
        return false;
    if ((c->includes & INCLUDE_GROUP) != 0 && !api_permission_check(rq, PERMIT_GROUP_READ))
        return false;
    if ((c->includes & (INCLUDE_OWNER | INCLUDE_MACHINE_OWNER | INCLUDE_USERS)) != 0 &&
        !api_permission_check(rq, PERMIT_USER_READ))
        return false;
    c->expires_at = c->ttl == TTL_NONE ? 0 : clock_add_duration(rq->cx.now, c->ttl);
    return true;
}

/* --- the file --- */

static void add_meta(struct str *s, const struct checkout *c, int64_t now)
{
    str_add(s, "\"issued\":");
    api_value_time(s, now);
    str_add(s, ",\"expiry\":");
    api_value_time(s, c->expires_at);
    str_add(s, ",\"ttl\":");
    api_value_limit(s, c->ttl == TTL_NONE ? POLICY_NO_LIMIT : c->ttl);
}

static bool write_document(const struct checkout *c, struct str *s)
{
    const struct api *api = c->api;
    struct api_included included = {
        .cx = c->cx,
        .has_licence = (c->includes & INCLUDE_LICENCE) != 0,
        .has_entitlements = (c->includes & INCLUDE_ENTITLEMENTS) != 0,
        .has_product = (c->includes & INCLUDE_PRODUCT) != 0,
        .has_policy = (c->includes & INCLUDE_POLICY) != 0,
        .has_owner = (c->includes & INCLUDE_OWNER) != 0,
        .has_users = (c->includes & INCLUDE_USERS) != 0,
        .has_group = (c->includes & INCLUDE_GROUP) != 0,
        .has_components = (c->includes & INCLUDE_COMPONENTS) != 0,
        .has_machine_owner = (c->includes & INCLUDE_MACHINE_OWNER) != 0,
    };

    str_room(s, FILE_ROOM);
    if (!api_included_load(&included, c->licence, c->machine))
        return false;
    str_add(s, "{\"data\":");
    if (c->machine != NULL)
        api_included_machine(s, api, &included, c->machine);
    else
        api_included_licence(s, api, &included, c->licence, c->cx->now);
    if (c->includes != 0) {
        str_add(s, ",\"included\":[");
        api_included_write(s, api, &included, c->licence, c->cx->now);
        str_char(s, ']');
    }
    str_add(s, ",\"meta\":{");
    add_meta(s, c, c->cx->now);
    api_document_extra(s, c->licence, c->cx->now);
    str_add(s, "}}");
    return true;
}

static bool sign(void *with, const void *bytes, size_t len, uint8_t out[CRYPTO_SIGNATURE_SIZE])
{
    const struct checkout *c = with;

    if (c->api->keys == NULL) /* outside the licence service: its one function for a signature */
        return signing_key_sign(c->cx, bytes, len, out);
    crypto_signer_sign(c->api->keys->signer, bytes, len, out);
    return true;
}

static bool make_file(struct checkout *c)
{
    struct str document = str_new(c->cx->mem);
    struct licence_file_spec spec = {
        .kind = c->machine != NULL ? LICENCE_FILE_MACHINE : LICENCE_FILE_LICENCE,
        .is_encrypted = c->is_encrypted,
        .key = c->licence->licence.key,
        .fingerprint = c->machine != NULL ? c->machine->fingerprint : NULL,
    };

    if (!write_document(c, &document))
        return false;
    spec.document = (struct span){document.p, document.len};
    crypto_random(spec.iv, sizeof spec.iv);
    return licence_file_make(c->cx->mem, &spec, sign, c, &c->file);
}

/* --- the answer --- */

static void add_link(struct str *s, const struct api *api, const char *name, const char *type,
                     struct id id)
{
    str_fmt(s, ",\"%s\":{\"links\":{\"related\":\"", name);
    api_resource_path(s, api, type, id);
    str_fmt(s, "\"},\"data\":{\"type\":\"%s\",\"id\":\"", type);
    api_resource_id(s, id);
    str_add(s, "\"}}");
}

static void answer_resource(struct req *rq, const struct checkout *c)
{
    struct api *api = api_of(rq);
    struct str *s = &rq->out;

    str_fmt(s, "{\"data\":{\"id\":\"%s\",\"type\":\"%s\",\"attributes\":{\"certificate\":",
            id_text(rq->cx.mem, c->id), c->machine != NULL ? "machine-files" : "license-files");
    str_json(s, c->file.certificate);
    str_fmt(s, ",\"algorithm\":\"%s\",\"includes\":[%s],", c->file.alg, c->include_names.p);
    add_meta(s, c, rq->cx.now);
    str_add(s, "},\"relationships\":{");
    api_resource_account(s, api);
    add_link(s, api, "license", "licenses", c->licence->licence.id);
    if (c->machine != NULL)
        add_link(s, api, "machine", "machines", c->machine->id);
    str_add(s, "}}}");
}

static void answer_file(struct req *rq, const struct checkout *c)
{
    api_of(rq)->type = "application/octet-stream";
    reply_header(
        rq, "Content-Disposition",
        arena_printf(rq->cx.mem, "attachment; filename=\"%s.lic\"", id_text(rq->cx.mem, c->id)));
    str_add(&rq->out, c->file.certificate);
}

static bool check_out(struct req *rq, struct checkout *c)
{
    struct id machine_id = c->machine != NULL ? c->machine->id : (struct id){0};

    c->api = api_of(rq);
    c->cx = &rq->cx;
    if (!read_asked(rq, c) || !make_file(c) ||
        !licence_checked_out(&rq->cx, c->licence->licence.id, machine_id))
        return false;
    licence_cache_drop(rq->app->licence_cache, rq->cx.tenant_id, c->licence->licence.id);
    c->id = ctx_new_id(&rq->cx);
    if (rq->method == METHOD_GET || rq->method == METHOD_HEAD)
        answer_file(rq, c);
    else
        answer_resource(rq, c);
    return true;
}

bool checkout_api_licence(struct req *rq)
{
    struct checkout c = {0};

    return api_find_licence(rq, api_arg(rq, 0), &c.licence) &&
           api_permission_licence(rq, PERMIT_LICENCE_CHECK_OUT, c.licence) && check_out(rq, &c);
}

bool checkout_api_machine(struct req *rq)
{
    struct checkout c = {0};

    return api_find_machine(rq, api_arg(rq, 0), &c.machine, &c.licence) &&
           api_permission_licence(rq, PERMIT_MACHINE_CHECK_OUT, c.licence) && check_out(rq, &c);
}

/* A person's own download: the whole licence in the clear, with what it entitles to, for as long as
 * the licence itself lasts. What the person may see is the domain's to say. */
bool checkout_api_download(struct req *rq)
{
    struct ctx *cx = &rq->cx;
    const struct api api = {
        .version = API_VERSION_NEWEST, .mem = cx->mem, .account = id_text(cx->mem, cx->tenant_id)};
    struct checkout c = {.api = &api, .cx = cx, .ttl = TTL_NONE, .includes = INCLUDE_ENTITLEMENTS};
    struct licence *l;
    struct snapshot *s;

    if (!licence_get(cx, rq->id, &l) || !snapshot_load_id(cx, l->id, &s))
        return false;
    if (s == NULL)
        return err_set(&cx->err, &ERR_NOT_FOUND, "licence %s", id_text(cx->mem, rq->id));
    c.licence = s;
    if (!make_file(&c) || !licence_checked_out(cx, l->id, (struct id){0}))
        return false;
    rq->type = "application/octet-stream";
    reply_header(rq, "Content-Disposition",
                 arena_printf(cx->mem, "attachment; filename=\"%s.lic\"", l->serial));
    str_add(&rq->out, c.file.certificate);
    return true;
}
