#include "portal/mail/mail_account.h"

#include "base/crypto.h"
#include "db/job.h"
#include "portal/account/person_address.h"
#include "portal/mail/mail_look.h"

#include <assert.h>
#include <string.h>

/* Who makes a link for somebody need not see his account. */
static const char SQL_MAIL_PERSON[] =
    "SELECT language, full_name, email FROM person "
    "WHERE tenant_id = ? AND id = ? AND deleted_at IS NULL";
static const char SQL_MAIL_HOSTS[] =
    "SELECT host FROM tenant_host WHERE tenant_id = ? ORDER BY host LIMIT 100";
static const char SQL_MAIL_LATELY[] =
    "SELECT COUNT(*) FROM mail_out WHERE tenant_id = ? AND person_id = ? AND kind = ? "
    "AND created_at > ?";

/* --- where our pages are --- */

/* The host of an URL without its port, and the port with its colon ("" where there is none). */
static const char *host_of(struct arena *mem, const char *url, const char **port)
{
    const char *from = strstr(url, "://") != NULL ? strstr(url, "://") + 3 : url;
    size_t len = strcspn(from, ":/");

    *port = from[len] == ':' ? arena_dup_bytes(mem, from + len, strcspn(from + len, "/")) : "";
    return arena_dup_bytes(mem, from, len);
}

bool mail_account_base(struct ctx *cx, const struct config *config, const char **out)
{
    const char *scheme = config->behind_tls ? "https" : "http";
    const char *public_url = config->public_url;
    const char *public_port, *own_port;
    const char *public_host = host_of(cx->mem, public_url, &public_port);
    const char *first = NULL;
    struct db_rows rows;

    host_of(cx->mem, config->portal_listen, &own_port);
    if (!db_query(cx, &rows, SQL_MAIL_HOSTS, DB_ID(cx->tenant_id)))
        return false;
    while (db_next(&rows)) {
        const char *host = db_text(&rows.row, 0);

        if (strcmp(host, public_host) == 0) {
            *out = public_url;
            return true;
        }
        first = first == NULL ? host : first;
    }
    if (first != NULL)
        *out = arena_printf(cx->mem, "%s://%s%s", scheme, first,
                            config->behind_tls || strcmp(own_port, ":80") == 0 ? "" : own_port);
    else if (*public_url != '\0')
        *out = public_url;
    else
        *out = arena_printf(cx->mem, "%s://%s", scheme, config->portal_listen);
    return true;
}

/* --- mails --- */

static const char *path_of(enum mail_kind kind)
{
    switch (kind) {
    case MAIL_WELCOME:
    case MAIL_RESET:
        return "/welcome/";
    case MAIL_UNLOCK:
        return "/unlock/";
    case MAIL_LOGIN:
        return "/login/link/";
    case MAIL_VERIFY:
        return "/verify/";
    case MAIL_ADDRESS:
        return "/account/addresses/confirm/";
    case MAIL_SIGNUP: /* of portal/mail/mail_signup.c */
    case MAIL_KNOWN:
    case MAIL_ACCEPTED:
    case MAIL_DECLINED:
    case MAIL_KIND_COUNT:
        break;
    }
    return "/";
}

static enum person_link_purpose purpose_of(enum mail_kind kind)
{
    static const enum person_link_purpose PURPOSES[] = {
        [MAIL_WELCOME] = PERSON_LINK_WELCOME, [MAIL_RESET] = PERSON_LINK_RESET,
        [MAIL_UNLOCK] = PERSON_LINK_UNLOCK,   [MAIL_LOGIN] = PERSON_LINK_LOGIN,
        [MAIL_VERIFY] = PERSON_LINK_VERIFY,   [MAIL_ADDRESS] = PERSON_LINK_ADDRESS};

    _Static_assert(COUNT(PURPOSES) == MAIL_SIGNUP, "a purpose for every kind of a person's link");
    assert(kind < MAIL_SIGNUP);
    return PURPOSES[kind];
}

