/* Validation: the question, what the answer says, and the state at an instant. */
#include "client.h"

#include <sodium.h>

#include <string.h>

static const char VALIDATE_KEY[] = "/licenses/actions/validate-key";

/* --- reading --- */

static int64_t time_at(const struct ghc_json *j, const char *path)
{
    char text[40];
    int64_t at;

    return ghc_json_text(j, ghc_json_at(j, path), text, sizeof text) && ghc_time_iso(text, &at) ? at
                                                                                                : 0;
}

/* Whether the answer's scope is the one that this handle asks with: it is signed, so an answer for
 * another machine does not serve this one. */
static bool is_ours(const struct gatehouse *g, const struct ghc_json *j)
{
    if (g->fingerprint != NULL &&
        !ghc_json_equals(j, ghc_json_at(j, "meta/scope/fingerprint"), g->fingerprint))
        return false;
    if (g->product != NULL && !ghc_json_equals(j, ghc_json_at(j, "meta/scope/product"), g->product))
        return false;
    return ghc_json_is(j, ghc_json_at(j, "data"), GHC_JSON_NULL) ||
           ghc_json_equals(j, ghc_json_at(j, "data/attributes/key"), g->key);
}

enum gatehouse_error ghc_verdict_read(const struct gatehouse *g, const struct ghc_json *j,
                                      int64_t nonce, struct gatehouse_verdict *out)
{
    struct gatehouse_verdict v = {GATEHOUSE_UNKNOWN, false, false, "", "", 0, 0, 0, 0};
    uint32_t valid = ghc_json_at(j, "meta/valid");
    int64_t echo;

    v.answered_at = time_at(j, "meta/ts");
    if (!ghc_json_text(j, ghc_json_at(j, "meta/code"), v.code, sizeof v.code) ||
        v.answered_at == 0 ||
        !(ghc_json_is(j, valid, GHC_JSON_TRUE) || ghc_json_is(j, valid, GHC_JSON_FALSE)))
        return GATEHOUSE_E_PROTOCOL;
    if (nonce != 0 && (!ghc_json_integer(j, ghc_json_at(j, "meta/nonce"), &echo) || echo != nonce))
        return GATEHOUSE_E_NONCE;
    if (!is_ours(g, j))
        return GATEHOUSE_E_NONCE;
    v.is_valid = ghc_json_is(j, valid, GHC_JSON_TRUE);
    if (!ghc_json_text(j, ghc_json_at(j, "data/id"), v.licence_id, sizeof v.licence_id)) {
        v.licence_id[0] = '\0';
        /* A good licence has an id; without one this is no answer to go by. */
        if (v.is_valid)
            return GATEHOUSE_E_PROTOCOL;
    }
    v.expires_at = time_at(j, "data/attributes/expiry");
    v.grace_until = time_at(j, "meta/gatehouse/graceEnd");
    v.support_until = time_at(j, "meta/gatehouse/supportEnd");
    *out = v;
    return GATEHOUSE_OK;
}

/* --- deciding --- */

static const struct code_state {
    const char *code;
    enum gatehouse_state state;
} CODE_STATES[] = {
    {"SUSPENDED", GATEHOUSE_SUSPENDED},
    {"BANNED", GATEHOUSE_SUSPENDED},
    {"NO_MACHINE", GATEHOUSE_NOT_ACTIVATED},
    {"NO_MACHINES", GATEHOUSE_NOT_ACTIVATED},
    {"FINGERPRINT_SCOPE_MISMATCH", GATEHOUSE_NOT_ACTIVATED},
    {"HEARTBEAT_NOT_STARTED", GATEHOUSE_NOT_ACTIVATED},
    {"HEARTBEAT_DEAD", GATEHOUSE_NOT_ACTIVATED},
};

enum gatehouse_state ghc_verdict_state(const struct gatehouse_verdict *v, int64_t now)
{
    bool is_over = v->expires_at != 0 && now > v->expires_at;

