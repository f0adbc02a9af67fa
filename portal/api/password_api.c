#include "portal/api/password_api.h"

#include "base/clock.h"
#include "portal/account/credential.h"
#include "portal/account/login.h"
#include "portal/account/person_link.h"
#include "portal/account/second_factor.h"
#include "portal/account/user.h"
#include "portal/api/api_auth.h"
#include "portal/api/api_input.h"
#include "portal/api/api_permission.h"
#include "portal/api/user_api.h"
#include "portal/mail/mail_account.h"

static const char AT_HEADER[] = ":Authorization";
static const char AT_OTP[] = "/meta/otp";
static const char AT_OLD[] = "/meta/oldPassword";
static const char AT_NEW[] = "/meta/newPassword";
static const char AT_RESET[] = "/meta/passwordResetToken";

enum { RESET_HOURS = 24 };

static const struct err_kind ERR_EMAIL_REQUIRED = {ERR_CLASS_LOGIN, "EMAIL_REQUIRED",
                                                   "An e-mail address is needed."};
static const struct err_kind ERR_EMAIL_INVALID = {ERR_CLASS_LOGIN, "EMAIL_INVALID",
                                                  "Nobody has this e-mail address."};
static const struct err_kind ERR_PASSWORD_REQUIRED = {ERR_CLASS_LOGIN, "PASSWORD_REQUIRED",
                                                      "A password is needed."};
static const struct err_kind ERR_PASSWORD_INVALID = {
    ERR_CLASS_LOGIN, "PASSWORD_INVALID",
    "The password is wrong, or too many wrong ones were tried lately."};
static const struct err_kind ERR_PASSWORD_NONE = {ERR_CLASS_LOGIN, "PASSWORD_NOT_SUPPORTED",
                                                  "This person has no password."};
static const struct err_kind ERR_OTP_REQUIRED = {ERR_CLASS_LOGIN, "OTP_REQUIRED",
                                                 "A code of the second factor is needed."};
static const struct err_kind ERR_OTP_INVALID = {ERR_CLASS_LOGIN, "OTP_INVALID",
                                                "The code of the second factor is wrong."};
static const struct err_kind ERR_OLD_WRONG = {ERR_CLASS_LOGIN, "", "The old password is wrong."};
static const struct err_kind ERR_RESET_OLD = {
    ERR_CLASS_LOGIN, "", "This password reset token is older than a day. Ask for a new one."};

typedef bool (*then_fn)(struct ctx *cx, struct id person_id, void *arg);

/* --- e-mail and password for a token --- */

struct
try { /* a password under judgement */
    then_fn then;
    void *arg;
    bool is_half; /* it was right, the second step is missing */
};

static bool go_on(struct ctx *cx, struct id person_id, void *arg)
{
    struct try *t = arg;

    cx->actor_id = person_id;
    return t->then(cx, person_id, t->arg);
}

static bool stop_half(struct ctx *cx, struct id person_id, void *arg)
{
    struct try *t = arg;

    (void)cx;
    (void)person_id;
    t->is_half = true;
    return true;
}

static struct login_try try_of(const struct req *rq, struct try *t)
{
    return (struct login_try){.address = rq->address,
                              .account_tries = rq->app->config.login_account_tries,
                              .address_tries = rq->app->config.login_address_tries,
                              .takes_weak = true,
                              .then = go_on,
                              .arg = t};
}

/* Other failures than a refusal; too many of them have the wire's word. */
static bool fail(struct req *rq)
{
    if (rq->cx.err.kind != &ERR_LOGIN_THROTTLED)
        return false;
    err_clear(&rq->cx.err);
    return err_set(&rq->cx.err, &ERR_LIMITED, "sign-ins of %s", rq->address);
}

/* meta.otp; its shape is looked at with the rest of the body, once the password was judged. */
static const char *find_otp(const struct api *api)
{
    return json_string_value(json_object_get(json_object_get(api->body, "meta"), "otp"));
}

/* Why it was refused. Each answer comes after the same work, whether the address is known or not.
 */
