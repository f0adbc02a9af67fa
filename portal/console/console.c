#include "portal/console/console.h"

#include "base/log.h"
#include "portal/account/tenant.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct err_kind ERR_CONSOLE_TENANT = {
    ERR_CLASS_NOT_FOUND, "TENANT_NOT_FOUND",
    "There is no tenant {}. `gatehouse tenant list` shows those that exist."};

enum { CONSOLE_LINE_MAX = 1024, CONSOLE_COLUMNS_MAX = 8 };

static bool is_option(const char *word)
{
    return strncmp(word, "--", 2) == 0;
}

/* Options that stand alone; all others are followed by their value. */
static bool is_flag(const char *word)
{
    static const char *const FLAGS[] = {
        "--json",        "--markdown",    "--describe",       "--if-missing",           "--strict",
        "--node-locked", "--signed-keys", "--password-stdin", "--admin-password-stdin", "--open",
        "--off",         "--master",      "--dry-run"};

    for (size_t i = 0; i < COUNT(FLAGS); i++)
        if (strcmp(word, FLAGS[i]) == 0)
            return true;
    return false;
}

const char *console_option(const struct console *co, const char *name)
{
    for (int i = 0; i + 1 < co->argc; i++)
        if (strcmp(co->argv[i], name) == 0)
            return co->argv[i + 1];
    return NULL;
}

bool console_flag(const struct console *co, const char *name)
{
    for (int i = 0; i < co->argc; i++)
        if (strcmp(co->argv[i], name) == 0)
            return true;
    return false;
}

const char *console_word(const struct console *co, int n)
{
    for (int i = 0; i < co->argc; i++) {
        if (is_option(co->argv[i])) {
            if (!is_flag(co->argv[i]))
                i++;
        } else if (n-- == 0) {
            return co->argv[i];
        }
    }
    return NULL;
}

bool console_options(struct console *co, const char *const *known)
{
    for (int i = 0; i < co->argc; i++) {
        bool is_known = strcmp(co->argv[i], "--json") == 0;

        if (!is_option(co->argv[i]))
            continue;
        for (const char *const *k = known; *k != NULL && !is_known; k++)
            is_known = strcmp(co->argv[i], *k) == 0;
        if (!is_known) {
            fprintf(stderr, "gatehouse: unknown option %s\n", co->argv[i]);
            return false;
        }
        if (!is_flag(co->argv[i]) && ++i >= co->argc) {
            fprintf(stderr, "gatehouse: %s needs a value\n", co->argv[i - 1]);
            return false;
        }
    }
    return true;
}

bool console_read_line(struct console *co, const char **out)
{
    char line[CONSOLE_LINE_MAX + 2];

    if (isatty(STDIN_FILENO))
        fputs("Password (it is shown as you type): ", stderr);
    if (fgets(line, sizeof line, stdin) == NULL)
        return err_set(&co->err, &ERR_INVALID, "standard input ended before a line was read");
    line[strcspn(line, "\r\n")] = '\0';
    *out = arena_dup(co->app.mem, line);
    crypto_wipe(line, sizeof line);
    return true;
}

bool console_open(struct console *co, struct ctx *cx)
{
    if (!app_configure(&co->app, &co->err, &co->faults) || !app_open(&co->app, &co->err, true)) {
        console_fail(co, &co->err);
        return false;
    }
    ctx_start(cx, co->app.mem, co->app.jobs_pool);
    cx->master = co->app.master;
    return true;
}

void console_close(struct console *co, struct ctx *cx)
{
    db_release(cx);
    app_close(&co->app);
}

