#include "licensing/token.h"

#include "base/clock.h"
#include "db/event.h"
#include "licensing/access.h"
#include "licensing/filter.h"
#include "licensing/signing_key.h"

#include <string.h>

enum { TOKEN_BYTES = 32, TOKEN_ACTIVATION_BYTES = 16 };

const char *const TOKEN_KIND_NAMES[] = {
    [TOKEN_ADMIN] = "admin-token",         [TOKEN_DEVELOPER] = "developer-token",
    [TOKEN_SALES] = "sales-token",         [TOKEN_SUPPORT] = "support-token",
    [TOKEN_READ_ONLY] = "read-only-token", [TOKEN_USER] = "user-token",
    [TOKEN_PRODUCT] = "product-token",     [TOKEN_ACTIVATION] = "activation-token",
};
_Static_assert(COUNT(TOKEN_KIND_NAMES) == TOKEN_KIND_COUNT, "name every kind");

const char *const TOKEN_ROLE_NAMES[] = {
    [TOKEN_ADMIN] = "admin",         [TOKEN_DEVELOPER] = "developer",
    [TOKEN_SALES] = "sales-agent",   [TOKEN_SUPPORT] = "support-agent",
    [TOKEN_READ_ONLY] = "read-only", [TOKEN_USER] = "user",
    [TOKEN_PRODUCT] = "product",     [TOKEN_ACTIVATION] = "license",
};
_Static_assert(COUNT(TOKEN_ROLE_NAMES) == TOKEN_KIND_COUNT, "name every role");

static const char *const PREFIXES[] = {
    [TOKEN_ADMIN] = "admin-",   [TOKEN_DEVELOPER] = "dev-",    [TOKEN_SALES] = "sales-",
    [TOKEN_SUPPORT] = "spprt-", [TOKEN_READ_ONLY] = "read-",   [TOKEN_USER] = "user-",
    [TOKEN_PRODUCT] = "prod-",  [TOKEN_ACTIVATION] = "activ-",
};
_Static_assert(COUNT(PREFIXES) == TOKEN_KIND_COUNT, "a prefix for every kind");

static const struct err_kind ERR_TOKEN_BEARER = {
    ERR_CLASS_INVALID, "BEARER_NOT_FOUND", "The token's bearer does not exist or does not fit it."};

static const char SQL_TOKEN_ADD[] =
    "INSERT INTO api_token (tenant_id, id, kind, digest, name, person_id, product_id, licence_id, "
    "expires_at, max_activations, max_deactivations, created_at, updated_at) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
#define TOKEN_FROM                                                              \
    "FROM api_token t "                                                         \
    "LEFT JOIN person b ON b.tenant_id = t.tenant_id AND b.id = t.person_id "   \
    "LEFT JOIN licence l ON l.tenant_id = t.tenant_id AND l.id = t.licence_id " \
    "LEFT JOIN person w ON w.tenant_id = t.tenant_id AND w.id = l.owner_id "    \
    "WHERE t.tenant_id = ? AND t.revoked_at IS NULL AND l.deleted_at IS NULL "
#define TOKEN_SELECT                                                                         \
    "SELECT t.id, t.kind, t.name, t.person_id, t.product_id, t.licence_id, t.expires_at, "   \
    "t.max_activations, t.activations, t.max_deactivations, t.deactivations, t.created_at, " \
    "t.updated_at, COALESCE(b.is_banned OR b.is_disabled OR b.deleted_at IS NOT NULL, "      \
    "w.is_banned, FALSE) " TOKEN_FROM
static const char SQL_TOKEN_FIND[] = TOKEN_SELECT "AND t.digest = ?";
static const char SQL_TOKEN_PAGE[] = TOKEN_SELECT;
static const char SQL_TOKEN_COUNT[] = "SELECT COUNT(*) " TOKEN_FROM;
static const struct filter_order TOKEN_ORDER = FILTER_ORDER("api_token", "t");
static const char SQL_TOKEN_RENEW[] =
    "UPDATE api_token SET digest = ?, expires_at = IF(expires_at IS NULL, NULL, ?), updated_at = ? "
    "WHERE tenant_id = ? AND id = ? AND revoked_at IS NULL";
static const char SQL_TOKEN_REVOKE[] =
    "UPDATE api_token SET revoked_at = ? WHERE tenant_id = ? AND id = ? AND revoked_at IS NULL";
static const char SQL_TOKEN_REVOKE_PERSON[] =
    "UPDATE api_token SET revoked_at = ? "
    "WHERE tenant_id = ? AND person_id = ? AND id <> ? AND revoked_at IS NULL";
