#include "portal/api/revocation_api.h"

#include "licensing/revocation.h"
#include "portal/api/api.h"
#include "portal/http/reply.h"

#include <string.h>

/* "a", W/"b", * */
static bool has_tag(const char *header, const char *tag)
{
    struct span rest = span_of(header != NULL ? header : "");
    struct span item;

    while (span_cut(&rest, ',', &item)) {
        item = span_trim(item);
        if (span_equal(item, "*"))
            return true;
        if (item.len > 2 && strncmp(item.p, "W/", 2) == 0)
            item = (struct span){item.p + 2, item.len - 2};
        if (span_equal(item, tag))
            return true;
    }
    return false;
}

bool revocation_api_list(struct req *rq)
{
    struct api *api = api_of(rq);
    struct revocation_list list;
    const char *tag;

    if (!revocation_cache_get(rq->app->revocations, &rq->cx, api->keys, &list))
        return false;
    tag = arena_printf(rq->cx.mem, "\"%s\"", list.tag);
    reply_header(rq, "ETag", tag);
    if (has_tag(req_header(rq, "If-None-Match"), tag)) {
        rq->status = 304;
        return true;
    }
    api->type = "application/octet-stream";
    str_add_n(&rq->out, (const char *)list.bytes, list.len);
    return true;
}
