#include "portal/http/statics.h"

#include "portal/http/reply.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { STATIC_BYTES_MAX = 8 * 1024 * 1024 };

static const struct err_kind ERR_STATICS = {
    ERR_CLASS_INTERNAL, "STATICS",
    "The static files in {} are missing or incomplete. Build them again (make)."};

struct file {
    const char *url;
    const char *type;
    struct span bytes;
};

struct statics {
    struct arena *mem;
    json_t *by_hashed; /* hashed name -> index in files */
    json_t *urls;      /* plain name -> url */
    json_t *names;     /* name as templates write it ("app_css") -> url */
    struct file *files;
};

static const struct {
    const char *ending, *type;
} TYPES[] = {
    {".css", "text/css; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
    {".svg", "image/svg+xml"},
    {".png", "image/png"},
    {".ico", "image/x-icon"},
    {".woff2", "font/woff2"},
    {".txt", "text/plain; charset=utf-8"},
    {".json", "application/json"},
};

static const char *type_of(const char *name)
{
    const char *ending = strrchr(name, '.');

    for (size_t i = 0; ending != NULL && i < COUNT(TYPES); i++)
        if (strcmp(TYPES[i].ending, ending) == 0)
            return TYPES[i].type;
    return "application/octet-stream";
}

static bool refuse(struct err *err, const char *dir, const char *what)
{
    err_set(err, &ERR_STATICS, "static files: %s in %s", what, dir);
    err_arg(err, dir);
    return false;
}

static bool read_file(struct arena *mem, const char *path, struct span *out)
{
    struct stat st;
    char *bytes;
    size_t got = 0;
    ssize_t n = 1;
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0)
        return false;
    if (fstat(fd, &st) != 0 || st.st_size > STATIC_BYTES_MAX) {
        close(fd);
        return false;
    }
    bytes = arena_alloc(mem, (size_t)st.st_size + 1);
    while (got < (size_t)st.st_size && n > 0) {
        n = read(fd, bytes + got, (size_t)st.st_size - got);
        got += n > 0 ? (size_t)n : 0;
    }
    close(fd);
    *out = (struct span){bytes, got};
    return got == (size_t)st.st_size;
}

/* "app.css" is written app_css in a template, "icons.svg" icons: a picture's format may change. */
static const char *template_name(struct arena *mem, const char *name)
{
    char *copy = arena_dup(mem, name);
    char *ending = strrchr(copy, '.');

    if (ending != NULL && strcmp(type_of(name), "image/svg+xml") == 0)
        *ending = '\0';
    for (char *c = copy; *c != '\0'; c++)
        if (*c == '.' || *c == '-')
            *c = '_';
    return copy;
}

static bool add_file(struct statics *s, struct err *err, const char *dir, const char *name,
                     const char *hashed)
{
    size_t index = json_object_size(s->by_hashed);
    struct file *file = &s->files[index];

    if (hashed == NULL || strchr(hashed, '/') != NULL ||
        !read_file(s->mem, arena_printf(s->mem, "%s/%s", dir, hashed), &file->bytes))
        return refuse(err, dir, name);
    file->type = type_of(name);
    file->url = arena_printf(s->mem, "/static/%s", hashed);
    json_object_set_new(s->by_hashed, hashed, json_integer((json_int_t)index));
    json_object_set_new(s->urls, name, json_string(file->url));
    json_object_set_new(s->names, template_name(s->mem, name), json_string(file->url));
    return true;
}

bool statics_load(struct err *err, const char *dir, struct statics **out)
{
    struct arena *mem = arena_make(256 * 1024);
    struct statics *s = arena_new(mem, struct statics);
    json_t *manifest = json_load_file(arena_printf(mem, "%s/manifest.json", dir), 0, NULL);
    const char *name;
    json_t *hashed;
    bool ok = json_is_object(manifest);

    assert(err->kind == NULL);
    s->mem = mem;
    s->by_hashed = json_own(mem, json_object());
    s->urls = json_own(mem, json_object());
    s->names = json_own(mem, json_object());
    if (!ok)
        refuse(err, dir, "no manifest.json");
    s->files = arena_array(mem, struct file, json_object_size(manifest) + 1);
    json_object_foreach (manifest, name, hashed)
        ok = ok && add_file(s, err, dir, name, json_string_value(hashed));
    json_decref(manifest);
    if (ok)
        *out = s;
    else
        arena_free(mem);
    return ok;
}

void statics_free(struct statics *statics)
{
    if (statics != NULL)
        arena_free(statics->mem);
}

const char *statics_url(const struct statics *statics, const char *name)
{
    return json_get_text(statics->urls, name, "");
}

json_t *statics_names(const struct statics *statics)
{
    return json_deep_copy(statics->names);
}

bool statics_serve(struct req *rq)
{
    const struct statics *s = rq->app->statics;
    int64_t index = json_get_i64(s->by_hashed, rq->args[0], -1);

    if (index < 0)
        return err_set(&rq->cx.err, &ERR_NOT_FOUND, "static file");
    rq->type = s->files[index].type;
    str_add_n(&rq->out, s->files[index].bytes.p, s->files[index].bytes.len);
    /* the name changes with the bytes */
    reply_header(rq, "Cache-Control", "public, max-age=31536000, immutable");
    return true;
}
