#include "portal/hooks/webhook_endpoint.h"

#include "db/event.h"
#include "portal/hooks/webhook_url.h"

#include <string.h>

static const char AT_SUBSCRIPTIONS[] = "/data/attributes/subscriptions";

const struct err_kind ERR_WEBHOOK_SUBSCRIPTIONS_SHORT = {
    ERR_CLASS_INVALID, "SUBSCRIPTIONS_TOO_SHORT", "Choose at least one event."};
const struct err_kind ERR_WEBHOOK_SUBSCRIPTION = {ERR_CLASS_INVALID, "SUBSCRIPTIONS_NOT_ALLOWED",
                                                  "There is no event with this name."};
const struct err_kind ERR_WEBHOOK_ALGORITHM = {ERR_CLASS_INVALID, "SIGNATURE_ALGORITHM_NOT_ALLOWED",
                                               "Only ed25519 signatures are offered."};
const struct err_kind ERR_WEBHOOK_VERSION = {
    ERR_CLASS_INVALID, "API_VERSION_NOT_ALLOWED",
    "This version is not supported. Versions 1.2 to 1.8 are."};
const struct err_kind ERR_WEBHOOK_PRODUCT = {ERR_CLASS_INVALID, "PRODUCT_NOT_FOUND",
                                             "There is no such product."};
const struct err_kind ERR_WEBHOOK_MANY = {ERR_CLASS_INVALID, "WEBHOOK_ENDPOINT_LIMIT_EXCEEDED",
                                          "There are as many webhooks as there may be."};

#define COLUMNS                                                                                \
    "id, product_id, url, subscriptions, api_version, is_enabled, disabled_at, disabled_why, " \
    "failing_since, created_at, updated_at"
static const char SQL_ENDPOINT_GET[] =
    "SELECT " COLUMNS " FROM webhook_endpoint WHERE tenant_id = ? AND id = ?";
static const char SQL_ENDPOINT_LIST[] =
    "SELECT " COLUMNS " FROM webhook_endpoint WHERE tenant_id = ? ORDER BY id DESC LIMIT ?";
static const char SQL_ENDPOINT_ADD[] =
    "INSERT INTO webhook_endpoint (tenant_id, id, product_id, url, subscriptions, api_version, "
    "created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)";
static const char SQL_ENDPOINT_CHANGE[] =
    "UPDATE webhook_endpoint SET product_id = ?, url = ?, subscriptions = ?, api_version = ?, "
    "is_enabled = TRUE, disabled_at = NULL, disabled_why = NULL, failing_since = NULL, "
    "updated_at = ? WHERE tenant_id = ? AND id = ?";
static const char SQL_ENDPOINT_ENABLE[] =
    "UPDATE webhook_endpoint SET is_enabled = TRUE, disabled_at = NULL, disabled_why = NULL, "
    "failing_since = NULL, updated_at = ? WHERE tenant_id = ? AND id = ?";
static const char SQL_ENDPOINT_DISABLE[] =
    "UPDATE webhook_endpoint SET is_enabled = FALSE, disabled_at = ?, disabled_why = ? "
    "WHERE tenant_id = ? AND id = ? AND is_enabled = TRUE";
static const char SQL_EVENT_GIVE_UP[] =
    "UPDATE webhook_event SET status = 'FAILED', due_at = NULL, lease = NULL, updated_at = ? "
    "WHERE tenant_id = ? AND endpoint_id = ? AND due_at IS NOT NULL";
static const char SQL_EVENT_ORPHAN[] =
    "UPDATE webhook_event SET endpoint_id = NULL WHERE tenant_id = ? AND endpoint_id = ?";
static const char SQL_ENDPOINT_REMOVE[] =
    "DELETE FROM webhook_endpoint WHERE tenant_id = ? AND id = ?";
static const char SQL_PRODUCT_IS_THERE[] =
    "SELECT 1 FROM product WHERE tenant_id = ? AND id = ? AND deleted_at IS NULL";
static const char SQL_ACCOUNT_VERSION[] = "SELECT api_version FROM tenant WHERE id = ?";

