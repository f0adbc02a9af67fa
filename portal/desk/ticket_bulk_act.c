#include "portal/desk/ticket_bulk_act.h"

#include "base/utf8.h"
#include "portal/desk/macro.h"
#include "portal/desk/ticket_change.h"
#include "portal/desk/ticket_link.h"
#include "portal/desk/ticket_merge.h"
#include "portal/desk/ticket_status.h"
#include "portal/desk/ticket_topic.h"

#include <string.h>

static const char SQL_TICKET_BULK_TEAM[] = "SELECT 1 FROM team WHERE tenant_id = ? AND id = ?";
static const char SQL_TICKET_BULK_STAFF[] =
    "SELECT 1 FROM staff_member s JOIN person p ON p.tenant_id = s.tenant_id "
    "AND p.id = s.person_id WHERE s.tenant_id = ? AND s.person_id = ? AND p.is_disabled = FALSE "
    "AND p.deleted_at IS NULL";

/* --- as JSON --- */

static void put_text(json_t *json, const char *name, const char *text)
{
    if (text != NULL && *text != '\0')
        json_object_set_new(json, name, json_string(text));
}

static void put_id(struct ctx *cx, json_t *json, const char *name, bool is_given, struct id id)
{
    if (is_given)
        json_object_set_new(json, name, json_string(id_is_zero(id) ? "" : id_text(cx->mem, id)));
}

const char *ticket_bulk_act_write(struct ctx *cx, const struct ticket_bulk_act *act)
{
    const struct ticket_values *v = &act->values;
    json_t *json = json_own(cx->mem, json_object());

    put_text(json, "status", v->status);
    put_text(json, "topic", v->topic);
    put_text(json, "tag", act->tag);
    put_text(json, "untag", act->untag);
    put_text(json, "text", act->text);
    put_text(json, "merge", act->merge_number);
    if (act->even_apart)
        json_object_set_new(json, "even_apart", json_true());
    if (v->level != 0)
        json_object_set_new(json, "level", json_integer(v->level));
    put_id(cx, json, "team", v->has_team, v->team_id);
    put_id(cx, json, "assignee", v->has_assignee, v->assignee_id);
    return json_write(cx->mem, json);
}

/* "" is nobody, nothing at all is "as it is". */
static bool take_id(struct ctx *cx, const json_t *json, const char *name, bool *is_given,
                    struct id *out)
{
    const char *text = json_get_text(json, name, NULL);

    *is_given = text != NULL;
    *out = (struct id){{0}};
    if (text == NULL || *text == '\0' || id_parse(text, out))
        return true;
    return err_set(&cx->err, &ERR_INTERNAL, "bulk change: %s is no id", name);
}

static bool take_values(struct ctx *cx, const json_t *json, struct ticket_values *v)
{
    v->status = json_get_text(json, "status", NULL);
    v->topic = json_get_text(json, "topic", NULL);
    v->level = json_get_i64(json, "level", 0);
    return take_id(cx, json, "team", &v->has_team, &v->team_id) &&
           take_id(cx, json, "assignee", &v->has_assignee, &v->assignee_id);
}

bool ticket_bulk_act_read(struct ctx *cx, const char *text, struct ticket_bulk_act *out)
{
    json_t *json;

    *out = (struct ticket_bulk_act){.text = NULL};
    if (!json_read(cx->mem, &cx->err, text, strlen(text), &json))
        return false;
    out->tag = json_get_text(json, "tag", NULL);
    out->untag = json_get_text(json, "untag", NULL);
    out->text = json_get_text(json, "text", NULL);
    out->merge_number = json_get_text(json, "merge", NULL);
    out->even_apart = json_get_bool(json, "even_apart", false);
    return take_values(cx, json, &out->values);
}

bool ticket_bulk_act_has_fields(const struct ticket_bulk_act *act)
{
    const struct ticket_values *v = &act->values;

    return v->status != NULL || v->topic != NULL || v->level != 0 || v->has_team ||
           v->has_assignee || act->tag != NULL || act->untag != NULL;
}

