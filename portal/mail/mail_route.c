#include "portal/mail/mail_route.h"

#include "portal/account/person.h"
#include "portal/desk/ticket_change.h"
#include "portal/mail/mail_route_parts.h"
#include "portal/mail/mail_token.h"

#include <ctype.h>
#include <string.h>

enum { HOURLY = 30, NUMBER_MAX = 40 };

static const char SQL_MAIL_REPEATED[] =
    "SELECT ticket_id FROM mail_in WHERE tenant_id = ? AND message_id = ? AND sender = ? "
    "AND id <> ? AND state <> 'NEW' ORDER BY id LIMIT 1";
static const char SQL_MAIL_HOUR[] =
    "SELECT COUNT(*) FROM mail_in WHERE tenant_id = ? AND sender = ? AND created_at > ?";
static const char SQL_MAIL_INBOX_RULES[] =
    "SELECT unknown_sender, known_sender, hourly FROM mail_inbox WHERE tenant_id = ?";
static const char SQL_MAIL_OUT_BOUNCED[] =
    "UPDATE mail_out SET bounced_at = ?, bounce = ? "
    "WHERE tenant_id = ? AND id = ? AND bounced_at IS NULL";
static const char SQL_MAIL_OUT_ADDRESS[] =
    "SELECT to_address FROM mail_out WHERE tenant_id = ? AND id = ?";
/* Whom a token for this ticket may have been given to: everybody who ever took part in it. */
static const char SQL_MAIL_TOKEN_PEOPLE[] =
    "SELECT person_id FROM ticket WHERE tenant_id = ? AND id = ? "
    "UNION SELECT reporter_id FROM ticket WHERE tenant_id = ? AND id = ? "
    "UNION SELECT assignee_id FROM ticket WHERE tenant_id = ? AND id = ? "
    "UNION SELECT person_id FROM participant WHERE tenant_id = ? AND ticket_id = ? "
    "UNION SELECT author_id FROM message WHERE tenant_id = ? AND ticket_id = ? LIMIT 300";

/* --- the decisions: each sets r->fate.state when it has decided --- */

static bool is_decided(const struct routing *r)
{
    return r->fate.state != NULL;
}

static bool park(struct routing *r, const char *reason)
{
    r->fate.state = "PARKED";
    r->fate.reason = reason;
    return true;
}

static bool hear(struct routing *r, const char *reason)
{
    r->fate.state = "READ";
    r->fate.reason = reason;
    return true;
}

static bool by_sender(struct ctx *cx, struct routing *r)
{
    bool is_ignored;

    if (*r->from == '\0')
        return strcmp(r->kind, "mail") != 0 || park(r, "no_sender");
    if (!mail_in_is_ignored(cx, r->from, &is_ignored))
        return false;
    if (is_ignored) {
        r->fate.state = "IGNORED";
        r->fate.reason = "ignored_sender";
    }
    return true;
}

static bool by_repetition(struct ctx *cx, struct routing *r)
{
    struct db_rows rows;

    if (*r->message_id == '\0')
        return true;
    if (!db_query(cx, &rows, SQL_MAIL_REPEATED, DB_ID(cx->tenant_id), DB_TEXT(r->message_id),
                  DB_TEXT(r->from), DB_ID(r->mail->id)))
        return false;
    if (!db_next(&rows))
        return true;
    r->fate.ticket_id = db_id(&rows.row, 0);
    return hear(r, "repeated");
}

/* --- bounces --- */

static bool tell_ticket(struct ctx *cx, struct routing *r, struct id ticket_id, const char *address)
{
    struct ticket *t;

    r->fate.ticket_id = ticket_id;
    if (!ticket_get(cx, ticket_id, &t)) { /* in the recycle bin */
        if (cx->err.kind != &ERR_NOT_FOUND)
            return false;
        err_clear(&cx->err);
        return true;
    }
    return ticket_change_line(cx, ticket_id, false, "bounced", NULL, address) &&
           ticket_set_review(cx, ticket_id, true);
}

static bool mark_bounced(struct ctx *cx, struct routing *r, const char *message_id, bool *is_known)
{
    struct span rest = span_of(message_id);
    struct span local;
    struct db_rows rows;
    struct id id, ticket_id;
    int64_t changed;

    if (!span_cut(&rest, '@', &local) || !id_parse(span_dup(cx->mem, local), &id))
        return true;
    if (!db_query(cx, &rows, SQL_MAIL_OUT_ADDRESS, DB_ID(cx->tenant_id), DB_ID(id)))
        return false;
    if (!db_next(&rows))
        return true;
    *is_known = true;
    if (!db_exec(cx, &changed, SQL_MAIL_OUT_BOUNCED, DB_TIME(cx->now), DB_TEXT(r->status),
                 DB_ID(cx->tenant_id), DB_ID(id)) ||
        !mail_token_recall(cx, message_id, &ticket_id))
        return false;
    return changed == 0 || id_is_zero(ticket_id) ||
           tell_ticket(cx, r, ticket_id, db_text(&rows.row, 0));
}