bool console_tenant(struct console *co, struct ctx *cx)
{
    const char *slug = console_option(co, "--tenant");
    struct tenant *tenant;

    if (slug == NULL)
        return err_set(&cx->err, &ERR_INVALID, "--tenant SLUG is missing");
    if (!tenant_by_slug(cx, slug, &tenant)) {
        if (cx->err.kind != &ERR_NOT_FOUND)
            return false;
        err_clear(&cx->err);
        err_set(&cx->err, &ERR_CONSOLE_TENANT, "tenant %s", slug);
        err_arg(&cx->err, slug);
        return false;
    }
    cx->tenant_id = tenant->id;
    return true;
}

static void print_value(const json_t *value)
{
    if (json_is_string(value))
        fputs(json_string_value(value), stdout);
    else if (json_is_null(value))
        fputs("-", stdout);
    else
        json_dumpf(value, stdout, JSON_COMPACT | JSON_ENCODE_ANY);
}

void console_print(const struct console *co, const json_t *object)
{
    const char *name;
    json_t *value;
    json_t *members = json_copy((json_t *)(uintptr_t)object); /* the iterator is not const */

    if (co->is_json) {
        json_dumpf(object, stdout, JSON_COMPACT);
        fputc('\n', stdout);
    } else {
        json_object_foreach (members, name, value) {
            printf("%-16s ", name);
            print_value(value);
            fputc('\n', stdout);
        }
    }
    json_decref(members);
}

static size_t width_of(const json_t *value)
{
    return json_is_string(value) ? json_string_length(value) : 12;
}

void console_print_list(const struct console *co, const json_t *list, const char *const *members)
{
    size_t width[CONSOLE_COLUMNS_MAX] = {0};
    size_t columns = 0;

    if (co->is_json) {
        json_dumpf(list, stdout, JSON_COMPACT);
        fputc('\n', stdout);
        return;
    }
    for (; members[columns] != NULL && columns < CONSOLE_COLUMNS_MAX; columns++) {
        width[columns] = strlen(members[columns]);
        for (size_t i = 0; i < json_array_size(list); i++) {
            size_t w = width_of(json_object_get(json_array_get(list, i), members[columns]));
            width[columns] = w > width[columns] ? w : width[columns];
        }
        printf("%-*s  ", (int)width[columns], members[columns]);
    }
    fputc('\n', stdout);
    for (size_t i = 0; i < json_array_size(list); i++) {
        for (size_t c = 0; c < columns; c++) {
            const json_t *value = json_object_get(json_array_get(list, i), members[c]);
            print_value(value);
            printf("%*s",
                   (int)(width[c] - (width_of(value) < width[c] ? width_of(value) : width[c])) + 2,
                   "");
        }
        fputc('\n', stdout);
    }
}

/* The sentence with its {} filled. */
static void print_sentence(FILE *to, const struct err *err)
{
    const char *gap = strstr(err->kind->text, "{}");

    if (gap == NULL)
        fputs(err->kind->text, to);
    else
        fprintf(to, "%.*s%s%s", (int)(gap - err->kind->text), err->kind->text, err->arg, gap + 2);
}

int console_fail(const struct console *co, const struct err *err)
{
    if (co->is_json) {
        char *text = NULL;
        size_t len = 0;
        FILE *sentence = open_memstream(&text, &len);
        json_t *out;

        print_sentence(sentence, err);
        fclose(sentence);
        out =
            json_pack("{s:s,s:s,s:s}", "code", err->kind->code, "text", text, "detail", err->oper);
        free(text);
        json_dumpf(out, stderr, JSON_COMPACT);
        json_decref(out);
        fputc('\n', stderr);
    } else {
        fputs("gatehouse: ", stderr);
        print_sentence(stderr, err);
        fprintf(stderr, " (%s)\n", err->oper);
    }
    if (co->faults != NULL && *co->faults != '\0')
        fputs(co->faults, stderr);
    return CONSOLE_REFUSED;
}

int console_misuse(const struct console *co, const char *sentence)
{
    (void)co;
    fprintf(stderr, "gatehouse: %s `gatehouse help` shows how each command is used.\n", sentence);
    return CONSOLE_USAGE;
}
