#include "portal/desk/macro.h"

#include "base/utf8.h"
#include "portal/desk/filing.h"
#include "portal/desk/ticket_gap.h"
#include "portal/desk/ticket_status.h"

#include <string.h>

const struct err_kind ERR_MACRO_VARIABLE = {ERR_CLASS_INVALID, "MACRO_VARIABLE",
                                            "There is no variable {}."};
const struct err_kind ERR_MACRO_EMPTY = {ERR_CLASS_INVALID, "MACRO_EMPTY",
                                         "Give it a text, or something to set."};
const struct err_kind ERR_MACRO_MANY = {
    ERR_CLASS_CONFLICT, "MACRO_MANY", "You have as many macros as there may be. Remove one first."};

enum { LANGUAGE_MAX = 8, VARIABLE_MAX = 32 };

#define MACRO_SELECT                                                                             \
    "SELECT v.id, v.name, v.language, v.body, v.is_note, v.status, v.level, v.takes_it, v.tag, " \
    "v.scope, v.owner_id, v.team_id, o.full_name, m.name FROM macro v "                          \
    "JOIN person o ON o.tenant_id = v.tenant_id AND o.id = v.owner_id "                          \
    "LEFT JOIN team m ON m.tenant_id = v.tenant_id AND m.id = v.team_id "                        \
    "WHERE v.tenant_id = ? AND (v.owner_id = ? OR v.scope = 'all' OR (v.scope = 'team' AND "     \
    "v.team_id = (SELECT s.team_id FROM staff_member s WHERE s.tenant_id = v.tenant_id AND "     \
    "s.person_id = ?)))"
static const char SQL_MACRO_LIST[] = MACRO_SELECT " ORDER BY v.name, v.language, v.id LIMIT ?";
static const char SQL_MACRO_GET[] = MACRO_SELECT " AND v.id = ?";
static const char SQL_MACRO_OWNED[] =
    "SELECT COUNT(*) FROM macro WHERE tenant_id = ? AND owner_id = ?";
static const char SQL_MACRO_ADD[] =
    "INSERT INTO macro (tenant_id, id, name, language, body, is_note, status, level, takes_it, "
    "tag, scope, owner_id, team_id, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
static const char SQL_MACRO_CHANGE[] =
    "UPDATE macro SET name = ?, language = ?, body = ?, is_note = ?, status = ?, level = ?, "
    "takes_it = ?, tag = ?, scope = ?, team_id = ? WHERE tenant_id = ? AND id = ?";
static const char SQL_MACRO_REMOVE[] = "DELETE FROM macro WHERE tenant_id = ? AND id = ?";
static const char SQL_MACRO_AGENT[] = "SELECT full_name FROM person WHERE tenant_id = ? AND id = ?";

static bool may_look(struct ctx *cx)
{
    if (cx->viewer.kind != VIEWER_STAFF || !viewer_has(&cx->viewer, RIGHT_DESK_READ))
        return err_set(&cx->err, &ERR_DENIED, "macros are for the desk's people");
    return true;
}

static struct macro row_read(struct ctx *cx, const struct db_row *row)
{
    struct macro m = {
        .id = db_id(row, 0),
        .name = db_text(row, 1),
        .language = db_text(row, 2),
        .body = db_text(row, 3),
        .is_note = db_bool(row, 4),
        .status = db_text(row, 5),
        .level = db_i64(row, 6),
        .takes_it = db_bool(row, 7),
        .tag = db_text(row, 8),
        .owner_id = db_id(row, 10),
        .team_id = db_id(row, 11),
        .owner_name = db_text(row, 12),
        .team_name = db_text(row, 13),
    };

    if (!saved_view_scope_parse(db_text(row, 9), &m.scope))
        m.scope = SAVED_VIEW_OWN;
    m.may_change = id_equal(m.owner_id, cx->viewer.person_id) ||
                   viewer_has(&cx->viewer, RIGHT_SETTINGS_UPDATE);
    return m;
}

bool macro_list(struct ctx *cx, struct macro **out, size_t *count)
{
    const struct id me = cx->viewer.person_id;
    struct db_rows rows;

    if (!may_look(cx) || !db_query(cx, &rows, SQL_MACRO_LIST, DB_ID(cx->tenant_id), DB_ID(me),
                                   DB_ID(me), DB_INT(MACRO_MAX)))
        return false;
    *out = arena_array(cx->mem, struct macro, rows.count + 1);
    for (*count = 0; db_next(&rows); (*count)++)
        (*out)[*count] = row_read(cx, &rows.row);
    return true;
}

