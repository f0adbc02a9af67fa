#include "scripts/sandbox.h"

#include "base/parse.h"
#include "base/utf8.h"
#include "scripts/sandbox_guard.h"
#include "scripts/script_value.h"

#include <lualib.h>

#include <string.h>

enum { ERROR_MAX = 400, LINE_MAX_VALUE = 1000000 };

static const char *const OUTCOME_NAMES[] = {
    [SANDBOX_DONE] = "done",     [SANDBOX_ERROR] = "error", [SANDBOX_INSTRUCTIONS] = "instructions",
    [SANDBOX_MEMORY] = "memory", [SANDBOX_STEPS] = "steps", [SANDBOX_LOOKUPS] = "lookups",
};
_Static_assert(COUNT(OUTCOME_NAMES) == SANDBOX_OUTCOME_COUNT, "name every outcome");

/* What a rule finds of Lua's base and math libraries. Not here, for a reason each: load and its kin
 * (code is what was deployed), xpcall (its handler runs with hooks off), setmetatable (a __gc runs
 * with hooks off), rawset and rawget (frozen tables), collectgarbage, print, random (replay). */
static const char *const BASE_NAMES[] = {"assert", "error", "ipairs", "select", "type"};
static const char *const MATH_NAMES[] = {
    "abs",  "acos", "asin", "atan", "ceil",       "cos",  "deg",        "exp",  "floor",
    "fmod", "huge", "log",  "max",  "maxinteger", "min",  "mininteger", "modf", "pi",
    "rad",  "sin",  "sqrt", "tan",  "tointeger",  "type", "ult"};

const char *sandbox_outcome_name(enum sandbox_outcome outcome)
{
    return OUTCOME_NAMES[outcome];
}

bool sandbox_outcome_parse(const char *name, enum sandbox_outcome *out)
{
    for (size_t i = 0; i < COUNT(OUTCOME_NAMES); i++) {
        if (strcmp(OUTCOME_NAMES[i], name) == 0) {
            *out = (enum sandbox_outcome)i;
            return true;
        }
    }
    return false;
}

static void keep(lua_State *lua, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        lua_getfield(lua, -2, names[i]);
        lua_setfield(lua, -2, names[i]);
    }
}

static void set_function(lua_State *lua, const char *name, lua_CFunction function)
{
    lua_pushcfunction(lua, function);
    lua_setfield(lua, -2, name);
}

/* route{...}: upvalue 1 is the name. The result is data; whether it may be is the parent's
 * decision. */
static int make_effect(lua_State *lua)
{
    luaL_argcheck(lua, lua_gettop(lua) <= 1, 2, "an effect takes one value");
    lua_createtable(lua, 0, 2);
    lua_pushvalue(lua, lua_upvalueindex(1));
    lua_setfield(lua, -2, "effect");
    if (!lua_isnone(lua, 1) && lua_gettop(lua) > 1) {
        lua_pushvalue(lua, 1);
        lua_setfield(lua, -2, "args");
    }
    return 1;
}

/* tenant.list(...): upvalue 1 is the whole name. */
static int look_up(lua_State *lua)
{
    struct sandbox *s = sandbox_guard_of(lua);
    const char *refusal = NULL;
    const json_t *answer = NULL;
    json_t *args;

    if (s->lookups >= s->task->limits.lookups)
        sandbox_guard_stop(lua, SANDBOX_LOOKUPS, "stopped: too many look-ups");
    s->lookups++;
    args = json_own(s->mem, json_array());
    for (int i = 1; i <= lua_gettop(lua); i++)
        json_array_append(args, script_value_read(lua, i, false));
    if (!s->task->ask(s->task->arg, lua_tostring(lua, lua_upvalueindex(1)), args, &answer,
                      &refusal))
        return luaL_error(lua, "%s", refusal != NULL ? refusal : "the look-up was refused");
    lua_settop(lua, 0);
    script_value_push(lua, answer);
    return 1;
}

static int context_random(lua_State *lua)
{
    struct sandbox *s = sandbox_guard_of(lua);
    lua_Integer most = luaL_optinteger(lua, 1, 0);
    uint64_t z = s->random += UINT64_C(0x9E3779B97F4A7C15); /* splitmix64: small and seedable */

    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    z ^= z >> 31;
    if (most > 0)
        lua_pushinteger(lua, (lua_Integer)(z % (uint64_t)most) + 1);
    else
        lua_pushnumber(lua, (lua_Number)(z >> 11) / 9007199254740992.0);
    return 1;
}