/* --- the plan --- */

static bool exists(struct ctx *cx, const char *sql, struct id id, const char *field)
{
    struct db_rows rows;

    if (id_is_zero(id))
        return true;
    if (!db_query(cx, &rows, sql, DB_ID(cx->tenant_id), DB_ID(id)))
        return false;
    return rows.count > 0 ||
           err_set_at(&cx->err, &ERR_INVALID, field, "no %s %s", field, id_text(cx->mem, id));
}

static bool check_tag(struct ctx *cx, const char **tag, const char *field)
{
    if (*tag == NULL)
        return true;
    *tag = utf8_fold(cx->mem, *tag);
    return (**tag != '\0' && utf8_count(*tag) <= TICKET_TAG_MAX) ||
           err_set_at(&cx->err, &ERR_INVALID, field, "no tag");
}

static bool find_target(struct ctx *cx, const char *number, struct ticket **out)
{
    struct ticket *t;

    *out = NULL;
    if (number == NULL)
        return true;
    if (!ticket_find_typed(cx, number, &t))
        return false;
    if (t == NULL)
        return err_set_at(&cx->err, &ERR_TICKET_LINK, "number", "no such ticket");
    return ticket_merge_final(cx, t, out);
}

bool ticket_bulk_act_plan(struct ctx *cx, const struct ticket_bulk_act *act,
                          struct ticket_bulk_plan *out)
{
    const struct ticket_values *v = &act->values;
    const struct ticket_topic *topic;

    *out = (struct ticket_bulk_plan){.act = *act};
    if (v->level < 0 || v->level > TICKET_LEVEL_MAX)
        return err_set_at(&cx->err, &ERR_INVALID, "level", "level %lld", (long long)v->level);
    if (v->status != NULL && !ticket_status_find(cx, v->status, &out->status))
        return false;
    if (v->status != NULL && out->status == NULL)
        return err_set_at(&cx->err, &ERR_INVALID, "status", "no state %s", v->status);
    if (v->topic != NULL && !ticket_topic_find(cx, v->topic, &topic))
        return false;
    if (v->topic != NULL && topic == NULL)
        return err_set_at(&cx->err, &ERR_INVALID, "topic", "no topic %s", v->topic);
    return exists(cx, SQL_TICKET_BULK_TEAM, v->team_id, "team") &&
           exists(cx, SQL_TICKET_BULK_STAFF, v->assignee_id, "assignee") &&
           check_tag(cx, &out->act.tag, "tag") && check_tag(cx, &out->act.untag, "untag") &&
           find_target(cx, act->merge_number, &out->target);
}

/* --- one ticket --- */

static const struct err_kind *refusal(const struct ticket_bulk_plan *plan, enum viewer_kind side,
                                      const struct ticket *t)
{
    if (!id_is_zero(t->merged_into))
        return &ERR_TICKET_MERGED;
    if (plan->status != NULL && strcmp(plan->status->code, t->status) != 0 &&
        !ticket_status_decide(side, t->category, plan->status->category))
        return &ERR_TICKET_TRANSITION;
    if (plan->target == NULL)
        return NULL;
    if (id_equal(plan->target->id, t->id))
        return &ERR_TICKET_MERGE_SELF;
    if (plan->target->category == TICKET_CLOSED)
        return &ERR_TICKET_MERGE_CLOSED;
    return !plan->act.even_apart && ticket_merge_is_apart(t, plan->target) ? &ERR_TICKET_MERGE_APART
                                                                           : NULL;
}

