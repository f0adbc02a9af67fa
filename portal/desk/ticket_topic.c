#include "portal/desk/ticket_topic.h"

#include "db/db.h"
#include "portal/http/lang.h"

#include <string.h>

static const struct ticket_topic DEFAULTS[] = {
    {"fault", T("Fault"), T("Something stops or is wrong"), "hammer", 2},
    {"question", T("Question"), T("How do I do this?"), "circle-question-mark", 3},
    {"order", T("Order or invoice"), T("Prices, seats, payment"), "receipt-text", 3},
    {"licence", T("Licence"), T("Seats, activation, renewal"), "key-round", 2},
    {"training", T("Training"), T("For a store or a person"), "graduation-cap", 4},
    {"feedback", T("Feedback"), T("An idea or a complaint"), "message-circle", 4},
};

static const char SQL_TICKET_TOPIC_LIST[] =
    "SELECT code, label, hint, icon, level FROM ticket_topic "
    "WHERE tenant_id = ? AND is_active = TRUE ORDER BY position, code LIMIT 50";

bool ticket_topic_list(struct ctx *cx, const struct ticket_topic **out, size_t *count)
{
    struct db_rows rows;
    struct ticket_topic *all;

    if (!db_query(cx, &rows, SQL_TICKET_TOPIC_LIST, DB_ID(cx->tenant_id)))
        return false;
    if (rows.count == 0) {
        *out = DEFAULTS;
        *count = COUNT(DEFAULTS);
        return true;
    }
    all = arena_array(cx->mem, struct ticket_topic, rows.count);
    for (size_t i = 0; db_next(&rows); i++)
        all[i] = (struct ticket_topic){
            .code = db_text(&rows.row, 0),
            .label = db_text(&rows.row, 1),
            .hint = db_text(&rows.row, 2),
            .icon = db_text(&rows.row, 3),
            .level = (int)db_i64(&rows.row, 4),
        };
    *out = all;
    *count = rows.count;
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
