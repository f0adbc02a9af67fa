/* One run of one rule: the call to a worker, its trace in the database, and the check phase. */
#pragma once

#include "scripts/script.h"

enum script_run_state {
    SCRIPT_RUN_DONE,    /* ran, and what it asked for was done */
    SCRIPT_RUN_SKIPPED, /* `when` did not fit: nothing ran */
    SCRIPT_RUN_FAILED,  /* an error, or a limit */
    SCRIPT_RUN_REFUSED, /* ran, but asked for what it may not do: all its effects were dropped */
    SCRIPT_RUN_LOST,    /* the machine's fault, also after all tries */
    SCRIPT_RUN_STOPPED, /* not run: rules had set each other off too often */
    SCRIPT_RUN_STATE_COUNT
};

struct script_input { /* what a rule is told */
    enum event_kind kind;
    struct id event_id, subject_id;
    const json_t *event;     /* ev */
    const json_t *new, *old; /* NULL: nil */
};

struct script_trace { /* a run; a row of script_run; lives in cx->mem */
    struct id id;
    struct id script_id, version_id, event_id, subject_id;
    enum event_kind kind;
    struct id root_event_id; /* the event that no rule caused, at the beginning of the chain */
    int depth;               /* how many rules' effects lie between */
    const char *trace;       /* 16 characters: the events of its effects carry it */
    enum script_run_state state;
    const char *outcome; /* of sandbox_outcome_name, or "time", "worker", "when", "loop", "depth" */
    uint8_t input_hash[32];
    const json_t *effects; /* never NULL */
    const json_t *lookups; /* [{"name","args","answer"}] */
    const char *error;     /* "" where there is none */
    int line;
    int64_t time_us, memory_bytes, instructions;
    int attempts;
};

const char *script_run_state_name(enum script_run_state state);

/* Starts a trace and tries `when`: its state is SCRIPT_RUN_SKIPPED when that does not fit. */
void script_run_prepare(struct ctx *cx, const struct script_version *version,
                        const struct script_input *input, struct script_trace *out);
/* Runs the version on the input and completes the trace. Writes nothing. Fails only when the
 * statements of a look-up do. */
bool script_run_call(struct ctx *cx, const struct script_engine *engine,
                     const struct script_version *version, const struct script_input *input,
                     struct script_trace *trace) MUST_CHECK;

/* Writes the trace: in the transaction of its effects. Fails: ERR_CONFLICT that rule has run on
 * that event already. */
bool script_run_record(struct ctx *cx, const struct script_trace *trace) MUST_CHECK;
/* True when the rule's run on the event is recorded. */
bool script_run_find(struct ctx *cx, struct id event_id, struct id script_id,
                     bool *found) MUST_CHECK;
/* Where an event stands in its chain: the run whose effects emitted it, by the event's trace. A
 * first event is its own root, with depth 0. */
bool script_run_chain(struct ctx *cx, const struct event *event, struct id *root_event_id,
                      int *depth) MUST_CHECK;
/* True when the rule ran on the object in this chain already. */
bool script_run_in_chain(struct ctx *cx, const struct script_trace *trace, bool *found) MUST_CHECK;

/* What rules did about one object, for staff: the latest `limit`, oldest first: [{id, title (in the
 * language), name, version, event, at (us), state, outcome, is_bad, error, line, effects [{effect,
 * value: as short text}], time_ms (text), memory_kb, instructions, attempts}]. Needs RIGHT_DESK or
 * RIGHT_RULES. Fails: ERR_DENIED. */
bool script_run_list(struct ctx *cx, struct id subject_id, const char *language, unsigned limit,
                     json_t **out) MUST_CHECK;

struct script_check { /* the answer of the check rules */
    bool is_refused;
    const char *field; /* at fault; "" for none in particular */
    const char *text;  /* the rule's sentence */
    json_t *fill;      /* allowed fields that were filled in: {field: value} */
};
/* Runs the tenant's check rules for what is about to be written, in their order; a rule that fails
 * accepts. A page waits for this. engine NULL (rules are off): accepts. */
bool script_run_check(struct ctx *cx, const struct script_engine *engine, enum event_kind kind,
                      const json_t *new, struct script_check *out) MUST_CHECK;
