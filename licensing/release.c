#include "licensing/release.h"

#include <string.h>

/* Open to a licence: all the release's entitlements are held, and it came out before the licence
 * ended (unless the policy lets ended licences have later ones). */
#define RELEASE_ACCESS                                                                             \
    "r.tenant_id = ? AND r.product_id = ? AND r.status = 'PUBLISHED' "                             \
    "AND (? OR r.created_at <= ? OR r.backdated_at <= ?) AND NOT EXISTS ("                         \
    "SELECT 1 FROM release_entitlement x WHERE x.tenant_id = r.tenant_id AND x.release_id = r.id " \
    "AND x.entitlement_id NOT IN (SELECT entitlement_id FROM policy_entitlement "                  \
    "WHERE tenant_id = r.tenant_id AND policy_id = ?) "                                            \
    "AND x.entitlement_id NOT IN (SELECT entitlement_id FROM licence_entitlement "                 \
    "WHERE tenant_id = r.tenant_id AND licence_id = ?))"

static const char SQL_RELEASE_BY_VERSION[] =
    "SELECT r.version FROM product_release r WHERE " RELEASE_ACCESS " AND r.version = ? LIMIT 1";
static const char SQL_RELEASE_BY_CHECKSUM[] =
    "SELECT r.version FROM artefact a JOIN product_release r ON r.tenant_id = a.tenant_id "
    "AND r.id = a.release_id WHERE " RELEASE_ACCESS
    " AND a.checksum = ? AND a.status = 'UPLOADED' LIMIT 1";

static bool find(struct ctx *cx, const struct snapshot *s, const char *sql, const char *text,
                 bool *is_known, const char **version)
{
    const struct licence *l = &s->licence;
    bool is_expired = l->expires_at != 0 && l->expires_at < cx->now;
    struct db_rows rows;

    *is_known = false;
    *version = NULL;
    if (strcmp(s->product_distribution, "CLOSED") == 0 ||
        (is_expired && s->policy.expiration == POLICY_REVOKE_ACCESS))
        return true;
    if (!db_query(cx, &rows, sql, DB_ID(cx->tenant_id), DB_ID(l->product_id),
                  DB_BOOL(!is_expired || s->policy.expiration == POLICY_ALLOW_ACCESS),
                  DB_TIME(l->expires_at), DB_TIME(l->expires_at), DB_ID(l->policy_id), DB_ID(l->id),
                  DB_TEXT(text)))
        return false;
    if (db_next(&rows)) {
        *is_known = true;
        *version = db_text(&rows.row, 0);
    }
    return true;
}

bool release_find_version(struct ctx *cx, const struct snapshot *licence, const char *version,
                          bool *is_known)
{
    const char *found;

    return find(cx, licence, SQL_RELEASE_BY_VERSION, version, is_known, &found);
}

bool release_find_checksum(struct ctx *cx, const struct snapshot *licence, const char *checksum,
                           bool *is_known, const char **version)
{
    return find(cx, licence, SQL_RELEASE_BY_CHECKSUM, checksum, is_known, version);
}
