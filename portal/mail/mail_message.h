/* A mail as bytes (RFC 5322, MIME): headers that nobody can break out of, and a text. */
#pragma once

#include "base/id.h"
#include "base/str.h"

struct mail_message {
    struct id id; /* names it for good: a second copy has the same Message-ID */
    int64_t at;
    const char *from_name, *from_address;
    const char *to_name, *to_address;
    const char *subject;
    const char *text;
    const char *html;       /* the same text for programs that show it; NULL: none */
    const char *reply_to;   /* NULL, as these: none */
    const char *references; /* Message-IDs in <> with blanks between, the nearest last */
    const char *stop_url;   /* where such mails are stopped by one post (RFC 8058) */
};

/* "<ID@DOMAIN>": what a mail of ours is called, by its id and the address it comes from. */
const char *mail_message_id(struct arena *mem, struct id id, const char *from_address);
/* Lines ended by \r\n, none longer than 78 bytes, all of them ASCII. */
struct span mail_message_write(struct arena *mem, const struct mail_message *m);
/* An address that can stand in a header and an SMTP command: ASCII, one @, nothing but name
 * characters around it, at most 254 bytes. */
bool mail_message_address_is_good(const char *address);
/* The text of a written one, or NULL; for showing what lies in a spool. */
const char *mail_message_text(struct arena *mem, const char *message);
