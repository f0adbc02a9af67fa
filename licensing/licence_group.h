/* Groups of users, licences and machines, with limits of their own (the wire's `groups`). */
#pragma once

#include "db/db.h"

enum { LICENCE_GROUP_NAME_MAX = 255 };

struct licence_group { /* a record: open, lives in cx->mem */
    struct id id;
    const char *name;
    int64_t max_users, max_licences, max_machines; /* or POLICY_NO_LIMIT */
    const char *metadata;                          /* JSON object; NULL is {} */
    int64_t created_at, updated_at;
};

extern const struct err_kind ERR_LICENCE_GROUP_ID_CONFLICT;

/* What every group has to fulfil; source = the attribute's JSON pointer. */
bool licence_group_check(struct ctx *cx, const struct licence_group *g) MUST_CHECK;
/* All that change need the system or staff with RIGHT_LICENCES. A limit below what the group holds
 * is allowed: it only keeps further ones out. */
bool licence_group_add(struct ctx *cx, const struct licence_group *draft,
                       struct licence_group **out) MUST_CHECK;
/* apply gets the group as it is, under lock, and says what it shall be. */
typedef bool licence_group_apply(struct ctx *cx, struct licence_group *g, void *with);
bool licence_group_change(struct ctx *cx, struct id id, licence_group_apply *apply, void *with,
                          struct licence_group **out) MUST_CHECK;
/* Its users, licences and machines stay, without a group. *licences: those that lost it, for the
 * cache. */
bool licence_group_remove(struct ctx *cx, struct id id, struct id **licences,
                          size_t *count) MUST_CHECK;
bool licence_group_get(struct ctx *cx, struct id id, struct licence_group **out) MUST_CHECK;
/* The group of a person; zero for none. */
bool licence_group_of_person(struct ctx *cx, struct id person_id, struct id *out) MUST_CHECK;
struct licence_page;
/* A page in the order of creation, of all or (not zero) that one alone. *total: without the page.
 */
bool licence_group_list_page(struct ctx *cx, struct id only_id, const struct licence_page *page,
                             struct licence_group **out, size_t *count, int64_t *total) MUST_CHECK;
