#include "portal/oidc/oidc_domain.h"

#include "base/json.h"
#include "db/event.h"

#include <string.h>

const struct err_kind ERR_OIDC_DOMAIN_NAME = {
    ERR_CLASS_INVALID, "OIDC_DOMAIN_NAME",
    "Enter what stands after the @ of your addresses, such as example.com."};
const struct err_kind ERR_OIDC_DOMAIN_TAKEN = {
    ERR_CLASS_CONFLICT, "OIDC_DOMAIN_TAKEN",
    "This domain is in use already. If it is yours, write to support."};
const struct err_kind ERR_OIDC_DOMAIN_PROOF = {
    ERR_CLASS_CONFLICT, "OIDC_DOMAIN_PROOF",
    "The record was not found. New records can take some hours until everybody sees them."};

static const char SQL_OIDC_DOMAIN_LIST[] =
    "SELECT id, domain, challenge, proven_how, proven_at FROM oidc_domain WHERE tenant_id = ? "
    "AND provider_id = ? ORDER BY domain LIMIT 100";
static const char SQL_OIDC_DOMAIN_GET[] =
    "SELECT id, domain, challenge, proven_how, proven_at FROM oidc_domain WHERE tenant_id = ? "
    "AND provider_id = ? AND id = ?";
static const char SQL_OIDC_DOMAIN_ADD[] =
    "INSERT INTO oidc_domain (tenant_id, id, provider_id, domain, challenge, created_at) "
    "VALUES (?, ?, ?, ?, ?, ?)";
static const char SQL_OIDC_DOMAIN_PROVE[] =
    "UPDATE oidc_domain SET proven = domain, proven_how = ?, proven_at = ? WHERE tenant_id = ? "
    "AND id = ?";
static const char SQL_OIDC_DOMAIN_REMOVE[] =
    "DELETE FROM oidc_domain WHERE tenant_id = ? AND provider_id = ? AND id = ?";
static const char SQL_OIDC_DOMAIN_COVERS[] =
    "SELECT 1 FROM oidc_domain WHERE tenant_id = ? AND provider_id = ? AND proven = ?";

static struct oidc_domain from_row(const struct db_row *row)
{
    return (struct oidc_domain){.id = db_id(row, 0),
                                .name = db_text(row, 1),
                                .challenge = db_text(row, 2),
                                .proven_how = db_text(row, 3),
                                .proven_at = db_time(row, 4)};
}

bool oidc_domain_list(struct ctx *cx, struct id provider_id, struct oidc_domain **out,
                      size_t *count)
{
    struct oidc_provider *provider;
    struct db_rows rows;

    if (!oidc_provider_get(cx, provider_id, &provider) ||
        !db_query(cx, &rows, SQL_OIDC_DOMAIN_LIST, DB_ID(cx->tenant_id), DB_ID(provider_id)))
        return false;
    *out = arena_array(cx->mem, struct oidc_domain, rows.count + 1);
    *count = 0;
    while (db_next(&rows))
        (*out)[(*count)++] = from_row(&rows.row);
    return true;
}

/* Letters, digits and hyphens in labels; a name in other scripts is written as the DNS has it. */
static const char *clean(struct arena *mem, const char *name)
{
    char *c = arena_dup(mem, name);
    const char *start = c;
    size_t label = 0;
    bool has_dot = false;

    if (strlen(c) > 253)
        return NULL;
    for (; *c != '\0'; c++) {
        if (*c >= 'A' && *c <= 'Z')
            *c = (char)(*c - 'A' + 'a');
        if (*c == '.') {
            if (label == 0 || c[-1] == '-')
                return NULL;
            has_dot = true;
            label = 0;
        } else if ((*c >= 'a' && *c <= 'z') || (*c >= '0' && *c <= '9') ||
                   (*c == '-' && label > 0)) {
            if (++label > 63)
                return NULL;
        } else {
            return NULL;
        }
    }
    return has_dot && label > 0 && c[-1] != '-' ? start : NULL;
}

static bool tell(struct ctx *cx, struct id provider_id, const char *change, const char *domain)
{
    return event_emit(
        cx, EVENT_SSO_CHANGED, provider_id,
        json_own(cx->mem, json_pack("{s:s,s:s}", "change", change, "domain", domain)));
}

/* A duplicate is somebody's mistake, not a fault of the database. */
static bool taken(struct ctx *cx)
{
    if (cx->err.kind == &ERR_CONFLICT) {
        err_clear(&cx->err);
        err_set_at(&cx->err, &ERR_OIDC_DOMAIN_TAKEN, "domain", "domain");
    }
    return false;
}

