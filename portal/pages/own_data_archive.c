#include "portal/pages/own_data_archive.h"

#include "base/store.h"
#include "db/db.h"
#include "portal/desk/attachment.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <locale.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CHUNK = 64 * 1024, MICROSECONDS = 1000000 };

struct chosen {
    const struct attachment *a; /* NULL: only listed */
    const char *name;           /* in the archive */
};

struct packing {
    struct ctx *cx;
    const char *storage_path;
    struct archive *zip;
    struct chosen *files; /* as listed */
    int64_t room;         /* bytes of files */
    int count;
};

static bool failed(struct packing *p)
{
    const int code = archive_errno(p->zip);

    return err_set(&p->cx->err, code == ENOSPC || code == EDQUOT ? &ERR_STORE_FULL : &ERR_INTERNAL,
                   "archive: %s", archive_error_string(p->zip));
}

static bool begin(struct packing *p, const char *name, int64_t bytes)
{
    struct archive_entry *entry = archive_entry_new();
    int result;

    archive_entry_set_pathname(entry, name);
    archive_entry_set_size(entry, bytes);
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_perm(entry, 0644);
    archive_entry_set_mtime(entry, (time_t)(p->cx->now / MICROSECONDS), 0);
    result = archive_write_header(p->zip, entry);
    archive_entry_free(entry);
    return result == ARCHIVE_OK || failed(p);
}

static bool put(struct packing *p, const char *bytes, size_t len)
{
    return archive_write_data(p->zip, bytes, len) == (la_ssize_t)len || failed(p);
}

/* --- files --- */

/* A name that an archive can hold: no folders, no drive, nothing that ends the line. */
static const char *plain_name(struct arena *mem, const char *name)
{
    char *clean = arena_dup(mem, name);

    for (char *c = clean; *c != '\0'; c++)
        if ((unsigned char)*c < ' ' || strchr("/\\:*?\"<>|", *c) != NULL)
            *c = '-';
    return clean;
}

static bool copy(struct packing *p, const struct attachment *a, int fd)
{
    char *chunk = arena_alloc(p->cx->mem, CHUNK);
    int64_t left = a->bytes;

    while (left > 0) {
        const ssize_t n = read(fd, chunk, CHUNK);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return err_set(&p->cx->err, &ERR_INTERNAL, "file %s ends early", a->hash);
        if (!put(p, chunk, (size_t)n))
            return false;
        left -= n;
    }
    return true;
}

/* What the viewer may not read (any longer) is only listed. */
static bool choose_file(struct packing *p, const json_t *file, struct chosen *out)
{
    struct ctx *cx = p->cx;
    struct attachment *a;
    struct id id;

    if (p->count >= OWN_ARCHIVE_FILES_MAX || !id_parse(json_get_text(file, "id", ""), &id))
        return true;
    if (!attachment_get(cx, id, &a)) {
        if (cx->err.kind != &ERR_NOT_FOUND)
            return false;
        err_clear(&cx->err);
        return true;
    }
    if (a->bytes > p->room)
        return true;
    p->room -= a->bytes;
    out->a = a;
    out->name = arena_printf(cx->mem, "files/%d-%s", ++p->count, plain_name(cx->mem, a->name));
    return true;
}

static bool choose(struct packing *p, const json_t *files)
{
    json_t *file;
    size_t i;

    p->files = arena_array(p->cx->mem, struct chosen, json_array_size(files) + 1);
    json_array_foreach (files, i, file)
        if (!choose_file(p, file, &p->files[i]))
            return false;
    return true;
}

/* What is not there is only listed. */
static bool add_file(struct packing *p, const struct chosen *chosen, json_t *file)
{
    struct err *err = &p->cx->err;
    bool ok;
    int fd = -1;

    if (chosen->a != NULL && !attachment_open(p->cx, p->storage_path, chosen->a, &fd)) {
        if (err->kind != &ERR_NOT_FOUND)
            return false;
        err_clear(err);
    }
    if (fd < 0)
        return json_object_set_new(file, "archived", json_null()) == 0;
    ok = begin(p, chosen->name, chosen->a->bytes) && copy(p, chosen->a, fd) &&
         json_object_set_new(file, "archived", json_string(chosen->name)) == 0;
    close(fd);
    return ok;
}

/* --- the whole --- */

static bool add_data(struct packing *p, const json_t *all)
{
    char *text = json_dumps(all, JSON_INDENT(1));
    bool ok;

    if (text == NULL)
        return err_set(&p->cx->err, &ERR_INTERNAL, "own data could not be written");
    ok = begin(p, "my-data.json", (int64_t)strlen(text)) && put(p, text, strlen(text));
    free(text);
    return ok;
}

static bool pack(struct packing *p, json_t *all, int fd)
{
    json_t *file;
    size_t i;

    if (archive_write_set_format_zip(p->zip) != ARCHIVE_OK ||
        archive_write_set_options(p->zip, "hdrcharset=UTF-8") != ARCHIVE_OK ||
        archive_write_zip_set_compression_store(p->zip) != ARCHIVE_OK || /* mostly pictures */
        archive_write_open_fd(p->zip, fd) != ARCHIVE_OK)
        return failed(p);
    json_array_foreach (json_object_get(all, "files"), i, file)
        if (!add_file(p, &p->files[i], file))
            return false;
    if (archive_write_zip_set_compression_deflate(p->zip) != ARCHIVE_OK)
        return failed(p);
    return add_data(p, all) && (archive_write_close(p->zip) == ARCHIVE_OK || failed(p));
}

bool own_data_archive(struct ctx *cx, const char *storage_path, json_t *all, int fd, int64_t *bytes)
{
    /* The library reads names by the thread's locale; ours are UTF-8, and the program has none. */
    locale_t utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
    struct packing p = {.cx = cx,
                        .storage_path = storage_path,
                        .zip = archive_write_new(),
                        .room = (int64_t)OWN_ARCHIVE_MEGABYTES_MAX * 1024 * 1024};
    locale_t before;
    struct stat st;
    bool ok;

    if (utf8 == (locale_t)0 || p.zip == NULL) {
        archive_write_free(p.zip);
        return err_set(&cx->err, &ERR_INTERNAL, "no locale C.UTF-8, or no memory");
    }
    before = uselocale(utf8);
    ok = choose(&p, json_object_get(all, "files"));
    db_release(cx); /* others need the connection while this one packs */
    ok = ok && pack(&p, all, fd);
    archive_write_free(p.zip);
    uselocale(before);
    freelocale(utf8);
    if (!ok)
        return false;
    if (fstat(fd, &st) != 0)
        return err_set(&cx->err, &ERR_INTERNAL, "archive: %s", strerror(errno));
    *bytes = st.st_size;
    return true;
}
