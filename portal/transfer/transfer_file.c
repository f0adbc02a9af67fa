#include "portal/transfer/transfer_file.h"

#include "portal/api/api_input.h"

#include <stdlib.h>
#include <string.h>

enum { ENTRIES_FIRST = 64, LINE_BYTES = 64 * 1024 };

const char *const TRANSFER_TYPE_NAMES[] = {
    [TRANSFER_PRODUCT] = "products",
    [TRANSFER_ENTITLEMENT] = "entitlements",
    [TRANSFER_GROUP] = "groups",
    [TRANSFER_POLICY] = "policies",
    [TRANSFER_POLICY_ENTITLEMENT] = "policy-entitlements",
    [TRANSFER_USER] = "users",
    [TRANSFER_LICENCE] = "licenses",
    [TRANSFER_LICENCE_ENTITLEMENT] = "license-entitlements",
    [TRANSFER_LICENCE_USER] = "license-users",
    [TRANSFER_MACHINE] = "machines",
    [TRANSFER_COMPONENT] = "components",
};
_Static_assert(COUNT(TRANSFER_TYPE_NAMES) == TRANSFER_TYPE_COUNT, "name every type");

struct scan { /* the way through a file */
    struct transfer_file *file;
    size_t room;
    transfer_file_fault *fault;
    void *with;
    int64_t *skipped;
    struct transfer_entry at; /* the text that is looked at */
};

const char *transfer_file_pointer(struct arena *mem, const struct transfer_entry *e)
{
    switch (e->place) {
    case TRANSFER_BARE:
        return "";
    case TRANSFER_ONE:
        return "/data";
    case TRANSFER_DATA:
        return arena_printf(mem, "/data/%zu", e->index);
    case TRANSFER_INCLUDED:
        break;
    }
    return arena_printf(mem, "/included/%zu", e->index);
}

static void refuse(struct scan *scan, const char *member, const struct err_kind *kind)
{
    struct arena *mem = scan->file->mem;

    scan->fault(scan->with, scan->at.line,
                arena_printf(mem, "%s%s", transfer_file_pointer(mem, &scan->at), member), kind);
}

static void push(struct scan *scan)
{
    struct transfer_file *file = scan->file;

    if (file->count == scan->room) {
        scan->room = scan->room == 0 ? ENTRIES_FIRST : scan->room * 2;
        file->entries = realloc(file->entries, scan->room * sizeof *file->entries);
        if (file->entries == NULL)
            abort();
    }
    file->entries[file->count++] = scan->at;
}

/* The plural or the singular of a type that is taken over. */
static bool find_type(const char *text, enum transfer_type *out)
{
    size_t len = strlen(text);

    for (int i = 0; i < TRANSFER_TYPE_COUNT; i++) {
        const char *name = TRANSFER_TYPE_NAMES[i];

        if (strcmp(name, text) == 0 || (strlen(name) == len + 1 && strncmp(name, text, len) == 0) ||
            (i == TRANSFER_POLICY && strcmp(text, "policy") == 0)) {
            *out = (enum transfer_type)i;
            return true;
        }
    }
    return false;
}

static void take(struct scan *scan, const json_t *resource)
{
    const char *type = json_string_value(json_object_get(resource, "type"));
    const char *id = json_string_value(json_object_get(resource, "id"));

    if (type == NULL) {
        refuse(scan, "/type", &ERR_API_MISSING);
    } else if (!find_type(type, &scan->at.type)) {
        ++*scan->skipped;
    } else if (id == NULL) {
        refuse(scan, "/id", &ERR_API_MISSING);
    } else if (!id_parse(id, &scan->at.id)) {
        refuse(scan, "/id", &ERR_API_TYPE);
    } else {
        push(scan);
    }
}

static void take_list(struct scan *scan, const json_t *list)
{
    const json_t *item;
    size_t i;

    json_array_foreach (list, i, item) {
        scan->at.index = i;
        take(scan, item);
    }
}

static void take_document(struct scan *scan, const json_t *json)
{
    const json_t *data = json_object_get(json, "data");

    scan->at.place = TRANSFER_BARE;
    if (data == NULL) {
        take(scan, json);
        return;
    }
    scan->at.place = json_is_array(data) ? TRANSFER_DATA : TRANSFER_ONE;
    if (json_is_array(data))
        take_list(scan, data);
    else
        take(scan, data);
    scan->at.place = TRANSFER_INCLUDED;
    take_list(scan, json_object_get(json, "included"));
}

static bool parse(struct transfer_file *file, struct span text, struct err *err)
{
    arena_reset(file->mem);
    file->json = NULL;
    return api_input_parse(file->mem, err, text, &file->json);
}

static void take_text(struct scan *scan, size_t from, size_t len)
{
    struct transfer_file *file = scan->file;
    struct span text = {file->text.p + from, len};
    struct err why = {0};

    scan->at.from = from;
    scan->at.len = len;
    scan->at.place = TRANSFER_BARE;
    if (span_trim(text).len == 0)
        return;
    if (parse(file, text, &why))
        take_document(scan, file->json);
    else
        refuse(scan, "", why.kind);
    file->from = from;
}

static size_t line_length(struct span text, size_t from)
{
    const char *end = memchr(text.p + from, '\n', text.len - from);

    return end == NULL ? text.len - from : (size_t)(end - (text.p + from));
}

/* One document may stand over several lines: then its first line is none by itself. */
static bool is_by_line(struct transfer_file *file)
{
    size_t from = 0;
    size_t len = 0;
    struct err why = {0};

    while (from < file->text.len) {
        len = line_length(file->text, from);
        if (span_trim((struct span){file->text.p + from, len}).len > 0)
            break;
        from += len + 1;
    }
    return from + len >= file->text.len || from >= file->text.len ||
           parse(file, (struct span){file->text.p + from, len}, &why) ||
           !parse(file, file->text, &(struct err){0});
}

void transfer_file_open(struct transfer_file *file, struct span text, transfer_file_fault *fault,
                        void *with, int64_t *skipped)
{
    struct scan scan = {.file = file, .fault = fault, .with = with, .skipped = skipped};

    *file = (struct transfer_file){.text = text, .mem = arena_make(LINE_BYTES)};
    scan.at.line = 1;
    if (!is_by_line(file)) {
        take_text(&scan, 0, text.len);
        return;
    }
    for (size_t from = 0; from < text.len; scan.at.line++) {
        size_t len = line_length(text, from);

        take_text(&scan, from, len);
        from += len + 1;
    }
}

void transfer_file_close(struct transfer_file *file)
{
    arena_free(file->mem);
    free(file->entries);
}

const json_t *transfer_file_get(struct transfer_file *file, const struct transfer_entry *e)
{
    struct err why = {0};
    const json_t *data;

    if ((file->json == NULL || file->from != e->from) &&
        !parse(file, (struct span){file->text.p + e->from, e->len}, &why))
        return NULL; /* cannot be: it was read before */
    file->from = e->from;
    data = json_object_get(file->json, "data");
    switch (e->place) {
    case TRANSFER_BARE:
        return file->json;
    case TRANSFER_ONE:
        return data;
    case TRANSFER_DATA:
        return json_array_get(data, e->index);
    case TRANSFER_INCLUDED:
        break;
    }
    return json_array_get(json_object_get(file->json, "included"), e->index);
}
