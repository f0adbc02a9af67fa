/* Settings: what tickets are about, and how their level comes about. */
#pragma once

#include "portal/http/req.h"

bool topic_settings_page_list(struct req *rq);
bool topic_settings_page_new(struct req *rq);
bool topic_settings_page_add(struct req *rq);
bool topic_settings_page_view(struct req *rq);
bool topic_settings_page_save(struct req *rq);
bool topic_settings_page_move(struct req *rq);
