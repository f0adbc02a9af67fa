#include "scripts/script.h"

#include "base/crypto.h"
#include "scripts/script_case.h"
#include "scripts/script_limits.h"

#include <stdlib.h>
#include <string.h>

const struct err_kind ERR_SCRIPT_TEXT = {ERR_CLASS_INVALID, "SCRIPT_TEXT",
                                         "The rule cannot be read: {}."};
const struct err_kind ERR_SCRIPT_TESTS = {ERR_CLASS_INVALID, "SCRIPT_TESTS",
                                          "The rule's test \"{}\" does not pass."};

static const char SQL_SCRIPT_FIND[] =
    "SELECT id, name, state = 'on', version_id, failures, created_at, updated_at FROM script "
    "WHERE tenant_id = ? AND name = ?";
static const char SQL_SCRIPT_LIST[] =
    "SELECT id, name, state = 'on', version_id, failures, created_at, updated_at FROM script "
    "WHERE tenant_id = ? ORDER BY name LIMIT ?";
static const char SQL_SCRIPT_INSERT[] =
    "INSERT INTO script (tenant_id, id, name, state, created_at, updated_at) "
    "VALUES (?, ?, ?, 'off', ?, ?)";
static const char SQL_SCRIPT_TOUCH[] =
    "UPDATE script SET updated_at = ? WHERE tenant_id = ? AND id = ?";
static const char SQL_SCRIPT_PUT_IN_FORCE[] =
    "UPDATE script SET version_id = ?, state = 'on', failures = 0, updated_at = ? "
    "WHERE tenant_id = ? AND id = ?";
static const char SQL_SCRIPT_SWITCH[] =
    "UPDATE script SET state = ?, failures = 0, updated_at = ? "
    "WHERE tenant_id = ? AND id = ? AND state <> ?";
static const char SQL_SCRIPT_FAILED[] =
    "UPDATE script SET failures = failures + 1 WHERE tenant_id = ? AND id = ?";
static const char SQL_SCRIPT_GOOD[] =
    "UPDATE script SET failures = 0 WHERE tenant_id = ? AND id = ? AND failures > 0";
static const char SQL_SCRIPT_FAILURES[] =
    "SELECT failures, version_id FROM script WHERE tenant_id = ? AND id = ? AND state = 'on'";

static const char SQL_SCRIPT_RECENT[] =
    "SELECT COUNT(*), COALESCE(SUM(r.state IN ('failed', 'refused', 'lost')), 0) FROM "
    "(SELECT state FROM script_run WHERE tenant_id = ? AND script_id = ? AND state <> 'skipped' "
    "ORDER BY id DESC LIMIT ?) AS r";

#define VERSION_COLUMNS                                                                     \
    "v.id, v.script_id, s.name, v.number, v.text, v.header, v.state, v.author_id, v.note, " \
    "v.created_at, s.failures "
static const char SQL_VERSION_GET[] =
    "SELECT " VERSION_COLUMNS
    "FROM script_version v "
    "JOIN script s ON s.tenant_id = v.tenant_id AND s.id = v.script_id "
    "WHERE v.tenant_id = ? AND v.id = ?";
static const char SQL_VERSION_LIST_ACTIVE[] =
    "SELECT " VERSION_COLUMNS
    "FROM script_hook h "
    "JOIN script_version v ON v.tenant_id = h.tenant_id AND v.id = h.version_id "
    "JOIN script s ON s.tenant_id = v.tenant_id AND s.id = v.script_id AND s.version_id = v.id "
    "WHERE h.tenant_id = ? AND h.event = ? AND h.phase = ? AND s.state = 'on' "
    "ORDER BY h.priority, s.name LIMIT ?";
static const char SQL_VERSION_INSERT[] =
    "INSERT INTO script_version (tenant_id, id, script_id, number, text, hash, header, state, "
    "author_id, note, created_at) "
    "SELECT ?, ?, ?, COALESCE(MAX(number), 0) + 1, ?, ?, ?, 'active', ?, ?, ? "
    "FROM script_version WHERE tenant_id = ? AND script_id = ?";
static const char SQL_VERSION_RETIRE[] =
    "UPDATE script_version SET state = 'retired' "
    "WHERE tenant_id = ? AND script_id = ? AND state IN ('active', 'quarantined') AND id <> ?";
static const char SQL_VERSION_STATE[] =
    "UPDATE script_version SET state = ? WHERE tenant_id = ? AND id = ?";
static const char SQL_HOOK_INSERT[] =
    "INSERT INTO script_hook (tenant_id, version_id, event, phase, priority) "
    "VALUES (?, ?, ?, ?, ?)";

