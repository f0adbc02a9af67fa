/* The addresses of a person: the one in person.email, that mail goes to, and confirmed further
 * ones, which sign in and whose mail is his as well. No two people of a tenant have the same. */
#pragma once

#include "portal/account/person.h"

enum { PERSON_ADDRESS_MAX = 10 };

extern const struct err_kind ERR_PERSON_ADDRESS_OWN;   /* it is the person's already */
extern const struct err_kind ERR_PERSON_ADDRESS_MANY;  /* PERSON_ADDRESS_MAX of them */
extern const struct err_kind ERR_PERSON_ADDRESS_OTHER; /* another person asked for the link */
extern const struct err_kind ERR_PERSON_ADDRESS_USED;  /* somebody else's */

struct person_address {
    struct id id; /* zero: the main one, and those that wait for their mail */
    const char *email;
    bool is_main;
    bool is_confirmed;
};

/* The main one first, then the others by when they were confirmed, then those that wait. A person's
 * own, or for staff who see him. Fails: ERR_NOT_FOUND. */
bool person_address_list(struct ctx *cx, struct id person_id, struct person_address **out,
                         size_t *count) MUST_CHECK;

/* A link to mail to a further address of the viewer himself; an earlier one for it ends. Whether it
 * belongs to somebody else is said only to whoever gets that mail. Fails: ERR_DENIED,
 * ERR_PERSON_EMAIL, ERR_PERSON_ADDRESS_OWN, ERR_PERSON_ADDRESS_MANY. */
bool person_address_ask(struct ctx *cx, const char *email, const char **clean,
                        const char **token) MUST_CHECK;

/* What the link would add; changes nothing. Fails: ERR_PERSON_LINK_OVER, ERR_PERSON_ADDRESS_OTHER
 * the viewer did not ask for it. */
bool person_address_asked(struct ctx *cx, const char *token, const char **email) MUST_CHECK;
/* Adds it. Fails as person_address_asked, and ERR_PERSON_ADDRESS_USED. Emits person.updated. */
bool person_address_confirm(struct ctx *cx, const char *token) MUST_CHECK;

/* A confirmed one becomes the main one; the one before stays as a further one if it was confirmed,
 * else it goes. The person himself, or whoever may change his address (person_change). Fails:
 * ERR_DENIED, ERR_NOT_FOUND. Emits person.updated. */
bool person_address_make_main(struct ctx *cx, struct id person_id, struct id address_id) MUST_CHECK;
/* Takes a further one away. Likewise. */
bool person_address_remove(struct ctx *cx, struct id person_id, struct id address_id) MUST_CHECK;

/* Whether somebody has it as a further address, as things stand now, whatever this transaction saw
 * before: for who gives a person his main one, in the same transaction. */
bool person_address_is_taken(struct ctx *cx, const char *email, bool *out) MUST_CHECK;
