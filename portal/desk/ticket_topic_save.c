#include "base/utf8.h"
#include "db/db.h"
#include "db/event.h"
#include "portal/desk/ticket.h"
#include "portal/desk/ticket_topic.h"
#include "portal/field/option_list.h"

#include <string.h>

const struct err_kind ERR_TICKET_TOPIC_LAST = {
    ERR_CLASS_CONFLICT, "TOPIC_LAST",
    "At least one topic has to be on and take everybody's tickets: mails need one."};

static const char SQL_TICKET_TOPIC_SET[] =
    "INSERT INTO ticket_topic (tenant_id, code, label, hint, icon, level, position, is_active, type, "
    "label_zh, hint_zh, body, body_zh, notice, notice_zh, audience, article) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON DUPLICATE KEY UPDATE "
    "label = VALUES(label), hint = VALUES(hint), level = VALUES(level), "
    "position = VALUES(position), is_active = VALUES(is_active), type = VALUES(type), "
    "label_zh = VALUES(label_zh), hint_zh = VALUES(hint_zh), body = VALUES(body), "
    "body_zh = VALUES(body_zh), notice = VALUES(notice), notice_zh = VALUES(notice_zh), "
    "audience = VALUES(audience), article = VALUES(article)";

static bool check_texts(struct ctx *cx, const struct ticket_topic *t)
{
    const struct {
        const char *text;
        size_t min, max;
        const char *source;
    } TEXTS[] = {
        {t->label, 1, TICKET_TOPIC_LABEL_MAX, "label"},
        {t->label_zh, 0, TICKET_TOPIC_LABEL_MAX, "label_zh"},
        {t->hint, 0, TICKET_TOPIC_HINT_MAX, "hint"},
        {t->hint_zh, 0, TICKET_TOPIC_HINT_MAX, "hint_zh"},
        {t->body, 0, TICKET_TOPIC_BODY_MAX, "body"},
        {t->body_zh, 0, TICKET_TOPIC_BODY_MAX, "body_zh"},
        {t->notice, 0, TICKET_TOPIC_NOTICE_MAX, "notice"},
        {t->notice_zh, 0, TICKET_TOPIC_NOTICE_MAX, "notice_zh"},
    };

    for (size_t i = 0; i < COUNT(TEXTS); i++)
        if (utf8_count(TEXTS[i].text) < TEXTS[i].min || utf8_count(TEXTS[i].text) > TEXTS[i].max)
            return err_set_at(&cx->err, &ERR_INVALID, TEXTS[i].source, "%zu characters",
                              utf8_count(TEXTS[i].text));
    return true;
}

static bool may_set(struct ctx *cx, uint64_t right)
{
    return viewer_has(&cx->viewer, right) || err_set(&cx->err, &ERR_DENIED, "topics");
}

static bool check(struct ctx *cx, const struct ticket_topic *t, bool is_new)
{
    if (!may_set(cx, is_new ? RIGHT_SETTINGS_CREATE : RIGHT_SETTINGS_UPDATE))
        return false;
    if (!option_list_is_code(t->code))
        return err_set_at(&cx->err, &ERR_INVALID, "code", "code %.40s", t->code);
    if (t->level < TICKET_LEVEL_MIN || t->level > TICKET_LEVEL_MAX)
        return err_set_at(&cx->err, &ERR_INVALID, "level", "level %d", t->level);
    if (t->article != NULL && strlen(t->article) > 32)
        return err_set_at(&cx->err, &ERR_INVALID, "article", "a long number");
    return check_texts(cx, t);
}

