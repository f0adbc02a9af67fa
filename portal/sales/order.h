/* Orders: what an organisation bought, and how far it is. */
#pragma once

#include "base/money.h"
#include "db/db.h"

enum {
    ORDER_REFERENCE_MAX = 100,
    ORDER_REASON_MAX = 400,
    ORDER_LINE_TEXT_MAX = 400,
    ORDER_LINES_MAX = 100,
    ORDER_PAGE = 50
};

enum order_status { /* the steps in their order, then the way out */
                    ORDER_DRAFT,
                    ORDER_PLACED,
                    ORDER_APPROVED,
                    ORDER_PRODUCTION,
                    ORDER_DELIVERED,
                    ORDER_DONE,
                    ORDER_CANCELLED,
                    ORDER_STATUS_COUNT
};
extern const char *const ORDER_STATUS_NAMES[ORDER_STATUS_COUNT];

extern const struct err_kind ERR_ORDER_STEP; /* this step cannot follow the present one */

struct order { /* a record, in cx->mem; absent text is "" */
    struct id id;
    struct id organisation_id;
    struct id contract_id; /* zero: none */
    const char *number;
    const char *reference; /* the customer's own words or number */
    enum order_status status;
    const char *reason; /* what the customer reads about the present step */
    struct money net, tax, total;
    int64_t step_at[ORDER_STATUS_COUNT]; /* when each step was reached; 0: not yet */
    const char *due_on;                  /* delivery is expected; NULL: not known */
    int64_t created_at;
    const char *organisation_name, *organisation_code;
    const char *placed_by; /* a person's name */
    const char *contract_number, *contract_title;
};

struct order_line {
    const char *description;
    struct id product_id; /* zero: none */
    struct id licence_id; /* zero: none */
    int64_t quantity;
    struct money list; /* list price of one */
    struct money unit; /* this customer's price of one */
    struct money net;  /* of the line; computed */
};

struct order_draft {
    struct id organisation_id;
    struct id contract_id;
    struct id placed_by;
    const char *number; /* NULL: the next of the series "order" */
    const char *reference;
    char currency[4];
    int64_t tax_basis_points; /* 1/100 of a percent of the net total */
    const char *due_on;
    const struct order_line *lines;
    size_t line_count;
};

/* Places an order: staff with RIGHT_SALES for anybody, customers with RIGHT_ORDER for their current
 * organisation. Totals are computed. Fails: ERR_DENIED, ERR_NOT_FOUND, ERR_INVALID with the field
 * in source. Emits order.placed. */
bool order_place(struct ctx *cx, const struct order_draft *draft, struct id *out) MUST_CHECK;
/* Moves an order on to a later step, or cancels one that is not delivered; needs RIGHT_SALES.
 * reason: a sentence for the customer, NULL leaves none. Emits order.updated. Fails: ERR_DENIED,
 * ERR_NOT_FOUND, ERR_ORDER_STEP, ERR_INVALID. */
bool order_advance(struct ctx *cx, struct id id, enum order_status to,
                   const char *reason) MUST_CHECK;
/* Says which licence a line brought, so that the order's page leads to it. Needs RIGHT_SALES. */
bool order_set_line_licence(struct ctx *cx, struct id order_id, int64_t position,
                            struct id licence_id) MUST_CHECK;

/* Visible to staff with RIGHT_SALES or RIGHT_CUSTOMERS, and to customers with RIGHT_ORDER. */
bool order_get(struct ctx *cx, struct id id, struct order **out) MUST_CHECK;
/* The lines of an order that the viewer may see. */
bool order_lines(struct ctx *cx, struct id id, struct order_line **out, size_t *count) MUST_CHECK;

struct order_filter {
    struct id organisation_id; /* for staff; zero: all */
    bool is_open;              /* neither done nor cancelled */
    const char *search;        /* a number from its start, or part of the reference; NULL: all */
    struct id after;           /* key paging: the last one of the page before */
    unsigned limit;            /* 0: ORDER_PAGE */
};
/* Newest first. */
bool order_list(struct ctx *cx, const struct order_filter *filter, struct order **out,
                size_t *count) MUST_CHECK;
/* How many visible orders are neither done nor cancelled, and the earliest day one is due (NULL:
 * none). */
bool order_count_open(struct ctx *cx, int64_t *count, const char **next_due_on) MUST_CHECK;

/* Pure: may a step follow another. */
bool order_may_follow(enum order_status from, enum order_status to);
