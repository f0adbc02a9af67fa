/* Rules that mean harm, or were written badly: each must end within its budget. Nothing here looks
 * at a clock: what is asserted is the outcome, and that no budget was overdrawn. */
#include "scripts/sandbox.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum { HOOK_EVERY = 1000 };

static const struct sandbox_limits LIMITS = {.instructions = 2000000,
                                             .memory_bytes = 4 * 1024 * 1024,
                                             .steps = 500000,
                                             .lookups = 10,
                                             .effects = 50};

#define LIMIT SANDBOX_OUTCOME_COUNT /* stopped by some limit; which one is a matter of sizes */

static const struct {
    const char *name, *body;
    enum sandbox_outcome outcome;
} SNIPPETS[] = {
    /* the seven of the measurements: work inside one library call */
    {"backtracking .-.-.-.-b on 150", "return (('a'):rep(150)):find('.-.-.-.-b')", SANDBOX_STEPS},
    {"backtracking .-.-.-.-b on 400", "return (('a'):rep(400)):find('.-.-.-.-b')", SANDBOX_STEPS},
    {"a*a*a*b on 3000", "return (('a'):rep(3000)):match('a*a*a*b')", SANDBOX_STEPS},
    {"plain search n*m",
     "local hay = ('a'):rep(1000000) return hay:find(('a'):rep(500000) .. 'b', 1, true)",
     SANDBOX_STEPS},
    {"repeating nothing", "return note(#(''):rep(3000000000))", SANDBOX_DONE},
    {"table.move over nothing", "table.move({}, 1, 300000000, 2)", SANDBOX_STEPS},
    {"sort that always says yes, big unpack, big concat",
     "local t = {} for i = 1, 500 do t[i] = i end\n"
     "table.sort(t, function() return true end)\n"
     "pcall(table.unpack, {}, 1, 1e8) pcall(table.concat, {}, '', 1, 1e9)",
     SANDBOX_DONE},
    /* loops */
    {"endless loop", "while true do end", SANDBOX_INSTRUCTIONS},
    {"loop inside pcall", "while true do pcall(function() while true do end end) end",
     SANDBOX_INSTRUCTIONS},
    {"loop of pcalls", "while true do pcall(error) end", LIMIT},
    {"nested pcall", "local function f() pcall(f) pcall(f) end f()", LIMIT},
    {"pcall of pcall", "local f = pcall for i = 1, 1e9 do pcall(pcall, pcall, pcall, error) end",
     LIMIT},
    {"endless repeat by goto", "::again:: goto again", SANDBOX_INSTRUCTIONS},
    {"endless numeric for", "for i = 1, math.huge do end", SANDBOX_INSTRUCTIONS},
    {"endless generic for", "for i in function() return 1 end do end", SANDBOX_INSTRUCTIONS},
    {"loop in a comparator", "table.sort({ 2, 1 }, function() while true do end end)",
     SANDBOX_INSTRUCTIONS},
    {"loop in a replacement", "('a'):gsub('a', function() while true do end end)",
     SANDBOX_INSTRUCTIONS},
    /* memory */
    {"rep of a gigabyte", "return ('x'):rep(1 << 30)", SANDBOX_ERROR},
    {"rep 2^62 of nothing", "return note(('').rep('', 1 << 62))", SANDBOX_DONE},
    {"rep 2^62 with a separator", "return (''):rep(1 << 62, 'x')", SANDBOX_ERROR},
    {"doubling concat", "local s = 'x' while true do s = s .. s end", LIMIT},
    {"table bomb", "local t = {} while true do t[#t + 1] = { {}, {}, {} } end", LIMIT},
    {"copying a long text over and over",
     "local s = ('x'):rep(100000) while true do local t = s .. 'y' end", SANDBOX_INSTRUCTIONS},
    {"concat of a growing table",
     "local t = {} while true do t[#t + 1] = 'xxxxxxxxxxxxxxxx' table.concat(t) end", LIMIT},
    {"insert at the front", "local t = {} while true do table.insert(t, 1, 1) end", SANDBOX_STEPS},
    {"remove at the front",
     "local t = {} for i = 1, 50000 do t[i] = i end while true do table.remove(t, 1) end",
     SANDBOX_STEPS},
    {"deep recursion", "local function f() return 1 + f() end return f()", LIMIT},
    {"deep recursion inside pcall, again and again",
     "local function f() return 1 + f() end while true do pcall(f) end", LIMIT},
    {"recursion through gsub", "local function f() return (('x'):gsub('x', f)) end return f()",
     SANDBOX_ERROR},
    {"recursion through sort", "local function f() table.sort({ 1, 2 }, f) end return f()",
     SANDBOX_ERROR},
    {"unpack of a huge range", "return table.unpack({}, 1, 1 << 40)", SANDBOX_ERROR},
    {"byte of a long text", "return (('x'):rep(900000)):byte(1, -1)", SANDBOX_ERROR},
    {"wide format", "return ('%099999d'):format(1)", SANDBOX_ERROR},
    {"many gmatch states", "local t = {} while true do t[#t + 1] = ('x'):gmatch('x') end", LIMIT},
    {"pairs over a big table, again and again",
     "local t = {} for i = 1, 10000 do t[i] = i end while true do for k in pairs(t) do break end end",
     LIMIT},
    {"next over a big table",
     "local t = {} for i = 1, 10000 do t[i] = i end local k repeat k = next(t, k) until not k",
     SANDBOX_STEPS},
    {"gsub with a long replacement", "return (('x'):rep(100000)):gsub('x', ('y'):rep(10000))",
     LIMIT},
    {"gmatch of nothing on a long text",
     "local n = 0 while true do for w in (('x'):rep(90000)):gmatch('') do n = n + 1 end end",
     LIMIT},
    {"balanced match over and over", "return (('('):rep(5000)):find('%b()')", SANDBOX_STEPS},
    {"long utf8", "local s = ('x'):rep(900000) while true do utf8.len(s) end", SANDBOX_STEPS},
    {"long tonumber", "local s = ('1'):rep(900000) while true do tonumber(s) end", LIMIT},
    {"long upper", "local s = ('x'):rep(900000) while true do s:upper() end", LIMIT},
    {"error object that is a text of megabytes", "error(('x'):rep(2000000))", SANDBOX_ERROR},
    /* what is not there */
    {"xpcall", "xpcall(error, function() while true do end end)", SANDBOX_ERROR},
    {"__gc", "setmetatable({}, { __gc = function() while true do end end })", SANDBOX_ERROR},
    {"__close",
     "local x <close> = setmetatable({}, { __close = function() while true do end end })",
     SANDBOX_ERROR},
    {"to-be-closed without a metatable", "local x <close> = {}", SANDBOX_ERROR},
    {"loading text", "load('while true do end')()", SANDBOX_ERROR},
    {"bytecode", "string.dump(function() end)", SANDBOX_ERROR},
    {"metatable of texts", "getmetatable('').__index = nil", SANDBOX_ERROR},
    {"coroutine", "coroutine.wrap(function() while true do end end)()", SANDBOX_ERROR},
    {"debug", "debug.sethook()", SANDBOX_ERROR},
    {"os", "os.execute('true')", SANDBOX_ERROR},
    {"io", "io.open('/etc/passwd')", SANDBOX_ERROR},
    {"require", "require('os')", SANDBOX_ERROR},
    {"_G", "return _G.load", SANDBOX_ERROR},
    {"error object with __tostring", "error({ __tostring = function() while true do end end })",
     SANDBOX_ERROR},
};

