#include "portal/account/second_factor.h"

#include "base/clock.h"
#include "base/crypto.h"
#include "base/parse.h"
#include "db/event.h"
#include "db/installation_secret.h"

#include <string.h>

enum {
    SECRET_SIZE = 20,
    CODE_MAX = 999999,
    CODE_DIGITS = 6,
    RECOVERY_BYTES = 7,
    RECOVERY_CHARS = 10
};

const struct err_kind ERR_SECOND_FACTOR_CODE = {
    ERR_CLASS_INVALID, "CODE_WRONG",
    "This code is not right or too old. Check the clock of your device and enter the next one."};

/* --- texts --- */

static const char *base32(struct arena *mem, const uint8_t *bytes, size_t len)
{
    static const char DIGITS[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    struct str s = str_new(mem);
    uint32_t held = 0;
    unsigned bits = 0;

    for (size_t i = 0; i < len; i++) {
        held = held << 8 | bytes[i];
        for (bits += 8; bits >= 5; bits -= 5)
            str_char(&s, DIGITS[held >> (bits - 5) & 31U]);
    }
    if (bits > 0)
        str_char(&s, DIGITS[held << (5 - bits) & 31U]);
    return s.p;
}

/* What was typed without blanks and hyphens, in capitals. */
static char *clean(struct arena *mem, const char *code)
{
    char *out = arena_dup(mem, code);
    size_t n = 0;

    for (const char *c = code; *c; c++) {
        if (*c != ' ' && *c != '-')
            out[n++] = (char)(*c >= 'a' && *c <= 'z' ? *c - 'a' + 'A' : *c);
    }
    out[n] = '\0';
    return out;
}

/* --- the secret --- */

const char *second_factor_context(struct arena *mem, struct id person_id)
{
    return arena_printf(mem, "credential.totp:%s", id_text(mem, person_id));
}

static bool unseal(struct ctx *cx, struct id person_id, struct span sealed, uint8_t **secret,
                   size_t *len)
{
    return crypto_open(cx->master, cx->mem, second_factor_context(cx->mem, person_id),
                       (const uint8_t *)sealed.p, sealed.len, secret, len) ||
           err_set(&cx->err, &ERR_INTERNAL, "second step of %s does not open",
                   id_text(cx->mem, person_id));
}

/* The step whose code this is, within the window around now; 0 for none. */
static int64_t step_of(const struct ctx *cx, const uint8_t *secret, size_t len, const char *code)
{
    int64_t now = cx->now / (SECOND_FACTOR_STEP_SECONDS * CLOCK_SECOND);
    int64_t number;

    if (strlen(code) != CODE_DIGITS || !parse_i64(code, 0, CODE_MAX, &number))
        return 0;
    for (int64_t step = now - SECOND_FACTOR_WINDOW; step <= now + SECOND_FACTOR_WINDOW; step++) {
        unsigned right = crypto_totp(secret, len, (uint64_t)step);
        unsigned given = (unsigned)number;

        if (crypto_equal(&right, &given, sizeof(right)))
            return step;
    }
    return 0;
}

/* --- offering and confirming --- */

static const char SQL_FACTOR_IS_ON[] =
    "SELECT totp_sealed IS NOT NULL FROM credential WHERE tenant_id = ? AND person_id = ?";

bool second_factor_is_on(struct ctx *cx, struct id person_id, bool *is_on)
{
    struct db_rows rows;

    if (!db_query(cx, &rows, SQL_FACTOR_IS_ON, DB_ID(cx->tenant_id), DB_ID(person_id)))
        return false;
    *is_on = db_next(&rows) && db_bool(&rows.row, 0);
    return true;
}

/* Who signs in otherwise has none yet. */
static const char SQL_FACTOR_CREDENTIAL[] =
    "INSERT IGNORE INTO credential (tenant_id, person_id) VALUES (?, ?)";
static const char SQL_FACTOR_OFFER[] =
    "UPDATE credential SET totp_offered = ? WHERE tenant_id = ? AND person_id = ? "
    "AND totp_sealed IS NULL";

bool second_factor_offer(struct ctx *cx, struct id person_id, const char **secret)
{
    uint8_t bytes[SECRET_SIZE];
    uint8_t *sealed;
    size_t sealed_len;
    int64_t found;

    crypto_random(bytes, sizeof(bytes));
    crypto_seal(cx->master, cx->mem, second_factor_context(cx->mem, person_id), bytes,
                sizeof(bytes), &sealed, &sealed_len);
    if (!db_exec(cx, NULL, SQL_FACTOR_CREDENTIAL, DB_ID(cx->tenant_id), DB_ID(person_id)) ||
        !db_exec(cx, &found, SQL_FACTOR_OFFER, DB_BYTES(sealed, sealed_len), DB_ID(cx->tenant_id),
                 DB_ID(person_id)))
        return false;
    if (found == 0)
        return err_set(&cx->err, &ERR_CONFLICT, "no credential of %s, or a second step is on",
                       id_text(cx->mem, person_id));
    *secret = base32(cx->mem, bytes, sizeof(bytes));
    crypto_wipe(bytes, sizeof(bytes));
    return true;
}

static const char SQL_FACTOR_OFFERED[] =
    "SELECT totp_offered FROM credential WHERE tenant_id = ? AND person_id = ? "
    "AND totp_offered IS NOT NULL";

static bool offered(struct ctx *cx, struct id person_id, struct span *sealed, bool *is_there)
{
    struct db_rows rows;

    if (!db_query(cx, &rows, SQL_FACTOR_OFFERED, DB_ID(cx->tenant_id), DB_ID(person_id)))
        return false;
    *is_there = db_next(&rows);
    if (*is_there)
        *sealed = db_bytes(&rows.row, 0);
    return true;
}

bool second_factor_offered(struct ctx *cx, struct id person_id, const char **secret)
{
    struct span sealed;
    uint8_t *bytes;
    size_t len;
    bool is_there;

    *secret = NULL;
    if (!offered(cx, person_id, &sealed, &is_there))
        return false;
    if (!is_there)
        return true;
    if (!unseal(cx, person_id, sealed, &bytes, &len))
        return false;
    *secret = base32(cx->mem, bytes, len);
    return true;
}

static const char SQL_FACTOR_SWITCH_ON[] =
    "UPDATE credential SET totp_sealed = totp_offered, totp_offered = NULL, totp_step = ? "
    "WHERE tenant_id = ? AND person_id = ?";
static const char SQL_RECOVERY_DELETE[] =
    "DELETE FROM recovery_code WHERE tenant_id = ? AND person_id = ?";
static const char SQL_RECOVERY_INSERT[] =
    "INSERT INTO recovery_code (tenant_id, person_id, code_hash) VALUES (?, ?, ?)";

/* Keyed, since the codes are short: a stolen database alone does not let them be guessed. */
static bool hash_recovery(struct ctx *cx, struct id person_id, const char *code,
                          uint8_t out[CRYPTO_HASH_SIZE])
{
    const char *text = arena_printf(cx->mem, "%s:%s", id_text(cx->mem, person_id), code);
    uint8_t key[CRYPTO_HASH_SIZE];

    if (!installation_secret_get(cx, SECOND_FACTOR_RECOVERY_KEY, key))
        return false;
    crypto_mac(key, sizeof(key), text, strlen(text), out);
    crypto_wipe(key, sizeof(key));
    return true;
}

static bool make_recovery(struct ctx *cx, struct id person_id, const char ***out)
{
    const char **codes = arena_array(cx->mem, const char *, SECOND_FACTOR_RECOVERY_CODES);

    if (!db_exec(cx, NULL, SQL_RECOVERY_DELETE, DB_ID(cx->tenant_id), DB_ID(person_id)))
        return false;
    for (int i = 0; i < SECOND_FACTOR_RECOVERY_CODES; i++) {
        uint8_t bytes[RECOVERY_BYTES];
        uint8_t hash[CRYPTO_HASH_SIZE];
        char *text;

        crypto_random(bytes, sizeof(bytes));
        text = arena_dup(cx->mem, base32(cx->mem, bytes, sizeof(bytes)));
        text[RECOVERY_CHARS] = '\0';
        if (!hash_recovery(cx, person_id, text, hash) ||
            !db_exec(cx, NULL, SQL_RECOVERY_INSERT, DB_ID(cx->tenant_id), DB_ID(person_id),
                     DB_BYTES(hash, sizeof(hash))))
            return false;
        codes[i] = arena_printf(cx->mem, "%.5s-%s", text, text + 5);
    }
    *out = codes;
    return true;
}

static bool tell(struct ctx *cx, struct id person_id, const char *change)
{
    return event_emit(cx, EVENT_PERSON_UPDATED, person_id,
                      json_own(cx->mem, json_pack("{s:s}", "change", change)));
}

bool second_factor_confirm(struct ctx *cx, struct id person_id, const char *code,
                           const char ***recovery)
{
    struct span sealed;
    uint8_t *secret;
    size_t len;
    int64_t step = 0;
    bool is_there;

    if (!offered(cx, person_id, &sealed, &is_there) ||
        (is_there && !unseal(cx, person_id, sealed, &secret, &len)))
        return false;
    if (is_there)
        step = step_of(cx, secret, len, clean(cx->mem, code));
    if (step == 0)
        return err_set_at(&cx->err, &ERR_SECOND_FACTOR_CODE, "code", "first code is wrong");
    if (!db_begin(cx))
        return false;
    if (!db_exec(cx, NULL, SQL_FACTOR_SWITCH_ON, DB_INT(step), DB_ID(cx->tenant_id),
                 DB_ID(person_id)) ||
        !make_recovery(cx, person_id, recovery) || !tell(cx, person_id, "second_factor_on")) {
        db_rollback(cx);
        return false;
    }
    return db_commit(cx);
}

/* --- using --- */

static const char SQL_FACTOR_SECRET[] =
    "SELECT totp_sealed FROM credential WHERE tenant_id = ? AND person_id = ? "
    "AND totp_sealed IS NOT NULL";
/* A code that was seen on its way is worth nothing: each step is taken once. */
static const char SQL_FACTOR_TAKE[] =
    "UPDATE credential SET totp_step = ? WHERE tenant_id = ? AND person_id = ? AND totp_step < ?";
static const char SQL_RECOVERY_TAKE[] =
    "UPDATE recovery_code SET used_at = ? WHERE tenant_id = ? AND person_id = ? AND code_hash = ? "
    "AND used_at IS NULL";

static bool use_recovery(struct ctx *cx, struct id person_id, const char *code, bool *matches)
{
    uint8_t hash[CRYPTO_HASH_SIZE];
    int64_t taken;

    if (!hash_recovery(cx, person_id, code, hash) ||
        !db_exec(cx, &taken, SQL_RECOVERY_TAKE, DB_TIME(cx->now), DB_ID(cx->tenant_id),
                 DB_ID(person_id), DB_BYTES(hash, sizeof(hash))))
        return false;
    *matches = taken > 0;
    return true;
}

bool second_factor_use(struct ctx *cx, struct id person_id, const char *code, bool *matches)
{
    const char *typed = clean(cx->mem, code);
    struct db_rows rows;
    uint8_t *secret;
    size_t len;
    int64_t step;
    int64_t taken;

    if (strlen(typed) == RECOVERY_CHARS)
        return use_recovery(cx, person_id, typed, matches);
    *matches = false;
    if (!db_query(cx, &rows, SQL_FACTOR_SECRET, DB_ID(cx->tenant_id), DB_ID(person_id)))
        return false;
    if (!db_next(&rows))
        return true;
    if (!unseal(cx, person_id, db_bytes(&rows.row, 0), &secret, &len))
        return false;
    step = step_of(cx, secret, len, typed);
    if (step == 0)
        return true;
    if (!db_exec(cx, &taken, SQL_FACTOR_TAKE, DB_INT(step), DB_ID(cx->tenant_id), DB_ID(person_id),
                 DB_INT(step)))
        return false;
    *matches = taken > 0;
    return true;
}

/* --- removing --- */

static const char SQL_FACTOR_PERSON[] =
    "SELECT (SELECT COUNT(*) FROM staff_member sm WHERE sm.tenant_id = p.tenant_id "
    "AND sm.person_id = p.id) FROM person p WHERE p.tenant_id = ? AND p.id = ?";
static const char SQL_FACTOR_REMOVE[] =
    "UPDATE credential SET totp_sealed = NULL, totp_offered = NULL, totp_step = 0 "
    "WHERE tenant_id = ? AND person_id = ?";

static bool check_may_remove(struct ctx *cx, struct id person_id)
{
    struct db_rows rows;

    if (id_equal(cx->viewer.person_id, person_id))
        return true;
    if (!db_query(cx, &rows, SQL_FACTOR_PERSON, DB_ID(cx->tenant_id), DB_ID(person_id)))
        return false;
    if (!db_next(&rows))
        return err_set(&cx->err, &ERR_NOT_FOUND, "person %s", id_text(cx->mem, person_id));
    return (cx->viewer.kind != VIEWER_CUSTOMER &&
            viewer_has(&cx->viewer, db_i64(&rows.row, 0) > 0 ? RIGHT_SETTINGS_UPDATE
                                                             : RIGHT_CUSTOMERS_UPDATE)) ||
           err_set(&cx->err, &ERR_DENIED, "second step of %s", id_text(cx->mem, person_id));
}

bool second_factor_remove(struct ctx *cx, struct id person_id)
{
    if (!check_may_remove(cx, person_id) || !db_begin(cx))
        return false;
    if (!db_exec(cx, NULL, SQL_FACTOR_REMOVE, DB_ID(cx->tenant_id), DB_ID(person_id)) ||
        !db_exec(cx, NULL, SQL_RECOVERY_DELETE, DB_ID(cx->tenant_id), DB_ID(person_id)) ||
        !tell(cx, person_id, "second_factor_off")) {
        db_rollback(cx);
        return false;
    }
    return db_commit(cx);
}
