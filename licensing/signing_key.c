#include "licensing/signing_key.h"

#include "base/clock.h"
#include "db/event.h"
#include "licensing/token.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum { CHECKED_AT_ONCE = 500 };

const struct err_kind ERR_SIGNING_KEY_SEALED = {
    ERR_CLASS_INTERNAL, "SIGNING_KEY_SEALED",
    "The signing key cannot be opened: the master key of this installation is another one."};
const struct err_kind ERR_SIGNING_KEY_IN_USE = {
    ERR_CLASS_CONFLICT, "SIGNING_KEY_IN_USE",
    "This key is in use. Rotate first: then it is an older one."};
static const struct err_kind ERR_SIGNING_KEY_NONE = {ERR_CLASS_INTERNAL, "SIGNING_KEY_NONE",
                                                     "There is no signing key yet."};

static const char SQL_SIGNING_KEY_RETIRE[] =
    "UPDATE signing_key SET current_slot = NULL, retired_at = ?, sealed_seed = '' "
    "WHERE tenant_id = ? AND current_slot = 1";
static const char SQL_SIGNING_KEY_WITHDRAW[] =
    "UPDATE signing_key SET withdrawn_at = COALESCE(withdrawn_at, ?) "
    "WHERE tenant_id = ? AND id = ? AND current_slot IS NULL";
static const char SQL_SIGNING_KEY_IS_CURRENT[] =
    "SELECT current_slot IS NOT NULL FROM signing_key WHERE tenant_id = ? AND id = ?";
/* The house's own look at all that is sealed: it binds no tenant. */
static const char SQL_SIGNING_KEY_ALL_ANY_TENANT[] =
    "SELECT k.tenant_id, k.id, k.sealed_seed, t.slug FROM signing_key k "
    "JOIN tenant t ON t.id = k.tenant_id WHERE k.current_slot = 1 AND k.tenant_id > ? "
    "ORDER BY k.tenant_id LIMIT ?";
static const char SQL_SIGNING_KEY_ADD[] =
    "INSERT INTO signing_key (tenant_id, id, public_key, sealed_seed, current_slot, created_at) "
    "VALUES (?, ?, ?, ?, 1, ?)";
static const char SQL_SIGNING_KEY_CURRENT[] =
    "SELECT id, sealed_seed FROM signing_key WHERE tenant_id = ? AND current_slot = 1";
static const char SQL_SIGNING_KEY_CURRENT_ID[] =
    "SELECT id FROM signing_key WHERE tenant_id = ? AND current_slot = 1";
static const char SQL_SIGNING_KEY_LIST[] =
    "SELECT id, public_key, current_slot, created_at, retired_at, withdrawn_at FROM signing_key "
    "WHERE tenant_id = ? ORDER BY created_at DESC, id DESC";

const char *signing_key_context(struct arena *mem, struct id id)
{
    return arena_printf(mem, "signing_key:%s", id_text(mem, id));
}

static bool insert(struct ctx *cx, struct signing_key *key)
{
    uint8_t seed[CRYPTO_SEED_SIZE];
    struct crypto_signer *signer;
    uint8_t *sealed;
    size_t len;

    if (cx->master == NULL)
        return err_set(&cx->err, &ERR_SIGNING_KEY_SEALED, "no master key in this role");
    crypto_random(seed, sizeof seed);
    signer = crypto_signer_make(seed);
    memcpy(key->public_key, crypto_signer_public(signer), sizeof key->public_key);
    crypto_signer_free(signer);
    crypto_seal(cx->master, cx->mem, signing_key_context(cx->mem, key->id), seed, sizeof seed,
                &sealed, &len);
    crypto_wipe(seed, sizeof seed);
    return db_exec(cx, NULL, SQL_SIGNING_KEY_ADD, DB_ID(cx->tenant_id), DB_ID(key->id),
                   DB_BYTES(key->public_key, sizeof key->public_key), DB_BYTES(sealed, len),
                   DB_TIME(cx->now));
}