bool macro_get(struct ctx *cx, struct id id, struct macro **out)
{
    const struct id me = cx->viewer.person_id;
    struct db_rows rows;

    if (!may_look(cx) ||
        !db_query(cx, &rows, SQL_MACRO_GET, DB_ID(cx->tenant_id), DB_ID(me), DB_ID(me), DB_ID(id)))
        return false;
    if (!db_next(&rows))
        return err_set(&cx->err, &ERR_NOT_FOUND, "no macro %s", id_text(cx->mem, id));
    *out = arena_new(cx->mem, struct macro);
    **out = row_read(cx, &rows.row);
    return true;
}

/* --- variables --- */

struct values { /* what variables can stand for */
    const struct ticket *t;
    const char *agent, *serial;
};

static const char *value_of(const struct values *v, const char *name)
{
    const struct ticket *t = v->t;
    const struct {
        const char *name, *value;
    } known[] = {
        {"reporter", t->reporter_name[0] != '\0' ? t->reporter_name : t->person_name},
        {"organisation", t->organisation_name},
        {"number", t->number},
        {"subject", t->subject},
        {"product", t->product_name},
        {"version", t->product_version},
        {"city", t->city},
        {"store", t->store},
        {"serial", v->serial},
        {"agent", v->agent},
    };

    for (size_t i = 0; i < COUNT(known); i++)
        if (strcmp(known[i].name, name) == 0)
            return known[i].value;
    return NULL;
}

/* "{name}" at p: its length with the braces, 0 for braces that are only text. */
static size_t variable_at(struct ctx *cx, const char *p, const char **name)
{
    size_t len = 1;

    while (p[len] >= 'a' && p[len] <= 'z' && len <= VARIABLE_MAX)
        len++;
    if (len == 1 || p[len] != '}')
        return 0;
    *name = arena_dup_bytes(cx->mem, p + 1, len - 1);
    return len + 1;
}

static const char *fill(struct ctx *cx, const char *body, const struct values *v)
{
    struct str s = str_new(cx->mem);
    const char *name;

    while (*body != '\0') {
        const size_t len = *body == '{' ? variable_at(cx, body, &name) : 0;
        const char *value;

        if (len == 0) {
            str_char(&s, *body++);
            continue;
        }
        value = value_of(v, name);
        if (value != NULL && value[0] != '\0')
            str_add(&s, value);
        else
            str_fmt(&s, TICKET_GAP_OPEN "%s" TICKET_GAP_CLOSE, name);
        body += len;
    }
    return s.p;
}

bool macro_fill(struct ctx *cx, const struct macro *m, const struct ticket *t, const char **out)
{
    struct filing_licence *licence;
    struct db_rows rows;
    struct values v = {.t = t, .agent = "", .serial = ""};

    if (!filing_licence_of(cx, t, &licence) ||
        !db_query(cx, &rows, SQL_MACRO_AGENT, DB_ID(cx->tenant_id), DB_ID(cx->viewer.person_id)))
        return false;
    if (licence != NULL)
        v.serial = licence->serial;
    if (db_next(&rows))
        v.agent = db_text(&rows.row, 0);
    *out = fill(cx, m->body, &v);
    return true;
}

/* --- writing --- */

static bool check_variables(struct ctx *cx, const char *body)
{
    static const struct ticket EMPTY = {.number = "",
                                        .subject = "",
                                        .organisation_name = "",
                                        .person_name = "",
                                        .reporter_name = "",
                                        .product_name = "",
                                        .product_version = "",
                                        .city = "",
                                        .store = ""};
    const struct values v = {.t = &EMPTY, .agent = "", .serial = ""};
    const char *name;

    for (const char *p = strchr(body, '{'); p != NULL; p = strchr(p + 1, '{'))
        if (variable_at(cx, p, &name) > 0 && value_of(&v, name) == NULL) {
            err_set_at(&cx->err, &ERR_MACRO_VARIABLE, "body", "variable %s", name);
            err_arg(&cx->err, arena_printf(cx->mem, "{%s}", name));
            return false;
        }
    return true;
}

static bool check_status(struct ctx *cx, const char *status)
{
    const struct ticket_status *found;

    if (*status == '\0')
        return true;
    if (!ticket_status_find(cx, status, &found))
        return false;
    if (found == NULL)
        return err_set_at(&cx->err, &ERR_INVALID, "status", "no state %s", status);
    return true;
}

