/* Drawing: the nodes of a template with a context. */
#include "base/parse.h"
#include "portal/http/mustache.h"

#include <assert.h>
#include <string.h>

enum {
    DRAW_STACK_MAX = 128,
    DRAW_PARTIALS_MAX = 24,
    DRAW_STEPS_MAX = 1000000,
    DRAW_BYTES_MAX = 32 * 1024 * 1024
};

struct draw {
    struct str *out;
    const json_t *stack[DRAW_STACK_MAX]; /* contexts, the innermost last */
    size_t depth;
    struct span indent; /* before each line of the template being drawn */
    unsigned partials;  /* how many are open */
    unsigned steps;
};

static void draw_range(struct draw *d, const struct mustache *m, size_t from, size_t to);

static const json_t *member(const json_t *of, const char *part)
{
    int64_t index;

    if (json_is_array(of))
        return parse_i64(part, 0, INT32_MAX, &index) ? json_array_get(of, (size_t)index) : NULL;
    return json_object_get(of, part);
}

/* The first part is looked for from the inside out, the others only below it. */
static const json_t *find(const struct draw *d, const struct mustache_node *n)
{
    const json_t *found = NULL;

    if (n->path_count == 0)
        return d->stack[d->depth - 1];
    for (size_t i = d->depth; i > 0 && found == NULL; i--)
        found = json_object_get(d->stack[i - 1], n->path[0]);
    for (size_t i = 1; i < n->path_count && found != NULL; i++)
        found = member(found, n->path[i]);
    return found;
}

static bool is_truth(const json_t *value)
{
    if (value == NULL)
        return false;
    switch (json_typeof(value)) {
    case JSON_NULL:
    case JSON_FALSE:
        return false;
    case JSON_ARRAY:
        return json_array_size(value) > 0;
    case JSON_STRING:
        return json_string_length(value) > 0;
    case JSON_INTEGER:
        return json_integer_value(value) != 0;
    case JSON_OBJECT:
    case JSON_REAL:
    case JSON_TRUE:
        return true;
    }
    return false;
}

static void draw_value(struct draw *d, const json_t *value, bool is_raw)
{
    if (value == NULL)
        return;
    switch (json_typeof(value)) {
    case JSON_STRING:
        if (is_raw)
            str_add_n(d->out, json_string_value(value), json_string_length(value));
        else
            str_html(d->out, json_string_value(value));
        return;
    case JSON_INTEGER:
        str_i64(d->out, json_integer_value(value));
        return;
    case JSON_REAL:
        str_fmt(d->out, "%.15g", json_real_value(value));
        return;
    case JSON_TRUE:
        str_add(d->out, "true");
        return;
    case JSON_FALSE:
        str_add(d->out, "false");
        return;
    case JSON_NULL:
    case JSON_OBJECT:
    case JSON_ARRAY:
        return;
    }
}

static void draw_text(struct draw *d, struct span text)
{
    if (d->indent.len == 0) {
        str_add_n(d->out, text.p, text.len);
        return;
    }
    while (text.len > 0) {
        const char *newline = memchr(text.p, '\n', text.len);
        size_t len = newline == NULL ? text.len : (size_t)(newline - text.p) + 1;

        str_add_n(d->out, text.p, len);
        text.p += len;
        text.len -= len;
        if (text.len > 0)
            str_add_n(d->out, d->indent.p, d->indent.len);
    }
}

static void draw_with(struct draw *d, const struct mustache *m, size_t node, const json_t *context)
{
    if (d->depth == DRAW_STACK_MAX)
        return;
    d->stack[d->depth++] = context;
    draw_range(d, m, node + 1, m->nodes[node].end);
    d->depth--;
}

static void draw_section(struct draw *d, const struct mustache *m, size_t node)
{
    const struct mustache_node *n = &m->nodes[node];
    const json_t *value = find(d, n);

    if (n->type == MUSTACHE_INVERTED) {
        if (!is_truth(value))
            draw_range(d, m, node + 1, n->end);
        return;
    }
    if (!is_truth(value))
        return;
    if (!json_is_array(value)) {
        draw_with(d, m, node, value);
        return;
    }
    for (size_t i = 0; i < json_array_size(value); i++)
        draw_with(d, m, node, json_array_get(value, i));
}

static void draw_partial(struct draw *d, const struct mustache_node *n)
{
    struct span outer = d->indent;

    if (n->into == NULL || d->partials == DRAW_PARTIALS_MAX)
        return;
    if (!n->is_standalone) {
        d->indent = (struct span){NULL, 0};
    } else if (n->text.len > 0) {
        char *both = arena_alloc(d->out->mem, outer.len + n->text.len + 1);

        if (outer.len > 0)
            memcpy(both, outer.p, outer.len);
        memcpy(both + outer.len, n->text.p, n->text.len);
        d->indent = (struct span){both, outer.len + n->text.len};
    }
    d->partials++;
    draw_range(d, n->into, 0, n->into->count);
    d->partials--;
    d->indent = outer;
}

static void draw_range(struct draw *d, const struct mustache *m, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++) {
        const struct mustache_node *n = &m->nodes[i];

        if (++d->steps > DRAW_STEPS_MAX || d->out->len > DRAW_BYTES_MAX)
            return;
        if (n->is_line_start && d->indent.len > 0)
            str_add_n(d->out, d->indent.p, d->indent.len);
        switch (n->type) {
        case MUSTACHE_TEXT:
            draw_text(d, n->text);
            break;
        case MUSTACHE_VALUE:
        case MUSTACHE_RAW:
            draw_value(d, find(d, n), n->type == MUSTACHE_RAW);
            break;
        case MUSTACHE_SECTION:
        case MUSTACHE_INVERTED:
            draw_section(d, m, i);
            i = n->end - 1;
            break;
        case MUSTACHE_PARTIAL:
            draw_partial(d, n);
            break;
        }
    }
}

void mustache_draw(const struct mustache *m, const json_t *context, struct str *out)
{
    struct draw d = {.out = out, .stack = {context}, .depth = 1};

    draw_range(&d, m, 0, m->count);
}