/* Into the table on top: one table for each first half of a name, with functions in it. */
static void open_lookups(lua_State *lua, const json_t *names)
{
    size_t i;
    json_t *name;

    json_array_foreach (names, i, name) {
        const char *whole = json_string_value(name);
        const char *dot = whole != NULL ? strchr(whole, '.') : NULL;

        if (dot == NULL)
            luaL_error(lua, "a look-up's name needs a dot");
        lua_pushlstring(lua, whole, (size_t)(dot - whole));
        lua_pushvalue(lua, -1);
        if (lua_rawget(lua, -3) != LUA_TTABLE) {
            lua_pop(lua, 1);
            lua_newtable(lua);
        }
        lua_pushstring(lua, whole);
        lua_pushcclosure(lua, look_up, 1);
        lua_setfield(lua, -2, dot + 1);
        lua_rawset(lua, -3);
    }
    json_array_foreach (names, i, name) {
        const char *whole = json_string_value(name);

        lua_pushlstring(lua, whole, (size_t)(strchr(whole, '.') - whole));
        lua_pushvalue(lua, -1);
        lua_rawget(lua, -3);
        sandbox_guard_thaw(lua, -1); /* a second name of the same table: frozen already */
        sandbox_guard_freeze(lua);
        lua_rawset(lua, -3);
    }
}

static int unknown_name(lua_State *lua)
{
    const char *name = lua_type(lua, 2) == LUA_TSTRING ? lua_tostring(lua, 2) : "?";

    return luaL_error(lua, "unknown name '%s'", name);
}

/* Pushes the frozen table of everything that a rule can name. */
static void open_names(lua_State *lua, const struct sandbox_task *task)
{
    size_t i;
    json_t *name;

    luaL_requiref(lua, "_G", luaopen_base, 0);
    lua_newtable(lua);
    keep(lua, BASE_NAMES, COUNT(BASE_NAMES));
    lua_getfield(lua, -2, "tonumber");
    lua_pushcclosure(lua, sandbox_text_charged, 1);
    lua_setfield(lua, -2, "tonumber");
    set_function(lua, "pcall", sandbox_guard_pcall);
    set_function(lua, "pairs", sandbox_table_pairs);
    set_function(lua, "next", sandbox_table_next);
    set_function(lua, "tostring", sandbox_text_of);
    lua_remove(lua, -2);
    luaL_requiref(lua, LUA_MATHLIBNAME, luaopen_math, 0);
    lua_newtable(lua);
    keep(lua, MATH_NAMES, COUNT(MATH_NAMES));
    lua_remove(lua, -2);
    sandbox_guard_freeze(lua);
    lua_setfield(lua, -2, "math");
    sandbox_text_open(lua);
    sandbox_table_open(lua);
    json_array_foreach (task->effects, i, name) {
        if (!json_is_string(name))
            luaL_error(lua, "an effect's name is a text");
        lua_pushstring(lua, json_string_value(name));
        lua_pushcclosure(lua, make_effect, 1);
        lua_setfield(lua, -2, json_string_value(name));
    }
    open_lookups(lua, task->lookups);
    lua_createtable(lua, 0, 1);
    set_function(lua, "__index", unknown_name);
    lua_setmetatable(lua, -2);
    sandbox_guard_freeze(lua);
}

/* Compiles the text, runs it, and leaves the header table on the stack. */
static void load_rule(lua_State *lua, const struct sandbox_task *task)
{
    if (luaL_loadbufferx(lua, task->text, task->len, "=rule", "t") != LUA_OK)
        lua_error(lua);
    lua_insert(lua, -2);
    lua_setupvalue(lua, -2, 1); /* a main chunk's one upvalue is _ENV */
    lua_call(lua, 0, 1);
    if (lua_type(lua, -1) != LUA_TTABLE)
        luaL_error(lua, "the text must return one table: the rule");
    if (lua_getfield(lua, -1, "run") != LUA_TFUNCTION)
        luaL_error(lua, "the rule has no function `run`");
    lua_pop(lua, 1);
}

/* The one value of `run`: nothing, one effect, or a list of effects. */
static json_t *read_effects(lua_State *lua, const struct sandbox_limits *limits)
{
    struct sandbox *s = sandbox_guard_of(lua);
    json_t *value = script_value_read(lua, -1, false);
    json_t *list = json_own(s->mem, json_array());
    json_t *effect;
    size_t i;

    if (json_is_null(value))
        return list;
    if (json_is_object(value))
        json_array_append(list, value);
    else
        list = value;
    json_array_foreach (list, i, effect) {
        if (!json_is_string(json_object_get(effect, "effect")))
            luaL_error(lua, "`run` must return effects; value %d is none", (int)i + 1);
    }
    if (!json_is_array(list))
        luaL_error(lua, "`run` must return effects");
    if ((int64_t)json_array_size(list) > limits->effects)
        luaL_error(lua, "too many effects: %d, at most %d are allowed", (int)json_array_size(list),
                   (int)limits->effects);
    return list;
}

