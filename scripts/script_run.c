#include "scripts/script_run.h"

#include "base/clock.h"
#include "base/crypto.h"
#include "base/log.h"
#include "base/utf8.h"
#include "scripts/script_limits.h"

#include <string.h>

enum { TRACE_BYTES = 8, ERROR_MAX = 500, RUNS_SHOWN_MAX = 100 };

static const char *const STATE_NAMES[] = {
    [SCRIPT_RUN_DONE] = "done",     [SCRIPT_RUN_SKIPPED] = "skipped",
    [SCRIPT_RUN_FAILED] = "failed", [SCRIPT_RUN_REFUSED] = "refused",
    [SCRIPT_RUN_LOST] = "lost",     [SCRIPT_RUN_STOPPED] = "stopped",
};
_Static_assert(COUNT(STATE_NAMES) == SCRIPT_RUN_STATE_COUNT, "name every state");

static const char SQL_RUN_INSERT[] =
    "INSERT INTO script_run (tenant_id, id, script_id, version_id, event_id, event, subject_id, "
    "root_event_id, depth, trace, state, outcome, input_hash, effects, lookups, error, line, "
    "time_us, memory_bytes, instructions, attempts, created_at) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
static const char SQL_RUN_FIND[] =
    "SELECT 1 FROM script_run WHERE tenant_id = ? AND event_id = ? AND script_id = ?";
static const char SQL_RUN_CHAIN[] =
    "SELECT root_event_id, depth FROM script_run "
    "WHERE tenant_id = ? AND trace = ? LIMIT 1";
static const char SQL_RUN_IN_CHAIN[] =
    "SELECT 1 FROM script_run WHERE tenant_id = ? AND root_event_id = ? AND subject_id = ? "
    "AND script_id = ? AND state <> 'skipped' AND event_id <> ? LIMIT 1";
static const char SQL_RUN_LIST[] =
    "SELECT r.state, r.outcome, r.effects, r.error, r.line, r.time_us, r.memory_bytes, "
    "r.instructions, r.attempts, r.created_at, r.event, v.header, v.number, r.id "
    "FROM script_run r "
    "JOIN script_version v ON v.tenant_id = r.tenant_id AND v.id = r.version_id "
    "WHERE r.tenant_id = ? AND r.subject_id = ? ORDER BY r.id DESC LIMIT ?";

const char *script_run_state_name(enum script_run_state state)
{
    return STATE_NAMES[state];
}

struct asking { /* look-ups of one run, as they come */
    struct ctx *cx;
    const struct script_engine *engine;
    const json_t *grants;
    json_t *asked;
};

static bool answer_lookup(void *arg, const char *name, const json_t *args, const json_t **answer,
                          const char **refusal)
{
    struct asking *asking = arg;
    json_t *line = json_own(asking->cx->mem, json_pack("{s:s}", "name", name));

    json_object_set(line, "args", (json_t *)(uintptr_t)args);
    json_array_append(asking->asked, line);
    if (!asking->engine->offer->look_up(asking->cx, asking->grants, name, args, answer, refusal)) {
        json_object_set_new(line, "refused", json_string(*refusal));
        return false;
    }
    if (*answer != NULL)
        json_object_set(line, "answer", (json_t *)(uintptr_t)*answer);
    return true;
}

static void hash_input(struct ctx *cx, const struct script_input *input, uint8_t out[32])
{
    struct str s = str_new(cx->mem);

    str_add(&s, json_write(cx->mem, input->event));
    str_char(&s, '\n');
    str_add(&s, input->new != NULL ? json_write(cx->mem, input->new) : "");
    str_char(&s, '\n');
    str_add(&s, input->old != NULL ? json_write(cx->mem, input->old) : "");
    crypto_sha256(s.p, s.len, out);
}

static int64_t seed_of(struct id id)
{
    int64_t seed = 0;

    memcpy(&seed, id.b + sizeof id.b - sizeof seed, sizeof seed);
    return seed & INT64_MAX;
}

