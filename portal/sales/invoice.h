/* Invoices and what was paid of them. */
#pragma once

#include "base/money.h"
#include "db/db.h"

enum { INVOICE_LIST_MAX = 200, INVOICE_PAGE = 50 };

extern const struct err_kind ERR_INVOICE_OVERPAID;

struct invoice { /* dates are "2026-11-29" */
    struct id id;
    struct id organisation_id;
    struct id order_id; /* zero: none */
    const char *number;
    const char *order_number; /* "" for none */
    const char *status;       /* "open" "part_paid" "paid" "void" */
    struct money total, paid, rest;
    const char *issued_on;
    const char *due_on;
    bool is_overdue; /* not paid, and due before today (UTC) */
};

struct invoice_draft {
    struct id organisation_id;
    struct id order_id;
    const char *number; /* NULL: the next of the series "invoice" */
    struct money total;
    const char *issued_on;
    const char *due_on;
};

/* Both need RIGHT_SALES. A payment moves the state to part_paid or paid; more than the rest is
 * ERR_INVOICE_OVERPAID. */
bool invoice_add(struct ctx *cx, const struct invoice_draft *draft, struct id *out) MUST_CHECK;
bool invoice_pay(struct ctx *cx, struct id id, struct money amount, const char *received_on,
                 const char *reference) MUST_CHECK;

/* Visible to staff with RIGHT_SALES, and to customers with RIGHT_BILLING. */
struct invoice_filter {
    struct id organisation_id; /* for staff; zero: all */
    struct id order_id;        /* zero: any */
    bool is_open;              /* not paid and not void, earliest due first; else newest first */
    struct id after;           /* key paging; not with is_open */
    unsigned limit;            /* 0: INVOICE_PAGE */
};
bool invoice_list(struct ctx *cx, const struct invoice_filter *filter, struct invoice **out,
                  size_t *count) MUST_CHECK;
