#include "portal/api/webhook_payload.h"

#include "licensing/entitlement.h"
#include "licensing/machine.h"
#include "licensing/product.h"
#include "licensing/signing_key.h"
#include "licensing/token.h"
#include "portal/account/tenant.h"
#include "portal/account/user.h"
#include "portal/api/api_bearer.h"
#include "portal/api/api_catalogue.h"
#include "portal/api/api_document.h"
#include "portal/api/api_included.h"
#include "portal/api/api_part.h"
#include "portal/api/release_document.h"
#include "portal/api/webhook_document.h"
#include "portal/desk/ticket_field.h"
#include "portal/hooks/webhook_event.h"

#include <string.h>

struct telling {
    struct ctx *cx;
    const struct event *event;
    struct api api;
    const json_t *data; /* the event's; NULL: none */
    struct str out;
    struct id id; /* of the resource */
    struct id product_id;
};

/* --- resources as they are now: false without an error means that it is gone --- */

static bool is_gone(struct ctx *cx)
{
    if (cx->err.kind != &ERR_NOT_FOUND)
        return false;
    err_clear(&cx->err);
    return true;
}

static bool write_licence(struct telling *t, bool *found)
{
    struct snapshot *s;

    if (!snapshot_load_id(t->cx, t->id, &s))
        return false;
    *found = s != NULL;
    if (s == NULL)
        return true;
    t->product_id = s->licence.product_id;
    api_document_licence(&t->out, &t->api, s, t->event->at, NULL);
    return true;
}

static bool write_machine(struct telling *t, bool *found)
{
    struct machine *m;

    if (!machine_get(t->cx, t->id, &m))
        return is_gone(t->cx);
    *found = true;
    t->product_id = m->product_id;
    api_document_machine(&t->out, &t->api, m, false, NULL);
    return true;
}

static bool write_component(struct telling *t, bool *found)
{
    struct component *c;

    if (!component_get(t->cx, t->id, &c))
        return is_gone(t->cx);
    *found = true;
    t->product_id = c->product_id;
    api_part_component(&t->out, &t->api, c);
    return true;
}

static bool write_process(struct telling *t, bool *found)
{
    struct process *p;

    if (!process_get(t->cx, t->id, &p))
        return is_gone(t->cx);
    *found = true;
    t->product_id = p->product_id;
    api_part_process(&t->out, &t->api, p);
    return true;
}

static bool write_product(struct telling *t, bool *found)
{
    struct product *p;

    if (!product_get(t->cx, t->id, &p))
        return is_gone(t->cx);
    *found = true;
    t->product_id = p->id;
    api_bearer_product(&t->out, &t->api, p);
    return true;
}

static bool write_entitlement(struct telling *t, bool *found)
{
    struct entitlement *e;

    if (!entitlement_get(t->cx, t->id, &e))
        return is_gone(t->cx);
    *found = true;
    api_included_entitlement(&t->out, &t->api, e);
    return true;
}

static bool write_policy(struct telling *t, bool *found)
{
    struct policy *p;

    if (!policy_get(t->cx, t->id, &p))
        return is_gone(t->cx);
    *found = true;
    t->product_id = p->product_id;
    api_catalogue_policy(&t->out, &t->api, p);
    return true;
}

static bool write_group(struct telling *t, bool *found)
{
    struct licence_group *g;

    if (!licence_group_get(t->cx, t->id, &g))
        return is_gone(t->cx);
    *found = true;
    api_catalogue_group(&t->out, &t->api, g);
    return true;
}

static bool write_person(struct telling *t, bool *found)
{
    struct user *u;

    if (!user_get(t->cx, t->id, &u))
        return is_gone(t->cx);
    *found = true;
    api_bearer_user(&t->out, &t->api, u);
    return true;
}

static const struct release_reader EVERY = {.kind = RELEASE_FOR_ALL};

static bool write_release(struct telling *t, bool *found)
{
    struct release *r;

    if (!release_get(t->cx, &EVERY, t->id, &r))
        return is_gone(t->cx);
    *found = true;
    t->product_id = r->product_id;
    release_document_write(&t->out, &t->api, r);
    return true;
}

