#include "portal/http/page_prune.h"

#include "portal/http/route.h"

#include <string.h>

enum { TAG_MAX = 4096, PATH_MAX_BYTES = 1024 };

struct pruning {
    struct req *rq;
    struct str out;
    const char *at;  /* what comes next of the page */
    bool is_reading; /* within a form that is not sent */
};

/* The value of an attribute within a tag; .p is NULL when there is none. */
static struct span attribute(struct span tag, const char *mark)
{
    size_t len = strlen(mark);

    for (size_t i = 0; i + len < tag.len; i++) {
        const char *end;

        if (memcmp(tag.p + i, mark, len) != 0)
            continue;
        end = memchr(tag.p + i + len, '"', tag.len - i - len);
        if (end == NULL)
            break;
        return (struct span){tag.p + i + len, (size_t)(end - (tag.p + i + len))};
    }
    return (struct span){NULL, 0};
}

/* True when the path is ours and needs a right that the reader has not. */
static bool is_barred(const struct pruning *p, enum method method, struct span href)
{
    const struct route *row;
    size_t len = 0;

    if (href.p == NULL || href.len == 0 || href.p[0] != '/')
        return false;
    while (len < href.len && href.p[len] != '?' && href.p[len] != '#')
        len++;
    if (len >= PATH_MAX_BYTES)
        return false;
    row = route_at(p->rq->router, p->rq->cx.mem, method,
                   span_dup(p->rq->cx.mem, (struct span){href.p, len}));
    return row != NULL && !route_allows(row, &p->rq->cx.viewer);
}

static bool starts(const char *at, const char *word)
{
    return strncmp(at, word, strlen(word)) == 0;
}

static void add(struct pruning *p, const char *from, const char *to)
{
    str_add_n(&p->out, from, (size_t)(to - from));
}

static bool has_class(struct span tag, const char *name)
{
    struct span classes = attribute(tag, " class=\""), one;

    while (classes.p != NULL && span_cut(&classes, ' ', &one))
        if (span_equal(one, name))
            return true;
    return false;
}

/* <a>…</a> */
static bool prune_link(struct pruning *p, struct span tag)
{
    const char *inner = tag.p + tag.len;
    const char *end = strstr(inner, "</a>");

    if (end == NULL || !is_barred(p, METHOD_GET, attribute(tag, " href=\"")))
        return false;
    if (!has_class(tag, "button") && !has_class(tag, "view")) {
        str_add(&p->out, "<span>");
        add(p, inner, end);
        str_add(&p->out, "</span>");
    }
    p->at = end + strlen("</a>");
    return true;
}

/* <button formaction="…">…</button> */
static bool prune_button(struct pruning *p, struct span tag)
{
    const char *end = strstr(tag.p, "</button>");

    if (end == NULL || !is_barred(p, METHOD_POST, attribute(tag, " formaction=\"")))
        return false;
    p->at = end + strlen("</button>");
    return true;
}

/* The form's fields are read, not sent: a fieldset that is switched off has no working button, and
 * the style sheet shows none. Our forms do not nest. */
static bool prune_form(struct pruning *p, struct span tag)
{
    struct span classes = attribute(tag, " class=\"");

    if (attribute(tag, " method=\"post").p == NULL ||
        !is_barred(p, METHOD_POST, attribute(tag, " action=\"")))
        return false;
    str_add(&p->out, "<fieldset disabled class=\"read-only");
    if (classes.p != NULL) {
        str_char(&p->out, ' ');
        add(p, classes.p, classes.p + classes.len);
    }
    str_add(&p->out, "\">");
    p->is_reading = true;
    p->at = tag.p + tag.len;
    return true;
}

static bool end_form(struct pruning *p)
{
    if (!p->is_reading)
        return false;
    str_add(&p->out, "</fieldset>");
    p->is_reading = false;
    p->at += strlen("</form>");
    return true;
}

static bool prune_tag(struct pruning *p)
{
    const char *close = memchr(p->at, '>', strnlen(p->at, TAG_MAX));
    struct span tag;

    if (close == NULL)
        return false;
    tag = (struct span){p->at, (size_t)(close + 1 - p->at)};
    if (starts(p->at, "<a "))
        return prune_link(p, tag);
    if (starts(p->at, "<form "))
        return prune_form(p, tag);
    if (starts(p->at, "</form>"))
        return end_form(p);
    return starts(p->at, "<button ") && prune_button(p, tag);
}

void page_prune(struct req *rq)
{
    struct pruning p = {.rq = rq, .out = str_new(rq->cx.mem), .at = rq->out.p};
    const char *open;

    if (rq->router == NULL || viewer_acts(&rq->cx.viewer, RIGHT_CUSTOMER) ||
        viewer_has(&rq->cx.viewer, RIGHT_STAFF) || rq->session == NULL ||
        id_is_zero(rq->session->person_id))
        return;
    while ((open = strchr(p.at, '<')) != NULL) {
        add(&p, p.at, open);
        p.at = open;
        if (prune_tag(&p))
            continue;
        str_char(&p.out, '<');
        p.at++;
    }
    str_add(&p.out, p.at);
    rq->out = p.out;
}
