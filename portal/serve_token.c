#include "portal/serve_token.h"

#include "licensing/token.h"
#include "portal/account/credential.h"
#include "portal/account/membership.h"
#include "portal/account/role.h"
#include "portal/account/second_rule.h"

#include <string.h>
#include <strings.h>

const struct err_kind ERR_SERVE_TOKEN = {
    ERR_CLASS_LOGIN, "TOKEN_INVALID",
    "An API token is needed here: none was sent, or it is unknown, revoked or expired."};

static const struct err_kind ERR_SERVE_TOKEN_ORGANISATION = {
    ERR_CLASS_MALFORMED, "PARAMETER_INVALID",
    "The parameter organisation has to be the id of one of the person's organisations."};
const struct err_kind ERR_SERVE_TOKEN_STEP = {
    ERR_CLASS_DENIED, "SECOND_STEP_MISSING",
    "The token's owner has to set up a second step of signing in first."};
const struct err_kind ERR_SERVE_TOKEN_LOCKED = {
    ERR_CLASS_DENIED, "ACCOUNT_LOCKED",
    "The token's owner is locked after too many wrong passwords. Try again in 15 minutes."};

static const uint64_t STAFF_ALL = RIGHT_DESK | RIGHT_CUSTOMERS | RIGHT_LICENCES | RIGHT_SALES |
                                  RIGHT_KNOWLEDGE | RIGHT_RULES | RIGHT_REPORTS | RIGHT_SETTINGS;

/* What the tenant's own tokens may do; a switch without default, so that a new kind is decided. */
static uint64_t rights_of(enum token_kind kind)
{
    switch (kind) {
    case TOKEN_ADMIN:
    case TOKEN_READ_ONLY:
        return STAFF_ALL;
    case TOKEN_DEVELOPER:
        return RIGHT_LICENCES | RIGHT_RULES | RIGHT_REPORTS;
    case TOKEN_SALES:
        return RIGHT_SALES | RIGHT_CUSTOMERS | RIGHT_LICENCES;
    case TOKEN_SUPPORT:
        return RIGHT_DESK | RIGHT_CUSTOMERS | RIGHT_KNOWLEDGE;
    case TOKEN_USER:
    case TOKEN_PRODUCT:
    case TOKEN_ACTIVATION:
    case TOKEN_KIND_COUNT:
        break;
    }
    return 0;
}

static const char *bearer(const struct req *rq)
{
    const char *value = req_header(rq, "Authorization");

    if (value == NULL || strncasecmp(value, "Bearer ", 7) != 0)
        return NULL;
    return span_dup(rq->cx.mem, span_trim(span_of(value + 7)));
}

static bool find_token(struct req *rq, struct token **out)
{
    struct ctx *cx = &rq->cx;
    const char *text = bearer(rq);
    uint8_t secret[CRYPTO_HASH_SIZE];
    bool ok;

    *out = NULL;
    if (text == NULL)
        return err_set(&cx->err, &ERR_SERVE_TOKEN, "no bearer");
    if (!token_secret_open(cx, secret))
        return false;
    ok = token_find(cx, secret, text, out);
    crypto_wipe(secret, sizeof(secret));
    if (!ok)
        return false;
    if (*out == NULL || ((*out)->expires_at != 0 && (*out)->expires_at <= cx->now))
        return err_set(&cx->err, &ERR_SERVE_TOKEN, "unknown, revoked or expired");
    if ((*out)->is_bearer_banned)
        return err_set(&cx->err, &ERR_DENIED, "the bearer is banned");
    return true;
}

/* Who could not sign in and act just now does not act by a token either. */
static bool check_person(struct ctx *cx, struct id person_id)
{
    struct credential *credential;
    bool is_owed;

    if (id_is_zero(person_id))
        return true;
    if (!credential_find(cx, person_id, &credential) ||
        !second_rule_is_owed(cx, person_id, &is_owed))
        return false;
    /* Such a password proves nothing about the address that it was given with. */
    if (credential != NULL && credential->is_weak)
        return err_set(&cx->err, &ERR_DENIED, "a person whose password the portal refuses");
    if (credential != NULL && credential->locked_until > cx->now)
        return err_set(&cx->err, &ERR_SERVE_TOKEN_LOCKED, "person %s", id_text(cx->mem, person_id));
    return !is_owed ||
           err_set(&cx->err, &ERR_SERVE_TOKEN_STEP, "person %s", id_text(cx->mem, person_id));
}

static bool be_person(struct req *rq, struct id person_id)
{
    const char *text = req_query(rq, "organisation");
    struct id wanted = {{0}};

    if (text != NULL && !id_parse(text, &wanted))
        return err_set_at(&rq->cx.err, &ERR_SERVE_TOKEN_ORGANISATION, "?organisation", "no id");
    if (!membership_viewer(&rq->cx, person_id, wanted, &rq->cx.viewer))
        return false;
    if (rq->cx.viewer.rights == 0)
        return err_set(&rq->cx.err, &ERR_DENIED, "a person without rights");
    rq->cx.actor_id = person_id;
    return true;
}

/* A person's own token is worth no more than the person's role is by now. */
static bool limit_to_role(struct req *rq, struct id person_id, uint64_t *rights, struct id *team_id)
{
    struct staff *staff;

    if (id_is_zero(person_id))
        return true;
    if (!role_staff_find(&rq->cx, person_id, &staff))
        return false;
    *rights &= staff != NULL ? staff->rights : 0;
    *team_id = staff != NULL ? staff->team_id : (struct id){{0}};
    return *rights != 0 || err_set(&rq->cx.err, &ERR_DENIED, "a person without a role");
}

bool serve_token(struct req *rq)
{
    struct token *token;
    struct id team_id = {{0}};
    uint64_t rights;
    bool reads = rq->method == METHOD_GET || rq->method == METHOD_HEAD;

    if (!find_token(rq, &token) || !check_person(&rq->cx, token->person_id))
        return false;
    if (token->kind == TOKEN_USER)
        return be_person(rq, token->person_id);
    if (rights_of(token->kind) == 0 || (token->kind == TOKEN_READ_ONLY && !reads))
        return err_set(&rq->cx.err, &ERR_DENIED, "a token of kind %s",
                       TOKEN_KIND_NAMES[token->kind]);
    rights = rights_of(token->kind);
    if (!limit_to_role(rq, token->person_id, &rights, &team_id))
        return false;
    rq->cx.viewer = (struct viewer){
        .kind = VIEWER_STAFF, .person_id = token->person_id, .team_id = team_id, .rights = rights};
    rq->cx.actor_id = id_is_zero(token->person_id) ? token->id : token->person_id;
    return true;
}
