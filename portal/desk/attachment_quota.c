#include "portal/desk/attachment_quota.h"

#include "db/db.h"

const struct err_kind ERR_ATTACHMENT_QUOTA = {
    ERR_CLASS_INVALID, "FILE_QUOTA",
    "There is no room for further files at the moment. Send it without files: your text is kept."};
const struct err_kind ERR_ATTACHMENT_QUOTA_OWN = {
    ERR_CLASS_INVALID, "FILE_QUOTA",
    "The files of your organisation's tickets have filled their room. Send it without files, or ask "
    "us for more room: your text is kept."};

static const char SQL_QUOTA_TENANT[] =
    "SELECT COALESCE(SUM(bytes), 0) FROM attachment WHERE tenant_id = ?";
static const char SQL_QUOTA_ORGANISATION[] =
    "SELECT COALESCE(SUM(a.bytes), 0) FROM ticket t JOIN attachment a "
    "ON a.tenant_id = t.tenant_id AND a.ticket_id = t.id "
    "WHERE t.tenant_id = ? AND t.organisation_id = ?";

static bool refuse_over(struct ctx *cx, struct db_rows *rows, int64_t adding, int64_t limit,
                        const struct err_kind *kind)
{
    if (!db_next(rows) || db_i64(&rows->row, 0) + adding <= limit)
        return true;
    return err_set_at(&cx->err, kind, "files", "%lld and %lld bytes of %lld",
                      (long long)db_i64(&rows->row, 0), (long long)adding, (long long)limit);
}

bool attachment_quota_check(struct ctx *cx, const struct attachment_quota *quota,
                            const struct attachment_file *files, size_t count)
{
    const bool is_customer = cx->viewer.kind == VIEWER_CUSTOMER;
    struct db_rows rows;
    int64_t adding = 0;

    for (size_t i = 0; i < count; i++)
        adding += (int64_t)files[i].len;
    if (quota->organisation > 0 && is_customer && !id_is_zero(cx->viewer.organisation_id) &&
        (!db_query(cx, &rows, SQL_QUOTA_ORGANISATION, DB_ID(cx->tenant_id),
                   DB_ID(cx->viewer.organisation_id)) ||
         !refuse_over(cx, &rows, adding, quota->organisation, &ERR_ATTACHMENT_QUOTA_OWN)))
        return false;
    return quota->tenant == 0 ||
           (db_query(cx, &rows, SQL_QUOTA_TENANT, DB_ID(cx->tenant_id)) &&
            refuse_over(cx, &rows, adding, quota->tenant, &ERR_ATTACHMENT_QUOTA));
}
