/* The hash chain over a tenant's events: links after commit, and the check of the whole. */
#include "base/clock.h"
#include "base/crypto.h"
#include "db/event.h"

#include <string.h>

enum { VERIFY_BATCH = 500, BATCH_BLOCK = 256 * 1024, SALT_SIZE = 16 };

/* The row is written first, so that two nodes meet on it and not in the chain. */
static const char SQL_CHAIN_CLAIM[] =
    "UPDATE event_chain SET version = version + 1 WHERE tenant_id = ?";
static const char SQL_CHAIN_ADD[] =
    "INSERT IGNORE INTO event_chain (tenant_id, last_hash) VALUES (?, ?)";
static const char SQL_CHAIN_END[] =
    "SELECT last_no, last_hash FROM event_chain WHERE tenant_id = ?";
static const char SQL_CHAIN_MOVE[] =
    "UPDATE event_chain SET last_no = ?, last_hash = ? WHERE tenant_id = ?";

/* For the jobs role, which works for all tenants. */
static const char SQL_UNLINKED_TENANTS_ANY_TENANT[] =
    "SELECT DISTINCT tenant_id FROM event WHERE chain_no IS NULL LIMIT ?";

#define COLUMNS_LINKED \
    "id, name, subject_id, actor_id, actor_kind, trace, at, digest, chain_no, prev_hash, hash, "
static const char SQL_EVENT_UNLINKED[] =
    "SELECT " COLUMNS_LINKED
    "NULL, NULL, NULL, NULL FROM event "
    "WHERE tenant_id = ? AND chain_no IS NULL ORDER BY id LIMIT ?";
static const char SQL_EVENT_LINK[] =
    "UPDATE event SET chain_no = ?, prev_hash = ?, hash = ? "
    "WHERE tenant_id = ? AND id = ? AND chain_no IS NULL";
static const char SQL_EVENT_CHAIN[] =
    "SELECT " COLUMNS_LINKED
    "salt, data, erased_at, address FROM event "
    "WHERE tenant_id = ? AND chain_no > ? ORDER BY chain_no LIMIT ?";

struct link { /* a row of COLUMNS_LINKED and what may be erased */
    struct id id;
    const char *name;
    struct id subject_id, actor_id;
    const char *actor_kind, *trace;
    int64_t at;
    struct span digest;
    int64_t no;
    struct span prev_hash, hash, salt;
    const char *data, *address;
    bool is_erased;
};

static struct link link_from_row(const struct db_row *row)
{
    return (struct link){
        .id = db_id(row, 0),
        .name = db_text(row, 1),
        .subject_id = db_id(row, 2),
        .actor_id = db_id(row, 3),
        .actor_kind = db_text(row, 4),
        .trace = db_text(row, 5),
        .at = db_time(row, 6),
        .digest = db_bytes(row, 7),
        .no = db_i64(row, 8),
        .prev_hash = db_bytes(row, 9),
        .hash = db_bytes(row, 10),
        .salt = db_bytes(row, 11),
        .data = db_text(row, 12),
        .is_erased = !db_is_null(row, 13),
        .address = db_text(row, 14),
    };
}

static void add_number(struct str *s, int64_t number)
{
    uint64_t bits = (uint64_t)number;

    for (int shift = 56; shift >= 0; shift -= 8)
        str_char(s, (char)(unsigned char)(bits >> shift));
}

/* Each text after its length, so that no two rows make the same bytes. */
static void add_text(struct str *s, const char *text)
{
    add_number(s, (int64_t)strlen(text));
    str_add(s, text);
}

static void add_id(struct str *s, struct id id)
{
    str_add_n(s, (const char *)id.b, sizeof(id.b));
}

