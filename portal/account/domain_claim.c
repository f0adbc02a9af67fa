#include "portal/account/domain_claim.h"

#include "base/crypto.h"
#include "db/event.h"
#include "portal/account/signup_domain.h"

enum { CHALLENGE_BYTES = 16 };

const struct err_kind ERR_DOMAIN_CLAIM_MANY = {
    ERR_CLASS_CONFLICT, "DOMAIN_MANY", "These are as many domains as an organisation may name."};
const struct err_kind ERR_DOMAIN_CLAIM_PROOF = {
    ERR_CLASS_CONFLICT, "DOMAIN_PROOF",
    "The record was not found. New records can take some hours until everybody sees them."};

/* What was named, and then entered by staff, is confirmed. */
static const char SQL_CLAIM_LIST[] =
    "SELECT id, domain, NULL FROM signup_domain WHERE tenant_id = ? AND organisation_id = ? UNION "
    "ALL SELECT c.id, c.domain, c.challenge FROM domain_claim c WHERE c.tenant_id = ? "
    "AND c.organisation_id = ? AND NOT EXISTS (SELECT 1 FROM signup_domain s WHERE s.tenant_id = "
    "c.tenant_id AND s.organisation_id = c.organisation_id AND s.domain = c.domain) "
    "ORDER BY domain LIMIT 100";
static const char SQL_CLAIM_ADD[] =
    "INSERT INTO domain_claim (tenant_id, id, organisation_id, domain, challenge, created_at) "
    "VALUES (?, ?, ?, ?, ?, ?)";
static const char SQL_CLAIM_PROVEN[] =
    "INSERT INTO signup_domain (tenant_id, id, organisation_id, domain, created_at) "
    "VALUES (?, ?, ?, ?, ?)";
static const char SQL_CLAIM_REMOVE[] =
    "DELETE FROM domain_claim WHERE tenant_id = ? AND organisation_id = ? AND id = ?";
static const char SQL_CLAIM_GIVE_UP[] =
    "DELETE FROM signup_domain WHERE tenant_id = ? AND organisation_id = ? AND id = ?";

static bool check(struct ctx *cx)
{
    return (cx->viewer.kind == VIEWER_CUSTOMER && viewer_has(&cx->viewer, RIGHT_ADMIN) &&
            !id_is_zero(cx->viewer.organisation_id)) ||
           err_set(&cx->err, &ERR_DENIED, "mail domains of the organisation");
}

static bool check_change(struct ctx *cx)
{
    return viewer_acts(&cx->viewer, RIGHT_ADMIN) ||
           err_set(&cx->err, &ERR_DENIED, "mail domains are only seen");
}

bool domain_claim_list(struct ctx *cx, struct domain_claim **out, size_t *count)
{
    const struct db_arg tenant = DB_ID(cx->tenant_id), own = DB_ID(cx->viewer.organisation_id);
    struct db_rows rows;

    if (!check(cx) || !db_query(cx, &rows, SQL_CLAIM_LIST, tenant, own, tenant, own))
        return false;
    *out = arena_array(cx->mem, struct domain_claim, rows.count + 1);
    for (*count = 0; db_next(&rows); (*count)++)
        (*out)[*count] = (struct domain_claim){.id = db_id(&rows.row, 0),
                                               .domain = db_text(&rows.row, 1),
                                               .challenge = db_text(&rows.row, 2)};
    return true;
}

static bool tell(struct ctx *cx, const char *change, const char *domain)
{
    return event_emit(
        cx, EVENT_ORGANISATION_CHANGED, cx->viewer.organisation_id,
        json_own(cx->mem, json_pack("{s:s,s:s}", "change", change, "domain", domain)));
}

