/* The `string` and `utf8` libraries of a rule: Lua's own where a call is cheap, ours where it is
 * not. */
#include "scripts/pattern.h"
#include "scripts/sandbox_guard.h"

#include <lualib.h>

#include <string.h>

enum { FORMAT_ARGS_MAX = 100, REPEATS_PER_STEP = 8 };

int sandbox_text_of(lua_State *lua)
{
    luaL_checkany(lua, 1);
    switch (lua_type(lua, 1)) {
    case LUA_TNUMBER:
    case LUA_TSTRING:
    case LUA_TBOOLEAN:
    case LUA_TNIL:
        luaL_tolstring(lua, 1, NULL);
        break;
    default: /* an address would differ from run to run */
        lua_pushstring(lua, luaL_typename(lua, 1));
        break;
    }
    return 1;
}

int sandbox_text_charged(lua_State *lua)
{
    int count = lua_gettop(lua);
    size_t bytes = 0;

    for (int i = 1; i <= count; i++) {
        if (lua_type(lua, i) == LUA_TSTRING)
            bytes += lua_rawlen(lua, i);
    }
    sandbox_guard_spend_bytes(lua, bytes);
    lua_pushvalue(lua, lua_upvalueindex(1));
    lua_insert(lua, 1);
    lua_call(lua, count, LUA_MULTRET);
    return lua_gettop(lua);
}

/* "%p" would show addresses, and so would "%s" of a table. Upvalue 1 is Lua's format. */
static int text_format(lua_State *lua)
{
    int count = lua_gettop(lua);
    const char *format = luaL_checkstring(lua, 1);

    luaL_argcheck(lua, count <= FORMAT_ARGS_MAX, count, "too many values");
    for (const char *p = strchr(format, '%'); p != NULL; p = strchr(p + 1, '%')) {
        p += 1 + strspn(p + 1, "-+ #0123456789.");
        luaL_argcheck(lua, *p != 'p', 1, "'%p' is not offered");
        if (*p == '\0')
            break;
    }
    for (int i = 2; i <= count; i++) {
        int type = lua_type(lua, i);
        if (type == LUA_TTABLE || type == LUA_TFUNCTION || type == LUA_TUSERDATA) {
            lua_pushstring(lua, luaL_typename(lua, i));
            lua_replace(lua, i);
        }
    }
    return sandbox_text_charged(lua);
}

/* Repeating nothing three thousand million times took 19 s in Lua's own, with no memory used. */
static int text_rep(lua_State *lua)
{
    size_t len, gap_len;
    const char *text = luaL_checklstring(lua, 1, &len);
    lua_Integer n = luaL_checkinteger(lua, 2);
    const char *gap = luaL_optlstring(lua, 3, "", &gap_len);
    size_t unit = len + gap_len;
    luaL_Buffer buffer;

    if (n <= 0 || unit == 0) {
        lua_pushliteral(lua, "");
        return 1;
    }
    if ((lua_Unsigned)n > (lua_Unsigned)sandbox_guard_of(lua)->task->limits.memory_bytes / unit)
        return luaL_error(lua, "the repeated text would be too long");
    sandbox_guard_spend_bytes(lua, unit * (size_t)n);
    sandbox_guard_spend(lua, n / REPEATS_PER_STEP + 1);
    luaL_buffinit(lua, &buffer);
    for (lua_Integer i = 0; i < n; i++) {
        luaL_addlstring(&buffer, text, len);
        if (i + 1 < n)
            luaL_addlstring(&buffer, gap, gap_len);
    }
    luaL_pushresult(&buffer);
    return 1;
}

/* One byte a value on the stack: Lua's own checks the stack, we the price. */
static int text_byte(lua_State *lua)
{
    size_t len;

    luaL_checklstring(lua, 1, &len);
    sandbox_guard_spend(lua, (int64_t)(len / 4) + 1);
    return sandbox_text_charged(lua);
}

