#include "portal/desk/attachment.h"

#include "base/clock.h"
#include "base/store.h"
#include "base/utf8.h"
#include "db/db.h"
#include "portal/desk/ticket.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

const struct err_kind ERR_ATTACHMENT_COUNT = {ERR_CLASS_INVALID, "FILE_COUNT",
                                              "At most {} files can come at once."};
const struct err_kind ERR_ATTACHMENT_SIZE = {ERR_CLASS_INVALID, "FILE_SIZE",
                                             "The file {} is larger than 10 MB."};
const struct err_kind ERR_ATTACHMENT_EMPTY = {ERR_CLASS_INVALID, "FILE_EMPTY",
                                              "The file {} is empty."};

#define ATTACHMENT_COLUMNS                                                            \
    "f.id, f.ticket_id, f.message_id, f.hash, f.name, f.type, f.bytes, f.created_at " \
    "FROM attachment f JOIN message m ON m.tenant_id = f.tenant_id AND m.id = f.message_id "

static const char SQL_ATTACHMENT_GET[] =
    "SELECT " ATTACHMENT_COLUMNS
    "WHERE f.tenant_id = ? AND f.id = ? AND (m.is_public = TRUE OR ? = TRUE)";
static const char SQL_ATTACHMENT_LIST[] =
    "SELECT " ATTACHMENT_COLUMNS
    "WHERE f.tenant_id = ? AND f.ticket_id = ? AND (m.is_public = TRUE OR ? = TRUE) "
    "ORDER BY f.id LIMIT 500";
static const char SQL_ANY_TENANT_HASH[] = "SELECT 1 FROM attachment WHERE hash = ? LIMIT 1";
static const char SQL_ATTACHMENT_INSERT[] =
    "INSERT INTO attachment (tenant_id, id, ticket_id, message_id, hash, name, type, bytes, "
    "created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)";

static const struct {
    const char *magic;
    size_t at, len;
    const char *type;
} KINDS[] = {
    {"\x89PNG\r\n\x1a\n", 0, 8, "image/png"},
    {"\xff\xd8\xff", 0, 3, "image/jpeg"},
    {"GIF8", 0, 4, "image/gif"},
    {"WEBP", 8, 4, "image/webp"},
    {"%PDF-", 0, 5, "application/pdf"},
    {"PK\x03\x04", 0, 4, "application/zip"},
    {"\x1f\x8b", 0, 2, "application/gzip"},
    {"7z\xbc\xaf\x27\x1c", 0, 6, "application/x-7z-compressed"},
    {"ftyp", 4, 4, "video/mp4"},
};

const char *attachment_sniff(const char *bytes, size_t len)
{
    for (size_t i = 0; i < COUNT(KINDS); i++)
        if (len >= KINDS[i].at + KINDS[i].len &&
            memcmp(bytes + KINDS[i].at, KINDS[i].magic, KINDS[i].len) == 0)
            return KINDS[i].type;
    for (size_t i = 0; i < len; i++) {
        const unsigned char c = (unsigned char)bytes[i];

        if (c < ' ' && c != '\t' && c != '\n' && c != '\r')
            return "application/octet-stream";
    }
    return utf8_valid(bytes, len) ? "text/plain" : "application/octet-stream";
}

/* A file of an earlier try of the same form: its bytes are here, its type is found again. */
static bool find_stored(struct ctx *cx, const char *storage_path, struct attachment_file *f)
{
    int64_t size;
    char *bytes;
    size_t len = 0;
    ssize_t n = 1;
    int fd;

    if (!store_touch(&cx->err, cx->mem, storage_path, f->hash) ||
        !store_open(&cx->err, cx->mem, storage_path, f->hash, &fd, &size)) {
        cx->err.source = "files";
        return false;
    }
    if (size > ATTACHMENT_BYTES_MAX)
        size = 0;
    bytes = arena_alloc(cx->mem, (size_t)size + 1);
    while (len < (size_t)size && n > 0) {
        n = read(fd, bytes + len, (size_t)size - len);
        len += n > 0 ? (size_t)n : 0;
    }
    close(fd);
    if (n < 0 || len == 0)
        return err_set(&cx->err, &ERR_INTERNAL, "read file %s: %s", f->hash, strerror(errno));
    f->len = len;
    f->type = attachment_sniff(bytes, len);
    return true;
}

static bool refuse(struct ctx *cx, const struct err_kind *kind, const char *arg)
{
    err_set_at(&cx->err, kind, "files", "%s", arg);
    err_arg(&cx->err, arg);
    return false;
}

