#include "portal/jobs/outbox.h"

#include "base/clock.h"
#include "base/log.h"
#include "portal/script_api.h"

#include <string.h>

static const char CONSUMER[] = "rules";
enum { LEASE_SECONDS = 120, MEM_BLOCK = 64 * 1024 };

struct work { /* one event in our hands */
    struct ctx *cx;
    const struct script_engine *engine;
    const struct event_delivery *delivery;
    struct script_input input;
    struct id root_event_id;
    int depth;
};

struct outcome { /* a run on its way into the database */
    const struct script_input *input;
    const json_t *grants;
    struct script_trace *trace;
    const char *effect; /* the one that was refused */
};

/* The rule acts: its changes bear its name, and its events the run's trace, by which
 * script_run_chain finds the way back. */
static void act_as(struct ctx *cx, const struct work *w, const struct script_trace *trace)
{
    ctx_start(cx, w->cx->mem, w->cx->pool);
    cx->now = w->cx->now;
    cx->tenant_id = w->cx->tenant_id;
    cx->master = w->cx->master;
    cx->signer = w->cx->signer;
    cx->actor_id = trace->script_id;
    memcpy(cx->trace, trace->trace, CTX_TRACE_SIZE - 1);
}

/* Another node, or we before a lost connection, wrote this very run. */
static bool is_recorded(const struct ctx *cx)
{
    const char *key = db_duplicate_key(cx);

    return cx->err.kind == &ERR_CONFLICT &&
           (strcmp(key, "script_run_once") == 0 || strcmp(key, "PRIMARY") == 0);
}

static bool keep_good(struct ctx *cx, void *arg)
{
    struct outcome *o = arg;

    if (!db_begin(cx))
        return false;
    if (!script_run_record(cx, o->trace))
        goto rollback;
    if (o->trace->state == SCRIPT_RUN_DONE &&
        (!script_api_apply(cx, o->grants, o->input, o->trace->effects, &o->effect) ||
         !script_count(cx, o->trace->script_id, false)))
        goto rollback;
    return db_commit(cx);

rollback:
    db_rollback(cx);
    return false;
}

static bool keep_bad(struct ctx *cx, void *arg)
{
    struct outcome *o = arg;
    bool is_rules_fault = o->trace->state != SCRIPT_RUN_STOPPED;

    if (!db_begin(cx))
        return false;
    if (!script_run_record(cx, o->trace) || !script_api_fall_back(cx, o->input) ||
        (is_rules_fault && !script_count(cx, o->trace->script_id, true)))
        goto rollback;
    return db_commit(cx);

rollback:
    db_rollback(cx);
    return false;
}

/* True when the rule, not the machine, is why its effects could not be kept; after enough tries
 * the machine's failures end the same way. */
static bool is_final(const struct work *w, const struct ctx *cx, struct script_trace *trace,
                     const char *effect)
{
    bool is_machine = cx->err.kind == &ERR_BUSY || cx->err.kind == &ERR_INTERNAL;

    if (is_machine && w->delivery->attempts < OUTBOX_TRIES_MAX)
        return false;
    trace->state = is_machine ? SCRIPT_RUN_LOST : SCRIPT_RUN_REFUSED;
    trace->outcome = is_machine ? "database" : "refused";
    trace->error = arena_printf(w->cx->mem, "%s: %s", effect, cx->err.oper);
    return true;
}

/* Keeps what a run came to. False: the machine failed, and w->cx->err says how. */
static bool keep(struct work *w, const struct script_version *rule, struct script_trace *trace)
{
    struct outcome o = {.input = &w->input,
                        .grants = json_object_get(rule->header, "grants"),
                        .trace = trace,
                        .effect = ""};
    bool is_good = trace->state == SCRIPT_RUN_DONE || trace->state == SCRIPT_RUN_SKIPPED;
    struct ctx cx;
    bool ok;

    act_as(&cx, w, trace);
    ok = db_retry(&cx, is_good ? keep_good : keep_bad, &o) || is_recorded(&cx);
    db_release(&cx);
    if (!ok && is_good && is_final(w, &cx, trace, o.effect)) {
        act_as(&cx, w, trace);
        ok = db_retry(&cx, keep_bad, &o) || is_recorded(&cx);
        db_release(&cx);
    }
    if (!ok)
        w->cx->err = cx.err;
    return ok;
}

