#include "portal/account/role.h"

#include "portal/http/lang.h"

#include <stdio.h>
#include <string.h>

enum { ALL_ACTIONS = (1 << ACTION_COUNT) - 1 };

const struct role_module ROLE_MODULES[MODULE_COUNT] = {
    [MODULE_DESK] = {"desk", T("Tickets"), ALL_ACTIONS, true},
    [MODULE_CUSTOMERS] = {"customers", T("Customers"), ALL_ACTIONS, true},
    [MODULE_LICENCES] = {"licences", T("Licences"), ALL_ACTIONS, false},
    [MODULE_SALES] = {"sales", T("Orders and invoices"), ALL_ACTIONS, true},
    [MODULE_KNOWLEDGE] = {"knowledge", T("Knowledge"), ALL_ACTIONS, false},
    [MODULE_RULES] = {"rules", T("Rules"), ALL_ACTIONS, false},
    [MODULE_REPORTS] = {"reports", T("Reports"), 1 << ACTION_READ, true},
    [MODULE_SETTINGS] = {"settings", T("Settings"), ALL_ACTIONS, false},
};
const char *const ROLE_ACTION_NAMES[ACTION_COUNT] = {
    [ACTION_READ] = "read",
    [ACTION_CREATE] = "create",
    [ACTION_UPDATE] = "update",
    [ACTION_DELETE] = "delete",
};
const char *const ROLE_ACTION_LABELS[ACTION_COUNT] = {
    [ACTION_READ] = T("See"),
    [ACTION_CREATE] = T("Add"),
    [ACTION_UPDATE] = T("Change"),
    [ACTION_DELETE] = T("Delete"),
};
const char *const ROLE_SCOPE_NAMES[SCOPE_COUNT] = {
    [SCOPE_OWN] = "own",
    [SCOPE_TEAM] = "team",
    [SCOPE_ALL] = "all",
};

#define READ_ALL(module) (RIGHT_OF(module, ACTION_READ) | RIGHT_ALL_OF(module))
#define WRITE_ALL(module) \
    (READ_ALL(module) | RIGHT_OF(module, ACTION_CREATE) | RIGHT_OF(module, ACTION_UPDATE))

const struct role_preset ROLE_PRESETS[] = {
    {T("Administrator"), RIGHT_STAFF},
    {T("Team lead"), RIGHT_DESK | RIGHT_CUSTOMERS | RIGHT_LICENCES | RIGHT_SALES | RIGHT_KNOWLEDGE |
                         RIGHT_RULES | RIGHT_REPORTS},
    {T("Agent"), RIGHT_DESK | RIGHT_CUSTOMERS | WRITE_ALL(MODULE_KNOWLEDGE)},
    {T("Field engineer"), RIGHT_DESK_READ | RIGHT_DESK_UPDATE | READ_ALL(MODULE_CUSTOMERS) |
                              READ_ALL(MODULE_LICENCES) | READ_ALL(MODULE_KNOWLEDGE)},
    {T("Sales"), RIGHT_CUSTOMERS | RIGHT_LICENCES | RIGHT_SALES},
    {T("Contract manager"), RIGHT_SALES | WRITE_ALL(MODULE_CUSTOMERS) | READ_ALL(MODULE_LICENCES) |
                                READ_ALL(MODULE_REPORTS)},
    {T("Knowledge editor"), RIGHT_KNOWLEDGE},
    {T("Manager"), RIGHT_REPORTS},
    {T("Executive"), READ_ALL(MODULE_DESK) | READ_ALL(MODULE_CUSTOMERS) |
                         READ_ALL(MODULE_LICENCES) | READ_ALL(MODULE_SALES) |
                         READ_ALL(MODULE_KNOWLEDGE) | READ_ALL(MODULE_REPORTS)},
};
const size_t ROLE_PRESET_COUNT = COUNT(ROLE_PRESETS);

const struct err_kind ERR_ROLE_UNKNOWN = {ERR_CLASS_INVALID, "ROLE_UNKNOWN",
                                          "There is no role with this name."};

/* --- rights and their names --- */

static uint64_t right_of(enum right_module module, struct span what)
{
    for (unsigned i = 0; i < ACTION_COUNT; i++)
        if (span_equal(what, ROLE_ACTION_NAMES[i]))
            return RIGHT_OF(module, i);
    if (span_equal(what, ROLE_SCOPE_NAMES[SCOPE_ALL]))
        return RIGHT_ALL_OF(module);
    return span_equal(what, ROLE_SCOPE_NAMES[SCOPE_TEAM]) ? RIGHT_TEAM_OF(module) : 0;
}

