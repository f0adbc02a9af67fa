#include "portal/account/sign_in_rule.h"

#include "db/event.h"

#include <string.h>

const char *const SIGNUP_MODE_NAMES[] = {[SIGNUP_OFF] = "off",
                                         [SIGNUP_INVITED] = "invited",
                                         [SIGNUP_DOMAIN] = "domain",
                                         [SIGNUP_OPEN] = "open",
                                         NULL};

static const char SQL_SIGN_IN_RULE_GET[] =
    "SELECT remember_days, remembers_staff, signup_mode, signup_approves FROM sign_in_rule WHERE tenant_id = ?";
static const char SQL_SIGN_IN_RULE_SET[] =
    "INSERT INTO sign_in_rule (tenant_id, remember_days, remembers_staff, signup_mode, "
    "signup_approves) VALUES (?, ?, ?, ?, ?) "
    "ON DUPLICATE KEY UPDATE remember_days = VALUES(remember_days), "
    "remembers_staff = VALUES(remembers_staff), signup_mode = VALUES(signup_mode), "
    "signup_approves = VALUES(signup_approves)";

static enum signup_mode mode_of(const char *name)
{
    for (size_t i = 0; i < SIGNUP_MODE_COUNT; i++)
        if (strcmp(SIGNUP_MODE_NAMES[i], name) == 0)
            return (enum signup_mode)i;
    return SIGNUP_OFF; /* a word that is not known here opens nothing */
}

bool sign_in_rule_get(struct ctx *cx, struct sign_in_rule *out)
{
    struct db_rows rows;

    if (!db_query(cx, &rows, SQL_SIGN_IN_RULE_GET, DB_ID(cx->tenant_id)))
        return false;
    *out = (struct sign_in_rule){
        .remember_days = SIGN_IN_RULE_DAYS, .signup = SIGNUP_INVITED, .signup_approves = true};
    if (db_next(&rows))
        *out = (struct sign_in_rule){.remember_days = db_i64(&rows.row, 0),
                                     .remembers_staff = db_bool(&rows.row, 1),
                                     .signup = mode_of(db_text(&rows.row, 2)),
                                     .signup_approves = db_bool(&rows.row, 3)};
    return true;
}

static json_t *rule_json(const struct sign_in_rule *rule)
{
    return json_pack("{s:I,s:b,s:s,s:b}", "remember_days", (json_int_t)rule->remember_days,
                     "remembers_staff", rule->remembers_staff, "signup",
                     SIGNUP_MODE_NAMES[rule->signup], "signup_approves", rule->signup_approves);
}

bool sign_in_rule_set(struct ctx *cx, const struct sign_in_rule *rule)
{
    struct sign_in_rule before;
    json_t *data;

    if (cx->viewer.kind == VIEWER_CUSTOMER || !viewer_has(&cx->viewer, RIGHT_SETTINGS_UPDATE))
        return err_set(&cx->err, &ERR_DENIED, "how people sign in");
    if (rule->remember_days < 0 || rule->remember_days > SIGN_IN_RULE_DAYS_MAX)
        return err_set_at(&cx->err, &ERR_INVALID, "remember_days", "days out of bounds");
    if (!sign_in_rule_get(cx, &before))
        return false;
    data = json_own(cx->mem, json_pack("{s:s,s:o,s:o}", "change", "sign_in", "before",
                                       rule_json(&before), "after", rule_json(rule)));
    if (json_equal(json_object_get(data, "before"), json_object_get(data, "after")))
        return true;
    if (!db_begin(cx))
        return false;
    if (!db_exec(cx, NULL, SQL_SIGN_IN_RULE_SET, DB_ID(cx->tenant_id), DB_INT(rule->remember_days),
                 DB_BOOL(rule->remembers_staff), DB_TEXT(SIGNUP_MODE_NAMES[rule->signup]),
                 DB_BOOL(rule->signup_approves)) ||
        !event_emit(cx, EVENT_TENANT_UPDATED, cx->tenant_id, data)) {
        db_rollback(cx);
        return false;
    }
    return db_commit(cx);
}
