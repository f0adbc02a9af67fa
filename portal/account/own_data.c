#include "portal/account/own_data.h"

#include "base/clock.h"
#include "portal/account/person_address.h"
#include "portal/account/trace.h"
#include "portal/field/custom_value.h"

#include <string.h>

/* Texts of no use to anybody but who would do harm with them. */
static const char *const SECRETS[] = {"password_hash", "flash", "request_key", "home_key",
                                      "key_text"};

/* What a table has, as the schema says: columns that come later are in the download by themselves.
 * Bytes are digests and sealed values. */
static const char SQL_OWN_COLUMNS[] =
    "SELECT column_name, data_type FROM information_schema.columns "
    "WHERE table_schema = DATABASE() AND table_name = ? AND column_name <> 'tenant_id' "
    "AND data_type NOT IN ('binary', 'varbinary', 'blob', 'mediumblob', 'longblob') "
    "ORDER BY ordinal_position";

struct columns {
    const char **names;
    size_t count;
};

static bool is_secret(const char *name)
{
    for (size_t i = 0; i < COUNT(SECRETS); i++)
        if (strcmp(name, SECRETS[i]) == 0)
            return true;
    return false;
}

/* Where colleagues and staff were when they did something about him is theirs. */
static bool is_of_others(const char *table, const char *column, const char *name)
{
    return strcmp(table, "event") == 0 && strcmp(column, "subject_id") == 0 &&
           strcmp(name, "address") == 0;
}

/* What the vendor's staff and programs wrote down about licences, machines and people. */
static bool is_of_staff(const char *table, const char *name)
{
    static const char *const TABLES[] = {"licence", "machine", "person"};

    for (size_t i = 0; i < COUNT(TABLES); i++)
        if (strcmp(TABLES[i], table) == 0)
            return strcmp(name, "note") == 0 || strcmp(name, "metadata") == 0;
    return false;
}

static bool is_mark(const char *type)
{
    return strcmp(type, "uuid") == 0 || strcmp(type, "datetime") == 0 || strcmp(type, "date") == 0;
}

static bool columns_of(struct ctx *cx, const char *table, const char *column, enum trace_show show,
                       struct columns *out)
{
    struct db_rows rows;

    if (!db_query(cx, &rows, SQL_OWN_COLUMNS, DB_TEXT(table)))
        return false;
    out->names = arena_array(cx->mem, const char *, rows.count ? rows.count : 1);
    out->count = 0;
    while (db_next(&rows)) {
        const char *name = db_text(&rows.row, 0);

        if (!is_secret(name) && !is_of_others(table, column, name) && !is_of_staff(table, name) &&
            (show == TRACE_WHOLE || is_mark(db_text(&rows.row, 1))))
            out->names[out->count++] = name;
    }
    return true;
}

/* --- links that open something by themselves --- */

/* What stands before the token in a link of ours; tests/portal/account/erasure_test.c holds the
 * list against the routes. */
static const char *const LINKS[] = {"/welcome/",  "/unlock/", "/login/link/",
                                    "/verify/",   "/signup/", "/account/addresses/confirm/",
                                    "/survey/",   "/follow/", "/approval/",
                                    "/mail/stop/"};
enum { TOKEN_LETTERS_MIN = 16 };

static size_t link_at(const char *at)
{
    for (size_t i = 0; i < COUNT(LINKS); i++)
        if (strncmp(at, LINKS[i], strlen(LINKS[i])) == 0)
            return strlen(LINKS[i]);
    return 0;
}

