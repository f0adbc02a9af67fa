#include "portal/field/field_rule.h"

#include "base/clock.h"
#include "base/parse.h"
#include "base/utf8.h"

#include <assert.h>
#include <string.h>

enum { DIGITS_MAX = 12, DECIMALS = 4, ISO_DAY = 10 };

/* --- conditions --- */

bool field_rule_has_line(const char *text, const char *line)
{
    const size_t length = strlen(line);

    for (const char *p = text; p != NULL;) {
        const char *end = strchr(p, '\n');
        const size_t here = end != NULL ? (size_t)(end - p) : strlen(p);

        if (here == length && memcmp(p, line, length) == 0)
            return true;
        p = end != NULL ? end + 1 : NULL;
    }
    return false;
}

/* Any line of one is a line of the other. */
static bool share_line(const char *a, const char *b)
{
    for (const char *p = a; p != NULL;) {
        const char *end = strchr(p, '\n');
        const size_t here = end != NULL ? (size_t)(end - p) : strlen(p);

        for (const char *q = b; q != NULL;) {
            const char *stop = strchr(q, '\n');
            const size_t there = stop != NULL ? (size_t)(stop - q) : strlen(q);

            if (here == there && memcmp(p, q, here) == 0)
                return true;
            q = stop != NULL ? stop + 1 : NULL;
        }
        p = end != NULL ? end + 1 : NULL;
    }
    return false;
}

struct judging {
    const struct field_set *set;
    const struct field_facts *facts;
    const char *const *values;
    struct field_state *out;
    unsigned char *seen; /* 0 not yet, 1 under way, 2 judged */
};

static bool is_shown(struct judging *j, size_t at);

static bool amounts_hold(const struct field_condition *c, int64_t is, int64_t wanted)
{
    return c->test == FIELD_LEAST ? is >= wanted : is <= wanted;
}

static bool level_holds(const struct field_condition *c, int64_t level)
{
    char text[2] = {(char)('0' + level), '\0'};
    int64_t wanted;

    if (level < 1 || level > 9)
        return false;
    if (c->test == FIELD_LEAST || c->test == FIELD_MOST)
        return parse_i64(c->value, 0, 9, &wanted) && amounts_hold(c, level, wanted);
    return field_rule_has_line(c->value, text) == (c->test == FIELD_IS);
}

static bool other_holds(struct judging *j, const struct field_condition *c)
{
    const struct custom_field *other;
    const char *value;
    int64_t is, wanted;

    if (c->other >= j->set->count)
        return false;
    other = &j->set->fields[c->other];
    value = is_shown(j, c->other) ? j->values[c->other] : NULL;
    switch (c->test) {
    case FIELD_FILLED:
        return value != NULL;
    case FIELD_EMPTY:
        return value == NULL;
    case FIELD_IS:
        return value != NULL && share_line(value, c->value);
    case FIELD_IS_NOT:
        return value == NULL || !share_line(value, c->value);
    case FIELD_LEAST:
    case FIELD_MOST:
        return value != NULL && field_rule_amount(other, value, &is) &&
               field_rule_amount(other, c->value, &wanted) && amounts_hold(c, is, wanted);
    case FIELD_TESTS:
        break;
    }
    return false;
}

static bool word_holds(const struct field_condition *c, const char *word, const char *also)
{
    const bool is = (word != NULL && field_rule_has_line(c->value, word)) ||
                    (also != NULL && field_rule_has_line(c->value, also));

    return is == (c->test == FIELD_IS);
}

static bool holds(struct judging *j, const struct field_condition *c)
{
    switch (c->looks_at) {
    case FIELD_AT_TOPIC:
        return word_holds(c, j->facts->topic, NULL);
    case FIELD_AT_STATUS:
        return word_holds(c, j->facts->status, j->facts->category);
    case FIELD_AT_LEVEL:
        return level_holds(c, j->facts->level);
    case FIELD_AT_FIELD:
        return other_holds(j, c);
    case FIELD_ATS:
        break;
    }
    return false;
}

static bool all_hold(struct judging *j, const struct custom_field *f, enum field_effect effect)
{
    for (size_t i = 0; i < f->condition_count[effect]; i++)
        if (!holds(j, &f->conditions[effect][i]))
            return false;
    return true;
}

static bool is_of_topic(const struct custom_field *f, const char *topic)
{
    if (f->topic_count == 0)
        return true;
    for (size_t i = 0; i < f->topic_count; i++)
        if (topic != NULL && strcmp(f->topics[i], topic) == 0)
            return true;
    return false;
}

