#include "portal/pages/download_page.h"

#include "portal/pages/release_json.h"

#include <string.h>

enum { LISTED_MAX = 20 };

/* The page's releases are newest first; each product's stand together. */
static json_t *section_of(struct req *rq, json_t *products, const struct release *r)
{
    const char *id = id_text(rq->cx.mem, r->product_id);
    json_t *section;
    size_t i;

    json_array_foreach (products, i, section)
        if (strcmp(json_get_text(section, "id", ""), id) == 0)
            return json_object_get(section, "releases");
    section = json_pack("{s:s,s:s,s:[]}", "id", id, "name", r->product_name, "releases");
    json_array_append_new(products, section);
    return json_object_get(section, "releases");
}

static bool add_release(struct req *rq, const struct release_reader *by, const struct release *r,
                        json_t *products)
{
    json_t *files;
    json_t *row;

    if (!release_json_row(rq, r, &row))
        return false;
    json_array_append_new(section_of(rq, products, r), row);
    if (!release_json_files(rq, by, r->id, "/downloads", &files))
        return false;
    json_object_set_new(row, "has_files", json_boolean(json_array_size(files) > 0));
    return json_object_set_new(row, "files", files) == 0;
}

bool download_page_list(struct req *rq)
{
    const struct release_reader by = release_reader_of(&rq->cx);
    const struct release_filter filter = {.channel = NULL};
    const char *after = req_query(rq, "after");
    struct licence_page rows = {.limit = LISTED_MAX};
    json_t *products = json_array();
    json_t *page = json_own(rq->cx.mem, json_pack("{s:o}", "products", products));
    const char *older = NULL;
    struct release *list;
    int64_t total;
    size_t count;

    if (after != NULL && !id_parse(after, &rows.after))
        return err_set(&rq->cx.err, &ERR_NOT_FOUND, "cursor of the downloads");
    if (!release_page(&rq->cx, &by, &filter, &rows, &list, &count, &total))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!add_release(rq, &by, &list[i], products))
            return false;
    if (count == LISTED_MAX)
        older = arena_printf(rq->cx.mem, "/downloads?after=%s",
                             id_text(rq->cx.mem, list[count - 1].id));
    json_object_set_new(page, "is_empty", json_boolean(count == 0));
    json_object_set_new(page, "pager",
                        after == NULL && older == NULL
                            ? json_null()
                            : json_pack("{s:s?,s:s?,s:n}", "prev_href",
                                        after != NULL ? "/downloads" : NULL, "next_href", older,
                                        "text"));
    return page_render(rq, "download_list", page);
}

/* A download that goes on where it broke off was told of when it began. */
static bool note(struct req *rq, const struct artefact *a)
{
    return rq->method == METHOD_HEAD || req_header(rq, "Range") != NULL ||
           release_given(&rq->cx, a->release_id, a->id, NULL);
}

bool download_page_file(struct req *rq)
{
    const struct release_reader by = release_reader_of(&rq->cx);
    struct artefact *a;

    return artefact_get(&rq->cx, &by, rq->id, &a) && note(rq, a) && release_json_send(rq, a);
}
