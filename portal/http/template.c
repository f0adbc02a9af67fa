/* Templates: all files of a folder, compiled for each language and linked. */
#include "portal/http/template.h"

#include "base/log.h"
#include "portal/http/mustache.h"

#include <assert.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { TEMPLATE_BYTES_MAX = 256 * 1024, TEMPLATE_DEPTH_MAX = 4, TEMPLATE_FILES_MAX = 2000 };

struct set { /* all templates of one language, by name */
    const struct lang *lang;
    struct mustache **items;
};

struct edition { /* all templates as they were read at one time */
    struct arena *mem;
    size_t count;
    struct set *sets;
    size_t set_count;
    struct edition *before; /* still in use by who began before the next was read */
};

struct templates {
    _Atomic(struct edition *) now;
};

struct source { /* a file before it is compiled */
    const char *name;
    struct span text;
};

struct loader {
    struct arena *mem, *scratch;
    struct err *err;
    struct source *sources; /* in scratch */
    size_t count;
};

/* --- files --- */

static bool read_file(struct loader *l, const char *path, struct span *out)
{
    struct stat st;
    char *bytes;
    size_t got = 0;
    ssize_t n = 0;
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0)
        return err_set(l->err, &ERR_INTERNAL, "%s cannot be opened", path);
    if (fstat(fd, &st) != 0 || st.st_size > TEMPLATE_BYTES_MAX) {
        close(fd);
        return err_set(l->err, &ERR_INTERNAL, "%s is larger than a template may be", path);
    }
    bytes = arena_alloc(l->scratch, (size_t)st.st_size + 1);
    while (got < (size_t)st.st_size && (n = read(fd, bytes + got, (size_t)st.st_size - got)) > 0)
        got += (size_t)n;
    close(fd);
    if (n < 0)
        return err_set(l->err, &ERR_INTERNAL, "%s cannot be read", path);
    *out = (struct span){bytes, got};
    return true;
}

static bool add_source(struct loader *l, const char *path, const char *name)
{
    struct source *s = &l->sources[l->count];
    size_t len = strlen(name) - strlen(".html");

    if (l->count == TEMPLATE_FILES_MAX)
        return err_set(l->err, &ERR_INTERNAL, "more than %d templates", TEMPLATE_FILES_MAX);
    if (!read_file(l, path, &s->text))
        return false;
    s->name = arena_dup_bytes(l->mem, name, len);
    l->count++;
    return true;
}

static bool ends_in_html(const char *name)
{
    size_t len = strlen(name);

    return len > 5 && strcmp(name + len - 5, ".html") == 0;
}

static bool read_dir(struct loader *l, const char *dir, const char *prefix, int depth)
{
    DIR *d = opendir(dir);
    struct dirent *entry;
    bool ok = true;

    if (d == NULL)
        return err_set(l->err, &ERR_INTERNAL, "the folder %s cannot be read", dir);
    while (ok && (entry = readdir(d)) != NULL) {
        const char *path = arena_printf(l->scratch, "%s/%s", dir, entry->d_name);
        const char *name = arena_printf(l->scratch, "%s%s", prefix, entry->d_name);
        struct stat st;

        if (entry->d_name[0] == '.' || stat(path, &st) != 0)
            continue;
        if (S_ISDIR(st.st_mode) && depth < TEMPLATE_DEPTH_MAX)
            ok = read_dir(l, path, arena_printf(l->scratch, "%s/", name), depth + 1);
        else if (S_ISREG(st.st_mode) && ends_in_html(entry->d_name))
            ok = add_source(l, path, name);
    }
    closedir(d);
    return ok;
}

static int by_source_name(const void *a, const void *b)
{
    return strcmp(((const struct source *)a)->name, ((const struct source *)b)->name);
}

/* --- lookup --- */

static const struct mustache *find_template(const struct edition *t, const struct set *set,
                                            const char *name)
{
    size_t low = 0, high = t->count;

    while (low < high) {
        size_t mid = low + (high - low) / 2;
        int order = strcmp(name, set->items[mid]->name);

        if (order == 0)
            return set->items[mid];
        if (order < 0)
            high = mid;
        else
            low = mid + 1;
    }
    return NULL;
}

static const struct set *set_of(const struct edition *t, const struct lang *lang)
{
    for (size_t i = 0; i < t->set_count; i++)
        if (t->sets[i].lang == lang)
            return &t->sets[i];
    return &t->sets[0];
}

/* --- compiling --- */

/* Every fault is logged, so that a page's author sees them all; the first stays in err. */
static void note(struct err *first, const struct err *err)
{
    log_error("-", "template %s", err->oper);
    if (first->kind == NULL)
        *first = *err;
}

static void link_partials(struct loader *l, const struct edition *t, const struct set *set)
{
    for (size_t i = 0; i < t->count; i++) {
        struct mustache *m = set->items[i];

        for (size_t k = 0; k < m->count; k++) {
            struct mustache_node *n = &m->nodes[k];
            struct err err = {.kind = NULL};

            if (n->type != MUSTACHE_PARTIAL)
                continue;
            n->into = find_template(t, set, n->name);
            if (n->into != NULL)
                continue;
            err_set(&err, &ERR_INVALID, "%s.html:%u: there is no partial %s", m->name, n->line,
                    n->name);
            note(l->err, &err);
        }
    }
}

