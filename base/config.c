#include "base/config.h"

#include "base/parse.h"
#include "base/utf8.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CONFIG_FILE_MAX = 64 * 1024 };

static const char *check_url(const char *value)
{
    size_t scheme = strncmp(value, "https://", 8) == 0  ? 8
                    : strncmp(value, "http://", 7) == 0 ? 7
                                                        : 0;

    if (scheme == 0 || value[scheme] == '\0' || value[strlen(value) - 1] == '/')
        return "must begin with http:// or https:// and not end with a slash";
    return NULL;
}

static const char *check_relay(const char *value)
{
    if (strncmp(value, "smtp://", 7) != 0 && strncmp(value, "smtps://", 8) != 0)
        return "must begin with smtp:// or smtps://";
    return NULL;
}

static const char *check_sender(const char *value)
{
    const char *at = strchr(value, '@');

    if (at == NULL || at == value || at[1] == '\0' || strpbrk(value, " <>\r\n\t,;") != NULL)
        return "must be a bare e-mail address";
    return NULL;
}

static const char *check_inbound(const char *value)
{
    return *value == '\0' ? NULL : check_sender(value);
}

static const char *check_slug(const char *value)
{
    if (strspn(value, "abcdefghijklmnopqrstuvwxyz0123456789-") != strlen(value))
        return "may hold only small letters, digits and hyphens";
    return NULL;
}

/* clang-format off */
#define TEXT(name, member, otherwise, check, help) \
    {name, CONFIG_TEXT, offsetof(struct config, member), otherwise, 0, 0, NULL, help, check, false}
#define INT(name, member, otherwise, min, max, help) \
    {name, CONFIG_INT, offsetof(struct config, member), otherwise, min, max, NULL, help, NULL, false}
#define BOOL(name, member, otherwise, help) \
    {name, CONFIG_BOOL, offsetof(struct config, member), otherwise, 0, 0, NULL, help, NULL, false}
#define CHOICE(name, member, otherwise, choices, help) \
    {name, CONFIG_CHOICE, offsetof(struct config, member), otherwise, 0, 0, choices, help, NULL, false}
#define SECRET(name, member, otherwise, help) \
    {name, CONFIG_TEXT, offsetof(struct config, member), otherwise, 0, 0, NULL, help, NULL, true}

