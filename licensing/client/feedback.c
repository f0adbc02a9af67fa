/* Feedback: a ticket for the person in front of the program. */
#include "client.h"

#include <sodium.h>

#include <string.h>

enum { FEEDBACK_BYTES_MAX = 256 * 1024, REQUEST_KEY_SIZE = 16 };

static void put_member(struct ghc_buffer *body, const char *name, const char *text)
{
    if (text == NULL)
        return;
    ghc_buffer_texts(body, ",\"", name, "\":", NULL);
    ghc_buffer_json(body, text);
}

static void put_feedback(const struct gatehouse *g, const struct gatehouse_feedback *feedback,
                         struct ghc_buffer *body)
{
    unsigned char bytes[REQUEST_KEY_SIZE];
    char request_key[2 * REQUEST_KEY_SIZE + 1];

    randombytes_buf(bytes, sizeof bytes);
    sodium_bin2hex(request_key, sizeof request_key, bytes, sizeof bytes);
    ghc_buffer_text(body, "{\"data\":{\"type\":\"feedback\",\"attributes\":{\"text\":");
    ghc_buffer_json(body, feedback->text);
    put_member(body, "subject", feedback->subject);
    put_member(body, "topic", feedback->topic);
    put_member(body, "version", feedback->version);
    put_member(body, "fingerprint", g->fingerprint);
    put_member(body, "name", feedback->name);
    put_member(body, "phone", feedback->phone);
    put_member(body, "email", feedback->email);
    put_member(body, "diagnostics", feedback->diagnostics);
    put_member(body, "requestKey",
               feedback->request_key != NULL ? feedback->request_key : request_key);
    ghc_buffer_text(body, "}}}");
}

enum gatehouse_error gatehouse_feedback_send(struct gatehouse *g,
                                             const struct gatehouse_feedback *feedback,
                                             struct gatehouse_receipt *receipt)
{
    struct ghc_buffer body = {.max = FEEDBACK_BYTES_MAX};
    struct gatehouse_receipt r = {"", ""};
    enum gatehouse_error error = GATEHOUSE_E_TOO_LARGE;

    if (g == NULL || feedback == NULL || feedback->text == NULL || receipt == NULL ||
        (g->key == NULL && g->token == NULL))
        return GATEHOUSE_E_ARGUMENT;
    put_feedback(g, feedback, &body);
    if (!body.is_failed)
        error = g->token == NULL ? ghc_need_licence(g) : GATEHOUSE_OK;
    /* Signed with the key rather than with the key as a password: it also works where the policy
     * lets no key authenticate. */
    if (error == GATEHOUSE_OK)
        error = ghc_call(g, &(struct ghc_call){.method = "POST",
                                               .path = "/feedback",
                                               .body = body.p,
                                               .is_signed = g->token == NULL});
    ghc_buffer_free(&body);
    if (error != GATEHOUSE_OK)
        return error;
    if (!ghc_json_text(&g->json, ghc_json_at(&g->json, "data/attributes/number"), r.number,
                       sizeof r.number) ||
        !ghc_json_text(&g->json, ghc_json_at(&g->json, "data/attributes/link"), r.link,
                       sizeof r.link))
        return GATEHOUSE_E_PROTOCOL;
    *receipt = r;
    return GATEHOUSE_OK;
}
