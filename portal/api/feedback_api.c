#include "portal/api/feedback_api.h"

#include "base/utf8.h"
#include "portal/account/person.h"
#include "portal/api/api_input.h"
#include "portal/api/api_value.h"
#include "portal/api/feedback_sign.h"
#include "portal/desk/feedback.h"
#include "portal/desk/ticket_topic.h"
#include "portal/http/reply.h"

#include <string.h>

static const struct err_kind ERR_TOKEN_MISSING = {ERR_CLASS_LOGIN, "TOKEN_MISSING",
                                                  "This needs a token or a licence key."};
static const struct err_kind ERR_LONG = {ERR_CLASS_INVALID, "TEXT_TOO_LONG",
                                         "This is longer than what can be kept."};
static const struct err_kind ERR_LINE = {ERR_CLASS_INVALID, "TEXT_INVALID",
                                         "This has to be one line."};
static const struct err_kind ERR_TOPIC = {ERR_CLASS_INVALID, "TOPIC_INVALID",
                                          "There is no such topic."};

/* --- reading --- */

static bool read_text(const struct api_object *in, const char *name, unsigned flags, size_t max,
                      const char **out)
{
    if (!api_input_text(in, name, flags | API_NULLABLE | API_BLANK, out))
        return false;
    if (*out != NULL && **out == '\0')
        *out = NULL;
    if (*out == NULL)
        return (flags & API_REQUIRED) == 0 || api_input_refuse(in, name, &ERR_API_BLANK);
    return utf8_count(*out) <= max || api_input_refuse(in, name, &ERR_LONG);
}

static bool read_line(const struct api_object *in, const char *name, size_t max, const char **out)
{
    if (!read_text(in, name, 0, max, out))
        return false;
    for (const char *p = *out != NULL ? *out : ""; *p != '\0'; p++)
        if ((unsigned char)*p < ' ' || *p == 0x7f)
            return api_input_refuse(in, name, &ERR_LINE);
    return true;
}

static bool read_topic(const struct api_object *in, const char **out)
{
    const struct ticket_topic *topic;

    if (!read_line(in, "topic", TICKET_STORE_MAX, out))
        return false;
    if (*out == NULL)
        return true;
    return ticket_topic_find(in->cx, *out, &topic) &&
           (topic != NULL || api_input_refuse(in, "topic", &ERR_TOPIC));
}

/* The machine of this licence; feedback from one without a seat is welcome, too. */
static struct id machine_of(const struct snapshot *licence, const char *fingerprint)
{
    for (size_t i = 0; fingerprint != NULL && i < licence->machine_count; i++)
        if (strcmp(licence->machines[i].fingerprint, fingerprint) == 0)
            return licence->machines[i].id;
    return (struct id){0};
}

static bool read_attributes(const struct api_object *in, const struct snapshot *licence,
                            struct feedback_new *f)
{
    static const char *const KNOWN[] = {"text",        "subject",    "topic", "version",
                                        "fingerprint", "name",       "phone", "email",
                                        "diagnostics", "requestKey", NULL};
    const char *fingerprint = NULL;

    if (!api_input_known(in, KNOWN) ||
        !read_text(in, "text", API_REQUIRED, TICKET_BODY_MAX, &f->text) ||
        !read_line(in, "subject", TICKET_SUBJECT_MAX, &f->subject) || !read_topic(in, &f->topic) ||
        !read_line(in, "version", TICKET_VERSION_MAX, &f->version) ||
        !api_input_text(in, "fingerprint", API_NULLABLE, &fingerprint) ||
        !read_line(in, "name", PERSON_NAME_MAX, &f->name) ||
        !read_line(in, "phone", PERSON_PHONE_MAX, &f->phone) ||
        !read_line(in, "email", PERSON_EMAIL_MAX, &f->email) ||
        !read_text(in, "diagnostics", 0, FEEDBACK_DIAGNOSTICS_MAX, &f->diagnostics) ||
        !read_line(in, "requestKey", TICKET_REQUEST_KEY_MAX, &f->request_key))
        return false;
    f->machine_id = machine_of(licence, fingerprint);
    return true;
}

/* A signed request may be sent again by whoever saw it: so it has to say which one it is, and then
 * files once. */
static bool check_repeatable(struct req *rq, const struct feedback_new *f)
{
    const struct api_object attributes = {&rq->cx, NULL, "/data/attributes"};

    return api_of(rq)->role == API_LICENCE || f->request_key != NULL ||
           api_input_refuse(&attributes, "requestKey", &ERR_API_MISSING);
}

static bool read_draft(struct req *rq, const struct snapshot *licence, struct feedback_new *f)
{
    static const char *const TOP[] = {"data", "meta", NULL};
    static const char *const DATA[] = {"type", "attributes", NULL};
    struct api_object top = {&rq->cx, api_of(rq)->body, ""}, data, attributes;

    return api_input_known(&top, TOP) && api_input_object(&top, "data", API_REQUIRED, &data) &&
           api_input_known(&data, DATA) && api_input_type(&data, "feedback") &&
           api_input_object(&data, "attributes", API_REQUIRED, &attributes) &&
           read_attributes(&attributes, licence, f);
}

/* --- the answer --- */

static void member(struct str *out, const char *name, const char *text)
{
    str_add(out, name);
    api_value_text(out, text);
}

static void write_feedback(struct req *rq, const struct feedback *f)
{
    const char *link =
        arena_printf(rq->cx.mem, "%s/follow/%s", rq->app->config.public_url, f->token);
    struct str *out = &rq->out;

    member(out, "{\"data\":{\"id\":", id_text(rq->cx.mem, f->ticket->id));
    member(out, ",\"type\":\"feedback\",\"attributes\":{\"number\":", f->ticket->number);
    member(out, ",\"link\":", link);
    str_add(out, ",\"removed\":");
    str_i64(out, (int64_t)f->removed);
    str_add(out, ",\"created\":");
    api_value_time(out, f->ticket->created_at);
    str_add(out, "}}}");
}

/* The licence that asks, by its own credential or by its key's signature alone: that is what makes
 * the ticket's licence a verified one. */
static bool find_licence(struct req *rq, const struct snapshot **out)
{
    const struct api *api = api_of(rq);

    *out = api->licence;
    if (api->role == API_LICENCE && api->licence != NULL)
        return true;
    if (api->role != API_NOBODY)
        return err_set(&rq->cx.err, &ERR_DENIED, "feedback is for a licence's credential");
    if (!feedback_sign_check(rq, out))
        return false;
    if (*out == NULL)
        return err_set_at(&rq->cx.err, &ERR_TOKEN_MISSING, ":Authorization", "no credential");
    rq->cx.viewer = (struct viewer){.kind = VIEWER_SYSTEM};
    rq->cx.actor_id = (*out)->licence.id;
    return true;
}

bool feedback_api_create(struct req *rq)
{
    const struct snapshot *s;
    struct feedback_new what;
    struct feedback f;

    if (!find_licence(rq, &s))
        return false;
    what = (struct feedback_new){.licence_id = s->licence.id,
                                 .organisation_id = s->licence.organisation_id,
                                 .licence_key = s->licence.key};
    if (!read_draft(rq, s, &what) || !check_repeatable(rq, &what) ||
        !feedback_file(&rq->cx, rq->app->config.storage_path, &what, &f))
        return false;
    if (!f.is_repeated)
        rq->status = 201;
    write_feedback(rq, &f);
    return true;
}
