#include "base/clock.h"
#include "base/crypto.h"
#include "base/utf8.h"
#include "licensing/access.h"
#include "licensing/licence_edit.h"
#include "licensing/licence_key.h"
#include "licensing/licence_move.h"
#include "licensing/licence_user.h"
#include "licensing/product.h"
#include "licensing/signing_key.h"

#include <string.h>

const struct err_kind ERR_LICENCE_KEY_TOO_SHORT = {ERR_CLASS_INVALID, "KEY_TOO_SHORT",
                                                   "A key has at least 6 characters."};
const struct err_kind ERR_LICENCE_KEY_TOO_LONG = {ERR_CLASS_INVALID, "KEY_TOO_LONG",
                                                  "A key has at most 16384 characters."};
const struct err_kind ERR_LICENCE_KEY_TAKEN = {ERR_CLASS_INVALID, "KEY_TAKEN",
                                               "Another licence has this key."};
const struct err_kind ERR_LICENCE_KEY_CONFLICT = {ERR_CLASS_INVALID, "KEY_CONFLICT",
                                                  "This key is another licence's id."};
const struct err_kind ERR_LICENCE_KEY_NOT_ALLOWED = {ERR_CLASS_INVALID, "KEY_NOT_ALLOWED",
                                                     "This word cannot be a key."};
const struct err_kind ERR_LICENCE_ID_CONFLICT = {ERR_CLASS_INVALID, "ID_CONFLICT",
                                                 "This id is in use."};
const struct err_kind ERR_LICENCE_POLICY_NOT_FOUND = {ERR_CLASS_INVALID, "POLICY_NOT_FOUND",
                                                      "There is no such policy."};
const struct err_kind ERR_LICENCE_OWNER_NOT_FOUND = {ERR_CLASS_INVALID, "OWNER_NOT_FOUND",
                                                     "There is no such person."};
const struct err_kind ERR_LICENCE_GROUP_NOT_FOUND = {ERR_CLASS_INVALID, "GROUP_NOT_FOUND",
                                                     "There is no such group."};
const struct err_kind ERR_LICENCE_GROUP_FULL = {ERR_CLASS_INVALID, "GROUP_LICENSE_LIMIT_EXCEEDED",
                                                "The group has all the licences it may have."};
enum { SERIAL_TRIES = 5 };

static const char SQL_LICENCE_ADD[] =
    "INSERT INTO licence (tenant_id, id, serial, product_id, policy_id, organisation_id, owner_id, "
    "group_id, name, key_text, key_hash, starts_at, expires_at, support_until, grace_days, "
    "is_trial, is_suspended, is_protected, last_check_in_at, note, metadata, created_at, "
    "updated_at, max_machines, max_processes, max_users, max_cores, max_memory, max_disk, "
    "max_uses) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
static const char SQL_LICENCE_ID_USED[] = "SELECT 1 FROM licence WHERE tenant_id = ? AND id = ?";
static const char SQL_LICENCE_SERIAL_USED[] =
    "SELECT 1 FROM licence WHERE tenant_id = ? AND serial = ?";
static const char SQL_OWNER[] =
    "SELECT p.email, g.group_id FROM person p LEFT JOIN licence_group_person g "
    "ON g.tenant_id = p.tenant_id AND g.person_id = p.id "
    "WHERE p.tenant_id = ? AND p.id = ? AND p.deleted_at IS NULL";
struct issue { /* a licence on its way into the table */
    const struct licence_draft *draft;
    struct id id;
    struct policy *policy;
    struct product *product;
    struct licence_own own;
    const char *owner_email;
    struct id group_id;
    int64_t expires_at;
    const char *key;
};

static bool exists(struct ctx *cx, const char *sql, struct db_arg what, bool *out)
{
    struct db_rows rows;

    if (!db_query(cx, &rows, sql, DB_ID(cx->tenant_id), what))
        return false;
    *out = rows.count > 0;
    return true;
}

/* The checks go on after a failure, so that one answer tells all that is wrong; only what the
 * database could not tell ends them. */
