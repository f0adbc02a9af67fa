#include "portal/pages/release_desk_page.h"

#include "licensing/product.h"
#include "portal/pages/release_json.h"
#include "portal/pages/upload_context.h"

#include <stddef.h>
#include <string.h>

enum { LISTED_MAX = 50, WORD_MAX = 64 };

static const struct release_reader EVERY = {.kind = RELEASE_FOR_ALL};

static const char *path_of(struct req *rq, struct id id)
{
    return arena_printf(rq->cx.mem, "/desk/releases/%s", id_text(rq->cx.mem, id));
}

/* --- the list --- */

static json_t *pager(struct req *rq, bool is_later, const struct release *last)
{
    const char *older = NULL;

    if (last != NULL)
        older = arena_printf(rq->cx.mem, "%s?after=%s", rq->path, id_text(rq->cx.mem, last->id));
    if (!is_later && older == NULL)
        return json_null();
    return json_pack("{s:s?,s:s?,s:n}", "prev_href", is_later ? rq->path : NULL, "next_href", older,
                     "text");
}

bool release_desk_page_list(struct req *rq)
{
    const struct release_filter filter = {.product_id = rq->id};
    const char *after = req_query(rq, "after");
    struct licence_page rows = {.limit = LISTED_MAX};
    json_t *releases = json_array();
    json_t *page = json_own(rq->cx.mem, json_pack("{s:o}", "releases", releases));
    struct product *product;
    struct release *list;
    int64_t total;
    size_t count;

    if (after != NULL && !id_parse(after, &rows.after))
        return err_set(&rq->cx.err, &ERR_NOT_FOUND, "cursor of the releases");
    if (!product_get(&rq->cx, rq->id, &product) ||
        !release_page(&rq->cx, &EVERY, &filter, &rows, &list, &count, &total))
        return false;
    for (size_t i = 0; i < count; i++) {
        json_t *row;

        if (!release_json_row(rq, &list[i], &row))
            return false;
        json_object_set_new(row, "href", json_string(path_of(rq, list[i].id)));
        json_array_append_new(releases, row);
    }
    json_object_set_new(page, "product_name", json_string(product->name));
    json_object_set_new(page, "new_href",
                        json_string(arena_printf(rq->cx.mem, "/desk/products/%s/releases/new",
                                                 id_text(rq->cx.mem, product->id))));
    json_object_set_new(page, "is_empty", json_boolean(count == 0));
    json_object_set_new(page, "pager",
                        pager(rq, after != NULL, count == LISTED_MAX ? &list[count - 1] : NULL));
    return page_render(rq, "release_list", page);
}

/* --- forms --- */

struct release_fields {
    const char *version, *channel, *name, *description;
};

static const char *const CHANNEL_CHOICES[] = {"stable", "rc", "beta", "alpha", "dev", NULL};

#define AT(member) offsetof(struct release_fields, member)
static const struct form_field RELEASE_FIELDS[] = {
    {"version", T("Version"), FORM_TEXT, true, 1, SEMVER_MAX, NULL, AT(version)},
    {"channel", T("Channel"), FORM_CHOICE, true, 0, 0, CHANNEL_CHOICES, AT(channel)},
    {"name", T("Name"), FORM_TEXT, false, 0, RELEASE_NAME_MAX, NULL, AT(name)},
    {"description", T("What is new"), FORM_LINES, false, 0, RELEASE_DESCRIPTION_MAX, NULL,
     AT(description)},
};
#undef AT

/* The domain names its members by their place in the protocol's documents; the last part is the
 * field's name here. */
static bool take_fault(struct req *rq, struct form *form, const struct form_field *fields,
                       size_t count)
{
    const char *last = rq->cx.err.source != NULL ? strrchr(rq->cx.err.source, '/') : NULL;

    if (last != NULL)
        rq->cx.err.source = last + 1;
    return form_take_err(rq, form, fields, count);
}

static json_t *values_of(struct req *rq, const struct form *form, const struct release *r)
{
    json_t *values = json_own(rq->cx.mem, json_object());

    for (size_t i = 0; form != NULL && i < COUNT(RELEASE_FIELDS); i++)
        json_object_set_new(values, RELEASE_FIELDS[i].name,
                            json_string(form_value(form, RELEASE_FIELDS[i].name)));
    if (form == NULL && r != NULL) {
        json_object_set_new(values, "name", json_string(r->name != NULL ? r->name : ""));
        json_object_set_new(values, "description",
                            json_string(r->description != NULL ? r->description : ""));
    }
    return values;
}

static json_t *channels(struct req *rq, const char *chosen)
{
    static const char *const LABELS[] = {T("Stable"), T("Release candidate"), T("Beta"), T("Alpha"),
                                         T("Development build")};
    json_t *list = json_array();

    for (size_t i = 0; i < COUNT(LABELS); i++)
        json_array_append_new(list, json_pack("{s:s,s:s,s:b}", "value", CHANNEL_CHOICES[i], "text",
                                              req_text(rq, LABELS[i]), "is_chosen",
                                              strcmp(chosen, CHANNEL_CHOICES[i]) == 0));
    return list;
}

