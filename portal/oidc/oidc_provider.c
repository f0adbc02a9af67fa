#include "portal/oidc/oidc_provider.h"

#include "base/json.h"
#include "db/event.h"
#include "portal/account/person.h"
#include "portal/hooks/webhook_url.h"

#include <string.h>

const char *const OIDC_PROVIDER_AUDIENCES[] = {"customer", "staff", "both", NULL};

const struct err_kind ERR_OIDC_PROVIDER_ISSUER = {
    ERR_CLASS_INVALID, "OIDC_PROVIDER_ISSUER",
    "Enter the issuer's address as your sign-on provider shows it. It begins with https:// and is "
    "reached from the internet."};
const struct err_kind ERR_OIDC_PROVIDER_MANY = {
    ERR_CLASS_CONFLICT, "OIDC_PROVIDER_MANY",
    "There are as many sign-on providers as there may be. Remove one first."};

const char *oidc_provider_context(struct arena *mem, struct id id)
{
    return arena_printf(mem, "oidc_provider.client_secret:%s", id_text(mem, id));
}

/* --- who may --- */

/* *all: every provider of the tenant; else those of the viewer's organisation. */
static bool may_manage(struct ctx *cx, enum right_action action, bool *all)
{
    *all = cx->viewer.kind == VIEWER_SYSTEM ||
           (cx->viewer.kind == VIEWER_STAFF &&
            viewer_has(&cx->viewer, RIGHT_OF(MODULE_SETTINGS, action)));
    return *all ||
           (cx->viewer.kind == VIEWER_CUSTOMER &&
            (action == ACTION_READ ? viewer_has(&cx->viewer, RIGHT_ADMIN)
                                   : viewer_acts(&cx->viewer, RIGHT_ADMIN))) ||
           err_set(&cx->err, &ERR_DENIED, "managing sign-on providers");
}

/* --- reading --- */

#define PROVIDER_SELECT                                                                         \
    "SELECT p.id, p.organisation_id, o.name, p.audience, p.name, p.issuer, p.client_id, "       \
    "p.client_secret <> '', p.joins, p.is_enabled FROM oidc_provider p LEFT JOIN organisation " \
    "o ON o.tenant_id = p.tenant_id AND o.id = p.organisation_id "
static const char SQL_OIDC_PROVIDER_LIST[] = PROVIDER_SELECT
    "WHERE p.tenant_id = ? AND (? OR p.organisation_id = ?) "
    "ORDER BY p.organisation_id IS NOT NULL, o.name, p.name, p.id LIMIT 500";
static const char SQL_OIDC_PROVIDER_GET[] =
    PROVIDER_SELECT "WHERE p.tenant_id = ? AND p.id = ? AND (? OR p.organisation_id = ?)";
static const char SQL_OIDC_PROVIDER_OFFERED[] = PROVIDER_SELECT
    "WHERE p.tenant_id = ? AND p.organisation_id IS NULL AND p.is_enabled "
    "ORDER BY p.name, p.id LIMIT 10";
static const char SQL_OIDC_PROVIDER_OF_DOMAIN[] = PROVIDER_SELECT
    "JOIN oidc_domain d ON d.tenant_id = p.tenant_id AND d.provider_id = p.id "
    "WHERE p.tenant_id = ? AND d.proven = ? AND p.is_enabled LIMIT 1";
static const char SQL_OIDC_PROVIDER_ENABLED[] =
    PROVIDER_SELECT "WHERE p.tenant_id = ? AND p.id = ? AND p.is_enabled";
static const char SQL_OIDC_PROVIDER_SECRET[] =
    "SELECT client_secret FROM oidc_provider WHERE tenant_id = ? AND id = ?";

