#include "portal/http/range.h"

#include "base/parse.h"
#include "portal/http/reply.h"

#include <string.h>
#include <unistd.h>

static bool parse_number(struct span text, int64_t *out)
{
    char digits[20] = "";

    text = span_trim(text);
    if (text.len == 0 || text.len >= sizeof digits)
        return false;
    memcpy(digits, text.p, text.len);
    return strspn(digits, "0123456789") == text.len && parse_i64(digits, 0, INT64_MAX, out);
}

enum range_kind range_parse(const char *header, int64_t size, int64_t *from, int64_t *to)
{
    struct span rest = span_of(header == NULL ? "" : header);
    struct span unit;
    struct span first;
    int64_t number;

    if (!span_cut(&rest, '=', &unit) || !span_equal_nocase(span_trim(unit), "bytes") ||
        rest.p == NULL || memchr(rest.p, ',', rest.len) != NULL ||
        memchr(rest.p, '-', rest.len) == NULL)
        return RANGE_WHOLE;
    span_cut(&rest, '-', &first);
    if (span_trim(first).len == 0) { /* "-500": the last 500 */
        if (!parse_number(rest, &number))
            return RANGE_WHOLE;
        *from = number < size ? size - number : 0;
        *to = size - 1;
        return number == 0 || size == 0 ? RANGE_OUTSIDE : RANGE_PART;
    }
    if (!parse_number(first, from))
        return RANGE_WHOLE;
    *to = size - 1;
    if (span_trim(rest).len > 0) {
        if (!parse_number(rest, &number) || number < *from)
            return RANGE_WHOLE;
        *to = number < size ? number : size - 1;
    }
    return *from < size ? RANGE_PART : RANGE_OUTSIDE;
}

/* Whether the tag is among those of a condition. */
static bool names(const char *header, const char *tag)
{
    struct span rest = span_of(header == NULL ? "" : header);
    struct span item;

    while (span_cut(&rest, ',', &item)) {
        item = span_trim(item);
        if (item.len > 2 && memcmp(item.p, "W/", 2) == 0)
            item = (struct span){item.p + 2, item.len - 2};
        if (span_equal(item, tag) || span_equal(item, "*"))
            return true;
    }
    return false;
}

static bool answer_without(struct req *rq, int fd, int status)
{
    close(fd);
    rq->status = status;
    rq->out = str_new(rq->cx.mem);
    return true;
}

bool range_reply(struct req *rq, const struct range_file *file)
{
    struct arena *mem = rq->cx.mem;
    const char *tag = arena_printf(mem, "\"%s\"", file->hash);
    const char *condition = req_header(rq, "If-Range");
    enum range_kind kind = RANGE_WHOLE;
    int64_t from = 0;
    int64_t to = file->bytes - 1;

    reply_header(rq, "ETag", tag);
    if (names(req_header(rq, "If-None-Match"), tag))
        return answer_without(rq, file->fd, 304);
    reply_header(rq, "Accept-Ranges", "bytes");
    if (condition == NULL || strcmp(condition, tag) == 0)
        kind = range_parse(req_header(rq, "Range"), file->bytes, &from, &to);
    if (kind == RANGE_OUTSIDE) {
        reply_header(rq, "Content-Range",
                     arena_printf(mem, "bytes */%lld", (long long)file->bytes));
        return answer_without(rq, file->fd, 416);
    }
    if (kind == RANGE_PART) {
        if (lseek(file->fd, (off_t)from, SEEK_SET) < 0) {
            close(file->fd);
            return err_set(&rq->cx.err, &ERR_INTERNAL, "lseek %lld", (long long)from);
        }
        rq->status = 206;
        reply_header(rq, "Content-Range",
                     arena_printf(mem, "bytes %lld-%lld/%lld", (long long)from, (long long)to,
                                  (long long)file->bytes));
    }
    rq->file_sha256 = file->sha256;
    return reply_file(rq, file->fd, kind == RANGE_PART ? to - from + 1 : file->bytes, file->name,
                      file->type);
}