/* A duplicate is somebody's mistake, not a fault of the database. */
static bool taken(struct ctx *cx, const char *domain)
{
    db_rollback(cx);
    if (cx->err.kind != &ERR_CONFLICT)
        return false;
    err_clear(&cx->err);
    return err_set_at(&cx->err, &ERR_SIGNUP_DOMAIN_TAKEN, "domain", "%.60s", domain);
}

bool domain_claim_add(struct ctx *cx, const char *text)
{
    struct domain_claim *list;
    const char *domain;
    size_t count;

    if (!check_change(cx) || !domain_claim_list(cx, &list, &count) ||
        !signup_domain_clean(cx, text, &domain))
        return false;
    if (count >= DOMAIN_CLAIMS_MAX)
        return err_set_at(&cx->err, &ERR_DOMAIN_CLAIM_MANY, "domain", "%zu", count);
    for (size_t i = 0; i < count; i++)
        if (span_equal(span_of(list[i].domain), domain))
            return err_set_at(&cx->err, &ERR_SIGNUP_DOMAIN_TAKEN, "domain", "%.60s", domain);
    if (!db_begin(cx))
        return false;
    if (db_exec(cx, NULL, SQL_CLAIM_ADD, DB_ID(cx->tenant_id), DB_ID(ctx_new_id(cx)),
                DB_ID(cx->viewer.organisation_id), DB_TEXT(domain),
                DB_TEXT(crypto_token(cx->mem, CHALLENGE_BYTES)), DB_TIME(cx->now)) &&
        tell(cx, "domain_named", domain))
        return db_commit(cx);
    return taken(cx, domain);
}

/* To change it. */
static bool get(struct ctx *cx, struct id id, struct domain_claim *out)
{
    struct domain_claim *list;
    size_t count;

    if (!check_change(cx) || !domain_claim_list(cx, &list, &count))
        return false;
    for (size_t i = 0; i < count; i++)
        if (id_equal(list[i].id, id)) {
            *out = list[i];
            return true;
        }
    return err_set(&cx->err, &ERR_NOT_FOUND, "mail domain %s", id_text(cx->mem, id));
}

bool domain_claim_prove(struct ctx *cx, struct id id, domain_claim_ask ask)
{
    const struct db_arg tenant = DB_ID(cx->tenant_id), own = DB_ID(cx->viewer.organisation_id);
    struct domain_claim c;
    bool is_there;

    if (!get(cx, id, &c) || c.challenge == NULL)
        return cx->err.kind == NULL; /* it is proven already */
    db_release(cx);                  /* the answer may take seconds: no connection is kept */
    is_there = ask(arena_printf(cx->mem, DOMAIN_CLAIM_LABEL "%s", c.domain),
                   arena_printf(cx->mem, DOMAIN_CLAIM_VALUE "%s", c.challenge));
    if (!is_there)
        return err_set_at(&cx->err, &ERR_DOMAIN_CLAIM_PROOF, "domain", "%s", c.domain);
    if (!db_begin(cx))
        return false;
    if (db_exec(cx, NULL, SQL_CLAIM_REMOVE, tenant, own, DB_ID(id)) &&
        db_exec(cx, NULL, SQL_CLAIM_PROVEN, tenant, DB_ID(id), own, DB_TEXT(c.domain),
                DB_TIME(cx->now)) &&
        tell(cx, "domain_proven", c.domain))
        return db_commit(cx);
    return taken(cx, c.domain);
}

bool domain_claim_remove(struct ctx *cx, struct id id)
{
    const struct db_arg tenant = DB_ID(cx->tenant_id), own = DB_ID(cx->viewer.organisation_id);
    struct domain_claim c;

    if (!get(cx, id, &c) || !db_begin(cx))
        return false;
    if (db_exec(cx, NULL, c.challenge != NULL ? SQL_CLAIM_REMOVE : SQL_CLAIM_GIVE_UP, tenant, own,
                DB_ID(id)) &&
        tell(cx, "domain_removed", c.domain))
        return db_commit(cx);
    db_rollback(cx);
    return false;
}