static void hash_link(struct ctx *cx, const struct link *e, int64_t no,
                      const uint8_t before[CRYPTO_HASH_SIZE], uint8_t out[CRYPTO_HASH_SIZE])
{
    struct str s = str_new(cx->mem);

    str_add_n(&s, (const char *)before, CRYPTO_HASH_SIZE);
    add_number(&s, no);
    add_id(&s, cx->tenant_id);
    add_id(&s, e->id);
    add_text(&s, e->name);
    add_id(&s, e->subject_id);
    add_id(&s, e->actor_id);
    add_text(&s, e->actor_kind);
    add_text(&s, e->trace);
    add_number(&s, e->at);
    str_add_n(&s, e->digest.p, e->digest.len);
    crypto_sha256(s.p, s.len, out);
}

/* --- linking --- */

bool event_chain_waiting(struct ctx *cx, unsigned limit, struct id **out, unsigned *count)
{
    struct db_rows rows;
    struct id *list;

    if (!db_query(cx, &rows, SQL_UNLINKED_TENANTS_ANY_TENANT, DB_INT(limit)))
        return false;
    list = arena_array(cx->mem, struct id, rows.count);
    while (db_next(&rows))
        list[rows.next - 1] = db_id(&rows.row, 0);
    *out = list;
    *count = (unsigned)rows.count;
    return true;
}

static bool claim(struct ctx *cx)
{
    static const uint8_t START[CRYPTO_HASH_SIZE] = {0};
    int64_t changed;

    if (!db_exec(cx, &changed, SQL_CHAIN_CLAIM, DB_ID(cx->tenant_id)))
        return false;
    if (changed == 1)
        return true;
    return db_exec(cx, NULL, SQL_CHAIN_ADD, DB_ID(cx->tenant_id), DB_BYTES(START, sizeof(START))) &&
           db_exec(cx, NULL, SQL_CHAIN_CLAIM, DB_ID(cx->tenant_id));
}

static bool read_end(struct ctx *cx, int64_t *no, uint8_t hash[CRYPTO_HASH_SIZE])
{
    struct db_rows rows;

    if (!db_query(cx, &rows, SQL_CHAIN_END, DB_ID(cx->tenant_id)))
        return false;
    *no = 0;
    memset(hash, 0, CRYPTO_HASH_SIZE);
    if (db_next(&rows)) {
        struct span last = db_bytes(&rows.row, 1);

        *no = db_i64(&rows.row, 0);
        memcpy(hash, last.p, last.len < CRYPTO_HASH_SIZE ? last.len : CRYPTO_HASH_SIZE);
    }
    return true;
}

static bool link_all(struct ctx *cx, struct db_rows *rows)
{
    uint8_t before[CRYPTO_HASH_SIZE];
    uint8_t hash[CRYPTO_HASH_SIZE];
    int64_t no;

    if (!read_end(cx, &no, before))
        return false;
    while (db_next(rows)) {
        struct link e = link_from_row(&rows->row);

        no++;
        hash_link(cx, &e, no, before, hash);
        if (!db_exec(cx, NULL, SQL_EVENT_LINK, DB_INT(no), DB_BYTES(before, sizeof(before)),
                     DB_BYTES(hash, sizeof(hash)), DB_ID(cx->tenant_id), DB_ID(e.id)))
            return false;
        memcpy(before, hash, sizeof(before));
    }
    return db_exec(cx, NULL, SQL_CHAIN_MOVE, DB_INT(no), DB_BYTES(before, sizeof(before)),
                   DB_ID(cx->tenant_id));
}

bool event_chain_link(struct ctx *cx, unsigned limit, unsigned *linked)
{
    struct db_rows rows;

    /* A look without a lock first: mostly there is nothing to do. */
    if (!db_query(cx, &rows, SQL_EVENT_UNLINKED, DB_ID(cx->tenant_id), DB_INT(1)))
        return false;
    if (rows.count == 0) {
        *linked = 0;
        return true;
    }
    if (!db_begin(cx))
        return false;
    if (!claim(cx) ||
        !db_query(cx, &rows, SQL_EVENT_UNLINKED, DB_ID(cx->tenant_id), DB_INT(limit)) ||
        !link_all(cx, &rows)) {
        db_rollback(cx);
        return false;
    }
    if (!db_commit(cx))
        return false;
    *linked = (unsigned)rows.count;
    return true;
}

