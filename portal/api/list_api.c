#include "portal/api/list_api.h"

#include "licensing/machine.h"
#include "portal/api/api_included.h"
#include "portal/api/api_page.h"
#include "portal/api/api_permission.h"

static bool begin(struct req *rq, enum permit what, const struct snapshot **licence,
                  struct api_page *page)
{
    return api_find_licence(rq, api_arg(rq, 0), licence) &&
           api_permission_licence(rq, what, *licence) && api_page_read(rq, page);
}

bool list_api_machines(struct req *rq)
{
    struct machine_filter filter = {.fingerprint = req_query(rq, "fingerprint"),
                                    .hostname = req_query(rq, "hostname"),
                                    .ip = req_query(rq, "ip")};
    const struct snapshot *licence;
    struct api_page page;
    struct machine *list;
    int64_t total;
    size_t count;

    if (!begin(rq, PERMIT_MACHINE_READ, &licence, &page))
        return false;
    filter.licence_id = licence->licence.id;
    if (!machine_page(&rq->cx, &filter, &page.rows, &list, &count, &total))
        return false;
    str_add(&rq->out, "{\"data\":[");
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            str_char(&rq->out, ',');
        api_document_machine(&rq->out, api_of(rq), &list[i], false, NULL);
    }
    str_char(&rq->out, ']');
    api_page_links(&rq->out, rq, &page, count, total,
                   count > 0 ? list[count - 1].id : (struct id){0});
    str_char(&rq->out, '}');
    return true;
}

/* Where the page begins and ends in a list that is held whole: what a licence holds is short. */
static void cut(const struct entitlement *all, size_t count, const struct licence_page *page,
                size_t *from, size_t *to)
{
    *from = (size_t)page->offset < count ? (size_t)page->offset : count;
    if (!id_is_zero(page->after)) {
        *from = 0;
        while (*from < count && !id_equal(all[*from].id, page->after))
            (*from)++;
        *from += *from < count;
    }
    *to = *from + page->limit < count ? *from + page->limit : count;
}

bool list_api_entitlements(struct req *rq)
{
    const struct snapshot *licence;
    struct api_page page;
    struct entitlement *list;
    size_t count;
    size_t from;
    size_t to;

    if (!begin(rq, PERMIT_LICENCE_ENTITLEMENTS_READ, &licence, &page) ||
        !entitlement_page(&rq->cx, licence->licence.id, page.rows.is_ascending, &list, &count))
        return false;
    cut(list, count, &page.rows, &from, &to);
    str_add(&rq->out, "{\"data\":[");
    for (size_t i = from; i < to; i++) {
        if (i > from)
            str_char(&rq->out, ',');
        api_included_entitlement(&rq->out, api_of(rq), &list[i]);
    }
    str_char(&rq->out, ']');
    api_page_links(&rq->out, rq, &page, to - from, (int64_t)count,
                   to > from ? list[to - 1].id : (struct id){0});
    str_char(&rq->out, '}');
    return true;
}
