#include "portal/pages/queue_column.h"

#include "portal/field/custom_field_words.h"
#include "portal/http/reply.h"
#include "portal/pages/trail.h"

#include <string.h>

enum { FILE_ROWS = 10000, FILE_STEP = 200 };

const struct err_kind ERR_QUEUE_FILE_LARGE = {
    ERR_CLASS_INVALID, "FILE_LARGE",
    "More than 10,000 tickets are in this list. Narrow the view down, then take the file."};

/* A file of a queue, and of a view without columns of its own, has these. */
static const char USUAL[] =
    "number,subject,status,level,topic,organisation,reporter,engineer,team,"
    "due,created,updated";

static bool read_columns(struct req *rq, const char *kept, const struct ticket_page_of *page,
                         struct queue_columns *out)
{
    struct ctx *cx = &rq->cx;

    out->page = page;
    if (!ticket_column_read(cx, kept, &out->columns))
        return false;
    return out->columns.count == 0 ||
           (ticket_context_words(rq, true, &out->words) &&
            ticket_column_load(cx, &out->columns, page->rows, page->count, &out->values));
}

bool queue_column_read(struct req *rq, const struct saved_view *view,
                       const struct ticket_page_of *page, struct queue_columns *out)
{
    *out = (struct queue_columns){.page = page};
    return view == NULL || read_columns(rq, view->columns, page, out);
}

static const struct custom_field *field_of(const struct queue_columns *q, size_t at)
{
    return q->columns.list[at].what == TICKET_COLUMN_OWN
               ? &q->columns.set.fields[q->columns.list[at].field]
               : NULL;
}

static const char *label_of(struct req *rq, enum ticket_column what,
                            const struct custom_field *field)
{
    return field != NULL ? custom_field_words_label(rq->lang, field->label, field->label_zh)
                         : req_text(rq, ticket_column_label(what));
}

static int64_t time_of(const struct ticket *t, enum ticket_column what)
{
    const int64_t times[TICKET_COLUMN_KINDS] = {
        [TICKET_COLUMN_DUE] = t->due_at,
        [TICKET_COLUMN_CREATED] = t->created_at,
        [TICKET_COLUMN_UPDATED] = t->updated_at,
        [TICKET_COLUMN_RESOLVED] = t->resolved_at,
    };

    return times[what];
}

/* A cell in words, "" where there is nothing; moments as files have them. */
static const char *cell_text(struct req *rq, const struct queue_columns *q, size_t row, size_t at)
{
    const struct ticket *t = q->page->rows[row];

    switch (q->columns.list[at].what) {
    case TICKET_COLUMN_NUMBER:
        return t->number;
    case TICKET_COLUMN_SUBJECT:
        return t->subject;
    case TICKET_COLUMN_STATUS:
        return ticket_context_status(rq, &q->words, t->status);
    case TICKET_COLUMN_LEVEL:
        return arena_printf(rq->cx.mem, "%d", t->level);
    case TICKET_COLUMN_TOPIC:
        return ticket_context_topic(rq, &q->words, t->topic);
    case TICKET_COLUMN_ORGANISATION:
        return t->organisation_name;
    case TICKET_COLUMN_REPORTER:
        return t->reporter_name;
    case TICKET_COLUMN_ENGINEER:
        return t->assignee_name;
    case TICKET_COLUMN_TEAM:
        return t->team_name;
    case TICKET_COLUMN_PRODUCT:
        return t->product_name;
    case TICKET_COLUMN_CITY:
        return t->city;
    case TICKET_COLUMN_STORE:
        return t->store;
    case TICKET_COLUMN_DUE:
    case TICKET_COLUMN_CREATED:
    case TICKET_COLUMN_UPDATED:
    case TICKET_COLUMN_RESOLVED:
        return ticket_context_minute(rq, time_of(t, q->columns.list[at].what));
    case TICKET_COLUMN_OWN:
        return custom_field_words_value(
            rq->cx.mem, rq->lang, field_of(q, at),
            q->values[row * q->columns.set.count + q->columns.list[at].field]);
    case TICKET_COLUMN_KINDS:
        break;
    }
    return "";
}