static const char SQL_TENANT_SECRET[] = "SELECT token_secret FROM tenant WHERE id = ?";

const char *token_secret_context(struct arena *mem, struct id tenant_id)
{
    return arena_printf(mem, "tenant.token_secret:%s", id_text(mem, tenant_id));
}

bool token_secret_open(struct ctx *cx, uint8_t out[CRYPTO_HASH_SIZE])
{
    struct db_rows rows;
    struct span sealed;
    uint8_t *secret;
    size_t len;

    if (!db_query(cx, &rows, SQL_TENANT_SECRET, DB_ID(cx->tenant_id)))
        return false;
    if (!db_next(&rows))
        return err_set(&cx->err, &ERR_NOT_FOUND, "tenant %s", id_text(cx->mem, cx->tenant_id));
    sealed = db_bytes(&rows.row, 0);
    if (cx->master == NULL ||
        !crypto_open(cx->master, cx->mem, token_secret_context(cx->mem, cx->tenant_id),
                     (const uint8_t *)sealed.p, sealed.len, &secret, &len) ||
        len != CRYPTO_HASH_SIZE)
        return err_set(&cx->err, &ERR_SIGNING_KEY_SEALED, "token secret of tenant %s",
                       id_text(cx->mem, cx->tenant_id));
    memcpy(out, secret, len);
    crypto_wipe(secret, len);
    return true;
}

static bool bearer_fits(const struct token_draft *draft)
{
    bool has_person = !id_is_zero(draft->person_id);
    bool has_product = !id_is_zero(draft->product_id);
    bool has_licence = !id_is_zero(draft->licence_id);

    switch (draft->kind) {
    case TOKEN_ADMIN:
    case TOKEN_DEVELOPER:
    case TOKEN_SALES:
    case TOKEN_SUPPORT:
    case TOKEN_READ_ONLY:
        return !has_product && !has_licence;
    case TOKEN_USER:
        return has_person && !has_product && !has_licence;
    case TOKEN_PRODUCT:
        return has_product && !has_person && !has_licence;
    case TOKEN_ACTIVATION:
        return has_licence && !has_person && !has_product;
    case TOKEN_KIND_COUNT:
        break;
    }
    return false;
}

static struct db_arg limit_arg(int64_t limit)
{
    return limit == 0 ? DB_NULL : DB_INT(limit);
}

static bool digest_of(struct ctx *cx, const char *text, uint8_t digest[CRYPTO_HASH_SIZE])
{
    uint8_t secret[CRYPTO_HASH_SIZE];

    if (!token_secret_open(cx, secret))
        return false;
    crypto_mac(secret, sizeof secret, text, strlen(text), digest);
    crypto_wipe(secret, sizeof secret);
    return true;
}

static const char *new_text(struct ctx *cx, enum token_kind kind)
{
    return arena_printf(
        cx->mem, "%s%sv3", PREFIXES[kind],
        crypto_token(cx->mem, kind == TOKEN_ACTIVATION ? TOKEN_ACTIVATION_BYTES : TOKEN_BYTES));
}

static bool insert(struct ctx *cx, const struct token_draft *draft, const struct token *t)
{
    uint8_t digest[CRYPTO_HASH_SIZE];

    if (!digest_of(cx, t->text, digest))
        return false;
    if (!db_exec(cx, NULL, SQL_TOKEN_ADD, DB_ID(cx->tenant_id), DB_ID(t->id),
                 DB_TEXT(TOKEN_KIND_NAMES[t->kind]), DB_BYTES(digest, sizeof digest),
                 DB_TEXT(draft->name), DB_ID_OR_NULL(draft->person_id),
                 DB_ID_OR_NULL(draft->product_id), DB_ID_OR_NULL(draft->licence_id),
                 DB_TIME(draft->expires_at), limit_arg(draft->max_activations),
                 limit_arg(draft->max_deactivations), DB_TIME(cx->now), DB_TIME(cx->now)))
        return false;
    return event_emit(cx, EVENT_TOKEN_ISSUED, t->id,
                      json_own(cx->mem, json_pack("{s:s}", "kind", TOKEN_KIND_NAMES[t->kind])));
}

