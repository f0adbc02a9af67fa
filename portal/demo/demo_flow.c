/* How the demo's desk works: closing, teams that give out tickets, leave, a dispatch, time. */
#include "base/clock.h"
#include "db/db.h"
#include "portal/demo/demo.h"
#include "portal/desk/desk_flow.h"
#include "portal/desk/dispatch.h"
#include "portal/desk/hours.h"
#include "portal/desk/leave.h"
#include "portal/desk/team.h"
#include "portal/desk/time_entry.h"

enum { LEAVE_DAYS = 6, BOUGHT_HOURS = 10 };

/* The youngest that are open: what the first pages show. */
static const char SQL_DEMO_FLOW_OPEN[] =
    "SELECT id, organisation_id FROM ticket WHERE tenant_id = ? AND category = 'open' AND "
    "organisation_id = ? ORDER BY created_at DESC, id LIMIT 2";

static struct id staff_of(struct demo *d, const char *email)
{
    return demo_id(json_object_get(d->staff, email), "id");
}

static bool add_team(struct demo *d, const char *name, const char *lead, enum team_assign how)
{
    struct team *t;

    if (!team_get(d->cx, demo_id(d->teams, name), &t))
        return false;
    t->lead_id = staff_of(d, lead);
    t->assign_by = how;
    return team_save(d->cx, t);
}

static bool add_knowledge(struct demo *d, const char *email, const char *team, const char *skills)
{
    const struct team_knows k = {
        .team_id = demo_id(d->teams, team), .takes = true, .skills = skills};

    return team_member_set(d->cx, staff_of(d, email), &k);
}

static bool add_work(struct demo *d)
{
    const struct id organisation = demo_id(json_array_get(d->organisations, 0), "id");
    const struct viewer before = d->cx->viewer;
    const struct id actor = d->cx->actor_id;
    struct id id;
    struct db_rows rows;
    bool ok = true;

    if (!hours_buy(d->cx, organisation, BOUGHT_HOURS * 60, (struct id){{0}}, "Spring package",
                   &id) ||
        !db_query(d->cx, &rows, SQL_DEMO_FLOW_OPEN, DB_ID(d->cx->tenant_id), DB_ID(organisation)))
        return false;
    /* Ruth leads the team: it is she who was called, and who asks Priya. */
    d->cx->actor_id = staff_of(d, "ruth@tilwick.example");
    d->cx->viewer =
        (struct viewer){.kind = VIEWER_STAFF, .person_id = d->cx->actor_id, .rights = RIGHT_DESK};
    for (int i = 0; ok && db_next(&rows); i++) {
        const struct id ticket = db_id(&rows.row, 0);
        const struct time_entry_new time = {.minutes = i == 0 ? 90 : 400,
                                            .is_billable = true,
                                            .note = "On the telephone with the store"};
        const struct dispatch_new to = {.person_id = staff_of(d, "priya@tilwick.example"),
                                        .note = "Could you look at this one before noon?"};

        ok = time_entry_add(d->cx, ticket, &time, &id) &&
             (i != 0 || dispatch_send(d->cx, ticket, &to, &id));
    }
    d->cx->viewer = before;
    d->cx->actor_id = actor;
    return ok;
}

bool demo_add_flow(struct demo *d)
{
    const struct desk_flow flow = {.close_days = 14,
                                   .remind_days = 3,
                                   .dispatch_minutes = 120,
                                   .trash_days = DESK_FLOW_TRASH_DAYS};
    const struct leave away = {.person_id = staff_of(d, "lin@tilwick.example"),
                               .substitute_id = staff_of(d, "chen@tilwick.example"),
                               .from_on = demo_date(d, 0),
                               .to_on = demo_date(d, LEAVE_DAYS),
                               .note = "Family visit"};
    struct id id;

    d->cx->now = d->now;
    return desk_flow_set(d->cx, &flow, NULL, 0) &&
           add_team(d, "South region", "ruth@tilwick.example", TEAM_ASSIGN_TURN) &&
           add_team(d, "East China", "chen@tilwick.example", TEAM_ASSIGN_LOAD) &&
           add_knowledge(d, "priya@tilwick.example", "South region", "fault, printer") &&
           add_knowledge(d, "chen@tilwick.example", "East China", "licence") &&
           leave_add(d->cx, &away, &id) && add_work(d);
}
