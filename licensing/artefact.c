#include "licensing/artefact.h"

#include "db/where.h"
#include "licensing/access.h"

#include <string.h>

const char *const ARTEFACT_STATUS_NAMES[] = {
    [ARTEFACT_WAITING] = "WAITING",   [ARTEFACT_PROCESSING] = "PROCESSING",
    [ARTEFACT_UPLOADED] = "UPLOADED", [ARTEFACT_FAILED] = "FAILED",
    [ARTEFACT_YANKED] = "YANKED",
};
_Static_assert(COUNT(ARTEFACT_STATUS_NAMES) == ARTEFACT_STATUS_COUNT, "name every status");

const struct err_kind ERR_ARTEFACT_FILENAME_TAKEN = {
    ERR_CLASS_INVALID, "FILENAME_TAKEN", "The release has a file of this name already."};
const struct err_kind ERR_ARTEFACT_RELEASE_NOT_FOUND = {ERR_CLASS_INVALID, "RELEASE_NOT_FOUND",
                                                        "There is no such release."};
const struct err_kind ERR_ARTEFACT_SIZE = {
    ERR_CLASS_INVALID, "FILESIZE_INVALID",
    "The file that arrived does not have the size that was announced. Nothing was kept."};
const struct err_kind ERR_ARTEFACT_FIXED = {
    ERR_CLASS_INVALID, "CHECKSUM_NOT_ALLOWED",
    "The file is here already: its size and checksum stay as they are."};
const struct err_kind ERR_ARTEFACT_FILENAME = {
    ERR_CLASS_INVALID, "FILENAME_INVALID",
    "A file's name has one to 255 characters and no slash, quotation mark or control character."};
static const struct err_kind ERR_WORD = {ERR_CLASS_INVALID, "PLATFORM_TOO_LONG",
                                         "This has at most 64 characters."};
static const struct err_kind ERR_SIGNATURE = {ERR_CLASS_INVALID, "SIGNATURE_TOO_LONG",
                                              "This text is too long."};
static const struct err_kind ERR_ID = {ERR_CLASS_CONFLICT, "ID_CONFLICT",
                                       "There is something with this id already."};

static const struct release_reader EVERY = {.kind = RELEASE_FOR_ALL};

#define ARTEFACT_FROM                                                        \
    "FROM artefact a JOIN product_release r ON r.tenant_id = a.tenant_id "   \
    "AND r.id = a.release_id JOIN product pr ON pr.tenant_id = r.tenant_id " \
    "AND pr.id = r.product_id WHERE a.tenant_id = ? AND pr.deleted_at IS NULL"
static const char SQL_ARTEFACT[] =
    "SELECT a.id, a.release_id, a.filename, a.filetype, a.platform, a.arch, a.filesize, "
    "a.signature, a.checksum, a.content_hash, a.status, a.metadata, a.created_at, a.updated_at, "
    "r.product_id, r.version, r.status " ARTEFACT_FROM;
static const char SQL_ARTEFACT_COUNT[] = "SELECT COUNT(*) " ARTEFACT_FROM;
static const char SQL_ARTEFACT_ADD[] =
    "INSERT INTO artefact (tenant_id, id, release_id, filename, filetype, platform, arch, "
    "filesize, signature, checksum, metadata, created_at, updated_at) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
static const char SQL_ARTEFACT_CHANGE[] =
    "UPDATE artefact SET filename = ?, filetype = ?, platform = ?, arch = ?, filesize = ?, "
    "signature = ?, checksum = ?, metadata = ?, updated_at = ? WHERE tenant_id = ? AND id = ?";
static const char SQL_ARTEFACT_REMOVE[] = "DELETE FROM artefact WHERE tenant_id = ? AND id = ?";

/* --- rows --- */

static int index_of(const char *const *names, int count, const char *name)
{
    for (int i = 0; i < count; i++)
        if (strcmp(names[i], name) == 0)
            return i;
    return 0;
}

