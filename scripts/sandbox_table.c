/* The `table` library of a rule, pairs and next: in a fixed order, and paid for.
 *
 * Lua's own pairs follows hash seeds that differ from run to run, and its sort picks pivots by the
 * clock; a replay must give the same bytes, so both are ours. */
#include "scripts/sandbox_guard.h"

#include <stdlib.h>
#include <string.h>

struct key {  /* of a table, comparable without Lua */
    int rank; /* booleans, then numbers, then texts */
    lua_Number number;
    lua_Integer whole;
    bool is_whole;
    const char *text;
    size_t len;
    lua_Integer place; /* in the list of keys as found */
};

static struct key read_key(lua_State *lua, int index)
{
    struct key k = {0};

    switch (lua_type(lua, index)) {
    case LUA_TBOOLEAN:
        k.whole = lua_toboolean(lua, index);
        k.is_whole = true;
        break;
    case LUA_TNUMBER:
        k.rank = 1;
        k.is_whole = lua_isinteger(lua, index);
        k.whole = lua_tointeger(lua, index);
        k.number = lua_tonumber(lua, index);
        break;
    case LUA_TSTRING:
        k.rank = 2;
        k.text = lua_tolstring(lua, index, &k.len);
        break;
    default:
        luaL_error(lua, "a table with a %s as key has no fixed order", luaL_typename(lua, index));
    }
    return k;
}

static int compare_keys(const void *a, const void *b)
{
    const struct key *x = a, *y = b;

    if (x->rank != y->rank)
        return x->rank - y->rank;
    if (x->rank == 2) {
        size_t len = x->len < y->len ? x->len : y->len;
        int order = memcmp(x->text, y->text, len);
        return order != 0 ? order : (x->len > y->len) - (x->len < y->len);
    }
    if (x->is_whole && y->is_whole)
        return (x->whole > y->whole) - (x->whole < y->whole);
    return (x->number > y->number) - (x->number < y->number);
}

/* next(t, key): the smallest key behind it. Linear, so a loop over next pays for it; pairs is the
 * cheap way. */
int sandbox_table_next(lua_State *lua)
{
    struct key from = {0}, best = {0};
    bool is_first, found = false;

    luaL_checktype(lua, 1, LUA_TTABLE);
    lua_settop(lua, 2);
    is_first = lua_isnil(lua, 2);
    if (!is_first)
        from = read_key(lua, 2);
    sandbox_guard_thaw(lua, 1);
    lua_pushnil(lua); /* 3: the best key so far */
    for (lua_pushnil(lua); lua_next(lua, 1); lua_pop(lua, 1)) {
        struct key k = read_key(lua, -2);

        sandbox_guard_spend(lua, 1);
        if (!is_first && compare_keys(&k, &from) <= 0)
            continue;
        if (found && compare_keys(&k, &best) >= 0)
            continue;
        best = k;
        found = true;
        lua_pushvalue(lua, -2);
        lua_replace(lua, 3);
    }
    if (!found) {
        lua_pushnil(lua);
        return 1;
    }
    lua_pushvalue(lua, 3);
    lua_pushvalue(lua, 3);
    lua_rawget(lua, 1);
    return 2;
}

/* Upvalues: the table, its keys as found, their order, how far we are. */
static int pairs_step(lua_State *lua)
{
    const struct key *order = lua_touserdata(lua, lua_upvalueindex(3));
    size_t count = lua_rawlen(lua, lua_upvalueindex(3)) / sizeof *order;
    size_t at = (size_t)lua_tointeger(lua, lua_upvalueindex(4));

    for (; at < count; at++) {
        lua_settop(lua, 0);
        lua_rawgeti(lua, lua_upvalueindex(2), order[at].place);
        lua_pushvalue(lua, 1);
        if (lua_rawget(lua, lua_upvalueindex(1)) != LUA_TNIL) { /* not removed meanwhile */
            lua_pushinteger(lua, (lua_Integer)at + 1);
            lua_replace(lua, lua_upvalueindex(4));
            return 2;
        }
    }
    lua_pushnil(lua);
    return 1;
}

