/* Trials: one for each machine and product, by the service's clock. */
#include "client.h"

#include <string.h>

static void put_trial(const struct gatehouse *g, const char *name, struct ghc_buffer *body)
{
    ghc_buffer_text(body, "{\"data\":{\"type\":\"trials\",\"attributes\":{\"fingerprint\":");
    ghc_buffer_json(body, g->fingerprint);
    if (name != NULL) {
        ghc_buffer_text(body, ",\"name\":");
        ghc_buffer_json(body, name);
    }
    ghc_buffer_text(body,
                    "},\"relationships\":{\"product\":{\"data\":{\"type\":\"products\",\"id\":");
    ghc_buffer_json(body, g->product);
    ghc_buffer_text(body, "}}}}}");
}

static bool time_of(const struct ghc_json *j, const char *path, int64_t *out)
{
    char text[40];

    return ghc_json_text(j, ghc_json_at(j, path), text, sizeof text) && ghc_time_iso(text, out);
}

/* The answer is for this product and this machine, or it is none. A trial that is over may have no
 * machine any longer. */
static enum gatehouse_error read_trial(const struct gatehouse *g, struct gatehouse_trial *trial,
                                       char *key, size_t key_size)
{
    const struct ghc_json *j = &g->json;
    struct gatehouse_trial t = {"", 0, 0, false, false};
    uint32_t print = ghc_json_at(j, "included/0/attributes/fingerprint");

    if (!ghc_json_text(j, ghc_json_at(j, "data/id"), t.licence_id, sizeof t.licence_id) ||
        !ghc_json_equals(j, ghc_json_at(j, "data/relationships/product/data/id"), g->product) ||
        (print != GHC_JSON_NONE && !ghc_json_equals(j, print, g->fingerprint)) ||
        !time_of(j, "meta/gatehouse/trial/started", &t.started_at) ||
        !time_of(j, "meta/gatehouse/trial/ends", &t.ends_at))
        return GATEHOUSE_E_PROTOCOL;
    if (!ghc_json_text(j, ghc_json_at(j, "data/attributes/key"), key, key_size))
        return GATEHOUSE_E_BUFFER;
    t.is_new = ghc_json_is(j, ghc_json_at(j, "meta/gatehouse/trial/isNew"), GHC_JSON_TRUE);
    t.is_bought = ghc_json_is(j, ghc_json_at(j, "meta/gatehouse/trial/isConverted"), GHC_JSON_TRUE);
    *trial = t;
    return GATEHOUSE_OK;
}

enum gatehouse_error gatehouse_trial_start(struct gatehouse *g, const char *name,
                                           struct gatehouse_trial *trial, char *key,
                                           size_t key_size)
{
    struct ghc_buffer body = {0};
    enum gatehouse_error error;

    if (g == NULL || trial == NULL || key == NULL || key_size == 0 || g->product == NULL ||
        g->fingerprint == NULL || (name != NULL && !ghc_text_is_plain(name, 255)))
        return GATEHOUSE_E_ARGUMENT;
    put_trial(g, name, &body);
    /* A licence key would be refused here: it is no right to begin trials. */
    error = body.is_failed ? GATEHOUSE_E_MEMORY
                           : ghc_call(g, &(struct ghc_call){.method = "POST",
                                                            .path = "/trials",
                                                            .body = body.p,
                                                            .is_anonymous = g->token == NULL});
    ghc_buffer_free(&body);
    if (error == GATEHOUSE_OK)
        error = read_trial(g, trial, key, key_size);
    return error == GATEHOUSE_OK ? gatehouse_set_key(g, key) : error;
}
