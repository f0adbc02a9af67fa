/* A tenant's picture: what it is, told from its own bytes. Pure; nothing is decoded. */
#pragma once

#include "base/err.h"
#include "base/str.h"

enum { LOGO_BYTES_MAX = 256 * 1024, LOGO_SIDE_MIN = 16, LOGO_SIDE_MAX = 2000 };

extern const struct err_kind ERR_LOGO_SVG;   /* may carry scripts */
extern const struct err_kind ERR_LOGO_KIND;  /* none of the kinds that are taken */
extern const struct err_kind ERR_LOGO_BYTES; /* more than LOGO_BYTES_MAX */
extern const struct err_kind ERR_LOGO_SIDES; /* not within LOGO_SIDE_MIN and LOGO_SIDE_MAX */

struct logo {
    const char *type; /* static: "png" "jpg" "webp" */
    int64_t width, height;
};

/* Fails with "logo" as the source: the errors above. */
bool logo_look(struct err *err, struct span bytes, struct logo *out) MUST_CHECK;
/* "image/png" of "png". Static. */
const char *logo_mime(const char *type);
