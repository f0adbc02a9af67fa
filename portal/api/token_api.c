#include "portal/api/token_api.h"

#include "base/clock.h"
#include "portal/api/api_bearer.h"
#include "portal/api/api_input.h"
#include "portal/api/api_list.h"
#include "portal/api/api_permission.h"
#include "portal/api/api_resource.h"
#include "portal/api/catalogue_scope.h"
#include "portal/api/password_api.h"
#include "portal/api/user_api.h"
#include "portal/http/reply.h"

#include <stddef.h>
#include <string.h>

static const char AT_BEARER[] = "/data/relationships/bearer";

static const struct err_kind ERR_BEARER = {ERR_CLASS_INVALID, "BEARER_NOT_FOUND",
                                           "The token's bearer does not exist."};
static const struct err_kind ERR_LIMIT = {ERR_CLASS_MALFORMED, "",
                                          "This parameter is a number from 0, or null."};
static const struct err_kind ERR_NAME_LONG = {ERR_CLASS_INVALID, "NAME_TOO_LONG",
                                              "A name has at most 255 characters."};

/* --- what is asked for --- */

struct wish { /* the body of a request for a token */
    struct api_object attributes, relationships;
    struct token_draft draft;
    bool has_expiry;
};

static bool read_body(struct req *rq, struct wish *w)
{
    static const char *const TOP[] = {"data", "meta", NULL};
    static const char *const DATA[] = {"type", "id", "attributes", "relationships", NULL};
    static const char *const RELATIONS[] = {"bearer", NULL};
    struct api_object top = {&rq->cx, api_of(rq)->body, ""};
    struct api_object data;

    return api_input_known(&top, TOP) && api_input_object(&top, "data", 0, &data) &&
           (data.json == NULL ||
            (api_input_known(&data, DATA) && api_input_type(&data, "tokens"))) &&
           api_input_object(&data, "attributes", 0, &w->attributes) &&
           api_input_object(&data, "relationships", 0, &w->relationships) &&
           api_input_known(&w->relationships, RELATIONS);
}

static bool read_limit(const struct api_object *in, const char *name, int64_t *out)
{
    return api_input_i64(in, name, API_NULLABLE, out) &&
           (*out >= 0 || api_input_refuse(in, name, &ERR_LIMIT));
}

/* Once the bearer is known: only licences' tokens count activations. */
static bool read_attributes(struct req *rq, struct wish *w)
{
    static const char *const PLAIN[] = {"name", "expiry", NULL};
    static const char *const COUNTED[] = {"name", "expiry", "maxActivations", "maxDeactivations",
                                          NULL};
    const struct api_object *in = &w->attributes;
    struct token_draft *d = &w->draft;
    bool is_counted = d->kind == TOKEN_ACTIVATION;

    if (!api_input_known(in, is_counted ? COUNTED : PLAIN) ||
        !api_input_text(in, "name", API_NULLABLE, &d->name) ||
        !api_input_time(in, "expiry", API_NULLABLE, &d->expires_at))
        return false;
    if (d->name != NULL && strlen(d->name) > TOKEN_NAME_MAX)
        return api_input_refuse(in, "name", &ERR_NAME_LONG);
    if (!api_input_has(in, "expiry") && d->kind == TOKEN_USER)
        d->expires_at = rq->cx.now + TOKEN_USER_DAYS * CLOCK_DAY;
    return !is_counted || (read_limit(in, "maxActivations", &d->max_activations) &&
                           read_limit(in, "maxDeactivations", &d->max_deactivations));
}

/* --- for whom --- */

static bool for_licence(struct req *rq, const struct snapshot *s, struct token_draft *out)
{
    out->kind = TOKEN_ACTIVATION;
    out->licence_id = s->licence.id;
    return api_permission_licence(rq, PERMIT_LICENCE_TOKENS_CREATE, s);
}

static bool for_product(struct req *rq, const struct product *p, struct token_draft *out)
{
    out->kind = TOKEN_PRODUCT;
    out->product_id = p->id;
    return api_permission_check(rq, PERMIT_PRODUCT_TOKENS_CREATE);
}

