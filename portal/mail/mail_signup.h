/* Mails about making an account oneself. */
#pragma once

#include "portal/app.h"
#include "portal/mail/mail_text.h"

/* An address asks for an account, by anybody: the same work whether it may have one or has one
 * already, since the jobs role looks later (portal/jobs/mailer.c). language: "" the tenant's. */
#define MAIL_SIGNUP_JOB "account.signup"
bool mail_signup_ask(struct ctx *cx, const char *email, const char *language) MUST_CHECK;
/* What comes of it: a link to go on by, word that there is an account already, or nothing where the
 * tenant's rule does not let the address in. The system alone. */
bool mail_signup_answer(struct ctx *cx, const struct app *app, const char *email,
                        const char *language) MUST_CHECK;
/* Tells somebody what staff decided, MAIL_ACCEPTED or MAIL_DECLINED. */
bool mail_signup_decided(struct ctx *cx, const struct app *app, struct id person_id,
                         enum mail_kind kind) MUST_CHECK;