static bool check_key(struct ctx *cx, const struct issue *issue)
{
    static const char AT[] = "/data/attributes/key";
    const char *key = issue->draft->key;
    bool is_payload = issue->policy != NULL && issue->policy->scheme != NULL;
    struct id id;
    bool is_used;

    if (key == NULL)
        return true;
    if (utf8_count(key) < (is_payload ? 1 : LICENCE_KEY_MIN))
        err_also(&cx->err, cx->mem, &ERR_LICENCE_KEY_TOO_SHORT, AT, "key");
    if (strlen(key) > LICENCE_KEY_MAX)
        err_also(&cx->err, cx->mem, &ERR_LICENCE_KEY_TOO_LONG, AT, "key");
    if (strcmp(key, "action") == 0 || strcmp(key, "actions") == 0)
        err_also(&cx->err, cx->mem, &ERR_LICENCE_KEY_NOT_ALLOWED, AT, "reserved");
    if (!id_parse(key, &id))
        return true;
    if (!exists(cx, SQL_LICENCE_ID_USED, DB_ID(id), &is_used))
        return false;
    if (is_used)
        err_also(&cx->err, cx->mem, &ERR_LICENCE_KEY_CONFLICT, AT, "an id");
    return true;
}

/* The seats bought are its own limit, unless the draft tells that one too. */
static struct licence_own own_of(const struct licence_draft *draft)
{
    struct licence_own own = draft->own;

    if (draft->max_machines != 0 && (own.told & (1U << LICENCE_MACHINES)) == 0) {
        own.told |= 1U << LICENCE_MACHINES;
        own.limits[LICENCE_MACHINES] = draft->max_machines;
    }
    return own;
}

static bool read_policy(struct ctx *cx, struct issue *issue)
{
    if (!policy_get(cx, issue->draft->policy_id, &issue->policy)) {
        if (cx->err.kind != &ERR_NOT_FOUND)
            return false;
        err_clear(&cx->err);
        err_also(&cx->err, cx->mem, &ERR_LICENCE_POLICY_NOT_FOUND, "/data/relationships/policy",
                 "policy %s", id_text(cx->mem, issue->draft->policy_id));
        return true;
    }
    issue->own = own_of(issue->draft);
    issue->expires_at = issue->draft->expires_at;
    if (issue->expires_at == 0 && issue->policy->duration_seconds != 0 &&
        issue->policy->expiration_basis == POLICY_FROM_CREATION)
        issue->expires_at = clock_add_duration(cx->now, issue->policy->duration_seconds);
    if (!product_get(cx, issue->policy->product_id, &issue->product))
        return false;
    licence_edit_check(cx, issue->policy, issue->draft->name, &issue->own);
    return true;
}

static bool read_owner(struct ctx *cx, struct issue *issue)
{
    struct db_rows rows;

    issue->group_id = issue->draft->group_id;
    if (id_is_zero(issue->draft->owner_id))
        return true;
    if (!db_query(cx, &rows, SQL_OWNER, DB_ID(cx->tenant_id), DB_ID(issue->draft->owner_id)))
        return false;
    if (!db_next(&rows)) {
        err_also(&cx->err, cx->mem, &ERR_LICENCE_OWNER_NOT_FOUND, "/data/relationships/owner",
                 "person %s", id_text(cx->mem, issue->draft->owner_id));
        return true;
    }
    issue->owner_email = db_text(&rows.row, 0);
    if (id_is_zero(issue->group_id))
        issue->group_id = db_id(&rows.row, 1);
    if (issue->policy != NULL && (issue->own.told & (1U << LICENCE_USERS)) != 0 &&
        issue->own.limits[LICENCE_USERS] == 0 && !policy_allows(issue->policy->overage, 1, 0))
        err_also(&cx->err, cx->mem, &ERR_LICENCE_USERS_FULL, "/data/relationships/users", "owner");
    return true;
}

/* --- keys --- */

