/* People who belong to no organisation yet: staff accept them to one, or decline. */
#pragma once

#include "db/db.h"

enum { SIGNUP_WAIT_LIST_MAX = 200 };

extern const struct err_kind ERR_SIGNUP_WAIT_OVER; /* a colleague decided already */

struct signup_wait_spec { /* "" and zero where there is none */
    struct id person_id, organisation_id;
    const char *organisation_name, *note;
};
/* Inside the open transaction; nothing for who waits already. The system alone. Emits
 * signup.waits. */
bool signup_wait_add(struct ctx *cx, const struct signup_wait_spec *spec) MUST_CHECK;
/* Whether a person waits. */
bool signup_wait_is(struct ctx *cx, struct id person_id, bool *out) MUST_CHECK;

struct signup_wait { /* in cx->mem */
    struct id id, person_id;
    const char *full_name, *email;
    const char *organisation_name; /* as he calls it */
    const char *note;
    const char *suggested_code, *suggested_name; /* by his mail domain; "" none */
    int64_t created_at;
};
/* The first to come first. Need RIGHT_CUSTOMERS_READ: ERR_DENIED else. */
bool signup_wait_list(struct ctx *cx, struct signup_wait **out, size_t *count) MUST_CHECK;
bool signup_wait_count(struct ctx *cx, int64_t *out) MUST_CHECK;

/* Needs RIGHT_CUSTOMERS_CREATE, as any membership. The person belongs to the organisation with that
 * code from now on, with RIGHT_TICKET_OWN. Fails: ERR_DENIED, ERR_NOT_FOUND at code,
 * ERR_SIGNUP_WAIT_OVER. Emits signup.decided. */
bool signup_wait_accept(struct ctx *cx, struct id id, const char *code,
                        struct id *person_id) MUST_CHECK;
/* Needs RIGHT_CUSTOMERS_UPDATE. The account is switched off and its sessions end. Likewise. */
bool signup_wait_decline(struct ctx *cx, struct id id, struct id *person_id) MUST_CHECK;
