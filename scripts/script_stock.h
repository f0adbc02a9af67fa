/* Rules that come with the program: scripts/stock/NAME.lua, embedded at build. */
#pragma once

#include <stddef.h>

struct script_stock {
    const char *name;
    const char *text;
};
extern const struct script_stock SCRIPT_STOCK[];
extern const size_t SCRIPT_STOCK_COUNT;
