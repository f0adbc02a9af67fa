#include "portal/pages/organisation_list_page.h"

#include "portal/account/profile_proposal.h"
#include "portal/account/signup_wait.h"
#include "portal/field/custom_field_words.h"
#include "portal/http/page.h"
#include "portal/pages/organisation_page.h"
#include "portal/pages/trail.h"
#include "portal/sales/organisation_people.h"

#include <string.h>

enum { FILE_ROWS = 10000 };

static const struct err_kind ERR_CUSTOMERS_FILE_LARGE = {
    ERR_CLASS_INVALID, "FILE_LARGE",
    "More than 10,000 rows are in this list. Narrow it down, then take the file."};

/* Whose fields the list knows, by the name in addresses. */
static const struct {
    enum field_subject subject;
    const char *label;
} SUBJECTS[] = {{FIELD_ORGANISATION, T("Organisations")}, {FIELD_PERSON, T("People")}};

struct list { /* what was asked, and the tenant's fields */
    struct field_set sets[COUNT(SUBJECTS)];
    struct organisation_filter filter;
    struct field_filter field;
    const char *chosen, *value; /* "person.shift" and what stands beside it; "" for none */
    bool is_fault;              /* that does not suit */
};

static const char *field_code(struct req *rq, const struct custom_field *f)
{
    return arena_printf(rq->cx.mem, "%s.%s", custom_field_subject_name(f->subject), f->code);
}

static const struct custom_field *field_chosen(struct req *rq, const struct list *l)
{
    for (size_t s = 0; s < COUNT(SUBJECTS); s++)
        for (size_t i = 0; i < l->sets[s].count; i++)
            if (strcmp(field_code(rq, &l->sets[s].fields[i]), l->chosen) == 0)
                return &l->sets[s].fields[i];
    return NULL;
}

static bool list_read(struct req *rq, struct list *out)
{
    const char *search = req_query(rq, "q"), *after = req_query(rq, "after");
    const char *chosen = req_query(rq, "field"), *value = req_query(rq, "value");
    const struct custom_field *f;

    *out = (struct list){
        .filter = {.search = search, .by_pinyin = strncmp(lang_code(rq->lang), "zh", 2) == 0},
        .chosen = chosen != NULL ? chosen : "",
        .value = value != NULL ? value : ""};
    if (after != NULL && !id_parse(after, &out->filter.after))
        return err_set(&rq->cx.err, &ERR_NOT_FOUND, "cursor of the customer list");
    for (size_t s = 0; s < COUNT(SUBJECTS); s++)
        if (!custom_field_set(&rq->cx, SUBJECTS[s].subject, &out->sets[s]))
            return false;
    if (*out->chosen == '\0')
        return true;
    f = field_chosen(rq, out);
    if (f != NULL && field_filter_read(rq->cx.mem, f, out->value, &out->field))
        out->filter.field = &out->field;
    else
        out->is_fault = true;
    return true;
}

/* An address with what was asked. */
static const char *list_href(struct req *rq, const char *path, const struct list *l)
{
    struct str s = str_new(rq->cx.mem);

    str_fmt(&s, "%s?q=", path);
    str_url(&s, l->filter.search != NULL ? l->filter.search : "");
    if (*l->chosen != '\0') {
        str_add(&s, "&field=");
        str_url(&s, l->chosen);
        str_add(&s, "&value=");
        str_url(&s, l->value);
    }
    return s.p;
}

/* --- the page --- */

static json_t *pager_json(struct req *rq, const struct list *l, const struct organisation *last)
{
    const bool is_first = id_is_zero(l->filter.after);
    const char *first = list_href(rq, "/desk/customers", l);

    if (last == NULL && is_first)
        return json_null();
    return json_pack("{s:s?,s:s?,s:n}", "prev_href", is_first ? NULL : first, "next_href",
                     last == NULL ? NULL
                                  : arena_printf(rq->cx.mem, "%s&after=%s", first,
                                                 id_text(rq->cx.mem, last->id)),
                     "text");
}

/* The way to people who made an account and belong nowhere yet; null where there are none. */
static bool add_waiting(struct req *rq, json_t *page)
{
    int64_t count;

    if (!signup_wait_count(&rq->cx, &count))
        return false;
    json_object_set_new(
        page, "waiting",
        count == 0 ? json_null()
                   : json_string(lang_fill1(rq->cx.mem, rq->lang, T("People who wait: {}"),
                                            arena_printf(rq->cx.mem, "%lld", (long long)count))));
    return true;
}

static const char *label_of(struct req *rq, const struct custom_field *f)
{
    return custom_field_words_label(rq->lang, f->label, f->label_zh);
}