static void stop_trace(struct script_trace *trace, enum script_run_state state, const char *outcome)
{
    trace->state = state;
    trace->outcome = outcome;
}

/* Runs one rule on the event, or says why not. */
static bool run_rule(struct work *w, const struct script_version *rule, struct script_trace *trace)
{
    struct ctx *cx = w->cx;
    bool was_here;

    script_run_prepare(cx, rule, &w->input, trace);
    trace->root_event_id = w->root_event_id;
    trace->depth = w->depth;
    trace->attempts = w->delivery->attempts;
    if (trace->state == SCRIPT_RUN_SKIPPED)
        return true;
    if (!script_run_in_chain(cx, trace, &was_here))
        return false;
    if (was_here || w->depth >= OUTBOX_DEPTH_MAX) {
        stop_trace(trace, was_here ? SCRIPT_RUN_SKIPPED : SCRIPT_RUN_STOPPED,
                   was_here ? "loop" : "depth");
        return true;
    }
    db_release(cx); /* the worker may take its time; a look-up borrows again */
    return script_run_call(cx, w->engine, rule, &w->input, trace);
}

static bool run_rules(struct work *w)
{
    struct ctx *cx = w->cx;
    const struct event *event = &w->delivery->event;
    struct script_version *rules;
    size_t count;

    if (!script_list_active(cx, event->kind, SCRIPT_AFTER, &rules, &count))
        return false;
    if (count == 0)
        return true;
    if (!script_api_input(cx, event, &w->input) ||
        !script_run_chain(cx, event, &w->root_event_id, &w->depth))
        return false;
    for (size_t i = 0; i < count; i++) {
        struct script_trace trace;
        bool found;

        if (!script_run_find(cx, event->id, rules[i].script_id, &found))
            return false;
        if (found)
            continue;
        if (!run_rule(w, &rules[i], &trace))
            return false;
        if (trace.state == SCRIPT_RUN_LOST && w->delivery->attempts < OUTBOX_TRIES_MAX)
            return err_set(&cx->err, &ERR_BUSY, "rule %s: %s", rules[i].script_name, trace.error);
        db_release(cx);
        if (!keep(w, &rules[i], &trace))
            return false;
    }
    return true;
}

static bool finish(struct ctx *cx, void *arg)
{
    if (!db_begin(cx))
        return false;
    if (!event_done(cx, arg)) {
        db_rollback(cx);
        return false;
    }
    return db_commit(cx);
}

/* A run of its own, so that one event's failure is not the next one's. */
static void work_one(const struct ctx *base, const struct script_engine *engine,
                     struct event_delivery *delivery)
{
    struct arena *mem = arena_make(MEM_BLOCK);
    struct ctx cx;
    struct work w = {.cx = &cx, .engine = engine, .delivery = delivery};
    bool gave_up = false;

    ctx_start(&cx, mem, base->pool);
    cx.now = base->now;
    cx.master = base->master;
    cx.signer = base->signer;
    cx.tenant_id = delivery->event.tenant_id;
    memcpy(cx.trace, delivery->event.trace, CTX_TRACE_SIZE - 1);
    if (!run_rules(&w) || !db_retry(&cx, finish, delivery)) {
        const char *reason = arena_dup(mem, cx.err.oper);

        log_warn(cx.trace, "outbox: %s of %s, try %d: %s (%s)", event_name(delivery->event.kind),
                 id_text(mem, delivery->event.id), delivery->attempts, reason,
                 cx.err.where != NULL ? cx.err.where : "?");
        err_clear(&cx.err);
        if (!event_failed(&cx, delivery, reason, &gave_up))
            err_clear(&cx.err); /* then its lease runs out, and it comes again */
        if (gave_up)
            log_error(cx.trace, "outbox: event %s is parked", id_text(mem, delivery->event.id));
    }
    db_release(&cx);
    arena_free(mem);
}

bool outbox_work(struct ctx *cx, const struct script_engine *engine, unsigned *worked)
{
    struct event_delivery *list;
    unsigned count;

    *worked = 0;
    if (engine == NULL)
        return true;
    if (!event_claim(cx, CONSUMER, OUTBOX_BATCH, LEASE_SECONDS * CLOCK_SECOND, &list, &count))
        return false;
    db_release(cx);
    for (unsigned i = 0; i < count; i++)
        work_one(cx, engine, &list[i]);
    *worked = count;
    return true;
}