void script_run_prepare(struct ctx *cx, const struct script_version *version,
                        const struct script_input *input, struct script_trace *out)
{
    const json_t *when = json_object_get(version->header, "when");
    const char *field;

    *out = (struct script_trace){.id = ctx_new_id(cx),
                                 .script_id = version->script_id,
                                 .version_id = version->id,
                                 .event_id = input->event_id,
                                 .subject_id = input->subject_id,
                                 .root_event_id = input->event_id,
                                 .kind = input->kind,
                                 .trace = crypto_token(cx->mem, TRACE_BYTES),
                                 .outcome = "",
                                 .effects = json_own(cx->mem, json_array()),
                                 .lookups = json_own(cx->mem, json_array()),
                                 .error = "",
                                 .attempts = 1};
    hash_input(cx, input, out->input_hash);
    if (json_is_object(when) && !script_header_when(when, input->new, &field)) {
        out->state = SCRIPT_RUN_SKIPPED;
        out->outcome = "when";
        out->error = arena_dup(cx->mem, field);
    }
}

static void take_result(struct script_trace *out, const struct sandbox_result *result)
{
    out->outcome = sandbox_outcome_name(result->outcome);
    out->line = result->line;
    out->memory_bytes = result->memory_bytes;
    out->instructions = result->instructions;
    if (result->outcome == SANDBOX_DONE) {
        out->state = SCRIPT_RUN_DONE;
        out->effects = result->value;
    } else {
        out->state = SCRIPT_RUN_FAILED;
        out->error = result->error;
    }
}

static void take_end(struct script_trace *out, enum script_call_end end,
                     const struct sandbox_result *result)
{
    switch (end) {
    case SCRIPT_CALL_ANSWERED:
        take_result(out, result);
        break;
    case SCRIPT_CALL_LATE:
        out->state = SCRIPT_RUN_FAILED;
        out->outcome = "time";
        out->error = "stopped: out of time";
        break;
    case SCRIPT_CALL_LOST:
    case SCRIPT_CALL_BUSY:
        out->state = SCRIPT_RUN_LOST;
        out->outcome = "worker";
        out->error = "the worker process ended";
        break;
    }
}

static enum script_phase phase_of(const struct script_version *version)
{
    const char *name = json_get_text(version->header, "phase", "");

    return strcmp(name, script_header_phase_name(SCRIPT_CHECK)) == 0 ? SCRIPT_CHECK : SCRIPT_AFTER;
}

bool script_run_call(struct ctx *cx, const struct script_engine *engine,
                     const struct script_version *version, const struct script_input *input,
                     struct script_trace *trace)
{
    struct asking asking = {.cx = cx,
                            .engine = engine,
                            .grants = json_object_get(version->header, "grants"),
                            .asked = json_own(cx->mem, json_array())};
    enum script_phase phase = phase_of(version);
    const struct script_call call = {.is_urgent = phase == SCRIPT_CHECK,
                                     .is_run = true,
                                     .text = version->text,
                                     .limits = script_limits(phase),
                                     .deadline_us = script_limits_us(engine, phase),
                                     .effects = script_limits_effects(engine->offer, phase),
                                     .lookups = engine->offer->lookups,
                                     .event = input->event,
                                     .new = input->new,
                                     .old = input->old,
                                     .now = cx->now,
                                     .seed = seed_of(input->event_id),
                                     .ask = answer_lookup,
                                     .arg = &asking};
    struct sandbox_result result;
    enum script_call_end end =
        script_pool_call(engine->pool, cx->mem, &call, &result, &trace->time_us);

    if (cx->err.kind != NULL)
        return false;
    trace->lookups = asking.asked;
    take_end(trace, end, &result);
    return true;
}

static const char *cut(struct ctx *cx, const char *text, size_t max)
{
    return strlen(text) <= max ? text : arena_dup_bytes(cx->mem, text, utf8_prefix(text, max));
}

bool script_run_record(struct ctx *cx, const struct script_trace *t)
{
    return db_exec(cx, NULL, SQL_RUN_INSERT, DB_ID(cx->tenant_id), DB_ID(t->id),
                   DB_ID(t->script_id), DB_ID(t->version_id), DB_ID(t->event_id),
                   DB_TEXT(event_name(t->kind)), DB_ID(t->subject_id), DB_ID(t->root_event_id),
                   DB_INT(t->depth), DB_TEXT(t->trace), DB_TEXT(STATE_NAMES[t->state]),
                   DB_TEXT(t->outcome), DB_BYTES(t->input_hash, sizeof t->input_hash),
                   DB_TEXT(json_write(cx->mem, t->effects)),
                   DB_TEXT(json_write(cx->mem, t->lookups)), DB_TEXT(cut(cx, t->error, ERROR_MAX)),
                   DB_INT(t->line), DB_INT(t->time_us), DB_INT(t->memory_bytes),
                   DB_INT(t->instructions), DB_INT(t->attempts), DB_TIME(cx->now));
}

