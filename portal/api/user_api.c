#include "portal/api/user_api.h"

#include "licensing/licence_cache.h"
#include "licensing/licence_search.h"
#include "portal/account/credential.h"
#include "portal/account/membership.h"
#include "portal/account/tenant.h"
#include "portal/api/api_bearer.h"
#include "portal/api/api_catalogue.h"
#include "portal/api/api_input.h"
#include "portal/api/api_list.h"
#include "portal/api/api_permission.h"
#include "portal/api/api_resource.h"
#include "portal/api/catalogue_scope.h"
#include "portal/api/list_api.h"
#include "portal/api/machine_list_api.h"
#include "portal/http/reply.h"

#include <stddef.h>
#include <string.h>

static const char AT_PASSWORD[] = "/data/attributes/password";

/* --- whom a bearer sees --- */

static struct user_scope scope_of(const struct api *api)
{
    switch (api->role) {
    case API_STAFF:
        return (struct user_scope){.is_all = true};
    case API_PRODUCT:
        return (struct user_scope){.is_customers = true};
    case API_USER:
        return (struct user_scope){.person_id = api->bearer_id};
    case API_LICENCE:
        return (struct user_scope){.licence_id = api->bearer_id};
    case API_NOBODY:
        break;
    }
    return (struct user_scope){.is_all = false};
}

bool user_api_find(struct req *rq, const char *text, struct user **out)
{
    const struct user_scope scope = scope_of(api_of(rq));

    return user_find(&rq->cx, text, &scope, out);
}

static void write_user(struct req *rq, const struct user *u)
{
    str_add(&rq->out, "{\"data\":");
    api_bearer_user(&rq->out, api_of(rq), u);
    str_char(&rq->out, '}');
}

bool user_api_answer(struct req *rq, struct id id)
{
    struct user *u;

    if (!user_get(&rq->cx, id, &u))
        return false;
    write_user(rq, u);
    return true;
}

/* Nobody makes or changes a role above its own; all but administrators and developers, and all
 * products, have to do with customers alone. */
static bool check_rank(struct req *rq, enum token_kind role)
{
    const struct api *api = api_of(rq);
    bool is_senior =
        api->role == API_STAFF && (api->kind == TOKEN_ADMIN || api->kind == TOKEN_DEVELOPER);

    return (is_senior ? role >= api->kind : role == TOKEN_USER) ||
           err_set(&rq->cx.err, &ERR_DENIED, "a role above its own");
}

/* --- reading --- */

static const struct api_filter FILTERS[] = {
    {"roles", API_FILTER_TEXTS, offsetof(struct user_filter, roles)},
    {"product", API_FILTER_ID, offsetof(struct user_filter, product_id)},
    {"license", API_FILTER_ID, offsetof(struct user_filter, licence_id)},
    {"group", API_FILTER_ID, offsetof(struct user_filter, group_id)},
    {"status", API_FILTER_TEXT, offsetof(struct user_filter, status)},
    {"assigned", API_FILTER_FLAG, offsetof(struct user_filter, assigned)},
    {"active", API_FILTER_FLAG, offsetof(struct user_filter, active)},
    {"metadata", API_FILTER_METADATA, offsetof(struct user_filter, metadata)},
};

static bool answer_list(struct req *rq, struct user_filter *filter)
{
    struct api_list list;
    struct user *rows = NULL;
    size_t count = 0;
    int64_t total = 0;

    if (!api_list_read(rq, FILTERS, COUNT(FILTERS), filter, &list))
        return false;
    if (!list.finds_nothing && !user_page(&rq->cx, filter, &list.page.rows, &rows, &count, &total))
        return false;
    api_list_open(&list);
    for (size_t i = 0; i < count; i++) {
        api_list_item(&list, rows[i].id);
        api_bearer_user(&rq->out, api_of(rq), &rows[i]);
    }
    api_list_close(&list, total);
    return true;
}

bool user_api_list(struct req *rq)
{
    struct user_filter filter = {.scope = scope_of(api_of(rq))};

    return api_permission_check(rq, PERMIT_USER_READ) && answer_list(rq, &filter);
}

/* --- lists of other resources --- */

