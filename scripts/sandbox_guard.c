#include "scripts/sandbox_guard.h"

#include <stdlib.h>
#include <string.h>

enum {
    HOOK_EVERY = 1000,
    PROTECTED_DEPTH_MAX = 60, /* below Lua's own limit of nested C calls, which pcall could catch */
    PROTECTED_COST = 50,
    BYTES_PER_STEP = 16,
    /* Copying and collecting are paid per byte, or `s .. "x"` on a long text would be free. */
    BYTES_PER_INSTRUCTION = 64,
    BLOCK_COST_BYTES = 16,
};

static const char TEXT_INSTRUCTIONS[] = "stopped: too many instructions";
static const char TEXT_MEMORY[] = "stopped: too much memory";
static const char TEXT_STEPS[] = "stopped: too much work in library functions";

struct sandbox *sandbox_guard_of(lua_State *lua)
{
    struct sandbox *s;

    memcpy(&s, lua_getextraspace(lua), sizeof s);
    return s;
}

/* The line that runs now: the innermost frame that is the rule's own. */
static int line_now(lua_State *lua)
{
    lua_Debug ar;

    for (int level = 0; lua_getstack(lua, level, &ar); level++) {
        if (lua_getinfo(lua, "l", &ar) && ar.currentline > 0)
            return ar.currentline;
    }
    return 0;
}

static void mark_stopped(struct sandbox *s, enum sandbox_outcome why)
{
    if (s->stopped == SANDBOX_DONE) {
        s->stopped = why;
        s->line = line_now(s->lua);
    }
}

static void on_count(lua_State *lua, lua_Debug *ar);

/* Once stopped the hook comes on every instruction: an error that some library function swallowed
 * must not let the rule go on. */
static void arm(struct sandbox *s)
{
    lua_sethook(s->lua, on_count, LUA_MASKCOUNT, s->stopped == SANDBOX_DONE ? HOOK_EVERY : 1);
}

static void on_count(lua_State *lua, lua_Debug *ar)
{
    struct sandbox *s = sandbox_guard_of(lua);

    (void)ar;
    if (s->stopped == SANDBOX_DONE) {
        s->instructions += HOOK_EVERY;
        if (s->instructions <= s->task->limits.instructions)
            return;
        mark_stopped(s, SANDBOX_INSTRUCTIONS);
    }
    arm(s);
    lua_pushstring(lua, TEXT_INSTRUCTIONS);
    lua_error(lua);
}

/* Cannot raise: it may run in the middle of anything. It leaves the stop to the hook. */
static void charge_block(struct sandbox *s, size_t bytes)
{
    s->debt_bytes += (int64_t)bytes + BLOCK_COST_BYTES;
    s->instructions += s->debt_bytes / BYTES_PER_INSTRUCTION;
    s->debt_bytes %= BYTES_PER_INSTRUCTION;
    if (s->instructions > s->task->limits.instructions && s->stopped == SANDBOX_DONE) {
        mark_stopped(s, SANDBOX_INSTRUCTIONS);
        arm(s);
    }
}

static void *allocate(void *ud, void *old, size_t old_size, size_t size)
{
    struct sandbox *s = ud;
    int64_t before = old != NULL ? (int64_t)old_size : 0;

    if (size == 0) {
        free(old);
        s->memory_bytes -= before;
        return NULL;
    }
    if (s->memory_bytes - before > s->task->limits.memory_bytes - (int64_t)size) {
        /* Lua collects and tries again before it gives up, so this is not yet the end; but should
         * it be, this is the line. */
        if (s->is_counting && s->stopped == SANDBOX_DONE)
            s->line = line_now(s->lua);
        return NULL;
    }
    void *block = realloc(old, size);
    if (block == NULL)
        return NULL;
    s->memory_bytes += (int64_t)size - before;
    if (s->memory_bytes > s->memory_peak)
        s->memory_peak = s->memory_bytes;
    if (s->is_counting && (int64_t)size > before)
        charge_block(s, size);
    return block;
}

lua_State *sandbox_guard_open(struct sandbox *s)
{
    s->lua = lua_newstate(allocate, s);
    if (s->lua != NULL)
        memcpy(lua_getextraspace(s->lua), &s, sizeof s);
    return s->lua;
}

