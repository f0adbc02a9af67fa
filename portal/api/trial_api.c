#include "portal/api/trial_api.h"

#include "licensing/licence_cache.h"
#include "licensing/trial.h"
#include "portal/api/api_document.h"
#include "portal/api/api_input.h"
#include "portal/api/api_permission.h"
#include "portal/http/reply.h"

#include <string.h>

static const struct err_kind ERR_TOO_LONG = {ERR_CLASS_INVALID, "FINGERPRINT_TOO_LONG",
                                             "A fingerprint has at most 4096 bytes."};
static const struct err_kind ERR_TEXT_LONG = {ERR_CLASS_INVALID, "NAME_TOO_LONG",
                                              "This text has at most 255 characters."};
static const struct err_kind ERR_TOKEN_MISSING = {
    ERR_CLASS_LOGIN, "TOKEN_MISSING", "Trials of this product need a token of the product."};

/* --- reading --- */

static bool read_text(const struct api_object *in, const char *name, const char **out)
{
    if (!api_input_text(in, name, API_NULLABLE | API_BLANK, out))
        return false;
    if (*out != NULL && **out == '\0')
        *out = NULL;
    return *out == NULL || strlen(*out) <= MACHINE_NAME_MAX ||
           api_input_refuse(in, name, &ERR_TEXT_LONG);
}

static bool read_attributes(const struct api_object *in, struct machine_draft *d)
{
    static const char *const KNOWN[] = {"fingerprint", "name", "hostname", "platform", NULL};

    if (!api_input_known(in, KNOWN) ||
        !api_input_text(in, "fingerprint", API_REQUIRED, &d->fingerprint))
        return false;
    if (strlen(d->fingerprint) > MACHINE_FINGERPRINT_MAX)
        return api_input_refuse(in, "fingerprint", &ERR_TOO_LONG);
    return read_text(in, "name", &d->name) && read_text(in, "hostname", &d->hostname) &&
           read_text(in, "platform", &d->platform);
}

static bool read_draft(struct req *rq, struct machine_draft *d, struct id *product_id)
{
    static const char *const TOP[] = {"data", "meta", NULL};
    static const char *const DATA[] = {"type", "attributes", "relationships", NULL};
    static const char *const RELATIONSHIPS[] = {"product", NULL};
    struct api_object top = {&rq->cx, api_of(rq)->body, ""};
    struct api_object data;
    struct api_object attributes;
    struct api_object relationships;

    return api_input_known(&top, TOP) && api_input_object(&top, "data", API_REQUIRED, &data) &&
           api_input_known(&data, DATA) && api_input_type(&data, "trials") &&
           api_input_object(&data, "attributes", API_REQUIRED, &attributes) &&
           read_attributes(&attributes, d) &&
           api_input_object(&data, "relationships", API_REQUIRED, &relationships) &&
           api_input_known(&relationships, RELATIONSHIPS) &&
           api_input_relation(&relationships, "product", "products", API_REQUIRED, product_id);
}

/* --- rights --- */

/* Nobody in particular begins a trial of an open product; a token of the product or of staff that
 * issues licences begins any. */
static bool check_bearer(struct req *rq, struct id product_id)
{
    const struct api *api = api_of(rq);
    struct trial_terms *terms;

    switch (api->role) {
    case API_PRODUCT:
        return id_equal(api->bearer_id, product_id) ||
               err_set_at(&rq->cx.err, &ERR_TRIAL_PRODUCT, "/data/relationships/product",
                          "another product");
    case API_STAFF:
        return api_permission_check(rq, PERMIT_LICENCE_CREATE);
    case API_USER:
    case API_LICENCE:
        return err_set(&rq->cx.err, &ERR_DENIED, "a customer's credential");
    case API_NOBODY:
        break;
    }
    if (!trial_terms_find(&rq->cx, product_id, &terms))
        return false;
    return terms == NULL || terms->is_open ||
           err_set(&rq->cx.err, &ERR_TOKEN_MISSING, "not open to everybody");
}

/* --- the answer --- */

static void write_time(struct str *out, const char *name, int64_t at)
{
    str_add(out, name);
    api_value_time(out, at);
}

static bool write_trial(struct req *rq, const struct trial *t)
{
    const struct api *api = api_of(rq);
    const struct snapshot *s;

    if (!licence_cache_find_id(rq->app->licence_cache, &rq->cx, t->licence->id, &s))
        return false;
    if (s == NULL)
        return err_set(&rq->cx.err, &ERR_BUSY, "a trial's licence was revoked meanwhile");
    str_add(&rq->out, "{\"data\":");
    api_document_licence(&rq->out, api, s, rq->cx.now, NULL);
    str_add(&rq->out, ",\"included\":[");
    if (t->machine != NULL)
        api_document_machine(&rq->out, api, t->machine, t->is_new, NULL);
    str_add(&rq->out, "],\"meta\":{\"gatehouse\":{\"trial\":{");
    write_time(&rq->out, "\"started\":", t->started_at);
    write_time(&rq->out, ",\"ends\":", t->ends_at);
    str_add(&rq->out, t->is_new ? ",\"isNew\":true" : ",\"isNew\":false");
    str_add(&rq->out, t->is_turned ? ",\"isConverted\":true}}}}" : ",\"isConverted\":false}}}}");
    return true;
}

bool trial_api_start(struct req *rq)
{
    const struct api *api = api_of(rq);
    struct machine_draft draft = {0};
    struct id product_id = {{0}};
    struct trial t;

    if (!read_draft(rq, &draft, &product_id) || !check_bearer(rq, product_id))
        return false;
    if (!trial_start(&rq->cx, product_id, &draft, &t))
        return false;
    /* A bought licence's key is not given to whoever knows a fingerprint. */
    if (t.is_turned && api->role == API_NOBODY)
        return err_set_at(&rq->cx.err, &ERR_TRIAL_TURNED, "/data/attributes/fingerprint",
                          "licence %s", id_text(rq->cx.mem, t.licence->id));
    licence_cache_drop(rq->app->licence_cache, rq->cx.tenant_id, t.licence->id);
    if (t.is_new) {
        rq->status = 201;
        reply_header(rq, "Location", api_resource_self(api, "licenses", t.licence->id));
    }
    return write_trial(rq, &t);
}