static bool by_report(struct ctx *cx, struct routing *r)
{
    bool is_known = false;
    size_t i;
    json_t *id;

    if (strcmp(r->kind, "mail") == 0)
        return true;
    if (strcmp(r->kind, "report") == 0)
        return hear(r, "report");
    json_array_foreach (r->about, i, id)
        if (json_is_string(id) && !mark_bounced(cx, r, json_string_value(id), &is_known))
            return false;
    return is_known ? hear(r, "bounce") : park(r, "bounce_unknown");
}

/* --- loops and floods --- */

static bool by_loop(struct ctx *cx, struct routing *r)
{
    struct db_rows rows;

    if (strcmp(r->from, r->how->sender) == 0 || strcmp(r->from, r->how->inbound) == 0)
        return park(r, "own");
    if (!db_query(cx, &rows, SQL_MAIL_INBOX_RULES, DB_ID(cx->tenant_id)))
        return false;
    r->unknown_to_tray = true;
    r->hourly = HOURLY;
    if (db_next(&rows)) {
        r->unknown_to_tray = strcmp(db_text(&rows.row, 0), "tray") == 0;
        r->known_to_tray = strcmp(db_text(&rows.row, 1), "tray") == 0;
        r->hourly = db_i64(&rows.row, 2);
    }
    if (!db_query(cx, &rows, SQL_MAIL_HOUR, DB_ID(cx->tenant_id), DB_TEXT(r->from),
                  DB_TIME(cx->now - CLOCK_HOUR)) ||
        !db_next(&rows))
        return false;
    return db_i64(&rows.row, 0) < r->hourly || park(r, "flood");
}

static bool by_person(struct ctx *cx, struct routing *r)
{
    struct person *person;

    if (!person_find_by_email(cx, r->from, &person))
        return false;
    if (person == NULL)
        return true;
    if (person->is_disabled)
        return park(r, "disabled");
    r->person_id = person->id;
    return true;
}

/* --- answers --- */

/* Whom it was given to; zero: to nobody who has to do with the ticket. */
static bool find_holder(struct ctx *cx, struct routing *r, const struct mail_token *token,
                        struct id *out)
{
    const struct db_arg tenant = DB_ID(cx->tenant_id), ticket = DB_ID(token->ticket_id);
    struct db_rows rows;

    *out = (struct id){{0}};
    if (!id_is_zero(r->person_id) && mail_token_is_for(cx, token, r->person_id)) {
        *out = r->person_id;
        return true;
    }
    if (!db_query(cx, &rows, SQL_MAIL_TOKEN_PEOPLE, tenant, ticket, tenant, ticket, tenant, ticket,
                  tenant, ticket, tenant, ticket))
        return false;
    while (db_next(&rows))
        if (!db_is_null(&rows.row, 0) && mail_token_is_for(cx, token, db_id(&rows.row, 0)))
            *out = db_id(&rows.row, 0);
    return true;
}

static bool by_token(struct ctx *cx, struct routing *r)
{
    struct mail_token token;
    struct id holder;
    struct ticket *t;
    bool has_token = false;
    size_t i;
    json_t *to;

    json_array_foreach (r->to, i, to)
        if (!has_token && json_is_string(to))
            has_token = mail_token_parse(json_string_value(to), &token);
    if (!has_token)
        return true;
    if (!find_holder(cx, r, &token, &holder))
        return false;
    if (id_is_zero(holder) || !ticket_get(cx, token.ticket_id, &t)) {
        if (cx->err.kind != NULL && cx->err.kind != &ERR_NOT_FOUND)
            return false;
        err_clear(&cx->err);
        return park(r, "bad_token");
    }
    /* A known sender speaks for himself, whoever's token he has; an unknown address is the
     * holder's. */
    if (id_is_zero(r->person_id) && !id_equal(holder, t->reporter_id))
        r->person_id = holder;
    return mail_route_answer(cx, r, t);
}

