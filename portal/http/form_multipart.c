/* multipart/form-data (RFC 7578). The body has to begin with its first boundary: browsers write no
 * preamble, and a scan for one is what a known hole of another parser was made of. */
#include "base/utf8.h"
#include "portal/http/form.h"

#include <string.h>
#include <strings.h>

enum { PART_HEAD_MAX = 4096, BOUNDARY_MAX = 70, FILE_NAME_MAX = 200, VALUE_MAX = 1024 * 1024 };

struct multipart {
    struct arena *mem;
    struct err *err;
    struct span rest;     /* after the boundary that was read last */
    const char *boundary; /* "--" and the boundary */
    size_t boundary_len;
    json_t *values;
    struct form_file *files;
    size_t file_count;
};

struct part {
    const char *name;
    const char *file_name; /* NULL: a plain field */
    struct span bytes;
};

static bool malformed(struct multipart *m, const char *what)
{
    return err_set(m->err, &ERR_MALFORMED, "multipart: %s", what);
}

/* Where needle begins in bytes; NULL if nowhere. */
static const char *find(struct span bytes, const char *needle, size_t len)
{
    const char *at = bytes.p, *end = bytes.p + bytes.len;

    while (at < end && (size_t)(end - at) >= len) {
        at = memchr(at, needle[0], (size_t)(end - at) - len + 1);
        if (at == NULL || memcmp(at, needle, len) == 0)
            return at;
        at++;
    }
    return NULL;
}

static void skip(struct span *s, size_t n)
{
    s->p += n;
    s->len -= n;
}

/* One parameter's value of a header line: key=value or key="value with \" in it". NULL if absent.
 */
static char *parameter(struct arena *mem, struct span line, const char *key)
{
    size_t key_len = strlen(key);

    for (size_t i = 0; i + key_len + 1 < line.len; i++) {
        struct str value = str_new(mem);
        bool is_quoted;

        if (line.p[i] == '"') { /* over a quoted value: a key inside it does not count */
            for (i++; i < line.len && line.p[i] != '"'; i++)
                i += line.p[i] == '\\' && i + 1 < line.len && line.p[i + 1] == '"';
            continue;
        }
        if ((line.p[i] != ';' && line.p[i] != ' ' && line.p[i] != '\t') ||
            strncasecmp(line.p + i + 1, key, key_len) != 0 || i + 1 + key_len >= line.len ||
            line.p[i + 1 + key_len] != '=')
            continue;
        i += key_len + 2;
        is_quoted = i < line.len && line.p[i] == '"';
        for (i += is_quoted; i < line.len; i++) {
            if (is_quoted ? line.p[i] == '"' : line.p[i] == ';' || line.p[i] == ' ')
                break;
            if (is_quoted && line.p[i] == '\\' && i + 1 < line.len && line.p[i + 1] == '"')
                i++;
            str_char(&value, line.p[i]);
        }
        return value.p;
    }
    return NULL;
}

/* The last part of a path as some browser's system wrote it, without control characters. */
static const char *clean_name(struct arena *mem, const char *given)
{
    const char *base = given;
    struct str s = str_new(mem);

    for (const char *c = given; *c != '\0'; c++)
        if (*c == '/' || *c == '\\')
            base = c + 1;
    for (const char *c = base; *c != '\0'; c++)
        if ((unsigned char)*c >= 0x20 && *c != 0x7f)
            str_char(&s, *c);
    s.p[utf8_prefix(s.p, FILE_NAME_MAX)] = '\0';
    return strcmp(s.p, "") == 0 || strcmp(s.p, ".") == 0 || strcmp(s.p, "..") == 0 ? "file" : s.p;
}

static bool read_disposition(struct multipart *m, struct span line, struct part *part)
{
    static const char KIND[] = "form-data";
    struct span value = span_trim(line);
    const char *file_name;

    if (value.len < sizeof(KIND) - 1 || strncasecmp(value.p, KIND, sizeof(KIND) - 1) != 0)
        return malformed(m, "a part that is no form-data");
    part->name = parameter(m->mem, value, "name");
    file_name = parameter(m->mem, value, "filename");
    if (part->name == NULL)
        return malformed(m, "a part without a name");
    if (!utf8_valid(part->name, strlen(part->name)) ||
        (file_name != NULL && !utf8_valid(file_name, strlen(file_name))))
        return malformed(m, "a name that is no UTF-8");
    part->file_name = file_name;
    return true;
}