static struct script *script_from_row(struct ctx *cx, const struct db_row *row)
{
    struct script *s = arena_new(cx->mem, struct script);

    s->id = db_id(row, 0);
    s->name = db_text(row, 1);
    s->is_on = db_bool(row, 2);
    s->version_id = db_id(row, 3);
    s->failures = (int)db_i64(row, 4);
    s->created_at = db_time(row, 5);
    s->updated_at = db_time(row, 6);
    return s;
}

static bool version_from_row(struct ctx *cx, const struct db_row *row, struct script_version *out)
{
    const char *header = db_text(row, 5);

    *out = (struct script_version){.id = db_id(row, 0),
                                   .script_id = db_id(row, 1),
                                   .script_name = db_text(row, 2),
                                   .number = (int)db_i64(row, 3),
                                   .text = db_text(row, 4),
                                   .state = db_text(row, 6),
                                   .author_id = db_id(row, 7),
                                   .note = db_text(row, 8),
                                   .created_at = db_time(row, 9),
                                   .failures = (int)db_i64(row, 10)};
    return json_read(cx->mem, &cx->err, header, strlen(header), &out->header);
}

/* The header names effects of either phase in its tests. */
static const json_t *all_effects(struct ctx *cx, const struct script_offer *offer)
{
    json_t *all = json_own(cx->mem, json_array());

    json_array_extend(all, (json_t *)(uintptr_t)offer->effects);
    json_array_extend(all, (json_t *)(uintptr_t)offer->check_effects);
    return all;
}

static bool text_fault(struct ctx *cx, const char *text, int line)
{
    err_set(&cx->err, &ERR_SCRIPT_TEXT, "line %d: %s", line, text);
    err_arg(&cx->err, text);
    return false;
}

static bool read_header(struct ctx *cx, const struct script_engine *engine, const char *text,
                        json_t **header)
{
    const struct script_call call = {.text = text,
                                     .limits = script_limits(SCRIPT_AFTER),
                                     .deadline_us = script_limits_test_us(engine),
                                     .effects = all_effects(cx, engine->offer),
                                     .lookups = engine->offer->lookups};
    struct sandbox_result result;
    int64_t time_us;

    switch (script_pool_call(engine->pool, cx->mem, &call, &result, &time_us)) {
    case SCRIPT_CALL_ANSWERED:
        break;
    case SCRIPT_CALL_LATE:
        return text_fault(cx, "it takes too long to load", 0);
    case SCRIPT_CALL_LOST:
    case SCRIPT_CALL_BUSY:
        return err_set(&cx->err, &ERR_BUSY, "no script worker to read a rule");
    }
    if (result.outcome != SANDBOX_DONE)
        return text_fault(cx, result.error, result.line);
    *header = result.value;
    return true;
}

bool script_examine(struct ctx *cx, const struct script_engine *engine, const char *text,
                    size_t len, json_t **header, size_t *tests)
{
    struct script_header parsed;

    if (len > SCRIPT_TEXT_MAX)
        return text_fault(cx, "it is longer than 64 kB", 0);
    if (memchr(text, 0, len) != NULL || strlen(text) != len)
        return text_fault(cx, "it is not a text", 0);
    return read_header(cx, engine, text, header) &&
           script_header_read(&cx->err, *header, engine->offer, &parsed) &&
           script_case_run_all(cx, engine, text, &parsed, tests);
}

static bool add_hooks(struct ctx *cx, struct id version_id, const struct script_header *header)
{
    for (size_t i = 0; i < header->event_count; i++) {
        if (!db_exec(cx, NULL, SQL_HOOK_INSERT, DB_ID(cx->tenant_id), DB_ID(version_id),
                     DB_TEXT(event_name(header->events[i])),
                     DB_TEXT(script_header_phase_name(header->phase)), DB_INT(header->priority)))
            return false;
    }
    return true;
}

struct deployment {
    const char *text;
    size_t len;
    const char *note;
    json_t *header_json;
    struct script_header header;
    struct id script_id, version_id;
};

/* The script's row is written before its versions are read, so two deployments take turns. */
static bool lock_script(struct ctx *cx, struct deployment *d, struct script **out)
{
    int64_t changed;

    if (!script_find(cx, d->header.name, out))
        return false;
    if (*out != NULL)
        return db_exec(cx, &changed, SQL_SCRIPT_TOUCH, DB_TIME(cx->now), DB_ID(cx->tenant_id),
                       DB_ID((*out)->id)) &&
               script_find(cx, d->header.name, out);
    d->script_id = ctx_new_id(cx);
    if (db_exec(cx, NULL, SQL_SCRIPT_INSERT, DB_ID(cx->tenant_id), DB_ID(d->script_id),
                DB_TEXT(d->header.name), DB_TIME(cx->now), DB_TIME(cx->now)))
        return true;
    if (cx->err.kind != &ERR_CONFLICT)
        return false;
    err_clear(&cx->err); /* somebody made it a moment ago: the next try finds it */
    return err_set(&cx->err, &ERR_BUSY, "script %s is being deployed by another", d->header.name);
}

