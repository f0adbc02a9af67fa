#include "portal/transfer/transfer_file.h"
#include "portal/transfer/transfer_item.h"

#include <stdlib.h>
#include <string.h>

enum { ROW_BYTES = 64 * 1024 };

/* Nothing in the file or here has the id that a relationship names. */
static const struct err_kind ERR_REF = {ERR_CLASS_INVALID, "NOT_FOUND",
                                        "Neither the file nor this installation has it."};
/* Another resource of the file has the same id. */
static const struct err_kind ERR_TWICE = {ERR_CLASS_INVALID, "ID_CONFLICT",
                                          "The file has this id twice."};

struct name { /* what names a resource beside its id, to find two with the same */
    enum transfer_type type;
    const char *natural;
    const struct transfer_entry *entry;
};

struct import {
    struct ctx *cx;    /* the command's: the report lives there */
    struct arena *mem; /* of the resource at hand */
    struct arena *names_mem;
    struct transfer_file file;
    struct transfer_people people;
    struct transfer_report *report;
    struct name *names;
    size_t name_count;
    const struct transfer_entry **sorted; /* by type and id */
};

/* --- faults --- */

static void note(struct import *in, size_t line, const char *pointer, const struct err_kind *kind,
                 const char *text)
{
    struct transfer_report *r = in->report;
    struct arena *mem = in->cx->mem;

    if (r->fault_count < TRANSFER_FAULTS_MAX)
        r->faults[r->fault_count++] = (struct transfer_fault){
            line, arena_dup(mem, pointer), arena_dup(mem, kind->code), arena_dup(mem, text)};
    r->fault_total++;
}

static void note_kind(void *with, size_t line, const char *pointer, const struct err_kind *kind)
{
    note(with, line, pointer, kind, kind->text);
}

/* The domain points into a document with one resource; here it may be one of a list. */
static const char *pointer_of(struct arena *mem, const struct transfer_entry *e, const char *source)
{
    const char *at = transfer_file_pointer(mem, e);

    if (source == NULL)
        return at;
    if (strncmp(source, "/data", 5) == 0 && (source[5] == '/' || source[5] == '\0') &&
        strncmp(source, at, strlen(at)) != 0)
        return arena_printf(mem, "%s%s", at, source + 5);
    if (e->place == TRANSFER_BARE && strncmp(source, "/data", 5) == 0)
        return source + 5;
    return *source == '/' ? source : arena_printf(mem, "%s/attributes/%s", at, source);
}

/* True when the failure is the resource's; false when it is the database's. */
static bool take_fault(struct import *in, struct ctx *run, const struct transfer_entry *e)
{
    const struct err *err = &run->err;

    if (err->kind == NULL)
        return true;
    if (err->kind->class == ERR_CLASS_BUSY || err->kind->class == ERR_CLASS_INTERNAL) {
        in->cx->err = *err;
        in->cx->err.source = NULL;
        in->cx->err.more = NULL;
        return false;
    }
    for (; err != NULL; err = err->more)
        note(in, e->line, pointer_of(in->mem, e, err->source), err->kind, err->kind->text);
    return true;
}

/* --- the file's own order --- */

static int by_id(const void *a, const void *b)
{
    const struct transfer_entry *x = *(const struct transfer_entry *const *)a;
    const struct transfer_entry *y = *(const struct transfer_entry *const *)b;

    return x->type != y->type ? (x->type < y->type ? -1 : 1) : id_compare(x->id, y->id);
}

static int by_name(const void *a, const void *b)
{
    const struct name *x = a;
    const struct name *y = b;
    int order = x->type != y->type ? (x->type < y->type ? -1 : 1) : strcmp(x->natural, y->natural);

    if (order != 0)
        return order;
    return x->entry->line < y->entry->line ? -1 : x->entry->line > y->entry->line;
}

static void sort_entries(struct import *in)
{
    in->sorted = calloc(in->file.count + 1, sizeof *in->sorted);
    in->names = calloc(in->file.count + 1, sizeof *in->names);
    if (in->sorted == NULL || in->names == NULL)
        abort();
    for (size_t i = 0; i < in->file.count; i++)
        in->sorted[i] = &in->file.entries[i];
    qsort(in->sorted, in->file.count, sizeof *in->sorted, by_id);
    for (size_t i = 1; i < in->file.count; i++)
        if (by_id(&in->sorted[i - 1], &in->sorted[i]) == 0)
            note(in, in->sorted[i]->line, pointer_of(in->names_mem, in->sorted[i], "/data/id"),
                 &ERR_TWICE, ERR_TWICE.text);
}

static bool is_in_file(const struct import *in, enum transfer_type type, struct id id)
{
    const struct transfer_entry wanted = {.type = type, .id = id};
    const struct transfer_entry *key = &wanted;

    return bsearch(&key, in->sorted, in->file.count, sizeof *in->sorted, by_id) != NULL;
}

