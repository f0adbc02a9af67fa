/* The settings of a tenant's own mail server, and of the mailbox that its mail comes in by. */
#pragma once

#include "portal/http/req.h"

bool mail_server_page_view(struct req *rq);
bool mail_server_page_save(struct req *rq);
bool mail_server_page_try(struct req *rq);

bool mail_server_page_inbox(struct req *rq);
bool mail_server_page_inbox_save(struct req *rq);
bool mail_server_page_inbox_try(struct req *rq);
bool mail_server_page_inbox_pause(struct req *rq); /* or goes on */
