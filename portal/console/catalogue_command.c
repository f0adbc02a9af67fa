/* Commands about products and policies: what a new tenant needs before it can issue a licence. */
#include "base/parse.h"
#include "licensing/policy.h"
#include "licensing/product.h"
#include "portal/account/tenant.h"
#include "portal/console/console.h"

enum { CATALOGUE_DAY_SECONDS = 86400, CATALOGUE_DAYS_MAX = 24855, CATALOGUE_SEATS_MAX = 1000000 };

static int finish(struct console *co, struct ctx *cx, bool ok, json_t *object)
{
    int code = CONSOLE_DONE;

    if (ok)
        console_print(co, object);
    else
        code = console_fail(co, &cx->err);
    console_close(co, cx);
    return code;
}

int product_create_command(struct console *co)
{
    static const char *const KNOWN[] = {"--tenant", "--code", "--name", "--prefix", NULL};
    const struct product draft = {.name = console_option(co, "--name"),
                                  .code = console_option(co, "--code"),
                                  .serial_prefix = console_option(co, "--prefix")};
    struct product *product;
    struct ctx cx;
    json_t *out = NULL;
    bool ok;

    if (!console_options(co, KNOWN))
        return CONSOLE_USAGE;
    if (draft.name == NULL || draft.code == NULL || draft.serial_prefix == NULL)
        return console_misuse(co, "product create needs --name, --code and --prefix.");
    if (!console_open(co, &cx))
        return CONSOLE_REFUSED;
    ok = console_tenant(co, &cx) && product_add(&cx, &draft, &product);
    if (ok)
        out = json_own(cx.mem, json_pack("{s:s,s:s,s:s}", "id", id_text(cx.mem, product->id),
                                         "code", product->code, "name", product->name));
    return finish(co, &cx, ok, out);
}

/* A whole number given as an option; otherwise where it was not given. */
static bool number_option(struct console *co, const char *name, int64_t max, int64_t otherwise,
                          int64_t *out)
{
    const char *text = console_option(co, name);

    *out = otherwise;
    return text == NULL || parse_i64(text, 1, max, out);
}

static bool add_policy(struct console *co, struct ctx *cx, int64_t seats, int64_t days,
                       struct policy **out)
{
    const char *code = console_option(co, "--product");
    struct tenant_account account;
    struct product *product;
    struct policy draft;

    if (!console_tenant(co, cx) || !tenant_account_get(cx, &account) ||
        !product_find_code(cx, code, &product))
        return false;
    if (product == NULL)
        return err_set(&cx->err, &ERR_NOT_FOUND, "product %s", code);
    draft = policy_default(product->id, console_option(co, "--name"));
    draft.is_floating = !console_flag(co, "--node-locked");
    draft.is_protected = account.is_protected;
    draft.is_strict = console_flag(co, "--strict");
    draft.require_fingerprint = draft.is_strict;
    draft.max_machines = draft.is_floating ? seats : POLICY_NO_LIMIT;
    draft.duration_seconds = days * CATALOGUE_DAY_SECONDS;
    draft.authentication = POLICY_AUTH_MIXED;
    draft.scheme = console_flag(co, "--signed-keys") ? "ED25519_SIGN" : NULL;
    return policy_add(cx, &draft, out);
}

int policy_create_command(struct console *co)
{
    static const char *const KNOWN[] = {"--tenant",      "--product",     "--name",
                                        "--seats",       "--days",        "--strict",
                                        "--node-locked", "--signed-keys", NULL};
    struct policy *policy;
    struct ctx cx;
    json_t *out = NULL;
    int64_t seats;
    int64_t days;
    bool ok;

    if (!console_options(co, KNOWN))
        return CONSOLE_USAGE;
    if (console_option(co, "--product") == NULL || console_option(co, "--name") == NULL)
        return console_misuse(co, "policy create needs --product and --name.");
    if (!number_option(co, "--seats", CATALOGUE_SEATS_MAX, POLICY_NO_LIMIT, &seats) ||
        !number_option(co, "--days", CATALOGUE_DAYS_MAX, 0, &days))
        return console_misuse(co, "--seats and --days are whole numbers from 1.");
    if (!console_open(co, &cx))
        return CONSOLE_REFUSED;
    ok = add_policy(co, &cx, seats, days, &policy);
    if (ok)
        out = json_own(cx.mem,
                       json_pack("{s:s,s:s,s:s,s:b}", "id", id_text(cx.mem, policy->id), "name",
                                 policy->name, "product", console_option(co, "--product"),
                                 "protected", policy->is_protected));
    return finish(co, &cx, ok, out);
}