static bool write_artefact(struct telling *t, bool *found)
{
    struct artefact *a;

    if (!artefact_get(t->cx, &EVERY, t->id, &a))
        return is_gone(t->cx);
    *found = true;
    t->product_id = a->product_id;
    release_document_artefact(&t->out, &t->api, a);
    return true;
}

/* Its text is known to nobody but its owner; here it is not even at hand. */
static bool write_token(struct telling *t, bool *found)
{
    const struct token_scope every = {.is_all = true};
    struct token *token;

    if (!token_get(t->cx, t->id, &every, &token))
        return is_gone(t->cx);
    *found = true;
    t->product_id = token->product_id;
    api_bearer_token(&t->out, &t->api, token);
    return true;
}

static bool write_account(struct telling *t, bool *found)
{
    struct tenant_account account;
    struct signing_key *keys;
    size_t count;

    if (!tenant_account_get(t->cx, &account) || !signing_key_list(t->cx, &keys, &count))
        return false;
    *found = count > 0;
    if (*found)
        api_bearer_account(&t->out, &t->api, &account, keys[0].public_key);
    return true;
}

/* Tickets are not of the licensing protocol: their members are those of /api/v1. */
static bool write_ticket(struct telling *t, bool *found)
{
    struct ticket *ticket;
    json_t *json;

    if (!ticket_get(t->cx, t->id, &ticket) || !ticket_field_load(t->cx, &ticket, 1))
        return is_gone(t->cx);
    *found = true;
    json = ticket_to_json(t->cx, ticket);
    json_object_del(json, "id");
    str_add(&t->out, "{\"id\":\"");
    api_resource_id(&t->out, t->id);
    str_add(&t->out, "\",\"type\":\"tickets\",\"attributes\":");
    api_value_json(&t->out, json);
    str_add(&t->out, ",\"relationships\":{");
    api_resource_account(&t->out, &t->api);
    str_add(&t->out, "},\"links\":{\"self\":\"/api/v1/tickets/");
    api_resource_id(&t->out, t->id);
    str_add(&t->out, "\"}}");
    return true;
}

static const struct {
    const char *wire; /* what the event's wire name begins with */
    const char *type;
    const char
        *ours; /* the member of the event's data that names it, where it is not the subject */
    bool (*write)(struct telling *t, bool *found); /* NULL: told by the event alone */
} RESOURCES[] = {
    {"license", "licenses", "licence", write_licence},
    {"machine", "machines", "machine", write_machine},
    {"product", "products", "product", write_product},
    {"entitlement", "entitlements", "entitlement", write_entitlement},
    {"user", "users", "person", write_person},
    {"ticket", "tickets", "ticket", write_ticket},
    {"policy", "policies", "policy", write_policy},
    {"group", "groups", "group", write_group},
    {"component", "components", "component", write_component},
    {"process", "processes", "process", write_process},
    {"release", "releases", "release", write_release},
    {"artifact", "artifacts", "artefact", write_artefact},
    {"token", "tokens", "token", write_token},
    {"account", "accounts", "tenant", write_account},
};

/* --- what the event tells --- */

static bool is_secret(const char *name)
{
    return strcmp(name, "token") == 0 || strcmp(name, "key") == 0 || strcmp(name, "secret") == 0 ||
           strcmp(name, "password") == 0;
}

/* data.attributes, else what is plain in data. */
static json_t *attributes_of(const struct telling *t)
{
    json_t *given = json_object_get(t->data, "attributes");
    json_t *out = json_object();
    const char *name;
    json_t *value;

    if (!json_is_object(given))
        given = json_incref((json_t *)(uintptr_t)t->data); /* Jansson's cast; read only */
    else
        json_incref(given);
    json_object_foreach (given, name, value)
        if (!json_is_object(value) && !json_is_array(value) && !is_secret(name))
            json_object_set(out, name, value);
    json_decref(given);
    return json_own(t->cx->mem, out);
}

