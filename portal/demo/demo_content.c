/* What customers said about solved tickets, and return visits: due, over and done. */
#include "base/clock.h"
#include "db/db.h"
#include "portal/demo/demo.h"
#include "portal/desk/survey.h"
#include "portal/desk/visit.h"

/* Whoever filed it answers: a ticket without an account has a link, which the demo does not open.
 */
static const char SQL_DEMO_CONTENT_SOLVED[] =
    "SELECT id, person_id, organisation_id, resolved_at FROM ticket WHERE tenant_id = ? "
    "AND category IN ('solved', 'closed') AND person_id IS NOT NULL AND organisation_id IS NOT NULL "
    "AND resolved_at > ? ORDER BY resolved_at DESC, id LIMIT 40";

enum { SOLVED_DAYS = 60, VISITS = 4 };

static const struct {
    int64_t score; /* 0: said nothing */
    const char *comment;
} SAID[] = {
    {5, "Quick, and it worked at once."},
    {4, ""},
    {0, ""},
    {5, "很快就解决了，谢谢。"},
    {3, "It took two calls until somebody knew the printer."},
    {0, ""},
    {5, ""},
    {2, "等了一整天才有人回复。"},
    {4, "Clear instructions."},
};

static bool answer(struct demo *d, const struct db_row *row, size_t i)
{
    struct ctx *cx = d->cx;
    const struct viewer before = cx->viewer;
    bool ok;

    if (SAID[i % COUNT(SAID)].score == 0)
        return true;
    cx->viewer = (struct viewer){.kind = VIEWER_CUSTOMER,
                                 .person_id = db_id(row, 1),
                                 .organisation_id = db_id(row, 2),
                                 .rights = RIGHT_TICKET_OWN};
    cx->actor_id = cx->viewer.person_id;
    cx->now = db_time(row, 3) + CLOCK_HOUR < d->now ? db_time(row, 3) + CLOCK_HOUR : d->now;
    ok = survey_answer(cx, db_id(row, 0), SAID[i % COUNT(SAID)].score,
                       SAID[i % COUNT(SAID)].comment);
    cx->now = d->now;
    cx->viewer = before;
    return ok;
}

/* Every other visit of a past day has its outcome. */
static bool visit(struct demo *d, struct id ticket_id, int i)
{
    static const struct visit_outcome DONE = {
        .outcome = "content", .result = "Runs since the update. The shop manager is glad."};
    struct ctx *cx = d->cx;
    const struct viewer before = cx->viewer;
    const struct id agent = demo_id(json_object_get(d->staff, "priya@tilwick.example"), "id");
    struct id id;
    bool ok;

    cx->viewer = (struct viewer){.kind = VIEWER_STAFF, .person_id = agent, .rights = RIGHT_DESK};
    cx->actor_id = agent;
    ok = visit_add(cx, ticket_id, demo_date(d, i - 1), agent, &id) &&
         (i != 0 || visit_finish(cx, id, &DONE));
    cx->viewer = before;
    return ok;
}

bool demo_add_content(struct demo *d)
{
    const struct id actor = d->cx->actor_id;
    struct db_rows rows;
    bool ok = true;

    d->cx->now = d->now;
    if (!db_query(d->cx, &rows, SQL_DEMO_CONTENT_SOLVED, DB_ID(d->cx->tenant_id),
                  DB_TIME(d->now - SOLVED_DAYS * CLOCK_DAY)))
        return false;
    for (size_t i = 0; ok && db_next(&rows); i++)
        ok = answer(d, &rows.row, i) && (i >= VISITS || visit(d, db_id(&rows.row, 0), (int)i));
    d->cx->actor_id = actor;
    return ok;
}