bool token_add(struct ctx *cx, const struct token_draft *draft, struct token **out)
{
    struct token *t = arena_new(cx->mem, struct token);

    if (!access_manage(cx, ACTION_CREATE))
        return false;
    if (!bearer_fits(draft))
        return err_set_at(&cx->err, &ERR_TOKEN_BEARER, "/data/relationships/bearer", "%s",
                          TOKEN_KIND_NAMES[draft->kind]);
    t->id = ctx_new_id(cx);
    t->kind = draft->kind;
    t->name = draft->name;
    t->person_id = draft->person_id;
    t->product_id = draft->product_id;
    t->licence_id = draft->licence_id;
    t->expires_at = draft->expires_at;
    t->max_activations = draft->max_activations;
    t->max_deactivations = draft->max_deactivations;
    t->created_at = t->updated_at = cx->now;
    t->text = new_text(cx, t->kind);
    if (!db_begin(cx))
        return false;
    if (!insert(cx, draft, t)) {
        db_rollback(cx);
        return false;
    }
    if (!db_commit(cx))
        return false;
    *out = t;
    return true;
}

static bool kind_parse(const char *name, enum token_kind *out)
{
    for (int i = 0; i < TOKEN_KIND_COUNT; i++)
        if (strcmp(TOKEN_KIND_NAMES[i], name) == 0) {
            *out = (enum token_kind)i;
            return true;
        }
    return false;
}

static bool from_row(struct ctx *cx, const struct db_row *row, struct token *t)
{
    t->id = db_id(row, 0);
    if (!kind_parse(db_text(row, 1), &t->kind))
        return err_set(&cx->err, &ERR_INTERNAL, "kind of token %s", id_text(cx->mem, t->id));
    t->name = db_text(row, 2);
    t->person_id = db_id(row, 3);
    t->product_id = db_id(row, 4);
    t->licence_id = db_id(row, 5);
    t->expires_at = db_time(row, 6);
    t->max_activations = db_i64(row, 7);
    t->activations = db_i64(row, 8);
    t->max_deactivations = db_i64(row, 9);
    t->deactivations = db_i64(row, 10);
    t->created_at = db_time(row, 11);
    t->updated_at = db_time(row, 12);
    t->is_bearer_banned = db_bool(row, 13);
    return true;
}

bool token_find(struct ctx *cx, const uint8_t secret[CRYPTO_HASH_SIZE], const char *text,
                struct token **out)
{
    uint8_t digest[CRYPTO_HASH_SIZE];
    struct db_rows rows;
    struct token *t;

    /* The digest is what is compared, by an index: its timing tells nothing about the text. */
    crypto_mac(secret, CRYPTO_HASH_SIZE, text, strlen(text), digest);
    *out = NULL;
    if (!db_query(cx, &rows, SQL_TOKEN_FIND, DB_ID(cx->tenant_id), DB_BYTES(digest, sizeof digest)))
        return false;
    if (!db_next(&rows))
        return true;
    t = arena_new(cx->mem, struct token);
    if (!from_row(cx, &rows.row, t))
        return false;
    *out = t;
    return true;
}

/* --- lists --- */

static void where_scope(struct where *w, const struct token_scope *scope)
{
    if (scope->is_all)
        return;
    where_add(w, "AND (t.id = ? ", DB_ID(scope->token_id));
    where_add(w, "OR t.person_id = ? ", DB_ID(scope->person_id));
    where_add(w, "OR t.licence_id = ? ", DB_ID(scope->licence_id));
    where_add(w, "OR t.product_id = ? ", DB_ID(scope->product_id));
    if (!id_is_zero(scope->product_id)) {
        where_add(w, "OR l.product_id = ? ", DB_ID(scope->product_id));
        where_add(w,
                  "OR t.kind = 'user-token' AND (t.person_id IN (SELECT o.owner_id FROM licence o "
                  "WHERE o.tenant_id = t.tenant_id AND o.deleted_at IS NULL AND o.product_id = ?) ",
                  DB_ID(scope->product_id));
        where_add(w,
                  "OR t.person_id IN (SELECT u.person_id FROM licence_user u JOIN licence o "
                  "ON o.tenant_id = u.tenant_id AND o.id = u.licence_id "
                  "WHERE u.tenant_id = t.tenant_id AND o.deleted_at IS NULL "
                  "AND o.product_id = ?)) ",
                  DB_ID(scope->product_id));
    }
    where_add(w, ") ", DB_NONE);
}