/* A copy in a drawer must not sign anybody in: tokens become dots. */
static const char *without_tokens(struct arena *mem, const char *text)
{
    struct str s = str_new(mem);

    if (strchr(text, '/') == NULL)
        return text;
    while (*text != '\0') {
        const size_t link = *text == '/' ? link_at(text) : 0;
        const size_t token = strspn(
            text + link, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~=");

        if (link == 0 || token < TOKEN_LETTERS_MIN) {
            str_char(&s, *text++);
            continue;
        }
        str_add_n(&s, text, link);
        str_add(&s, "...");
        text += link + token;
    }
    return s.p;
}

/* What a rule noted for the staff when he did something bears his name, and is not his. */
static const char *only_his(const char *table)
{
    return strcmp(table, "message") == 0 ? " AND (is_public = TRUE OR author = 'staff')" : "";
}

/* What he did to a ticket or an order may say before and after of what he does not see there. */
static const char *value_of(struct arena *mem, const char *table, const char *column,
                            const char *name)
{
    const bool is_deed = strcmp(table, "event") == 0 && strcmp(column, "actor_id") == 0;

    return is_deed && strcmp(name, "data") == 0
               ? "IF(subject_id = actor_id, CAST(`data` AS CHAR), NULL)"
               : arena_printf(mem, "CAST(`%s` AS CHAR)", name);
}

/* Names of tables and columns are trace.c's and the schema's own; values are bound. */
static const char *select_of(struct ctx *cx, const char *table, const char *column,
                             const struct columns *columns)
{
    struct str sql = str_new(cx->mem);

    str_add(&sql, "SELECT ");
    for (size_t i = 0; i < columns->count; i++)
        str_fmt(&sql, "%s%s", i > 0 ? ", " : "",
                value_of(cx->mem, table, column, columns->names[i]));
    str_fmt(&sql, " FROM `%s` WHERE tenant_id = ? AND `%s` = ?%s LIMIT ?", table, column,
            only_his(table));
    return sql.p;
}

static bool add_rows(struct ctx *cx, const char *table, const char *column, enum trace_show show,
                     struct db_arg value, json_t *rows_by_name)
{
    const char *name = arena_printf(cx->mem, "%s.%s", table, column);
    json_t *list = json_object_get(rows_by_name, name);
    struct columns columns;
    struct db_rows rows;

    if (!columns_of(cx, table, column, show, &columns) ||
        !db_query(cx, &rows, select_of(cx, table, column, &columns), DB_ID(cx->tenant_id), value,
                  DB_INT(OWN_DATA_ROWS_MAX)))
        return false;
    if (list == NULL && rows.count > 0) {
        list = json_array();
        json_object_set_new(rows_by_name, name, list);
    }
    while (db_next(&rows)) {
        json_t *row = json_object();

        for (unsigned i = 0; i < columns.count; i++)
            json_object_set_new(row, columns.names[i],
                                db_is_null(&rows.row, i)
                                    ? json_null()
                                    : json_string(without_tokens(cx->mem, db_text(&rows.row, i))));
        json_array_append_new(list, row);
    }
    return true;
}

static bool add_by_address(struct ctx *cx, struct id person_id, json_t *rows)
{
    struct person_address *list;
    size_t count;

    if (!person_address_list(cx, person_id, &list, &count))
        return false;
    for (size_t i = 0; i < count; i++)
        for (size_t t = 0;
             list[i].is_main || list[i].is_confirmed ? t < TRACE_BY_ADDRESS_COUNT : false; t++)
            if (!add_rows(cx, TRACE_BY_ADDRESS[t].table, TRACE_BY_ADDRESS[t].column, TRACE_WHOLE,
                          DB_TEXT(list[i].email), rows))
                return false;
    return true;
}

/* What he sent, and what he was sent in answer. */
static const char SQL_OWN_FILES[] =
    "SELECT a.id, a.name, a.type, a.bytes, a.hash FROM attachment a JOIN message m "
    "ON m.tenant_id = a.tenant_id AND m.id = a.message_id WHERE a.tenant_id = ? "
    "AND m.author_id = ? AND (m.is_public = TRUE OR m.author = 'staff') UNION "
    "SELECT a.id, a.name, a.type, a.bytes, a.hash FROM ticket t JOIN attachment a "
    "ON a.tenant_id = t.tenant_id AND a.ticket_id = t.id JOIN message m "
    "ON m.tenant_id = a.tenant_id AND m.id = a.message_id WHERE t.tenant_id = ? "
    "AND t.person_id = ? AND t.deleted_at IS NULL AND m.is_public = TRUE ORDER BY id LIMIT ?";

static bool add_files(struct ctx *cx, struct id person_id, json_t *files)
{
    const struct db_arg tenant = DB_ID(cx->tenant_id), person = DB_ID(person_id);
    struct db_rows rows;

    if (!db_query(cx, &rows, SQL_OWN_FILES, tenant, person, tenant, person,
                  DB_INT(OWN_DATA_ROWS_MAX)))
        return false;
    while (db_next(&rows))
        json_array_append_new(
            files,
            json_pack("{s:s,s:s,s:s,s:s,s:I,s:s}", "id", id_text(cx->mem, db_id(&rows.row, 0)),
                      "path",
                      arena_printf(cx->mem, "/files/%s", id_text(cx->mem, db_id(&rows.row, 0))),
                      "name", db_text(&rows.row, 1), "type", db_text(&rows.row, 2), "bytes",
                      (json_int_t)db_i64(&rows.row, 3), "sha256", db_text(&rows.row, 4)));
    return true;
}

bool own_data(struct ctx *cx, struct id person_id, json_t **out)
{
    json_t *rows = json_object();
    json_t *files = json_array();
    json_t *all = json_own(cx->mem, json_pack("{s:o,s:o}", "rows", rows, "files", files));
    char at[CLOCK_ISO_SIZE];
    struct person *p;
    json_t *fields;

    if (cx->viewer.kind != VIEWER_SYSTEM && !id_equal(cx->viewer.person_id, person_id))
        return err_set(&cx->err, &ERR_DENIED, "somebody else's data");
    if (!person_get(cx, person_id, &p))
        return false;
    for (size_t i = 0; i < TRACE_OF_PERSON_COUNT; i++) {
        const struct trace *t = &TRACE_OF_PERSON[i];

        if (!add_rows(cx, t->table, t->column, t->show, DB_ID(person_id), rows))
            return false;
    }
    if (!add_by_address(cx, person_id, rows) || !add_files(cx, person_id, files))
        return false;
    if (!custom_value_all(cx, person_id, &fields))
        return false;
    json_object_set(all, "fields", fields);
    clock_iso(cx->now, at);
    json_object_set_new(all, "person",
                        json_pack("{s:s,s:s,s:s}", "id", id_text(cx->mem, person_id), "name",
                                  p->full_name, "email", p->email));
    json_object_set_new(all, "made_at", json_string(at));
    *out = all;
    return true;
}
