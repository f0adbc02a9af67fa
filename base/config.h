/* Settings: one table with type, default, check and help. */
#pragma once

#include "base/err.h"
#include "base/str.h"

struct config { /* Threads: read-only after config_load. Text is in the arena given to config_load.
                 */
    const char *var_dir;
    const char *database_url; /* "" means the private server */
    int64_t database_pool;
    const char *portal_listen;    /* "127.0.0.1:8080" */
    const char *licensing_listen; /* "127.0.0.1:8081" */
    int64_t portal_threads;
    int64_t licensing_threads;
    int64_t body_deadline_ms;
    int64_t drain_ms;
    int64_t http_rate;        /* requests a second for each address; 0: no limit */
    int64_t http_tenant_rate; /* the same for each tenant's pages */
    const char *signing_address;
    int64_t licensing_rate; /* for each address with its credential */
    int64_t licensing_address_rate;
    int64_t licensing_tenant_rate;
    int64_t licensing_password_tries;   /* a minute, for each address and e-mail address */
    int64_t licensing_password_resets;  /* an hour */
    int64_t licensing_password_changes; /* in ten minutes */
    int64_t licensing_trials;           /* an hour, for each address */
    int64_t login_account_tries, login_address_tries; /* failures within 15 minutes */
    const char *trusted_proxies;                      /* addresses, separated by commas */
    bool behind_tls;                                  /* cookies get Secure and __Host- */
    const char *public_url; /* portal as the browser sees it; "" is taken from the request */
    const char *licensing_public_url;
    const char *storage_path;                           /* "" is var_dir/storage */
    int64_t storage_tenant_gb, storage_organisation_mb; /* of tickets; 0: no limit */
    int64_t upload_mb;                                  /* of a release's file */
    const char *key_file;                               /* "" is var_dir/master.key */
    const char *www_dir;        /* templates and catalogues; "" is www/ beside the program */
    const char *static_dir;     /* the built static files; "" is static/ beside the program */
    const char *tenant_default; /* slug for unknown host names; "" is none */
    int64_t session_hours;
    int64_t session_idle_minutes;
    int64_t licence_cache_entries;
    bool script_enabled;
    int64_t script_workers;
    int64_t script_check_ms;
    int64_t script_after_ms;
    bool oidc_allow_local;
    int64_t oidc_timeout_ms;
    bool webhook_allow_local;
    bool mail_allow_private;
    int64_t webhook_timeout_ms;
    int64_t desk_merge_days;
    const char *mail_relay;   /* "" : mails are laid into mail_spool */
    const char *mail_tls;     /* required offered never */
    const char *mail_ca_file; /* "": the system's */
    const char *mail_user;
    const char *mail_password_file;
    const char *mail_sender;
    const char *mail_spool; /* "" is var_dir/mail */
    int64_t mail_timeout_ms;
    const char *mail_inbound;       /* "": no mail is received but where a tenant has an address */
    const char *mail_inbound_spool; /* "" is var_dir/mail/in */
    const char *log_level;          /* debug info warn error */
    bool access_log;
};

enum config_type { CONFIG_TEXT, CONFIG_INT, CONFIG_BOOL, CONFIG_CHOICE };
struct config_key {
    const char *name; /* "portal.listen"; the environment has GATEHOUSE_PORTAL_LISTEN */
    enum config_type type;
    size_t offset; /* in struct config */
    const char *otherwise;
    int64_t min, max;    /* CONFIG_INT */
    const char *choices; /* CONFIG_CHOICE: "debug|info|warn|error" */
    const char *help;    /* one line */
    /* CONFIG_TEXT: what is wrong with a value that is not empty, or NULL; may itself be NULL. */
    const char *(*check)(const char *value);
    bool is_secret; /* never shown: config_describe says only whether it is set */
};
extern const struct config_key CONFIG_KEYS[];
extern const size_t CONFIG_KEY_COUNT;

/* The environment variable of a setting: "GATEHOUSE_PORTAL_LISTEN"; in mem. */
const char *config_variable(struct arena *mem, const struct config_key *key);

/* Defaults, then the INI file (NULL: none), then the environment. All faults are gathered: false
 * sets ERR_INVALID with the first and writes every one to *faults, a line each. Unknown keys are
 * faults; in the environment, where others have their names too, only within our sections. */
bool config_load(struct arena *mem, struct err *err, const char *path, struct config *out,
                 const char **faults) MUST_CHECK;
/* All settings as text: name, value in force, default, help. markdown: the page of the docs, which
 * leaves out the values in force and so is the same on every machine; config may be NULL there. */
const char *config_describe(struct arena *mem, const struct config *config, bool markdown);
