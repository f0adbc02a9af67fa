#include "portal/pages/trace_context.h"

#include "scripts/script_run.h"

#include <string.h>

enum { RUNS_SHOWN = 30 };

static const struct {
    const char *effect;
    const char *text;
} EFFECT_WORDS[] = {
    {"route", T("Team: {}")},         {"team", T("Team: {}")},
    {"level", T("Level: {}")},        {"assign", T("Assigned to {}")},
    {"status", T("State: {}")},       {"topic", T("Topic: {}")},
    {"tag", T("Tags added: {}")},     {"untag", T("Tags removed: {}")},
    {"note", T("Internal note: {}")},
};

/* By what ended the run, as script_trace has it in outcome. */
static const struct {
    const char *outcome;
    const char *text;
} OUTCOME_WORDS[] = {
    {"when", T("Did not apply: {} is another")},
    {"loop", T("Not run again: it had run for this ticket in the same chain")},
    {"error", T("Cut off by an error in the rule")},
    {"instructions", T("Cut off: it ran in circles")},
    {"memory", T("Cut off: it used too much memory")},
    {"steps", T("Cut off: a search or a sort went on too long")},
    {"lookups", T("Cut off: it asked for too much")},
    {"time", T("Cut off: it took too long")},
    {"refused", T("Refused: it asked for something that is not possible")},
    {"worker", T("The server could not run it")},
    {"database", T("The server could not save what it did")},
    {"depth", T("Not run: rules had set each other off too often")},
};

static const char *effect_text(struct req *rq, const json_t *effect)
{
    const char *name = json_get_text(effect, "effect", "");
    const char *value = json_get_text(effect, "value", "");

    for (size_t i = 0; i < COUNT(EFFECT_WORDS); i++) {
        if (strcmp(EFFECT_WORDS[i].effect, name) == 0)
            return lang_fill1(rq->cx.mem, rq->lang, EFFECT_WORDS[i].text, value);
    }
    return arena_printf(rq->cx.mem, "%s %s", name, value);
}

static const char *outcome_text(struct req *rq, const json_t *run)
{
    const char *outcome = json_get_text(run, "outcome", "");

    for (size_t i = 0; i < COUNT(OUTCOME_WORDS); i++) {
        if (strcmp(OUTCOME_WORDS[i].outcome, outcome) == 0)
            return lang_fill1(rq->cx.mem, rq->lang, OUTCOME_WORDS[i].text,
                              json_get_text(run, "error", ""));
    }
    return lang_text(rq->lang, json_array_size(json_object_get(run, "effects")) > 0
                                   ? T("Done")
                                   : T("Ran, with nothing to do"));
}

/* What the author of the rule wants to know of a bad run. */
static json_t *detail(struct req *rq, const json_t *run)
{
    const char *error = json_get_text(run, "error", "");
    int64_t line = json_get_i64(run, "line", 0);

    if (!json_get_bool(run, "is_bad", false) || error[0] == '\0')
        return json_null();
    if (line == 0)
        return json_string(error);
    return json_string(lang_fill(
        rq->cx.mem, rq->lang, T("Line {}: {}"),
        (const char *const[]){arena_printf(rq->cx.mem, "%lld", (long long)line), error}, 2));
}

static json_t *cost(struct req *rq, const json_t *run)
{
    struct arena *mem = rq->cx.mem;
    const char *const args[] = {
        arena_printf(mem, "%lld", (long long)json_get_i64(run, "version", 0)),
        json_get_text(run, "time_ms", "0"),
        arena_printf(mem, "%lld", (long long)json_get_i64(run, "memory_kb", 0))};

    if (strcmp(json_get_text(run, "outcome", ""), "when") == 0)
        return json_null();
    return json_string(
        lang_fill(mem, rq->lang, T("Version {} · {} ms · {} kB"), args, COUNT(args)));
}

static json_t *run_context(struct req *rq, const json_t *run)
{
    json_t *effects = json_array();
    json_t *effect;
    size_t i;
    /* those of a refused run were dropped: what was refused is in the detail */
    bool is_bad = json_get_bool(run, "is_bad", false);

    json_array_foreach (json_object_get(run, "effects"), i, effect) {
        if (!is_bad)
            json_array_append_new(effects, json_string(effect_text(rq, effect)));
    }
    return json_pack("{s:s, s:s, s:b, s:b, s:o, s:b, s:o, s:o, s:o}", "title",
                     json_get_text(run, "title", ""), "text", outcome_text(rq, run), "is_bad",
                     is_bad, "is_quiet", !is_bad && json_array_size(effects) == 0, "detail",
                     detail(rq, run), "has_effects", json_array_size(effects) > 0, "effects",
                     effects, "cost", cost(rq, run), "at",
                     page_time(rq, json_get_i64(run, "at", 0)));
}

bool trace_context_add(struct req *rq, struct id ticket_id, json_t *context)
{
    json_t *runs, *run;
    json_t *rules = json_array();
    size_t i;

    json_object_set_new(context, "rules", rules);
    if (!script_run_list(&rq->cx, ticket_id, lang_code(rq->lang), RUNS_SHOWN, &runs))
        return false;
    json_array_foreach (runs, i, run)
        json_array_append_new(rules, run_context(rq, run));
    json_object_set_new(context, "has_rules", json_boolean(json_array_size(rules) > 0));
    return true;
}
