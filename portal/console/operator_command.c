/* Commands of the operator: schema, settings, health, audit trail. */
#include "base/clock.h"
#include "db/event.h"
#include "db/event_checkpoint.h"
#include "db/migrate.h"
#include "licensing/signing_key.h"
#include "portal/console/console.h"
#include "portal/mail/mail_send.h"

#include <inttypes.h>
#include <string.h>
#include <sys/statvfs.h>

enum { DOCTOR_DISK_MIN_MB = 512, DOCTOR_CLOCK_MAX_S = 5 };

int migrate_command(struct console *co)
{
    static const char *const KNOWN[] = {NULL};
    struct ctx cx;
    int version = 0;
    json_t *out;
    bool ok;

    if (!console_options(co, KNOWN))
        return CONSOLE_USAGE;
    co->app.may_make = true;
    if (!console_open(co, &cx))
        return CONSOLE_REFUSED;
    ok = migrate_version(&cx, &version);
    if (ok) {
        out = json_pack("{s:i,s:i}", "schema", version, "program", MIGRATION_COUNT);
        console_print(co, out);
        json_decref(out);
    } else {
        console_fail(co, &cx.err);
    }
    console_close(co, &cx);
    return ok ? CONSOLE_DONE : CONSOLE_REFUSED;
}

int config_command(struct console *co)
{
    static const char *const KNOWN[] = {"--describe", "--markdown", NULL};

    if (!console_options(co, KNOWN))
        return CONSOLE_USAGE;
    if (!console_flag(co, "--describe"))
        return console_misuse(co, "config needs --describe.");
    co->app.mem = arena_make(16 * 1024);
    if (!config_load(co->app.mem, &co->err, NULL, &co->app.config, &co->faults))
        return console_fail(co, &co->err);
    fputs(config_describe(co->app.mem, &co->app.config, console_flag(co, "--markdown")), stdout);
    arena_free(co->app.mem);
    return CONSOLE_DONE;
}

static void add_finding(json_t *findings, const char *what, bool is_good, const char *say)
{
    json_array_append_new(findings, json_pack("{s:s,s:s,s:s}", "check", what, "state",
                                              is_good ? "good" : "bad", "say", say));
}

static void check_disk(struct ctx *cx, const struct config *config, json_t *findings)
{
    struct statvfs disk;
    int64_t free_mb;

    if (statvfs(config->var_dir, &disk) != 0)
        return;
    free_mb = (int64_t)(disk.f_bavail * disk.f_frsize / (1024 * 1024));
    add_finding(findings, "disk", free_mb >= DOCTOR_DISK_MIN_MB,
                arena_printf(cx->mem, "%" PRId64 " MB free below %s", free_mb, config->var_dir));
}

/* Without it every visitor has the proxy's address: a few wrong passwords of one shut out all. */
static void check_proxy(const struct config *config, json_t *findings)
{
    bool is_named = config->trusted_proxies != NULL && config->trusted_proxies[0] != '\0';

    if (config->behind_tls)
        add_finding(findings, "proxy", is_named,
                    is_named ? config->trusted_proxies
                             : "http.behind_tls is on: name the proxy's address in "
                               "http.trusted_proxies, or all visitors count as one");
}

static void check_mail(struct ctx *cx, const struct config *config, json_t *findings)
{
    struct mail_sender *sender;
    struct err err = {.kind = NULL};
    const char *say;
    bool is_good;

    if (!mail_sender_make(&err, config, &sender)) {
        add_finding(findings, "mail", false, arena_dup(cx->mem, err.oper));
        return;
    }
    is_good = mail_send_try(sender, cx->mem, &say);
    add_finding(findings, "mail", is_good, say);
    mail_sender_free(sender);
}

