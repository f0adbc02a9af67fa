#include "portal/account/session.h"

static const char SQL_SESSION_REFRESH[] =
    "UPDATE session SET fresh_at = ? WHERE tenant_id = ? AND id = ?";

bool session_refresh(struct ctx *cx, struct session *session)
{
    session->fresh_at = cx->now;
    return db_exec(cx, NULL, SQL_SESSION_REFRESH, DB_TIME(cx->now), DB_ID(cx->tenant_id),
                   DB_ID(session->id));
}
