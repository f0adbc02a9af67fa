#include "base/utf8.h"
#include "db/db.h"
#include "db/event.h"
#include "portal/desk/team.h"

#include <string.h>

static const char SQL_TEAM_ADD[] =
    "INSERT INTO team (tenant_id, id, name, lead_id, assign_by, by_skill, by_product) "
    "VALUES (?, ?, ?, ?, ?, ?, ?)";
static const char SQL_TEAM_CHANGE[] =
    "UPDATE team SET name = ?, lead_id = ?, assign_by = ?, by_skill = ?, by_product = ? "
    "WHERE tenant_id = ? AND id = ?";
static const char SQL_TEAM_REMOVE[] =
    "DELETE FROM team WHERE tenant_id = ? AND id = ? AND is_default = FALSE";
static const char SQL_TEAM_STAFF[] =
    "SELECT 1 FROM staff_member WHERE tenant_id = ? AND person_id = ?";
static const char SQL_TEAM_MEMBER_SET[] =
    "UPDATE staff_member SET team_id = ?, takes = ? WHERE tenant_id = ? AND person_id = ?";
static const char SQL_TEAM_MEMBER_TAKES[] =
    "UPDATE staff_member SET takes = ? WHERE tenant_id = ? AND person_id = ?";
static const char SQL_TEAM_SKILLS_CLEAR[] =
    "DELETE FROM staff_skill WHERE tenant_id = ? AND person_id = ?";
static const char SQL_TEAM_SKILLS_ADD[] =
    "INSERT IGNORE INTO staff_skill (tenant_id, person_id, skill) VALUES (?, ?, ?)";
static const char SQL_TEAM_PRODUCTS_CLEAR[] =
    "DELETE FROM staff_product WHERE tenant_id = ? AND person_id = ?";
static const char SQL_TEAM_PRODUCTS_ADD[] =
    "INSERT INTO staff_product (tenant_id, person_id, product_id) VALUES (?, ?, ?)";

static bool may(struct ctx *cx, enum right_action action)
{
    return cx->viewer.kind == VIEWER_SYSTEM ||
           (cx->viewer.kind == VIEWER_STAFF &&
            viewer_has(&cx->viewer, RIGHT_OF(MODULE_SETTINGS, action)));
}

static bool may_set(struct ctx *cx)
{
    return may(cx, ACTION_UPDATE);
}

static bool check_right(struct ctx *cx, enum right_action action)
{
    return may(cx, action) || err_set(&cx->err, &ERR_DENIED, "teams");
}

static bool is_staff(struct ctx *cx, struct id person_id, bool *out)
{
    struct db_rows rows;

    if (!db_query(cx, &rows, SQL_TEAM_STAFF, DB_ID(cx->tenant_id), DB_ID(person_id)))
        return false;
    *out = rows.count > 0;
    return true;
}

/* --- teams --- */

static bool check(struct ctx *cx, const struct team *t)
{
    const size_t length = t->name != NULL ? utf8_count(t->name) : 0;
    bool is_known = true;

    if (!check_right(cx, id_is_zero(t->id) ? ACTION_CREATE : ACTION_UPDATE))
        return false;
    if (length == 0 || length > TEAM_NAME_MAX)
        return err_set_at(&cx->err, &ERR_INVALID, "name", "%zu characters", length);
    if (!id_is_zero(t->lead_id) && !is_staff(cx, t->lead_id, &is_known))
        return false;
    return is_known || err_set_at(&cx->err, &ERR_INVALID, "lead", "no member of staff");
}

static bool write_team(struct ctx *cx, const struct team *t, struct id id)
{
    int64_t changed = 1;
    const char *how = team_assign_name(t->assign_by);
    json_t *data =
        json_own(cx->mem, json_pack("{s:s,s:s,s:b,s:b}", "name", t->name, "assign_by", how,
                                    "by_skill", t->by_skill, "by_product", t->by_product));

    if (id_is_zero(t->id)) {
        if (!db_exec(cx, NULL, SQL_TEAM_ADD, DB_ID(cx->tenant_id), DB_ID(id), DB_TEXT(t->name),
                     DB_ID_OR_NULL(t->lead_id), DB_TEXT(how), DB_BOOL(t->by_skill),
                     DB_BOOL(t->by_product)))
            return false;
    } else if (!db_exec(cx, &changed, SQL_TEAM_CHANGE, DB_TEXT(t->name), DB_ID_OR_NULL(t->lead_id),
                        DB_TEXT(how), DB_BOOL(t->by_skill), DB_BOOL(t->by_product),
                        DB_ID(cx->tenant_id), DB_ID(id))) {
        return false;
    }
    if (changed == 0)
        return err_set(&cx->err, &ERR_NOT_FOUND, "team %s", id_text(cx->mem, id));
    return event_emit(cx, EVENT_TEAM_CHANGED, id, data);
}

bool team_save(struct ctx *cx, struct team *t)
{
    const struct id id = id_is_zero(t->id) ? ctx_new_id(cx) : t->id;

    if (!check(cx, t) || !db_begin(cx))
        return false;
    if (!write_team(cx, t, id)) {
        if (cx->err.kind == &ERR_CONFLICT && cx->err.source == NULL)
            cx->err.source = "name";
        db_rollback(cx);
        return false;
    }
    if (!db_commit(cx))
        return false;
    t->id = id;
    return true;
}