int sandbox_table_pairs(lua_State *lua)
{
    struct key *order;
    lua_Integer count = 0;

    luaL_checktype(lua, 1, LUA_TTABLE);
    lua_settop(lua, 1);
    sandbox_guard_thaw(lua, 1);
    lua_newtable(lua);
    for (lua_pushnil(lua); lua_next(lua, 1); lua_pop(lua, 1)) {
        sandbox_guard_spend(lua, 2);
        lua_pushvalue(lua, -2);
        lua_rawseti(lua, 2, ++count);
    }
    order = lua_newuserdatauv(lua, (size_t)count * sizeof *order, 0);
    for (lua_Integer i = 1; i <= count; i++) {
        lua_rawgeti(lua, 2, i);
        order[i - 1] = read_key(lua, -1);
        order[i - 1].place = i;
        lua_pop(lua, 1);
    }
    if (count > 1)
        qsort(order, (size_t)count, sizeof *order, compare_keys);
    lua_pushinteger(lua, 0);
    lua_pushcclosure(lua, pairs_step, 4);
    return 1;
}

static lua_Integer length_of(lua_State *lua)
{
    luaL_checktype(lua, 1, LUA_TTABLE);
    return luaL_len(lua, 1);
}

static int table_insert(lua_State *lua)
{
    lua_Integer end = length_of(lua) + 1;
    lua_Integer at = end;

    if (lua_gettop(lua) == 3) {
        at = luaL_checkinteger(lua, 2);
        luaL_argcheck(lua, at >= 1 && at <= end, 2, "position out of bounds");
    } else if (lua_gettop(lua) != 2) {
        return luaL_error(lua, "insert wants a table, maybe a position, and a value");
    }
    sandbox_guard_spend(lua, end - at + 1);
    for (lua_Integer i = end; i > at; i--) {
        lua_geti(lua, 1, i - 1);
        lua_seti(lua, 1, i);
    }
    lua_seti(lua, 1, at);
    return 0;
}

static int table_remove(lua_State *lua)
{
    lua_Integer len = length_of(lua);
    lua_Integer at = luaL_optinteger(lua, 2, len);

    luaL_argcheck(lua, at == len || (at >= 1 && at <= len + 1), 2, "position out of bounds");
    sandbox_guard_spend(lua, len - at + 1);
    lua_geti(lua, 1, at);
    for (; at < len; at++) {
        lua_geti(lua, 1, at + 1);
        lua_seti(lua, 1, at);
    }
    lua_pushnil(lua);
    lua_seti(lua, 1, at);
    return 1;
}

static int table_concat(lua_State *lua)
{
    lua_Integer len = length_of(lua);
    size_t gap_len;
    const char *gap = luaL_optlstring(lua, 2, "", &gap_len);
    lua_Integer from = luaL_optinteger(lua, 3, 1);
    lua_Integer to = luaL_optinteger(lua, 4, len);
    luaL_Buffer out;

    luaL_buffinit(lua, &out);
    for (lua_Integer i = from; i <= to; i++) {
        lua_geti(lua, 1, i);
        if (!lua_isstring(lua, -1))
            return luaL_error(lua, "concat: value %d is a %s", (int)i, luaL_typename(lua, -1));
        sandbox_guard_spend_bytes(lua, lua_rawlen(lua, -1) + gap_len);
        luaL_addvalue(&out);
        if (i < to)
            luaL_addlstring(&out, gap, gap_len);
        else
            break; /* `to` may be the largest integer */
    }
    luaL_pushresult(&out);
    return 1;
}

static int table_pack(lua_State *lua)
{
    int count = lua_gettop(lua);

    sandbox_guard_spend(lua, count + 1);
    lua_createtable(lua, count, 1);
    lua_insert(lua, 1);
    for (int i = count; i >= 1; i--)
        lua_seti(lua, 1, i);
    lua_pushinteger(lua, count);
    lua_setfield(lua, 1, "n");
    return 1;
}

static int table_unpack(lua_State *lua)
{
    lua_Integer from = luaL_optinteger(lua, 2, 1);
    lua_Integer to = luaL_optinteger(lua, 3, lua_isnoneornil(lua, 3) ? length_of(lua) : 0);
    lua_Unsigned count;

    luaL_checktype(lua, 1, LUA_TTABLE);
    if (from > to)
        return 0;
    count = (lua_Unsigned)to - (lua_Unsigned)from;
    if (count >= INT32_MAX || !lua_checkstack(lua, (int)count + 1))
        return luaL_error(lua, "too many values to unpack");
    count++;
    sandbox_guard_spend(lua, (lua_Integer)count);
    for (lua_Unsigned i = 0; i < count; i++)
        lua_geti(lua, 1, from + (lua_Integer)i);
    return (int)count;
}