/* Nobody makes a token that may do more than its own. */
static bool for_user(struct req *rq, const struct user *u, struct token_draft *out)
{
    const struct api *api = api_of(rq);
    enum token_kind least = api->role == API_STAFF ? api->kind : TOKEN_USER;

    out->kind = u->role;
    out->person_id = u->id;
    if (!api_permission_on(rq, PERMIT_USER_TOKENS_CREATE,
                           &(struct api_subject){.person_id = u->id}))
        return false;
    return u->role >= least || err_set(&rq->cx.err, &ERR_DENIED, "a role above its own");
}

static void for_itself(const struct api *api, struct token_draft *out)
{
    out->kind = api->kind;
    switch (api->role) {
    case API_PRODUCT:
        out->product_id = api->bearer_id;
        break;
    case API_LICENCE:
        out->licence_id = api->bearer_id;
        break;
    case API_STAFF:
    case API_USER:
        out->person_id = api->bearer_id;
        break;
    case API_NOBODY:
        break;
    }
}

static bool is_itself(const struct token_draft *draft, const char *type, struct id id)
{
    switch (*type) {
    case 'p':
        return id_equal(draft->product_id, id);
    case 'l':
        return id_equal(draft->licence_id, id);
    default:
        return id_equal(draft->person_id, id);
    }
}

/* A bearer that is out of sight is a mistake in the body, not in the path. */
static bool no_bearer(struct req *rq)
{
    if (rq->cx.err.kind != &ERR_NOT_FOUND)
        return false;
    err_clear(&rq->cx.err);
    return err_set_at(&rq->cx.err, &ERR_BEARER, AT_BEARER, "bearer");
}

static bool for_named(struct req *rq, const char *type, struct id id, struct token_draft *out)
{
    const char *text = id_text(rq->cx.mem, id);
    const struct snapshot *s;
    struct product *p;
    struct user *u;

    *out = (struct token_draft){0};
    switch (*type) {
    case 'l':
        return api_find_licence(rq, text, &s) ? for_licence(rq, s, out) : no_bearer(rq);
    case 'p':
        return catalogue_scope_product(rq, text, &p) ? for_product(rq, p, out) : no_bearer(rq);
    default:
        return user_api_find(rq, text, &u) ? for_user(rq, u, out) : no_bearer(rq);
    }
}

/* relationships.bearer: a user, a product or a licence; none: whoever asks. */
static bool read_bearer(struct req *rq, struct wish *w)
{
    static const char *const DATA[] = {"data", NULL};
    static const char *const TYPES[] = {"users", "products", "licenses"};
    struct api_object bearer;
    struct api_object data;
    const char *type = "";
    struct id id;

    if (!api_input_object(&w->relationships, "bearer", 0, &bearer))
        return false;
    if (bearer.json == NULL)
        return true;
    if (!api_input_known(&bearer, DATA) ||
        !api_input_object(&bearer, "data", API_REQUIRED, &data) ||
        !api_input_text(&data, "type", API_REQUIRED, &type))
        return false;
    for (size_t i = 0; i < COUNT(TYPES); i++)
        if (strncmp(type, TYPES[i], strlen(TYPES[i]) - 1) == 0)
            return api_input_linkage(&bearer, TYPES[i], API_REQUIRED, &id) &&
                   (is_itself(&w->draft, TYPES[i], id) || for_named(rq, TYPES[i], id, &w->draft));
    return api_input_refuse(&data, "type", &ERR_API_CHOICE);
}

/* --- making --- */

static void write_token(struct req *rq, const struct token *t)
{
    str_add(&rq->out, "{\"data\":");
    api_bearer_token(&rq->out, api_of(rq), t);
    str_char(&rq->out, '}');
}

static bool created(struct req *rq, const struct token *t)
{
    rq->status = 201;
    reply_header(rq, "Location", api_resource_self(api_of(rq), "tokens", t->id));
    write_token(rq, t);
    return true;
}

/* Whom the password belongs to has a new token, made in the transaction that judged it. */
static bool make_for_person(struct ctx *cx, struct id person_id, void *arg)
{
    struct req *rq = arg;
    struct wish w = {.draft = {.person_id = person_id}};
    struct token *t;

    return read_body(rq, &w) && user_role(cx, person_id, &w.draft.kind) && read_bearer(rq, &w) &&
           read_attributes(rq, &w) && token_add(cx, &w.draft, &t) && created(rq, t);
}

