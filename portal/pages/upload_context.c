#include "portal/pages/upload_context.h"

#include "base/crypto.h"
#include "portal/desk/attachment_quota.h"

#include <string.h>

_Static_assert((int)FORM_FILES_MAX > (int)ATTACHMENT_COUNT_MAX,
               "one file too many has to reach the page, which keeps what was typed");

enum { HASH_TEXT = 2 * CRYPTO_HASH_SIZE, KEPT_MIN = 2 * HASH_TEXT + 3 };

const char *upload_context_storage(struct req *rq)
{
    const struct config *config = &rq->app->config;

    if (config->storage_path != NULL && config->storage_path[0] != '\0')
        return config->storage_path;
    return arena_printf(rq->cx.mem, "%s/storage", config->var_dir);
}

/* Binds a stored file to the session that sent it. */
static const char *mark_of(struct req *rq, const char *hash, const char *name)
{
    const char *text = arena_printf(rq->cx.mem, "%s:%s:%s", rq->session->csrf, hash, name);
    uint8_t key[CRYPTO_HASH_SIZE], mac[CRYPTO_HASH_SIZE];

    crypto_master_derive(rq->app->master, "upload", key);
    crypto_mac(key, sizeof(key), text, strlen(text), mac);
    crypto_wipe(key, sizeof(key));
    return crypto_hex(rq->cx.mem, mac, sizeof(mac));
}

/* "hash:mark:name"; false for what we did not write. */
static bool read_kept(struct req *rq, const char *text, struct attachment_file *out)
{
    const char *mark;

    if (strlen(text) < KEPT_MIN || text[HASH_TEXT] != ':' || text[2 * HASH_TEXT + 1] != ':')
        return false;
    out->hash = arena_dup_bytes(rq->cx.mem, text, HASH_TEXT);
    out->name = arena_dup(rq->cx.mem, text + KEPT_MIN - 1);
    mark = mark_of(rq, out->hash, out->name);
    return crypto_equal(mark, text + HASH_TEXT + 1, HASH_TEXT);
}

/* What came now and what was kept; several fields of one name are lines of one value. */
static size_t gather(struct req *rq, const struct form *form, struct attachment_file **out)
{
    struct attachment_file *all =
        arena_array(rq->cx.mem, struct attachment_file, form->file_count + ATTACHMENT_COUNT_MAX);
    struct span rest = span_of(form_value(form, "kept")), line;
    size_t n = 0;

    while (n < ATTACHMENT_COUNT_MAX && span_cut(&rest, '\n', &line))
        if (line.len > 0 && read_kept(rq, span_dup(rq->cx.mem, line), &all[n]))
            n++;
    for (size_t i = 0; i < form->file_count; i++)
        if (form->files[i].bytes.len > 0)
            all[n++] = (struct attachment_file){.name = form->files[i].name,
                                                .bytes = form->files[i].bytes.p,
                                                .len = form->files[i].bytes.len};
    *out = all;
    return n;
}

/* Whether they fit: of what comes now before it is stored, of what is stored already by its size.
 */
static bool has_room(struct req *rq, const struct attachment_file *files, size_t count)
{
    const struct attachment_quota quota = {
        .tenant = rq->app->config.storage_tenant_gb * 1024 * 1024 * 1024,
        .organisation = rq->app->config.storage_organisation_mb * 1024 * 1024};

    return attachment_quota_check(&rq->cx, &quota, files, count);
}

static bool store(struct req *rq, struct attachment_file *files, size_t count)
{
    bool has_kept = false;

    for (size_t i = 0; i < count; i++)
        has_kept = has_kept || files[i].hash != NULL;
    return has_room(rq, files, count) &&
           attachment_store(&rq->cx, upload_context_storage(rq), files, count) &&
           (!has_kept || has_room(rq, files, count));
}

bool upload_context_store(struct req *rq, const struct form *form, struct attachment_file **files,
                          size_t *count)
{
    struct attachment_file *all;
    const size_t n = gather(rq, form, &all);

    if (n > 0 && !store(rq, all, n))
        return false;
    *files = all;
    *count = n;
    return true;
}

void upload_context_keep(struct req *rq, const struct form *form, json_t *context)
{
    struct attachment_file *all;
    size_t n = gather(rq, form, &all);
    json_t *kept = json_array();

    if (n > 0 && !has_room(rq, all, n)) {
        err_clear(&rq->cx.err);
        n = 0;
    }
    for (size_t i = 0; i < n && i < ATTACHMENT_COUNT_MAX; i++) {
        if (!attachment_store(&rq->cx, upload_context_storage(rq), &all[i], 1)) {
            err_clear(&rq->cx.err);
            continue;
        }
        json_array_append_new(
            kept, json_pack("{s:s, s:s, s:s}", "value",
                            arena_printf(rq->cx.mem, "%s:%s:%s", all[i].hash,
                                         mark_of(rq, all[i].hash, all[i].name), all[i].name),
                            "name", all[i].name, "size",
                            format_bytes(rq->cx.mem, &rq->format, (int64_t)all[i].len)));
    }
    json_object_set_new(context, "has_kept", json_boolean(json_array_size(kept) > 0));
    json_object_set_new(context, "kept", kept);
}
