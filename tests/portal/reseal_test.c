/* Another master key: everything sealed is sealed anew, also when it was interrupted (LS03). */
#include "base/clock.h"
#include "licensing/signing_key.h"
#include "licensing/token.h"
#include "portal/account/second_factor.h"
#include "portal/reseal.h"
#include "tests/support/test.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { TENANTS = 3 };

/* Tenants, each with a key and a person whose second step is on, under one master key. */
struct world {
    struct ctx *cx[TENANTS];
    struct id person[TENANTS];
    const char *secret[TENANTS]; /* of the authenticator */
    const char *recovery[TENANTS];
    const uint8_t *public_key[TENANTS];
    uint8_t token_secret[TENANTS][CRYPTO_HASH_SIZE];
    const char *file;
    struct crypto_master *master;
};

/* What an authenticator does with the text of a secret. */
static const char *code_at(struct ctx *cx, const char *secret)
{
    uint8_t bytes[32];
    uint32_t held = 0;
    unsigned bits = 0;
    size_t len = 0;

    for (const char *c = secret; *c != '\0'; c++) {
        held = held << 5 | (uint32_t)(*c >= 'A' ? *c - 'A' : *c - '2' + 26);
        bits += 5;
        if (bits >= 8) {
            bits -= 8;
            bytes[len++] = (uint8_t)(held >> bits);
        }
    }
    return arena_printf(cx->mem, "%06u",
                        crypto_totp(bytes, len, (uint64_t)(cx->now / (30 * CLOCK_SECOND))));
}

/* Every tenant of this program's database: a master key is the whole installation's. */
static void seal_token_secrets(struct ctx *cx, const struct crypto_master *master)
{
    uint8_t secret[CRYPTO_HASH_SIZE];
    struct db_rows rows;
    uint8_t *sealed;
    size_t len;

    test_ok(cx, db_query(cx, &rows, "SELECT id FROM tenant", DB_NONE));
    while (db_next(&rows)) {
        struct id id = db_id(&rows.row, 0);

        crypto_random(secret, sizeof secret);
        crypto_seal(master, cx->mem, token_secret_context(cx->mem, id), secret, sizeof secret,
                    &sealed, &len);
        test_sql(cx, "UPDATE tenant SET token_secret = ? WHERE id = ?", DB_BYTES(sealed, len),
                 DB_ID(id));
    }
}

static void fill(struct world *w, int i)
{
    struct ctx *cx = w->cx[i];
    struct signing_key *key;
    const char **codes;

    cx->master = w->master;
    test_ok(cx, token_secret_open(cx, w->token_secret[i]));
    test_ok(cx, signing_key_create(cx, &key));
    w->public_key[i] = key->public_key;
    w->person[i] = make_person(cx, "Sam", "sam@example.com");
    test_sql(cx,
             "INSERT INTO credential (tenant_id, person_id, password_hash) VALUES (?, ?, 'none') "
             "ON DUPLICATE KEY UPDATE password_hash = 'none'",
             DB_ID(cx->tenant_id), DB_ID(w->person[i]));
    test_ok(cx, second_factor_offer(cx, w->person[i], &w->secret[i]));
    test_ok(cx, second_factor_confirm(cx, w->person[i], code_at(cx, w->secret[i]), &codes));
    w->recovery[i] = codes[0];
}

static struct world *make_world(void **state)
{
    static int count;
    struct ctx *first = test_ctx(state);
    struct world *w = arena_new(first->mem, struct world);

    w->file = arena_printf(first->mem, "%s/master-%d.key", test_dir(), ++count);
    test_ok(first, crypto_master_open(&first->err, w->file, true, &w->master));
    w->cx[0] = first;
    for (int i = 1; i < TENANTS; i++)
        w->cx[i] = test_ctx(state);
    test_sql(first, "DELETE FROM signing_key", DB_NONE);
    test_sql(first, "DELETE FROM installation_secret", DB_NONE);
    test_sql(first, "UPDATE credential SET totp_sealed = NULL, totp_offered = NULL", DB_NONE);
    seal_token_secrets(first, w->master);
    for (int i = 0; i < TENANTS; i++)
        fill(w, i);
    return w;
}

/* All opens with the key that the file has now, and is what it was. */
static void check_all(struct world *w)
{
    for (int i = 0; i < TENANTS; i++) {
        struct ctx *cx = test_again(w->cx[i]);
        uint8_t secret[CRYPTO_HASH_SIZE], signature[CRYPTO_SIGNATURE_SIZE];
        struct crypto_master *now;
        bool matches = false;

        test_sql(cx, "UPDATE credential SET totp_step = 0 WHERE tenant_id = ?",
                 DB_ID(cx->tenant_id));
        test_sql(cx, "UPDATE recovery_code SET used_at = NULL WHERE tenant_id = ?",
                 DB_ID(cx->tenant_id));
        test_ok(cx, crypto_master_open(&cx->err, w->file, false, &now));
        cx->master = now;
        test_ok(cx, token_secret_open(cx, secret));
        assert_memory_equal(secret, w->token_secret[i], sizeof secret);
        test_ok(cx, signing_key_sign(cx, "text", 4, signature));
        assert_true(crypto_verify(w->public_key[i], "text", 4, signature));
        cx->now += 5 * CLOCK_MINUTE;
        test_ok(cx, second_factor_use(cx, w->person[i], code_at(cx, w->secret[i]), &matches));
        assert_true(matches);
        test_ok(cx, second_factor_use(cx, w->person[i], w->recovery[i], &matches));
        assert_true(matches);
        crypto_master_free(now);
    }
}