static bool tell_why(struct req *rq, const char *email, bool was_right)
{
    struct ctx *cx = &rq->cx;
    struct credential *credential = NULL;
    struct person *person;

    err_clear(&cx->err);
    if (!person_find_by_email(cx, email, &person) ||
        (person != NULL && !credential_find(cx, person->id, &credential)))
        return false;
    if (person == NULL)
        return err_set_at(&cx->err, &ERR_EMAIL_INVALID, AT_HEADER, "nobody");
    if (was_right)
        return err_set_at(&cx->err, &ERR_API_USER_BANNED, AT_HEADER, "banned or disabled");
    if (credential == NULL || credential->password_hash == NULL)
        return err_set_at(&cx->err, &ERR_PASSWORD_NONE, AT_HEADER, "no password");
    return err_set_at(&cx->err, &ERR_PASSWORD_INVALID, AT_HEADER, "wrong password");
}

static bool needs_otp(struct req *rq, const char *email, bool *needs)
{
    struct person *person;

    *needs = false;
    return person_find_by_email(&rq->cx, email, &person) &&
           (person == NULL || second_factor_is_on(&rq->cx, person->id, needs));
}

static bool check_otp(struct req *rq, struct id person_id, const char *otp,
                      const struct login_try *attempt)
{
    if (login_check_code(&rq->cx, person_id, otp, attempt))
        return true;
    if (rq->cx.err.kind != &ERR_LOGIN_CODE && rq->cx.err.kind != &ERR_LOGIN_REFUSED)
        return fail(rq);
    err_clear(&rq->cx.err);
    return err_set_at(&rq->cx.err, &ERR_OTP_INVALID, AT_OTP, "wrong code");
}

bool password_api_check(struct req *rq, then_fn then, void *arg)
{
    const struct api *api = api_of(rq);
    const char *otp = find_otp(api);
    struct try state = {.then = then, .arg = arg};
    struct login_try attempt = try_of(rq, &state);
    struct id person_id;
    bool was_right = false;
    bool needs;

    if (*api->email == '\0')
        return err_set_at(&rq->cx.err, &ERR_EMAIL_REQUIRED, AT_HEADER, "no e-mail");
    if (*api->password == '\0')
        return err_set_at(&rq->cx.err, &ERR_PASSWORD_REQUIRED, AT_HEADER, "no password");
    if (!needs_otp(rq, api->email, &needs))
        return false;
    if (needs && otp == NULL)
        return err_set_at(&rq->cx.err, &ERR_OTP_REQUIRED, AT_OTP, "no code");
    attempt.email = api->email;
    attempt.password = api->password;
    attempt.halfway = stop_half;
    attempt.was_right = &was_right;
    if (!login_check(&rq->cx, &attempt, &person_id))
        return rq->cx.err.kind == &ERR_LOGIN_REFUSED ? tell_why(rq, api->email, was_right)
                                                     : fail(rq);
    return !state.is_half || check_otp(rq, person_id, otp != NULL ? otp : "", &attempt);
}

/* --- changing it --- */

static bool read_meta(struct req *rq, const char *const *names, struct api_object *meta)
{
    static const char *const TOP[] = {"meta", NULL};
    struct api_object top = {&rq->cx, api_of(rq)->body, ""};

    return api_input_known(&top, TOP) && api_input_object(&top, "meta", API_REQUIRED, meta) &&
           api_input_known(meta, names);
}

struct change { /* a password on its way */
    const char *hash;
    bool is_weak;
    struct id token_id; /* the one that asks: it stays */
};

static bool store(struct ctx *cx, struct id person_id, void *arg)
{
    const struct change *c = arg;

    return credential_store_as(cx, person_id, c->hash, c->is_weak) &&
           token_revoke_person(cx, person_id, c->token_id);
}

static bool find_self(struct req *rq, struct user **out)
{
    const struct api *api = api_of(rq);

    if (!user_api_find(rq, api_arg(rq, 0), out) ||
        !api_permission_on(rq, PERMIT_USER_PASSWORD_UPDATE,
                           &(struct api_subject){.person_id = (*out)->id}))
        return false;
    return id_equal((*out)->id, api->bearer_id) ||
           err_set(&rq->cx.err, &ERR_DENIED, "another's password");
}

/* A password for tokens alone is followed by one of the same kind, however good: a self-made user
 * has still shown nothing about the address. What opens the portal is a link by mail. */
