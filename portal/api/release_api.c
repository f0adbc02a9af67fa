#include "portal/api/release_api.h"

#include "licensing/licence_cache.h"
#include "licensing/product.h"
#include "portal/api/api_bearer.h"
#include "portal/api/api_input.h"
#include "portal/api/api_list.h"
#include "portal/api/constraint_api.h"
#include "portal/api/release_document.h"
#include "portal/api/release_scope.h"
#include "portal/http/reply.h"

#include <string.h>

static const struct err_kind ERR_CONSTRAINT = {
    ERR_CLASS_MALFORMED, "CONSTRAINT_INVALID",
    "A constraint is the beginning of a version: 1, 1.x, 1.2 or 1.2.3."};

static bool answer(struct req *rq, const struct release *r)
{
    str_add(&rq->out, "{\"data\":");
    release_document_write(&rq->out, api_of(rq), r);
    str_char(&rq->out, '}');
    return true;
}

/* --- reading --- */

static const struct api_filter FILTERS[] = {
    {"product", API_FILTER_ID, offsetof(struct release_filter, product_id)},
    {"package", API_FILTER_ID, offsetof(struct release_filter, package_id)},
    {"engine", API_FILTER_TEXT, offsetof(struct release_filter, engine)},
    {"channel", API_FILTER_TEXT, offsetof(struct release_filter, channel)},
    {"status", API_FILTER_TEXT, offsetof(struct release_filter, status)},
    {"yanked", API_FILTER_FLAG, offsetof(struct release_filter, yanked)},
    {"entitlements", API_FILTER_TEXTS, offsetof(struct release_filter, entitlements)},
    {"constraints", API_FILTER_FLAG, offsetof(struct release_filter, constraints)},
};

static bool list_within(struct req *rq, struct id product_id)
{
    struct release_filter filter = {0};
    struct release_reader by;
    struct api_list list;
    struct release *rows = NULL;
    size_t count = 0;
    int64_t total = 0;

    if (!release_scope_read(rq, PERMIT_RELEASE_READ, &by) ||
        !api_list_read(rq, FILTERS, COUNT(FILTERS), &filter, &list))
        return false;
    if (!id_is_zero(product_id))
        filter.product_id = product_id;
    if (!list.finds_nothing &&
        !release_page(&rq->cx, &by, &filter, &list.page.rows, &rows, &count, &total))
        return false;
    api_list_open(&list);
    for (size_t i = 0; i < count; i++) {
        api_list_item(&list, rows[i].id);
        release_document_write(&rq->out, api_of(rq), &rows[i]);
    }
    api_list_close(&list, total);
    return true;
}

bool release_api_list(struct req *rq)
{
    return list_within(rq, (struct id){{0}});
}

bool release_api_list_product(struct req *rq)
{
    const char *text = api_arg(rq, 0);
    struct product *p = NULL;
    struct id id;

    if (id_parse(text, &id) ? !product_get(&rq->cx, id, &p) : !product_find_code(&rq->cx, text, &p))
        return false;
    if (p == NULL)
        return err_set(&rq->cx.err, &ERR_NOT_FOUND, "product");
    return list_within(rq, p->id);
}

bool release_api_view(struct req *rq)
{
    struct release_reader by;
    struct release *r;

    return release_scope_find(rq, PERMIT_RELEASE_READ, &by, &r) && answer(rq, r);
}

bool release_api_product(struct req *rq)
{
    struct release_reader by;
    struct product *product;
    struct release *r;

    if (!release_scope_find(rq, PERMIT_RELEASE_READ, &by, &r) ||
        !api_permission_check(rq, PERMIT_PRODUCT_READ) ||
        !product_get(&rq->cx, r->product_id, &product))
        return false;
    str_add(&rq->out, "{\"data\":");
    api_bearer_product(&rq->out, api_of(rq), product);
    str_char(&rq->out, '}');
    return true;
}

/* --- upgrades --- */