/* The owner and the licensees, whatever their roles. */
bool user_api_of_licence(struct req *rq)
{
    struct user_filter filter = {.has_any_role = true};
    const struct snapshot *s;

    if (!api_find_licence(rq, api_arg(rq, 0), &s) ||
        !api_permission_licence(rq, PERMIT_LICENCE_USERS_READ, s))
        return false;
    filter.scope.licence_id = s->licence.id;
    return answer_list(rq, &filter);
}

bool user_api_owner(struct req *rq)
{
    const struct snapshot *s;

    if (!api_find_licence(rq, api_arg(rq, 0), &s) || !api_permission_check(rq, PERMIT_USER_READ))
        return false;
    if (!id_is_zero(s->licence.owner_id))
        return user_api_answer(rq, s->licence.owner_id);
    str_add(&rq->out, "{\"data\":null}");
    return true;
}

bool user_api_of_product(struct req *rq)
{
    struct user_filter filter = {.scope = scope_of(api_of(rq)), .has_any_role = true};
    struct product *p;

    if (!catalogue_scope_product(rq, api_arg(rq, 0), &p) ||
        !api_permission_check(rq, PERMIT_PRODUCT_READ) ||
        !api_permission_check(rq, PERMIT_USER_READ))
        return false;
    filter.of_product_id = p->id;
    return answer_list(rq, &filter);
}

bool user_api_of_group(struct req *rq)
{
    struct user_filter filter = {.scope = scope_of(api_of(rq)), .has_any_role = true};
    struct licence_group *g;

    if (!catalogue_scope_group(rq, api_arg(rq, 0), &g) ||
        !api_permission_check(rq, PERMIT_GROUP_READ) || !api_permission_check(rq, PERMIT_USER_READ))
        return false;
    filter.of_group_id = g->id;
    return answer_list(rq, &filter);
}

/* --- one --- */

static bool find(struct req *rq, enum permit what, struct user **out)
{
    return user_api_find(rq, api_arg(rq, 0), out) &&
           api_permission_on(rq, what, &(struct api_subject){.person_id = (*out)->id});
}

bool user_api_view(struct req *rq)
{
    struct user *u;

    if (!find(rq, PERMIT_USER_READ, &u))
        return false;
    write_user(rq, u);
    return true;
}

bool user_api_licences(struct req *rq)
{
    struct user *u;

    return find(rq, PERMIT_USER_READ, &u) &&
           list_api_licences_of(rq, &(struct licence_search){.user = id_text(rq->cx.mem, u->id)});
}

bool user_api_machines(struct req *rq)
{
    struct machine_filter filter = {0};
    struct user *u;

    if (!find(rq, PERMIT_USER_READ, &u))
        return false;
    filter.user_id = u->id;
    return machine_list_api_within(rq, &filter);
}

/* Products: those that both the user and the bearer have to do with. */
bool user_api_products(struct req *rq)
{
    const struct api *api = api_of(rq);
    struct product_filter filter = {0};
    struct api_list list;
    struct product *rows = NULL;
    size_t count = 0;
    int64_t total = 0;
    struct user *u;

    if (!find(rq, PERMIT_USER_READ, &u) || !api_permission_check(rq, PERMIT_PRODUCT_READ) ||
        !api_list_read(rq, NULL, 0, NULL, &list))
        return false;
    filter.person_id = u->id;
    if (api->role == API_PRODUCT)
        filter.only_id = api->bearer_id;
    if (!product_list_page(&rq->cx, &filter, &list.page.rows, &rows, &count, &total))
        return false;
    api_list_open(&list);
    for (size_t i = 0; i < count; i++) {
        api_list_item(&list, rows[i].id);
        api_bearer_product(&rq->out, api, &rows[i]);
    }
    api_list_close(&list, total);
    return true;
}

bool user_api_group(struct req *rq)
{
    struct licence_group *g = NULL;
    struct user *u;

    if (!find(rq, PERMIT_USER_READ, &u) || !api_permission_check(rq, PERMIT_GROUP_READ) ||
        (!id_is_zero(u->group_id) &&
         !catalogue_scope_group(rq, id_text(rq->cx.mem, u->group_id), &g)))
        return false;
    str_add(&rq->out, "{\"data\":");
    if (g == NULL)
        str_add(&rq->out, "null");
    else
        api_catalogue_group(&rq->out, api_of(rq), g);
    str_char(&rq->out, '}');
    return true;
}