static bool stays_weak(struct req *rq, struct id person_id, bool *is_weak)
{
    struct credential *old;

    if (!credential_find(&rq->cx, person_id, &old))
        return false;
    *is_weak |= old != NULL && old->is_weak;
    return true;
}

bool password_api_update(struct req *rq)
{
    static const char *const META[] = {"oldPassword", "newPassword", NULL};
    const struct api *api = api_of(rq);
    struct change change = {0};
    struct try state = {.then = store, .arg = &change};
    struct login_try attempt = try_of(rq, &state);
    const char *new_password = NULL;
    struct api_object meta;
    struct id person_id;
    struct user *u;

    if (!find_self(rq, &u) || !read_meta(rq, META, &meta) ||
        !api_input_text(&meta, "oldPassword", API_REQUIRED, &attempt.password) ||
        !api_input_text(&meta, "newPassword", API_REQUIRED, &new_password) ||
        !user_password_hash(&rq->cx, new_password, AT_NEW, &change.hash, &change.is_weak) ||
        !stays_weak(rq, u->id, &change.is_weak))
        return false;
    if (api->token != NULL)
        change.token_id = api->token->id;
    attempt.email = u->email;
    if (login_check(&rq->cx, &attempt, &person_id))
        return user_api_answer(rq, u->id);
    if (rq->cx.err.kind != &ERR_LOGIN_REFUSED)
        return fail(rq);
    err_clear(&rq->cx.err);
    return err_set_at(&rq->cx.err, &ERR_OLD_WRONG, AT_OLD, "wrong password");
}

/* --- resetting it --- */

/* A link that the portal sends is what the wire calls a reset token. */
static bool find_link(struct req *rq, const char *token, struct id *person_id)
{
    struct ctx *cx = &rq->cx;
    struct person_link link;
    struct id id;

    if (!person_link_find(cx, token, &link)) {
        if (cx->err.kind != &ERR_PERSON_LINK_OVER)
            return false;
        err_clear(&cx->err);
        return err_set(&cx->err, &ERR_NOT_FOUND, "reset token");
    }
    if (!id_equal(link.person_id, id_parse(api_arg(rq, 0), &id) ? id : (struct id){{0}}) &&
        (person_email_clean(cx->mem, api_arg(rq, 0)) == NULL ||
         !span_equal(span_of(person_email_clean(cx->mem, api_arg(rq, 0))), link.email)))
        return err_set(&cx->err, &ERR_NOT_FOUND, "another's reset token");
    *person_id = link.person_id;
    return link.created_at + RESET_HOURS * CLOCK_HOUR > cx->now ||
           err_set_at(&cx->err, &ERR_RESET_OLD, AT_RESET, "older than a day");
}

bool password_api_reset(struct req *rq)
{
    static const char *const META[] = {"passwordResetToken", "newPassword", NULL};
    struct change change = {0};
    const char *new_password = NULL;
    const char *token = NULL;
    struct api_object meta;
    struct id person_id;

    if (!read_meta(rq, META, &meta) ||
        !api_input_text(&meta, "passwordResetToken", API_REQUIRED, &token) ||
        !api_input_text(&meta, "newPassword", API_REQUIRED, &new_password) ||
        !find_link(rq, token, &person_id) ||
        !user_password_hash(&rq->cx, new_password, AT_NEW, &change.hash, &change.is_weak))
        return false;
    rq->cx.actor_id = person_id;
    return person_link_use(&rq->cx, token, change.hash, store, &change) &&
           user_api_answer(rq, person_id);
}

/* The same answer after the same work, whether somebody has the address or not: that is found out
 * later and elsewhere. */
bool password_api_request(struct req *rq)
{
    static const char *const META[] = {"email", "deliver", NULL};
    const char *email = NULL;
    bool deliver = true;
    struct api_object meta;

    if (!read_meta(rq, META, &meta) || !api_input_text(&meta, "email", API_REQUIRED, &email) ||
        !api_input_bool(&meta, "deliver", 0, &deliver))
        return false;
    email = person_email_clean(rq->cx.mem, email);
    if (email != NULL &&
        !(deliver ? mail_account_ask(&rq->cx, email) : mail_account_ask_event(&rq->cx, email)))
        return false;
    rq->status = 204;
    return true;
}
