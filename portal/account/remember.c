#include "portal/account/remember.h"

#include "base/clock.h"
#include "base/crypto.h"
#include "base/parse.h"
#include "base/utf8.h"
#include "db/event.h"
#include "portal/account/login.h"
#include "portal/account/sign_in_rule.h"

#include <string.h>

enum { PART_LEN = 2 * CRYPTO_TOKEN_BYTES, AGENT_MAX = 255 };

/* --- tokens --- */

/* "selector.secret": the selector finds the row, the secret is held against it in constant time. */
struct parts {
    uint8_t selector[CRYPTO_HASH_SIZE], secret[CRYPTO_HASH_SIZE]; /* hashed */
};

static bool is_part(const char *text)
{
    uint8_t bytes[CRYPTO_TOKEN_BYTES];

    return strlen(text) == PART_LEN && parse_hex(text, bytes, sizeof bytes);
}

static bool cut(struct arena *mem, const char *cookie, struct parts *out)
{
    const char *selector, *secret;

    if (cookie == NULL || strlen(cookie) != 2 * PART_LEN + 1 || cookie[PART_LEN] != '.')
        return false;
    selector = arena_dup_bytes(mem, cookie, PART_LEN);
    secret = cookie + PART_LEN + 1;
    if (!is_part(selector) || !is_part(secret))
        return false;
    crypto_sha256(selector, PART_LEN, out->selector);
    crypto_sha256(secret, PART_LEN, out->secret);
    return true;
}

static const char *selector_of(struct arena *mem, const char *cookie)
{
    return arena_dup_bytes(mem, cookie, PART_LEN);
}

static const char *agent_of(struct arena *mem, const struct session_visit *visit)
{
    const char *agent = visit->agent != NULL ? visit->agent : "";

    if (!utf8_valid(agent, strlen(agent)))
        agent = "";
    return arena_dup_bytes(mem, agent, utf8_prefix(agent, AGENT_MAX));
}

/* --- who may --- */

static const char SQL_REMEMBER_IS_STAFF[] =
    "SELECT 1 FROM staff_member WHERE tenant_id = ? AND person_id = ?";

/* *days is 0 where a device of this person is not remembered. */
static bool days_for(struct ctx *cx, struct id person_id, int64_t *days)
{
    struct sign_in_rule rule;
    struct db_rows rows;

    if (!sign_in_rule_get(cx, &rule) ||
        !db_query(cx, &rows, SQL_REMEMBER_IS_STAFF, DB_ID(cx->tenant_id), DB_ID(person_id)))
        return false;
    *days = rows.count > 0 && !rule.remembers_staff ? 0 : rule.remember_days;
    return true;
}

/* --- the beginning --- */

static const char SQL_REMEMBER_ADD[] =
    "INSERT INTO remembered (tenant_id, id, selector_hash, secret_hash, rotated_at, person_id, "
    "address, agent, created_at, used_at, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
static const char SQL_REMEMBER_JOIN[] =
    "UPDATE session SET remembered_id = ? WHERE tenant_id = ? AND id = ?";

static bool tell(struct ctx *cx, struct id person_id, const char *change)
{
    return event_emit(cx, EVENT_PERSON_UPDATED, person_id,
                      json_own(cx->mem, json_pack("{s:s}", "change", change)));
}

static bool join(struct ctx *cx, struct session *session, struct id id)
{
    session->remembered_id = id;
    return db_exec(cx, NULL, SQL_REMEMBER_JOIN, DB_ID(id), DB_ID(cx->tenant_id),
                   DB_ID(session->id));
}