/* --- making and changing --- */

static bool read_name(const struct api_object *in, const char *name, struct user_text *out)
{
    if (!api_input_text(in, name, API_NULLABLE, &out->text))
        return false;
    out->is_given = api_input_has(in, name);
    return true;
}

static bool read_role(const struct api_object *in, struct user_draft *d)
{
    const char *role = NULL;

    if (!api_input_text(in, "role", 0, &role))
        return false;
    for (int k = TOKEN_ADMIN; role != NULL && k <= TOKEN_USER; k++)
        if (strcmp(role, TOKEN_ROLE_NAMES[k]) == 0) {
            d->has_role = true;
            d->role = (enum token_kind)k;
        }
    return role == NULL || d->has_role || api_input_refuse(in, "role", &ERR_API_CHOICE);
}

/* What a role may not send is unknown to it. */
static const char *const *known(const struct api *api, bool is_new)
{
    static const char *const ADMIN[] = {"firstName", "lastName", "email", "password",
                                        "metadata",  "role",     NULL};
    static const char *const MANAGER[] = {"firstName", "lastName", "email",
                                          "password",  "metadata", NULL};
    static const char *const SELF[] = {"firstName", "lastName", "email", NULL};

    if (api->role == API_STAFF && api->kind == TOKEN_ADMIN)
        return ADMIN;
    return is_new || api->role == API_STAFF || api->role == API_PRODUCT ? MANAGER : SELF;
}

static bool read_draft(struct req *rq, bool is_new, struct user_draft *d, const char **password)
{
    static const char *const TOP[] = {"data", NULL};
    static const char *const DATA[] = {"type", "id", "attributes", "relationships", NULL};
    static const char *const GROUP[] = {"group", NULL};
    static const char *const NONE[] = {NULL};
    const struct api *api = api_of(rq);
    bool is_manager = api->role == API_STAFF || api->role == API_PRODUCT;
    struct api_object top = {&rq->cx, api->body, ""};
    struct api_object data, in, relations;
    struct user_text secret = {0};

    if (!api_input_known(&top, TOP) || !api_input_object(&top, "data", API_REQUIRED, &data) ||
        !api_input_known(&data, DATA) || !api_input_type(&data, "users") ||
        !api_input_object(&data, "attributes", is_new ? API_REQUIRED : 0, &in) ||
        !api_input_known(&in, known(api, is_new)) || !read_name(&in, "firstName", &d->first_name) ||
        !read_name(&in, "lastName", &d->last_name) ||
        !api_input_text(&in, "email", is_new ? API_REQUIRED : 0, &d->email) ||
        !read_name(&in, "password", &secret) || !api_input_metadata(&in, &d->metadata) ||
        !read_role(&in, d) || !api_input_object(&data, "relationships", 0, &relations) ||
        !api_input_known(&relations, is_new && is_manager ? GROUP : NONE) ||
        !api_input_relation(&relations, "group", "groups", API_NULLABLE, &d->group_id))
        return false;
    d->has_group = !id_is_zero(d->group_id);
    d->password.is_given = secret.is_given;
    *password = secret.text;
    return true;
}

static bool hash(struct req *rq, const char *password, struct user_draft *d)
{
    return password == NULL || user_password_hash(&rq->cx, password, AT_PASSWORD, &d->password.text,
                                                  &d->is_password_weak);
}

/* A product has to do with its users' licences. Who signs in to the portal, or belongs to a
 * customer there, keeps the address and password that he does it with. */
static bool check_sign_in(struct req *rq, const struct user *u, const struct user_draft *d)
{
    struct credential *credential;
    struct membership *memberships;
    size_t count;

    if (api_of(rq)->role != API_PRODUCT || (d->email == NULL && !d->password.is_given))
        return true;
    if (!credential_find(&rq->cx, u->id, &credential) ||
        !membership_list_of_person(&rq->cx, u->id, &memberships, &count))
        return false;
    return (count == 0 &&
            (credential == NULL || credential->password_hash == NULL || credential->is_weak)) ||
           err_set(&rq->cx.err, &ERR_DENIED, "somebody of the portal");
}

