#include "portal/api/artefact_api.h"

#include "base/clock.h"
#include "licensing/licence_cache.h"
#include "licensing/product.h"
#include "portal/api/api_input.h"
#include "portal/api/api_list.h"
#include "portal/api/file_link.h"
#include "portal/api/release_document.h"
#include "portal/api/release_scope.h"
#include "portal/http/range.h"
#include "portal/http/reply.h"

#include <string.h>

static bool answer(struct req *rq, const struct artefact *a)
{
    str_add(&rq->out, "{\"data\":");
    release_document_artefact(&rq->out, api_of(rq), a);
    str_char(&rq->out, '}');
    return true;
}

/* Prefer: no-redirect, or ?prefer=no-redirect. */
static bool prefers(struct req *rq, const char *what)
{
    const char *const given[] = {req_header(rq, "Prefer"),
                                 *rq->query != '\0' ? req_query(rq, "prefer") : NULL};

    for (size_t i = 0; i < COUNT(given); i++) {
        struct span rest = span_of(given[i] != NULL ? given[i] : "");
        struct span item;

        while (span_cut(&rest, ',', &item))
            if (span_equal_nocase(span_trim(item), what))
                return true;
    }
    return false;
}

static void add_location(struct req *rq, enum file_link_purpose purpose,
                         const struct release_reader *by, const struct artefact *a)
{
    int64_t minutes =
        purpose == FILE_LINK_UPLOAD ? FILE_LINK_UPLOAD_MINUTES : FILE_LINK_DOWNLOAD_MINUTES;
    const struct file_link link = {.purpose = purpose,
                                   .artefact_id = a->id,
                                   .by = *by,
                                   .expires_at = rq->cx.now + minutes * CLOCK_MINUTE};

    reply_header(rq, "Location", file_link_make(rq, &link, a->filename));
}

/* --- lists --- */

static const struct api_filter FILTERS[] = {
    {"release", API_FILTER_ID, offsetof(struct artefact_filter, release_id)},
    {"product", API_FILTER_ID, offsetof(struct artefact_filter, product_id)},
    {"channel", API_FILTER_TEXT, offsetof(struct artefact_filter, channel)},
    {"status", API_FILTER_TEXT, offsetof(struct artefact_filter, status)},
    {"filetype", API_FILTER_TEXT, offsetof(struct artefact_filter, filetype)},
    {"platform", API_FILTER_TEXT, offsetof(struct artefact_filter, platform)},
    {"arch", API_FILTER_TEXT, offsetof(struct artefact_filter, arch)},
};

/* within: what the path says, which is above what the query says. */
static bool list_within(struct req *rq, const struct release_reader *by,
                        const struct artefact_filter *within)
{
    struct artefact_filter filter = {0};
    struct artefact *rows = NULL;
    struct api_list list;
    size_t count = 0;
    int64_t total = 0;

    if (!api_list_read(rq, FILTERS, COUNT(FILTERS), &filter, &list))
        return false;
    if (!id_is_zero(within->release_id))
        filter.release_id = within->release_id;
    if (!id_is_zero(within->product_id))
        filter.product_id = within->product_id;
    if (!list.finds_nothing &&
        !artefact_page(&rq->cx, by, &filter, &list.page.rows, &rows, &count, &total))
        return false;
    api_list_open(&list);
    for (size_t i = 0; i < count; i++) {
        api_list_item(&list, rows[i].id);
        release_document_artefact(&rq->out, api_of(rq), &rows[i]);
    }
    api_list_close(&list, total);
    return true;
}

bool artefact_api_list(struct req *rq)
{
    const struct artefact_filter within = {.channel = NULL};
    struct release_reader by;

    return release_scope_read(rq, PERMIT_ARTIFACT_READ, &by) && list_within(rq, &by, &within);
}

bool artefact_api_list_release(struct req *rq)
{
    struct artefact_filter within = {.channel = NULL};
    struct release_reader by;
    struct release *r;

    if (!release_scope_find(rq, PERMIT_ARTIFACT_READ, &by, &r))
        return false;
    within.release_id = r->id;
    return list_within(rq, &by, &within);
}

bool artefact_api_list_product(struct req *rq)
{
    struct artefact_filter within = {.channel = NULL};
    const char *text = api_arg(rq, 0);
    struct release_reader by;
    struct product *p = NULL;
    struct id id;

    if (!release_scope_read(rq, PERMIT_ARTIFACT_READ, &by))
        return false;
    if (id_parse(text, &id) ? !product_get(&rq->cx, id, &p) : !product_find_code(&rq->cx, text, &p))
        return false;
    if (p == NULL)
        return err_set(&rq->cx.err, &ERR_NOT_FOUND, "product");
    within.product_id = p->id;
    return list_within(rq, &by, &within);
}

