#include "portal/notice/notice_news.h"

#include "portal/desk/announcement.h"
#include "portal/notice/notice.h"

static json_t *data_of(struct ctx *cx, const struct announcement *a)
{
    json_t *titles = json_object();

    for (size_t i = 0; i < a->text_count; i++)
        json_object_set_new(titles, a->texts[i].language, json_string(a->texts[i].title));
    return json_own(
        cx->mem, json_pack("{s:s, s:o}", "announcement", id_text(cx->mem, a->id), "title", titles));
}

static bool tell(struct ctx *cx, const struct announcement *a, unsigned limit, unsigned *told)
{
    struct notice_new n = {.kind =
                               a->audience == ANNOUNCEMENT_STAFF ? NOTICE_DESK_NEWS : NOTICE_NEWS,
                           .data = data_of(cx, a),
                           .is_quiet = !a->by_mail};
    struct id last = {{0}};
    struct id *people;
    size_t count;

    if (!announcement_next_people(cx, a, limit, &people, &count))
        return false;
    for (size_t i = 0; i < count; i++) {
        n.person_id = last = people[i];
        if (!notice_add(cx, &n))
            return false;
    }
    *told = (unsigned)count;
    return announcement_told(cx, a->id, last);
}

bool notice_news_tell(struct ctx *cx, unsigned limit, unsigned *told)
{
    struct announcement *a;

    *told = 0;
    if (!announcement_untold(cx, &a))
        return false;
    if (a == NULL)
        return true;
    if (!db_begin(cx))
        return false;
    if (!tell(cx, a, limit, told)) {
        db_rollback(cx);
        return false;
    }
    return db_commit(cx);
}