static struct oidc_provider from_row(const struct db_row *row)
{
    return (struct oidc_provider){.id = db_id(row, 0),
                                  .organisation_id = db_id(row, 1),
                                  .organisation_name = db_text(row, 2),
                                  .audience = db_text(row, 3),
                                  .name = db_text(row, 4),
                                  .issuer = db_text(row, 5),
                                  .client_id = db_text(row, 6),
                                  .has_secret = db_bool(row, 7),
                                  .joins = db_bool(row, 8),
                                  .is_enabled = db_bool(row, 9)};
}

static void take_all(struct ctx *cx, struct db_rows *rows, struct oidc_provider **out,
                     size_t *count)
{
    *out = arena_array(cx->mem, struct oidc_provider, rows->count + 1);
    *count = 0;
    while (db_next(rows))
        (*out)[(*count)++] = from_row(&rows->row);
}

bool oidc_provider_list(struct ctx *cx, struct oidc_provider **out, size_t *count)
{
    struct db_rows rows;
    bool all;

    if (!may_manage(cx, ACTION_READ, &all) ||
        !db_query(cx, &rows, SQL_OIDC_PROVIDER_LIST, DB_ID(cx->tenant_id), DB_BOOL(all),
                  DB_ID(cx->viewer.organisation_id)))
        return false;
    take_all(cx, &rows, out, count);
    return true;
}

static bool one(struct ctx *cx, struct db_rows *rows, struct oidc_provider **out)
{
    if (!db_next(rows))
        return err_set(&cx->err, &ERR_NOT_FOUND, "sign-on provider");
    *out = arena_new(cx->mem, struct oidc_provider);
    **out = from_row(&rows->row);
    return true;
}

bool oidc_provider_get(struct ctx *cx, struct id id, struct oidc_provider **out)
{
    struct db_rows rows;
    bool all;

    return may_manage(cx, ACTION_READ, &all) &&
           db_query(cx, &rows, SQL_OIDC_PROVIDER_GET, DB_ID(cx->tenant_id), DB_ID(id), DB_BOOL(all),
                    DB_ID(cx->viewer.organisation_id)) &&
           one(cx, &rows, out);
}

bool oidc_provider_offered(struct ctx *cx, struct oidc_provider **out, size_t *count)
{
    struct db_rows rows;

    if (!db_query(cx, &rows, SQL_OIDC_PROVIDER_OFFERED, DB_ID(cx->tenant_id)))
        return false;
    take_all(cx, &rows, out, count);
    return true;
}

bool oidc_provider_of_email(struct ctx *cx, const char *email, struct oidc_provider **out)
{
    const char *clean = person_email_clean(cx->mem, email);
    const char *at = clean != NULL ? strrchr(clean, '@') : NULL;
    struct db_rows rows;

    *out = NULL;
    if (at == NULL)
        return true;
    return db_query(cx, &rows, SQL_OIDC_PROVIDER_OF_DOMAIN, DB_ID(cx->tenant_id),
                    DB_TEXT(at + 1)) &&
           (rows.count == 0 || one(cx, &rows, out));
}

bool oidc_provider_enabled(struct ctx *cx, struct id id, struct oidc_provider **out)
{
    struct db_rows rows;

    return db_query(cx, &rows, SQL_OIDC_PROVIDER_ENABLED, DB_ID(cx->tenant_id), DB_ID(id)) &&
           one(cx, &rows, out);
}

bool oidc_provider_secret(struct ctx *cx, struct id id, char **out)
{
    struct db_rows rows;
    struct span sealed;
    uint8_t *secret;
    size_t len;

    if (!db_query(cx, &rows, SQL_OIDC_PROVIDER_SECRET, DB_ID(cx->tenant_id), DB_ID(id)))
        return false;
    sealed = db_next(&rows) ? db_bytes(&rows.row, 0) : (struct span){"", 0};
    if (sealed.len == 0) {
        *out = arena_dup(cx->mem, "");
        return true;
    }
    if (cx->master == NULL || !crypto_open(cx->master, cx->mem, oidc_provider_context(cx->mem, id),
                                           (const uint8_t *)sealed.p, sealed.len, &secret, &len))
        return err_set(&cx->err, &ERR_INTERNAL, "the client secret of %s does not open",
                       id_text(cx->mem, id));
    *out = arena_dup_bytes(cx->mem, secret, len);
    crypto_wipe(secret, len);
    return true;
}