static bool show_new(struct req *rq, const struct form *form)
{
    struct product *product;
    json_t *page;

    if (!product_get(&rq->cx, rq->id, &product))
        return false;
    page = json_own(rq->cx.mem,
                    json_pack("{s:O,s:o,s:s,s:s,s:s}", "values", values_of(rq, form, NULL),
                              "channels", channels(rq, form ? form_value(form, "channel") : ""),
                              "product_name", product->name, "list_href",
                              arena_printf(rq->cx.mem, "/desk/products/%s/releases",
                                           id_text(rq->cx.mem, product->id)),
                              "action", rq->path));
    return form != NULL ? page_render_form(rq, "release_form", page, form)
                        : page_render(rq, "release_form", page);
}

bool release_desk_page_new(struct req *rq)
{
    return show_new(rq, NULL);
}

bool release_desk_page_add(struct req *rq)
{
    struct release_fields in = {.version = NULL};
    struct release_draft draft = {.product_id = rq->id};
    struct product *product;
    struct release *added;
    struct form *form;

    if (!product_get(&rq->cx, rq->id, &product) || !form_parse(rq, &form))
        return false;
    if (!form_read(rq, form, RELEASE_FIELDS, COUNT(RELEASE_FIELDS), &in))
        return show_new(rq, form);
    draft.version = in.version;
    draft.name = in.name;
    draft.description = in.description;
    if (!release_channel_parse(in.channel, &draft.channel))
        return err_set(&rq->cx.err, &ERR_INVALID, "channel"); /* the field's choices are these */
    if (!release_add(&rq->cx, &draft, &added))
        return take_fault(rq, form, RELEASE_FIELDS, COUNT(RELEASE_FIELDS)) && show_new(rq, form);
    return reply_flash(
               rq, "ok",
               req_text(rq, T("The release is a draft. Add its files, then publish it."))) &&
           reply_see_other(rq, path_of(rq, added->id));
}

/* --- one release --- */

static bool show(struct req *rq, const struct form *form)
{
    const char *path = path_of(rq, rq->id);
    struct release *r;
    json_t *page;
    json_t *files;
    json_t *row;

    if (!release_get(&rq->cx, &EVERY, rq->id, &r) || !release_json_row(rq, r, &row))
        return false;
    page = json_own(rq->cx.mem, json_pack("{s:o,s:O,s:s,s:s,s:b,s:b,s:b}", "release", row, "values",
                                          values_of(rq, form, r), "path", path, "list_href",
                                          arena_printf(rq->cx.mem, "/desk/products/%s/releases",
                                                       id_text(rq->cx.mem, r->product_id)),
                                          "is_published", r->status == RELEASE_PUBLISHED,
                                          "is_draft", r->status == RELEASE_DRAFT, "is_yanked",
                                          r->status == RELEASE_YANKED));
    if (!release_json_files(rq, &EVERY, r->id, arena_printf(rq->cx.mem, "%s/files", path), &files))
        return false;
    json_object_set_new(page, "has_files", json_boolean(json_array_size(files) > 0));
    json_object_set_new(page, "files", files);
    return form != NULL ? page_render_form(rq, "release_view", page, form)
                        : page_render(rq, "release_view", page);
}

bool release_desk_page_view(struct req *rq)
{
    return show(rq, NULL);
}

bool release_desk_page_save(struct req *rq)
{
    struct release_fields in = {.version = NULL};
    struct release *r;
    struct form *form;

    if (!release_get(&rq->cx, &EVERY, rq->id, &r) || !form_parse(rq, &form))
        return false;
    if (!form_read(rq, form, RELEASE_FIELDS + 2, COUNT(RELEASE_FIELDS) - 2, &in))
        return show(rq, form);
    r->name = in.name;
    r->description = in.description;
    if (!release_change(&rq->cx, r, &r))
        return take_fault(rq, form, RELEASE_FIELDS, COUNT(RELEASE_FIELDS)) && show(rq, form);
    return reply_flash(rq, "ok", req_text(rq, T("The notes are saved."))) &&
           reply_see_other(rq, path_of(rq, rq->id));
}

bool release_desk_page_publish(struct req *rq)
{
    struct release *r;

    return release_publish(&rq->cx, rq->id, &r) &&
           reply_flash(rq, "ok",
                       lang_fill1(rq->cx.mem, rq->lang,
                                  T("{} is published: customers and their programs can fetch it."),
                                  r->version)) &&
           reply_see_other(rq, path_of(rq, rq->id));
}

bool release_desk_page_yank(struct req *rq)
{
    struct release *r;

    return release_yank(&rq->cx, rq->id, &r) &&
           reply_flash(rq, "ok",
                       lang_fill1(rq->cx.mem, rq->lang,
                                  T("{} is withdrawn: nobody can fetch it any more."),
                                  r->version)) &&
           reply_see_other(rq, path_of(rq, rq->id));
}

