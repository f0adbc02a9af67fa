#include "portal/api/api_document.h"

#include "base/clock.h"
#include "base/crypto.h"
#include "portal/account/person.h"
#include "portal/account/tenant.h"
#include "portal/api/api_metadata.h"

#include <string.h>

/* A literal with its length: these are most of what each answer is made of. */
#define ADD(s, literal)         str_add_n((s), literal, sizeof(literal) - 1)
#define MEMBER(s, name)         ADD(s, ",\"" name "\":")
#define ADD_TEXT(s, name, text) (ADD(s, name), api_document_text((s), (text)))

/* --- values --- */

void api_document_text(struct str *s, const char *text)
{
    if (text != NULL)
        str_json(s, text);
    else
        ADD(s, "null");
}

void api_document_time(struct str *s, int64_t at)
{
    char text[CLOCK_ISO_SIZE];

    if (at == 0) {
        ADD(s, "null");
        return;
    }
    clock_iso(at, text);
    str_char(s, '"');
    str_add_n(s, text, CLOCK_ISO_SIZE - 1);
    str_char(s, '"');
}

void api_document_limit(struct str *s, int64_t limit)
{
    if (limit == POLICY_NO_LIMIT)
        ADD(s, "null");
    else
        str_i64(s, limit);
}

static void add_bool(struct str *s, bool value)
{
    if (value)
        ADD(s, "true");
    else
        ADD(s, "false");
}

void api_document_json(struct str *s, const json_t *json)
{
    const char *key;
    json_t *value;
    size_t i;
    bool is_first = true;

    switch (json_typeof(json)) {
    case JSON_OBJECT:
        str_char(s, '{');
        json_object_foreach ((json_t *)(uintptr_t)json, key,
                             value) /* Jansson's loop takes no const */
        {
            if (!is_first)
                str_char(s, ',');
            is_first = false;
            str_json(s, key);
            str_char(s, ':');
            api_document_json(s, value);
        }
        str_char(s, '}');
        break;
    case JSON_ARRAY:
        str_char(s, '[');
        json_array_foreach (json, i, value) {
            if (i > 0)
                str_char(s, ',');
            api_document_json(s, value);
        }
        str_char(s, ']');
        break;
    case JSON_STRING:
        str_json(s, json_string_value(json));
        break;
    case JSON_INTEGER:
        str_i64(s, json_integer_value(json));
        break;
    case JSON_REAL:
        str_fmt(s, "%.17g", json_real_value(json));
        break;
    case JSON_TRUE:
    case JSON_FALSE:
        add_bool(s, json_is_true(json));
        break;
    case JSON_NULL:
        ADD(s, "null");
        break;
    }
}

/* --- members --- */

static void add_id(struct str *s, struct id id)
{
    char text[ID_TEXT_SIZE];

    id_format(id, text);
    str_add_n(s, text, ID_TEXT_SIZE - 1);
}

static void add_path(struct str *s, const struct api *api, const char *type, struct id id)
{
    ADD(s, "/v1/accounts/");
    str_add(s, api->account);
    str_char(s, '/');
    str_add(s, type);
    str_char(s, '/');
    add_id(s, id);
}

const char *api_document_self(const struct api *api, const char *type, struct id id)
{
    struct str s = str_new(api->mem);

    add_path(&s, api, type, id);
    return s.p;
}

struct owner { /* the resource whose relationships are written */
    const struct api *api;
    const char *type;
    struct id id;
};

static void add_account(struct str *s, const struct api *api)
{
    ADD(s, "\"account\":{\"links\":{\"related\":\"/v1/accounts/");
    str_add(s, api->account);
    ADD(s, "\"},\"data\":{\"type\":\"accounts\",\"id\":\"");
    str_add(s, api->account);
    ADD(s, "\"}}");
}

static void add_related(struct str *s, const struct owner *of, const char *name)
{
    ADD(s, ",\"");
    str_add(s, name);
    ADD(s, "\":{\"links\":{\"related\":\"");
    add_path(s, of->api, of->type, of->id);
    str_char(s, '/');
    str_add(s, name);
    ADD(s, "\"}");
}

static void add_to_one(struct str *s, const struct owner *of, const char *name, const char *type,
                       struct id id)
{
    add_related(s, of, name);
    ADD(s, ",\"data\":");
    if (id_is_zero(id)) {
        ADD(s, "null}");
        return;
    }
    ADD(s, "{\"type\":\"");
    str_add(s, type);
    ADD(s, "\",\"id\":\"");
    add_id(s, id);
    ADD(s, "\"}}");
}

