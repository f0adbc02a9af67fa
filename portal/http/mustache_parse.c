/* Compiling: template text to nodes, translation blocks resolved on the way. */
#include "portal/http/mustache.h"

#include <assert.h>
#include <string.h>

enum { DELIMITER_MAX = 16, NAME_MAX_BYTES = 200 };

struct tag {
    char sigil; /* # ^ / > ! = { & or 0 for a variable */
    struct span name;
    const char *start, *end; /* of the whole tag */
    bool is_standalone;
    bool is_line_start;
    const char *line_start, *next_line; /* of a standalone tag's lines */
};

struct parser {
    struct arena *mem, *scratch;
    struct err *err;
    const char *file;
    const struct mustache_dialect *dialect;
    const char *begin, *at, *end;
    char open[DELIMITER_MAX + 1], close[DELIMITER_MAX + 1];
    struct mustache_node *nodes; /* in scratch */
    size_t count, cap;
    struct str pending; /* text not yet made into a node */
    bool has_pending, pending_line_start;
    size_t sections[MUSTACHE_NESTING_MAX]; /* open ones, as nodes */
    struct span names[MUSTACHE_NESTING_MAX];
    size_t depth;
};

static unsigned line_of(const struct parser *p, const char *at)
{
    unsigned line = 1;

    for (const char *c = p->begin; c < at; c++)
        line += *c == '\n';
    return line;
}

static bool fault(struct parser *p, const char *at, const char *what, struct span which)
{
    int len = which.len > 60 ? 60 : (int)which.len;

    return err_set(p->err, &ERR_INVALID, "%s:%u: %s%s%.*s", p->file, line_of(p, at), what,
                   len > 0 ? ": " : "", len, len > 0 ? which.p : "");
}

/* --- nodes --- */

static struct mustache_node *push(struct parser *p, enum mustache_type type)
{
    if (p->count == p->cap) {
        struct mustache_node *more;

        p->cap = p->cap == 0 ? 64 : p->cap * 2;
        more = arena_array(p->scratch, struct mustache_node, p->cap);
        if (p->count > 0)
            memcpy(more, p->nodes, p->count * sizeof(*more));
        p->nodes = more;
    }
    p->nodes[p->count] = (struct mustache_node){.type = type};
    return &p->nodes[p->count++];
}

static void flush_text(struct parser *p)
{
    if (p->has_pending) {
        struct mustache_node *n = push(p, MUSTACHE_TEXT);

        n->text.p = arena_dup_bytes(p->mem, p->pending.p, p->pending.len);
        n->text.len = p->pending.len;
        n->is_line_start = p->pending_line_start;
    }
    p->pending = str_new(p->scratch);
    p->has_pending = false;
}

/* Neighbouring texts become one node unless the line starts would get lost. */
static void add_text(struct parser *p, const char *bytes, size_t len, bool is_line_start)
{
    bool ends_line = p->pending.len > 0 && p->pending.p[p->pending.len - 1] == '\n';

    if (len == 0 && !is_line_start)
        return;
    if (p->has_pending && ends_line != is_line_start)
        flush_text(p);
    if (!p->has_pending) {
        p->has_pending = true;
        p->pending_line_start = is_line_start;
    }
    str_add_n(&p->pending, bytes, len);
}

static void add_source(struct parser *p, const char *from, const char *to)
{
    if (to > from)
        add_text(p, from, (size_t)(to - from), from == p->begin || from[-1] == '\n');
}

static bool is_plain_name(struct span name)
{
    for (size_t i = 0; i < name.len; i++) {
        char c = name.p[i];

        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
              c == '_' || c == '.' || c == '-'))
            return false;
    }
    return name.len > 0;
}

static bool set_path(struct parser *p, struct mustache_node *n, const char *at, struct span name)
{
    const char *parts[MUSTACHE_PATH_MAX];
    const char **kept;
    struct span rest = name, head;
    uint16_t count = 0;

    if (name.len == 0 || name.len > NAME_MAX_BYTES)
        return fault(p, at, "a tag without a usable name", name);
    if (p->dialect->is_strict && !is_plain_name(name))
        return fault(p, at, "a name may have letters, digits, _ - and . only", name);
    if (span_equal(name, "."))
        return true;
    while (span_cut(&rest, '.', &head)) {
        if (count == MUSTACHE_PATH_MAX)
            return fault(p, at, "a name of too many parts", name);
        parts[count++] = span_dup(p->mem, head);
    }
    kept = (const char **)arena_alloc_array(p->mem, count, sizeof(*kept));
    memcpy(kept, parts, count * sizeof(*kept));
    n->path = kept;
    n->path_count = count;
    return true;
}