bool remember_start(struct ctx *cx, const struct session_visit *visit, struct session *session,
                    const char **cookie, int64_t *days)
{
    const char *text = arena_printf(cx->mem, "%s.%s", crypto_token(cx->mem, CRYPTO_TOKEN_BYTES),
                                    crypto_token(cx->mem, CRYPTO_TOKEN_BYTES));
    const struct id id = ctx_new_id(cx);
    struct parts parts;

    *cookie = NULL;
    if (!days_for(cx, session->person_id, days))
        return false;
    if (*days == 0)
        return true;
    if (!cut(cx->mem, text, &parts) || !db_begin(cx))
        return false;
    if (!db_exec(cx, NULL, SQL_REMEMBER_ADD, DB_ID(cx->tenant_id), DB_ID(id),
                 DB_BYTES(parts.selector, sizeof parts.selector),
                 DB_BYTES(parts.secret, sizeof parts.secret), DB_TIME(cx->now),
                 DB_ID(session->person_id), DB_TEXT(visit->address),
                 DB_TEXT(agent_of(cx->mem, visit)), DB_TIME(cx->now), DB_TIME(cx->now),
                 DB_TIME(cx->now + *days * CLOCK_DAY)) ||
        !join(cx, session, id) || !tell(cx, session->person_id, "device_remembered")) {
        db_rollback(cx);
        return false;
    }
    *cookie = text;
    return db_commit(cx);
}

/* --- its row --- */

static const char SQL_REMEMBER_GET[] =
    "SELECT r.id, r.person_id, r.secret_hash, r.previous_hash, r.rotated_at, r.agent, "
    "r.expires_at, p.email, c.totp_sealed IS NOT NULL, p.is_disabled OR p.is_banned "
    "OR p.deleted_at IS NOT NULL FROM remembered r JOIN person p ON p.tenant_id = r.tenant_id "
    "AND p.id = r.person_id LEFT JOIN credential c ON c.tenant_id = p.tenant_id "
    "AND c.person_id = p.id WHERE r.tenant_id = ? AND r.selector_hash = ? AND r.expires_at > ?";
/* Written first, so that two with one token are judged one after the other. */
static const char SQL_REMEMBER_QUEUE[] =
    "UPDATE remembered SET used_at = ? WHERE tenant_id = ? AND selector_hash = ?";
static const char SQL_REMEMBER_ROTATE[] =
    "UPDATE remembered SET previous_hash = secret_hash, secret_hash = ?, rotated_at = ?, "
    "address = ?, agent = ? WHERE tenant_id = ? AND id = ?";
static const char SQL_REMEMBER_REMOVE[] = "DELETE FROM remembered WHERE tenant_id = ? AND id = ?";
static const char SQL_REMEMBER_SESSIONS[] =
    "DELETE FROM session WHERE tenant_id = ? AND remembered_id = ?";

struct device {
    struct id id, person_id; /* zero: none */
    const char *secret_hash, *previous_hash;
    int64_t rotated_at, expires_at;
    const char *agent, *email;
    bool has_second_step, is_shut_out;
};

static bool read(struct ctx *cx, const struct parts *parts, struct device *out)
{
    struct db_rows rows;

    *out = (struct device){.agent = ""};
    if (!db_query(cx, &rows, SQL_REMEMBER_GET, DB_ID(cx->tenant_id),
                  DB_BYTES(parts->selector, sizeof parts->selector), DB_TIME(cx->now)))
        return false;
    if (!db_next(&rows))
        return true;
    *out =
        (struct device){.id = db_id(&rows.row, 0),
                        .person_id = db_id(&rows.row, 1),
                        .secret_hash = db_bytes(&rows.row, 2).p,
                        .previous_hash = db_is_null(&rows.row, 3) ? NULL : db_bytes(&rows.row, 3).p,
                        .rotated_at = db_time(&rows.row, 4),
                        .agent = db_text(&rows.row, 5),
                        .expires_at = db_time(&rows.row, 6),
                        .email = db_text(&rows.row, 7),
                        .has_second_step = db_bool(&rows.row, 8),
                        .is_shut_out = db_bool(&rows.row, 9)};
    return true;
}

static bool remove_device(struct ctx *cx, struct id id)
{
    return db_exec(cx, NULL, SQL_REMEMBER_SESSIONS, DB_ID(cx->tenant_id), DB_ID(id)) &&
           db_exec(cx, NULL, SQL_REMEMBER_REMOVE, DB_ID(cx->tenant_id), DB_ID(id));
}

