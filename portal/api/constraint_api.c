#include "portal/api/constraint_api.h"

#include "licensing/entitlement.h"
#include "portal/api/api_included.h"
#include "portal/api/api_list.h"
#include "portal/api/release_document.h"
#include "portal/api/release_scope.h"

#include <string.h>

/* --- reading what was sent --- */

static bool is_type(const char *given, const char *plural)
{
    size_t singular = strlen(plural) - 1;

    return strcmp(given, plural) == 0 ||
           (strlen(given) == singular && strncmp(given, plural, singular) == 0);
}

/* {"type":"constraints","relationships":{"entitlement":{"data":{..}}}}, or in short
 * {"type":"entitlements","id":..}. A constraint that is there already is named by its own id. */
static bool read_item(const struct api_object *item, bool is_there, struct id *out)
{
    static const char *const KNOWN[] = {"type", "id", "relationships", NULL};
    static const char *const RELATIONSHIPS[] = {"entitlement", NULL};
    struct api_object relationships;
    const char *type = NULL;
    bool is_constraint;

    if (!api_input_known(item, KNOWN) || !api_input_text(item, "type", API_REQUIRED, &type))
        return false;
    is_constraint = is_type(type, "constraints");
    if (!is_constraint && !is_type(type, "entitlements"))
        return api_input_refuse(item, "type", &ERR_API_CHOICE);
    if (!is_constraint || is_there)
        return api_input_id(item, "id", API_REQUIRED, out);
    return api_input_object(item, "relationships", API_REQUIRED, &relationships) &&
           api_input_known(&relationships, RELATIONSHIPS) &&
           api_input_relation(&relationships, "entitlement", "entitlements", API_REQUIRED, out);
}

static bool read_data(const struct api_object *in, bool is_there, struct id **out, size_t *count)
{
    const json_t *array = json_object_get(in->json, "data");
    struct arena *mem = in->cx->mem;
    const json_t *json;
    struct id *ids;
    size_t i;

    if (array == NULL)
        return api_input_refuse(in, "data", &ERR_API_MISSING);
    if (!json_is_array(array))
        return api_input_refuse(in, "data", &ERR_API_TYPE);
    if (json_array_size(array) < 1 || json_array_size(array) > API_LINKS_MAX)
        return api_input_refuse(in, "data", &ERR_API_LENGTH);
    ids = arena_array(mem, struct id, json_array_size(array));
    json_array_foreach (array, i, json) {
        struct api_object item = {in->cx, json, arena_printf(mem, "%s/data/%zu", in->at, i)};

        if (!json_is_object(json))
            return err_set_at(&in->cx->err, &ERR_API_TYPE, item.at, "no object");
        if (!read_item(&item, is_there, &ids[i]))
            return false;
    }
    *out = ids;
    *count = json_array_size(array);
    return true;
}

bool constraint_api_read_new(const struct api_object *relationships, const struct id **out,
                             size_t *count)
{
    static const char *const KNOWN[] = {"data", NULL};
    struct api_object relation;
    const json_t *data;
    struct id *ids;

    if (!api_input_object(relationships, "constraints", 0, &relation))
        return false;
    data = json_object_get(relation.json, "data");
    if (relation.json == NULL || json_is_null(data) ||
        (json_is_array(data) && json_array_size(data) == 0))
        return true;
    if (!api_input_known(&relation, KNOWN) || !read_data(&relation, false, &ids, count))
        return false;
    *out = ids;
    return true;
}

static bool read_body(struct req *rq, bool is_there, struct id **out, size_t *count)
{
    static const char *const KNOWN[] = {"data", "meta", NULL};
    struct api_object top = {&rq->cx, api_of(rq)->body, ""};

    return api_input_known(&top, KNOWN) && read_data(&top, is_there, out, count);
}

/* --- answers --- */

bool constraint_api_attach(struct req *rq)
{
    struct release_reader by;
    struct release *r;
    struct id *links;
    struct id *ids;
    size_t count;

    if (!release_scope_find(rq, PERMIT_RELEASE_UPDATE, &by, &r) ||
        !read_body(rq, false, &ids, &count))
        return false;
    links = arena_array(rq->cx.mem, struct id, count);
    if (!release_constrain(&rq->cx, r->id, ids, count, links))
        return false;
    str_add(&rq->out, "{\"data\":[");
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            str_char(&rq->out, ',');
        release_document_constraint(&rq->out, api_of(rq),
                                    &(struct release_constraint){links[i], r->id, ids[i]});
    }
    str_add(&rq->out, "]}");
    return true;
}

bool constraint_api_detach(struct req *rq)
{
    struct release_reader by;
    struct release *r;
    struct id *ids;
    size_t count;

    if (!release_scope_find(rq, PERMIT_RELEASE_UPDATE, &by, &r) ||
        !read_body(rq, true, &ids, &count) || !release_unconstrain(&rq->cx, r->id, ids, count))
        return false;
    rq->status = 204;
    return true;
}

/* A release needs few: the page is cut out of all of them, in the order of their codes. */
static bool list(struct req *rq, bool as_entitlements)
{
    struct entitlement *all;
    struct release_reader by;
    struct api_list page;
    struct release *r;
    struct id *links;
    size_t from = 0;
    size_t count;

    if (!release_scope_find(rq, PERMIT_RELEASE_READ, &by, &r) ||
        !api_list_read(rq, NULL, 0, NULL, &page) ||
        !release_entitlements(&rq->cx, r->id, &all, &links, &count))
        return false;
    while (!id_is_zero(page.page.rows.after) && from < count &&
           !id_equal(as_entitlements ? all[from].id : links[from], page.page.rows.after))
        from++;
    from += !id_is_zero(page.page.rows.after);
    from += (size_t)page.page.rows.offset;
    api_list_open(&page);
    for (size_t i = from; i < count && i < from + page.page.rows.limit; i++) {
        api_list_item(&page, as_entitlements ? all[i].id : links[i]);
        if (as_entitlements)
            api_included_entitlement(&rq->out, api_of(rq), &all[i]);
        else
            release_document_constraint(&rq->out, api_of(rq),
                                        &(struct release_constraint){links[i], r->id, all[i].id});
    }
    api_list_close(&page, (int64_t)count);
    return true;
}

bool constraint_api_list(struct req *rq)
{
    return list(rq, false);
}

bool constraint_api_entitlements(struct req *rq)
{
    return list(rq, true);
}