/* A token that may activate so often would lead past its limit by making another. */
static bool is_counted(const struct token *t)
{
    return t != NULL && (t->max_activations != 0 || t->max_deactivations != 0);
}

bool token_api_create(struct req *rq)
{
    const struct api *api = api_of(rq);
    struct wish w = {0};
    struct token *t;

    if (api->email != NULL)
        return password_api_check(rq, make_for_person, rq);
    if (is_counted(api->token))
        return err_set(&rq->cx.err, &ERR_DENIED, "a counted token makes no other");
    for_itself(api, &w.draft);
    return read_body(rq, &w) && api_permission_check(rq, PERMIT_TOKEN_CREATE) &&
           read_bearer(rq, &w) && read_attributes(rq, &w) && token_add(&rq->cx, &w.draft, &t) &&
           created(rq, t);
}

static bool make(struct req *rq, struct wish *w)
{
    struct token *t;

    if (!read_body(rq, w))
        return false;
    if (w->relationships.json != NULL)
        return api_input_refuse(&w->relationships, "bearer", &ERR_API_UNKNOWN);
    if (!read_attributes(rq, w) || !token_add(&rq->cx, &w->draft, &t))
        return false;
    write_token(rq, t);
    return true;
}

bool token_api_licence_create(struct req *rq)
{
    struct wish w = {0};
    const struct snapshot *s;

    return api_find_licence(rq, api_arg(rq, 0), &s) && for_licence(rq, s, &w.draft) && make(rq, &w);
}

bool token_api_product_create(struct req *rq)
{
    struct wish w = {0};
    struct product *p;

    return catalogue_scope_product(rq, api_arg(rq, 0), &p) && for_product(rq, p, &w.draft) &&
           make(rq, &w);
}

bool token_api_user_create(struct req *rq)
{
    struct wish w = {0};
    struct user *u;

    return user_api_find(rq, api_arg(rq, 0), &u) && for_user(rq, u, &w.draft) && make(rq, &w);
}

/* --- lists --- */

/* Which tokens a bearer knows of: its own; administrators all; products also their licences' and
 * customers'. */
static struct token_scope scope_of(const struct api *api)
{
    const struct id own = api->token != NULL ? api->token->id : (struct id){{0}};

    switch (api->role) {
    case API_STAFF:
        return (struct token_scope){
            .is_all = api->kind == TOKEN_ADMIN, .person_id = api->bearer_id, .token_id = own};
    case API_USER:
        return (struct token_scope){.person_id = api->bearer_id};
    case API_PRODUCT:
        return (struct token_scope){.product_id = api->bearer_id};
    case API_LICENCE:
        return (struct token_scope){.licence_id = api->bearer_id};
    case API_NOBODY:
        break;
    }
    return (struct token_scope){.is_all = false};
}

/* bearer[type], bearer[id], bearer[role]. What names nobody finds nothing. */
static void apply(struct req *rq, struct token_filter *f, bool *finds_nothing)
{
    const char *type = req_query(rq, "bearer[type]");
    const char *id_of = req_query(rq, "bearer[id]");
    const char *role = req_query(rq, "bearer[role]");
    struct id id;

    if (type != NULL) {
        f->has_person = strncmp(type, "user", 4) == 0;
        f->has_product = strncmp(type, "product", 7) == 0;
        f->has_licence = strncmp(type, "license", 7) == 0;
        *finds_nothing |= !f->has_person && !f->has_product && !f->has_licence;
    }
    if (id_of != NULL) {
        if (id_parse(id_of, &id))
            f->bearer_id = id;
        else
            *finds_nothing = true;
    }
    for (int k = 0; role != NULL && k < TOKEN_KIND_COUNT; k++)
        if (strcmp(role, TOKEN_ROLE_NAMES[k]) == 0) {
            f->has_kind = true;
            f->kind = (enum token_kind)k;
        }
    *finds_nothing |= role != NULL && !f->has_kind;
}

