#include "portal/desk/sla.h"
#include "portal/desk/ticket_change.h"
#include "portal/desk/ticket_clock.h"
#include "portal/desk/ticket_field.h"
#include "portal/desk/ticket_status.h"
#include "portal/desk/ticket_topic.h"

#include <string.h>

static const char SQL_TICKET_SET_TEAM[] =
    "UPDATE ticket SET team_id = ? WHERE tenant_id = ? AND id = ?";
static const char SQL_TICKET_SET_LEVEL[] =
    "UPDATE ticket SET level = ?, due_at = ? WHERE tenant_id = ? AND id = ?";
static const char SQL_TICKET_SET_TOPIC[] =
    "UPDATE ticket SET topic = ? WHERE tenant_id = ? AND id = ?";
static const char SQL_TICKET_SET_REVIEW[] =
    "UPDATE ticket SET needs_review = ? WHERE tenant_id = ? AND id = ?";
static const char SQL_TICKET_SET_TEAM_NAME[] =
    "SELECT name FROM team WHERE tenant_id = ? AND id = ?";

bool ticket_set_status(struct ctx *cx, struct id id, const char *status)
{
    struct ticket *t;
    bool changed;

    if (!ticket_change_start(cx, id, &t))
        return false;
    if (!ticket_change_status(cx, t, status, &changed))
        return ticket_change_undo(cx);
    if (!changed)
        return ticket_change_nothing(cx);
    return ticket_change_finish(cx, EVENT_TICKET_STATUS_CHANGED, t, NULL);
}

static bool team_name(struct ctx *cx, struct id team_id, const char **out)
{
    struct db_rows rows;

    *out = NULL;
    if (id_is_zero(team_id))
        return true;
    if (!db_query(cx, &rows, SQL_TICKET_SET_TEAM_NAME, DB_ID(cx->tenant_id), DB_ID(team_id)))
        return false;
    if (!db_next(&rows))
        return err_set_at(&cx->err, &ERR_INVALID, "team", "no team %s", id_text(cx->mem, team_id));
    *out = db_text(&rows.row, 0);
    return true;
}

bool ticket_set_team(struct ctx *cx, struct id id, struct id team_id)
{
    struct ticket *t;
    const char *name;

    if (!ticket_change_start_staff(cx, id, &t))
        return false;
    if (id_equal(t->team_id, team_id))
        return ticket_change_nothing(cx);
    if (!team_name(cx, team_id, &name) ||
        !db_exec(cx, NULL, SQL_TICKET_SET_TEAM, DB_ID_OR_NULL(team_id), DB_ID(cx->tenant_id),
                 DB_ID(id)) ||
        !ticket_change_line(cx, id, false, "team", id_is_zero(t->team_id) ? NULL : t->team_name,
                            name))
        return ticket_change_undo(cx);
    return ticket_change_finish(cx, EVENT_TICKET_ASSIGNED, t, NULL);
}

bool ticket_set_level(struct ctx *cx, struct id id, int64_t level)
{
    struct ticket *t;
    int64_t due_at;

    if (level < TICKET_LEVEL_MIN || level > TICKET_LEVEL_MAX)
        return err_set_at(&cx->err, &ERR_INVALID, "level", "level %lld", (long long)level);
    if (!ticket_change_start_staff(cx, id, &t))
        return false;
    if (t->level == level)
        return ticket_change_nothing(cx);
    if (!sla_due(cx, level, t->asked_at, &due_at) ||
        !db_exec(cx, NULL, SQL_TICKET_SET_LEVEL, DB_INT(level), DB_TIME(due_at),
                 DB_ID(cx->tenant_id), DB_ID(id)) ||
        !ticket_clock_level(cx, t, level) || !ticket_field_judge_again(cx, id) ||
        !ticket_change_line(cx, id, false, "level", arena_printf(cx->mem, "%d", t->level),
                            arena_printf(cx->mem, "%d", (int)level)))
        return ticket_change_undo(cx);
    return ticket_change_finish(cx, EVENT_TICKET_UPDATED, t, NULL);
}

