/* Hours that organisations bought beforehand: what was bought, less what was billed. */
#pragma once

#include "base/json.h"
#include "db/ctx.h"

enum { HOURS_MINUTES_MAX = 100000 * 60, HOURS_NOTE_MAX = 500, HOURS_LIST_MAX = 100 };

extern const struct err_kind ERR_HOURS_REVERSED; /* it was taken back, or takes another back */

struct hours_balance { /* minutes; zero all for who bought none */
    int64_t bought, billed, left;
};

struct hours_bought { /* in cx->mem */
    struct id id;
    int64_t minutes;
    const char *note, *contract; /* its number; "" for none */
    const char *by;
    int64_t at;
    bool is_reversed, is_reversal;
};

/* Staff and the system; a customer with RIGHT_ORDER of his current organisation: ERR_DENIED else.
 */
bool hours_balance_of(struct ctx *cx, struct id organisation_id,
                      struct hours_balance *out) MUST_CHECK;
bool hours_list(struct ctx *cx, struct id organisation_id, struct hours_bought **out,
                size_t *count) MUST_CHECK;
/* For rules: {"bought_minutes","billed_minutes","left_minutes","left_percent"}; NULL where none
 * were bought. In cx->mem. */
json_t *hours_to_json(struct ctx *cx, const struct hours_balance *b);

/* Staff with RIGHT_SALES_CREATE, the system. contract_id may be zero. Fails: ERR_DENIED;
 * ERR_INVALID at "minutes", "note", "contract" (none of this organisation); ERR_NOT_FOUND. Emits
 * hours.changed. */
bool hours_buy(struct ctx *cx, struct id organisation_id, int64_t minutes, struct id contract_id,
               const char *note, struct id *out) MUST_CHECK;
/* Takes a purchase back by a second row. Fails also: ERR_HOURS_REVERSED. */
bool hours_reverse(struct ctx *cx, struct id id, struct id *organisation_id) MUST_CHECK;
