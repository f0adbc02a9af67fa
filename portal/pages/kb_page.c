/* Knowledge pages: categories, a category, an article, search. Public, as far as each article is.
 */
#include "portal/pages/kb_page.h"

#include "base/parse.h"
#include "kb/article_search.h"
#include "kb/category.h"
#include "portal/desk/ticket_article.h"
#include "portal/http/page.h"

#include <string.h>

enum { FEATURED_MAX = 6, SEARCH_SHOWN = 20 };

json_t *kb_page_article_json(struct req *rq, const struct article *a)
{
    return json_pack("{s:I,s:s,s:s,s:s,s:s?,s:s,s:o,s:s,s:b}", "number", (json_int_t)a->number,
                     "href", arena_printf(rq->cx.mem, "/kb/article/%lld", (long long)a->number),
                     "title", a->title, "summary", a->summary, "product", a->product_name,
                     "category", a->category_title, "changed", page_day(rq, a->updated_at),
                     "locale", a->locale, "is_other_language",
                     strcmp(a->locale, lang_code(rq->lang)) != 0);
}

static json_t *list_json(struct req *rq, const struct article *list, size_t count)
{
    json_t *out = json_array();

    for (size_t i = 0; i < count; i++)
        json_array_append_new(out, kb_page_article_json(rq, &list[i]));
    return out;
}

static json_t *category_json(struct req *rq, const struct category *c)
{
    return json_pack("{s:s,s:s,s:s,s:s,s:s}", "href",
                     arena_printf(rq->cx.mem, "/kb/category/%s", c->slug), "icon", c->icon, "title",
                     c->title, "summary", c->summary, "count",
                     format_number(rq->cx.mem, &rq->format, c->article_count));
}

bool kb_page_home(struct req *rq)
{
    struct ctx *cx = &rq->cx;
    const struct article_filter featured = {
        .locale = lang_code(rq->lang), .is_featured = true, .limit = FEATURED_MAX};
    struct category *categories;
    struct article *articles;
    json_t *shelves = json_own(cx->mem, json_array());
    size_t count;
    size_t article_count;

    if (!category_list(cx, lang_code(rq->lang), &categories, &count) ||
        !article_list(cx, &featured, &articles, &article_count))
        return false;
    for (size_t i = 0; i < count; i++)
        if (categories[i].article_count > 0)
            json_array_append_new(shelves, category_json(rq, &categories[i]));
    return page_render(
        rq, "kb_home",
        json_own(cx->mem, json_pack("{s:O,s:o,s:b,s:b,s:b}", "categories", shelves, "articles",
                                    list_json(rq, articles, article_count), "has_categories",
                                    json_array_size(shelves) > 0, "has_articles", article_count > 0,
                                    "may_write",
                                    cx->viewer.kind == VIEWER_STAFF &&
                                        viewer_has(&cx->viewer, RIGHT_KNOWLEDGE_CREATE))));
}

bool kb_page_category(struct req *rq)
{
    struct ctx *cx = &rq->cx;
    struct category *category;
    struct article_filter filter = {.locale = lang_code(rq->lang)};
    struct article *articles;
    size_t count;

    if (!category_get(cx, rq->args[0], lang_code(rq->lang), &category))
        return false;
    filter.category_id = category->id;
    if (!article_list(cx, &filter, &articles, &count))
        return false;
    return page_render(
        rq, "kb_category",
        json_own(cx->mem,
                 json_pack("{s:o,s:o,s:b}", "category", category_json(rq, category), "articles",
                           list_json(rq, articles, count), "is_empty", count == 0)));
}

/* The other articles of the category: the tree beside the text. */
static bool siblings(struct req *rq, const struct article *article, json_t **out)
{
    const struct article_filter filter = {.category_id = article->category_id,
                                          .locale = article->locale};
    struct article *list;
    size_t count;

    if (!article_list(&rq->cx, &filter, &list, &count))
        return false;
    *out = json_own(rq->cx.mem, json_array());
    for (size_t i = 0; i < count; i++) {
        json_t *entry = kb_page_article_json(rq, &list[i]);
        json_object_set_new(entry, "is_current", json_boolean(list[i].number == article->number));
        json_array_append_new(*out, entry);
    }
    return true;
}

/* What an article is worth, and the way to change it. */
static bool add_for_staff(struct req *rq, const struct article *article, json_t *page)
{
    int64_t solved;

    if (rq->cx.viewer.kind != VIEWER_STAFF)
        return true;
    if (!ticket_article_solved(&rq->cx, article->id, &solved))
        return false;
    json_object_set_new(
        page, "solved",
        json_text(solved == 0 ? NULL
                              : lang_fill1(rq->cx.mem, rq->lang, T("Solved tickets: {}"),
                                           format_number(rq->cx.mem, &rq->format, solved))));
    if (viewer_has(&rq->cx.viewer, RIGHT_KNOWLEDGE_UPDATE))
        json_object_set_new(page, "edit_href",
                            json_string(arena_printf(rq->cx.mem, "/desk/articles/%lld",
                                                     (long long)article->number)));
    return true;
}

bool kb_page_article(struct req *rq)
{
    struct ctx *cx = &rq->cx;
    struct article *article;
    struct article_body body;
    json_t *page;
    json_t *beside;
    int64_t number;

    if (!parse_i64(rq->args[0], 1, UINT32_MAX, &number))
        return err_set(&cx->err, &ERR_NOT_FOUND, "article number");
    if (!article_get(cx, number, &article, &body) || !siblings(rq, article, &beside))
        return false;
    page = json_own(cx->mem,
                    json_pack("{s:o,s:s,s:O,s:O,s:O,s:s,s:s,s:b,s:b}", "article",
                              kb_page_article_json(rq, article), "body_html", body.html, "contents",
                              body.contents, "translations", body.translations, "siblings", beside,
                              "valid_from", article->valid_from, "valid_to", article->valid_to,
                              "has_contents", json_array_size(body.contents) > 1, "has_validity",
                              *article->valid_from != '\0'));
    if (!add_for_staff(rq, article, page))
        return false;
    json_object_set_new(
        page, "category_href",
        json_string(arena_printf(cx->mem, "/kb/category/%s", article->category_slug)));
    return page_render(rq, "kb_article", page);
}

bool kb_page_search(struct req *rq)
{
    struct ctx *cx = &rq->cx;
    const char *query = req_query(rq, "q");
    struct article *articles = NULL;
    size_t count = 0;
    bool asked = query != NULL && *query != '\0';

    if (asked && !article_search(cx, query, lang_code(rq->lang), SEARCH_SHOWN, &articles, &count))
        return false;
    return page_render(
        rq, "kb_search",
        json_own(cx->mem, json_pack("{s:s,s:b,s:b,s:s,s:o}", "query", asked ? query : "",
                                    "has_asked", asked, "is_empty", asked && count == 0, "count",
                                    format_number(cx->mem, &rq->format, (int64_t)count), "articles",
                                    list_json(rq, articles, count))));
}