struct subject {
    const char *text;
    size_t len;
    size_t from;
};

/* The place where a search starts, counted from 0; beyond the end is one past it. */
static struct subject read_subject(lua_State *lua, bool has_init)
{
    struct subject s = {0};
    lua_Integer init = has_init ? luaL_optinteger(lua, 3, 1) : 1;

    s.text = luaL_checklstring(lua, 1, &s.len);
    if (init > 0)
        s.from = (lua_Unsigned)init - 1 > s.len ? s.len + 1 : (size_t)init - 1;
    else if (init < 0 && (lua_Unsigned)-init <= s.len)
        s.from = s.len - (size_t)-init;
    return s;
}

static void compile(lua_State *lua, struct pattern *p, bool anchor)
{
    size_t len;
    const char *text = luaL_checklstring(lua, 2, &len);
    const char *fault;

    sandbox_guard_spend(lua, (int64_t)len + 1);
    if (!pattern_compile(p, text, len, anchor, &fault))
        luaL_error(lua, "%s", fault);
}

static bool find(lua_State *lua, const struct pattern *p, const struct subject *s,
                 struct pattern_hit *hit)
{
    enum pattern_answer answer =
        pattern_find(p, s->text, s->len, s->from, &sandbox_guard_of(lua)->steps, hit);

    if (answer == PATTERN_SPENT)
        sandbox_guard_stop(lua, SANDBOX_STEPS, "stopped: a pattern takes too many steps");
    return answer == PATTERN_FOUND;
}

static void push_capture(lua_State *lua, const char *text, const struct pattern_hit *hit, size_t i)
{
    if (hit->captures[i].is_position)
        lua_pushinteger(lua, (lua_Integer)hit->captures[i].start + 1);
    else
        lua_pushlstring(lua, text + hit->captures[i].start,
                        hit->captures[i].end - hit->captures[i].start);
}

/* All captures, or the whole match when there are none and it is asked for. */
static int push_captures(lua_State *lua, const char *text, const struct pattern *p,
                         const struct pattern_hit *hit, bool whole_if_none)
{
    luaL_checkstack(lua, PATTERN_CAPTURES_MAX + 1, NULL);
    if (p->captures == 0 && whole_if_none) {
        lua_pushlstring(lua, text + hit->start, hit->end - hit->start);
        return 1;
    }
    for (size_t i = 0; i < p->captures; i++)
        push_capture(lua, text, hit, i);
    return (int)p->captures;
}

static int find_plain(lua_State *lua, const struct subject *s)
{
    size_t len, at;
    const char *needle = luaL_checklstring(lua, 2, &len);
    enum pattern_answer answer = pattern_find_plain(s->text, s->len, needle, len, s->from,
                                                    &sandbox_guard_of(lua)->steps, &at);

    if (answer == PATTERN_SPENT)
        sandbox_guard_stop(lua, SANDBOX_STEPS, "stopped: a search takes too many steps");
    if (answer == PATTERN_ABSENT) {
        lua_pushnil(lua);
        return 1;
    }
    lua_pushinteger(lua, (lua_Integer)at + 1);
    lua_pushinteger(lua, (lua_Integer)(at + len));
    return 2;
}

static int text_find(lua_State *lua)
{
    struct subject s = read_subject(lua, true);
    struct pattern p;
    struct pattern_hit hit;

    if (lua_toboolean(lua, 4))
        return find_plain(lua, &s);
    compile(lua, &p, true);
    if (!find(lua, &p, &s, &hit)) {
        lua_pushnil(lua);
        return 1;
    }
    lua_pushinteger(lua, (lua_Integer)hit.start + 1);
    lua_pushinteger(lua, (lua_Integer)hit.end);
    return 2 + push_captures(lua, s.text, &p, &hit, false);
}