/* Moving 300 million places of an empty table took 10.6 s in Lua's own. */
static int table_move(lua_State *lua)
{
    lua_Integer from = luaL_checkinteger(lua, 2);
    lua_Integer last = luaL_checkinteger(lua, 3);
    lua_Integer to = luaL_checkinteger(lua, 4);
    int target = lua_isnoneornil(lua, 5) ? 1 : 5;
    lua_Integer count, end;

    luaL_checktype(lua, 1, LUA_TTABLE);
    luaL_checktype(lua, target, LUA_TTABLE);
    if (last >= from) {
        luaL_argcheck(lua, SUB_FITS(last, from, &count) && count < INT64_MAX, 3, "too many places");
        count++;
        luaL_argcheck(lua, ADD_FITS(to, count, &end), 4, "out of bounds");
        sandbox_guard_spend(lua, count);
        bool is_backwards = target == 1 && to > from;
        for (lua_Integer i = 0; i < count; i++) {
            lua_Integer at = is_backwards ? count - 1 - i : i;
            lua_geti(lua, 1, from + at);
            lua_seti(lua, target, to + at);
        }
    }
    lua_pushvalue(lua, target);
    return 1;
}

/* Value a before b: by the comparison given (index 2) or by '<'. */
static bool is_before(lua_State *lua, int a, int b)
{
    bool before;

    sandbox_guard_spend(lua, 1);
    if (lua_isnil(lua, 2))
        return lua_compare(lua, a, b, LUA_OPLT);
    lua_pushvalue(lua, 2);
    lua_pushvalue(lua, a < 0 ? a - 1 : a);
    lua_pushvalue(lua, b < 0 ? b - 2 : b);
    lua_call(lua, 2, 1);
    before = lua_toboolean(lua, -1);
    lua_pop(lua, 1);
    return before;
}

/* Merges the runs [low, mid) and [mid, high) of table `from` into table `to`; what is equal keeps
 * its order. A comparison that contradicts itself gives some order, and an end. */
static void merge(lua_State *lua, int from, int to, const lua_Integer bounds[3])
{
    lua_Integer left = bounds[0], right = bounds[1];

    for (lua_Integer at = bounds[0]; at < bounds[2]; at++) {
        bool take_right = left >= bounds[1];

        if (!take_right && right < bounds[2]) {
            lua_rawgeti(lua, from, right);
            lua_rawgeti(lua, from, left);
            take_right = is_before(lua, -2, -1);
            lua_pop(lua, 2);
        }
        lua_rawgeti(lua, from, take_right ? right++ : left++);
        lua_rawseti(lua, to, at);
    }
}

static int table_sort(lua_State *lua)
{
    lua_Integer len = length_of(lua);
    int from = 3, to = 4;

    if (!lua_isnoneornil(lua, 2))
        luaL_checktype(lua, 2, LUA_TFUNCTION);
    lua_settop(lua, 2);
    sandbox_guard_spend(lua, 2 * len + 1);
    lua_newtable(lua);
    lua_newtable(lua);
    for (lua_Integer i = 1; i <= len; i++) {
        lua_geti(lua, 1, i);
        lua_rawseti(lua, from, i);
    }
    for (lua_Integer width = 1; width < len; width *= 2) {
        for (lua_Integer low = 1; low <= len; low += 2 * width) {
            lua_Integer mid = low + width < len + 1 ? low + width : len + 1;
            lua_Integer high = low + 2 * width < len + 1 ? low + 2 * width : len + 1;
            sandbox_guard_spend(lua, high - low);
            merge(lua, from, to, (const lua_Integer[]){low, mid, high});
        }
        from = from == 3 ? 4 : 3;
        to = to == 3 ? 4 : 3;
    }
    for (lua_Integer i = 1; i <= len; i++) {
        lua_rawgeti(lua, from, i);
        lua_seti(lua, 1, i);
    }
    return 0;
}

/* Into the table on top. */
void sandbox_table_open(lua_State *lua)
{
    static const luaL_Reg OURS[] = {{"insert", table_insert}, {"remove", table_remove},
                                    {"concat", table_concat}, {"pack", table_pack},
                                    {"unpack", table_unpack}, {"move", table_move},
                                    {"sort", table_sort},     {NULL, NULL}};

    luaL_newlib(lua, OURS);
    sandbox_guard_freeze(lua);
    lua_setfield(lua, -2, "table");
}
