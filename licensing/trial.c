#include "licensing/trial.h"

#include "base/clock.h"
#include "base/crypto.h"
#include "licensing/access.h"
#include "licensing/product.h"

#include <string.h>

const struct err_kind ERR_TRIAL_PRODUCT = {ERR_CLASS_INVALID, "PRODUCT_NOT_FOUND",
                                           "There is no such product."};
const struct err_kind ERR_TRIAL_NONE = {ERR_CLASS_INVALID, "TRIAL_NOT_ALLOWED",
                                        "There is no trial of this product."};
const struct err_kind ERR_TRIAL_OVER = {ERR_CLASS_INVALID, "TRIAL_TAKEN",
                                        "This machine has had its trial of this product."};
const struct err_kind ERR_TRIAL_TURNED = {
    ERR_CLASS_INVALID, "TRIAL_CONVERTED",
    "The trial on this machine has become a full licence. Use that licence's key."};
const struct err_kind ERR_TRIAL_DAYS = {ERR_CLASS_INVALID, "DAYS_INVALID",
                                        "A trial lasts from 1 to 365 days."};
const struct err_kind ERR_TRIAL_POLICY = {
    ERR_CLASS_INVALID, "POLICY_NOT_COMPATIBLE",
    "Choose a policy of the same product, with the same kind of keys."};
const struct err_kind ERR_TRIAL_NOT_ONE = {ERR_CLASS_INVALID, "LICENSE_NOT_TRIAL",
                                           "This licence is no trial."};

static const char AT_PRODUCT[] = "/data/relationships/product";
static const char AT_POLICY[] = "/data/relationships/policy";

static const char SQL_PRODUCT_TRIAL_SET[] =
    "INSERT INTO product_trial (tenant_id, product_id, policy_id, days, is_open, created_at, "
    "updated_at) VALUES (?, ?, ?, ?, ?, ?, ?) ON DUPLICATE KEY UPDATE "
    "policy_id = VALUES(policy_id), days = VALUES(days), is_open = VALUES(is_open), "
    "updated_at = VALUES(updated_at)";
static const char SQL_PRODUCT_TRIAL_REMOVE[] =
    "DELETE FROM product_trial WHERE tenant_id = ? AND product_id = ?";
static const char SQL_PRODUCT_TRIAL_GET[] =
    "SELECT t.policy_id, t.days, t.is_open FROM product_trial t "
    "JOIN policy p ON p.tenant_id = t.tenant_id AND p.id = t.policy_id AND p.deleted_at IS NULL "
    "WHERE t.tenant_id = ? AND t.product_id = ?";
static const char SQL_TRIAL_ADD[] =
    "INSERT INTO trial (tenant_id, product_id, fingerprint_hash, started_at, ends_at) "
    "VALUES (?, ?, ?, ?, ?)";
static const char SQL_TRIAL_LICENCE[] =
    "UPDATE trial SET licence_id = ? "
    "WHERE tenant_id = ? AND product_id = ? AND fingerprint_hash = ?";
static const char SQL_TRIAL_GET[] =
    "SELECT licence_id, started_at, ends_at, turned_at IS NOT NULL FROM trial "
    "WHERE tenant_id = ? AND product_id = ? AND fingerprint_hash = ?";
static const char SQL_TRIAL_TURNED[] =
    "UPDATE trial SET turned_at = ? WHERE tenant_id = ? AND licence_id = ?";
static const char SQL_LICENCE_LOCK[] =
    "UPDATE licence SET version = version + 1 WHERE tenant_id = ? AND id = ? AND deleted_at IS NULL";
static const char SQL_LICENCE_TURN[] =
    "UPDATE licence SET policy_id = ?, is_trial = FALSE, expires_at = ?, updated_at = ? "
    "WHERE tenant_id = ? AND id = ?";

/* --- terms --- */

/* *is_there: a policy of that product. */
static bool check_policy(struct ctx *cx, struct id policy_id, struct id product_id,
                         struct policy **out)
{
    if (policy_get(cx, policy_id, out)) {
        return id_equal((*out)->product_id, product_id) ||
               err_set_at(&cx->err, &ERR_TRIAL_POLICY, AT_POLICY, "of another product");
    }
    if (cx->err.kind != &ERR_NOT_FOUND)
        return false;
    err_clear(&cx->err);
    return err_set_at(&cx->err, &ERR_TRIAL_POLICY, AT_POLICY, "no such policy");
}

static bool check_product(struct ctx *cx, struct id product_id)
{
    struct product *product;

    if (product_get(cx, product_id, &product))
        return true;
    if (cx->err.kind != &ERR_NOT_FOUND)
        return false;
    err_clear(&cx->err);
    return err_set_at(&cx->err, &ERR_TRIAL_PRODUCT, AT_PRODUCT, "product");
}

