/* A person's right to be forgotten: asked for by himself, done by staff. Tickets, their text and
 * the figures made of them stay, under a pseudonym. */
#pragma once

#include "db/db.h"

enum { ERASURE_LIST_MAX = 200, ERASURE_REASON_MAX = 400 };
#define ERASURE_NAME "erased person"

extern const struct err_kind ERR_ERASURE_STAFF;   /* a staff account: it is removed first */
extern const struct err_kind ERR_ERASURE_WAITING; /* asked for already */
extern const struct err_kind ERR_ERASURE_OVER;    /* decided or withdrawn meanwhile */

struct erasure {
    struct id id, person_id;
    const char *person_name, *email;
    const char *state;      /* "waiting" "erased" "declined" "withdrawn" */
    const char *decided_by; /* a name; "" while it waits */
    const char *reason;
    int64_t requested_at, decided_at;
};

/* The viewer asks for himself. Fails: ERR_DENIED, ERR_ERASURE_STAFF, ERR_ERASURE_WAITING. Emits
 * person.erasure_asked. */
bool erasure_ask(struct ctx *cx) MUST_CHECK;
bool erasure_withdraw(struct ctx *cx) MUST_CHECK; /* what waits; nothing if nothing does */
/* The viewer's own last request; *out is NULL without one. */
bool erasure_own(struct ctx *cx, struct erasure **out) MUST_CHECK;

/* What waits, oldest first; for staff with RIGHT_CUSTOMERS_DELETE over all customers. */
bool erasure_list(struct ctx *cx, struct erasure **out, size_t *count) MUST_CHECK;
bool erasure_decline(struct ctx *cx, struct id id, const char *reason) MUST_CHECK;
/* Erases whoever asked, and the accounts merged into his: name, addresses, telephones, how he signs
 * in, sign-ins, notices and mails, what the audit trail says of him (its chain stays whole). Fails:
 * ERR_DENIED, ERR_NOT_FOUND, ERR_ERASURE_OVER, ERR_ERASURE_STAFF. Emits person.erased. */
bool erasure_do(struct ctx *cx, struct id id) MUST_CHECK;