const struct config_key CONFIG_KEYS[] = {
    TEXT("var.dir", var_dir, "var", NULL,
         "Folder of all state: the private database, the storage and the master key."),
    SECRET("database.url", database_url, "",
           "MariaDB server or cluster, as mysql://user:password@host:3306,host2/name. Empty: a private server below var.dir."),
    INT("database.pool", database_pool, "16", 1, 256,
        "Connections to the database that each role holds."),
    TEXT("portal.listen", portal_listen, "127.0.0.1:8080", NULL,
         "Address and port of the portal."),
    INT("portal.threads", portal_threads, "512", 4, 16384,
        "Threads that serve the portal: each holds one browser's connection."),
    TEXT("portal.public_url", public_url, "", check_url,
         "The portal's address as browsers see it. Empty: taken from each request."),
    TEXT("licensing.listen", licensing_listen, "127.0.0.1:8081", NULL,
         "Address and port of the licence service."),
    INT("licensing.threads", licensing_threads, "512", 4, 16384,
        "Threads that serve licence requests: each holds one client's connection."),
    TEXT("licensing.public_url", licensing_public_url, "", check_url,
         "The licence service's address as clients see it. Empty: taken from each request."),
    TEXT("licensing.signing_address", signing_address, "", NULL,
         "Address and port at which a process without the licensing role asks one that has it for signatures. Empty: licensing.listen."),
    INT("licensing.rate", licensing_rate, "200", 0, 100000,
        "Requests a second that one address may send to the licence service with one credential, ten times as many at once; 0 is no limit. Loopback has none."),
    INT("licensing.address_rate", licensing_address_rate, "2000", 0, 100000,
        "The same for one address with whatever credentials."),
    INT("licensing.tenant_rate", licensing_tenant_rate, "0", 0, 100000,
        "The same for all requests to one tenant. A tenant may have its own number."),
    INT("licensing.password_tries", licensing_password_tries, "5", 1, 1000,
        "Tokens that one address may ask for by password in a minute, for each e-mail address."),
    INT("licensing.password_resets", licensing_password_resets, "5", 1, 1000,
        "Password resets that one address may ask for in an hour, for each e-mail address."),
    INT("licensing.password_changes", licensing_password_changes, "5", 1, 1000,
        "Changes of one person's password or second factor that one address may try in ten minutes."),
    INT("licensing.trials", licensing_trials, "60", 1, 100000,
        "Trials that one address may start in an hour, all at once if it likes; and as many users "
        "without a credential."),
    INT("http.body_deadline_ms", body_deadline_ms, "15000", 100, 600000,
        "How long a request's body may take to arrive."),
    INT("http.drain_ms", drain_ms, "10000", 0, 600000,
        "How long requests in flight may take to finish when the program stops."),
    INT("http.rate", http_rate, "100", 0, 100000,
        "Requests a second that one address may send to the portal, ten times as many at once; 0 is no limit. Loopback has none."),
    INT("http.tenant_rate", http_tenant_rate, "0", 0, 100000,
        "Requests a second that all visitors of one tenant may send to the portal, ten times as many at once; 0 is no limit. A tenant may have its own number."),
    TEXT("http.trusted_proxies", trusted_proxies, "", NULL,
         "Addresses of proxies whose X-Forwarded headers are believed, separated by commas."),
    BOOL("http.behind_tls", behind_tls, "false",
         "Browsers reach the portal through TLS: cookies are Secure and answers ask for it."),
    TEXT("storage.path", storage_path, "", NULL,
         "Folder of attachments and artefacts, shared by all nodes. Empty: var.dir/storage."),
    INT("storage.tenant_gb", storage_tenant_gb, "0", 0, 1048576,
        "Gigabytes that the files of a tenant's tickets may have together; 0: no limit."),
    INT("storage.organisation_mb", storage_organisation_mb, "0", 0, 1073741824,
        "Megabytes that the files of one customer's tickets may have together; 0: no limit."),
    INT("storage.upload_mb", upload_mb, "4096", 1, 1048576,
        "Megabytes that a file of a release may have."),
    TEXT("key.file", key_file, "", NULL,
         "File of the master key that seals secrets in the database. Empty: var.dir/master.key."),
    TEXT("www.dir", www_dir, "", NULL,
         "Folder of templates and language catalogues. Empty: www beside the program."),
    TEXT("www.static_dir", static_dir, "", NULL,
         "Folder of the built static files. Empty: static beside the program."),
    TEXT("tenant.default", tenant_default, "", check_slug,
         "Tenant that answers for host names nobody has claimed. Empty: such names are not found."),
    INT("login.account_tries", login_account_tries, "5", 2, 100,
        "Wrong passwords within 15 minutes that lock an account for 15 minutes."),
    INT("login.address_tries", login_address_tries, "50", 2, 100000,
        "Failed sign-ins within 15 minutes that shut out an address until they are older. Higher where many people share one address."),
    INT("session.hours", session_hours, "336", 1, 8760,
        "Hours after which a signed-in person must sign in again."),
    INT("session.idle_minutes", session_idle_minutes, "1440", 5, 525600,
        "Minutes without a request after which a session ends."),
    INT("licence.cache_entries", licence_cache_entries, "200000", 0, 100000000,
        "Licences that a node keeps in memory, about 3 KB each. 0: none."),
    BOOL("script.enabled", script_enabled, "true",
         "Rules run. If not, forms are not checked by rules and events wait for their rules."),
    INT("script.workers", script_workers, "2", 1, 256,
        "Worker processes that run rules."),
    INT("script.check_ms", script_check_ms, "20", 1, 1000,
        "Time that a rule which checks a form may take."),
    INT("script.after_ms", script_after_ms, "200", 1, 60000,
        "Time that a rule which follows an event may take."),
    INT("desk.merge_days", desk_merge_days, "14", 0, 3650,
        "Days in which the merge of two tickets can be undone. 0: not at all."),
    BOOL("oidc.allow_local", oidc_allow_local, "false",
         "Sign-on providers may be on this machine's own addresses, by http too: for development."),
    INT("oidc.timeout_ms", oidc_timeout_ms, "5000", 100, 30000,
        "How long a sign-on provider may take to answer one request."),
    BOOL("webhook.allow_local", webhook_allow_local, "false",
         "Webhooks may go to this machine's own addresses, by http too: for development."),
    INT("webhook.timeout_ms", webhook_timeout_ms, "15000", 100, 60000,
        "How long the receiver of a webhook may take to answer."),
    TEXT("mail.relay", mail_relay, "", check_relay,
         "Mail server that takes what is sent, as smtp://host:587 or smtps://host:465. Empty: mails are laid into mail.spool."),
    CHOICE("mail.tls", mail_tls, "required", "required|offered|never",
           "Whether the connection to the mail server is encrypted (STARTTLS with smtp://)."),
    TEXT("mail.ca_file", mail_ca_file, "", NULL,
         "File of the certificates that vouch for the mail server. Empty: those of the system."),
    TEXT("mail.user", mail_user, "", NULL,
         "Name to sign in to the mail server with. Empty: without signing in."),
    TEXT("mail.password_file", mail_password_file, "", NULL,
         "File whose first line is the password for the mail server."),
    TEXT("mail.sender", mail_sender, "no-reply@localhost", check_sender,
         "Address that mails come from."),
    TEXT("mail.spool", mail_spool, "", NULL,
         "Folder for mails while there is no mail server. Empty: var.dir/mail."),
    INT("mail.timeout_ms", mail_timeout_ms, "30000", 100, 600000,
        "How long handing over one mail may take."),
    BOOL("mail.allow_private", mail_allow_private, "false",
         "Mail servers and mailboxes that a tenant's staff names on its pages may be in private networks."),
    TEXT("mail.inbound", mail_inbound, "", check_inbound,
         "Address that answers to mails go to, for tenants that have set none of their own. Empty: none."),
    TEXT("mail.inbound_spool", mail_inbound_spool, "", NULL,
         "Folder whose subfolders, one for each tenant by its short name, mails are laid into for us. Empty: var.dir/mail/in."),
    CHOICE("log.level", log_level, "info", "debug|info|warn|error",
           "Least level of the lines that are logged."),
    BOOL("log.access", access_log, "false",
         "Each request is logged, with its status and duration."),
};
/* clang-format on */
const size_t CONFIG_KEY_COUNT = COUNT(CONFIG_KEYS);

