/* gatehouse demo: the demo tenant, and where its logins are told. */
#include "portal/account/tenant.h"
#include "portal/console/console.h"
#include "portal/demo/demo.h"

#include <errno.h>
#include <string.h>

/* The demo's accounts are no secret: a tenant that anybody can make on his own machine. */
static const char PASSWORD[] = "gatehouse-demo";

static const char WELCOME[] =
    "  sign in with the password %s as\n"
    "    anna@marlowgrocers.example   customer, her organisation's administrator\n"
    "    grace@marlowgrocers.example  customer, sees her own tickets alone\n"
    "    wang@jnxg.example            customer, in Chinese\n"
    "    priya@tilwick.example        support agent\n"
    "    ruth@tilwick.example         team lead\n"
    "    admin@tilwick.example        administrator\n"
    "  demo licences: DEMO-MARLOW-COUNTER-7Q4M is valid on the machine counter-C-1001-01,\n"
    "    DEMO-GUSU-COUNTER-91KX is suspended; the README has the curl lines\n"
    "  no mail leaves the demo: the portal's page /demo/mail shows them all\n";

static bool write_welcome(struct console *co)
{
    const char *path = arena_printf(co->app.mem, "%s/demo-logins.txt", co->app.config.var_dir);
    FILE *file = fopen(path, "w");

    if (file == NULL)
        return err_set(&co->err, &ERR_INTERNAL, "%s: %s", path, strerror(errno));
    fprintf(file, WELCOME, PASSWORD);
    if (fclose(file) != 0)
        return err_set(&co->err, &ERR_INTERNAL, "%s: %s", path, strerror(errno));
    return true;
}

static bool make(struct console *co, struct ctx *cx, const char *slug)
{
    struct tenant *tenant = NULL;

    if (!tenant_by_slug(cx, slug, &tenant)) {
        if (cx->err.kind != &ERR_NOT_FOUND)
            return false;
        err_clear(&cx->err);
    }
    if (tenant == NULL || !console_flag(co, "--if-missing")) {
        fprintf(stderr, "gatehouse: making the demo tenant %s\n", slug);
        if (!demo_make(cx, co->app.config.www_dir, co->app.config.storage_path, slug, PASSWORD))
            return false;
    } else {
        cx->tenant_id = tenant->id;
    }
    /* A rule that is in force already stays as it is. */
    return console_deploy_demo_rule(co, cx);
}

int demo_command(struct console *co)
{
    static const char *const KNOWN[] = {"--tenant", "--if-missing", NULL};
    const char *slug = console_option(co, "--tenant");
    struct ctx cx;
    int code = CONSOLE_DONE;

    if (!console_options(co, KNOWN))
        return CONSOLE_USAGE;
    co->app.may_make = true;
    if (!console_open(co, &cx))
        return CONSOLE_REFUSED;
    if (!make(co, &cx, slug != NULL ? slug : "demo"))
        code = console_fail(co, &cx.err);
    else if (!write_welcome(co))
        code = console_fail(co, &co->err);
    console_close(co, &cx);
    return code;
}