static bool compile_set(struct loader *l, const struct edition *t, struct set *set)
{
    struct mustache_dialect dialect = {.lang = set->lang, .is_strict = true};
    bool all = true;

    set->items = arena_array(l->mem, struct mustache *, t->count);
    for (size_t i = 0; i < t->count; i++) {
        const struct source *s = &l->sources[i];
        struct err err = {.kind = NULL};

        if (mustache_parse(l->mem, &err, arena_printf(l->scratch, "%s.html", s->name), s->text,
                           &dialect, &set->items[i])) {
            set->items[i]->name = s->name;
            continue;
        }
        note(l->err, &err);
        all = false;
    }
    if (all)
        link_partials(l, t, set);
    return l->err->kind == NULL;
}

static bool compile_all(struct loader *l, const struct lang_set *langs, struct edition *t)
{
    bool ok = true;

    t->count = l->count;
    t->set_count = lang_count(langs);
    t->sets = arena_array(l->mem, struct set, t->set_count);
    for (size_t i = 0; i < t->set_count; i++) {
        t->sets[i].lang = lang_at(langs, i);
        ok = compile_set(l, t, &t->sets[i]) && ok;
    }
    return ok;
}

static bool read_edition(struct err *err, const char *dir, const struct lang_set *langs,
                         struct edition **out)
{
    struct arena *mem = arena_make(256 * 1024);
    struct arena *scratch = arena_make(256 * 1024);
    struct edition *t = arena_new(mem, struct edition);
    struct loader l = {.mem = mem, .scratch = scratch, .err = err};
    bool ok;

    assert(err->kind == NULL);
    t->mem = mem;
    l.sources = arena_array(scratch, struct source, TEMPLATE_FILES_MAX + 1);
    ok = read_dir(&l, dir, "", 0);
    if (ok) {
        qsort(l.sources, l.count, sizeof(*l.sources), by_source_name);
        ok = compile_all(&l, langs, t);
    }
    arena_free(scratch);
    if (ok)
        *out = t;
    else
        arena_free(mem);
    return ok;
}

bool template_load(struct err *err, const char *dir, const struct lang_set *langs,
                   struct templates **out)
{
    struct edition *first;

    if (!read_edition(err, dir, langs, &first))
        return false;
    *out = calloc(1, sizeof(**out));
    assert(*out != NULL);
    atomic_store(&(*out)->now, first);
    return true;
}

bool template_reload(struct err *err, struct templates *templates, const char *dir,
                     const struct lang_set *langs)
{
    struct edition *next;

    if (!read_edition(err, dir, langs, &next))
        return false;
    next->before = atomic_load(&templates->now);
    atomic_store(&templates->now, next);
    return true;
}

void template_free(struct templates *templates)
{
    struct edition *t = templates == NULL ? NULL : atomic_load(&templates->now);

    while (t != NULL) {
        struct edition *before = t->before;

        arena_free(t->mem);
        t = before;
    }
    free(templates);
}

bool template_render(const struct templates *templates, const struct lang *lang, const char *name,
                     const json_t *context, struct str *out)
{
    const struct edition *t = atomic_load(&templates->now);
    const struct mustache *m = find_template(t, set_of(t, lang), name);

    if (m == NULL)
        return false;
    mustache_draw(m, context, out);
    return true;
}

/* --- one text --- */

struct text_link { /* a partial compiled for template_render_text */
    const char *name;
    struct mustache *m;
};

static void link_texts(struct mustache *m, const struct text_link *links, size_t count)
{
    for (size_t i = 0; i < m->count; i++)
        for (size_t k = 0; k < count && m->nodes[i].type == MUSTACHE_PARTIAL; k++)
            if (strcmp(m->nodes[i].name, links[k].name) == 0)
                m->nodes[i].into = links[k].m;
}

bool template_render_text(struct arena *mem, struct err *err, const char *text, json_t *partials,
                          const json_t *context, bool strict_html, struct str *out)
{
    struct mustache_dialect dialect = {.is_strict = strict_html};
    size_t count = json_object_size(partials), done = 0;
    struct text_link *links = arena_array(mem, struct text_link, count + 1);
    struct mustache *m;
    const char *name;
    json_t *value;

    json_object_foreach (partials, name, value) {
        const char *source = json_is_string(value) ? json_string_value(value) : "";

        links[done].name = name;
        if (!mustache_parse(mem, err, name, span_of(source), &dialect, &links[done].m))
            return false;
        done++;
    }
    if (!mustache_parse(mem, err, "text", span_of(text), &dialect, &m))
        return false;
    link_texts(m, links, done);
    for (size_t i = 0; i < done; i++)
        link_texts(links[i].m, links, done);
    mustache_draw(m, context, out);
    return true;
}