static void check_names(struct import *in)
{
    qsort(in->names, in->name_count, sizeof *in->names, by_name);
    for (size_t i = 1; i < in->name_count; i++) {
        const struct name *n = &in->names[i];
        const struct err_kind *kind;
        const char *at;

        if (n->type != n[-1].type || strcmp(n->natural, n[-1].natural) != 0)
            continue;
        kind = transfer_item_taken(n->type, &at);
        note(
            in, n->entry->line,
            arena_printf(in->names_mem, "%s%s", transfer_file_pointer(in->names_mem, n->entry), at),
            kind, kind->text);
    }
}

/* --- one resource --- */

static void start(struct import *in, struct ctx *run, const struct transfer_entry *e,
                  struct transfer_item *item)
{
    ctx_start(run, in->mem, in->cx->pool);
    run->tenant_id = in->cx->tenant_id;
    run->master = in->cx->master;
    run->signer = in->cx->signer;
    run->is_import = true;
    *item = (struct transfer_item){
        .cx = run,
        .people = &in->people,
        .type = e->type,
        .id = e->id,
        .data = {run, transfer_file_get(&in->file, e), transfer_file_pointer(in->mem, e)}};
}

static bool check_refs(struct import *in, struct transfer_item *item)
{
    bool is_there;

    for (size_t i = 0; i < item->ref_count; i++) {
        const struct transfer_ref *ref = &item->refs[i];

        if (is_in_file(in, ref->type, ref->id))
            continue;
        if (!transfer_item_exists(item->cx, ref->type, ref->id, &is_there))
            return false;
        if (!is_there)
            err_also(&item->cx->err, item->cx->mem, &ERR_REF,
                     arena_printf(item->cx->mem, "%s/%s", item->relationships.at, ref->name), "%s",
                     ref->name);
    }
    return item->cx->err.kind == NULL;
}

static bool check(struct import *in, const struct transfer_entry *e)
{
    struct transfer_item item;
    struct ctx run;
    bool is_present = false;
    bool ok;

    start(in, &run, e, &item);
    ok = transfer_item_read(&item) && check_refs(in, &item) &&
         transfer_item_find(&item, &is_present);
    if (ok && item.natural != NULL)
        in->names[in->name_count++] =
            (struct name){e->type, arena_dup(in->names_mem, item.natural), e};
    if (ok)
        ++*(is_present ? &in->report->present[e->type] : &in->report->added[e->type]);
    ok = take_fault(in, &run, e);
    db_release(&run);
    arena_reset(in->mem);
    return ok;
}

static bool write(struct ctx *cx, void *with)
{
    struct transfer_item *item = with;

    (void)cx;
    return transfer_item_add(item);
}

static bool add(struct import *in, const struct transfer_entry *e)
{
    struct transfer_item item;
    struct ctx run;
    bool is_present = false;
    bool ok;

    start(in, &run, e, &item);
    ok = transfer_item_read(&item) && transfer_item_find(&item, &is_present);
    if (ok && !is_present)
        ok = db_retry(&run, write, &item);
    if (ok)
        ++*(is_present ? &in->report->present[e->type] : &in->report->added[e->type]);
    ok = take_fault(in, &run, e);
    db_release(&run);
    arena_reset(in->mem);
    return ok;
}

/* Type by type, so that what is referred to is there before. */
static bool each(struct import *in, bool (*work)(struct import *, const struct transfer_entry *))
{
    memset(in->report->added, 0, sizeof in->report->added);
    memset(in->report->present, 0, sizeof in->report->present);
    for (int type = 0; type < TRANSFER_TYPE_COUNT; type++)
        for (size_t i = 0; i < in->file.count; i++)
            if ((int)in->file.entries[i].type == type && !work(in, &in->file.entries[i]))
                return false;
    return true;
}

static int by_line(const void *a, const void *b)
{
    const struct transfer_fault *x = a;
    const struct transfer_fault *y = b;

    return x->line < y->line ? -1 : x->line > y->line;
}

bool transfer_import(struct ctx *cx, struct span text, bool is_dry, struct transfer_report *out)
{
    struct import in = {.cx = cx, .report = out};
    bool ok;

    *out = (struct transfer_report){
        .faults = arena_array(cx->mem, struct transfer_fault, TRANSFER_FAULTS_MAX)};
    in.mem = arena_make(ROW_BYTES);
    in.names_mem = arena_make(ROW_BYTES);
    transfer_file_open(&in.file, text, note_kind, &in, &out->skipped);
    sort_entries(&in);
    ok = each(&in, check);
    if (ok)
        check_names(&in);
    if (ok && out->fault_total == 0 && !is_dry)
        ok = each(&in, add);
    qsort(out->faults, out->fault_count, sizeof *out->faults, by_line);
    transfer_file_close(&in.file);
    free(in.sorted);
    free(in.names);
    free(in.people.list);
    arena_free(in.mem);
    arena_free(in.names_mem);
    return ok;
}