static struct arena *mem;

static int set_up(void **state)
{
    (void)state;
    mem = arena_make(64 * 1024);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_free(mem);
    return 0;
}

static struct sandbox_result run(const char *text)
{
    struct sandbox_task task = {.text = text,
                                .len = strlen(text),
                                .limits = LIMITS,
                                .effects = json_own(mem, json_pack("[s]", "note"))};
    struct sandbox_result result;

    sandbox_run(mem, &task, &result);
    return result;
}

static void check(const char *name, const struct sandbox_result *r, enum sandbox_outcome expected)
{
    bool is_limit = r->outcome == SANDBOX_INSTRUCTIONS || r->outcome == SANDBOX_MEMORY ||
                    r->outcome == SANDBOX_STEPS;

    if (expected == LIMIT ? !is_limit : r->outcome != expected)
        fail_msg("%s: ended as %s (%s)", name, sandbox_outcome_name(r->outcome),
                 r->error != NULL ? r->error : "no error");
    if (r->steps > LIMITS.steps || r->memory_bytes > LIMITS.memory_bytes)
        fail_msg("%s: %ld steps, %ld bytes", name, (long)r->steps, (long)r->memory_bytes);
    /* the last block may overdraw by what it holds */
    if (r->instructions > LIMITS.instructions + HOOK_EVERY + LIMITS.memory_bytes / 64)
        fail_msg("%s: %ld instructions", name, (long)r->instructions);
}

static void hostile_rules_end_within_their_budget(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(SNIPPETS); i++) {
        struct sandbox_result r = run(arena_printf(
            mem, "return { run = function(ev, new, old, ctx)\n%s\nend }", SNIPPETS[i].body));
        check(SNIPPETS[i].name, &r, SNIPPETS[i].outcome);
        arena_reset(mem);
    }
}

static void the_same_holds_while_the_text_is_loaded(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(SNIPPETS); i++) {
        struct sandbox_result r =
            run(arena_printf(mem, "local function body()\n%s\nend\nbody()\nreturn { run = body }",
                             SNIPPETS[i].body));
        check(SNIPPETS[i].name, &r, SNIPPETS[i].outcome);
        arena_reset(mem);
    }
}

static void deep_nesting_of_the_text_is_an_error(void **state)
{
    struct str text = str_new(mem);
    struct sandbox_result r;

    (void)state;
    for (int i = 0; i < 5000; i++)
        str_char(&text, '{');
    r = run(text.p);
    assert_int_equal(r.outcome, SANDBOX_ERROR);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hostile_rules_end_within_their_budget),
        cmocka_unit_test(the_same_holds_while_the_text_is_loaded),
        cmocka_unit_test(deep_nesting_of_the_text_is_an_error),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
