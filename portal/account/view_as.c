#include "portal/account/view_as.h"

#include "base/clock.h"
#include "db/event.h"
#include "portal/account/membership.h"
#include "portal/account/role.h"
#include "portal/sales/sales_scope.h"

#include <string.h>

const struct err_kind ERR_VIEW_AS_REASON = {
    ERR_CLASS_INVALID, "REASON_MISSING", "Say in a few words why you look: it is kept on record."};

static const char SQL_VIEW_AS_SET[] =
    "UPDATE session SET view_person_id = ?, view_organisation_id = ?, view_until = ? "
    "WHERE tenant_id = ? AND id = ?";
static const char SQL_VIEW_AS_GET[] =
    "SELECT p.id, s.view_organisation_id, p.full_name, p.given_name, p.email FROM session s "
    "JOIN person p ON p.tenant_id = s.tenant_id AND p.id = s.view_person_id "
    "WHERE s.tenant_id = ? AND s.id = ? AND s.view_until > ? AND p.deleted_at IS NULL";

/* The membership to look through; *out NULL: there is none. */
static bool find_membership(struct ctx *cx, struct id person_id, struct id organisation_id,
                            const struct membership **out)
{
    struct membership *list;
    size_t count;

    *out = NULL;
    if (!membership_list_of_person(cx, person_id, &list, &count))
        return false;
    for (size_t i = 0; i < count; i++)
        if (id_equal(list[i].organisation_id, organisation_id))
            *out = &list[i];
    return true;
}

static bool check_start(struct ctx *cx, struct id person_id, struct id organisation_id)
{
    const struct membership *membership;
    struct staff *staff;

    if (cx->viewer.kind != VIEWER_STAFF || !viewer_has(&cx->viewer, RIGHT_CUSTOMERS_UPDATE))
        return err_set(&cx->err, &ERR_DENIED, "looking as a customer");
    if (!sales_scope_check(cx, &SALES_SCOPE_ORGANISATION, organisation_id) ||
        !role_staff_find(cx, person_id, &staff) ||
        !find_membership(cx, person_id, organisation_id, &membership))
        return false;
    return (staff == NULL && membership != NULL) ||
           err_set(&cx->err, &ERR_NOT_FOUND, "customer %s", id_text(cx->mem, person_id));
}

bool view_as_start(struct ctx *cx, const struct session *session, struct id person_id,
                   struct id organisation_id, const char *reason)
{
    json_t *data = json_own(cx->mem, json_pack("{s:s,s:s}", "reason", reason, "organisation",
                                               id_text(cx->mem, organisation_id)));

    if (!check_start(cx, person_id, organisation_id))
        return false;
    if (*reason == '\0')
        return err_set_at(&cx->err, &ERR_VIEW_AS_REASON, "reason", "no reason");
    if (!db_begin(cx))
        return false;
    if (!db_exec(cx, NULL, SQL_VIEW_AS_SET, DB_ID(person_id), DB_ID(organisation_id),
                 DB_TIME(cx->now + VIEW_AS_MINUTES * CLOCK_MINUTE), DB_ID(cx->tenant_id),
                 DB_ID(session->id)) ||
        !event_emit(cx, EVENT_PERSON_VIEWED_AS, person_id, data)) {
        db_rollback(cx);
        return false;
    }
    return db_commit(cx);
}

bool view_as_end(struct ctx *cx, const struct session *session)
{
    return db_exec(cx, NULL, SQL_VIEW_AS_SET, DB_NULL, DB_NULL, DB_NULL, DB_ID(cx->tenant_id),
                   DB_ID(session->id));
}

bool view_as_apply(struct ctx *cx, struct session *session)
{
    const struct membership *membership;
    struct db_rows rows;
    struct id person_id;

    if (!session->is_staff || session->view_until <= cx->now)
        return true;
    if (!db_query(cx, &rows, SQL_VIEW_AS_GET, DB_ID(cx->tenant_id), DB_ID(session->id),
                  DB_TIME(cx->now)))
        return false;
    if (!db_next(&rows))
        return true;
    person_id = db_id(&rows.row, 0);
    if (!find_membership(cx, person_id, db_id(&rows.row, 1), &membership))
        return false;
    if (membership == NULL) /* gone from there meanwhile */
        return true;
    session->is_viewing = true;
    session->is_staff = false;
    session->person_name = db_text(&rows.row, 2);
    session->given_name = *db_text(&rows.row, 3) ? db_text(&rows.row, 3) : session->person_name;
    session->email = db_text(&rows.row, 4);
    session->organisation_id = membership->organisation_id;
    session->organisation_name = membership->organisation_name;
    cx->viewer = (struct viewer){.kind = VIEWER_CUSTOMER,
                                 .person_id = person_id,
                                 .organisation_id = membership->organisation_id,
                                 .rights = membership->rights,
                                 .reads_only = membership->reads_only};
    cx->is_read_only = true;
    return true;
}
