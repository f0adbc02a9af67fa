/* A validation's body from outside: its JSON, its names, its scope, and the verdict on it. */
#include "licensing/verdict.h"
#include "portal/api/api_scope.h"
#include "tests/fuzz/fuzz.h"

#include <assert.h>
#include <string.h>

static void judge(const struct verdict_scope *scope)
{
    struct snapshot_machine machine = {.fingerprint = "a"};
    struct snapshot s = {.machines = &machine, .machine_count = 1};
    struct verdict verdict;

    s.policy = policy_default((struct id){0}, "policy");
    s.licence.max_users = s.licence.max_machines = POLICY_NO_LIMIT;
    verdict = verdict_decide(&s, scope, 1);
    assert(verdict.code < VERDICT_CODE_COUNT);
    assert(!verdict.is_valid || verdict.code == VERDICT_VALID);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct arena *mem = arena_make(4096);
    struct ctx cx = {.mem = mem};
    struct verdict_scope scope;
    struct api_object top = {&cx, NULL, ""};
    struct api_object meta;
    json_t *json;

    if (api_input_parse(mem, &cx.err, (struct span){(const char *)bytes, len}, &json)) {
        assert(json_is_object(json));
        top.json = json;
        if (api_input_object(&top, "meta", 0, &meta) && api_scope_parse(&meta, &scope))
            judge(&scope);
        else
            assert(cx.err.kind != NULL && cx.err.source != NULL && *cx.err.source == '/');
    } else {
        assert(cx.err.kind != NULL && cx.err.kind->class == ERR_CLASS_MALFORMED);
    }
    arena_free(mem);
    return 0;
}