static void write_event(struct telling *t, const char *type)
{
    const struct api_resource of = api_resource_of(&t->api, type, t->id);

    str_add(&t->out, "{\"id\":\"");
    api_resource_id(&t->out, t->id);
    str_fmt(&t->out, "\",\"type\":\"%s\",\"attributes\":", type);
    api_value_json(&t->out, attributes_of(t));
    str_add(&t->out, ",\"relationships\":{");
    api_resource_account(&t->out, &t->api);
    api_resource_close(&t->out, &of);
}

/* The public words of a reply; how a status changed; else what the emitter put into data.meta. */
static void write_meta(struct telling *t)
{
    const json_t *meta = json_object_get(t->data, "meta");
    json_t *message = json_object_get(t->data, "message");

    if (t->event->kind == EVENT_TICKET_REPLIED && json_get_bool(message, "public", false)) {
        meta = json_own(t->cx->mem, json_pack("{s:O}", "message", message));
    } else if (t->event->kind == EVENT_TICKET_STATUS_CHANGED) {
        const json_t *before = json_object_get(t->data, "before");
        const json_t *after = json_object_get(t->data, "after");

        meta =
            json_own(t->cx->mem, json_pack("{s:s,s:s}", "from", json_get_text(before, "status", ""),
                                           "to", json_get_text(after, "status", "")));
    }
    if (json_is_object(meta)) {
        str_add(&t->out, ",\"meta\":");
        api_value_json(&t->out, meta);
    }
}

static void set_api(struct ctx *cx, const char *api_version, struct api *api)
{
    *api = (struct api){.mem = cx->mem,
                        .account = id_text(cx->mem, cx->tenant_id),
                        .version = api_version[0] == '1' && api_version[1] == '.' &&
                                           api_version[2] >= '2' && api_version[2] <= '8'
                                       ? api_version[2] - '0'
                                       : API_VERSION_NEWEST};
}

static bool write_resource(struct telling *t)
{
    const char *wire = event_wire_name(t->event->kind);
    size_t length = strcspn(wire, ".");
    bool found = false;

    for (size_t i = 0; i < COUNT(RESOURCES); i++) {
        if (strlen(RESOURCES[i].wire) != length || memcmp(RESOURCES[i].wire, wire, length) != 0)
            continue;
        if (!id_parse(json_get_text(t->data, RESOURCES[i].ours, ""), &t->id))
            t->id = t->event->subject_id;
        if (RESOURCES[i].write != NULL && !RESOURCES[i].write(t, &found))
            return false;
        if (!found)
            write_event(t, RESOURCES[i].type);
        return true;
    }
    return err_set(&t->cx->err, &ERR_INTERNAL, "no resource for %s", wire);
}

/* Whose it is, where the resource did not say: the event names the product, or the licence that it
 * hangs on. */
static bool find_product(struct telling *t)
{
    struct snapshot *s;
    struct id id;

    if (!id_is_zero(t->product_id) ||
        id_parse(json_get_text(t->data, "product", ""), &t->product_id) ||
        !id_parse(json_get_text(t->data, "licence", ""), &id))
        return true;
    if (!snapshot_load_id(t->cx, id, &s))
        return false;
    t->product_id = s != NULL ? s->licence.product_id : (struct id){{0}};
    return true;
}

bool webhook_payload_write(struct ctx *cx, const struct event *event, const char *api_version,
                           const char **out, struct id *product_id)
{
    struct telling t = {.cx = cx, .event = event, .out = str_new(cx->mem)};
    json_t *data = NULL;

    set_api(cx, api_version, &t.api);
    if (event->data != NULL &&
        !json_read(cx->mem, &cx->err, event->data, strlen(event->data), &data))
        return false;
    t.data = data;
    str_add(&t.out, "{\"data\":");
    if (!write_resource(&t) || !find_product(&t))
        return false;
    write_meta(&t);
    str_char(&t.out, '}');
    *out = t.out.p;
    *product_id = t.product_id;
    return true;
}

const char *webhook_payload_document(struct ctx *cx, const struct webhook_event *event)
{
    struct str s = str_new(cx->mem);
    struct api api;

    set_api(cx, event->api_version, &api);
    str_add(&s, "{\"data\":");
    webhook_document_event(&s, &api, event, true);
    str_char(&s, '}');
    return s.p;
}