static const char *when(struct ctx *cx, int64_t at)
{
    char text[CLOCK_ISO_SIZE];

    if (at == 0)
        return NULL;
    clock_iso(at, text);
    return arena_dup(cx->mem, text);
}

/* What a signed key says when the draft gives no text: the protocol's members in their order. */
static const char *own_payload(struct ctx *cx, const struct issue *issue)
{
    struct str s = str_new(cx->mem);

    str_fmt(&s, "{\"account\":{\"id\":\"%s\"}", id_text(cx->mem, cx->tenant_id));
    str_fmt(&s, ",\"product\":{\"id\":\"%s\"}", id_text(cx->mem, issue->product->id));
    str_fmt(&s, ",\"policy\":{\"id\":\"%s\",\"duration\":", id_text(cx->mem, issue->policy->id));
    if (issue->policy->duration_seconds != 0)
        str_i64(&s, issue->policy->duration_seconds);
    else
        str_add(&s, "null");
    str_add(&s, "},\"user\":");
    if (issue->owner_email != NULL) {
        str_fmt(&s, "{\"id\":\"%s\",\"email\":", id_text(cx->mem, issue->draft->owner_id));
        str_json(&s, issue->owner_email);
        str_char(&s, '}');
    } else {
        str_add(&s, "null");
    }
    str_fmt(&s, ",\"license\":{\"id\":\"%s\",\"created\":\"%s\",\"expiry\":",
            id_text(cx->mem, issue->id), when(cx, cx->now));
    if (issue->expires_at != 0)
        str_fmt(&s, "\"%s\"", when(cx, issue->expires_at));
    else
        str_add(&s, "null");
    str_add(&s, "}}");
    return s.p;
}

static const char *given_payload(struct ctx *cx, const struct issue *issue)
{
    int64_t duration = issue->policy->duration_seconds;
    bool has_owner = issue->owner_email != NULL;

    return licence_key_fill(
        cx->mem, issue->draft->key,
        &(struct licence_key_names){
            .id = id_text(cx->mem, issue->id),
            .account = id_text(cx->mem, cx->tenant_id),
            .product = id_text(cx->mem, issue->product->id),
            .policy = id_text(cx->mem, issue->policy->id),
            .user = has_owner ? id_text(cx->mem, issue->draft->owner_id) : NULL,
            .email = issue->owner_email,
            .created = when(cx, cx->now),
            .expiry = when(cx, issue->expires_at),
            .duration = duration != 0 ? arena_printf(cx->mem, "%lld", (long long)duration) : NULL,
        });
}

static bool sign(void *with, const void *bytes, size_t len, uint8_t out[CRYPTO_SIGNATURE_SIZE])
{
    return signing_key_sign(with, bytes, len, out);
}

static bool make_key(struct ctx *cx, struct issue *issue)
{
    const char *payload;

    if (issue->policy->scheme == NULL) {
        issue->key = issue->draft->key != NULL ? issue->draft->key : licence_key_plain(cx->mem);
        return true;
    }
    payload = issue->draft->key != NULL ? given_payload(cx, issue) : own_payload(cx, issue);
    return licence_key_sign(cx->mem, span_of(payload), sign, cx, &issue->key);
}

/* --- the row --- */

static bool free_serial(struct ctx *cx, const struct issue *issue, const char **out)
{
    bool is_used = true;

    for (int i = 0; i < SERIAL_TRIES && is_used; i++) {
        *out = licence_key_serial(cx->mem, issue->product->serial_prefix);
        if (!exists(cx, SQL_LICENCE_SERIAL_USED, DB_TEXT(*out), &is_used))
            return false;
    }
    return !is_used || err_set(&cx->err, &ERR_BUSY, "no free serial found");
}

static struct db_arg limit_arg(const struct issue *issue, enum licence_limit limit)
{
    bool is_told = (issue->own.told & (1U << limit)) != 0;

    return is_told && issue->own.limits[limit] != POLICY_NO_LIMIT ? DB_INT(issue->own.limits[limit])
                                                                  : DB_NULL;
}