static bool read_wish(struct req *rq, struct release_wish *out)
{
    const char *constraint = req_query(rq, "constraint");
    const char *channel = req_query(rq, "channel");
    const char *package = req_query(rq, "package");

    if (constraint != NULL && *constraint != '\0' &&
        !semver_constraint_parse(constraint, &out->constraint))
        return err_set_at(&rq->cx.err, &ERR_CONSTRAINT, "?constraint", "%.40s", constraint);
    if (package != NULL && *package != '\0') /* no release belongs to one */
        return err_set(&rq->cx.err, &ERR_NOT_FOUND, "package %.40s", package);
    if (channel != NULL && *channel != '\0')
        out->channel = channel;
    return true;
}

/* Who asks without a credential leaves no trace: the trail is not for strangers to fill. */
static bool note_upgrade(struct req *rq, const struct release *r)
{
    const struct api *api = api_of(rq);

    if (api->role == API_NOBODY || rq->method == METHOD_HEAD)
        return true;
    if (!release_given(&rq->cx, r->id, (struct id){{0}}, api->licence))
        return false;
    if (api->licence != NULL && api->licence->licence.expires_at == 0)
        licence_cache_drop(rq->app->licence_cache, rq->cx.tenant_id, api->bearer_id);
    return true;
}

bool release_api_upgrade(struct req *rq)
{
    struct release_wish wish = {0};
    struct release_reader by;
    struct release *current;
    struct release *next;
    struct id product_id;

    if (!release_scope_read(rq, PERMIT_RELEASE_UPGRADE, &by) || !read_wish(rq, &wish) ||
        !release_scope_product(rq, &product_id) ||
        !release_upgrade(&rq->cx, &by, api_arg(rq, 0), product_id, &wish, &current, &next) ||
        !note_upgrade(rq, next))
        return false;
    str_add(&rq->out, "{\"data\":");
    release_document_write(&rq->out, api_of(rq), next);
    API_TEXT(&rq->out, ",\"meta\":{\"current\":", current->version);
    API_TEXT(&rq->out, ",\"next\":", next->version);
    str_add(&rq->out, "}}");
    return true;
}

/* --- changing --- */

static bool read_nullable(const struct api_object *in, const char *name, const char **out)
{
    if (!api_input_text(in, name, API_NULLABLE | API_BLANK, out))
        return false;
    if (*out != NULL && **out == '\0')
        *out = NULL;
    return true;
}

static bool read_channel(const struct api_object *in, unsigned flags, enum release_channel *out)
{
    const char *name = NULL;

    return api_input_text(in, "channel", flags, &name) &&
           (name == NULL || release_channel_parse(name, out) ||
            api_input_refuse(in, "channel", &ERR_API_CHOICE));
}

static bool read_status(const struct api_object *in, bool *is_published)
{
    const char *name = NULL;

    if (!api_input_text(in, "status", 0, &name) || name == NULL)
        return name == NULL && in->cx->err.kind == NULL;
    *is_published = strcmp(name, RELEASE_STATUS_NAMES[RELEASE_PUBLISHED]) == 0;
    return *is_published || strcmp(name, RELEASE_STATUS_NAMES[RELEASE_DRAFT]) == 0 ||
           api_input_refuse(in, "status", &ERR_API_CHOICE);
}

static bool read_data(struct req *rq, struct api_object *data, struct api_object *attributes)
{
    static const char *const TOP[] = {"data", "meta", NULL};
    static const char *const DATA[] = {"type", "id", "attributes", "relationships", NULL};
    struct api_object top = {&rq->cx, api_of(rq)->body, ""};

    return api_input_known(&top, TOP) && api_input_object(&top, "data", API_REQUIRED, data) &&
           api_input_known(data, DATA) && api_input_type(data, "releases") &&
           api_input_object(data, "attributes", API_REQUIRED, attributes);
}