static bool by_reference(struct ctx *cx, struct routing *r)
{
    struct id ticket_id = {{0}};
    struct ticket *t;
    size_t i;
    json_t *ref;

    json_array_foreach (r->refs, i, ref)
        if (id_is_zero(ticket_id) && json_is_string(ref) &&
            !mail_token_recall(cx, json_string_value(ref), &ticket_id))
            return false;
    if (id_is_zero(ticket_id))
        return true;
    if (!ticket_get(cx, ticket_id, &t)) {
        if (cx->err.kind != &ERR_NOT_FOUND)
            return false;
        err_clear(&cx->err);
        return true;
    }
    r->related_id = t->id;
    /* Known: an account, or the address that the ticket was reported from. */
    if (id_is_zero(r->person_id) && strcmp(t->reporter_email, r->from) != 0)
        return true;
    return mail_route_answer(cx, r, t);
}

/* A number in the subject proves nothing: the new ticket is linked to that one, no more. */
static bool by_number(struct ctx *cx, struct routing *r)
{
    const char *mark = strchr(r->subject, '#');
    char number[NUMBER_MAX + 1];
    struct ticket *t;
    size_t len = 0;

    if (mark == NULL || !id_is_zero(r->related_id))
        return true;
    for (mark++; len < NUMBER_MAX && (isalnum((unsigned char)mark[len]) || mark[len] == '-'); len++)
        number[len] = mark[len];
    number[len] = '\0';
    if (len == 0)
        return true;
    if (!ticket_find_number(cx, number, &t))
        return false;
    if (t == NULL) /* the series may have the # as its own */
        if (!ticket_find_number(cx, arena_printf(cx->mem, "#%s", number), &t))
            return false;
    if (t != NULL)
        r->related_id = t->id;
    return true;
}

static bool by_robot(struct ctx *cx, struct routing *r)
{
    (void)cx;
    if (*r->automatic == '\0')
        return true;
    r->fate.ticket_id = r->related_id;
    return park(r, "automatic");
}

static bool by_setting(struct ctx *cx, struct routing *r)
{
    bool is_known = !id_is_zero(r->person_id);

    r->fate.ticket_id = r->related_id;
    if (is_known ? r->known_to_tray : r->unknown_to_tray)
        return park(r, is_known ? "to_be_read" : "unknown_sender");
    return mail_route_file(cx, r);
}

static bool decide(struct ctx *cx, struct routing *r)
{
    static bool (*const STEPS[])(struct ctx * cx, struct routing * r) = {
        by_sender, by_repetition, by_report, by_loop,  by_person,
        by_token,  by_reference,  by_number, by_robot, by_setting,
    };

    for (size_t i = 0; i < COUNT(STEPS) && !is_decided(r); i++)
        if (!STEPS[i](cx, r))
            return false;
    return true;
}

static bool deliver(struct ctx *cx, void *arg)
{
    struct routing fresh = *(struct routing *)arg;

    cx->viewer = (struct viewer){.kind = VIEWER_SYSTEM};
    if (!db_begin(cx))
        return false;
    if (decide(cx, &fresh) && mail_route_remember(cx, &fresh) &&
        mail_in_settle(cx, fresh.mail, &fresh.fate))
        return db_commit(cx);
    db_rollback(cx);
    cx->viewer = (struct viewer){.kind = VIEWER_SYSTEM};
    return false;
}

bool mail_route_park(struct ctx *cx, const struct mail_in *mail, const json_t *parsed,
                     const char *reason)
{
    struct routing r;

    mail_route_read(cx, NULL, mail, parsed, &r);
    r.fate.state = "PARKED";
    r.fate.reason = reason;
    return mail_in_settle(cx, mail, &r.fate);
}

bool mail_route_deliver(struct ctx *cx, const struct mail_route *how, const struct mail_in *mail,
                        const json_t *parsed)
{
    struct routing r;
    const char *reason;

    mail_route_read(cx, how, mail, parsed, &r);
    if (!mail_route_store_files(cx, &r))
        return false;
    if (db_retry(cx, deliver, &r))
        return true;
    if (cx->err.kind->class == ERR_CLASS_BUSY || cx->err.kind->class == ERR_CLASS_INTERNAL ||
        cx->err.kind == &ERR_CONFLICT)
        return false;
    /* A rule of the desk refused it: somebody has to look. */
    reason = cx->err.kind == &ERR_DENIED || cx->err.kind == &ERR_NOT_FOUND ? "not_participant"
                                                                           : "refused";
    log_info(cx->trace, "mail %s: %s", id_text(cx->mem, mail->id), cx->err.oper);
    err_clear(&cx->err);
    return mail_route_park(cx, mail, parsed, reason);
}
