/* Where the answer to a mail about a ticket goes: an address that names the ticket and proves that
 * we gave it to that person ("ticket+TOKEN@example.com"), and the mails that a ticket is made of.
 */
#pragma once

#include "db/db.h"

enum {
    MAIL_TOKEN_BYTES = 30,   /* a ticket's id and a MAC of 112 bits */
    MAIL_TOKEN_LETTERS = 48, /* base32, small letters: mail servers may change the case */
    MAIL_TOKEN_LOCAL_MAX = 64,
    MAIL_MESSAGE_ID_MAX = 250
};

/* The address for Reply-To in a mail to that person (an account's id, or a reporter's) about that
 * ticket; inbound is mail_inbox_address's. NULL where inbound is "" or its part before the @ has no
 * room for a token. Needs cx->master. In cx->mem. */
const char *mail_token_address(struct ctx *cx, const char *inbound, struct id ticket_id,
                               struct id person_id);

struct mail_token {
    struct id ticket_id; /* not proven before mail_token_is_for */
    uint8_t mac[MAIL_TOKEN_BYTES - sizeof(struct id)];
};
/* Finds a token in an address. */
bool mail_token_parse(const char *address, struct mail_token *out) MUST_CHECK;
/* Whether this tenant gave it to that person. */
bool mail_token_is_for(struct ctx *cx, const struct mail_token *token, struct id person_id);

/* --- which mails belong to which ticket, by their Message-ID, without its <> --- */

/* Remembers one, inside the caller's transaction; is_ours: we sent it. Once is enough. */
bool mail_token_remember(struct ctx *cx, const char *message_id, struct id ticket_id,
                         bool is_ours) MUST_CHECK;
/* The ticket of a mail that we sent; zero when there is none. */
bool mail_token_recall(struct ctx *cx, const char *message_id, struct id *ticket_id) MUST_CHECK;
