#include "portal/desk/ticket_column.h"

#include "db/where.h"
#include "portal/http/lang.h"

#include <string.h>

const struct err_kind ERR_TICKET_COLUMN = {ERR_CLASS_INVALID, "COLUMN_UNKNOWN",
                                           "There is no column {} to choose."};
const struct err_kind ERR_TICKET_COLUMN_TWICE = {ERR_CLASS_INVALID, "COLUMN_TWICE",
                                                 "Each column can be chosen once."};
const struct err_kind ERR_TICKET_COLUMN_MANY = {ERR_CLASS_INVALID, "COLUMN_MANY",
                                                "A view has at most twelve columns."};

enum { IDS_AT_ONCE = 100 };

static const char OWN[] = "field.";

static const struct {
    const char *code, *label;
    bool is_more; /* not in a list's row: see SQL_TICKET_COLUMN_MORE */
} COLUMNS[] = {
    [TICKET_COLUMN_NUMBER] = {"number", T("Number"), false},
    [TICKET_COLUMN_SUBJECT] = {"subject", T("Subject"), false},
    [TICKET_COLUMN_STATUS] = {"status", T("State"), false},
    [TICKET_COLUMN_LEVEL] = {"level", T("Level"), false},
    [TICKET_COLUMN_TOPIC] = {"topic", T("Topic"), false},
    [TICKET_COLUMN_ORGANISATION] = {"organisation", T("Organisation"), false},
    [TICKET_COLUMN_REPORTER] = {"reporter", T("Reporter"), false},
    [TICKET_COLUMN_ENGINEER] = {"engineer", T("Engineer"), true},
    [TICKET_COLUMN_TEAM] = {"team", T("Team"), true},
    [TICKET_COLUMN_PRODUCT] = {"product", T("Product"), true},
    [TICKET_COLUMN_CITY] = {"city", T("City"), false},
    [TICKET_COLUMN_STORE] = {"store", T("Store"), false},
    [TICKET_COLUMN_DUE] = {"due", T("Next answer due"), false},
    [TICKET_COLUMN_CREATED] = {"created", T("Filed at"), false},
    [TICKET_COLUMN_UPDATED] = {"updated", T("Changed at"), false},
    [TICKET_COLUMN_RESOLVED] = {"resolved", T("Solved at"), true},
    [TICKET_COLUMN_OWN] = {OWN, NULL, false},
};
_Static_assert(COUNT(COLUMNS) == TICKET_COLUMN_KINDS, "define every column");

/* Queues read few columns a row; what views ask beyond is read for the page's rows alone. */
static const char SQL_TICKET_COLUMN_MORE[] =
    "SELECT STRAIGHT_JOIN t.id, a.full_name, m.name, pr.name, t.resolved_at FROM ticket t "
    "LEFT JOIN person a ON a.tenant_id = t.tenant_id AND a.id = t.assignee_id "
    "LEFT JOIN team m ON m.tenant_id = t.tenant_id AND m.id = t.team_id "
    "LEFT JOIN product pr ON pr.tenant_id = t.tenant_id AND pr.id = t.product_id "
    "WHERE t.tenant_id = ? AND t.id IN (";

const char *ticket_column_code(struct arena *mem, enum ticket_column what,
                               const struct custom_field *field)
{
    return what == TICKET_COLUMN_OWN ? arena_printf(mem, "%s%s", OWN, field->code)
                                     : COLUMNS[what].code;
}

const char *ticket_column_label(enum ticket_column what)
{
    return COLUMNS[what].label;
}

bool ticket_column_fits(const struct custom_field *field)
{
    return !field->is_retired && field->kind != FIELD_LINES;
}

/* --- what was chosen --- */

static bool find(const struct ticket_columns *in, const char *code, enum ticket_column *what,
                 size_t *field)
{
    if (strncmp(code, OWN, strlen(OWN)) == 0) {
        const struct custom_field *f = custom_field_find(&in->set, code + strlen(OWN));

        *what = TICKET_COLUMN_OWN;
        *field = f != NULL ? (size_t)(f - in->set.fields) : 0;
        return f != NULL && ticket_column_fits(f);
    }
    *field = 0;
    for (size_t i = 0; i < TICKET_COLUMN_OWN; i++)
        if (strcmp(COLUMNS[i].code, code) == 0) {
            *what = (enum ticket_column)i;
            return true;
        }
    return false;
}