static void add_to_many(struct str *s, const struct owner *of, const char *name)
{
    add_related(s, of, name);
    str_char(s, '}');
}

static void open_resource(struct str *s, const struct owner *of)
{
    ADD(s, "{\"id\":\"");
    add_id(s, of->id);
    ADD(s, "\",\"type\":\"");
    str_add(s, of->type);
    ADD(s, "\",\"attributes\":{");
}

static void open_relationships(struct str *s, const struct owner *of)
{
    ADD(s, "},\"relationships\":{");
    add_account(s, of->api);
}

static void close_resource(struct str *s, const struct owner *of)
{
    ADD(s, "},\"links\":{\"self\":\"");
    add_path(s, of->api, of->type, of->id);
    ADD(s, "\"}}");
}

/* --- licences --- */

static void add_licence_attributes(struct str *s, const struct api *api, const struct snapshot *l,
                                   int64_t now)
{
    const struct licence *r = &l->licence;
    int64_t validated_at = snapshot_last_validated(l);
    int64_t used_at = validated_at > licence_last_used(r) ? validated_at : licence_last_used(r);
    enum licence_status status =
        licence_status_at(r->is_owner_banned, r->is_suspended, r->expires_at, used_at, now);

    ADD_TEXT(s, "\"name\":", r->name);
    ADD_TEXT(s, ",\"key\":", r->key);
    MEMBER(s, "expiry");
    api_document_time(s, r->expires_at);
    ADD_TEXT(s, ",\"status\":", LICENCE_STATUS_NAMES[status]);
    MEMBER(s, "uses");
    str_i64(s, r->uses);
    MEMBER(s, "suspended");
    add_bool(s, r->is_suspended);
    ADD_TEXT(s, ",\"scheme\":", l->policy.scheme);
    ADD(s, ",\"encrypted\":false");
    MEMBER(s, "strict");
    add_bool(s, l->policy.is_strict);
    MEMBER(s, "floating");
    add_bool(s, l->policy.is_floating);
    MEMBER(s, "protected");
    add_bool(s, r->is_protected);
    ADD_TEXT(s, ",\"version\":", r->last_version);
    MEMBER(s, "maxMachines");
    api_document_limit(s, r->max_machines);
    MEMBER(s, "maxProcesses");
    api_document_limit(s, r->max_processes);
    MEMBER(s, "maxUsers");
    api_document_limit(s, r->max_users);
    MEMBER(s, "maxCores");
    api_document_limit(s, r->max_cores);
    MEMBER(s, "maxMemory");
    api_document_limit(s, r->max_memory);
    MEMBER(s, "maxDisk");
    api_document_limit(s, r->max_disk);
    MEMBER(s, "maxUses");
    api_document_limit(s, r->max_uses);
    MEMBER(s, "requireHeartbeat");
    add_bool(s, l->policy.require_heartbeat);
    MEMBER(s, "requireCheckIn");
    add_bool(s, l->policy.require_check_in);
    MEMBER(s, "lastValidated");
    api_document_time(s, validated_at);
    MEMBER(s, "lastCheckIn");
    api_document_time(s, r->last_check_in_at);
    MEMBER(s, "nextCheckIn");
    api_document_time(s, licence_next_check_in(&l->policy, r->last_check_in_at));
    MEMBER(s, "lastCheckOut");
    api_document_time(s, r->last_check_out_at);
    MEMBER(s, "metadata");
    api_metadata_write(s, api, r->metadata);
    MEMBER(s, "created");
    api_document_time(s, r->created_at);
    MEMBER(s, "updated");
    api_document_time(s, r->updated_at);
}

static void add_licence_relationships(struct str *s, const struct owner *of,
                                      const struct snapshot *l)
{
    const struct licence *r = &l->licence;

    add_to_one(s, of, "product", "products", r->product_id);
    add_to_one(s, of, "policy", "policies", r->policy_id);
    add_to_one(s, of, "group", "groups", r->group_id);
    add_to_one(s, of, of->api->version > 5 ? "owner" : "user", "users", r->owner_id);
    add_related(s, of, "users");
    ADD(s, ",\"meta\":{\"count\":");
    str_i64(s, (int64_t)l->user_count + (id_is_zero(r->owner_id) ? 0 : 1));
    ADD(s, "}}");
    add_related(s, of, "machines");
    ADD(s, ",\"meta\":{\"cores\":");
    str_i64(s, l->cores);
    ADD(s, ",\"memory\":");
    str_i64(s, l->memory);
    ADD(s, ",\"disk\":");
    str_i64(s, l->disk);
    ADD(s, ",\"count\":");
    str_i64(s, (int64_t)l->machine_count);
    ADD(s, "}}");
    add_to_many(s, of, "tokens");
    add_to_many(s, of, "entitlements");
}

