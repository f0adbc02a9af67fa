/* The paths of the route table with their variables filled: a new variable is named here. */
#pragma once

#include "tests/support/test.h"

struct route_rows { /* what the paths of a tenant lead to */
    struct id release, artefact, ticket, file, order, licence, machine, product, policy,
        entitlement, organisation, person, staff, session, webhook, mail, calendar, token, view,
        visit, macro, address, proposal, erasure;
    struct id mail_in, device, role, provider, team, leave, approval, dispatch, options, field, news, bulk, time, hours;
    struct id waiting, domain; /* of signing up */
    struct id trashed;
};

bool route_path_begins(const char *text, const char *with);
/* The pattern with its variables filled by the rows; fails the test for one that is not known. */
const char *route_path(struct ctx *cx, const struct route_rows *rows, const char *pattern);
/* A list of options and a field of tickets that chooses from it. */
void route_path_make_field(struct ctx *cx, struct route_rows *rows);
