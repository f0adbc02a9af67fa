#include "licensing/licence_join.h"
#include "licensing/licence_search.h"
#include "portal/account/user.h"
#include "portal/api/api_bearer.h"
#include "portal/api/api_catalogue.h"
#include "portal/api/api_document.h"
#include "portal/api/api_included.h"
#include "portal/api/api_part.h"
#include "portal/sales/organisation.h"
#include "portal/transfer/transfer.h"
#include "portal/transfer/transfer_extra.h"

enum { PAGE_ROWS = LICENCE_LIST_MAX, PAGE_BYTES = 256 * 1024 };

struct page { /* a part of one type's rows on its way into the file */
    struct ctx *cx;
    struct api api;
    struct str out;
    struct licence_page at; /* where it begins; after: the last row written */
    struct licence_join link;
    size_t count;
};

static void begin(struct page *p)
{
    API_ADD(&p->out, "{\"data\":");
}

static void end(struct page *p, struct id id)
{
    API_ADD(&p->out, "}\n");
    p->at.after = id;
    p->count++;
}

/* Each writes the page's rows as lines. */
static bool write_products(struct page *p)
{
    struct product *list;
    size_t count;
    int64_t total;

    if (!product_list_page(p->cx, &(struct product_filter){0}, &p->at, &list, &count, &total))
        return false;
    for (size_t i = 0; i < count; i++) {
        begin(p);
        api_bearer_product(&p->out, &p->api, &list[i]);
        transfer_extra_product(&p->out, &list[i]);
        end(p, list[i].id);
    }
    return true;
}

static bool write_entitlements(struct page *p)
{
    struct entitlement *list;
    size_t count;
    int64_t total;

    if (!entitlement_list_page(p->cx, &(struct entitlement_filter){0}, &p->at, &list, &count,
                               &total))
        return false;
    for (size_t i = 0; i < count; i++) {
        begin(p);
        api_included_entitlement(&p->out, &p->api, &list[i]);
        end(p, list[i].id);
    }
    return true;
}

static bool write_groups(struct page *p)
{
    struct licence_group *list;
    size_t count;
    int64_t total;

    if (!licence_group_list_page(p->cx, (struct id){0}, &p->at, &list, &count, &total))
        return false;
    for (size_t i = 0; i < count; i++) {
        begin(p);
        api_catalogue_group(&p->out, &p->api, &list[i]);
        end(p, list[i].id);
    }
    return true;
}

static bool write_policies(struct page *p)
{
    struct policy *list;
    size_t count;
    int64_t total;

    if (!policy_list_page(p->cx, &(struct policy_filter){0}, &p->at, &list, &count, &total))
        return false;
    for (size_t i = 0; i < count; i++) {
        begin(p);
        api_catalogue_policy(&p->out, &p->api, &list[i]);
        end(p, list[i].id);
    }
    return true;
}

static bool write_users(struct page *p)
{
    const struct user_filter customers = {.scope = {.is_all = true}};
    struct user *list;
    size_t count;
    int64_t total;

    if (!user_page(p->cx, &customers, &p->at, &list, &count, &total))
        return false;
    for (size_t i = 0; i < count; i++) {
        begin(p);
        api_bearer_user(&p->out, &p->api, &list[i]);
        end(p, list[i].id);
    }
    return true;
}

/* The organisation of a licence, read once where it is that of the licence before. */
static bool find_organisation(struct page *p, const struct licence *l, struct organisation **out)
{
    if (id_is_zero(l->organisation_id)) {
        *out = NULL;
        return true;
    }
    return (*out != NULL && id_equal((*out)->id, l->organisation_id)) ||
           organisation_get(p->cx, l->organisation_id, out);
}

static bool write_licences(struct page *p)
{
    struct organisation *organisation = NULL;
    struct snapshot *list;
    size_t count;
    int64_t total;

    if (!licence_search_page(p->cx, &(struct licence_search){0}, &p->at, &list, &count, &total))
        return false;
    for (size_t i = 0; i < count; i++) {
        if (!find_organisation(p, &list[i].licence, &organisation))
            return false;
        begin(p);
        api_document_licence(&p->out, &p->api, &list[i], p->cx->now, NULL);
        transfer_extra_licence(&p->out, &list[i].licence, organisation);
        end(p, list[i].licence.id);
    }
    return true;
}

static bool write_machines(struct page *p)
{
    struct machine *list;
    size_t count;
    int64_t total;

    if (!machine_list_page(p->cx, &(struct machine_filter){0}, &p->at, &list, &count, &total))
        return false;
    for (size_t i = 0; i < count; i++) {
        begin(p);
        api_document_machine(&p->out, &p->api, &list[i], false, NULL);
        end(p, list[i].id);
    }
    return true;
}

