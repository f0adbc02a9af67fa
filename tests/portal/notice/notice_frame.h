/* What tests of notices share: a desk, the jobs' run, and a mail server. */
#pragma once

#include "portal/app.h"
#include "tests/portal/desk/desk_frame.h"
#include "tests/portal/mail/smtp_server.h"

struct post {
    struct ctx *cx, *jobs;
    struct app app;
    struct desk desk;
    struct smtp_server *server;
};
/* Priya and Dan are staff with all rights. */
struct post post_open(void **state);
void post_close(struct post *p);
/* The jobs' work after so many seconds more. */
void post_work(struct post *p, int64_t seconds);
/* What was told up to now is told to nobody. */
void post_forget(struct post *p);
/* The n-th mail: envelope, headers, text; and the latest to an address, NULL for none. */
const char *post_mail(struct post *p, size_t n);
const char *post_mail_to(struct post *p, const char *address);
const char *post_header(struct post *p, const char *mail, const char *name);
/* Its HTML part, decoded. */
const char *post_html(struct post *p, const char *mail);
int post_lines_with(const char *text, const char *what);
int64_t post_unread(struct post *p); /* of who looks */
/* For test_failures: writes the due mails; a mail is there with its notices, or neither is. */
bool post_write_mails(struct ctx *cx, void *arg);
void post_nothing_is_half(struct ctx *cx, void *arg);
