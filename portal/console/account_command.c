/* Commands about tenants and people. */
#include "base/crypto.h"
#include "base/parse.h"
#include "licensing/signing_key.h"
#include "portal/account/credential.h"
#include "portal/account/person.h"
#include "portal/account/role.h"
#include "portal/account/session.h"
#include "portal/account/tenant.h"
#include "portal/account/tenant_invite.h"
#include "portal/console/console.h"

#include <string.h>

enum { TENANT_PAGE = 200 };

/* Reads the password that the option asks for; NULL when it was not given. */
static bool read_password(struct console *co, const char *option, const char **out)
{
    *out = NULL;
    return !console_flag(co, option) || console_read_line(co, out);
}

/* Ends a command: prints the object or the failure. */
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

static bool create_tenant(struct console *co, struct ctx *cx, const char *password, json_t **out)
{
    const struct tenant_spec spec = {
        .slug = console_word(co, 0),
        .name = console_option(co, "--name"),
        .host = console_option(co, "--host"),
        .language = console_option(co, "--language"),
        .time_zone = console_option(co, "--time-zone"),
        .currency = console_option(co, "--currency"),
        .admin_email = console_option(co, "--admin-email"),
        .admin_password = password,
        .wants_setup = true,
    };
    struct tenant *tenant;
    const char *token;
    const char *key;

    /* What anybody may do on the network begins shut: else whoever makes himself a user makes
     * himself licences. */
    if (!tenant_create(cx, &spec, &tenant) || !console_tenant_keys(cx, &token, &key) ||
        !tenant_set_account(cx, NULL, true))
        return false;
    *out = json_own(cx->mem,
                    json_pack("{s:s,s:s,s:s,s:s}", "slug", tenant->slug, "id",
                              id_text(cx->mem, tenant->id), "admin_token", token, "ed25519", key));
    return true;
}

int tenant_create_command(struct console *co)
{
    static const char *const KNOWN[] = {"--name",
                                        "--host",
                                        "--language",
                                        "--time-zone",
                                        "--currency",
                                        "--admin-email",
                                        "--admin-password-stdin",
                                        NULL};
    struct ctx cx;
    const char *password;
    json_t *out = NULL;
    bool ok;

    if (!console_options(co, KNOWN))
        return CONSOLE_USAGE;
    if (console_word(co, 0) == NULL || console_option(co, "--name") == NULL)
        return console_misuse(co, "tenant create needs a slug and --name.");
    co->app.may_make = true;
    if (!console_open(co, &cx))
        return CONSOLE_REFUSED;
    ok = read_password(co, "--admin-password-stdin", &password);
    if (!ok)
        cx.err = co->err;
    ok = ok && create_tenant(co, &cx, password, &out);
    return finish(co, &cx, ok, out);
}

int tenant_invite_command(struct console *co)
{
    static const char *const KNOWN[] = {NULL};
    const struct config *config = &co->app.config;
    const char *token, *base;
    struct ctx cx;
    bool ok;

    if (!console_options(co, KNOWN))
        return CONSOLE_USAGE;
    if (!console_open(co, &cx))
        return CONSOLE_REFUSED;
    ok = tenant_invite_make(&cx, &token);
    if (!ok)
        return finish(co, &cx, false, NULL);
    base = *config->public_url != '\0' ? config->public_url
                                       : arena_printf(cx.mem, "http://%s", config->portal_listen);
    return finish(co, &cx, true,
                  json_own(cx.mem, json_pack("{s:s,s:i}", "link",
                                             arena_printf(cx.mem, "%s/tenants/new/%s", base, token),
                                             "minutes", TENANT_INVITE_MINUTES)));
}

