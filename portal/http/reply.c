#include "portal/http/reply.h"

#include <assert.h>
#include <string.h>

/* Which class is answered with which status: the one place. */
static const int STATUS[] = {
    [ERR_CLASS_INVALID] = 422,  [ERR_CLASS_MALFORMED] = 400, [ERR_CLASS_LOGIN] = 401,
    [ERR_CLASS_DENIED] = 403,   [ERR_CLASS_NOT_FOUND] = 404, [ERR_CLASS_GONE] = 410,
    [ERR_CLASS_CONFLICT] = 409, [ERR_CLASS_TOO_LARGE] = 413, [ERR_CLASS_TIMEOUT] = 408,
    [ERR_CLASS_LIMITED] = 429,  [ERR_CLASS_BUSY] = 503,      [ERR_CLASS_INTERNAL] = 500,
};
_Static_assert(COUNT(STATUS) == ERR_CLASS_COUNT, "a status for every class");

int reply_status_of(enum err_class class)
{
    return STATUS[class];
}

static bool has_control(const char *text)
{
    for (; *text != '\0'; text++)
        if ((unsigned char)*text < 0x20 || *text == 0x7f)
            return true;
    return false;
}

void reply_header(struct req *rq, const char *name, const char *value)
{
    assert(rq->header_count < REQ_HEADERS_MAX);
    assert(!has_control(name) && !has_control(value)); /* else a value could begin a new line */
    rq->header_names[rq->header_count] = name;
    rq->header_values[rq->header_count++] = value;
}

/* "//host" and "/\host" are other sites to a browser. */
static bool is_own_path(const char *path)
{
    return path[0] == '/' && path[1] != '/' && path[1] != '\\' && !has_control(path);
}

bool reply_see_other(struct req *rq, const char *path)
{
    rq->status = 303;
    rq->redirect = is_own_path(path) ? path : "/";
    rq->out = str_new(rq->cx.mem);
    return true;
}

bool reply_json(struct req *rq, int status, const json_t *json)
{
    rq->status = status;
    rq->type = "application/json";
    rq->out = str_new(rq->cx.mem);
    str_add(&rq->out, json_write(rq->cx.mem, json));
    return true;
}

/* The name in both forms of RFC 6266: plain for old programs, UTF-8 for the others. */
static const char *disposition(struct arena *mem, const char *name)
{
    struct str s = str_new(mem);

    str_add(&s, "attachment; filename=\"");
    for (const char *c = name; *c != '\0'; c++)
        str_char(&s, (unsigned char)*c < 0x20 || (unsigned char)*c >= 0x7f || strchr("\"\\/%", *c)
                         ? '_'
                         : *c);
    str_add(&s, "\"; filename*=UTF-8''");
    str_url(&s, name);
    return s.p;
}

bool reply_file(struct req *rq, int fd, int64_t bytes, const char *name, const char *type)
{
    rq->type = type;
    rq->file_fd = fd;
    rq->file_bytes = bytes;
    reply_header(rq, "Content-Disposition", disposition(rq->cx.mem, name));
    return true;
}

bool reply_flash(struct req *rq, const char *kind, const char *text)
{
    rq->flash = json_own(rq->cx.mem, json_pack("{s:s,s:s}", "kind", kind, "text", text));
    return true;
}
