/* Mail that comes in: taken from the spool folder, read in a process of its own, and led to where
 * it belongs. */
#pragma once

#include "portal/app.h"

enum { MAIL_INTAKE_BATCH = 10 };

/* Takes what lies in mail.inbound_spool: a folder for each tenant, by its short name. A mail is
 * taken away there only once it is kept. *worked is how many were. */
bool mail_intake_spool(struct ctx *cx, const struct app *app, unsigned *worked) MUST_CHECK;
/* Reads what was kept, of any tenant. *worked is how many were claimed. */
bool mail_intake_work(struct ctx *cx, const struct app *app, unsigned *worked) MUST_CHECK;