/* --- changes --- */

static const char SQL_OIDC_PROVIDER_COUNT[] =
    "SELECT COUNT(*) FROM oidc_provider "
    "WHERE tenant_id = ? AND organisation_id <=> ?";
static const char SQL_OIDC_PROVIDER_ADD[] =
    "INSERT INTO oidc_provider (tenant_id, id, organisation_id, audience, name, issuer, client_id, "
    "client_secret, joins, is_enabled, created_at, updated_at) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, '', ?, ?, ?, ?)";
static const char SQL_OIDC_PROVIDER_CHANGE[] =
    "UPDATE oidc_provider SET audience = ?, name = ?, issuer = ?, client_id = ?, joins = ?, "
    "is_enabled = ?, metadata = NULL, metadata_at = NULL, key_set = NULL, key_set_at = NULL, "
    "updated_at = ? WHERE tenant_id = ? AND id = ?";
static const char SQL_OIDC_PROVIDER_SET_SECRET[] =
    "UPDATE oidc_provider SET client_secret = ? WHERE tenant_id = ? AND id = ?";
static const char SQL_OIDC_PROVIDER_REMOVE[] =
    "DELETE FROM oidc_provider WHERE tenant_id = ? AND id = ?";
static const char SQL_OIDC_LOGIN_FORGET[] =
    "DELETE FROM oidc_login WHERE tenant_id = ? AND provider_id = ?";
static const char SQL_OIDC_LINK_FORGET[] =
    "DELETE FROM oidc_link WHERE tenant_id = ? AND provider_id = ?";

static bool issuer_check(struct ctx *cx, const struct oidc_provider_draft *draft)
{
    struct err why = {.kind = NULL};
    struct webhook_url url;

    return (webhook_url_parse(cx->mem, &why, draft->issuer, draft->allows_local, &url) &&
            strlen(draft->issuer) <= OIDC_PROVIDER_ISSUER_MAX &&
            strpbrk(draft->issuer, "?#") == NULL) ||
           err_set_at(&cx->err, &ERR_OIDC_PROVIDER_ISSUER, "issuer", "%s", why.oper);
}

static bool secret_set(struct ctx *cx, struct id id, const char *secret)
{
    uint8_t *sealed;
    size_t len;

    if (secret == NULL)
        return true;
    if (cx->master == NULL)
        return err_set(&cx->err, &ERR_INTERNAL, "no master key to seal a client secret with");
    crypto_seal(cx->master, cx->mem, oidc_provider_context(cx->mem, id), secret, strlen(secret),
                &sealed, &len);
    return db_exec(cx, NULL, SQL_OIDC_PROVIDER_SET_SECRET, DB_BYTES(sealed, len),
                   DB_ID(cx->tenant_id), DB_ID(id));
}

static bool tell(struct ctx *cx, struct id id, const char *change,
                 const struct oidc_provider_draft *draft)
{
    json_t *data = json_own(cx->mem, json_pack("{s:s}", "change", change));

    if (draft != NULL)
        json_object_update_new(data, json_pack("{s:s,s:s,s:s,s:b,s:b,s:b}", "name", draft->name,
                                               "issuer", draft->issuer, "client", draft->client_id,
                                               "secret_changed", draft->secret != NULL, "joins",
                                               draft->joins, "is_enabled", draft->is_enabled));
    return event_emit(cx, EVENT_SSO_CHANGED, id, data);
}

/* An organisation's provider speaks for its own people alone. */
static const char *audience_of(struct id organisation_id, const struct oidc_provider_draft *draft)
{
    return id_is_zero(organisation_id) && draft->audience != NULL ? draft->audience : "customer";
}