static struct signing_key *new_key(struct ctx *cx)
{
    struct signing_key *key = arena_new(cx->mem, struct signing_key);

    key->id = ctx_new_id(cx);
    key->is_current = true;
    key->created_at = cx->now;
    return key;
}

bool signing_key_create(struct ctx *cx, struct signing_key **out)
{
    struct signing_key *key = new_key(cx);

    if (!db_begin(cx))
        return false;
    if (!db_exec(cx, NULL, SQL_SIGNING_KEY_RETIRE, DB_TIME(cx->now), DB_ID(cx->tenant_id)) ||
        !insert(cx, key)) {
        db_rollback(cx);
        return false;
    }
    if (!db_commit(cx))
        return false;
    *out = key;
    return true;
}

bool signing_key_rotate(struct ctx *cx, struct signing_key **out)
{
    if (!db_begin(cx))
        return false;
    if (!signing_key_create(cx, out) ||
        !event_emit(cx, EVENT_TENANT_UPDATED, cx->tenant_id,
                    json_own(cx->mem, json_pack("{s:s,s:s}", "action", "signing key rotated", "key",
                                                id_text(cx->mem, (*out)->id))))) {
        db_rollback(cx);
        return false;
    }
    return db_commit(cx);
}

static bool withdraw(struct ctx *cx, struct id id)
{
    struct db_rows rows;
    int64_t found;

    if (!db_exec(cx, &found, SQL_SIGNING_KEY_WITHDRAW, DB_TIME(cx->now), DB_ID(cx->tenant_id),
                 DB_ID(id)))
        return false;
    if (found > 0)
        return event_emit(
            cx, EVENT_TENANT_UPDATED, cx->tenant_id,
            json_own(cx->mem, json_pack("{s:s,s:s}", "action", "signing key withdrawn", "key",
                                        id_text(cx->mem, id))));
    if (!db_query(cx, &rows, SQL_SIGNING_KEY_IS_CURRENT, DB_ID(cx->tenant_id), DB_ID(id)))
        return false;
    return err_set(&cx->err, db_next(&rows) ? &ERR_SIGNING_KEY_IN_USE : &ERR_NOT_FOUND,
                   "signing key %s", id_text(cx->mem, id));
}

bool signing_key_withdraw(struct ctx *cx, struct id id)
{
    if (!db_begin(cx))
        return false;
    if (!withdraw(cx, id)) {
        db_rollback(cx);
        return false;
    }
    return db_commit(cx);
}

bool signing_key_list(struct ctx *cx, struct signing_key **out, size_t *count)
{
    struct db_rows rows;
    struct signing_key *list;

    if (!db_query(cx, &rows, SQL_SIGNING_KEY_LIST, DB_ID(cx->tenant_id)))
        return false;
    list = arena_array(cx->mem, struct signing_key, rows.count);
    for (size_t i = 0; db_next(&rows); i++) {
        struct span public_key = db_bytes(&rows.row, 1);

        list[i].id = db_id(&rows.row, 0);
        if (public_key.len == sizeof list[i].public_key)
            memcpy(list[i].public_key, public_key.p, public_key.len);
        list[i].is_current = !db_is_null(&rows.row, 2);
        list[i].created_at = db_time(&rows.row, 3);
        list[i].retired_at = db_time(&rows.row, 4);
        list[i].withdrawn_at = db_time(&rows.row, 5);
    }
    *out = list;
    *count = rows.count;
    return true;
}

/* --- before the role starts --- */

static bool opens(struct ctx *cx, struct id id, struct span sealed)
{
    uint8_t *seed;
    size_t len;

    if (cx->master == NULL || !crypto_open(cx->master, cx->mem, signing_key_context(cx->mem, id),
                                           (const uint8_t *)sealed.p, sealed.len, &seed, &len))
        return false;
    crypto_wipe(seed, len);
    return len == CRYPTO_SEED_SIZE;
}