uint64_t role_rights_of(const char *names)
{
    struct span rest = span_of(names ? names : "");
    struct span head, module;
    uint64_t rights = 0;

    while (span_cut(&rest, ',', &head)) {
        bool is_whole = span_cut(&head, '.', &module) && head.p == NULL;

        for (unsigned i = 0; i < MODULE_COUNT; i++)
            if (span_equal(module, ROLE_MODULES[i].name))
                rights |= is_whole ? RIGHT_WHOLE(i) : right_of(i, head);
    }
    return role_rights_normal(rights);
}

uint64_t role_rights_normal(uint64_t rights)
{
    uint64_t normal = 0;

    for (unsigned i = 0; i < MODULE_COUNT; i++) {
        uint64_t has = 0;

        for (unsigned a = 0; a < ACTION_COUNT; a++)
            if ((ROLE_MODULES[i].actions & 1U << a) != 0)
                has |= rights & RIGHT_OF(i, a);
        if (has == 0)
            continue;
        has |= RIGHT_OF(i, ACTION_READ);
        if (!ROLE_MODULES[i].has_scope || (rights & RIGHT_ALL_OF(i)) == RIGHT_ALL_OF(i))
            has |= RIGHT_ALL_OF(i);
        else
            has |= rights & RIGHT_TEAM_OF(i);
        normal |= has;
    }
    return normal;
}

struct right_name {
    char text[32];
};

/* Their number is returned: at most four actions and a scope of each module. */
static size_t rights_list(uint64_t rights, struct right_name names[MODULE_COUNT * 5])
{
    size_t n = 0;

    for (unsigned i = 0; i < MODULE_COUNT; i++) {
        for (unsigned a = 0; a < ACTION_COUNT; a++)
            if ((rights & RIGHT_OF(i, a)) != 0)
                snprintf(names[n++].text, sizeof(names->text), "%s.%s", ROLE_MODULES[i].name,
                         ROLE_ACTION_NAMES[a]);
        if (ROLE_MODULES[i].has_scope && (rights & RIGHT_ALL_OF(i)) != 0)
            snprintf(names[n++].text, sizeof(names->text), "%s.%s", ROLE_MODULES[i].name,
                     ROLE_SCOPE_NAMES[(rights & RIGHT_ALL_OF(i)) == RIGHT_ALL_OF(i) ? SCOPE_ALL
                                                                                    : SCOPE_TEAM]);
    }
    return n;
}

json_t *role_rights_json(uint64_t rights)
{
    struct right_name names[MODULE_COUNT * 5];
    size_t count = rights_list(rights, names);
    json_t *list = json_array();

    for (size_t i = 0; i < count; i++)
        json_array_append_new(list, json_string(names[i].text));
    return list;
}

static const char SQL_ROLE_INSERT[] = "INSERT INTO role (tenant_id, id, name) VALUES (?, ?, ?)";
static const char SQL_ROLE_RIGHT_CLEAR[] =
    "DELETE FROM role_right WHERE tenant_id = ? AND role_id = ?";
static const char SQL_ROLE_RIGHT_INSERT[] =
    "INSERT INTO role_right (tenant_id, role_id, name) VALUES (?, ?, ?)";

bool role_put_rights(struct ctx *cx, struct id role_id, uint64_t rights)
{
    struct right_name names[MODULE_COUNT * 5];
    size_t count = rights_list(role_rights_normal(rights), names);

    if (!db_exec(cx, NULL, SQL_ROLE_RIGHT_CLEAR, DB_ID(cx->tenant_id), DB_ID(role_id)))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!db_exec(cx, NULL, SQL_ROLE_RIGHT_INSERT, DB_ID(cx->tenant_id), DB_ID(role_id),
                     DB_TEXT(arena_dup(cx->mem, names[i].text))))
            return false;
    return true;
}

static bool role_add(struct ctx *cx, const struct role_preset *preset)
{
    struct id id = ctx_new_id(cx);

    return db_exec(cx, NULL, SQL_ROLE_INSERT, DB_ID(cx->tenant_id), DB_ID(id),
                   DB_TEXT(preset->name)) &&
           role_put_rights(cx, id, preset->rights);
}

