/* The bytes of artefacts: taken in, handed out, swept up. */
#include "base/clock.h"
#include "base/parse.h"
#include "licensing/access.h"
#include "licensing/artefact.h"

#include <string.h>
#include <strings.h>

const struct err_kind ERR_ARTEFACT_CHECKSUM = {
    ERR_CLASS_INVALID, "CHECKSUM_INVALID",
    "The file that arrived does not have the checksum that was announced. Nothing was kept."};
const struct err_kind ERR_ARTEFACT_EMPTY = {ERR_CLASS_INVALID, "FILE_EMPTY",
                                            "The file that arrived is empty."};
const struct err_kind ERR_ARTEFACT_UPLOADED = {
    ERR_CLASS_CONFLICT, "ARTIFACT_UPLOADED",
    "The file is here already. A changed file needs a release of its own."};

static const struct release_reader EVERY = {.kind = RELEASE_FOR_ALL};

static const char SQL_ARTEFACT_KEEP[] =
    "UPDATE artefact SET status = 'UPLOADED', content_hash = ?, filesize = ?, checksum = ?, "
    "updated_at = ? WHERE tenant_id = ? AND id = ? AND content_hash IS NULL";
static const char SQL_ARTEFACT_FAIL[] =
    "UPDATE artefact SET status = 'FAILED', updated_at = ? "
    "WHERE tenant_id = ? AND id = ? AND content_hash IS NULL";
static const char SQL_ANY_TENANT_CONTENT[] =
    "SELECT 1 FROM artefact WHERE content_hash = ? LIMIT 1";

static const char *folder_of(struct ctx *cx, const char *storage)
{
    return arena_printf(cx->mem, "%s/artefacts", storage);
}

/* Standard base64 with or without its padding, or hexadecimal of either case. */
static bool is_hash(struct arena *mem, const char *text, const uint8_t *hash, size_t size)
{
    const char *base64 = crypto_base64(mem, hash, size);
    size_t unpadded = strcspn(base64, "=");

    return strcasecmp(text, crypto_hex(mem, hash, size)) == 0 || strcmp(text, base64) == 0 ||
           (strlen(text) == unpadded && strncmp(text, base64, unpadded) == 0);
}

/* Whether the announced checksum is of a length that one of the two hashes has: else it is the
 * vendor's own matter. */
static bool is_checkable(const char *text)
{
    static const size_t LENGTHS[] = {64, 43, 44, 128, 86, 88};

    for (size_t i = 0; i < COUNT(LENGTHS); i++)
        if (strlen(text) == LENGTHS[i])
            return true;
    return false;
}

static const struct err_kind *fault_of(struct ctx *cx, const struct artefact *a,
                                       const struct store_content *content)
{
    if (a->filesize > 0 && a->filesize != content->bytes)
        return &ERR_ARTEFACT_SIZE;
    if (a->checksum != NULL && is_checkable(a->checksum) &&
        !is_hash(cx->mem, a->checksum, content->sha256, sizeof content->sha256) &&
        !is_hash(cx->mem, a->checksum, content->sha512, sizeof content->sha512))
        return &ERR_ARTEFACT_CHECKSUM;
    return NULL;
}

/* What keygen-go compares with: SHA-512, base64 without padding. */
static const char *own_checksum(struct ctx *cx, const struct store_content *content)
{
    const char *base64 = crypto_base64(cx->mem, content->sha512, sizeof content->sha512);

    return arena_dup_bytes(cx->mem, base64, strcspn(base64, "="));
}

static bool keep(struct ctx *cx, const struct artefact *a, const struct store_content *content,
                 struct artefact **out)
{
    int64_t kept;

    if (!db_begin(cx))
        return false;
    if (!db_exec(cx, &kept, SQL_ARTEFACT_KEEP, DB_BYTES(content->sha256, sizeof content->sha256),
                 DB_INT(content->bytes),
                 DB_TEXT(a->checksum != NULL ? a->checksum : own_checksum(cx, content)),
                 DB_TIME(cx->now), DB_ID(cx->tenant_id), DB_ID(a->id)))
        goto rollback;
    if (kept == 0) { /* somebody was quicker, or it is gone */
        err_set(&cx->err, &ERR_ARTEFACT_UPLOADED, "artefact %s", id_text(cx->mem, a->id));
        goto rollback;
    }
    if (!artefact_get(cx, &EVERY, a->id, out) || !artefact_emit(cx, EVENT_ARTEFACT_UPLOADED, *out))
        goto rollback;
    return db_commit(cx);

rollback:
    db_rollback(cx);
    return false;
}

static bool fail(struct ctx *cx, const struct artefact *a, const struct err_kind *kind)
{
    return db_exec(cx, NULL, SQL_ARTEFACT_FAIL, DB_TIME(cx->now), DB_ID(cx->tenant_id),
                   DB_ID(a->id)) &&
           err_set_at(&cx->err, kind, "file", "artefact %s", id_text(cx->mem, a->id));
}

/* The bytes are hashed before they are written, so that what is refused was never there. */
bool artefact_upload(struct ctx *cx, const char *storage, struct id id, struct span bytes,
                     struct artefact **out)
{
    const struct err_kind *fault;
    struct store_content content;
    struct artefact *a;

    if (!access_manage(cx, ACTION_UPDATE) || !artefact_get(cx, &EVERY, id, &a))
        return false;
    if (bytes.len == 0)
        return err_set_at(&cx->err, &ERR_ARTEFACT_EMPTY, "file", "artefact");
    store_hash(cx->mem, bytes, &content);
    if (a->hash != NULL) {
        *out = a;
        return strcmp(a->hash, content.hash) == 0 ||
               err_set_at(&cx->err, &ERR_ARTEFACT_UPLOADED, "file", "other bytes");
    }
    fault = fault_of(cx, a, &content);
    if (fault != NULL)
        return fail(cx, a, fault);
    return store_put(&cx->err, cx->mem, folder_of(cx, storage), bytes, &content) &&
           keep(cx, a, &content, out);
}

bool artefact_open(struct ctx *cx, const char *storage, const struct artefact *a, int *fd,
                   int64_t *bytes)
{
    if (a->hash == NULL)
        return err_set(&cx->err, &ERR_NOT_FOUND, "no bytes yet");
    return store_open(&cx->err, cx->mem, folder_of(cx, storage), a->hash, fd, bytes);
}

static bool is_used(void *arg, const char *hash, bool *out)
{
    struct ctx *cx = arg;
    uint8_t bytes[CRYPTO_HASH_SIZE];
    struct db_rows rows;

    *out = true;
    if (!parse_hex(hash, bytes, sizeof bytes))
        return true;
    if (!db_query(cx, &rows, SQL_ANY_TENANT_CONTENT, DB_BYTES(bytes, sizeof bytes)))
        return false;
    *out = rows.count > 0;
    return true;
}

bool artefact_sweep(struct ctx *cx, const char *storage, unsigned folder, unsigned *removed)
{
    const struct store_sweep what = {.dir = folder_of(cx, storage),
                                     .folder = folder,
                                     .before_us = cx->now - ARTEFACT_ORPHAN_HOURS * CLOCK_HOUR,
                                     .is_used = is_used,
                                     .arg = cx};

    return store_sweep(&cx->err, cx->mem, &what, removed);
}