void sandbox_guard_close(struct sandbox *s)
{
    s->is_counting = false;
    if (s->lua == NULL)
        return;
    lua_sethook(s->lua, NULL, 0, 0);
    lua_close(s->lua);
    s->lua = NULL;
}

void sandbox_guard_start(struct sandbox *s)
{
    s->is_counting = true;
    s->steps = s->task->limits.steps;
    s->random = s->task->seed;
    arm(s);
}

void sandbox_guard_stop(lua_State *lua, enum sandbox_outcome why, const char *text)
{
    struct sandbox *s = sandbox_guard_of(lua);

    mark_stopped(s, why);
    arm(s);
    lua_pushstring(lua, text);
    lua_error(lua);
    abort(); /* lua_error does not return; its declaration does not say so */
}

void sandbox_guard_spend(lua_State *lua, int64_t steps)
{
    struct sandbox *s = sandbox_guard_of(lua);

    if (!s->is_counting)
        return;
    if (steps > s->steps) {
        s->steps = 0;
        sandbox_guard_stop(lua, SANDBOX_STEPS, TEXT_STEPS);
    }
    s->steps -= steps;
}

void sandbox_guard_spend_bytes(lua_State *lua, size_t bytes)
{
    sandbox_guard_spend(lua, (int64_t)(bytes / BYTES_PER_STEP) + 1);
}

int sandbox_guard_pcall(lua_State *lua)
{
    struct sandbox *s = sandbox_guard_of(lua);
    int status;

    luaL_checkany(lua, 1);
    sandbox_guard_spend(lua, PROTECTED_COST);
    if (s->protected_depth >= PROTECTED_DEPTH_MAX)
        sandbox_guard_stop(lua, SANDBOX_STEPS, "stopped: pcall nested too deeply");
    lua_pushboolean(lua, 1);
    lua_insert(lua, 1);
    s->protected_depth++;
    status = lua_pcall(lua, lua_gettop(lua) - 2, LUA_MULTRET, 0);
    s->protected_depth--;
    if (s->stopped != SANDBOX_DONE)
        return lua_error(lua);
    if (status == LUA_ERRMEM)
        sandbox_guard_stop(lua, SANDBOX_MEMORY, TEXT_MEMORY);
    if (status == LUA_OK)
        return lua_gettop(lua);
    lua_pushboolean(lua, 0);
    lua_insert(lua, -2);
    return 2;
}

int sandbox_guard_message(lua_State *lua)
{
    struct sandbox *s = sandbox_guard_of(lua);

    if (s->stopped == SANDBOX_DONE)
        s->line = line_now(lua);
    if (lua_type(lua, 1) == LUA_TSTRING)
        return 1;
    lua_pushstring(lua, "the rule raised an error that is not a text");
    return 1;
}

static int refuse_write(lua_State *lua)
{
    const char *key = lua_type(lua, 2) == LUA_TSTRING ? lua_tostring(lua, 2) : "?";

    return luaL_error(lua, "'%s' cannot be set here: this table is read-only", key);
}

static int frozen_length(lua_State *lua)
{
    sandbox_guard_thaw(lua, 1);
    lua_pushinteger(lua, (lua_Integer)lua_rawlen(lua, 1));
    return 1;
}

void sandbox_guard_freeze(lua_State *lua)
{
    luaL_checkstack(lua, 4, NULL);
    lua_newtable(lua);
    lua_createtable(lua, 0, 3);
    lua_rotate(lua, -3, -1); /* proxy, metatable, data */
    lua_setfield(lua, -2, "__index");
    lua_pushcfunction(lua, refuse_write);
    lua_setfield(lua, -2, "__newindex");
    lua_pushcfunction(lua, frozen_length);
    lua_setfield(lua, -2, "__len");
    lua_setmetatable(lua, -2);
}

void sandbox_guard_thaw(lua_State *lua, int index)
{
    index = lua_absindex(lua, index);
    if (lua_type(lua, index) != LUA_TTABLE || !lua_getmetatable(lua, index))
        return;
    lua_pushliteral(lua, "__index");
    if (lua_rawget(lua, -2) == LUA_TTABLE)
        lua_replace(lua, index);
    else
        lua_pop(lua, 1);
    lua_pop(lua, 1);
}
