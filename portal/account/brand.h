/* How a tenant shows itself: name, picture, colours and its own words, on pages and in mails. */
#pragma once

#include "base/colour.h"
#include "db/db.h"

enum {
    BRAND_WELCOME_MAX = 200,
    BRAND_FOOTER_MAX = 1000,
    BRAND_CONTACT_MAX = 4000,
    BRAND_CONTRAST_TENTHS = 45 /* 4.5:1 */
};

extern const struct err_kind ERR_BRAND_CONTRAST;

/* The grounds of tokens.css: page and card. */
extern const struct colour BRAND_PAGE_LIGHT, BRAND_CARD_LIGHT, BRAND_PAGE_DARK, BRAND_CARD_DARK;

/* The lesser contrast of words in that colour to page and card of a theme. Pure. */
double brand_contrast(struct colour accent, bool is_dark);
bool brand_is_readable(struct colour accent, bool is_dark);
/* The colour itself where it reads, else the nearest on its way to black (dark: white). Pure. */
struct colour brand_nearest(struct colour accent, bool is_dark);

struct brand {
    const char *name;
    const char *accent;      /* six hex digits */
    const char *accent_dark; /* the same, "" when it follows accent */
    const char *support_phone, *support_email, *support_hours;
    const char *logo_hash; /* "": none */
    const char *logo_type;
    int64_t logo_width, logo_height;
};
bool brand_get(struct ctx *cx, struct brand *out) MUST_CHECK;
/* All but the picture. Needs RIGHT_SETTINGS_UPDATE. Fails: ERR_INVALID "name"; ERR_PERSON_EMAIL "support_email"; ERR_BRAND_CONTRAST
 * with "accent" or "accent_dark". Emits tenant.updated. */
bool brand_set(struct ctx *cx, const struct brand *brand) MUST_CHECK;

/* Fails: portal/account/logo.h. Emits tenant.updated. */
bool brand_logo_set(struct ctx *cx, struct span bytes) MUST_CHECK;
bool brand_logo_remove(struct ctx *cx) MUST_CHECK;
/* For anybody. Fails: ERR_NOT_FOUND it is not the tenant's picture. */
bool brand_logo_get(struct ctx *cx, const char *hash, const char *type,
                    struct span *out) MUST_CHECK;
/* "/brand/HASH.png", "" without a picture. In mem. */
const char *brand_logo_path(struct arena *mem, const char *hash, const char *type);

enum brand_text { BRAND_WELCOME, BRAND_FOOTER, BRAND_CONTACT, BRAND_TEXT_COUNT };
/* "" where there is none in that very language. In cx->mem. */
bool brand_text_get(struct ctx *cx, enum brand_text which, const char *language,
                    const char **out) MUST_CHECK;
/* For a reader: in his language, else in the tenant's, else in any; "" where there is none. */
bool brand_text_read(struct ctx *cx, enum brand_text which, const char *language,
                     const char **out) MUST_CHECK;
/* "" removes it. Needs RIGHT_SETTINGS_UPDATE. Emits tenant.updated where it changes. */
bool brand_text_set(struct ctx *cx, enum brand_text which, const char *language,
                    const char *text) MUST_CHECK;
