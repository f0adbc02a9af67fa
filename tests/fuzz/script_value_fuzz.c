/* Values between JSON and Lua, and rules as such. The input is JSON, which a rule hands back as it
 * got it: what comes back must be the same but for what Lua has no word for. Input that is no JSON
 * is run as a rule's text. */
#include "scripts/sandbox.h"
#include "tests/fuzz/fuzz.h"

#include <assert.h>
#include <string.h>

static const struct sandbox_limits LIMITS = {
    .instructions = 20000, .memory_bytes = 1024 * 1024, .steps = 20000, .lookups = 2, .effects = 3};

static const char ECHO[] = "return { run = function(ev, new) return note { new } end }";

static bool answer_lookup(void *arg, const char *name, const json_t *args, const json_t **answer,
                          const char **refusal)
{
    (void)arg, (void)name;
    *refusal = "no";
    *answer = args;
    return json_array_size(args) > 0;
}

/* Whether nulls, empty tables or odd numbers hide in it, which Lua writes in another way. */
static bool is_plain(const json_t *json)
{
    const char *key;
    json_t *member;
    size_t i;

    switch (json_typeof(json)) {
    case JSON_NULL:
    case JSON_REAL:
        return false;
    case JSON_OBJECT:
        if (json_object_size(json) == 0)
            return false;
        json_object_foreach ((json_t *)(uintptr_t)json, key, member) {
            if (!is_plain(member))
                return false;
        }
        return true;
    case JSON_ARRAY:
        json_array_foreach (json, i, member) {
            if (!is_plain(member))
                return false;
        }
        return true;
    case JSON_STRING:
    case JSON_INTEGER:
    case JSON_TRUE:
    case JSON_FALSE:
        return true;
    }
    return false;
}

static void check_limits(const struct sandbox_result *r)
{
    assert(r->memory_bytes <= LIMITS.memory_bytes);
    assert(r->steps <= LIMITS.steps);
    assert(r->lookups <= LIMITS.lookups);
    assert((r->outcome == SANDBOX_DONE) == (r->value != NULL));
    assert((r->outcome == SANDBOX_DONE) == (r->error == NULL));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct arena *mem = arena_make(16 * 1024);
    struct err err = {.kind = NULL};
    struct sandbox_task task = {.text = ECHO,
                                .len = strlen(ECHO),
                                .limits = LIMITS,
                                .effects = json_own(mem, json_pack("[s]", "note")),
                                .lookups = json_own(mem, json_pack("[s]", "tenant.list")),
                                .ask = answer_lookup};
    struct sandbox_result result;
    json_t *json;
    bool is_json = json_read(mem, &err, (const char *)bytes, len, &json);

    if (is_json) {
        task.new = json;
    } else {
        task.text = arena_dup_bytes(mem, bytes, len);
        task.len = len;
    }
    sandbox_run(mem, &task, &result);
    check_limits(&result);
    if (is_json && result.outcome == SANDBOX_DONE && is_plain(json)) {
        const json_t *args = json_object_get(json_array_get(result.value, 0), "args");
        assert(json_equal(json_array_get(args, 0), json));
    }
    sandbox_read(mem, &task, &result);
    check_limits(&result);
    arena_free(mem);
    return 0;
}