extern char **environ; /* POSIX has it in no header */

struct load {
    struct arena *mem;
    struct err *err;
    struct config config;
    struct str faults;
};

static void load_fault(struct load *load, const char *origin, const char *what)
{
    err_set(load->err, &ERR_INVALID, "configuration: %s: %s", origin, what);
    str_fmt(&load->faults, "%s: %s\n", origin, what);
}

static bool choice_has(const char *choices, const char *value)
{
    struct span rest = span_of(choices);
    struct span one;

    while (span_cut(&rest, '|', &one)) {
        if (span_equal(one, value))
            return true;
    }
    return false;
}

static bool parse_bool(const char *value, bool *out)
{
    static const char *const YES[] = {"true", "yes", "on", "1"};
    static const char *const NO[] = {"false", "no", "off", "0"};

    for (size_t i = 0; i < COUNT(YES); i++) {
        if (strcmp(value, YES[i]) == 0 || strcmp(value, NO[i]) == 0) {
            *out = strcmp(value, YES[i]) == 0;
            return true;
        }
    }
    return false;
}

/* Writes the value to its place, or says what is wrong with it. */
static const char *config_put(struct load *load, const struct config_key *key, const char *value)
{
    char *place = (char *)&load->config + key->offset;
    const char *text = arena_dup(load->mem, value);
    const char *wrong = NULL;
    int64_t number;
    bool flag;

    switch (key->type) {
    case CONFIG_INT:
        if (!parse_i64(value, key->min, key->max, &number))
            return arena_printf(load->mem, "must be a number from %lld to %lld",
                                (long long)key->min, (long long)key->max);
        memcpy(place, &number, sizeof number);
        return NULL;
    case CONFIG_BOOL:
        if (!parse_bool(value, &flag))
            return "must be true or false";
        memcpy(place, &flag, sizeof flag);
        return NULL;
    case CONFIG_CHOICE:
        if (!choice_has(key->choices, value))
            return arena_printf(load->mem, "must be one of %s", key->choices);
        break;
    case CONFIG_TEXT:
        if (key->check != NULL && *value != '\0')
            wrong = key->check(value);
        if (wrong != NULL)
            return wrong;
        break;
    }
    memcpy(place, &text, sizeof text);
    return NULL;
}

static void load_value(struct load *load, const char *origin, const struct config_key *key,
                       const char *value)
{
    const char *wrong =
        utf8_valid(value, strlen(value)) ? config_put(load, key, value) : "must be valid UTF-8";

    if (wrong != NULL)
        load_fault(load, arena_printf(load->mem, "%s: %s", origin, key->name), wrong);
}

static void load_defaults(struct load *load)
{
    for (size_t i = 0; i < CONFIG_KEY_COUNT; i++) {
        const char *wrong = config_put(load, &CONFIG_KEYS[i], CONFIG_KEYS[i].otherwise);

        assert(wrong == NULL);
        (void)wrong;
    }
}

