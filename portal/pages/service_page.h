/* Settings: service hours, what is promised by level, and what happens when a promise runs out. */
#pragma once

#include "portal/http/req.h"

bool service_page_view(struct req *rq);            /* GET /desk/settings/service */
bool service_page_save(struct req *rq);            /* POST /desk/settings/service */
bool service_page_calendar_new(struct req *rq);    /* GET /desk/settings/service/calendars/new */
bool service_page_calendar_add(struct req *rq);    /* POST the same */
bool service_page_calendar(struct req *rq);        /* GET /desk/settings/service/calendars/{id} */
bool service_page_calendar_save(struct req *rq);   /* POST the same */
bool service_page_calendar_remove(struct req *rq); /* POST .../{id}/remove */
