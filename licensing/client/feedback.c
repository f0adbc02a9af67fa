/* Feedback: a ticket for the person in front of the program. */
#include "client.h"

#include <string.h>

enum { FEEDBACK_BYTES_MAX = 256 * 1024 };

static void put_member(struct ghc_buffer *body, const char *name, const char *text)
{
    if (text == NULL)
        return;
    ghc_buffer_texts(body, ",\"", name, "\":", NULL);
    ghc_buffer_json(body, text);
}

enum gatehouse_error gatehouse_feedback_send(struct gatehouse *g,
                                             const struct gatehouse_feedback *feedback,
                                             struct gatehouse_receipt *receipt)
{
    struct ghc_buffer body = {.max = FEEDBACK_BYTES_MAX};
    struct gatehouse_receipt r = {"", ""};
    enum gatehouse_error error = GATEHOUSE_E_TOO_LARGE;

    if (g == NULL || feedback == NULL || feedback->text == NULL || receipt == NULL)
        return GATEHOUSE_E_ARGUMENT;
    ghc_buffer_text(&body, "{\"data\":{\"type\":\"feedback\",\"attributes\":{\"text\":");
    ghc_buffer_json(&body, feedback->text);
    put_member(&body, "subject", feedback->subject);
    put_member(&body, "topic", feedback->topic);
    put_member(&body, "version", feedback->version);
    put_member(&body, "fingerprint", g->fingerprint);
    put_member(&body, "name", feedback->name);
    put_member(&body, "phone", feedback->phone);
    put_member(&body, "email", feedback->email);
    put_member(&body, "diagnostics", feedback->diagnostics);
    put_member(&body, "requestKey", feedback->request_key);
    ghc_buffer_text(&body, "}}}");
    if (!body.is_failed)
        error =
            ghc_call(g, &(struct ghc_call){.method = "POST", .path = "/feedback", .body = body.p});
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