static char *read_file(struct load *load, const char *path)
{
    char *text = arena_alloc(load->mem, CONFIG_FILE_MAX + 1);
    FILE *file = fopen(path, "re");
    size_t len;
    bool ok;

    if (file == NULL) {
        load_fault(load, path, strerror(errno));
        return NULL;
    }
    len = fread(text, 1, CONFIG_FILE_MAX + 1, file);
    ok = ferror(file) == 0;
    fclose(file);
    if (!ok || len > CONFIG_FILE_MAX || memchr(text, '\0', len) != NULL) {
        load_fault(load, path, ok ? "not a settings file" : "cannot be read");
        return NULL;
    }
    text[len] = '\0';
    return text;
}

static const struct config_key *config_find(const char *name)
{
    for (size_t i = 0; i < CONFIG_KEY_COUNT; i++) {
        if (strcmp(CONFIG_KEYS[i].name, name) == 0)
            return &CONFIG_KEYS[i];
    }
    return NULL;
}

/* One line "key = value" below a [section]. */
static void load_setting(struct load *load, const char *origin, const char *section,
                         struct span line, bool *seen)
{
    const struct config_key *key;
    struct span name;
    const char *full;

    if (memchr(line.p, '=', line.len) == NULL) {
        load_fault(load, origin, "neither a [section] nor a \"key = value\"");
        return;
    }
    span_cut(&line, '=', &name);
    full = arena_printf(load->mem, "%s.%s", section, span_dup(load->mem, span_trim(name)));
    key = config_find(full);
    if (key == NULL) {
        load_fault(load, origin, arena_printf(load->mem, "there is no setting %s", full));
        return;
    }
    if (seen[key - CONFIG_KEYS])
        load_fault(load, origin, arena_printf(load->mem, "%s is set twice", full));
    seen[key - CONFIG_KEYS] = true;
    load_value(load, origin, key, span_dup(load->mem, span_trim(line)));
}

static void load_file(struct load *load, const char *path)
{
    const char *text = read_file(load, path);
    bool seen[COUNT(CONFIG_KEYS)] = {false};
    const char *section = "";
    struct span rest;
    struct span line;

    if (text == NULL)
        return;
    rest = span_of(text);
    for (int number = 1; span_cut(&rest, '\n', &line); number++) {
        const char *origin = arena_printf(load->mem, "%s:%d", path, number);

        line = span_trim(line);
        if (line.len == 0 || line.p[0] == '#' || line.p[0] == ';')
            continue;
        if (line.p[0] != '[') {
            load_setting(load, origin, section, line, seen);
        } else if (line.p[line.len - 1] == ']') {
            section = span_dup(load->mem, (struct span){line.p + 1, line.len - 2});
        } else {
            load_fault(load, origin, "a section ends with ]");
        }
    }
}

const char *config_variable(struct arena *mem, const struct config_key *key)
{
    char *name = arena_printf(mem, "GATEHOUSE_%s", key->name);

    for (char *at = name; *at != '\0'; at++) {
        if (*at == '.')
            *at = '_';
        else if (*at >= 'a' && *at <= 'z')
            *at = (char)(*at - 'a' + 'A');
    }
    return name;
}

/* A variable GATEHOUSE_<one of our sections>_... that names no setting is a misspelt one. */
static bool env_is_misspelt(struct arena *mem, struct span name)
{
    bool in_section = false;

    for (size_t i = 0; i < CONFIG_KEY_COUNT; i++) {
        const char *ours = config_variable(mem, &CONFIG_KEYS[i]);
        size_t section = strlen("GATEHOUSE_") + strcspn(CONFIG_KEYS[i].name, ".") + 1;

        if (span_equal(name, ours))
            return false;
        if (name.len > section && strncmp(name.p, ours, section) == 0)
            in_section = true;
    }
    return in_section;
}

static void load_environment(struct load *load)
{
    for (size_t i = 0; i < CONFIG_KEY_COUNT; i++) {
        const char *name = config_variable(load->mem, &CONFIG_KEYS[i]);
        const char *value = getenv(name);

        if (value != NULL)
            load_value(load, name, &CONFIG_KEYS[i], value);
    }
    for (char **one = environ; one != NULL && *one != NULL; one++) {
        struct span variable = {*one, strcspn(*one, "=")};

        if (strncmp(*one, "GATEHOUSE_", strlen("GATEHOUSE_")) == 0 &&
            env_is_misspelt(load->mem, variable))
            load_fault(load, span_dup(load->mem, variable), "there is no such setting");
    }
}

bool config_load(struct arena *mem, struct err *err, const char *path, struct config *out,
                 const char **faults)
{
    struct load load = {.mem = mem, .err = err, .faults = str_new(mem)};

    load_defaults(&load);
    if (path != NULL)
        load_file(&load, path);
    load_environment(&load);
    *faults = load.faults.p;
    if (load.faults.len > 0)
        return false;
    *out = load.config;
    return true;
}
