/* Metadata as each version of the protocol shows it. */
#pragma once

#include "portal/api/api.h"

/* metadata: the stored JSON text. */
void api_metadata_write(struct str *s, const struct api *api, const char *metadata);