static bool mail_link(struct ctx *cx, const struct app *app, struct id person_id,
                      enum mail_kind kind, const char *token, const char *to)
{
    struct mail_draft draft = {.kind = mail_text_name(kind), .person_id = person_id};
    struct mail_look look;
    struct mail_facts facts;
    struct db_rows rows;

    if (!db_query(cx, &rows, SQL_MAIL_PERSON, DB_ID(cx->tenant_id), DB_ID(person_id)))
        return false;
    if (!db_next(&rows))
        return err_set(&cx->err, &ERR_NOT_FOUND, "person %s", id_text(cx->mem, person_id));
    if (!mail_look_read(cx, app, db_text(&rows.row, 0), &look))
        return false;
    facts = (struct mail_facts){
        .tenant_name = look.tenant_name,
        .person_name = mail_text_known_name(db_text(&rows.row, 1), db_text(&rows.row, 2)),
        .link = arena_printf(cx->mem, "%s%s%s", look.base, path_of(kind), token)};
    mail_text_write(cx->mem, look.lang, kind, &facts, &draft.subject, &draft.text);
    draft.to_address = to != NULL ? to : db_text(&rows.row, 2);
    draft.to_name = facts.person_name;
    return mail_look_queue(cx, &look, &draft);
}

bool mail_account_link(struct ctx *cx, const struct app *app, struct id person_id,
                       enum mail_kind kind, const char *token)
{
    return mail_link(cx, app, person_id, kind, token, NULL);
}

static bool was_sent_enough(struct ctx *cx, struct id person_id, enum mail_kind kind, bool *out)
{
    struct db_rows rows;

    if (!db_query(cx, &rows, SQL_MAIL_LATELY, DB_ID(cx->tenant_id), DB_ID(person_id),
                  DB_TEXT(mail_text_name(kind)), DB_TIME(cx->now - CLOCK_HOUR)) ||
        !db_next(&rows))
        return false;
    *out = db_i64(&rows.row, 0) >= MAIL_ACCOUNT_HOURLY;
    return true;
}

bool mail_account_send(struct ctx *cx, const struct app *app, struct id person_id,
                       enum mail_kind kind)
{
    const char *token;
    bool is_enough;

    if (!was_sent_enough(cx, person_id, kind, &is_enough))
        return false;
    if (is_enough)
        return true;
    if (!db_begin(cx))
        return false;
    if (!person_link_make_for(cx, person_id, purpose_of(kind), &token) ||
        !mail_account_link(cx, app, person_id, kind, token)) {
        db_rollback(cx);
        return false;
    }
    return db_commit(cx);
}

bool mail_account_address(struct ctx *cx, const struct app *app, const char *email, bool *is_sent)
{
    struct id self = cx->viewer.person_id;
    const char *token, *clean;
    bool is_enough;

    if (!was_sent_enough(cx, self, MAIL_ADDRESS, &is_enough))
        return false;
    *is_sent = !is_enough;
    if (is_enough)
        return true;
    if (!db_begin(cx))
        return false;
    if (!person_address_ask(cx, email, &clean, &token) ||
        !mail_link(cx, app, self, MAIL_ADDRESS, token, clean)) {
        db_rollback(cx);
        return false;
    }
    return db_commit(cx);
}

static bool ask(struct ctx *cx, const char *kind, const char *email, bool deliver)
{
    uint8_t hash[CRYPTO_HASH_SIZE];
    const char *key;

    crypto_sha256(email, strlen(email), hash);
    key = crypto_hex(cx->mem, hash, sizeof hash);
    return job_add(cx, kind, key, cx->now,
                   json_write(cx->mem, json_own(cx->mem, json_pack("{s:s,s:b}", "email", email,
                                                                   "deliver", deliver))));
}

bool mail_account_ask(struct ctx *cx, const char *email)
{
    return ask(cx, MAIL_ACCOUNT_JOB, email, true);
}

bool mail_account_ask_event(struct ctx *cx, const char *email)
{
    return ask(cx, MAIL_ACCOUNT_JOB, email, false);
}

bool mail_account_ask_login(struct ctx *cx, const char *email)
{
    return ask(cx, MAIL_ACCOUNT_LOGIN_JOB, email, true);
}
