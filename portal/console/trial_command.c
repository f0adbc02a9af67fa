/* Commands about trials: a product's terms, and turning a trial into a full licence. */
#include "base/clock.h"
#include "base/parse.h"
#include "licensing/product.h"
#include "licensing/trial.h"
#include "portal/console/console.h"

#include <string.h>

enum { POLICIES_MAX = 500 };

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

/* By id or by name. */
static bool find_policy(struct ctx *cx, struct id product_id, const char *name, struct id *out)
{
    struct policy *list;
    size_t count;

    if (id_parse(name, out))
        return true;
    if (!policy_list(cx, product_id, POLICIES_MAX, &list, &count))
        return false;
    for (size_t i = 0; i < count; i++) {
        if (strcmp(list[i].name, name) == 0) {
            *out = list[i].id;
            return true;
        }
    }
    return err_set(&cx->err, &ERR_NOT_FOUND, "policy %s", name);
}

static bool set_terms(struct console *co, struct ctx *cx, int64_t days)
{
    const char *code = console_option(co, "--product");
    struct trial_terms terms = {.days = days, .is_open = console_flag(co, "--open")};
    struct product *product;

    if (!console_tenant(co, cx) || !product_find_code(cx, code, &product))
        return false;
    if (product == NULL)
        return err_set(&cx->err, &ERR_NOT_FOUND, "product %s", code);
    terms.product_id = product->id;
    if (console_flag(co, "--off"))
        return trial_terms_remove(cx, product->id);
    return find_policy(cx, product->id, console_option(co, "--policy"), &terms.policy_id) &&
           trial_terms_set(cx, &terms);
}

int product_trial_command(struct console *co)
{
    static const char *const KNOWN[] = {"--tenant", "--product", "--policy", "--days",
                                        "--open",   "--off",     NULL};
    const char *days_text = console_option(co, "--days");
    int64_t days = TRIAL_DAYS;
    struct ctx cx;
    json_t *out = NULL;
    bool ok;

    if (!console_options(co, KNOWN))
        return CONSOLE_USAGE;
    if (console_option(co, "--product") == NULL ||
        (console_option(co, "--policy") == NULL) != console_flag(co, "--off"))
        return console_misuse(co, "product trial needs --product, and --policy or --off.");
    if (days_text != NULL && !parse_i64(days_text, 1, TRIAL_DAYS_MAX, &days))
        return console_misuse(co, "--days is a whole number from 1 to 365.");
    if (!console_open(co, &cx))
        return CONSOLE_REFUSED;
    ok = set_terms(co, &cx, days);
    if (ok)
        out = json_own(cx.mem,
                       json_pack("{s:s,s:b,s:I,s:b}", "product", console_option(co, "--product"),
                                 "trials", !console_flag(co, "--off"), "days", (json_int_t)days,
                                 "open", console_flag(co, "--open")));
    return finish(co, &cx, ok, out);
}

static bool turn(struct console *co, struct ctx *cx, struct licence **out)
{
    const char *reason = console_option(co, "--reason");
    struct licence *l;
    struct id policy_id;

    return console_tenant(co, cx) && licence_find_serial(cx, console_option(co, "--licence"), &l) &&
           find_policy(cx, l->product_id, console_option(co, "--policy"), &policy_id) &&
           trial_turn(cx, l->id, policy_id, reason != NULL ? reason : "", out);
}

int licence_turn_command(struct console *co)
{
    static const char *const KNOWN[] = {"--tenant", "--licence", "--policy", "--reason", NULL};
    char expiry[CLOCK_ISO_SIZE] = "";
    struct licence *l;
    struct ctx cx;
    json_t *out = NULL;
    bool ok;

    if (!console_options(co, KNOWN))
        return CONSOLE_USAGE;
    if (console_option(co, "--licence") == NULL || console_option(co, "--policy") == NULL)
        return console_misuse(co, "licence turn needs --licence SERIAL and --policy.");
    if (!console_open(co, &cx))
        return CONSOLE_REFUSED;
    ok = turn(co, &cx, &l);
    if (ok) {
        if (l->expires_at != 0)
            clock_iso(l->expires_at, expiry);
        out = json_own(cx.mem, json_pack("{s:s,s:s,s:s,s:s,s:I}", "id", id_text(cx.mem, l->id),
                                         "serial", l->serial, "policy", l->policy_name, "expires",
                                         expiry, "machines", (json_int_t)l->machine_count));
    }
    return finish(co, &cx, ok, out);
}
