/* The check phase: rules that answer while a page waits. */
#include "base/log.h"
#include "scripts/script_run.h"

#include <string.h>

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

bool script_run_check(struct ctx *cx, const struct script_engine *engine, enum event_kind kind,
                      const json_t *new, struct script_check *out)
{
    struct script_check answer = {
        .field = "", .text = "", .fill = json_own(cx->mem, json_object())};
    struct script_version *rules;
    size_t count = 0;

    if (engine != NULL && !script_list_active(cx, kind, SCRIPT_CHECK, &rules, &count))
        return false;
    for (size_t i = 0; i < count && !answer.is_refused; i++) {
        const struct script_input input = {
            .kind = kind,
            .event = json_own(cx->mem, json_pack("{s:s, s:I}", "name", event_name(kind), "at",
                                                 (json_int_t)(cx->now / 1000000))),
            .new = new};
        struct script_trace trace;

        if (!script_run_call(cx, engine, &rules[i], &input, &trace))
            return false;
        if (trace.state == SCRIPT_RUN_DONE)
            take_answer(trace.effects, &answer);
        else if (trace.state != SCRIPT_RUN_SKIPPED)
            log_warn(cx->trace, "rule %s failed and accepted: line %d: %s", rules[i].script_name,
                     trace.line, trace.error);
    }
    *out = answer;
    return true;
}
