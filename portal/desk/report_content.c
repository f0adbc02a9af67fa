#include "portal/desk/report_content.h"

#include "base/clock.h"
#include "db/db.h"

#include <string.h>

static const char SQL_CONTENT_RATE[] =
    "SELECT COUNT(*), COUNT(s.id) FROM ticket t LEFT JOIN survey s ON s.tenant_id = t.tenant_id "
    "AND s.ticket_id = t.id AND s.resolved_at = t.resolved_at WHERE t.tenant_id = ? AND "
    "t.resolved_at >= ? AND t.resolved_at < ? AND t.deleted_at IS NULL AND t.merged_into IS NULL";
static const char SQL_CONTENT_SCORES[] =
    "SELECT a.full_name, s.score, COUNT(*) FROM survey s "
    "JOIN ticket t ON t.tenant_id = s.tenant_id AND t.id = s.ticket_id "
    "LEFT JOIN person a ON a.tenant_id = s.tenant_id AND a.id = s.assignee_id "
    "WHERE s.tenant_id = ? AND s.answered_at >= ? AND s.answered_at < ? AND t.deleted_at IS NULL "
    "AND t.merged_into IS NULL";
static const char SQL_CONTENT_VISITS[] =
    "SELECT v.outcome, v.due_on < DATE(?), COUNT(*) FROM visit v "
    "JOIN ticket t ON t.tenant_id = v.tenant_id AND t.id = v.ticket_id "
    "WHERE v.tenant_id = ? AND v.due_on >= DATE(?) AND v.due_on < DATE(?) AND "
    "t.deleted_at IS NULL";

static bool read_rate(struct ctx *cx, const struct report_period *period,
                      struct report_content *out)
{
    const struct db_arg args[] = {DB_ID(cx->tenant_id), DB_TIME(period->from),
                                  DB_TIME(period->until)};
    struct where w;
    struct db_rows rows;

    where_start(&w, cx, SQL_CONTENT_RATE, args, COUNT(args));
    if (!report_visible(cx, &w) || !db_query_args(cx, &rows, w.text.p, w.args, w.count))
        return false;
    if (db_next(&rows)) {
        out->solved = db_i64(&rows.row, 0);
        out->answered = db_i64(&rows.row, 1);
    }
    return true;
}

/* Rows come by name, so that one engineer's follow each other. */
static void add_score(struct report_content *out, const char *name, int64_t score, int64_t count)
{
    struct report_content_of *last =
        out->people_count > 0 ? &out->people[out->people_count - 1] : NULL;

    if (score < SURVEY_SCORE_MIN || score > SURVEY_SCORE_MAX)
        return;
    out->scores[score - SURVEY_SCORE_MIN] += count;
    if (last == NULL || strcmp(last->name, name) != 0) {
        last = &out->people[out->people_count++];
        *last = (struct report_content_of){.name = name};
    }
    last->answers += count;
    last->score_sum += score * count;
    last->low += score <= SURVEY_SCORE_LOW ? count : 0;
}

static bool read_scores(struct ctx *cx, const struct report_period *period,
                        struct report_content *out)
{
    const struct db_arg args[] = {DB_ID(cx->tenant_id), DB_TIME(period->from),
                                  DB_TIME(period->until)};
    struct where w;
    struct db_rows rows;

    where_start(&w, cx, SQL_CONTENT_SCORES, args, COUNT(args));
    if (!report_visible(cx, &w))
        return false;
    where_add(&w,
              " GROUP BY a.full_name, a.id, s.score ORDER BY a.full_name, a.id, s.score "
              "LIMIT ?",
              DB_INT(REPORT_PEOPLE_MAX * SURVEY_SCORE_MAX));
    if (!db_query_args(cx, &rows, w.text.p, w.args, w.count))
        return false;
    out->people = arena_array(cx->mem, struct report_content_of, rows.count + 1);
    while (db_next(&rows)) {
        const char *name = db_text(&rows.row, 0);

        add_score(out, name != NULL ? name : "", db_i64(&rows.row, 1), db_i64(&rows.row, 2));
    }
    return true;
}

static bool read_visits(struct ctx *cx, const struct report_period *period,
                        struct report_content *out)
{
    /* Days are those of the period's zone: half a day on, the date of UTC is that of its day. */
    const int64_t half = CLOCK_DAY / 2;
    const struct db_arg args[] = {DB_TIME(cx->now), DB_ID(cx->tenant_id),
                                  DB_TIME(period->from + half), DB_TIME(period->until + half)};
    struct where w;
    struct db_rows rows;

    where_start(&w, cx, SQL_CONTENT_VISITS, args, COUNT(args));
    if (!report_visible(cx, &w))
        return false;
    where_add(&w, " GROUP BY 1, 2", DB_NONE);
    if (!db_query_args(cx, &rows, w.text.p, w.args, w.count))
        return false;
    while (db_next(&rows)) {
        const char *outcome = db_text(&rows.row, 0);
        const int64_t n = db_i64(&rows.row, 2);

        out->visits_due += n;
        if (outcome == NULL) {
            out->visits_late += db_bool(&rows.row, 1) ? n : 0;
            continue;
        }
        out->visits_done += n;
        *(strcmp(outcome, "content") == 0   ? &out->content
          : strcmp(outcome, "unhappy") == 0 ? &out->unhappy
                                            : &out->unreached) += n;
    }
    return true;
}

bool report_content(struct ctx *cx, const struct report_period *period, struct report_content *out)
{
    struct report_content r = {0};

    if (!read_rate(cx, period, &r) || !read_scores(cx, period, &r) || !read_visits(cx, period, &r))
        return false;
    *out = r;
    return true;
}