static void every_sealed_value_opens_with_the_new_key_alone(void **state)
{
    struct world *w = make_world(state);
    struct ctx *cx = w->cx[0];
    uint8_t secret[CRYPTO_HASH_SIZE];
    struct reseal_report report;

    test_ok(cx, reseal_run(cx, w->file, &report));
    assert_true(report.resealed >= 3 * TENANTS + 1);
    check_all(w);
    cx->master = w->master; /* the old one */
    test_refused(cx, token_secret_open(cx, secret), &ERR_SIGNING_KEY_SEALED);
    assert_int_equal(access(report.old_file, F_OK), 0);
    assert_true(reseal_check(&cx->err, w->file));
    crypto_master_free(w->master);
}

static void a_master_key_is_changed_twice(void **state)
{
    struct world *w = make_world(state);
    struct ctx *cx = w->cx[0];
    struct crypto_master *second;
    struct reseal_report report;

    test_ok(cx, reseal_run(cx, w->file, &report));
    test_ok(cx, crypto_master_open(&cx->err, w->file, false, &second));
    cx->master = second;
    test_ok(cx, reseal_run(cx, w->file, &report));
    check_all(w);
    crypto_master_free(second);
    crypto_master_free(w->master);
}

/* Undoes the last step of a run, as a crash before it would have. */
static void put_files_back(struct world *w, const struct reseal_report *report)
{
    const char *fresh = arena_printf(w->cx[0]->mem, "%s.new", w->file);

    assert_int_equal(rename(w->file, fresh), 0);
    assert_int_equal(rename(report->old_file, w->file), 0);
}

static void an_interrupted_change_goes_on_where_it_was(void **state)
{
    struct world *w = make_world(state);
    struct ctx *cx = w->cx[0];
    struct reseal_report report;
    struct db_rows rows;
    struct span before;

    test_ok(cx, db_query(cx, &rows, "SELECT sealed_seed FROM signing_key WHERE tenant_id = ?",
                         DB_ID(cx->tenant_id)));
    assert_true(db_next(&rows));
    before = db_bytes(&rows.row, 0);
    test_ok(cx, reseal_run(cx, w->file, &report));
    put_files_back(w, &report);
    test_sql(cx, "UPDATE signing_key SET sealed_seed = ? WHERE tenant_id = ?",
             DB_BYTES(before.p, before.len), DB_ID(cx->tenant_id));
    assert_false(reseal_check(&cx->err, w->file)); /* nobody serves in between */
    assert_ptr_equal(cx->err.kind, &ERR_RESEAL_UNFINISHED);
    err_clear(&cx->err);
    cx->master = w->master;
    test_ok(cx, reseal_run(cx, w->file, &report));
    assert_int_equal(report.resealed, 1);
    check_all(w);
    put_files_back(w, &report); /* all values done, the files not yet */
    test_ok(cx, reseal_run(cx, w->file, &report));
    assert_int_equal(report.resealed, 0);
    check_all(w);
    crypto_master_free(w->master);
}

static void a_value_that_opens_with_neither_key_stops_it(void **state)
{
    struct world *w = make_world(state);
    struct ctx *cx = w->cx[0];
    struct crypto_master *now;
    struct reseal_report report;
    uint8_t a[CRYPTO_HASH_SIZE], b[CRYPTO_HASH_SIZE];

    test_sql(cx, "UPDATE credential SET totp_sealed = 'broken' WHERE tenant_id = ?",
             DB_ID(cx->tenant_id));
    assert_false(reseal_run(cx, w->file, &report));
    assert_ptr_equal(cx->err.kind, &ERR_RESEAL_UNREADABLE);
    assert_non_null(strstr(cx->err.oper, "credential.totp:"));
    err_clear(&cx->err);
    test_ok(cx, crypto_master_open(&cx->err, w->file, false, &now)); /* still the old key */
    crypto_master_derive(w->master, "x", a);
    crypto_master_derive(now, "x", b);
    assert_memory_equal(a, b, sizeof a);
    crypto_master_free(now);
    test_sql(cx, "UPDATE credential SET totp_sealed = NULL WHERE tenant_id = ?",
             DB_ID(cx->tenant_id));
    test_ok(cx, reseal_run(cx, w->file, &report));
    crypto_master_free(w->master);
}

/* A further sealed column has to be told to portal/reseal.c, and then here. */
static void the_schema_has_no_sealed_value_that_is_not_known(void **state)
{
    struct ctx *cx = test_ctx(state);

    assert_string_equal(
        test_text(cx,
                  "SELECT GROUP_CONCAT(CONCAT(table_name, '.', column_name) ORDER BY table_name, "
                  "column_name) FROM information_schema.columns WHERE table_schema = DATABASE() "
                  "AND data_type = 'varbinary' AND character_maximum_length > 32",
                  DB_NONE),
        "credential.totp_offered,credential.totp_sealed,installation_secret.sealed,"
        "mail_inbox.sealed,mail_setting.relay_sealed,oidc_provider.client_secret,person_sensitive.birth_date,"
        "person_sensitive.identity_number,profile_proposal.new_sealed,"
        "signing_key.sealed_seed,tenant.token_secret");
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(every_sealed_value_opens_with_the_new_key_alone),
        cmocka_unit_test(a_master_key_is_changed_twice),
        cmocka_unit_test(an_interrupted_change_goes_on_where_it_was),
        cmocka_unit_test(a_value_that_opens_with_neither_key_stops_it),
        cmocka_unit_test(the_schema_has_no_sealed_value_that_is_not_known),
    };

    return test_group_run("reseal", TESTS, COUNT(TESTS));
}
