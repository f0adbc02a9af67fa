/* How much the files of a tenant's and of a customer's tickets may be together. */
#pragma once

#include "portal/desk/attachment.h"

extern const struct err_kind ERR_ATTACHMENT_QUOTA, ERR_ATTACHMENT_QUOTA_OWN;

struct attachment_quota { /* bytes; 0: no limit */
    int64_t tenant, organisation;
};
/* Whether these files fit beside those that are there: under the tenant's limit, and for a
 * customer under the one of the current organisation. Fails, with "files": ERR_ATTACHMENT_QUOTA,
 * ERR_ATTACHMENT_QUOTA_OWN. */
bool attachment_quota_check(struct ctx *cx, const struct attachment_quota *quota,
                            const struct attachment_file *files, size_t count) MUST_CHECK;
