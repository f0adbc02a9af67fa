/* The tenants' mailboxes: what is new there is kept here, then marked there. */
#pragma once

#include "portal/app.h"

enum { MAIL_FETCH_BATCH = 4 };

/* Looks into the mailboxes that are due. *worked is how many were. */
bool mail_fetch_work(struct ctx *cx, const struct app *app, unsigned *worked) MUST_CHECK;
