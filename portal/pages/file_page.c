#include "portal/pages/file_page.h"

#include "portal/desk/attachment.h"
#include "portal/http/reply.h"
#include "portal/pages/upload_context.h"

/* Permission is asked each time; the bytes go out as an attachment of a type found from them. */
bool file_page_get(struct req *rq)
{
    struct attachment *a;
    int fd;

    if (!attachment_get(&rq->cx, rq->id, &a) ||
        !attachment_open(&rq->cx, upload_context_storage(rq), a, &fd))
        return false;
    reply_header(rq, "Cache-Control", "private, no-store");
    return reply_file(rq, fd, a->bytes, a->name, a->type);
}