int tenant_list_command(struct console *co)
{
    static const char *const KNOWN[] = {NULL};
    static const char *const MEMBERS[] = {"slug", "name", "language", "id", NULL};
    struct ctx cx;
    struct tenant *tenants;
    const char *after = "";
    json_t *list;
    size_t count;

    if (!console_options(co, KNOWN))
        return CONSOLE_USAGE;
    if (!console_open(co, &cx))
        return CONSOLE_REFUSED;
    list = json_own(cx.mem, json_array());
    do {
        if (!tenant_list(&cx, after, TENANT_PAGE, &tenants, &count))
            return finish(co, &cx, false, NULL);
        for (size_t i = 0; i < count; i++)
            json_array_append_new(list,
                                  json_pack("{s:s,s:s,s:s,s:s}", "slug", tenants[i].slug, "name",
                                            tenants[i].name, "language", tenants[i].language, "id",
                                            id_text(cx.mem, tenants[i].id)));
        if (count > 0)
            after = tenants[count - 1].slug;
    } while (count == TENANT_PAGE);
    console_print_list(co, list, MEMBERS);
    console_close(co, &cx);
    return CONSOLE_DONE;
}

/* A number, or "default"; otherwise where it was not given. */
static bool rate_option(struct console *co, const char *name, int64_t *rate)
{
    const char *text = console_option(co, name);

    if (text == NULL)
        return true;
    if (strcmp(text, "default") == 0) {
        *rate = TENANT_RATE_DEFAULT;
        return true;
    }
    return parse_i64(text, 0, TENANT_RATE_MAX, rate);
}

static json_t *rate_json(int64_t rate)
{
    return rate == TENANT_RATE_DEFAULT ? json_string("default") : json_integer(rate);
}

int tenant_limit_command(struct console *co)
{
    static const char *const KNOWN[] = {"--tenant", "--portal", "--licensing", NULL};
    int64_t portal = 0, licensing = 0;
    json_t *out = NULL;
    struct ctx cx;
    bool ok;

    if (!console_options(co, KNOWN))
        return CONSOLE_USAGE;
    if (!rate_option(co, "--portal", &portal) || !rate_option(co, "--licensing", &licensing))
        return console_misuse(co, "--portal and --licensing are numbers from 0, or default.");
    if (!console_open(co, &cx))
        return CONSOLE_REFUSED;
    ok = console_tenant(co, &cx) && tenant_rates(&cx, &portal, &licensing) &&
         rate_option(co, "--portal", &portal) && rate_option(co, "--licensing", &licensing) &&
         tenant_set_rates(&cx, portal, licensing);
    if (ok)
        out = json_own(cx.mem, json_pack("{s:o,s:o}", "portal", rate_json(portal), "licensing",
                                         rate_json(licensing)));
    return finish(co, &cx, ok, out);
}

static bool show_account(struct ctx *cx, json_t **out)
{
    struct tenant_account account;
    struct signing_key *keys;
    size_t count;

    if (!tenant_account_get(cx, &account) || !signing_key_list(cx, &keys, &count))
        return false;
    *out = json_own(
        cx->mem,
        json_pack("{s:s,s:s,s:s,s:s,s:b,s:s,s:s}", "slug", account.slug, "name", account.name, "id",
                  id_text(cx->mem, cx->tenant_id), "api_version", account.api_version, "protected",
                  account.is_protected, "customers_may", account.wire_rights, "ed25519",
                  count > 0 ? crypto_hex(cx->mem, keys[0].public_key, CRYPTO_PUBLIC_SIZE) : ""));
    return true;
}

int tenant_show_command(struct console *co)
{
    static const char *const KNOWN[] = {"--tenant", NULL};
    json_t *out = NULL;
    struct ctx cx;
    bool ok;

    if (!console_options(co, KNOWN))
        return CONSOLE_USAGE;
    if (!console_open(co, &cx))
        return CONSOLE_REFUSED;
    ok = console_tenant(co, &cx) && show_account(&cx, &out);
    return finish(co, &cx, ok, out);
}

/* "on" or "off"; is_on as it is where the option is not given. */
static bool switch_option(struct console *co, const char *name, bool *is_on)
{
    const char *text = console_option(co, name);

    if (text == NULL)
        return true;
    *is_on = strcmp(text, "on") == 0;
    return *is_on || strcmp(text, "off") == 0;
}

int tenant_set_command(struct console *co)
{
    static const char *const KNOWN[] = {"--tenant", "--api-version", "--protected", NULL};
    const char *version = console_option(co, "--api-version");
    struct tenant_account account;
    bool is_protected = false;
    json_t *out = NULL;
    struct ctx cx;
    bool ok;

    if (!console_options(co, KNOWN))
        return CONSOLE_USAGE;
    if (!switch_option(co, "--protected", &is_protected))
        return console_misuse(co, "--protected is on or off.");
    if (!console_open(co, &cx))
        return CONSOLE_REFUSED;
    ok = console_tenant(co, &cx) && tenant_account_get(&cx, &account) &&
         switch_option(co, "--protected", &account.is_protected) &&
         tenant_set_account(&cx, version, account.is_protected) && show_account(&cx, &out);
    return finish(co, &cx, ok, out);
}

