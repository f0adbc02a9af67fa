#include "portal/account/role.h"

#include "portal/http/lang.h"

#include <string.h>

const struct role_right_name ROLE_RIGHT_NAMES[] = {
    {"desk", T("Tickets"), RIGHT_DESK},
    {"customers", T("Customers"), RIGHT_CUSTOMERS},
    {"licences", T("Licences"), RIGHT_LICENCES},
    {"sales", T("Orders and invoices"), RIGHT_SALES},
    {"knowledge", T("Knowledge"), RIGHT_KNOWLEDGE},
    {"rules", T("Rules"), RIGHT_RULES},
    {"reports", T("Reports"), RIGHT_REPORTS},
    {"settings", T("Settings"), RIGHT_SETTINGS},
};
const size_t ROLE_RIGHT_COUNT = COUNT(ROLE_RIGHT_NAMES);

const struct role_preset ROLE_PRESETS[] = {
    {T("Administrator"), RIGHT_DESK | RIGHT_CUSTOMERS | RIGHT_LICENCES | RIGHT_SALES |
                             RIGHT_KNOWLEDGE | RIGHT_RULES | RIGHT_REPORTS | RIGHT_SETTINGS},
    {T("Team lead"), RIGHT_DESK | RIGHT_CUSTOMERS | RIGHT_LICENCES | RIGHT_SALES | RIGHT_KNOWLEDGE |
                         RIGHT_RULES | RIGHT_REPORTS},
    {T("Agent"), RIGHT_DESK | RIGHT_CUSTOMERS},
    {T("Sales"), RIGHT_CUSTOMERS | RIGHT_LICENCES | RIGHT_SALES},
    {T("Knowledge editor"), RIGHT_KNOWLEDGE},
    {T("Manager"), RIGHT_REPORTS},
};
const size_t ROLE_PRESET_COUNT = COUNT(ROLE_PRESETS);

const struct err_kind ERR_ROLE_UNKNOWN = {ERR_CLASS_INVALID, "ROLE_UNKNOWN",
                                          "There is no role with this name."};

uint32_t role_rights_of(const char *names)
{
    struct span rest = span_of(names ? names : "");
    struct span head;
    uint32_t rights = 0;

    while (span_cut(&rest, ',', &head)) {
        for (size_t i = 0; i < ROLE_RIGHT_COUNT; i++) {
            if (span_equal(head, ROLE_RIGHT_NAMES[i].name))
                rights |= ROLE_RIGHT_NAMES[i].right;
        }
    }
    return rights;
}

static const char SQL_ROLE_INSERT[] = "INSERT INTO role (tenant_id, id, name) VALUES (?, ?, ?)";
static const char SQL_ROLE_RIGHT_INSERT[] =
    "INSERT INTO role_right (tenant_id, role_id, name) VALUES (?, ?, ?)";

static bool role_add(struct ctx *cx, const struct role_preset *preset)
{
    struct id id = ctx_new_id(cx);

    if (!db_exec(cx, NULL, SQL_ROLE_INSERT, DB_ID(cx->tenant_id), DB_ID(id), DB_TEXT(preset->name)))
        return false;
    for (size_t i = 0; i < ROLE_RIGHT_COUNT; i++) {
        if ((preset->rights & ROLE_RIGHT_NAMES[i].right) == 0)
            continue;
        if (!db_exec(cx, NULL, SQL_ROLE_RIGHT_INSERT, DB_ID(cx->tenant_id), DB_ID(id),
                     DB_TEXT(ROLE_RIGHT_NAMES[i].name)))
            return false;
    }
    return true;
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

    if (!viewer_has(&cx->viewer, RIGHT_SETTINGS))
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
    "AND rr.role_id = sm.role_id) FROM staff_member sm "                                  \
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
