/* What a browser says of itself, in words. */
#pragma once

#include "portal/http/req.h"

/* "Firefox on Windows": enough to know a device by. */
const char *device_text(struct req *rq, const char *agent);
