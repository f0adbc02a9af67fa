#include "portal/account/erasure_rows.h"

#include "db/event.h"
#include "licensing/licence.h"
#include "licensing/token.h"
#include "portal/account/erasure.h"

/* Arguments: tenant, person. What is not here names him by his id alone, which says nothing any
 * more: tests/portal/account/erasure_test.c looks for his name and addresses in every column. */
static const char *const SQL_ERASE_BY_PERSON[] = {
    "DELETE FROM person_address WHERE tenant_id = ? AND person_id = ?",
    "DELETE FROM person_sensitive WHERE tenant_id = ? AND person_id = ?",
    "DELETE FROM custom_value WHERE tenant_id = ? AND subject_id = ?",
    "DELETE FROM recovery_code WHERE tenant_id = ? AND person_id = ?",
    "DELETE FROM credential WHERE tenant_id = ? AND person_id = ?",
    "DELETE FROM person_link WHERE tenant_id = ? AND person_id = ?",
    "DELETE FROM session WHERE tenant_id = ? AND person_id = ?",
    "DELETE FROM session WHERE tenant_id = ? AND waiting_id = ?",
    "DELETE FROM session WHERE tenant_id = ? AND view_person_id = ?",
    "DELETE FROM remembered WHERE tenant_id = ? AND person_id = ?",
    "DELETE FROM oidc_link WHERE tenant_id = ? AND person_id = ?",
    "DELETE FROM notice WHERE tenant_id = ? AND person_id = ?",
    "DELETE FROM notice_choice WHERE tenant_id = ? AND person_id = ?",
    "DELETE FROM notice_habit WHERE tenant_id = ? AND person_id = ?",
    "DELETE FROM mail_out WHERE tenant_id = ? AND person_id = ?",
    "DELETE FROM profile_proposal WHERE tenant_id = ? AND person_id = ?",
    "DELETE FROM signup_wait WHERE tenant_id = ? AND person_id = ?",
    "DELETE FROM membership WHERE tenant_id = ? AND person_id = ?",
    "DELETE FROM ticket_presence WHERE tenant_id = ? AND person_id = ?",
    "UPDATE login_event SET email = '', address = '' WHERE tenant_id = ? AND person_id = ?",
    "UPDATE reporter SET name = '" ERASURE_NAME
    "', phone = '', email = '', address = '' "
    "WHERE tenant_id = ? AND person_id = ?",
    "UPDATE message SET author_name = '" ERASURE_NAME
    "' WHERE tenant_id = ? AND author_id = ? "
    "AND author_name <> ''",
    "DELETE FROM request_answer WHERE tenant_id = ? AND actor_id = ?",
    /* Others' stay without their words: a repeat must not do it again. */
    "UPDATE request_answer a JOIN person p ON p.tenant_id = a.tenant_id SET a.body = '{}' "
    "WHERE a.tenant_id = ? AND p.id = ? AND (INSTR(a.body, CAST(p.id AS CHAR)) > 0 "
    "OR (p.full_name <> '' AND INSTR(a.body, p.full_name) > 0))",
    "UPDATE merge SET gone_email = '' WHERE tenant_id = ? AND gone_id = ?",
    "UPDATE merge SET gone_email = '' WHERE tenant_id = ? AND kept_id = ?",
};
/* Arguments: tenant, address. */
static const char *const SQL_ERASE_BY_ADDRESS[] = {
    "DELETE FROM mail_out WHERE tenant_id = ? AND to_address = ?",
    "DELETE FROM mail_in WHERE tenant_id = ? AND sender = ?",
    "DELETE FROM notice WHERE tenant_id = ? AND address = ?",
    "DELETE FROM signup WHERE tenant_id = ? AND email = ?",
    "UPDATE request_answer SET body = '{}' WHERE tenant_id = ? AND INSTR(body, ?) > 0",
    "DELETE FROM mail_stop WHERE tenant_id = ? AND address = ?",
    "DELETE FROM mail_ignored WHERE tenant_id = ? AND address = ?",
    "UPDATE login_event SET email = '', address = '' WHERE tenant_id = ? AND email = ?",
    "UPDATE reporter SET name = '" ERASURE_NAME
    "', phone = '', email = '', address = '' "
    "WHERE tenant_id = ? AND email = ?",
};
static const char SQL_ERASE_ADDRESSES[] =
    "SELECT email FROM person WHERE tenant_id = ? AND id = ? UNION "
    "SELECT email FROM person_address WHERE tenant_id = ? AND person_id = ? UNION "
    "SELECT gone_email FROM merge WHERE tenant_id = ? AND kept_id = ? AND gone_email <> ''";

