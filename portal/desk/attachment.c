#include "portal/desk/attachment.h"

#include "base/crypto.h"
#include "base/utf8.h"
#include "db/db.h"
#include "portal/desk/ticket.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
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

static const char *folder_of(struct ctx *cx, const char *storage_path, const char *hash)
{
    return arena_printf(cx->mem, "%s/%.2s", storage_path, hash);
}

static const char *path_of(struct ctx *cx, const char *storage_path, const char *hash)
{
    return arena_printf(cx->mem, "%s/%.2s/%s", storage_path, hash, hash);
}

static bool make_folder(struct ctx *cx, const char *path)
{
    if (mkdir(path, 0700) == 0 || errno == EEXIST)
        return true;
    return err_set(&cx->err, &ERR_INTERNAL, "mkdir %s: %s", path, strerror(errno));
}

static bool write_all(int fd, const char *bytes, size_t len)
{
    while (len > 0) {
        const ssize_t n = write(fd, bytes, len);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        bytes += n;
        len -= (size_t)n;
    }
    return fsync(fd) == 0;
}

/* The name of a new file is durable only when its folder is. */
static bool sync_folder(const char *path)
{
    const int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool ok;

    if (fd < 0)
        return false;
    ok = fsync(fd) == 0;
    close(fd);
    return ok;
}

static bool store_one(struct ctx *cx, const char *storage_path, const struct attachment_file *f)
{
    const char *folder = folder_of(cx, storage_path, f->hash);
    const char *path = path_of(cx, storage_path, f->hash);
    const char *fresh = arena_printf(cx->mem, "%s/.%s", folder, crypto_token(cx->mem, 16));
    struct stat old;
    bool written;
    int fd;

    if (stat(path, &old) == 0 && old.st_size == (off_t)f->len)
        return true;
    if (!make_folder(cx, storage_path) || !make_folder(cx, folder))
        return false;
    fd = open(fresh, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return err_set(&cx->err, &ERR_INTERNAL, "open %s: %s", fresh, strerror(errno));
    written = write_all(fd, f->bytes, f->len);
    close(fd);
    if (written && rename(fresh, path) == 0 && sync_folder(folder))
        return true;
    err_set(&cx->err, &ERR_INTERNAL, "store %s: %s", path, strerror(errno));
    unlink(fresh);
    return false;
}

/* A file of an earlier try of the same form: its bytes are here, its type is found again. */
static bool find_stored(struct ctx *cx, const char *storage_path, struct attachment_file *f)
{
    const char *path = path_of(cx, storage_path, f->hash);
    const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    struct stat st;
    char *bytes;
    size_t len = 0;
    ssize_t n = 1;

    if (fd < 0)
        return err_set_at(&cx->err, &ERR_NOT_FOUND, "files", "%s: %s", path, strerror(errno));
    if (fstat(fd, &st) != 0 || st.st_size > ATTACHMENT_BYTES_MAX)
        st.st_size = 0;
    bytes = arena_alloc(cx->mem, (size_t)st.st_size + 1);
    while (len < (size_t)st.st_size && n > 0) {
        n = read(fd, bytes + len, (size_t)st.st_size - len);
        len += n > 0 ? (size_t)n : 0;
    }
    close(fd);
    if (n < 0 || len == 0)
        return err_set(&cx->err, &ERR_INTERNAL, "read %s: %s", path, strerror(errno));
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
        uint8_t hash[CRYPTO_HASH_SIZE];

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
        crypto_sha256(f->bytes, f->len, hash);
        f->hash = crypto_hex(cx->mem, hash, sizeof(hash));
        f->type = attachment_sniff(f->bytes, f->len);
        if (!store_one(cx, storage_path, f))
            return false;
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
    const char *path = path_of(cx, storage_path, a->hash);
    const int opened = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

    if (opened < 0)
        return err_set(&cx->err, &ERR_INTERNAL, "open %s: %s", path, strerror(errno));
    *fd = opened;
    return true;
}