void api_document_licence(struct str *s, const struct api *api, const struct snapshot *licence,
                          int64_t now)
{
    const struct owner of = {api, "licenses", licence->licence.id};

    open_resource(s, &of);
    add_licence_attributes(s, api, licence, now);
    open_relationships(s, &of);
    add_licence_relationships(s, &of, licence);
    close_resource(s, &of);
}

/* --- machines --- */

static void add_machine_attributes(struct str *s, const struct api *api, const struct machine *m,
                                   bool is_created)
{
    bool is_hidden = is_created && api->version <= 2;
    int64_t beat = is_hidden ? 0 : m->last_heartbeat_at;

    ADD_TEXT(s, "\"fingerprint\":", m->fingerprint);
    MEMBER(s, "cores");
    api_document_limit(s, m->cores);
    MEMBER(s, "memory");
    api_document_limit(s, m->memory);
    MEMBER(s, "disk");
    api_document_limit(s, m->disk);
    ADD_TEXT(s, ",\"ip\":", m->ip);
    ADD_TEXT(s, ",\"hostname\":", m->hostname);
    ADD_TEXT(s, ",\"platform\":", m->platform);
    ADD_TEXT(s, ",\"name\":", m->name);
    MEMBER(s, "requireHeartbeat");
    add_bool(s, m->require_heartbeat || m->last_heartbeat_at != 0);
    ADD_TEXT(s, ",\"heartbeatStatus\":",
             MACHINE_HEARTBEAT_NAMES[is_hidden ? MACHINE_NOT_STARTED : m->heartbeat]);
    MEMBER(s, "heartbeatDuration");
    str_i64(s, m->heartbeat_seconds);
    MEMBER(s, "lastHeartbeat");
    api_document_time(s, beat);
    MEMBER(s, "nextHeartbeat");
    api_document_time(s, beat == 0 ? 0 : beat + m->heartbeat_seconds * CLOCK_SECOND);
    MEMBER(s, "lastCheckOut");
    api_document_time(s, m->last_check_out_at);
    MEMBER(s, "maxProcesses");
    api_document_limit(s, m->max_processes);
    MEMBER(s, "metadata");
    api_metadata_write(s, api, m->metadata);
    MEMBER(s, "created");
    api_document_time(s, m->created_at);
    MEMBER(s, "updated");
    api_document_time(s, m->updated_at);
}

void api_document_machine(struct str *s, const struct api *api, const struct machine *machine,
                          bool is_created)
{
    const struct owner of = {api, "machines", machine->id};

    open_resource(s, &of);
    add_machine_attributes(s, api, machine, is_created);
    open_relationships(s, &of);
    add_to_one(s, &of, "product", "products", machine->product_id);
    add_to_one(s, &of, "group", "groups", machine->group_id);
    add_to_one(s, &of, "license", "licenses", machine->licence_id);
    if (api->version > 5)
        add_to_one(s, &of, "owner", "users", machine->owner_id);
    else
        add_to_one(s, &of, "user", "users", machine->licence_owner_id);
    add_to_many(s, &of, "components");
    add_to_many(s, &of, "processes");
    close_resource(s, &of);
}

/* --- tokens, products --- */

static void add_counts(struct str *s, const struct token *t)
{
    MEMBER(s, "maxActivations");
    api_document_limit(s, t->max_activations == 0 ? POLICY_NO_LIMIT : t->max_activations);
    MEMBER(s, "activations");
    str_i64(s, t->activations);
    MEMBER(s, "maxDeactivations");
    api_document_limit(s, t->max_deactivations == 0 ? POLICY_NO_LIMIT : t->max_deactivations);
    MEMBER(s, "deactivations");
    str_i64(s, t->deactivations);
}

