/* The frame around a page: menus, the person, languages, themes. For page.c alone. */
#pragma once

#include "portal/http/page.h"

/* "shell" of www/templates/README.md, with what app->shell adds; a new reference. A menu entry is
 * there when its page is in the program and the visitor may open it. */
json_t *page_shell(struct req *rq);
