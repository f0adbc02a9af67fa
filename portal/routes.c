/* Every path of the program, who may ask it, and which function answers. */
#include "portal/http/route.h"
#include "portal/pages/kb_page.h"

const struct route ROUTES[] = {
    /* clang-format off */

    /* --- signing in, home (portal/pages/login_page.c, home_page.c) --- */

    /* --- knowledge (portal/pages/kb_page.c) --- */
    {METHOD_GET,  "/kb",                    kb_page_home,     NEED_PUBLIC, 0, 0},
    {METHOD_GET,  "/kb/search",             kb_page_search,   NEED_PUBLIC, 0, 0},
    {METHOD_GET,  "/kb/category/{slug}",    kb_page_category, NEED_PUBLIC, 0, 0},
    {METHOD_GET,  "/kb/article/{number}",   kb_page_article,  NEED_PUBLIC, 0, 0},

    /* --- tickets, customers (portal/pages/ticket_page.c) --- */

    /* --- orders, licences, customers (portal/pages/order_page.c, licence_page.c) --- */

    /* --- desk, staff (portal/pages/queue_page.c, organisation_page.c, licence_page.c) --- */

    /* --- licence service (portal/api/) --- */

    {.pattern = NULL},
    /* clang-format on */
};
