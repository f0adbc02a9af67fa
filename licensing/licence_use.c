#include "licensing/licence_use.h"

#include "base/clock.h"

static const char AT_USES[] = "/data/attributes/uses";

const struct err_kind ERR_LICENCE_USES_FULL = {ERR_CLASS_INVALID, "USES_LIMIT_EXCEEDED",
                                               "This licence has no uses left."};
const struct err_kind ERR_LICENCE_USES_INVALID = {ERR_CLASS_INVALID, "USES_INVALID",
                                                  "Uses cannot be counted below zero."};
const struct err_kind ERR_LICENCE_NO_CHECK_IN = {ERR_CLASS_INVALID, "",
                                                 "This licence needs no check-in."};

static const char SQL_LICENCE_USES[] =
    "UPDATE licence SET uses = ?, expires_at = ?, updated_at = ? WHERE tenant_id = ? AND id = ?";
static const char SQL_LICENCE_CHECK_IN[] =
    "UPDATE licence SET last_check_in_at = ?, updated_at = ? WHERE tenant_id = ? AND id = ?";

static bool finish(struct ctx *cx, struct id id, enum event_kind event, const char *action,
                   struct licence **out)
{
    return licence_finish(cx, id, event, json_own(cx->mem, json_pack("{s:s}", "action", action)),
                          out);
}

static bool count(struct ctx *cx, const struct licence *l, const struct policy *p, int64_t amount)
{
    int64_t expires_at = l->expires_at;
    int64_t uses;

    if (!ADD_FITS(l->uses, amount, &uses) || uses < 0)
        return err_set_at(&cx->err, &ERR_LICENCE_USES_INVALID, AT_USES, "licence %s",
                          id_text(cx->mem, l->id));
    if (amount > 0 && l->max_uses != POLICY_NO_LIMIT && uses > l->max_uses)
        return err_set_at(&cx->err, &ERR_LICENCE_USES_FULL, AT_USES, "licence %s",
                          id_text(cx->mem, l->id));
    if (amount > 0 && expires_at == 0 && p->expiration_basis == POLICY_FROM_FIRST_USE &&
        p->duration_seconds != 0)
        expires_at = clock_add_duration(cx->now, p->duration_seconds);
    return db_exec(cx, NULL, SQL_LICENCE_USES, DB_INT(uses), DB_TIME(expires_at), DB_TIME(cx->now),
                   DB_ID(cx->tenant_id), DB_ID(l->id));
}

bool licence_use_add(struct ctx *cx, struct id id, int64_t amount, struct licence **out)
{
    struct licence *l;
    struct policy *p;

    if (!db_begin(cx))
        return false;
    if (!licence_lock(cx, id, &l, &p) || !count(cx, l, p, amount)) {
        db_rollback(cx);
        return false;
    }
    return finish(cx, id, amount < 0 ? EVENT_LICENCE_USES_TAKEN : EVENT_LICENCE_USES_ADDED,
                  amount < 0 ? "use taken back" : "used", out);
}

bool licence_use_reset(struct ctx *cx, struct id id, struct licence **out)
{
    struct licence *l;
    struct policy *p;

    if (!db_begin(cx))
        return false;
    if (!licence_lock(cx, id, &l, &p) || !count(cx, l, p, -l->uses)) {
        db_rollback(cx);
        return false;
    }
    return finish(cx, id, EVENT_LICENCE_USES_RESET, "uses reset", out);
}

bool licence_use_check_in(struct ctx *cx, struct id id, struct licence **out)
{
    struct licence *l;
    struct policy *p;

    if (!db_begin(cx))
        return false;
    if (!licence_lock(cx, id, &l, &p))
        goto rollback;
    if (!p->require_check_in) {
        err_set(&cx->err, &ERR_LICENCE_NO_CHECK_IN, "licence %s", id_text(cx->mem, id));
        goto rollback;
    }
    if (!db_exec(cx, NULL, SQL_LICENCE_CHECK_IN, DB_TIME(cx->now), DB_TIME(cx->now),
                 DB_ID(cx->tenant_id), DB_ID(id)))
        goto rollback;
    return finish(cx, id, EVENT_LICENCE_CHECKED_IN, "checked in", out);

rollback:
    db_rollback(cx);
    return false;
}
