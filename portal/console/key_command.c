/* Commands about keys: those that sign for a tenant, and the master key that seals them. */
#include "base/clock.h"
#include "base/crypto.h"
#include "licensing/signing_key.h"
#include "portal/console/console.h"
#include "portal/reseal.h"

#include <string.h>

static const struct err_kind ERR_KEY_SERVING = {
    ERR_CLASS_CONFLICT, "PROGRAM_RUNS",
    "A program serves from this folder. Stop it (and every other node) first, then change the "
    "master key."};

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

/* The SubjectPublicKeyInfo head of an Ed25519 key (RFC 8410), as some clients embed it. */
static const uint8_t SPKI_HEAD[] = {0x30, 0x2a, 0x30, 0x05, 0x06, 0x03,
                                    0x2b, 0x65, 0x70, 0x03, 0x21, 0x00};

static json_t *key_to_json(struct ctx *cx, const struct signing_key *key)
{
    uint8_t spki[sizeof SPKI_HEAD + CRYPTO_PUBLIC_SIZE];
    char created[CLOCK_ISO_SIZE];

    memcpy(spki, SPKI_HEAD, sizeof SPKI_HEAD);
    memcpy(spki + sizeof SPKI_HEAD, key->public_key, CRYPTO_PUBLIC_SIZE);
    clock_iso(key->created_at, created);
    return json_pack("{s:s,s:s,s:s,s:s,s:s}", "id", id_text(cx->mem, key->id), "state",
                     key->is_current          ? "current"
                     : key->withdrawn_at != 0 ? "retired"
                                              : "older",
                     "created", created, "ed25519",
                     crypto_hex(cx->mem, key->public_key, CRYPTO_PUBLIC_SIZE), "spki",
                     crypto_base64(cx->mem, spki, sizeof spki));
}

int key_list_command(struct console *co)
{
    static const char *const KNOWN[] = {"--tenant", NULL};
    static const char *const MEMBERS[] = {"state", "created", "ed25519", "spki", NULL};
    struct signing_key *keys;
    struct ctx cx;
    json_t *list;
    size_t count;
    int code = CONSOLE_DONE;

    if (!console_options(co, KNOWN))
        return CONSOLE_USAGE;
    if (!console_open(co, &cx))
        return CONSOLE_REFUSED;
    if (console_tenant(co, &cx) && signing_key_list(&cx, &keys, &count)) {
        list = json_own(cx.mem, json_array());
        for (size_t i = 0; i < count; i++)
            json_array_append_new(list, key_to_json(&cx, &keys[i]));
        console_print_list(co, list, MEMBERS);
    } else {
        code = console_fail(co, &cx.err);
    }
    console_close(co, &cx);
    return code;
}

/* --- rotate, retire --- */

static int rotate_master(struct console *co)
{
    struct reseal_report report = {0};
    json_t *out = NULL;
    struct ctx cx;
    bool ok;

    if (!console_open(co, &cx))
        return CONSOLE_REFUSED;
    ok =
        (!co->app.has_joined || err_set(&cx.err, &ERR_KEY_SERVING, "%s", co->app.config.var_dir)) &&
        reseal_run(&cx, co->app.config.key_file, &report);
    if (ok)
        out = json_own(cx.mem,
                       json_pack("{s:s,s:I,s:s}", "key_file", co->app.config.key_file, "resealed",
                                 (json_int_t)report.resealed, "old_key_file", report.old_file));
    return finish(co, &cx, ok, out);
}

int key_rotate_command(struct console *co)
{
    static const char *const KNOWN[] = {"--tenant", "--master", NULL};
    struct signing_key *key;
    json_t *out = NULL;
    struct ctx cx;
    bool ok;

    if (!console_options(co, KNOWN))
        return CONSOLE_USAGE;
    if (console_flag(co, "--master") == (console_option(co, "--tenant") != NULL))
        return console_misuse(co, "key rotate needs --tenant or --master.");
    if (console_flag(co, "--master"))
        return rotate_master(co);
    if (!console_open(co, &cx))
        return CONSOLE_REFUSED;
    ok = console_tenant(co, &cx) && signing_key_rotate(&cx, &key);
    if (ok)
        out = json_own(cx.mem, key_to_json(&cx, key));
    return finish(co, &cx, ok, out);
}

int key_retire_command(struct console *co)
{
    static const char *const KNOWN[] = {"--tenant", NULL};
    const char *word = console_word(co, 0);
    struct id id = {{0}};
    json_t *out = NULL;
    struct ctx cx;
    bool ok;

    if (!console_options(co, KNOWN))
        return CONSOLE_USAGE;
    if (word == NULL || !id_parse(word, &id))
        return console_misuse(co, "key retire needs the key's id, as `key list --json` says it.");
    if (!console_open(co, &cx))
        return CONSOLE_REFUSED;
    ok = console_tenant(co, &cx) && signing_key_withdraw(&cx, id);
    if (ok)
        out =
            json_own(cx.mem, json_pack("{s:s,s:s}", "id", id_text(cx.mem, id), "state", "retired"));
    return finish(co, &cx, ok, out);
}