const char *webhook_endpoint_event(unsigned kind)
{
    const char *name = kind < EVENT_KIND_COUNT ? event_wire_name((enum event_kind)kind) : "";

    return *name != '\0' ? name : NULL;
}

bool webhook_endpoint_wants(const struct webhook_endpoint *endpoint, const char *wire_name)
{
    const json_t *name;
    size_t i;

    json_array_foreach (endpoint->subscriptions, i, name) {
        const char *text = json_string_value(name);

        if (text != NULL && (strcmp(text, "*") == 0 || strcmp(text, wire_name) == 0))
            return true;
    }
    return false;
}

/* --- reading --- */

bool webhook_endpoint_manage(struct ctx *cx, enum right_action action)
{
    return cx->viewer.kind == VIEWER_SYSTEM ||
           (cx->viewer.kind == VIEWER_STAFF &&
            viewer_has(&cx->viewer, RIGHT_OF(MODULE_SETTINGS, action))) ||
           err_set(&cx->err, &ERR_DENIED, "managing webhooks");
}

static bool from_row(struct ctx *cx, const struct db_row *row, struct webhook_endpoint *out)
{
    const char *text = db_text(row, 3);
    json_t *subscriptions;

    if (!json_read(cx->mem, &cx->err, text, strlen(text), &subscriptions))
        return false;
    *out = (struct webhook_endpoint){.id = db_id(row, 0),
                                     .product_id = db_id(row, 1),
                                     .url = db_text(row, 2),
                                     .subscriptions = subscriptions,
                                     .api_version = db_text(row, 4),
                                     .is_enabled = db_bool(row, 5),
                                     .disabled_at = db_time(row, 6),
                                     .disabled_why = db_text(row, 7),
                                     .failing_since = db_time(row, 8),
                                     .created_at = db_time(row, 9),
                                     .updated_at = db_time(row, 10)};
    return true;
}

bool webhook_endpoint_get(struct ctx *cx, struct id id, struct id product_id,
                          struct webhook_endpoint **out)
{
    struct webhook_endpoint *e = arena_new(cx->mem, struct webhook_endpoint);
    struct db_rows rows;

    if (!webhook_endpoint_manage(cx, ACTION_READ) ||
        !db_query(cx, &rows, SQL_ENDPOINT_GET, DB_ID(cx->tenant_id), DB_ID(id)))
        return false;
    if (!db_next(&rows))
        return err_set(&cx->err, &ERR_NOT_FOUND, "webhook %s", id_text(cx->mem, id));
    if (!from_row(cx, &rows.row, e))
        return false;
    if (!id_is_zero(product_id) && !id_equal(e->product_id, product_id))
        return err_set(&cx->err, &ERR_NOT_FOUND, "webhook %s of another product",
                       id_text(cx->mem, id));
    *out = e;
    return true;
}

bool webhook_endpoint_list(struct ctx *cx, struct id product_id, struct webhook_endpoint **out,
                           size_t *count)
{
    struct webhook_endpoint *list;
    struct db_rows rows;
    size_t n = 0;

    if (!webhook_endpoint_manage(cx, ACTION_READ) ||
        !db_query(cx, &rows, SQL_ENDPOINT_LIST, DB_ID(cx->tenant_id),
                  DB_INT(WEBHOOK_ENDPOINTS_MAX)))
        return false;
    list = arena_array(cx->mem, struct webhook_endpoint, rows.count);
    while (db_next(&rows)) {
        if (!from_row(cx, &rows.row, &list[n]))
            return false;
        n += id_is_zero(product_id) || id_equal(list[n].product_id, product_id);
    }
    *out = list;
    *count = n;
    return true;
}

/* --- checking --- */

/* Names of the protocol for things that are not here: a vendor's list may have them, and nothing
 * comes of it. */
static const char *const SILENT[] = {"key.created",     "key.updated",     "key.deleted",
                                     "package.created", "package.updated", "package.deleted"};

static bool is_told(const char *name)
{
    if (strcmp(name, "*") == 0)
        return true;
    for (unsigned kind = 0; kind < EVENT_KIND_COUNT; kind++) {
        const char *known = webhook_endpoint_event(kind);

        if (known != NULL && strcmp(known, name) == 0)
            return true;
    }
    for (size_t i = 0; i < COUNT(SILENT); i++)
        if (strcmp(SILENT[i], name) == 0)
            return true;
    return false;
}