static bool insert(struct ctx *cx, const struct issue *issue)
{
    const struct licence_draft *d = issue->draft;
    uint8_t hash[CRYPTO_HASH_SIZE];
    const char *serial;

    if (!free_serial(cx, issue, &serial))
        return false;
    crypto_sha256(issue->key, strlen(issue->key), hash);
    return db_exec(
        cx, NULL, SQL_LICENCE_ADD, DB_ID(cx->tenant_id), DB_ID(issue->id), DB_TEXT(serial),
        DB_ID(issue->product->id), DB_ID(issue->policy->id), DB_ID_OR_NULL(d->organisation_id),
        DB_ID_OR_NULL(d->owner_id), DB_ID_OR_NULL(issue->group_id), DB_TEXT(d->name),
        DB_TEXT(issue->key), DB_BYTES(hash, sizeof hash),
        DB_TIME(d->starts_at != 0 ? d->starts_at : cx->now), DB_TIME(issue->expires_at),
        DB_TIME(d->support_until), DB_INT(d->grace_days), DB_BOOL(d->is_trial),
        DB_BOOL(d->is_suspended), d->has_protected ? DB_BOOL(d->is_protected) : DB_NULL,
        DB_TIME(issue->policy->require_check_in ? cx->now : 0),
        DB_TEXT(d->note != NULL ? d->note : ""), DB_TEXT(d->metadata != NULL ? d->metadata : "{}"),
        DB_TIME(cx->now), DB_TIME(cx->now), limit_arg(issue, LICENCE_MACHINES),
        limit_arg(issue, LICENCE_PROCESSES), limit_arg(issue, LICENCE_USERS),
        limit_arg(issue, LICENCE_CORES), limit_arg(issue, LICENCE_MEMORY),
        limit_arg(issue, LICENCE_DISK), limit_arg(issue, LICENCE_USES));
}

/* *is_ours: the id is one that we made, so an earlier try of this very call had committed. */
static bool name_conflict(struct ctx *cx, const struct issue *issue, bool *is_ours)
{
    const char *key = cx->err.kind == &ERR_CONFLICT ? db_duplicate_key(cx) : "";

    if (strcmp(key, "licence_key") == 0) {
        err_clear(&cx->err);
        return err_set_at(&cx->err, &ERR_LICENCE_KEY_TAKEN, "/data/attributes/key", "key");
    }
    if (strcmp(key, "PRIMARY") != 0)
        return false;
    err_clear(&cx->err);
    *is_ours = id_is_zero(issue->draft->id);
    return *is_ours || err_set_at(&cx->err, &ERR_LICENCE_ID_CONFLICT, "/data/id", "licence %s",
                                  id_text(cx->mem, issue->id));
}

static bool prepare(struct ctx *cx, struct issue *issue)
{
    return read_policy(cx, issue) && check_key(cx, issue) && read_owner(cx, issue) &&
           (id_is_zero(issue->group_id) || licence_move_room(cx, issue->group_id)) &&
           cx->err.kind == NULL && make_key(cx, issue);
}

bool licence_issue(struct ctx *cx, const struct licence_draft *draft, struct licence **out)
{
    struct issue issue = {.draft = draft};
    bool is_ours = false;
    struct licence *l;

    if (!access_manage(cx, ACTION_CREATE))
        return false;
    issue.id = id_is_zero(draft->id) ? ctx_new_id(cx) : draft->id;
    if (!db_begin(cx))
        return false;
    if (!prepare(cx, &issue))
        goto rollback;
    if (!insert(cx, &issue) && !name_conflict(cx, &issue, &is_ours))
        goto rollback;
    if (is_ours) {
        db_rollback(cx);
        return licence_get(cx, issue.id, out);
    }
    if (!licence_get(cx, issue.id, &l) ||
        !event_emit(cx, EVENT_LICENCE_ISSUED, issue.id,
                    json_own(cx->mem, json_pack("{s:s}", "serial", l->serial))))
        goto rollback;
    if (!db_commit(cx))
        return false;
    *out = l;
    return true;

rollback:
    db_rollback(cx);
    return false;
}
