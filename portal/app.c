#define _XOPEN_SOURCE 700 /* realpath */

#include "portal/app.h"

#include "base/log.h"
#include "db/migrate.h"
#include "db/private_server.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct err_kind ERR_APP_FOLDER = {
    ERR_CLASS_INTERNAL, "FOLDER",
    "The folder {} cannot be used. Make it writable for this user, or name another with VAR."};
static const struct err_kind ERR_APP_ELSEWHERE = {
    ERR_CLASS_INVALID, "ELSEWHERE",
    "There is no database in the folder {}. Run this in the folder that is served from, or name its "
    "var with GATEHOUSE_VAR_DIR."};
static const struct err_kind ERR_APP_PLACE = {
    ERR_CLASS_INTERNAL, "PLACE", "The program cannot tell where it lies. Is /proc mounted?"};

enum { PLACE_MAX = 4096 };

/* The folder of the running program: templates and static files lie beside it. */
static bool program_folder(struct err *err, struct arena *mem, const char **out)
{
    char path[PLACE_MAX];
    ssize_t len = readlink("/proc/self/exe", path, sizeof path - 1);

    if (len <= 0)
        return err_set(err, &ERR_APP_PLACE, "readlink /proc/self/exe: %s", strerror(errno));
    path[len] = '\0';
    *strrchr(path, '/') = '\0';
    *out = arena_dup(mem, path);
    return true;
}

static bool make_folder(struct err *err, const char *path, mode_t mode)
{
    struct stat st;

    if (mkdir(path, mode) != 0 && errno != EEXIST) {
        err_set(err, &ERR_APP_FOLDER, "mkdir %s: %s", path, strerror(errno));
        err_arg(err, path);
        return false;
    }
    if (stat(path, &st) != 0 || !S_ISDIR(st.st_mode) || access(path, W_OK | X_OK) != 0) {
        err_set(err, &ERR_APP_FOLDER, "%s is no folder that can be written", path);
        err_arg(err, path);
        return false;
    }
    return true;
}

/* A command that asks a database in the wrong folder is told so, instead of making an empty one. */
static bool is_elsewhere(const struct app *app, struct err *err)
{
    const char *data = arena_printf(app->mem, "%s/db/data", app->config.var_dir);

    if (app->may_make || *app->config.database_url != '\0' || access(data, F_OK) == 0)
        return false;
    err_set(err, &ERR_APP_ELSEWHERE, "%s is missing", data);
    err_arg(err, app->config.var_dir);
    return true;
}

static bool fill_paths(struct app *app, struct err *err)
{
    struct config *config = &app->config;
    const char *place;
    char *absolute;

    if (is_elsewhere(app, err))
        return false;
    if (!program_folder(err, app->mem, &place) || !make_folder(err, config->var_dir, 0755))
        return false;
    absolute = realpath(config->var_dir, NULL);
    if (absolute == NULL)
        return err_set(err, &ERR_APP_FOLDER, "realpath %s: %s", config->var_dir, strerror(errno));
    config->var_dir = arena_dup(app->mem, absolute);
    free(absolute);
    if (*config->www_dir == '\0')
        config->www_dir = arena_printf(app->mem, "%s/www", place);
    if (*config->static_dir == '\0')
        config->static_dir = arena_printf(app->mem, "%s/static", place);
    if (*config->storage_path == '\0')
        config->storage_path = arena_printf(app->mem, "%s/storage", config->var_dir);
    if (*config->key_file == '\0')
        config->key_file = arena_printf(app->mem, "%s/master.key", config->var_dir);
    if (*config->mail_spool == '\0')
        config->mail_spool = arena_printf(app->mem, "%s/mail", config->var_dir);
    if (*config->mail_inbound_spool == '\0')
        config->mail_inbound_spool = arena_printf(app->mem, "%s/mail/in", config->var_dir);
    return make_folder(err, config->storage_path, 0700);
}

bool app_configure(struct app *app, struct err *err, const char **faults)
{
    static const char *const LEVELS[] = {"debug", "info", "warn", "error"};
    const char *path = getenv("GATEHOUSE_CONF");

    app->mem = arena_make(16 * 1024);
    *faults = "";
    if (path == NULL && access("gatehouse.conf", R_OK) == 0)
        path = "gatehouse.conf";
    if (!config_load(app->mem, err, path, &app->config, faults))
        return false;
    for (unsigned i = 0; i < COUNT(LEVELS); i++)
        if (strcmp(app->config.log_level, LEVELS[i]) == 0)
            log_open(STDERR_FILENO, (enum log_level)i);
    return fill_paths(app, err);
}

/* The database's own or the private one; a command joins the private server of a running program.
 */
static bool connect_database(struct app *app, struct err *err, bool may_join)
{
    if (*app->config.database_url != '\0') {
        if (!db_target_parse(err, app->mem, app->config.database_url, &app->target))
            return false;
    } else if (may_join && private_server_attach(err, app->config.var_dir, &app->database)) {
        app->target = *private_server_target(app->database);
        app->has_joined = true;
    } else {
        err_clear(err);
        if (!private_server_start(err, app->config.var_dir, &app->database))
            return false;
        app->target = *private_server_target(app->database);
    }
    return true;
}

/* The master key may be made only while nothing is sealed with another one. */
static bool open_master(struct app *app, struct ctx *cx)
{
    static const char SQL_SEALED_ANY_TENANT[] = "SELECT COUNT(*) FROM signing_key";
    struct db_rows rows;

    if (!db_query(cx, &rows, SQL_SEALED_ANY_TENANT, DB_NONE) || !db_next(&rows))
        return false;
    return crypto_master_open(&cx->err, app->config.key_file, db_i64(&rows.row, 0) == 0,
                              &app->master);
}

bool app_open(struct app *app, struct err *err, bool may_join)
{
    struct ctx cx;
    int applied = 0;
    bool ok;

    if (!connect_database(app, err, may_join))
        return false;
    app->jobs_pool = db_pool_make(&app->target, (unsigned)app->config.database_pool);
    ctx_start(&cx, app->mem, app->jobs_pool);
    ok = migrate_run(&cx, &applied) && open_master(app, &cx);
    db_release(&cx);
    if (!ok) {
        *err = cx.err;
        return false;
    }
    if (applied > 0)
        log_info("-", "schema: %d migrations applied", applied);
    return true;
}

void app_close(struct app *app)
{
    if (app->jobs_pool != NULL)
        db_pool_free(app->jobs_pool);
    if (app->master != NULL)
        crypto_master_free(app->master);
    if (app->database != NULL)
        private_server_stop(app->database);
    arena_free(app->mem);
}
