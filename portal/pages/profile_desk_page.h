/* Staff: a person's data, what customers have proposed, what they may see and change. */
#pragma once

#include "portal/http/req.h"

bool profile_desk_page_view(struct req *rq);
bool profile_desk_page_save(struct req *rq);
bool profile_desk_page_reveal(struct req *rq);
bool profile_desk_page_proposals(struct req *rq);
bool profile_desk_page_accept(struct req *rq);
bool profile_desk_page_decline(struct req *rq);
bool profile_desk_page_levels(struct req *rq);
bool profile_desk_page_set_levels(struct req *rq);
