#include "portal/desk/ticket_query.h"

#include "base/attr.h"
#include "base/clock.h"
#include "base/parse.h"
#include "base/utf8.h"
#include "portal/desk/ticket.h"

#include <string.h>

const struct err_kind ERR_TICKET_QUERY_FIELD = {
    ERR_CLASS_INVALID, "QUERY_FIELD",
    "Tickets have no field “{}”. Put the whole in quotes to search for it."};
const struct err_kind ERR_TICKET_QUERY_VALUE = {
    ERR_CLASS_INVALID, "QUERY_VALUE", "The value at character {} does not suit its field."};
const struct err_kind ERR_TICKET_QUERY_QUOTE = {
    ERR_CLASS_INVALID, "QUERY_QUOTE", "The quote that opens at character {} is not closed."};
const struct err_kind ERR_TICKET_QUERY_LONG = {
    ERR_CLASS_INVALID, "QUERY_LONG", "The search has too many conditions, from character {} on."};

enum kind { KIND_TEXT, KIND_LEVEL, KIND_TIME, KIND_YES, KIND_OWN };
enum { NAMES_MAX = 4, NUMBER_MAX = 9999, RELATIVE_DIGITS = 4 };

static const struct {
    const char *names[NAMES_MAX];
    enum kind kind;
} FIELDS[] = {
    [TICKET_QUERY_STATUS] = {{"status", "state", "状态"}, KIND_TEXT},
    [TICKET_QUERY_LEVEL] = {{"level", "级别", "等级"}, KIND_LEVEL},
    [TICKET_QUERY_TOPIC] = {{"topic", "主题", "类别"}, KIND_TEXT},
    [TICKET_QUERY_ASSIGNEE] = {{"assignee", "负责人", "客服"}, KIND_TEXT},
    [TICKET_QUERY_TEAM] = {{"team", "小组", "团队"}, KIND_TEXT},
    [TICKET_QUERY_TAG] = {{"tag", "标签"}, KIND_TEXT},
    [TICKET_QUERY_CITY] = {{"city", "城市"}, KIND_TEXT},
    [TICKET_QUERY_STORE] = {{"store", "site", "门店"}, KIND_TEXT},
    [TICKET_QUERY_ORGANISATION] = {{"organisation", "org", "客户单位", "客户"}, KIND_TEXT},
    [TICKET_QUERY_REPORTER] = {{"reporter", "person", "反馈人员", "反馈人"}, KIND_TEXT},
    [TICKET_QUERY_PRODUCT] = {{"product", "产品"}, KIND_TEXT},
    [TICKET_QUERY_SERIAL] = {{"serial", "序列号"}, KIND_TEXT},
    [TICKET_QUERY_NUMBER] = {{"number", "编号", "工单"}, KIND_TEXT},
    [TICKET_QUERY_SOURCE] = {{"source", "来源"}, KIND_TEXT},
    [TICKET_QUERY_REVIEW] = {{"review", "复核"}, KIND_YES},
    [TICKET_QUERY_CREATED] = {{"created", "创建"}, KIND_TIME},
    [TICKET_QUERY_UPDATED] = {{"updated", "更新"}, KIND_TIME},
    [TICKET_QUERY_DUE] = {{"due", "截止"}, KIND_TIME},
    [TICKET_QUERY_MISSING] = {{"missing", "缺填"}, KIND_YES},
    [TICKET_QUERY_OWN] = {{NULL}, KIND_OWN},
    [TICKET_QUERY_WORD] = {{NULL}, KIND_TEXT},
};
_Static_assert(COUNT(FIELDS) == TICKET_QUERY_FIELDS, "name every field");

/* --- characters: full-width ones count as their plain forms --- */

struct reader {
    struct arena *mem;
    struct err *err;
    const char *p;
    int64_t at; /* which character p is, from 1 */
    int64_t now;
    const struct zone *zone;
    struct ticket_query *query;
    struct str words;
};

static uint32_t plain(uint32_t c)
{
    enum { WIDE_FIRST = 0xff01, WIDE_LAST = 0xff5e, WIDE_BY = 0xfee0 };

    if (c >= WIDE_FIRST && c <= WIDE_LAST)
        return c - WIDE_BY;
    switch (c) {
    case '\t':
    case '\n':
    case '\r':
    case 0x00a0:
    case 0x3000:
        return ' ';
    case 0x201c: /* the quotes that input methods write */
    case 0x201d:
        return '"';
    case 0x3001:
        return ',';
    default:
        return c;
    }
}

static uint32_t look(const struct reader *r)
{
    const char *p = r->p;

    return plain(utf8_next(&p));
}

static void step(struct reader *r)
{
    (void)utf8_next(&r->p);
    r->at++;
}

static bool fault(struct reader *r, const struct err_kind *kind, int64_t at)
{
    err_set_at(r->err, kind, "q", "character %lld", (long long)at);
    err_arg(r->err, arena_printf(r->mem, "%lld", (long long)at));
    return false;
}

