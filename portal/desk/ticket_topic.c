#include "portal/desk/ticket_topic.h"

#include "db/db.h"
#include "portal/http/lang.h"

#include <string.h>

const struct err_kind ERR_TICKET_TOPIC_ARTICLE = {
    ERR_CLASS_INVALID, "TOPIC_ARTICLE",
    "An article answers this; no ticket can be filed about it. It is number {}."};

static const struct {
    const char *name, *label;
} TYPES[] = {
    [TICKET_TOPIC_QUESTION] = {"question", T("Question")},
    [TICKET_TOPIC_FAULT] = {"fault", T("Fault")},
    [TICKET_TOPIC_FEEDBACK] = {"feedback", T("Feedback")},
    [TICKET_TOPIC_COMPLAINT] = {"complaint", T("Complaint")},
    [TICKET_TOPIC_REPAIR] = {"repair", T("Repair")},
    [TICKET_TOPIC_TRAINING] = {"training", T("Training")},
};
_Static_assert(COUNT(TYPES) == TICKET_TOPIC_TYPES, "name every type");

#define NO_MORE                                                                              \
    .label_zh = "", .hint_zh = "", .body = "", .body_zh = "", .notice = "", .notice_zh = "", \
    .is_active = true

static const struct ticket_topic DEFAULTS[] = {
    {"fault", T("Fault"), T("Something stops or is wrong"), "hammer", 2, TICKET_TOPIC_FAULT,
     NO_MORE},
    {"question", T("Question"), T("How do I do this?"), "circle-question-mark", 3,
     TICKET_TOPIC_QUESTION, NO_MORE},
    {"order", T("Order or invoice"), T("Prices, seats, payment"), "receipt-text", 3,
     TICKET_TOPIC_QUESTION, NO_MORE},
    {"licence", T("Licence"), T("Seats, activation, renewal"), "key-round", 2,
     TICKET_TOPIC_QUESTION, NO_MORE},
    {"training", T("Training"), T("For a store or a person"), "graduation-cap", 4,
     TICKET_TOPIC_TRAINING, NO_MORE},
    {"feedback", T("Feedback"), T("An idea or a complaint"), "message-circle", 4,
     TICKET_TOPIC_FEEDBACK, NO_MORE},
};

static const char SQL_TICKET_TOPIC_ALL[] =
    "SELECT code, label, hint, icon, level, type, label_zh, hint_zh, body, body_zh, notice, "
    "notice_zh, audience = 'staff', article, is_active FROM ticket_topic "
    "WHERE tenant_id = ? ORDER BY position, code LIMIT ?";

const char *ticket_topic_type_name(enum ticket_topic_type type)
{
    return TYPES[type].name;
}

const char *ticket_topic_type_label(enum ticket_topic_type type)
{
    return TYPES[type].label;
}

bool ticket_topic_type_parse(const char *name, enum ticket_topic_type *out)
{
    for (size_t i = 0; i < COUNT(TYPES); i++)
        if (name != NULL && strcmp(TYPES[i].name, name) == 0) {
            *out = (enum ticket_topic_type)i;
            return true;
        }
    return false;
}

static bool row_read(struct ctx *cx, const struct db_row *row, struct ticket_topic *t)
{
    *t = (struct ticket_topic){
        .code = db_text(row, 0),
        .label = db_text(row, 1),
        .hint = db_text(row, 2),
        .icon = db_text(row, 3),
        .level = (int)db_i64(row, 4),
        .label_zh = db_text(row, 6),
        .hint_zh = db_text(row, 7),
        .body = db_text(row, 8),
        .body_zh = db_text(row, 9),
        .notice = db_text(row, 10),
        .notice_zh = db_text(row, 11),
        .is_staffs = db_bool(row, 12),
        .article = db_text(row, 13),
        .is_active = db_bool(row, 14),
    };
    return ticket_topic_type_parse(db_text(row, 5), &t->type) ||
           err_set(&cx->err, &ERR_INTERNAL, "topic %s", t->code);
}

bool ticket_topic_all(struct ctx *cx, const struct ticket_topic **out, size_t *count)
{
    struct db_rows rows;
    struct ticket_topic *all;

    if (!db_query(cx, &rows, SQL_TICKET_TOPIC_ALL, DB_ID(cx->tenant_id), DB_INT(TICKET_TOPICS_MAX)))
        return false;
    *out = DEFAULTS;
    *count = COUNT(DEFAULTS);
    if (rows.count == 0)
        return true;
    all = arena_array(cx->mem, struct ticket_topic, rows.count);
    for (size_t i = 0; db_next(&rows); i++)
        if (!row_read(cx, &rows.row, &all[i]))
            return false;
    *out = all;
    *count = rows.count;
    return true;
}

bool ticket_topic_list(struct ctx *cx, const struct ticket_topic **out, size_t *count)
{
    const struct ticket_topic *all;
    struct ticket_topic *active;
    size_t n, kept = 0;

    if (!ticket_topic_all(cx, &all, &n))
        return false;
    active = arena_array(cx->mem, struct ticket_topic, n);
    for (size_t i = 0; i < n; i++)
        if (all[i].is_active)
            active[kept++] = all[i];
    *out = active;
    *count = kept;
    return true;
}

bool ticket_topic_find(struct ctx *cx, const char *code, const struct ticket_topic **out)
{
    const struct ticket_topic *all;
    size_t count;

    if (!ticket_topic_list(cx, &all, &count))
        return false;
    *out = NULL;
    for (size_t i = 0; i < count; i++)
        if (code != NULL && strcmp(all[i].code, code) == 0)
            *out = &all[i];
    return true;
}

bool ticket_topic_is_open(const struct ctx *cx, const struct ticket_topic *topic)
{
    return topic->article == NULL && !(topic->is_staffs && cx->viewer.kind == VIEWER_CUSTOMER);
}

bool ticket_topic_get(struct ctx *cx, const char *code, const struct ticket_topic **out)
{
    const struct ticket_topic *topic;

    if (!ticket_topic_find(cx, code, &topic))
        return false;
    if (topic == NULL || (topic->article == NULL && !ticket_topic_is_open(cx, topic)))
        return err_set_at(&cx->err, &ERR_INVALID, "topic", "no topic %.40s",
                          code != NULL ? code : "");
    if (topic->article != NULL) {
        err_set_at(&cx->err, &ERR_TICKET_TOPIC_ARTICLE, "topic", "topic %s", topic->code);
        err_arg(&cx->err, topic->article);
        return false;
    }
    *out = topic;
    return true;
}

bool ticket_topic_default(struct ctx *cx, const char *wanted, const char **code)
{
    const struct ticket_topic *all;
    size_t count;

    if (!ticket_topic_list(cx, &all, &count))
        return false;
    *code = NULL;
    for (size_t i = 0; i < count; i++) {
        if (!ticket_topic_is_open(cx, &all[i]))
            continue;
        if (*code == NULL || strcmp(all[i].code, wanted) == 0)
            *code = all[i].code;
    }
    if (*code == NULL)
        return err_set_at(&cx->err, &ERR_INVALID, "topic", "no topic takes tickets");
    return true;
}