bool remember_join(struct ctx *cx, const char *cookie, struct session *session, bool *is_kept)
{
    struct device device;
    struct parts parts;

    *is_kept = false;
    if (!cut(cx->mem, cookie, &parts))
        return true;
    if (!read(cx, &parts, &device))
        return false;
    *is_kept = !id_is_zero(device.id) && id_equal(device.person_id, session->person_id) &&
               crypto_equal(parts.secret, device.secret_hash, sizeof parts.secret);
    return *is_kept ? join(cx, session, device.id) : remember_drop(cx, cookie);
}

bool remember_drop(struct ctx *cx, const char *cookie)
{
    struct device device;
    struct parts parts;

    if (!cut(cx->mem, cookie, &parts))
        return true;
    if (!read(cx, &parts, &device))
        return false;
    return id_is_zero(device.id) ||
           !crypto_equal(parts.secret, device.secret_hash, sizeof parts.secret) ||
           remove_device(cx, device.id);
}

/* --- its use --- */

enum verdict { VERDICT_NONE, VERDICT_GOOD, VERDICT_ON_ITS_WAY, VERDICT_COPY };

static enum verdict verdict_of(struct ctx *cx, const struct session_visit *visit,
                               const struct parts *parts, const struct device *device)
{
    bool is_lately = cx->now - device->rotated_at < REMEMBER_GRACE_SECONDS * CLOCK_SECOND;

    if (id_is_zero(device->id))
        return VERDICT_NONE;
    if (crypto_equal(parts->secret, device->secret_hash, sizeof parts->secret))
        return VERDICT_GOOD;
    return is_lately && device->previous_hash != NULL &&
                   crypto_equal(parts->secret, device->previous_hash, sizeof parts->secret) &&
                   strcmp(agent_of(cx->mem, visit), device->agent) == 0
               ? VERDICT_ON_ITS_WAY
               : VERDICT_COPY;
}

static bool rotate(struct ctx *cx, const struct session_visit *visit, const char *cookie,
                   const struct device *device, struct remember_use *out)
{
    const char *text = arena_printf(cx->mem, "%s.%s", selector_of(cx->mem, cookie),
                                    crypto_token(cx->mem, CRYPTO_TOKEN_BYTES));
    struct parts parts;

    out->cookie = text;
    out->seconds = (device->expires_at - cx->now) / CLOCK_SECOND;
    return cut(cx->mem, text, &parts) &&
           db_exec(cx, NULL, SQL_REMEMBER_ROTATE, DB_BYTES(parts.secret, sizeof parts.secret),
                   DB_TIME(cx->now), DB_TEXT(visit->address), DB_TEXT(agent_of(cx->mem, visit)),
                   DB_ID(cx->tenant_id), DB_ID(device->id));
}

static bool end_copied(struct ctx *cx, const struct session_visit *visit,
                       const struct device *device)
{
    return remove_device(cx, device->id) &&
           event_emit(cx, EVENT_PERSON_DEVICE_REUSED, device->person_id,
                      json_own(cx->mem, json_pack("{s:s,s:s}", "address", visit->address, "agent",
                                                  agent_of(cx->mem, visit))));
}

static bool take(struct ctx *cx, const struct session_visit *visit, const char *cookie,
                 struct session *session, struct remember_use *out)
{
    struct device device;
    enum verdict verdict;
    struct parts parts;
    int64_t days;

    if (!cut(cx->mem, cookie, &parts))
        return true;
    if (!db_exec(cx, NULL, SQL_REMEMBER_QUEUE, DB_TIME(cx->now), DB_ID(cx->tenant_id),
                 DB_BYTES(parts.selector, sizeof parts.selector)) ||
        !read(cx, &parts, &device))
        return false;
    verdict = verdict_of(cx, visit, &parts, &device);
    if (verdict == VERDICT_NONE)
        return true;
    if (verdict == VERDICT_COPY)
        return end_copied(cx, visit, &device);
    if (!days_for(cx, device.person_id, &days))
        return false;
    if (days == 0 || device.is_shut_out)
        return remove_device(cx, device.id);
    if (verdict == VERDICT_GOOD && !rotate(cx, visit, cookie, &device, out))
        return false;
    out->outcome = device.has_second_step ? REMEMBER_HALF : REMEMBER_SIGNED_IN;
    if (!login_record_remembered(cx, device.person_id, device.email, visit->address,
                                 device.has_second_step))
        return false;
    return device.has_second_step
               ? session_wait(cx, visit, session, device.person_id)
               : session_sign_in_remembered(cx, visit, session, device.person_id, device.id);
}

