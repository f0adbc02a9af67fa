/* gatehouse serve: starts the roles of this process, waits for a signal, stops them in order. */
#include "base/log.h"
#include "db/private_server.h"
#include "portal/account/tenant.h"
#include "portal/api/licence_serve.h"
#include "portal/api/sign_link.h"
#include "portal/console/console.h"
#include "portal/http/server.h"
#include "portal/http/statics.h"
#include "portal/http/template.h"
#include "portal/jobs/jobs.h"
#include "portal/reseal.h"
#include "portal/script_api.h"
#include "portal/serve.h"
#include "portal/shell.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <time.h>

enum { LICENSING_PATIENCE_S = 3 };

static const struct err_kind ERR_SERVE_ROLE = {
    ERR_CLASS_INVALID, "ROLE", "There is no role {}. Roles are portal, licensing and jobs."};

struct serving {
    struct app *app;
    struct server *portal, *licensing;
    struct jobs *jobs;
};

/* Signals are taken by the main thread alone; all others are started with them blocked. */
static void block_signals(sigset_t *set)
{
    sigemptyset(set);
    sigaddset(set, SIGTERM);
    sigaddset(set, SIGINT);
    sigaddset(set, SIGHUP);
    pthread_sigmask(SIG_BLOCK, set, NULL);
    signal(SIGPIPE, SIG_IGN);
}

static bool take_roles(struct console *co)
{
    const char *roles = console_option(co, "--role");
    struct span rest = span_of(roles != NULL ? roles : "portal,licensing,jobs");
    struct span role;

    while (span_cut(&rest, ',', &role)) {
        if (span_equal(role, "portal"))
            co->app.has_portal = true;
        else if (span_equal(role, "licensing"))
            co->app.has_licensing = true;
        else if (span_equal(role, "jobs"))
            co->app.has_jobs = true;
        else {
            err_set(&co->err, &ERR_SERVE_ROLE, "role %.*s", (int)role.len, role.p);
            err_arg(&co->err, span_dup(co->app.mem, role));
            return false;
        }
    }
    return true;
}

static void take_addresses(struct console *co)
{
    const char *portal = console_option(co, "--portal-listen");
    const char *licensing = console_option(co, "--licensing-listen");

    if (portal != NULL)
        co->app.config.portal_listen = portal;
    if (licensing != NULL)
        co->app.config.licensing_listen = licensing;
}

static bool start_portal(struct serving *s, struct err *err)
{
    struct app *app = s->app;
    const struct server_spec spec = {.name = "portal",
                                     .routes = ROUTES,
                                     .listen = app->config.portal_listen,
                                     .threads = (unsigned)app->config.portal_threads,
                                     .app = app,
                                     .pool = app->portal_pool,
                                     .serve = serve_request};

    return template_load(err, arena_printf(app->mem, "%s/templates", app->config.www_dir),
                         app->langs, &app->templates) &&
           statics_load(err, app->config.static_dir, &app->statics) &&
           server_start(err, &spec, &s->portal);
}

static bool start_licensing(struct serving *s, struct err *err)
{
    struct app *app = s->app;
    const struct server_spec spec = {.name = "licensing",
                                     .routes = SERVICE_ROUTES,
                                     .listen = app->config.licensing_listen,
                                     .threads = (unsigned)app->config.licensing_threads,
                                     .is_licensing = true,
                                     .app = app,
                                     .pool = app->licensing_pool,
                                     .serve = licence_serve};

    return licence_serve_start(app, err) && server_start(err, &spec, &s->licensing);
}

static bool start_roles(struct serving *s, struct err *err)
{
    struct app *app = s->app;
    unsigned size = (unsigned)app->config.database_pool;

    app->tenants = tenant_cache_make();
    app->shell_cache = shell_cache_make();
    app->shell = shell_fill;
    if (app->config.script_enabled)
        app->scripts = script_api_make(&app->config);
    app->portal_pool = db_pool_make(&app->target, size);
    app->licensing_pool = db_pool_make(&app->target, size);
    /* A program that asks about its licence would rather hear 503 than wait. */
    db_pool_set_patience(app->licensing_pool, LICENSING_PATIENCE_S);
    /* Signing keys are opened in the licensing role alone. */
    if (!app->has_licensing && !sign_link_make(err, &app->config, &app->signer))
        return false;
    if ((app->has_portal || app->has_jobs) && /* pages and mails */
        !lang_load(err, app->config.www_dir, &app->langs))
        return false;
    return (!app->has_licensing || start_licensing(s, err)) &&
           (!app->has_portal || start_portal(s, err)) &&
           (!app->has_jobs || jobs_start(err, app, &s->jobs));
}