bool attachment_store(struct ctx *cx, const char *storage_path, struct attachment_file *files,
                      size_t count)
{
    if (count > ATTACHMENT_COUNT_MAX)
        return refuse(cx, &ERR_ATTACHMENT_COUNT, arena_printf(cx->mem, "%d", ATTACHMENT_COUNT_MAX));
    for (size_t i = 0; i < count; i++) {
        struct attachment_file *f = &files[i];
        struct store_content kept;

        if (f->name == NULL || f->name[0] == '\0')
            f->name = "file";
        if (f->hash != NULL) {
            if (!find_stored(cx, storage_path, f))
                return false;
            continue;
        }
        if (f->len > ATTACHMENT_BYTES_MAX)
            return refuse(cx, &ERR_ATTACHMENT_SIZE, f->name);
        if (f->len == 0)
            return refuse(cx, &ERR_ATTACHMENT_EMPTY, f->name);
        store_hash(cx->mem, (struct span){f->bytes, f->len}, &kept);
        if (!store_put(&cx->err, cx->mem, storage_path, (struct span){f->bytes, f->len}, &kept))
            return false;
        f->hash = kept.hash;
        f->type = attachment_sniff(f->bytes, f->len);
    }
    return true;
}

bool attachment_add(struct ctx *cx, struct id ticket_id, struct id message_id,
                    const struct attachment_file *files, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const char *name = arena_dup_bytes(cx->mem, files[i].name,
                                           utf8_prefix(files[i].name, ATTACHMENT_NAME_MAX));

        if (!db_exec(cx, NULL, SQL_ATTACHMENT_INSERT, DB_ID(cx->tenant_id), DB_ID(ctx_new_id(cx)),
                     DB_ID(ticket_id), DB_ID(message_id), DB_TEXT(files[i].hash), DB_TEXT(name),
                     DB_TEXT(files[i].type), DB_INT(files[i].len), DB_TIME(cx->now)))
            return false;
    }
    return true;
}

static struct attachment *attachment_from_row(struct ctx *cx, const struct db_row *row)
{
    struct attachment *a = arena_new(cx->mem, struct attachment);

    a->id = db_id(row, 0);
    a->ticket_id = db_id(row, 1);
    a->message_id = db_id(row, 2);
    a->hash = db_text(row, 3);
    a->name = db_text(row, 4);
    a->type = db_text(row, 5);
    a->bytes = db_i64(row, 6);
    a->created_at = db_time(row, 7);
    return a;
}

bool attachment_get(struct ctx *cx, struct id id, struct attachment **out)
{
    struct db_rows rows;
    struct attachment *a;
    struct ticket *t;

    if (!db_query(cx, &rows, SQL_ATTACHMENT_GET, DB_ID(cx->tenant_id), DB_ID(id),
                  DB_BOOL(ticket_sees_notes(cx))))
        return false;
    if (!db_next(&rows))
        return err_set(&cx->err, &ERR_NOT_FOUND, "file %s", id_text(cx->mem, id));
    a = attachment_from_row(cx, &rows.row);
    if (!ticket_get(cx, a->ticket_id, &t))
        return false;
    *out = a;
    return true;
}

bool attachment_list(struct ctx *cx, struct id ticket_id, struct attachment ***out, size_t *count)
{
    struct ticket *t;

    return ticket_get(cx, ticket_id, &t) && attachment_list_of(cx, t, out, count);
}

bool attachment_list_of(struct ctx *cx, const struct ticket *t, struct attachment ***out,
                        size_t *count)
{
    struct db_rows rows;
    struct attachment **all;
    size_t n = 0;

    if (!db_query(cx, &rows, SQL_ATTACHMENT_LIST, DB_ID(cx->tenant_id), DB_ID(t->id),
                  DB_BOOL(ticket_sees_notes(cx))))
        return false;
    all = arena_array(cx->mem, struct attachment *, rows.count + 1);
    while (db_next(&rows))
        all[n++] = attachment_from_row(cx, &rows.row);
    *out = all;
    *count = n;
    return true;
}

bool attachment_open(struct ctx *cx, const char *storage_path, const struct attachment *a, int *fd)
{
    int64_t bytes;

    return store_open(&cx->err, cx->mem, storage_path, a->hash, fd, &bytes);
}

static bool is_used(void *arg, const char *hash, bool *out)
{
    struct ctx *cx = arg;
    struct db_rows rows;

    if (!db_query(cx, &rows, SQL_ANY_TENANT_HASH, DB_TEXT(hash)))
        return false;
    *out = rows.count > 0;
    return true;
}

bool attachment_sweep(struct ctx *cx, const char *storage_path, unsigned folder, unsigned *removed)
{
    const struct store_sweep what = {.dir = storage_path,
                                     .folder = folder,
                                     .before_us = cx->now - ATTACHMENT_ORPHAN_DAYS * CLOCK_DAY,
                                     .is_used = is_used,
                                     .arg = cx};

    return store_sweep(&cx->err, cx->mem, &what, removed);
}
