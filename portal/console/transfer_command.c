/* Commands that take a tenant's licences out of and into a file. */
#include "portal/console/console.h"
#include "portal/transfer/transfer.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { TRANSFER_READ_BYTES = 64 * 1024 };

static const struct err_kind ERR_FILE = {ERR_CLASS_INVALID, "FILE_INVALID",
                                         "The file {} cannot be used."};

static bool refuse_file(struct console *co, const char *path, const char *what)
{
    err_set(&co->err, &ERR_FILE, "%s %s: %s", what, path, strerror(errno));
    err_arg(&co->err, path);
    return false;
}

static json_t *counts_json(const int64_t counts[TRANSFER_TYPE_COUNT])
{
    json_t *json = json_object();

    for (int i = 0; i < TRANSFER_TYPE_COUNT; i++)
        json_object_set_new(json, TRANSFER_TYPE_NAMES[i], json_integer(counts[i]));
    return json;
}

/* --- export --- */

/* Beside the file until it is whole, so that there is never half a file of that name. */
static bool export_to(struct console *co, struct ctx *cx, const char *path, int64_t *counts)
{
    const char *part = arena_printf(cx->mem, "%s.part", path);
    int fd = open(part, O_WRONLY | O_CREAT | O_TRUNC, 0600); /* keys are in it */
    FILE *out = fd < 0 ? NULL : fdopen(fd, "w");
    bool ok;

    if (out == NULL) {
        if (fd >= 0)
            close(fd);
        return refuse_file(co, path, "open");
    }
    ok = transfer_export(cx, out, counts);
    if (ok && fsync(fd) != 0)
        ok = refuse_file(co, path, "write");
    if (fclose(out) != 0 && ok)
        ok = refuse_file(co, path, "close");
    if (ok && rename(part, path) != 0)
        ok = refuse_file(co, path, "rename");
    if (!ok)
        unlink(part);
    return ok;
}

int export_command(struct console *co)
{
    static const char *const KNOWN[] = {"--tenant", NULL};
    const char *path = console_word(co, 0);
    int64_t counts[TRANSFER_TYPE_COUNT];
    int code = CONSOLE_DONE;
    struct ctx cx;
    bool ok;

    if (!console_options(co, KNOWN))
        return CONSOLE_USAGE;
    if (path == NULL)
        return console_misuse(co, "export needs a FILE, or - for standard output.");
    if (!console_open(co, &cx))
        return CONSOLE_REFUSED;
    ok = console_tenant(co, &cx);
    if (ok && strcmp(path, "-") == 0)
        ok = transfer_export(&cx, stdout, counts);
    else if (ok && export_to(co, &cx, path, counts))
        console_print(co, json_own(cx.mem, counts_json(counts)));
    else
        ok = false;
    if (!ok)
        code = console_fail(co, co->err.kind != NULL ? &co->err : &cx.err);
    console_close(co, &cx);
    return code;
}

/* --- import --- */

static void print_faults(const char *path, const struct transfer_report *r)
{
    for (size_t i = 0; i < r->fault_count; i++)
        fprintf(stderr, "%s:%zu: %s %s%s%s%s\n", path, r->faults[i].line, r->faults[i].pointer,
                r->faults[i].text, *r->faults[i].code != '\0' ? " (" : "", r->faults[i].code,
                *r->faults[i].code != '\0' ? ")" : "");
    if (r->fault_total > r->fault_count)
        fprintf(stderr, "and %zu more\n", r->fault_total - r->fault_count);
}

static json_t *report_json(const struct transfer_report *r, bool is_dry)
{
    json_t *faults = json_array();

    for (size_t i = 0; i < r->fault_count; i++)
        json_array_append_new(faults,
                              json_pack("{s:I,s:s,s:s,s:s}", "line", (json_int_t)r->faults[i].line,
                                        "pointer", r->faults[i].pointer, "code", r->faults[i].code,
                                        "text", r->faults[i].text));
    return json_pack("{s:b,s:o,s:o,s:I,s:I,s:o}", "dry_run", is_dry, "added", counts_json(r->added),
                     "present", counts_json(r->present), "skipped", (json_int_t)r->skipped,
                     "fault_count", (json_int_t)r->fault_total, "faults", faults);
}

static void print_report(const struct console *co, struct ctx *cx, const char *path,
                         const struct transfer_report *r, bool is_dry)
{
    bool is_written = r->fault_total == 0 && !is_dry;

    if (co->is_json) {
        console_print(co, json_own(cx->mem, report_json(r, is_dry)));
        return;
    }
    print_faults(path, r);
    for (int i = 0; i < TRANSFER_TYPE_COUNT; i++)
        if (r->added[i] + r->present[i] > 0)
            printf("%-22s %lld %s, %lld there already\n", TRANSFER_TYPE_NAMES[i],
                   (long long)r->added[i], is_written ? "added" : "to add",
                   (long long)r->present[i]);
    if (r->skipped > 0)
        printf("%-22s %lld, of types that are not taken over\n", "skipped", (long long)r->skipped);
    if (r->fault_total > 0)
        printf("%zu faults\n", r->fault_total);
}

static bool read_input(struct ctx *cx, struct span *out)
{
    struct str s = str_new(cx->mem);
    size_t n;

    do {
        n = fread(str_room(&s, TRANSFER_READ_BYTES), 1, TRANSFER_READ_BYTES, stdin);
        s.len += n;
    } while (n > 0);
    *out = (struct span){s.p, s.len};
    return ferror(stdin) == 0;
}

/* A file is mapped: it may be larger than memory. *mapped is what is to be unmapped, or NULL. */
static bool read_file(struct console *co, struct ctx *cx, const char *path, struct span *out,
                      void **mapped)
{
    struct stat info;
    int fd;

    *mapped = NULL;
    if (strcmp(path, "-") == 0)
        return read_input(cx, out) || refuse_file(co, path, "read");
    fd = open(path, O_RDONLY);
    if (fd < 0 || fstat(fd, &info) != 0 || !S_ISREG(info.st_mode)) {
        if (fd >= 0)
            close(fd);
        return refuse_file(co, path, "open");
    }
    *out = (struct span){"", (size_t)info.st_size};
    if (info.st_size > 0) {
        *mapped = mmap(NULL, (size_t)info.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
        out->p = *mapped;
    }
    close(fd);
    if (*mapped != MAP_FAILED)
        return true;
    *mapped = NULL;
    return refuse_file(co, path, "map");
}

int import_command(struct console *co)
{
    static const char *const KNOWN[] = {"--tenant", "--dry-run", NULL};
    const char *path = console_word(co, 0);
    bool is_dry = console_flag(co, "--dry-run");
    struct transfer_report report;
    int code = CONSOLE_DONE;
    struct span text;
    struct ctx cx;
    void *mapped = NULL;
    bool ok;

    if (!console_options(co, KNOWN))
        return CONSOLE_USAGE;
    if (path == NULL)
        return console_misuse(co, "import needs a FILE, or - for standard input.");
    if (!console_open(co, &cx))
        return CONSOLE_REFUSED;
    ok = console_tenant(co, &cx) && read_file(co, &cx, path, &text, &mapped) &&
         transfer_import(&cx, text, is_dry, &report);
    if (ok)
        print_report(co, &cx, path, &report, is_dry);
    if (mapped != NULL)
        munmap(mapped, text.len);
    if (!ok)
        code = console_fail(co, co->err.kind != NULL ? &co->err : &cx.err);
    else if (report.fault_total > 0)
        code = CONSOLE_REFUSED;
    console_close(co, &cx);
    return code;
}
