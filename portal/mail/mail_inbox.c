#include "portal/mail/mail_inbox.h"

static const char SQL_MAIL_INBOX_ADDRESS[] = "SELECT address FROM mail_inbox WHERE tenant_id = ?";

bool mail_inbox_address(struct ctx *cx, const struct config *config, const char **out)
{
    struct db_rows rows;

    if (!db_query(cx, &rows, SQL_MAIL_INBOX_ADDRESS, DB_ID(cx->tenant_id)))
        return false;
    *out = config->mail_inbound;
    if (db_next(&rows) && *db_text(&rows.row, 0) != '\0')
        *out = db_text(&rows.row, 0);
    return true;
}

const char *mail_inbox_context(struct arena *mem, struct id tenant_id)
{
    return arena_printf(mem, "mail_inbox:%s", id_text(mem, tenant_id));
}
