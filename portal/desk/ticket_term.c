#include "portal/desk/ticket_term.h"

#include "base/utf8.h"

#include <string.h>

enum { TERM_BYTES_MAX = 64, TERM_ROWS_MAX = WHERE_ARGS_MAX / 3, POSTINGS_MANY = 1000 };

static const char SQL_TICKET_TERM_ADD[] =
    "INSERT IGNORE INTO ticket_term (tenant_id, term, ticket_id) VALUES ";

static const char SQL_TICKET_TERM_COUNT[] =
    "SELECT COUNT(*) FROM (SELECT 1 FROM ticket_term WHERE tenant_id = ? AND term = ? LIMIT ?) AS "
    "found";
static const char SQL_TICKET_TERM_COUNT_BEGUN[] =
    "SELECT COUNT(*) FROM (SELECT 1 FROM ticket_term WHERE tenant_id = ? AND term LIKE ? LIMIT ?) "
    "AS found";

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

static bool count_postings(struct ctx *cx, const char *sql, const char *term, int64_t *out)
{
    struct db_rows rows;

    if (!db_query(cx, &rows, sql, DB_ID(cx->tenant_id), DB_TEXT(term), DB_INT(POSTINGS_MANY)))
        return false;
    *out = db_next(&rows) ? db_i64(&rows.row, 0) : 0;
    return true;
}

/* Of the words typed out the rarest. The last, which may be just begun, is the first to read when
 * few postings begin so; a lone one with many has only itself. */
bool ticket_term_plan_make(struct ctx *cx, const char *text, struct ticket_term_plan *out)
{
    int64_t few = POSTINGS_MANY + 1, postings;

    *out = (struct ticket_term_plan){.count = 0};
    out->count = ticket_term_split(cx->mem, text, out->terms, TICKET_TERM_QUERY_MAX);
    for (size_t i = 0; i + 1 < out->count; i++) {
        if (!count_postings(cx, SQL_TICKET_TERM_COUNT, out->terms[i], &postings))
            return false;
        if (postings < few) {
            few = postings;
            out->first = i;
        }
    }
    if (out->count == 0)
        return true;
    if (!count_postings(cx, SQL_TICKET_TERM_COUNT_BEGUN, ticket_term_begun(cx, out), &postings))
        return false;
    if (postings < POSTINGS_MANY && postings < few) {
        out->first = out->count - 1;
        out->is_begun = true;
    }
    return true;
}

const char *ticket_term_begun(struct ctx *cx, const struct ticket_term_plan *plan)
{
    return arena_printf(cx->mem, "%s%%", plan->terms[plan->count - 1]);
}

void ticket_term_others(struct ctx *cx, struct where *w, const struct ticket_term_plan *plan)
{
    for (size_t i = 0; i < plan->count; i++) {
        const bool is_begun = i + 1 == plan->count;

        if (i == plan->first)
            continue;
        where_add(w,
                  is_begun ? " AND EXISTS (SELECT 1 FROM ticket_term y WHERE y.tenant_id = "
                             "q.tenant_id AND y.ticket_id = q.ticket_id AND y.term LIKE ?)"
                           : " AND EXISTS (SELECT 1 FROM ticket_term y WHERE y.tenant_id = "
                             "q.tenant_id AND y.ticket_id = q.ticket_id AND y.term = ?)",
                  is_begun ? DB_TEXT(ticket_term_begun(cx, plan)) : DB_TEXT(plan->terms[i]));
    }
}