/* NOLINTNEXTLINE(misc-no-recursion): as deep as there are fields; each is judged once */
static bool is_shown(struct judging *j, size_t at)
{
    const struct custom_field *f = &j->set->fields[at];

    if (j->seen[at] == 0) {
        j->seen[at] = 1; /* asked for again meanwhile: a circle, which shows nothing */
        j->out[at].is_shown =
            !f->is_retired && is_of_topic(f, j->facts->topic) && all_hold(j, f, FIELD_SHOW);
        j->seen[at] = 2;
    }
    return j->seen[at] == 2 && j->out[at].is_shown;
}

void field_rule_judge(const struct field_set *set, const struct field_facts *facts,
                      const char *const *values, struct field_state *out)
{
    unsigned char seen[FIELD_MAX] = {0};
    struct judging j = {.set = set, .facts = facts, .values = values, .out = out, .seen = seen};

    assert(set->count <= FIELD_MAX);
    for (size_t i = 0; i < set->count; i++)
        out[i] = (struct field_state){false, false, false};
    for (size_t i = 0; i < set->count; i++)
        (void)is_shown(&j, i);
    for (size_t i = 0; i < set->count; i++) {
        const struct custom_field *f = &set->fields[i];

        out[i].may_edit = out[i].is_shown && (!facts->is_customer || f->access == FIELD_WRITE);
        out[i].is_required =
            out[i].may_edit && (f->is_required || (f->condition_count[FIELD_REQUIRE] > 0 &&
                                                   all_hold(&j, f, FIELD_REQUIRE)));
    }
}

/* --- circles --- */

/* NOLINTNEXTLINE(misc-no-recursion): as deep as there are fields */
static bool comes_back(const struct field_set *set, size_t at, unsigned char *seen)
{
    const struct custom_field *f = &set->fields[at];

    if (seen[at] != 0)
        return seen[at] == 1;
    seen[at] = 1;
    for (size_t i = 0; i < f->condition_count[FIELD_SHOW]; i++) {
        const size_t other = f->conditions[FIELD_SHOW][i].other;

        if (f->conditions[FIELD_SHOW][i].looks_at == FIELD_AT_FIELD && other < set->count &&
            comes_back(set, other, seen))
            return true;
    }
    seen[at] = 2;
    return false;
}

bool field_rule_has_circle(const struct field_set *set, size_t *at)
{
    unsigned char seen[FIELD_MAX] = {0};

    for (size_t i = 0; i < set->count; i++)
        if (comes_back(set, i, seen)) {
            *at = i;
            return true;
        }
    return false;
}

/* --- values --- */

static const char *trimmed(struct arena *mem, const char *text)
{
    size_t length;

    while (*text == ' ' || *text == '\n' || *text == '\r' || *text == '\t')
        text++;
    length = strlen(text);
    while (length > 0 && strchr(" \n\r\t", text[length - 1]) != NULL)
        length--;
    return arena_dup_bytes(mem, text, length);
}

static bool is_clean_text(const char *text, size_t max, bool may_have_lines)
{
    if (!utf8_valid(text, strlen(text)) || utf8_count(text) > max)
        return false;
    for (; *text != '\0'; text++)
        if (((unsigned char)*text < ' ' && !(may_have_lines && (*text == '\n' || *text == '\t'))) ||
            *text == 0x7f)
            return false;
    return true;
}

/* Ten-thousandths, exactly: no double ever holds a value. */
static bool read_number(const char *text, int64_t *out)
{
    const bool is_minus = *text == '-';
    int64_t whole = 0;
    unsigned digits = 0, decimals = 0;
    const char *p = text + (is_minus ? 1 : 0);

    for (; *p >= '0' && *p <= '9'; p++) {
        if (++digits > DIGITS_MAX)
            return false;
        whole = whole * 10 + (*p - '0');
    }
    if (digits == 0)
        return false;
    if (*p == '.')
        for (p++; *p >= '0' && *p <= '9'; p++) {
            if (++decimals > DECIMALS)
                return false;
            whole = whole * 10 + (*p - '0');
        }
    if (*p != '\0' || p[-1] == '.')
        return false;
    for (; decimals < DECIMALS; decimals++)
        whole *= 10;
    *out = is_minus ? -whole : whole;
    return true;
}

