/* Failures as the licensing protocol's error documents (section 1.5). */
#pragma once

#include "portal/api/api.h"

/* {"meta":{"id":..},"errors":[..]}. */
void api_error_write(struct str *s, const struct api *api, const struct err *err, int status);