/* Requests in flight are answered first; what they need ends after them. */
static void stop_roles(struct serving *s)
{
    struct app *app = s->app;

    if (s->portal != NULL)
        server_drain(s->portal, app->config.drain_ms);
    if (s->licensing != NULL)
        server_drain(s->licensing, app->config.drain_ms);
    if (s->jobs != NULL)
        jobs_stop(s->jobs);
    if (s->portal != NULL)
        server_stop(s->portal);
    if (s->licensing != NULL)
        server_stop(s->licensing);
    licence_serve_stop(app);
    sign_link_free(app->signer);
    if (app->statics != NULL)
        statics_free(app->statics);
    if (app->templates != NULL)
        template_free(app->templates);
    if (app->langs != NULL)
        lang_free(app->langs);
    script_api_free(app->scripts);
    db_pool_free(app->licensing_pool);
    db_pool_free(app->portal_pool);
    shell_cache_free(app->shell_cache);
    tenant_cache_free(app->tenants);
}

/* What whoever started the program waits for: where to go, and as whom (--welcome names the text).
 */
static void say_ready(const struct serving *s, const char *welcome)
{
    char line[512];
    FILE *text;

    puts("ready");
    if (s->portal != NULL)
        printf("  portal           http://127.0.0.1:%u/\n", server_port(s->portal));
    if (s->licensing != NULL)
        printf("  licence service  http://127.0.0.1:%u/v1/\n", server_port(s->licensing));
    text = welcome != NULL ? fopen(welcome, "r") : NULL;
    if (text != NULL) {
        while (fgets(line, sizeof line, text) != NULL)
            fputs(line, stdout);
        fclose(text);
    }
    puts("Ctrl-C stops it.");
    fflush(stdout);
}

/* Templates and texts as they lie in www.dir now; a faulty one leaves all as they were. Settings
 * are read at the start alone. */
static void read_again(const struct app *app)
{
    struct err err = {.kind = NULL};
    struct arena *mem = arena_make(1024);
    const char *dir = arena_printf(mem, "%s/templates", app->config.www_dir);

    if (app->templates == NULL)
        log_info("-", "SIGHUP: this process shows no pages");
    else if (lang_reload(&err, app->langs, app->config.www_dir) &&
             template_reload(&err, app->templates, dir, app->langs))
        log_info("-", "SIGHUP: templates and texts are read again");
    else
        log_error("-", "SIGHUP: the present templates stay: %s", err.oper);
    arena_free(mem);
}

/* Returns at SIGTERM or SIGINT; looks after the private database meanwhile. */
static void wait_for_end(const struct app *app, const sigset_t *signals)
{
    const struct timespec second = {.tv_sec = 1};

    for (;;) {
        int got = sigtimedwait(signals, NULL, &second);

        if (got == SIGTERM || got == SIGINT)
            return;
        if (got == SIGHUP)
            read_again(app);
        if (app->database != NULL)
            private_server_watch(app->database);
    }
}

int serve_command(struct console *co)
{
    static const char *const KNOWN[] = {"--role", "--portal-listen", "--licensing-listen",
                                        "--welcome", NULL};
    struct serving s = {.app = &co->app};
    sigset_t signals;
    bool ok;

    if (!console_options(co, KNOWN))
        return CONSOLE_USAGE;
    block_signals(&signals);
    co->app.may_make = true;
    ok = app_configure(&co->app, &co->err, &co->faults) && take_roles(co);
    take_addresses(co);
    if (!ok || !reseal_check(&co->err, co->app.config.key_file) ||
        !app_open(&co->app, &co->err, false)) {
        console_fail(co, &co->err);
        app_close(&co->app);
        return CONSOLE_REFUSED;
    }
    ok = start_roles(&s, &co->err);
    if (ok) {
        say_ready(&s, console_option(co, "--welcome"));
        wait_for_end(&co->app, &signals);
        log_info("-", "stopping");
    }
    stop_roles(&s);
    if (!ok)
        console_fail(co, &co->err);
    app_close(&co->app);
    return ok ? CONSOLE_DONE : CONSOLE_REFUSED;
}