bool oidc_domain_add(struct ctx *cx, struct id provider_id, const char *name)
{
    const char *domain = clean(cx->mem, name);
    struct oidc_domain *list;
    size_t count;

    if (!oidc_domain_list(cx, provider_id, &list, &count))
        return false;
    if (domain == NULL || count >= OIDC_DOMAINS_MAX)
        return err_set_at(&cx->err, &ERR_OIDC_DOMAIN_NAME, "domain", "%.60s, %zu", name, count);
    if (!db_begin(cx))
        return false;
    if (!db_exec(cx, NULL, SQL_OIDC_DOMAIN_ADD, DB_ID(cx->tenant_id), DB_ID(ctx_new_id(cx)),
                 DB_ID(provider_id), DB_TEXT(domain), DB_TEXT(crypto_token(cx->mem, 16)),
                 DB_TIME(cx->now)) ||
        !tell(cx, provider_id, "domain_named", domain)) {
        db_rollback(cx);
        return taken(cx);
    }
    return db_commit(cx);
}

static bool get(struct ctx *cx, struct id provider_id, struct id id, struct oidc_domain *out)
{
    struct oidc_provider *provider;
    struct db_rows rows;

    if (!oidc_provider_get(cx, provider_id, &provider) ||
        !db_query(cx, &rows, SQL_OIDC_DOMAIN_GET, DB_ID(cx->tenant_id), DB_ID(provider_id),
                  DB_ID(id)))
        return false;
    if (!db_next(&rows))
        return err_set(&cx->err, &ERR_NOT_FOUND, "domain of a sign-on provider");
    *out = from_row(&rows.row);
    return true;
}

bool oidc_domain_remove(struct ctx *cx, struct id provider_id, struct id id)
{
    struct oidc_domain domain;

    if (!get(cx, provider_id, id, &domain) || !db_begin(cx))
        return false;
    if (!db_exec(cx, NULL, SQL_OIDC_DOMAIN_REMOVE, DB_ID(cx->tenant_id), DB_ID(provider_id),
                 DB_ID(id)) ||
        !tell(cx, provider_id, "domain_removed", domain.name)) {
        db_rollback(cx);
        return false;
    }
    return db_commit(cx);
}

static bool is_proven(struct ctx *cx, struct id provider_id, const struct oidc_domain *domain,
                      const char *how)
{
    if (!db_begin(cx))
        return false;
    if (!db_exec(cx, NULL, SQL_OIDC_DOMAIN_PROVE, DB_TEXT(how), DB_TIME(cx->now),
                 DB_ID(cx->tenant_id), DB_ID(domain->id)) ||
        !tell(cx, provider_id, "domain_proven", domain->name)) {
        db_rollback(cx);
        return taken(cx);
    }
    return db_commit(cx);
}

bool oidc_domain_prove(struct ctx *cx, struct id provider_id, struct id id, oidc_domain_ask ask)
{
    struct oidc_domain domain;
    bool is_there;

    if (!get(cx, provider_id, id, &domain))
        return false;
    db_release(cx); /* the answer may take seconds: no connection is kept meanwhile */
    is_there = ask(arena_printf(cx->mem, OIDC_DOMAIN_LABEL "%s", domain.name),
                   arena_printf(cx->mem, OIDC_DOMAIN_VALUE "%s", domain.challenge));
    if (!is_there)
        return err_set_at(&cx->err, &ERR_OIDC_DOMAIN_PROOF, "domain", "%s", domain.name);
    return is_proven(cx, provider_id, &domain, "dns");
}

bool oidc_domain_trust(struct ctx *cx, struct id provider_id, struct id id)
{
    struct oidc_domain domain;

    if (cx->viewer.kind != VIEWER_SYSTEM &&
        !(cx->viewer.kind == VIEWER_STAFF && viewer_has(&cx->viewer, RIGHT_SETTINGS_UPDATE)))
        return err_set(&cx->err, &ERR_DENIED, "trusting a domain");
    return get(cx, provider_id, id, &domain) && is_proven(cx, provider_id, &domain, "staff");
}

bool oidc_domain_covers(struct ctx *cx, struct id provider_id, const char *email, bool *covers)
{
    const char *at = strrchr(email, '@');
    struct db_rows rows;

    *covers = false;
    if (at == NULL)
        return true;
    if (!db_query(cx, &rows, SQL_OIDC_DOMAIN_COVERS, DB_ID(cx->tenant_id), DB_ID(provider_id),
                  DB_TEXT(at + 1)))
        return false;
    *covers = rows.count > 0;
    return true;
}