static bool write_components(struct page *p)
{
    struct component *list;
    size_t count;
    int64_t total;

    if (!component_page(p->cx, &(struct machine_filter){0}, &p->at, &list, &count, &total))
        return false;
    for (size_t i = 0; i < count; i++) {
        begin(p);
        api_part_component(&p->out, &p->api, &list[i]);
        end(p, list[i].id);
    }
    return true;
}

static bool write_links(struct page *p, enum licence_join_kind kind, enum transfer_type type,
                        const char *of[2], const char *what[2])
{
    struct licence_join *list;
    size_t count;

    if (!licence_join_list(p->cx, kind, &p->link, PAGE_ROWS, &list, &count))
        return false;
    for (size_t i = 0; i < count; i++) {
        const struct api_resource r =
            api_resource_of(&p->api, TRANSFER_TYPE_NAMES[type], list[i].id);

        begin(p);
        api_resource_open(&p->out, &r);
        API_ADD(&p->out, "\"created\":");
        api_value_time(&p->out, list[i].created_at);
        api_resource_relationships(&p->out, &r);
        api_resource_to_one(&p->out, &r, of[0], of[1], list[i].of_id);
        api_resource_to_one(&p->out, &r, what[0], what[1], list[i].what_id);
        api_resource_close(&p->out, &r);
        end(p, list[i].id);
        p->link = list[i];
    }
    return true;
}

static const char *POLICY[2] = {"policy", "policies"};
static const char *LICENCE[2] = {"license", "licenses"};
static const char *ENTITLEMENT[2] = {"entitlement", "entitlements"};
static const char *USER[2] = {"user", "users"};

static bool write_policy_entitlements(struct page *p)
{
    return write_links(p, LICENCE_JOIN_POLICY_ENTITLEMENT, TRANSFER_POLICY_ENTITLEMENT, POLICY,
                       ENTITLEMENT);
}

static bool write_licence_entitlements(struct page *p)
{
    return write_links(p, LICENCE_JOIN_ENTITLEMENT, TRANSFER_LICENCE_ENTITLEMENT, LICENCE,
                       ENTITLEMENT);
}

static bool write_licence_users(struct page *p)
{
    return write_links(p, LICENCE_JOIN_USER, TRANSFER_LICENCE_USER, LICENCE, USER);
}

static bool (*const WRITERS[])(struct page *p) = {
    [TRANSFER_PRODUCT] = write_products,
    [TRANSFER_ENTITLEMENT] = write_entitlements,
    [TRANSFER_GROUP] = write_groups,
    [TRANSFER_POLICY] = write_policies,
    [TRANSFER_POLICY_ENTITLEMENT] = write_policy_entitlements,
    [TRANSFER_USER] = write_users,
    [TRANSFER_LICENCE] = write_licences,
    [TRANSFER_LICENCE_ENTITLEMENT] = write_licence_entitlements,
    [TRANSFER_LICENCE_USER] = write_licence_users,
    [TRANSFER_MACHINE] = write_machines,
    [TRANSFER_COMPONENT] = write_components,
};
_Static_assert(COUNT(WRITERS) == TRANSFER_TYPE_COUNT, "write every type");

/* One page, in a run of its own, so that a page's memory is all that is ever held. */
static bool write_page(struct ctx *cx, struct arena *mem, enum transfer_type type, FILE *out,
                       struct page *at, size_t *count)
{
    struct page p = {.at = at->at, .link = at->link};
    struct ctx run;
    bool ok;

    ctx_start(&run, mem, cx->pool);
    run.tenant_id = cx->tenant_id;
    p.cx = &run;
    p.api = (struct api){
        .version = API_VERSION_NEWEST, .account = id_text(mem, cx->tenant_id), .mem = mem};
    p.out = str_new(mem);
    p.at.limit = PAGE_ROWS;
    p.at.is_ascending = true;
    ok = WRITERS[type](&p);
    if (!ok) {
        cx->err = run.err;
        cx->err.more = NULL;
    } else if (fwrite(p.out.p, 1, p.out.len, out) != p.out.len) {
        ok = err_set(&cx->err, &ERR_INTERNAL, "the file cannot be written");
    }
    db_release(&run);
    at->at = p.at;
    at->link = p.link;
    *count = p.count;
    arena_reset(mem);
    return ok;
}

bool transfer_export(struct ctx *cx, FILE *out, int64_t counts[TRANSFER_TYPE_COUNT])
{
    struct arena *mem = arena_make(PAGE_BYTES);
    bool ok = true;

    for (int type = 0; ok && type < TRANSFER_TYPE_COUNT; type++) {
        struct page at = {0};
        size_t count = PAGE_ROWS;

        counts[type] = 0;
        /* Until a page is empty: one is short where a row went while it was read. */
        while (ok && count > 0) {
            ok = write_page(cx, mem, (enum transfer_type)type, out, &at, &count);
            counts[type] += (int64_t)count;
        }
    }
    arena_free(mem);
    return ok && (fflush(out) == 0 || err_set(&cx->err, &ERR_INTERNAL, "the file is not whole"));
}