bool role_add_presets(struct ctx *cx)
{
    if (!db_begin(cx))
        return false;
    for (size_t i = 0; i < ROLE_PRESET_COUNT; i++) {
        if (!role_add(cx, &ROLE_PRESETS[i])) {
            db_rollback(cx);
            return false;
        }
    }
    return db_commit(cx);
}

static const char SQL_ROLE_BY_NAME[] =
    "SELECT id FROM role WHERE tenant_id = ? AND LOWER(name) = LOWER(?)";
static const char SQL_STAFF_SET[] =
    "INSERT INTO staff_member (tenant_id, person_id, role_id, team_id, title) "
    "VALUES (?, ?, ?, ?, ?) ON DUPLICATE KEY UPDATE role_id = VALUES(role_id), "
    "team_id = VALUES(team_id), title = VALUES(title)";

bool role_staff_set(struct ctx *cx, struct id person_id, const char *role_name, struct id team_id,
                    const char *title)
{
    struct db_rows rows;
    char *name = arena_dup(cx->mem, role_name);

    if (!viewer_has(&cx->viewer, RIGHT_SETTINGS_UPDATE))
        return err_set(&cx->err, &ERR_DENIED, "role_staff_set");
    for (char *c = name; *c; c++) { /* "team-lead" from a command line */
        if (*c == '-' || *c == '_')
            *c = ' ';
    }
    if (!db_query(cx, &rows, SQL_ROLE_BY_NAME, DB_ID(cx->tenant_id), DB_TEXT(name)))
        return false;
    if (!db_next(&rows))
        return err_set_at(&cx->err, &ERR_ROLE_UNKNOWN, "role", "role %s", name);
    return db_exec(cx, NULL, SQL_STAFF_SET, DB_ID(cx->tenant_id), DB_ID(person_id),
                   DB_ID(db_id(&rows.row, 0)), DB_ID_OR_NULL(team_id), DB_TEXT(title ? title : ""));
}

#define STAFF_SELECT                                                                      \
    "SELECT p.id, p.full_name, p.email, r.name, t.name, sm.team_id, "                     \
    "(SELECT GROUP_CONCAT(rr.name) FROM role_right rr WHERE rr.tenant_id = sm.tenant_id " \
    "AND rr.role_id = sm.role_id), sm.role_id FROM staff_member sm "                      \
    "JOIN person p ON p.tenant_id = sm.tenant_id AND p.id = sm.person_id "                \
    "JOIN role r ON r.tenant_id = sm.tenant_id AND r.id = sm.role_id "                    \
    "LEFT JOIN team t ON t.tenant_id = sm.tenant_id AND t.id = sm.team_id "               \
    "WHERE sm.tenant_id = ? AND NOT p.is_disabled AND NOT p.is_banned AND p.deleted_at IS NULL "

static void staff_from_row(const struct db_row *row, struct staff *s)
{
    s->person_id = db_id(row, 0);
    s->full_name = db_text(row, 1);
    s->email = db_text(row, 2);
    s->role_name = db_text(row, 3);
    s->team_name = db_text(row, 4);
    s->team_id = db_id(row, 5);
    s->rights = role_rights_of(db_text(row, 6));
    s->role_id = db_id(row, 7);
}

static const char SQL_STAFF_LIST[] = STAFF_SELECT "ORDER BY p.full_name, p.id LIMIT ?";

bool role_staff_list(struct ctx *cx, unsigned limit, struct staff **out, size_t *count)
{
    struct db_rows rows;
    struct staff *list;
    size_t n = 0;

    if (!db_query(cx, &rows, SQL_STAFF_LIST, DB_ID(cx->tenant_id), DB_INT(limit)))
        return false;
    list = arena_array(cx->mem, struct staff, rows.count ? rows.count : 1);
    while (db_next(&rows))
        staff_from_row(&rows.row, &list[n++]);
    *out = list;
    *count = n;
    return true;
}

static const char SQL_STAFF_FIND[] = STAFF_SELECT "AND sm.person_id = ?";

bool role_staff_find(struct ctx *cx, struct id person_id, struct staff **out)
{
    struct db_rows rows;

    if (!db_query(cx, &rows, SQL_STAFF_FIND, DB_ID(cx->tenant_id), DB_ID(person_id)))
        return false;
    if (!db_next(&rows)) {
        *out = NULL;
        return true;
    }
    *out = arena_new(cx->mem, struct staff);
    staff_from_row(&rows.row, *out);
    return true;
}