static bool no_field(struct reader *r, const char *name, int64_t at)
{
    err_set_at(r->err, &ERR_TICKET_QUERY_FIELD, "q", "character %lld", (long long)at);
    err_arg(r->err, name);
    return false;
}

static bool is_op(uint32_t c)
{
    return c == ':' || c == '=' || c == '<' || c == '>' || c == 0x2264 || c == 0x2265;
}

/* --- values --- */

/* "text with blanks" or what goes on to a blank (with ends_at_comma: or a comma). */
static bool read_text(struct reader *r, bool ends_at_comma, const char **out)
{
    const int64_t opened = r->at;
    const char *from = r->p;

    if (look(r) != '"') {
        while (*r->p != '\0' && look(r) != ' ' && !(ends_at_comma && look(r) == ','))
            step(r);
        *out = arena_dup_bytes(r->mem, from, (size_t)(r->p - from));
        return true;
    }
    step(r);
    from = r->p;
    while (*r->p != '\0' && look(r) != '"')
        step(r);
    if (*r->p == '\0')
        return fault(r, &ERR_TICKET_QUERY_QUOTE, opened);
    *out = arena_dup_bytes(r->mem, from, (size_t)(r->p - from));
    step(r);
    return true;
}

/* The instant when a day of the zone begins; days past the month's end are the next month's. */
static int64_t day_begins(const struct reader *r, int year, int month, int day)
{
    struct civil local = {.year = year, .month = month, .day = day};

    return r->zone != NULL ? zone_from_civil(r->zone, &local) : clock_from_civil(&local);
}

static bool read_day(const struct reader *r, const char *text, struct ticket_query_value *v)
{
    enum { ISO_DAY = 10, MONTH_AT = 5, DAY_AT = 8, YEAR_DIGITS = 4, PART_DIGITS = 2 };
    int64_t year, month, day;
    struct civil next;

    if (strlen(text) != ISO_DAY || text[MONTH_AT - 1] != '-' || text[DAY_AT - 1] != '-' ||
        !parse_i64(arena_dup_bytes(r->mem, text, YEAR_DIGITS), 1970, 9000, &year) ||
        !parse_i64(arena_dup_bytes(r->mem, text + MONTH_AT, PART_DIGITS), 1, 12, &month) ||
        !parse_i64(text + DAY_AT, 1, clock_month_days((int)year, (int)month), &day))
        return false;
    v->number = day_begins(r, (int)year, (int)month, (int)day);
    next = clock_civil(
        clock_from_civil(&(struct civil){.year = (int)year, .month = (int)month, .day = (int)day}) +
        CLOCK_DAY);
    v->until = day_begins(r, next.year, next.month, next.day);
    return true;
}

/* "7d" or "2h": that long ago; of what is due, that long from now. */
static bool read_relative(const struct reader *r, enum ticket_query_field field, const char *text,
                          struct ticket_query_value *v)
{
    const size_t len = strlen(text);
    int64_t n, unit;

    if (len < 2 || len > RELATIVE_DIGITS + 1 ||
        !parse_i64(arena_dup_bytes(r->mem, text, len - 1), 0, NUMBER_MAX, &n))
        return false;
    switch (text[len - 1]) {
    case 'd':
        unit = CLOCK_DAY;
        break;
    case 'h':
        unit = CLOCK_HOUR;
        break;
    case 'm':
        unit = CLOCK_MINUTE;
        break;
    default:
        return false;
    }
    v->number = field == TICKET_QUERY_DUE ? r->now + n * unit : r->now - n * unit;
    return true;
}

static bool is_yes_or_no(const char *folded, int64_t *out)
{
    *out = strcmp(folded, "yes") == 0 || strcmp(folded, "是") == 0;
    return *out != 0 || strcmp(folded, "no") == 0 || strcmp(folded, "否") == 0;
}

static bool value_suits(const struct reader *r, const struct ticket_query_term *term,
                        struct ticket_query_value *v)
{
    const char *folded = utf8_fold(r->mem, v->text);

    if (*folded == '\0')
        return false;
    switch (FIELDS[term->field].kind) {
    case KIND_TEXT:
        return term->op == TICKET_QUERY_IS;
    case KIND_LEVEL:
        return parse_i64(folded, TICKET_LEVEL_MIN, TICKET_LEVEL_MAX, &v->number);
    case KIND_YES:
        return term->op == TICKET_QUERY_IS && is_yes_or_no(folded, &v->number);
    case KIND_OWN: /* what suits is seen when the tenant's fields are known */
        return true;
    case KIND_TIME:
        if (read_day(r, folded, v))
            return true;
        return term->op != TICKET_QUERY_IS && read_relative(r, term->field, folded, v);
    }
    return false;
}

