/* Inside the sandbox: the state of a run and its guards. Only sandbox*.c and script_value.c include
 * this, and nobody else sees lua.h. */
#pragma once

#include "scripts/sandbox.h"

#include <lauxlib.h>
#include <lua.h>

struct sandbox {
    struct arena *mem;
    const struct sandbox_task *task;
    lua_State *lua;
    bool is_counting; /* the library is in place: from here on the rule pays */
    int64_t memory_bytes, memory_peak;
    int64_t debt_bytes;   /* allocated and not yet paid for */
    int64_t instructions; /* used */
    int64_t steps;        /* left */
    int64_t lookups;      /* used */
    uint64_t random;
    int protected_depth;
    enum sandbox_outcome stopped; /* a limit was hit: the run is over, whoever catches the error */
    int line;                     /* where */
};

/* A state with the capped allocator; NULL when the cap is too small to begin with. */
lua_State *sandbox_guard_open(struct sandbox *s);
void sandbox_guard_close(struct sandbox *s);
struct sandbox *sandbox_guard_of(lua_State *lua);
/* From now on the rule pays. */
void sandbox_guard_start(struct sandbox *s);

/* Pays for work that no instruction hook sees; raises when the budget is spent. */
void sandbox_guard_spend(lua_State *lua, int64_t steps);
/* The same for a run of bytes. */
void sandbox_guard_spend_bytes(lua_State *lua, size_t bytes);
/* Ends the run with this outcome; raises. */
NORETURN void sandbox_guard_stop(lua_State *lua, enum sandbox_outcome why, const char *text);

/* The rule's pcall: errors of the rule are caught, limits are not. */
int sandbox_guard_pcall(lua_State *lua);
/* For the host's own lua_pcall: notes the line and leaves a text on the stack. */
int sandbox_guard_message(lua_State *lua);

/* Replaces the table on top by one that reads the same and refuses writes. */
void sandbox_guard_freeze(lua_State *lua);
/* Replaces a frozen table at this index by what it stands for; leaves others alone. */
void sandbox_guard_thaw(lua_State *lua, int index);

/* sandbox_text.c, sandbox_table.c: each pushes a table of functions. */
void sandbox_text_open(lua_State *lua);
void sandbox_table_open(lua_State *lua);
int sandbox_table_next(lua_State *lua);
int sandbox_table_pairs(lua_State *lua);
/* tostring without addresses. */
int sandbox_text_of(lua_State *lua);
/* Calls upvalue 1 after paying for the bytes of all text arguments. */
int sandbox_text_charged(lua_State *lua);