static void from_row(struct ctx *cx, const struct db_row *row, struct artefact *a)
{
    struct span hash = db_bytes(row, 9);

    a->id = db_id(row, 0);
    a->release_id = db_id(row, 1);
    a->filename = db_text(row, 2);
    a->filetype = db_text(row, 3);
    a->platform = db_text(row, 4);
    a->arch = db_text(row, 5);
    a->filesize = db_i64(row, 6);
    a->signature = db_text(row, 7);
    a->checksum = db_text(row, 8);
    if (!db_is_null(row, 9)) {
        a->sha256 = (const uint8_t *)hash.p;
        a->hash = crypto_hex(cx->mem, hash.p, hash.len);
    }
    a->status = (enum artefact_status)index_of(ARTEFACT_STATUS_NAMES, ARTEFACT_STATUS_COUNT,
                                               db_text(row, 10));
    a->metadata = db_text(row, 11);
    a->created_at = db_time(row, 12);
    a->updated_at = db_time(row, 13);
    a->product_id = db_id(row, 14);
    a->version = db_text(row, 15);
    a->release_status =
        (enum release_status)index_of(RELEASE_STATUS_NAMES, RELEASE_STATUS_COUNT, db_text(row, 16));
    if (a->release_status == RELEASE_YANKED)
        a->status = ARTEFACT_YANKED;
}

static bool read_all(struct ctx *cx, const struct where *w, struct artefact **out, size_t *count)
{
    struct db_rows rows;
    struct artefact *list;

    if (!db_query_args(cx, &rows, w->text.p, w->args, w->count))
        return false;
    list = arena_array(cx->mem, struct artefact, rows.count);
    for (size_t i = 0; db_next(&rows); i++)
        from_row(cx, &rows.row, &list[i]);
    *out = list;
    *count = rows.count;
    return true;
}

static bool read_one(struct ctx *cx, const struct where *w, struct artefact **out)
{
    struct artefact *list;
    size_t count;

    if (!read_all(cx, w, &list, &count))
        return false;
    if (count == 0)
        return err_set(&cx->err, &ERR_NOT_FOUND, "artefact");
    *out = &list[0];
    return true;
}

bool artefact_get(struct ctx *cx, const struct release_reader *by, struct id id,
                  struct artefact **out)
{
    struct where w;

    release_reader_start(&w, cx, by, SQL_ARTEFACT);
    where_add(&w, " AND a.id = ?", DB_ID(id));
    return read_one(cx, &w, out);
}

bool artefact_find(struct ctx *cx, const struct release_reader *by, struct id release_id,
                   const char *text, struct artefact **out)
{
    struct where w;
    struct id id;

    release_reader_start(&w, cx, by, SQL_ARTEFACT);
    where_add(&w, " AND a.release_id = ?", DB_ID(release_id));
    if (id_parse(text, &id))
        where_add(&w, " AND a.id = ?", DB_ID(id));
    else
        where_add(&w, " AND a.filename = ?", DB_TEXT(text));
    return read_one(cx, &w, out);
}

static void add_text(struct where *w, const char *fragment, const char *text)
{
    if (text != NULL)
        where_add(w, fragment, DB_TEXT(text));
}

static void add_filter(struct where *w, const struct artefact_filter *f)
{
    if (!id_is_zero(f->release_id))
        where_add(w, " AND a.release_id = ?", DB_ID(f->release_id));
    if (!id_is_zero(f->product_id))
        where_add(w, " AND r.product_id = ?", DB_ID(f->product_id));
    add_text(w, " AND r.channel = ?", f->channel);
    add_text(w, " AND IF(r.status = 'YANKED', 'YANKED', a.status) = ?", f->status);
    add_text(w, " AND a.filetype = ?", f->filetype);
    add_text(w, " AND a.platform = ?", f->platform);
    add_text(w, " AND a.arch = ?", f->arch);
}

