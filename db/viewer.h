/* Who looks: the one value that every visibility rule asks. */
#pragma once

#include "base/id.h"

enum viewer_kind {
    VIEWER_NOBODY,   /* not signed in: public things only */
    VIEWER_CUSTOMER, /* a person, within one organisation */
    VIEWER_STAFF,    /* the tenant's own people */
    VIEWER_SYSTEM    /* jobs, console, tests: everything of the tenant */
};

/* Rights. A customer has them by membership in the current organisation, staff by their roles. */
enum right {
    RIGHT_TICKET_OWN = 1 << 0, /* customer: file and follow one's own tickets */
    RIGHT_TICKET_ALL = 1 << 1, /* customer: all tickets of the organisation */
    RIGHT_ORDER = 1 << 2,      /* customer: orders and contracts of the organisation */
    RIGHT_LICENCE = 1 << 3,    /* customer: licences and machines of the organisation */
    RIGHT_BILLING = 1 << 4,    /* customer: invoices of the organisation */
    RIGHT_ADMIN = 1 << 5,      /* customer: the organisation's people and settings */
    RIGHT_DESK = 1 << 8,       /* staff: tickets */
    RIGHT_CUSTOMERS = 1 << 9,  /* staff: organisations, sites, people */
    RIGHT_LICENCES = 1 << 10,  /* staff: products, policies, licences */
    RIGHT_SALES = 1 << 11,     /* staff: orders, contracts, invoices */
    RIGHT_KNOWLEDGE = 1 << 12, /* staff: write articles */
    RIGHT_RULES = 1 << 13,     /* staff: the tenant's scripts */
    RIGHT_REPORTS = 1 << 14,   /* staff: figures */
    RIGHT_SETTINGS = 1 << 15   /* staff: accounts, roles, the tenant itself */
};

struct viewer {
    enum viewer_kind kind;
    struct id person_id;       /* zero for nobody and the system */
    struct id organisation_id; /* a customer's current organisation; else zero */
    uint32_t rights;           /* of enum right */
};

/* True when the viewer has every one of these rights; the system has all. */
static inline bool viewer_has(const struct viewer *viewer, uint32_t rights)
{
    return viewer->kind == VIEWER_SYSTEM || (viewer->rights & rights) == rights;
}
