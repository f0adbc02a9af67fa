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
/* Another way than the installation's. Copied but for config. */
struct mail_way {
    const char *url;  /* smtp://host:587, smtps://host:465 */
    const char *tls;  /* "required" "offered" "never" */
    const char *user; /* "": nobody signs in */
    const char *password;
    bool is_guarded; /* addresses of the public internet alone */
};
struct mail_sender *mail_sender_make_way(const struct config *config, const struct mail_way *way);
void mail_sender_free(struct mail_sender *sender);

/* Hands one message over. What a relay refuses for good about the mail itself (550 to 559) is
 * final; what it says about us (530, 535: our own settings) is not. outcome's texts are in mem. */
void mail_send(struct mail_sender *sender, struct arena *mem, const struct mail_out *mail,
               struct span message, struct mail_outcome *outcome);

/* Whether mails would go out: the relay answers, encrypts and lets us in as the settings want (or
 * there is none, and the spool can be written to). *say tells how it is, in mem. */
bool mail_send_try(struct mail_sender *sender, struct arena *mem, const char **say);
/* The same for whoever waits for it: in so short a time, and what is wrong in English for
 * translation (static; NULL: nothing), with what the server said behind it (in mem). */
const char *mail_send_look(struct mail_sender *sender, struct arena *mem, const char **detail);

/* Where a mail lies in the spool; in mem. */
const char *mail_send_spool_path(struct arena *mem, const struct config *config,
                                 struct id tenant_id, struct id id);
