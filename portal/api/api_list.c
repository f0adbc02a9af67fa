#include "portal/api/api_list.h"

#include "base/clock.h"
#include "base/parse.h"
#include "portal/api/api_input.h"
#include "portal/http/url.h"

#include <string.h>

static const struct err_kind ERR_FILTER = {ERR_CLASS_MALFORMED, "",
                                           "This parameter has a value that it cannot have."};

struct pair { /* name[sub]=value */
    const char *whole, *name;
    const char *sub; /* NULL: no brackets */
    const char *value;
};

static bool refuse(struct req *rq, const struct pair *p)
{
    return err_set_at(&rq->cx.err, &ERR_FILTER, arena_printf(rq->cx.mem, "?%s", p->whole), "%s",
                      p->whole);
}

/* --- values --- */

static bool read_flag(struct req *rq, const struct pair *p, enum filter_choice *out)
{
    bool is_yes = strcmp(p->value, "true") == 0 || strcmp(p->value, "1") == 0;

    if (!is_yes && strcmp(p->value, "false") != 0 && strcmp(p->value, "0") != 0)
        return refuse(rq, p);
    *out = is_yes ? FILTER_YES : FILTER_NO;
    return true;
}

/* Seconds, or an ISO 8601 duration in any case, whose P may be left out: 3d, P1W, PT5M. */
static bool parse_span(const char *text, int64_t *out)
{
    bool is_time = false;
    int64_t total = 0;
    int64_t seconds;

    if (parse_i64(text, 0, INT32_MAX, &seconds)) {
        *out = seconds * CLOCK_SECOND;
        return true;
    }
    text += *text == 'P' || *text == 'p';
    while (*text != '\0') {
        static const char DATE[] = "ymwd";
        static const char TIME[] = "hms";
        static const int64_t OF_DATE[] = {31556952, 2629746, 604800, 86400};
        static const int64_t OF_TIME[] = {3600, 60, 1};
        int64_t n = 0;
        const char *digits;
        const char *unit;

        if (*text == 'T' || *text == 't') {
            is_time = true;
            text++;
        }
        for (digits = text; *text >= '0' && *text <= '9' && text - digits < 6; text++)
            n = n * 10 + (*text - '0');
        unit = *text != '\0' ? strchr(is_time ? TIME : DATE, *text | 0x20) : NULL;
        if (text == digits || unit == NULL)
            return false;
        total += n * (is_time ? OF_TIME[unit - TIME] : OF_DATE[unit - DATE]);
        text++;
    }
    if (total > INT32_MAX)
        return false;
    *out = total * CLOCK_SECOND;
    return total > 0;
}

/* An ISO 8601 date-time, or seconds since 1970. */
static bool parse_instant(const char *text, int64_t *out)
{
    int64_t seconds;

    if (parse_i64(text, 1, INT64_C(253402300799), &seconds)) {
        *out = seconds * CLOCK_SECOND;
        return true;
    }
    return clock_parse_iso(text, out);
}

static bool read_times(struct req *rq, const struct pair *p, struct filter_times *t)
{
    const struct {
        const char *sub;
        bool (*parse)(const char *text, int64_t *out);
        int64_t *into;
    } known[] = {
        {"within", parse_span, &t->within_us}, {"in", parse_span, &t->within_us},
        {"inside", parse_span, &t->within_us}, {"outside", parse_span, &t->outside_us},
        {"before", parse_instant, &t->before}, {"after", parse_instant, &t->after},
        {"on", parse_instant, &t->on},
    };

    for (size_t i = 0; i < COUNT(known); i++)
        if (strcmp(p->sub, known[i].sub) == 0)
            return known[i].parse(p->value, known[i].into) || refuse(rq, p);
    return true;
}

