#include "portal/pages/trash_page.h"

#include "base/parse.h"
#include "portal/desk/desk_flow.h"
#include "portal/desk/ticket_trash.h"
#include "portal/http/page.h"
#include "portal/http/reply.h"

static const char *next_href(struct req *rq, const char *search, int64_t before)
{
    struct str href = str_new(rq->cx.mem);

    str_fmt(&href, "/desk/trash?before=%lld&q=", (long long)before);
    str_url(&href, search);
    return href.p;
}

/* NULL: nothing goes by itself. */
static const char *kept_text(struct req *rq, int64_t days)
{
    return days == 0
               ? NULL
               : lang_fill1(rq->cx.mem, rq->lang, T("After {} days in the bin they go for good."),
                            arena_printf(rq->cx.mem, "%lld", (long long)days));
}

bool trash_page_list(struct req *rq)
{
    const char *search = req_query(rq, "q");
    const char *from = req_query(rq, "before");
    int64_t before = 0;
    struct ticket_trash *list;
    struct desk_flow flow;
    json_t *rows, *pager = json_null();
    size_t count;

    search = search != NULL ? search : "";
    if (from != NULL && !parse_i64(from, 0, INT64_MAX, &before))
        return err_set_at(&rq->cx.err, &ERR_INVALID, "before", "no instant");
    if (!ticket_trash_list(&rq->cx, search, before, &list, &count) ||
        !desk_flow_get(&rq->cx, &flow))
        return false;
    rows = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(
            rows, json_pack("{s:s,s:s,s:s,s:s,s:s,s:o}", "id", id_text(rq->cx.mem, list[i].id),
                            "number", list[i].number, "subject", list[i].subject, "organisation",
                            list[i].organisation_name, "by", list[i].by_name, "at",
                            page_time(rq, list[i].deleted_at)));
    if (count == TICKET_TRASH_PAGE)
        pager = json_pack("{s:s}", "next_href", next_href(rq, search, list[count - 1].deleted_at));
    return page_render(
        rq, "trash",
        json_own(rq->cx.mem,
                 json_pack("{s:o,s:b,s:s,s:o,s:s?}", "rows", rows, "is_empty", count == 0, "search",
                           search, "pager", pager, "kept", kept_text(rq, flow.trash_days))));
}

bool trash_page_add(struct req *rq)
{
    return ticket_trash_add(&rq->cx, rq->id) &&
           reply_flash(rq, "ok", req_text(rq, T("The ticket lies in the recycle bin."))) &&
           reply_see_other(rq, "/desk");
}

bool trash_page_restore(struct req *rq)
{
    return ticket_trash_restore(&rq->cx, rq->id) &&
           reply_flash(rq, "ok", req_text(rq, T("The ticket is back."))) &&
           reply_see_other(
               rq, arena_printf(rq->cx.mem, "/desk/tickets/%s", id_text(rq->cx.mem, rq->id)));
}
