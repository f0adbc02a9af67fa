#include "licensing/entitlement.h"
#include "licensing/filter.h"

#define ENTITLEMENT_WHERE " FROM entitlement e WHERE e.tenant_id = ?"

static const char SQL_ENTITLEMENT_COUNT[] = "SELECT COUNT(*)" ENTITLEMENT_WHERE;
static const char SQL_ENTITLEMENT_PAGE[] =
    "SELECT e.id, e.name, e.code, e.metadata, e.created_at, e.updated_at" ENTITLEMENT_WHERE;
static const struct filter_order ENTITLEMENT_ORDER = FILTER_ORDER("entitlement", "e");

/* Of licences: their own and their policies'. Each begins with the licences that are asked about,
 * which are few, and is bound by the tenant itself: so the database runs it once for a list. */
#define HELD_BY_POLICY                                                             \
    "e.id IN (SELECT pe.entitlement_id FROM licence l JOIN policy_entitlement pe " \
    "ON pe.tenant_id = l.tenant_id AND pe.policy_id = l.policy_id "
#define HELD_ITSELF                                                                 \
    "e.id IN (SELECT le.entitlement_id FROM licence l JOIN licence_entitlement le " \
    "ON le.tenant_id = l.tenant_id AND le.licence_id = l.id "
#define SHARED "JOIN licence_user u ON u.tenant_id = l.tenant_id AND u.licence_id = l.id "
#define ALIVE  "WHERE l.deleted_at IS NULL AND l.tenant_id = ?"

static void where_licence(struct where *w, struct ctx *cx, struct id licence_id)
{
    where_add(w, " AND (" HELD_BY_POLICY ALIVE, DB_ID(cx->tenant_id));
    where_add(w, " AND l.id = ?)", DB_ID(licence_id));
    where_add(w, " OR " HELD_ITSELF ALIVE, DB_ID(cx->tenant_id));
    where_add(w, " AND l.id = ?))", DB_ID(licence_id));
}

static void where_person(struct where *w, struct ctx *cx, struct id person_id)
{
    where_add(w, " AND (" HELD_BY_POLICY ALIVE, DB_ID(cx->tenant_id));
    where_add(w, " AND l.owner_id = ?)", DB_ID(person_id));
    where_add(w, " OR " HELD_BY_POLICY SHARED ALIVE, DB_ID(cx->tenant_id));
    where_add(w, " AND u.person_id = ?)", DB_ID(person_id));
    where_add(w, " OR " HELD_ITSELF ALIVE, DB_ID(cx->tenant_id));
    where_add(w, " AND l.owner_id = ?)", DB_ID(person_id));
    where_add(w, " OR " HELD_ITSELF SHARED ALIVE, DB_ID(cx->tenant_id));
    where_add(w, " AND u.person_id = ?))", DB_ID(person_id));
}

static void where_filter(struct where *w, struct ctx *cx, const char *head,
                         const struct entitlement_filter *f)
{
    where_start(w, cx, head, (const struct db_arg[]){DB_ID(cx->tenant_id)}, 1);
    if (!id_is_zero(f->only_id))
        where_add(w, " AND e.id = ?", DB_ID(f->only_id));
    if (!id_is_zero(f->policy_id))
        where_add(w,
                  " AND EXISTS (SELECT 1 FROM policy_entitlement pe WHERE pe.tenant_id = "
                  "e.tenant_id AND pe.policy_id = ? AND pe.entitlement_id = e.id)",
                  DB_ID(f->policy_id));
    if (!id_is_zero(f->licence_id))
        where_licence(w, cx, f->licence_id);
    if (!id_is_zero(f->person_id))
        where_person(w, cx, f->person_id);
}

bool entitlement_list_page(struct ctx *cx, const struct entitlement_filter *filter,
                           const struct licence_page *page, struct entitlement **out, size_t *count,
                           int64_t *total)
{
    struct where w;
    struct db_rows rows;
    struct entitlement *list;

    where_filter(&w, cx, SQL_ENTITLEMENT_COUNT, filter);
    if (!db_query_args(cx, &rows, w.text.p, w.args, w.count) || !db_next(&rows))
        return false;
    *total = db_i64(&rows.row, 0);
    where_filter(&w, cx, SQL_ENTITLEMENT_PAGE, filter);
    filter_page(&w, page, &ENTITLEMENT_ORDER);
    if (!db_query_args(cx, &rows, w.text.p, w.args, w.count))
        return false;
    list = arena_array(cx->mem, struct entitlement, rows.count);
    for (size_t i = 0; db_next(&rows); i++)
        list[i] = (struct entitlement){.id = db_id(&rows.row, 0),
                                       .name = db_text(&rows.row, 1),
                                       .code = db_text(&rows.row, 2),
                                       .metadata = db_text(&rows.row, 3),
                                       .created_at = db_time(&rows.row, 4),
                                       .updated_at = db_time(&rows.row, 5)};
    *out = list;
    *count = rows.count;
    return true;
}