static bool read_numbers(struct req *rq, const struct pair *p, struct filter_numbers *n)
{
    const struct {
        const char *sub;
        bool *has;
        int64_t *into;
    } known[] = {
        {"eq", &n->has_eq, &n->eq}, {"gt", &n->has_gt, &n->gt},    {"gte", &n->has_gte, &n->gte},
        {"lt", &n->has_lt, &n->lt}, {"lte", &n->has_lte, &n->lte},
    };

    for (size_t i = 0; i < COUNT(known); i++) {
        if (strcmp(p->sub, known[i].sub) != 0)
            continue;
        if (!parse_i64(p->value, 0, INT32_MAX, known[i].into))
            return refuse(rq, p);
        *known[i].has = true;
    }
    return true;
}

static bool add_text(struct req *rq, const struct pair *p, struct filter_texts *t)
{
    if (t->count == COUNT(t->items))
        return refuse(rq, p);
    t->items[t->count++] = p->value;
    return true;
}

static bool add_metadata(struct req *rq, const struct pair *p, struct filter_metadata *m)
{
    if (m->count == COUNT(m->pairs))
        return refuse(rq, p);
    m->pairs[m->count].key = api_input_name(rq->cx.mem, p->sub);
    m->pairs[m->count++].value = p->value;
    return true;
}

/* --- the query --- */

static bool apply(struct api_list *list, const struct api_filter *f, const struct pair *p,
                  void *field)
{
    struct id *id = field;
    const char **text = field;

    switch (f->kind) {
    case API_FILTER_ID:
        if (p->sub == NULL && !id_parse(p->value, id))
            list->finds_nothing = true;
        return true;
    case API_FILTER_TEXT:
        if (p->sub == NULL)
            *text = p->value;
        return true;
    case API_FILTER_TEXTS:
        return add_text(list->rq, p, field);
    case API_FILTER_FLAG:
        return p->sub != NULL || read_flag(list->rq, p, field);
    case API_FILTER_TIMES:
        return p->sub == NULL || read_times(list->rq, p, field);
    case API_FILTER_NUMBERS:
        return p->sub == NULL || read_numbers(list->rq, p, field);
    case API_FILTER_METADATA:
        return p->sub == NULL || *p->sub == '\0' || add_metadata(list->rq, p, field);
    }
    return true;
}

/* False: not a parameter that could be a filter's. */
static bool parse_pair(struct arena *mem, struct span text, struct pair *out)
{
    struct span value = text;
    struct span key;
    char *name;
    char *open;

    if (!span_cut(&value, '=', &key) || value.len == 0)
        return false;
    out->whole = url_value(mem, key, true);
    out->value = url_value(mem, value, true);
    if (out->whole == NULL || out->value == NULL || *out->value == '\0')
        return false;
    name = arena_dup(mem, out->whole);
    open = strchr(name, '[');
    out->name = name;
    out->sub = NULL;
    if (open == NULL)
        return true;
    if (open[strlen(open) - 1] != ']')
        return false;
    *open = '\0';
    out->sub = arena_dup_bytes(mem, open + 1, strlen(open + 1) - 1);
    return true;
}

bool api_list_read(struct req *rq, const struct api_filter *filters, size_t count, void *into,
                   struct api_list *out)
{
    struct span rest = span_of(rq->query);
    struct span text;
    struct pair p;

    *out = (struct api_list){.rq = rq};
    if (!api_page_read(rq, &out->page))
        return false;
    while (span_cut(&rest, '&', &text)) {
        if (!parse_pair(rq->cx.mem, text, &p))
            continue;
        for (size_t i = 0; i < count; i++)
            if (strcmp(filters[i].name, p.name) == 0 &&
                !apply(out, &filters[i], &p, (char *)into + filters[i].at))
                return false;
    }
    return true;
}

/* --- the document --- */

void api_list_open(struct api_list *list)
{
    str_add(&list->rq->out, "{\"data\":[");
}

void api_list_item(struct api_list *list, struct id id)
{
    if (list->count++ > 0)
        str_char(&list->rq->out, ',');
    list->last = id;
}

void api_list_close(struct api_list *list, int64_t total)
{
    str_char(&list->rq->out, ']');
    api_page_links(&list->rq->out, list->rq, &list->page, list->count, total, list->last);
    str_char(&list->rq->out, '}');
}
