/* Sites: the stores and offices of an organisation. */
#pragma once

#include "db/db.h"

enum { SITE_NAME_MAX = 200, SITE_CITY_MAX = 100, SITE_ADDRESS_MAX = 400, SITE_LIST_MAX = 500 };

extern const struct err_kind ERR_SITE_NAME_TAKEN;
extern const struct err_kind ERR_SITE_IN_USE; /* tickets, machines, people or licences name it */

struct site {
    struct id id;
    struct id organisation_id;
    const char *name;
    const char *city;
    const char *address;
    const char *phone;
};

/* Needs RIGHT_CUSTOMERS, or RIGHT_ADMIN in that organisation. The id in draft is ignored. Fails:
 * ERR_DENIED, ERR_INVALID, ERR_NOT_FOUND no such organisation, ERR_SITE_NAME_TAKEN. Emits
 * organisation.changed. */
bool site_add(struct ctx *cx, const struct site *draft, struct id *out) MUST_CHECK;
/* An organisation's sites by name, for staff and that organisation's customers; others see none. */
bool site_list(struct ctx *cx, struct id organisation_id, struct site **out,
               size_t *count) MUST_CHECK;
/* One of those. Fails: ERR_NOT_FOUND. */
bool site_find(struct ctx *cx, struct id organisation_id, struct id id,
               struct site **out) MUST_CHECK;
/* Needs the same right as site_add, to change and to delete; ids in draft name the site. Fails
 * likewise, and ERR_SITE_IN_USE. Emit organisation.changed. */
bool site_change(struct ctx *cx, const struct site *draft) MUST_CHECK;
bool site_remove(struct ctx *cx, struct id organisation_id, struct id id) MUST_CHECK;