bool script_run_find(struct ctx *cx, struct id event_id, struct id script_id, bool *found)
{
    struct db_rows rows;

    if (!db_query(cx, &rows, SQL_RUN_FIND, DB_ID(cx->tenant_id), DB_ID(event_id), DB_ID(script_id)))
        return false;
    *found = db_next(&rows);
    return true;
}

bool script_run_chain(struct ctx *cx, const struct event *event, struct id *root_event_id,
                      int *depth)
{
    struct db_rows rows;

    *root_event_id = event->id;
    *depth = 0;
    if (id_is_zero(event->actor_id))
        return true;
    if (!db_query(cx, &rows, SQL_RUN_CHAIN, DB_ID(cx->tenant_id), DB_TEXT(event->trace)))
        return false;
    if (db_next(&rows)) {
        *root_event_id = db_id(&rows.row, 0);
        *depth = (int)db_i64(&rows.row, 1) + 1;
    }
    return true;
}

bool script_run_in_chain(struct ctx *cx, const struct script_trace *t, bool *found)
{
    struct db_rows rows;

    if (!db_query(cx, &rows, SQL_RUN_IN_CHAIN, DB_ID(cx->tenant_id), DB_ID(t->root_event_id),
                  DB_ID(t->subject_id), DB_ID(t->script_id), DB_ID(t->event_id)))
        return false;
    *found = db_next(&rows);
    return true;
}

/* What an effect was given, as a short text: the value itself, or "name value, ..." */
static void add_args(struct str *out, const json_t *args)
{
    const char *key;
    json_t *value;
    size_t i;
    bool is_next = false;

    if (json_is_string(args)) {
        str_add(out, json_string_value(args));
    } else if (json_is_array(args)) {
        json_array_foreach (args, i, value) {
            str_add(out, i > 0 ? ", " : "");
            add_args(out, value);
        }
    } else if (json_is_object(args)) {
        bool is_single = json_object_size(args) == 1;
        json_object_foreach ((json_t *)(uintptr_t)args, key, value) {
            str_add(out, is_next ? ", " : "");
            if (!is_single)
                str_fmt(out, "%s ", key);
            add_args(out, value);
            is_next = true;
        }
    } else if (args != NULL) {
        str_add(out, json_write(out->mem, args));
    }
}

static json_t *effects_to_json(struct ctx *cx, const char *text)
{
    json_t *list = json_array();
    json_t *effects, *effect;
    size_t i;
    struct err ignored = {0};

    if (!json_read(cx->mem, &ignored, text, strlen(text), &effects))
        return list;
    json_array_foreach (effects, i, effect) {
        const json_t *args = json_object_get(effect, "args");
        /* { field = "level", value = 2 } is told as the field it sets: level 2. */
        const char *field = json_get_text(args, "field", NULL);
        const char *name = field != NULL ? field : json_get_text(effect, "effect", "");
        struct str value = str_new(cx->mem);

        add_args(&value, field != NULL ? json_object_get(args, "value") : args);
        json_t *one = json_pack("{s:s, s:s}", "effect", name, "value", value.p);
        json_array_append_new(list, one);
    }
    return list;
}

static json_t *run_to_json(struct ctx *cx, const struct db_row *row, const char *language)
{
    const char *header_text = db_text(row, 11);
    const char *state = db_text(row, 0), *outcome = db_text(row, 1);
    json_t *header = NULL;
    struct err ignored = {0};
    int64_t time_us = db_i64(row, 5);

    if (!json_read(cx->mem, &ignored, header_text, strlen(header_text), &header))
        header = json_own(cx->mem, json_object());
    json_t *run = json_pack(
        "{s:s, s:s, s:s, s:I, s:s, s:I, s:I, s:s, s:I, s:o}", "title",
        script_header_title(header, language), "name", json_get_text(header, "id", ""), "event",
        db_text(row, 10), "version", (json_int_t)db_i64(row, 12), "error", db_text(row, 3), "line",
        (json_int_t)db_i64(row, 4), "memory_kb", (json_int_t)(db_i64(row, 6) / 1024), "time_ms",
        arena_printf(cx->mem, "%lld.%lld", (long long)(time_us / 1000),
                     (long long)(time_us % 1000 / 100)),
        "at", (json_int_t)db_time(row, 9), "effects", effects_to_json(cx, db_text(row, 2)));
    json_object_set_new(run, "state", json_string(state));
    json_object_set_new(run, "outcome", json_string(outcome));
    json_object_set_new(run, "is_bad",
                        json_boolean(strcmp(state, "done") != 0 && strcmp(state, "skipped") != 0));
    json_object_set_new(run, "instructions", json_integer(db_i64(row, 7)));
    json_object_set_new(run, "attempts", json_integer(db_i64(row, 8)));
    json_object_set_new(run, "id", json_string(id_text(cx->mem, db_id(row, 13))));
    return run;
}

