/* How often customers may release machines of a product: staff's form. */
#pragma once

#include "portal/http/req.h"

bool machine_release_page_terms(struct req *rq);
bool machine_release_page_save(struct req *rq);