enum ticket_bulk_verdict ticket_bulk_act_decide(const struct ticket_bulk_plan *plan,
                                                enum viewer_kind side, const struct ticket *t,
                                                bool has_tag, bool has_untag,
                                                const struct err_kind **why)
{
    const struct ticket_bulk_act *act = &plan->act;
    const struct ticket_values *v = &act->values;

    *why = refusal(plan, side, t);
    if (*why != NULL)
        return TICKET_BULK_REFUSED;
    if (act->text != NULL || plan->target != NULL || (act->tag != NULL && !has_tag) ||
        (act->untag != NULL && has_untag) ||
        (v->status != NULL && strcmp(v->status, t->status) != 0) ||
        (v->topic != NULL && strcmp(v->topic, t->topic) != 0) ||
        (v->level != 0 && v->level != t->level) ||
        (v->has_team && !id_equal(v->team_id, t->team_id)) ||
        (v->has_assignee && !id_equal(v->assignee_id, t->assignee_id)))
        return TICKET_BULK_CHANGES;
    return TICKET_BULK_SAME;
}

static const char *was_json(struct ctx *cx, const struct ticket_bulk_act *act,
                            const struct ticket *t, bool has_tag, bool has_untag)
{
    const struct ticket_values *v = &act->values;
    struct ticket_bulk_act was = {.values = {
                                      .status = v->status != NULL ? t->status : NULL,
                                      .topic = v->topic != NULL ? t->topic : NULL,
                                      .level = v->level != 0 ? t->level : 0,
                                      .has_team = v->has_team,
                                      .team_id = t->team_id,
                                      .has_assignee = v->has_assignee,
                                      .assignee_id = t->assignee_id,
                                  }};

    was.untag = act->tag != NULL && !has_tag ? act->tag : NULL;
    was.tag = act->untag != NULL && has_untag ? act->untag : NULL;
    return ticket_bulk_act_write(cx, &was);
}

static bool answer(struct ctx *cx, const struct ticket_bulk_act *act, const struct ticket *t)
{
    const struct macro words = {.body = act->text};
    struct ticket_answer said = {.text = NULL};
    struct id message_id;

    return act->text == NULL || (macro_fill(cx, &words, t, &said.text) &&
                                 ticket_reply_send(cx, t->id, &said, &message_id));
}

bool ticket_bulk_act_apply(struct ctx *cx, const struct ticket_bulk_plan *plan,
                           const struct ticket *t, bool has_tag, bool has_untag, const char **was)
{
    const struct ticket_bulk_act *act = &plan->act;
    struct id into;

    *was = was_json(cx, act, t, has_tag, has_untag);
    /* The state comes last, after the answer: it may close the ticket. */
    return (act->untag == NULL || ticket_untag(cx, t->id, act->untag)) &&
           (act->tag == NULL || ticket_tag(cx, t->id, act->tag)) && answer(cx, act, t) &&
           ticket_set_values(cx, t->id, &act->values) &&
           (plan->target == NULL ||
            ticket_merge(cx, t->id, act->merge_number, act->even_apart, &into));
}

/* From closed the way back leads over open. */
static bool revert_status(struct ctx *cx, const struct ticket *t, const char *status)
{
    const struct ticket_status *to, *open;

    if (status == NULL || strcmp(status, t->status) == 0)
        return true;
    if (!ticket_status_find(cx, status, &to))
        return false;
    if (to != NULL && !ticket_status_decide(cx->viewer.kind, t->category, to->category) &&
        (!ticket_status_first(cx, TICKET_OPEN, &open) || !ticket_set_status(cx, t->id, open->code)))
        return false;
    return ticket_set_status(cx, t->id, status);
}

bool ticket_bulk_act_revert(struct ctx *cx, const struct ticket *t, const char *was)
{
    struct ticket_bulk_act act;
    const char *status;

    if (!ticket_bulk_act_read(cx, was, &act))
        return false;
    status = act.values.status;
    act.values.status = NULL;
    return (act.untag == NULL || ticket_untag(cx, t->id, act.untag)) &&
           (act.tag == NULL || ticket_tag(cx, t->id, act.tag)) &&
           ticket_set_values(cx, t->id, &act.values) && revert_status(cx, t, status);
}
