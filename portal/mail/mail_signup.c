#include "portal/mail/mail_signup.h"

#include "base/clock.h"
#include "base/crypto.h"
#include "db/job.h"
#include "portal/account/signup.h"
#include "portal/mail/mail_look.h"
#include "portal/mail/mail_text.h"

#include <string.h>

/* By the address, since that is who has to be spared. */
static const char SQL_MAIL_SIGNUP_LATELY[] =
    "SELECT COUNT(*) FROM mail_out WHERE tenant_id = ? AND to_address = ? AND kind = ? "
    "AND created_at > ?";

bool mail_signup_ask(struct ctx *cx, const char *email, const char *language)
{
    json_t *data = json_own(cx->mem, json_pack("{s:s,s:s}", "email", email, "language", language));
    uint8_t hash[CRYPTO_HASH_SIZE];

    crypto_sha256(email, strlen(email), hash);
    return job_add(cx, MAIL_SIGNUP_JOB, crypto_hex(cx->mem, hash, sizeof hash), cx->now,
                   json_write(cx->mem, data));
}

static bool send(struct ctx *cx, const struct app *app, enum mail_kind kind, const char *path,
                 const struct mail_draft *to, const char *language)
{
    struct mail_draft draft = *to;
    struct mail_look look;
    struct mail_facts facts;

    if (!mail_look_read(cx, app, language, &look))
        return false;
    facts = (struct mail_facts){.tenant_name = look.tenant_name,
                                .person_name = to->to_name,
                                .link = arena_printf(cx->mem, "%s%s", look.base, path)};
    draft.kind = mail_text_name(kind);
    mail_text_write(cx->mem, look.lang, kind, &facts, &draft.subject, &draft.text);
    return mail_look_queue(cx, &look, &draft);
}

static bool was_sent_enough(struct ctx *cx, const char *email, enum mail_kind kind, bool *out)
{
    struct db_rows rows;

    if (!db_query(cx, &rows, SQL_MAIL_SIGNUP_LATELY, DB_ID(cx->tenant_id), DB_TEXT(email),
                  DB_TEXT(mail_text_name(kind)), DB_TIME(cx->now - CLOCK_HOUR)))
        return false;
    *out = db_next(&rows) && db_i64(&rows.row, 0) >= SIGNUP_HOURLY;
    return true;
}

/* Whoever has an account is told so in the mail, never on the page. */
static bool tell_known(struct ctx *cx, const struct app *app, const char *email,
                       const struct person *person)
{
    const struct mail_draft to = {
        .person_id = person->id, .to_address = email, .to_name = person->full_name};
    bool is_enough;

    if (!was_sent_enough(cx, email, MAIL_KNOWN, &is_enough))
        return false;
    return is_enough || send(cx, app, MAIL_KNOWN, "/login/forgot", &to, person->language);
}

/* An address that takes no mail gets none. */
static bool sent_or_no_address(struct ctx *cx, bool ok)
{
    if (ok || cx->err.kind != &ERR_MAIL_ADDRESS)
        return ok;
    err_clear(&cx->err);
    return true;
}

bool mail_signup_answer(struct ctx *cx, const struct app *app, const char *email,
                        const char *language)
{
    const struct mail_draft to = {.to_address = email, .to_name = email};
    struct sign_in_rule rule;
    struct person *person;
    const char *token;

    if (!sign_in_rule_get(cx, &rule) || !person_find_by_email(cx, email, &person))
        return false;
    if (!signup_is_possible(&rule))
        return true;
    if (person != NULL)
        return person->is_disabled || sent_or_no_address(cx, tell_known(cx, app, email, person));
    if (!signup_make(cx, email, &token))
        return false;
    return token == NULL ||
           sent_or_no_address(cx, send(cx, app, MAIL_SIGNUP,
                                       arena_printf(cx->mem, "/signup/%s", token), &to, language));
}

bool mail_signup_decided(struct ctx *cx, const struct app *app, struct id person_id,
                         enum mail_kind kind)
{
    struct person *person;
    struct mail_draft to;

    if (!person_get(cx, person_id, &person))
        return false;
    to = (struct mail_draft){
        .person_id = person->id, .to_address = person->email, .to_name = person->full_name};
    return sent_or_no_address(
        cx, send(cx, app, kind, kind == MAIL_ACCEPTED ? "/" : "/kb", &to, person->language));
}