static int text_match(lua_State *lua)
{
    struct subject s = read_subject(lua, true);
    struct pattern p;
    struct pattern_hit hit;

    compile(lua, &p, true);
    if (!find(lua, &p, &s, &hit)) {
        lua_pushnil(lua);
        return 1;
    }
    return push_captures(lua, s.text, &p, &hit, true);
}

struct walk { /* of gmatch; lives in a userdata of the state */
    size_t from;
    size_t last_end; /* an empty match right where the last one ended does not count */
    struct pattern p;
};

static bool find_next(lua_State *lua, struct subject *s, struct walk *w, struct pattern_hit *hit)
{
    s->from = w->from;
    while (s->from <= s->len && find(lua, &w->p, s, hit)) {
        if (hit->end == w->last_end && hit->start == hit->end) {
            s->from = hit->end + 1;
            continue;
        }
        w->from = w->last_end = hit->end;
        return true;
    }
    w->from = s->len + 1;
    return false;
}

static int gmatch_step(lua_State *lua)
{
    struct walk *w = lua_touserdata(lua, lua_upvalueindex(2));
    struct subject s = {0};
    struct pattern_hit hit;

    s.text = lua_tolstring(lua, lua_upvalueindex(1), &s.len);
    if (!find_next(lua, &s, w, &hit))
        return 0;
    return push_captures(lua, s.text, &w->p, &hit, true);
}

static int text_gmatch(lua_State *lua)
{
    struct subject s = read_subject(lua, true);
    struct walk *w;

    lua_settop(lua, 2);
    lua_pushvalue(lua, 1);
    w = lua_newuserdatauv(lua, sizeof *w, 0);
    w->from = s.from;
    w->last_end = SIZE_MAX;
    compile(lua, &w->p, false);
    lua_pushcclosure(lua, gmatch_step, 2);
    return 1;
}

/* "%0".."%9" and "%%" in a replacement text. */
static void add_template(lua_State *lua, luaL_Buffer *out, const char *text,
                         const struct pattern *p, const struct pattern_hit *hit)
{
    size_t len;
    const char *template = lua_tolstring(lua, 3, &len);

    for (size_t i = 0; i < len; i++) {
        size_t index;

        if (template[i] != '%') {
            luaL_addchar(out, template[i]);
            continue;
        }
        i++; /* at the end this is the terminator */
        if (template[i] == '%') {
            luaL_addchar(out, '%');
            continue;
        }
        index = (size_t)(template[i] - '1');
        if (template[i] == '0' || (template[i] == '1' && p->captures == 0)) {
            luaL_addlstring(out, text + hit->start, hit->end - hit->start);
            continue;
        }
        if (template[i] < '1' || template[i] > '9' || index >= p->captures)
            luaL_error(lua, "invalid use of '%%' in a replacement text");
        push_capture(lua, text, hit, index);
        luaL_addvalue(out);
    }
}

static void add_replacement(lua_State *lua, luaL_Buffer *out, const char *text,
                            const struct pattern *p, const struct pattern_hit *hit)
{
    int type = lua_type(lua, 3);

    if (type == LUA_TNUMBER || type == LUA_TSTRING) {
        sandbox_guard_spend_bytes(lua, lua_rawlen(lua, 3));
        add_template(lua, out, text, p, hit);
        return;
    }
    if (type == LUA_TTABLE) {
        push_captures(lua, text, p, hit, true);
        lua_pop(lua, p->captures > 0 ? (int)p->captures - 1 : 0);
        lua_gettable(lua, 3);
    } else {
        lua_pushvalue(lua, 3);
        lua_call(lua, push_captures(lua, text, p, hit, true), 1);
    }
    if (!lua_toboolean(lua, -1)) {
        lua_pop(lua, 1);
        lua_pushlstring(lua, text + hit->start, hit->end - hit->start);
    } else if (!lua_isstring(lua, -1)) {
        luaL_error(lua, "invalid replacement (a %s)", luaL_typename(lua, -1));
    }
    luaL_addvalue(out);
}

