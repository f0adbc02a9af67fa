#include "portal/mail/mail_thanks.h"

#include "portal/desk/desk_flow.h"
#include "portal/desk/thanks.h"

static const char SQL_MAIL_THANKS_DISPUTED[] =
    "SELECT disputed_at IS NOT NULL FROM ticket WHERE tenant_id = ? AND id = ?";

bool mail_thanks_is(struct ctx *cx, const struct routing *r, const struct ticket *t, bool *out)
{
    const char *const names[] = {r->from_name, t->person_name, t->reporter_name, t->assignee_name};
    struct thanks_list list = {.names = names, .name_count = COUNT(names)};
    struct desk_flow flow;
    struct db_rows rows;

    *out = false;
    if (r->file_count > 0 || r->has_left_out)
        return true;
    if (!desk_flow_get(cx, &flow))
        return false;
    list.thanks = flow.thanks;
    list.beside = flow.beside;
    if (!thanks_is(cx->mem, r->text, &list))
        return true;
    if (!db_query(cx, &rows, SQL_MAIL_THANKS_DISPUTED, DB_ID(cx->tenant_id), DB_ID(t->id)))
        return false;
    *out = db_next(&rows) && !db_bool(&rows.row, 0);
    return true;
}