bool oidc_provider_add(struct ctx *cx, const struct oidc_provider_draft *draft, struct id *out)
{
    struct id organisation = {{0}};
    struct db_rows rows;
    bool all;

    if (!may_manage(cx, ACTION_CREATE, &all) || !issuer_check(cx, draft))
        return false;
    if (!all)
        organisation = cx->viewer.organisation_id;
    *out = ctx_new_id(cx);
    if (!db_begin(cx))
        return false;
    if (!db_query(cx, &rows, SQL_OIDC_PROVIDER_COUNT, DB_ID(cx->tenant_id),
                  DB_ID_OR_NULL(organisation)))
        goto rollback;
    if (db_next(&rows) && db_i64(&rows.row, 0) >= OIDC_PROVIDERS_MAX) {
        err_set(&cx->err, &ERR_OIDC_PROVIDER_MANY, "%d", OIDC_PROVIDERS_MAX);
        goto rollback;
    }
    if (!db_exec(cx, NULL, SQL_OIDC_PROVIDER_ADD, DB_ID(cx->tenant_id), DB_ID(*out),
                 DB_ID_OR_NULL(organisation), DB_TEXT(audience_of(organisation, draft)),
                 DB_TEXT(draft->name), DB_TEXT(draft->issuer), DB_TEXT(draft->client_id),
                 DB_BOOL(draft->joins), DB_BOOL(draft->is_enabled), DB_TIME(cx->now),
                 DB_TIME(cx->now)) ||
        !secret_set(cx, *out, draft->secret) || !tell(cx, *out, "added", draft))
        goto rollback;
    return db_commit(cx);

rollback:
    db_rollback(cx);
    return false;
}

bool oidc_provider_change(struct ctx *cx, struct id id, const struct oidc_provider_draft *draft)
{
    bool all;
    struct oidc_provider *before;
    bool is_other;

    if (!may_manage(cx, ACTION_UPDATE, &all) || !oidc_provider_get(cx, id, &before) ||
        !issuer_check(cx, draft) || !db_begin(cx))
        return false;
    is_other = strcmp(before->issuer, draft->issuer) != 0 ||
               strcmp(before->client_id, draft->client_id) != 0;
    if (!db_exec(cx, NULL, SQL_OIDC_PROVIDER_CHANGE,
                 DB_TEXT(audience_of(before->organisation_id, draft)), DB_TEXT(draft->name),
                 DB_TEXT(draft->issuer), DB_TEXT(draft->client_id), DB_BOOL(draft->joins),
                 DB_BOOL(draft->is_enabled), DB_TIME(cx->now), DB_ID(cx->tenant_id), DB_ID(id)) ||
        !secret_set(cx, id, draft->secret) ||
        !db_exec(cx, NULL, SQL_OIDC_LOGIN_FORGET, DB_ID(cx->tenant_id), DB_ID(id)) ||
        (is_other && !db_exec(cx, NULL, SQL_OIDC_LINK_FORGET, DB_ID(cx->tenant_id), DB_ID(id))) ||
        !tell(cx, id, "changed", draft))
        goto rollback;
    return db_commit(cx);

rollback:
    db_rollback(cx);
    return false;
}

bool oidc_provider_remove(struct ctx *cx, struct id id)
{
    bool all;
    struct oidc_provider *before;

    if (!may_manage(cx, ACTION_DELETE, &all) || !oidc_provider_get(cx, id, &before) ||
        !db_begin(cx))
        return false;
    if (!db_exec(cx, NULL, SQL_OIDC_PROVIDER_REMOVE, DB_ID(cx->tenant_id), DB_ID(id)) ||
        !tell(cx, id, "removed", NULL))
        goto rollback;
    return db_commit(cx);

rollback:
    db_rollback(cx);
    return false;
}
