/* gatehouse: one program; its commands are the rows below. */
#include "base/crypto.h"
#include "base/json.h"
#include "portal/console/console.h"

#include <string.h>

static int help_command(struct console *co);
static int version_command(struct console *co);

static const struct console_command COMMANDS[] = {
    /* clang-format off */
    {"serve", "[--role portal,licensing,jobs] [--portal-listen ADDR] [--licensing-listen ADDR]",
     "migrate if needed, then serve", serve_command},
    {"migrate", "", "bring the schema up to date", migrate_command},
    {"doctor", "", "check settings, database, keys, disk and clock", doctor_command},
    {"config", "--describe [--markdown]", "all settings with their values and help", config_command},
    {"routes", "", "every path with who may ask it; the licence service's are served below their account, too",
     routes_command},
    {"tenant create", "SLUG --name N [--host H] [--admin-email E --admin-password-stdin]",
     "a new tenant with its keys; prints its admin token once", tenant_create_command},
    {"tenant invite", "", "a link, good for an hour, by which somebody makes a tenant on a page",
     tenant_invite_command},
    {"tenant list", "", "the tenants", tenant_list_command},
    {"tenant limit", "--tenant T [--portal N|default] [--licensing N|default]",
     "requests a second that a tenant may get; 0 is no limit", tenant_limit_command},
    {"person create", "--tenant T --email E --name N --role R [--password-stdin]",
     "a staff account", person_create_command},
    {"person reset-password", "--tenant T --email E --password-stdin",
     "a new password; ends the person's sessions", person_password_command},
    {"person disable", "--tenant T --email E", "sign-in is refused from now on", person_disable_command},
    {"product create", "--tenant T --code C --name N --prefix P",
     "a product; its licences' serials begin with the prefix", product_create_command},
    {"policy create",
     "--tenant T --product C --name N [--seats N] [--days N] [--node-locked] [--strict] [--signed-keys]",
     "what licences of a product allow; without --days they do not end", policy_create_command},
    {"product trial", "--tenant T --product C --policy NAME [--days N] [--open] | --off",
     "how the product's trials are; --open: programs begin them without a token",
     product_trial_command},
    {"licence turn", "--tenant T --licence SERIAL --policy NAME [--reason R]",
     "turn a trial into a full licence; key and machines stay", licence_turn_command},
    {"tenant show", "--tenant T", "what programs know the tenant by, with its public key", tenant_show_command},
    {"tenant set", "--tenant T [--api-version 1.2..1.8] [--protected on|off]",
     "the version for programs that ask for none; whether new policies begin protected",
     tenant_set_command},
    {"token create",
     "--tenant T --role admin|developer|sales-agent|support-agent|read-only|product|license|user "
     "[--product C | --licence L | --user E] [--name N] [--days N]",
     "an API token, shown once", token_create_command},
    {"token list", "--tenant T [--product C | --licence L | --user E]",
     "the tokens that are in use, without their texts", token_list_command},
    {"token revoke", "--tenant T ID", "a token is refused from now on", token_revoke_command},
    {"key list", "--tenant T", "signing keys, the public half in the forms that clients embed",
     key_list_command},
    {"key rotate", "--tenant T | --master",
     "a new signing key, older ones still verify; --master: a new master key, everything sealed anew",
     key_rotate_command},
    {"key retire", "--tenant T ID", "say of an older key that clients shall not trust it any longer",
     key_retire_command},
    {"revocations", "--tenant T FILE", "write the signed list of revoked licences to a file",
     revocations_command},
    {"import", "--tenant T [--dry-run] FILE",
     "products, policies, entitlements, users, licences with their keys, machines, from JSON:API documents",
     import_command},
    {"export", "--tenant T FILE", "the same, as import reads it; it holds keys", export_command},
    {"script test", "FILE", "run the tests stored with a rule", script_test_command},
    {"script replay", "--tenant T [--last N] FILE",
     "what a rule would have done about the latest events; writes nothing", script_replay_command},
    {"script list", "--tenant T", "the rules, and whether they are on", script_list_command},
    {"script off", "--tenant T NAME", "switch a rule off; script deploy switches it on again",
     script_off_command},
    {"script deploy", "--tenant T FILE", "store a rule and switch it on", script_deploy_command},
    {"audit verify", "--tenant T", "check the hash chain of the audit trail", audit_verify_command},
    {"demo", "--tenant T [--if-missing]", "a demo tenant with realistic data", demo_command},
    {"script-worker", "", "internal: runs rules, started by serve", script_worker_command},
    {"mail-in", "--tenant T", "one mail on standard input, for a mail server's pipe; 0: it is kept",
     mail_in_command},
    {"mail-inbox",
     "--tenant T [--address A] [--unknown ticket|tray] [--known ticket|tray] [--host H] [--port N] "
     "[--tls always|starttls|never] [--login L] [--folder F] [--done-folder F] [--password-stdin]",
     "how a tenant receives mail; prints it", mail_inbox_command},
    {"mail-worker", "", "internal: reads one mail, started by serve", mail_worker_command},
    {"version", "", "the program's version", version_command},
    {"help", "", "this list", help_command},
    /* clang-format on */
};