static bool write_one(struct ctx *cx, const struct ticket_topic *t, size_t position)
{
    return db_exec(
        cx, NULL, SQL_TICKET_TOPIC_SET, DB_ID(cx->tenant_id), DB_TEXT(t->code), DB_TEXT(t->label),
        DB_TEXT(t->hint), DB_TEXT(t->icon), DB_INT(t->level), DB_INT(position),
        DB_BOOL(t->is_active), DB_TEXT(ticket_topic_type_name(t->type)), DB_TEXT(t->label_zh),
        DB_TEXT(t->hint_zh), DB_TEXT(t->body), DB_TEXT(t->body_zh), DB_TEXT(t->notice),
        DB_TEXT(t->notice_zh), DB_TEXT(t->is_staffs ? "staff" : "everybody"), DB_TEXT(t->article));
}

/* All of them in their order: a tenant that had the defaults has rows of its own from now on. */
static bool write_all(struct ctx *cx, const struct ticket_topic *all, size_t count,
                      const struct ticket_topic *changed)
{
    bool ok = db_begin(cx), has_open = false;

    if (!ok)
        return false;
    for (size_t i = 0; ok && i < count; i++) {
        ok = write_one(cx, &all[i], i);
        has_open = has_open || (all[i].is_active && all[i].article == NULL && !all[i].is_staffs);
    }
    if (ok && !has_open)
        ok = err_set(&cx->err, &ERR_TICKET_TOPIC_LAST, "no topic takes tickets");
    ok = ok && event_emit(cx, EVENT_TOPIC_CHANGED, cx->tenant_id,
                          json_own(cx->mem,
                                   json_pack("{s:s,s:s,s:s,s:i,s:b,s:b,s:s?}", "code",
                                             changed->code, "label", changed->label, "type",
                                             ticket_topic_type_name(changed->type), "urgency",
                                             changed->level, "active", changed->is_active, "staff",
                                             changed->is_staffs, "article", changed->article)));
    if (ok)
        return db_commit(cx);
    db_rollback(cx);
    return false;
}

static bool copy_all(struct ctx *cx, struct ticket_topic **out, size_t *count)
{
    const struct ticket_topic *is;

    if (!ticket_topic_all(cx, &is, count))
        return false;
    *out = arena_array(cx->mem, struct ticket_topic, *count + 1);
    memcpy(*out, is, *count * sizeof **out);
    return true;
}

static size_t place_of(const struct ticket_topic *all, size_t count, const char *code)
{
    size_t at = 0;

    while (at < count && strcmp(all[at].code, code) != 0)
        at++;
    return at;
}

bool ticket_topic_save(struct ctx *cx, const struct ticket_topic *topic, bool is_new)
{
    struct ticket_topic *all;
    size_t count, at;

    if (!check(cx, topic, is_new) || !copy_all(cx, &all, &count))
        return false;
    at = place_of(all, count, topic->code);
    if (is_new && at < count)
        return err_set_at(&cx->err, &ERR_CONFLICT, "code", "topic %s", topic->code);
    if (!is_new && at == count)
        return err_set(&cx->err, &ERR_NOT_FOUND, "topic %s", topic->code);
    if (is_new && count == TICKET_TOPICS_MAX)
        return err_set_at(&cx->err, &ERR_INVALID, "code", "%zu topics", count);
    all[at] = *topic;
    if (all[at].icon == NULL || *all[at].icon == '\0')
        all[at].icon = "message-square-text";
    return write_all(cx, all, count + (is_new ? 1 : 0), topic);
}

bool ticket_topic_move(struct ctx *cx, const char *code, bool is_up)
{
    struct ticket_topic *all, moved;
    size_t count, at, other;

    if (!may_set(cx, RIGHT_SETTINGS_UPDATE) || !copy_all(cx, &all, &count))
        return false;
    at = place_of(all, count, code);
    if (at == count)
        return err_set(&cx->err, &ERR_NOT_FOUND, "topic %.40s", code);
    if (is_up ? at == 0 : at + 1 == count)
        return true;
    other = is_up ? at - 1 : at + 1;
    moved = all[at];
    all[at] = all[other];
    all[other] = moved;
    return write_all(cx, all, count, &moved);
}