static void where_filter(struct ctx *cx, struct where *w, const char *head,
                         const struct token_filter *f)
{
    where_start(w, cx, head, &DB_ID(cx->tenant_id), 1);
    where_scope(w, &f->scope);
    if (!id_is_zero(f->person_id))
        where_add(w, "AND t.person_id = ? ", DB_ID(f->person_id));
    if (!id_is_zero(f->licence_id))
        where_add(w, "AND t.licence_id = ? ", DB_ID(f->licence_id));
    if (!id_is_zero(f->product_id))
        where_add(w, "AND t.product_id = ? ", DB_ID(f->product_id));
    if (!id_is_zero(f->bearer_id))
        where_add(w, "AND COALESCE(t.person_id, t.product_id, t.licence_id) = ? ",
                  DB_ID(f->bearer_id));
    if (f->has_person)
        where_add(w, "AND t.product_id IS NULL AND t.licence_id IS NULL ", DB_NONE);
    if (f->has_licence)
        where_add(w, "AND t.licence_id IS NOT NULL ", DB_NONE);
    if (f->has_product)
        where_add(w, "AND t.product_id IS NOT NULL ", DB_NONE);
    if (f->is_own)
        where_add(w, "AND t.kind NOT IN ('user-token', 'activation-token') ", DB_NONE);
    if (f->has_kind)
        where_add(w, "AND t.kind = ? ", DB_TEXT(TOKEN_KIND_NAMES[f->kind]));
}

bool token_page(struct ctx *cx, const struct token_filter *filter, const struct licence_page *page,
                struct token **out, size_t *count, int64_t *total)
{
    struct where w;
    struct db_rows rows;
    struct token *list;

    where_filter(cx, &w, SQL_TOKEN_COUNT, filter);
    if (!db_query_args(cx, &rows, w.text.p, w.args, w.count) || !db_next(&rows))
        return false;
    *total = db_i64(&rows.row, 0);
    where_filter(cx, &w, SQL_TOKEN_PAGE, filter);
    filter_page(&w, page, &TOKEN_ORDER);
    if (!db_query_args(cx, &rows, w.text.p, w.args, w.count))
        return false;
    list = arena_array(cx->mem, struct token, rows.count);
    for (size_t i = 0; db_next(&rows); i++)
        if (!from_row(cx, &rows.row, &list[i]))
            return false;
    *out = list;
    *count = rows.count;
    return true;
}

bool token_get(struct ctx *cx, struct id id, const struct token_scope *scope, struct token **out)
{
    const struct token_filter filter = {.scope = *scope};
    struct where w;
    struct db_rows rows;

    where_filter(cx, &w, SQL_TOKEN_PAGE, &filter);
    where_add(&w, "AND t.id = ?", DB_ID(id));
    if (!db_query_args(cx, &rows, w.text.p, w.args, w.count))
        return false;
    if (!db_next(&rows))
        return err_set(&cx->err, &ERR_NOT_FOUND, "token %s", id_text(cx->mem, id));
    *out = arena_new(cx->mem, struct token);
    return from_row(cx, &rows.row, *out);
}

/* --- ends and new beginnings --- */

bool token_regenerate(struct ctx *cx, struct id id, struct token **out)
{
    const struct token_scope all = {.is_all = true};
    uint8_t digest[CRYPTO_HASH_SIZE];
    const char *text;
    int64_t changed;
    struct token *t;

    if (!access_manage(cx, ACTION_UPDATE) || !token_get(cx, id, &all, &t))
        return false;
    text = new_text(cx, t->kind);
    if (!digest_of(cx, text, digest) || !db_begin(cx))
        return false;
    if (!db_exec(cx, &changed, SQL_TOKEN_RENEW, DB_BYTES(digest, sizeof digest),
                 DB_TIME(cx->now + TOKEN_USER_DAYS * CLOCK_DAY), DB_TIME(cx->now),
                 DB_ID(cx->tenant_id), DB_ID(id)) ||
        !event_emit(cx, EVENT_TOKEN_REGENERATED, id, NULL) || !token_get(cx, id, &all, &t)) {
        db_rollback(cx);
        return false;
    }
    t->text = text;
    *out = t;
    return db_commit(cx);
}

bool token_revoke(struct ctx *cx, struct id id)
{
    int64_t changed;

    if (!access_manage(cx, ACTION_DELETE) || !db_begin(cx))
        return false;
    if (!db_exec(cx, &changed, SQL_TOKEN_REVOKE, DB_TIME(cx->now), DB_ID(cx->tenant_id), DB_ID(id)))
        goto rollback;
    if (changed == 0) {
        err_set(&cx->err, &ERR_NOT_FOUND, "token %s", id_text(cx->mem, id));
        goto rollback;
    }
    if (event_emit(cx, EVENT_TOKEN_REVOKED, id, NULL))
        return db_commit(cx);

rollback:
    db_rollback(cx);
    return false;
}

bool token_revoke_person(struct ctx *cx, struct id person_id, struct id but)
{
    return db_exec(cx, NULL, SQL_TOKEN_REVOKE_PERSON, DB_TIME(cx->now), DB_ID(cx->tenant_id),
                   DB_ID(person_id), DB_ID(but));
}
