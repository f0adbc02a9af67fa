#include "portal/pages/news_page.h"

#include "kb/article_markdown.h"
#include "portal/desk/announcement.h"
#include "portal/http/page.h"
#include "portal/notice/notice.h"
#include "portal/shell.h"

enum { NEWS_SHOWN = 3 };

static json_t *item_json(struct req *rq, const struct announcement_seen *a)
{
    return json_pack("{s:s, s:s, s:b, s:b, s:o}", "href",
                     arena_printf(rq->cx.mem, "/news/%s", id_text(rq->cx.mem, a->id)), "title",
                     a->title, "is_outage", a->is_outage, "is_read", a->is_read, "at",
                     page_time(rq, a->show_from));
}

static bool add(struct req *rq, enum announcement_which which, const char *topic, unsigned limit,
                const char *name, const char *has_name, json_t *context)
{
    struct announcement_seen *list;
    size_t count;
    json_t *items;

    if (!announcement_list(&rq->cx, which, topic, lang_code(rq->lang), limit, &list, &count))
        return false;
    items = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(items, item_json(rq, &list[i]));
    json_object_set_new(context, name, items);
    json_object_set_new(context, has_name, json_boolean(count > 0));
    return true;
}

bool news_page_add_unread(struct req *rq, json_t *context)
{
    return add(rq, ANNOUNCEMENT_UNREAD, NULL, NEWS_SHOWN, "news", "has_news", context);
}

bool news_page_add_outages(struct req *rq, const char *topic, json_t *context)
{
    return add(rq, ANNOUNCEMENT_OUTAGES, topic, NEWS_SHOWN, "outages", "has_outages", context);
}

bool news_page_list(struct req *rq)
{
    json_t *context = json_own(rq->cx.mem, json_object());

    return add(rq, ANNOUNCEMENT_ALL, NULL, 0, "news", "has_news", context) &&
           page_render(rq, "news_list", context);
}

bool news_page_view(struct req *rq)
{
    struct announcement_seen *a;
    const char *html;
    json_t *context;

    if (!announcement_read(&rq->cx, rq->id, lang_code(rq->lang), &a) ||
        !article_markdown_html(rq->cx.mem, &rq->cx.err, a->body, &html, NULL))
        return false;
    if (!id_is_zero(rq->cx.viewer.person_id) && !a->is_read && !rq->cx.is_read_only) {
        if (!notice_read_news(&rq->cx, a->id))
            return false;
        shell_forget(rq);
    }
    context = json_own(rq->cx.mem, item_json(rq, a));
    json_object_set_new(context, "body_html", json_string(html));
    return page_render(rq, "news_view", context);
}
