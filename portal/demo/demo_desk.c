/* What the demo's agents have at hand: approvals in each state, macros, time of some months. */
#include "base/clock.h"
#include "db/db.h"
#include "portal/demo/demo.h"
#include "portal/desk/approval.h"
#include "portal/desk/macro.h"
#include "portal/desk/time_entry.h"

#include <string.h>

/* The youngest that are open: what the first pages show. */
static const char SQL_DEMO_DESK_OPEN[] =
    "SELECT id FROM ticket WHERE tenant_id = ? AND category = 'open' "
    "ORDER BY created_at DESC, id LIMIT ?";

static struct id staff_of(struct demo *d, const char *email)
{
    return demo_id(json_object_get(d->staff, email), "id");
}

/* Whatever follows is that person's doing. */
static void act_as(struct demo *d, const char *email)
{
    d->cx->actor_id = staff_of(d, email);
    d->cx->viewer = (struct viewer){
        .kind = VIEWER_STAFF, .person_id = d->cx->actor_id, .rights = RIGHT_DESK | RIGHT_SETTINGS};
}

/* --- approvals: one waits, one is given, one refused --- */

static bool add_approval(struct demo *d, const json_t *entry, struct id ticket)
{
    const char *answer = json_get_text(entry, "answer", NULL);
    const struct approval_new what = {.kind = json_get_text(entry, "kind", "ticket"),
                                      .question = json_get_text(entry, "question", ""),
                                      .person_id =
                                          staff_of(d, json_get_text(entry, "approver", "")),
                                      .days = json_get_i64(entry, "days", 0)};
    struct id id;

    act_as(d, json_get_text(entry, "by", ""));
    d->cx->now = d->now - json_get_i64(entry, "hours_ago", 0) * CLOCK_HOUR;
    if (!approval_ask(d->cx, ticket, &what, &id))
        return false;
    if (answer == NULL)
        return true;
    act_as(d, json_get_text(entry, "approver", ""));
    d->cx->now += CLOCK_HOUR;
    return approval_decide(d->cx, id, strcmp(answer, "yes") == 0,
                           json_get_text(entry, "opinion", ""));
}

static bool add_approvals(struct demo *d, const json_t *list)
{
    struct db_rows rows;
    json_t *entry;
    size_t i;

    if (!db_query(d->cx, &rows, SQL_DEMO_DESK_OPEN, DB_ID(d->cx->tenant_id),
                  DB_INT(json_array_size(list))))
        return false;
    json_array_foreach (list, i, entry)
        if (!db_next(&rows) || !add_approval(d, entry, db_id(&rows.row, 0)))
            return false;
    return true;
}

/* --- time --- */

/* The youngest of each customer. */
static const char SQL_DEMO_DESK_EACH[] =
    "SELECT MAX(id) FROM ticket WHERE tenant_id = ? AND organisation_id IS NOT NULL "
    "GROUP BY organisation_id ORDER BY organisation_id LIMIT ?";

static bool add_time(struct demo *d, const json_t *entry, struct id ticket)
{
    const struct time_entry_new time = {.done_on =
                                            demo_date(d, -json_get_i64(entry, "days_ago", 0)),
                                        .minutes = json_get_i64(entry, "minutes", 0),
                                        .is_billable = json_get_bool(entry, "billable", false),
                                        .cost = {.minor = json_get_i64(entry, "cost_minor", 0)},
                                        .note = json_get_text(entry, "note", NULL)};
    struct id id;

    act_as(d, json_get_text(entry, "by", ""));
    return time_entry_add(d->cx, ticket, &time, &id);
}

static bool add_times(struct demo *d, const json_t *list)
{
    struct db_rows rows;
    json_t *entry;
    size_t i;

    if (!db_query(d->cx, &rows, SQL_DEMO_DESK_EACH, DB_ID(d->cx->tenant_id),
                  DB_INT(json_array_size(list))))
        return false;
    json_array_foreach (list, i, entry)
        if (db_next(&rows) && !add_time(d, entry, db_id(&rows.row, 0)))
            return false;
    return true;
}

/* --- macros --- */

static bool add_macro(struct demo *d, const json_t *entry)
{
    struct macro m = {.name = json_get_text(entry, "name", ""),
                      .language = json_get_text(entry, "language", ""),
                      .body = json_get_text(entry, "body", ""),
                      .is_note = json_get_bool(entry, "note", false),
                      .status = json_get_text(entry, "status", ""),
                      .level = json_get_i64(entry, "level", 0),
                      .takes_it = json_get_bool(entry, "takes", false),
                      .tag = json_get_text(entry, "tag", ""),
                      .scope = SAVED_VIEW_ALL};

    return macro_save(d->cx, &m);
}

bool demo_add_desk(struct demo *d)
{
    const struct viewer before = d->cx->viewer;
    const struct id actor = d->cx->actor_id;
    json_t *data, *entry;
    bool ok = true;
    size_t i;

    if (!demo_read_json(d, "desk.json", &data))
        return false;
    act_as(d, "ruth@tilwick.example");
    d->cx->now = d->now;
    json_array_foreach (json_object_get(data, "macros"), i, entry)
        ok = ok && add_macro(d, entry);
    ok = ok && add_times(d, json_object_get(data, "times")) &&
         add_approvals(d, json_object_get(data, "approvals"));
    d->cx->viewer = before;
    d->cx->actor_id = actor;
    d->cx->now = d->now;
    return ok;
}