static void print_command(const struct console_command *c)
{
    printf("  %s %s\n      %s\n", c->words, c->usage, c->help);
}

static int help_command(struct console *co)
{
    (void)co;
    puts("Usage: gatehouse COMMAND [OPTION...]   (every command takes --json)\n");
    for (size_t i = 0; i < COUNT(COMMANDS); i++)
        print_command(&COMMANDS[i]);
    puts("\nExit codes: 0 done, 1 refused or failed, 2 wrong usage.");
    return CONSOLE_DONE;
}

static int version_command(struct console *co)
{
    json_t *version = json_pack("{s:s}", "version", GH_VERSION);

    console_print(co, version);
    json_decref(version);
    return CONSOLE_DONE;
}

/* The command whose words the arguments begin with; *taken is how many words that is. */
static const struct console_command *find_command(int argc, char **argv, int *taken)
{
    for (size_t i = 0; i < COUNT(COMMANDS); i++) {
        const char *words = COMMANDS[i].words;
        const char *second = strchr(words, ' ');
        size_t first_len = second != NULL ? (size_t)(second - words) : strlen(words);

        if (argc < 2 || strlen(argv[1]) != first_len || strncmp(argv[1], words, first_len) != 0)
            continue;
        if (second != NULL && (argc < 3 || strcmp(argv[2], second + 1) != 0))
            continue;
        *taken = second != NULL ? 3 : 2;
        return &COMMANDS[i];
    }
    return NULL;
}

static bool asks_for_help(int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
            return true;
    return false;
}

/* Of a command, of those that begin with the first word, or of all. */
static int print_help(struct console *co, const struct console_command *command, const char *word)
{
    size_t len = word != NULL ? strlen(word) : 0;
    bool is_found = command != NULL;

    if (command != NULL)
        print_command(command);
    for (size_t i = 0; command == NULL && len > 0 && i < COUNT(COMMANDS); i++) {
        if (strncmp(COMMANDS[i].words, word, len) == 0 && COMMANDS[i].words[len] == ' ') {
            print_command(&COMMANDS[i]);
            is_found = true;
        }
    }
    return is_found ? CONSOLE_DONE : help_command(co);
}

int main(int argc, char **argv)
{
    struct console co = {.faults = ""};
    int taken = 1;
    const struct console_command *command = find_command(argc, argv, &taken);
    int code;

    if (asks_for_help(argc, argv))
        return print_help(&co, command, argc > 1 ? argv[1] : NULL);
    if (command == NULL)
        return console_misuse(&co,
                              argc < 2 ? "a command is missing." : "there is no such command.");
    crypto_init();
    json_object_seed(0);
    db_library_init();
    co.argc = argc - taken;
    co.argv = argv + taken;
    co.is_json = console_flag(&co, "--json");
    code = command->run(&co);
    db_library_end();
    return code;
}
