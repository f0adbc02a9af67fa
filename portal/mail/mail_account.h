/* Mails about accounts: each has a link that works once, made in the transaction of the mail. */
#pragma once

#include "portal/account/person_link.h"
#include "portal/app.h"
#include "portal/mail/mail_text.h"

/* Where the tenant's pages are, as a reader's browser finds them, without a slash at the end: from
 * settings and the tenant's own host names, never from what a request claims. */
bool mail_account_base(struct ctx *cx, const struct config *config, const char **out) MUST_CHECK;

/* Queues the mail with a link that was made already. In the open transaction, if there is one. */
bool mail_account_link(struct ctx *cx, const struct app *app, struct id person_id,
                       enum mail_kind kind, const char *token) MUST_CHECK;
/* Makes the link and queues its mail, in one transaction; at most
 * MAIL_ACCOUNT_HOURLY of a kind for one person in an hour, further ones are passed over. */
enum { MAIL_ACCOUNT_HOURLY = 5 };
bool mail_account_send(struct ctx *cx, const struct app *app, struct id person_id,
                       enum mail_kind kind) MUST_CHECK;

/* Mails the viewer's link for a further address to that address, MAIL_ACCOUNT_HOURLY at most in an
 * hour: *is_sent is false for what is more. Fails as person_address_ask. */
bool mail_account_address(struct ctx *cx, const struct app *app, const char *email,
                          bool *is_sent) MUST_CHECK;

/* "I forgot my password", by anybody for any address: the same work whether there is an account or
 * not, since the jobs role looks later (portal/jobs/mailer.c). */
#define MAIL_ACCOUNT_JOB "account.password"
bool mail_account_ask(struct ctx *cx, const char *email) MUST_CHECK;
/* The same without a mail, for tenants that hear of the event and send mails of their own. */
bool mail_account_ask_event(struct ctx *cx, const char *email) MUST_CHECK;
/* A link to sign in by, asked for by anybody for any address: likewise. */
#define MAIL_ACCOUNT_LOGIN_JOB "account.login"
bool mail_account_ask_login(struct ctx *cx, const char *email) MUST_CHECK;
