#include "portal/draft.h"

#include "portal/http/limit.h"
#include "portal/http/page.h"
#include "portal/http/route.h"
#include "portal/serve.h"
#include "portal/serve_step.h"

#include <string.h>

enum {
    DRAFT_FILES_MAX = SESSION_DRAFT_MAX / 8 * 5, /* base64 takes the rest */
    DRAFT_FILES_STRANGER = 700 * 1024
};

/* --- keeping --- */

static json_t *file_json(struct req *rq, const struct form_file *file)
{
    return json_pack("{s:s,s:s,s:s}", "field", file->field, "name", file->name, "bytes",
                     crypto_base64(rq->cx.mem, file->bytes.p, file->bytes.len));
}

static json_t *draft_json(struct req *rq, const struct form *form)
{
    json_t *files = json_array();
    size_t total = 0;
    bool all;

    for (size_t i = 0; i < form->file_count; i++)
        total += form->files[i].bytes.len;
    all = total <= (id_is_zero(rq->session->person_id) ? (size_t)DRAFT_FILES_STRANGER
                                                       : (size_t)DRAFT_FILES_MAX);
    for (size_t i = 0; i < form->file_count && all; i++)
        json_array_append_new(files, file_json(rq, &form->files[i]));
    return json_pack("{s:o,s:o,s:b}", "values", page_kept(form->values), "files", files,
                     "has_lost_files", !all);
}

/* A stranger could fill the database with rows: he may have a few forms kept, then one in a while.
 */
static bool may_keep(struct req *rq)
{
    int64_t retry_s;

    if (!id_is_zero(rq->session->person_id) || rq->drafts == NULL ||
        limit_take(rq->drafts, rq->address, clock_mono_us(), &retry_s))
        return true;
    return err_set(&rq->cx.err, &ERR_LIMITED, "forms kept for strangers");
}

bool draft_keep(struct req *rq, const char **page)
{
    struct str to = str_new(rq->cx.mem);
    struct form *form;
    json_t *draft;

    *page = NULL;
    if (!form_parse(rq, &form))
        return false;
    draft = json_own(rq->cx.mem, draft_json(rq, form));
    if (json_object_size(json_object_get(draft, "values")) == 0 && form->file_count == 0)
        return true;
    if (!may_keep(rq) ||
        !session_keep_draft(&rq->cx, serve_visit(rq), rq->session, rq->path, draft))
        return false;
    str_add(&to, "/resume?form=");
    str_url(&to, rq->path);
    *page = to.p;
    return true;
}

/* --- showing --- */

static const char *form_path(struct req *rq)
{
    const char *path = req_query(rq, "form");

    if (path != NULL && path[0] == '/' && path[1] != '/' && path[1] != '\\')
        return path;
    err_set(&rq->cx.err, &ERR_NOT_FOUND, "no form named");
    return NULL;
}

static json_t *file_names(const json_t *draft)
{
    const json_t *files = json_object_get(draft, "files");
    json_t *names = json_array();

    for (size_t i = 0; i < json_array_size(files); i++)
        json_array_append_new(
            names, json_pack("{s:s}", "name", json_get_text(json_array_get(files, i), "name", "")));
    return names;
}

bool draft_page(struct req *rq)
{
    const char *path = form_path(rq);
    json_t *draft, *context;

    if (path == NULL || !session_take_draft(&rq->cx, rq->session, path, &draft))
        return false;
    if (draft == NULL)
        return reply_see_other(rq, "/");
    if (!session_keep_draft(&rq->cx, serve_visit(rq), rq->session, path, draft))
        return false; /* until it is sent */
    context =
        json_own(rq->cx.mem, json_pack("{s:s,s:o,s:o,s:b}", "action", rq->target, "typed",
                                       page_typed(json_object_get(draft, "values")), "files",
                                       file_names(draft), "has_lost_files",
                                       json_is_true(json_object_get(draft, "has_lost_files"))));
    return page_render(rq, "resume", context);
}

/* --- sending --- */

static bool take_files(struct req *rq, const json_t *draft, struct form *form)
{
    const json_t *files = json_object_get(draft, "files");

    form->files = arena_array(rq->cx.mem, struct form_file, FORM_FILES_MAX);
    for (size_t i = 0; i < json_array_size(files) && i < FORM_FILES_MAX; i++) {
        const json_t *kept = json_array_get(files, i);
        struct form_file *file = &form->files[form->file_count];
        uint8_t *bytes;

        if (!crypto_from_base64(rq->cx.mem, json_get_text(kept, "bytes", ""), &bytes,
                                &file->bytes.len))
            return err_set(&rq->cx.err, &ERR_INTERNAL, "a kept file cannot be read");
        file->bytes.p = (const char *)bytes;
        file->field = json_get_text(kept, "field", "");
        file->name = json_get_text(kept, "name", "file");
        form->file_count++;
    }
    return true;
}

/* The kept form with what was changed on the page for it. */
static bool merge(struct req *rq, const json_t *draft, struct form *posted)
{
    struct form *form = arena_new(rq->cx.mem, struct form);
    json_t *kept = json_object_get(draft, "values");

    *form = (struct form){.faults = posted->faults, .fault_list = posted->fault_list};
    form->values = json_own(rq->cx.mem, kept == NULL ? json_object() : json_copy(kept));
    json_object_update(form->values, posted->values);
    if (!take_files(rq, draft, form))
        return false;
    rq->form = form;
    return true;
}

bool draft_send(struct req *rq)
{
    const char *path = form_path(rq);
    struct form *posted;
    json_t *draft;
    bool known;

    if (path == NULL || !form_parse(rq, &posted) ||
        !session_take_draft(&rq->cx, rq->session, path, &draft) || !merge(rq, draft, posted))
        return false;
    rq->path = path;
    rq->target = path;
    rq->route = route_find(rq->router, rq, &known);
    /* Pages only: the API's rows ask for a token, which a session is not. */
    if (rq->route == NULL || (rq->route->needs & NEED_CSRF) == 0 ||
        rq->route->handler == draft_send)
        return err_set(&rq->cx.err, &ERR_NOT_FOUND, "no form at that path");
    return serve_check_viewer(rq) && serve_step_require(rq) && rq->route->handler(rq);
}
