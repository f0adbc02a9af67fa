#include "portal/api/webhook_api.h"

#include "portal/api/api_input.h"
#include "portal/api/api_list.h"
#include "portal/api/api_permission.h"
#include "portal/api/webhook_document.h"
#include "portal/hooks/webhook_endpoint.h"
#include "portal/hooks/webhook_event.h"
#include "portal/http/reply.h"

#include <stddef.h>

/* A product's token has what is its product's; the others have everything. */
static struct id scope_of(const struct api *api)
{
    return api->role == API_PRODUCT ? api->bearer_id : (struct id){{0}};
}

static bool find_id(struct req *rq, struct id *out)
{
    return id_parse(api_arg(rq, 0), out) || err_set(&rq->cx.err, &ERR_NOT_FOUND, "no id");
}

static bool find_endpoint(struct req *rq, struct webhook_endpoint **out)
{
    struct id id;

    return find_id(rq, &id) && webhook_endpoint_get(&rq->cx, id, scope_of(api_of(rq)), out);
}

static bool find_event(struct req *rq, struct webhook_event **out)
{
    struct id id;

    return find_id(rq, &id) && webhook_event_get(&rq->cx, id, scope_of(api_of(rq)), out);
}

static void write_endpoint(struct req *rq, const struct webhook_endpoint *e)
{
    str_add(&rq->out, "{\"data\":");
    webhook_document_endpoint(&rq->out, api_of(rq), e);
    str_char(&rq->out, '}');
}

static void write_event(struct req *rq, const struct webhook_event *e)
{
    str_add(&rq->out, "{\"data\":");
    webhook_document_event(&rq->out, api_of(rq), e, false);
    str_char(&rq->out, '}');
}

/* --- endpoints --- */

/* Names stay names; what is no array of texts is a mistake of shape. */
static bool read_subscriptions(const struct api_object *in, unsigned flags, const json_t **out)
{
    const json_t *list = json_object_get(in->json, "subscriptions");
    const json_t *item;
    size_t i;

    if (list == NULL || json_is_null(list))
        return (flags & API_REQUIRED) == 0 ||
               api_input_refuse(in, "subscriptions",
                                list == NULL ? &ERR_API_MISSING : &ERR_API_TYPE);
    if (!json_is_array(list))
        return api_input_refuse(in, "subscriptions", &ERR_API_TYPE);
    json_array_foreach (list, i, item)
        if (!json_is_string(item))
            return api_input_refuse(in, arena_printf(in->cx->mem, "subscriptions/%zu", i),
                                    &ERR_API_TYPE);
    *out = list;
    return true;
}

/* flags: API_REQUIRED for what a new one needs. */
static bool read_draft(struct req *rq, unsigned flags, struct webhook_endpoint_draft *d)
{
    static const char *const DATA[] = {"type", "id", "attributes", "relationships", NULL};
    static const char *const ATTRIBUTES[] = {"url", "subscriptions", "signatureAlgorithm",
                                             "apiVersion", NULL};
    static const char *const RELATIONSHIPS[] = {"product", NULL};
    struct api_object top = {&rq->cx, api_of(rq)->body, ""};
    struct api_object data;
    struct api_object attributes;
    struct api_object relationships;
    struct id own = scope_of(api_of(rq));

    d->allows_local = rq->app->config.webhook_allow_local;
    if (!api_input_object(&top, "data", API_REQUIRED, &data) || !api_input_known(&data, DATA) ||
        !api_input_type(&data, "webhook-endpoints") ||
        !api_input_object(&data, "attributes", flags, &attributes) ||
        !api_input_known(&attributes, ATTRIBUTES) ||
        !api_input_text(&attributes, "url", flags, &d->url) ||
        !read_subscriptions(&attributes, flags, &d->subscriptions) ||
        !api_input_text(&attributes, "signatureAlgorithm", 0, &d->algorithm) ||
        !api_input_text(&attributes, "apiVersion", 0, &d->api_version) ||
        !api_input_object(&data, "relationships", 0, &relationships) ||
        !api_input_known(&relationships, RELATIONSHIPS) ||
        !api_input_relation(&relationships, "product", "products", API_NULLABLE, &d->product_id))
        return false;
    if (!id_is_zero(own))
        d->product_id = own;
    return true;
}

static void turn_round(struct webhook_endpoint *rows, size_t count)
{
    for (size_t i = 0; i < count / 2; i++) {
        struct webhook_endpoint kept = rows[i];

        rows[i] = rows[count - 1 - i];
        rows[count - 1 - i] = kept;
    }
}

