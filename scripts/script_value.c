#include "scripts/script_value.h"

#include "base/utf8.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static void push_value(lua_State *lua, const json_t *json, int depth);

static void push_table(lua_State *lua, const json_t *json, int depth)
{
    const char *key;
    json_t *member;
    size_t i;

    if (depth > SCRIPT_VALUE_DEPTH_MAX)
        luaL_error(lua, "a value is nested too deeply");
    luaL_checkstack(lua, 6, NULL);
    lua_newtable(lua);
    if (json_is_array(json)) {
        json_array_foreach (json, i, member) {
            push_value(lua, member, depth + 1);
            lua_rawseti(lua, -2, (lua_Integer)i + 1);
        }
    } else {
        /* jansson's iterator wants a non-const object, though it does not change it */
        json_object_foreach ((json_t *)(uintptr_t)json, key, member) {
            lua_pushstring(lua, key);
            push_value(lua, member, depth + 1);
            lua_rawset(lua, -3);
        }
    }
    sandbox_guard_freeze(lua);
}

static void push_value(lua_State *lua, const json_t *json, int depth)
{
    switch (json_typeof(json)) {
    case JSON_OBJECT:
    case JSON_ARRAY:
        push_table(lua, json, depth);
        break;
    case JSON_STRING:
        lua_pushlstring(lua, json_string_value(json), json_string_length(json));
        break;
    case JSON_INTEGER:
        lua_pushinteger(lua, json_integer_value(json));
        break;
    case JSON_REAL:
        lua_pushnumber(lua, json_real_value(json));
        break;
    case JSON_TRUE:
    case JSON_FALSE:
        lua_pushboolean(lua, json_is_true(json));
        break;
    case JSON_NULL:
        lua_pushnil(lua);
        break;
    }
}

void script_value_push(lua_State *lua, const json_t *json)
{
    luaL_checkstack(lua, 2, NULL);
    if (json == NULL)
        lua_pushnil(lua);
    else
        push_value(lua, json, 0);
}

struct reading {
    lua_State *lua;
    struct arena *mem;
    bool skip_functions;
    size_t nodes;
    size_t bytes;
};

struct member {
    const char *key;
    bool is_whole; /* the key is a number */
    lua_Integer number;
};

static json_t *read_value(struct reading *r, int index, int depth);

/* Errors jump over these frames, so every JSON value belongs to the arena from its first moment. */
static json_t *own(struct reading *r, json_t *json)
{
    return json_own(r->mem, json);
}

static json_t *read_number(struct reading *r, int index)
{
    lua_Number number;

    if (lua_isinteger(r->lua, index))
        return own(r, json_integer(lua_tointeger(r->lua, index)));
    number = lua_tonumber(r->lua, index);
    if (!isfinite(number))
        luaL_error(r->lua, "a number in the answer is not finite");
    if (number == floor(number) && fabs(number) < 9007199254740992.0)
        return own(r, json_integer((json_int_t)number));
    return own(r, json_real(number));
}

static json_t *read_text(struct reading *r, int index)
{
    size_t len;
    const char *text = lua_tolstring(r->lua, index, &len);

    r->bytes += len;
    if (r->bytes > SCRIPT_VALUE_BYTES_MAX)
        luaL_error(r->lua, "the answer is too long");
    if (memchr(text, 0, len) != NULL || !utf8_valid(text, len))
        luaL_error(r->lua, "a text in the answer is not valid UTF-8");
    return own(r, json_stringn(text, len));
}

static int compare_members(const void *a, const void *b)
{
    const struct member *x = a, *y = b;

    if (x->is_whole != y->is_whole)
        return x->is_whole ? -1 : 1;
    if (x->is_whole)
        return (x->number > y->number) - (x->number < y->number);
    return strcmp(x->key, y->key);
}

static bool is_left_out(const struct reading *r, int index)
{
    return r->skip_functions && lua_type(r->lua, index) == LUA_TFUNCTION;
}

