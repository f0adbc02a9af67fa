/* What a customer's licences let him fetch: releases with their notes and files. */
#pragma once

#include "portal/http/req.h"

bool download_page_list(struct req *rq) MUST_CHECK;
bool download_page_file(struct req *rq) MUST_CHECK;