static bool check(struct ctx *cx, struct macro *m)
{
    const size_t length = utf8_count(m->name);

    if (length == 0 || length > MACRO_NAME_MAX)
        return err_set_at(&cx->err, &ERR_INVALID, "name", "%zu characters", length);
    if (utf8_count(m->body) > MACRO_BODY_MAX)
        return err_set_at(&cx->err, &ERR_INVALID, "body", "too long");
    if (strlen(m->language) > LANGUAGE_MAX)
        return err_set_at(&cx->err, &ERR_INVALID, "language", "no code");
    if (utf8_count(m->tag) > TICKET_TAG_MAX)
        return err_set_at(&cx->err, &ERR_INVALID, "tag", "too long");
    if (m->level < 0 || m->level > TICKET_LEVEL_MAX)
        return err_set_at(&cx->err, &ERR_INVALID, "level", "level %lld", (long long)m->level);
    if (*m->body == '\0' && *m->status == '\0' && m->level == 0 && !m->takes_it && *m->tag == '\0')
        return err_set_at(&cx->err, &ERR_MACRO_EMPTY, "body", "does nothing");
    return check_variables(cx, m->body) && check_status(cx, m->status) &&
           saved_view_scope_check(cx, m->scope, &m->team_id);
}

static bool add(struct ctx *cx, struct macro *m)
{
    struct db_rows rows;

    if (!db_query(cx, &rows, SQL_MACRO_OWNED, DB_ID(cx->tenant_id), DB_ID(cx->viewer.person_id)))
        return false;
    if (db_next(&rows) && db_i64(&rows.row, 0) >= MACRO_MAX)
        return err_set(&cx->err, &ERR_MACRO_MANY, "%d macros", MACRO_MAX);
    m->id = ctx_new_id(cx);
    return db_exec(cx, NULL, SQL_MACRO_ADD, DB_ID(cx->tenant_id), DB_ID(m->id), DB_TEXT(m->name),
                   DB_TEXT(m->language), DB_TEXT(m->body), DB_BOOL(m->is_note), DB_TEXT(m->status),
                   m->level == 0 ? DB_NULL : DB_INT(m->level), DB_BOOL(m->takes_it),
                   DB_TEXT(m->tag), DB_TEXT(saved_view_scope_name(m->scope)),
                   DB_ID(cx->viewer.person_id), DB_ID_OR_NULL(m->team_id), DB_TIME(cx->now));
}

static bool own_macro(struct ctx *cx, struct id id)
{
    struct macro *is;

    if (!macro_get(cx, id, &is))
        return false;
    if (!is->may_change)
        return err_set(&cx->err, &ERR_DENIED, "macro %s is another's", id_text(cx->mem, id));
    return true;
}

bool macro_save(struct ctx *cx, struct macro *m)
{
    const bool is_new = id_is_zero(m->id);

    if (!may_look(cx) || (!is_new && !own_macro(cx, m->id)) || !check(cx, m))
        return false;
    if (is_new)
        return add(cx, m);
    return db_exec(cx, NULL, SQL_MACRO_CHANGE, DB_TEXT(m->name), DB_TEXT(m->language),
                   DB_TEXT(m->body), DB_BOOL(m->is_note), DB_TEXT(m->status),
                   m->level == 0 ? DB_NULL : DB_INT(m->level), DB_BOOL(m->takes_it),
                   DB_TEXT(m->tag), DB_TEXT(saved_view_scope_name(m->scope)),
                   DB_ID_OR_NULL(m->team_id), DB_ID(cx->tenant_id), DB_ID(m->id));
}

bool macro_remove(struct ctx *cx, struct id id)
{
    return own_macro(cx, id) &&
           db_exec(cx, NULL, SQL_MACRO_REMOVE, DB_ID(cx->tenant_id), DB_ID(id));
}

bool macro_apply(struct ctx *cx, const struct macro *m, struct id ticket_id)
{
    const struct ticket_values values = {
        .level = m->level, .has_assignee = m->takes_it, .assignee_id = cx->viewer.person_id};

    if (!db_begin(cx))
        return false;
    if (!ticket_set_values(cx, ticket_id, &values) ||
        (*m->tag != '\0' && !ticket_tag(cx, ticket_id, m->tag))) {
        db_rollback(cx);
        return false;
    }
    return db_commit(cx);
}