static void push_arguments(lua_State *lua, const struct sandbox_task *task)
{
    script_value_push(lua, task->event);
    script_value_push(lua, task->new);
    script_value_push(lua, task->old);
    lua_createtable(lua, 0, 2);
    lua_pushinteger(lua, task->now / 1000000);
    lua_setfield(lua, -2, "now");
    set_function(lua, "random", context_random);
    sandbox_guard_freeze(lua);
}

struct work {
    struct sandbox *s;
    bool is_run;
    json_t *value;
};

/* All that may raise an error, in one protected call. */
static int do_work(lua_State *lua)
{
    struct work *w = lua_touserdata(lua, 1);
    const struct sandbox_task *task = w->s->task;

    open_names(lua, task);
    sandbox_guard_start(w->s);
    load_rule(lua, task);
    if (!w->is_run) {
        w->value = script_value_read(lua, -1, true);
        return 0;
    }
    lua_getfield(lua, -1, "run");
    push_arguments(lua, task);
    lua_call(lua, 4, 1);
    w->value = read_effects(lua, &task->limits);
    return 0;
}

/* "rule:12: text" becomes line 12 and "text". */
static const char *cut_line(const char *text, int *line)
{
    static const char PREFIX[] = "rule:";
    char digits[8];
    size_t len;
    int64_t number;

    if (strncmp(text, PREFIX, sizeof PREFIX - 1) != 0)
        return text;
    text += sizeof PREFIX - 1;
    len = strspn(text, "0123456789");
    if (len == 0 || len >= sizeof digits || strncmp(text + len, ": ", 2) != 0)
        return text;
    memcpy(digits, text, len);
    digits[len] = '\0';
    if (parse_i64(digits, 0, LINE_MAX_VALUE, &number))
        *line = (int)number;
    return text + len + 2;
}

/* A rule can put any bytes into its error. */
static const char *clean_text(struct arena *mem, const char *text)
{
    char *copy = arena_dup(mem, text);

    if (!utf8_valid(copy, strlen(copy))) {
        for (char *p = copy; *p != '\0'; p++) {
            if ((unsigned char)*p >= 0x80)
                *p = '?';
        }
    }
    if (strlen(copy) > ERROR_MAX)
        copy[utf8_prefix(copy, ERROR_MAX)] = '\0';
    return copy;
}

static void read_failure(struct sandbox *s, int status, struct sandbox_result *out)
{
    const char *text = lua_type(s->lua, -1) == LUA_TSTRING ? lua_tostring(s->lua, -1) : "";

    out->line = s->line;
    if (s->stopped != SANDBOX_DONE)
        out->outcome = s->stopped;
    else if (status == LUA_ERRMEM)
        out->outcome = SANDBOX_MEMORY;
    else
        out->outcome = SANDBOX_ERROR;
    if (out->outcome == SANDBOX_MEMORY)
        text = "stopped: too much memory";
    else if (out->outcome == SANDBOX_INSTRUCTIONS)
        text = "stopped: too many instructions";
    else if (out->outcome == SANDBOX_ERROR)
        text = cut_line(text, &out->line);
    out->error = clean_text(s->mem, text);
}

static void perform(struct arena *mem, const struct sandbox_task *task, bool is_run,
                    struct sandbox_result *out)
{
    struct sandbox s = {.mem = mem, .task = task};
    struct work w = {.s = &s, .is_run = is_run};
    lua_State *lua = sandbox_guard_open(&s);
    int status = LUA_ERRMEM;

    memset(out, 0, sizeof *out);
    if (lua == NULL) {
        out->outcome = SANDBOX_MEMORY;
        out->error = "stopped: too much memory";
        return;
    }
    lua_pushcfunction(lua, sandbox_guard_message);
    lua_pushcfunction(lua, do_work);
    lua_pushlightuserdata(lua, &w);
    status = lua_pcall(lua, 1, 0, 1);
    lua_sethook(lua, NULL, 0, 0);
    if (status != LUA_OK || s.stopped != SANDBOX_DONE)
        read_failure(&s, status, out);
    else
        out->value = w.value;
    out->instructions = s.instructions;
    out->steps = s.is_counting ? task->limits.steps - s.steps : 0;
    out->memory_bytes = s.memory_peak;
    out->lookups = s.lookups;
    sandbox_guard_close(&s);
}

void sandbox_read(struct arena *mem, const struct sandbox_task *task, struct sandbox_result *out)
{
    perform(mem, task, false, out);
}

void sandbox_run(struct arena *mem, const struct sandbox_task *task, struct sandbox_result *out)
{
    perform(mem, task, true, out);
}
