/* The tray: mails that came in and wait for somebody, and what became of the others. */
#pragma once

#include "portal/http/req.h"

bool mail_tray_page_list(struct req *rq);     /* GET /desk/mail?state= */
bool mail_tray_page_view(struct req *rq);     /* GET /desk/mail/{id} */
bool mail_tray_page_raw(struct req *rq);      /* GET /desk/mail/{id}/raw: as it came */
bool mail_tray_page_ticket(struct req *rq);   /* POST …/ticket: a new one of it */
bool mail_tray_page_attach(struct req *rq);   /* POST …/attach: a note on the ticket "number" */
bool mail_tray_page_aside(struct req *rq);    /* POST …/aside */
bool mail_tray_page_back(struct req *rq);     /* POST …/back */
bool mail_tray_page_ignore(struct req *rq);   /* POST …/ignore: its sender, from now on */
bool mail_tray_page_unignore(struct req *rq); /* POST …/unignore */