void api_document_token(struct str *s, const struct api *api, const struct token *token)
{
    const struct owner of = {api, "tokens", token->id};

    open_resource(s, &of);
    ADD_TEXT(s, "\"kind\":", TOKEN_KIND_NAMES[token->kind]);
    if (token->text != NULL)
        ADD_TEXT(s, ",\"token\":", token->text);
    MEMBER(s, "expiry");
    api_document_time(s, token->expires_at);
    ADD_TEXT(s, ",\"name\":", token->name);
    if (token->kind == TOKEN_ACTIVATION)
        add_counts(s, token);
    MEMBER(s, "created");
    api_document_time(s, token->created_at);
    MEMBER(s, "updated");
    api_document_time(s, token->updated_at);
    open_relationships(s, &of);
    if (!id_is_zero(token->licence_id))
        add_to_one(s, &of, "bearer", "licenses", token->licence_id);
    else if (!id_is_zero(token->product_id))
        add_to_one(s, &of, "bearer", "products", token->product_id);
    else
        add_to_one(s, &of, "bearer", "users", token->person_id);
    close_resource(s, &of);
}

void api_document_product(struct str *s, const struct api *api, const struct product *product)
{
    static const char *const MANY[] = {"policies",  "licenses", "machines", "users",    "tokens",
                                       "platforms", "channels", "releases", "artifacts"};
    const struct owner of = {api, "products", product->id};

    open_resource(s, &of);
    ADD_TEXT(s, "\"name\":", product->name);
    ADD_TEXT(s, ",\"code\":", product->code);
    ADD_TEXT(s, ",\"distributionStrategy\":", product->distribution);
    ADD_TEXT(s, ",\"url\":", product->url);
    MEMBER(s, "platforms");
    str_add(s, product->platforms != NULL ? product->platforms : "null");
    MEMBER(s, "metadata");
    api_metadata_write(s, api, product->metadata);
    MEMBER(s, "created");
    api_document_time(s, product->created_at);
    MEMBER(s, "updated");
    api_document_time(s, product->updated_at);
    open_relationships(s, &of);
    for (size_t i = 0; i < COUNT(MANY); i++)
        add_to_many(s, &of, MANY[i]);
    close_resource(s, &of);
}

/* --- people, accounts --- */

void api_document_user(struct str *s, const struct api *api, const struct person *person)
{
    static const char *const MANY[] = {"products", "licenses", "machines", "tokens"};
    const struct owner of = {api, "users", person->id};
    const char *given = person->given_name;
    const char *last = person->full_name;

    if (*given != '\0' && strncmp(last, given, strlen(given)) == 0)
        last += strlen(given) + (last[strlen(given)] == ' ' ? 1 : 0);
    open_resource(s, &of);
    ADD_TEXT(s, "\"fullName\":", person->full_name);
    ADD_TEXT(s, ",\"firstName\":", *given != '\0' ? given : NULL);
    ADD_TEXT(s, ",\"lastName\":", *last != '\0' ? last : NULL);
    ADD_TEXT(s, ",\"email\":", person->email);
    ADD(s, ",\"status\":\"ACTIVE\"");
    ADD_TEXT(s, ",\"role\":", TOKEN_ROLE_NAMES[api->token->kind]);
    ADD(s, ",\"metadata\":{}");
    MEMBER(s, "created");
    api_document_time(s, person->created_at);
    MEMBER(s, "updated");
    api_document_time(s, person->created_at);
    open_relationships(s, &of);
    add_to_one(s, &of, "group", "groups", (struct id){0});
    for (size_t i = 0; i < COUNT(MANY); i++)
        add_to_many(s, &of, MANY[i]);
    close_resource(s, &of);
}

void api_document_account(struct str *s, const struct api *api,
                          const struct tenant_account *account,
                          const uint8_t public_key[CRYPTO_PUBLIC_SIZE])
{
    const char *hex = crypto_hex(s->mem, public_key, CRYPTO_PUBLIC_SIZE);

    ADD(s, "{\"id\":\"");
    str_add(s, api->account);
    ADD_TEXT(s, "\",\"type\":\"accounts\",\"attributes\":{\"name\":", account->name);
    ADD_TEXT(s, ",\"slug\":", account->slug);
    ADD_TEXT(s, ",\"apiVersion\":", account->api_version);
    ADD(s, ",\"status\":\"ACTIVE\"");
    MEMBER(s, "protected");
    add_bool(s, account->is_protected);
    MEMBER(s, "created");
    api_document_time(s, account->created_at);
    MEMBER(s, "updated");
    api_document_time(s, account->updated_at);
    ADD(s, "},\"links\":{\"self\":\"/v1/accounts/");
    str_add(s, api->account);
    ADD_TEXT(s, "\"},\"meta\":{\"keys\":{\"ed25519\":", crypto_base64(s->mem, hex, strlen(hex)));
    ADD(s, "}}}");
}
