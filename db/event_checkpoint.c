#include "db/event_checkpoint.h"

#include "base/clock.h"
#include "db/installation_secret.h"

#include <string.h>

enum { CHECK_BATCH = 1000 };

struct checkpoint {
    int64_t no, chain_no, signed_at;
    struct span hash, signature;
    struct span event_hash; /* of the event there now; len 0: none */
};

static const char SQL_CHECKPOINT_LAST[] =
    "SELECT no, chain_no, signed_at FROM event_checkpoint WHERE tenant_id = ? "
    "ORDER BY no DESC LIMIT 1";
static const char SQL_CHECKPOINT_END[] =
    "SELECT last_no, last_hash FROM event_chain WHERE tenant_id = ?";
/* Two nodes that sign at once make the same number: one of them is enough. */
static const char SQL_CHECKPOINT_ADD[] =
    "INSERT IGNORE INTO event_checkpoint (tenant_id, no, chain_no, hash, signed_at, signature) "
    "VALUES (?, ?, ?, ?, ?, ?)";
static const char SQL_CHECKPOINT_LIST[] =
    "SELECT c.no, c.chain_no, c.signed_at, c.hash, c.signature, e.hash FROM event_checkpoint c "
    "LEFT JOIN event e ON e.tenant_id = c.tenant_id AND e.chain_no = c.chain_no "
    "WHERE c.tenant_id = ? AND c.no > ? ORDER BY c.no LIMIT ?";
static const char SQL_CHECKPOINT_WAITING[] =
    "SELECT 1 FROM event WHERE tenant_id = ? AND chain_no > ? AND at < ? LIMIT 1";

static bool open_signer(struct ctx *cx, struct crypto_signer **out)
{
    uint8_t seed[CRYPTO_HASH_SIZE];

    _Static_assert(CRYPTO_HASH_SIZE == CRYPTO_SEED_SIZE, "the secret is the seed");
    if (!installation_secret_get(cx, EVENT_CHECKPOINT_KEY, seed))
        return false;
    *out = crypto_signer_make(seed);
    crypto_wipe(seed, sizeof(seed));
    return true;
}

static void add_number(struct str *s, int64_t number)
{
    for (int shift = 56; shift >= 0; shift -= 8)
        str_char(s, (char)(unsigned char)((uint64_t)number >> shift));
}

static struct str signed_bytes(struct ctx *cx, const struct checkpoint *c)
{
    struct str s = str_new(cx->mem);

    str_add(&s, "gatehouse audit checkpoint 1\n");
    str_add_n(&s, (const char *)cx->tenant_id.b, sizeof(cx->tenant_id.b));
    add_number(&s, c->no);
    add_number(&s, c->chain_no);
    add_number(&s, c->signed_at);
    str_add_n(&s, c->hash.p, c->hash.len);
    return s;
}

/* --- signing --- */

static bool write_checkpoint(struct ctx *cx, const struct checkpoint *c)
{
    uint8_t signature[CRYPTO_SIGNATURE_SIZE];
    struct str bytes = signed_bytes(cx, c);
    struct crypto_signer *signer;

    if (!open_signer(cx, &signer))
        return false;
    crypto_signer_sign(signer, bytes.p, bytes.len, signature);
    crypto_signer_free(signer);
    return db_exec(cx, NULL, SQL_CHECKPOINT_ADD, DB_ID(cx->tenant_id), DB_INT(c->no),
                   DB_INT(c->chain_no), DB_BYTES(c->hash.p, c->hash.len), DB_TIME(c->signed_at),
                   DB_BYTES(signature, sizeof(signature)));
}