static bool check_database(struct ctx *cx, json_t *findings)
{
    static const char SQL_NOW[] = "SELECT UTC_TIMESTAMP(6), VERSION()";
    struct db_rows rows;
    int64_t skew;

    if (!db_query(cx, &rows, SQL_NOW, DB_NONE) || !db_next(&rows))
        return false;
    skew = (clock_now() - db_time(&rows.row, 0)) / CLOCK_SECOND;
    add_finding(findings, "database", true,
                arena_printf(cx->mem, "answers: %s", db_text(&rows.row, 1)));
    add_finding(findings, "clock", skew <= DOCTOR_CLOCK_MAX_S && skew >= -DOCTOR_CLOCK_MAX_S,
                arena_printf(cx->mem, "%" PRId64 " s beside the database's", skew));
    return true;
}

int doctor_command(struct console *co)
{
    static const char *const KNOWN[] = {NULL};
    static const char *const MEMBERS[] = {"check", "state", "say", NULL};
    struct ctx cx;
    json_t *findings;
    int version = 0;
    bool is_sealed;
    bool ok;

    if (!console_options(co, KNOWN))
        return CONSOLE_USAGE;
    if (!console_open(co, &cx))
        return CONSOLE_REFUSED;
    findings = json_own(cx.mem, json_array());
    add_finding(findings, "settings", true, "all settings are good");
    add_finding(findings, "master key", true, co->app.config.key_file);
    check_disk(&cx, &co->app.config, findings);
    check_proxy(&co->app.config, findings);
    check_mail(&cx, &co->app.config, findings);
    ok = check_database(&cx, findings) && migrate_version(&cx, &version);
    if (ok) {
        is_sealed = !signing_key_check_all(&cx, co->app.config.key_file);
        add_finding(findings, "keys", !is_sealed,
                    is_sealed ? arena_dup(cx.mem, cx.err.oper) : "every signing key opens");
        err_clear(&cx.err);
        add_finding(findings, "schema", version == MIGRATION_COUNT,
                    arena_printf(cx.mem, "%d of %d", version, MIGRATION_COUNT));
        console_print_list(co, findings, MEMBERS);
        for (size_t i = 0; i < json_array_size(findings); i++)
            ok = ok && strcmp(json_get_text(json_array_get(findings, i), "state", ""), "good") == 0;
    } else {
        console_fail(co, &cx.err);
    }
    console_close(co, &cx);
    return ok ? CONSOLE_DONE : CONSOLE_REFUSED;
}

int audit_verify_command(struct console *co)
{
    static const char *const KNOWN[] = {"--tenant", NULL};
    struct ctx cx;
    static const char *const SAY[] = {[EVENT_CHECKPOINT_WHOLE] = "good",
                                      [EVENT_CHECKPOINT_UNSIGNED] = "not signed by us",
                                      [EVENT_CHECKPOINT_GONE] = "one is missing",
                                      [EVENT_CHECKPOINT_OTHER] = "other events than signed",
                                      [EVENT_CHECKPOINT_LATE] = "hours without a signature"};
    struct event_checkpoint_report report;
    struct id broken = {{0}};
    int64_t checked = 0;
    json_t *out;
    bool ok;

    if (!console_options(co, KNOWN))
        return CONSOLE_USAGE;
    if (!console_open(co, &cx))
        return CONSOLE_REFUSED;
    ok = console_tenant(co, &cx) && event_chain_verify(&cx, &broken, &checked) &&
         event_checkpoint_verify(&cx, &report);
    if (ok) {
        bool is_whole = id_is_zero(broken) && (report.fault == EVENT_CHECKPOINT_WHOLE ||
                                               report.fault == EVENT_CHECKPOINT_LATE);
        out = json_pack("{s:b,s:I,s:I,s:s,s:I,s:s,s:s,s:o}", "whole", is_whole, "events",
                        (json_int_t)checked, "checkpoints", (json_int_t)report.count,
                        "checkpoint_state", SAY[report.fault], "checkpoint_event",
                        (json_int_t)report.chain_no, "checkpoint_hash", report.hash,
                        "checkpoint_key", report.key, "broken_at",
                        id_is_zero(broken) ? json_null() : json_string(id_text(cx.mem, broken)));
        console_print(co, out);
        json_decref(out);
        ok = is_whole;
    } else {
        console_fail(co, &cx.err);
    }
    console_close(co, &cx);
    return ok ? CONSOLE_DONE : CONSOLE_REFUSED;
}