static const char *number_text(struct arena *mem, int64_t amount)
{
    const int64_t size = amount < 0 ? -amount : amount;
    char *text = arena_printf(mem, "%s%lld.%04lld", amount < 0 ? "-" : "",
                              (long long)(size / FIELD_AMOUNT_SCALE),
                              (long long)(size % FIELD_AMOUNT_SCALE));
    size_t length = strlen(text);

    while (text[length - 1] == '0')
        length--;
    if (text[length - 1] == '.')
        length--;
    text[length] = '\0';
    return text;
}

static bool read_day(const char *text, int64_t *out)
{
    struct civil day = {.year = 0};
    int64_t parts[3] = {0, 0, 0};

    if (strlen(text) != ISO_DAY || text[4] != '-' || text[7] != '-')
        return false;
    for (size_t i = 0, part = 0; i < ISO_DAY; i++) {
        if (i == 4 || i == 7) { /* the two dashes */
            part++;
            continue;
        }
        if (text[i] < '0' || text[i] > '9')
            return false;
        parts[part] = parts[part] * 10 + (text[i] - '0');
    }
    day.year = (int)parts[0];
    day.month = (int)parts[1];
    day.day = (int)parts[2];
    if (day.year < 1900 || day.month < 1 || day.month > 12 || day.day < 1 ||
        day.day > clock_month_days(day.year, day.month))
        return false;
    *out = clock_from_civil(&day) / CLOCK_DAY;
    return true;
}

bool field_rule_amount(const struct custom_field *f, const char *value, int64_t *out)
{
    if (f->kind == FIELD_NUMBER)
        return read_number(value, out);
    return f->kind == FIELD_DATE && read_day(value, out);
}

static const char *yes_or_no(struct arena *mem, const char *text)
{
    static const char *const YES[] = {"yes", "1", "true", "是"};
    static const char *const NO[] = {"no", "0", "false", "否"};
    const char *folded = utf8_fold(mem, text);

    for (size_t i = 0; i < COUNT(YES); i++) {
        if (strcmp(folded, YES[i]) == 0)
            return "yes";
        if (strcmp(folded, NO[i]) == 0)
            return "no";
    }
    return NULL;
}

/* Known codes, in the list's order, each once. */
static bool clean_codes(struct arena *mem, const struct custom_field *f, const char *text,
                        const char *before, const char **out)
{
    struct str s = str_new(mem);
    size_t found = 0, lines = 0;

    if (f->list == NULL)
        return false;
    for (size_t i = 0; i < f->list->value_count; i++) {
        const struct option_value *v = &f->list->values[i];

        if (!field_rule_has_line(text, v->code))
            continue;
        if (v->is_retired && (before == NULL || !field_rule_has_line(before, v->code)))
            return false;
        str_fmt(&s, "%s%s", found++ > 0 ? "\n" : "", v->code);
    }
    for (const char *p = text; p != NULL;) { /* every line has to be one of them */
        const char *end = strchr(p, '\n');
        const char *line = arena_dup_bytes(mem, p, end != NULL ? (size_t)(end - p) : strlen(p));

        lines++;
        if (*line != '\0' && !field_rule_has_line(s.p, line))
            return false;
        p = end != NULL ? end + 1 : NULL;
    }
    if (found == 0 || (f->kind == FIELD_CHOICE && lines > 1))
        return false;
    *out = s.p;
    return true;
}

bool field_rule_clean(struct arena *mem, const struct custom_field *f, const char *typed,
                      const char *before, const char **out)
{
    const char *text;
    int64_t amount;

    *out = NULL;
    if (!utf8_valid(typed, strlen(typed)))
        return false;
    text = trimmed(mem, typed);
    if (*text == '\0')
        return true;
    switch (f->kind) {
    case FIELD_TEXT:
    case FIELD_LINES:
        *out = text;
        return is_clean_text(text, f->kind == FIELD_TEXT ? FIELD_TEXT_MAX : FIELD_LINES_MAX,
                             f->kind == FIELD_LINES);
    case FIELD_NUMBER:
        if (!read_number(text, &amount))
            return false;
        *out = number_text(mem, amount);
        return true;
    case FIELD_DATE:
        *out = text;
        return read_day(text, &amount);
    case FIELD_YES:
        *out = yes_or_no(mem, text);
        return *out != NULL;
    case FIELD_CHOICE:
    case FIELD_CHOICES:
        return clean_codes(mem, f, text, before, out);
    case FIELD_KINDS:
        break;
    }
    return false;
}