static bool check_tenant(struct ctx *cx, const struct db_row *row, const char *master_file)
{
    uint8_t secret[CRYPTO_HASH_SIZE];
    bool ok;

    if (!opens(cx, db_id(row, 1), db_bytes(row, 2)))
        return err_set(&cx->err, &ERR_SIGNING_KEY_SEALED,
                       "signing key %s of tenant %s does not open with the master key in %s",
                       id_text(cx->mem, db_id(row, 1)), db_text(row, 3), master_file);
    cx->tenant_id = db_id(row, 0);
    ok = token_secret_open(cx, secret);
    crypto_wipe(secret, sizeof secret);
    cx->tenant_id = (struct id){{0}};
    if (!ok && cx->err.kind == &ERR_SIGNING_KEY_SEALED) {
        err_clear(&cx->err);
        return err_set(&cx->err, &ERR_SIGNING_KEY_SEALED,
                       "the token secret of tenant %s does not open with the master key in %s",
                       db_text(row, 3), master_file);
    }
    return ok;
}

bool signing_key_check_all(struct ctx *cx, const char *master_file)
{
    struct id after = {{0}};
    struct db_rows rows;

    do {
        if (!db_query(cx, &rows, SQL_SIGNING_KEY_ALL_ANY_TENANT, DB_ID(after),
                      DB_INT(CHECKED_AT_ONCE)))
            return false;
        while (db_next(&rows)) {
            after = db_id(&rows.row, 0);
            if (!check_tenant(cx, &rows.row, master_file))
                return false;
        }
    } while (rows.count == CHECKED_AT_ONCE);
    return true;
}

/* --- signing --- */

/* The signer in use; *out is NULL where the tenant has none yet. Owned by the caller. */
static bool load(struct ctx *cx, struct id *id, struct crypto_signer **out)
{
    struct db_rows rows;
    struct span sealed;
    uint8_t *seed;
    size_t len;

    *out = NULL;
    if (!db_query(cx, &rows, SQL_SIGNING_KEY_CURRENT, DB_ID(cx->tenant_id)))
        return false;
    if (!db_next(&rows))
        return true;
    *id = db_id(&rows.row, 0);
    sealed = db_bytes(&rows.row, 1);
    if (cx->master == NULL ||
        !crypto_open(cx->master, cx->mem, signing_key_context(cx->mem, *id),
                     (const uint8_t *)sealed.p, sealed.len, &seed, &len) ||
        len != CRYPTO_SEED_SIZE)
        return err_set(&cx->err, &ERR_SIGNING_KEY_SEALED, "signing key %s", id_text(cx->mem, *id));
    *out = crypto_signer_make(seed);
    crypto_wipe(seed, len);
    return true;
}

/* As load, but a tenant without a key gets one. Another node may be doing the same: then its key is
 * taken. */
static bool load_or_make(struct ctx *cx, struct id *id, struct crypto_signer **out)
{
    if (!load(cx, id, out))
        return false;
    if (*out != NULL)
        return true;
    if (!insert(cx, new_key(cx))) {
        if (cx->err.kind != &ERR_CONFLICT)
            return false;
        err_clear(&cx->err);
    }
    if (!load(cx, id, out))
        return false;
    return *out != NULL || err_set(&cx->err, &ERR_SIGNING_KEY_NONE, "signing key just made");
}

bool signing_key_sign(struct ctx *cx, const void *bytes, size_t len,
                      uint8_t out[CRYPTO_SIGNATURE_SIZE])
{
    struct crypto_signer *signer;
    struct id id;

    if (cx->signer != NULL)
        return cx->signer->sign(cx->signer, cx, bytes, len, out);
    if (!load_or_make(cx, &id, &signer))
        return false;
    crypto_signer_sign(signer, bytes, len, out);
    crypto_signer_free(signer);
    return true;
}

