/* Settings: what the desk does by itself. */
#pragma once

#include "portal/http/page.h"

bool desk_flow_page_view(struct req *rq);
bool desk_flow_page_save(struct req *rq);
