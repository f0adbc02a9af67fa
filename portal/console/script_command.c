/* Commands of rules: test a file, deploy it, and the worker that runs them. */
#include "base/parse.h"
#include "portal/console/console.h"
#include "portal/script_replay.h"
#include "scripts/script_stock.h"
#include "scripts/script_worker.h"
#include "scripts/value_list.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { REPLAY_DEFAULT = 200 };

/* The rule's text, at most a byte more than is allowed, so that too long a one is told as such. */
static bool read_file(struct console *co, struct arena *mem, const char **text, size_t *len)
{
    const char *path = console_word(co, 0);
    FILE *file;
    char *bytes;

    if (path == NULL)
        return err_set(&co->err, &ERR_INVALID, "the rule's FILE is missing");
    file = fopen(path, "rb");
    if (file == NULL)
        return err_set(&co->err, &ERR_INVALID, "%s: %s", path, strerror(errno));
    bytes = arena_alloc(mem, SCRIPT_TEXT_MAX + 2);
    *len = fread(bytes, 1, SCRIPT_TEXT_MAX + 1, file);
    if (ferror(file)) {
        err_set(&co->err, &ERR_INVALID, "%s: %s", path, strerror(errno));
        fclose(file);
        return false;
    }
    fclose(file);
    *text = bytes;
    return true;
}

int script_test_command(struct console *co)
{
    static const char *const KNOWN[] = {NULL};
    struct script_engine *engine;
    struct ctx cx;
    const char *text;
    json_t *header, *out;
    size_t len, tests;
    bool ok;

    if (!console_options(co, KNOWN))
        return CONSOLE_USAGE;
    co->app.mem = arena_make(SCRIPT_TEXT_MAX);
    if (!config_load(co->app.mem, &co->err, NULL, &co->app.config, &co->faults) ||
        !read_file(co, co->app.mem, &text, &len)) {
        console_fail(co, &co->err);
        arena_free(co->app.mem);
        return CONSOLE_REFUSED;
    }
    engine = script_api_make(&co->app.config);
    ctx_start(&cx, co->app.mem, NULL); /* nothing here asks the database */
    ok = script_examine(&cx, engine, text, len, &header, &tests);
    if (ok) {
        out = json_pack("{s:s,s:I}", "rule", json_get_text(header, "id", ""), "tests",
                        (json_int_t)tests);
        console_print(co, out);
        json_decref(out);
    } else {
        console_fail(co, &cx.err);
    }
    script_api_free(engine);
    arena_free(co->app.mem);
    return ok ? CONSOLE_DONE : CONSOLE_REFUSED;
}

int script_deploy_command(struct console *co)
{
    static const char *const KNOWN[] = {"--tenant", "--note", NULL};
    struct script_engine *engine;
    struct script_version *version;
    struct ctx cx;
    const char *text;
    json_t *out;
    size_t len;
    bool ok;

    if (!console_options(co, KNOWN))
        return CONSOLE_USAGE;
    if (!console_open(co, &cx))
        return CONSOLE_REFUSED;
    engine = script_api_make(&co->app.config);
    ok = read_file(co, cx.mem, &text, &len);
    if (!ok)
        cx.err = co->err;
    ok = ok && console_tenant(co, &cx) &&
         script_deploy(&cx, engine, text, len, console_option(co, "--note"), &version);
    if (ok) {
        out = json_pack("{s:s,s:i,s:s}", "rule", version->script_name, "version", version->number,
                        "state", version->state);
        console_print(co, out);
        json_decref(out);
    } else {
        console_fail(co, &cx.err);
    }
    script_api_free(engine);
    console_close(co, &cx);
    return ok ? CONSOLE_DONE : CONSOLE_REFUSED;
}

/* What a rule would have done: a line for each event that would end otherwise. */
int script_replay_command(struct console *co)
{
    static const char *const KNOWN[] = {"--tenant", "--last", NULL};
    static const char *const MEMBERS[] = {"object", "at", "was", "would", NULL};
    const char *last = console_option(co, "--last");
    int64_t limit = REPLAY_DEFAULT;
    struct script_engine *engine;
    struct script_replay replay;
    struct ctx cx;
    const char *text;
    size_t len;
    bool ok;

    if (!console_options(co, KNOWN))
        return CONSOLE_USAGE;
    if (last != NULL && !parse_i64(last, 1, SCRIPT_REPLAY_MAX, &limit))
        return console_misuse(co, "--last is a number from 1 to 1000.");
    if (!console_open(co, &cx))
        return CONSOLE_REFUSED;
    engine = script_api_make(&co->app.config);
    ok = read_file(co, cx.mem, &text, &len);
    if (!ok)
        cx.err = co->err;
    ok = ok && console_tenant(co, &cx) &&
         script_replay(&cx, engine, text, len, (unsigned)limit, &replay);
    if (ok) {
        console_print_list(co, replay.different, MEMBERS);
        fprintf(stderr, "%s: %u events, applied to %u, failed on %u, different on %zu\n",
                replay.name, replay.events, replay.applied, replay.failed,
                json_array_size(replay.different));
    } else {
        console_fail(co, &cx.err);
    }
    script_api_free(engine);
    console_close(co, &cx);
    return ok ? CONSOLE_DONE : CONSOLE_REFUSED;
}

