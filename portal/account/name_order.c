#include "portal/account/name_order.h"

#include "base/utf8.h"
#include "portal/account/person.h"

#include <string.h>

const char *const NAME_ORDER_NAMES[] = {"given", "family", NULL};

static const char SQL_NAME_ORDER[] = "SELECT name_order FROM tenant WHERE id = ?";

bool name_order_get(struct ctx *cx, enum name_order *out)
{
    struct db_rows rows;

    if (!db_query(cx, &rows, SQL_NAME_ORDER, DB_ID(cx->tenant_id)))
        return false;
    *out = db_next(&rows) && strcmp(db_text(&rows.row, 0), NAME_ORDER_NAMES[NAME_FAMILY_FIRST]) == 0
               ? NAME_FAMILY_FIRST
               : NAME_GIVEN_FIRST;
    return true;
}

static bool has_cjk(const char *text)
{
    for (uint32_t c = utf8_next(&text); c; c = utf8_next(&text))
        if (utf8_is_cjk(c))
            return true;
    return false;
}

const char *name_order_whole(struct arena *mem, enum name_order order, const char *given,
                             const char *family)
{
    if (given == NULL || family == NULL)
        return given != NULL ? given : family;
    if (order == NAME_GIVEN_FIRST)
        return arena_printf(mem, "%s %s", given, family);
    return arena_printf(mem, "%s%s%s", family, has_cjk(family) && has_cjk(given) ? "" : " ", given);
}

/* As much of a text as a given name has room for. */
static const char *cut(struct arena *mem, const char *text)
{
    const char *end = text;

    for (int i = 0; i < PERSON_GIVEN_MAX && *end != '\0'; i++)
        utf8_next(&end);
    return arena_dup_bytes(mem, text, (size_t)(end - text));
}

const char *name_order_given(struct arena *mem, enum name_order order, const char *full_name)
{
    struct span name = span_trim(span_of(full_name)), head;
    const char *blank = strrchr(full_name, ' ');

    if (has_cjk(full_name))
        return cut(mem, full_name);
    if (order == NAME_FAMILY_FIRST)
        return cut(mem, blank != NULL && blank[1] != '\0' ? blank + 1 : full_name);
    return cut(mem, span_cut(&name, ' ', &head) ? span_dup(mem, head) : full_name);
}
