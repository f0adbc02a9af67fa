/* Parts of a file: the conditions and ranges of RFC 9110, sections 13 and 14. */
#pragma once

#include "portal/http/req.h"

enum range_kind {
    RANGE_WHOLE,   /* no range, or one that is not understood: it does not count */
    RANGE_PART,    /* bytes from..to */
    RANGE_OUTSIDE, /* none of it is there: 416 */
};

/* Reads a Range header's value (NULL: none); several ranges at once are answered as none. */
enum range_kind range_parse(const char *header, int64_t size, int64_t *from, int64_t *to);

/* Answers with a stored file whose content never changes under its hash: 304 where the client has
 * it, 206 or 416 for a range, else all of it. fd: the server closes it. */
struct range_file {
    int fd;
    int64_t bytes;
    const char *name, *type;
    const char *hash;      /* hexadecimal: the ETag */
    const uint8_t *sha256; /* or NULL */
};
bool range_reply(struct req *rq, const struct range_file *file);