/* Whether nothing but the second step could come of it. */
static bool waits_for_step(struct ctx *cx, const char *cookie, bool *waits)
{
    struct device device;
    struct parts parts;

    *waits = false;
    if (!cut(cx->mem, cookie, &parts))
        return true;
    if (!read(cx, &parts, &device))
        return false;
    *waits = device.has_second_step;
    return true;
}

bool remember_use(struct ctx *cx, const struct session_visit *visit, const char *cookie,
                  bool halfway, struct session *session, struct remember_use *out)
{
    bool waits = false;

    *out = (struct remember_use){.outcome = REMEMBER_NOT};
    if (!halfway && !waits_for_step(cx, cookie, &waits))
        return false;
    if (waits) {
        out->outcome = REMEMBER_HALF;
        return true;
    }
    if (!db_begin(cx))
        return false;
    if (!take(cx, visit, cookie, session, out)) {
        db_rollback(cx);
        return false;
    }
    return db_commit(cx);
}

/* --- the list --- */

static const char SQL_REMEMBER_LIST[] =
    "SELECT id, address, agent, created_at, used_at, expires_at FROM remembered "
    "WHERE tenant_id = ? AND person_id = ? AND expires_at > ? ORDER BY used_at DESC, id LIMIT ?";
static const char SQL_REMEMBER_OWN[] =
    "SELECT 1 FROM remembered WHERE tenant_id = ? AND id = ? AND person_id = ?";

bool remember_list(struct ctx *cx, struct id person_id, struct remember_device **out, size_t *count)
{
    struct db_rows rows;

    if (!db_query(cx, &rows, SQL_REMEMBER_LIST, DB_ID(cx->tenant_id), DB_ID(person_id),
                  DB_TIME(cx->now), DB_INT(REMEMBER_LIST_MAX)))
        return false;
    *out = arena_array(cx->mem, struct remember_device, rows.count + 1);
    *count = 0;
    while (db_next(&rows))
        (*out)[(*count)++] = (struct remember_device){.id = db_id(&rows.row, 0),
                                                      .address = db_text(&rows.row, 1),
                                                      .agent = db_text(&rows.row, 2),
                                                      .created_at = db_time(&rows.row, 3),
                                                      .used_at = db_time(&rows.row, 4),
                                                      .expires_at = db_time(&rows.row, 5)};
    return true;
}

bool remember_end(struct ctx *cx, struct id person_id, struct id id)
{
    struct db_rows rows;

    if (!db_query(cx, &rows, SQL_REMEMBER_OWN, DB_ID(cx->tenant_id), DB_ID(id), DB_ID(person_id)))
        return false;
    if (!db_next(&rows))
        return err_set(&cx->err, &ERR_NOT_FOUND, "device %s", id_text(cx->mem, id));
    if (!db_begin(cx))
        return false;
    if (!remove_device(cx, id) || !tell(cx, person_id, "device_forgotten")) {
        db_rollback(cx);
        return false;
    }
    return db_commit(cx);
}

static const char SQL_REMEMBER_PURGE[] =
    "DELETE FROM remembered WHERE tenant_id = ? AND expires_at <= ? LIMIT ?";

bool remember_purge(struct ctx *cx, unsigned limit, int64_t *removed)
{
    return db_exec(cx, removed, SQL_REMEMBER_PURGE, DB_ID(cx->tenant_id), DB_TIME(cx->now),
                   DB_INT(limit));
}
