/* How a mail looks: a text as a simple page in the tenant's colours, and who it comes from. */
#pragma once

#include "portal/app.h"
#include "portal/http/lang.h"
#include "portal/mail/mail_out.h"

struct mail_look { /* the tenant's own; "" or NULL: none */
    const char *tenant_name, *accent;
    const char *logo;      /* the picture's address */
    const char *foot_html; /* below the text, from article_markdown_html */
    const char *base;      /* where the tenant's pages are: only what leads there is a link */
    /* From mail_look_read alone: */
    const struct lang *lang; /* the reader's */
    const char *foot;        /* the same as foot_html, as it was typed */
    const char *sender_name, *sender_address;
};
/* A mail's text as a simple page: paragraphs, links, the tenant's picture and name over a line in
 * its accent colour, and its own lines below. */
const char *mail_look_html(struct arena *mem, const struct lang *lang, const struct mail_look *look,
                           const char *text);

/* Of cx's tenant, for somebody who reads that language ("": the tenant's). */
bool mail_look_read(struct ctx *cx, const struct app *app, const char *language,
                    struct mail_look *out) MUST_CHECK;
/* Queues a draft whose kind, reader, subject and text are set, from the tenant's sender and with
 * its look. Fails as mail_out_add. */
bool mail_look_queue(struct ctx *cx, const struct mail_look *look,
                     struct mail_draft *draft) MUST_CHECK;