/* "filter": what can be asked of fields; null without any. */
static void add_filter(struct req *rq, const struct list *l, json_t *page)
{
    json_t *groups = json_array();

    for (size_t s = 0; s < COUNT(SUBJECTS); s++) {
        json_t *options = json_array();

        for (size_t i = 0; i < l->sets[s].count; i++) {
            const struct custom_field *f = &l->sets[s].fields[i];
            const char *code = field_code(rq, f);
            const bool is_chosen = strcmp(code, l->chosen) == 0;

            if (!f->is_retired || is_chosen)
                json_array_append_new(options, json_pack("{s:s,s:s,s:b}", "value", code, "text",
                                                         label_of(rq, f), "is_chosen", is_chosen));
        }
        if (json_array_size(options) > 0)
            json_array_append_new(groups,
                                  json_pack("{s:s,s:O}", "label", req_text(rq, SUBJECTS[s].label),
                                            "options", options));
        json_decref(options);
    }
    json_object_set_new(page, "filter",
                        json_array_size(groups) == 0
                            ? json_null()
                            : json_pack("{s:O,s:s,s:b}", "groups", groups, "value", l->value,
                                        "is_fault", l->is_fault));
    json_decref(groups);
}

/* In a row of the list stand the fields that say so. */
static bool is_column(const struct custom_field *f)
{
    return f->is_listed && !f->is_retired && f->kind != FIELD_LINES;
}

static const char *cell_text(struct req *rq, const struct custom_field *f, const char *value)
{
    return value != NULL && f->kind == FIELD_DATE
               ? format_date_text(rq->cx.mem, &rq->format, value)
               : custom_field_words_value(rq->cx.mem, rq->lang, f, value);
}

static bool add_rows(struct req *rq, const struct list *l, const struct organisation *list,
                     size_t count, json_t *page)
{
    const struct field_set *set = &l->sets[0];
    struct id *ids = arena_array(rq->cx.mem, struct id, count + 1);
    json_t *heads = json_array(), *rows = json_array();
    const char **values;

    json_object_set_new(page, "heads", heads);
    json_object_set_new(page, "organisations", rows);
    for (size_t i = 0; i < count; i++)
        ids[i] = list[i].id;
    if (!custom_value_read_many(&rq->cx, set, ids, count, &values))
        return false;
    for (size_t f = 0; f < set->count; f++)
        if (is_column(&set->fields[f]))
            json_array_append_new(heads,
                                  json_pack("{s:s,s:b}", "label", label_of(rq, &set->fields[f]),
                                            "is_number", set->fields[f].kind == FIELD_NUMBER));
    for (size_t i = 0; i < count; i++) {
        json_t *row = organisation_page_json(rq, &list[i]), *own = json_array();

        for (size_t f = 0; f < set->count; f++)
            if (is_column(&set->fields[f]))
                json_array_append_new(
                    own, json_pack("{s:s,s:s,s:b}", "label", label_of(rq, &set->fields[f]), "text",
                                   cell_text(rq, &set->fields[f], values[i * set->count + f]),
                                   "is_number", set->fields[f].kind == FIELD_NUMBER));
        json_object_set_new(row, "own", own);
        json_array_append_new(rows, row);
    }
    return true;
}

bool organisation_list_page_show(struct req *rq)
{
    struct ctx *cx = &rq->cx;
    json_t *page = json_own(cx->mem, json_object());
    struct organisation *list = NULL;
    size_t count = 0;
    int64_t waiting;
    bool has_more = false;
    struct list l;

    if (!list_read(rq, &l) ||
        (!l.is_fault && !organisation_list(cx, &l.filter, &list, &count, &has_more)) ||
        !profile_proposal_waiting(cx, &waiting) || !add_waiting(rq, page) ||
        !add_rows(rq, &l, list, count, page))
        return false;
    add_filter(rq, &l, page);
    json_object_set_new(page, "query", json_string(l.filter.search ? l.filter.search : ""));
    json_object_set_new(page, "is_searched",
                        json_boolean((l.filter.search && *l.filter.search) || *l.chosen != '\0'));
    json_object_set_new(page, "is_empty", json_boolean(count == 0));
    json_object_set_new(page, "proposals", waiting > 0 ? json_integer(waiting) : json_null());
    json_object_set_new(page, "pager", pager_json(rq, &l, has_more ? &list[count - 1] : NULL));
    json_object_set_new(page, "csv_href", json_string(list_href(rq, "/desk/customers.csv", &l)));
    json_object_set_new(page, "people_href",
                        json_string(list_href(rq, "/desk/customers/people.csv", &l)));
    if (l.is_fault)
        rq->status = 422;
    return page_render(rq, "organisation_list", page);
}

/* --- the files --- */