static bool is_there(const struct ticket_columns *in, enum ticket_column what, size_t field)
{
    for (size_t i = 0; i < in->count; i++)
        if (in->list[i].what == what && in->list[i].field == field)
            return true;
    return false;
}

/* The next code of a text that has them between any of these; NULL at its end. */
static const char *next_code(struct arena *mem, const char **at, const char *between)
{
    const char *start = *at + strspn(*at, between);
    const size_t length = strcspn(start, between);

    *at = start + length;
    return length > 0 ? arena_dup_bytes(mem, start, length) : NULL;
}

static bool need_fields(struct ctx *cx, const char *codes, struct ticket_columns *out)
{
    *out = (struct ticket_columns){.count = 0};
    return strstr(codes, OWN) == NULL || custom_field_set(cx, FIELD_TICKET, &out->set);
}

bool ticket_column_read(struct ctx *cx, const char *kept, struct ticket_columns *out)
{
    const char *code;
    enum ticket_column what;
    size_t field;

    if (!need_fields(cx, kept, out))
        return false;
    while (out->count < TICKET_COLUMNS_MAX && (code = next_code(cx->mem, &kept, ",")) != NULL)
        if (find(out, code, &what, &field) && !is_there(out, what, field)) {
            out->list[out->count].what = what;
            out->list[out->count++].field = field;
        }
    return true;
}

static bool refuse(struct ctx *cx, const struct err_kind *kind, const char *code)
{
    err_set_at(&cx->err, kind, "columns", "column %.60s", code);
    err_arg(&cx->err, code);
    return false;
}

bool ticket_column_settle(struct ctx *cx, const char *chosen, const char **kept)
{
    struct str out = str_new(cx->mem);
    struct ticket_columns columns;
    const char *code;
    enum ticket_column what;
    size_t field;

    if (chosen == NULL)
        chosen = "";
    if (!need_fields(cx, chosen, &columns))
        return false;
    while ((code = next_code(cx->mem, &chosen, "\n")) != NULL) {
        if (!find(&columns, code, &what, &field))
            return refuse(cx, &ERR_TICKET_COLUMN, code);
        if (is_there(&columns, what, field))
            return refuse(cx, &ERR_TICKET_COLUMN_TWICE, code);
        if (columns.count == TICKET_COLUMNS_MAX)
            return refuse(cx, &ERR_TICKET_COLUMN_MANY, code);
        columns.list[columns.count].what = what;
        columns.list[columns.count++].field = field;
        str_fmt(&out, "%s%s", out.len > 0 ? "," : "", code);
    }
    *kept = out.p;
    return true;
}

/* --- what rows lack --- */

static const char *or_empty(const char *text)
{
    return text != NULL ? text : "";
}

static bool load_some(struct ctx *cx, struct ticket *const *rows, size_t count)
{
    struct where w;
    struct db_rows found;

    where_start(&w, cx, SQL_TICKET_COLUMN_MORE, (const struct db_arg[]){DB_ID(cx->tenant_id)}, 1);
    for (size_t i = 0; i < count; i++)
        where_add(&w, i == 0 ? "?" : ", ?", DB_ID(rows[i]->id));
    where_add(&w, ")", DB_NONE);
    if (!db_query_args(cx, &found, w.text.p, w.args, w.count))
        return false;
    while (db_next(&found))
        for (size_t i = 0; i < count; i++) {
            if (!id_equal(rows[i]->id, db_id(&found.row, 0)))
                continue;
            rows[i]->assignee_name = or_empty(db_text(&found.row, 1));
            rows[i]->team_name = or_empty(db_text(&found.row, 2));
            rows[i]->product_name = or_empty(db_text(&found.row, 3));
            rows[i]->resolved_at = db_time(&found.row, 4);
        }
    return true;
}

bool ticket_column_load(struct ctx *cx, const struct ticket_columns *columns,
                        struct ticket *const *rows, size_t count, const char ***values)
{
    struct id *ids = arena_array(cx->mem, struct id, count + 1);
    bool is_more = false;

    for (size_t i = 0; i < columns->count; i++)
        is_more = is_more || COLUMNS[columns->list[i].what].is_more;
    for (size_t at = 0; is_more && at < count; at += IDS_AT_ONCE)
        if (!load_some(cx, rows + at, count - at < IDS_AT_ONCE ? count - at : IDS_AT_ONCE))
            return false;
    for (size_t i = 0; i < count; i++)
        ids[i] = rows[i]->id;
    return custom_value_read_many(cx, &columns->set, ids, count, values);
}
