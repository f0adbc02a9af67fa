/* A mail server in small, for tests of what we hand over: takes mails or refuses them as told. */
#pragma once

#include "base/arena.h"

struct smtp_server;
struct smtp_server *smtp_server_start(void);
void smtp_server_stop(struct smtp_server *s);
const char *smtp_server_url(const struct smtp_server *s, struct arena *mem);
/* What it says to RCPT from now on: "451 later\r\n"; NULL: it takes the mail. The text lives until
 * it is changed. */
void smtp_server_refuse(struct smtp_server *s, const char *answer);
/* From now on it hangs up on whoever connects. */
void smtp_server_hang_up(struct smtp_server *s, bool is_hanging_up);
/* What it was signed in to with last (base64 of "\0name\0password"), "" if never; in mem. */
const char *smtp_server_login(struct smtp_server *s, struct arena *mem);
/* Mails taken; the n-th with its envelope as lines before it: "MAIL FROM:<..>", "RCPT TO:<..>"; in
 * mem. NULL: there was none. */
size_t smtp_server_count(struct smtp_server *s);
const char *smtp_server_mail(struct smtp_server *s, struct arena *mem, size_t n);
