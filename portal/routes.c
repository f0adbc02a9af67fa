/* Every path of the program, who may ask it, and which function answers. */
#include "portal/http/route.h"

const struct route ROUTES[] = {
    /* clang-format off */

    /* --- signing in, home (portal/pages/login_page.c, home_page.c) --- */

    /* --- knowledge (portal/pages/kb_page.c) --- */

    /* --- tickets, customers (portal/pages/ticket_page.c) --- */

    /* --- orders, licences, customers (portal/pages/order_page.c, licence_page.c) --- */

    /* --- desk, staff (portal/pages/queue_page.c, organisation_page.c, licence_page.c) --- */

    /* --- licence service (portal/api/) --- */

    {.pattern = NULL},
    /* clang-format on */
};