/* --- one, and the way to its bytes --- */

/* What a licence may not have of its own product, but which is out, is forbidden and not unknown:
 * its program says something else then. */
static bool explain(struct req *rq, const char *text, const struct release *r)
{
    const struct api *api = api_of(rq);
    struct err first = rq->cx.err;
    struct release_reader within;
    struct artefact *a;
    struct id id;
    bool is_there;

    if (first.kind != &ERR_NOT_FOUND || api->role != API_LICENCE ||
        strcmp(api->licence->product_distribution, "CLOSED") == 0)
        return false;
    within = (struct release_reader){RELEASE_FOR_PRODUCT, api->licence->licence.product_id};
    err_clear(&rq->cx.err);
    is_there = r != NULL ? artefact_find(&rq->cx, &within, r->id, text, &a)
                         : id_parse(text, &id) && artefact_get(&rq->cx, &within, id, &a);
    if (is_there && a->release_status == RELEASE_PUBLISHED)
        return err_set(&rq->cx.err, &ERR_DENIED, "not for this licence");
    rq->cx.err = first;
    return false;
}

/* Who asks without a credential leaves no trace: the trail is not for strangers to fill. */
static bool note_download(struct req *rq, const struct artefact *a)
{
    const struct api *api = api_of(rq);

    if (api->role == API_NOBODY || rq->method == METHOD_HEAD)
        return true;
    if (!release_given(&rq->cx, a->release_id, a->id, api->licence))
        return false;
    if (api->licence != NULL && api->licence->licence.expires_at == 0)
        licence_cache_drop(rq->app->licence_cache, rq->cx.tenant_id, api->bearer_id);
    return true;
}

static bool show(struct req *rq, const struct release_reader *by, const struct artefact *a)
{
    if (a->status != ARTEFACT_UPLOADED || prefers(rq, "no-download"))
        return answer(rq, a);
    if (!note_download(rq, a))
        return false;
    add_location(rq, FILE_LINK_DOWNLOAD, by, a);
    if (!prefers(rq, "no-redirect"))
        rq->status = 303;
    return answer(rq, a);
}

bool artefact_api_view(struct req *rq)
{
    const char *text = api_arg(rq, 0);
    struct release_reader by;
    struct artefact *a;
    struct id id;

    if (!release_scope_read(rq, PERMIT_ARTIFACT_DOWNLOAD, &by))
        return false;
    if (!id_parse(text, &id))
        return err_set(&rq->cx.err, &ERR_NOT_FOUND, "no id");
    if (!artefact_get(&rq->cx, &by, id, &a))
        return explain(rq, text, NULL);
    return show(rq, &by, a);
}

bool artefact_api_view_release(struct req *rq)
{
    struct release_reader by;
    struct release_reader within = {.kind = RELEASE_FOR_PRODUCT};
    struct id product_id;
    struct artefact *a;
    struct release *r;

    if (!release_scope_read(rq, PERMIT_ARTIFACT_DOWNLOAD, &by) ||
        !release_scope_product(rq, &product_id))
        return false;
    if (!release_find(&rq->cx, &by, api_arg(rq, 0), product_id, &r)) {
        within.id = product_id;
        if (rq->cx.err.kind != &ERR_NOT_FOUND || api_of(rq)->role != API_LICENCE)
            return false;
        err_clear(&rq->cx.err);
        if (!release_find(&rq->cx, &within, api_arg(rq, 0), product_id, &r))
            return false;
    }
    if (!artefact_find(&rq->cx, &by, r->id, api_arg(rq, 1), &a))
        return explain(rq, api_arg(rq, 1), r);
    return show(rq, &by, a);
}

/* --- changing --- */

static bool read_word(const struct api_object *in, const char *name, const char **out)
{
    if (!api_input_text(in, name, API_NULLABLE | API_BLANK, out))
        return false;
    if (*out != NULL && **out == '\0')
        *out = NULL;
    return true;
}

static bool read_attributes(const struct api_object *in, unsigned flags, struct artefact *a)
{
    static const char *const KNOWN[] = {"filename",  "filetype", "filesize", "platform", "arch",
                                        "signature", "checksum", "metadata", NULL};

    return api_input_known(in, KNOWN) && api_input_text(in, "filename", flags, &a->filename) &&
           read_word(in, "filetype", &a->filetype) && read_word(in, "platform", &a->platform) &&
           read_word(in, "arch", &a->arch) && read_word(in, "signature", &a->signature) &&
           read_word(in, "checksum", &a->checksum) &&
           api_input_i64(in, "filesize", API_NULLABLE, &a->filesize) &&
           api_input_metadata(in, &a->metadata);
}