/* value {"," value}: several only where they are compared for being the same. */
static bool read_values(struct reader *r, struct ticket_query_term *term)
{
    term->values = &r->query->values[r->query->value_count];
    for (;;) {
        struct ticket_query_value v = {.text = ""};
        const int64_t at = r->at;

        if (r->query->value_count == TICKET_QUERY_VALUES_MAX)
            return fault(r, &ERR_TICKET_QUERY_LONG, at);
        if (!read_text(r, true, &v.text))
            return false;
        if (!value_suits(r, term, &v))
            return fault(r, &ERR_TICKET_QUERY_VALUE, at);
        r->query->values[r->query->value_count++] = v;
        term->value_count++;
        if (look(r) != ',')
            return true;
        if (term->op != TICKET_QUERY_IS)
            return fault(r, &ERR_TICKET_QUERY_VALUE, r->at);
        step(r);
    }
}

/* --- terms --- */

static enum ticket_query_op read_op(struct reader *r)
{
    const uint32_t c = look(r);

    step(r);
    if (c == 0x2264)
        return TICKET_QUERY_AT_MOST;
    if (c == 0x2265)
        return TICKET_QUERY_AT_LEAST;
    if (c != '<' && c != '>')
        return TICKET_QUERY_IS;
    if (look(r) == '=') {
        step(r);
        return c == '<' ? TICKET_QUERY_AT_MOST : TICKET_QUERY_AT_LEAST;
    }
    return c == '<' ? TICKET_QUERY_LESS : TICKET_QUERY_MORE;
}

/* "field.till": the code after the dot. */
static bool find_own(const char *folded, struct ticket_query_term *term)
{
    static const char *const PREFIXES[] = {"field.", "字段."};

    for (size_t i = 0; i < COUNT(PREFIXES); i++)
        if (strncmp(folded, PREFIXES[i], strlen(PREFIXES[i])) == 0) {
            term->field = TICKET_QUERY_OWN;
            term->own = folded + strlen(PREFIXES[i]);
            return *term->own != '\0';
        }
    return false;
}

static bool find_field(const char *folded, enum ticket_query_field *out)
{
    for (size_t i = 0; i < COUNT(FIELDS); i++)
        for (size_t n = 0; n < NAMES_MAX && FIELDS[i].names[n] != NULL; n++)
            if (strcmp(folded, FIELDS[i].names[n]) == 0) {
                *out = (enum ticket_query_field)i;
                return true;
            }
    return false;
}

/* The name before an operator, with the reader at the operator; NULL (nothing read) for a word. */
static const char *read_name(struct reader *r)
{
    const struct reader start = *r;
    const char *from = r->p;

    while (*r->p != '\0' && look(r) != ' ' && look(r) != '"' && !is_op(look(r)))
        step(r);
    if (r->p != from && is_op(look(r)))
        return utf8_fold(r->mem, arena_dup_bytes(r->mem, from, (size_t)(r->p - from)));
    r->p = start.p;
    r->at = start.at;
    return NULL;
}

static bool read_word(struct reader *r, bool is_not, struct ticket_query_term *term)
{
    const char *text;

    if (!read_text(r, false, &text))
        return false;
    if (!is_not) {
        str_fmt(&r->words, "%s%s", r->words.len > 0 ? " " : "", text);
        return true;
    }
    if (r->query->value_count == TICKET_QUERY_VALUES_MAX)
        return fault(r, &ERR_TICKET_QUERY_LONG, r->at);
    term->field = TICKET_QUERY_WORD;
    term->values = &r->query->values[r->query->value_count];
    r->query->values[r->query->value_count++] = (struct ticket_query_value){.text = text};
    term->value_count = 1;
    return true;
}

static bool read_term(struct reader *r)
{
    const int64_t at = r->at;
    struct ticket_query_term term = {.is_not = look(r) == '-'};
    const char *name;

    if (term.is_not)
        step(r);
    name = read_name(r);
    if (name == NULL) {
        if (!read_word(r, term.is_not, &term))
            return false;
    } else {
        term.at = term.is_not ? at + 1 : at;
        if (!find_own(name, &term) && !find_field(name, &term.field))
            return no_field(r, name, term.at);
        term.op = read_op(r);
        if (!read_values(r, &term))
            return false;
    }
    if (term.value_count == 0)
        return true;
    if (r->query->count == TICKET_QUERY_TERMS_MAX)
        return fault(r, &ERR_TICKET_QUERY_LONG, at);
    r->query->terms[r->query->count++] = term;
    return true;
}

bool ticket_query_parse(struct arena *mem, struct err *err, const char *text, int64_t now,
                        const struct zone *zone, struct ticket_query **out)
{
    struct reader r = {.mem = mem,
                       .err = err,
                       .p = text,
                       .at = 1,
                       .now = now,
                       .zone = zone,
                       .query = arena_new(mem, struct ticket_query),
                       .words = str_new(mem)};

    if (strlen(text) > TICKET_QUERY_BYTES_MAX)
        return fault(&r, &ERR_TICKET_QUERY_LONG,
                     (int64_t)utf8_count(
                         arena_dup_bytes(mem, text, utf8_prefix(text, TICKET_QUERY_BYTES_MAX))) +
                         1);
    for (;;) {
        while (*r.p != '\0' && look(&r) == ' ')
            step(&r);
        if (*r.p == '\0')
            break;
        if (!read_term(&r))
            return false;
    }
    r.query->words = r.words.p;
    *out = r.query;
    return true;
}