bool trial_terms_set(struct ctx *cx, const struct trial_terms *terms)
{
    struct policy *policy;

    if (!access_manage(cx, ACTION_UPDATE) || !check_product(cx, terms->product_id) ||
        !check_policy(cx, terms->policy_id, terms->product_id, &policy))
        return false;
    if (terms->days < 1 || terms->days > TRIAL_DAYS_MAX)
        return err_set_at(&cx->err, &ERR_TRIAL_DAYS, "/data/attributes/days", "%lld days",
                          (long long)terms->days);
    if (!db_begin(cx))
        return false;
    if (!db_exec(cx, NULL, SQL_PRODUCT_TRIAL_SET, DB_ID(cx->tenant_id), DB_ID(terms->product_id),
                 DB_ID(terms->policy_id), DB_INT(terms->days), DB_BOOL(terms->is_open),
                 DB_TIME(cx->now), DB_TIME(cx->now)) ||
        !event_emit(
            cx, EVENT_PRODUCT_UPDATED, terms->product_id,
            json_own(cx->mem, json_pack("{s:s,s:I,s:b}", "action", "trial terms set", "days",
                                        (json_int_t)terms->days, "open", terms->is_open)))) {
        db_rollback(cx);
        return false;
    }
    return db_commit(cx);
}

bool trial_terms_remove(struct ctx *cx, struct id product_id)
{
    if (!access_manage(cx, ACTION_UPDATE) || !check_product(cx, product_id) || !db_begin(cx))
        return false;
    if (!db_exec(cx, NULL, SQL_PRODUCT_TRIAL_REMOVE, DB_ID(cx->tenant_id), DB_ID(product_id)) ||
        !event_emit(cx, EVENT_PRODUCT_UPDATED, product_id,
                    json_own(cx->mem, json_pack("{s:s}", "action", "trials ended")))) {
        db_rollback(cx);
        return false;
    }
    return db_commit(cx);
}

bool trial_terms_find(struct ctx *cx, struct id product_id, struct trial_terms **out)
{
    struct db_rows rows;

    *out = NULL;
    if (!db_query(cx, &rows, SQL_PRODUCT_TRIAL_GET, DB_ID(cx->tenant_id), DB_ID(product_id)))
        return false;
    if (!db_next(&rows))
        return true;
    *out = arena_new(cx->mem, struct trial_terms);
    **out = (struct trial_terms){.product_id = product_id,
                                 .policy_id = db_id(&rows.row, 0),
                                 .days = db_i64(&rows.row, 1),
                                 .is_open = db_bool(&rows.row, 2)};
    return true;
}

/* --- a machine's trial --- */

struct asked { /* a trial as it was asked for */
    struct id product_id;
    const struct machine_draft *machine;
    uint8_t hash[CRYPTO_HASH_SIZE];
};

static bool activate(struct ctx *cx, const struct asked *asked, struct trial *t)
{
    struct machine_draft draft = *asked->machine;

    draft.licence_id = t->licence->id;
    return machine_add(cx, &draft, &t->machine);
}

/* The row comes first: of two programs that ask at once on one machine, the second waits here and
 * then finds the first one's. */
static bool begin(struct ctx *cx, const struct asked *asked, const struct trial_terms *terms,
                  struct trial *t)
{
    struct licence_draft draft = {.policy_id = terms->policy_id, .is_trial = true};

    t->started_at = cx->now;
    t->ends_at = draft.expires_at = cx->now + terms->days * CLOCK_DAY;
    t->is_new = true;
    return db_exec(cx, NULL, SQL_TRIAL_ADD, DB_ID(cx->tenant_id), DB_ID(asked->product_id),
                   DB_BYTES(asked->hash, sizeof asked->hash), DB_TIME(cx->now),
                   DB_TIME(t->ends_at)) &&
           licence_issue(cx, &draft, &t->licence) &&
           db_exec(cx, NULL, SQL_TRIAL_LICENCE, DB_ID(t->licence->id), DB_ID(cx->tenant_id),
                   DB_ID(asked->product_id), DB_BYTES(asked->hash, sizeof asked->hash)) &&
           activate(cx, asked, t) && licence_get(cx, t->licence->id, &t->licence);
}

static bool try_begin(struct ctx *cx, const struct asked *asked, struct trial *out)
{
    struct trial_terms *terms;
    struct trial t = {0};

    if (!trial_terms_find(cx, asked->product_id, &terms))
        return false;
    if (terms == NULL)
        return err_set_at(&cx->err, &ERR_TRIAL_NONE, AT_PRODUCT, "no terms");
    if (!db_begin(cx))
        return false;
    if (!begin(cx, asked, terms, &t)) {
        db_rollback(cx);
        return false;
    }
    if (!db_commit(cx))
        return false;
    *out = t;
    return true;
}