static bool answer_list(struct req *rq, struct token_filter *filter)
{
    struct api_list list;
    struct token *rows = NULL;
    size_t count = 0;
    int64_t total = 0;

    if (!api_list_read(rq, NULL, 0, NULL, &list))
        return false;
    apply(rq, filter, &list.finds_nothing);
    if (!list.finds_nothing && !token_page(&rq->cx, filter, &list.page.rows, &rows, &count, &total))
        return false;
    api_list_open(&list);
    for (size_t i = 0; i < count; i++) {
        api_list_item(&list, rows[i].id);
        api_bearer_token(&rq->out, api_of(rq), &rows[i]);
    }
    api_list_close(&list, total);
    return true;
}

bool token_api_list(struct req *rq)
{
    struct token_filter filter = {.scope = scope_of(api_of(rq))};

    return api_permission_check(rq, PERMIT_TOKEN_READ) && answer_list(rq, &filter);
}

bool token_api_licence_list(struct req *rq)
{
    struct token_filter filter = {.scope.is_all = true};
    const struct snapshot *s;

    if (!api_find_licence(rq, api_arg(rq, 0), &s) ||
        !api_permission_licence(rq, PERMIT_LICENCE_TOKENS_READ, s))
        return false;
    filter.licence_id = s->licence.id;
    return answer_list(rq, &filter);
}

bool token_api_product_list(struct req *rq)
{
    struct token_filter filter = {.scope.is_all = true};
    struct product *p;

    if (!catalogue_scope_product(rq, api_arg(rq, 0), &p) ||
        !api_permission_check(rq, PERMIT_PRODUCT_TOKENS_READ))
        return false;
    filter.product_id = p->id;
    return answer_list(rq, &filter);
}

bool token_api_user_list(struct req *rq)
{
    struct token_filter filter = {.scope.is_all = true};
    struct user *u;

    if (!user_api_find(rq, api_arg(rq, 0), &u) ||
        !api_permission_on(rq, PERMIT_USER_TOKENS_READ, &(struct api_subject){.person_id = u->id}))
        return false;
    filter.person_id = u->id;
    return answer_list(rq, &filter);
}

/* --- one --- */

static bool find(struct req *rq, enum permit what, struct token **out)
{
    const struct token_scope scope = scope_of(api_of(rq));
    struct id id;

    if (!id_parse(api_arg(rq, 0), &id))
        return err_set(&rq->cx.err, &ERR_NOT_FOUND, "token");
    return token_get(&rq->cx, id, &scope, out) && api_permission_check(rq, what);
}

/* A product manages its own tokens and its licences'; those of people it may know of. */
static bool check_product(struct req *rq, const struct token *t)
{
    return api_of(rq)->role != API_PRODUCT || id_is_zero(t->person_id) ||
           err_set(&rq->cx.err, &ERR_DENIED, "a person's token");
}

bool token_api_view(struct req *rq)
{
    struct token *t;

    if (!find(rq, PERMIT_TOKEN_READ, &t))
        return false;
    write_token(rq, t);
    return true;
}

bool token_api_regenerate(struct req *rq)
{
    struct token *t;

    if (!find(rq, PERMIT_TOKEN_REGENERATE, &t) || !check_product(rq, t) ||
        !token_regenerate(&rq->cx, t->id, &t))
        return false;
    write_token(rq, t);
    return true;
}

bool token_api_regenerate_own(struct req *rq)
{
    const struct api *api = api_of(rq);
    struct token *t;

    if (!api_permission_check(rq, PERMIT_TOKEN_REGENERATE))
        return false;
    if (api->token == NULL)
        return err_set(&rq->cx.err, &ERR_NOT_FOUND, "a licence key is no token");
    if (!token_regenerate(&rq->cx, api->token->id, &t))
        return false;
    write_token(rq, t);
    return true;
}

bool token_api_revoke(struct req *rq)
{
    struct token *t;

    if (!find(rq, PERMIT_TOKEN_REVOKE, &t) || !check_product(rq, t) ||
        !token_revoke(&rq->cx, t->id))
        return false;
    rq->status = 204;
    return true;
}
