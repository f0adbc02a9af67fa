/* What the desk's tests share: a tenant with two organisations and people of every side. */
#pragma once

#include "portal/desk/ticket_create.h"
#include "tests/support/test.h"

struct desk {
    struct id organisation, other_organisation;
    struct id anna, tom, eve; /* anna and tom of the organisation, eve of the other */
    struct id priya, dan;     /* staff */
    struct id team;
};

struct desk desk_make(struct ctx *cx);
/* Files as anna. Leaves the system looking. */
struct id desk_file(struct ctx *cx, const struct desk *d, const char *subject);
void desk_as_anna(struct ctx *cx, const struct desk *d);  /* RIGHT_TICKET_OWN */
void desk_as_tom(struct ctx *cx, const struct desk *d);   /* RIGHT_TICKET_ALL */
void desk_as_eve(struct ctx *cx, const struct desk *d);   /* RIGHT_TICKET_ALL of the other */
void desk_as_priya(struct ctx *cx, const struct desk *d); /* staff with RIGHT_DESK */
