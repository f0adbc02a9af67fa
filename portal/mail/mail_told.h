/* Mails that tell a person what was done to the account: a password, a second step, an address, a
 * program's token. Nothing is asked for in them, and no link in them opens anything by itself. */
#pragma once

#include "db/event.h"
#include "portal/app.h"

enum { MAIL_TOLD_HOURLY = 20 }; /* of a kind to one address; further ones are passed over */

/* Queues the mails that an event asks for, if any, inside the caller's transaction: to the person's
 * address, and to the one that was the person's before. Nobody who is gone by now gets one. */
bool mail_told_event(struct ctx *cx, const struct app *app, const struct event *event) MUST_CHECK;
