#include "portal/pages/own_data_page.h"

#include "portal/account/erasure.h"
#include "portal/account/own_data.h"
#include "portal/http/page.h"
#include "portal/http/spool.h"
#include "portal/pages/own_data_archive.h"
#include "portal/pages/own_data_turn.h"
#include "portal/pages/upload_context.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/* --- one's own --- */

bool own_data_page_view(struct req *rq)
{
    struct erasure *last;
    json_t *page;

    if (!erasure_own(&rq->cx, &last))
        return false;
    page = json_own(rq->cx.mem,
                    json_pack("{s:b,s:b,s:b,s:s,s:o}", "may_ask", rq->session->is_staff ? 0 : 1,
                              "is_waiting", last != NULL && strcmp(last->state, "waiting") == 0,
                              "is_declined", last != NULL && strcmp(last->state, "declined") == 0,
                              "reason", last != NULL ? last->reason : "", "at",
                              page_time(rq, last != NULL ? last->requested_at : 0)));
    return page_render(rq, "own_data", page);
}

static bool pack(struct req *rq)
{
    struct spool *spool;
    int64_t bytes;
    json_t *all;
    int fd;

    if (!own_data(&rq->cx, rq->session->person_id, &all) ||
        !spool_make(&rq->cx.err, rq->cx.mem, upload_context_storage(rq), &spool) ||
        !own_data_archive(&rq->cx, upload_context_storage(rq), all, spool_fd(spool), &bytes))
        return false;
    fd = dup(spool_fd(spool)); /* the server closes its own */
    if (fd < 0 || lseek(fd, 0, SEEK_SET) != 0)
        return err_set(&rq->cx.err, &ERR_INTERNAL, "own data: %s", strerror(errno));
    reply_header(rq, "Cache-Control", "private, no-store");
    return reply_file(rq, fd, bytes, "my-data.zip", "application/zip");
}

bool own_data_page_download(struct req *rq)
{
    struct own_data_turn *turn;

    if (!own_data_turn_take(&rq->cx, rq->session->person_id, &turn)) {
        reply_header(rq, "Retry-After", OWN_DATA_RETRY_SECONDS);
        return false;
    }
    if (!pack(rq)) {
        own_data_turn_end(turn); /* what met a deadlock runs again at once */
        return false;
    }
    own_data_turn_packed(turn);
    return true;
}

bool own_data_page_ask(struct req *rq)
{
    return erasure_ask(&rq->cx) &&
           reply_flash(rq, "ok", req_text(rq, T("Your request waits for our support team."))) &&
           reply_see_other(rq, "/account/data");
}

bool own_data_page_withdraw(struct req *rq)
{
    return erasure_withdraw(&rq->cx) &&
           reply_flash(rq, "ok", req_text(rq, T("Your request is withdrawn."))) &&
           reply_see_other(rq, "/account/data");
}

/* --- staff --- */

bool own_data_page_requests(struct req *rq)
{
    json_t *rows = json_array();
    json_t *page = json_own(rq->cx.mem, json_pack("{s:o}", "requests", rows));
    struct erasure *list;
    size_t count;

    if (!erasure_list(&rq->cx, &list, &count))
        return false;
    for (size_t i = 0; i < count; i++)
        json_array_append_new(rows, json_pack("{s:s,s:s,s:o,s:s}", "name", list[i].person_name,
                                              "email", list[i].email, "at",
                                              page_time(rq, list[i].requested_at), "act",
                                              arena_printf(rq->cx.mem, "/desk/erasures/%s",
                                                           id_text(rq->cx.mem, list[i].id))));
    json_object_set_new(page, "has_requests", json_boolean(count > 0));
    return page_render(rq, "erasures", page);
}

bool own_data_page_erase(struct req *rq)
{
    return erasure_do(&rq->cx, rq->id) &&
           reply_flash(rq, "ok", req_text(rq, T("The person is erased."))) &&
           reply_see_other(rq, "/desk/erasures");
}

bool own_data_page_decline(struct req *rq)
{
    struct form *form;

    return form_parse(rq, &form) && erasure_decline(&rq->cx, rq->id, form_value(form, "reason")) &&
           reply_flash(rq, "ok", req_text(rq, T("The request is declined."))) &&
           reply_see_other(rq, "/desk/erasures");
}