static void read_key(struct reading *r, struct member *m)
{
    lua_State *lua = r->lua;
    size_t len;

    if (lua_isinteger(lua, -2)) {
        m->is_whole = true;
        m->number = lua_tointeger(lua, -2);
        m->key = arena_printf(r->mem, "%lld", (long long)m->number);
        return;
    }
    if (lua_type(lua, -2) != LUA_TSTRING)
        luaL_error(lua, "a table in the answer has a key that is not a text");
    m->key = lua_tolstring(lua, -2, &len);
    r->bytes += len;
    if (memchr(m->key, 0, len) != NULL || !utf8_valid(m->key, len))
        luaL_error(lua, "a key in the answer is not valid UTF-8");
    m->key = arena_dup_bytes(r->mem, m->key, len);
}

/* The members in order, in the arena; the count is checked first, so that memory is bounded. */
static struct member *list_members(struct reading *r, int index, size_t *count)
{
    struct member *members;
    size_t n = 0;

    for (lua_pushnil(r->lua); lua_next(r->lua, index); lua_pop(r->lua, 1)) {
        n += is_left_out(r, -1) ? 0 : 1;
        if (r->nodes + n > SCRIPT_VALUE_NODES_MAX)
            luaL_error(r->lua, "the answer has too many parts");
    }
    r->nodes += n;
    members = arena_array(r->mem, struct member, n + 1);
    *count = 0;
    for (lua_pushnil(r->lua); lua_next(r->lua, index); lua_pop(r->lua, 1)) {
        if (!is_left_out(r, -1))
            read_key(r, &members[(*count)++]);
    }
    qsort(members, *count, sizeof *members, compare_members);
    return members;
}

static json_t *read_table(struct reading *r, int index, int depth)
{
    lua_State *lua = r->lua;
    struct member *members;
    size_t count;
    json_t *out;

    if (depth > SCRIPT_VALUE_DEPTH_MAX)
        luaL_error(lua, "the answer is nested too deeply");
    luaL_checkstack(lua, 6, NULL);
    lua_pushvalue(lua, index);
    sandbox_guard_thaw(lua, -1);
    index = lua_gettop(lua);
    members = list_members(r, index, &count);
    bool is_array = count == lua_rawlen(lua, index);
    for (size_t i = 0; i < count && is_array; i++)
        is_array = members[i].is_whole && members[i].number == (lua_Integer)i + 1;
    out = own(r, is_array ? json_array() : json_object());
    for (size_t i = 0; i < count; i++) {
        if (members[i].is_whole)
            lua_rawgeti(lua, index, members[i].number);
        else
            lua_getfield(lua, index, members[i].key);
        json_t *value = read_value(r, lua_gettop(lua), depth + 1);
        if (is_array)
            json_array_append(out, value);
        else
            json_object_set(out, members[i].key, value);
        lua_pop(lua, 1);
    }
    lua_pop(lua, 1);
    return out;
}

static json_t *read_value(struct reading *r, int index, int depth)
{
    switch (lua_type(r->lua, index)) {
    case LUA_TNIL:
        return own(r, json_null());
    case LUA_TBOOLEAN:
        return own(r, json_boolean(lua_toboolean(r->lua, index)));
    case LUA_TNUMBER:
        return read_number(r, index);
    case LUA_TSTRING:
        return read_text(r, index);
    case LUA_TTABLE:
        return read_table(r, index, depth);
    default:
        luaL_error(r->lua, "the answer holds a %s, which is not data",
                   luaL_typename(r->lua, index));
        return NULL;
    }
}

json_t *script_value_read(lua_State *lua, int index, bool skip_functions)
{
    struct reading r = {
        .lua = lua, .mem = sandbox_guard_of(lua)->mem, .skip_functions = skip_functions};

    return read_value(&r, lua_absindex(lua, index), 0);
}