bool team_remove(struct ctx *cx, struct id id)
{
    struct team *t;
    int64_t changed;

    if (!check_right(cx, ACTION_DELETE) || !team_get(cx, id, &t) || !db_begin(cx))
        return false;
    if (!db_exec(cx, &changed, SQL_TEAM_REMOVE, DB_ID(cx->tenant_id), DB_ID(id)))
        goto rollback;
    if (changed == 0) {
        err_set(&cx->err, &ERR_CONFLICT, "the default team");
        goto rollback;
    }
    if (event_emit(cx, EVENT_TEAM_CHANGED, id,
                   json_own(cx->mem, json_pack("{s:s,s:b}", "name", t->name, "is_removed", 1))))
        return db_commit(cx);

rollback:
    db_rollback(cx);
    return false;
}

/* --- people --- */

static bool is_between(char c)
{
    return c == ',' || c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == ';';
}

/* Skills are folded like tags, so that the two can meet. */
static bool write_skills(struct ctx *cx, struct id person_id, const char *skills)
{
    const char *at = utf8_fold(cx->mem, skills != NULL ? skills : "");
    int n = 0;

    if (!db_exec(cx, NULL, SQL_TEAM_SKILLS_CLEAR, DB_ID(cx->tenant_id), DB_ID(person_id)))
        return false;
    while (*at != '\0') {
        const char *from = at, *word;

        while (*at != '\0' && !is_between(*at) && strncmp(at, "、", strlen("、")) != 0)
            at++;
        word = span_dup(cx->mem, (struct span){from, (size_t)(at - from)});
        if (*word != '\0' && (utf8_count(word) > TEAM_SKILL_MAX || n++ == TEAM_SKILLS_MAX))
            return err_set_at(&cx->err, &ERR_INVALID, "skills", "too long, or too many");
        if (*word != '\0' && !db_exec(cx, NULL, SQL_TEAM_SKILLS_ADD, DB_ID(cx->tenant_id),
                                      DB_ID(person_id), DB_TEXT(word)))
            return false;
        at += *at == '\0' ? 0 : is_between(*at) ? 1 : strlen("、");
    }
    return true;
}

static bool write_products(struct ctx *cx, struct id person_id, const struct team_knows *k)
{
    if (k->product_count > TEAM_PRODUCTS_MAX)
        return err_set_at(&cx->err, &ERR_INVALID, "products", "%zu products", k->product_count);
    if (!db_exec(cx, NULL, SQL_TEAM_PRODUCTS_CLEAR, DB_ID(cx->tenant_id), DB_ID(person_id)))
        return false;
    for (size_t i = 0; i < k->product_count; i++)
        if (!db_exec(cx, NULL, SQL_TEAM_PRODUCTS_ADD, DB_ID(cx->tenant_id), DB_ID(person_id),
                     DB_ID(k->products[i]))) {
            if (cx->err.kind != &ERR_NOT_FOUND && cx->err.kind != &ERR_CONFLICT)
                return false;
            err_clear(&cx->err);
            return err_set_at(&cx->err, &ERR_INVALID, "products", "no such product, or twice");
        }
    return true;
}

static bool write_member(struct ctx *cx, struct id person_id, const struct team_knows *k)
{
    if (!db_exec(cx, NULL, SQL_TEAM_MEMBER_SET, DB_ID_OR_NULL(k->team_id), DB_BOOL(k->takes),
                 DB_ID(cx->tenant_id), DB_ID(person_id))) {
        if (cx->err.kind == &ERR_NOT_FOUND) {
            cx->err.kind = &ERR_INVALID;
            cx->err.source = "team";
        }
        return false;
    }
    return write_skills(cx, person_id, k->skills) && write_products(cx, person_id, k) &&
           event_emit(cx, EVENT_TEAM_CHANGED, person_id,
                      json_own(cx->mem, json_pack("{s:s,s:b,s:s}", "team_id",
                                                  id_text(cx->mem, k->team_id), "takes", k->takes,
                                                  "skills", k->skills != NULL ? k->skills : "")));
}

bool team_member_set(struct ctx *cx, struct id person_id, const struct team_knows *k)
{
    bool is_known;

    if (!check_right(cx, ACTION_UPDATE) || !is_staff(cx, person_id, &is_known))
        return false;
    if (!is_known)
        return err_set(&cx->err, &ERR_NOT_FOUND, "staff %s", id_text(cx->mem, person_id));
    if (!db_begin(cx))
        return false;
    if (!write_member(cx, person_id, k)) {
        db_rollback(cx);
        return false;
    }
    return db_commit(cx);
}

bool team_member_takes(struct ctx *cx, struct id person_id, bool takes)
{
    bool is_mine = cx->viewer.kind == VIEWER_STAFF && id_equal(cx->viewer.person_id, person_id);
    int64_t changed;

    if (!may_set(cx) && !is_mine && !team_is_lead_of(cx, person_id, &is_mine))
        return false;
    if (!may_set(cx) && !is_mine)
        return err_set(&cx->err, &ERR_DENIED, "somebody else's switch");
    if (!db_begin(cx))
        return false;
    if (!db_exec(cx, &changed, SQL_TEAM_MEMBER_TAKES, DB_BOOL(takes), DB_ID(cx->tenant_id),
                 DB_ID(person_id)))
        goto rollback;
    if (changed == 0) {
        err_set(&cx->err, &ERR_NOT_FOUND, "staff %s", id_text(cx->mem, person_id));
        goto rollback;
    }
    if (event_emit(cx, EVENT_TEAM_CHANGED, person_id,
                   json_own(cx->mem, json_pack("{s:b}", "takes", takes))))
        return db_commit(cx);

rollback:
    db_rollback(cx);
    return false;
}
