#include "portal/api/licence_api.h"

#include "base/clock.h"
#include "licensing/licence_cache.h"
#include "licensing/release.h"
#include "portal/api/api_document.h"
#include "portal/api/api_permission.h"
#include "portal/api/api_scope.h"

#define NOTE_EVERY CLOCK_MINUTE

/* --- validation --- */

struct question { /* a validation as it was asked */
    struct api_object meta;
    struct verdict_scope scope;
    const json_t *nonce, *scope_json; /* NULL: not sent */
    bool is_quick;
};

static bool read_question(struct req *rq, bool has_key, struct question *q)
{
    static const char *const TOP[] = {"meta", NULL};
    static const char *const META[] = {"nonce", "scope", NULL};
    static const char *const META_KEY[] = {"key",       "nonce",           "scope",
                                           "encrypted", "legacyEncrypted", NULL};
    struct api_object top = {&rq->cx, api_of(rq)->body, ""};
    int64_t nonce;

    if (!api_input_known(&top, TOP) || !api_input_object(&top, "meta", 0, &q->meta) ||
        !api_input_known(&q->meta, has_key ? META_KEY : META) ||
        !api_input_i64(&q->meta, "nonce", 0, &nonce) || !api_scope_parse(&q->meta, &q->scope))
        return false;
    q->nonce = json_object_get(q->meta.json, "nonce");
    q->scope_json = json_object_get(q->meta.json, "scope");
    if (json_is_null(q->nonce))
        q->nonce = NULL;
    if (json_is_null(q->scope_json))
        q->scope_json = NULL;
    return true;
}

/* What the scope says of releases is in the database, not in the snapshot. */
static bool look_up_releases(struct req *rq, const struct snapshot *s, struct verdict_scope *scope,
                             const char **version)
{
    *version = NULL;
    if (s == NULL)
        return true;
    if (scope->checksum != NULL &&
        !release_find_checksum(&rq->cx, s, scope->checksum, &scope->checksum_known, version))
        return false;
    if (scope->version != NULL) {
        if (!release_find_version(&rq->cx, s, scope->version, &scope->version_known))
            return false;
        if (scope->version_known)
            *version = scope->version;
    }
    return true;
}

static void write_answer(struct req *rq, const struct question *q, const struct snapshot *s,
                         const struct verdict *verdict)
{
    struct str *out = &rq->out;

    str_room(out, 4096);
    str_add(out, "{\"data\":");
    if (s != NULL)
        api_document_licence(out, api_of(rq), s, rq->cx.now, NULL);
    else
        str_add(out, "null");
    str_add(out, ",\"meta\":{\"ts\":");
    api_value_time(out, rq->cx.now);
    str_add(out,
            verdict->is_valid ? ",\"valid\":true,\"detail\":" : ",\"valid\":false,\"detail\":");
    api_value_text(out, VERDICT_CODE_DETAILS[verdict->code]);
    str_add(out, ",\"code\":");
    api_value_text(out, VERDICT_CODE_NAMES[verdict->code]);
    if (q->nonce != NULL) {
        str_add(out, ",\"nonce\":");
        api_value_json(out, q->nonce);
    }
    if (q->scope_json != NULL) {
        str_add(out, ",\"scope\":");
        api_value_json(out, q->scope_json);
    }
    api_document_extra(out, s, rq->cx.now);
    str_add(out, "}}");
}

/* The clock of a FROM_FIRST_VALIDATION licence starts whatever the outcome; the answer that starts
 * it is still given by the licence as it was. */
static bool start_licence(struct req *rq, const struct snapshot *s)
{
    const struct licence *l = &s->licence;

    if (s->policy.expiration_basis != POLICY_FROM_FIRST_VALIDATION ||
        s->policy.duration_seconds == 0 || l->expires_at != 0)
        return true;
    if (!licence_start(&rq->cx, l->id))
        return false;
    licence_cache_drop(rq->app->licence_cache, rq->cx.tenant_id, l->id);
    return true;
}

/* The database hears of a licence that is asked about again and again once a minute; this node's
 * answers are exact. Each of several machines, and each version, is told as it comes. */
static bool is_worth_noting(const struct snapshot *s, const char *version, int64_t now)
{
    return s->noted_at == NULL || s->machine_count > 1 || version != NULL ||
           now - atomic_load(s->noted_at) >= NOTE_EVERY;
}

static void note_validation(struct req *rq, const struct snapshot *s, const struct verdict *verdict,
                            const char *version)
{
    if (is_worth_noting(s, version, rq->cx.now)) {
        licence_cache_touch(rq->app->licence_cache, rq->cx.tenant_id, s->licence.id,
                            verdict->machine != NULL ? verdict->machine->id : (struct id){0},
                            version, rq->cx.now);
        if (s->noted_at != NULL)
            atomic_store(s->noted_at, rq->cx.now);
    }
    if (s->touched_at != NULL)
        atomic_store(s->touched_at, rq->cx.now);
}

static bool answer_question(struct req *rq, struct question *q, const struct snapshot *s)
{
    struct verdict verdict;
    const char *version;

    if (!look_up_releases(rq, s, &q->scope, &version))
        return false;
    verdict = verdict_decide(s, q->is_quick ? NULL : &q->scope, rq->cx.now);
    write_answer(rq, q, s, &verdict);
    if (s == NULL)
        return true;
    if (!q->is_quick && !start_licence(rq, s))
        return false;
    note_validation(rq, s, &verdict, version);
    if (!q->is_quick)
        licence_cache_note(rq->app->licence_cache, rq->cx.tenant_id, s->licence.id, &verdict,
                           rq->cx.now);
    return true;
}

bool licence_api_validate_key(struct req *rq)
{
    const struct api *api = api_of(rq);
    struct question q = {0};
    const struct snapshot *s;
    const char *key = NULL;

    if (api->role != API_NOBODY && !api_permission_check(rq, PERMIT_LICENCE_VALIDATE))
        return false;
    if (!read_question(rq, true, &q) || !api_input_text(&q.meta, "key", API_REQUIRED, &key) ||
        !licence_cache_find(rq->app->licence_cache, &rq->cx, key, &s))
        return false;
    if (s != NULL && api->role != API_NOBODY && !api_sees(api, s))
        return err_set(&rq->cx.err, &ERR_DENIED, "another's licence");
    return answer_question(rq, &q, s);
}

bool licence_api_validate(struct req *rq)
{
    struct question q = {0};
    const struct snapshot *s;

    return api_find_licence(rq, api_arg(rq, 0), &s) &&
           api_permission_licence(rq, PERMIT_LICENCE_VALIDATE, s) && read_question(rq, false, &q) &&
           answer_question(rq, &q, s);
}

bool licence_api_validate_quick(struct req *rq)
{
    struct question q = {.is_quick = true};
    const struct snapshot *s;

    return api_find_licence(rq, api_arg(rq, 0), &s) &&
           api_permission_licence(rq, PERMIT_LICENCE_VALIDATE, s) && answer_question(rq, &q, s);
}

bool licence_api_view(struct req *rq)
{
    const struct snapshot *s;

    if (!api_find_licence(rq, api_arg(rq, 0), &s) ||
        !api_permission_licence(rq, PERMIT_LICENCE_READ, s))
        return false;
    str_add(&rq->out, "{\"data\":");
    api_document_licence(&rq->out, api_of(rq), s, rq->cx.now, NULL);
    str_char(&rq->out, '}');
    return true;
}
