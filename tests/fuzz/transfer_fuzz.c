/* A file of resources from outside: its lines, documents, types, and each resource's values. */
#include "portal/transfer/transfer_file.h"
#include "portal/transfer/transfer_item.h"
#include "tests/fuzz/fuzz.h"

#include <assert.h>

static void note(void *with, size_t line, const char *pointer, const struct err_kind *kind)
{
    size_t *faults = with;

    assert(line > 0 && kind != NULL && kind->text != NULL);
    assert(*pointer == '\0' || *pointer == '/');
    (*faults)++;
}

static void read_item(struct arena *mem, struct transfer_file *file,
                      const struct transfer_entry *entry)
{
    struct ctx cx = {.mem = mem};
    struct transfer_people people = {.list = NULL};
    struct transfer_item item = {
        .cx = &cx,
        .people = &people,
        .type = entry->type,
        .id = entry->id,
        .data = {&cx, transfer_file_get(file, entry), transfer_file_pointer(mem, entry)}};

    assert(item.data.json != NULL);
    if (!transfer_item_read(&item))
        assert(cx.err.kind != NULL && cx.err.source != NULL);
    assert(item.ref_count <= TRANSFER_REFS_MAX);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct arena *mem = arena_make(4096);
    struct transfer_file file;
    int64_t skipped = 0;
    size_t faults = 0;

    transfer_file_open(&file, (struct span){(const char *)bytes, len}, note, &faults, &skipped);
    assert(skipped >= 0);
    for (size_t i = 0; i < file.count; i++)
        read_item(mem, &file, &file.entries[i]);
    transfer_file_close(&file);
    arena_free(mem);
    return 0;
}
