/* Fetching an attached file. */
#pragma once

#include "portal/http/req.h"

bool file_page_get(struct req *rq); /* GET /files/{id} */