bool artefact_page(struct ctx *cx, const struct release_reader *by,
                   const struct artefact_filter *filter, const struct licence_page *page,
                   struct artefact **out, size_t *count, int64_t *total)
{
    static const struct filter_order ORDER = FILTER_ORDER("artefact", "a");
    struct db_rows rows;
    struct where w;

    *total = 0;
    if (page->wants_total) {
        release_reader_start(&w, cx, by, SQL_ARTEFACT_COUNT);
        add_filter(&w, filter);
        if (!db_query_args(cx, &rows, w.text.p, w.args, w.count))
            return false;
        *total = db_next(&rows) ? db_i64(&rows.row, 0) : 0;
    }
    release_reader_start(&w, cx, by, SQL_ARTEFACT);
    add_filter(&w, filter);
    filter_page(&w, page, &ORDER);
    return read_all(cx, &w, out, count);
}

/* --- changing --- */

static bool refuse(struct ctx *cx, const struct err_kind *kind, const char *source)
{
    return err_set_at(&cx->err, kind, source, "%s", kind->code);
}

/* It stands in links and in headers. */
static bool is_filename(const char *name)
{
    size_t len = strlen(name);

    if (len < 1 || len > ARTEFACT_NAME_MAX || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
        return false;
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)name[i] < 0x20 || name[i] == 0x7f || strchr("/\\\"", name[i]) != NULL)
            return false;
    return true;
}

static bool is_short(const char *text, size_t max)
{
    return text == NULL || strlen(text) <= max;
}

static bool check(struct ctx *cx, const struct artefact *a)
{
    if (!is_filename(a->filename))
        return refuse(cx, &ERR_ARTEFACT_FILENAME, "/data/attributes/filename");
    if (!is_short(a->filetype, ARTEFACT_WORD_MAX))
        return refuse(cx, &ERR_WORD, "/data/attributes/filetype");
    if (!is_short(a->platform, ARTEFACT_WORD_MAX))
        return refuse(cx, &ERR_WORD, "/data/attributes/platform");
    if (!is_short(a->arch, ARTEFACT_WORD_MAX))
        return refuse(cx, &ERR_WORD, "/data/attributes/arch");
    if (!is_short(a->signature, ARTEFACT_SIGNATURE_MAX))
        return refuse(cx, &ERR_SIGNATURE, "/data/attributes/signature");
    if (a->filesize < 0)
        return refuse(cx, &ERR_ARTEFACT_SIZE, "/data/attributes/filesize");
    return is_short(a->checksum, ARTEFACT_NAME_MAX) ||
           refuse(cx, &ERR_SIGNATURE, "/data/attributes/checksum");
}

/* Always false. */
static bool explain(struct ctx *cx)
{
    const char *key = db_duplicate_key(cx);
    bool is_missing = cx->err.kind == &ERR_NOT_FOUND;

    if (cx->err.kind != &ERR_CONFLICT && !is_missing)
        return false;
    if (!is_missing && strcmp(key, "artefact_filename") != 0 && strcmp(key, "PRIMARY") != 0)
        return false;
    err_clear(&cx->err);
    if (is_missing)
        return refuse(cx, &ERR_ARTEFACT_RELEASE_NOT_FOUND, "/data/relationships/release");
    return strcmp(key, "PRIMARY") == 0
               ? refuse(cx, &ERR_ID, "/data/id")
               : refuse(cx, &ERR_ARTEFACT_FILENAME_TAKEN, "/data/attributes/filename");
}

/* By the end of the name: "till-1.4.0.tar.gz" is "gz". */
static const char *type_of(const struct artefact *a)
{
    const char *dot = strrchr(a->filename, '.');

    if (a->filetype != NULL)
        return a->filetype;
    return dot != NULL && dot != a->filename && dot[1] != '\0' &&
                   strlen(dot + 1) <= ARTEFACT_WORD_MAX
               ? dot + 1
               : NULL;
}

