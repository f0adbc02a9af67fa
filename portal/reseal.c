#include "portal/reseal.h"

#include "db/event_checkpoint.h"
#include "licensing/signing_key.h"
#include "licensing/token.h"
#include "portal/account/profile_proposal.h"
#include "portal/account/profile_secret.h"
#include "portal/account/second_factor.h"
#include "portal/mail/mail_inbox.h"
#include "portal/mail/mail_relay.h"
#include "portal/oidc/oidc_provider.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { AT_ONCE = 200, PASSES_MAX = 10 };

const struct err_kind ERR_RESEAL_UNREADABLE = {
    ERR_CLASS_INTERNAL, "RESEAL_UNREADABLE",
    "A sealed value opens neither with the old master key nor with the new one. Nothing was lost: "
    "the old key is still in its place."};
const struct err_kind ERR_RESEAL_UNFINISHED = {
    ERR_CLASS_INTERNAL, "RESEAL_UNFINISHED",
    "The change of the master key was interrupted. Finish it with `gatehouse key rotate --master`."};

/* --- what is sealed, and for what --- */

struct sealed {
    const char *list;   /* tenant, id, value: after a tenant and id, so many */
    const char *update; /* value, tenant, id, the value before */
    const char *(*context)(struct arena *mem, struct id id);
};

/* A table of sealed values gets its row here: tests/portal/reseal_test.c looks at the schema. */
static const struct sealed SEALED_ANY_TENANT[] = {
    {"SELECT tenant_id, id, sealed_seed FROM signing_key WHERE (tenant_id > ? OR (tenant_id = ? "
     "AND id > ?)) AND sealed_seed <> '' ORDER BY tenant_id, id LIMIT ?",
     "UPDATE signing_key SET sealed_seed = ? WHERE tenant_id = ? AND id = ? AND sealed_seed = ?",
     signing_key_context},
    {"SELECT id, id, token_secret FROM tenant WHERE (id > ? OR (id = ? AND id > ?)) "
     "ORDER BY id LIMIT ?",
     "UPDATE tenant SET token_secret = ? WHERE id = ? AND id = ? AND token_secret = ?",
     token_secret_context},
    {"SELECT tenant_id, person_id, totp_sealed FROM credential WHERE (tenant_id > ? OR "
     "(tenant_id = ? AND person_id > ?)) AND totp_sealed IS NOT NULL "
     "ORDER BY tenant_id, person_id LIMIT ?",
     "UPDATE credential SET totp_sealed = ? WHERE tenant_id = ? AND person_id = ? "
     "AND totp_sealed = ?",
     second_factor_context},
    {"SELECT tenant_id, person_id, totp_offered FROM credential WHERE (tenant_id > ? OR "
     "(tenant_id = ? AND person_id > ?)) AND totp_offered IS NOT NULL "
     "ORDER BY tenant_id, person_id LIMIT ?",
     "UPDATE credential SET totp_offered = ? WHERE tenant_id = ? AND person_id = ? "
     "AND totp_offered = ?",
     second_factor_context},
    {"SELECT tenant_id, tenant_id, sealed FROM mail_inbox WHERE (tenant_id > ? OR (tenant_id = ? "
     "AND tenant_id > ?)) AND sealed IS NOT NULL ORDER BY tenant_id LIMIT ?",
     "UPDATE mail_inbox SET sealed = ? WHERE tenant_id = ? AND tenant_id = ? AND sealed = ?",
     mail_inbox_context},
    {"SELECT tenant_id, tenant_id, relay_sealed FROM mail_setting WHERE (tenant_id > ? OR "
     "(tenant_id = ? AND tenant_id > ?)) AND relay_sealed IS NOT NULL ORDER BY tenant_id LIMIT ?",
     "UPDATE mail_setting SET relay_sealed = ? WHERE tenant_id = ? AND tenant_id = ? "
     "AND relay_sealed = ?",
     mail_relay_context},
    {"SELECT tenant_id, id, client_secret FROM oidc_provider WHERE (tenant_id > ? OR "
     "(tenant_id = ? AND id > ?)) AND client_secret <> '' ORDER BY tenant_id, id LIMIT ?",
     "UPDATE oidc_provider SET client_secret = ? WHERE tenant_id = ? AND id = ? "
     "AND client_secret = ?",
     oidc_provider_context},
    {"SELECT tenant_id, person_id, birth_date FROM person_sensitive WHERE (tenant_id > ? OR "
     "(tenant_id = ? AND person_id > ?)) AND birth_date IS NOT NULL ORDER BY tenant_id, person_id "
     "LIMIT ?",
     "UPDATE person_sensitive SET birth_date = ? WHERE tenant_id = ? AND person_id = ? "
     "AND birth_date = ?",
     profile_secret_birth_context},
    {"SELECT tenant_id, person_id, identity_number FROM person_sensitive WHERE (tenant_id > ? OR "
     "(tenant_id = ? AND person_id > ?)) AND identity_number IS NOT NULL "
     "ORDER BY tenant_id, person_id LIMIT ?",
     "UPDATE person_sensitive SET identity_number = ? WHERE tenant_id = ? AND person_id = ? "
     "AND identity_number = ?",
     profile_secret_identity_context},
    {"SELECT tenant_id, id, new_sealed FROM profile_proposal WHERE (tenant_id > ? OR "
     "(tenant_id = ? AND id > ?)) AND new_sealed IS NOT NULL ORDER BY tenant_id, id LIMIT ?",
     "UPDATE profile_proposal SET new_sealed = ? WHERE tenant_id = ? AND id = ? "
     "AND new_sealed = ?",
     profile_proposal_context},
};

