#include "portal/pages/mail_stop_page.h"

#include "portal/http/page.h"
#include "portal/notice/notice_link.h"

static bool show(struct req *rq, const struct notice_link *link, bool is_done)
{
    const char *what = id_is_zero(link->person_id)
                           ? link->address
                           : req_text(rq, notice_kind_words(link->kind)->label);

    reply_header(rq, "Cache-Control", "private, no-store");
    return page_render(
        rq, "mail_stop",
        json_own(rq->cx.mem, json_pack("{s:s,s:s,s:b}", "what", what, "action",
                                       arena_printf(rq->cx.mem, "/mail/stop/%s", rq->args[0]),
                                       "is_done", is_done)));
}

static bool read_link(struct req *rq, struct notice_link *link)
{
    return notice_link_read(&rq->cx, rq->args[0], link) ||
           err_set(&rq->cx.err, &ERR_NOT_FOUND, "a link that is not ours");
}

bool mail_stop_page_show(struct req *rq)
{
    struct notice_link link;

    return read_link(rq, &link) && show(rq, &link, false);
}

bool mail_stop_page_stop(struct req *rq)
{
    struct notice_link link;

    return read_link(rq, &link) && notice_link_stop(&rq->cx, &link) && show(rq, &link, true);
}
