/* Routes: the table checked, and turned into a tree of segments. */
#include "portal/http/route.h"

#include "portal/http/url.h"

#include <assert.h>
#include <string.h>

enum { ROUTE_SEGMENTS_MAX = 12, ROUTE_BODY_LIMIT = 64 * 1024 * 1024 };

static const char *const METHOD_NAMES[] = {
    [METHOD_GET] = "GET",         [METHOD_HEAD] = "HEAD",   [METHOD_POST] = "POST",
    [METHOD_PUT] = "PUT",         [METHOD_PATCH] = "PATCH", [METHOD_DELETE] = "DELETE",
    [METHOD_OPTIONS] = "OPTIONS",
};
_Static_assert(COUNT(METHOD_NAMES) == METHOD_COUNT, "name every method");

struct node { /* one segment of the paths */
    const char *literal;
    struct node *next;     /* the next sibling */
    struct node *children; /* with literals */
    struct node *variable; /* the child that takes any segment; NULL if none */
    const struct route *rows[METHOD_COUNT];
};

struct router {
    struct arena *mem;
    struct node root;
};

/* --- checks --- */

static bool begins(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

static bool is_under(const char *pattern, const char *prefix)
{
    size_t len = strlen(prefix);

    return begins(pattern, prefix) && (pattern[len] == '/' || pattern[len] == '\0');
}

static bool refuse(struct err *err, const struct route *row, const char *why)
{
    return err_set(err, &ERR_INTERNAL, "route %s %s: %s", METHOD_NAMES[row->method], row->pattern,
                   why);
}

static bool check_wire(struct err *err, const struct route *row)
{
    static const unsigned V1 = NEED_PUBLIC | NEED_BEARER | NEED_MAYBE_BEARER | NEED_PASSWORD;
    static const unsigned API = NEED_PUBLIC | NEED_TOKEN;
    const unsigned who = row->needs & ~(unsigned)(NEED_LATE_BODY | NEED_FILE);

    if (is_under(row->pattern, "/v1"))
        return (who & ~V1) == 0 && (who & (who - 1)) == 0
                   ? true
                   : refuse(err, row,
                            "a /v1 row needs one of public, bearer, maybe bearer, password");
    if (row->rights != 0 && (row->needs & NEED_TOKEN) == 0)
        return refuse(err, row, "rights without a token");
    return (row->needs & ~API) == 0 ? true
                                    : refuse(err, row, "an /api/v1 row needs a token or is public");
}

static bool check_page(struct err *err, const struct route *row)
{
    static const unsigned SIGNED_IN = NEED_LOGIN | NEED_STAFF | NEED_CUSTOMER;
    static const unsigned WIRE = NEED_BEARER | NEED_MAYBE_BEARER | NEED_TOKEN | NEED_PASSWORD;
    bool is_safe = row->method == METHOD_GET || row->method == METHOD_OPTIONS;

    if ((row->needs & WIRE) != 0)
        return refuse(err, row, "bearers and tokens are for /v1 and /api/v1");
    if ((row->needs & NEED_SIGNED) != 0 && (is_safe || row->needs != (NEED_PUBLIC | NEED_SIGNED) ||
                                            strstr(row->pattern, "{token}") == NULL))
        return refuse(err, row, "signed is for public posts with a token in the path");
    if (!is_safe && (row->needs & (NEED_CSRF | NEED_SIGNED)) == 0)
        return refuse(err, row, "a row that writes needs the CSRF check");
    if (is_safe && (row->needs & NEED_CSRF) != 0)
        return refuse(err, row, "a GET row cannot have the CSRF check");
    if ((row->needs & (NEED_PUBLIC | SIGNED_IN)) == 0)
        return refuse(err, row, "neither public nor for who");
    if ((row->needs & NEED_PUBLIC) != 0 && (row->needs & SIGNED_IN) != 0)
        return refuse(err, row, "public and for some at once");
    if (row->rights != 0 && (row->needs & SIGNED_IN) == 0)
        return refuse(err, row, "rights without a login");
    if ((row->needs & NEED_FRESH) != 0 && (row->needs & SIGNED_IN) == 0)
        return refuse(err, row, "shown again by nobody");
    return true;
}

static bool check_row(struct err *err, const struct route *row)
{
    size_t len = strlen(row->pattern);

    if (row->pattern[0] != '/' || (len > 1 && row->pattern[len - 1] == '/'))
        return refuse(err, row, "a pattern begins with / and does not end with it");
    if (row->handler == NULL)
        return refuse(err, row, "no handler");
    if (row->needs == 0)
        return refuse(err, row, "a row without needs");
    if (row->method == METHOD_HEAD)
        return refuse(err, row, "HEAD is answered by the GET row");
    if (row->body_max > ROUTE_BODY_LIMIT)
        return refuse(err, row, "a body larger than the program takes");
    if (is_under(row->pattern, "/v1") || is_under(row->pattern, "/api/v1"))
        return check_wire(err, row);
    return check_page(err, row);
}

/* --- the tree --- */

static struct node *child_of(struct arena *mem, struct node *parent, struct span segment)
{
    struct node *node;

    if (segment.len > 2 && segment.p[0] == '{') {
        if (parent->variable == NULL)
            parent->variable = arena_new(mem, struct node);
        return parent->variable;
    }
    for (node = parent->children; node != NULL; node = node->next)
        if (span_equal(segment, node->literal))
            return node;
    node = arena_new(mem, struct node);
    node->literal = span_dup(mem, segment);
    node->next = parent->children;
    parent->children = node;
    return node;
}

static bool add_row(struct router *router, struct err *err, const struct route *row)
{
    struct span rest = span_of(row->pattern + 1), segment;
    struct node *node = &router->root;
    size_t variables = 0, segments = 0;

    while (row->pattern[1] != '\0' && span_cut(&rest, '/', &segment)) {
        bool opens = segment.len > 0 && segment.p[0] == '{';

        if (segment.len == 0 || opens != (segment.len > 2 && segment.p[segment.len - 1] == '}'))
            return refuse(err, row, "a segment that is empty or half a variable");
        variables += opens;
        segments++;
        node = child_of(router->mem, node, segment);
    }
    if (variables > REQ_ARGS_MAX || segments > ROUTE_SEGMENTS_MAX)
        return refuse(err, row, "too many segments");
    if (node->rows[row->method] != NULL)
        return refuse(err, row, "the same paths as another row");
    node->rows[row->method] = row;
    return true;
}

/* A /v1 row, and the same one under its account. */
static bool add_service_row(struct router *router, struct err *err, const struct route *row)
{
    const char *rest = row->pattern + sizeof "/v1" - 1;
    struct route *copy;

    if (!add_row(router, err, row))
        return false;
    if (is_under(rest, "/health") || is_under(rest, "/accounts"))
        return true;
    copy = arena_new(router->mem, struct route);
    *copy = *row;
    copy->pattern = arena_printf(router->mem, "/v1/accounts/{account}%s", rest);
    return add_row(router, err, copy);
}

bool route_compile(struct err *err, const struct route *rows, bool is_licensing,
                   struct router **out)
{
    struct arena *mem = arena_make(32 * 1024);
    struct router *router = arena_new(mem, struct router);

    assert(err->kind == NULL);
    router->mem = mem;
    for (; rows->pattern != NULL; rows++) {
        if (!check_row(err, rows))
            break;
        if (is_under(rows->pattern, "/v1") != is_licensing)
            continue;
        if (!(is_licensing ? add_service_row : add_row)(router, err, rows))
            break;
    }
    if (err->kind != NULL) {
        arena_free(mem);
        return false;
    }
    *out = router;
    return true;
}

void route_free(struct router *router)
{
    if (router != NULL)
        arena_free(router->mem);
}

/* --- lookup --- */

struct walk {
    const char *segments[ROUTE_SEGMENTS_MAX]; /* decoded */
    size_t count;
    const char *args[REQ_ARGS_MAX];
    enum method method;
    const struct node *other; /* a node that has the path under another method */
};

static bool has_rows(const struct node *node)
{
    for (size_t i = 0; i < METHOD_COUNT; i++)
        if (node->rows[i] != NULL)
            return true;
    return false;
}

/* A UUID is needed where the row says {id}; the other names take anything. */
static bool args_fit(const struct walk *w, const struct route *row)
{
    struct span rest = span_of(row->pattern + 1), segment;
    size_t arg = 0;
    struct id id;

    while (span_cut(&rest, '/', &segment)) {
        if (segment.len == 0 || segment.p[0] != '{')
            continue;
        if (span_equal(segment, "{id}") && !id_parse(w->args[arg], &id))
            return false;
        arg++;
    }
    return true;
}

static bool any_fits(const struct walk *w, const struct node *node)
{
    for (size_t i = 0; i < METHOD_COUNT; i++)
        if (node->rows[i] != NULL && args_fit(w, node->rows[i]))
            return true;
    return false;
}

/* Literals first: /tickets/new is not a ticket. The depth is bounded by the segments. */
static const struct route *walk(struct walk *w, const struct node *node, size_t depth, size_t args)
{
    const struct route *found;

    if (depth == w->count) {
        if (node->rows[w->method] != NULL && args_fit(w, node->rows[w->method]))
            return node->rows[w->method];
        if (w->other == NULL && has_rows(node) && any_fits(w, node))
            w->other = node;
        return NULL;
    }
    for (const struct node *child = node->children; child != NULL; child = child->next) {
        if (strcmp(child->literal, w->segments[depth]) != 0)
            continue;
        found = walk(w, child, depth + 1, args);
        if (found != NULL)
            return found;
    }
    if (node->variable == NULL || args == REQ_ARGS_MAX)
        return NULL;
    w->args[args] = w->segments[depth];
    return walk(w, node->variable, depth + 1, args + 1);
}

static bool split(struct walk *w, struct arena *mem, const char *path)
{
    struct span rest = span_of(path), segment;

    if (rest.len == 0 || rest.p[0] != '/')
        return false;
    rest.p++;
    rest.len--;
    while (rest.len > 0 && span_cut(&rest, '/', &segment)) {
        if (w->count == ROUTE_SEGMENTS_MAX || segment.len == 0)
            return false;
        w->segments[w->count] = url_segment(mem, segment, url_allows_controls(path));
        if (w->segments[w->count++] == NULL)
            return false;
        if (rest.p != NULL && rest.len == 0)
            return is_under(path, "/v1"); /* ends with /: the licensing protocol lets it */
    }
    return true;
}

static const char *allow_text(struct arena *mem, const struct node *node)
{
    struct str s = str_new(mem);

    for (size_t i = 0; i < METHOD_COUNT; i++)
        if (node->rows[i] != NULL)
            str_fmt(&s, "%s%s%s", s.len > 0 ? ", " : "", METHOD_NAMES[i],
                    i == METHOD_GET ? ", HEAD" : "");
    return s.p;
}

static void set_id(struct req *rq, const struct route *row)
{
    struct span rest = span_of(row->pattern + 1), segment;
    size_t arg = 0;

    while (span_cut(&rest, '/', &segment)) {
        if (segment.len == 0 || segment.p[0] != '{')
            continue;
        if (span_equal(segment, "{id}") && !id_parse(rq->args[arg], &rq->id))
            return; /* cannot be: args_fit has parsed it */
        arg++;
    }
}

bool route_allows(const struct route *row, const struct viewer *viewer)
{
    if (!viewer_has(viewer, row->rights))
        return false;
    if (viewer->kind != VIEWER_CUSTOMER)
        return true;
    if (row->method != METHOD_GET && (row->rights & viewer->reads_only) != 0)
        return false;
    return (row->needs & NEED_TICKETS) == 0 || viewer_acts_on_tickets(viewer);
}

const struct route *route_at(const struct router *router, struct arena *mem, enum method method,
                             const char *path)
{
    struct walk w = {.method = method};

    return split(&w, mem, path) ? walk(&w, &router->root, 0, 0) : NULL;
}

const struct route *route_find(const struct router *router, struct req *rq, bool *path_known)
{
    struct walk w = {.method = rq->method == METHOD_HEAD ? METHOD_GET : rq->method};
    const struct route *row;

    *path_known = false;
    rq->allow = NULL;
    if (!split(&w, rq->cx.mem, rq->path))
        return NULL;
    row = walk(&w, &router->root, 0, 0);
    if (row == NULL) {
        if (w.other != NULL)
            rq->allow = allow_text(rq->cx.mem, w.other);
        *path_known = w.other != NULL;
        return NULL;
    }
    memcpy(rq->args, w.args, sizeof(rq->args));
    set_id(rq, row);
    *path_known = true;
    return row;
}

const char *route_method_name(enum method method)
{
    return METHOD_NAMES[method];
}

bool route_method_parse(const char *name, enum method *out)
{
    for (size_t i = 0; i < METHOD_COUNT; i++) {
        if (strcmp(METHOD_NAMES[i], name) == 0) {
            *out = (enum method)i;
            return true;
        }
    }
    return false;
}