bool event_checkpoint_sign(struct ctx *cx, bool *is_made)
{
    struct checkpoint c = {.no = 1, .signed_at = cx->now};
    int64_t before = 0;
    struct db_rows rows;

    *is_made = false;
    if (!db_query(cx, &rows, SQL_CHECKPOINT_LAST, DB_ID(cx->tenant_id)))
        return false;
    if (db_next(&rows)) {
        if (cx->now - db_time(&rows.row, 2) < EVENT_CHECKPOINT_MINUTES * CLOCK_MINUTE)
            return true;
        c.no = db_i64(&rows.row, 0) + 1;
        before = db_i64(&rows.row, 1);
    }
    if (!db_query(cx, &rows, SQL_CHECKPOINT_END, DB_ID(cx->tenant_id)))
        return false;
    if (!db_next(&rows) || db_i64(&rows.row, 0) <= before)
        return true;
    c.chain_no = db_i64(&rows.row, 0);
    c.hash = db_bytes(&rows.row, 1);
    *is_made = write_checkpoint(cx, &c);
    return *is_made;
}

/* --- checking --- */

static enum event_checkpoint_fault judge(struct ctx *cx, const struct crypto_signer *signer,
                                         const struct checkpoint *c, int64_t expected)
{
    struct str bytes = signed_bytes(cx, c);

    if (c->no != expected)
        return EVENT_CHECKPOINT_GONE;
    if (c->hash.len != CRYPTO_HASH_SIZE || c->signature.len != CRYPTO_SIGNATURE_SIZE ||
        !crypto_verify(crypto_signer_public(signer), bytes.p, bytes.len,
                       (const uint8_t *)c->signature.p))
        return EVENT_CHECKPOINT_UNSIGNED;
    if (c->event_hash.len != CRYPTO_HASH_SIZE ||
        memcmp(c->event_hash.p, c->hash.p, CRYPTO_HASH_SIZE) != 0)
        return EVENT_CHECKPOINT_OTHER;
    return EVENT_CHECKPOINT_WHOLE;
}

static bool check_all(struct ctx *cx, const struct crypto_signer *signer,
                      struct event_checkpoint_report *out)
{
    struct db_rows rows;

    do {
        if (!db_query(cx, &rows, SQL_CHECKPOINT_LIST, DB_ID(cx->tenant_id), DB_INT(out->count),
                      DB_INT(CHECK_BATCH)))
            return false;
        while (db_next(&rows)) {
            const struct checkpoint c = {.no = db_i64(&rows.row, 0),
                                         .chain_no = db_i64(&rows.row, 1),
                                         .signed_at = db_time(&rows.row, 2),
                                         .hash = db_bytes(&rows.row, 3),
                                         .signature = db_bytes(&rows.row, 4),
                                         .event_hash = db_bytes(&rows.row, 5)};

            out->fault = judge(cx, signer, &c, out->count + 1);
            out->chain_no = c.chain_no;
            if (out->fault != EVENT_CHECKPOINT_WHOLE)
                return true;
            out->hash = crypto_hex(cx->mem, (const uint8_t *)c.hash.p, c.hash.len);
            out->count++;
        }
    } while (rows.count == CHECK_BATCH);
    return true;
}

/* The newest ones may have been taken away: then older events stand unsigned. */
static bool check_late(struct ctx *cx, struct event_checkpoint_report *out)
{
    struct db_rows rows;

    if (!db_query(cx, &rows, SQL_CHECKPOINT_WAITING, DB_ID(cx->tenant_id), DB_INT(out->chain_no),
                  DB_TIME(cx->now - EVENT_CHECKPOINT_LATE_MINUTES * CLOCK_MINUTE)))
        return false;
    if (rows.count > 0)
        out->fault = EVENT_CHECKPOINT_LATE;
    return true;
}

bool event_checkpoint_verify(struct ctx *cx, struct event_checkpoint_report *out)
{
    struct crypto_signer *signer;
    bool ok;

    *out = (struct event_checkpoint_report){.hash = "", .key = ""};
    if (!open_signer(cx, &signer))
        return false;
    out->key = crypto_hex(cx->mem, crypto_signer_public(signer), CRYPTO_PUBLIC_SIZE);
    ok = check_all(cx, signer, out);
    crypto_signer_free(signer);
    return ok && (out->fault != EVENT_CHECKPOINT_WHOLE || check_late(cx, out));
}