static bool read_head(struct multipart *m, struct part *part)
{
    const char *end = find(m->rest, "\r\n\r\n", 4);
    struct span head, line;

    if (end == NULL || end - m->rest.p > PART_HEAD_MAX)
        return malformed(m, "a part without an end of its header");
    head = (struct span){m->rest.p, (size_t)(end - m->rest.p)};
    skip(&m->rest, head.len + 4);
    if (memchr(head.p, '\0', head.len) != NULL)
        return malformed(m, "a NUL in a part's header");
    while (span_cut(&head, '\n', &line)) {
        struct span key;

        if (!span_cut(&line, ':', &key) || line.p == NULL)
            return malformed(m, "a header line without a colon");
        if (span_equal_nocase(span_trim(key), "Content-Disposition") &&
            !read_disposition(m, line, part))
            return false;
    }
    return part->name == NULL ? malformed(m, "a part without a name") : true;
}

static bool read_bytes(struct multipart *m, struct part *part)
{
    const char *mark = arena_printf(m->mem, "\r\n%s", m->boundary);
    const char *end = find(m->rest, mark, m->boundary_len + 2);

    if (end == NULL)
        return malformed(m, "a part that does not end");
    part->bytes = (struct span){m->rest.p, (size_t)(end - m->rest.p)};
    skip(&m->rest, part->bytes.len + m->boundary_len + 2);
    return true;
}

static bool keep_file(struct multipart *m, const struct part *part)
{
    struct form_file *file;

    if (part->file_name[0] == '\0' && part->bytes.len == 0)
        return true; /* no file was chosen */
    if (m->file_count == FORM_FILES_MAX)
        return malformed(m, "too many files");
    file = &m->files[m->file_count++];
    file->field = part->name;
    file->name = clean_name(m->mem, part->file_name);
    file->bytes = part->bytes;
    return true;
}

static bool keep_value(struct multipart *m, const struct part *part)
{
    if (part->bytes.len > VALUE_MAX)
        return malformed(m, "a value too long to keep");
    if (memchr(part->bytes.p, '\0', part->bytes.len) != NULL ||
        !utf8_valid(part->bytes.p, part->bytes.len))
        return malformed(m, "a value with a NUL or no UTF-8");
    return form_add_value(m->mem, m->err, m->values, part->name, span_dup(m->mem, part->bytes));
}

static bool read_parts(struct multipart *m)
{
    unsigned parts = 0;

    for (;;) {
        struct part part = {.name = NULL};

        if (m->rest.len >= 2 && memcmp(m->rest.p, "--", 2) == 0)
            return true; /* the last boundary; what follows does not count */
        if (m->rest.len < 2 || memcmp(m->rest.p, "\r\n", 2) != 0)
            return malformed(m, "a boundary without a line end");
        if (++parts > FORM_FIELDS_MAX + FORM_FILES_MAX)
            return malformed(m, "too many parts");
        skip(&m->rest, 2);
        if (!read_head(m, &part) || !read_bytes(m, &part))
            return false;
        if (part.file_name != NULL ? !keep_file(m, &part) : !keep_value(m, &part))
            return false;
    }
}

bool form_parse_multipart(struct arena *mem, struct err *err, struct span body,
                          const char *content_type, json_t **values, struct form_file **files,
                          size_t *file_count)
{
    struct multipart m = {.mem = mem, .err = err, .rest = body};
    const char *boundary = parameter(mem, span_of(content_type), "boundary");

    if (boundary == NULL || boundary[0] == '\0' || strlen(boundary) > BOUNDARY_MAX)
        return malformed(&m, "no usable boundary");
    m.boundary = arena_printf(mem, "--%s", boundary);
    m.boundary_len = strlen(m.boundary);
    if (body.len < m.boundary_len || memcmp(body.p, m.boundary, m.boundary_len) != 0)
        return malformed(&m, "it does not begin with its boundary");
    skip(&m.rest, m.boundary_len);
    m.values = json_own(mem, json_object());
    m.files = arena_array(mem, struct form_file, FORM_FILES_MAX);
    if (!read_parts(&m))
        return false;
    *values = m.values;
    *files = m.files;
    *file_count = m.file_count;
    return true;
}
