#include "portal/desk/ticket_term.h"

#include "base/utf8.h"

#include <string.h>

enum { TERM_BYTES_MAX = 64, TERM_ROWS_MAX = WHERE_ARGS_MAX / 3 };

static const char SQL_TICKET_TERM_ADD[] =
    "INSERT IGNORE INTO ticket_term (tenant_id, term, ticket_id) VALUES ";

static size_t keep(const char *terms[], size_t count, size_t max, const char *term)
{
    if (count == max)
        return count;
    for (size_t i = 0; i < count; i++)
        if (strcmp(terms[i], term) == 0)
            return count;
    terms[count] = term;
    return count + 1;
}

static const char *cut(struct arena *mem, const char *from, const char *to)
{
    const char *whole = arena_dup_bytes(mem, from, (size_t)(to - from));

    return arena_dup_bytes(mem, whole, utf8_prefix(whole, TERM_BYTES_MAX));
}

size_t ticket_term_split(struct arena *mem, const char *text, const char *terms[], size_t max)
{
    const char *p = utf8_fold(mem, text);
    size_t count = 0;
    bool was_cjk = false;

    while (*p != '\0') {
        const char *start = p, *next = p, *second;
        const uint32_t c = utf8_next(&next);

        if (utf8_is_cjk(c)) {
            second = next;
            if (utf8_is_cjk(utf8_next(&second)))
                count = keep(terms, count, max, cut(mem, start, second));
            else if (!was_cjk) /* alone; the last of a run is in its pair already */
                count = keep(terms, count, max, cut(mem, start, next));
            was_cjk = true;
            p = next;
            continue;
        }
        was_cjk = false;
        if (!utf8_is_word(c)) {
            p = next;
            continue;
        }
        while (*next != '\0') {
            const char *look = next;

            if (!utf8_is_word(utf8_next(&look)))
                break;
            next = look;
        }
        count = keep(terms, count, max, cut(mem, start, next));
        p = next;
    }
    return count;
}

bool ticket_term_add(struct ctx *cx, struct id ticket_id, const char *subject)
{
    const char *terms[TICKET_TERM_MAX];
    const size_t count = ticket_term_split(cx->mem, subject, terms, TICKET_TERM_MAX);

    for (size_t i = 0; i < count;) { /* several rows a statement, as many as one takes values */
        struct where w;

        where_start(&w, cx, SQL_TICKET_TERM_ADD, NULL, 0);
        for (size_t row = 0; i < count && row < TERM_ROWS_MAX; row++, i++) {
            where_add(&w, row == 0 ? "(?" : ", (?", DB_ID(cx->tenant_id));
            where_add(&w, ", ?", DB_TEXT(terms[i]));
            where_add(&w, ", ?)", DB_ID(ticket_id));
        }
        if (!db_exec_args(cx, NULL, w.text.p, w.args, w.count))
            return false;
    }
    return true;
}

/* The words of the last term may still be typed; % and _ never are in a term. */
void ticket_term_search(struct ctx *cx, struct where *w, const char *text)
{
    const char *terms[TICKET_TERM_QUERY_MAX];
    const size_t count = ticket_term_split(cx->mem, text, terms, TICKET_TERM_QUERY_MAX);

    where_add(w, " AND (t.number = ?", DB_TEXT(text));
    where_add(w, count > 0 ? " OR (TRUE" : " OR (FALSE", DB_NONE);
    for (size_t i = 0; i < count; i++)
        where_add(w,
                  i + 1 < count ? " AND EXISTS (SELECT 1 FROM ticket_term y WHERE y.tenant_id = "
                                  "t.tenant_id AND y.ticket_id = t.id AND y.term = ?)"
                                : " AND EXISTS (SELECT 1 FROM ticket_term y WHERE y.tenant_id = "
                                  "t.tenant_id AND y.ticket_id = t.id AND y.term LIKE ?)",
                  i + 1 < count ? DB_TEXT(terms[i])
                                : DB_TEXT(arena_printf(cx->mem, "%s%%", terms[i])));
    where_add(w, "))", DB_NONE);
}
