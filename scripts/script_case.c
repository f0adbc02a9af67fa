#include "scripts/script_case.h"

#include "scripts/script_limits.h"

#include <string.h>

struct casework {
    struct arena *mem;
    const json_t *lookups; /* {"tenant.list": {"city_team": {...}}} */
};

static bool refuse(struct ctx *cx, const char *name, const char *why)
{
    err_set(&cx->err, &ERR_SCRIPT_TESTS, "%s: %s", name, why);
    err_arg(&cx->err, name);
    return false;
}

/* A case brings the answers with it: by the look-up's name, then by its first argument as text. */
static bool answer_lookup(void *arg, const char *name, const json_t *args, const json_t **answer,
                          const char **refusal)
{
    const struct casework *work = arg;
    const json_t *first = json_array_get(args, 0);
    const char *key = json_is_string(first) ? json_string_value(first) : "";

    *answer = json_object_get(json_object_get(work->lookups, name), key);
    *refusal = "this test has no answer for the look-up";
    return *answer != NULL;
}

static bool call_rule(struct ctx *cx, const struct script_engine *engine, const char *text,
                      const struct script_header *header, const json_t *test,
                      struct sandbox_result *out)
{
    struct casework work = {.mem = cx->mem, .lookups = json_object_get(test, "lookups")};
    const char *event = json_get_text(test, "event", event_name(header->events[0]));
    struct script_call call = {
        .is_run = true,
        .text = text,
        .limits = script_limits(header->phase),
        .deadline_us = script_limits_test_us(engine),
        .effects = script_limits_effects(engine->offer, header->phase),
        .lookups = engine->offer->lookups,
        .event = json_own(cx->mem, json_pack("{s:s, s:i}", "name", event, "at", 0)),
        .new = json_object_get(test, "new"),
        .old = json_object_get(test, "old"),
        .ask = answer_lookup,
        .arg = &work};
    int64_t time_us;

    switch (script_pool_call(engine->pool, cx->mem, &call, out, &time_us)) {
    case SCRIPT_CALL_ANSWERED:
        return true;
    case SCRIPT_CALL_LATE:
        return refuse(cx, json_get_text(test, "name", "?"), "it takes too long");
    case SCRIPT_CALL_LOST:
    case SCRIPT_CALL_BUSY:
        break;
    }
    return err_set(&cx->err, &ERR_BUSY, "no script worker for a rule's tests");
}

static bool run_case(struct ctx *cx, const struct script_engine *engine, const char *text,
                     const struct script_header *header, const json_t *test)
{
    const char *name = json_get_text(test, "name", "?");
    json_t *expected = json_object_get(test, "effects");
    const json_t *got = NULL;
    const char *field;
    struct sandbox_result result;

    if (header->when != NULL &&
        !script_header_when(header->when, json_object_get(test, "new"), &field)) {
        got = json_own(cx->mem, json_array());
    } else {
        if (!call_rule(cx, engine, text, header, test, &result))
            return false;
        if (result.outcome != SANDBOX_DONE)
            return refuse(cx, name,
                          arena_printf(cx->mem, "line %d: %s", result.line, result.error));
        got = result.value;
    }
    if (!json_equal(got, expected))
        return refuse(cx, name,
                      arena_printf(cx->mem, "expected %s, got %s", json_write(cx->mem, expected),
                                   json_write(cx->mem, got)));
    return true;
}

/* A single expected effect may stand without a list, as `run` may return it. */
static bool clean_case(struct ctx *cx, json_t *test, size_t number, bool *has_effects)
{
    json_t *effects = json_object_get(test, "effects");
    const char *name = json_get_text(test, "name", NULL);

    if (name == NULL)
        return refuse(cx, arena_printf(cx->mem, "%zu", number), "the test has no name");
    if (json_is_object(effects)) {
        json_t *list = json_own(cx->mem, json_array());
        json_array_append(list, effects);
        json_object_set(test, "effects", list);
        effects = list;
    }
    if (!json_is_array(effects))
        return refuse(cx, name, "the test does not say which effects it expects");
    *has_effects = json_array_size(effects) > 0;
    return true;
}

bool script_case_run_all(struct ctx *cx, const struct script_engine *engine, const char *text,
                         const struct script_header *header, size_t *passed)
{
    bool has_positive = false, has_negative = false, has_effects = false;
    json_t *test;
    size_t i;

    json_array_foreach (header->tests, i, test) {
        if (!clean_case(cx, test, i + 1, &has_effects))
            return false;
        has_positive = has_positive || has_effects;
        has_negative = has_negative || !has_effects;
        if (!run_case(cx, engine, text, header, test))
            return false;
    }
    if (!has_positive || !has_negative)
        return refuse(cx, "-", "at least one test with effects and one without are wanted");
    *passed = json_array_size(header->tests);
    return true;
}