bool ticket_set_topic(struct ctx *cx, struct id id, const char *topic)
{
    struct ticket *t;
    const struct ticket_topic *to;

    if (!ticket_topic_get(cx, topic, &to))
        return false;
    if (!ticket_change_start_staff(cx, id, &t))
        return false;
    if (strcmp(t->topic, to->code) == 0)
        return ticket_change_nothing(cx);
    if (!db_exec(cx, NULL, SQL_TICKET_SET_TOPIC, DB_TEXT(to->code), DB_ID(cx->tenant_id),
                 DB_ID(id)) ||
        !ticket_field_judge_again(cx, id) ||
        !ticket_change_line(cx, id, false, "topic", t->topic, to->code))
        return ticket_change_undo(cx);
    return ticket_change_finish(cx, EVENT_TICKET_UPDATED, t, NULL);
}

bool ticket_set_review(struct ctx *cx, struct id id, bool needs_review)
{
    struct ticket *t;

    if (!ticket_change_start_staff(cx, id, &t))
        return false;
    if (t->needs_review == needs_review)
        return ticket_change_nothing(cx);
    if (!db_exec(cx, NULL, SQL_TICKET_SET_REVIEW, DB_BOOL(needs_review), DB_ID(cx->tenant_id),
                 DB_ID(id)) ||
        !ticket_change_line(cx, id, false, "review", t->needs_review ? "yes" : "no",
                            needs_review ? "yes" : "no"))
        return ticket_change_undo(cx);
    return ticket_change_finish(cx, EVENT_TICKET_UPDATED, t, NULL);
}

static bool ticket_set_each(struct ctx *cx, struct id id, const struct ticket_values *v)
{
    if (v->topic != NULL && !ticket_set_topic(cx, id, v->topic))
        return false;
    if (v->level != 0 && !ticket_set_level(cx, id, v->level))
        return false;
    if (v->fields != NULL && !ticket_field_set(cx, id, v->fields))
        return false;
    if (v->has_team && !ticket_set_team(cx, id, v->team_id))
        return false;
    if (v->has_assignee && !ticket_assign(cx, id, v->assignee_id))
        return false;
    return v->status == NULL || ticket_set_status(cx, id, v->status);
}

static const char *id_or_none(struct ctx *cx, struct id id)
{
    return id_is_zero(id) ? "" : id_text(cx->mem, id);
}

const char *ticket_value_text(struct ctx *cx, const struct ticket *t, const struct ticket_values *v,
                              const char **field)
{
    if (v->status != NULL) {
        *field = "status";
        return t->status;
    }
    if (v->topic != NULL) {
        *field = "topic";
        return t->topic;
    }
    if (v->level != 0) {
        *field = "level";
        return arena_printf(cx->mem, "%d", t->level);
    }
    *field = v->has_team ? "team" : "assignee";
    return id_or_none(cx, v->has_team ? t->team_id : t->assignee_id);
}

/* The row is locked first: what is read then is what the change is made on. */
static bool still_is(struct ctx *cx, struct id id, const struct ticket_values *v)
{
    struct ticket *t;
    struct ticket wanted = {.status = v->status,
                            .topic = v->topic,
                            .level = (int)v->level,
                            .team_id = v->team_id,
                            .assignee_id = v->assignee_id};
    const char *field, *is;

    if (v->was == NULL)
        return true;
    if (!ticket_change_start_staff(cx, id, &t))
        return false;
    is = ticket_value_text(cx, t, v, &field);
    if (strcmp(is, v->was) != 0 && strcmp(is, ticket_value_text(cx, &wanted, v, &field)) != 0) {
        err_set_at(&cx->err, &ERR_TICKET_CLASH, field, "ticket %s: %s is %s, was %s",
                   id_text(cx->mem, id), field, is, v->was);
        return ticket_change_undo(cx);
    }
    return ticket_change_nothing(cx);
}

bool ticket_set_values(struct ctx *cx, struct id id, const struct ticket_values *v)
{
    if (!db_begin(cx))
        return false;
    if (!still_is(cx, id, v) || !ticket_set_each(cx, id, v)) {
        db_rollback(cx);
        return false;
    }
    return db_commit(cx);
}
