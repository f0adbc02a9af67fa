/* A ticket for whoever has its link: installed software gives it to the person who reported. */
#pragma once

#include "portal/http/req.h"

bool follow_page_show(struct req *rq);