json_t *queue_column_heads(struct req *rq, const struct queue_columns *q)
{
    json_t *heads = json_array();

    for (size_t i = 0; i < q->columns.count; i++)
        json_array_append_new(
            heads,
            json_pack("{s:s}", "label", label_of(rq, q->columns.list[i].what, field_of(q, i))));
    return heads;
}

/* A deadline as a chip while it is watched, else as the moment that it is. */
static void add_due(struct req *rq, const struct ticket *t, json_t *cell)
{
    json_t *due = ticket_context_due(rq, t);

    if (json_is_object(json_object_get(due, "chip")))
        json_object_set(cell, "deadline", json_object_get(due, "chip"));
    else if (json_is_object(due))
        json_object_set(cell, "time", json_object_get(due, "time"));
    json_decref(due);
}

static json_t *cell_json(struct req *rq, const struct queue_columns *q, size_t row, size_t at)
{
    const struct ticket *t = q->page->rows[row];
    const enum ticket_column what = q->columns.list[at].what;
    const char *text = cell_text(rq, q, row, at);
    json_t *cell =
        json_pack("{s:s,s:b,s:n,s:n,s:n,s:n,s:n}", "label", label_of(rq, what, field_of(q, at)),
                  "is_first", at == 0, "text", "time", "level", "chip", "deadline");

    if (at > 0 && what == TICKET_COLUMN_DUE)
        add_due(rq, t, cell);
    else if (at > 0 && time_of(t, what) != 0)
        json_object_set_new(cell, "time", page_time(rq, time_of(t, what)));
    else if (at > 0 && what == TICKET_COLUMN_LEVEL)
        json_object_set_new(cell, "level", json_integer(t->level));
    else if (at > 0 && what == TICKET_COLUMN_STATUS)
        json_object_set_new(cell, "chip", ticket_context_chip(rq, &q->words, t));
    else if (*text != '\0')
        json_object_set_new(cell, "text", json_string(text));
    else if (at == 0) /* the row's link needs a word */
        json_object_set_new(cell, "text", json_string(t->number));
    return cell;
}

json_t *queue_column_cells(struct req *rq, const struct queue_columns *q, size_t row)
{
    json_t *cells = json_array();

    for (size_t i = 0; i < q->columns.count; i++)
        json_array_append_new(cells, cell_json(rq, q, row, i));
    return cells;
}

const char *queue_column_line(struct req *rq, const struct queue_columns *q, size_t row)
{
    struct str s = str_new(rq->cx.mem);

    for (size_t i = 0; i < q->columns.count; i++) {
        const enum ticket_column what = q->columns.list[i].what;
        const char *text = cell_text(rq, q, row, i);

        if (*text != '\0' && what != TICKET_COLUMN_NUMBER && what != TICKET_COLUMN_SUBJECT &&
            what != TICKET_COLUMN_LEVEL && what != TICKET_COLUMN_DUE)
            str_fmt(&s, "%s%s", s.len > 0 ? " · " : "", text);
    }
    return s.p;
}

/* --- the form --- */

static void add_option(json_t *options, const char *value, const char *text, const char *chosen)
{
    json_array_append_new(options, json_pack("{s:s,s:s,s:b}", "value", value, "text", text,
                                             "is_chosen", strcmp(value, chosen) == 0));
}

static json_t *options_json(struct req *rq, const struct field_set *set, const char *chosen)
{
    struct arena *mem = rq->cx.mem;
    json_t *options = json_array();

    for (int i = 0; i < TICKET_COLUMN_OWN; i++)
        add_option(options, ticket_column_code(mem, (enum ticket_column)i, NULL),
                   label_of(rq, (enum ticket_column)i, NULL), chosen);
    for (size_t i = 0; i < set->count; i++)
        if (ticket_column_fits(&set->fields[i]))
            add_option(options, ticket_column_code(mem, TICKET_COLUMN_OWN, &set->fields[i]),
                       label_of(rq, TICKET_COLUMN_OWN, &set->fields[i]), chosen);
    return options;
}