static bool read_data(struct req *rq, struct api_object *data, struct api_object *attributes)
{
    static const char *const TOP[] = {"data", "meta", NULL};
    static const char *const DATA[] = {"type", "id", "attributes", "relationships", NULL};
    struct api_object top = {&rq->cx, api_of(rq)->body, ""};

    return api_input_known(&top, TOP) && api_input_object(&top, "data", API_REQUIRED, data) &&
           api_input_known(data, DATA) && api_input_type(data, "artifacts") &&
           api_input_object(data, "attributes", API_REQUIRED, attributes);
}

/* Another product's release is as if it were not there. */
static bool check_release(struct req *rq, const struct release_reader *by, struct id id)
{
    struct release *r;

    if (release_get(&rq->cx, by, id, &r))
        return true;
    if (rq->cx.err.kind != &ERR_NOT_FOUND)
        return false;
    err_clear(&rq->cx.err);
    return err_set_at(&rq->cx.err, &ERR_ARTEFACT_RELEASE_NOT_FOUND, "/data/relationships/release",
                      "out of scope");
}

bool artefact_api_create(struct req *rq)
{
    static const char *const RELATIONSHIPS[] = {"release", NULL};
    struct artefact draft = {.filename = NULL};
    struct api_object relationships;
    struct release_reader by;
    struct api_object data;
    struct api_object in;
    struct artefact *a;

    if (!read_data(rq, &data, &in) || !api_input_id(&data, "id", 0, &draft.id) ||
        !read_attributes(&in, API_REQUIRED, &draft) ||
        !api_input_object(&data, "relationships", API_REQUIRED, &relationships) ||
        !api_input_known(&relationships, RELATIONSHIPS) ||
        !api_input_relation(&relationships, "release", "releases", API_REQUIRED,
                            &draft.release_id) ||
        !release_scope_read(rq, PERMIT_ARTIFACT_CREATE, &by) ||
        !check_release(rq, &by, draft.release_id) || !artefact_add(&rq->cx, &draft, &a))
        return false;
    rq->status = prefers(rq, "no-redirect") ? 200 : 307;
    add_location(rq, FILE_LINK_UPLOAD, &by, a);
    return answer(rq, a);
}

static bool find(struct req *rq, enum permit what, struct artefact **out)
{
    struct release_reader by;
    struct id id;

    if (!release_scope_read(rq, what, &by))
        return false;
    if (!id_parse(api_arg(rq, 0), &id))
        return err_set(&rq->cx.err, &ERR_NOT_FOUND, "no id");
    return artefact_get(&rq->cx, &by, id, out);
}

bool artefact_api_change(struct req *rq)
{
    struct api_object data;
    struct api_object in;
    struct artefact *a;

    return find(rq, PERMIT_ARTIFACT_UPDATE, &a) && read_data(rq, &data, &in) &&
           read_attributes(&in, 0, a) && artefact_change(&rq->cx, a, &a) && answer(rq, a);
}

bool artefact_api_delete(struct req *rq)
{
    struct artefact *a;

    if (!find(rq, PERMIT_ARTIFACT_DELETE, &a) || !artefact_remove(&rq->cx, a->id))
        return false;
    rq->status = 204;
    return true;
}

/* --- bytes --- */

bool artefact_api_download(struct req *rq)
{
    struct range_file file = {.type = "application/octet-stream"};
    struct file_link link;
    struct artefact *a;

    if (!file_link_read(rq, api_arg(rq, 0), FILE_LINK_DOWNLOAD, &link) ||
        !artefact_get(&rq->cx, &link.by, link.artefact_id, &a))
        return false;
    if (a->status != ARTEFACT_UPLOADED)
        return err_set(&rq->cx.err, &ERR_NOT_FOUND, "not there, or withdrawn");
    if (!artefact_open(&rq->cx, rq->app->config.storage_path, a, &file.fd, &file.bytes))
        return false;
    file.name = a->filename;
    file.hash = a->hash;
    file.sha256 = a->sha256;
    api_of(rq)->type = file.type;
    return range_reply(rq, &file);
}

bool artefact_api_upload(struct req *rq)
{
    struct file_link link;
    struct artefact *a;

    return file_link_read(rq, api_arg(rq, 0), FILE_LINK_UPLOAD, &link) &&
           artefact_get(&rq->cx, &link.by, link.artefact_id, &a) && req_take_body(rq) &&
           artefact_upload(&rq->cx, rq->app->config.storage_path, a->id, rq->body, &a) &&
           answer(rq, a);
}