    if (strcmp(v->code, "EXPIRED") == 0 || (is_over && v->is_valid))
        return v->grace_until != 0 && now <= v->grace_until ? GATEHOUSE_GRACE : GATEHOUSE_EXPIRED;
    if (v->is_valid)
        return GATEHOUSE_VALID;
    for (size_t i = 0; i < sizeof CODE_STATES / sizeof CODE_STATES[0]; i++) {
        if (strcmp(CODE_STATES[i].code, v->code) == 0)
            return CODE_STATES[i].state;
    }
    return GATEHOUSE_INVALID;
}

/* --- asking --- */

/* Not zero, and exact as a double: whoever reads it on the way may think in those. */
static int64_t new_nonce(void)
{
    return (int64_t)randombytes_random() * (1 << 20) + randombytes_uniform(1 << 20) + 1;
}

static void put_question(const struct gatehouse *g, int64_t nonce, struct ghc_buffer *body)
{
    ghc_buffer_text(body, "{\"meta\":{\"key\":");
    ghc_buffer_json(body, g->key);
    ghc_buffer_text(body, ",\"nonce\":");
    ghc_buffer_integer(body, nonce);
    if (g->fingerprint != NULL || g->product != NULL) {
        ghc_buffer_text(body, ",\"scope\":{");
        if (g->fingerprint != NULL) {
            ghc_buffer_text(body, "\"fingerprint\":");
            ghc_buffer_json(body, g->fingerprint);
        }
        if (g->product != NULL) {
            ghc_buffer_text(body, g->fingerprint != NULL ? ",\"product\":" : "\"product\":");
            ghc_buffer_json(body, g->product);
        }
        ghc_buffer_text(body, "}");
    }
    ghc_buffer_text(body, "}}");
}

/* As the signature of the last answer has it. */
static enum gatehouse_error keep(struct gatehouse *g)
{
    struct ghc_buffer target = {0};
    enum gatehouse_error error = GATEHOUSE_E_MEMORY;

    ghc_buffer_texts(&target, g->prefix, VALIDATE_KEY, NULL);
    if (!target.is_failed)
        error = ghc_cache_keep(
            g, &(struct ghc_asked){.method = "POST", .target = target.p, .host = g->host});
    ghc_buffer_free(&target);
    return error;
}

enum gatehouse_error gatehouse_validate(struct gatehouse *g, struct gatehouse_verdict *verdict)
{
    struct ghc_buffer body = {0};
    struct gatehouse_verdict v;
    enum gatehouse_error error = GATEHOUSE_E_MEMORY;
    int64_t nonce = new_nonce();

    if (g == NULL || verdict == NULL || g->key == NULL)
        return GATEHOUSE_E_ARGUMENT;
    put_question(g, nonce, &body);
    if (!body.is_failed)
        error = ghc_call(
            g, &(struct ghc_call){
                   .method = "POST", .path = VALIDATE_KEY, .body = body.p, .is_anonymous = true});
    ghc_buffer_free(&body);
    if (error == GATEHOUSE_OK)
        error = ghc_verdict_read(g, &g->json, nonce, &v);
    if (error != GATEHOUSE_OK)
        return error;
    v.state = ghc_verdict_state(&v, v.answered_at);
    (void)ghc_text_put(g->licence_id, sizeof g->licence_id, v.licence_id);
    (void)ghc_text_put(g->code, sizeof g->code, v.code);
    /* An answer is an answer also where it cannot be kept; gatehouse_cached will be UNKNOWN. */
    (void)keep(g);
    *verdict = v;
    return GATEHOUSE_OK;
}

enum gatehouse_error gatehouse_check(struct gatehouse *g, struct gatehouse_verdict *verdict)
{
    enum gatehouse_error error = gatehouse_validate(g, verdict);

    if (error != GATEHOUSE_OK && verdict != NULL)
        gatehouse_cached(g, verdict);
    return error;
}