static bool add_version(struct ctx *cx, struct deployment *d)
{
    uint8_t hash[CRYPTO_HASH_SIZE];
    struct viewer *viewer = &cx->viewer;

    crypto_sha256(d->text, d->len, hash);
    d->version_id = ctx_new_id(cx);
    return db_exec(cx, NULL, SQL_VERSION_INSERT, DB_ID(cx->tenant_id), DB_ID(d->version_id),
                   DB_ID(d->script_id), DB_TEXT(d->text), DB_BYTES(hash, sizeof hash),
                   DB_TEXT(json_write(cx->mem, d->header_json)), DB_ID_OR_NULL(viewer->person_id),
                   DB_TEXT(d->note), DB_TIME(cx->now), DB_ID(cx->tenant_id), DB_ID(d->script_id)) &&
           add_hooks(cx, d->version_id, &d->header) &&
           db_exec(cx, NULL, SQL_VERSION_RETIRE, DB_ID(cx->tenant_id), DB_ID(d->script_id),
                   DB_ID(d->version_id));
}

static bool is_in_force(struct ctx *cx, const struct script *script, const struct deployment *d,
                        bool *same)
{
    struct script_version *v;

    *same = false;
    if (script == NULL || id_is_zero(script->version_id))
        return true;
    if (!script_get_version(cx, script->version_id, &v))
        return false;
    *same = strcmp(v->text, d->text) == 0;
    return true;
}

static bool deploy_work(struct ctx *cx, void *arg)
{
    struct deployment *d = arg;
    struct script *script;
    bool same;

    if (!db_begin(cx))
        return false;
    if (!lock_script(cx, d, &script) || !is_in_force(cx, script, d, &same))
        goto rollback;
    if (script != NULL)
        d->script_id = script->id;
    if (same && script->is_on) {
        d->version_id = script->version_id;
        return db_commit(cx);
    }
    if (same) {
        d->version_id = script->version_id;
        if (!db_exec(cx, NULL, SQL_VERSION_STATE, DB_TEXT("active"), DB_ID(cx->tenant_id),
                     DB_ID(d->version_id)))
            goto rollback;
    } else if (!add_version(cx, d)) {
        goto rollback;
    }
    json_t *data = json_own(cx->mem, json_pack("{s:s, s:s}", "script", d->header.name, "version",
                                               id_text(cx->mem, d->version_id)));
    if (!db_exec(cx, NULL, SQL_SCRIPT_PUT_IN_FORCE, DB_ID(d->version_id), DB_TIME(cx->now),
                 DB_ID(cx->tenant_id), DB_ID(d->script_id)) ||
        !event_emit(cx, EVENT_SCRIPT_DEPLOYED, d->script_id, data))
        goto rollback;
    return db_commit(cx);

rollback:
    db_rollback(cx);
    return false;
}

bool script_deploy(struct ctx *cx, const struct script_engine *engine, const char *text, size_t len,
                   const char *note, struct script_version **out)
{
    struct deployment d = {.text = text, .len = len, .note = note != NULL ? note : ""};
    size_t tests;

    if (!viewer_has(&cx->viewer, RIGHT_RULES_UPDATE))
        return err_set(&cx->err, &ERR_DENIED, "rules are for staff with that right");
    return script_examine(cx, engine, text, len, &d.header_json, &tests) &&
           script_header_read(&cx->err, d.header_json, engine->offer, &d.header) &&
           db_retry(cx, deploy_work, &d) && script_get_version(cx, d.version_id, out);
}

bool script_list_active(struct ctx *cx, enum event_kind kind, enum script_phase phase,
                        struct script_version **out, size_t *count)
{
    struct db_rows rows;

    if (!db_query(cx, &rows, SQL_VERSION_LIST_ACTIVE, DB_ID(cx->tenant_id),
                  DB_TEXT(event_name(kind)), DB_TEXT(script_header_phase_name(phase)),
                  DB_INT(SCRIPT_RULES_MAX)))
        return false;
    *out = arena_array(cx->mem, struct script_version, rows.count + 1);
    *count = 0;
    while (db_next(&rows)) {
        if (!version_from_row(cx, &rows.row, &(*out)[(*count)++]))
            return false;
    }
    return true;
}

