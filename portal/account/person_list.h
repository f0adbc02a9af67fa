/* The customers' people of a tenant, as lists of them for staff and for their own administrators.
 */
#pragma once

#include "portal/account/person.h"

enum { PERSON_LIST_PAGE = 50, PERSON_LIST_MAX = 200 };

struct person_filter {
    const char *search;        /* part of the name, or an address from its start; NULL: all */
    struct id organisation_id; /* zero: any */
    struct id only;            /* this one alone; zero: all */
    struct id after;           /* key paging: the last one of the page before; zero starts */
    unsigned limit;            /* 0: PERSON_LIST_PAGE */
};
/* By id, which is by when they were added. The only rule of who sees whom: staff with
 * RIGHT_CUSTOMERS_READ the people of the organisations within their scope (with the scope "all"
 * also people of none), an administrator those of the current organisation, other customers
 * themselves, the system all; staff are never among them. *has_more tells that a further page
 * exists. */
bool person_list(struct ctx *cx, const struct person_filter *filter, struct person **out,
                 size_t *count, bool *has_more) MUST_CHECK;
/* One of them. Fails: ERR_NOT_FOUND. */
bool person_list_get(struct ctx *cx, struct id id, struct person **out) MUST_CHECK;
