#include "portal/api/machine_list_api.h"

#include "portal/api/api_document.h"
#include "portal/api/api_list.h"
#include "portal/api/api_part.h"

#include <stddef.h>

static const struct api_filter MACHINE_FILTERS[] = {
    {"fingerprint", API_FILTER_TEXT, offsetof(struct machine_filter, fingerprint)},
    {"ip", API_FILTER_TEXT, offsetof(struct machine_filter, ip)},
    {"hostname", API_FILTER_TEXT, offsetof(struct machine_filter, hostname)},
    {"status", API_FILTER_TEXT, offsetof(struct machine_filter, status)},
    {"product", API_FILTER_ID, offsetof(struct machine_filter, product_id)},
    {"policy", API_FILTER_ID, offsetof(struct machine_filter, policy_id)},
    {"license", API_FILTER_ID, offsetof(struct machine_filter, licence_id)},
    {"key", API_FILTER_TEXT, offsetof(struct machine_filter, key)},
    {"owner", API_FILTER_ID, offsetof(struct machine_filter, owner_id)},
    {"user", API_FILTER_ID, offsetof(struct machine_filter, user_id)},
    {"group", API_FILTER_ID, offsetof(struct machine_filter, group_id)},
    {"metadata", API_FILTER_METADATA, offsetof(struct machine_filter, metadata)},
};
/* Components know all but the last. */
static const struct api_filter PART_FILTERS[] = {
    {"product", API_FILTER_ID, offsetof(struct machine_filter, product_id)},
    {"machine", API_FILTER_ID, offsetof(struct machine_filter, machine_id)},
    {"license", API_FILTER_ID, offsetof(struct machine_filter, licence_id)},
    {"owner", API_FILTER_ID, offsetof(struct machine_filter, owner_id)},
    {"user", API_FILTER_ID, offsetof(struct machine_filter, user_id)},
    {"status", API_FILTER_TEXT, offsetof(struct machine_filter, status)},
};

/* --- machines --- */

bool machine_list_api_within(struct req *rq, struct machine_filter *filter)
{
    const struct machine_filter within = *filter;
    struct api_list list;
    struct machine *rows = NULL;
    size_t count = 0;
    int64_t total = 0;

    if (!api_list_read(rq, MACHINE_FILTERS, COUNT(MACHINE_FILTERS), filter, &list))
        return false;
    api_scope_of(api_of(rq), &filter->scope);
    machine_list_bind(filter, &within);
    if (!list.finds_nothing &&
        !machine_list_page(&rq->cx, filter, &list.page.rows, &rows, &count, &total))
        return false;
    api_list_open(&list);
    for (size_t i = 0; i < count; i++) {
        api_list_item(&list, rows[i].id);
        api_document_machine(&rq->out, api_of(rq), &rows[i], false, NULL);
    }
    api_list_close(&list, total);
    return true;
}

bool machine_list_api_all(struct req *rq)
{
    struct machine_filter filter = {0};

    return api_permission_check(rq, PERMIT_MACHINE_READ) && machine_list_api_within(rq, &filter);
}

bool machine_list_api_licence(struct req *rq)
{
    struct machine_filter filter = {0};
    const struct snapshot *licence;

    if (!api_find_licence(rq, api_arg(rq, 0), &licence) ||
        !api_permission_licence(rq, PERMIT_MACHINE_READ, licence))
        return false;
    filter.licence_id = licence->licence.id;
    return machine_list_api_within(rq, &filter);
}

bool machine_list_api_licence_one(struct req *rq)
{
    const struct snapshot *licence;
    const struct snapshot *its;
    struct machine *m;

    if (!api_find_licence(rq, api_arg(rq, 0), &licence) ||
        !api_find_machine(rq, api_arg(rq, 1), &m, &its) ||
        !api_permission_licence(rq, PERMIT_MACHINE_READ, its))
        return false;
    if (!id_equal(m->licence_id, licence->licence.id))
        return err_set(&rq->cx.err, &ERR_NOT_FOUND, "a machine of another licence");
    str_add(&rq->out, "{\"data\":");
    api_document_machine(&rq->out, api_of(rq), m, false, NULL);
    str_char(&rq->out, '}');
    return true;
}

/* --- what hangs on machines --- */

/* Reads the query into *filter, which may be bound to a machine. */
static bool read_parts(struct req *rq, size_t known, struct machine_filter *filter,
                       struct api_list *list)
{
    const struct machine_filter within = *filter;

    if (!api_list_read(rq, PART_FILTERS, known, filter, list))
        return false;
    api_scope_of(api_of(rq), &filter->scope);
    machine_list_bind(filter, &within);
    return true;
}

static bool list_components(struct req *rq, struct machine_filter *filter)
{
    struct api_list list;
    struct component *rows = NULL;
    size_t count = 0;
    int64_t total = 0;

    if (!read_parts(rq, COUNT(PART_FILTERS) - 1, filter, &list))
        return false;
    if (!list.finds_nothing &&
        !component_page(&rq->cx, filter, &list.page.rows, &rows, &count, &total))
        return false;
    api_list_open(&list);
    for (size_t i = 0; i < count; i++) {
        api_list_item(&list, rows[i].id);
        api_part_component(&rq->out, api_of(rq), &rows[i]);
    }
    api_list_close(&list, total);
    return true;
}

static bool list_processes(struct req *rq, struct machine_filter *filter)
{
    struct api_list list;
    struct process *rows = NULL;
    size_t count = 0;
    int64_t total = 0;

    if (!read_parts(rq, COUNT(PART_FILTERS), filter, &list))
        return false;
    if (!list.finds_nothing &&
        !process_page(&rq->cx, filter, &list.page.rows, &rows, &count, &total))
        return false;
    api_list_open(&list);
    for (size_t i = 0; i < count; i++) {
        api_list_item(&list, rows[i].id);
        api_part_process(&rq->out, api_of(rq), &rows[i]);
    }
    api_list_close(&list, total);
    return true;
}

static bool list_all(struct req *rq, enum permit what,
                     bool (*list)(struct req *rq, struct machine_filter *filter))
{
    struct machine_filter filter = {0};

    return api_permission_check(rq, what) && list(rq, &filter);
}

static bool list_of(struct req *rq, enum permit what,
                    bool (*list)(struct req *rq, struct machine_filter *filter))
{
    struct machine_filter filter = {0};
    const struct snapshot *licence;
    struct machine *m;

    if (!api_find_machine(rq, api_arg(rq, 0), &m, &licence) ||
        !api_permission_licence(rq, what, licence))
        return false;
    filter.machine_id = m->id;
    return list(rq, &filter);
}

bool machine_list_api_components(struct req *rq)
{
    return list_all(rq, PERMIT_COMPONENT_READ, list_components);
}

bool machine_list_api_components_of(struct req *rq)
{
    return list_of(rq, PERMIT_COMPONENT_READ, list_components);
}

bool machine_list_api_processes(struct req *rq)
{
    return list_all(rq, PERMIT_PROCESS_READ, list_processes);
}

bool machine_list_api_processes_of(struct req *rq)
{
    return list_of(rq, PERMIT_PROCESS_READ, list_processes);
}
