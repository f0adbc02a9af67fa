/* When people are away, and who stands in for them. Days are of the tenant's zone. */
#pragma once

#include "db/ctx.h"

enum { LEAVE_NOTE_MAX = 200, LEAVE_DAYS_MAX = 400, LEAVE_LIST_MAX = 200, LEAVE_CHAIN_MAX = 5 };

extern const struct err_kind
    ERR_LEAVE_OVERLAP; /* the person is away on one of these days already */

struct leave { /* in cx->mem */
    struct id id, person_id, substitute_id;
    const char *from_on, *to_on;               /* "2026-03-09", both included */
    const char *note;                          /* "" for none */
    const char *person_name, *substitute_name; /* when read; "" for nobody */
    bool is_now;
};

/* Today in the tenant's zone: "2026-03-09". */
bool leave_today(struct ctx *cx, const char **out) MUST_CHECK;
/* Those that are not over, by day; person_id zero: of everybody. Staff, the system. */
bool leave_list(struct ctx *cx, struct id person_id, struct leave **out, size_t *count) MUST_CHECK;
/* Those that touch the days from from_on to to_on, over or not, by day. Staff, the system. */
bool leave_between(struct ctx *cx, const char *from_on, const char *to_on, struct leave **out,
                   size_t *count) MUST_CHECK;
/* One's own leave, anybody's with RIGHT_SETTINGS, and that of the people one leads: ERR_DENIED
 * else. Fails: ERR_INVALID at "person", "from", "to" (before from, over, or too long), "substitute"
 * (no staff, or the person himself), "note"; ERR_LEAVE_OVERLAP at "from". Emits leave.changed. */
bool leave_add(struct ctx *cx, const struct leave *l, struct id *out) MUST_CHECK;
/* Fails: ERR_NOT_FOUND; ERR_DENIED as above. Emits leave.changed. */
bool leave_remove(struct ctx *cx, struct id id) MUST_CHECK;
/* Who acts for that person today: himself where he is here, else his substitute, and the
 * substitute's where that one is away too; zero when nobody of them is here. */
bool leave_stand_in(struct ctx *cx, struct id person_id, struct id *out) MUST_CHECK;
