/* Links to artefacts' bytes that need no credential: signed, for one file, one purpose, and a time.
 */
#pragma once

#include "licensing/artefact.h"
#include "portal/api/api.h"

enum file_link_purpose { FILE_LINK_DOWNLOAD, FILE_LINK_UPLOAD };
enum { FILE_LINK_DOWNLOAD_MINUTES = 10, FILE_LINK_UPLOAD_MINUTES = 60 };

struct file_link {
    enum file_link_purpose purpose;
    struct id artefact_id;
    struct release_reader by; /* who got it: whether he may still have the file is asked again */
    int64_t expires_at;
};

/* The whole address, on the host that was asked or licensing.public_url. */
const char *file_link_make(struct req *rq, const struct file_link *link, const char *filename);
/* Fails: ERR_NOT_FOUND not made by us, for this tenant and purpose; ERR_FILE_LINK_EXPIRED. */
bool file_link_read(struct req *rq, const char *token, enum file_link_purpose purpose,
                    struct file_link *out) MUST_CHECK;
extern const struct err_kind ERR_FILE_LINK_EXPIRED;