/* A product's program makes releases of its own product, and need not say so. */
static bool read_product(struct req *rq, const struct api_object *relationships, struct id *out)
{
    const struct api *api = api_of(rq);
    bool is_product = api->role == API_PRODUCT;

    if (is_product)
        *out = api->bearer_id;
    return api_input_relation(relationships, "product", "products", is_product ? 0 : API_REQUIRED,
                              out) &&
           (!is_product || id_equal(*out, api->bearer_id) ||
            err_set(&rq->cx.err, &ERR_DENIED, "another product"));
}

static bool read_draft(struct req *rq, struct release_draft *d)
{
    static const char *const KNOWN[] = {"name",    "description", "channel",   "status", "tag",
                                        "version", "metadata",    "backdated", NULL};
    static const char *const RELATIONSHIPS[] = {"product", "constraints", NULL};
    struct api_object data;
    struct api_object in;
    struct api_object relationships;

    return read_data(rq, &data, &in) && api_input_known(&in, KNOWN) &&
           api_input_id(&data, "id", 0, &d->id) &&
           api_input_text(&in, "version", API_REQUIRED, &d->version) &&
           read_channel(&in, API_REQUIRED, &d->channel) && read_status(&in, &d->is_published) &&
           read_nullable(&in, "name", &d->name) &&
           read_nullable(&in, "description", &d->description) &&
           read_nullable(&in, "tag", &d->tag) &&
           api_input_time(&in, "backdated", API_NULLABLE, &d->backdated_at) &&
           api_input_metadata(&in, &d->metadata) &&
           api_input_object(&data, "relationships", 0, &relationships) &&
           api_input_known(&relationships, RELATIONSHIPS) &&
           read_product(rq, &relationships, &d->product_id) &&
           constraint_api_read_new(&relationships, &d->constraints, &d->constraint_count);
}

bool release_api_create(struct req *rq)
{
    struct release_draft draft = {.channel = RELEASE_STABLE};
    struct release *r;

    if (!read_draft(rq, &draft) || !api_permission_check(rq, PERMIT_RELEASE_CREATE) ||
        !release_add(&rq->cx, &draft, &r))
        return false;
    rq->status = 201;
    reply_header(rq, "Location", api_resource_self(api_of(rq), "releases", r->id));
    return answer(rq, r);
}

bool release_api_change(struct req *rq)
{
    static const char *const KNOWN[] = {"name",    "description", "channel",   "tag",
                                        "version", "metadata",    "backdated", NULL};
    struct release_reader by;
    struct api_object data;
    struct api_object in;
    struct release *r;

    return release_scope_find(rq, PERMIT_RELEASE_UPDATE, &by, &r) && read_data(rq, &data, &in) &&
           api_input_known(&in, KNOWN) && api_input_text(&in, "version", 0, &r->version) &&
           read_channel(&in, 0, &r->channel) && read_nullable(&in, "name", &r->name) &&
           read_nullable(&in, "description", &r->description) &&
           read_nullable(&in, "tag", &r->tag) &&
           api_input_time(&in, "backdated", API_NULLABLE, &r->backdated_at) &&
           api_input_metadata(&in, &r->metadata) && release_change(&rq->cx, r, &r) && answer(rq, r);
}

bool release_api_delete(struct req *rq)
{
    struct release_reader by;
    struct release *r;

    if (!release_scope_find(rq, PERMIT_RELEASE_DELETE, &by, &r) || !release_remove(&rq->cx, r->id))
        return false;
    rq->status = 204;
    return true;
}

bool release_api_publish(struct req *rq)
{
    struct release_reader by;
    struct release *r;

    return release_scope_find(rq, PERMIT_RELEASE_PUBLISH, &by, &r) &&
           release_publish(&rq->cx, r->id, &r) && answer(rq, r);
}

bool release_api_yank(struct req *rq)
{
    struct release_reader by;
    struct release *r;

    return release_scope_find(rq, PERMIT_RELEASE_YANK, &by, &r) &&
           release_yank(&rq->cx, r->id, &r) && answer(rq, r);
}
