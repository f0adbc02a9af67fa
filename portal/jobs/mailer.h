/* Mail: who is to get one is found out after the event, and what is due is sent. */
#pragma once

#include "portal/app.h"

enum { MAILER_BATCH = 20 };

/* Each does a batch for all tenants; *worked is how many were claimed.
 * Events that call for a mail: person.password_reset, person.locked; of tickets and ending
 * licences, notices are made (portal/notice), which become mails in time. */
bool mailer_work_events(struct ctx *cx, const struct app *app, unsigned *worked) MUST_CHECK;
/* Those who forgot their password or want a link to sign in by (mail_account_ask…). */
bool mailer_work_asked(struct ctx *cx, const struct app *app, unsigned *worked) MUST_CHECK;
/* Hands over what is due. */
bool mailer_work_out(struct ctx *cx, const struct app *app, unsigned *worked) MUST_CHECK;
