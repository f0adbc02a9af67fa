#include "portal/api/list_api.h"

#include "portal/api/api_included.h"
#include "portal/api/api_list.h"
#include "portal/api/api_permission.h"

#include <stddef.h>
#include <string.h>

static const struct api_filter LICENCE_FILTERS[] = {
    {"product", API_FILTER_ID, offsetof(struct licence_search, product_id)},
    {"policy", API_FILTER_ID, offsetof(struct licence_search, policy_id)},
    {"owner", API_FILTER_ID, offsetof(struct licence_search, owner_id)},
    {"user", API_FILTER_TEXT, offsetof(struct licence_search, user)},
    {"machine", API_FILTER_ID, offsetof(struct licence_search, machine_id)},
    {"group", API_FILTER_ID, offsetof(struct licence_search, group_id)},
    {"metadata", API_FILTER_METADATA, offsetof(struct licence_search, metadata)},
    {"status", API_FILTER_TEXT, offsetof(struct licence_search, status)},
    {"suspended", API_FILTER_FLAG, offsetof(struct licence_search, suspended)},
    {"expiring", API_FILTER_FLAG, offsetof(struct licence_search, expiring)},
    {"expired", API_FILTER_FLAG, offsetof(struct licence_search, expired)},
    {"expired", API_FILTER_TIMES, offsetof(struct licence_search, expired_at)},
    {"expires", API_FILTER_TIMES, offsetof(struct licence_search, expires_at)},
    {"activity", API_FILTER_TIMES, offsetof(struct licence_search, activity)},
    {"unassigned", API_FILTER_FLAG, offsetof(struct licence_search, unassigned)},
    {"assigned", API_FILTER_FLAG, offsetof(struct licence_search, assigned)},
    {"activated", API_FILTER_FLAG, offsetof(struct licence_search, activated)},
    {"activations", API_FILTER_NUMBERS, offsetof(struct licence_search, activations)},
};

/* Each bearer's list holds what it may see one by one (api_sees). */
static void limit_to_scope(const struct api *api, struct licence_search *search)
{
    switch (api->role) {
    case API_PRODUCT:
        search->seen_product_id = api->bearer_id;
        break;
    case API_LICENCE:
        search->seen_licence_id = api->bearer_id;
        break;
    case API_USER:
        search->seen_person_id = api->bearer_id;
        break;
    case API_STAFF:
    case API_NOBODY:
        break;
    }
}

bool list_api_licences(struct req *rq)
{
    return list_api_licences_of(rq, &(struct licence_search){0});
}

bool list_api_licences_of(struct req *rq, const struct licence_search *of)
{
    struct licence_search search = {0};
    struct api_list list;
    struct snapshot *rows = NULL;
    size_t count = 0;
    int64_t total = 0;

    if (!api_permission_check(rq, PERMIT_LICENCE_READ) ||
        !api_list_read(rq, LICENCE_FILTERS, COUNT(LICENCE_FILTERS), &search, &list))
        return false;
    if (!id_is_zero(of->product_id))
        search.product_id = of->product_id;
    if (!id_is_zero(of->policy_id))
        search.policy_id = of->policy_id;
    if (!id_is_zero(of->group_id))
        search.group_id = of->group_id;
    if (of->user != NULL) {
        list.finds_nothing |= search.user != NULL && strcmp(search.user, of->user) != 0;
        search.user = of->user;
    }
    limit_to_scope(api_of(rq), &search);
    if (!list.finds_nothing &&
        !licence_search_page(&rq->cx, &search, &list.page.rows, &rows, &count, &total))
        return false;
    api_list_open(&list);
    for (size_t i = 0; i < count; i++) {
        api_list_item(&list, rows[i].licence.id);
        api_document_licence(&rq->out, api_of(rq), &rows[i], rq->cx.now, NULL);
    }
    api_list_close(&list, total);
    return true;
}

static bool begin(struct req *rq, enum permit what, const struct snapshot **licence,
                  struct api_page *page)
{
    return api_find_licence(rq, api_arg(rq, 0), licence) &&
           api_permission_licence(rq, what, *licence) && api_page_read(rq, page);
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