bool queue_column_offer(struct req *rq, const char *chosen, json_t *page)
{
    struct field_set set;
    json_t *places = json_array();
    bool has_columns = false;

    json_object_set_new(page, "columns", places);
    if (!custom_field_set(&rq->cx, FIELD_TICKET, &set))
        return false;
    for (int i = 0; i < TICKET_COLUMNS_MAX; i++) {
        const size_t length = strcspn(chosen, "\n");
        const char *code = arena_dup_bytes(rq->cx.mem, chosen, length);

        has_columns = has_columns || length > 0;
        json_array_append_new(places, json_pack("{s:s,s:o}", "label",
                                                lang_fill1(rq->cx.mem, rq->lang, T("Column {}"),
                                                           arena_printf(rq->cx.mem, "%d", i + 1)),
                                                "options", options_json(rq, &set, code)));
        chosen += length;
        chosen += *chosen == '\n';
    }
    json_object_set_new(page, "has_columns", json_boolean(has_columns));
    return true;
}

bool queue_column_chosen(struct req *rq, const struct saved_view *view, const char **chosen)
{
    struct ticket_columns columns;
    struct str s = str_new(rq->cx.mem);

    if (!ticket_column_read(&rq->cx, view->columns, &columns))
        return false;
    for (size_t i = 0; i < columns.count; i++)
        str_fmt(&s, "%s\n",
                ticket_column_code(rq->cx.mem, columns.list[i].what,
                                   columns.list[i].what == TICKET_COLUMN_OWN
                                       ? &columns.set.fields[columns.list[i].field]
                                       : NULL));
    *chosen = s.p;
    return true;
}

/* --- the file --- */

struct file_source { /* a queue of the desk's, or a saved view */
    enum ticket_view view;
    const struct saved_view *saved;
    struct ticket_query *query;
};

static bool source_read(struct req *rq, struct file_source *out)
{
    const char *code = req_query(rq, "view");
    struct saved_view *saved;
    struct id id;

    *out = (struct file_source){.view = TICKET_VIEW_OPEN};
    if (code == NULL || ticket_view_parse(code, &out->view))
        return true;
    if (!id_parse(code, &id))
        return err_set_at(&rq->cx.err, &ERR_INVALID, "view", "no such view");
    if (!saved_view_get(&rq->cx, id, &saved))
        return false;
    out->saved = saved;
    return saved_view_query(&rq->cx, saved->query, &out->query);
}

static bool next_page(struct req *rq, const struct file_source *source, const char *after,
                      struct ticket_page_of *out)
{
    return source->saved != NULL ? ticket_list_query(&rq->cx, source->query, source->saved->sort,
                                                     after, FILE_STEP, out)
                                 : ticket_list_view(&rq->cx, source->view, after, FILE_STEP, out);
}

static void write_rows(struct req *rq, const struct queue_columns *q)
{
    const char *cells[TICKET_COLUMNS_MAX];

    for (size_t row = 0; row < q->page->count; row++) {
        for (size_t i = 0; i < q->columns.count; i++)
            cells[i] = cell_text(rq, q, row, i);
        trail_csv_line(rq, cells, q->columns.count);
    }
}

bool queue_column_download(struct req *rq)
{
    struct file_source source;
    struct ticket_page_of page;
    struct queue_columns q = {.page = NULL};
    const char *after = NULL, *heads[TICKET_COLUMNS_MAX];
    size_t rows = 0;

    if (!source_read(rq, &source))
        return false;
    do {
        const bool has_own = source.saved != NULL && *source.saved->columns != '\0';

        if (!next_page(rq, &source, after, &page) ||
            !read_columns(rq, has_own ? source.saved->columns : USUAL, &page, &q) ||
            (q.columns.count == 0 && !read_columns(rq, USUAL, &page, &q)))
            return false;
        if (after == NULL) {
            for (size_t i = 0; i < q.columns.count; i++)
                heads[i] = label_of(rq, q.columns.list[i].what, field_of(&q, i));
            trail_csv_start(rq, "tickets", heads, q.columns.count);
        }
        write_rows(rq, &q);
        rows += page.count;
        after = page.next;
        if (after != NULL && rows >= FILE_ROWS)
            return err_set(&rq->cx.err, &ERR_QUEUE_FILE_LARGE, "%zu rows", rows);
    } while (after != NULL);
    return true;
}