static struct db_arg size_arg(int64_t bytes)
{
    return bytes > 0 ? DB_INT(bytes) : DB_NULL;
}

bool artefact_emit(struct ctx *cx, enum event_kind kind, const struct artefact *a)
{
    return licence_changed(cx, "release", a->release_id) &&
           event_emit(cx, kind, a->id,
                      json_own(cx->mem, json_pack("{s:s,s:{s:s,s:s}}", "product",
                                                  id_text(cx->mem, a->product_id), "attributes",
                                                  "filename", a->filename, "version", a->version)));
}

static bool finish(struct ctx *cx, struct id id, enum event_kind kind, struct artefact **out)
{
    if (artefact_get(cx, &EVERY, id, out) && artefact_emit(cx, kind, *out))
        return db_commit(cx);
    db_rollback(cx);
    return false;
}

bool artefact_add(struct ctx *cx, const struct artefact *draft, struct artefact **out)
{
    struct id id = id_is_zero(draft->id) ? ctx_new_id(cx) : draft->id;

    if (!access_manage(cx, ACTION_CREATE) || !check(cx, draft) || !db_begin(cx))
        return false;
    if (!db_exec(cx, NULL, SQL_ARTEFACT_ADD, DB_ID(cx->tenant_id), DB_ID(id),
                 DB_ID(draft->release_id), DB_TEXT(draft->filename), DB_TEXT(type_of(draft)),
                 DB_TEXT(draft->platform), DB_TEXT(draft->arch), size_arg(draft->filesize),
                 DB_TEXT(draft->signature), DB_TEXT(draft->checksum),
                 DB_TEXT(draft->metadata != NULL ? draft->metadata : "{}"), DB_TIME(cx->now),
                 DB_TIME(cx->now))) {
        explain(cx);
        db_rollback(cx);
        return false;
    }
    return finish(cx, id, EVENT_ARTEFACT_CREATED, out);
}

static bool same_text(const char *a, const char *b)
{
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static bool change(struct ctx *cx, const struct artefact *a)
{
    struct artefact *old;

    if (!artefact_get(cx, &EVERY, a->id, &old))
        return false;
    if (old->hash != NULL && !same_text(a->checksum, old->checksum))
        return refuse(cx, &ERR_ARTEFACT_FIXED, "/data/attributes/checksum");
    if (old->hash != NULL && a->filesize != old->filesize)
        return refuse(cx, &ERR_ARTEFACT_FIXED, "/data/attributes/filesize");
    return db_exec(cx, NULL, SQL_ARTEFACT_CHANGE, DB_TEXT(a->filename), DB_TEXT(a->filetype),
                   DB_TEXT(a->platform), DB_TEXT(a->arch), size_arg(a->filesize),
                   DB_TEXT(a->signature), DB_TEXT(a->checksum),
                   DB_TEXT(a->metadata != NULL ? a->metadata : "{}"), DB_TIME(cx->now),
                   DB_ID(cx->tenant_id), DB_ID(a->id)) ||
           explain(cx);
}

bool artefact_change(struct ctx *cx, const struct artefact *changed, struct artefact **out)
{
    if (!access_manage(cx, ACTION_UPDATE) || !check(cx, changed) || !db_begin(cx))
        return false;
    if (change(cx, changed))
        return finish(cx, changed->id, EVENT_ARTEFACT_UPDATED, out);
    db_rollback(cx);
    return false;
}

bool artefact_remove(struct ctx *cx, struct id id)
{
    struct artefact *a;

    if (!access_manage(cx, ACTION_DELETE) || !artefact_get(cx, &EVERY, id, &a) || !db_begin(cx))
        return false;
    if (db_exec(cx, NULL, SQL_ARTEFACT_REMOVE, DB_ID(cx->tenant_id), DB_ID(id)) &&
        artefact_emit(cx, EVENT_ARTEFACT_DELETED, a))
        return db_commit(cx);
    db_rollback(cx);
    return false;
}