int script_list_command(struct console *co)
{
    static const char *const KNOWN[] = {"--tenant", NULL};
    static const char *const MEMBERS[] = {"rule", "state", "version", "failures", NULL};
    json_t *list = json_array();
    struct script *scripts;
    struct ctx cx;
    size_t count;
    bool ok;

    if (!console_options(co, KNOWN))
        return CONSOLE_USAGE;
    if (!console_open(co, &cx))
        return CONSOLE_REFUSED;
    ok = console_tenant(co, &cx) && script_list(&cx, &scripts, &count);
    for (size_t i = 0; ok && i < count; i++) {
        struct script_version *v = NULL;

        ok =
            id_is_zero(scripts[i].version_id) || script_get_version(&cx, scripts[i].version_id, &v);
        if (ok)
            json_array_append_new(list, json_pack("{s:s,s:s,s:i,s:i}", "rule", scripts[i].name,
                                                  "state", scripts[i].is_on ? "on" : "off",
                                                  "version", v != NULL ? v->number : 0, "failures",
                                                  scripts[i].failures));
    }
    if (ok)
        console_print_list(co, list, MEMBERS);
    else
        console_fail(co, &cx.err);
    json_decref(list);
    console_close(co, &cx);
    return ok ? CONSOLE_DONE : CONSOLE_REFUSED;
}

int script_off_command(struct console *co)
{
    static const char *const KNOWN[] = {"--tenant", NULL};
    const char *name = console_word(co, 0);
    struct script *script;
    struct ctx cx;
    bool ok;

    if (!console_options(co, KNOWN))
        return CONSOLE_USAGE;
    if (name == NULL)
        return console_misuse(co, "script off needs the NAME of a rule.");
    if (!console_open(co, &cx))
        return CONSOLE_REFUSED;
    ok = console_tenant(co, &cx) && script_find(&cx, name, &script) &&
         (script != NULL || err_set(&cx.err, &ERR_NOT_FOUND, "rule %s", name)) &&
         script_switch(&cx, script->id, false, "from the console");
    if (!ok)
        console_fail(co, &cx.err);
    console_close(co, &cx);
    return ok ? CONSOLE_DONE : CONSOLE_REFUSED;
}

/* Teams and levels by city, as the demo's tickets were made with. */
static bool fill_lists(struct console *co, struct ctx *cx)
{
    const char *path = arena_printf(cx->mem, "%s/demo/tenant.json", co->app.config.www_dir);
    json_error_t fault;
    json_t *data = json_load_file(path, JSON_REJECT_DUPLICATES, &fault);
    json_t *list, *value;
    const char *name, *item;

    if (data == NULL)
        return err_set(&cx->err, &ERR_INTERNAL, "%s: %s", path, fault.text);
    json_own(cx->mem, data);
    json_object_foreach (data, name, list) {
        if (strcmp(name, "city_team") != 0 && strcmp(name, "city_level") != 0 &&
            strcmp(name, "latest_version") != 0)
            continue;
        json_object_foreach (list, item, value) {
            if (!value_list_set(cx, name, item, json_string_value(value)))
                return false;
        }
    }
    return true;
}

bool console_deploy_demo_rule(struct console *co, struct ctx *cx)
{
    struct script_engine *engine;
    struct script *there;
    bool ok = true;

    if (!script_find(cx, "route_by_city", &there))
        return false;
    if (there != NULL)
        return true;
    if (!fill_lists(co, cx))
        return false;
    engine = script_api_make(&co->app.config);
    for (size_t i = 0; i < SCRIPT_STOCK_COUNT && ok; i++) {
        const char *text = SCRIPT_STOCK[i].text;
        struct script_version *version;

        ok = script_deploy(cx, engine, text, strlen(text), "", &version);
    }
    script_api_free(engine);
    return ok;
}

int script_worker_command(struct console *co)
{
    (void)co;
    return script_worker_main();
}