/* Codes that only their owner has are kept as MACs under the first, the audit trail is signed with
 * the second: they stay, sealed. */
static const char *const DERIVED[] = {SECOND_FACTOR_RECOVERY_KEY, EVENT_CHECKPOINT_KEY};

static const char SQL_INSTALLATION_SECRET_GET[] =
    "SELECT sealed FROM installation_secret WHERE name = ?";
static const char SQL_INSTALLATION_SECRET_SET[] =
    "INSERT INTO installation_secret (name, sealed) VALUES (?, ?) "
    "ON DUPLICATE KEY UPDATE sealed = VALUES(sealed)";

struct run {
    struct ctx *cx;
    const struct crypto_master *old, *fresh;
    const struct sealed *what;
    struct id tenant_id, id; /* the last value looked at */
    int64_t resealed;
    bool is_end;
};

/* --- one value --- */

/* *out is NULL when it is sealed with the new key already. */
static bool seal_again(struct ctx *cx, const struct run *run, const char *context,
                       struct span sealed, uint8_t **out, size_t *out_len)
{
    uint8_t *secret;
    size_t len;

    *out = NULL;
    if (crypto_open(run->fresh, cx->mem, context, (const uint8_t *)sealed.p, sealed.len, &secret,
                    &len)) {
        crypto_wipe(secret, len);
        return true;
    }
    if (!crypto_open(run->old, cx->mem, context, (const uint8_t *)sealed.p, sealed.len, &secret,
                     &len))
        return err_set(&cx->err, &ERR_RESEAL_UNREADABLE, "%s", context);
    crypto_seal(run->fresh, cx->mem, context, secret, len, out, out_len);
    crypto_wipe(secret, len);
    return true;
}

static bool reseal_row(struct ctx *cx, struct run *run, const struct db_row *row)
{
    struct span before = db_bytes(row, 2);
    int64_t changed = 0;
    uint8_t *after;
    size_t len;

    run->tenant_id = db_id(row, 0);
    run->id = db_id(row, 1);
    if (!seal_again(cx, run, run->what->context(cx->mem, run->id), before, &after, &len))
        return false;
    if (after != NULL &&
        !db_exec(cx, &changed, run->what->update, DB_BYTES(after, len), DB_ID(run->tenant_id),
                 DB_ID(run->id), DB_BYTES(before.p, before.len)))
        return false;
    run->resealed += changed;
    return true;
}

/* --- all of them --- */

static bool reseal_some(struct ctx *cx, void *arg)
{
    struct run *run = arg;
    const struct run before = *run;
    struct db_rows rows;

    if (!db_begin(cx))
        return false;
    if (!db_query(cx, &rows, run->what->list, DB_ID(run->tenant_id), DB_ID(run->tenant_id),
                  DB_ID(run->id), DB_INT(AT_ONCE)))
        goto rollback;
    run->is_end = rows.count < AT_ONCE;
    while (db_next(&rows))
        if (!reseal_row(cx, run, &rows.row))
            goto rollback;
    if (db_commit(cx))
        return true;
    *run = before;
    return false;

rollback:
    db_rollback(cx);
    *run = before;
    return false;
}