static bool check_subscriptions(struct ctx *cx, const json_t *list)
{
    const json_t *name;
    size_t i;

    if (json_array_size(list) == 0)
        return err_set_at(&cx->err, &ERR_WEBHOOK_SUBSCRIPTIONS_SHORT, AT_SUBSCRIPTIONS, "none");
    json_array_foreach (list, i, name)
        if (!json_is_string(name) || !is_told(json_string_value(name)))
            return err_set_at(&cx->err, &ERR_WEBHOOK_SUBSCRIPTION, AT_SUBSCRIPTIONS, "number %zu",
                              i);
    return true;
}

static bool check_version(struct ctx *cx, const char *version)
{
    return (strncmp(version, "1.", 2) == 0 && version[2] >= '2' && version[2] <= '8' &&
            version[3] == '\0') ||
           err_set_at(&cx->err, &ERR_WEBHOOK_VERSION, "/data/attributes/apiVersion", "%.20s",
                      version);
}

static bool check_product(struct ctx *cx, struct id id)
{
    struct db_rows rows;

    if (id_is_zero(id))
        return true;
    if (!db_query(cx, &rows, SQL_PRODUCT_IS_THERE, DB_ID(cx->tenant_id), DB_ID(id)))
        return false;
    return rows.count > 0 || err_set_at(&cx->err, &ERR_WEBHOOK_PRODUCT,
                                        "/data/relationships/product", "%s", id_text(cx->mem, id));
}

/* Takes what the draft says into the endpoint, whose other members are as they were. */
static bool take_draft(struct ctx *cx, const struct webhook_endpoint_draft *draft,
                       struct webhook_endpoint *e)
{
    struct webhook_url url;

    if (draft->url != NULL || e->url == NULL) {
        if (!webhook_url_parse(cx->mem, &cx->err, draft->url, draft->allows_local, &url))
            return false;
        e->url = url.text;
    }
    if (draft->subscriptions != NULL)
        e->subscriptions = draft->subscriptions;
    if (draft->api_version != NULL)
        e->api_version = *draft->api_version == 'v' ? draft->api_version + 1 : draft->api_version;
    if (!id_is_zero(draft->product_id))
        e->product_id = draft->product_id;
    return check_subscriptions(cx, e->subscriptions) && check_version(cx, e->api_version) &&
           (draft->algorithm == NULL || strcmp(draft->algorithm, "ed25519") == 0 ||
            err_set_at(&cx->err, &ERR_WEBHOOK_ALGORITHM, "/data/attributes/signatureAlgorithm",
                       "%.40s", draft->algorithm)) &&
           check_product(cx, e->product_id);
}

/* --- changing --- */

static bool tell(struct ctx *cx, struct id id, const char *action, const char *url)
{
    return event_emit(
        cx, EVENT_WEBHOOK_CHANGED, id,
        json_own(cx->mem, json_pack("{s:s, s:o}", "action", action, "url", json_text(url))));
}

static bool account_version(struct ctx *cx, const char **out)
{
    struct db_rows rows;

    if (!db_query(cx, &rows, SQL_ACCOUNT_VERSION, DB_ID(cx->tenant_id)) || !db_next(&rows))
        return false;
    *out = db_text(&rows.row, 0);
    return true;
}

static bool check_room(struct ctx *cx)
{
    struct webhook_endpoint *list;
    size_t count;

    return webhook_endpoint_list(cx, (struct id){{0}}, &list, &count) &&
           (count < WEBHOOK_ENDPOINTS_MAX ||
            err_set_at(&cx->err, &ERR_WEBHOOK_MANY, "/data", "%zu webhooks", count));
}

bool webhook_endpoint_add(struct ctx *cx, const struct webhook_endpoint_draft *draft,
                          struct webhook_endpoint **out)
{
    struct webhook_endpoint e = {.id = ctx_new_id(cx)};

