/* The way out for mail: to the relay by SMTP, or into a spool folder where there is none. */
#pragma once

#include "base/config.h"
#include "base/err.h"
#include "base/id.h"
#include "portal/mail/mail_out.h"

struct mail_sender; /* one connection to the relay at a time. Threads: one owner. */
/* Reads the password's file. Nothing is connected to yet. Owned, free with mail_sender_free. Fails:
 * ERR_INTERNAL the file cannot be read. */
bool mail_sender_make(struct err *err, const struct config *config,
                      struct mail_sender **out) MUST_CHECK;
void mail_sender_free(struct mail_sender *sender);

/* Hands one message over. What a relay refuses for good about the mail itself (550 to 559) is
 * final; what it says about us (530, 535: our own settings) is not. outcome's texts are in mem. */
void mail_send(struct mail_sender *sender, struct arena *mem, const struct mail_out *mail,
               struct span message, struct mail_outcome *outcome);

/* Whether mails would go out: the relay answers, encrypts and lets us in as the settings want (or
 * there is none, and the spool can be written to). *say tells how it is, in mem. */
bool mail_send_try(struct mail_sender *sender, struct arena *mem, const char **say);

/* Where a mail lies in the spool; in mem. */
const char *mail_send_spool_path(struct arena *mem, const struct config *config,
                                 struct id tenant_id, struct id id);
