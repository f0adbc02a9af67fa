#include "base/style.h"

#include "base/attr.h"

#include <string.h>

const char *const STYLE_DATES_NAMES[] = {"words", "iso", "dmy", "mdy", "dot", NULL};
const char *const STYLE_NUMBERS_NAMES[] = {"comma", "dot", "space", NULL};
_Static_assert(COUNT(STYLE_DATES_NAMES) == STYLE_DATES_COUNT + 1, "name every style of dates");
_Static_assert(COUNT(STYLE_NUMBERS_NAMES) == STYLE_NUMBERS_COUNT + 1, "name every style");

static int place_of(const char *const *names, const char *name)
{
    for (int i = 0; names[i] != NULL; i++)
        if (name != NULL && strcmp(names[i], name) == 0)
            return i;
    return 0;
}

enum style_dates style_dates_parse(const char *name)
{
    return (enum style_dates)place_of(STYLE_DATES_NAMES, name);
}

enum style_numbers style_numbers_parse(const char *name)
{
    return (enum style_numbers)place_of(STYLE_NUMBERS_NAMES, name);
}
