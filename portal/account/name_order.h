/* In which order the tenant writes names: the one place that puts them together and reads them. */
#pragma once

#include "db/db.h"

enum name_order {
    NAME_GIVEN_FIRST, /* Anna Keller */
    NAME_FAMILY_FIRST /* Keller Anna, 王伟 */
};
extern const char *const NAME_ORDER_NAMES[]; /* "given" "family", NULL */

/* The tenant's. */
bool name_order_get(struct ctx *cx, enum name_order *out) MUST_CHECK;
/* Both parts as one name; a part may be NULL. Chinese, Japanese and Korean names have no blank
 * where the family comes first. In mem. Pure. */
const char *name_order_whole(struct arena *mem, enum name_order order, const char *given,
                             const char *family);
/* What somebody is greeted by, at most PERSON_GIVEN_MAX characters: the first word, or the last
 * where the family comes first; Chinese, Japanese and Korean names are said whole. In mem. Pure. */
const char *name_order_given(struct arena *mem, enum name_order order, const char *full_name);