static bool by_address(struct ctx *cx, struct id person_id)
{
    const struct db_arg tenant = DB_ID(cx->tenant_id), person = DB_ID(person_id);
    struct db_rows rows;

    if (!db_query(cx, &rows, SQL_ERASE_ADDRESSES, tenant, person, tenant, person, tenant, person))
        return false;
    while (db_next(&rows))
        for (size_t i = 0; i < COUNT(SQL_ERASE_BY_ADDRESS); i++)
            if (!db_exec(cx, NULL, SQL_ERASE_BY_ADDRESS[i], tenant, DB_TEXT(db_text(&rows.row, 0))))
                return false;
    return true;
}

static bool by_person(struct ctx *cx, struct id person_id)
{
    for (size_t i = 0; i < COUNT(SQL_ERASE_BY_PERSON); i++)
        if (!db_exec(cx, NULL, SQL_ERASE_BY_PERSON[i], DB_ID(cx->tenant_id), DB_ID(person_id)))
            return false;
    return true;
}

/* What the trail holds of him: events about him, by him, and about his tickets where they name him.
 * The digests stay, and with them the chain. */
static const char SQL_ERASE_EVENTS_BY[] =
    "UPDATE event SET data = NULL, address = NULL, salt = NULL, erased_at = ? "
    "WHERE tenant_id = ? AND actor_id = ? AND erased_at IS NULL";
static const char SQL_ERASE_EVENTS_OF_TICKETS[] =
    "UPDATE event e JOIN ticket t ON t.tenant_id = e.tenant_id AND t.id = e.subject_id "
    "JOIN person p ON p.tenant_id = t.tenant_id AND p.id = ? LEFT JOIN reporter r "
    "ON r.tenant_id = t.tenant_id AND r.id = t.reporter_id "
    "SET e.data = NULL, e.address = NULL, e.salt = NULL, e.erased_at = ? "
    "WHERE e.tenant_id = ? AND e.erased_at IS NULL AND (t.person_id = p.id OR r.person_id = p.id) "
    "AND (INSTR(e.data, p.full_name) > 0 OR INSTR(e.data, p.email) > 0)";
static const char SQL_ERASE_PAYLOADS[] =
    "UPDATE webhook_event w JOIN event e ON e.tenant_id = w.tenant_id AND e.id = w.event_id "
    "SET w.payload = '{}' WHERE w.tenant_id = ? AND e.subject_id = ? AND w.due_at IS NULL";

static bool events(struct ctx *cx, struct id person_id)
{
    const struct db_arg tenant = DB_ID(cx->tenant_id), person = DB_ID(person_id);
    const struct db_arg now = DB_TIME(cx->now);

    return db_exec(cx, NULL, SQL_ERASE_EVENTS_OF_TICKETS, person, now, tenant) &&
           db_exec(cx, NULL, SQL_ERASE_EVENTS_BY, now, tenant, person) &&
           db_exec(cx, NULL, SQL_ERASE_PAYLOADS, tenant, person) && event_erase(cx, person_id);
}

static const char SQL_ERASE_PERSON[] =
    "UPDATE person SET full_name = '" ERASURE_NAME
    "', given_name = '', family_name = NULL, "
    "email = CONCAT(id, '@removed.invalid'), verified_email = NULL, phone = '', home_address = '', "
    "language = '', time_zone = '', metadata = '{}', is_disabled = TRUE, "
    "deleted_at = COALESCE(deleted_at, ?), updated_at = ? WHERE tenant_id = ? AND id = ?";
static const char SQL_ERASE_MERGED[] =
    "SELECT gone_id FROM merge WHERE tenant_id = ? AND kept_id = ? AND kind = 'person' "
    "AND undone_at IS NULL";

static bool erase_one(struct ctx *cx, struct id person_id)
{
    return events(cx, person_id) && by_address(cx, person_id) && by_person(cx, person_id) &&
           token_revoke_person(cx, person_id, (struct id){{0}}) &&
           licence_changed(cx, "person", person_id) &&
           db_exec(cx, NULL, SQL_ERASE_PERSON, DB_TIME(cx->now), DB_TIME(cx->now),
                   DB_ID(cx->tenant_id), DB_ID(person_id));
}

/* With the accounts that were merged into his, and those merged into them. */
bool erasure_rows(struct ctx *cx, struct id person_id)
{
    enum { CHAIN_MAX = 100 };
    struct id todo[CHAIN_MAX] = {person_id};
    size_t count = 1;

    for (size_t i = 0; i < count; i++) {
        struct db_rows rows;

        if (!db_query(cx, &rows, SQL_ERASE_MERGED, DB_ID(cx->tenant_id), DB_ID(todo[i])))
            return false;
        while (db_next(&rows) && count < CHAIN_MAX)
            todo[count++] = db_id(&rows.row, 0);
        if (!erase_one(cx, todo[i]))
            return false;
    }
    return true;
}