bool webhook_api_list(struct req *rq)
{
    struct webhook_endpoint *rows;
    struct api_list list;
    size_t count;
    size_t shown = 0;
    size_t from;

    if (!api_permission_check(rq, PERMIT_WEBHOOK_READ) ||
        !api_list_read(rq, NULL, 0, NULL, &list) ||
        !webhook_endpoint_list(&rq->cx, scope_of(api_of(rq)), &rows, &count))
        return false;
    if (list.page.rows.is_ascending)
        turn_round(rows, count);
    from = (size_t)list.page.rows.offset;
    if (!id_is_zero(list.page.rows.after))
        while (from < count && !id_equal(rows[from++].id, list.page.rows.after)) {
        }
    api_list_open(&list);
    for (size_t i = from; i < count && shown < list.page.rows.limit; i++, shown++) {
        api_list_item(&list, rows[i].id);
        webhook_document_endpoint(&rq->out, api_of(rq), &rows[i]);
    }
    api_list_close(&list, (int64_t)count);
    return true;
}

bool webhook_api_create(struct req *rq)
{
    struct webhook_endpoint_draft draft = {.url = NULL};
    struct webhook_endpoint *e;

    if (!read_draft(rq, API_REQUIRED, &draft) || !api_permission_check(rq, PERMIT_WEBHOOK_CREATE) ||
        !webhook_endpoint_add(&rq->cx, &draft, &e))
        return false;
    rq->status = 201;
    reply_header(rq, "Location", api_resource_self(api_of(rq), "webhook-endpoints", e->id));
    write_endpoint(rq, e);
    return true;
}

bool webhook_api_view(struct req *rq)
{
    struct webhook_endpoint *e;

    if (!find_endpoint(rq, &e) || !api_permission_check(rq, PERMIT_WEBHOOK_READ))
        return false;
    write_endpoint(rq, e);
    return true;
}

bool webhook_api_change(struct req *rq)
{
    struct webhook_endpoint_draft draft = {.url = NULL};
    struct webhook_endpoint *e;

    if (!find_endpoint(rq, &e) || !api_permission_check(rq, PERMIT_WEBHOOK_UPDATE) ||
        !read_draft(rq, 0, &draft) || !webhook_endpoint_change(&rq->cx, e->id, &draft, &e))
        return false;
    write_endpoint(rq, e);
    return true;
}

bool webhook_api_delete(struct req *rq)
{
    struct webhook_endpoint *e;

    if (!find_endpoint(rq, &e) || !api_permission_check(rq, PERMIT_WEBHOOK_DELETE) ||
        !webhook_endpoint_remove(&rq->cx, e->id, scope_of(api_of(rq))))
        return false;
    rq->status = 204;
    return true;
}

/* --- events --- */

struct event_query {
    struct filter_texts names;
};
static const struct api_filter EVENT_FILTERS[] = {
    {"events", API_FILTER_TEXTS, offsetof(struct event_query, names)},
};

bool webhook_api_events(struct req *rq)
{
    struct event_query query = {0};
    struct webhook_event_filter filter;
    struct webhook_event *rows;
    struct api_list list;
    int64_t total = 0;
    size_t count;

    if (!api_permission_check(rq, PERMIT_EVENT_READ) ||
        !api_list_read(rq, EVENT_FILTERS, COUNT(EVENT_FILTERS), &query, &list))
        return false;
    filter = (struct webhook_event_filter){.product_id = scope_of(api_of(rq)),
                                           .names = query.names.items,
                                           .name_count = query.names.count,
                                           .after = list.page.rows.after,
                                           .offset = list.page.rows.offset,
                                           .limit = list.page.rows.limit,
                                           .is_ascending = list.page.rows.is_ascending};
    if (!webhook_event_list(&rq->cx, &filter, &rows, &count, list.page.number != 0 ? &total : NULL))
        return false;
    api_list_open(&list);
    for (size_t i = 0; i < count; i++) {
        api_list_item(&list, rows[i].id);
        webhook_document_event(&rq->out, api_of(rq), &rows[i], false);
    }
    api_list_close(&list, total);
    return true;
}

bool webhook_api_event(struct req *rq)
{
    struct webhook_event *e;

    if (!find_event(rq, &e) || !api_permission_check(rq, PERMIT_EVENT_READ))
        return false;
    write_event(rq, e);
    return true;
}

bool webhook_api_event_delete(struct req *rq)
{
    struct webhook_event *e;

    if (!find_event(rq, &e) || !api_permission_check(rq, PERMIT_EVENT_DELETE) ||
        !webhook_event_remove(&rq->cx, e->id))
        return false;
    rq->status = 204;
    return true;
}

bool webhook_api_event_retry(struct req *rq)
{
    struct webhook_event *e;

    if (!find_event(rq, &e) || !api_permission_check(rq, PERMIT_EVENT_RETRY) ||
        !webhook_event_retry(&rq->cx, e->id, &e))
        return false;
    write_event(rq, e);
    return true;
}
