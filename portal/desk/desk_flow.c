#include "portal/desk/desk_flow.h"

#include "base/utf8.h"
#include "db/db.h"
#include "db/event.h"
#include "portal/desk/thanks.h"
#include "portal/desk/ticket_topic.h"

static const char SQL_DESK_FLOW_GET[] =
    "SELECT close_days, remind_days, thanks_words, beside_words, dispatch_minutes, trash_days FROM desk_flow "
    "WHERE tenant_id = ?";
static const char SQL_DESK_FLOW_SET[] =
    "REPLACE INTO desk_flow (tenant_id, close_days, remind_days, thanks_words, beside_words, "
    "dispatch_minutes, trash_days) VALUES (?, ?, ?, ?, ?, ?, ?)";
static const char SQL_DESK_FLOW_TOPICS[] =
    "SELECT topic, close_days FROM desk_flow_topic WHERE tenant_id = ? ORDER BY topic";
static const char SQL_DESK_FLOW_TOPICS_CLEAR[] = "DELETE FROM desk_flow_topic WHERE tenant_id = ?";
static const char SQL_DESK_FLOW_TOPICS_ADD[] =
    "INSERT INTO desk_flow_topic (tenant_id, topic, close_days) VALUES (?, ?, ?)";

bool desk_flow_get(struct ctx *cx, struct desk_flow *out)
{
    const char *thanks = NULL, *beside = NULL;
    struct db_rows rows;

    *out = (struct desk_flow){.close_days = DESK_FLOW_CLOSE_DAYS,
                              .remind_days = DESK_FLOW_REMIND_DAYS,
                              .trash_days = DESK_FLOW_TRASH_DAYS,
                              .is_shipped = true};
    if (!db_query(cx, &rows, SQL_DESK_FLOW_GET, DB_ID(cx->tenant_id)))
        return false;
    if (db_next(&rows)) {
        out->close_days = db_i64(&rows.row, 0);
        out->remind_days = db_i64(&rows.row, 1);
        thanks = db_text(&rows.row, 2);
        beside = db_text(&rows.row, 3);
        out->dispatch_minutes = db_i64(&rows.row, 4);
        out->trash_days = db_i64(&rows.row, 5);
        out->is_shipped = false;
    }
    out->thanks = thanks != NULL ? thanks : THANKS_WORDS;
    out->beside = beside != NULL ? beside : THANKS_BESIDE;
    return true;
}

bool desk_flow_topics(struct ctx *cx, struct desk_flow_topic **out, size_t *count)
{
    struct db_rows rows;

    if (!db_query(cx, &rows, SQL_DESK_FLOW_TOPICS, DB_ID(cx->tenant_id)))
        return false;
    *out = arena_array(cx->mem, struct desk_flow_topic, rows.count + 1);
    for (*count = 0; db_next(&rows); (*count)++)
        (*out)[*count] = (struct desk_flow_topic){.topic = db_text(&rows.row, 0),
                                                  .close_days = db_i64(&rows.row, 1)};
    return true;
}

static bool check_number(struct ctx *cx, const char *source, int64_t value, int64_t max)
{
    return (value >= 0 && value <= max) ||
           err_set_at(&cx->err, &ERR_INVALID, source, "%lld", (long long)value);
}

static bool check_words(struct ctx *cx, const char *source, const char *words)
{
    return words == NULL || utf8_count(words) <= DESK_FLOW_WORDS_MAX ||
           err_set_at(&cx->err, &ERR_INVALID, source, "%zu characters", utf8_count(words));
}

static bool check(struct ctx *cx, const struct desk_flow *f, const struct desk_flow_topic *topics,
                  size_t count)
{
    const struct ticket_topic *topic;

    if (cx->viewer.kind != VIEWER_SYSTEM && !viewer_has(&cx->viewer, RIGHT_SETTINGS_UPDATE))
        return err_set(&cx->err, &ERR_DENIED, "the desk's flow");
    if (!check_number(cx, "close_days", f->close_days, DESK_FLOW_DAYS_MAX) ||
        !check_number(cx, "remind_days", f->remind_days, DESK_FLOW_REMIND_MAX) ||
        !check_number(cx, "dispatch_minutes", f->dispatch_minutes, DESK_FLOW_MINUTES_MAX) ||
        !check_number(cx, "trash_days", f->trash_days, DESK_FLOW_TRASH_MAX) ||
        !check_words(cx, "thanks", f->thanks) || !check_words(cx, "beside", f->beside))
        return false;
    if (f->close_days > 0 && f->remind_days >= f->close_days)
        return err_set_at(&cx->err, &ERR_INVALID, "remind_days", "not before the close");
    for (size_t i = 0; i < count; i++) {
        if (!check_number(cx, "topic", topics[i].close_days, DESK_FLOW_DAYS_MAX) ||
            !ticket_topic_find(cx, topics[i].topic, &topic))
            return false;
        if (topic == NULL)
            return err_set_at(&cx->err, &ERR_INVALID, "topic", "no topic %s", topics[i].topic);
    }
    return true;
}

static bool replace(struct ctx *cx, const struct desk_flow *f, const struct desk_flow_topic *topics,
                    size_t count)
{
    if (!db_exec(cx, NULL, SQL_DESK_FLOW_SET, DB_ID(cx->tenant_id), DB_INT(f->close_days),
                 DB_INT(f->remind_days), DB_TEXT(f->thanks), DB_TEXT(f->beside),
                 DB_INT(f->dispatch_minutes), DB_INT(f->trash_days)) ||
        !db_exec(cx, NULL, SQL_DESK_FLOW_TOPICS_CLEAR, DB_ID(cx->tenant_id)))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!db_exec(cx, NULL, SQL_DESK_FLOW_TOPICS_ADD, DB_ID(cx->tenant_id),
                     DB_TEXT(topics[i].topic), DB_INT(topics[i].close_days)))
            return false;
    return event_emit(
        cx, EVENT_FLOW_CHANGED, cx->tenant_id,
        json_own(cx->mem, json_pack("{s:I,s:I,s:I,s:I}", "close_days", f->close_days, "remind_days",
                                    f->remind_days, "dispatch_minutes", f->dispatch_minutes,
                                    "trash_days", f->trash_days)));
}

bool desk_flow_set(struct ctx *cx, const struct desk_flow *flow,
                   const struct desk_flow_topic *topics, size_t count)
{
    if (!check(cx, flow, topics, count) || !db_begin(cx))
        return false;
    if (!replace(cx, flow, topics, count)) {
        if (cx->err.kind == &ERR_CONFLICT) { /* one topic twice */
            cx->err.kind = &ERR_INVALID;
            cx->err.source = "topic";
        }
        db_rollback(cx);
        return false;
    }
    return db_commit(cx);
}