/* A machine that was released takes its seat again while the trial runs. */
static bool find_machine(struct ctx *cx, const struct asked *asked, struct trial *t)
{
    const struct licence_scope scope = {.licence_id = t->licence->id};

    if (machine_find_fingerprint(cx, &scope, asked->machine->fingerprint, &t->machine))
        return true;
    if (cx->err.kind != &ERR_NOT_FOUND)
        return false;
    err_clear(&cx->err);
    t->machine = NULL;
    if (!t->is_turned && cx->now >= t->ends_at)
        return true;
    return activate(cx, asked, t);
}

/* *is_there: the machine has had a trial of this product. */
static bool find(struct ctx *cx, const struct asked *asked, struct trial *out, bool *is_there)
{
    struct trial t = {0};
    struct db_rows rows;

    *is_there = false;
    if (!db_query(cx, &rows, SQL_TRIAL_GET, DB_ID(cx->tenant_id), DB_ID(asked->product_id),
                  DB_BYTES(asked->hash, sizeof asked->hash)))
        return false;
    if (!db_next(&rows))
        return true;
    t.started_at = db_time(&rows.row, 1);
    t.ends_at = db_time(&rows.row, 2);
    t.is_turned = db_bool(&rows.row, 3);
    t.is_new = t.started_at == cx->now; /* a run whose commit's answer was lost */
    if (!licence_get(cx, db_id(&rows.row, 0), &t.licence)) {
        if (cx->err.kind != &ERR_NOT_FOUND)
            return false;
        err_clear(&cx->err);
        return err_set_at(&cx->err, &ERR_TRIAL_OVER, "/data/attributes/fingerprint", "revoked");
    }
    if (!find_machine(cx, asked, &t))
        return false;
    *out = t;
    *is_there = true;
    return true;
}

bool trial_start(struct ctx *cx, struct id product_id, const struct machine_draft *machine,
                 struct trial *out)
{
    struct asked asked = {.product_id = product_id, .machine = machine};
    bool is_there;

    if (!access_manage(cx, ACTION_UPDATE) || !check_product(cx, product_id))
        return false;
    crypto_sha256(machine->fingerprint, strlen(machine->fingerprint), asked.hash);
    if (!find(cx, &asked, out, &is_there))
        return false;
    if (is_there || try_begin(cx, &asked, out))
        return true;
    if (cx->err.kind != &ERR_CONFLICT)
        return false;
    err_clear(&cx->err);
    if (!find(cx, &asked, out, &is_there))
        return false;
    return is_there || err_set(&cx->err, &ERR_BUSY, "a trial was begun and undone meanwhile");
}

/* --- turning it into a full licence --- */

static bool turn(struct ctx *cx, struct id id, struct id policy_id, const char *reason,
                 struct licence **out)
{
    struct policy *policy;
    struct licence *l;
    int64_t found;
    bool is_signed;

    if (!db_exec(cx, &found, SQL_LICENCE_LOCK, DB_ID(cx->tenant_id), DB_ID(id)) ||
        !licence_get(cx, id, &l))
        return false;
    if (!l->is_trial)
        return err_set(&cx->err, &ERR_TRIAL_NOT_ONE, "licence %s", id_text(cx->mem, id));
    if (!check_policy(cx, policy_id, l->product_id, &policy))
        return false;
    is_signed = strncmp(l->key, "key/", 4) == 0;
    if (is_signed != (policy->scheme != NULL))
        return err_set_at(&cx->err, &ERR_TRIAL_POLICY, AT_POLICY, "another scheme");
    return db_exec(cx, NULL, SQL_LICENCE_TURN, DB_ID(policy_id),
                   DB_TIME(policy->duration_seconds == 0
                               ? 0
                               : clock_add_duration(cx->now, policy->duration_seconds)),
                   DB_TIME(cx->now), DB_ID(cx->tenant_id), DB_ID(id)) &&
           db_exec(cx, NULL, SQL_TRIAL_TURNED, DB_TIME(cx->now), DB_ID(cx->tenant_id), DB_ID(id)) &&
           licence_changed(cx, "licence", id) &&
           event_emit(cx, EVENT_LICENCE_POLICY_CHANGED, id,
                      json_own(cx->mem, json_pack("{s:s,s:s,s:s}", "action", "trial turned",
                                                  "reason", reason, "policy", policy->name))) &&
           licence_get(cx, id, out);
}

bool trial_turn(struct ctx *cx, struct id licence_id, struct id policy_id, const char *reason,
                struct licence **out)
{
    struct licence *l;

    if (!access_manage(cx, ACTION_UPDATE) || !db_begin(cx))
        return false;
    if (!turn(cx, licence_id, policy_id, reason, &l)) {
        db_rollback(cx);
        return false;
    }
    if (!db_commit(cx))
        return false;
    *out = l;
    return true;
}
