#include "portal/notice/notice_approval.h"

#include "portal/desk/approval.h"
#include "portal/desk/leave.h"

#include <string.h>

static struct id id_in(const json_t *data, const char *key)
{
    struct id id;

    return id_parse(json_get_text(data, key, ""), &id) ? id : (struct id){{0}};
}

/* Nobody is told what he did himself. */
static bool tell(struct ctx *cx, const struct event *event, struct notice_new *n,
                 struct id person_id)
{
    if (id_is_zero(person_id) || id_equal(person_id, event->actor_id))
        return true;
    n->person_id = person_id;
    return notice_add(cx, n);
}

bool notice_approval_tell(struct ctx *cx, const struct event *event, const struct ticket *t,
                          json_t *data, const struct notice_new *base)
{
    json_t *a = json_object_get(data, "approval");
    const struct id approver = id_in(a, "person");
    struct notice_new n = *base;
    struct id other;

    n.data = a;
    if (event->kind == EVENT_TICKET_APPROVAL_ASKED) {
        n.kind = NOTICE_DESK_APPROVAL;
        if (!leave_stand_in(cx, approver, &other))
            return false;
    } else if (event->kind == EVENT_TICKET_APPROVAL_WITHDRAWN) {
        n.kind = NOTICE_DESK_DECIDED;
        if (!leave_stand_in(cx, approver, &other))
            return false;
    } else if (event->kind == EVENT_TICKET_APPROVED || event->kind == EVENT_TICKET_REFUSED) {
        n.kind = NOTICE_DESK_DECIDED;
        other = id_in(a, "by");
        if (id_is_zero(other))
            other = t->assignee_id;
    } else {
        return true;
    }
    return tell(cx, event, &n, approver) &&
           (id_equal(other, approver) || tell(cx, event, &n, other));
}

static bool add_question(struct ctx *cx, const struct notice_reader *reader, const char *base,
                         const struct notice *n, const char **changes)
{
    struct approval *a;
    const char *token;
    bool may;

    if (!approval_get(cx, id_in(n->data, "id"), &a)) {
        if (cx->err.kind != &ERR_NOT_FOUND) /* else its ticket is gone */
            return false;
        err_clear(&cx->err);
        return true;
    }
    if (!approval_may_decide(cx, a, reader->person_id, &may))
        return false;
    token = approval_token(cx, a->id, reader->person_id);
    if (may && token != NULL)
        *changes = arena_printf(cx->mem, "%s\n\n%s\n\n%s\n%s/approval/%s", *changes, a->question,
                                lang_text(reader->lang, T("You can decide here, without signing "
                                                          "in. Keep this link to yourself:")),
                                base, token);
    return true;
}

bool notice_approval_words(struct ctx *cx, const struct notice_reader *reader, const char *base,
                           const struct notice *list, size_t count, const char **changes)
{
    for (size_t i = 0; i < count; i++)
        if (list[i].kind == NOTICE_DESK_APPROVAL &&
            !add_question(cx, reader, base, &list[i], changes))
            return false;
    return true;
}
