#include "tests/licensing/licensing_make.h"

#include "base/crypto.h"
#include "licensing/licence_user.h"
#include "licensing/token.h"

struct policy licensing_policy(struct ctx *cx)
{
    struct product *product;
    struct policy policy;

    test_ok(cx, product_add(cx, &(struct product){.name = "Counter", .serial_prefix = "CTR"},
                            &product));
    policy = policy_default(product->id, "Standard");
    policy.is_strict = true;
    policy.max_machines = 3;
    policy.authentication = POLICY_AUTH_MIXED;
    return policy;
}

struct policy *licensing_add_policy(struct ctx *cx, const struct policy *draft)
{
    struct policy *policy;

    test_ok(cx, policy_add(cx, draft, &policy));
    return policy;
}

struct licence *licensing_licence(struct ctx *cx, const struct policy *draft)
{
    struct policy standard;
    struct licence *licence;

    if (draft == NULL) {
        standard = licensing_policy(cx);
        draft = &standard;
    }
    test_ok(cx, licence_issue(
                    cx, &(struct licence_draft){.policy_id = licensing_add_policy(cx, draft)->id},
                    &licence));
    return licence;
}

struct machine_draft licensing_draft(struct id licence_id, const char *fingerprint)
{
    return (struct machine_draft){.licence_id = licence_id, .fingerprint = fingerprint};
}

struct machine *licensing_machine(struct ctx *cx, struct id licence_id, const char *fingerprint)
{
    struct machine_draft draft = licensing_draft(licence_id, fingerprint);
    struct machine *machine;

    test_ok(cx, machine_add(cx, &draft, &machine));
    return machine;
}

void licensing_seal(struct ctx *cx)
{
    static struct crypto_master *master; /* one per program, as an installation has one */
    uint8_t secret[CRYPTO_HASH_SIZE];
    uint8_t *sealed;
    size_t len;

    if (master == NULL)
        test_ok(cx, crypto_master_open(&cx->err, arena_printf(cx->mem, "%s/master.key", test_dir()),
                                       true, &master));
    cx->master = master;
    crypto_random(secret, sizeof secret);
    crypto_seal(master, cx->mem, token_secret_context(cx->mem, cx->tenant_id), secret,
                sizeof secret, &sealed, &len);
    test_sql(cx, "UPDATE tenant SET token_secret = ? WHERE id = ?", DB_BYTES(sealed, len),
             DB_ID(cx->tenant_id));
}

void licensing_user(struct ctx *cx, struct id licence_id, struct id person_id)
{
    struct licence_link *links;

    test_ok(cx, licence_user_attach(cx, licence_id, &person_id, 1, &links));
}