bool script_list(struct ctx *cx, struct script **out, size_t *count)
{
    struct db_rows rows;

    if (!viewer_has(&cx->viewer, RIGHT_RULES_READ))
        return err_set(&cx->err, &ERR_DENIED, "rules are for staff with that right");
    if (!db_query(cx, &rows, SQL_SCRIPT_LIST, DB_ID(cx->tenant_id), DB_INT(SCRIPT_RULES_MAX * 4)))
        return false;
    *out = arena_array(cx->mem, struct script, rows.count + 1);
    *count = 0;
    while (db_next(&rows))
        (*out)[(*count)++] = *script_from_row(cx, &rows.row);
    return true;
}

bool script_find(struct ctx *cx, const char *name, struct script **out)
{
    struct db_rows rows;

    if (!db_query(cx, &rows, SQL_SCRIPT_FIND, DB_ID(cx->tenant_id), DB_TEXT(name)))
        return false;
    *out = db_next(&rows) ? script_from_row(cx, &rows.row) : NULL;
    return true;
}

bool script_get_version(struct ctx *cx, struct id version_id, struct script_version **out)
{
    struct script_version *v = arena_new(cx->mem, struct script_version);
    struct db_rows rows;

    if (!db_query(cx, &rows, SQL_VERSION_GET, DB_ID(cx->tenant_id), DB_ID(version_id)))
        return false;
    if (!db_next(&rows))
        return err_set(&cx->err, &ERR_NOT_FOUND, "script version %s", id_text(cx->mem, version_id));
    if (!version_from_row(cx, &rows.row, v))
        return false;
    *out = v;
    return true;
}

bool script_switch(struct ctx *cx, struct id script_id, bool is_on, const char *reason)
{
    const char *state = is_on ? "on" : "off";
    json_t *data = json_own(cx->mem, json_pack("{s:s}", "reason", reason));
    int64_t changed;

    if (!viewer_has(&cx->viewer, RIGHT_RULES_UPDATE))
        return err_set(&cx->err, &ERR_DENIED, "rules are for staff with that right");
    if (!db_begin(cx))
        return false;
    if (!db_exec(cx, &changed, SQL_SCRIPT_SWITCH, DB_TEXT(state), DB_TIME(cx->now),
                 DB_ID(cx->tenant_id), DB_ID(script_id), DB_TEXT(state)))
        goto rollback;
    if (changed > 0 &&
        !event_emit(cx, is_on ? EVENT_SCRIPT_DEPLOYED : EVENT_SCRIPT_SWITCHED_OFF, script_id, data))
        goto rollback;
    return db_commit(cx);

rollback:
    db_rollback(cx);
    return false;
}

static bool quarantine(struct ctx *cx, struct id script_id, struct id version_id,
                       const char *reason)
{
    return db_exec(cx, NULL, SQL_VERSION_STATE, DB_TEXT("quarantined"), DB_ID(cx->tenant_id),
                   DB_ID(version_id)) &&
           script_switch(cx, script_id, false, reason);
}

/* A rule that fails now and then, between good runs. */
static bool fails_too_often(struct ctx *cx, struct id script_id, bool *out)
{
    struct db_rows rows;

    if (!db_query(cx, &rows, SQL_SCRIPT_RECENT, DB_ID(cx->tenant_id), DB_ID(script_id),
                  DB_INT(SCRIPT_RECENT_RUNS)))
        return false;
    *out = db_next(&rows) && db_i64(&rows.row, 0) == SCRIPT_RECENT_RUNS &&
           db_i64(&rows.row, 1) > SCRIPT_RECENT_FAILURES_MAX;
    return true;
}

bool script_count(struct ctx *cx, struct id script_id, bool has_failed)
{
    struct db_rows rows;
    bool too_often;

    if (!db_exec(cx, NULL, has_failed ? SQL_SCRIPT_FAILED : SQL_SCRIPT_GOOD, DB_ID(cx->tenant_id),
                 DB_ID(script_id)))
        return false;
    if (!has_failed)
        return true;
    if (!db_query(cx, &rows, SQL_SCRIPT_FAILURES, DB_ID(cx->tenant_id), DB_ID(script_id)))
        return false;
    if (!db_next(&rows))
        return true;
    if (db_i64(&rows.row, 0) >= SCRIPT_FAILURES_MAX)
        return quarantine(cx, script_id, db_id(&rows.row, 1), "too many failures in a row");
    if (!fails_too_often(cx, script_id, &too_often))
        return false;
    return !too_often || quarantine(cx, script_id, db_id(&rows.row, 1),
                                    "too many failures among the latest runs");
}
