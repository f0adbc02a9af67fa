#include "portal/pages/trail.h"

#include "base/clock.h"
#include "base/zone.h"
#include "portal/http/page.h"

#include <string.h>

enum { TEXT_MAX = 100 };

static const char *text_of(struct req *rq, const char *name)
{
    const char *text = req_query(rq, name);

    return text && *text && strlen(text) <= TEXT_MAX ? text : NULL;
}

/* The first instant of the day that a field names, or of the one after it. */
static int64_t day_of(struct req *rq, const char *name, int days_on)
{
    const char *text = text_of(rq, name);
    struct civil day;
    int64_t us;

    if (!text || strlen(text) != strlen("2026-03-01") || !clock_parse_iso(text, &us))
        return 0;
    day = clock_civil(us + days_on * CLOCK_DAY);
    return zone_from_civil(rq->format.zone, &day);
}

void trail_read(struct req *rq, struct trail *out)
{
    const char *before = req_query(rq, "before");

    *out = (struct trail){.what = text_of(rq, "what"),
                          .who = text_of(rq, "who"),
                          .address = text_of(rq, "address"),
                          .from = day_of(rq, "from", 0),
                          .until = day_of(rq, "until", 1)};
    if (before && !id_parse(before, &out->before_id))
        out->before_id = (struct id){{0}};
}

static const char *query_of(struct req *rq)
{
    static const char *const NAMES[] = {"what", "who", "address", "from", "until"};
    struct str s = str_new(rq->cx.mem);

    str_add(&s, "?");
    for (size_t i = 0; i < COUNT(NAMES); i++) {
        const char *value = text_of(rq, NAMES[i]);

        if (!value)
            continue;
        str_fmt(&s, "%s=", NAMES[i]);
        str_url(&s, value);
        str_add(&s, "&");
    }
    return s.p;
}

static const char *or_empty(const char *text)
{
    return text ? text : "";
}

void trail_add(struct req *rq, const char *path, const struct trail *trail, struct id last,
               json_t *page)
{
    struct arena *mem = rq->cx.mem;
    const char *query = query_of(rq);
    bool is_later = !id_is_zero(trail->before_id);
    bool has_more = !id_is_zero(last);

    json_object_set_new(page, "filter",
                        json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:s}", "what", or_empty(trail->what),
                                  "who", or_empty(trail->who), "address", or_empty(trail->address),
                                  "from", or_empty(text_of(rq, "from")), "until",
                                  or_empty(text_of(rq, "until")), "csv_href",
                                  arena_printf(mem, "%s.csv%s", path, query), "path", path));
    if (is_later || has_more)
        json_object_set_new(
            page, "pager",
            json_pack("{s:s?,s:s?,s:n}", "prev_href",
                      is_later ? arena_printf(mem, "%s%s", path, query) : NULL, "next_href",
                      has_more ? arena_printf(mem, "%s%sbefore=%s", path, query, id_text(mem, last))
                               : NULL,
                      "text"));
}

/* --- files --- */

/* Some programs drop what is blank in front, and read full-width signs as the plain ones. */
static bool is_formula(const char *text)
{
    static const char *const SIGNS[] = {
        "=", "+", "-", "@", "\xEF\xBC\x9D", "\xEF\xBC\x8B", "\xEF\xBC\x8D", "\xEF\xBC\xA0"};

    if (*text == '\t' || *text == '\r' || *text == '\n')
        return true;
    text += strspn(text, " \t\r\n");
    for (size_t i = 0; i < COUNT(SIGNS); i++)
        if (strncmp(text, SIGNS[i], strlen(SIGNS[i])) == 0)
            return true;
    return false;
}

/* Quoted always; what a spreadsheet would take for a formula is marked as text. */
static void add_cell(struct str *out, const char *text, bool is_last)
{
    str_char(out, '"');
    if (is_formula(text))
        str_char(out, '\'');
    for (const char *c = text; *c != '\0'; c++) {
        if (*c == '"')
            str_char(out, '"');
        str_char(out, *c);
    }
    str_add(out, is_last ? "\"\r\n" : "\",");
}

void trail_csv_line(struct req *rq, const char *const *cells, size_t count)
{
    for (size_t i = 0; i < count; i++)
        add_cell(&rq->out, cells[i], i + 1 == count);
}

void trail_csv_start(struct req *rq, const char *name, const char *const *titles, size_t count)
{
    rq->type = "text/csv; charset=utf-8";
    reply_header(rq, "Content-Disposition",
                 arena_printf(rq->cx.mem, "attachment; filename=\"%s.csv\"", name));
    str_add(&rq->out, "\xEF\xBB\xBF"); /* without it spreadsheets guess another encoding */
    for (size_t i = 0; i < count; i++)
        add_cell(&rq->out, req_text(rq, titles[i]), i + 1 == count);
}

const char *trail_csv_time(struct req *rq, int64_t us)
{
    char *text = arena_alloc(rq->cx.mem, CLOCK_ISO_SIZE);

    clock_iso(us, text);
    return text;
}