static bool create_person(struct console *co, struct ctx *cx, const char *password, json_t **out)
{
    const struct person_spec spec = {.full_name = console_option(co, "--name"),
                                     .email = console_option(co, "--email")};
    const struct id no_team = {{0}};
    struct person *person;
    char hash[CRYPTO_PASSWORD_TEXT_SIZE];

    if (password != NULL && !credential_hash(cx, password, hash))
        return false;
    if (!db_begin(cx))
        return false;
    if (!person_create(cx, &spec, &person) ||
        !role_staff_set(cx, person->id, console_option(co, "--role"), no_team, "") ||
        (password != NULL && !credential_store(cx, person->id, hash))) {
        db_rollback(cx);
        return false;
    }
    if (!db_commit(cx))
        return false;
    *out = json_own(cx->mem, json_pack("{s:s,s:s,s:s}", "id", id_text(cx->mem, person->id), "email",
                                       person->email, "role", console_option(co, "--role")));
    return true;
}

int person_create_command(struct console *co)
{
    static const char *const KNOWN[] = {"--tenant", "--email",          "--name",
                                        "--role",   "--password-stdin", NULL};
    struct ctx cx;
    const char *password;
    json_t *out = NULL;
    bool ok;

    if (!console_options(co, KNOWN))
        return CONSOLE_USAGE;
    if (console_option(co, "--email") == NULL || console_option(co, "--role") == NULL)
        return console_misuse(co, "person create needs --email and --role.");
    if (!console_open(co, &cx))
        return CONSOLE_REFUSED;
    ok = read_password(co, "--password-stdin", &password);
    if (!ok)
        cx.err = co->err;
    ok = ok && console_tenant(co, &cx) && create_person(co, &cx, password, &out);
    return finish(co, &cx, ok, out);
}

/* The person of --tenant and --email. */
static bool find_person(struct console *co, struct ctx *cx, struct person **out)
{
    if (!console_tenant(co, cx) || !person_find_by_email(cx, console_option(co, "--email"), out))
        return false;
    return *out != NULL ||
           err_set(&cx->err, &ERR_NOT_FOUND, "person %s", console_option(co, "--email"));
}

int person_password_command(struct console *co)
{
    static const char *const KNOWN[] = {"--tenant", "--email", "--password-stdin", NULL};
    struct ctx cx;
    struct person *person;
    const char *password;
    json_t *out = NULL;
    bool ok;

    if (!console_options(co, KNOWN))
        return CONSOLE_USAGE;
    if (console_option(co, "--email") == NULL || !console_flag(co, "--password-stdin"))
        return console_misuse(co, "person reset-password needs --email and --password-stdin.");
    if (!console_open(co, &cx))
        return CONSOLE_REFUSED;
    ok = console_read_line(co, &password);
    if (!ok)
        cx.err = co->err;
    ok = ok && find_person(co, &cx, &person) && credential_set(&cx, person->id, password);
    if (ok)
        out = json_own(cx.mem, json_pack("{s:s,s:b}", "email", person->email, "changed", true));
    return finish(co, &cx, ok, out);
}

int person_disable_command(struct console *co)
{
    static const char *const KNOWN[] = {"--tenant", "--email", NULL};
    struct ctx cx;
    struct person *person;
    json_t *out = NULL;
    bool ok;

    if (!console_options(co, KNOWN))
        return CONSOLE_USAGE;
    if (console_option(co, "--email") == NULL)
        return console_misuse(co, "person disable needs --email.");
    if (!console_open(co, &cx))
        return CONSOLE_REFUSED;
    ok = find_person(co, &cx, &person) && person_set_disabled(&cx, person->id, true);
    if (ok)
        out = json_own(cx.mem, json_pack("{s:s,s:b}", "email", person->email, "disabled", true));
    return finish(co, &cx, ok, out);
}
