#include "db/installation_secret.h"

#include <string.h>

static const char SQL_INSTALLATION_KEY[] = "SELECT sealed FROM installation_secret WHERE name = ?";

/* What was made with it cannot be made anew when the master key is replaced: from then on it lies
 * here, sealed with the new one. */
bool installation_secret_get(struct ctx *cx, const char *name, uint8_t out[CRYPTO_HASH_SIZE])
{
    struct db_rows rows;
    struct span sealed;
    uint8_t *key;
    size_t len;

    if (!db_query(cx, &rows, SQL_INSTALLATION_KEY, DB_TEXT(name)))
        return false;
    if (!db_next(&rows)) {
        crypto_master_derive(cx->master, name, out);
        return true;
    }
    sealed = db_bytes(&rows.row, 0);
    if (!crypto_open(cx->master, cx->mem, arena_printf(cx->mem, "installation_secret:%s", name),
                     (const uint8_t *)sealed.p, sealed.len, &key, &len) ||
        len != CRYPTO_HASH_SIZE)
        return err_set(&cx->err, &ERR_INTERNAL, "the key \"%s\" does not open", name);
    memcpy(out, key, len);
    crypto_wipe(key, len);
    return true;
}