/* --- checking --- */

struct walk {
    int64_t no;
    uint8_t hash[CRYPTO_HASH_SIZE];
    struct id last;
    bool is_whole;
};

static bool is_same(struct span a, const uint8_t b[CRYPTO_HASH_SIZE])
{
    return a.len == CRYPTO_HASH_SIZE && memcmp(a.p, b, CRYPTO_HASH_SIZE) == 0;
}

/* The data as it was digested, or erased, which takes data and salt together. */
static bool is_data_whole(struct ctx *cx, const struct link *e)
{
    uint8_t digest[CRYPTO_HASH_SIZE];
    struct str all;

    if (e->is_erased)
        return e->data == NULL && e->address == NULL && e->salt.len == 0;
    if (e->salt.len != SALT_SIZE)
        return false;
    all = str_new(cx->mem);
    str_add_n(&all, e->salt.p, e->salt.len);
    str_add(&all, e->data == NULL ? "" : e->data);
    if (e->address != NULL) {
        str_char(&all, '\0');
        str_add(&all, e->address);
    }
    crypto_sha256(all.p, all.len, digest);
    return is_same(e->digest, digest);
}

static bool is_link_whole(struct ctx *cx, const struct link *e, int64_t no,
                          const uint8_t before[CRYPTO_HASH_SIZE], uint8_t hash[CRYPTO_HASH_SIZE])
{
    hash_link(cx, e, no, before, hash);
    return e->no == no && is_same(e->prev_hash, before) && is_same(e->hash, hash) &&
           is_data_whole(cx, e);
}

/* Goes through the chain from its start. *no is how far it is whole, *last the event there; false
 * in *is_whole: *last is the one at fault. */
static bool walk(struct ctx *cx, struct arena *batch, struct walk *w)
{
    struct db_rows rows;
    uint8_t hash[CRYPTO_HASH_SIZE];

    do {
        arena_reset(batch);
        if (!db_query(cx, &rows, SQL_EVENT_CHAIN, DB_ID(cx->tenant_id), DB_INT(w->no),
                      DB_INT(VERIFY_BATCH)))
            return false;
        while (db_next(&rows)) {
            struct link e = link_from_row(&rows.row);

            w->last = e.id;
            w->is_whole = is_link_whole(cx, &e, w->no + 1, w->hash, hash);
            if (!w->is_whole)
                return true;
            memcpy(w->hash, hash, sizeof(hash));
            w->no++;
        }
    } while (rows.count == VERIFY_BATCH);
    return true;
}

bool event_chain_verify(struct ctx *cx, struct id *broken_at, int64_t *checked)
{
    struct walk w = {.is_whole = true};
    struct arena *outer = cx->mem;
    uint8_t end_hash[CRYPTO_HASH_SIZE];
    uint8_t late_hash[CRYPTO_HASH_SIZE];
    int64_t end_no;
    int64_t late_no;
    bool ok;

    if (!read_end(cx, &end_no, end_hash))
        return false;
    /* A chain may be long: its rows go batch by batch. */
    cx->mem = arena_make(BATCH_BLOCK);
    ok = walk(cx, cx->mem, &w);
    arena_free(cx->mem);
    cx->mem = outer;
    if (!ok)
        return false;
    *checked = w.no;
    *broken_at = w.is_whole ? (struct id){{0}} : w.last;
    /* Events cut off the end: the chain's own row knows of more. (Links made since it was read are
     * fine.) With none left to name, the tenant stands for the fault. */
    if (w.is_whole && !read_end(cx, &late_no, late_hash))
        return false;
    if (w.is_whole && w.no > late_no) /* linked by somebody else than the chain's own job */
        *broken_at = w.last;
    if (w.is_whole &&
        (w.no < end_no || (w.no == end_no && memcmp(w.hash, end_hash, sizeof(end_hash)) != 0)))
        *broken_at = w.no > 0 ? w.last : cx->tenant_id;
    return true;
}
