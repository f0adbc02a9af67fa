/* The sandbox: one run of one rule's text in a fresh Lua state, under limits.
 *
 * It runs only inside a worker process (script_worker.c). What a rule gets is data and what it
 * gives back is data; nothing in here knows what a ticket is. */
#pragma once

#include "base/json.h"

enum sandbox_outcome {
    SANDBOX_DONE,
    SANDBOX_ERROR,        /* the text does not compile, raised an error, or gave no usable answer */
    SANDBOX_INSTRUCTIONS, /* a loop without an end, as a rule */
    SANDBOX_MEMORY,
    SANDBOX_STEPS,   /* work inside library functions: patterns, sorting, joining */
    SANDBOX_LOOKUPS, /* asked the parent too often */
    SANDBOX_OUTCOME_COUNT
};

struct sandbox_limits {
    int64_t instructions;
    int64_t memory_bytes;
    int64_t steps;
    int64_t lookups;
    int64_t effects;
};

/* Asks the parent. *answer is in the run's arena. False gives a sentence in *refusal, which becomes
 * the rule's error. */
typedef bool sandbox_ask(void *arg, const char *name, const json_t *args, const json_t **answer,
                         const char **refusal);

struct sandbox_task {
    const char *text; /* the rule's source; only text is ever loaded, never bytecode */
    size_t len;
    struct sandbox_limits limits;
    const json_t *effects; /* names of the constructors: ["route", ...] */
    const json_t *lookups; /* names of the questions: ["tenant.list", ...], each with one dot */
    const json_t *event;   /* the arguments of run(ev, new, old, ctx); NULL is nil */
    const json_t *new;
    const json_t *old;
    int64_t now;   /* us; ctx.now is in whole seconds */
    uint64_t seed; /* of ctx.random */
    sandbox_ask *ask;
    void *arg;
};

struct sandbox_result {
    enum sandbox_outcome outcome;
    json_t *value;     /* SANDBOX_DONE: the header (read) or an array of effects (run); in mem */
    const char *error; /* else: what went wrong, in mem */
    int line;          /* of the rule's text; 0 when it is not known */
    int64_t instructions;
    int64_t steps;
    int64_t memory_bytes; /* at the peak */
    int64_t lookups;
};

const char *sandbox_outcome_name(enum sandbox_outcome outcome);
bool sandbox_outcome_parse(const char *name, enum sandbox_outcome *out) MUST_CHECK;

/* The rule's header table as JSON, without `run`, of which only its being a function is checked. */
void sandbox_read(struct arena *mem, const struct sandbox_task *task, struct sandbox_result *out);
/* Runs the rule. An effect comes back as {"effect": name, "args": what it was given}. */
void sandbox_run(struct arena *mem, const struct sandbox_task *task, struct sandbox_result *out);
