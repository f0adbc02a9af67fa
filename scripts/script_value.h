/* Values between JSON and Lua. Numbers stay whole where they are whole, order is fixed, and what
 * cannot be said in JSON (functions, NaN, cycles) is refused. Sees lua.h. */
#pragma once

#include "scripts/sandbox_guard.h"

enum {
    SCRIPT_VALUE_DEPTH_MAX = 16,
    SCRIPT_VALUE_NODES_MAX = 10000,
    SCRIPT_VALUE_BYTES_MAX = 256 * 1024,
};

/* Pushes the value; tables are frozen. NULL and null push nil. Raises when memory or the depth of
 * the value is beyond the limits. */
void script_value_push(lua_State *lua, const json_t *json);
/* The value at the index as JSON in the run's arena. A table with the keys 1..n only becomes an
 * array (an empty one too), any other an object with its keys in order. Raises with a sentence when
 * it cannot be said; functions are left out when skip_functions is set. */
json_t *script_value_read(lua_State *lua, int index, bool skip_functions);