/* Each part in a run of its own: it may be much, and what it opened is gone with its memory. */
static bool reseal_column(struct run *run)
{
    struct arena *mem = arena_make(64 * 1024);
    struct ctx part;
    bool ok = true;

    run->tenant_id = run->id = (struct id){{0}};
    run->is_end = false;
    while (ok && !run->is_end) {
        ctx_start(&part, mem, run->cx->pool);
        part.now = run->cx->now;
        ok = db_retry(&part, reseal_some, run);
        if (!ok)
            run->cx->err = part.err;
        db_release(&part);
        arena_reset(mem);
    }
    arena_free(mem);
    return ok;
}

static bool reseal_derived(struct run *run, const char *name)
{
    struct ctx *cx = run->cx;
    const char *context = arena_printf(cx->mem, "installation_secret:%s", name);
    uint8_t key[CRYPTO_HASH_SIZE];
    struct db_rows rows;
    uint8_t *sealed;
    size_t len;

    if (!db_query(cx, &rows, SQL_INSTALLATION_SECRET_GET, DB_TEXT(name)))
        return false;
    if (db_next(&rows)) {
        if (!seal_again(cx, run, context, db_bytes(&rows.row, 0), &sealed, &len))
            return false;
    } else {
        crypto_master_derive(run->old, name, key);
        crypto_seal(run->fresh, cx->mem, context, key, sizeof key, &sealed, &len);
        crypto_wipe(key, sizeof key);
    }
    if (sealed == NULL)
        return true;
    run->resealed++;
    return db_exec(cx, NULL, SQL_INSTALLATION_SECRET_SET, DB_TEXT(name), DB_BYTES(sealed, len));
}

/* Again and again until nothing is left: a value may have been sealed behind the first look. */
static bool reseal_all(struct run *run)
{
    int64_t before = -1;

    for (int pass = 0; pass < PASSES_MAX && before != run->resealed; pass++) {
        before = run->resealed;
        for (size_t i = 0; i < COUNT(SEALED_ANY_TENANT); i++) {
            run->what = &SEALED_ANY_TENANT[i];
            if (!reseal_column(run))
                return false;
        }
        for (size_t i = 0; i < COUNT(DERIVED); i++)
            if (!reseal_derived(run, DERIVED[i]))
                return false;
    }
    return before == run->resealed ||
           err_set(&run->cx->err, &ERR_BUSY, "a program is sealing values meanwhile: stop it");
}

/* --- the files --- */

static const char *fresh_name(struct arena *mem, const char *key_file)
{
    return arena_printf(mem, "%s.new", key_file);
}

/* The old key keeps a name of its own, then the new one takes its place: each step is whole, and
 * doing one again changes nothing. */
static bool put_in_place(struct ctx *cx, const struct run *run, const char *key_file,
                         const char **old_file)
{
    uint8_t name[CRYPTO_HASH_SIZE];
    const char *fresh = fresh_name(cx->mem, key_file);

    crypto_master_derive(run->old, "name", name);
    *old_file = arena_printf(cx->mem, "%s.%s", key_file, crypto_hex(cx->mem, name, 4));
    if (link(key_file, *old_file) != 0 && errno != EEXIST)
        return err_set(&cx->err, &ERR_INTERNAL, "%s: %s", *old_file, strerror(errno));
    if (rename(fresh, key_file) != 0)
        return err_set(&cx->err, &ERR_INTERNAL, "%s: %s", key_file, strerror(errno));
    return crypto_master_sync(&cx->err, key_file);
}

bool reseal_run(struct ctx *cx, const char *key_file, struct reseal_report *out)
{
    struct crypto_master *fresh;
    struct run run = {.cx = cx, .old = cx->master};
    bool ok;

    if (!crypto_master_open(&cx->err, fresh_name(cx->mem, key_file), true, &fresh))
        return false;
    run.fresh = fresh;
    ok = reseal_all(&run) && put_in_place(cx, &run, key_file, &out->old_file);
    crypto_master_free(fresh);
    out->resealed = run.resealed;
    return ok;
}

bool reseal_check(struct err *err, const char *key_file)
{
    struct arena *mem = arena_make(256);
    const char *fresh = fresh_name(mem, key_file);
    bool ok = access(fresh, F_OK) != 0 || err_set(err, &ERR_RESEAL_UNFINISHED, "%s", fresh);

    arena_free(mem);
    return ok;
}
