/* Mails are parsed in a process of their own: one mail, then it ends. It has no database, no keys,
 * no network and little memory, and is killed when it takes too long. */
#pragma once

#include "base/json.h"

enum { MAIL_WORKER_SECONDS = 20 };

/* Standard input is the mail's file, standard output takes the answer. Returns the exit code. */
int mail_worker_main(void);

/* Parses what fd holds (from where it stands); program NULL: this very program's "mail-worker".
 * *out is mail_parse.h's value, in mem, checked to be one. Fails with ERR_INTERNAL (the mail is at
 * fault: it ran into a limit) and ERR_BUSY (no process could be started). */
bool mail_worker_parse(struct err *err, struct arena *mem, const char *program, int fd,
                       json_t **out) MUST_CHECK;
