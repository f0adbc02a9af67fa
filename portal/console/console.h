/* The console: commands of the program, their options and what they print. */
#pragma once

#include "portal/app.h"

#include <stdio.h>

struct console { /* one command's run */
    int argc;    /* what follows the command's words */
    char **argv;
    bool is_json;
    struct app app;
    struct err err;
    const char *faults; /* bad settings, a line each */
};

struct console_command {
    const char *words; /* "tenant create" */
    const char *usage; /* "SLUG --name N [--host H]" */
    const char *help;  /* one line */
    int (*run)(struct console *co);
};

/* Exit codes. */
enum { CONSOLE_DONE = 0, CONSOLE_REFUSED = 1, CONSOLE_USAGE = 2 };

/* The value after --name, NULL if it was not given; a flag's presence; the n-th word that is no
 * option (options with a value are listed by console_options). */
const char *console_option(const struct console *co, const char *name);
bool console_flag(const struct console *co, const char *name);
const char *console_word(const struct console *co, int n);
/* True when every option given is one of these, ended by NULL ("--name" takes a value, "--json!"
 * does not); else says which is unknown and the command ends with CONSOLE_USAGE. */
bool console_options(struct console *co, const char *const *known) MUST_CHECK;
/* One line from standard input without its line end, for passwords; at most 1,024 bytes. In mem. */
bool console_read_line(struct console *co, const char **out) MUST_CHECK;

/* Opens settings and database for a command (may_join as in app_open) and a run in it; says why it
 * could not. */
bool console_open(struct console *co, struct ctx *cx) MUST_CHECK;
/* Gives back what console_open took. */
void console_close(struct console *co, struct ctx *cx);
/* Finds the tenant of --tenant and sets cx->tenant_id; says so if it is missing or unknown. */
bool console_tenant(struct console *co, struct ctx *cx) MUST_CHECK;

/* A tenant's first signing key and admin token, for `tenant create`: the token's text (shown this
 * once) and the public key in hexadecimal; in cx->mem. */
bool console_tenant_keys(struct ctx *cx, const char **token, const char **public_key) MUST_CHECK;

/* Prints one object: JSON with --json, else "name  value" lines. Borrows it. */
void console_print(const struct console *co, const json_t *object);
/* Prints a list of objects with these members: JSON with --json, else a table. */
void console_print_list(const struct console *co, const json_t *list, const char *const *members);
/* The failure as one clear line on standard error (JSON with --json), the operator's detail below
 * it. */
int console_fail(const struct console *co, const struct err *err);
/* A usage fault: the sentence, then how the command is used. */
int console_misuse(const struct console *co, const char *sentence);

/* The stock rules and the lists that they read, for the demo tenant of cx; once: a tenant that has
 * them keeps them as they are. */
bool console_deploy_demo_rule(struct console *co, struct ctx *cx) MUST_CHECK;

/* clang-format off */
int serve_command(struct console *co);
int migrate_command(struct console *co);
int config_command(struct console *co);
int doctor_command(struct console *co);
int tenant_create_command(struct console *co);
int tenant_invite_command(struct console *co);
int tenant_list_command(struct console *co);
int tenant_limit_command(struct console *co);
int person_create_command(struct console *co);
int person_password_command(struct console *co);
int person_disable_command(struct console *co);
int product_create_command(struct console *co);
int policy_create_command(struct console *co);
int product_trial_command(struct console *co);
int licence_turn_command(struct console *co);
int tenant_show_command(struct console *co);
int tenant_set_command(struct console *co);
int token_create_command(struct console *co);
int token_list_command(struct console *co);
int token_revoke_command(struct console *co);
int revocations_command(struct console *co);
int key_list_command(struct console *co);
int key_rotate_command(struct console *co);
int key_retire_command(struct console *co);
int import_command(struct console *co);
int export_command(struct console *co);
int script_test_command(struct console *co);
int script_deploy_command(struct console *co);
int script_replay_command(struct console *co);
int script_list_command(struct console *co);
int script_off_command(struct console *co);
int routes_command(struct console *co);
int audit_verify_command(struct console *co);
bool console_deploy_demo_rule(struct console *co, struct ctx *cx) MUST_CHECK;
int demo_command(struct console *co);
int script_worker_command(struct console *co);
int mail_in_command(struct console *co);
int mail_inbox_command(struct console *co);
int mail_worker_command(struct console *co);
/* clang-format on */
