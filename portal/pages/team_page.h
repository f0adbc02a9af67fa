/* Teams: /desk/settings/teams and what each member takes and knows. */
#pragma once

#include "portal/http/req.h"

bool team_page_list(struct req *rq);   /* GET /desk/settings/teams */
bool team_page_new(struct req *rq);    /* GET /desk/settings/teams/new */
bool team_page_add(struct req *rq);    /* POST the same */
bool team_page_view(struct req *rq);   /* GET /desk/settings/teams/{id} */
bool team_page_save(struct req *rq);   /* POST the same */
bool team_page_remove(struct req *rq); /* POST .../remove */
bool team_page_member(struct req *rq); /* POST .../members: adds, changes or takes off */
