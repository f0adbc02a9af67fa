/* TXT records of the DNS. */
#pragma once

#include "base/attr.h"

/* An oidc_domain_ask by the machine's own resolver; takes some seconds at most. */
bool oidc_txt_has(const char *name, const char *text);
/* The same of an answer as it came. */
bool oidc_txt_read(const uint8_t *answer, size_t len, const char *text);