/* Anybody may become a user of an account that is not protected. Such a password proves nothing
 * about the address: it makes tokens, and never signs in to the portal. */
static bool check_new(struct req *rq, struct user_draft *d)
{
    struct tenant_account account;

    if (api_of(rq)->role != API_NOBODY)
        return api_permission_check(rq, PERMIT_USER_CREATE) &&
               check_rank(rq, d->has_role ? d->role : TOKEN_USER);
    if (!tenant_account_get(&rq->cx, &account))
        return false;
    return !account.is_protected || err_set(&rq->cx.err, &ERR_DENIED, "a protected account");
}

bool user_api_create(struct req *rq)
{
    struct user_draft draft = {0};
    const char *password = NULL;
    struct user *u;

    if (!read_draft(rq, true, &draft, &password) || !check_new(rq, &draft) ||
        !hash(rq, password, &draft))
        return false;
    draft.is_password_weak |= api_of(rq)->role != API_STAFF;
    if (!user_add(&rq->cx, &draft, &u))
        return false;
    rq->status = 201;
    reply_header(rq, "Location", api_resource_self(api_of(rq), "users", u->id));
    write_user(rq, u);
    return true;
}

bool user_api_change(struct req *rq)
{
    struct user_draft draft = {0};
    const char *password = NULL;
    struct user *u;

    if (!find(rq, PERMIT_USER_UPDATE, &u))
        return false;
    if (api_of(rq)->role != API_USER && !check_rank(rq, u->role))
        return false;
    if (!read_draft(rq, false, &draft, &password) || !check_sign_in(rq, u, &draft) ||
        !hash(rq, password, &draft))
        return false;
    draft.is_password_weak |= api_of(rq)->role != API_STAFF;
    if (!user_change(&rq->cx, u->id, &draft, &u))
        return false;
    licence_cache_forget(rq->app->licence_cache, rq->cx.tenant_id, "person", u->id);
    write_user(rq, u);
    return true;
}

bool user_api_set_group(struct req *rq)
{
    struct api_object top = {&rq->cx, api_of(rq)->body, ""};
    struct id group_id = {{0}};
    struct user *u;

    if (!find(rq, PERMIT_USER_GROUP_CHANGE, &u) || !check_rank(rq, u->role) ||
        !api_input_linkage(&top, "groups", API_NULLABLE, &group_id) ||
        !user_set_group(&rq->cx, u->id, group_id, &u))
        return false;
    write_user(rq, u);
    return true;
}

static bool set_banned(struct req *rq, enum permit what, bool is_banned)
{
    struct user *u;

    if (!find(rq, what, &u) || !check_rank(rq, u->role) ||
        !user_set_banned(&rq->cx, u->id, is_banned, &u))
        return false;
    licence_cache_forget(rq->app->licence_cache, rq->cx.tenant_id, "person", u->id);
    write_user(rq, u);
    return true;
}

bool user_api_ban(struct req *rq)
{
    return set_banned(rq, PERMIT_USER_BAN, true);
}

bool user_api_unban(struct req *rq)
{
    return set_banned(rq, PERMIT_USER_UNBAN, false);
}

/* A product deletes only people who are nobody else's users. */
static bool check_products(struct req *rq, const struct user *u)
{
    bool has_others = false;

    if (api_of(rq)->role != API_PRODUCT)
        return true;
    if (!user_has_other_product(&rq->cx, u->id, api_of(rq)->bearer_id, &has_others))
        return false;
    return !has_others || err_set(&rq->cx.err, &ERR_DENIED, "a user of another product");
}

bool user_api_delete(struct req *rq)
{
    struct user *u;

    if (!find(rq, PERMIT_USER_DELETE, &u) || !check_rank(rq, u->role) || !check_products(rq, u) ||
        !user_remove(&rq->cx, u->id))
        return false;
    licence_cache_forget(rq->app->licence_cache, rq->cx.tenant_id, "person", u->id);
    rq->status = 204;
    return true;
}
