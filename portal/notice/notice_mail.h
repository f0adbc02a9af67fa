/* Notices become mails: what is due of one person and ticket is one mail, of a digest one a day. */
#pragma once

#include "portal/app.h"

enum { NOTICE_MAIL_BATCH = 20, NOTICE_MAIL_LINES_MAX = 50, NOTICE_MAIL_TAKEN_MAX = 20000 };

/* Writes up to NOTICE_MAIL_BATCH mails of any tenant into the queue; each in a transaction with its
 * notices, so that every notice is in one mail, whatever node writes it. */
bool notice_mail_work(struct ctx *cx, const struct app *app, unsigned *worked) MUST_CHECK;
