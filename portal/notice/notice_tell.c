#include "portal/notice/notice_tell.h"

#include "db/db.h"
#include "portal/account/membership.h"
#include "portal/account/person.h"
#include "portal/desk/leave.h"
#include "portal/desk/reporter.h"
#include "portal/desk/ticket_merge.h"
#include "portal/desk/ticket_thread.h"

#include <string.h>

static const char SQL_NOTICE_TEAM[] =
    "SELECT s.person_id FROM staff_member s "
    "JOIN person p ON p.tenant_id = s.tenant_id AND p.id = s.person_id "
    "WHERE s.tenant_id = ? AND s.team_id = COALESCE(?, (SELECT d.id FROM team d "
    "WHERE d.tenant_id = s.tenant_id AND d.is_default = TRUE LIMIT 1)) "
    "AND p.is_disabled = FALSE AND p.deleted_at IS NULL LIMIT ?";
static bool is_told(const struct notice_tell *w, struct id person_id)
{
    for (size_t i = 0; i < w->told_count; i++)
        if (id_equal(w->told[i], person_id))
            return true;
    return w->told_count == NOTICE_TELL_MAX ||
           (!w->tells_actor && id_equal(w->event->actor_id, person_id));
}

bool notice_tell_person(struct ctx *cx, struct notice_tell *w, enum notice_kind kind,
                        struct id person_id)
{
    struct notice_new n = w->base;

    if (id_is_zero(person_id) || is_told(w, person_id))
        return true;
    w->told[w->told_count++] = person_id;
    n.kind = kind;
    n.person_id = person_id;
    return notice_add(cx, &n);
}

bool notice_tell_customer(struct ctx *cx, struct notice_tell *w, enum notice_kind kind,
                          struct id person_id)
{
    const struct viewer system = cx->viewer;
    struct ticket *seen;
    struct viewer viewer;
    bool may_see;

    if (id_is_zero(person_id) || is_told(w, person_id))
        return true;
    if (!membership_viewer(cx, person_id, w->t->organisation_id, &viewer))
        return false;
    cx->viewer = viewer;
    may_see = viewer.kind == VIEWER_CUSTOMER && ticket_get(cx, w->t->id, &seen);
    cx->viewer = system;
    if (may_see)
        return notice_tell_person(cx, w, kind, person_id);
    if (cx->err.kind != NULL && cx->err.kind != &ERR_NOT_FOUND)
        return false;
    err_clear(&cx->err);
    return true;
}

bool notice_tell_reporter(struct ctx *cx, struct notice_tell *w, enum notice_kind kind)
{
    struct reporter *reporter;
    struct person *person = NULL;
    struct notice_new n = w->base;

    if (id_is_zero(w->t->reporter_id))
        return true;
    if (!reporter_get(cx, w->t->reporter_id, &reporter) ||
        (*reporter->email != '\0' && id_is_zero(reporter->person_id) &&
         !person_find_by_email(cx, reporter->email, &person)))
        return false;
    if (!id_is_zero(reporter->person_id))
        return notice_tell_customer(cx, w, kind, reporter->person_id);
    if (person != NULL)
        return notice_tell_customer(cx, w, kind, person->id);
    if (*reporter->email == '\0')
        return true;
    n.kind = kind;
    n.address = reporter->email;
    return notice_add(cx, &n);
}

/* Those without an account who reported what was merged into the ticket since: the others take part
 * in it by now. */
static bool tell_merged_reporters(struct ctx *cx, struct notice_tell *w, enum notice_kind kind)
{
    const struct ticket *t = w->t;
    struct ticket *source;
    struct id *sources;
    size_t count;
    bool ok = true;

    if (!ticket_merge_sources(cx, t->id, &sources, &count))
        return false;
    for (size_t i = 0; ok && i < count; i++) {
        if (!ticket_get(cx, sources[i], &source)) {
            if (cx->err.kind != &ERR_NOT_FOUND)
                return false;
            err_clear(&cx->err);
            continue;
        }
        w->t = source;
        ok = ticket_merge_is_apart(source, t) ||
             strcmp(source->reporter_email, t->reporter_email) == 0 ||
             notice_tell_reporter(cx, w, kind);
    }
    w->t = t;
    return ok;
}

bool notice_tell_customers(struct ctx *cx, struct notice_tell *w, enum notice_kind kind)
{
    struct participant *list;
    size_t count;

    if (!notice_tell_customer(cx, w, kind, w->t->person_id) || !notice_tell_reporter(cx, w, kind) ||
        !ticket_thread_participants(cx, w->t, &list, &count))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!notice_tell_customer(cx, w, kind, list[i].person_id))
            return false;
    return tell_merged_reporters(cx, w, kind);
}

bool notice_tell_team(struct ctx *cx, struct notice_tell *w, enum notice_kind kind)
{
    struct db_rows rows;

    if (!db_query(cx, &rows, SQL_NOTICE_TEAM, DB_ID(cx->tenant_id), DB_ID_OR_NULL(w->t->team_id),
                  DB_INT(NOTICE_TELL_TEAM_MAX)))
        return false;
    while (db_next(&rows))
        if (!notice_tell_person(cx, w, kind, db_id(&rows.row, 0)))
            return false;
    return true;
}

/* Back from leave nobody stands in, and he is told alone again. */
static bool tell_stand_in(struct ctx *cx, struct notice_tell *w, enum notice_kind kind)
{
    const json_t *data = w->base.data;
    json_t *more;
    struct id other;
    bool ok;

    if (kind != NOTICE_DESK_ANSWERED && kind != NOTICE_DESK_PROMISE)
        return true;
    if (!leave_stand_in(cx, w->t->assignee_id, &other))
        return false;
    if (id_equal(other, w->t->assignee_id))
        return true;
    more = json_own(cx->mem, json_object());
    if (data != NULL)
        json_object_update(more, (json_t *)(uintptr_t)data); /* reads it */
    json_object_set_new(more, "stands_in_for", json_string(w->t->assignee_name));
    w->base.data = more;
    ok = notice_tell_person(cx, w, kind, other);
    w->base.data = data;
    return ok;
}

bool notice_tell_desk(struct ctx *cx, struct notice_tell *w, enum notice_kind kind)
{
    if (id_is_zero(w->t->assignee_id))
        return notice_tell_team(cx, w, kind);
    return notice_tell_person(cx, w, kind, w->t->assignee_id) && tell_stand_in(cx, w, kind);
}