/* --- the open keys --- */

enum { SLOT_COUNT = 1024 }; /* chains: many more tenants on a node still work */

struct held {
    struct signing_entry entry; /* never changes once it is in the table */
    _Atomic int64_t checked_at; /* monotonic us: the row in use was this key's */
    struct held *next;          /* of its slot; a tenant's newest key comes first */
};

struct signing_keys {
    pthread_mutex_t lock; /* protects slots and the chains */
    struct held *slots[SLOT_COUNT];
};

struct signing_keys *signing_keys_make(void)
{
    struct signing_keys *keys = calloc(1, sizeof *keys);

    if (keys == NULL || pthread_mutex_init(&keys->lock, NULL) != 0)
        abort();
    return keys;
}

void signing_keys_free(struct signing_keys *keys)
{
    if (keys == NULL)
        return;
    for (size_t i = 0; i < SLOT_COUNT; i++)
        while (keys->slots[i] != NULL) {
            struct held *h = keys->slots[i];

            keys->slots[i] = h->next;
            crypto_signer_free(h->entry.signer);
            crypto_let_go(h, sizeof *h);
            free(h);
        }
    pthread_mutex_destroy(&keys->lock);
    free(keys);
}

static struct held **slot_of(struct signing_keys *keys, struct id tenant_id)
{
    unsigned hash = 0;

    for (size_t i = 0; i < sizeof tenant_id.b; i++)
        hash = hash * 31 + tenant_id.b[i];
    return &keys->slots[hash % SLOT_COUNT];
}

static struct held *find(struct signing_keys *keys, struct id tenant_id)
{
    struct held *h;

    pthread_mutex_lock(&keys->lock);
    h = *slot_of(keys, tenant_id);
    while (h != NULL && !id_equal(h->entry.tenant_id, tenant_id))
        h = h->next;
    pthread_mutex_unlock(&keys->lock);
    return h;
}

static bool read_entry(struct signing_keys *keys, struct ctx *cx, const struct signing_entry **out)
{
    struct held *h = calloc(1, sizeof *h);
    struct held **slot = slot_of(keys, cx->tenant_id);

    if (h == NULL)
        abort();
    crypto_hold(h, sizeof *h); /* it has the tenant's token secret */
    h->entry.tenant_id = cx->tenant_id;
    if (!load_or_make(cx, &h->entry.key_id, &h->entry.signer) ||
        !token_secret_open(cx, h->entry.token_secret)) {
        crypto_signer_free(h->entry.signer);
        crypto_let_go(h, sizeof *h);
        free(h);
        return false;
    }
    atomic_store(&h->checked_at, clock_mono_us());
    pthread_mutex_lock(&keys->lock);
    h->next = *slot;
    *slot = h;
    pthread_mutex_unlock(&keys->lock);
    *out = &h->entry;
    return true;
}

bool signing_keys_get(struct signing_keys *keys, struct ctx *cx, const struct signing_entry **out)
{
    struct held *h = find(keys, cx->tenant_id);
    struct db_rows rows;
    int64_t now;

    if (h == NULL)
        return read_entry(keys, cx, out);
    now = clock_mono_us();
    if (now - atomic_load(&h->checked_at) > SIGNING_KEYS_FRESH_MS * (CLOCK_SECOND / 1000)) {
        if (!db_query(cx, &rows, SQL_SIGNING_KEY_CURRENT_ID, DB_ID(cx->tenant_id))) {
            /* Errors are answered signed as well: the key known last does while the database is
             * away. */
            err_clear(&cx->err);
        } else if (db_next(&rows) && !id_equal(db_id(&rows.row, 0), h->entry.key_id)) {
            return read_entry(keys, cx, out);
        } else {
            atomic_store(&h->checked_at, now);
        }
    }
    *out = &h->entry;
    return true;
}