/* What was out once is withdrawn, and stays for the record; a draft goes. */
bool release_desk_page_remove(struct req *rq)
{
    static const struct err_kind ERR_NOT_DRAFT = {
        ERR_CLASS_CONFLICT, "RELEASE_NOT_DRAFT",
        "This release was published: withdraw it instead of removing it."};
    struct release *r;

    if (!release_get(&rq->cx, &EVERY, rq->id, &r))
        return false;
    if (r->status != RELEASE_DRAFT)
        return err_set(&rq->cx.err, &ERR_NOT_DRAFT, "release");
    return release_remove(&rq->cx, r->id) &&
           reply_flash(rq, "ok", req_text(rq, T("The draft is removed."))) &&
           reply_see_other(rq, arena_printf(rq->cx.mem, "/desk/products/%s/releases",
                                            id_text(rq->cx.mem, r->product_id)));
}

/* --- files --- */

struct file_fields {
    const char *platform, *arch, *checksum, *signature;
};
#define AT(member) offsetof(struct file_fields, member)
static const struct form_field FILE_FIELDS[] = {
    {"platform", T("Platform"), FORM_TEXT, false, 0, WORD_MAX, NULL, AT(platform)},
    {"arch", T("Processor"), FORM_TEXT, false, 0, WORD_MAX, NULL, AT(arch)},
    {"checksum", T("Checksum"), FORM_TEXT, false, 0, ARTEFACT_NAME_MAX, NULL, AT(checksum)},
    {"signature", T("Signature"), FORM_TEXT, false, 0, ARTEFACT_SIGNATURE_MAX, NULL, AT(signature)},
    {"filename", T("File"), FORM_TEXT, false, 0, 0, NULL, AT(platform)}, /* for its fault alone */
    {"file", T("File"), FORM_TEXT, false, 0, 0, NULL, AT(platform)},
};
enum { FILE_FIELDS_READ = 4 };
#undef AT

/* Nothing is left of a file that was not taken. */
static bool take_file(struct req *rq, const struct form_file *file, const struct file_fields *in)
{
    const struct artefact draft = {.release_id = rq->id,
                                   .filename = file->name,
                                   .platform = in->platform,
                                   .arch = in->arch,
                                   .checksum = in->checksum,
                                   .signature = in->signature};
    struct artefact *a;
    struct err failure;

    if (!artefact_add(&rq->cx, &draft, &a))
        return false;
    if (artefact_upload(&rq->cx, upload_context_storage(rq), a->id, file->bytes, &a))
        return true;
    failure = rq->cx.err;
    err_clear(&rq->cx.err);
    if (!artefact_remove(&rq->cx, a->id))
        log_warn(rq->cx.trace, "a file without bytes stays: %s", rq->cx.err.oper);
    rq->cx.err = failure;
    return false;
}

bool release_desk_page_upload(struct req *rq)
{
    struct file_fields in = {.platform = NULL};
    struct release *r;
    struct form *form;

    if (!release_get(&rq->cx, &EVERY, rq->id, &r) || !form_parse(rq, &form))
        return false;
    if (!form_read(rq, form, FILE_FIELDS, FILE_FIELDS_READ, &in))
        return show(rq, form);
    if (form->file_count != 1) {
        form_fault(rq, form, "file", T("File"), T("Choose the file to upload."));
        return show(rq, form);
    }
    if (!take_file(rq, &form->files[0], &in))
        return take_fault(rq, form, FILE_FIELDS, COUNT(FILE_FIELDS)) && show(rq, form);
    return reply_flash(rq, "ok",
                       lang_fill1(rq->cx.mem, rq->lang, T("{} is uploaded and checked."),
                                  form->files[0].name)) &&
           reply_see_other(rq, path_of(rq, rq->id));
}

static bool file_of_path(struct req *rq, struct artefact **out)
{
    struct id id;

    if (!id_parse(rq->args[1], &id))
        return err_set(&rq->cx.err, &ERR_NOT_FOUND, "file id");
    return artefact_get(&rq->cx, &EVERY, id, out) &&
           (id_equal((*out)->release_id, rq->id) ||
            err_set(&rq->cx.err, &ERR_NOT_FOUND, "a file of another release"));
}

bool release_desk_page_file(struct req *rq)
{
    struct artefact *a;

    return file_of_path(rq, &a) && release_json_send(rq, a);
}

bool release_desk_page_remove_file(struct req *rq)
{
    struct artefact *a;

    return file_of_path(rq, &a) && artefact_remove(&rq->cx, a->id) &&
           reply_flash(rq, "ok",
                       lang_fill1(rq->cx.mem, rq->lang, T("{} is removed."), a->filename)) &&
           reply_see_other(rq, path_of(rq, rq->id));
}