static bool refuse_fault(struct req *rq, const struct list *l)
{
    if (!l->is_fault)
        return true;
    err_set_at(&rq->cx.err, &ERR_FIELD_VALUE, "value", "field %.60s", l->chosen);
    err_arg(&rq->cx.err, l->chosen);
    return false;
}

static bool too_large(struct req *rq, size_t count)
{
    return count > FILE_ROWS && !err_set(&rq->cx.err, &ERR_CUSTOMERS_FILE_LARGE, "%zu rows", count);
}

/* Values of all fields in use, behind the columns that each row has anyway. */
static size_t add_own(struct req *rq, const struct field_set *set, const char *const *values,
                      const char **cells)
{
    size_t n = 0;

    for (size_t f = 0; f < set->count; f++)
        if (!set->fields[f].is_retired)
            cells[n++] = values == NULL ? label_of(rq, &set->fields[f])
                                        : custom_field_words_value(rq->cx.mem, rq->lang,
                                                                   &set->fields[f], values[f]);
    return n;
}

bool organisation_list_page_download(struct req *rq)
{
    static const char *const HEADS[] = {T("Customer code"), T("Name"),    T("State"),
                                        T("Kind"),          T("City"),    T("Looked after by"),
                                        T("Importance"),    T("Address"), T("Country"),
                                        T("Telephone"),     T("E-mail")};
    const char *cells[COUNT(HEADS) + FIELD_MAX];
    struct organisation *list;
    const char **values;
    size_t count, n;
    bool has_more;
    struct id *ids;
    struct list l;

    if (!list_read(rq, &l) || !refuse_fault(rq, &l))
        return false;
    l.filter.limit = FILE_ROWS + 1;
    if (!organisation_list(&rq->cx, &l.filter, &list, &count, &has_more) || too_large(rq, count))
        return false;
    ids = arena_array(rq->cx.mem, struct id, count + 1);
    for (size_t i = 0; i < count; i++)
        ids[i] = list[i].id;
    if (!custom_value_read_many(&rq->cx, &l.sets[0], ids, count, &values))
        return false;
    memcpy(cells, HEADS, sizeof HEADS);
    n = COUNT(HEADS) + add_own(rq, &l.sets[0], NULL, cells + COUNT(HEADS));
    trail_csv_start(rq, "customers", cells, n);
    for (size_t i = 0; i < count; i++) {
        const struct organisation *o = &list[i];
        const char *const usual[] = {o->code,
                                     o->name,
                                     organisation_page_status(rq, o->status),
                                     o->category,
                                     o->city,
                                     o->owner_name,
                                     arena_printf(rq->cx.mem, "%lld", (long long)o->importance),
                                     o->address,
                                     o->country,
                                     o->phone,
                                     o->email};

        _Static_assert(COUNT(usual) == COUNT(HEADS), "a title for each column");
        memcpy(cells, usual, sizeof usual);
        (void)add_own(rq, &l.sets[0], values + i * l.sets[0].count, cells + COUNT(usual));
        trail_csv_line(rq, cells, n);
    }
    return true;
}

bool organisation_list_page_people(struct req *rq)
{
    static const char *const HEADS[] = {T("Customer code"), T("Customer"),  T("Full name"),
                                        T("E-mail"),        T("Telephone"), T("Position")};
    const char *cells[COUNT(HEADS) + FIELD_MAX];
    struct organisation_person *list;
    const char **values;
    size_t count, n;
    struct id *ids;
    struct list l;

    if (!list_read(rq, &l) || !refuse_fault(rq, &l) ||
        !organisation_people(&rq->cx, &l.filter, FILE_ROWS + 1, &list, &count) ||
        too_large(rq, count))
        return false;
    ids = arena_array(rq->cx.mem, struct id, count + 1);
    for (size_t i = 0; i < count; i++)
        ids[i] = list[i].person_id;
    if (!custom_value_read_many(&rq->cx, &l.sets[1], ids, count, &values))
        return false;
    memcpy(cells, HEADS, sizeof HEADS);
    n = COUNT(HEADS) + add_own(rq, &l.sets[1], NULL, cells + COUNT(HEADS));
    trail_csv_start(rq, "people", cells, n);
    for (size_t i = 0; i < count; i++) {
        const struct organisation_person *p = &list[i];
        const char *const usual[] = {
            p->organisation_code, p->organisation_name, p->full_name, p->email, p->phone,
            p->position};

        _Static_assert(COUNT(usual) == COUNT(HEADS), "a title for each column");
        memcpy(cells, usual, sizeof usual);
        (void)add_own(rq, &l.sets[1], values + i * l.sets[1].count, cells + COUNT(usual));
        trail_csv_line(rq, cells, n);
    }
    return true;
}
