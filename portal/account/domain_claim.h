/* An organisation's own mail domains, named by its administrator and shown to be its own by a
 * record in the DNS: whoever signs up with an address under one belongs to it (signup_domain.h). */
#pragma once

#include "db/db.h"

enum { DOMAIN_CLAIMS_MAX = 20 };

/* Where the record has to be, in front of the domain, and what it says in front of the challenge.
 */
#define DOMAIN_CLAIM_LABEL "_gatehouse."
#define DOMAIN_CLAIM_VALUE "gatehouse-verification="

extern const struct err_kind ERR_DOMAIN_CLAIM_MANY;
extern const struct err_kind ERR_DOMAIN_CLAIM_PROOF; /* the record is not there */

struct domain_claim { /* in cx->mem */
    struct id id;
    const char *domain;
    const char *challenge; /* NULL: it is proven, or staff's word */
};

/* All: the viewer is an administrator of the current organisation (RIGHT_ADMIN), whose domains
 * these are; ERR_DENIED for others, ERR_NOT_FOUND for another organisation's. */
bool domain_claim_list(struct ctx *cx, struct domain_claim **out, size_t *count) MUST_CHECK;
/* Fails: ERR_SIGNUP_DOMAIN_NAME, ERR_SIGNUP_DOMAIN_PUBLIC, ERR_SIGNUP_DOMAIN_TAKEN it is the
 * organisation's already, ERR_DOMAIN_CLAIM_MANY. Emits organisation.changed, as do the others. */
bool domain_claim_add(struct ctx *cx, const char *domain) MUST_CHECK;
/* Whether a name has this text among its TXT records; false also where nobody answers. */
typedef bool (*domain_claim_ask)(const char *name, const char *text);
/* Looks for the record, outside any transaction. Fails: ERR_DOMAIN_CLAIM_PROOF,
 * ERR_SIGNUP_DOMAIN_TAKEN another organisation has it. */
bool domain_claim_prove(struct ctx *cx, struct id id, domain_claim_ask ask) MUST_CHECK;
/* A claim, or a domain that is the organisation's. */
bool domain_claim_remove(struct ctx *cx, struct id id) MUST_CHECK;