bool script_run_list(struct ctx *cx, struct id subject_id, const char *language, unsigned limit,
                     json_t **out)
{
    struct db_rows rows;
    json_t *list = json_own(cx->mem, json_array());

    if (!viewer_has(&cx->viewer, RIGHT_DESK_READ) && !viewer_has(&cx->viewer, RIGHT_RULES_READ))
        return err_set(&cx->err, &ERR_DENIED, "traces of rules are for staff");
    if (!db_query(cx, &rows, SQL_RUN_LIST, DB_ID(cx->tenant_id), DB_ID(subject_id),
                  DB_INT(limit < RUNS_SHOWN_MAX ? limit : RUNS_SHOWN_MAX)))
        return false;
    while (db_next(&rows))
        json_array_insert_new(list, 0, run_to_json(cx, &rows.row, language));
    *out = list;
    return true;
}

static void take_fill(struct script_check *out, const json_t *args)
{
    const char *field = json_get_text(args, "field", NULL);
    json_t *value = json_object_get(args, "value");

    if (field != NULL && value != NULL)
        json_object_set(out->fill, field, value);
}

/* refuse{field, text} and fill{field, value}; the first refusal stands. */
static void take_answer(const json_t *effects, struct script_check *out)
{
    json_t *effect;
    size_t i;

    json_array_foreach (effects, i, effect) {
        const char *name = json_get_text(effect, "effect", "");
        const json_t *args = json_object_get(effect, "args");

        if (strcmp(name, "fill") == 0)
            take_fill(out, args);
        if (strcmp(name, "refuse") != 0 || out->is_refused)
            continue;
        out->is_refused = true;
        out->field = json_get_text(args, "field", "");
        out->text =
            json_is_string(args) ? json_string_value(args) : json_get_text(args, "text", "");
    }
}

/* A check that keeps failing costs every page its time: the breaker counts it too. A page must not
 * fail because that could not be counted. */
static void count_check(struct ctx *cx, const struct script_version *rule, bool has_failed)
{
    if (!has_failed && rule->failures == 0)
        return;
    if (!db_begin(cx)) {
        err_clear(&cx->err);
        return;
    }
    if (!script_count(cx, rule->script_id, has_failed) || !db_commit(cx)) {
        db_rollback(cx);
        err_clear(&cx->err);
    }
}

static bool check_one(struct ctx *cx, const struct script_engine *engine,
                      const struct script_version *rule, const struct script_input *input,
                      struct script_check *answer)
{
    struct script_trace trace;

    script_run_prepare(cx, rule, input, &trace);
    if (trace.state == SCRIPT_RUN_SKIPPED)
        return true;
    if (!script_run_call(cx, engine, rule, input, &trace))
        return false;
    if (trace.state == SCRIPT_RUN_DONE)
        take_answer(trace.effects, answer);
    else
        log_warn(cx->trace, "rule %s failed and accepted: line %d: %s", rule->script_name,
                 trace.line, trace.error);
    if (trace.state != SCRIPT_RUN_LOST)
        count_check(cx, rule, trace.state == SCRIPT_RUN_FAILED);
    return true;
}

bool script_run_check(struct ctx *cx, const struct script_engine *engine, enum event_kind kind,
                      const json_t *new, struct script_check *out)
{
    struct script_check answer = {
        .field = "", .text = "", .fill = json_own(cx->mem, json_object())};
    const struct script_input input = {
        .kind = kind,
        .event = json_own(cx->mem, json_pack("{s:s, s:I}", "name", event_name(kind), "at",
                                             (json_int_t)(cx->now / CLOCK_SECOND))),
        .new = new};
    struct script_version *rules;
    size_t count = 0;

    if (engine != NULL && !script_list_active(cx, kind, SCRIPT_CHECK, &rules, &count))
        return false;
    for (size_t i = 0; i < count && !answer.is_refused; i++) {
        if (!check_one(cx, engine, &rules[i], &input, &answer))
            return false;
    }
    *out = answer;
    return true;
}