    if (!webhook_endpoint_manage(cx, ACTION_CREATE) || !account_version(cx, &e.api_version) ||
        !take_draft(cx, draft, &e) || !check_room(cx) || !db_begin(cx))
        return false;
    if (!db_exec(cx, NULL, SQL_ENDPOINT_ADD, DB_ID(cx->tenant_id), DB_ID(e.id),
                 DB_ID_OR_NULL(e.product_id), DB_TEXT(e.url),
                 DB_TEXT(json_write(cx->mem, e.subscriptions)), DB_TEXT(e.api_version),
                 DB_TIME(cx->now), DB_TIME(cx->now)) ||
        !tell(cx, e.id, "added", e.url) || !webhook_endpoint_get(cx, e.id, e.product_id, out)) {
        db_rollback(cx);
        return false;
    }
    return db_commit(cx);
}

bool webhook_endpoint_change(struct ctx *cx, struct id id,
                             const struct webhook_endpoint_draft *draft,
                             struct webhook_endpoint **out)
{
    struct webhook_endpoint *e;

    if (!db_begin(cx))
        return false;
    if (!webhook_endpoint_manage(cx, ACTION_UPDATE) ||
        !webhook_endpoint_get(cx, id, (struct id){{0}}, &e) || !take_draft(cx, draft, e) ||
        !db_exec(cx, NULL, SQL_ENDPOINT_CHANGE, DB_ID_OR_NULL(e->product_id), DB_TEXT(e->url),
                 DB_TEXT(json_write(cx->mem, e->subscriptions)), DB_TEXT(e->api_version),
                 DB_TIME(cx->now), DB_ID(cx->tenant_id), DB_ID(id)) ||
        !tell(cx, id, "changed", e->url) || !webhook_endpoint_get(cx, id, (struct id){{0}}, out)) {
        db_rollback(cx);
        return false;
    }
    return db_commit(cx);
}

bool webhook_endpoint_disable(struct ctx *cx, struct id id, const char *why)
{
    int64_t changed;

    if (!db_exec(cx, &changed, SQL_ENDPOINT_DISABLE, DB_TIME(cx->now), DB_TEXT(why),
                 DB_ID(cx->tenant_id), DB_ID(id)))
        return false;
    return changed == 0 || (db_exec(cx, NULL, SQL_EVENT_GIVE_UP, DB_TIME(cx->now),
                                    DB_ID(cx->tenant_id), DB_ID(id)) &&
                            tell(cx, id, "disabled", NULL));
}

bool webhook_endpoint_enable(struct ctx *cx, struct id id, bool is_enabled)
{
    struct webhook_endpoint *e;

    if (!db_begin(cx))
        return false;
    if (!webhook_endpoint_manage(cx, ACTION_UPDATE) ||
        !webhook_endpoint_get(cx, id, (struct id){{0}}, &e) ||
        !(is_enabled ? db_exec(cx, NULL, SQL_ENDPOINT_ENABLE, DB_TIME(cx->now),
                               DB_ID(cx->tenant_id), DB_ID(id)) &&
                           tell(cx, id, "enabled", NULL)
                     : webhook_endpoint_disable(cx, id, "staff"))) {
        db_rollback(cx);
        return false;
    }
    return db_commit(cx);
}

bool webhook_endpoint_remove(struct ctx *cx, struct id id, struct id product_id)
{
    struct webhook_endpoint *e;

    if (!db_begin(cx))
        return false;
    if (!webhook_endpoint_manage(cx, ACTION_DELETE) ||
        !webhook_endpoint_get(cx, id, product_id, &e) ||
        !db_exec(cx, NULL, SQL_EVENT_GIVE_UP, DB_TIME(cx->now), DB_ID(cx->tenant_id), DB_ID(id)) ||
        !db_exec(cx, NULL, SQL_EVENT_ORPHAN, DB_ID(cx->tenant_id), DB_ID(id)) ||
        !db_exec(cx, NULL, SQL_ENDPOINT_REMOVE, DB_ID(cx->tenant_id), DB_ID(id)) ||
        !tell(cx, id, "removed", e->url)) {
        db_rollback(cx);
        return false;
    }
    return db_commit(cx);
}
