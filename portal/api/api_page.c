#include "portal/api/api_page.h"

#include "base/parse.h"
#include "portal/api/api_value.h"
#include "portal/http/url.h"

#include <string.h>

enum { PAGE_LIMIT = 10, PAGE_MAX = 100 };

static const struct err_kind ERR_PAGE = {ERR_CLASS_MALFORMED, "",
                                         "This parameter is not a page of a list."};

static bool refuse(struct req *rq, const char *source)
{
    return err_set_at(&rq->cx.err, &ERR_PAGE, source, "%s", source + 1);
}

static bool read_number(struct req *rq, const char *name, const char *source, int64_t *out)
{
    const char *text = req_query(rq, name);

    return text == NULL || parse_i64(text, 1, PAGE_MAX, out) || refuse(rq, source);
}

static bool read_order(struct req *rq, struct api_page *p)
{
    const char *order = req_query(rq, "order");

    p->rows.is_ascending = order != NULL && strcmp(order, "asc") == 0;
    return order == NULL || p->rows.is_ascending || strcmp(order, "desc") == 0 ||
           refuse(rq, "?order");
}

bool api_page_read(struct req *rq, struct api_page *out)
{
    struct api_page p = {0};
    int64_t limit = PAGE_LIMIT;
    int64_t size = 0;
    const char *cursor = req_query(rq, "page[cursor]");

    if (!read_number(rq, "limit", "?limit", &limit) || !read_order(rq, &p) ||
        !read_number(rq, "page[number]", "?page[number]", &p.number) ||
        !read_number(rq, "page[size]", "?page[size]", &size))
        return false;
    if (req_query(rq, "page") != NULL || (size != 0 && p.number == 0 && cursor == NULL))
        return refuse(rq, "?page");
    p.rows.limit = (unsigned)(size != 0 ? size : limit);
    p.has_cursor = cursor != NULL && p.number == 0;
    if (p.has_cursor && *cursor != '\0' && !id_parse(cursor, &p.rows.after))
        return refuse(rq, "?page[cursor]");
    p.rows.wants_total = p.number != 0;
    if (p.number > 1)
        p.rows.offset = (p.number - 1) * p.rows.limit;
    *out = p;
    return true;
}

/* The path as it was asked with the rest of its query: never a credential, and the page anew. */
static const char *link_base(struct req *rq)
{
    static const char *const LEFT_OUT[] = {"token",      "auth",         "page[number]",
                                           "page[size]", "page[cursor]", "limit"};
    struct str s = str_new(rq->cx.mem);
    struct span rest = span_of(rq->query);
    struct span pair;
    char joint = '?';

    str_add(&s, rq->path);
    while (span_cut(&rest, '&', &pair)) {
        struct span value = pair;
        struct span key;
        const char *name;
        bool is_left_out = false;

        span_cut(&value, '=', &key);
        name = url_value(rq->cx.mem, key, true);
        for (size_t i = 0; name != NULL && i < COUNT(LEFT_OUT); i++)
            is_left_out |= strcmp(name, LEFT_OUT[i]) == 0;
        if (name == NULL || *name == '\0' || is_left_out)
            continue;
        str_char(&s, joint);
        str_add_n(&s, pair.p, pair.len);
        joint = '&';
    }
    str_char(&s, joint);
    return s.p;
}

static void add_link(struct str *s, struct req *rq, const char *name, const char *base,
                     const char *page)
{
    str_fmt(s, "\"%s\":", name);
    api_value_text(s, page == NULL ? NULL : arena_printf(rq->cx.mem, "%s%s", base, page));
}

static const char *numbered(struct req *rq, const struct api_page *p, int64_t number, int64_t pages)
{
    if (number < 1 || number > pages)
        return NULL;
    return arena_printf(rq->cx.mem, "page[number]=%lld&page[size]=%u", (long long)number,
                        p->rows.limit);
}

static void add_numbered(struct str *s, struct req *rq, const struct api_page *p, int64_t total,
                         const char *base)
{
    int64_t pages = (total + p->rows.limit - 1) / p->rows.limit;
    int64_t last = pages > 0 ? pages : 1;

    add_link(s, rq, "self", base, numbered(rq, p, p->number, INT64_MAX));
    str_char(s, ',');
    add_link(s, rq, "prev", base, numbered(rq, p, p->number - 1, last));
    str_char(s, ',');
    add_link(s, rq, "next", base, numbered(rq, p, p->number + 1, pages));
    str_char(s, ',');
    add_link(s, rq, "first", base, numbered(rq, p, 1, last));
    str_char(s, ',');
    add_link(s, rq, "last", base, numbered(rq, p, last, last));
    str_fmt(s, ",\"meta\":{\"pages\":%lld,\"count\":%lld}", (long long)pages, (long long)total);
}

static const char *cursor_at(struct req *rq, const struct api_page *p, struct id id)
{
    return arena_printf(rq->cx.mem, "page[cursor]=%s&page[size]=%u",
                        id_is_zero(id) ? "" : id_text(rq->cx.mem, id), p->rows.limit);
}

void api_page_links(struct str *s, struct req *rq, const struct api_page *page, size_t count,
                    int64_t total, struct id last)
{
    const char *base = link_base(rq);

    str_add(s, ",\"links\":{");
    if (page->number != 0)
        add_numbered(s, rq, page, total, base);
    if (page->has_cursor) {
        add_link(s, rq, "self", base, cursor_at(rq, page, page->rows.after));
        str_char(s, ',');
        add_link(s, rq, "next", base, count < page->rows.limit ? NULL : cursor_at(rq, page, last));
    }
    str_char(s, '}');
}