static int text_gsub(lua_State *lua)
{
    struct subject s = read_subject(lua, false);
    lua_Integer most = luaL_optinteger(lua, 4, (lua_Integer)s.len + 1);
    lua_Integer count = 0;
    struct walk w = {.last_end = SIZE_MAX};
    struct pattern_hit hit;
    size_t copied = 0;
    luaL_Buffer out;
    int type = lua_type(lua, 3);

    luaL_argexpected(lua,
                     type == LUA_TNUMBER || type == LUA_TSTRING || type == LUA_TTABLE ||
                         type == LUA_TFUNCTION,
                     3, "string/function/table");
    if (type == LUA_TNUMBER)
        lua_tostring(lua, 3); /* becomes a text in place */
    compile(lua, &w.p, true);
    lua_settop(lua, 4);
    luaL_buffinit(lua, &out);
    while (count < most && find_next(lua, &s, &w, &hit)) {
        count++;
        luaL_addlstring(&out, s.text + copied, hit.start - copied);
        add_replacement(lua, &out, s.text, &w.p, &hit);
        copied = hit.end;
        if (w.p.is_anchored)
            break;
    }
    luaL_addlstring(&out, s.text + copied, s.len - copied);
    luaL_pushresult(&out);
    lua_pushinteger(lua, count);
    return 2;
}

/* Moves Lua's own function `name` of the library at -2 into the table at -1, paid per byte. */
static void keep_charged(lua_State *lua, const char *name, lua_CFunction wrapper)
{
    lua_getfield(lua, -2, name);
    lua_pushcclosure(lua, wrapper, 1);
    lua_setfield(lua, -2, name);
}

static void open_string(lua_State *lua)
{
    static const char *const CHARGED[] = {"char", "lower", "upper", "reverse"};
    static const luaL_Reg OURS[] = {{"find", text_find}, {"match", text_match},
                                    {"gsub", text_gsub}, {"gmatch", text_gmatch},
                                    {"rep", text_rep},   {NULL, NULL}};

    luaL_requiref(lua, LUA_STRLIBNAME, luaopen_string, 0);
    lua_newtable(lua);
    for (size_t i = 0; i < COUNT(CHARGED); i++)
        keep_charged(lua, CHARGED[i], sandbox_text_charged);
    keep_charged(lua, "byte", text_byte);
    keep_charged(lua, "format", text_format);
    lua_getfield(lua, -2, "len");
    lua_setfield(lua, -2, "len");
    lua_getfield(lua, -2, "sub");
    lua_setfield(lua, -2, "sub");
    luaL_setfuncs(lua, OURS, 0);
    lua_remove(lua, -2);
    sandbox_guard_freeze(lua);
    /* ("x"):rep(3) finds its method through the metatable of texts. */
    lua_pushliteral(lua, "");
    lua_getmetatable(lua, -1);
    lua_pushvalue(lua, -3);
    lua_setfield(lua, -2, "__index");
    lua_pop(lua, 2);
    lua_setfield(lua, -2, "string");
}

static void open_utf8(lua_State *lua)
{
    static const char *const CHARGED[] = {"char", "codepoint", "codes", "len", "offset"};

    luaL_requiref(lua, LUA_UTF8LIBNAME, luaopen_utf8, 0);
    lua_newtable(lua);
    for (size_t i = 0; i < COUNT(CHARGED); i++)
        keep_charged(lua, CHARGED[i], sandbox_text_charged);
    lua_getfield(lua, -2, "charpattern");
    lua_setfield(lua, -2, "charpattern");
    lua_remove(lua, -2);
    sandbox_guard_freeze(lua);
    lua_setfield(lua, -2, "utf8");
}

/* Into the table on top. */
void sandbox_text_open(lua_State *lua)
{
    open_string(lua);
    open_utf8(lua);
}
