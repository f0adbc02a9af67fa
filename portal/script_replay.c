#include "portal/script_replay.h"

#include "base/clock.h"

#include <string.h>

struct replaying {
    struct ctx *cx;
    const struct script_engine *engine;
    struct script_version draft;
    const struct script_version *active; /* NULL: none in force */
    struct script_replay *out;
};

static bool run(struct replaying *r, const struct script_version *version,
                const struct script_input *input, json_t **answer, struct script_trace *trace)
{
    struct ctx *cx = r->cx;

    *answer = json_own(cx->mem, json_array());
    if (version == NULL)
        return true;
    script_run_prepare(cx, version, input, trace);
    if (trace->state == SCRIPT_RUN_SKIPPED)
        return true;
    if (!script_run_call(cx, r->engine, version, input, trace))
        return false;
    if (trace->state == SCRIPT_RUN_LOST)
        return err_set(&cx->err, &ERR_BUSY, "replay: %s", trace->error);
    if (trace->state == SCRIPT_RUN_DONE)
        json_array_extend(*answer, (json_t *)(uintptr_t)trace->effects);
    else
        *answer =
            json_own(cx->mem, json_pack("{s:s, s:i}", "error", trace->error, "line", trace->line));
    return true;
}

static bool try_event(struct replaying *r, const struct event *event)
{
    struct ctx *cx = r->cx;
    struct script_input input;
    struct script_trace before = {0}, after = {0};
    json_t *was, *would;
    char at[CLOCK_ISO_SIZE];

    if (!script_api_input(cx, event, &input) || !run(r, r->active, &input, &was, &before) ||
        !run(r, &r->draft, &input, &would, &after))
        return false;
    r->out->events++;
    r->out->applied += after.state == SCRIPT_RUN_SKIPPED ? 0 : 1;
    r->out->failed += after.state == SCRIPT_RUN_FAILED ? 1 : 0;
    if (json_equal(was, would))
        return true;
    clock_iso(event->at, at);
    json_array_append_new(
        r->out->different,
        json_pack("{s:s, s:s, s:s, s:O, s:O}", "event", event_name(event->kind), "at", at, "object",
                  json_get_text(input.new, "number", id_text(cx->mem, event->subject_id)), "was",
                  was, "would", would));
    return true;
}

static bool try_events(struct replaying *r, const struct script_header *header, unsigned limit)
{
    for (size_t i = 0; i < header->event_count; i++) {
        const struct event_filter filter = {.prefix = event_name(header->events[i]),
                                            .limit = limit < SCRIPT_REPLAY_MAX ? limit
                                                                               : SCRIPT_REPLAY_MAX};
        struct event *events;
        unsigned count;

        if (!event_trail(r->cx, &filter, &events, &count))
            return false;
        for (unsigned k = count; k > 0; k--) { /* the trail has the newest first */
            if (!try_event(r, &events[k - 1]))
                return false;
        }
    }
    return true;
}

static bool find_active(struct ctx *cx, const char *name, const struct script_version **out)
{
    struct script *script;
    struct script_version *version = NULL;

    if (!script_find(cx, name, &script))
        return false;
    if (script != NULL && script->is_on && !id_is_zero(script->version_id) &&
        !script_get_version(cx, script->version_id, &version))
        return false;
    *out = version;
    return true;
}

bool script_replay(struct ctx *cx, const struct script_engine *engine, const char *text, size_t len,
                   unsigned limit, struct script_replay *out)
{
    struct script_replay found = {.different = json_own(cx->mem, json_array())};
    struct replaying r = {.cx = cx, .engine = engine, .draft = {.text = text}, .out = &found};
    struct script_header header;
    size_t tests;

    if (!viewer_has(&cx->viewer, RIGHT_RULES_READ))
        return err_set(&cx->err, &ERR_DENIED, "rules are for staff with that right");
    if (!script_examine(cx, engine, text, len, &r.draft.header, &tests) ||
        !script_header_read(&cx->err, r.draft.header, engine->offer, &header) ||
        !find_active(cx, header.name, &r.active) || !try_events(&r, &header, limit))
        return false;
    found.name = header.name;
    *out = found;
    return true;
}
