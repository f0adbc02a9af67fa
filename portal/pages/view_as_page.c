#include "portal/pages/view_as_page.h"

#include "base/utf8.h"
#include "portal/account/view_as.h"
#include "portal/http/page.h"

#include <string.h>

bool view_as_page_start(struct req *rq)
{
    const char *back = arena_printf(rq->cx.mem, "/desk/customers/%s", id_text(rq->cx.mem, rq->id));
    const char *reason;
    struct form *form;
    struct id person_id;

    if (!form_parse(rq, &form))
        return false;
    if (!rq->args[1] || !id_parse(rq->args[1], &person_id))
        return err_set(&rq->cx.err, &ERR_NOT_FOUND, "person of a path");
    reason = form_value(form, "reason");
    reason = arena_dup_bytes(rq->cx.mem, reason, utf8_prefix(reason, VIEW_AS_REASON_MAX));
    if (view_as_start(&rq->cx, rq->session, person_id, rq->id, reason))
        return reply_see_other(rq, "/");
    if (rq->cx.err.kind != &ERR_VIEW_AS_REASON)
        return false;
    err_clear(&rq->cx.err);
    return reply_flash(rq, "bad", req_text(rq, ERR_VIEW_AS_REASON.text)) &&
           reply_see_other(
               rq, arena_printf(rq->cx.mem, "%s/people/%s", back, id_text(rq->cx.mem, person_id)));
}

bool view_as_page_end(struct req *rq)
{
    const char *back = id_is_zero(rq->cx.viewer.organisation_id)
                           ? "/desk"
                           : arena_printf(rq->cx.mem, "/desk/customers/%s",
                                          id_text(rq->cx.mem, rq->cx.viewer.organisation_id));

    rq->cx.is_read_only = false; /* what it is about is the session alone */
    return view_as_end(&rq->cx, rq->session) && reply_see_other(rq, back);
}