/* --- tags --- */

static const char *find_text(const char *from, const char *end, const char *what)
{
    size_t len = strlen(what);

    while (from < end && (size_t)(end - from) >= len) {
        const char *hit = memchr(from, what[0], (size_t)(end - from) - len + 1);

        if (hit == NULL || memcmp(hit, what, len) == 0)
            return hit;
        from = hit + 1;
    }
    return NULL;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* A tag that is alone on its line takes the line with it. */
static void find_standalone(const struct parser *p, struct tag *tag)
{
    const char *before = tag->start, *after = tag->end;

    while (before > p->begin && is_blank(before[-1]))
        before--;
    while (after < p->end && is_blank(*after))
        after++;
    if (before > p->begin && before[-1] != '\n')
        return;
    if (after < p->end && *after == '\r' && after + 1 < p->end && after[1] == '\n')
        after++;
    if (after < p->end && *after != '\n')
        return;
    tag->is_standalone = true;
    tag->line_start = before;
    tag->next_line = after < p->end ? after + 1 : after;
}

static bool takes_line(const struct parser *p, const struct tag *tag)
{
    if (strchr("#^/>!=", tag->sigil) == NULL || tag->sigil == '\0')
        return false;
    /* {{#t}} is text: its line stays. */
    return p->dialect->lang == NULL || !span_equal(tag->name, "t");
}

/* The next tag from p->at on; false with no fault at the end of the text. */
static bool next_tag(struct parser *p, struct tag *tag)
{
    const char *start = find_text(p->at, p->end, p->open);
    const char *from, *stop;
    char closing[DELIMITER_MAX + 2];

    if (start == NULL)
        return false;
    *tag = (struct tag){.start = start};
    from = start + strlen(p->open);
    if (from < p->end && strchr("#^/>!={&", *from) != NULL && *from != '\0')
        tag->sigil = *from++;
    closing[0] = '\0';
    if (tag->sigil == '{' || tag->sigil == '=') {
        closing[0] = tag->sigil == '{' ? '}' : '=';
        closing[1] = '\0';
    }
    memcpy(closing + strlen(closing), p->close, strlen(p->close) + 1);
    stop = find_text(from, p->end, closing);
    if (stop == NULL)
        return fault(p, start, "a tag that is not closed", span_of(p->open));
    tag->end = stop + strlen(closing);
    tag->name = span_trim((struct span){from, (size_t)(stop - from)});
    tag->is_line_start = start == p->begin || start[-1] == '\n';
    if (takes_line(p, tag))
        find_standalone(p, tag);
    return true;
}

static bool set_delimiters(struct parser *p, const struct tag *tag)
{
    struct span open, close = tag->name;

    if (!span_cut(&close, ' ', &open))
        return fault(p, tag->start, "two delimiters are needed", tag->name);
    close = span_trim(close);
    if (open.len == 0 || close.len == 0 || open.len > DELIMITER_MAX || close.len > DELIMITER_MAX ||
        memchr(close.p, ' ', close.len) != NULL || memchr(open.p, '=', open.len) != NULL ||
        memchr(close.p, '=', close.len) != NULL)
        return fault(p, tag->start, "two delimiters are needed", tag->name);
    memcpy(p->open, open.p, open.len);
    p->open[open.len] = '\0';
    memcpy(p->close, close.p, close.len);
    p->close[close.len] = '\0';
    return true;
}

static bool add_value(struct parser *p, const struct tag *tag)
{
    struct mustache_node *n;
    bool is_raw = tag->sigil != '\0';
    struct span name = tag->name;

    if (is_raw && p->dialect->is_strict &&
        (name.len < 5 || memcmp(name.p + name.len - 5, "_html", 5) != 0))
        return fault(p, tag->start, "only names that end in _html may go unescaped", name);
    flush_text(p);
    n = push(p, is_raw ? MUSTACHE_RAW : MUSTACHE_VALUE);
    n->is_line_start = tag->is_line_start;
    return set_path(p, n, tag->start, name);
}

static bool add_partial(struct parser *p, const struct tag *tag)
{
    struct mustache_node *n;

    if (tag->name.len == 0 || tag->name.len > NAME_MAX_BYTES)
        return fault(p, tag->start, "a partial needs a name", tag->name);
    flush_text(p);
    n = push(p, MUSTACHE_PARTIAL);
    n->line = line_of(p, tag->start);
    n->name = span_dup(p->mem, tag->name);
    n->is_standalone = tag->is_standalone;
    n->is_line_start = tag->is_line_start && !tag->is_standalone;
    if (tag->is_standalone) {
        n->text.len = (size_t)(tag->start - tag->line_start);
        n->text.p = arena_dup_bytes(p->mem, tag->line_start, n->text.len);
    }
    return true;
}

static bool open_section(struct parser *p, const struct tag *tag)
{
    struct mustache_node *n;

    if (p->depth == MUSTACHE_NESTING_MAX)
        return fault(p, tag->start, "sections nested too deep", tag->name);
    flush_text(p);
    p->sections[p->depth] = p->count;
    p->names[p->depth++] = tag->name;
    n = push(p, tag->sigil == '#' ? MUSTACHE_SECTION : MUSTACHE_INVERTED);
    n->is_line_start = tag->is_line_start && !tag->is_standalone;
    return set_path(p, n, tag->start, tag->name);
}

static bool close_section(struct parser *p, const struct tag *tag)
{
    struct span open;

    if (p->depth == 0)
        return fault(p, tag->start, "nothing is open that this could close", tag->name);
    open = p->names[p->depth - 1];
    if (open.len != tag->name.len || memcmp(open.p, tag->name.p, open.len) != 0)
        return fault(p, tag->start, "another section is open than this would close", tag->name);
    if (tag->is_line_start && !tag->is_standalone)
        add_text(p, "", 0, true);
    flush_text(p);
    p->depth--;
    p->nodes[p->sections[p->depth]].end = p->count;
    return true;
}

/* --- {{#t}} --- */

struct block { /* a translation block as it is read */
    struct str key;
    struct tag tags[MUSTACHE_PATH_MAX * 2];
    size_t count;
    bool has_blank_before, has_blank_after;
};

/* Runs of white space count as one blank, as the browser shows them. */
static void add_key_char(struct block *b, char c)
{
    bool blank = is_blank(c) || c == '\n' || c == '\r';

    if (blank && b->key.len == 0) {
        b->has_blank_before = true;
    } else if (blank) {
        b->has_blank_after = true;
    } else {
        if (b->has_blank_after)
            str_char(&b->key, ' ');
        b->has_blank_after = false;
        str_char(&b->key, c);
    }
}

static void add_key_tag(struct block *b, const struct tag *tag)
{
    add_key_char(b, '{');
    str_add_n(&b->key, tag->name.p, tag->name.len);
    add_key_char(b, '}');
    b->tags[b->count++] = *tag;
}

static bool read_block(struct parser *p, const struct tag *opening, struct block *b)
{
    const char *at = opening->end;
    struct tag tag;

    *b = (struct block){.key = str_new(p->scratch)};
    for (;;) {
        p->at = at;
        if (!next_tag(p, &tag))
            return p->err->kind != NULL
                       ? false
                       : fault(p, opening->start, "a translation block that is not closed",
                               opening->name);
        for (; at < tag.start; at++)
            add_key_char(b, *at);
        at = tag.end;
        if (tag.sigil == '/' && span_equal(tag.name, "t"))
            break;
        if (tag.sigil != '\0')
            return fault(p, tag.start, "only {{name}} may stand in a translation block", tag.name);
        if (b->count == COUNT(b->tags))
            return fault(p, tag.start, "too many values in a translation block", tag.name);
        add_key_tag(b, &tag);
    }
    p->at = at;
    if (b->key.len == 0)
        return fault(p, opening->start, "a translation block without text", opening->name);
    return true;
}

static void add_escaped(struct parser *p, const char *from, const char *to, bool is_line_start)
{
    struct str html = str_new(p->scratch);

    str_html(&html, arena_dup_bytes(p->scratch, from, (size_t)(to - from)));
    add_text(p, html.p, html.len, is_line_start);
}

static const struct tag *block_tag(const struct block *b, struct span name)
{
    for (size_t i = 0; i < b->count; i++)
        if (b->tags[i].name.len == name.len && memcmp(b->tags[i].name.p, name.p, name.len) == 0)
            return &b->tags[i];
    return NULL;
}

/* The sentence in the dialect's language: its {name} are the block's tags. */
static bool add_block(struct parser *p, const struct tag *opening)
{
    struct block b;
    const char *at, *brace;
    bool is_line_start = opening->is_line_start;

    if (!read_block(p, opening, &b))
        return false;
    if (b.has_blank_before) {
        add_text(p, " ", 1, is_line_start);
        is_line_start = false;
    }
    at = lang_text(p->dialect->lang, b.key.p);
    while ((brace = strchr(at, '{')) != NULL) {
        size_t len = strcspn(brace + 1, "}");
        const struct tag *tag = block_tag(&b, (struct span){brace + 1, len});
        struct tag value;

        if (tag == NULL)
            return fault(p, opening->start, "the translation names a value that is not in the text",
                         (struct span){brace, len + 1});
        add_escaped(p, at, brace, is_line_start);
        value = *tag;
        value.is_line_start = false;
        if (!add_value(p, &value))
            return false;
        is_line_start = false;
        at = brace + 1 + len + (brace[1 + len] == '}' ? 1 : 0);
    }
    add_escaped(p, at, at + strlen(at), is_line_start);
    if (b.has_blank_after)
        add_text(p, " ", 1, false);
    return true;
}

/* --- the whole --- */

static bool add_tag(struct parser *p, const struct tag *tag)
{
    switch (tag->sigil) {
    case '#':
        if (p->dialect->lang != NULL && span_equal(tag->name, "t"))
            return add_block(p, tag);
        return open_section(p, tag);
    case '^':
        return open_section(p, tag);
    case '/':
        return close_section(p, tag);
    case '>':
        return add_partial(p, tag);
    case '=':
        return set_delimiters(p, tag);
    case '!':
        return true;
    default:
        return add_value(p, tag);
    }
}

static bool parse_all(struct parser *p)
{
    struct tag tag;

    while (next_tag(p, &tag)) {
        const char *from = p->at;

        add_source(p, from,
                   tag.is_standalone && tag.line_start >= from ? tag.line_start : tag.start);
        if ((tag.sigil == '!' || tag.sigil == '=') && tag.is_line_start && !tag.is_standalone)
            add_text(p, "", 0, true);
        p->at = tag.is_standalone ? tag.next_line : tag.end;
        if (!add_tag(p, &tag))
            return false;
    }
    if (p->err->kind != NULL)
        return false;
    add_source(p, p->at, p->end);
    p->at = p->end;
    flush_text(p);
    if (p->depth > 0)
        return fault(p, p->end, "a section that is not closed", p->names[p->depth - 1]);
    return true;
}

bool mustache_parse(struct arena *mem, struct err *err, const char *name, struct span text,
                    const struct mustache_dialect *dialect, struct mustache **out)
{
    struct mustache *m = arena_new(mem, struct mustache);
    struct arena *scratch = arena_make(16 * 1024);
    struct parser p = {.mem = mem,
                       .scratch = scratch,
                       .err = err,
                       .file = name,
                       .dialect = dialect,
                       .begin = text.p,
                       .at = text.p,
                       .end = text.p + text.len,
                       .open = "{{",
                       .close = "}}",
                       .pending = str_new(scratch)};
    bool ok;

    assert(err->kind == NULL);
    ok = parse_all(&p);
    if (ok) {
        m->name = name;
        m->count = p.count;
        m->nodes = arena_array(mem, struct mustache_node, p.count);
        if (p.count > 0)
            memcpy(m->nodes, p.nodes, p.count * sizeof(*m->nodes));
        *out = m;
    }
    arena_free(scratch);
    return ok;
}
