#include "portal/pages/release_json.h"

#include "kb/article_markdown.h"
#include "portal/http/range.h"
#include "portal/pages/upload_context.h"

#include <string.h>

enum { FILES_MAX = 100 };

static const struct {
    const char *kind; /* of the chip */
    const char *label;
} CHANNELS[] = {
    [RELEASE_STABLE] = {"ok", T("Stable")},
    [RELEASE_RC] = {"accent", T("Release candidate")},
    [RELEASE_BETA] = {"warn", T("Beta")},
    [RELEASE_ALPHA] = {"warn", T("Alpha")},
    [RELEASE_DEV] = {"warn", T("Development build")},
};
_Static_assert(COUNT(CHANNELS) == RELEASE_CHANNEL_COUNT, "a chip for every channel");

static const struct {
    const char *kind;
    const char *label;
} STATES[] = {
    [RELEASE_DRAFT] = {NULL, T("Draft")},
    [RELEASE_PUBLISHED] = {"ok", T("Published")},
    [RELEASE_YANKED] = {"bad", T("Withdrawn")},
};
_Static_assert(COUNT(STATES) == RELEASE_STATUS_COUNT, "a chip for every state");

static json_t *chip(struct req *rq, const char *kind, const char *label)
{
    return json_pack("{s:s?,s:n,s:s}", "kind", kind, "icon", "text", req_text(rq, label));
}

bool release_json_row(struct req *rq, const struct release *r, json_t **out)
{
    const char *notes = NULL;

    if (r->description != NULL &&
        !article_markdown_html(rq->cx.mem, &rq->cx.err, r->description, &notes, NULL))
        return false;
    *out = json_pack(
        "{s:s,s:s?,s:s,s:o,s:o,s:o,s:s?}", "version", r->version, "name", r->name, "product",
        r->product_name, "channel", chip(rq, CHANNELS[r->channel].kind, CHANNELS[r->channel].label),
        "state", chip(rq, STATES[r->status].kind, STATES[r->status].label), "at",
        page_day(rq, r->backdated_at != 0 ? r->backdated_at : r->created_at), "notes_html", notes);
    return true;
}

static const char *place_of(struct arena *mem, const struct artefact *a)
{
    if (a->platform != NULL && a->arch != NULL)
        return arena_printf(mem, "%s · %s", a->platform, a->arch);
    return a->platform != NULL ? a->platform : a->arch;
}

static json_t *file_json(struct req *rq, const struct artefact *a, const char *base)
{
    struct arena *mem = rq->cx.mem;
    const char *href =
        a->hash != NULL ? arena_printf(mem, "%s/%s", base, id_text(mem, a->id)) : NULL;

    return json_pack("{s:s,s:s,s:s,s:s?,s:s?,s:s?,s:s?,s:s?}", "id", id_text(mem, a->id), "name",
                     a->filename, "size", format_bytes(mem, &rq->format, a->filesize), "place",
                     place_of(mem, a), "checksum", a->checksum, "sha256", a->hash, "signature",
                     a->signature, "href", href);
}

bool release_json_files(struct req *rq, const struct release_reader *by, struct id release_id,
                        const char *base, json_t **out)
{
    const struct artefact_filter filter = {.release_id = release_id};
    const struct licence_page page = {.limit = FILES_MAX, .is_ascending = true};
    struct artefact *list;
    int64_t total;
    size_t count;

    if (!artefact_page(&rq->cx, by, &filter, &page, &list, &count, &total))
        return false;
    *out = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(*out, file_json(rq, &list[i], base));
    return true;
}

bool release_json_send(struct req *rq, const struct artefact *a)
{
    struct range_file file = {.name = a->filename,
                              .type = "application/octet-stream",
                              .hash = a->hash,
                              .sha256 = a->sha256};

    if (!artefact_open(&rq->cx, upload_context_storage(rq), a, &file.fd, &file.bytes))
        return false;
    reply_header(rq, "Cache-Control", "private, no-cache");
    return range_reply(rq, &file);
}
