/* Seats: activation, heartbeats, deactivation, and files to take along. */
#include "client.h"

#include <string.h>

enum gatehouse_error ghc_need_licence(struct gatehouse *g)
{
    struct gatehouse_verdict v;
    enum gatehouse_error error;

    if (g->licence_id[0] != '\0')
        return GATEHOUSE_OK;
    error = gatehouse_validate(g, &v);
    if (error != GATEHOUSE_OK)
        return error;
    return v.licence_id[0] != '\0' ? GATEHOUSE_OK : GATEHOUSE_E_NOT_FOUND;
}

/* What the last answer says of a machine, if it is this one. */
static enum gatehouse_error read_machine(const struct gatehouse *g, struct gatehouse_machine *out)
{
    const struct ghc_json *j = &g->json;
    struct gatehouse_machine m = {"", false, false, 0, 0};
    char text[40];

    if (!ghc_json_equals(j, ghc_json_at(j, "data/type"), "machines") ||
        !ghc_json_text(j, ghc_json_at(j, "data/id"), m.id, sizeof m.id) ||
        !ghc_json_equals(j, ghc_json_at(j, "data/attributes/fingerprint"), g->fingerprint) ||
        !ghc_json_integer(j, ghc_json_at(j, "data/attributes/heartbeatDuration"), &m.heartbeat_s))
        return GATEHOUSE_E_PROTOCOL;
    m.needs_heartbeat =
        ghc_json_is(j, ghc_json_at(j, "data/attributes/requireHeartbeat"), GHC_JSON_TRUE);
    if (ghc_json_text(j, ghc_json_at(j, "data/attributes/nextHeartbeat"), text, sizeof text))
        (void)ghc_time_iso(text, &m.next_heartbeat_at);
    *out = m;
    return GATEHOUSE_OK;
}

/* A call about this machine, which its fingerprint names. */
static enum gatehouse_error call_machine(struct gatehouse *g, const char *method,
                                         const char *action)
{
    struct ghc_buffer path = {0};
    enum gatehouse_error error = GATEHOUSE_E_MEMORY;

    if (g == NULL || g->fingerprint == NULL)
        return GATEHOUSE_E_ARGUMENT;
    ghc_path(&path, "/machines/", g->fingerprint, action, NULL);
    if (!path.is_failed)
        error = ghc_call(g, &(struct ghc_call){.method = method, .path = path.p});
    ghc_buffer_free(&path);
    return error;
}

static bool is_taken(const struct gatehouse *g)
{
    uint32_t errors = ghc_json_at(&g->json, "errors");

    if (!ghc_json_is(&g->json, errors, GHC_JSON_ARRAY))
        return false;
    for (uint32_t i = errors + 1; i < g->json.nodes[errors].after; i = g->json.nodes[i].after) {
        if (ghc_json_equals(&g->json, ghc_json_get(&g->json, i, "code"), "FINGERPRINT_TAKEN"))
            return true;
    }
    return false;
}

/* The seat that this machine holds already: of this licence, or it is not ours to use. */
static enum gatehouse_error find_own(struct gatehouse *g, struct gatehouse_machine *machine)
{
    enum gatehouse_error error = call_machine(g, "GET", "");

    if (error == GATEHOUSE_OK)
        error = read_machine(g, machine);
    if (error == GATEHOUSE_OK &&
        !ghc_json_equals(&g->json, ghc_json_at(&g->json, "data/relationships/license/data/id"),
                         g->licence_id))
        error = GATEHOUSE_E_NOT_FOUND;
    machine->is_repeated = error == GATEHOUSE_OK;
    return error;
}

static void put_machine(const struct gatehouse *g, const char *name, struct ghc_buffer *body)
{
    ghc_buffer_text(body, "{\"data\":{\"type\":\"machines\",\"attributes\":{\"fingerprint\":");
    ghc_buffer_json(body, g->fingerprint);
    if (name != NULL) {
        ghc_buffer_text(body, ",\"name\":");
        ghc_buffer_json(body, name);
    }
    ghc_buffer_text(body,
                    "},\"relationships\":{\"license\":{\"data\":{\"type\":\"licenses\",\"id\":");
    ghc_buffer_json(body, g->licence_id);
    ghc_buffer_text(body, "}}}}}");
}

enum gatehouse_error gatehouse_activate(struct gatehouse *g, const char *name,
                                        struct gatehouse_machine *machine)
{
    struct gatehouse_machine m = {"", false, false, 0, 0};
    struct ghc_buffer body = {0};
    enum gatehouse_error error;

    if (g == NULL || machine == NULL || g->key == NULL || g->fingerprint == NULL ||
        (name != NULL && !ghc_text_is_plain(name, 255)))
        return GATEHOUSE_E_ARGUMENT;
    error = ghc_need_licence(g);
    if (error != GATEHOUSE_OK)
        return error;
    put_machine(g, name, &body);
    error = body.is_failed
                ? GATEHOUSE_E_MEMORY
                : ghc_call(
                      g, &(struct ghc_call){.method = "POST", .path = "/machines", .body = body.p});
    ghc_buffer_free(&body);
    if (error == GATEHOUSE_OK)
        error = read_machine(g, &m);
    else if (g->response.status == 422 && is_taken(g))
        error = find_own(g, &m);
    if (error == GATEHOUSE_OK)
        *machine = m;
    return error;
}

enum gatehouse_error gatehouse_heartbeat(struct gatehouse *g, struct gatehouse_machine *machine)
{
    enum gatehouse_error error = call_machine(g, "POST", "/actions/ping");

    if (error != GATEHOUSE_OK || machine == NULL)
        return error;
    error = read_machine(g, machine);
    machine->is_repeated = true;
    return error;
}

enum gatehouse_error gatehouse_deactivate(struct gatehouse *g)
{
    enum gatehouse_error error = call_machine(g, "DELETE", "");

    return error == GATEHOUSE_E_NOT_FOUND ? GATEHOUSE_OK : error;
}

/* --- files to take along --- */

enum gatehouse_error gatehouse_check_out(struct gatehouse *g, enum gatehouse_file kind,
                                         bool is_encrypted, int64_t ttl_s, char **text)
{
    struct ghc_buffer path = {0};
    enum gatehouse_error error;
    bool is_machine = kind == GATEHOUSE_MACHINE_FILE;
    uint32_t at;

    if (g == NULL || text == NULL || g->key == NULL || (is_machine && g->fingerprint == NULL))
        return GATEHOUSE_E_ARGUMENT;
    *text = NULL;
    error = ghc_need_licence(g);
    if (error != GATEHOUSE_OK)
        return error;
    ghc_path(&path, is_machine ? "/machines/" : "/licenses/",
             is_machine ? g->fingerprint : g->licence_id, "/actions/check-out?encrypt=", NULL);
    ghc_buffer_texts(&path, is_encrypted ? "1" : "0",
                     "&include=", is_machine ? "license,license.entitlements" : "entitlements",
                     NULL);
    if (ttl_s > 0) {
        ghc_buffer_text(&path, "&ttl=");
        ghc_buffer_integer(&path, ttl_s);
    }
    error = path.is_failed ? GATEHOUSE_E_MEMORY
                           : ghc_call(g, &(struct ghc_call){.method = "POST", .path = path.p});
    ghc_buffer_free(&path);
    if (error != GATEHOUSE_OK)
        return error;
    at = ghc_json_at(&g->json, "data/attributes/certificate");
    if (!ghc_json_is(&g->json, at, GHC_JSON_TEXT))
        return GATEHOUSE_E_PROTOCOL;
    return ghc_json_copy(&g->json, at, text) ? GATEHOUSE_OK : GATEHOUSE_E_MEMORY;
}
